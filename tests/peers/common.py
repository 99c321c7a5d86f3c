"""What our models and other people's have in common: how they are listed, and where their training starts and ends."""

import ctypes
import gc
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Model:
    """A model in the comparison.

    task: "rating", then `function(known, asked, seed, **settings)` returns a prediction for each row of `asked`;
    or "ranking", then `function(known, seed, **settings)` returns a DataFrame viewers × films, the best film highest.
    grid: for each setting the values that the search tries, in every combination; found: what it settled on.
    """

    name: str
    task: str
    function: Callable
    grid: dict = field(default_factory=dict)
    found: dict = field(default_factory=dict)


class Trained(Exception):
    """Training is over, and nothing else was asked for."""


class Training:
    """Measures what stands in `with training:`, which every model puts around its fitting and nothing else.

    seconds: by the clock on the wall; megabytes: how far the peak of the process's memory (VmHWM) during training lay
    above its memory at the start. The peak before, from imports and loading, is forgotten first. Linux with glibc only.
    limit: seconds after which the process is ended (0: never); only: leave the model as soon as it is trained.
    """

    limit = 0
    only = False

    def __enter__(self):
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)  # memory that is free goes back to the system, or training would use it unseen
        Path("/proc/self/clear_refs").write_text("5")  # the peak is now what is in use
        self.before = self._peak()
        signal.alarm(self.limit)
        self.start = time.perf_counter()

    def __exit__(self, error, *_):
        self.seconds = time.perf_counter() - self.start
        signal.alarm(0)
        self.megabytes = self._peak() - self.before
        if self.only and error is None:
            raise Trained

    @staticmethod
    def _peak():
        return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024


training = Training()
