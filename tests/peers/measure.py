"""Our two models and other people's libraries on the same ratings and the same split, one thread and process each.

    python tests/peers/measure.py             quality, training time and memory of all models
    python tests/peers/measure.py --growth    how time and memory grow with the number of ratings
    python tests/peers/measure.py --search    the settings of the libraries that do best on the validation ratings

Words after that choose models by name: `python tests/peers/measure.py --search SVD ALS`.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context

import numpy as np
import pandas as pd
from common import measured
from metrics import ranking_quality, rating_quality
from ours import OURS
from theirs import THEIRS

from helpers.data import load_movielens, split_ratings

SEEDS = [0, 1, 2]  # of the models; the split is the same for all
SIZES = [1, 4, 16, 32, 128]
RATINGS = 80_003  # known ones, before they grow
ONE_THREAD = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LK_NUM_THREADS", "LK_NUM_BACKEND_THREADS"]
ONE_THREAD += ["RAYON_NUM_THREADS"]


def in_own_process(function, *arguments):
    """Call a function in a fresh process, which inherits the number of threads."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


# --- What runs in a process of its own --------------------------------------------------------------------


@cache
def known_and_asked(part):
    """The ratings that come before `part`, and those in it."""
    ratings, _ = load_movielens()
    parts = split_ratings(ratings)
    return ratings[parts.isin(["train", "validation"] if part == "test" else ["train"])], ratings[parts == part]


def trial(kind, settings, seed, part="test"):
    """Learn from all that comes before `part`, judge by `part`. Returns: dict of quality, seconds and MB."""
    known, asked = known_and_asked(part)
    model = kind(**settings)
    model.prepare(known)
    seconds, megabytes = measured(model.fit, seed)
    if kind.task == "rating":
        quality = rating_quality(model.predict(asked), asked)
    else:
        quality = ranking_quality(model.predict(np.intersect1d(known.viewer, asked.viewer)), known, asked)
    return quality | {"seconds": seconds, "MB": megabytes}


def search(kind):
    """Along one row of the model's grid at a time, from what was found before, as long as a step in any row is better.

    A step goes to the value before or after, so that rows can be long. Judged by validation.
    Returns: (quality, settings), the best first.
    """
    sign = 1 if kind.task == "ranking" else -1
    tried = {}

    def quality(places):
        if places not in tried:
            settings = {name: kind.grid[name][place] for name, place in zip(kind.grid, places, strict=True)}
            tried[places] = next(iter(trial(kind, settings, SEEDS[0], "validation").values())), settings
            print(f"  {kind.name}: {tried[places][0]:.4f} {settings}", file=sys.stderr, flush=True)
        return sign * tried[places][0]

    best = tuple(values.index(kind.found[name]) for name, values in kind.grid.items())
    while True:
        around = [best]
        for row, values in enumerate(kind.grid.values()):
            beside = [place for place in (best[row] - 1, best[row] + 1) if 0 <= place < len(values)]
            around += [(*best[:row], place, *best[row + 1 :]) for place in beside]
        better = max(around, key=quality)
        if better == best:
            return sorted(tried.values(), key=lambda pair: sign * pair[0], reverse=True)
        best = better


def cost(kind, times, limit):
    """Train on `times` as many ratings, `limit` CPU seconds at most. Returns: microseconds and kB, each per rating."""
    ratings, _ = load_movielens()
    known = grow(ratings[split_ratings(ratings) != "test"], times)
    model = kind(**kind.found)
    model.prepare(known)
    seconds, megabytes = measured(model.fit, SEEDS[0], limit)
    return seconds / len(known) * 1e6, megabytes / len(known) * 1024


def grow(ratings, times, seed=0):
    """The ratings, and `times` − 1 noisy copies of every viewer: new people with almost the same taste.

    In a copy each rating moves by −0.5, 0 or 0.5 stars, and one film in five gives way to another, drawn by
    popularity; films that a viewer then has twice are kept once.
    """
    random = np.random.RandomState(seed)
    everybody = [ratings]
    for copy in range(1, times):
        moved = (ratings.rating + random.choice([-0.5, 0, 0.5], len(ratings))).clip(0.5, 5)
        others = random.choice(ratings.film, len(ratings))
        films = np.where(random.rand(len(ratings)) < 0.2, others, ratings.film)
        viewers = ratings.viewer + copy * (ratings.viewer.max() + 1)
        everybody.append(ratings.assign(viewer=viewers, film=films, rating=moved))
    return pd.concat(everybody, ignore_index=True).drop_duplicates(["viewer", "film"], ignore_index=True)


# --- The tables -------------------------------------------------------------------------------------------


def trials(kind, settings):
    """One trial per seed, each in its own process: DataFrame seeds × (quality, seconds, MB).

    A model without a random start has one trial.
    """
    seeds = SEEDS if kind.random else SEEDS[:1]
    found = pd.DataFrame([in_own_process(trial, kind, settings, seed) for seed in seeds], index=seeds)
    print(kind.name, settings, found.round(4).to_dict("list"), file=sys.stderr, flush=True)
    return found


def summary(found):
    """Means over the seeds; of the seconds the least, because other work on the machine can only add to them."""
    return found.mean().mask(found.columns == "seconds", found.min())


def print_row(*cells):
    print("|", " | ".join(cells), "|", flush=True)


def print_qualities(task, kinds):
    """A row a model: the mean over the seeds, ± standard deviation, and how many times our model's mean that is.

    Of the seconds the least instead of the mean.
    """
    ours = None
    for kind in kinds:
        for note, settings in [("", kind.found), (", defaults", {})] if kind.found else [("", {})]:
            result = trials(kind, settings)
            mean, spread = summary(result), result.std()
            if ours is None:
                ours = mean
                print_row(task, *(f"{name} | × ours" for name in result))
                print_row("---", *["--:"] * 2 * len(mean))
            cells = []
            for name in result:
                digits = {"MB": 0, "seconds": 2}.get(name, 4)
                varies = f" ± {spread[name]:.4f}" if digits == 4 and len(result) > 1 else ""
                cells.append(f"{mean[name]:.{digits}f}{varies} | {mean[name] / ours[name]:.3f}")
            print_row(kind.name + note, *cells)
    print()


def print_growth(task, kinds, limit):
    """A row a model: CPU microseconds and kB per rating at each size, until training takes longer than the limit.

    A size is not even tried if at the pace of the one before it would take twice as long.
    """
    print_row(f"{task}: µs and kB per rating", *(f"{times} ×" for times in SIZES))
    print_row("---", *["--:"] * len(SIZES))
    for kind in kinds:
        cells, microseconds = [], 0
        for times in SIZES:
            if microseconds * times * RATINGS > 2e6 * limit:
                break
            try:
                microseconds, kilobytes = in_own_process(cost, kind, times, limit)
            except BrokenProcessPool:  # ended by the limit
                break
            cells.append(f"{microseconds:.2f} µs, {kilobytes:.2f} kB")
        print_row(kind.name, *cells, *["—"] * (len(SIZES) - len(cells)))
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--growth", action="store_true", help="grow the ratings 128 times")
    parser.add_argument("--search", action="store_true", help="search the settings on validation")
    parser.add_argument("--limit", type=int, default=120, help="CPU seconds a training may take when growing")
    parser.add_argument("words", nargs="*", help="only the libraries' models with one of these words in their name")
    asked = parser.parse_args()
    theirs = [kind for kind in THEIRS if not asked.words or any(word in kind.name for word in asked.words)]
    if asked.search:
        for kind in theirs:
            for quality, settings in in_own_process(search, kind)[:3] if kind.grid else []:
                print(f"{kind.name}: {quality:.4f} {settings}", flush=True)
        return
    for task in ["rating", "ranking"]:
        kinds = [kind for kind in OURS + theirs if kind.task == task]
        if asked.growth:
            print_growth(task, kinds, asked.limit)
        else:
            print_qualities(task, kinds)


if __name__ == "__main__":
    main()
