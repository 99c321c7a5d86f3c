"""A student is given a notebook without solutions and outputs, which runs alone and offline and judges answers."""

import re

import pytest
from running import WRONG_ANSWERS, hand_out, run
from stored import every_notebook, every_run, printed, read, tagged, texts


@every_notebook
def test_a_handout_holds_no_solution_and_nothing_of_a_run(path, tmp_path):
    folder = tmp_path / "anywhere (für die 3b)"
    handout, cells = hand_out(path, folder), read(path).cells
    assert [cell.source for cell in handout.cells] == [cell.source for cell in cells if not tagged(cell, "solution")]
    assert set(handout.metadata) <= {"kernelspec", "language_info"}  # no state of widgets
    assert "name" in handout.metadata.kernelspec  # without it JupyterLab asks for a kernel
    for cell in handout.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
        assert not {"execution", "collapsed", "scrolled"} & set(cell.metadata)
    assert not re.search(r'"image/png"|"application/vnd', (folder / path.name).read_text(encoding="utf-8"))


@pytest.mark.slow
@every_run
def test_a_handout_shows_what_ours_shows(path):
    for cell, ours in zip(run(path).first, run(path).ours, strict=True):
        if not tagged(ours, "nbval-ignore-output"):
            assert texts(cell) == texts(ours), ours.source
        if tagged(ours, "check"):
            assert printed(cell).strip() == "Not attempted yet"


@pytest.mark.slow
@every_run
def test_a_handout_runs_without_a_network(path):
    assert "no network" in printed(run(path).network)


@every_notebook
def test_every_check_has_wrong_answers(path):
    checks = re.findall(r"^def (check_\w+)", "\n".join(cell.source for cell in read(path).cells), flags=re.MULTILINE)
    assert sorted(WRONG_ANSWERS[path.stem]) == sorted(checks)
    assert min(map(len, WRONG_ANSWERS[path.stem].values())) >= 3


@pytest.mark.slow
@every_notebook
def test_checks_say_right_to_the_solutions(path):
    for check in run(path).solved[1::2]:
        assert printed(check).startswith("Right"), printed(check)


@pytest.mark.slow
@every_notebook
def test_checks_refuse_wrong_answers(path):
    for cell in run(path).refused:
        assert printed(cell).strip() and not printed(cell).startswith(("Right", "Not attempted")), cell.source
