"""Sums of words as people type them: "King–man+woman", "king minus man plus woman", "king - (man - woman)"."""

import re

from helpers.names import closest

_ALIKE = str.maketrans(dict.fromkeys("–—−‒‐‑﹣－", "−") | {"＋": "+", "[": "(", "]": ")", "{": "(", "}": ")", "’": "'"})
_SPOKEN = {"minus": "−", "plus": "+"}
_WORD = r"[^\s+−()=,;*/?\"“”„«»-]+"
_TOKEN = re.compile(rf"(?P<word>{_WORD}(?:-+{_WORD})*)|(?P<minus>-+)|(?P<sign>[+−()=,;*/?])")


def read_formula(text, words):
    """The signs and words of a sum, such as [(1, "king"), (-1, "man"), (1, "woman")].

    Any dash is a minus, "minus" and "plus" may be written out, brackets may stand, capitals do not count. A hyphen
    belongs to a word if the words have it ("mother-in-law"); where it could be both, the writer is asked.
    Raises: ValueError that says what is unclear, or which word is not among the words and what is spelt like it.
    """
    known = set(words)
    tokens = _tokens(str(text), known)
    if not any(kind == "word" for kind, _ in tokens):
        raise ValueError("Write a sum of words, such as: king - man + woman")
    parts, sign, outer, before = [], None, [1], None
    for kind, token in tokens:
        if kind == "word":
            if before in ("word", ")"):
                raise ValueError(f"What stands before {token!r}, + or -? Each row of the table is one word.")
            parts.append((outer[-1] * (sign or 1), _found(token, words, known)))
            sign = None
        elif token == "(":
            if before in ("word", ")"):
                raise ValueError("What stands before the bracket, + or -?")
            outer.append(outer[-1] * (sign or 1))
            sign = None
        elif token == ")":
            if len(outer) == 1 or before not in ("word", ")"):
                raise ValueError("I cannot see what this bracket closes: )")
            outer.pop()
        else:
            if sign is not None:
                raise ValueError("Two signs stand side by side. Which one do you mean?")
            sign = 1 if token == "+" else -1
        before = kind if kind == "word" else token
    if sign is not None:
        raise ValueError("The sum ends with a sign. Which word comes after it?")
    if len(outer) > 1:
        raise ValueError("A bracket is still open. Where does it close?")
    return parts


def _tokens(text, known):
    """Words and the signs + − ( ), each with its kind. Raises: ValueError for other signs, and an unclear hyphen."""
    text = re.sub(r"[=≈?\s]+$", "", text.translate(_ALIKE).lower())
    found = [(match.lastgroup, match.group()) for match in _TOKEN.finditer(text)]
    listed = [token for kind, token in found if kind == "word"]
    other = next((token for _, token in found if token in "=*/?;"), None)
    if other:
        raise ValueError(f"I can add and subtract words, and do not know what to do with {other!r}. Leave it out?")
    if any(token == "," for _, token in found):
        if not any(kind == "minus" or token in "+−" or token in _SPOKEN for kind, token in found):
            hint = f" Do you mean {listed[0]} - {listed[1]} + {listed[2]}?" if len(listed) == 3 else ""
            raise ValueError(f"These are words with commas. Which of them are added, which subtracted?{hint}")
        found = [pair for pair in found if pair[1] != ","]
    spaced = re.search(r"\s(?:[+−-]|plus\b|minus\b)", text)
    alone = len(found) == 1
    tokens = []
    for kind, token in found:
        if kind == "word" and "-" in token and token not in known:
            pieces = _hyphenated(token, known)
            if alone or spaced or len(pieces) == 1:
                asked = " - ".join(token.split("-"))
                raise ValueError(f"Is {token!r} one word? The table does not have it. If it is a sum, write: {asked}")
            tokens += [pair for piece in pieces for pair in (("sign", "−"), ("word", piece))][1:]
        elif kind == "word":
            tokens.append(("sign", _SPOKEN[token]) if token in _SPOKEN else ("word", token))
        else:
            tokens.append(("sign", "−" if kind == "minus" else token))
    return tokens


def _hyphenated(token, known):
    """The words between the hyphens that are minus signs; the longest known word first: "mother-in-law-mother"."""
    parts, pieces = [part for part in token.split("-") if part], []
    while parts:
        size = next((size for size in range(len(parts), 1, -1) if "-".join(parts[:size]) in known), 1)
        pieces.append("-".join(parts[:size]))
        parts = parts[size:]
    return pieces


def _found(word, words, known):
    if word in known:
        return word
    close = closest(word, words)
    hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    raise ValueError(f"There is no {word!r} among the {len(known):,} words.{hint}")
