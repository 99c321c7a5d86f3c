"""Write a release as large as one likes, of noisy twins of our viewers and films, in the layout of GroupLens.

    python tests/peers/twins.py FOLDER                          about 32 million ratings of about 90,000 films
    python tests/peers/twins.py FOLDER --times 32 --films 2     3.2 million

Then `load_movielens(FOLDER)` in a notebook. Each copy of all viewers watches one of the copies of the films, and one
film in five gives way to another of any copy, drawn by popularity; stars move by half a star. It says what a large
release costs in time and memory, and nothing about quality.
"""

import argparse
from pathlib import Path

import numpy as np

from helpers.data import load_movielens


def write_twins(folder, times, copies, seed=0):
    """Write ratings.csv and movies.csv into the folder, `times` copies of all viewers, `copies` of all films."""
    random = np.random.RandomState(seed)
    ratings, films = load_movielens()
    next_viewer, next_film = ratings.viewer.max() + 1, films.index.max() + 1
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "movies.csv", "w", encoding="utf-8", newline="") as file:
        for copy in range(copies):
            number = f" {copy + 1}" if copy else ""
            title = films.title + number + (" (" + films.year.astype("string") + ")").fillna("")
            rows = title.to_frame("title").assign(genres=films.genres)
            rows.index = (films.index + copy * next_film).rename("movieId")
            rows.to_csv(file, header=copy == 0)
    with open(folder / "ratings.csv", "w", encoding="utf-8", newline="") as file:
        for copy in range(times):
            film = ratings.film + copy % copies * next_film
            drawn = random.choice(ratings.film, len(ratings)) + random.randint(copies, size=len(ratings)) * next_film
            film = film.where(random.rand(len(ratings)) >= (0.2 if copy else 0), drawn)
            stars = (ratings.rating + (random.choice([-0.5, 0, 0.5], len(ratings)) if copy else 0)).clip(0.5, 5)
            rows = ratings.assign(userId=ratings.viewer + copy * next_viewer, movieId=film, rating=stars)
            rows = rows[["userId", "movieId", "rating", "timestamp"]].drop_duplicates(["userId", "movieId"])
            rows.to_csv(file, index=False, header=copy == 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=340)
    parser.add_argument("--films", type=int, default=10)
    asked = parser.parse_args()
    write_twins(asked.folder, asked.times, asked.films)
