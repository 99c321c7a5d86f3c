"""One's own stars, from Letterboxd, IMDb, MovieLens or a sheet, matched with the films of a MovieLens release."""

import math
import re
from dataclasses import dataclass

import pandas as pd

from helpers.data.files import DataError, as_text, existing, kind_of, open_packed
from helpers.data.movielens import Titles
from helpers.data.sheets import number, read_cells

_BEST = {"a Letterboxd export": 5, "an IMDb export": 10, "a file of MovieLens": 5}
_COLUMNS = {  # what a column may be called in any of these tables
    "title": ["title", "name", "film", "movie"],
    "other title": ["original title"],
    "year": ["year", "release year"],
    "stars": ["your rating", "stars", "rating", "my rating", "score"],
    "id": ["movieid", "movie_id"],
    "kind": ["title type"],
    "viewer": ["userid", "user_id", "user id", "user", "viewer", "student", "pupil", "person", "who"],
}


@dataclass(repr=False)
class OwnRatings:
    """What `load_own_ratings` made of a file; shown in a notebook, it is a short report.

    ratings: DataFrame with the columns film (id), stars (0.5 to 5 in halves) and name, each film once;
    not_found: DataFrame with the columns row, title, why and close (names of films that may be meant);
    source: what was read, and on which scale.
    """

    ratings: pd.DataFrame
    not_found: pd.DataFrame
    source: str

    def __repr__(self):
        lines = [self.source, f"films found: {len(self.ratings)}; rows left out: {len(self.not_found)}"]
        for row, title, why, close in self.not_found.head(10).itertuples(index=False):
            lines.append(f"  row {row}, {title}: {why}" + (f"; close: {close}" if close else ""))
        more = len(self.not_found) - 10
        return "\n".join(lines + [f"  and {more} more in .not_found"] * (more > 0))


def load_own_ratings(path, films, out_of=None):
    """One's own stars, matched with the films of a release.

    path: the export of Letterboxd (ratings.csv or the whole zip), IMDb or MovieLens, or a sheet with the columns title,
    stars and, if known, year; films: from `load_movielens`; out_of: the best score there is (default: 10 for IMDb and
    for a sheet with scores above 5, otherwise 5). A year may differ by one, as it does between services.
    Returns: OwnRatings; every row of the file is in its `ratings` or its `not_found`.
    Raises: DataError that names the file, row and column.
    """
    path, content = _read(existing(path, folders=True))
    source = kind_of(content)[0] or "a sheet"
    header, rows = read_cells(as_text(content, path, "CSV UTF-8", welcome=_BEST), path)
    column = {what: next((name for name in names if name in header), None) for what, names in _COLUMNS.items()}
    lacking = "stars" if not column["stars"] else "title" if not (column["title"] or column["id"]) else None
    if lacking:
        raise DataError(f"{path}, row 1: no column of {lacking}; found {', '.join(header)}. Call one {lacking!r}.")
    rows = [(row, {what: cells.get(name, "") for what, name in column.items()}) for row, cells in rows]
    if len({cells["viewer"] for _, cells in rows}) > 1:
        raise DataError(f"{path} holds the ratings of several viewers. Keep the rows of one of them.")
    where = f"{path}, row {{}}, column {column['stars']!r}"
    scores = {row: number(c["stars"], where.format(row), 0.5, out_of or 100) for row, c in rows if c["stars"]}
    highest = max(scores, key=scores.get, default=None)
    best = out_of or _BEST.get(source) or (10 if scores.get(highest, 0) > 5 else 5)
    if scores.get(highest, 0) > best:
        way = "If that is right, say what the best score is, such as out_of=100."
        raise DataError(f"{where.format(highest)}: {scores[highest]:g} is more than {best}. {way}")

    titles, found, lost = Titles(films), {}, []
    for row, cells in rows:
        title, kind = cells["title"] or cells["id"], cells["kind"].lower()
        year = round(number(cells["year"], f"{path}, row {row}, column 'year'", 1870, 2100)) if cells["year"] else None
        same = _rows_of(cells, year, titles, films)
        if re.search("series|episode|game|podcast", kind):
            lost.append((row, title, f"{kind}, no film", ""))
        elif row not in scores:
            lost.append((row, title, "no stars", ""))
        elif len(same) != 1:
            close = [titles.labels[film] for film in same] or titles.suggest(title, year)
            lost.append((row, title, "several films" if same else "not in these ratings", ", ".join(close)))
        else:
            if same[0] in found:
                lost.append((*found[same[0]][:2], f"rated again in row {row}, which counts", ""))
            found[same[0]] = (row, title, max(math.floor(scores[row] / best * 10 + 0.5) / 2, 0.5))
    ratings = [(films.index[film], stars, films.name.iat[film]) for film, (_, _, stars) in found.items()]
    return OwnRatings(
        pd.DataFrame(ratings, columns=["film", "stars", "name"]),
        pd.DataFrame(sorted(lost), columns=["row", "title", "why", "close"]),
        f"{path}: {source} of {len(rows)} rows, stars out of {best}",
    )


def _read(path):
    """Where the one table of ratings in a file, folder or zip is, and its bytes."""
    if path.is_file() and "zip" not in str(kind_of(content := path.read_bytes())[0]):
        return path, content
    names, open_one = open_packed(path)
    tables = sorted((name for name in names if name.split("/")[-1] == "ratings.csv"), key=lambda name: name.count("/"))
    if not tables or [name.count("/") for name in tables].count(tables[0].count("/")) > 1:
        raise DataError(f"{path} holds {', '.join(tables) or 'no ratings.csv'}. Give the path of the one you mean.")
    with open_one(tables[0]) as file:
        return f"{path}/{tables[0]}", file.read()


def _rows_of(cells, year, titles, films):
    """Rows of the films that one's own row may mean; its id decides where there is no title, or among several films."""
    by_id = [row for row in films.index.get_indexer([int(cells["id"])]) if row >= 0] if cells["id"].isdigit() else []
    if not cells["title"]:
        return by_id
    rows = titles.find(cells["title"], year, slack=1) or titles.find(cells["other title"], year, slack=1)
    return [row for row in rows if row in by_id] or rows
