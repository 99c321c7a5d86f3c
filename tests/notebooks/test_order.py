"""The cells of a notebook may be run in any order that a reader thinks of: twice, or an earlier one after the last."""

import pytest
from running import run
from stored import every_run, tagged, texts

pytestmark = pytest.mark.slow


def assert_same(cells, ours):
    for cell, our in zip(cells, ours, strict=True):
        if not tagged(our, "nbval-ignore-output"):
            assert texts(cell) == texts(our), our.source


@every_run
def test_each_cell_twice(path):
    assert_same(run(path).second, run(path).ours)


@every_run
def test_each_cell_once_more_after_the_last(path):
    assert_same(run(path).backwards, run(path).ours)


@every_run
def test_a_kernel_takes_less_than_two_gigabytes(path):
    assert run(path).peak_bytes < 2 * 1024**3
