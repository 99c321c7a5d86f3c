"""A name is found in a list, or answered with the closest; how people type it does not matter where it should not."""

import numpy as np
import pandas as pd
import pytest

from helpers.names import closest, plain, position, words
from helpers.vectors import nearest

TABLE = [[3, 4], [4, 3], [-3, -4], [4, -3]]
NAMES = ["Alien", "Blade Runner", "Casablanca", "Dirty Dancing"]


@pytest.mark.parametrize("names", [NAMES, tuple(NAMES), np.array(NAMES), pd.Index(NAMES), pd.Series(NAMES)])
def test_position_is_the_row_of_a_name(names):
    assert position("Casablanca", names) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [("Ailen", "'Ailen'.*4 names.*mean 'Alien'"), ("ALIEN", "mean 'Alien'"), ("xyz", "names start with.*'Alien'")],
)
def test_unknown_name_is_answered_with_the_closest(name, message):
    with pytest.raises(ValueError, match=message):
        position(name, NAMES)
    with pytest.raises(ValueError, match=message):
        nearest(name, TABLE, NAMES)


@pytest.mark.parametrize(
    ("typed", "letters", "its_words"),
    [
        ("Amélie", "amelie", ["amelie"]),
        ("Ame\u0301lie", "amelie", ["amelie"]),  # the accent as a sign of its own
        ("İstanbul", "istanbul", ["istanbul"]),
        ("Łódź – Ørsted", "lodz – orsted", ["lodz", "orsted"]),
        ("WALL·E", "wall·e", ["wall", "e"]),
        ("Fast & Furious's", "fast & furious's", ["fast", "and", "furiouss"]),
        ("हिन्दी", "हिन्दी", ["हिन्दी"]),
        ("$!", "$!", []),
    ],
)
def test_letters_and_words_of_a_name(typed, letters, its_words):
    assert plain(typed) == letters and words(typed) == its_words


def test_closest_does_not_mind_accents_and_capitals():
    assert closest("AMELIE", ["Speed", "Amelia", "Amélie"]) == ["Amélie", "Amelia"]
