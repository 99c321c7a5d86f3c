"""Spreadsheets saved as CSV: our films and viewers, and a reader's own."""

import csv
import io
import math

import pandas as pd

from helpers.data.files import DATA, DataError, as_text, existing
from helpers.names import plain

FEATURES = ["romance", "action", "humour", "fear", "ideas", "spectacle", "children"]


def load_sheet(path, label="title", low=0, high=10, columns=None):
    """A spreadsheet of scores saved as CSV: one row a film (or viewer), one column a feature.

    Commas, semicolons or tabs between the cells, with or without Excel's byte-order mark; empty rows are skipped.
    label: the column of names ("title" or "viewer"); low, high: the allowed scores; columns: the features that
    must be there (default: whatever columns there are). A column "year" is kept as it is and not scored.
    Returns: DataFrame indexed by name, with float columns (and an integer "year" where the sheet has one).
    Raises: DataError that names the file, row and column.
    """
    path = existing(path)
    header, rows = read_cells(as_text(path.read_bytes(), path, "CSV UTF-8"), path)
    for name in [label, *(columns or [])]:
        if name not in header:
            found = ", ".join(header)
            raise DataError(f"{path}, row 1: there is no column {name!r}; found {found}. Add it or rename one.")
    features = columns or [name for name in header if name not in (label, "year")]
    if not features:
        raise DataError(f"{path}, row 1: there is no column of scores. Add one, such as 'romance'.")

    scores, first_seen = {}, {}
    for row, cells in rows:
        where, name = f"{path}, row {row}", cells[label]
        if not name:
            raise DataError(f"{where}, column {label!r}: the cell is empty. Write a name or delete the row.")
        year = [round(number(cells["year"], f"{where}, column 'year'", 1870, 2100))] if "year" in cells else []
        first_row, first_name = first_seen.setdefault((plain(name), *year), (row, name))
        if first_row != row:
            spelt = "" if name == first_name else f" as {first_name!r}"
            raise DataError(f"{where}: {name!r} stands already in row {first_row}{spelt}. Keep one of the two.")
        if name in scores:  # two films of one name: the year tells them apart
            name = f"{name} ({year[0]})"
        scores[name] = year + [number(cells[name], f"{where}, column {name!r}", low, high) for name in features]
    names = (["year"] if "year" in header else []) + features
    return pd.DataFrame.from_dict(scores, orient="index", columns=names).rename_axis(label)


def load_film_sheet(path=None):
    """Films × features, 0 to 10 (see `load_sheet`). Without a path: the project's 40 films and seven features."""
    return load_sheet(path or DATA / "film_sheet.csv", columns=None if path else FEATURES)


def load_viewer_sheet(path=None, columns=None):
    """Viewers × features, from −10 (puts me off) through 0 (no matter) to 10 (that is what I come for).

    columns: the features of the film sheet, in its order, so that a dot product compares like with like.
    """
    columns = list(FEATURES if columns is None else columns)
    return load_sheet(path or DATA / "viewer_sheet.csv", label="viewer", low=-10, columns=columns)


def in_both(first, second):
    """The names that two sheets share, in the order of the first, as an Index.

    Raises: DataError that lists names which differ only in capitals or accents.
    """
    theirs = {plain(name): name for name in second.index if name not in first.index}
    pairs = [f"{name!r} and {theirs[plain(name)]!r}" for name in first.index if plain(name) in theirs]
    if pairs:
        raise DataError(f"The two sheets write some names differently: {', '.join(pairs)}. Write them alike.")
    return first.index[first.index.isin(second.index)]


def read_cells(text, where):
    """The cells of a CSV text, whatever spreadsheet program in whatever country wrote it.

    Returns: list of column names in small letters; list of (row number, dict of the row's cells by column).
    Raises: DataError that names the row.
    """
    first_line = text.lstrip().split("\n")[0]
    table = []
    try:
        table.extend(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first_line.count)))
    except csv.Error:
        at = f"{where}, row {len(table) + 1}"
        raise DataError(f'{at}: a quote (") is opened and never closed. Close it or take it out.') from None
    rows = [(row, [cell.strip() for cell in cells]) for row, cells in enumerate(table, start=1)]
    rows = [(row, cells) for row, cells in rows if any(cells) and cells[0].lower() != "sep="]  # Excel's "sep=;"
    if not rows:
        raise DataError(f"{where} is empty. The first row must hold the names of the columns.")
    header = rows[0][1]
    while not header[-1]:  # spreadsheet programs like to add empty columns on the right
        header.pop()
    columns = [cell.lower() for cell in header]
    for column, cell in enumerate(columns):
        if not cell or cell in columns[:column]:
            problem = "stands there twice" if cell else f"has no name (column {column + 1})"
            raise DataError(f"{where}, row 1: the column {header[column]!r} {problem}. Give every column one name.")
    if len(rows) == 1:
        raise DataError(f"{where} has a header but no rows. Add at least one under it.")
    for row, cells in rows[1:]:
        if len(cells) < len(columns) or any(cells[len(columns) :]):
            raise DataError(
                f"{where}, row {row}: {len(cells)} cells under {len(columns)} columns. "
                'A cell may be missing, or a comma in a name may lack its quotes: "Crouching Tiger, Hidden Dragon".'
            )
    return columns, [(row, dict(zip(columns, cells, strict=False))) for row, cells in rows[1:]]


def number(cell, where, low, high):
    """A number from low to high; a decimal comma is read as a point and a typographic minus as a minus."""
    try:
        value = float(cell.replace(",", ".").replace("−", "-"))
    except ValueError:
        value = math.nan
    if not low <= value <= high:  # also true of nan
        found = f"{cell!r} is out of range" if cell else "the cell is empty"
        raise DataError(f"{where}: {found}. Write a number from {low} to {high}.")
    return value
