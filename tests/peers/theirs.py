"""Other people's libraries, each used as its own documentation does, on one thread.

Every model runs twice: with the library's defaults and with the settings that did best on the validation ratings
(`python tests/peers/measure.py --search`). `algorithm` says where its class is: it is imported by `prepare`, so that
this file can be read without the libraries, and before training starts.

The grids hold the settings that matter most. A first search tried every combination of shorter rows (two hours, 24
November 2026). Where the best value lay at an end of its row, the row was made longer. The search as it stands begins
at what was found and moves along one row at a time, until no step in any row does better. On one seed.
"""

from pkgutil import resolve_name
from typing import ClassVar

import numpy as np
import pandas as pd
from common import Model

# --- Surprise: ratings ------------------------------------------------------------------------------------


class Surprise(Model):
    task = "rating"
    algorithm: str

    def options(self, seed):
        """What the algorithm's constructor is given."""
        return {"random_state": seed, **self.settings}

    def prepare(self, known):
        from surprise import Dataset, Reader

        self.new = resolve_name(self.algorithm)
        table = Dataset.load_from_df(known[["viewer", "film", "rating"]], Reader(rating_scale=(0.5, 5)))
        self.table = table.build_full_trainset()

    def fit(self, seed):
        self.trained = self.new(**self.options(seed)).fit(self.table)

    def predict(self, asked):
        return np.array([self.trained.predict(*pair).est for pair in zip(asked.viewer, asked.film, strict=True)])


class SurpriseBiases(Surprise):
    name = "Surprise: BaselineOnly"
    algorithm = "surprise:BaselineOnly"
    random: ClassVar = False
    grid: ClassVar = {"reg_u": [1, 2, 5, 10, 15], "reg_i": [1, 2, 5, 10], "n_epochs": [10, 30, 60]}
    found: ClassVar = {"reg_u": 2, "reg_i": 2, "n_epochs": 30}

    def options(self, seed):
        return {"bsl_options": self.settings, "verbose": False}


class SurpriseSVD(Surprise):
    name = "Surprise: SVD"
    algorithm = "surprise:SVD"
    grid: ClassVar = {
        "n_factors": [50, 100, 200, 400],
        "reg_all": [0.02, 0.05, 0.08, 0.1, 0.12, 0.15],
        "lr_all": [0.005, 0.01, 0.02],
        "n_epochs": [20, 50, 100, 200],
    }
    found: ClassVar = {"n_factors": 200, "reg_all": 0.1, "lr_all": 0.01, "n_epochs": 100}


class SurpriseSVDpp(Surprise):
    name = "Surprise: SVD++"
    algorithm = "surprise:SVDpp"
    grid: ClassVar = {
        "n_factors": [20, 50],
        "reg_all": [0.02, 0.05, 0.1, 0.15],
        "lr_all": [0.007, 0.01, 0.02],
        "n_epochs": [20, 40, 80],
    }
    found: ClassVar = {"n_factors": 20, "reg_all": 0.1, "lr_all": 0.01, "n_epochs": 40}


class SurpriseNeighbours(Surprise):
    name = "Surprise: item k-NN"
    algorithm = "surprise:KNNBaseline"
    random: ClassVar = False
    grid: ClassVar = {
        "k": [20, 30, 40, 60, 80],
        "shrinkage": [50, 100, 200, 400, 800, 1600],
        "baselines": [None, {"reg_u": 2, "reg_i": 2}, {"reg_u": 5, "reg_i": 2}],
    }
    found: ClassVar = {"k": 30, "shrinkage": 800, "baselines": {"reg_u": 2, "reg_i": 2}}

    def __init__(self, shrinkage=100, baselines=None, **settings):
        similarity = {"name": "pearson_baseline", "user_based": False, "shrinkage": shrinkage}
        super().__init__(sim_options=similarity, bsl_options=baselines or {}, **settings)

    def options(self, seed):
        return {"verbose": False, **self.settings}


# --- LensKit: ratings and rankings ------------------------------------------------------------------------


class LensKit(Model):
    algorithm: str

    def prepare(self, known):
        from lenskit.data import from_interactions_df
        from lenskit.training import TrainingOptions

        self.options = TrainingOptions
        self.table = from_interactions_df(self.renamed(known))
        self.model = resolve_name(self.algorithm)(**self.settings)

    def fit(self, seed):
        self.model.train(self.table, self.options(rng=seed))

    @staticmethod
    def renamed(ratings):
        return ratings.rename(columns={"viewer": "user_id", "film": "item_id"}).drop(columns="timestamp")


class LensKitRatings(LensKit):
    task = "rating"

    def prepare(self, known):
        from lenskit.pipeline import predict_pipeline

        super().prepare(known)
        self.model = predict_pipeline(self.model)  # for films that it never saw, it falls back on LensKit's biases

    def predict(self, asked):
        from lenskit import batch
        from lenskit.data import ItemListCollection, UserIDKey

        wanted = self.renamed(asked)
        found = batch.predict(self.model, ItemListCollection.from_df(wanted, UserIDKey), n_jobs=1).to_df()
        return wanted.merge(found, how="left", on=["user_id", "item_id"]).score.to_numpy()


class LensKitBiases(LensKitRatings):
    name = "LensKit: BiasScorer"
    algorithm = "lenskit.basic:BiasScorer"
    random: ClassVar = False
    grid: ClassVar = {"damping": [{"user": user, "item": item} for user in (0, 2, 5, 10, 20) for item in (0, 2, 5, 10)]}
    found: ClassVar = {"damping": {"user": 2, "item": 5}}


class LensKitALS(LensKitRatings):
    name = "LensKit: BiasedMFScorer"
    algorithm = "lenskit.als:BiasedMFScorer"
    grid: ClassVar = {
        "embedding_size": [8, 16, 32, 50, 100, 200],
        "regularization": [0.05, 0.07, 0.1, 0.15, 0.2, 0.4],
        "epochs": [5, 10, 20],
        "damping": [2, 5, 10],
    }
    found: ClassVar = {"embedding_size": 100, "regularization": 0.1, "epochs": 10, "damping": 5}


class LensKitRankings(LensKit):
    task = "ranking"

    def predict(self, asked):
        from lenskit.data import ItemList, RecQuery

        films = self.table.items.ids()
        queries = [RecQuery(user_id=viewer, history_items=self.table.user_row(viewer)) for viewer in asked]
        scores = [self.model(query, ItemList(item_ids=films)).scores() for query in queries]
        return pd.DataFrame(np.nan_to_num(scores, nan=-np.inf), index=asked, columns=films)


class LensKitImplicitALS(LensKitRankings):
    name = "LensKit: ImplicitMFScorer"
    algorithm = "lenskit.als:ImplicitMFScorer"
    grid: ClassVar = {
        "embedding_size": [8, 16, 32, 64, 128, 256],
        "regularization": [0.1, 1, 10, 20, 30, 50, 100],
        "weight": [1, 2, 4, 7, 10, 40],
        "epochs": [10, 20],
    }
    found: ClassVar = {"embedding_size": 128, "regularization": 30, "weight": 4, "epochs": 10}


class LensKitNeighbours(LensKitRankings):
    name = "LensKit: ItemKNNScorer"
    algorithm = "lenskit.knn:ItemKNNScorer"
    random: ClassVar = False
    grid: ClassVar = {"max_nbrs": [10, 20, 50, 100, 200], "min_nbrs": [1, 3], "save_nbrs": [None, 20, 50, 200]}
    found: ClassVar = {"max_nbrs": 50, "min_nbrs": 1, "save_nbrs": 50}

    def __init__(self, **settings):
        super().__init__(feedback="implicit", **settings)


class LensKitEASE(LensKitRankings):
    """Films × films, however few the viewers."""

    name = "LensKit: EASEScorer"
    algorithm = "lenskit.knn.ease:EASEScorer"
    random: ClassVar = False
    grid: ClassVar = {"regularization": [100, 200, 300]}
    found: ClassVar = {"regularization": 200}


class LensKitSLIM(LensKitRankings):
    name = "LensKit: SLIMScorer"
    algorithm = "lenskit.knn.slim:SLIMScorer"
    random: ClassVar = False
    grid: ClassVar = {"l1_reg": [0.3, 1, 2, 3, 5, 10], "l2_reg": [1, 10, 50, 100, 200, 400]}
    found: ClassVar = {"l1_reg": 3, "l2_reg": 100}


# --- implicit: rankings -----------------------------------------------------------------------------------


class Implicit(Model):
    task = "ranking"
    algorithm: str

    def prepare(self, known):
        from scipy.sparse import csr_matrix

        self.new = resolve_name(self.algorithm)
        self.viewers, row = np.unique(known.viewer, return_inverse=True)
        self.films, column = np.unique(known.film, return_inverse=True)
        self.table = csr_matrix((np.ones(len(known), dtype=np.float32), (row, column)))

    def fit(self, seed):
        self.model = self.new(random_state=seed, num_threads=1, **self.settings)
        self.model.fit(self.table, show_progress=False)

    def predict(self, asked):
        scores = self.model.user_factors @ self.model.item_factors.T
        return pd.DataFrame(scores, index=self.viewers, columns=self.films).loc[asked]


class ImplicitALS(Implicit):
    name = "implicit: ALS"
    algorithm = "implicit.als:AlternatingLeastSquares"
    grid: ClassVar = {
        "factors": [8, 16, 32, 64, 128, 256],
        "regularization": [0.01, 0.1, 1, 10, 20, 30, 50, 100],
        "alpha": [1, 2, 4, 7, 10, 40],
        "iterations": [5, 10, 15, 30],
    }
    found: ClassVar = {"factors": 256, "regularization": 30, "alpha": 4, "iterations": 15}


class ImplicitBPR(Implicit):
    name = "implicit: BPR"
    algorithm = "implicit.bpr:BayesianPersonalizedRanking"
    grid: ClassVar = {
        "factors": [8, 16, 32, 64],
        "learning_rate": [0.001, 0.003, 0.01, 0.03, 0.1],
        "regularization": [0.003, 0.01, 0.03],
        "iterations": [50, 100, 300, 600],
    }
    found: ClassVar = {"factors": 16, "learning_rate": 0.003, "regularization": 0.01, "iterations": 300}


class ImplicitNeighbours(Implicit):
    name = "implicit: item k-NN, BM25"
    algorithm = "implicit.nearest_neighbours:BM25Recommender"
    random: ClassVar = False
    grid: ClassVar = {
        "K": [20, 50, 100, 200, 400],
        "K1": [0.01, 0.03, 0.1, 0.3, 0.6, 1.2, 2.4],
        "B": [0, 0.2, 0.4, 0.6, 0.75, 0.9],
    }
    found: ClassVar = {"K": 50, "K1": 0.1, "B": 0.75}

    def fit(self, seed):
        self.model = self.new(num_threads=1, **self.settings)
        self.model.fit(self.table, show_progress=False)

    def predict(self, asked):
        scores = (self.table @ self.model.similarity).toarray()
        return pd.DataFrame(scores, index=self.viewers, columns=self.films).loc[asked]


# --- No library: rankings ---------------------------------------------------------------------------------


class Popularity(Model):
    """How many ratings a film has, the same for everybody."""

    name = "popularity"
    task = "ranking"
    random: ClassVar = False

    def prepare(self, known):
        self.film = known.film

    def fit(self, seed):
        self.count = self.film.value_counts()

    def predict(self, asked):
        return pd.DataFrame(np.tile(self.count, (len(asked), 1)), index=asked, columns=self.count.index)


class EASE(Model):
    """Steck 2019, *Embarrassingly Shallow Autoencoders for Sparse Data*: each film by ridge regression on all others.

    Closed form, no start. With a viewers × viewers matrix, which is smaller here than films × films.
    """

    name = "EASE"
    task = "ranking"
    random: ClassVar = False
    grid: ClassVar = {"strength": [10, 30, 100, 150, 200, 250, 300, 500, 1000, 3000]}
    found: ClassVar = {"strength": 200}

    def __init__(self, strength=500):
        super().__init__(strength=strength)

    def prepare(self, known):
        self.viewers, row = np.unique(known.viewer, return_inverse=True)
        self.films, column = np.unique(known.film, return_inverse=True)
        self.table = np.zeros((len(self.viewers), len(self.films)))
        self.table[row, column] = 1

    def fit(self, seed):
        strength = self.settings["strength"]
        self.part = np.linalg.solve(self.table @ self.table.T + strength * np.eye(len(self.table)), self.table)
        self.diagonal = (1 - (self.table * self.part).sum(axis=0)) / strength

    def predict(self, asked):
        return pd.DataFrame(self.table - self.part / self.diagonal, index=self.viewers, columns=self.films).loc[asked]


THEIRS = [
    SurpriseBiases,
    SurpriseSVD,
    SurpriseSVDpp,
    SurpriseNeighbours,
    LensKitBiases,
    LensKitALS,
    Popularity,
    EASE,
    ImplicitALS,
    ImplicitBPR,
    ImplicitNeighbours,
    LensKitImplicitALS,
    LensKitNeighbours,
    LensKitEASE,
    LensKitSLIM,
]
