"""One long run of a notebook for all that is asked of it while it runs: see `run`."""

import json
import os
import platform
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from stored import ROOT, documented, read, tagged

WRONG_ANSWERS = json.loads((Path(__file__).parent / "wrong_answers.json").read_text(encoding="utf-8"))
LONG = 2  # seconds; what takes longer is run again once only, when all cells run backwards
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

NO_NETWORK = """
import socket

def refuse(*arguments, **keywords):
    raise OSError("this test allows no network")

connect, look_up = socket.socket.connect, socket.getaddrinfo

def only_here(self, address):
    here = not isinstance(address, tuple) or str(address[0]) in ("127.0.0.1", "localhost", "::1")
    return connect(self, address) if here else refuse()

def look_up_here(host, *arguments, **keywords):
    here = host in (None, "127.0.0.1", "localhost", "::1", "0.0.0.0")
    return look_up(host, *arguments, **keywords) if here else refuse()

socket.socket.connect, socket.getaddrinfo = only_here, look_up_here
"""

TRY_NETWORK = """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=1)
except OSError as refusal:
    print(refusal)
"""

PEAK_MEMORY = """
import sys
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
except ImportError:  # Windows
    import psutil
    peak = psutil.Process().memory_info().peak_wset
print(peak)
"""


def machine(threads, torch_uses, numpy_as_on):
    """What makes a kernel calculate as on another machine. The last counts on x86 only."""
    settings = dict.fromkeys(THREADS, threads) | {"ATEN_CPU_CAPABILITY": torch_uses}
    return settings | ({"OPENBLAS_CORETYPE": numpy_as_on} if platform.machine() in ("x86_64", "AMD64") else {})


def hand_out(path, folder):
    """Make the hand-out of this notebook with the command that the teacher's guide gives. Returns the notebook."""
    words = shlex.split(documented("notebooks/README.md", "jupyter nbconvert --to notebook"))
    (pattern,) = [number for number, word in enumerate(words) if word.endswith("*.ipynb")]
    words[pattern] = str(path)
    words[words.index("--output-dir") + 1] = str(folder)
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=True, capture_output=True)
    return read(folder / path.name)


@dataclass
class Run:
    """The code cells of a hand-out as they came out, and our own (without solutions) to compare them with."""

    ours: list
    first: list
    second: list
    backwards: list
    network: object
    solved: list
    refused: list
    peak_bytes: int


@cache
def run(path):
    """Run a notebook as a student gets it: as a hand-out, in an empty folder, offline, on another machine.

    First each cell twice (but for those that take more than LONG seconds); then the exercises with each solution
    pasted in, and with wrong answers; then, the exercises unanswered again, all cells once more from the last to the
    first, so that each meets what later ones left behind.
    (Another machine: one thread, torch with AVX2, NumPy as on a processor of 2013.)
    """

    def new(sources):
        return [nbformat.v4.new_code_cell(source) for source in sources]

    ours = [cell for cell in read(path).cells if cell.cell_type == "code"]
    solutions, checks = ([cell.source for cell in ours if tagged(cell, tag)] for tag in ("solution", "check"))
    answers = WRONG_ANSWERS[path.stem] if checks else {}  # evidence has no exercises
    wrong = [f"print({check}({answer}))" for check, those in answers.items() for answer in those]
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "offline").mkdir()
        (folder / "offline" / "sitecustomize.py").write_text(NO_NETWORK)
        handout = hand_out(path, folder)
        sources = [cell.source for cell in handout.cells if cell.cell_type == "code"]
        first, second, backwards = new(sources), new(sources), new(reversed(sources))
        solved = new([source for pair in zip(solutions, checks, strict=True) for source in pair])
        (network,), refused, (peak,) = new([TRY_NETWORK]), new(wrong), new([PEAK_MEMORY])
        unanswered = new([cell.source for cell in handout.cells if tagged(cell, "exercise")])
        twice = [cell for pair in zip(first, second, strict=True) for cell in pair]
        cells = [*twice, network, *solved, *refused, *unanswered, *backwards, peak]
        whole = nbformat.v4.new_notebook(cells=cells, metadata=handout.metadata)
        client = NotebookClient(whole, timeout=300, allow_errors=True, resources={"metadata": {"path": name}})
        client.comm_open_handlers = {}  # widgets' own messages, over which nbclient misses a reply: its issue 312
        path_of_python = os.pathsep.join([str(folder / "offline"), *filter(None, [os.environ.get("PYTHONPATH")])])
        with client.setup_kernel(env=os.environ | machine("1", "avx2", "Haswell") | {"PYTHONPATH": path_of_python}):
            took = 0
            for number, cell in enumerate(cells):
                if number < len(twice) and number % 2 and took > LONG:
                    cell.outputs = cells[number - 1].outputs
                    continue
                begun = time.monotonic()
                client.execute_cell(cell, number)
                took = time.monotonic() - begun
    stored = [cell for cell in ours if not tagged(cell, "solution")]
    return Run(stored, first, second, backwards[::-1], network, solved, refused, int(peak.outputs[0].text))
