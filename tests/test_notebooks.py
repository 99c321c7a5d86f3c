"""The notebooks as documents, from their stored cells and outputs; and run once more, offline, exercises solved."""

import importlib.util
import os
import platform
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import helpers.vectors
from helpers.data import FEATURES, load_film_sheet

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FRAME = ["**What you will see**", "**What you need**", "**Time**", "## Recap", "## Exercises", "## Scorecard"]
FRAME += ["## Going further", "**Before**", "**Next**"]

# What the checks of each notebook must refuse, by check: plausible wrong answers.
WRONG_ANSWERS = {
    "01_movie_spreadsheet": {
        "check_least_like": ["'Alien'", "'Sleepless in Seattle'", "'Silence of the Lambs'", "42"],
        "check_speed_fan": ["list(speed)", "[1, 2, 3]", "[0] * 7", "[99] * 7", "'action'"],
        "check_like_fargo": ["'Scream'", "'Fargo'", "'The Godfather'", "'fargo'"],
        "check_my_sheet": ["'nowhere.csv'", "DATA / 'viewer_sheet.csv'", "DATA / 'movielens-small/ratings.csv'", "7"],
    },
    "02_learned_movie_embeddings": {
        "check_by_hand": ["model.viewer.weight[14] @ model.film.weight[100]", "3.0", "'four'"],
        "check_no_sense": ["error(model, validation)", "2.0", "'no'", "model"],
        "check_together": ["by_size[64].mean()", "by_size[64].max()", "0.5", "[0.86, 0.87]"],
        "check_better": ["untrained", "WithBiases", "0.8", "new_model(WithBiases, train, epochs=1)"],
    },
    "03_reading_the_movie_map": {
        "check_unchanged": ["['columns', 'neighbours']", "['neighbours']", "'neighbours'", "['nothing']", "7"],
        "check_old_auc": ["0.99", "0.5", "'high'", "float(roc_auc_score(year < 1980, vectors[:, 0]))"],
        "check_fairer": ["ranking_quality(predicted_stars[0])", "ndcg['rating model'][0]", "0.5", "'better'"],
        "check_my_direction": [
            "['Alien']",
            "[['Alien'], ['Alien']]",
            "[['Alien'], []]",
            "[['Speed 3'], ['Alien']]",
            "7",
        ],
    },
    "04_token_embeddings": {
        "check_three_slopes": ["[1, 1, 0]", "[2, 1, 1]", "'two'", "[2, 1]", "[1, 2, 0]"],
        "check_few": ["len(pieces_of('snowboarding'))", "len('snowboarding')", "2.5", "'nine'", "3"],
        "check_alone": [
            "right['skip-gram'].mean()",
            "right_answers(model.context.weight.detach().numpy()).mean()",
            "'no'",
        ],
        "check_my_table": [
            "learn_from('nowhere.txt')",
            "learn_from(DATA / 'glove/glove-100d-40k.npz')",
            "learn_from(DATA.parent / 'LICENSE')",
            "'my book.txt'",
            "7.5",
        ],
    },
    "05_word_analogies": {
        "check_near_b": ["right['nearest to c'].mean()", "'b'", "0.5", "right['3CosAdd'].mean()"],
        "check_plural": ["gender", "direction(['trees'], ['tree'])", "[1, 2]", "'plural'", "0 * gender"],
        "check_fewer": [
            "right['3CosAdd'].mean()",
            "right['3CosAdd'][(questions < 10_000).all(axis=1)].mean()",
            "'few'",
        ],
        "check_my_pairs": [
            "[('cat', 'kitten')]",
            "[('a', 'b', 'c')] * 5",
            "[('cat', 'kitten')] * 5",
            "[('qwxz', 'kitten')] * 5",
            "7",
        ],
    },
    "06_one_vector_per_word": {
        "check_kept": ["attend(rows_of(sentence))[0]", "0.75", "1", "'all'", "0.0"],
        "check_share_of_tiny": ["x / (x + y)", "y", "count[row_of['tiny']] / count[hour_and_tiny].sum()", "'half'"],
        "check_by_average": ["minute_report.plain['MiniLM, layer 1'] / 40", "1.0", "0.5", "'most'", "[0.9, 1.0]"],
        "check_my_sentences": [
            "['Wait a minute.'] * 6",
            "[('time', 'Wait an hour.')] * 6",
            "[('time', 'Wait a minute.')] * 6",
            "[('short', 'Wait a minute.')] * 6",
            "7",
        ],
    },
}
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


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


def test_there_are_notebooks():
    assert NOTEBOOKS


@every_notebook
def test_was_run_from_top_to_bottom_without_errors(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [out for cell in cells for out in cell.outputs]
    assert not [out for out in outputs if out.output_type == "error"]
    assert not [out for out in outputs if out.get("name") == "stderr"]


@every_notebook
def test_shows_no_address_and_no_path_of_a_machine(path):
    for cell in code_cells(path):
        shown = printed(cell) + "".join(str(out.get("data", {}).get("text/plain", "")) for out in cell.outputs)
        assert not re.search(r" at 0x[0-9a-f]{6,}|/home/|/root/|/tmp/|/Users/|[A-Z]:\\", shown + cell.source)


@every_notebook
def test_every_figure_is_a_picture_with_alternative_text(path):
    outputs = [out for cell in code_cells(path) for out in cell.outputs if "data" in out]
    assert not [out for out in outputs if "image/svg+xml" in out.data]  # it holds a date, which strict nbval compares
    for out in outputs:
        if "image/png" in out.data:
            assert len(out.metadata.get("image/png", {}).get("alt", "")) > 40


@every_notebook
def test_headings_are_in_order(path):
    levels = [len(marks) for marks in re.findall(r"^(#+) ", markdown(path), flags=re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@every_notebook
def test_the_frame_is_complete_and_in_order(path):
    places = [markdown(path).find(part) for part in FRAME]
    assert -1 not in places, FRAME[places.index(-1)]
    assert places == sorted(places)


@every_notebook
def test_links_lead_somewhere(path):
    assert_links_resolve(markdown(path), path.parent)


def test_pictures_are_the_notebooks_figures():
    """README and notebook 06 show figures of the notebooks as they are now; if not: python images/collect.py"""
    folder = ROOT / "images"
    spec = importlib.util.spec_from_file_location("collect", folder / "collect.py")
    collect = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(collect)
    assert {path.stem: path.read_bytes() for path in folder.glob("*.png")} == dict(collect.pictures())
    assert len(list(collect.pictures())) == len(NOTEBOOKS)


READMES = ["README.md", "data/README.md", "notebooks/README.md", "CONTRIBUTING.md"]


@pytest.mark.parametrize("name", READMES)
def test_links_of_the_readmes_lead_somewhere(name):
    assert_links_resolve((ROOT / name).read_text(encoding="utf-8"), (ROOT / name).parent)


def assert_links_resolve(text, folder):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text):
        target = "".join(target)
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        linked = (folder / file).resolve() if file else None
        assert linked is None or (linked.exists() and ROOT in linked.parents), target
        if anchor:
            page = text if linked is None else linked.read_text(encoding="utf-8")
            titles = re.findall(r"^#+ (.*)$", page, flags=re.MULTILINE)
            assert anchor in [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles], target


@every_notebook
def test_the_notebooks_are_linked_to_their_neighbours(path):
    place = NOTEBOOKS.index(path)
    for neighbour in NOTEBOOKS[max(place - 1, 0) : place] + NOTEBOOKS[place + 1 : place + 2]:
        assert f"]({neighbour.name})" in markdown(path)


@every_notebook
def test_every_exercise_has_task_check_and_hidden_solution(path):
    cells = read(path).cells
    starts = [number for number, cell in enumerate(cells) if tagged(cell, "exercise")]
    assert 3 <= len(starts) <= 5
    for start in starts:
        task, exercise, check, solution = cells[start - 1 : start + 3]
        assert task.cell_type == "markdown" and "..." in exercise.source
        assert tagged(check, "check") and "Not attempted yet" in printed(check)
        assert tagged(solution, "solution") and solution.metadata.jupyter.source_hidden


@every_notebook
def test_the_scorecard_is_the_last_code_cell(path):
    *_, last = code_cells(path)
    assert tagged(last, "scorecard")
    assert all(re.fullmatch(r"[^:]+: \S.*", line) for line in printed(last).splitlines())


@every_notebook
def test_only_interactive_cells_go_unchecked(path):
    for cell in code_cells(path):
        if tagged(cell, "nbval-ignore-output"):
            assert "interact(" in cell.source
        assert not {"nbval-skip", "nbval-raises-exception", "raises-exception"} & set(cell.metadata.get("tags", []))


@every_notebook
def test_no_more_than_two_code_cells_without_a_word(path):
    run = 0
    for cell in read(path).cells:
        part_of_exercise = tagged(cell, "check") or tagged(cell, "solution")
        run = run + 1 if cell.cell_type == "code" and not part_of_exercise else 0
        assert run <= 2, cell.source


def slides(path):
    """The cells of each slide, in order; cells that are skipped on slides belong to none."""
    for cell in read(path).cells:
        kind = cell.metadata.slideshow.slide_type
        assert kind in ("slide", "subslide", "-", "skip")
        if kind in ("slide", "subslide"):
            slide = []
            yield slide
        if kind != "skip":
            slide.append(cell)


@every_notebook
def test_a_slide_holds_one_idea(path):
    shown = list(slides(path))
    for slide in shown:
        pictures = [out for cell in slide for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
        assert len(pictures) <= 1
        assert not [cell for cell in slide[1:] if cell.source.startswith(("# ", "## ", "### "))]
        asked = [number for number, cell in enumerate(slide) if "**Predict**" in cell.source]
        after = [cell for number in asked for cell in slide[number + 1 :] if cell.cell_type == "code"]
        assert not after, "the answer stands on the slide of the question"
        assert not [cell for cell in slide if tagged(cell, "solution") or tagged(cell, "check")]
    assert len(shown) > 40


@every_notebook
def test_only_cells_that_draw_hide_their_code_on_slides(path):
    for cell in code_cells(path):
        draws = any("image/png" in out.get("data", {}) for out in cell.outputs)
        assert draws == tagged(cell, "drawing"), cell.source


def born(name):
    """A function as the notebook in which it was born writes it."""
    sources = [cell.source for path in NOTEBOOKS for cell in code_cells(path) if tagged(cell, f"born-{name}")]
    assert len(sources) == 1
    definition = sources[0].split("\n\n\n")[0]
    namespace = {"np": np, "cosine_similarity": helpers.vectors.cosine_similarity}
    exec(definition, namespace)
    return namespace[name]


def test_helpers_do_what_the_notebook_shows():
    films = load_film_sheet()[FEATURES]
    names, vectors = list(films.index), films.to_numpy()
    nearest, cosine_similarity = born("nearest"), born("cosine_similarity")
    for name, row in zip(names, vectors, strict=True):
        assert nearest(name, vectors, names, 39) == helpers.vectors.nearest(name, vectors, names, 39)
        assert np.array_equal(cosine_similarity(vectors, row), helpers.vectors.cosine_similarity(vectors, row))
    for shown, imported in zip(born("project")(vectors), helpers.vectors.project(vectors), strict=True):
        assert np.array_equal(shown, imported)


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


def documented(start):
    """The one command line in the teacher's guide that begins so, as a list of words."""
    guide = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^{re.escape(start)} .*$", guide, flags=re.MULTILINE)
    return shlex.split(line)


def convert(start, path, folder):
    """Run the documented command on this notebook alone, into this folder."""
    words = documented(start)
    words[words.index("notebooks/*.ipynb")] = str(path)
    words[words.index("--output-dir") + 1] = str(folder)
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=True, capture_output=True)


def new_code(sources):
    return [nbformat.v4.new_code_cell(source) for source in sources]


@every_notebook
def test_handout_holds_no_solution_and_no_output(path, tmp_path):
    convert("jupyter nbconvert --to notebook", path, tmp_path)
    handout, cells = read(tmp_path / path.name), read(path).cells
    solutions = [cell.source for cell in cells if tagged(cell, "solution")]
    assert not [cell for cell in handout.cells if tagged(cell, "solution") or cell.get("outputs")]
    assert not [source for source in solutions for cell in handout.cells if source in cell.source]
    assert len(handout.cells) == len(cells) - len(solutions)


THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def machine(threads, torch_uses, numpy_as_on):
    """What makes a kernel calculate as on another machine. The last counts on x86 only."""
    settings = dict.fromkeys(THREADS, threads) | {"ATEN_CPU_CAPABILITY": torch_uses}
    return settings | ({"OPENBLAS_CORETYPE": numpy_as_on} if platform.machine() in ("x86_64", "AMD64") else {})


def texts(cell):
    """All that a cell shows, as text; what a widget shows is left out."""
    shown = [out for out in cell.outputs if "application/vnd.jupyter.widget-view+json" not in out.get("data", {})]
    return printed(cell) + "".join(out.data.get("text/plain", "") for out in shown if "data" in out)


@pytest.mark.slow
@every_notebook
def test_handout_runs_alone_offline_and_its_checks_judge_answers(path, tmp_path):
    """As a student gets it, in an empty folder, without network: it shows what ours shows, on another machine.

    (One thread, torch with AVX2, NumPy as on a processor of 2013.) Then with each solution pasted in, and then with
    wrong answers.
    """
    (tmp_path / "offline").mkdir()
    (tmp_path / "offline" / "sitecustomize.py").write_text(NO_NETWORK)
    convert("jupyter nbconvert --to notebook", path, tmp_path)
    handout, cells = read(tmp_path / path.name), read(path).cells
    solutions, checks = ([cell.source for cell in cells if tagged(cell, tag)] for tag in ("solution", "check"))
    pasted_in = [source for pair in zip(solutions, checks, strict=True) for source in pair]
    wrong = WRONG_ANSWERS[path.stem]
    assert min(map(len, wrong.values())) >= 3 and len(wrong) == len(checks)
    calls = [f"print({check}({answer}))" for check, answers in wrong.items() for answer in answers]
    parts = [handout.cells, new_code([TRY_NETWORK]), new_code(pasted_in), new_code(calls)]
    whole = nbformat.v4.new_notebook(cells=[cell for part in parts for cell in part], metadata=handout.metadata)
    client = NotebookClient(whole, timeout=240, resources={"metadata": {"path": str(tmp_path)}})
    client.comm_open_handlers = {}  # widgets' own messages, over which nbclient misses a reply: its issue 312
    client.execute(env=os.environ | machine("1", "avx2", "Haswell") | {"PYTHONPATH": str(tmp_path / "offline")})

    handed_out, (network,), solved, refused = parts
    stored = [cell for cell in cells if not tagged(cell, "solution")]
    for cell, ours in zip(handed_out, stored, strict=True):
        if cell.cell_type == "code" and not tagged(cell, "nbval-ignore-output"):
            assert texts(cell) == texts(ours), cell.source
        if tagged(cell, "check"):
            assert printed(cell).strip() == "Not attempted yet"
    assert "no network" in printed(network)
    for check in solved[1::2]:
        assert printed(check).startswith("Right"), printed(check)
    for cell in refused:
        assert printed(cell).strip() and not printed(cell).startswith(("Right", "Not attempted")), cell.source


@pytest.mark.slow
@every_notebook
def test_the_stored_outputs_hold_on_a_third_machine(path):
    """Two threads, torch without vector instructions, NumPy as on a processor of 2008."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(path)]
    environment = os.environ | machine("2", "default", "Nehalem")
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-4000:]
