"""Our own sheets are right; a reader's own is read, whoever wrote it, or refused with the place and the way out."""

import zipfile

import pandas as pd
import pytest
from refusing import refuses

from helpers import data
from helpers.data import DATA, FEATURES


def test_film_sheet_has_40_well_rated_films_and_seven_features():
    ratings, films = data.load_movielens()
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
        pytest.param(GOOD_SHEET.replace(",", "\t").encode("utf-16"), id="Excel's Unicode text"),
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


# --- What is no sheet -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"%PDF-1.7", ["a PDF", "CSV UTF-8"], id="PDF"),
        pytest.param(b"<html><body>", ["a web page", "browser", "CSV UTF-8"], id="web page"),
        pytest.param(b"\xff\xd8\xff\xe0", ["a picture", "CSV UTF-8"], id="picture"),
        pytest.param(b"\x1f\x8b\x08", ["an archive", "Unpack"], id="gz"),
        pytest.param(b"{\\rtf1 title}", ["a document", "Save as"], id="rich text"),
        pytest.param(b"Date,Name,Year,Letterboxd URI,Rating\n", ["a Letterboxd export", "load_own_ratings"], id="L"),
        pytest.param(b"Const,Your Rating,Title,Title Type\n", ["an IMDb export", "load_own_ratings"], id="IMDb"),
        pytest.param(b"userId,movieId,rating,timestamp\n", ["a file of MovieLens", "load_own_ratings"], id="MovieLens"),
    ],
)
def test_another_kind_of_file_is_called_what_it_is(sheet, content, words):
    refuses(lambda: data.load_film_sheet(sheet(content)), "sheet.csv", *words)


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("[Content_Types].xml", "a workbook"),
        ("xl/workbook.xml", "a workbook"),
        ("Index/Document.iwa", "a workbook"),
        ("films.csv", "a zip file"),
    ],
)
def test_workbooks_and_zips_are_told_apart(tmp_path, first, kind):
    path = tmp_path / "sheet.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(first, "content")
    refuses(lambda: data.load_sheet(path), kind)


def test_opendocument_workbook_is_told(tmp_path):
    path = tmp_path / "sheet.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    refuses(lambda: data.load_sheet(path), "a workbook", "Save as, CSV UTF-8")


def test_folder_is_no_sheet(tmp_path):
    refuses(lambda: data.load_sheet(tmp_path), "a folder", "a file in it")
    (tmp_path / "movies.csv").touch()
    refuses(lambda: data.load_sheet(tmp_path), "a MovieLens release", "load_movielens")


# --- Paths ------------------------------------------------------------------------------------------------


def test_path_is_read_as_it_is_typed_or_pasted(sheet, monkeypatch):
    path = sheet("title,fear\nAlien,9\n")
    for typed in (f'"{path}"', f"'{path}'", f" {path} ", f"“{path}”", "~/sheet.csv"):
        monkeypatch.setenv("HOME", str(path.parent))
        monkeypatch.setenv("USERPROFILE", str(path.parent))
        assert data.load_sheet(typed).index.tolist() == ["Alien"]


def test_missing_file_is_answered_with_the_folder_and_what_is_alike_there(sheet, monkeypatch):
    folder = sheet("title,fear\nAlien,9\n").parent
    monkeypatch.chdir(folder)
    refuses(lambda: data.load_sheet("sheets.csv"), "sheets.csv", f"in {folder}", "There is 'sheet.csv'")
    refuses(lambda: data.load_sheet("nowhere/sheet.csv"), f"no 'nowhere' in {folder}")


# --- Two sheets -------------------------------------------------------------------------------------------


def test_sheet_with_a_name_twice_but_for_an_accent_is_refused(sheet):
    path = sheet("title,fear\nAmélie,1\nAmelie,2\n")
    refuses(lambda: data.load_sheet(path), "row 3", "'Amelie'", "row 2 as 'Amélie'", "Keep one")


def test_names_in_both_sheets_keep_the_order_of_the_first():
    first, second = pd.DataFrame(index=["b", "a", "d"]), pd.DataFrame(index=["a", "b", "c"])
    assert data.in_both(first, second).tolist() == ["b", "a"]


def test_names_that_two_sheets_write_differently_are_said():
    first, second = pd.DataFrame(index=["Amélie", "Alien", "Speed"]), pd.DataFrame(index=["amelie", "Alien", "SPEED"])
    refuses(lambda: data.in_both(first, second), "'Amélie' and 'amelie', 'Speed' and 'SPEED'", "Write them alike")
