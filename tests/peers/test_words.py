"""Our evaluator of analogies and gensim's give the same number to the question; our skip-gram stands next to gensim's.

Needs the environment of tests/peers/requirements.txt. `pytest -m peers tests/peers`
"""

import inspect

import pytest
from words import WINDOW, GensimSkipGram, OurSkipGram, place_of_queen, share_right

from helpers.data import DATA, load_analogies, load_dictionary, load_glove
from helpers.lessons import answers, near_in, pairs_near, question_rows, read_dictionary

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("size", [40_000, 10_000])
def test_our_evaluator_agrees_with_gensim_to_the_question(size):
    words, vectors = load_glove()
    table = pytest.importorskip("gensim.models").KeyedVectors(vectors.shape[1])
    table.add_vectors(words, vectors)
    _, sections = table.evaluate_word_analogies(str(DATA / "analogies/questions-words.txt"), restrict_vocab=size)
    theirs = {section["section"]: (len(section["correct"]), len(section["incorrect"])) for section in sections}

    analogies = load_analogies()
    rows, covered = question_rows(analogies, words[:size])
    right = answers(vectors[:size], rows[covered]) == rows[covered, 3]
    ours = {}
    for section in theirs:
        these = right if section == "Total accuracy" else right[analogies.section[covered] == section]
        ours[section] = (int(these.sum()), int((~these).sum()))
    assert ours == theirs


def test_our_window_is_as_wide_as_gensims():
    for ours in (near_in, pairs_near):
        assert inspect.signature(ours).parameters["reach"].default == WINDOW


def test_our_skip_gram_reaches_more_than_gensims_in_as_many_epochs():
    pytest.importorskip("gensim")
    text = words, *_ = read_dictionary(load_dictionary())
    ours, theirs = (learned(kind(epochs=5), text).predict(words) for kind in (OurSkipGram, GensimSkipGram))
    assert share_right(ours, words)[0] > share_right(theirs, words)[0]
    assert place_of_queen(ours, words) == 3  # seed 0, as in the lesson


def learned(model, text):
    model.prepare(text)
    model.fit(seed=0)
    return model
