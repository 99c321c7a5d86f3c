"""The notebooks as they are stored: where they lie, their cells, what the cells have printed."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
# Ours have a number; a reader's own `Untitled.ipynb` beside them is nobody's business.
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
EVIDENCE = sorted((ROOT / "notebooks" / "evidence").glob("[0-9][0-9]_*.ipynb"))  # of the lessons of the same names


def _each(paths, *marks):
    return [pytest.param(path, id=path.stem, marks=marks) for path in paths]


every_notebook = pytest.mark.parametrize("path", _each(NOTEBOOKS))
every_evidence = pytest.mark.parametrize("path", _each(EVIDENCE))
on_both_shelves = pytest.mark.parametrize("path", _each(NOTEBOOKS) + _each(EVIDENCE))
# For tests that run a notebook: the evidence under a marker of its own.
every_run = pytest.mark.parametrize("path", _each(NOTEBOOKS) + _each(EVIDENCE, pytest.mark.evidence))


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tagged(cell, tag):
    return tag in cell.metadata.get("tags", [])


def markdown(path):
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def printed(cell):
    return "".join(out.get("text", "") for out in cell.outputs)


def texts(cell):
    """All that a cell shows, as text, errors too; what a widget shows is left out."""
    shown = [out for out in cell.outputs if "application/vnd.jupyter.widget-view+json" not in out.get("data", {})]
    errors = [f"{out.ename}: {out.evalue}" for out in cell.outputs if out.output_type == "error"]
    return printed(cell) + "".join([*(out.data.get("text/plain", "") for out in shown if "data" in out), *errors])


def documented(page, start):
    """The one command line on a page (README, guide) that begins so."""
    (line,) = re.findall(rf"^{re.escape(start)}.*$", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return line


def scorecard(path):
    """What the last code cell of a notebook prints: the value of each named line, as text."""
    return dict(line.split(": ", 1) for line in printed(code_cells(path)[-1]).splitlines() if ": " in line)
