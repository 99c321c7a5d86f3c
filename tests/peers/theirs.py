"""Other people's libraries, each used as its own documentation does, on one thread.

Every model runs twice: with the library's defaults and with the settings that did best on the validation ratings
(`python tests/peers/measure.py --search`). The libraries are imported by the functions that use them, and before
training starts. To bring the ratings into a library's own form is loading and not training.
"""

import numpy as np
import pandas as pd
from common import Model, training

# --- Surprise: ratings ------------------------------------------------------------------------------------


def _surprise(algorithm, known, asked):
    from surprise import Dataset, Reader

    table = Dataset.load_from_df(known[["viewer", "film", "rating"]], Reader(rating_scale=(0.5, 5)))
    table = table.build_full_trainset()
    with training:
        algorithm.fit(table)
    return np.array([algorithm.predict(*pair).est for pair in zip(asked.viewer, asked.film, strict=True)])


def surprise_biases(known, asked, seed, **settings):
    from surprise import BaselineOnly

    return _surprise(BaselineOnly(bsl_options=settings, verbose=False), known, asked)


def surprise_svd(known, asked, seed, **settings):
    from surprise import SVD

    return _surprise(SVD(random_state=seed, **settings), known, asked)


def surprise_svdpp(known, asked, seed, **settings):
    from surprise import SVDpp

    return _surprise(SVDpp(random_state=seed, **settings), known, asked)


def surprise_neighbours(known, asked, seed, shrinkage=100, baselines=None, **settings):
    from surprise import KNNBaseline

    similarity = {"name": "pearson_baseline", "user_based": False, "shrinkage": shrinkage}
    model = KNNBaseline(sim_options=similarity, bsl_options=baselines or {}, verbose=False, **settings)
    return _surprise(model, known, asked)


# --- LensKit: ratings and rankings ------------------------------------------------------------------------


def _for_lenskit(ratings):
    return ratings.rename(columns={"viewer": "user_id", "film": "item_id"}).drop(columns="timestamp")


def _lenskit_ratings(scorer, known, asked, seed):
    from lenskit import batch
    from lenskit.data import ItemListCollection, UserIDKey, from_interactions_df
    from lenskit.pipeline import predict_pipeline
    from lenskit.training import TrainingOptions

    table = from_interactions_df(_for_lenskit(known))
    pipeline = predict_pipeline(scorer)  # for films that it never saw, it falls back on LensKit's biases
    with training:
        pipeline.train(table, TrainingOptions(rng=seed))
    wanted = _for_lenskit(asked)
    found = batch.predict(pipeline, ItemListCollection.from_df(wanted, UserIDKey), n_jobs=1).to_df()
    return wanted.merge(found, how="left", on=["user_id", "item_id"]).score.to_numpy()


def lenskit_biases(known, asked, seed, **settings):
    from lenskit.basic import BiasScorer

    return _lenskit_ratings(BiasScorer(**settings), known, asked, seed)


def lenskit_als(known, asked, seed, **settings):
    from lenskit.als import BiasedMFScorer

    return _lenskit_ratings(BiasedMFScorer(**settings), known, asked, seed)


def _lenskit_ranking(scorer, known, seed):
    from lenskit.data import ItemList, RecQuery, from_interactions_df
    from lenskit.training import TrainingOptions

    table = from_interactions_df(_for_lenskit(known))
    with training:
        scorer.train(table, TrainingOptions(rng=seed))
    viewers, films = table.users.ids(), table.items.ids()
    queries = [RecQuery(user_id=viewer, history_items=table.user_row(viewer)) for viewer in viewers]
    scores = [scorer(query, ItemList(item_ids=films)).scores() for query in queries]
    return pd.DataFrame(np.nan_to_num(scores, nan=-np.inf), index=viewers, columns=films)


def lenskit_implicit_als(known, seed, **settings):
    from lenskit.als import ImplicitMFScorer

    return _lenskit_ranking(ImplicitMFScorer(**settings), known, seed)


def lenskit_implicit_neighbours(known, seed, **settings):
    from lenskit.knn import ItemKNNScorer

    return _lenskit_ranking(ItemKNNScorer(feedback="implicit", **settings), known, seed)


# --- implicit: rankings -----------------------------------------------------------------------------------


def _implicit(model, known):
    from scipy.sparse import csr_matrix

    viewers, row = np.unique(known.viewer, return_inverse=True)
    films, column = np.unique(known.film, return_inverse=True)
    table = csr_matrix((np.ones(len(known), dtype=np.float32), (row, column)))
    with training:
        model.fit(table, show_progress=False)
    return pd.DataFrame(model.user_factors @ model.item_factors.T, index=viewers, columns=films)


def implicit_als(known, seed, **settings):
    from implicit.als import AlternatingLeastSquares

    return _implicit(AlternatingLeastSquares(random_state=seed, num_threads=1, **settings), known)


def implicit_bpr(known, seed, **settings):
    from implicit.bpr import BayesianPersonalizedRanking

    return _implicit(BayesianPersonalizedRanking(random_state=seed, num_threads=1, **settings), known)


# --- No library: rankings ---------------------------------------------------------------------------------


def popularity(known, seed):
    """How many ratings a film has, the same for everybody."""
    with training:
        count = known.film.value_counts()
    viewers = np.unique(known.viewer)
    return pd.DataFrame(np.tile(count, (len(viewers), 1)), index=viewers, columns=count.index)


# --- All of them, with what was searched and what was found -----------------------------------------------
# The grids hold the settings that matter most. Where the best value lay at an end of its row, the row was made longer,
# and the new values tried around the best combination. Searched on one seed; to search all again takes two hours.

THEIRS = [
    Model(
        "Surprise: BaselineOnly",
        "rating",
        surprise_biases,
        grid={"reg_u": [1, 2, 5, 10, 15], "reg_i": [1, 2, 5, 10], "n_epochs": [10, 30]},
        found={"reg_u": 2, "reg_i": 2, "n_epochs": 30},
    ),
    Model(
        "Surprise: SVD",
        "rating",
        surprise_svd,
        grid={
            "n_factors": [50, 100, 200],
            "reg_all": [0.02, 0.05, 0.1, 0.15],
            "lr_all": [0.005, 0.01, 0.02],
            "n_epochs": [20, 50, 100],
        },
        found={"n_factors": 200, "reg_all": 0.1, "lr_all": 0.01, "n_epochs": 100},
    ),
    Model(
        "Surprise: SVD++",
        "rating",
        surprise_svdpp,
        grid={"reg_all": [0.02, 0.05, 0.1, 0.15], "lr_all": [0.007, 0.01, 0.02], "n_epochs": [20, 40, 80]},
        found={"reg_all": 0.1, "lr_all": 0.01, "n_epochs": 40},
    ),
    Model(
        "Surprise: item k-NN",
        "rating",
        surprise_neighbours,
        grid={"k": [20, 40, 80], "shrinkage": [50, 100, 200, 400], "baselines": [None, {"reg_u": 5, "reg_i": 2}]},
        found={"k": 40, "shrinkage": 400, "baselines": {"reg_u": 5, "reg_i": 2}},
    ),
    Model(
        "LensKit: BiasScorer",
        "rating",
        lenskit_biases,
        grid={"damping": [{"user": user, "item": item} for user in (0, 2, 5, 10, 20) for item in (0, 2, 5, 10)]},
        found={"damping": {"user": 2, "item": 5}},
    ),
    Model(
        "LensKit: BiasedMFScorer",
        "rating",
        lenskit_als,
        grid={"embedding_size": [8, 16, 32, 50, 100, 200], "regularization": [0.05, 0.1, 0.2, 0.4], "epochs": [10, 20]},
        found={"embedding_size": 100, "regularization": 0.1, "epochs": 10},
    ),
    Model("popularity", "ranking", popularity),
    Model(
        "implicit: ALS",
        "ranking",
        implicit_als,
        grid={
            "factors": [8, 16, 32, 64, 128],
            "regularization": [0.01, 0.1, 1, 10, 30, 100],
            "alpha": [1, 4, 10, 40],
            "iterations": [5, 15, 30],
        },
        found={"factors": 128, "regularization": 30, "alpha": 4, "iterations": 15},
    ),
    Model(
        "implicit: BPR",
        "ranking",
        implicit_bpr,
        grid={
            "factors": [8, 16, 32, 64],
            "learning_rate": [0.003, 0.01, 0.03, 0.1],
            "regularization": [0.003, 0.01, 0.03],
            "iterations": [50, 100, 300],
        },
        found={"factors": 16, "learning_rate": 0.003, "regularization": 0.01, "iterations": 300},
    ),
    Model(
        "LensKit: ImplicitMFScorer",
        "ranking",
        lenskit_implicit_als,
        grid={
            "embedding_size": [8, 16, 32, 64, 128],
            "regularization": [0.1, 1, 10, 30, 100],
            "weight": [1, 4, 10, 40],
        },
        found={"embedding_size": 128, "regularization": 30, "weight": 4},
    ),
    Model(
        "LensKit: ItemKNNScorer",
        "ranking",
        lenskit_implicit_neighbours,
        grid={"max_nbrs": [10, 20, 50, 100, 200], "min_nbrs": [1, 3], "save_nbrs": [None, 20, 50, 200]},
        found={"max_nbrs": 50, "min_nbrs": 1, "save_nbrs": 50},
    ),
]
