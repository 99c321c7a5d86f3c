"""The files that came with the project, each checked against its checksum before it is read."""

import numpy as np
import pandas as pd

from helpers.data.files import DATA, checked


def load_glove():
    """The 40,000 most frequent alphabetic words of GloVe 6B, 100-d, from frequent to rare.

    Returns: words (list of 40,000 str) and vectors (float32 array, 40,000 × 100).
    Raises: DataError if the file is missing or changed.
    Source: Pennington, Socher & Manning 2014; see data/README.md.
    """
    with np.load(checked(DATA / "glove/glove-100d-40k.npz"), allow_pickle=False) as table:
        return bytes(table["words"]).decode().split("\n"), table["vectors"].astype(np.float32)


def load_analogies():
    """Google's 19,544 questions "a is to b as c is to d", in 14 sections.

    Returns: DataFrame with the columns section, a, b, c, d; words as in the source, capitals included.
    Raises: DataError if the file is missing or changed.
    Source: Mikolov et al. 2013; see data/README.md.
    """
    rows, section = [], None
    for line in checked(DATA / "analogies/questions-words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(": "):
            section = line[2:]
        else:
            rows.append([section, *line.split()])
    return pd.DataFrame(rows, columns=["section", "a", "b", "c", "d"])


def load_minute():
    """*Minute* and *crane* in sentences, and what a small transformer makes of each.

    Returns: sentences, a DataFrame with the columns word, sense, misleading ("yes" or "no") and sentence; layers, a
    float64 array (80 sentences × 7 × 384) of the word's vector with its position added, and after each of six layers;
    words, and table, their rows in the transformer's own token table (float64, one row a word, 384 columns).
    Raises: DataError if a file is missing or changed.
    Source: all-MiniLM-L6-v2, and sentences of our own; see data/README.md.
    """
    sentences = pd.read_csv(checked(DATA / "minute/sentences.csv"))
    with np.load(checked(DATA / "minute/minilm.npz"), allow_pickle=False) as of:
        words = bytes(of["words"]).decode().split("\n")
        return sentences, of["layers"].astype(np.float64), words, of["table"].astype(np.float64)
