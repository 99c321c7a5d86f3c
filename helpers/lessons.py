"""What the lessons show, for later ones to import. Made by notebooks/collect.py: change the lesson, not this."""

from scipy.spatial.distance import cdist
from scipy.stats import bootstrap
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
import numpy as np
import pandas as pd
import torch


# --- Lesson 02: Let the model choose the columns


def rmse(prediction, truth):
    return float(np.sqrt(np.mean((np.asarray(prediction) - np.asarray(truth)) ** 2)))


def learn_biases(ratings, doubt):
    """Biases of viewers and films, each held back by `doubt` imaginary ratings; returns a function that predicts."""
    mean = ratings.rating.mean()
    viewer_bias = pd.Series(0.0, index=ratings.viewer.unique())
    for _ in range(10):
        left_over = (ratings.rating - mean - ratings.viewer.map(viewer_bias)).groupby(ratings.film)
        film_bias = left_over.sum() / (left_over.size() + doubt)
        left_over = (ratings.rating - mean - ratings.film.map(film_bias)).groupby(ratings.viewer)
        viewer_bias = left_over.sum() / (left_over.size() + doubt)
    return lambda asked: mean + asked.viewer.map(viewer_bias).fillna(0) + asked.film.map(film_bias).fillna(0)


def tensors(ratings, viewer_ids, film_ids):
    """For each rating the row of its viewer, the row of its film, and the stars; both lists of ids are sorted."""
    viewer = torch.tensor(np.searchsorted(viewer_ids, ratings.viewer))
    film = torch.tensor(np.searchsorted(film_ids, ratings.film))
    return viewer, film, torch.tensor(ratings.rating.to_numpy())


class DotProduct(nn.Module):
    def __init__(self, viewer_ids, film_ids, mean, columns):
        super().__init__()
        self.ids = viewer_ids, film_ids  # whose row is which
        self.mean = mean
        self.viewer = nn.Embedding(len(viewer_ids), columns)
        self.film = nn.Embedding(len(film_ids), columns)
        nn.init.normal_(self.viewer.weight, std=0.05)
        nn.init.normal_(self.film.weight, std=0.05)

    def forward(self, viewer, film):
        return self.mean + (self.viewer(viewer) * self.film(film)).sum(dim=1)


def one_epoch(model, ratings, optimizer):
    viewer, film, stars = tensors(ratings, *model.ids)
    for batch in torch.randperm(len(stars)).split(1024):  # all ratings in a new order, 1,024 at a time
        loss = ((model(viewer[batch], film[batch]) - stars[batch]) ** 2).mean()
        optimizer.zero_grad()  # forget the slopes of the batch before
        loss.backward()
        optimizer.step()


def error(model, ratings):
    viewer, film, stars = tensors(ratings, *model.ids)
    with torch.no_grad():  # we only look, so no slopes are needed
        return rmse(model(viewer, film).numpy(), stars.numpy())


def optimizer_for(model, decay, bias_decay, step, times):
    """AdamW, with one weight decay for vectors and one for biases; and its steps, which shrink over so many times."""
    biases = [numbers for name, numbers in model.named_parameters() if "bias" in name]
    vectors = [numbers for name, numbers in model.named_parameters() if "bias" not in name]
    groups = [{"params": vectors, "weight_decay": decay}, {"params": biases, "weight_decay": bias_decay}]
    optimizer = torch.optim.AdamW(groups, lr=step, fused=True)
    return optimizer, torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.01, times)


def learn(model, ratings, decay=0.0, bias_decay=0.0, epochs=8, judged=()):
    """Train on the ratings. Returns the errors on each table in `judged`, a row an epoch."""
    optimizer, smaller_steps = optimizer_for(model, decay, bias_decay, step=0.02, times=epochs)
    history = []
    for _ in range(epochs):
        one_epoch(model, ratings, optimizer)
        smaller_steps.step()
        history.append([error(model, part) for part in judged])
    return np.array(history)


def new_model(kind, ids, ratings, columns=64, seed=0, **settings):
    """Make a model with a row for each of the ids (viewers, films) and train it. Returns the model and its history."""
    torch.manual_seed(seed)
    model = kind(*ids, ratings.rating.mean(), columns)
    return model, learn(model, ratings, **settings)


class RatingModel(DotProduct):
    def __init__(self, viewer_ids, film_ids, mean, columns):
        super().__init__(viewer_ids, film_ids, mean, columns)
        self.viewer_bias = nn.Embedding(len(viewer_ids), 1)
        self.film_bias = nn.Embedding(len(film_ids), 1)
        nn.init.zeros_(self.viewer_bias.weight)
        nn.init.zeros_(self.film_bias.weight)

    def forward(self, viewer, film):
        biases = self.viewer_bias(viewer) + self.film_bias(film)  # batch × 1
        return super().forward(viewer, film) + biases.squeeze(dim=1)


def unit(vectors):
    """The rows, each divided by its length; a row of zeros stays as it is."""
    vectors = np.asarray(vectors, dtype=float)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def nearest_rows(vectors, k):
    """For each row the k other rows that are nearest by cosine, the nearest first (n × k); ties keep the order."""
    cosines = unit(vectors) @ unit(vectors).T
    np.fill_diagonal(cosines, -2)  # a film is not its own neighbour
    return np.argsort(-cosines.round(9), axis=1, kind="stable")[:, :k]


def genres_in_common(flags):
    """Share of genres that two films have in common, film × film. flags: film × genre, 1 where a film has it."""
    flags = np.asarray(flags, dtype=bool)
    return 1 - cdist(flags, flags, "jaccard")


def gain(worse, better, asked):
    """By how many % the second prediction's error is lower, and the range in 95 of 100 draws of viewers."""
    squared = pd.DataFrame({"worse": (worse - asked.rating) ** 2, "better": (better - asked.rating) ** 2})
    per_viewer = squared.groupby(asked.viewer).sum().to_numpy().T  # 2 predictions × viewers

    def percent(worse, better, axis=-1):
        return 100 * (1 - np.sqrt(better.sum(axis) / worse.sum(axis)))

    draws = bootstrap(per_viewer, percent, n_resamples=2000, paired=True, method="percentile", random_state=0)
    return percent(*per_viewer), *draws.confidence_interval


def predict_with(model, asked):
    viewer, film, _ = tensors(asked, *model.ids)
    return pd.Series(model(viewer, film).detach().numpy(), index=asked.index)


# --- Lesson 03: Read the map nobody drew


def probe(vectors, targets, parts=5):
    """What ridge regression on the vectors says about each film when fitted to the films in the other parts."""
    ridge = RidgeCV(alphas=np.logspace(0, 4, 9), alpha_per_target=True)  # chooses its strength among the fitted films
    in_parts = KFold(parts, shuffle=True, random_state=0)
    return cross_val_predict(make_pipeline(StandardScaler(), ridge), vectors, targets, cv=in_parts)


def probe_scores(said, targets, genre_names, parts=5):
    """AUC of each genre, averaged over the parts, their mean, and R² of the year, which is the last of the targets."""
    in_parts = [part for _, part in KFold(parts, shuffle=True, random_state=0).split(targets)]
    auc = [roc_auc_score(targets[part, :-1], said[part, :-1], average=None) for part in in_parts]
    auc = pd.Series(np.mean(auc, axis=0), index=genre_names)
    return pd.concat([auc, pd.Series({"mean genre AUC": auc.mean(), "year R²": r2_score(targets[:, -1], said[:, -1])})])


class WatchingModel(nn.Module):
    def __init__(self, watched, columns):
        super().__init__()
        self.viewer, self.film = nn.Embedding(watched.shape[0], columns), nn.Embedding(watched.shape[1], columns)
        nn.init.normal_(self.viewer.weight, std=0.05)
        nn.init.normal_(self.film.weight, std=0.05)
        self.film_bias = nn.Parameter(torch.log(watched.sum(dim=0) / watched.sum()))  # start from popularity

    def forward(self, kept=1.0):
        """Scores, viewers × films; of the viewers' numbers only a share is kept, drawn anew each time."""
        mask = (torch.rand(self.viewer.weight.shape) < kept) / kept
        return (self.viewer.weight * mask) @ self.film.weight.T + self.film_bias


def learn_watching(watched, seed=0, columns=32, kept=0.5, decay=1.0, steps=60):
    torch.manual_seed(seed)
    model = WatchingModel(watched, columns)
    optimizer, smaller_steps = optimizer_for(model, decay=decay, bias_decay=0.0, step=0.08, times=steps)
    for _ in range(steps):
        log_probability = torch.log_softmax(model(kept), dim=1)
        loss = -(watched * log_probability).sum() / watched.sum()  # small if what they watched was thought probable
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smaller_steps.step()
    return model


def ranking_quality(scores, seen, held_out, k=10):
    """nDCG@k and recall@k, averaged over the viewers with held-out films. All three tables: viewers × films."""
    scores = np.where(seen | ~seen.any(axis=0), -np.inf, scores)  # no film that they have seen, none that nobody has
    first = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(held_out, first, axis=1)
    possible = np.minimum(held_out.sum(axis=1), k)
    worth = 1 / np.log2(np.arange(k) + 2)
    asked = possible > 0
    ndcg = (hits @ worth)[asked] / worth.cumsum()[possible[asked] - 1]
    return ndcg.mean(), (hits.sum(axis=1)[asked] / possible[asked]).mean()


def newcomer_vector(rows, stars, usual, vectors, strength):
    """A viewer's bias and vector, by ridge regression on what the films' usual ratings leave over."""
    x = np.column_stack([np.ones(len(rows)), vectors[rows]])
    penalty = np.diag([3.0] + [strength] * vectors.shape[1])  # three imaginary ratings for the bias, as in notebook 02
    solution = np.linalg.solve(x.T @ x + penalty, x.T @ (stars - usual[rows]))
    return solution[0], solution[1:]
