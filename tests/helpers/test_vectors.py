"""Similarity, neighbours and projection give what one works out by hand, and refuse what has no answer."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.decomposition import PCA

from helpers.vectors import as_array, cosine_similarity, nearest, project

TABLE = [[3, 4], [4, 3], [-3, -4], [4, -3]]
NAMES = ["Alien", "Blade Runner", "Casablanca", "Dirty Dancing"]
CLOUD = np.random.default_rng(0).normal(size=(20, 5)) * [5, 3, 2, 1, 0.5] + 7

KINDS = {
    "list": lambda rows: rows,
    "tuple": tuple,
    "int array": np.array,
    "float32 array": lambda rows: np.array(rows, dtype=np.float32),
    "read-only array": lambda rows: np.broadcast_to(rows, np.shape(rows)),
    "DataFrame": lambda rows: pd.DataFrame(rows, index=NAMES),
    "torch int64": torch.tensor,
    "torch float16": lambda rows: torch.tensor(rows, dtype=torch.float16),
    "torch bfloat16": lambda rows: torch.tensor(rows, dtype=torch.bfloat16),
    "torch float32": lambda rows: torch.tensor(rows, dtype=torch.float32),
    "torch with gradient": lambda rows: torch.tensor(rows, dtype=torch.float32, requires_grad=True),
    "torch parameter": lambda rows: torch.nn.Embedding.from_pretrained(torch.tensor(rows).float(), freeze=False).weight,
}


# --- What goes in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_gives_the_same(kind):
    table = KINDS[kind](TABLE)
    array = as_array(table)
    assert type(array) is np.ndarray and array.dtype == np.float64 and array.tolist() == TABLE
    assert cosine_similarity(table, [3, 4]) == pytest.approx([1, 0.96, -1, 0])
    assert nearest("Alien", table, NAMES) == nearest("Alien", TABLE, NAMES)
    assert project(table)[0] == pytest.approx(project(TABLE)[0])


@pytest.mark.parametrize("kind", ["list", "int array", "torch float16", "torch with gradient"])
def test_every_kind_of_query_gives_the_same(kind):
    query = KINDS[kind]([3, 4])
    assert cosine_similarity(TABLE, query) == pytest.approx([1, 0.96, -1, 0])
    assert nearest(query, TABLE, NAMES, k=1) == [("Alien", pytest.approx(1))]


@pytest.mark.parametrize(
    "compute",
    [
        lambda table: cosine_similarity(table, table),
        lambda table: nearest("Alien", table, NAMES),
        lambda table: nearest(table[1], table, NAMES),
        lambda table: project(table),
        lambda table: project(table, reference=table),
    ],
    ids=["cosine", "nearest by name", "nearest by vector", "project", "project on itself"],
)
@pytest.mark.parametrize("make", [np.array, torch.tensor], ids=["numpy", "torch"])
def test_input_is_not_modified(compute, make):
    table = make(np.array(TABLE, dtype=np.float64))
    before = copy.deepcopy(table)
    compute(table)
    assert (table == before).all()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        pytest.param([["a", "b"]], "not rows of numbers", id="text"),
        pytest.param(pd.DataFrame({"title": ["Alien"], "fear": [9]}), "not rows of numbers", id="column of text"),
        pytest.param([[1, 2], [3]], "of one length", id="ragged"),
        pytest.param([[1, 2], [3, float("nan")]], r"NaN.*\(1, 1\).*leave that row out", id="NaN"),
        pytest.param([[1, 2], [3, None]], r"NaN.*\(1, 1\)", id="None"),
        pytest.param([[1, float("inf")], [3, 4]], r"infinity.*\(0, 1\)", id="inf"),
        pytest.param(torch.tensor([[1.0, -torch.inf]]), r"infinity.*\(0, 1\)", id="torch inf"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(bad, words):
    for compute in (
        as_array,
        project,
        lambda bad: cosine_similarity(bad, [1, 2]),
        lambda bad: nearest([1, 2], bad, "ab"),
    ):
        with pytest.raises(ValueError, match=words):
            compute(bad)


def test_bad_query_is_refused():
    for bad, words in (([1, float("nan")], r"NaN.*\(1,\)"), (["a", "b"], "not rows of numbers"), ([0, 0], "the query")):
        with pytest.raises(ValueError, match=words):
            nearest(bad, TABLE, NAMES)


# --- Cosine -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "cosine"),
    [
        ([1, 0], [5, 0], 1),
        ([1, 0], [0, 2], 0),
        ([1, 2], [-2, -4], -1),
        ([1, 0], [1, 1], 0.5**0.5),
        ([1, 2, 2], [2, 1, 2], 8 / 9),
    ],
)
def test_cosine_is_what_one_works_out_by_hand(one, other, cosine):
    assert cosine_similarity(one, other) == pytest.approx(cosine)
    assert cosine_similarity(other, one) == pytest.approx(cosine)
    assert cosine_similarity(np.multiply(one, 100), other) == pytest.approx(cosine)


def test_cosine_with_several_queries_is_a_table_with_a_column_a_query():
    table = cosine_similarity(TABLE, TABLE[:2])
    assert table.shape == (4, 2)
    assert table == pytest.approx(np.array([[1, 0.96], [0.96, 1], [-1, -0.96], [0, 0.28]]))
    assert cosine_similarity(TABLE[0], TABLE) == pytest.approx([1, 0.96, -1, 0])


@pytest.mark.parametrize(
    ("vectors", "query", "words"),
    [
        ([[1, 2], [0, 0]], [1, 2], "row 1.*no direction.*Leave it out"),
        ([0, 0], [1, 2], "no direction"),
        ([[1, 2]], [0, 0], "the query.*no direction"),
        ([[1, 2]], [[1, 2], [0, 0]], "the query.*no direction"),
        ([[1, 2]], [1, 2, 3], "2 numbers cannot be compared with one of 3"),
    ],
)
def test_cosine_without_an_answer_is_refused(vectors, query, words):
    with pytest.raises(ValueError, match=words):
        cosine_similarity(vectors, query)


# --- Neighbours -------------------------------------------------------------------------------------------


def test_nearest_to_a_name_leaves_that_name_out():
    assert nearest("Alien", TABLE, NAMES) == [
        ("Blade Runner", pytest.approx(0.96)),
        ("Dirty Dancing", pytest.approx(0)),
        ("Casablanca", pytest.approx(-1)),
    ]


def test_nearest_to_a_vector_may_answer_that_very_row():
    assert nearest([3, 4], TABLE, NAMES, k=1) == [("Alien", pytest.approx(1))]


@pytest.mark.parametrize(("k", "count"), [(0, 0), (1, 1), (3, 3), (99, 3)])
def test_nearest_gives_k_answers_or_as_many_as_there_are(k, count):
    assert len(nearest("Alien", TABLE, NAMES, k=k)) == count


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_ties_keep_the_order_of_the_table(order):
    table = np.array([[1, 1], [3, 3], [0.1, 0.1 + 1e-12], [7, 7]])[order]  # all one direction, up to rounding
    names = [NAMES[row] for row in order]
    assert [name for name, _ in nearest([1, 1], table, names)] == names


@pytest.mark.parametrize(
    ("query", "vectors", "names", "words"),
    [
        pytest.param("Alien", TABLE, NAMES[:3], "3 names for 4 vectors", id="too few names"),
        pytest.param("Alien", TABLE[:3], NAMES, "4 names for 3 vectors", id="too many names"),
        pytest.param([1, 2, 3], TABLE, NAMES, "2 numbers cannot be compared with one of 3", id="dimensions"),
        pytest.param("Alien", [[1, 1], [0, 0]], NAMES[:2], "row 1", id="zero row"),
        pytest.param("Alien", [[0, 0], [1, 1]], NAMES[:2], "no direction", id="zero query"),
        pytest.param([[3, 4]], TABLE, NAMES, "(?i)one vector|a vector of|shape|several", id="query as a table of one"),
        pytest.param(TABLE[:2], TABLE, NAMES, "(?i)one vector|a vector of|shape|several", id="several queries"),
    ],
)
def test_nearest_without_an_answer_is_refused(query, vectors, names, words):
    with pytest.raises(ValueError, match=words):
        nearest(query, vectors, names)


# --- Projection -------------------------------------------------------------------------------------------


def test_projection_is_what_one_works_out_by_hand():
    flat, shares = project([[4, 1, 0], [-4, 1, 0], [0, 2, 0], [0, 0, 0]])
    assert flat == pytest.approx(np.array([[4, 0], [-4, 0], [0, 1], [0, -1]]), abs=1e-12)
    assert shares == pytest.approx([32 / 34, 2 / 34])


def test_projection_agrees_with_sklearn_up_to_sign():
    pca = PCA(2).fit(CLOUD)
    flat, shares = project(CLOUD)
    assert np.abs(flat) == pytest.approx(np.abs(pca.transform(CLOUD)))
    assert shares == pytest.approx(pca.explained_variance_ratio_)
    assert 0 < shares[1] < shares[0] and shares.sum() <= 1


@pytest.mark.parametrize("order", [slice(None, None, -1), np.random.default_rng(1).permutation(20)], ids=str)
def test_signs_do_not_depend_on_the_order_of_rows(order):
    assert project(CLOUD[order])[0] == pytest.approx(project(CLOUD)[0][order])


def test_signs_make_the_largest_entry_of_each_direction_positive():
    directions = project(np.eye(5) + CLOUD.mean(axis=0), reference=CLOUD)[0]  # row i: entry i of both directions
    for direction in directions.T:
        assert direction[np.abs(direction).argmax()] > 0


def test_newcomer_is_placed_on_the_existing_map():
    flat, shares = project(CLOUD)
    placed, same_shares = project(CLOUD[[4, 7]], reference=CLOUD)
    assert placed == pytest.approx(flat[[4, 7]]) and same_shares == pytest.approx(shares)
    assert project(CLOUD[4], reference=CLOUD)[0] == pytest.approx(flat[4])
    assert project(CLOUD.mean(axis=0), reference=CLOUD)[0] == pytest.approx([0, 0], abs=1e-9)


def test_points_on_a_line_have_one_direction_with_all_the_spread():
    flat, shares = project([[0, 0], [1, 1], [2, 2]])
    assert flat == pytest.approx(np.array([[-(2**0.5), 0], [0, 0], [2**0.5, 0]]), abs=1e-9)
    assert shares == pytest.approx([1, 0])


@pytest.mark.parametrize(
    ("vectors", "reference", "words"),
    [
        pytest.param(TABLE[:2], None, r"at least 3 rows.*\(2, 2\)", id="two rows"),
        pytest.param(TABLE, TABLE[:2], r"at least 3 rows.*\(2, 2\)", id="reference of two rows"),
        pytest.param([[1], [2], [3]], None, r"2 columns.*\(3, 1\)", id="one column"),
        pytest.param([1, 2, 3], None, r"at least 3 rows.*\(3,\)", id="one vector without reference"),
        pytest.param([1, 2, 3], TABLE, "3 numbers do not fit a map made from 2", id="dimensions"),
        pytest.param([[1, 2]] * 4, None, "All rows are the same", id="equal"),
        pytest.param([[0, 0]] * 4, None, "All rows are the same", id="zero"),
        pytest.param([[0.1, 0.2, 0.3]] * 7, None, "All rows are the same", id="equal up to rounding"),
        pytest.param([[1e6 / 3, 0.1, 7e5 / 9]] * 7, None, "All rows are the same", id="equal large numbers"),
    ],
)
def test_projection_without_a_map_is_refused(vectors, reference, words):
    with pytest.raises(ValueError, match=words):
        project(vectors, reference)
