"""MovieLens: the ratings and films of a release, films found by their titles, and the split of the ratings."""

import csv
import io
import re
import warnings
from collections import defaultdict
from difflib import get_close_matches
from functools import partial

import numpy as np
import pandas as pd

from helpers.data.files import DATA, OWN, DataError, checked, existing, kind_of, open_packed
from helpers.names import words

# The three layouts of GroupLens' releases: ratings file, films file, what stands between their cells.
_CSV = ("ratings.csv", "movies.csv", ",", ",")
_LAYOUTS = [_CSV, ("ratings.dat", "movies.dat", "::", "::"), ("u.data", "u.item", "\t", "|")]
_RATINGS = ["userId", "movieId", "rating", "timestamp"]
_FILMS = ["movieId", "title", "genres"]
# u.item holds a column of 0 or 1 for each of these, after three that we do not use.
_GENRES_100K = """unknown Action Adventure Animation Children Comedy Crime Documentary Drama Fantasy Film-Noir Horror
    Musical Mystery Romance Sci-Fi Thriller War Western""".split()  # noqa: SIM905
_ARTICLES = "The|A|An|La|Le|Les|L'|Un|Une|El|Los|Las|Lo|Il|I|Gli|Das|Der|Die|Ein|Eine|Den|Det|De|En|O|Os|As"


def load_movielens(source=None, viewers=None):
    """Ratings and films of a MovieLens release.

    source: folder or zip of any official release: the CSV form (latest, 20M, 25M, 32M), the older "::" form (1M, 10M)
    or the tab form (100K). Default: the latest-small edition of October 2016 that comes with the project.
    viewers: keep only so many, those with the lowest ids, and the films that they have rated. Default: everything.
    Returns: ratings, a DataFrame with the columns viewer, film (ids), rating (stars) and timestamp (seconds since
    1970), and films, a DataFrame indexed by film id with title, year (<NA> if unknown), genres ("Action|Crime") and
    name: the title, with the year where several films share it, and with the id where that does not help.
    Raises: DataError that names the file, row and column.
    Source: Harper & Konstan 2015; see data/README.md.
    """
    films, open_ratings, path, between = open_release(source)
    with open_ratings() as file:
        ratings = _read_ratings(file.read(), path, between)
    unknown = "film {} is not in the file of the films. Take both from the same release."
    _refuse(~ratings.film.isin(films.index), ratings.film.rename("movieId"), path, unknown)
    if viewers is not None:
        ratings = ratings[ratings.viewer.isin(np.unique(ratings.viewer)[:viewers])]
        films = films.loc[np.unique(ratings.film)]
    return ratings.reset_index(drop=True), films


def open_release(source=None):
    """A release for those who read its ratings piece by piece (see scale/).

    source: as for load_movielens.
    Returns: films, as load_movielens does; a function that opens the file of the ratings, as bytes; what that file is
    called in messages; and what stands between its cells ("," with a row of names on top, "::" or a tab without).
    Raises: DataError if there is no release, not one, or if its films cannot be read.
    """
    if source is None:
        source = checked(DATA / "movielens-small" / "ratings.csv").parent
        checked(source / "movies.csv")
    source = existing(source, folders=True)
    names, open_one = open_packed(source)
    folder, (ratings_name, films_name, between_ratings, between_films) = _only_release(source, names, open_one)
    with open_one(folder + films_name) as file:
        films = _read_films(file.read(), f"{source.name}/{folder}{films_name}", between_films)
    path = folder + ratings_name
    return films, partial(open_one, path), f"{source.name}/{path}", between_ratings


def _only_release(source, names, open_one):
    """The folder and the layout of the one release among these files."""
    found = [(name, layout) for name in names for layout in _LAYOUTS if name.split("/")[-1] == layout[0]]
    whole = [(name, layout) for name, layout in found if name.removesuffix(layout[0]) + layout[1] in names]
    if len(whole) == 1:
        return whole[0][0].removesuffix(whole[0][1][0]), whole[0][1]
    if whole:
        problem = f"several releases: {', '.join(name for name, _ in whole)}. Give the folder of one of them."
    elif found:
        name, layout = found[0]
        with open_one(name) as file:
            what = kind_of(file.read(1000))[0] or "a table"
        problem = f"{name}, {what}, but not {layout[1]}. Take both from the same release. {OWN}"
    else:
        problem = f"no MovieLens release. Looked for {' or '.join(' with '.join(layout[:2]) for layout in _LAYOUTS)}."
    raise DataError(f"{source} holds {problem}")


def _read_table(content, path, names, between):
    """The named columns of a release's file as they stand, indexed by row number; only the CSV form has a header."""
    is_csv = between == ","
    form = {} if is_csv else {"names": names, "header": None, "quoting": csv.QUOTE_NONE}
    form |= {"skip_blank_lines": False, "index_col": False, "low_memory": False}
    form |= {"keep_default_na": False, "na_values": [""]}  # a film may be called "None"
    if between == "::":
        content, between = content.replace(b"::", b"\t"), "\t"
    for encoding in ["utf-8-sig"] if is_csv else ["utf-8-sig", "latin-1"]:  # the latter: films of 1M and 100K
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)  # too many cells in the first row
                table = pd.read_csv(io.BytesIO(content), sep=between, encoding=encoding, **form)
            break
        except pd.errors.ParserWarning:
            problem = ", row 2: more cells than columns; quotes may be lost"
        except UnicodeDecodeError:
            problem = " is not UTF-8 text"
        except ValueError as error:  # pandas' EmptyDataError and ParserError; the latter counts rows from 0
            row = re.sub(r"(?<=starting at row )\d+", lambda match: str(int(match[0]) + 1), str(error))
            problem = f" cannot be split into columns: {row}"
    else:
        raise DataError(f"{path}{problem}. Take the file as downloaded.")
    missing = [name for name in names if name not in table]
    if missing:
        found = ", ".join(map(str, table.columns))
        raise DataError(f"{path}, row 1: no column {missing[0]!r}; found {found}. The header must be {','.join(names)}")
    table.index += 2 if is_csv else 1
    table = table.dropna(how="all")
    if table.empty:
        raise DataError(f"{path} holds no rows. Take the file as downloaded.")
    return table


def _refuse(bad, column, path, problem):
    """Raise a DataError for the first cell of a column that is bad, if any is; {} in `problem` is that cell."""
    if bad.any():
        cell = column[bad].iloc[0]
        cell = "nothing (is the file cut off?)" if pd.isna(cell) else repr(str(cell))
        raise DataError(f"{path}, row {bad.idxmax()}, column {column.name!r}: {problem.format(cell)}")


def _numbers(column, path, whole=True):
    values = pd.to_numeric(column, errors="coerce")
    bad = ~np.isfinite(values) | (values % 1 != 0 if whole else False)
    _refuse(bad, column, path, f"{{}} where a {'whole ' * whole}number belongs. Mend that row.")
    return values.astype(np.int64 if whole else np.float64)


def _read_ratings(content, path, between):
    table = _read_table(content, path, _RATINGS, between)
    if not pd.api.types.is_numeric_dtype(table.timestamp):  # some copies hold dates: "2016-10-16 12:30:00"
        dates = table.timestamp.where(table.timestamp.str.contains("-", na=False))
        seconds = pd.to_datetime(dates, errors="coerce", utc=True, format="mixed") - pd.Timestamp(0, tz="UTC")
        table["timestamp"] = (seconds // pd.Timedelta(seconds=1)).astype(object).fillna(table.timestamp)
    viewer, film, rating, timestamp = (_numbers(table[name], path, whole=name != "rating") for name in _RATINGS)
    _refuse(~rating.between(0.5, 5), rating, path, "{} is out of range. Write a number of stars from 0.5 to 5.")
    ratings = pd.DataFrame({"viewer": viewer, "film": film, "rating": rating, "timestamp": timestamp})
    twice = ratings.duplicated(["viewer", "film"])
    row = twice.idxmax()
    _refuse(twice, film, path, f"viewer {viewer[row]} rates film {film[row]} a second time. Keep one.")
    return ratings


def _read_films(content, path, between):
    if between == "|":
        table = _read_table(content, path, ["movieId", "title", "released", "on video", "address", *_GENRES_100K], "|")
        flags = table[_GENRES_100K].to_numpy() == 1
        table["genres"] = ["|".join(np.array(_GENRES_100K)[row]) for row in flags]
    else:
        table = _read_table(content, path, _FILMS, between)
    for name in _FILMS:
        _refuse(table[name].isna(), table[name], path, "{}. Take the file as downloaded.")
    number = _numbers(table.movieId, path)
    again = number.duplicated()
    _refuse(again, number, path, f"film {number[again.idxmax()]} stands there a second time. Keep one.")
    films = table.title.astype(str).str.strip().str.extract(r"^(?P<title>.*?)\s*(?:\((?P<year>\d{4})\))?$")
    films["title"] = films.title.map(readable_title)
    with_year = films.title + " (" + films.year + ")"
    films["name"] = with_year.where(films.title.duplicated(keep=False), films.title).fillna(films.title)
    with_number = films.name.str.removesuffix(")") + ", film " + number.astype(str) + ")"
    films["name"] = with_number.where(films.name.duplicated(keep=False), films.name)
    films = films.assign(year=films.year.astype("Int64"), genres=table.genres.astype(str))
    return films[["title", "year", "genres", "name"]].set_index(number.rename("film"))


def readable_title(title):
    """ "Matrix, The" → "The Matrix"; the same inside brackets: "Contempt (Mépris, Le)" → "Contempt (Le Mépris)"."""

    def swap(match):
        known_as, name, article = match.groups()
        return (known_as or "") + article + ("" if article == "L'" else " ") + name

    title = re.sub(rf"^()(.*\)), ({_ARTICLES})$", swap, title.strip())  # "Human Centipede II (Full Sequence), The"
    return re.sub(rf"(a\.k\.a\. )?([^()\s][^()]*), ({_ARTICLES})(?=\s*(?:[():]|$))", swap, title)


def _ways(title):
    """What a title may be found by, the best first: (0, as it is), (1, its letters), (2, those of a part in or before
    brackets), (3, of a part without its article), (4, of what stands before a colon)."""
    parts = [part.strip() for part in re.split(r"[()]|a\.k\.a\.", title.replace("’", "'"))]
    bare = [re.sub(rf"^({_ARTICLES})(\s+|(?<='))", "", part, flags=re.IGNORECASE) for part in parts]
    ways = enumerate([[title], parts, bare, bare[0].split(":")[:1]], start=1)
    return {(0, title), *((way, "".join(key)) for way, texts in ways for text in texts if (key := words(text)))}


def _with_year(name, year):
    """Titles and years that a name may mean: "Alien (1979)" one, "alien 1979" two, the title as it stands first."""
    if in_brackets := re.fullmatch(r"(.+?)\s*\((\d{4})\)\s*", name):
        return [(in_brackets[1], year or int(in_brackets[2]))]
    at_end = re.fullmatch(r"(.+?),?\s+(\d{4})\s*", name) if year is None else None
    return [(name, year), *([(at_end[1], int(at_end[2]))] if at_end else [])]


class Titles:
    """The films of a release by their titles, however people type them; a film is its row in `films`."""

    def __init__(self, films):
        named = zip(films.name, films.year, strict=True)
        self.labels = [n if pd.isna(year) or f"({year}" in n else f"{n} ({year})" for n, year in named]
        self.years = films.year.to_numpy(dtype=float, na_value=np.nan)
        self.words = [words(title) for title in films.title]
        self.ways = [_ways(title) | {(0, name)} for title, name in zip(films.title, films.name, strict=True)]
        self.known = defaultdict(set)
        for row, ways in enumerate(self.ways):
            for way in ways:
                self.known[way].add(row)

    def find(self, name, year=None, slack=0):
        """Rows of the films of this title, in the best of `_ways`; of before-the-colon only where there is a year.

        A year, given or in the name, must be that of the film, give or take `slack`.
        """
        for title, when in _with_year(name, year):
            ways = sorted(_ways(readable_title(title)))
            for distance in range(slack + 1):
                for best in range(4 if when is None else 5):
                    rows = set().union(*(self.known.get(way, ()) for way in ways if way[0] == best))
                    if rows := self._near(rows, when, distance):
                        return rows
        return []

    def suggest(self, name, year=None, k=5):
        """Names with years of up to k films that may be meant: of this title, with its words, of similar spelling."""
        title, year = _with_year(name, year)[-1]
        letters, asked = "".join(words(title)), set(words(title)) - set(_ARTICLES.lower().split("|"))
        near = self._near(range(len(self.words)), year, 1)
        holding = [row for row in near if asked and asked <= {*self.words[row]}]
        holding.sort(key=lambda row: (not "".join(self.words[row]).startswith(letters), len(self.words[row])))
        parts = {key: row for row in near for way, key in self.ways[row] if way == 2}
        alike = [parts[key] for key in get_close_matches(letters, parts, k, 0.75)]
        return [self.labels[row] for row in dict.fromkeys([*self.find(title), *holding, *alike])][:k]

    def _near(self, rows, year, distance):
        return sorted(row for row in rows if year is None or abs(self.years[row] - year) <= distance)


def find_films(names, films, years=None):
    """The MovieLens ids of films given by title, in the order given.

    names: titles as people type them: "The Matrix", "matrix, the", "Alien (1979)", or one that `films` has in brackets;
    years: one for each (None where it does not matter), or none.
    Returns: integer array, one id a name.
    Raises: DataError with suggestions if a film is not there, or with all that bear the title if several do.
    """
    titles, ids = Titles(films), []
    for name, year in zip(names, years or [None] * len(names), strict=True):
        rows = titles.find(name, year)
        asked = repr(name) if year is None else f"{name!r} ({year})"
        if not rows:
            close = titles.suggest(name, year) or titles.suggest(_with_year(name, year)[-1][0])
            raise DataError(f"There is no film {asked} in these ratings. Close: {', '.join(close) or 'none'}.")
        if len(rows) > 1:
            several = ", ".join(titles.labels[row] for row in rows)
            raise DataError(f"{asked} is not one film; there are {several}. Give the year or one of these names.")
        ids.append(films.index[rows[0]])
    return np.array(ids)


def suggest_films(name, films, year=None):
    """Names with years of up to five films that may be meant: of this title, with its words, of similar spelling."""
    return Titles(films).suggest(name, year)


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


def load_known_and_test(source=None):
    """The ratings of a release in two parts, and row numbers for its viewers and films.

    source: as for load_movielens.
    Returns: the ids of the viewers and those of the films, both sorted, as a pair; the ratings that are known (train
    and validation) and those of the test, each with the columns viewer_row and film_row: places among these ids.
    Raises: DataError, as load_movielens does.
    """
    ratings, _ = load_movielens(source)
    ids = np.unique(ratings.viewer), np.unique(ratings.film)
    for column, sorted_ids in zip(("viewer", "film"), ids, strict=True):
        ratings[f"{column}_row"] = np.searchsorted(sorted_ids, ratings[column])
    in_test = split_ratings(ratings) == "test"
    return ids, ratings[~in_test], ratings[in_test]
