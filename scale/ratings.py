"""A MovieLens release of any size as four arrays on the disk: who watched what, and nothing of viewers × films."""

import numpy as np
import pandas as pd

from helpers.data import DataError, open_release

PIECE = 1_000_000  # rows of the file that are read at a time


class Ratings:
    """Who has watched what, from a folder that `prepare` has filled; processes share the memory of its arrays.

    film_ids: the films that somebody has rated, by row (MovieLens' ids, sorted); viewer_ids: likewise.
    films: the rows of everybody's films, joined, viewer by viewer (int32); starts: where each viewer's begin.
    """

    def __init__(self, folder):
        self.folder = folder
        for name in ("film_ids", "viewer_ids", "films", "starts"):
            setattr(self, name, np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))

    def watched_by(self):
        """For each film how many have watched it."""
        return np.bincount(self.films, minlength=len(self.film_ids))

    def lists(self, viewers):
        """For each of these viewers (row numbers) the rows of their films: a list of integer arrays."""
        return [self.films[self.starts[viewer] : self.starts[viewer + 1]] for viewer in viewers]

    def titles(self):
        """The films of the release, as load_movielens returns them, but only those that somebody has rated."""
        form = {"keep_default_na": False, "na_values": {"year": [""]}, "dtype": {"year": "Int64"}}
        return pd.read_csv(self.folder / "films.csv", index_col="film", **form)

    def rows(self, film_ids):
        """The rows of these films (MovieLens' ids, each rated by somebody)."""
        return np.searchsorted(self.film_ids, film_ids)


def prepare(source, folder, say):
    """Read a release, a million ratings at a time, and fill the folder for `Ratings`, unless it is filled already.

    source: folder or zip of a release of MovieLens, or None for the one that comes with the project; say: is called
    with a line now and then. Takes some 40 bytes of memory a rating, for a while.
    Raises: DataError that names the file if it is no release, damaged, or holds a rating twice.
    """
    if (folder / "starts.npy").exists():
        return
    films, open_ratings, path, between = open_release(source)
    keys = []
    with open_ratings() as file:
        for piece in _pieces(file, between, path):
            if (below := piece[(piece < 0).any(axis=1)]).size:
                viewer, film = below.iloc[0]
                raise DataError(
                    f"{path}: viewer {viewer} and film {film}: a number below 0. Take the file as downloaded."
                )
            keys.append(piece.userId.to_numpy(np.int64) << 32 | piece.movieId.to_numpy(np.int64))
            say(f"read {sum(map(len, keys)):,} ratings")
    keys = np.concatenate(keys)
    keys.sort()  # by viewer, then by film; in place
    if len(keys) == 0:
        raise DataError(f"{path} holds no rows. Take the file as downloaded.")
    if (twice := np.flatnonzero(keys[1:] == keys[:-1])).size:
        viewer, film = keys[twice[0]] >> 32, keys[twice[0]] & 0xFFFFFFFF
        raise DataError(f"{path}: viewer {viewer} rates film {film} a second time. Keep one.")
    viewer, film = (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
    del keys
    starts = np.flatnonzero(np.diff(viewer, prepend=viewer[0] - 1))
    film_ids = np.sort(pd.unique(film))
    if not (known := np.isin(film_ids, films.index)).all():
        unknown = film_ids[~known][0]
        raise DataError(f"{path}: film {unknown} is not in the file of the films. Take both from the same release.")
    folder.mkdir(parents=True, exist_ok=True)
    films.loc[film_ids].to_csv(folder / "films.csv", index_label="film")
    np.save(folder / "film_ids.npy", film_ids)
    np.save(folder / "viewer_ids.npy", viewer[starts])
    del viewer
    np.save(folder / "films.npy", np.searchsorted(film_ids, film).astype(np.int32))
    np.save(folder / "starts.npy", np.append(starts, len(film)))  # last: who has this one has all


def _pieces(file, between, path):
    """The viewers and films of a file of ratings, as DataFrames of at most a million rows."""
    form = {"usecols": ["userId", "movieId"]}
    if between != ",":  # no names on top; of "::" pandas' fast reader takes one colon, and finds an empty column
        form = {"header": None, "usecols": [0, 2 if between == "::" else 1]}
    try:
        for piece in pd.read_csv(file, sep=between[0], dtype=np.int32, chunksize=PIECE, **form):
            yield piece.set_axis(["userId", "movieId"], axis=1)
    except (ValueError, OverflowError) as error:  # pandas' ParserError and EmptyDataError are ValueErrors
        raise DataError(f"{path} cannot be read: {error}. Take the file as downloaded.") from None
