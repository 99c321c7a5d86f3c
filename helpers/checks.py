"""What the checks of several lessons' exercises need."""

import numpy as np


def one_number(answer):
    """A reader's answer as one number, or None if it is not one (nor is nan); a list of one counts, and "70 %"."""
    if isinstance(answer, str):
        answer = answer.replace("%", "")
    try:
        numbers = np.asarray(answer, dtype=float).ravel()
    except (TypeError, ValueError, RuntimeError):  # the last is a tensor that still learns
        return None
    return numbers[0] if len(numbers) == 1 and not np.isnan(numbers[0]) else None  # None becomes nan
