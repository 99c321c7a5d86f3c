"""The notebooks as documents, from their stored cells and outputs."""

import importlib.util
import re
from itertools import pairwise

import pytest
from stored import (
    EVIDENCE,
    NOTEBOOKS,
    ROOT,
    code_cells,
    every_evidence,
    every_notebook,
    markdown,
    on_both_shelves,
    printed,
    read,
    tagged,
)

FRAME = ["**What you will see**", "**What you need**", "**Time**", "## Recap", "## Exercises", "## Scorecard"]
FRAME += ["## Going further", "**Before**", "**Next**"]


def test_there_are_notebooks():
    assert NOTEBOOKS


@on_both_shelves
def test_was_run_from_top_to_bottom_without_errors(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [out for cell in cells for out in cell.outputs]
    assert not [out for out in outputs if out.output_type == "error"]
    assert not [out for out in outputs if out.get("name") == "stderr"]


@on_both_shelves
def test_shows_no_address_and_no_path_of_a_machine(path):
    for cell in code_cells(path):
        shown = printed(cell) + "".join(str(out.get("data", {}).get("text/plain", "")) for out in cell.outputs)
        assert not re.search(r" at 0x[0-9a-f]{6,}|/home/|/root/|/tmp/|/Users/|[A-Z]:\\", shown + cell.source)


@on_both_shelves
def test_every_figure_is_a_picture_with_alternative_text(path):
    outputs = [out for cell in code_cells(path) for out in cell.outputs if "data" in out]
    assert not [out for out in outputs if "image/svg+xml" in out.data]  # it holds a date, which strict nbval compares
    for out in outputs:
        if "image/png" in out.data:
            assert len(out.metadata.get("image/png", {}).get("alt", "")) > 40


@on_both_shelves
def test_headings_are_in_order(path):
    levels = [len(marks) for marks in re.findall(r"^(#+) ", markdown(path), flags=re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@every_notebook
def test_the_frame_is_complete_and_in_order(path):
    places = [markdown(path).find(part) for part in FRAME]
    assert -1 not in places, FRAME[places.index(-1)]
    assert places == sorted(places)


@on_both_shelves
def test_links_lead_somewhere(path):
    assert_links_resolve(markdown(path), path.parent)


def test_pictures_are_the_notebooks_figures():
    """README and lesson 10 show figures of the notebooks as they are now; if not: python images/collect.py"""
    folder = ROOT / "images"
    spec = importlib.util.spec_from_file_location("collect", folder / "collect.py")
    collect = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(collect)
    assert {path.stem: path.read_bytes() for path in folder.glob("*.png")} == dict(collect.pictures())
    assert len(list(collect.pictures())) == len(NOTEBOOKS)


READMES = ["README.md", "data/README.md", "notebooks/README.md", "tests/peers/README.md", "CONTRIBUTING.md"]


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
def test_readme_and_guide_give_the_lessons_minutes_and_seconds(path):
    (told,) = re.findall(r"\*\*Time\*\*: about (\d+) minutes.* about (\d+) seconds", markdown(path))
    row = next(
        line
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if f"(notebooks/{path.name})" in line
    )
    assert tuple(re.findall(r"\d+", row.rsplit("|", 3)[1] + row.rsplit("|", 3)[2])) == told
    guide = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^### {path.name[:2]} .*\({told[0]} minutes\)$", guide, flags=re.MULTILINE)


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
        assert check.metadata.jupyter.source_hidden, "a check holds the answer, so it is folded"


@on_both_shelves
def test_the_scorecard_is_the_last_code_cell(path):
    *_, last = code_cells(path)
    assert tagged(last, "scorecard")
    assert all(re.fullmatch(r"[^:]+: \S.*", line) for line in printed(last).splitlines())


@every_notebook
def test_the_scorecard_to_compare_with_is_what_was_printed(path):
    cells = read(path).cells
    number = next(number for number, cell in enumerate(cells) if tagged(cell, "scorecard"))
    (block,) = re.findall(r"```\n(.*)\n```", cells[number - 1].source, flags=re.DOTALL)
    assert block.splitlines() == printed(cells[number]).splitlines()


@on_both_shelves
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
        texts_below = [cell.source for cell in slide[1:] if cell.cell_type == "markdown"]
        assert not [text for text in texts_below if text.startswith(("# ", "## ", "### "))]
        asked = [number for number, cell in enumerate(slide) if "**Predict**" in cell.source]
        after = [cell for number in asked for cell in slide[number + 1 :] if cell.cell_type == "code"]
        assert not after, "the answer stands on the slide of the question"
        assert not [cell for cell in slide if tagged(cell, "solution") or tagged(cell, "check")]
    assert len(shown) > 25


@on_both_shelves
def test_only_cells_that_draw_hide_their_code_on_slides(path):
    for cell in code_cells(path):
        draws = any("image/png" in out.get("data", {}) for out in cell.outputs)
        assert draws == tagged(cell, "drawing"), cell.source


@every_evidence
def test_evidence_tests_the_claims_of_its_lesson(path):
    lesson = ROOT / "notebooks" / path.name
    assert lesson in NOTEBOOKS and f"](../{path.name})" in markdown(path)
    assert f"](evidence/{path.name})" in markdown(lesson)
    _, *sections = re.split(r"^## ", markdown(path), flags=re.MULTILINE)
    for section in sections:
        if not section.startswith("Scorecard"):
            assert section.index("**Claim**") < section.index("**Verdict**"), section.splitlines()[0]


def test_there_is_no_evidence_without_a_lesson():
    assert {path.name for path in EVIDENCE} <= {path.name for path in NOTEBOOKS}
