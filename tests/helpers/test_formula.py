"""A sum of words as a tired student types it is read, or answered with a question; never silently misread."""

import pytest

from helpers.formula import read_formula

WORDS = [
    "king",
    "man",
    "woman",
    "queen",
    "paris",
    "france",
    "italy",
    "new",
    "york",
    "mother-in-law",
    "mother",
    "father",
    "so-called",
    "minus",
    "plus",
    "é",
    "café",
]
KING = [(1, "king"), (-1, "man"), (1, "woman")]


@pytest.mark.parametrize(
    "typed",
    [
        "king - man + woman",
        "King–man+woman",
        "king − man + woman",
        "KING — MAN + WOMAN",
        "king-man+woman",
        "king -man +woman",
        "king- man+ woman",
        "king -- man + woman",
        "king minus man plus woman",
        "King Minus Man + Woman",
        "(king - man) + woman",
        "king - (man - woman)",
        "king + (-man + woman)",
        "[king - man] + woman",
        "-(man - king) + woman",
        "king - man + woman = ?",
        "  king - man + woman =",
        "king, - man, + woman",
        '"king" - "man" + “woman”',
        "king\t-\u00a0man\n+ woman",
    ],
)
def test_many_ways_to_type_one_sum(typed):
    assert sorted(read_formula(typed, WORDS)) == sorted(KING)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("king", [(1, "king")]),
        ("-man", [(-1, "man")]),
        ("mother-in-law - woman + man", [(1, "mother-in-law"), (-1, "woman"), (1, "man")]),
        ("Mother-in-law", [(1, "mother-in-law")]),
        ("mother-in-law-mother+father", [(1, "mother-in-law"), (-1, "mother"), (1, "father")]),
        ("woman - (king - (man - queen))", [(1, "woman"), (-1, "king"), (1, "man"), (-1, "queen")]),
        ("king + king", [(1, "king"), (1, "king")]),
        ("café + man", [(1, "café"), (1, "man")]),
    ],
)
def test_a_sum_is_read(typed, parts):
    assert read_formula(typed, WORDS) == parts


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("", "Write a sum of words"),
        ("+ -", "Write a sum of words"),
        ("minus", "Write a sum of words"),
        ("new-york", "Is 'new-york' one word.* write: new - york"),
        ("new-york - france + italy", "Is 'new-york' one word"),
        ("king-man", "If it is a sum, write: king - man"),
        ("new york - france", "What stands before 'york'"),
        ("king man woman", "What stands before 'man'"),
        ("king (man)", "before the bracket"),
        ("(king) man", "What stands before 'man'"),
        ("paris, france, italy", r"Do you mean paris - france \+ italy\?"),
        ("paris, france", "added, which subtracted"),
        ("paris; france", "';'"),
        ("king - man + woman = queen", "'='"),
        ("2 * king", r"'\*'"),
        ("king / man", "'/'"),
        ("king -", "ends with a sign"),
        ("king + - man", "Two signs"),
        ("(king - man", "still open"),
        ("king - man)", "closes"),
        ("() + king", "closes"),
        ("quen - woman + man", "There is no 'quen'.*Did you mean 'queen'"),
        ("quen-woman+man", "Did you mean 'queen'"),
        ("qqqqqq + man", "There is no 'qqqqqq' among the 17 words.$"),
    ],
)
def test_what_is_unclear_is_asked(typed, question):
    with pytest.raises(ValueError, match=question):
        read_formula(typed, WORDS)
