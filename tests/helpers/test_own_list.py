"""A reader's own list goes through lesson 04: any export becomes rows of films, an average, and films to watch."""

import numpy as np
import pandas as pd
import pytest
import torch

from helpers.data import DATA, load_movielens, load_own_ratings
from helpers.lessons import (
    RatingWithAverage,
    ViewerAsAverage,
    learn_averages,
    loss_of_sample,
    mean_ranking,
    newcomer_vector,
    watching_loss,
)

FILMS = ["Alien", "Aliens", "The Terminator", "Toy Story", "Finding Nemo", "Shrek"]
YEARS = [1979, 1986, 1984, 1995, 2003, 2001]
EXPORTS = {
    "letterboxd": ("Date,Name,Year,Letterboxd URI,Rating", "2026-01-01,{title},{year},,{stars}"),
    "imdb": (
        "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres",
        "tt{row},{ten},2026-01-01,{title},{title},,Movie,8,100,{year},Drama",
    ),
    "movielens": ("movieId,title,rating", "{film},{title},{stars}"),
    "a sheet": ("title,year,stars", "{title},{year},{stars}"),
}


@pytest.fixture(scope="module")
def films():
    return load_movielens()[1]


@pytest.fixture(scope="module")
def lists():
    """Forty viewers who watch the first three films together, and forty who watch the last three."""
    return [torch.tensor([0, 1, 2])] * 40 + [torch.tensor([3, 4, 5])] * 40


@pytest.fixture(scope="module")
def model(lists):
    torch.set_default_dtype(torch.float64)
    return learn_averages(lists, np.full(6, 40), columns=8)


def written(kind, films, folder):
    header, line = EXPORTS[kind]
    by_title = films.reset_index().set_index(["title", "year"]).film
    rows = [
        line.format(title=title, year=year, stars=4.5, ten=9, row=row, film=by_title[title, year])
        for row, (title, year) in enumerate(zip(FILMS, YEARS, strict=True))
    ]
    path = folder / "mine.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_becomes_rows_and_an_average(kind, films, model, tmp_path):
    own = load_own_ratings(written(kind, films, tmp_path), films)
    assert own.ratings.name.tolist() == FILMS and set(own.ratings.stars) == {4.5} and own.not_found.empty
    rows = torch.tensor([FILMS.index(name) for name in own.ratings.name[:2]])
    scores = model(model.viewers([rows]))[0]
    assert scores[2] > scores[3:].max()  # the third of the films that go together
    bias, vector = newcomer_vector(rows, np.array([4.5, 4.5]), np.full(6, 3.5), np.eye(6), 4.0)
    assert bias > 0 and vector[:2].min() > 0 and not vector[2:].any()


@pytest.mark.parametrize("start", ["", "\ufeff", "sep=;\r\n", "\ufeffsep=;\r\n"])
def test_a_sheet_as_a_german_excel_saves_it(start, films, tmp_path):
    (tmp_path / "mine.csv").write_text(
        start + "Title;Year;Stars\r\nAlien;1979;4,5\r\n;;\r\n", newline="", encoding="utf-8"
    )
    own = load_own_ratings(tmp_path / "mine.csv", films)
    assert own.ratings.name.tolist() == ["Alien"] and own.ratings.stars.tolist() == [4.5]


def test_the_sample_is_a_letterboxd_export(films):
    own = load_own_ratings(DATA / "letterboxd_sample.csv", films)
    assert "a Letterboxd export of 15 rows" in own.source
    assert own.not_found.title.tolist() == ["Get Out", "Hereditary"]  # later than our release


def test_a_viewer_of_nothing_gets_the_popular_list(model):
    scores = model(model.viewers([torch.tensor([], dtype=int)]))[0]
    assert torch.equal(scores, model.bias)


def test_a_sampled_softmax_learns_the_same_two_groups(lists):
    model = learn_averages(lists, np.full(6, 40), columns=8, most=5)
    scores = model(model.viewers([torch.tensor([0, 1])]))[0]
    assert scores[2] > scores[3:].max()


def test_a_sample_of_all_films_gives_the_whole_loss_and_fewer_an_estimate(lists, model):
    def loss(of, **settings):
        torch.manual_seed(1)  # the same films and numbers are left out
        return of(model, lists[:3], **settings).item()

    assert loss(loss_of_sample, sample=6) == pytest.approx(loss(watching_loss))
    assert loss(loss_of_sample, sample=0) < loss(watching_loss)  # the films of these viewers alone are too few


def test_a_film_that_nobody_has_watched_is_never_named(lists):
    model = ViewerAsAverage(torch.tensor([40.0, 40, 40, 40, 40, 0]), 8)
    assert model(model.viewers(lists[:1]))[0, 5] == -np.inf


def test_ranking_in_parts_is_ranking_at_once():
    random = np.random.RandomState(0)
    scores = random.rand(1200, 30)
    seen = [torch.tensor(random.permutation(30)[:5]) for _ in scores]
    hidden = [torch.tensor(random.permutation(30)[: random.randint(4)]) for _ in scores]
    one_by_one = [
        mean_ranking(lambda part: scores[part], seen, hidden, np.ones(30), [viewer])
        for viewer in range(1200)
        if len(hidden[viewer])
    ]
    together = mean_ranking(lambda part: scores[part], seen, hidden, np.ones(30), range(1200))
    assert together == pytest.approx(np.mean(one_by_one, axis=0))


def test_rare_films_share_a_row_and_keep_their_biases():
    lists = [torch.tensor([0, 1, 2])] * 3 + [torch.tensor([0, 3])]
    model = RatingWithAverage(pd.Index(range(4)), pd.Index(range(4)), 3.5, 2, lists)
    assert model.row.tolist() == [0, 1, 2, 3] and model.film_bias.weight.shape == (4, 1)
    fewer = RatingWithAverage(pd.Index(range(4)), pd.Index(range(5)), 3.5, 2, lists)
    assert fewer.row[3] == fewer.row[4]
