"""Our evaluator of analogies and gensim's give the same number to the question; our skip-gram stands next to gensim's.

Needs the environment of tests/peers/requirements.txt. `pytest -m peers tests/peers`
"""

import numpy as np
import pytest
from words import cells_tagged, place_of_queen, read_dictionary, share_right, train_gensim, train_ours

from helpers.data import DATA, load_analogies, load_glove

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("size", [40_000, 10_000])
def test_our_evaluator_agrees_with_gensim_to_the_question(size):
    words, vectors = load_glove()
    table = pytest.importorskip("gensim.models").KeyedVectors(vectors.shape[1])
    table.add_vectors(words, vectors)
    _, sections = table.evaluate_word_analogies(str(DATA / "analogies/questions-words.txt"), restrict_vocab=size)
    theirs = {section["section"]: (len(section["correct"]), len(section["incorrect"])) for section in sections}

    notebook = cells_tagged("05_word_analogies.ipynb", "evaluator", np=np)
    analogies = load_analogies()
    rows, covered = notebook.rows_of(analogies, words[:size])
    questions = rows[covered]
    unit = vectors[:size].astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    used, cosines, _ = notebook.tables(unit, questions)
    right = notebook.answer(cosines, questions, used) == questions[:, 3]
    ours = {}
    for section in theirs:
        these = right if section == "Total accuracy" else right[analogies.section[covered] == section]
        ours[section] = (int(these.sum()), int((~these).sum()))
    assert ours == theirs


@pytest.fixture(scope="module")
def text():
    return read_dictionary()


def test_our_skip_gram_reaches_more_than_gensims_in_as_many_readings(text):
    vectors, _ = train_ours(*text, seed=0)
    theirs, _ = train_gensim(*text, seed=0)
    assert share_right(vectors, text[1])[0] > share_right(theirs, text[1])[0]
    assert place_of_queen(vectors, text[1]) == 1
