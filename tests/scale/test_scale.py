"""scale/: the same model from one process and from several, a process killed on the way, any layout of a release.

Here with two processes, in some ten seconds; `pytest -m slow tests/scale` adds four, and a checkpoint for fewer.
"""

import contextlib
import csv
import os
import re
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

if sys.platform == "win32":
    pytest.skip(
        "scale/ is for Linux and macOS: torchrun needs libuv, which torch lacks on Windows", allow_module_level=True
    )

import database
import model as scale_model
import ratings as scale_ratings
import torch
import torch.distributed as dist
import train
from torch.distributed.device_mesh import init_device_mesh

from helpers import lessons
from helpers.data import DataError, find_films, load_movielens

SCRIPT = Path(train.__file__)
SHORT = ["--epochs", "4", "--columns", "16", "--keep", "4", "--viewers", "40"]  # 12 steps, kept at 4, 8 and 12


@pytest.fixture(autouse=True)
def float64_and_no_group_left():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)
    if dist.is_initialized():
        dist.destroy_process_group()


def torchrun(processes, folder, *more, restarts=0, kill_at=None, limit=240):
    """Train in so many processes; returns the exit code and what was printed.

    kill_at: in the first attempt, kill the last process with SIGKILL as soon as this step is kept. No process outlives
    this call, and none waits longer than `limit` seconds.
    """
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr", "localhost"]
    command += ["--nproc-per-node", str(processes), "--max-restarts", str(restarts), SCRIPT, *SHORT, "--folder", folder]
    run = subprocess.Popen([*map(str, command), *more], stderr=subprocess.PIPE, text=True, cwd=folder.parent)
    lines, pids = [], {}
    watch = threading.Timer(limit, lambda: [_kill(pid) for pid in [*pids.values(), run.pid]])
    watch.start()
    try:
        for line in run.stderr:
            lines.append(line)
            if started := re.search(r"process (\d+) of \d+: films .*, pid (\d+)", line):
                pids[int(started[1])] = int(started[2])
            if kill_at and f"step {kill_at} of" in line and "kept" in line:
                _kill(pids[processes - 1])
                kill_at = None
        return run.wait(), "".join(lines)
    finally:
        watch.cancel()
        run.terminate()  # if it still runs: torchrun then ends its processes
        run.wait()
        for pid in pids.values():
            _kill(pid)


def _kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def losses(folder):
    with open(folder / "losses.csv", encoding="utf-8", newline="") as file:
        return np.array([float(row["loss"]) for row in csv.DictReader(file)])


def recommended(folder):
    return (folder / "recommended.csv").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The folder of a run in one process, this one."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    before = torch.get_default_dtype()
    train.main([*SHORT, "--folder", str(folder)])
    torch.set_default_dtype(before)
    return folder


def tables(folder, watched_by=None, **settings):
    """Ratings and a new model in one process."""
    ratings = scale_ratings.Ratings(folder / "ratings")
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    counted = torch.from_numpy(ratings.watched_by()).double()
    return ratings, scale_model.FilmsByRows(counted, init_device_mesh("cpu", (1,)), **settings)


def test_two_processes_one_killed_half_way_equal_one(alone, tmp_path):
    """SIGKILL after step 8 of 12; torchrun starts both again, they go on from the checkpoint, and nothing is lost."""
    code, text = torchrun(2, tmp_path / "run", restarts=1, kill_at=8)
    assert code == 0, text
    assert re.findall(r"from step (\d+)", text) == ["0", "8"], text
    assert "exitcode: -9" in text, text
    assert len(losses(alone)) == 12 and np.isfinite(losses(alone)).all() and losses(alone)[-1] < losses(alone)[0]
    assert np.abs(losses(tmp_path / "run") - losses(alone)).max() < 1e-6
    assert recommended(tmp_path / "run") == recommended(alone) and len(recommended(alone)) == 40
    held = re.findall(r"process (\d) of 2: tables ([\d.]+) MB", text)
    assert sorted(held) == [("0", "1.2"), ("1", "1.2")], text  # half of 2 × 9,066 × 16 × 8 bytes
    assert "3 all_reduce" in text and "1 all_gather" in text, text


@pytest.mark.slow
@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_equal_one(processes, alone, tmp_path):
    code, text = torchrun(processes, tmp_path / "run")
    assert code == 0, text
    assert np.abs(losses(tmp_path / "run") - losses(alone)).max() < 1e-6
    assert recommended(tmp_path / "run") == recommended(alone)


@pytest.mark.slow
def test_a_sampled_softmax_is_the_same_in_four_processes(tmp_path):
    train.main([*SHORT, "--most", "2000", "--folder", str(tmp_path / "alone")])
    dist.is_initialized() and dist.destroy_process_group()
    code, text = torchrun(4, tmp_path / "run", "--most", "2000")
    assert code == 0, text
    assert np.abs(losses(tmp_path / "run") - losses(tmp_path / "alone")).max() < 1e-6
    assert recommended(tmp_path / "run") == recommended(tmp_path / "alone")


@pytest.mark.slow
def test_a_run_of_four_processes_goes_on_in_one(alone, tmp_path):
    code, text = torchrun(4, tmp_path / "run", "--stop", "6")
    assert code == 0, text
    train.main([*SHORT, "--folder", str(tmp_path / "run")])
    assert np.abs(losses(tmp_path / "run") - losses(alone)).max() < 1e-6
    assert recommended(tmp_path / "run") == recommended(alone)


@pytest.mark.parametrize("most", [20_000, 2000])
def test_it_is_the_model_of_lesson_04(most, alone):
    """The same numbers in the tables and the same draws: the same loss and gradients, with and without sampling."""
    ratings, ours = tables(alone, columns=16)
    theirs = lessons.ViewerAsAverage(torch.from_numpy(ratings.watched_by()).double(), columns=16)
    with torch.no_grad():
        theirs.watched.weight.copy_(ours.watched.to_local())
        theirs.offered.weight.copy_(ours.offered.to_local())
    lists = ratings.lists(range(60))
    torch.manual_seed(0)
    loss = scale_model.watching_loss(ours, lists, most=most)
    torch.manual_seed(0)
    asked = [torch.from_numpy(films.astype(np.int64)) for films in lists]
    sampled = most < ours.films
    wanted = lessons.loss_of_sample(theirs, asked, most // 4) if sampled else lessons.watching_loss(theirs, asked)
    loss.backward(), wanted.backward()
    assert loss.item() == pytest.approx(wanted.item(), abs=1e-6)
    pairs = [(ours.watched, theirs.watched.weight), (ours.offered, theirs.offered.weight), (ours.bias, theirs.bias)]
    for mine, other in pairs:
        assert torch.allclose(mine.grad.to_local(), other.grad, atol=1e-9)


def test_ten_films_are_the_best_that_were_not_watched(alone):
    ratings, ours = tables(alone, columns=16)
    lists = [*ratings.lists(range(5)), np.array([3, 1])]
    films, viewer, weight, _ = scale_model.joined(lists, 0.65)
    scores = ours.scores(ours.viewers(films, viewer, weight, len(lists)), torch.arange(ours.films)).detach().numpy()
    for row, seen, ten in zip(scores, lists, scale_model.best_films(ours, lists), strict=True):
        row[seen] = -np.inf
        assert ten.tolist() == np.argsort(-row)[:10].tolist()


def test_a_table_starts_the_same_however_it_is_cut(alone):
    """Drawn in blocks of rows, so a part can be drawn without the rest."""
    _, whole = tables(alone, columns=8)
    part = scale_model.FilmsByRows.__new__(scale_model.FilmsByRows)
    torch.nn.Module.__init__(part)
    part.films, part.mesh, part.first, part.last = 9066, whole.mesh, 3000, 9065
    assert torch.equal(part._new_table(8, 0, 1).to_local()[: 9066 - 3000], whole.offered.to_local()[3000:])


def test_a_checkpoint_that_is_not_whole_is_passed_over(alone, tmp_path):
    train.main([*SHORT, "--folder", str(tmp_path / "run"), "--stop", "5"])
    broken = tmp_path / "run" / "step-000000008"
    broken.mkdir()
    (broken / "__0_0.distcp").write_bytes(b"half")
    train.main([*SHORT, "--folder", str(tmp_path / "run")])
    assert np.array_equal(losses(tmp_path / "run"), losses(alone))
    assert [path.name for path in (tmp_path / "run").glob("step-*")] == ["step-000000012"]


def test_a_run_of_other_settings_is_refused(alone, capsys):
    with pytest.raises(DataError, match=r"--columns 16 and not 32.*another folder"):
        train.main([*SHORT, "--columns", "32", "--folder", str(alone)])
    with pytest.raises(DataError, match="no such file or folder"):
        train.main([*SHORT, "--release", "nowhere", "--folder", str(alone.parent / "other")])
    with pytest.raises(SystemExit):
        train.arguments(["--epochs", "0"])
    assert "--epochs: invalid number value: '0'" in capsys.readouterr().err


@pytest.mark.parametrize("films", [1, 2, 3, 5, 9])
def test_more_processes_than_films_are_refused(films):
    class Four:
        def size(self):
            return 4

    with pytest.raises(ValueError, match=f"{films} films in 4 processes.*fewer"):
        scale_model.FilmsByRows(torch.ones(films), Four())


def test_the_database_answers_as_numpy_does(alone):
    pytest.importorskip("duckdb", reason="duckdb is optional: pip install -r scale/requirements-database.txt")
    ratings = scale_ratings.Ratings(alone / "ratings")
    films = ratings.titles().assign(viewers=ratings.watched_by())
    rows = database.watched_rows(alone)
    assert rows.shape == (9066, 16)
    alien = find_films(["Alien"], films)[0]
    found = database.like(database.fill(alone / "films.duckdb", films, rows), alien, before=1980)
    cosine = lessons.unit(rows) @ lessons.unit(rows)[films.index.get_loc(alien)]
    allowed = (films.year < 1980).fillna(False) & (films.viewers >= 20) & (films.index != alien)
    assert found.name.tolist() == films.name[allowed].iloc[np.argsort(-cosine[allowed])[:10]].tolist()


def test_a_run_without_a_checkpoint_has_no_rows(tmp_path):
    with pytest.raises(DataError, match=r"holds no checkpoint. Train first"):
        database.watched_rows(tmp_path)


PAIRS = [(7, 30), (7, 2), (3, 2), (3, 30), (9, 500)]
TITLES = {2: "Heat (1995)", 30: "None (1999)", 500: "Big, The (1988)", 600: "Unseen (2000)"}


def write(folder, layout, pairs=PAIRS):
    folder.mkdir()
    between, names = {"csv": (",", "ratings.csv movies.csv"), "dat": ("::", "ratings.dat movies.dat")}[layout]
    rows = [("userId", "movieId", "rating", "timestamp")] if layout == "csv" else []
    rows += [(viewer, film, 4.5, 100) for viewer, film in pairs]
    films = [("movieId", "title", "genres")] if layout == "csv" else []
    films += [(film, f'"{title}"' if layout == "csv" else title, "Drama") for film, title in TITLES.items()]
    for name, table in zip(names.split(), (rows, films), strict=True):
        (folder / name).write_text("".join(between.join(map(str, row)) + "\n" for row in table), "utf-8")
    return folder


@pytest.mark.parametrize("packing", ["folder", "zip"])
@pytest.mark.parametrize("layout", ["csv", "dat"])
def test_every_layout_is_read(layout, packing, tmp_path, monkeypatch):
    monkeypatch.setattr(scale_ratings, "PIECE", 2)  # rows at a time: the last piece holds one
    source = write(tmp_path / "release", layout)
    if packing == "zip":
        with zipfile.ZipFile(tmp_path / "release.zip", "w") as archive:
            for path in source.iterdir():
                archive.write(path, f"ml-test/{path.name}")
        source = tmp_path / "release.zip"
    said = []
    scale_ratings.prepare(source, tmp_path / "arrays", said.append)
    ratings = scale_ratings.Ratings(tmp_path / "arrays")
    assert said == ["read 2 ratings", "read 4 ratings", "read 5 ratings"]
    assert ratings.viewer_ids.tolist() == [3, 7, 9] and ratings.film_ids.tolist() == [2, 30, 500]
    assert [films.tolist() for films in ratings.lists([2, 0, 1])] == [[2], [0, 1], [0, 1]]
    assert ratings.watched_by().tolist() == [2, 2, 1]
    assert ratings.titles().name.tolist() == ["Heat", "None", "The Big"] and ratings.titles().year.tolist()[0] == 1995


def test_the_release_of_the_project_is_read_as_by_its_loader(alone):
    table, films = load_movielens()
    ratings = scale_ratings.Ratings(alone / "ratings")
    wanted = table.groupby("viewer").film.apply(sorted)
    for viewer, own in zip(ratings.viewer_ids, ratings.lists(range(len(ratings.viewer_ids))), strict=True):
        assert ratings.film_ids[own].tolist() == wanted[viewer]
    assert ratings.titles().name.tolist() == films.name[ratings.film_ids].tolist()


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([*PAIRS, (7, 30)], "viewer 7 rates film 30 a second time"),
        ([*PAIRS, (7, 31)], "film 31 is not in the file of the films"),
        ([*PAIRS, (7, "x")], "ratings.csv cannot be read.*Take the file as downloaded"),
        ([*PAIRS, (7, "")], "ratings.csv cannot be read.*Take the file as downloaded"),
        ([*PAIRS, (7, 2**40)], "ratings.csv cannot be read.*Take the file as downloaded"),
        ([*PAIRS, (7, -2)], "ratings.csv: viewer 7 and film -2"),
        ([], "ratings.csv holds no rows"),
    ],
)
def test_what_is_no_table_of_ratings_is_refused(pairs, message, tmp_path):
    with pytest.raises(DataError, match=message):
        scale_ratings.prepare(write(tmp_path / "release", "csv", pairs), tmp_path / "arrays", lambda text: None)
    assert not (tmp_path / "arrays" / "starts.npy").exists()
