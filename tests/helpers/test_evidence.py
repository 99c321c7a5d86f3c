"""The gain of one prediction over another, with its range."""

import numpy as np
import pandas as pd
import pytest

from helpers.evidence import gain


@pytest.fixture
def asked():
    rng = np.random.RandomState(0)
    return pd.DataFrame({"viewer": rng.randint(20, size=400), "rating": rng.normal(3.5, 1, 400)})


def test_a_prediction_gains_nothing_over_itself(asked):
    assert gain(asked.rating * 0 + 3, asked.rating * 0 + 3, asked) == (0, 0, 0)


def test_half_the_error_is_a_gain_of_50_percent_for_any_viewers(asked):
    worse, better = asked.rating * 0 + 3, (asked.rating + 3) / 2
    assert gain(worse, better, asked) == pytest.approx((50, 50, 50))


def test_the_range_holds_the_gain_and_is_the_same_each_time(asked):
    worse, better = asked.rating * 0 + 3, asked.rating * 0 + 3.5
    few = asked.assign(viewer=asked.viewer % 4)
    middle, low, high = gain(worse, better, few)
    assert low < middle < high
    assert middle == pytest.approx(gain(worse, better, asked)[0])
    assert gain(worse, better, few) == (middle, low, high)
