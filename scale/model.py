"""The model of lesson 04 with its two tables of films cut by rows, on torch's DTensor: each process holds a part.

What a process knows of its films stays there. What crosses the wire is one row of numbers a viewer, there and back.
"""

import numpy as np
import torch
from torch import nn
from torch.distributed.tensor import DTensor, Partial, Shard, distribute_tensor, empty
from torch.nn.functional import dropout, embedding_bag, pad

BLOCK = 4096  # rows of a table that are drawn with one seed, so that it starts the same however it is cut


def seed_of(*numbers):
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


class FilmsByRows(nn.Module):
    """Lesson 04's ViewerAsAverage: tables `watched` and `offered`, films × columns, and a bias for each film.

    watched_by: for each film the number of its viewers (tensor); mesh: the processes. Each holds the rows from `first`
    to `last`. Raises: ValueError if a process would be left without a row.
    """

    def __init__(self, watched_by, mesh, columns=64, power=0.65, seed=0):
        super().__init__()
        films, a_process = len(watched_by), -(-len(watched_by) // mesh.size())
        if (mesh.size() - 1) * a_process >= films:
            raise ValueError(f"{films} films in {mesh.size()} processes: one would hold no row. Start fewer processes.")
        self.films, self.mesh, self.power = films, mesh, power
        rows = distribute_tensor(torch.arange(films), mesh, [Shard(0)], src_data_rank=None).to_local()
        self.first, self.last = int(rows[0]), int(rows[-1])
        share = torch.log(watched_by / watched_by.sum())
        self.bias = nn.Parameter(distribute_tensor(share, mesh, [Shard(0)], src_data_rank=None))
        self.watched, self.offered = (nn.Parameter(self._new_table(columns, seed, which)) for which in (0, 1))

    def _new_table(self, columns, seed, which):
        table = empty(self.films, columns, device_mesh=self.mesh, placements=[Shard(0)])
        for start in range(self.first // BLOCK * BLOCK, self.last + 1, BLOCK):
            drawn = torch.Generator().manual_seed(seed_of(seed, which, start))
            rows = 0.1 * torch.randn(BLOCK, columns, generator=drawn)
            begin, end = max(start, self.first), min(start + BLOCK, self.last + 1)
            table.to_local()[begin - self.first : end - self.first] = rows[begin - start : end - start]
        return table

    def holds(self, films):
        """Which of these films (rows) have their numbers in this process."""
        return (films >= self.first) & (films <= self.last)

    def viewers(self, films, viewer, weight, how_many):
        """Each viewer's sum of rows of the films they watched: how_many × columns, in every process the whole.

        films, viewer, weight: for each film of each viewer its row, the viewer's number, and what it counts.
        """
        here = self.holds(films)
        n = viewer[here].bincount(minlength=how_many)
        rows, own = self.watched.to_local(), films[here] - self.first
        part = embedding_bag(own, rows, n.cumsum(0) - n, mode="sum", per_sample_weights=weight[here])
        # Each process has added up its own films. Partial: the parts wait to be summed, over the wire; on the way back
        # so do the gradients, for each process knows what its own films on offer ask for, and no others.
        return DTensor.from_local(part, self.mesh, [Partial()]).full_tensor(grad_placements=[Partial()])

    def scores(self, viewers, films):
        """Viewers × films, of films (rows) that this process holds."""
        own = films - self.first
        return viewers @ self.offered.to_local()[own].T + self.bias.to_local()[own]


def joined(lists, power):
    """Lists of rows, end to end: the rows, whose they are, what each counts (1 / n to the power), and each list's n."""
    n = torch.tensor([len(films) for films in lists])
    viewer = torch.arange(len(lists)).repeat_interleave(n)
    return torch.from_numpy(np.concatenate(lists).astype(np.int64)), viewer, (1 / n.clamp(min=1) ** power)[viewer], n


def films_among(watched, films, most):
    """As in lesson 04: the films to choose from, where each watched one stands, and what to add to their scores.

    Up to `most` films all take part. Else those watched and, of most // 4 drawn ones, the others, each of which stands
    for as many as were left out: −log of how often it is drawn (log Q). All processes draw the same.
    """
    if films <= most:
        return torch.arange(films), watched, torch.zeros(films)
    own, place = watched.unique(return_inverse=True)
    drawn = torch.randperm(films)[: most // 4]
    drawn = drawn[~torch.isin(drawn, own)]
    stands_for = torch.zeros(len(own) + len(drawn))
    stands_for[len(own) :] = np.log(max(films - len(own), 1) / max(len(drawn), 1))
    return torch.cat([own, drawn]), place, stands_for


def watching_loss(model, lists, kept=0.9, dropped=0.6, most=20_000):
    """−log of the probability of each film that these viewers watched, added up; in every process the same number."""
    films, viewer, weight, n = joined(lists, model.power)
    weight = weight * (torch.rand(len(weight)) < kept) / kept
    viewers = dropout(model.viewers(films, viewer, weight, len(lists)), dropped)
    offered, place, stands_for = films_among(films, model.films, most)
    here, mine = model.holds(offered), model.holds(films)
    scores = model.scores(viewers, offered[here]) + stands_for[here]  # viewers × films of this process
    parts = scores.logsumexp(dim=1, keepdim=True)  # what this process adds to the softmax's sum, for each viewer
    total = DTensor.from_local(parts, model.mesh, [Shard(1)]).full_tensor().logsumexp(dim=1)
    hits = scores[viewer[mine], (here.cumsum(0) - 1)[place[mine]]].sum()
    return (n * total).sum() - DTensor.from_local(hits, model.mesh, [Partial()]).full_tensor()


@torch.no_grad()
def best_films(model, lists, k=10):
    """For each list of watched films (rows) the k others with the highest scores, the best first: lists × k."""
    films, viewer, weight, _ = joined(lists, model.power)
    scores = model.scores(model.viewers(films, viewer, weight, len(lists)), torch.arange(model.first, model.last + 1))
    mine = model.holds(films)
    scores[viewer[mine], films[mine] - model.first] = -torch.inf
    best = pad(scores, (0, max(k - scores.shape[1], 0)), value=-torch.inf).topk(k)  # the first k of each process …
    parts = best.values, best.indices + model.first
    best, row = (DTensor.from_local(part, model.mesh, [Shard(1)]).full_tensor() for part in parts)
    return row.gather(1, best.topk(k).indices)  # … and of these the first k of all
