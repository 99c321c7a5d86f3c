"""How good are predicted ratings, and how good is an order of films?"""

import numpy as np

from helpers import lessons


def rating_quality(predictions, asked):
    """RMSE, after predictions beyond the scale were moved to its ends, 0.5 and 5, whoever made them."""
    if not np.isfinite(predictions).all():
        raise ValueError("Some ratings were not predicted.")
    errors = np.clip(predictions, 0.5, 5) - asked.rating.to_numpy()
    return {"RMSE": np.sqrt((errors**2).mean())}


def ranking_quality(scores, known, asked, k=10):
    """nDCG@k and recall@k as lesson 04 defines them, averaged over the viewers who have films in `asked`.

    scores: DataFrame viewers × films, for all films in `known`; of equal scores the film with the lower id goes first.
    A hit is a film that the viewer has in `asked`, whatever the rating, even if nobody has it in `known` (then it
    cannot be hit). The viewer's films in `known` are not candidates. The ideal list has nothing but hits, as far as
    they go, and recall is the share of its hits: both are 1 for the best list that k places can hold.
    """
    viewers, films = (np.union1d(known[column], asked[column]) for column in ["viewer", "film"])

    def cells(ratings):
        table = np.zeros((len(viewers), len(films)), dtype=bool)
        table[np.searchsorted(viewers, ratings.viewer), np.searchsorted(films, ratings.film)] = True
        return table

    table = scores.astype(np.float64).reindex(index=viewers, columns=films, fill_value=-np.inf).to_numpy()
    ndcg, recall = lessons.ranking_quality(table, cells(known), cells(asked), k)
    return {f"nDCG@{k}": ndcg, f"recall@{k}": recall}
