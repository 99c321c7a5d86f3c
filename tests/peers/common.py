"""What our models and other people's have in common: how they are used, and where their training starts and ends."""

import ctypes
import gc
import re
import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar


class Model(ABC):
    """A model in the comparison. Its settings go to the constructor; then come `prepare`, `fit`, `predict`.

    name: how the tables call it; task: "rating", "ranking" or "words", which says what it learns from and predicts.
    grid: for each setting the values that the search tries, in every combination; found: what it settled on.
    """

    name: ClassVar[str]
    task: ClassVar[str]
    grid: ClassVar = {}
    found: ClassVar = {}

    def __init__(self, **settings):
        self.settings = settings

    @abstractmethod
    def prepare(self, known):
        """Load what is needed and bring what is known into the model's own form. This is not measured.

        known: ratings (DataFrame with viewer, film and rating), or for words a text (`words.Text`).
        """

    @abstractmethod
    def fit(self, seed):
        """Train, from a random start. This is measured, and nothing else."""

    @abstractmethod
    def predict(self, asked):
        """What the trained model says.

        rating: asked is a DataFrame with viewer and film; returns a prediction for each of its rows.
        ranking: asked are viewers; returns a DataFrame viewers × films, for all known films, the best film highest.
        words: asked are words; returns their vectors, words × columns.
        """


def measured(fit, seed, limit=0):
    """Call `fit(seed)`. Returns: seconds, by the clock on the wall, and megabytes.

    megabytes: how far the peak of the process's memory (VmHWM) lay above its memory at the start. The peak before, from
    imports and loading, is forgotten first. Linux with glibc only.
    limit: seconds after which the process is ended (0: never).
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # memory that is free goes back to the system, or training would use it unseen
    Path("/proc/self/clear_refs").write_text("5")  # the peak is now what is in use
    before = _peak()
    signal.alarm(limit)
    try:
        start = time.perf_counter()
        fit(seed)
        seconds = time.perf_counter() - start
    finally:
        signal.alarm(0)
    return seconds, _peak() - before


def _peak():
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
