"""Train the model of lesson 04, its two tables of films cut by rows over the processes. See scale/README.md.

torchrun --standalone --nproc-per-node 4 scale/train.py --release ml-32m.zip --folder run --epochs 3
"""

import argparse
import csv
import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from model import FilmsByRows, best_films, seed_of, watching_loss
from ratings import Ratings, prepare
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.device_mesh import init_device_mesh
from wire import Wire

from helpers.data import DataError, find_films


class Run:
    """A training that can be stopped at any moment and goes on from its newest whole checkpoint, in its folder.

    What is random in a step comes from the seed and the step's number, so a step that is done again is the same step.
    """

    def __init__(self, model, ratings, asked):
        self.model, self.ratings, self.asked = model, ratings, asked
        self.people = len(ratings.viewer_ids)
        self.an_epoch = -(-self.people // asked.batch)  # steps
        self.steps = asked.epochs * self.an_epoch
        groups = [{"params": [model.watched, model.offered]}, {"params": [model.bias]}]
        self.optimizer = torch.optim.Adam(groups, lr=asked.rate, fused=True)
        self.smaller = torch.optim.lr_scheduler.LinearLR(self.optimizer, 1, 0.05, self.steps)
        self.losses = torch.full((self.steps,), torch.nan, dtype=torch.float64)  # each step's, for one film
        self.done, self.order, self.wire = 0, (None, None), Wire()

    def state(self):
        """What a checkpoint holds: every process its own rows and what Adam knows of them."""
        model, optimizer = get_state_dict(self.model, self.optimizer)
        return {"model": model, "optimizer": optimizer, "smaller": self.smaller.state_dict(), "losses": self.losses}

    def save(self):
        """Keep a checkpoint; only when it is whole in all processes, remove the older ones."""
        dcp.save(self.state(), checkpoint_id=self.asked.folder / f"step-{self.done:09d}")
        dist.barrier()
        if dist.get_rank() == 0:
            for older in self.asked.folder.glob("step-*"):
                if older.name != f"step-{self.done:09d}":
                    shutil.rmtree(older)

    def resume(self):
        """Go to the newest whole checkpoint, if there is one, be it from another number of processes."""
        whole = sorted(self.asked.folder.glob("step-*/.metadata"))  # which torch writes last
        if whole:
            state = self.state()
            dcp.load(state, checkpoint_id=whole[-1].parent)
            parts = {"model_state_dict": state["model"], "optim_state_dict": state["optimizer"]}
            set_state_dict(self.model, self.optimizer, **parts)
            self.smaller.load_state_dict(state["smaller"])
            self.done = int(whole[-1].parent.name.removeprefix("step-"))

    def step(self):
        """One batch of viewers: their loss, its gradients, and a step of Adam, in every process for its own rows."""
        epoch, batch = divmod(self.done, self.an_epoch)
        if self.order[0] != epoch:
            drawn = torch.Generator().manual_seed(seed_of(self.asked.seed, 2, epoch))
            self.order = epoch, torch.randperm(self.people, generator=drawn).split(self.asked.batch)
        lists = self.ratings.lists(self.order[1][batch].tolist())
        torch.manual_seed(seed_of(self.asked.seed, 3, self.done))
        loss = watching_loss(self.model, lists, most=self.asked.most)
        self.optimizer.zero_grad()
        loss.backward()
        # Adam's weight decay is what lesson 04 adds to the loss: the penalty's gradient, of each process's own rows.
        self.optimizer.param_groups[0]["weight_decay"] = self.asked.penalty * len(lists) / self.people
        self.optimizer.step()
        self.smaller.step()
        self.losses[self.done] = loss.item() / sum(map(len, lists))
        self.done += 1

    def train(self, say):
        """All steps that are left, with a checkpoint now and then and a line every ten seconds."""
        began, said, start, end = time.monotonic(), 0.0, self.done, min(self.steps, self.asked.stop or self.steps)
        while self.done < end:
            if self.done == start:
                with self.wire:  # counts what the first step sends
                    self.step()
            else:
                self.step()
            if self.done % self.asked.keep == 0 or self.done == end:
                self.save()
                say(f"step {self.done:,} of {self.steps:,}: kept in {self.asked.folder}")
            if (now := time.monotonic() - began) > said + 10:
                said, left = now, now / (self.done - start) * (end - self.done) / 60
                say(f"step {self.done:,} of {self.steps:,}: loss {self.losses[self.done - 1]:.3f}, {left:.0f} min left")


def report(run, liked, say):
    """losses.csv and recommended.csv, and ten films for the one who has watched those liked (rows)."""
    ratings, asked, k = run.ratings, run.asked, min(10, run.model.films)
    some = range(min(asked.viewers, run.people))
    batches = [ratings.lists(some[start : start + asked.batch]) for start in range(0, len(some), asked.batch)]
    best = [ratings.film_ids[ten] for lists in batches for ten in best_films(run.model, lists, k)]
    if liked is not None:
        ten = ratings.film_ids[best_films(run.model, [liked], k)[0]]
        say("\n".join(["", *ratings.titles().name[ten]]))
    if dist.get_rank() == 0:
        tables = {
            "losses.csv": [("step", "loss"), *enumerate(run.losses.tolist(), start=1)],
            "recommended.csv": [[viewer, *ten] for viewer, ten in zip(ratings.viewer_ids, best, strict=False)],
        }
        for name, rows in tables.items():
            with open(asked.folder / name, "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)


def arguments(given=None):
    """What was asked for on the command line."""

    def number(text):
        if int(text) < 1:
            raise ValueError
        return int(text)

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--release", help="folder or zip of a MovieLens release (default: the one that comes with the project)")
    add("--folder", type=Path, default=Path("scale-run"), help="for ratings, checkpoints and results")
    add("--epochs", type=number, default=30)
    add("--columns", type=number, default=64, help="numbers in a film's row")
    add("--batch", type=number, default=224, help="viewers in a step")
    add("--rate", type=float, default=0.05, help="learning rate at the start")
    add("--penalty", type=float, default=3.0, help="on the squares of both tables")
    add("--most", type=number, default=20_000, help="with more films than this the softmax is sampled")
    add("--seed", type=int, default=0)
    add("--float32", action="store_true", help="half the memory, fewer digits")
    add("--keep", type=number, default=200, help="steps between two checkpoints")
    add("--stop", type=number, help="stop after this many steps, to go on another time")
    add("--viewers", type=number, default=100, help="how many get ten films in recommended.csv")
    add("--like", nargs="+", metavar="TITLE", help="name ten films for somebody who has watched these")
    return parser.parse_args(given)


def settle(asked, say):
    """Refuse to go on with a run of other settings, then read the release, if that is still to do. For one process."""
    names = ["release", "epochs", "columns", "batch", "rate", "penalty", "most", "seed", "float32"]
    run = {name: getattr(asked, name) for name in names}
    run["release"] = run["release"] and str(Path(run["release"]).absolute())
    note = asked.folder / "settings.json"
    if note.exists():
        old = json.loads(note.read_text("utf-8"))
        other = [f"--{name} {old.get(name)} and not {value}" for name, value in run.items() if old.get(name) != value]
        if other:
            raise DataError(f"{asked.folder} holds a run with {', '.join(other)}. Take its settings or another folder.")
    prepare(asked.release, asked.folder / "ratings", say)
    note.write_text(json.dumps(run), "utf-8")


def join():
    """Meet the other processes that torchrun has started; without torchrun be alone."""
    store, rank, size = dist.HashStore(), 0, 1
    if "RANK" in os.environ:
        store, rank, size = next(dist.rendezvous("env://"))
        # After a restart torchrun's store still holds where the dead processes listened: meet in another corner of it.
        store = dist.PrefixStore(f"attempt {os.environ['TORCHELASTIC_RESTART_COUNT']}", store)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=size)


def main(given=None):
    """Train, and leave losses.csv, recommended.csv and the newest checkpoint in the folder."""
    asked, rank = arguments(given), int(os.environ.get("RANK", 0))
    torch.set_default_dtype(torch.float32 if asked.float32 else torch.float64)
    say = (lambda text: None) if rank else (lambda text: print(text, file=sys.stderr, flush=True))
    if rank == 0:
        settle(asked, say)
    join()  # waits until process 0 has read the release
    try:
        mesh = init_device_mesh("cpu", (dist.get_world_size(),))
        ratings = Ratings(asked.folder / "ratings")
        liked = ratings.rows(find_films(asked.like, ratings.titles())) if asked.like else None
        watched_by = torch.from_numpy(ratings.watched_by()).to(torch.get_default_dtype())
        model = FilmsByRows(watched_by, mesh, asked.columns, seed=asked.seed)
        mine = f"process {rank} of {mesh.size()}"
        print(f"{mine}: films {model.first:,} to {model.last:,}, pid {os.getpid()}", file=sys.stderr, flush=True)
        run = Run(model, ratings, asked)
        run.resume()
        say(f"{run.people:,} viewers, {model.films:,} films, {len(ratings.films):,} ratings; from step {run.done:,}")
        run.train(say)
        report(run, liked, say)
        tables = sum(table.to_local().nbytes for table in (model.watched, model.offered)) / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        sent = ", ".join(f"{many} {name}" for name, many in run.wire.calls.items())
        print(
            f"{mine}: tables {tables:.1f} MB, peak {peak:.0f} MB, a step {sent}, {run.wire.bytes:,} bytes",
            file=sys.stderr,
        )
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    try:
        main()
    except (DataError, ValueError) as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
    # All files are closed. A thread of gloo that lets go of a tensor while Python closes down would abort the process
    # (seen once), so leave without closing down.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
