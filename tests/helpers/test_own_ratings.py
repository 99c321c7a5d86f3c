"""One's own stars are read from any service or sheet; every row is matched, or left out with its reason."""

import zipfile

import pandas as pd
import pytest
from refusing import refuses

from helpers.data import load_own_ratings

FILMS = pd.DataFrame(
    [
        (1, "Toy Story", 1995),
        (260, "Star Wars: Episode IV - A New Hope", 1977),
        (1214, "Alien", 1979),
        (1721, "Titanic", 1997),
        (3404, "Titanic", 1953),
        (4973, "Amelie (Le Fabuleux destin d'Amélie Poulain)", 2001),
        (5618, "Spirited Away (Sen to Chihiro no kamikakushi)", 2001),
        (9999, "Unrated", None),
    ],
    columns=["film", "title", "year"],
).set_index("film")
FILMS["year"] = FILMS.year.astype("Int64")
FILMS["name"] = [f"{t} ({y})" if t == "Titanic" else t for t, y in zip(FILMS.title, FILMS.year, strict=True)]

LETTERBOXD = """Date,Name,Year,Letterboxd URI,Rating
2020-01-01,Alien,1979,https://boxd.it/1,4.5
2020-01-02,Spirited Away,2001,https://boxd.it/2,5
2020-01-03,Star Wars,1977,https://boxd.it/3,4
2020-01-04,Titanic,1998,https://boxd.it/4,0.5
2020-01-05,Parasite,2019,https://boxd.it/5,4
"""
IMDB = """Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres
tt1,9,2020-01-01,Alien,Alien,https://www.imdb.com/title/tt1,Movie,8.5,117,1979,"Horror, Sci-Fi"
tt2,10,2020-01-02,Chihiros Reise ins Zauberland,Sen to Chihiro no kamikakushi,https://x,Movie,8.6,125,2001,Animation
tt3,1,2020-01-03,Toy Story,Toy Story,https://x,Movie,8.3,81,1995,Animation
tt4,8,2020-01-04,Breaking Bad,Breaking Bad,https://x,TV Series,9.5,45,2008,Crime
tt5,8,2020-01-05,Ozymandias,Ozymandias,https://x,TV Episode,10,47,2013,Crime
"""


@pytest.fixture
def load(tmp_path):
    """Writes a text as mine.csv and gives what is read from it."""

    def write(content, **options):
        path = tmp_path / "mine.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_own_ratings(path, FILMS, **options)

    return write


def stars(mine):
    return dict(zip(mine.ratings.film, mine.ratings.stars, strict=True))


def test_letterboxd_export_is_read(load):
    mine = load(LETTERBOXD)
    assert stars(mine) == {1214: 4.5, 5618: 5, 260: 4, 1721: 0.5}
    assert list(mine.ratings) == ["film", "stars", "name"] and mine.ratings.name[3] == "Titanic (1997)"
    assert mine.not_found.values.tolist() == [[6, "Parasite", "not in these ratings", ""]]
    assert "a Letterboxd export of 5 rows, stars out of 5" in mine.source


def test_letterboxd_zip_is_read_from_its_own_ratings_and_not_from_the_deleted_ones(tmp_path):
    path = tmp_path / "letterboxd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("watched.csv", "Date,Name,Year,Letterboxd URI\n")
        archive.writestr("ratings.csv", LETTERBOXD)
        archive.writestr("deleted/ratings.csv", "Date,Name,Year,Letterboxd URI,Rating\n")
    mine = load_own_ratings(path, FILMS)
    assert len(mine.ratings) == 4 and "letterboxd.zip/ratings.csv" in mine.source
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert load_own_ratings(tmp_path / "unpacked", FILMS).ratings.equals(mine.ratings)


def test_imdb_export_is_read_out_of_ten_by_either_title_and_series_are_named(load):
    mine = load(IMDB)
    assert stars(mine) == {1214: 4.5, 5618: 5, 1: 0.5}
    assert mine.not_found.why.tolist() == ["tv series, no film", "tv episode, no film"]
    assert "an IMDb export of 5 rows, stars out of 10" in mine.source


def test_imdb_export_of_low_scores_is_out_of_ten_too(load):
    header, _, _, toy_story, *_ = IMDB.split("\n")
    assert stars(load(f"{header}\n{toy_story.replace(',1,', ',4,', 1)}")) == {1: 2}


@pytest.mark.parametrize(
    "text",
    [
        "userId,movieId,rating,timestamp\n7,1214,4.5,978300760\n7,1721,3,978300760\n7,42,3,978300760\n",
        "movie_id,imdb_id,tmdb_id,rating,average_rating,title\n1214,1,1,4.5,4,Alien (1979)\n"
        "1721,2,2,3,3,Titanic (1997)\n42,3,3,3,3,Dead Presidents (1995)\n",
        "movieId,title,rating\n1214,Alien,4.5\n1721,Titanic,3\n42,Dead Presidents,3\n",
    ],
)
def test_movielens_export_is_read_by_id_with_or_without_titles(load, text):
    mine = load(text)
    assert stars(mine) == {1214: 4.5, 1721: 3}
    assert mine.not_found.row.tolist() == [4]


@pytest.mark.parametrize(
    "text",
    [
        "title,year,stars\nAlien,1979,4.5\nToy Story,,3\n",
        "\ufeffTitle;Year;Stars\r\nAlien;1979;4,5\r\nToy Story;;3\r\n",
        "film\trating\nalien (1979)\t4.5\ntoy story\t3\n",
        "name,score\nALIEN,9\nToy Story 1995,6\n",
        "movie,my rating,seen with\nAlien,4.4,Zoë\nToy Story,3.1,\n",
    ],
)
def test_plain_sheet_is_read(load, text):
    assert stars(load(text)) == {1214: 4.5, 1: 3}


@pytest.mark.parametrize(
    ("scores", "options", "read", "scale"),
    [
        ([1, 5], {}, [1, 5], "out of 5"),
        ([1, 5.5], {}, [0.5, 3], "out of 10"),
        ([1, 5], {"out_of": 10}, [0.5, 2.5], "out of 10"),
        ([80, 1], {"out_of": 100}, [4, 0.5], "out of 100"),
        ([2.25, 2.2], {}, [2.5, 2], "out of 5"),
    ],
)
def test_scales_are_brought_to_half_stars_and_said(load, scores, options, read, scale):
    mine = load(f"title,stars\nAlien,{scores[0]}\nToy Story,{scores[1]}\n", **options)
    assert mine.ratings.stars.tolist() == read and scale in mine.source


def test_every_row_that_is_left_out_is_named_with_a_reason(load):
    mine = load("title,year,stars\nAlien,1979,3\nTitanic,,2\nToy Story,1995,\nalien,,4\nAliem,,4\nTitanic,1912,1\n")
    assert stars(mine) == {1214: 4}
    assert mine.not_found.values.tolist() == [
        [2, "Alien", "rated again in row 5, which counts", ""],
        [3, "Titanic", "several films", "Titanic (1997), Titanic (1953)"],
        [4, "Toy Story", "no stars", ""],
        [6, "Aliem", "not in these ratings", "Alien (1979)"],
        [7, "Titanic", "not in these ratings", "Titanic (1997), Titanic (1953)"],
    ]
    report = str(mine)
    assert "films found: 1; rows left out: 5" in report
    assert "row 6, Aliem: not in these ratings; close: Alien (1979)" in report


def test_long_report_is_cut_and_says_so(load):
    report = repr(load("title,stars\n" + "".join(f"qqqq{row},3\n" for row in range(25))))
    assert report.count("\n  row") == 10 and "and 15 more in .not_found" in report


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title,stars\nAlien,85\nToy Story,3\n", ["row 2", "'stars'", "85", "more than 10", "out_of=100"]),
        ("title,stars\nAlien,great\n", ["row 2", "'stars'", "'great'", "Write a number"]),
        ("title,stars\nAlien,0\n", ["row 2", "'stars'", "'0'", "0.5"]),
        ("title,year,stars\nAlien,79,4\n", ["row 2", "'year'", "79"]),
        ("title,seen\nAlien,yes\n", ["row 1", "no column of stars", "title, seen"]),
        ("Date,Name,Year,Letterboxd URI\n2020,Alien,1979,x\n", ["row 1", "no column of stars"]),
        ("Date,Name,Year,Letterboxd URI,Rating\n2020,Alien,1979,x,7\n", ["row 2", "'rating'", "more than 5"]),
        ("director,stars\nScott,4\n", ["row 1", "no column of title"]),
        ("userId,movieId,rating\n1,1,4\n2,1,4\n", ["several viewers", "Keep the rows of one"]),
        ("viewer,title,stars\nAnna,Alien,4\nBen,Jaws,4\n", ["several viewers", "Keep the rows of one"]),
        ("title,stars\n", ["no rows"]),
        ("", ["empty"]),
        (b"%PDF-1.7", ["a PDF", "CSV UTF-8"]),
        (b"<html>", ["a web page"]),
    ],
)
def test_bad_file_is_refused_with_place_and_way_out(load, text, words):
    refuses(lambda: load(text), "mine.csv", *words)


def test_folder_without_or_with_several_tables_is_refused(tmp_path):
    refuses(lambda: load_own_ratings(tmp_path, FILMS), "no ratings.csv", "Give the path")
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "ratings.csv").write_text(LETTERBOXD)
    refuses(lambda: load_own_ratings(tmp_path, FILMS), "a/ratings.csv, b/ratings.csv", "Give the path")
    refuses(lambda: load_own_ratings(tmp_path / "none.csv", FILMS), "no such file", str(tmp_path))
