"""An answer may come in any form that a reader thinks of."""

import numpy as np
import pytest
import torch

from helpers.checks import one_number


@pytest.mark.parametrize("answer", [2, 2.0, "2", "2 %", [2], np.float64(2), np.array([[2]]), torch.tensor(2.0)])
def test_one_number_in_any_form_is_understood(answer):
    assert one_number(answer) == 2


@pytest.mark.parametrize("answer", ["two", "nan", None, [1, 2], [], {}, lambda: 2, torch.ones(1, requires_grad=True)])
def test_what_is_not_one_number_is_none(answer):
    assert one_number(answer) is None
