"""Our skip-gram and our counting, from lesson 06, and gensim's skip-gram: same text, vocabulary, dimensions, window.

Prints the table of tests/peers/README.md: `python tests/peers/words.py`
"""

import argparse
import contextlib
import io
from collections import Counter

import numpy as np
import torch
from common import Model, measured

from helpers.data import load_analogies, load_dictionary
from helpers.lessons import answers, learn_by_counting, learn_by_reading, place_of, question_rows, read_dictionary

COLUMNS, WINDOW = 64, 5


class SkipGrams(Model):
    """Vectors of words, learned by reading a text so many times. Known are what the lessons' `to_rows` returns."""

    task = "words"

    def __init__(self, epochs=5):
        super().__init__(epochs=epochs)


class OurSkipGram(SkipGrams):
    name = "our skip-gram"

    def prepare(self, known):
        torch.set_default_dtype(torch.float64)  # as the lesson
        torch.set_num_threads(1)
        self.words, _, self.tokens, self.passage = known

    def fit(self, seed):
        with contextlib.redirect_stdout(io.StringIO()):
            _, tables = learn_by_reading(
                self.tokens, self.passage, len(self.words), COLUMNS, seed=seed, **self.settings
            )
        self.vectors = tables[-1]

    def predict(self, asked):
        row = {word: number for number, word in enumerate(self.words)}
        return self.vectors[[row[word] for word in asked]]


class OurCounting(OurSkipGram):
    """Lesson 06's other way: counts, PPMI, truncated SVD. It reads once, and no start is random."""

    name = "our counting"
    random = False

    def fit(self, seed):
        self.vectors = learn_by_counting(self.tokens, self.passage, len(self.words), COLUMNS)


class GensimSkipGram(SkipGrams):
    """gensim has one table that it is known by."""

    name = "gensim"

    def prepare(self, known):
        from gensim.models import Word2Vec  # here, so that the rest can be imported without it

        self.new = Word2Vec
        words, _, tokens, passage = known
        read = np.array(words, dtype=object)[tokens]
        self.text = [list(part) for part in np.split(read, np.bincount(passage).cumsum()[:-1])]
        self.count = Counter(read)

    def fit(self, seed):
        self.model = self.new(  # sample: as in ours, and gensim's default
            vector_size=COLUMNS, window=WINDOW, negative=5, sample=1e-3, sg=1, min_count=1, workers=1, seed=seed + 1
        )
        self.model.build_vocab_from_freq(self.count)  # what build_vocab(text) does when it has counted
        self.model.train(self.text, total_examples=len(self.text), epochs=self.settings["epochs"])

    def predict(self, asked):
        return self.model.wv[asked].astype(float)


def share_right(vectors, words):
    """Returns: the shares of right answers (3CosAdd, given words excluded) over all sections and in `family`."""
    analogies = load_analogies()
    rows, covered = question_rows(analogies, words)
    right = answers(vectors, rows[covered]) == rows[covered, 3]
    return right.mean(), right[analogies.section[covered] == "family"].mean()


def place_of_queen(vectors, words):
    return place_of("queen", ("man", "king", "woman"), vectors, words)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(parser.parse_args().seeds)
    text = words, count, *_ = read_dictionary(load_dictionary())
    models = {
        "**our skip-gram**, 5 epochs (the lesson)": OurSkipGram(5),
        "**our skip-gram**, 1 epoch": OurSkipGram(1),
        "**our skip-gram**, 2 epochs": OurSkipGram(2),
        "**our skip-gram**, 8 epochs": OurSkipGram(8),
        "**our counting**": OurCounting(1),
        "gensim, 1 epoch": GensimSkipGram(1),
        "gensim, 2 epochs": GensimSkipGram(2),
        "gensim, 5 epochs (its defaults)": GensimSkipGram(5),
        "gensim, 8 epochs": GensimSkipGram(8),
    }
    ours = None
    print("| | words a CPU second | × ours | CPU seconds | all sections | × ours | family | places of queen |")
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for name, model in models.items():
        model.prepare(text)
        runs = []
        for seed in seeds if model.random else [0]:
            seconds, _ = measured(model.fit, seed)
            vectors = model.predict(words)
            runs.append([seconds, *share_right(vectors, words), place_of_queen(vectors, words)])
        seconds, everything, family, queen = np.array(runs).T
        speed = count.total() * model.settings["epochs"] / seconds.min()
        ours = ours or (speed, everything.mean())
        print(
            f"| {name} | {speed:,.0f} | {speed / ours[0]:.1f} | {seconds.min():.0f} "
            f"| {everything.mean():.1%} ({everything.min():.1%}–{everything.max():.1%}) "
            f"| {everything.mean() / ours[1]:.2f} "
            f"| {family.mean():.0%} ({family.min():.0%}–{family.max():.0%}) "
            f"| {', '.join(str(int(place)) for place in queen)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
