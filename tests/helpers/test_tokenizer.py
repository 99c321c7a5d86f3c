"""The tokenizer of lesson 05: its chunks are the whole text, and what it knows comes back from its ids."""

import pytest

from helpers.lessons import OurTokenizer, chunks_in, join, learn_merges, pieces_of

COUNT = {"the": 2, "cat": 3, "sat": 1, "fat": 1, "that": 1}
TEXTS = ["the cat sat", "  two  spaces ", "a\tb\r\nc", "it's 3.5 % — “so”", "हिन्दी", "我喜欢猫。", "🙂👋🏽", "", " "]


@pytest.mark.parametrize("text", TEXTS)
def test_chunks_are_the_whole_text(text):
    assert "".join(chunks_in(text)) == text


def test_merges_by_hand():
    merges = [("a", "t"), ("c", "at"), ("t", "h"), ("th", "e"), ("f", "at")]
    assert learn_merges(COUNT, 5) == merges
    assert learn_merges(dict(reversed(COUNT.items())), 5) == merges  # a tie does not depend on the order of the words
    assert [pieces_of(word, merges[:4]) for word in ("the", "that", "hat", "")] == [
        ["the"],
        ["th", "at"],
        ["h", "at"],
        [],
    ]


def test_join_takes_pairs_from_the_left():
    assert join(list("aaa"), ("a", "a")) == ["aa", "a"]
    assert join(list("aaaa"), ("a", "a")) == ["aa", "aa"]


@pytest.mark.parametrize("text", TEXTS)
def test_what_it_knows_comes_back(text):
    tokenizer = OurTokenizer(set("".join(TEXTS)), learn_merges(COUNT, 4))
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_what_it_does_not_know_is_marked():
    tokenizer = OurTokenizer(set("the catsf"), learn_merges(COUNT, 4))
    assert tokenizer.decode(tokenizer.encode("the cow")) == "the c<unk><unk>"
    assert tokenizer.pieces[:3] == ["<pad>", "<unk>", "<end>"]
    assert len(set(tokenizer.pieces)) == len(tokenizer.pieces)
