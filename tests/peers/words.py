"""Our skip-gram, exactly as notebook 04 writes it, and gensim's: same text, vocabulary, dimensions, window, negatives.

Prints the table of the README: `python tests/peers/words.py`
"""

import argparse
import contextlib
import io
import re
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import torch
from torch import nn

from helpers.data import load_analogies, load_dictionary

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
VOCABULARY, COLUMNS, WINDOW, NEGATIVES, THINNING, READINGS = 15_000, 64, 5, 5, 1e-3, 2


def cells_tagged(notebook, tag, **names):
    """What the cells of a notebook with this tag define, given these names."""
    for cell in nbformat.read(NOTEBOOKS / notebook, as_version=4).cells:
        if tag in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return SimpleNamespace(**names)


def read_dictionary():
    """Returns: the passages as lists of words, and the vocabulary, as in notebook 04."""
    dictionary = load_dictionary()
    texts = dictionary.text.where(dictionary.kind != "definition", dictionary.word + " " + dictionary.text)
    read = [re.findall(r"[^\W\d_]{2,}", text.lower()) for text in texts]
    count = Counter(word for text in read for word in text)
    return read, [word for word, _ in count.most_common(VOCABULARY)]


def train_ours(read, words, seed):
    """Returns: vectors (words × columns) and the seconds of training."""
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    notebook = cells_tagged(
        "04_token_embeddings.ipynb", "skipgram", torch=torch, nn=nn, softplus=nn.functional.softplus
    )
    assert (notebook.COLUMNS, notebook.REACH) == (COLUMNS, WINDOW)
    row = {word: number for number, word in enumerate(words)}
    tokens = np.array([row.get(word, -1) for text in read for word in text])
    passage = np.repeat(np.arange(len(read)), [len(text) for text in read])
    tokens, passage = torch.tensor(tokens[tokens >= 0]), torch.tensor(passage[tokens >= 0])
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        model, lines, *steps = notebook.prepare(tokens, passage, len(words), READINGS, seed)
        for reading in lines:
            notebook.read_once(model, tokens, passage, reading, *steps)
    return notebook.both_tables(model), time.perf_counter() - start


def train_gensim(read, words, seed, readings=READINGS):
    """Returns: vectors (words × columns) and the seconds of training. gensim has one word table that it is known by."""
    from gensim.models import Word2Vec  # here, so that the rest can be imported without it

    known = set(words)
    text = [[word for word in passage if word in known] for passage in read]
    model = Word2Vec(
        vector_size=COLUMNS,
        window=WINDOW,
        negative=NEGATIVES,
        sample=THINNING,
        sg=1,
        min_count=1,
        workers=1,
        seed=seed + 1,
    )
    model.build_vocab(text)
    start = time.perf_counter()
    model.train(text, total_examples=len(text), epochs=readings)
    return model.wv[words].astype(float), time.perf_counter() - start


def share_right(vectors, words):
    """Returns: the shares of right answers (3CosAdd, given words excluded) over all sections and in `family`."""
    notebook = cells_tagged("05_word_analogies.ipynb", "evaluator", np=np)
    analogies = load_analogies()
    rows, covered = notebook.rows_of(analogies, words)
    questions, family = rows[covered], (analogies.section[covered] == "family").to_numpy()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    used, cosines, _ = notebook.tables(unit, questions)
    right = notebook.answer(cosines, questions, used) == questions[:, 3]
    return right.mean(), right[family].mean()


def place_of_queen(vectors, words):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    king, man, woman, queen = (words.index(word) for word in ["king", "man", "woman", "queen"])
    scores = unit @ (unit[king] - unit[man] + unit[woman])
    scores[[king, man, woman]] = -np.inf
    return int((scores > scores[queen]).sum()) + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    read, words = read_dictionary()
    read_words = sum(map(len, read))
    kinds = {
        "**our skip-gram**, 2 readings": (train_ours, READINGS),
        "gensim, 2 readings": (train_gensim, READINGS),
        "gensim, 5 readings (its default)": (lambda *known: train_gensim(*known, readings=5), 5),
        "gensim, 20 readings": (lambda *known: train_gensim(*known, readings=20), 20),
    }
    ours = None
    print("| | words a second | × ours | seconds | all sections | × ours | family | places of queen |")
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for name, (train, readings) in kinds.items():
        runs = []
        for seed in seeds:
            vectors, seconds = train(read, words, seed)
            runs.append([seconds, *share_right(vectors, words), place_of_queen(vectors, words)])
        seconds, everything, family, queen = np.array(runs).T
        speed = read_words * readings / seconds.mean()
        ours = ours or (speed, everything.mean())
        print(
            f"| {name} | {speed:,.0f} | {speed / ours[0]:.1f} | {seconds.mean():.0f} "
            f"| {everything.mean():.1%} ({everything.min():.1%}–{everything.max():.1%}) "
            f"| {everything.mean() / ours[1]:.2f} "
            f"| {family.mean():.0%} ({family.min():.0%}–{family.max():.0%}) "
            f"| {', '.join(str(int(place)) for place in queen)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
