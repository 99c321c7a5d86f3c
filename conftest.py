"""What the notebooks' kernels need to give the same output on every machine. The kernels inherit this environment."""

import inspect
import os
import re
import time
from importlib.util import find_spec
from queue import Empty

import pytest

# Set before anything imports NumPy or torch. With two threads on a busy two-core machine the threads wait for one
# another, and an epoch of 0.1 s was seen to take 6–12 s.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # else the debugger may warn on stderr

HAS_NBVAL = find_spec("nbval") is not None


def pytest_addoption(parser):
    if not HAS_NBVAL:  # pyproject.toml asks for these options; without nbval everything but the notebooks is tested
        parser.addoption("--nbval", action="store_true")
        parser.addoption("--nbval-current-env", action="store_true")


def pytest_report_header(config):
    return None if HAS_NBVAL else "nbval is not installed, so no notebook is run: pip install -r requirements.txt"


def pytest_ignore_collect(collection_path):
    """Our notebooks have a number. A reader's own `Untitled.ipynb` beside them is left alone."""
    return (collection_path.suffix == ".ipynb" and not re.match(r"\d\d_", collection_path.name)) or None


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.suffix == ".ipynb" and item.path.parent.name == "evidence":
            item.add_marker(pytest.mark.evidence)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """What belongs to one notebook or one file stays in one process: a notebook's cells need one kernel, in order."""
    from xdist.scheduler import LoadScopeScheduling

    class ByNotebook(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            notebook = re.search(r"\[(\d\d_\w+)\]$", nodeid)
            return notebook[1] if notebook else nodeid.split("::")[0]

    return ByNotebook(config, log)


def _execute_cell_input(self, cell_input, allow_stdin=None):
    """As nbval does it, but with history: without, a `;` at the end of a line does not silence its output."""
    return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)


def _await_reply(self, msg_id, timeout=None):
    """As nbval does it, but a dead kernel is noticed within a second and not at the end of the cell's time-out."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        try:
            message = self.get_message(stream="shell", timeout=1)
        except Empty:
            if not self.is_alive():
                raise RuntimeError("The kernel died while it ran this cell (out of memory, or a crash).") from None
            if deadline is not None and time.monotonic() > deadline:
                raise
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            if message["content"]["status"] == "aborted":
                raise RuntimeError("The kernel did not run this cell.")
            return


def pytest_configure(config):
    if not (HAS_NBVAL and config.option.nbval):
        return
    from nbval.kernel import RunningKernel

    for ours in (_execute_cell_input, _await_reply):
        name = ours.__name__.removeprefix("_")
        theirs = getattr(RunningKernel, name, None)
        if theirs is None or inspect.signature(theirs) != inspect.signature(ours):
            raise pytest.UsageError(
                f"nbval has changed inside: RunningKernel.{name} is not what conftest.py replaces (it was written for "
                "nbval 0.11.0). Install that one, pip install -r requirements.txt, or look at conftest.py again."
            )
        setattr(RunningKernel, name, ours)
