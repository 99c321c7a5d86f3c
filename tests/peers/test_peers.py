"""The comparison measures what it says, and our models stand where README.md here says they stand.

Needs an environment of its own, tests/peers/requirements.txt. `pytest -m peers tests/peers`
"""

import re
import signal
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from common import Model, measured
from measure import cost, grow, in_own_process, search, summary, trial, trials
from metrics import ranking_quality, rating_quality
from ours import OURS
from theirs import THEIRS

from helpers import lessons
from helpers.data import load_movielens, split_ratings

pytestmark = pytest.mark.peers
README = Path(__file__).with_name("README.md").read_text("utf-8")
KINDS = {kind.name: kind for kind in OURS + THEIRS}


@pytest.fixture(scope="module")
def parts():
    """Known ratings, test ratings, and scores without rhyme or reason."""
    ratings, _ = load_movielens()
    in_test = split_ratings(ratings) == "test"
    known = ratings[~in_test]
    viewers, films = np.unique(known.viewer), np.unique(known.film)
    scores = np.random.RandomState(0).rand(len(viewers), len(films))
    scores += films < 3000  # some sense, so that there are hits
    return known, ratings[in_test], pd.DataFrame(scores, index=viewers, columns=films)


# --- The metrics agree with other people's ----------------------------------------------------------------


def candidates_and_truth(known, asked, scores):
    """For each viewer of `asked`: the scores of the films not in known, and the films in `asked`."""
    watched = known.groupby("viewer").film.agg(list)
    for viewer, truth in asked.groupby("viewer").film:
        yield scores.loc[viewer].drop(watched[viewer]), truth.to_numpy()


def test_ndcg_agrees_with_scikit_learn(parts):
    metrics = pytest.importorskip("sklearn.metrics")
    known, asked, scores = parts
    each = []
    for candidates, truth in candidates_and_truth(known, asked, scores):
        everything = candidates.reindex(candidates.index.union(truth), fill_value=-1.0)  # nobody has scored the rest
        each.append(metrics.ndcg_score([everything.index.isin(truth)], [everything], k=10))
    assert ranking_quality(scores, known, asked)["nDCG@10"] == pytest.approx(np.mean(each), rel=1e-9)
    assert np.mean(each) > 0.005


def test_ndcg_and_recall_agree_with_lenskit(parts):
    metrics, data = pytest.importorskip("lenskit.metrics"), pytest.importorskip("lenskit.data")
    known, asked, scores = parts
    ndcg, recall = [], []
    weight = metrics.LogRankWeight(offset=1)  # by default LensKit gives the second place as much as the first
    for candidates, truth in candidates_and_truth(known, asked, scores):
        answer = data.ItemList(item_ids=candidates.nlargest(10).index.to_numpy(), ordered=True)
        truth = data.ItemList(item_ids=truth)
        ndcg.append(metrics.NDCG(10, weight=weight).measure_list(answer, truth))
        recall.append(metrics.Recall(10).measure_list(answer, truth))
    ours = ranking_quality(scores, known, asked)
    assert ours["nDCG@10"] == pytest.approx(np.mean(ndcg), rel=1e-6)
    assert ours["recall@10"] == pytest.approx(np.mean(recall), rel=1e-6)


def test_rmse_agrees_with_surprise(parts):
    surprise = pytest.importorskip("surprise")
    asked = parts[1]
    predictions = asked.rating.mean() + np.random.RandomState(0).randn(len(asked))
    rows = zip(asked.viewer, asked.film, asked.rating, predictions.clip(0.5, 5), strict=True)
    theirs = surprise.accuracy.rmse([surprise.Prediction(*row, {}) for row in rows], verbose=False)
    assert rating_quality(predictions, asked)["RMSE"] == pytest.approx(theirs, rel=1e-12)


def test_ndcg_and_recall_agree_with_the_lesson(parts):
    known, asked, scores = parts
    films = np.union1d(known.film, asked.film)
    seen, held_out = (
        pd.crosstab(ratings.viewer, ratings.film).reindex(index=scores.index, columns=films, fill_value=0).to_numpy()
        > 0
        for ratings in (known, asked)
    )
    theirs = lessons.ranking_quality(scores.reindex(columns=films, fill_value=-np.inf).to_numpy(), seen, held_out)
    assert list(ranking_quality(scores, known, asked).values()) == pytest.approx(theirs, rel=1e-12)


# --- ... and with what one works out by hand --------------------------------------------------------------


def test_a_ranking_by_hand():
    known = pd.DataFrame({"viewer": [1, 1, 2], "film": [10, 20, 30]})
    asked = pd.DataFrame({"viewer": [1, 1], "film": [30, 99]})  # nobody knows 99; viewer 2 has no films to find
    scores = pd.DataFrame([[9.0, 8, 7], [0, 0, 0]], index=[1, 2], columns=[10, 20, 30])
    ideal = 1 + 1 / np.log2(3)
    assert ranking_quality(scores, known, asked) == pytest.approx({"nDCG@10": 1 / ideal, "recall@10": 0.5})
    assert ranking_quality(scores, known, asked, k=1) == pytest.approx({"nDCG@1": 1, "recall@1": 1})


def test_of_equal_scores_the_lower_id_goes_first():
    known = pd.DataFrame({"viewer": [1, 2, 2], "film": [10, 20, 30]})
    scores = pd.DataFrame(0.0, index=[1, 2], columns=[30, 20, 10])
    found = [ranking_quality(scores, known, pd.DataFrame({"viewer": [1], "film": [film]}), k=1) for film in (20, 30)]
    assert [quality["recall@1"] for quality in found] == [1, 0]


def test_the_best_order_has_quality_one(parts):
    known, asked, scores = parts
    asked = asked[asked.film.isin(known.film)]
    best = asked.assign(one=1.0).pivot(index="viewer", columns="film", values="one")
    best = best.reindex(index=scores.index, columns=scores.columns).fillna(0)
    assert ranking_quality(best, known, asked) == pytest.approx({"nDCG@10": 1, "recall@10": 1})


def test_a_missing_prediction_is_no_prediction(parts):
    with pytest.raises(ValueError, match="not predicted"):
        rating_quality(np.full(len(parts[1]), np.nan), parts[1])


# --- The meter and the grown ratings ----------------------------------------------------------------------


class Idle(Model):
    """Learns nothing, and refuses to predict."""

    name, task = "idle", "rating"

    def prepare(self, known):
        pass

    def fit(self, seed):
        pass

    def predict(self, asked):
        raise AssertionError("Only training was asked for.")


class FillsMemory(Idle):
    """Needs 200 MB to prepare, then `megabytes` to train, then 400 MB to predict 3 stars."""

    def prepare(self, known):
        self.fill(200)

    def fit(self, seed):
        self.fill(self.settings["megabytes"])

    def predict(self, asked):
        self.fill(400)
        return np.full(len(asked), 3.0)

    @staticmethod
    def fill(megabytes):
        np.ones(megabytes << 20, dtype=np.uint8)


class NeverEnds(Idle):
    def fit(self, seed):
        while True:
            pass


class Fails(Idle):
    def fit(self, seed):
        1 / 0  # noqa: B018


@pytest.mark.parametrize("megabytes", [100, 300])
def test_memory_is_the_peak_of_training_alone(megabytes):
    figures = in_own_process(trial, FillsMemory, {"megabytes": megabytes}, 0)
    assert figures["MB"] == pytest.approx(megabytes, abs=5) and figures["seconds"] < 5


def test_training_is_ended_at_its_limit():
    with pytest.raises(BrokenProcessPool):
        in_own_process(cost, NeverEnds, 1, 1)


def test_an_error_in_training_is_not_swallowed_and_ends_the_limit():
    with pytest.raises(ZeroDivisionError):
        measured(Fails().fit, seed=0, limit=60)
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_training_can_be_all_that_is_asked_for():
    microseconds, kilobytes = in_own_process(cost, Idle, 1, 60)
    assert 0 <= microseconds < 1 and kilobytes < 1


def test_every_model_has_a_name_a_task_and_settings_from_its_grid():
    assert len(KINDS) == len(OURS + THEIRS)
    for kind in KINDS.values():
        assert kind.task in ("rating", "ranking") and kind.found.keys() == kind.grid.keys()
        assert all(value in kind.grid[setting] for setting, value in kind.found.items())


class Hill(Idle):
    """Best at a = 3, b = 20."""

    name, task = "hill", "ranking"
    grid: ClassVar = {"a": [1, 2, 3, 4], "b": [10, 20, 30]}
    found: ClassVar = {"a": 1, "b": 10}


def test_the_search_climbs_from_what_was_found(monkeypatch):
    def height(kind, settings, seed, part):
        assert part == "validation"
        return {"nDCG@10": -abs(settings["a"] - 3) - abs(settings["b"] - 20) / 10, "MB": 0}

    monkeypatch.setattr("measure.trial", height)
    found = search(Hill)
    assert found[0] == (0, {"a": 3, "b": 20}) and len(found) == 9  # of twelve


def test_grown_ratings_are_more_of_the_same(parts):
    known = parts[0]
    assert grow(known, 1).equals(known.reset_index(drop=True))
    grown = grow(known, 4)
    assert grown.equals(grow(known, 4)) and not grown.duplicated(["viewer", "film"]).any()
    assert grown.viewer.nunique() == 4 * known.viewer.nunique() and set(grown.film) <= set(known.film)
    assert 3.7 * len(known) < len(grown) < 4 * len(known) and grown.rating.between(0.5, 5).all()
    copy = grown[grown.viewer.between(known.viewer.max() + 2, 2 * known.viewer.max() + 1)]
    copy = copy.assign(viewer=copy.viewer - known.viewer.max() - 1)
    both = known.merge(copy, on=["viewer", "film"])
    assert 0.78 < len(both) / len(known) < 0.86  # four films in five stayed, and a few came back
    assert set((both.rating_x - both.rating_y).abs()) >= {0, 0.5}


# --- Our models on what they have never met ---------------------------------------------------------------


def test_who_and_what_is_new_is_rated_by_what_is_left(parts):
    known = parts[0]
    model = OURS[0]()
    model.prepare(known)
    model.fit(seed=0)
    asked = pd.DataFrame({"viewer": [10**6, 10**6, 1], "film": [1, 10**7, 10**7], "rating": np.nan})
    viewers, films = model.ids
    viewer_bias = model.model.viewer_bias.weight[np.searchsorted(viewers, 1)].item()
    film_bias = model.model.film_bias.weight[np.searchsorted(films, 1)].item()
    assert min(abs(viewer_bias), abs(film_bias)) > 0.1
    *of_new_viewer, of_new_film = model.predict(asked)
    assert of_new_viewer == pytest.approx(known.rating.mean() + np.array([film_bias, 0]), abs=0.001)
    assert of_new_film == pytest.approx(known.rating.mean() + viewer_bias, abs=0.3)  # it has the rare films' row


# --- Where our models stand -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def figures():
    """The mean figures of a model by its name, with the settings found for it; each is measured once."""
    pytest.importorskip("surprise")
    pytest.importorskip("lenskit")
    pytest.importorskip("implicit")
    measured = {}

    def of(name):
        if name not in measured:
            measured[name] = summary(trials(KINDS[name], KINDS[name].found))
        return measured[name]

    return of


def times_ours(peer):
    """How many times ours a peer's quality is, by the README's first two tables."""
    (told,) = re.findall(rf"^\| {re.escape(peer)} \| [\d.]+[^|]*\| ([\d.]+) \|", README, flags=re.MULTILINE)
    return float(told)


@pytest.mark.parametrize("peer", [kind.name for kind in THEIRS if kind.task == "rating"])
def test_our_rating_model_is_ahead_of(peer, figures):
    ours, theirs = figures(OURS[0].name), figures(peer)
    assert pytest.approx(times_ours(peer), abs=0.002) == theirs.RMSE / ours.RMSE
    assert theirs.RMSE > 1.02 * ours.RMSE
    assert ours.RMSE < 0.856


@pytest.mark.parametrize("peer", [kind.name for kind in THEIRS if kind.task == "ranking"])
def test_our_watching_model_stands_where_the_readme_says(peer, figures):
    ours, theirs = figures(OURS[1].name), figures(peer)
    assert theirs["nDCG@10"] / ours["nDCG@10"] == pytest.approx(times_ours(peer), abs=0.01)
