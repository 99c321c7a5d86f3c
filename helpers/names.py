"""Names as people type them: compared without accents and capitals, answered with the closest spellings."""

import re
import unicodedata
from difflib import get_close_matches

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "’": "'"})
_SIGNS = {code: " " for code in range(0x10000) if unicodedata.category(chr(code))[0] in "PSC"}
_SIGNS |= str.maketrans({"'": "", "&": " and "})


def plain(name):
    """A name without capitals and accents: "Amélie" → "amelie"."""
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", str(name).casefold())).translate(_LETTERS)


def words(name):
    """Its words alone, without capitals, accents and punctuation: "Tom & Jerry's" → ["tom", "and", "jerrys"]."""
    return plain(name).translate(_SIGNS).split()


def closest(name, names):
    """Up to three of the names that are spelt most like this one, whatever their capitals and accents."""
    known = {plain(other): other for other in reversed(list(names))}
    return [known[match] for match in get_close_matches(plain(name), known, n=3)]


def position(name, names):
    """The row of `name` in `names`.

    Raises: ValueError with the closest spellings if it is not there.
    """
    names = list(names)
    if name in names:
        return names.index(name)
    close = closest(name, names)
    hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else f"The names start with {names[:3]}."
    raise ValueError(f"There is no {name!r} among the {len(names)} names. {hint}")
