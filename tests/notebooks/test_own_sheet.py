"""Lesson 01 promises that any sheet goes through every cell: songs, dishes, other columns, another table program."""

import random

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from stored import NOTEBOOKS, read, tagged

LESSON = next(path for path in NOTEBOOKS if path.stem == "01_movie_spreadsheet")
WIDE = random.Random(0)
SHEETS = {
    "four dishes, two columns": "title,sweet,hot\napple pie,9,0\nvindaloo,1,10\nsoup,0,3\nice cream,10,0\n",
    "semicolons and decimal commas": "Titel;süß;scharf;knusprig\nApfelstrudel;8,5;0;6\nGulasch;1;7,5;0\n"
    "Brezel;0;0;9\nMohr im Hemd;10;0;2\nKäsekrainer;0,5;3;4\n".replace("Titel", "title"),
    "fourteen columns": "\n".join(
        ["title," + ",".join(f"column {n}" for n in range(14))]
        + [f"song {n}," + ",".join(str(WIDE.randint(0, 10)) for _ in range(14)) for n in range(30)]
    ),
    "other scripts and a $": "title\tदर्द\tмагия\nदेवदास\t9\t1\nСолярис\t4\t6\n千と千尋\t2\t10\nA Fistful of $$$\t1\t0\n",
    "two that are alike": "title,loud,slow\na,3,4\nb,3,4\nc,0,9\nd,9,0\ne,6,8\n",
}


def run_with(sheet, folder):
    (folder / "mine.csv").write_text(sheet, encoding="utf-8")
    cells = [cell for cell in read(LESSON).cells if cell.cell_type == "code"]
    ours = [c for c in cells if not any(tagged(c, tag) for tag in ("exercise", "check", "solution", "scorecard"))]
    sources = [cell.source.replace("load_film_sheet().drop", 'load_film_sheet("mine.csv").drop') for cell in ours]
    assert sources != [cell.source for cell in ours]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.comm_open_handlers = {}  # widgets' own messages, over which nbclient misses a reply: its issue 312
    client.execute()


@pytest.mark.slow
@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_of_ones_own_goes_through_every_cell(name, tmp_path):
    run_with(SHEETS[name], tmp_path)


@pytest.mark.slow
def test_a_row_of_zeros_is_named(tmp_path):
    with pytest.raises(CellExecutionError, match=r"Rows of zeros .* \['water'\]"):
        run_with("title,sweet,hot\napple pie,9,0\nwater,0,0\nvindaloo,1,10\nsoup,0,3\n", tmp_path)
