"""The films of a run in a small database on the disk, and a question with a condition.

Needs one package more: pip install -r scale/requirements-database.txt

python scale/database.py --folder scale-run --like Alien --before 1980
"""

import argparse
import sys
import warnings
from pathlib import Path

import pandas as pd
import torch
import torch.distributed.checkpoint as dcp
from ratings import Ratings

from helpers.data import DataError, find_films


def watched_rows(folder):
    """The rows of the films as watched (films × columns) from the newest checkpoint of a run, all in one process."""
    whole = sorted(Path(folder).glob("step-*/.metadata"))
    if not whole:
        raise DataError(f"{folder} holds no checkpoint. Train first: python scale/train.py --folder {folder}")
    known = dcp.FileSystemReader(whole[-1].parent).read_metadata().state_dict_metadata["model.watched"]
    model = {"watched": torch.empty(known.size, dtype=known.properties.dtype)}
    dcp.load({"model": model}, checkpoint_id=whole[-1].parent, no_dist=True)
    return model["watched"].numpy()


def fill(path, films, rows):
    """A database file with the table `films`: film (id), name, year, genres, viewers, and vector (a row of numbers).

    films: as from Ratings.titles; rows: films × columns. Films of a file that is there already are replaced.
    """
    import duckdb  # optional

    table = films.reset_index()[["film", "name", "year", "genres", "viewers"]].assign(
        vector=list(rows.astype("float32"))
    )
    database = duckdb.connect(str(path))
    database.register("given", table)
    database.execute(f"""CREATE OR REPLACE TABLE films AS
        SELECT * REPLACE (vector::FLOAT[{rows.shape[1]}] AS vector) FROM given""")
    return database


def like(database, film, before, viewers=20, k=10):
    """Name, year and cosine of the k films most like this one (an id): made before a year, with so many viewers."""
    return database.execute(
        """SELECT films.name, films.year, array_cosine_similarity(films.vector, asked.vector) AS cosine
        FROM films, (SELECT vector FROM films WHERE film = $film) AS asked
        WHERE year < $before AND viewers >= $viewers AND film <> $film ORDER BY cosine DESC LIMIT $k""",
        {"film": int(film), "before": before, "viewers": viewers, "k": k},
    ).df()


def main(given=None):
    """Fill the database from a run and print ten films."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("scale-run"))
    parser.add_argument("--like", default="Alien", metavar="TITLE")
    parser.add_argument("--before", type=int, default=1980, metavar="YEAR")
    asked = parser.parse_args(given)
    warnings.filterwarnings("ignore", "torch.distributed is disabled")  # yes: one process
    rows = watched_rows(asked.folder)
    ratings = Ratings(asked.folder / "ratings")
    films = ratings.titles().assign(viewers=ratings.watched_by())
    found = like(fill(asked.folder / "films.duckdb", films, rows), find_films([asked.like], films)[0], asked.before)
    with pd.option_context("display.max_colwidth", 60):
        print(found.round(2).to_string(index=False))


if __name__ == "__main__":
    try:
        main()
    except DataError as problem:
        sys.exit(f"{problem}")
    except ModuleNotFoundError as problem:
        sys.exit(f"{problem}. Install it: pip install -r scale/requirements-database.txt")
