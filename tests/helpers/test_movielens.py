"""MovieLens' releases are read in any layout or refused with the place; films are found however people type them."""

import csv
import io
import zipfile

import pandas as pd
import pytest
from refusing import refuses

from helpers import data
from helpers.data.movielens import _GENRES_100K, Titles


@pytest.fixture(scope="module")
def movielens():
    return data.load_movielens()


@pytest.fixture(scope="module")
def ratings(movielens):
    return movielens[0]


@pytest.fixture(scope="module")
def films(movielens):
    return movielens[1]


def test_movielens_has_all_its_ratings_viewers_and_films(ratings, films):
    assert (len(ratings), ratings.viewer.nunique(), len(films)) == (100_004, 671, 9_066)
    assert list(ratings) == ["viewer", "film", "rating", "timestamp"]
    assert set(ratings.film) == set(films.index)
    assert ratings.rating.between(0.5, 5).all()
    assert not ratings.duplicated(["viewer", "film"]).any()


def test_of_a_large_release_the_first_viewers_are_enough(ratings, films):
    few, theirs = data.load_movielens(viewers=20)
    assert few.viewer.unique().tolist() == sorted(ratings.viewer.unique())[:20]
    assert few.equals(ratings[ratings.viewer <= few.viewer.max()].reset_index(drop=True))
    assert theirs.index.tolist() == sorted(few.film.unique()) and theirs.equals(films.loc[theirs.index])


def test_movielens_titles_are_turned(films):
    assert films.title[2571] == "The Matrix"
    assert films.title[films.title.str.endswith(", The")].tolist() == []
    assert films.title[films.title != films.title.map(data.readable_title)].tolist() == []


def test_movielens_names_are_unique_and_tell_the_titanics_apart(films):
    assert films.name.is_unique
    assert set(films.name[films.title == "Titanic"]) == {"Titanic (1953)", "Titanic (1997)"}


def test_movielens_keeps_films_without_title_or_year(ratings, films):
    untitled = films.index[films.year.isna()]
    assert len(untitled) == 5
    assert films.title[untitled].str.startswith("(untitled film").all()
    assert ratings.film.isin(untitled).sum() == 7


# --- Splitting --------------------------------------------------------------------------------------------


def test_split_shares_are_70_10_20(ratings):
    shares = data.split_ratings(ratings).value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx({"train": 0.7, "validation": 0.1, "test": 0.2}, abs=1e-4)


def test_split_does_not_depend_on_the_order_of_rows_and_keeps_the_index(ratings):
    shuffled = ratings.sample(frac=1, random_state=1)
    part = data.split_ratings(shuffled)
    assert part.index.equals(shuffled.index)
    assert part.sort_index().equals(data.split_ratings(ratings))


def test_split_differs_for_another_seed_only(ratings):
    assert data.split_ratings(ratings, seed=3).equals(data.split_ratings(ratings, seed=3))
    assert not data.split_ratings(ratings, seed=3).equals(data.split_ratings(ratings, seed=4))


def test_split_of_some_ratings_is_aligned_with_them(ratings):
    some = ratings[ratings.rating > 4]
    assert data.split_ratings(some).index.equals(some.index)


def test_known_and_test_are_the_ratings_with_row_numbers(ratings):
    (viewers, films), known, test = data.load_known_and_test()
    assert (len(viewers), len(films)) == (671, 9_066)
    both = pd.concat([known, test]).sort_index()
    assert both[list(ratings)].equals(ratings)
    assert (viewers[both.viewer_row] == both.viewer).all() and (films[both.film_row] == both.film).all()
    assert set(test.index) == set(ratings.index[data.split_ratings(ratings) == "test"])


# --- MovieLens releases -----------------------------------------------------------------------------------

FILMS = [
    (1, "Matrix, The (1999)", ["Action", "Sci-Fi"]),
    (2, "Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)", ["Comedy", "Romance"]),
    (3, "Hamlet (1990)", ["Drama"]),
    (4, "Hamlet (1996)", ["Drama", "Romance"]),
    (5, "None", ["Drama"]),
    (8, "NA", ["Comedy"]),
    (13, '"Great Performances" Cats (1998)', ["Musical"]),
]
TITLES = ["The Matrix", "Amélie (Le Fabuleux destin d'Amélie Poulain)", "Hamlet", "Hamlet", "None", "NA"]
TITLES += ['"Great Performances" Cats']
RATINGS = [(7, 2, 5, 978300760), (1, 1, 4, 978302109), (1, 13, 1, 978301968), (2, 5, 3, 978300275), (2, 8, 2, 1)]
RATINGS += [(2, 3, 3, 2), (2, 4, 4, 3)]


def as_csv(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def joined(rows, separator):
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


def release(layout):
    """The files of a small release in one of the three layouts, as bytes by name."""
    if layout == "csv":
        films = [("movieId", "title", "genres")] + [(*film, "|".join(genres)) for *film, genres in FILMS]
        ratings = [("userId", "movieId", "rating", "timestamp"), *RATINGS]
        return {"ratings.csv": as_csv(ratings), "movies.csv": as_csv(films), "README.txt": b"Read me"}
    if layout == "dat":
        films = [(*film, "|".join(genres)) for *film, genres in FILMS]
        return {"ratings.dat": joined(RATINGS, "::").encode(), "movies.dat": joined(films, "::").encode("latin-1")}
    films = [
        (*film, "01-Jan-1999", "", "", *(int(genre in genres) for genre in _GENRES_100K)) for *film, genres in FILMS
    ]
    assert {len(film) for film in films} == {24}
    return {"u.data": joined(RATINGS, "\t").encode(), "u.item": joined(films, "|").encode("latin-1")}


def packed(files, packing, tmp_path):
    """The path of these files as a folder, a folder in a folder, or a zip as macOS makes it."""
    path = tmp_path / "ml"
    if packing == "zip":
        path = tmp_path / "ml.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(f"ml/{name}", content)
                archive.writestr(f"__MACOSX/ml/{name}", b"not the file")
        return path
    folder = path / "inner" if packing == "nested" else path
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return path


@pytest.mark.parametrize("packing", ["folder", "nested", "zip"])
@pytest.mark.parametrize("layout", ["csv", "dat", "100k"])
def test_release_in_any_layout_and_packing_gives_the_same_tables(layout, packing, tmp_path):
    ratings, films = data.load_movielens(packed(release(layout), packing, tmp_path))
    assert list(ratings) == ["viewer", "film", "rating", "timestamp"]
    assert list(ratings.itertuples(index=False, name=None)) == RATINGS
    assert films.index.tolist() == [film[0] for film in FILMS] and films.index.name == "film"
    assert films.title.tolist() == TITLES
    assert films.year.fillna(0).tolist() == [1999, 2001, 1990, 1996, 0, 0, 1998]
    assert films.genres.tolist() == ["|".join(film[2]) for film in FILMS]
    assert films.name.tolist() == [*TITLES[:2], "Hamlet (1990)", "Hamlet (1996)", *TITLES[4:]]
    assert ratings.dtypes.map(str).tolist() == ["int64", "int64", "float64", "int64"]


def test_release_in_the_10m_form_is_utf_8_with_half_stars(tmp_path):
    files = release("dat")
    files["movies.dat"] = files["movies.dat"].decode("latin-1").encode()
    files["ratings.dat"] = files["ratings.dat"].replace(b"7::2::5::", b"7::2::4.5::")
    ratings, films = data.load_movielens(packed(files, "folder", tmp_path))
    assert films.title.tolist() == TITLES and ratings.rating[0] == 4.5


def test_release_with_crlf_and_byte_order_mark_is_read(tmp_path):
    files = {name: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n") for name, content in release("csv").items()}
    ratings, films = data.load_movielens(packed(files, "folder", tmp_path))
    assert films.title.tolist() == TITLES and len(ratings) == len(RATINGS)


def test_two_films_of_one_title_and_year_are_told_apart_by_id(tmp_path):
    files = release("csv")
    files["movies.csv"] = files["movies.csv"].replace(b"(1996)", b"(1990)")
    films = data.load_movielens(packed(files, "folder", tmp_path))[1]
    assert films.name[[3, 4]].tolist() == ["Hamlet (1990, film 3)", "Hamlet (1990, film 4)"]


def swap(old, new):
    def change(content):
        assert old in content
        return content.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("layout", "name", "change", "words"),
    [
        pytest.param("csv", "ratings.csv", swap(b"rating,", b"stars,"), ["row 1", "'rating'", "stars"], id="header"),
        pytest.param(
            "csv", "movies.csv", swap(b"title", b"name"), ["row 1", "'title'", "header must be"], id="header 2"
        ),
        pytest.param(
            "csv", "ratings.csv", lambda text: text.split(b"\n", 1)[1], ["row 1", "header must be"], id="no header"
        ),
        pytest.param(
            "csv", "ratings.csv", lambda text: text.split(b"\n")[0], ["no rows", "as downloaded"], id="no rows"
        ),
        pytest.param(
            "csv", "movies.csv", lambda text: text.split(b"\n")[0], ["no rows", "as downloaded"], id="no films"
        ),
        *[
            pytest.param(layout, name, lambda text: b"", ["as downloaded"], id=f"empty {name}")
            for layout in ("csv", "dat", "100k")
            for name in release(layout)
            if name != "README.txt"
        ],
        pytest.param("csv", "ratings.csv", swap(b"1,1,4", b"1,1,x"), ["row 3", "'rating'", "'x'", "Mend"], id="text"),
        pytest.param("dat", "ratings.dat", swap(b"1::1::4", b"1::1::x"), ["row 2", "'rating'", "'x'"], id="text dat"),
        pytest.param("100k", "u.data", swap(b"1\t1\t4", b"1\t1\tx"), ["row 2", "'rating'", "'x'"], id="text 100k"),
        pytest.param("csv", "ratings.csv", swap(b"1,1,4", b"1,1,inf"), ["row 3", "'rating'", "inf"], id="inf"),
        pytest.param("csv", "ratings.csv", swap(b"1,1,4", b"1,1,"), ["row 3", "'rating'", "nothing"], id="no rating"),
        pytest.param("csv", "ratings.csv", lambda text: text[:-5], ["row 8", "'rating'", "cut off"], id="cut off"),
        pytest.param("dat", "ratings.dat", lambda text: text[:-4], ["row 7", "'timestamp'", "cut off"], id="cut dat"),
        pytest.param("100k", "u.data", lambda text: text[:-5], ["row 7", "'rating'", "cut off"], id="cut 100k"),
        pytest.param(
            "csv", "movies.csv", lambda text: text[:-15], ["row 8", "as downloaded"], id="films cut in quotes"
        ),
        pytest.param("dat", "movies.dat", lambda text: text[:-12], ["row 7", "cut off"], id="films cut off"),
        pytest.param("csv", "ratings.csv", swap(b"1,1,4", b"1,1,6"), ["row 3", "'rating'", "0.5 to 5"], id="too high"),
        pytest.param("csv", "ratings.csv", swap(b"1,1,4", b"1,1,0"), ["row 3", "'rating'", "0.5 to 5"], id="too low"),
        pytest.param(
            "csv", "ratings.csv", swap(b"1,13,", b"1,1,"), ["row 4", "viewer 1", "film 1", "Keep one"], id="rated twice"
        ),
        pytest.param(
            "csv",
            "ratings.csv",
            swap(b"1,13,", b"1,99,"),
            ["row 4", "'movieId'", "99", "same release"],
            id="no such film",
        ),
        pytest.param("csv", "movies.csv", swap(b"\n8,", b"\n5,"), ["row 7", "film 5", "Keep one"], id="film twice"),
        pytest.param(
            "dat", "movies.dat", swap(b"\n8::", b"\n5::"), ["row 6", "film 5", "Keep one"], id="film twice dat"
        ),
        pytest.param(
            "csv", "movies.csv", swap(b"\n8,", b"\n8.5,"), ["row 7", "'movieId'", "8.5", "whole"], id="film 8.5"
        ),
        pytest.param("csv", "ratings.csv", swap(b"\n7,", b"\n7.5,"), ["row 2", "'userId'", "7.5", "whole"], id="7.5"),
        pytest.param(
            "csv",
            "movies.csv",
            lambda text: text.decode().encode("latin-1"),
            ["not UTF-8", "as downloaded"],
            id="latin-1",
        ),
        pytest.param("csv", "movies.csv", swap(b"\n5,None,", b"\n5,,"), ["row 6", "'title'"], id="no title"),
        pytest.param(
            "csv",
            "movies.csv",
            swap(b'"Matrix, The (1999)"', b"Matrix, The (1999)"),
            ["row 2"],
            id="quotes lost, row 2",
        ),
        pytest.param("csv", "movies.csv", swap(b"NA,", b"N,A,"), [" 7,", "as downloaded"], id="quotes lost, row 7"),
        pytest.param("csv", "ratings.csv", swap(b"7,2,5", b"7,2,4,5"), ["row 2"], id="decimal comma"),
    ],
)
def test_bad_release_is_refused_with_place_and_way_out(layout, name, change, words, tmp_path):
    files = release(layout)
    files[name] = change(files[name])
    refuses(lambda: data.load_movielens(packed(files, "folder", tmp_path)), f"ml/{name}", *words)


@pytest.mark.parametrize("layout", ["csv", "dat", "100k"])
def test_ratings_without_films_are_refused(layout, tmp_path):
    ratings_name, films_name, *_ = files = release(layout)
    del files[films_name]
    refuses(lambda: data.load_movielens(packed(files, "folder", tmp_path)), ratings_name, films_name, "same release")


def test_folder_without_a_release_is_refused(tmp_path):
    refuses(lambda: data.load_movielens(tmp_path), str(tmp_path), "no MovieLens release", "ratings.csv with movies.csv")


def test_missing_release_is_refused(tmp_path):
    refuses(
        lambda: data.load_movielens(tmp_path / "ml.zip"),
        "ml.zip",
        "no such file or folder",
        "Check the name",
        str(tmp_path),
    )


def corrupted(content):
    return content[:60] + b"\xff" * 20 + content[80:]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: b"no zip at all", id="no zip"),
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[:-200], id="truncated"),
        pytest.param(corrupted, id="corrupted"),
    ],
)
def test_damaged_zip_is_refused(damage, tmp_path):
    path = packed(release("csv"), "zip", tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    refuses(lambda: data.load_movielens(path), "ml.zip", "no complete zip file", "Download it again")


# --- Finding films, reading titles ------------------------------------------------------------------------


def test_films_are_found_in_the_order_given_by_title_or_name(films):
    assert data.find_films(["The Matrix", "Titanic (1953)", "Alien"], films).tolist() == [2571, 3404, 1214]
    assert data.find_films(["Titanic", "Titanic"], films, years=[1953, 1997]).tolist() == [3404, 1721]


@pytest.mark.parametrize("name", ["The Matrx", "The Matricks", "The Matrxi (1999)"])
def test_unknown_film_is_answered_with_the_closest(films, name):
    refuses(lambda: data.find_films(["Alien", name], films), repr(name), "Close: The Matrix (1999)")


def test_ambiguous_film_is_answered_with_the_years(films):
    refuses(lambda: data.find_films(["Titanic"], films), "Titanic (1997)", "Titanic (1953)", "Give the year")


def test_film_with_a_wrong_year_is_answered_with_the_right_ones(films):
    refuses(lambda: data.find_films(["Titanic"], films, years=[1996]), "'Titanic' (1996)", "1997", "1953")


@pytest.mark.parametrize(
    ("filed", "readable"),
    [
        ("Matrix, The", "The Matrix"),
        (" Matrix, The ", "The Matrix"),
        ("Bug's Life, A", "A Bug's Life"),
        ("American in Paris, An", "An American in Paris"),
        ("Enfer, L'", "L'Enfer"),
        ("Contempt (Mépris, Le)", "Contempt (Le Mépris)"),
        (
            "City of Lost Children, The (Cité des enfants perdus, La)",
            "The City of Lost Children (La Cité des enfants perdus)",
        ),
        ("Paris, I Love You (Paris, je t'aime)", "Paris, I Love You (Paris, je t'aime)"),
        (
            "Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il)",
            "The Good, the Bad and the Ugly (Il Buono, il brutto, il cattivo)",
        ),
        ("Rite, The (a.k.a. Ritual, The)", "The Rite (a.k.a. The Ritual)"),
        ("Human Centipede II (Full Sequence), The", "The Human Centipede II (Full Sequence)"),
        ("Honey, I Shrunk the Kids", "Honey, I Shrunk the Kids"),
        ("The Matrix", "The Matrix"),
        ("Contempt (Le Mépris)", "Contempt (Le Mépris)"),
        ("The", "The"),
        ("", ""),
    ],
)
def test_title_is_made_readable_and_then_left_alone(filed, readable):
    assert data.readable_title(filed) == readable
    assert data.readable_title(readable) == readable


# Chosen before a look into movies.csv: foreign films, second titles, articles, signs. And the id of each, afterwards.
WELL_KNOWN = {
    "Seven Samurai": 2019,
    "La Dolce Vita": 8154,
    "Das Boot": 1233,
    "Life Is Beautiful": 2324,
    "The Lives of Others": 44555,
    "Crouching Tiger Hidden Dragon": 3996,
    "Amelie": 4973,
    "Goodbye Lenin": 7323,
    "Cidade de Deus": 6016,
    "Bicycle Thieves": 3089,
    "The 400 Blows": 2731,
    "Howls Moving Castle": 31658,
    "Star Wars": 260,
    "Raiders of the Lost Ark": 1198,
    "Leon": 293,
    "Se7en": 47,
    "The Good, the Bad & the Ugly": 1201,
    "Dr Strangelove": 750,
    "Wall-E": 60069,
    "Fellowship of the Ring": 4993,
}


def test_well_known_films_are_found_or_suggested(films):
    titles = Titles(films)
    found = {title: titles.find(title) for title in WELL_KNOWN}
    right = [title for title, rows in found.items() if films.index[rows].tolist() == [WELL_KNOWN[title]]]
    labels = {title: titles.labels[films.index.get_loc(film)] for title, film in WELL_KNOWN.items()}
    suggested = [title for title in WELL_KNOWN if not found[title] and labels[title] in titles.suggest(title)]
    assert (len(right), len(suggested)) == (17, 3)


@pytest.mark.parametrize(
    ("typed", "film"),
    [
        ("the matrix", 2571),
        ("Matrix, The", 2571),
        ("MATRIX", 2571),
        ("The Matrix (1999)", 2571),
        ("matrix 1999", 2571),
        ("“The Matrix”", 2571),
        ("alien 1979", 1214),
        ("Titanic, 1953", 3404),
        ("2001 a space odyssey", 924),
        ("Sen to Chihiro no kamikakushi", 5618),
        ("spirited away", 5618),
        ("Spiderman", 5349),
        ("Star Wars (1977)", 260),
    ],
)
def test_film_is_found_however_its_title_is_typed(films, typed, film):
    assert data.find_films([typed], films).tolist() == [film]


def test_a_part_of_a_title_before_a_colon_is_no_film_without_a_year(films):
    refuses(lambda: data.find_films(["Star Wars"], films), "no film", "Star Wars: Episode IV - A New Hope (1977)")


def test_second_titles_that_several_films_share_are_listed_with_years(tmp_path):
    files = release("csv")
    files["movies.csv"] = (
        files["movies.csv"].replace(b"None", b"Ofelia (Hamlet) (2018)").replace(b"Hamlet (19", b"Hamnet (19")
    )
    films = data.load_movielens(packed(files, "folder", tmp_path))[1]
    assert data.find_films(["Hamlet"], films).tolist() == [5]
    refuses(lambda: data.find_films(["hamnet"], films), "Hamnet (1990), Hamnet (1996)", "Give the year")
    assert data.find_films(["hamnet", "hamnet 1996"], films, [1990, None]).tolist() == [3, 4]


def test_every_film_is_found_by_its_own_name_and_label(films):
    titles = Titles(films)
    named = [titles.find(name) for name in films.name]
    assert named == [[row] for row in range(len(films))]
    labelled = [titles.find(label) for label in titles.labels]
    assert [row for row, rows in enumerate(labelled) if rows != [row]] == []


def test_suggestions_hold_the_words_first_and_then_the_spelling(films):
    assert data.suggest_films("Strangelove", films)[0].startswith("Dr. Strangelove")
    assert data.suggest_films("Casablnca", films)[0] == "Casablanca (1942)"
    assert data.suggest_films("Titanic", films, 1996)[:2] == ["Titanic (1997)", "Titanic (1953)"]
    assert data.suggest_films("qqqqqq", films) == []


# --- What is no release -----------------------------------------------------------------------------------


def test_ratings_file_is_answered_with_its_folder(tmp_path):
    folder = packed(release("csv"), "folder", tmp_path)
    refuses(
        lambda: data.load_movielens(folder / "ratings.csv"), "a file of MovieLens", "its folder", "load_own_ratings"
    )


@pytest.mark.parametrize("layout", ["dat", "100k"])
def test_other_ratings_file_is_answered_with_its_folder(layout, tmp_path):
    folder = packed(release(layout), "folder", tmp_path)
    refuses(lambda: data.load_movielens(folder / next(iter(release(layout)))), "no complete zip", "Give a whole folder")


OTHERS = {
    "release.tar.gz": (b"\x1f\x8b\x08rest", "an archive, but no zip"),
    "release.7z": (b"7z\xbc\xaf\x27\x1c", "an archive, but no zip"),
    "release.rar": (b"Rar!\x1a\x07", "an archive, but no zip"),
    "release.tar": (b"name".ljust(257, b"\0") + b"ustar", "an archive, but no zip"),
    "page.zip": (b"\n<!DOCTYPE html><html>", "a web page"),
    "paper.pdf": (b"%PDF-1.7", "a PDF"),
    "letterboxd.csv": (b"Date,Name,Year,Letterboxd URI,Rating\n", "a Letterboxd export"),
    "imdb.csv": (b"Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type\n", "an IMDb export"),
    "picture.png": (b"\x89PNG\r\n", "a picture"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_kind_of_file_is_called_what_it_is(name, tmp_path):
    content, kind = OTHERS[name]
    (tmp_path / name).write_bytes(content)
    refuses(lambda: data.load_movielens(tmp_path / name), name, kind)


def test_workbook_is_no_release(tmp_path):
    path = packed({}, "zip", tmp_path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    refuses(lambda: data.load_movielens(path), "a workbook", "Save as")


def test_letterboxd_export_is_no_release(tmp_path):
    path = packed({"ratings.csv": OTHERS["letterboxd.csv"][0]}, "zip", tmp_path)
    refuses(lambda: data.load_movielens(path), "a Letterboxd export", "load_own_ratings")


@pytest.mark.parametrize("zipped", [False, True])
def test_several_releases_are_listed_and_refused(zipped, tmp_path):
    for layout in ("csv", "dat"):
        packed(release(layout), "nested", tmp_path / layout)
    path = tmp_path
    if zipped:
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(tmp_path.glob("*/**/*.*")):
                archive.write(file, file.relative_to(tmp_path))
    both = ["csv/ml/inner/ratings.csv", "dat/ml/inner/ratings.dat"]
    refuses(lambda: data.load_movielens(path), "several releases", *both, "Give the folder of one")
    if not zipped:
        assert len(data.load_movielens(tmp_path / "dat")[0]) == len(RATINGS)


def test_stars_of_ones_own_beside_a_release_do_not_stand_in_its_way(tmp_path):
    packed(release("csv"), "folder", tmp_path)
    (tmp_path / "ratings.csv").write_bytes(OTHERS["letterboxd.csv"][0])
    assert len(data.load_movielens(tmp_path)[0]) == len(RATINGS)


def test_dates_as_timestamps_are_read(tmp_path):
    files = release("csv")
    files["ratings.csv"] = b"userId,movieId,rating,timestamp\n1,1,4,2016-10-16 12:30:00\n1,2,5,1970-01-01T00:00:09\n"
    ratings = data.load_movielens(packed(files, "folder", tmp_path))[0]
    assert ratings.timestamp.tolist() == [1476621000, 9] and ratings.timestamp.dtype == "int64"
    files["ratings.csv"] += b"2,2,5,yesterday\n"
    refuses(
        lambda: data.load_movielens(packed(files, "folder", tmp_path / "again")), "row 4", "'timestamp'", "yesterday"
    )
