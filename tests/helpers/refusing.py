"""What the tests of all rooms ask of a refusal."""

import pytest

from helpers.data import DataError


def refuses(load, *words):
    """`load` raises a DataError that has every one of these words."""
    with pytest.raises(DataError) as caught:
        load()
    lacking = [word for word in words if word not in str(caught.value)]
    assert not lacking, f"{lacking} not in: {caught.value}"
