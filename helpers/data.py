"""Load what the notebooks read, and say clearly what is wrong with a file when something is.

Every problem is a `DataError` that names the file, the row and column where there is one, and the way out.
Rows are counted as a spreadsheet counts them: the header is row 1.
"""

import csv
import hashlib
import io
import re
import zipfile
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parent.parent / "data"
FEATURES = ["romance", "action", "humour", "fear", "ideas", "spectacle", "children"]


class DataError(ValueError):
    """Something is wrong with a data file; the message says where and what to do about it."""


# --- Our own files ----------------------------------------------------------------------------------------


def _shipped(name):
    """The path of a file that came with the project, after checking that nobody changed or cut it."""
    path = DATA / name
    restore = f"Get the original back with: git checkout -- data/{name}"
    if not path.is_file():
        raise DataError(
            f"data/{name} is missing. {restore}\nWithout git, download the project again; and install it with "
            "`pip install -r requirements.txt`, which leaves `helpers` next to `data`."
        )
    listed = dict(line.split()[::-1] for line in (DATA / "checksums.sha256").read_text().splitlines())
    if hashlib.sha256(path.read_bytes()).hexdigest() != listed[name]:
        raise DataError(
            f"data/{name} is not the file that came with the project: it was edited, converted or cut off. {restore}\n"
            "To use your own data, leave this file alone and give the loader the path of yours."
        )
    return path


def load_glove():
    """The 40,000 most frequent alphabetic words of GloVe 6B, 100-d, from frequent to rare.

    Returns: words (list of 40,000 str) and vectors (float32 array, 40,000 × 100).
    Raises: DataError if the file is missing or changed.
    Source: Pennington, Socher & Manning 2014; see data/README.md.
    """
    with np.load(_shipped("glove/glove-100d-40k.npz"), allow_pickle=False) as table:
        return bytes(table["words"]).decode().split("\n"), table["vectors"].astype(np.float32)


def load_analogies():
    """Google's 19,544 questions "a is to b as c is to d", in 14 sections.

    Returns: DataFrame with the columns section, a, b, c, d; words as in the source, capitals included.
    Raises: DataError if the file is missing or changed.
    Source: Mikolov et al. 2013; see data/README.md.
    """
    rows, section = [], None
    for line in _shipped("analogies/questions-words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(": "):
            section = line[2:]
        else:
            rows.append([section, *line.split()])
    return pd.DataFrame(rows, columns=["section", "a", "b", "c", "d"])


# --- Spreadsheets: ours, and a teacher's own --------------------------------------------------------------


def load_sheet(path, label="title", low=0, high=10, columns=None):
    """A spreadsheet of scores saved as CSV: one row a film (or viewer), one column a feature.

    Commas, semicolons or tabs between the cells, with or without Excel's byte-order mark; empty rows are skipped.
    label: the column of names ("title" or "viewer"); low, high: the allowed scores; columns: the features that
    must be there (default: whatever columns there are). A column "year" is kept as it is and not scored.
    Returns: DataFrame indexed by name, with float columns (and an integer "year" where the sheet has one).
    Raises: DataError that names the file, row and column.
    """
    header, rows = _read_cells(path)
    lowered = [cell.lower() for cell in header]
    for number, cell in enumerate(lowered):
        if not cell or cell in lowered[:number]:
            problem = "stands there twice" if cell else f"has no name (column {number + 1})"
            raise DataError(f"{path}, row 1: the column {header[number]!r} {problem}. Give every column one name.")
    missing = [name for name in [label, *(columns or [])] if name not in lowered]
    if missing:
        raise DataError(
            f"{path}, row 1: there is no column {missing[0]!r}; found {', '.join(header)}. Add it or rename one."
        )
    if not rows:
        raise DataError(f"{path} has a header but no rows. Add at least one under it.")
    features = columns or [name for name in lowered if name not in (label, "year")]
    if not features:
        raise DataError(f"{path}, row 1: there is no column of scores. Add one, such as 'romance'.")

    scores, first_seen = {}, {}
    for row, cells in rows:
        where = f"{path}, row {row}"
        if len(cells) != len(header):
            raise DataError(
                f"{where}: {len(cells)} cells under {len(header)} columns. "
                'A cell may be missing, or a comma in a name may lack its quotes: "Crouching Tiger, Hidden Dragon".'
            )
        record = dict(zip(lowered, cells, strict=True))
        name = record[label]
        if not name:
            raise DataError(f"{where}, column {label!r}: the cell is empty. Write a name or delete the row.")
        year = [int(_number(record["year"], f"{where}, column 'year'", 1870, 2100))] if "year" in record else []
        same = (name.casefold(), *year)
        if same in first_seen:
            raise DataError(f"{where}: {name!r} stands already in row {first_seen[same]}. Keep one of the two.")
        first_seen[same] = row
        if name in scores:  # two films of one name: the year tells them apart
            name = f"{name} ({year[0]})"
        scores[name] = year + [_number(record[f], f"{where}, column {f!r}", low, high) for f in features]
    names = (["year"] if "year" in lowered else []) + features
    sheet = pd.DataFrame.from_dict(scores, orient="index", columns=names)
    return sheet.rename_axis(label)


def load_film_sheet(path=None):
    """Films × features, 0 to 10 (see `load_sheet`). Without a path: the project's 40 films and seven features."""
    return load_sheet(path or DATA / "film_sheet.csv", columns=None if path else FEATURES)


def load_viewer_sheet(path=None, columns=None):
    """Viewers × features, from −10 (puts me off) through 0 (no matter) to 10 (that is what I come for).

    columns: the features of the film sheet, in its order, so that a dot product compares like with like.
    """
    return load_sheet(path or DATA / "viewer_sheet.csv", label="viewer", low=-10, columns=list(columns or FEATURES))


def _read_cells(path):
    """Header and numbered rows of a CSV file, whatever spreadsheet program in whatever country wrote it."""
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: there is no such file. Check the name and the folder ({path.parent}).")
    content = path.read_bytes()
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise DataError(f"{path} is a workbook, not a CSV file. In the spreadsheet program: Save as, CSV UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise DataError(f"{path}, row {row}: not UTF-8 text. Save it again as CSV UTF-8, or re-type the accent.") from None
    first_line = text.lstrip().split("\n")[0]
    separator = max(",;\t", key=first_line.count)
    rows = []
    for row, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1):
        cells = [cell.strip() for cell in cells]
        if any(cells):
            rows.append((row, cells))
    if not rows:
        raise DataError(f"{path} is empty. The first row must hold the names of the columns.")
    header = rows[0][1]
    while not header[-1]:  # spreadsheet programs like to add empty columns on the right
        header.pop()
    width = len(header)
    return header, [(row, cells[:width] if not any(cells[width:]) else cells) for row, cells in rows[1:]]


def _number(cell, where, low, high):
    """A number from low to high; the decimal comma of a European spreadsheet is read as a point."""
    if not cell:
        raise DataError(f"{where}: the cell is empty. Write a number from {low} to {high}.")
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        raise DataError(f"{where}: {cell!r} is not a number. Write a number from {low} to {high}.") from None
    if not low <= number <= high:  # also true of nan
        raise DataError(f"{where}: {cell} is out of range. Write a number from {low} to {high}.")
    return number


# --- Ratings ----------------------------------------------------------------------------------------------

# The three layouts of GroupLens' releases: (ratings file, films file).
_RELEASES = [("ratings.csv", "movies.csv"), ("ratings.dat", "movies.dat"), ("u.data", "u.item")]
_GENRES_100K = (
    "unknown Action Adventure Animation Children Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical "
    "Mystery Romance Sci-Fi Thriller War Western"
).split()
_ARTICLES = "The|A|An|La|Le|Les|L'|Un|Une|El|Los|Las|Lo|Il|I|Gli|Das|Der|Die|Ein|Eine|Den|Det|De|O|Os|As"


def readable_title(title):
    """ "Matrix, The" → "The Matrix"; the same inside brackets: "Contempt (Mépris, Le)" → "Contempt (Le Mépris)"."""

    def swap(match):
        known_as, name, article = match.groups()
        return f"{known_as or ''}{article}{'' if article.endswith(chr(39)) else ' '}{name}"

    return re.sub(rf"(a\.k\.a\. )?([^()\s][^()]*), ({_ARTICLES})(?=\s*(?:[()]|$))", swap, title)


def load_movielens(source=None):
    """Ratings and films of a MovieLens release.

    source: folder or zip of any official release: the CSV form (latest, 20M, 25M, 32M), the older "::" form (1M, 10M)
    or the tab form (100K). Default: the latest-small edition of October 2016 that comes with the project.
    Returns: ratings, a DataFrame with the columns viewer, film (ids), rating (stars) and timestamp (seconds since
    1970), and films, a DataFrame indexed by film id with title, year (<NA> if unknown), genres ("Action|Crime") and
    name: the title, with the year where several films share it, and with the id where that does not help.
    Raises: DataError that names the file, row and column.
    Source: Harper & Konstan 2015; see data/README.md.
    """
    if source is None:
        source = _shipped("movielens-small/ratings.csv").parent
        _shipped("movielens-small/movies.csv")
    ratings_name, films_name, find = _open_release(Path(source))
    films = _read_films(find(films_name), f"{source}/{films_name}")
    ratings = _read_ratings(find(ratings_name), f"{source}/{ratings_name}")
    unknown = ~ratings.film.isin(films.index)
    if unknown.any():
        row = unknown.argmax()
        raise DataError(
            f"{source}/{ratings_name}: film {ratings.film[row]} (first rated by viewer {ratings.viewer[row]}) is not in "
            f"{films_name}. Take both files from the same release."
        )
    return ratings, films


def _open_release(source):
    """Which layout a folder or zip has, and a function that reads one of its files as bytes."""
    if source.is_dir():
        files = {path.name: path for path in sorted(source.rglob("*"), reverse=True) if path.is_file()}
        read = Path.read_bytes
    elif source.is_file():
        try:
            archive = zipfile.ZipFile(source)
        except zipfile.BadZipFile:
            raise DataError(f"{source} is not a zip file, or was cut off. Download it again, or give its folder.") from None
        files = {Path(name).name: name for name in archive.namelist() if not name.startswith("__MACOSX")}
        read = archive.read
    else:
        raise DataError(f"{source}: there is no such folder or zip file. Check the path.")

    def find(name):
        try:
            return read(files[name])
        except (zipfile.BadZipFile, EOFError):
            raise DataError(f"{source}: {name} in it is damaged. Download the zip again.") from None

    for pair in _RELEASES:
        if pair[0] in files:
            if pair[1] not in files:
                raise DataError(f"{source}: {pair[0]} is there but {pair[1]} is missing. Take both from one release.")
            return *pair, find
    wanted = ", ".join(" + ".join(pair) for pair in _RELEASES)
    raise DataError(f"{source} holds no MovieLens release. Looked for one of: {wanted}.")


def _read_columns(content, path, names, separator, encoding="utf-8"):
    """The named columns of a release's file as they stand, with their row numbers as index."""
    csv_form = separator == ","
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}, byte {error.start}: not {encoding} text. Take the file as it was downloaded.") from None
    text = text.removeprefix("\ufeff")
    if csv_form:
        header = next(csv.reader([text.split("\n", 1)[0]]), [])
        missing = [name for name in names if name not in [cell.strip() for cell in header]]
        if missing:
            raise DataError(
                f"{path}, row 1: there is no column {missing[0]!r}; found {', '.join(header) or 'nothing'}. "
                f"The header must be: {','.join(names)}"
            )
    try:
        table = pd.read_csv(
            io.StringIO(text if csv_form else text.replace("::", "\t") if separator == "::" else text),
            sep="\t" if separator == "::" else separator,
            quoting=csv.QUOTE_MINIMAL if csv_form else csv.QUOTE_NONE,
            header=0 if csv_form else None,
            skipinitialspace=True,
            skip_blank_lines=False,
            keep_default_na=False,
            index_col=False,
            low_memory=False,
        )
    except pd.errors.EmptyDataError:
        raise DataError(f"{path} is empty. Take the file as it was downloaded.") from None
    except pd.errors.ParserError as error:
        raise DataError(f"{path} cannot be split into columns ({error}). Mend that row or download it again.") from None
    if csv_form:
        table = table.rename(columns=str.strip)[names]
    elif table.shape[1] < len(names):
        raise DataError(f"{path}: {table.shape[1]} columns instead of {len(names)}. Take the file as it was downloaded.")
    else:
        table = table.rename(columns=dict(enumerate(names)))
    table.index += 2 if csv_form else 1
    blank = (table == "").all(axis=1) if len(table) and (table.dtypes == object).any() else None
    table = table if blank is None else table[~blank]
    if table.empty:
        raise DataError(f"{path} holds no rows. Take the file as it was downloaded.")
    return table


def _numbers(table, column, path, whole=False):
    """A column as numbers, or a DataError that names the first row where it is none."""
    values = pd.to_numeric(table[column], errors="coerce")
    bad = values.isna() | ((values % 1 != 0) if whole else False)
    if bad.any():
        cell = table[column][bad].iloc[0]
        found = repr(str(cell)) if str(cell).strip() else "nothing (is the file cut off?)"
        kind = "a whole number" if whole else "a number"
        raise DataError(f"{path}, row {bad.idxmax()}, column {column!r}: found {found}. Write {kind} or delete the row.")
    return values.astype(np.int64 if whole else np.float64)


def _read_ratings(content, path):
    names = ["userId", "movieId", "rating", "timestamp"]
    separator = {"csv": ",", "dat": "::", "data": "\t"}[path.rsplit(".", 1)[1]]
    table = _read_columns(content, path, names, separator)
    ratings = pd.DataFrame(
        {
            "viewer": _numbers(table, "userId", path, whole=True),
            "film": _numbers(table, "movieId", path, whole=True),
            "rating": _numbers(table, "rating", path),
            "timestamp": _numbers(table, "timestamp", path, whole=True),
        }
    )
    wrong = ~ratings.rating.between(0.5, 5)
    if wrong.any():
        row = wrong.idxmax()
        raise DataError(f"{path}, row {row}, column 'rating': {ratings.rating[row]:g} is out of range (0.5 to 5 stars).")
    twice = ratings.duplicated(["viewer", "film"])
    if twice.any():
        viewer, film = ratings.loc[twice.idxmax(), ["viewer", "film"]].astype(int)
        raise DataError(f"{path}, row {twice.idxmax()}: viewer {viewer} rates film {film} a second time. Keep one.")
    return ratings.reset_index(drop=True)


def _read_films(content, path):
    if path.endswith("u.item"):
        table = _read_columns(content, path, ["movieId", "title"], "|", "latin-1")
        flags = table.iloc[:, -len(_GENRES_100K) :].to_numpy().astype(str) == "1"
        table["genres"] = ["|".join(np.array(_GENRES_100K)[row]) for row in flags]
    elif path.endswith(".dat"):
        try:
            content.decode("utf-8")
            encoding = "utf-8"  # 10M
        except UnicodeDecodeError:
            encoding = "latin-1"  # 1M
        table = _read_columns(content, path, ["movieId", "title", "genres"], "::", encoding)
    else:
        table = _read_columns(content, path, ["movieId", "title", "genres"], ",")
    numbers = _numbers(table, "movieId", path, whole=True)
    if numbers.duplicated().any():
        row = numbers.duplicated().idxmax()
        raise DataError(f"{path}, row {row}, column 'movieId': film {numbers[row]} stands there twice. Keep one.")
    parts = table.title.astype(str).str.strip().str.extract(r"^(?P<title>.*?)\s*(?:\((?P<year>\d{4})\))?$")
    films = pd.DataFrame({"title": parts.title.map(readable_title), "year": parts.year.astype("Int64")})
    films["genres"] = table.genres.astype(str)
    films["name"] = films.title.where(~films.title.duplicated(keep=False), films.title + " (" + parts.year + ")")
    films["name"] = films.name.fillna(films.title)
    still = films.name.duplicated(keep=False)
    films.loc[still, "name"] = films.name.str.removesuffix(")") + ", film " + numbers.astype(str) + ")"
    return films.set_index(numbers.rename("film"))


def find_films(names, films, years=None):
    """The MovieLens ids of films given by title (and year), in the order given.

    names: titles as in `films.title` or `films.name`; years: one a title, or None where a title is unique anyway.
    Returns: integer array, one id a name.
    Raises: DataError with the closest titles if a film is not there, or with the years if there are several.
    """
    ids = []
    for number, name in enumerate(names):
        found = films[(films.title == name) | (films.name == name)]
        if years is not None:
            found = found[found.year == years[number]]
        if len(found) == 0:
            close = get_close_matches(name, films.title[~films.title.duplicated()], n=3)
            year = f" ({years[number]})" if years is not None else ""
            raise DataError(f"There is no film {name!r}{year} in these ratings. Close: {', '.join(close) or 'none'}.")
        if len(found) > 1:
            raise DataError(f"There are {len(found)} films {name!r}: {', '.join(found.name)}. Give the year.")
        ids.append(found.index[0])
    return np.array(ids)


def split_ratings(ratings, seed=0):
    """Which ratings a model may learn from: 70 % train, 10 % validation, 20 % test, the same for every notebook.

    Depends on the ratings and the seed only, not on the order of the rows.
    Returns: Series of "train", "validation" or "test", aligned with `ratings`.
    """
    order = ratings.sort_values(["viewer", "film"]).index
    # RandomState, not default_rng: NumPy promises that its stream never changes.
    position = np.random.RandomState(seed).permutation(len(ratings)) / len(ratings)
    part = np.select([position < 0.2, position < 0.3], ["test", "validation"], "train")
    return pd.Series(part, index=order, name="part").reindex(ratings.index)
