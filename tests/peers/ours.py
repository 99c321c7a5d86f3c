"""Our two models, from the lesson that shows them, with the settings that the lessons arrive at."""

from typing import ClassVar

import numpy as np
import pandas as pd
import torch
from common import Model

from helpers.lessons import learn_averages, learn_with_average, lists_of, predict_with

torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # the first one imports a large part of torch
NEW = -1  # stands for every viewer or film that has no known rating


class OurRatings(Model):
    """Lesson 04: a viewer's own row, plus the average of the films they rated. New films share the rare ones' row."""

    name = "our rating model"
    task = "rating"

    def prepare(self, known):
        torch.set_default_dtype(torch.float64)
        self.known = known
        self.ids = [np.append(NEW, np.unique(known[column])) for column in ["viewer", "film"]]

    def fit(self, seed):
        self.model = learn_with_average(*self.ids, self.known, seed=seed, **self.settings)

    def predict(self, asked):
        asked = asked.copy()
        for column, ids in zip(["viewer", "film"], self.ids, strict=True):
            asked[column] = asked[column].where(asked[column].isin(ids), NEW)
        return predict_with(self.model, asked).to_numpy()


class OurWatching(Model):
    """Lesson 04: a viewer is the average of the films they watched."""

    name = "our watching model"
    task = "ranking"
    starts: ClassVar = 1  # more than one: their scores are averaged

    def prepare(self, known):
        torch.set_default_dtype(torch.float32)  # half the time of the lesson, which needs the same digits everywhere
        self.viewers, viewer_row = np.unique(known.viewer, return_inverse=True)
        self.films, film_row = np.unique(known.film, return_inverse=True)
        self.lists = lists_of(known.assign(viewer_row=viewer_row, film_row=film_row), len(self.viewers))
        self.watched_by = np.bincount(film_row)

    def fit(self, seed):
        seeds = range(seed * self.starts, (seed + 1) * self.starts)
        self.models = [learn_averages(self.lists, self.watched_by, seed=one, **self.settings) for one in seeds]

    def predict(self, asked):
        lists = [self.lists[row] for row in np.searchsorted(self.viewers, asked)]
        with torch.no_grad():
            scores = sum(model(model.viewers(lists)) for model in self.models).numpy() / len(self.models)
        return pd.DataFrame(scores, index=asked, columns=self.films)


class OurWatchingJoined(OurWatching):
    """The same from three starts, which count as one model three times as large."""

    name = "our watching model, three joined"
    starts: ClassVar = 3


OURS = [OurRatings, OurWatching, OurWatchingJoined]
