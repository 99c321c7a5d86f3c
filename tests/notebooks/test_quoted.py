"""A number that a text quotes from another cell equals it: `0.7 %<!-- = name of a line -->`, as in a scorecard.

The comment is invisible to a reader. The line stands in the scorecard of the same notebook, of the lesson or of its
evidence; for README and guide, in that of any notebook. A number may be quoted with fewer digits.
"""

import re

import pytest
from stored import EVIDENCE, NOTEBOOKS, ROOT, markdown, on_both_shelves, scorecard

NUMBER = r"[−+-]?\d[\d,]*(?:\.\d+)?"
QUOTED = re.compile(rf"({NUMBER})(?:\s?%)?\**<!--\s*=\s*([^>]*?)\s*-->")
PAGES = ["README.md", "notebooks/README.md", "tests/peers/README.md"]


def number(text):
    """A number as written, and half of its last digit."""
    digits = re.search(NUMBER, text)[0].replace(",", "").replace("−", "-")
    return float(digits), 0.5 * 10.0 ** -len(digits.partition(".")[2])


def assert_equal(text, lines):
    assert len(QUOTED.findall(text)) == len(re.findall(r"<!--\s*=", text)), "a quoted number is not read as one"
    for quoted, name in QUOTED.findall(text):
        assert name in lines, f"no scorecard has a line {name!r}"
        (ours, half), (theirs, _) = number(quoted), number(lines[name])
        assert abs(ours - theirs) <= half * (1 + 1e-9), f"{name}: the text says {quoted}, the cell {lines[name]}"


def lines_of(notebooks):
    return {name: value for path in notebooks for name, value in scorecard(path).items()}


@on_both_shelves
def test_quoted_numbers_are_what_the_cells_print(path):
    assert_equal(markdown(path), lines_of(one for one in NOTEBOOKS + EVIDENCE if one.name == path.name))


@pytest.mark.parametrize("page", PAGES)
def test_quoted_numbers_of_the_pages(page):
    assert_equal((ROOT / page).read_text(encoding="utf-8"), lines_of(NOTEBOOKS + EVIDENCE))


def test_a_wrong_number_is_found():
    assert_equal("about **0.7 %**<!-- = gain --> and 1,182 <!-- no quotation -->", {"gain": "0.68 %"})
    with pytest.raises(AssertionError, match="the text says"):
        assert_equal("0.8 %<!-- = gain -->", {"gain": "0.68 %"})
    with pytest.raises(AssertionError, match="no scorecard"):
        assert_equal("0.8<!-- = loss -->", {"gain": "0.68"})
