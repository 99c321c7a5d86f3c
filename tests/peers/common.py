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
    random: whether it depends on the seed.
    grid: for each setting the values that the search tries, in every combination; found: what it settled on.
    """

    name: ClassVar[str]
    task: ClassVar[str]
    random: ClassVar = True
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
    """Call `fit(seed)`. Returns: CPU seconds of the process, all its threads together, and megabytes.

    Not the clock on the wall, which runs on while other programs have the processor. On one thread, on a machine that
    does nothing else, the two are the same.
    megabytes: how far the peak of the process's memory (VmHWM) lay above its memory at the start, without the program
    code that was read meanwhile. The peak before, from imports and loading, is forgotten first. Linux with glibc only.
    limit: CPU seconds after which the process is ended (0: never).
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # memory that is free goes back to the system, or training would use it unseen
    Path("/proc/self/clear_refs").write_text("5")  # the peak is now what is in use
    before, code = _megabytes("VmHWM"), _megabytes("RssFile")
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        start = time.process_time()
        fit(seed)
        seconds = time.process_time() - start
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return seconds, _megabytes("VmHWM") - before - (_megabytes("RssFile") - code)


def _megabytes(name):
    return int(re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
