"""How good are predicted ratings, and how good is an order of films?"""

import numpy as np


def rating_quality(predictions, asked):
    """RMSE, after predictions beyond the scale were moved to its ends, 0.5 and 5, whoever made them."""
    if not np.isfinite(predictions).all():
        raise ValueError("Some ratings were not predicted.")
    errors = np.clip(predictions, 0.5, 5) - asked.rating.to_numpy()
    return {"RMSE": np.sqrt((errors**2).mean())}


def ranking_quality(scores, known, asked, k=10):
    """nDCG@k and recall@k, averaged over the viewers who have films in `asked`.

    scores: DataFrame viewers × films, for all films in `known`; of equal scores the film with the lower id goes first.
    A hit is a film that the viewer has in `asked`, whatever the rating, even if nobody has it in `known` (then it
    cannot be hit). The viewer's films in `known` are not candidates. The ideal list has nothing but hits, as far as
    they go, and recall is the share of its hits: both are 1 for the best list that k places can hold.
    """
    viewers, row = np.unique(asked.viewer, return_inverse=True)
    films = np.union1d(known.film, asked.film)
    table = scores.astype(np.float64).reindex(index=viewers, columns=films, fill_value=-np.inf).to_numpy(copy=True)
    watched = known[known.viewer.isin(viewers)]
    table[np.searchsorted(viewers, watched.viewer), np.searchsorted(films, watched.film)] = -np.inf
    truth = np.zeros(table.shape, dtype=bool)
    truth[row, np.searchsorted(films, asked.film)] = True

    first = np.argsort(-table, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(truth & np.isfinite(table), first, axis=1)
    possible = np.minimum(truth.sum(axis=1), k)
    worth = 1 / np.log2(np.arange(k) + 2)
    ndcg = hits @ worth[: hits.shape[1]] / worth.cumsum()[possible - 1]
    recall = hits.sum(axis=1) / possible
    return {f"nDCG@{k}": ndcg.mean(), f"recall@{k}": recall.mean()}
