"""How sure is a difference? Used by the notebooks of evidence only."""

import numpy as np
import pandas as pd
from scipy.stats import bootstrap


def gain(worse, better, asked):
    """By how many % the second prediction's error is lower, and the range in 95 of 100 draws of viewers.

    worse, better: predictions for the ratings in `asked`, in its order. The draws are a bootstrap over viewers, whose
    ratings are not independent of one another: all viewers are drawn again and again from themselves.
    Returns: the gain, the lower end and the upper end.
    """
    squared = pd.DataFrame({"worse": (worse - asked.rating) ** 2, "better": (better - asked.rating) ** 2})
    per_viewer = squared.groupby(asked.viewer).sum().to_numpy().T  # 2 predictions × viewers

    def percent(worse, better, axis=-1):
        return 100 * (1 - np.sqrt(better.sum(axis) / worse.sum(axis)))

    draws = bootstrap(per_viewer, percent, n_resamples=2000, paired=True, method="percentile", random_state=0)
    return percent(*per_viewer), *draws.confidence_interval
