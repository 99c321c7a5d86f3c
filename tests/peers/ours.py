"""Our two models, from the lessons that show them, with the settings that the lessons arrive at."""

import numpy as np
import pandas as pd
import torch
from common import Model

from helpers.lessons import RatingModel, learn_watching, new_model, predict_with

NEW = -1  # stands for every viewer or film that has no known rating; its row learns nothing and decays to zero


class OurRatings(Model):
    name = "our rating model"
    task = "rating"

    def __init__(self, decay=2.0, bias_decay=0.1, **settings):
        super().__init__(decay=decay, bias_decay=bias_decay, **settings)

    def prepare(self, known):
        torch.set_default_dtype(torch.float64)
        self.known = known
        self.ids = [np.append(NEW, np.unique(known[column])) for column in ["viewer", "film"]]

    def fit(self, seed):
        self.model, _ = new_model(RatingModel, self.ids, self.known, seed=seed, **self.settings)

    def predict(self, asked):
        asked = asked.copy()
        for column, ids in zip(["viewer", "film"], self.ids, strict=True):
            asked[column] = asked[column].where(asked[column].isin(ids), NEW)
        return predict_with(self.model, asked).to_numpy()


class OurWatching(Model):
    """Films with fewer than 3 viewers are never recommended."""

    name = "our watching model"
    task = "ranking"

    def prepare(self, known):
        torch.set_default_dtype(torch.float64)
        count = known.film.value_counts().sort_index()
        self.films, self.often = count.index, count.index[count >= 3]
        self.viewers = np.unique(known.viewer)
        known = known[known.film.isin(self.often)]
        self.watched = torch.zeros(len(self.viewers), len(self.often))
        self.watched[np.searchsorted(self.viewers, known.viewer), np.searchsorted(self.often, known.film)] = 1

    def fit(self, seed):
        self.model = learn_watching(self.watched, seed, **self.settings)

    def predict(self, asked):
        scores = pd.DataFrame(self.model().detach().numpy(), index=self.viewers, columns=self.often)
        return scores.reindex(columns=self.films, fill_value=-np.inf).loc[asked]


OURS = [OurRatings, OurWatching]
