"""What the lessons show, for later ones to import. Made by notebooks/collect.py: change the lesson, not this."""

from collections import Counter
from helpers.data import DataError
from helpers.data import check_text
from helpers.data import load_dictionary
from helpers.data import load_glove
from helpers.data import load_text
from helpers.names import position
from helpers.vectors import cosine_similarity
from helpers.vectors import nearest
from itertools import pairwise
from itertools import permutations
from scipy.linalg import orthogonal_procrustes
from scipy.sparse import csr_matrix
from scipy.spatial.distance import cdist
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.functional import normalize
from torch.nn.functional import softplus
import numpy as np
import pandas as pd
import re
import torch
import unicodedata


# --- Lesson 02: Let the model choose the columns


def rmse(prediction, truth):
    return float(np.sqrt(np.mean((np.asarray(prediction) - np.asarray(truth)) ** 2)))


def learn_biases(ratings, strength):
    """Biases of viewers and films, held back by so many imaginary residuals of 0; returns a function that predicts."""
    mean = ratings.rating.mean()
    viewer_bias = pd.Series(0.0, index=ratings.viewer.unique())
    for _ in range(10):
        residual = (ratings.rating - mean - ratings.viewer.map(viewer_bias)).groupby(ratings.film)
        film_bias = residual.sum() / (residual.size() + strength)  # as if so many more residuals were 0
        residual = (ratings.rating - mean - ratings.film.map(film_bias)).groupby(ratings.viewer)
        viewer_bias = residual.sum() / (residual.size() + strength)
    return lambda asked: mean + asked.viewer.map(viewer_bias).fillna(0) + asked.film.map(film_bias).fillna(0)


def tensors(ratings, viewer_ids, film_ids):
    """For each rating the row of its viewer, the row of its film, and the stars; both lists of ids are sorted."""
    viewer, film = np.searchsorted(viewer_ids, ratings.viewer), np.searchsorted(film_ids, ratings.film)
    return torch.tensor(viewer), torch.tensor(film), torch.tensor(ratings.rating.to_numpy())


class DotProduct(nn.Module):
    def __init__(self, viewer_ids, film_ids, mean, columns):
        super().__init__()
        self.ids = viewer_ids, film_ids  # whose row is which
        self.mean = mean
        self.viewer = nn.Embedding(len(viewer_ids), columns)
        self.film = nn.Embedding(len(film_ids), columns)
        nn.init.normal_(self.viewer.weight, std=0.05)
        nn.init.normal_(self.film.weight, std=0.05)

    def forward(self, viewer, film):
        return self.mean + (self.viewer(viewer) * self.film(film)).sum(dim=1)


def one_epoch(model, ratings, optimizer):
    viewer, film, stars = tensors(ratings, *model.ids)
    for batch in torch.randperm(len(stars)).split(1024):
        loss = ((model(viewer[batch], film[batch]) - stars[batch]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def predict_with(model, asked):
    viewer, film, _ = tensors(asked, *model.ids)
    with torch.no_grad():  # we only look, so no gradient is needed
        return pd.Series(model(viewer, film).numpy(), index=asked.index)


def error(model, ratings):
    return rmse(predict_with(model, ratings), ratings.rating)


def optimizer_for(model, decay, bias_decay, step, times):
    """AdamW, with one weight decay for vectors and one for biases; and its steps, which shrink over so many times."""
    named = dict(model.named_parameters())
    groups = [{"params": [named[name]], "weight_decay": bias_decay if "bias" in name else decay} for name in named]
    optimizer = torch.optim.AdamW(groups, lr=step, fused=True)
    return optimizer, torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.01, times)


def learn(model, ratings, decay=0.0, bias_decay=0.0, epochs=8, judged=()):
    """Train on the ratings. Returns the errors on each table in `judged`, a row an epoch."""
    optimizer, smaller_steps = optimizer_for(model, decay, bias_decay, step=0.02, times=epochs)
    history = []
    for _ in range(epochs):
        one_epoch(model, ratings, optimizer)
        smaller_steps.step()
        history.append([error(model, part) for part in judged])
    return np.array(history)


def new_model(kind, ids, ratings, columns=64, seed=0, **settings):
    """Make a model with a row for each of the ids (viewers, films) and train it. Returns the model and its history."""
    torch.manual_seed(seed)
    model = kind(*ids, ratings.rating.mean(), columns)
    return model, learn(model, ratings, **settings)


class RatingModel(DotProduct):
    def __init__(self, viewer_ids, film_ids, mean, columns):
        super().__init__(viewer_ids, film_ids, mean, columns)
        self.viewer_bias = nn.Embedding(len(viewer_ids), 1)
        self.film_bias = nn.Embedding(len(film_ids), 1)
        nn.init.zeros_(self.viewer_bias.weight)
        nn.init.zeros_(self.film_bias.weight)

    def forward(self, viewer, film):
        biases = self.viewer_bias(viewer) + self.film_bias(film)  # batch × 1
        return super().forward(viewer, film) + biases.squeeze(dim=1)


# --- Lesson 03: Read the map nobody drew


def unit(vectors):
    """The rows, each divided by its length; a row of zeros stays as it is."""
    vectors = np.asarray(vectors, dtype=float)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def nearest_rows(vectors, k):
    """For each row the k other rows that are nearest by cosine, the nearest first (n × k); ties keep the order."""
    cosines = unit(vectors) @ unit(vectors).T
    np.fill_diagonal(cosines, -2)  # a film is not its own neighbour
    return np.argsort(-cosines.round(9), axis=1, kind="stable")[:, :k]


def genres_in_common(flags):
    """Share of genres that two films have in common, film × film. flags: film × genre, 1 where a film has it."""
    flags = np.asarray(flags, dtype=bool)
    return 1 - cdist(flags, flags, "jaccard")


def probe(vectors, targets, parts=5):
    """What ridge regression on the vectors says about each film when fitted to the films in the other parts."""
    ridge = RidgeCV(alphas=np.logspace(0, 4, 9), alpha_per_target=True)  # chooses its strength among the fitted films
    in_parts = KFold(parts, shuffle=True, random_state=0)
    # StandardScaler first brings every column to mean 0 and spread 1
    return cross_val_predict(make_pipeline(StandardScaler(), ridge), vectors, targets, cv=in_parts)


def probe_scores(said, targets, genre_names, parts=5):
    """AUC of each genre, averaged over the parts, their mean, and R² of the year, which is the last of the targets."""
    in_parts = [part for _, part in KFold(parts, shuffle=True, random_state=0).split(targets)]
    auc = [roc_auc_score(targets[part, :-1], said[part, :-1], average=None) for part in in_parts]
    auc = pd.Series(np.mean(auc, axis=0), index=genre_names)
    return pd.concat([auc, pd.Series({"mean genre AUC": auc.mean(), "year R²": r2_score(targets[:, -1], said[:, -1])})])


class WatchingModel(nn.Module):
    def __init__(self, watched, columns):
        super().__init__()
        self.viewer, self.film = nn.Embedding(watched.shape[0], columns), nn.Embedding(watched.shape[1], columns)
        nn.init.normal_(self.viewer.weight, std=0.05)
        nn.init.normal_(self.film.weight, std=0.05)
        self.film_bias = nn.Parameter(torch.log(watched.sum(dim=0) / watched.sum()))  # start from popularity

    def forward(self, kept=1.0):
        mask = (torch.rand(self.viewer.weight.shape) < kept) / kept  # keep this share of numbers, drawn anew each time
        return (self.viewer.weight * mask) @ self.film.weight.T + self.film_bias  # scores, viewers × films


def learn_watching(watched, seed=0, columns=32, kept=0.5, decay=1.0, steps=60, each_step=None):
    """Learn who watched what (viewers × films, 1 or 0). each_step: a function to call with the model in every step."""
    torch.manual_seed(seed)
    model = WatchingModel(watched, columns)
    optimizer, smaller_steps = optimizer_for(model, decay=decay, bias_decay=0.0, step=0.08, times=steps)
    share = watched / watched.sum()
    for _ in range(steps):
        if each_step:
            each_step(model)
        loss = -(share * torch.log_softmax(model(kept), dim=1)).sum()  # small if the watched was thought probable
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smaller_steps.step()
    return model


# --- Lesson 04: Your own vector


def lists_of(ratings, viewers):  # for each viewer (a row number) the rows of the films that they have rated
    ordered = ratings.sort_values(["viewer_row", "film_row"])
    how_many = np.bincount(ordered.viewer_row, minlength=viewers).tolist()
    return torch.tensor(ordered.film_row.to_numpy()).split(how_many)


def ranking_quality(scores, seen, held_out, k=10):
    """nDCG@k and recall@k, averaged over the viewers with held-out films. All three tables: viewers × films."""
    scores = np.where(seen, -np.inf, scores)  # no film that they have seen
    first = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(held_out & np.isfinite(scores), first, axis=1)  # and none without a score
    possible = np.minimum(held_out.sum(axis=1), k)
    worth, asked = 1 / np.log2(np.arange(k) + 2), possible > 0
    ndcg = (hits @ worth[: hits.shape[1]])[asked] / worth.cumsum()[possible[asked] - 1]
    return ndcg.mean(), (hits.sum(axis=1)[asked] / possible[asked]).mean()


def mean_ranking(scores_of, watched, hidden, watched_by, viewers, k=10):
    """The same for these viewers, 500 at a time. scores_of: makes viewers × films; no film that nobody has watched."""
    asked, total = [viewer for viewer in viewers if len(hidden[viewer])], np.zeros(2)
    for part in np.array_split(asked, len(asked) // 500 + 1):
        seen, held_out = np.zeros((2, len(part), len(watched_by)), dtype=bool)
        for row, viewer in enumerate(part):
            seen[row, watched[viewer]] = held_out[row, hidden[viewer]] = True
        scores = np.where(watched_by > 0, scores_of(part), -np.inf)
        total += len(part) * np.array(ranking_quality(scores, seen, held_out, k))
    return total / len(asked)


def average_rows(table, lists, power=1.0, kept=1.0):
    """For each list of films: the sum of their rows, divided by n to that power. kept: the share drawn to count."""
    n = torch.tensor([len(films) for films in lists])
    weight = (1 / n.clamp(min=1) ** power).repeat_interleave(n)  # 1 / n for each of the n films of a list
    weight = weight * (torch.rand(len(weight)) < kept) / kept  # those that count make up for the others
    # Lists (5, 7) and (2): joined 5, 7, 2; they begin at places 0 and 2; weights 1/2, 1/2, 1
    return table(torch.cat(list(lists)), n.cumsum(0) - n, per_sample_weights=weight)


class ViewerAsAverage(nn.Module):
    def __init__(self, watched_by, columns=64, power=0.65):
        super().__init__()
        self.power = power
        self.watched = nn.EmbeddingBag(len(watched_by), columns, mode="sum")
        self.offered = nn.Embedding(len(watched_by), columns)
        self.bias = nn.Parameter(torch.log(watched_by / watched_by.sum()))
        for table in (self.watched, self.offered):
            nn.init.normal_(table.weight, std=0.1)

    def viewers(self, lists, kept=1.0):
        return average_rows(self.watched, lists, self.power, kept)

    def forward(self, viewers, films=slice(None)):
        return viewers @ self.offered.weight[films].T + self.bias[films]


def watching_loss(model, lists):
    viewers = nn.functional.dropout(model.viewers(lists, kept=0.9), 0.6)
    log_probability = torch.log_softmax(model(viewers), dim=1)  # viewers × films
    who = torch.arange(len(lists)).repeat_interleave(torch.tensor([len(films) for films in lists]))
    return -log_probability[who, torch.cat(list(lists))].sum()  # of each viewer the films that they watched


def one_pass(model, lists, loss_of, penalty, optimizer, smaller_steps, batch=224):
    for chosen in torch.randperm(len(lists)).split(batch):
        squares = model.watched.weight.norm() ** 2 + model.offered.weight.norm() ** 2  # of all their numbers
        loss = loss_of(model, [lists[viewer] for viewer in chosen])
        loss = loss + penalty / 2 * squares * len(chosen) / len(lists)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smaller_steps.step()


def learn_averages(lists, watched_by, seed=0, columns=64, power=0.65, penalty=3.0, rate=0.05, epochs=30, most=20_000):
    """lists: of each viewer the films. Returns a trained ViewerAsAverage; beyond `most` films with loss_of_sample."""
    torch.manual_seed(seed)
    model = ViewerAsAverage(torch.as_tensor(watched_by, dtype=torch.get_default_dtype()), columns, power)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    smaller_steps = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.05, epochs * -(-len(lists) // 224))  # rounded up
    loss_of = watching_loss if len(watched_by) <= most else loss_of_sample
    for _ in range(epochs):
        one_pass(model, lists, loss_of, penalty, optimizer, smaller_steps)
    return model


def newcomer_vector(rows, stars, usual, vectors, strength):
    """A viewer's bias and row, by ridge regression on what the films' usual ratings leave over (the residual)."""
    x = np.column_stack([np.ones(len(rows)), vectors[rows]])
    penalty = np.diag([3.0] + [strength] * vectors.shape[1])  # a bias is held back by three imaginary ratings
    # Squared errors plus penalty are least where (xᵀx + penalty) · solution = xᵀ · residuals (the gradient is 0)
    solution = np.linalg.solve(x.T @ x + penalty, x.T @ (stars - usual[rows]))
    return solution[0], solution[1:]


class RatingWithAverage(RatingModel):
    def __init__(self, viewer_ids, film_ids, mean, columns, lists, least=3):
        super().__init__(viewer_ids, film_ids, mean, columns)
        count = torch.cat(list(lists)).bincount(minlength=len(film_ids))
        self.row = torch.where(count >= least, torch.arange(len(count)), count.argmin())  # rare films share a row
        self.lists = [self.row[films] for films in lists]
        self.watched = nn.EmbeddingBag(len(film_ids), columns, mode="sum")
        nn.init.normal_(self.watched.weight, std=0.05)

    def forward(self, viewer, film):
        some, place = viewer.unique(return_inverse=True)  # each viewer's average is taken once
        average = average_rows(self.watched, [self.lists[one] for one in some])
        dot = ((self.viewer(some) + average)[place] * self.film(self.row[film])).sum(1)
        return self.mean + dot + (self.viewer_bias(viewer) + self.film_bias(film)).squeeze(1)


def learn_with_average(viewer_ids, film_ids, ratings, seed=0, columns=64, epochs=8, least=3):
    """Returns a RatingWithAverage, trained on these ratings."""
    torch.manual_seed(seed)
    viewer, film, stars = tensors(ratings, viewer_ids, film_ids)
    position = torch.argsort(viewer, stable=True).split(viewer.bincount(minlength=len(viewer_ids)).tolist())
    lists = [film[those] for those in position]
    model = RatingWithAverage(viewer_ids, film_ids, ratings.rating.mean(), columns, lists, least)
    optimizer, smaller = optimizer_for(model, 1.5, 0.1, 0.02, epochs)
    for _ in range(epochs):
        for some in torch.randperm(len(lists)).split(168):
            theirs = torch.cat([position[one] for one in some])
            for batch in theirs[torch.randperm(len(theirs))].split(1024):
                loss = (model(viewer[batch], film[batch]) - stars[batch]).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        smaller.step()
    return model


def loss_of_sample(model, lists, sample=5000):
    viewers = nn.functional.dropout(model.viewers(lists, kept=0.9), 0.6)
    own, place = torch.cat(list(lists)).unique(return_inverse=True)
    drawn = torch.randperm(len(model.bias))[:sample]
    drawn = drawn[~torch.isin(drawn, own)]
    scores = model(viewers, torch.cat([own, drawn]))
    stands_for = max(len(model.bias) - len(own), 1) / max(len(drawn), 1)
    scores[:, len(own) :] += np.log(stands_for)
    log_probability = torch.log_softmax(scores, dim=1)
    who = torch.arange(len(lists)).repeat_interleave(torch.tensor([len(films) for films in lists]))
    return -log_probability[who, place].sum()


# --- Lesson 05: From text to rows


def pairs_of_pieces(split, count):
    """How often each two pieces are neighbours. split: word → its pieces; count: word → how often it occurs."""
    pairs = Counter()
    for word, pieces in split.items():
        for pair in pairwise(pieces):
            pairs[pair] += count[word]
    return pairs


def join(pieces, pair):
    """The pieces of a word, with this pair of neighbours made one wherever it occurs."""
    joined = []
    for piece in pieces:
        if joined and (joined[-1], piece) == pair:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def learn_merges(count, number):
    """The pairs of pieces to make one, in the order in which they are found. count: how often each word occurs."""
    split = {word: list(word) for word in count}
    merges = []
    for _ in range(number):
        pairs = pairs_of_pieces(split, count)
        merges.append(min(pairs, key=lambda pair: (-pairs[pair], pair)))  # the most frequent, ties by the alphabet
        split = {word: join(pieces, merges[-1]) for word, pieces in split.items()}
    return merges


def pieces_of(word, merges):
    """The pieces into which a word falls by these merges."""
    pieces = list(word)
    for pair in merges:
        pieces = join(pieces, pair)
    return pieces


def texts_of(dictionary):
    """The texts of the dictionary, each definition with its word in front."""
    is_definition = dictionary.kind == "definition"
    return dictionary.text.where(~is_definition, dictionary.word + " " + dictionary.text)


def words_in(text):
    """The words of a text, without capitals: runs of letters and their marks, two signs or more."""
    text = unicodedata.normalize("NFC", text).replace("İ", "i").lower()
    text = re.sub(r"(?<=[\u0400-\u05ff])['’׳״\"](?=[\u0400-\u05ff])", "ʼ", text)  # a letter in Ukrainian and Hebrew
    for character in set(text):
        if unicodedata.category(character)[0] not in "LM" and character not in "·\u200c\u200d":
            text = text.replace(character, " ")  # neither a letter, nor a mark, nor what joins two letters
    return [word for word in text.split() if len(word) > 1]


def to_rows(read, size=15_000, at_least=1):
    """Give the most frequent words a row each. read: for each passage its words. Returns: the words (at most `size`,
    each met at least `at_least` times), how often each word was met, and for each known word its row and its passage.
    """
    count = Counter(word for text in read for word in text)
    words = [word for word, number in count.most_common(size) if number >= at_least]
    row_of = {word: row for row, word in enumerate(words)}
    tokens = np.array([row_of.get(word, -1) for text in read for word in text], dtype=int)  # -1: unknown
    passage = np.repeat(np.arange(len(read)), [len(text) for text in read])
    return words, count, tokens[tokens >= 0], passage[tokens >= 0]


def read_dictionary(dictionary, size=15_000):
    """All of this in one step. Returns what `to_rows` returns."""
    return to_rows([words_in(text) for text in texts_of(dictionary)], size)


def chunks_in(text):
    """A text in parts that no piece may cross: letters and digits, or other signs, each with the space before it."""
    return re.findall(r" ?\w+| ?[^\w\s]+|\s", text)  # | means or


class OurTokenizer:
    """Cuts texts by merges. Special tokens: padding, unknown, and the end of a text."""

    def __init__(self, letters, merges):
        made = ["".join(pair) for pair in merges]
        self.pieces = list(dict.fromkeys(["<pad>", "<unk>", "<end>", *sorted(letters), *made]))  # each once
        self.merges, self.id_of = merges, {piece: number for number, piece in enumerate(self.pieces)}

    def encode(self, text):
        return [self.id_of.get(piece, 1) for part in chunks_in(text) for piece in pieces_of(part, self.merges)]

    def decode(self, ids):
        return "".join(self.pieces[number] for number in ids)


# --- Lesson 06: Learn words by reading


def near_in(passages, reach=5):
    """How near the words of each line stand, lines × 24 × 24: 1 / distance; 0 for those that are no pair."""
    place = torch.arange(passages.shape[1])
    distance = (place - place[:, None]).abs()
    near = torch.where((distance > 0) & (distance <= reach), 1 / distance, 0)
    return near * (passages[:, :, None] == passages[:, None, :])


def lines_of(tokens, passage, size, rng):
    """After subsampling: lines of 24 words in random order, 10 at a time, and the passage of each word."""
    share = np.bincount(tokens, minlength=size) / len(tokens)
    kept = np.flatnonzero(rng.rand(len(tokens)) < np.sqrt(1e-3 / share[tokens]))
    lines = rng.permutation(kept[: len(kept) // 240 * 240].reshape(-1, 24)).reshape(-1, 10, 24)
    return zip(torch.tensor(tokens[lines]), torch.tensor(passage[lines]), strict=True)


class SkipGram:
    def __init__(self, size, columns=64):
        self.word, self.context = 0.1 * torch.randn(2, size, columns)  # a row for each word in both

    def table(self):
        return unit(self.word.numpy()) + unit(self.context.numpy())


def learn_lines(model, lines, others, near, rate):
    """One step for lines of words; others: the words that each line is asked about, its own 24 and then 24 drawn."""
    rows, contexts = model.word[lines], model.context[others]
    probability, truth = torch.sigmoid(rows @ contexts.mT), 1.0 * (torch.arange(48) < 24)  # yes to its own
    weight = torch.cat([near, 5 * near.mean(dim=2, keepdim=True).expand_as(near)], dim=2)  # lines × 24 × 48
    error = weight * (probability - truth)
    model.word.index_add_(0, lines.flatten(), (error @ contexts).flatten(0, 1), alpha=-rate)
    model.context.index_add_(0, others.flatten(), (error.mT @ rows).flatten(0, 1), alpha=-rate)
    right = torch.where(truth > 0, probability, 1 - probability).clamp(1e-6)  # the logarithm of 0 is no number
    return -(weight * right.log()).sum() / near.sum()  # the loss of a pair


def learn_epoch(model, text, likely, rate):
    """A step for each 10 lines. Returns the mean loss."""
    losses = []
    for lines, passages in text:
        drawn = likely.multinomial(lines.numel(), replacement=True).view(lines.shape)
        losses.append(learn_lines(model, lines, torch.cat([lines, drawn], dim=1), near_in(passages), rate))
    return np.mean(losses)


def learn_by_reading(tokens, passage, size, columns=64, epochs=5, seed=0):
    """Skip-gram. Returns the model, and its table before learning and after each epoch."""
    torch.manual_seed(seed)
    rng, model = np.random.RandomState(seed), SkipGram(size, columns)
    likely = torch.bincount(torch.tensor(tokens), minlength=size) ** 0.75  # to be drawn as a negative
    tables = [model.table()]
    for rate in 0.05 * (1 - np.arange(epochs) / epochs):
        print(f"mean loss {learn_epoch(model, lines_of(tokens, passage, size, rng), likely, rate):.2f}")
        tables.append(model.table())
    return model, tables


def pairs_near(tokens, passage, reach=5):  # for each distance: the rows of the words on the left, and on the right
    for distance in range(1, reach + 1):
        same = passage[distance:] == passage[:-distance]
        yield distance, tokens[:-distance][same], tokens[distance:][same]


def count_pairs(tokens, passage, size):
    """How often each word (row) stood near each context (column), near ones counting more."""
    pairs = csr_matrix((size, size))
    for distance, left, right in pairs_near(tokens, passage):
        pairs += csr_matrix((np.full(len(left), 1 / distance), (left, right)), shape=(size, size))  # equal ones add up
    return pairs + pairs.T


def part_of_all(sums, power=1):
    weights = np.asarray(sums).ravel() ** power
    return weights / weights.sum()


def positive_pmi(pairs, power=0.75):
    """How much more often than by chance, as a logarithm; 0 where it is less."""
    seen = pairs.tocoo()
    by_chance = part_of_all(pairs.sum(axis=1))[seen.row] * part_of_all(pairs.sum(axis=0), power)[seen.col]
    ratio = seen.data / seen.sum() / by_chance
    return csr_matrix((np.log(np.maximum(ratio, 1)), (seen.row, seen.col)), shape=pairs.shape)


def learn_by_counting(tokens, passage, size, columns=64):
    """Count, PPMI, truncated SVD, each column divided by the root of its singular value. Returns size × columns."""
    svd = TruncatedSVD(columns, n_iter=4, random_state=0)
    table = svd.fit_transform(positive_pmi(count_pairs(tokens, passage, size)))
    return table / np.sqrt(np.maximum(svd.singular_values_, 1e-9))


def learn_from(path, columns=64):
    """Words and table from a text of your own (a file or a folder), by counting; None if it cannot be used."""
    try:
        known, seen, ids, where = to_rows([words_in(paragraph) for paragraph in load_text(path)], at_least=5)
        check_text(known, seen, len(known) > columns and any(len(left) for _, left, _ in pairs_near(ids, where)))
    except DataError as problem:
        return print(problem)
    table = learn_by_counting(ids, where, len(known), columns)
    company = np.flatnonzero(np.linalg.norm(table, axis=1) > 1e-9)  # some stand near no other word that has a row
    return [known[row] for row in company], table[company]


# --- Lesson 07: King − man + woman


def place_of(word, given, vectors, words, exclude=True):
    """The place of a word among the answers to *a is to b as c is to ?* given: a, b and c, left out if `exclude`."""
    a, b, c = unit(vectors)[[position(name, words) for name in given]]
    found = [name for name, _ in nearest(b - a + c, vectors, words, len(words)) if not (exclude and name in given)]
    return found.index(word) + 1


def question_rows(questions, words):
    """Row numbers of the four words of each question (n × 4), and which questions can be asked: those that have all."""
    row = {word: number for number, word in enumerate(words)}
    rows = questions[["a", "b", "c", "d"]].map(lambda word: row.get(word.lower(), -1)).to_numpy()
    return rows, (rows >= 0).all(axis=1)


def answers(vectors, questions, weights=(-1, 1, 1), exclude=True, similarity=lambda cosines: cosines):
    """The row of the best word for each question. questions: n × 3 or more, the rows of a, b and c first.

    weights: what the similarities to a, b and c count; exclude: the given words are no answers; similarity: of cosines.
    """
    used, place = np.unique(questions[:, :3], return_inverse=True)
    table = similarity(unit(vectors[used]) @ unit(vectors).T)  # the words of the questions × all words
    found = []
    for given in place.reshape(-1, 3):  # a question's a, b and c, as rows of the table
        scores = weights @ table[given]  # a number for each word
        if exclude:
            scores[used[given]] = -np.inf
        found.append(scores.argmax())
    return np.array(found)


def by_section(right, sections, analogies):
    """The share right in each section, after how many questions were asked, of how many. right: name → n truths."""
    table = pd.DataFrame(right).groupby(sections, sort=False).mean()
    table.insert(0, "asked", pd.Series(sections).value_counts())
    table.insert(1, "of", analogies.section.value_counts())
    return table


# --- Lesson 08: Pictures and words in one space


def own_places(asked, answers):
    """For each row the number of answers with a higher cosine than its own, which has the same row number."""
    cosines = (unit(asked) @ unit(answers).T).round(9)
    return (cosines > cosines.diagonal()[:, None]).sum(axis=1)


def between_hands(rows):
    """Where the same thing stands for each two different hands. rows: things × hands × columns."""
    pairs = permutations(range(rows.shape[1]), 2)
    return np.concatenate([own_places(rows[:, a], rows[:, b]) for a, b in pairs])


def name_row(words, word_row, columns=100):
    """The mean of the rows of those words that have one, at length 1; zeros if none has. word_row: word → row."""
    rows = [word_row[word] for word in words if word in word_row]
    return unit(np.mean(rows, axis=0)) if rows else np.zeros(columns)


class TwoMaps(nn.Module):
    def __init__(self, picture_columns, name_columns, columns=64):
        super().__init__()
        self.picture = nn.Linear(picture_columns, columns)
        self.name = nn.Linear(name_columns, columns)

    def forward(self, pictures, names):
        return normalize(self.picture(pictures), dim=-1), normalize(self.name(names), dim=-1)


def contrastive_loss(pictures, names, temperature=0.2):
    """How badly pictures and names (both n × columns, at length 1) find each other, row by row."""
    scores, own = pictures @ names.T / temperature, torch.arange(len(names))
    return (cross_entropy(scores, own) + cross_entropy(scores.T, own)) / 2


def learn_two_maps(pictures, names, known, temperature=0.2, decay=0.5, epochs=80, seed=0):
    """Learn from the known things. pictures: things × hands × columns; names: things × columns. Returns the maps."""
    torch.manual_seed(seed)
    pictures, names, known = torch.tensor(pictures), torch.tensor(names), torch.tensor(known)
    maps = TwoMaps(pictures.shape[-1], names.shape[-1])
    optimizer = torch.optim.AdamW(maps.parameters(), lr=3e-3, weight_decay=decay)
    smaller_steps = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.01, epochs)
    for _ in range(epochs):
        for some in known[torch.randperm(len(known))].split(128):
            hand = torch.randint(pictures.shape[1], some.shape)
            loss = contrastive_loss(*maps(pictures[some, hand], names[some]), temperature)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        smaller_steps.step()
    return maps.requires_grad_(False)


def named_by_neighbours(asked, pictures, names, known, k=40):
    """Name rows for pictures (things × hands × columns): the mean of the names of the k nearest known drawings."""
    cosines = (unit(asked) @ unit(pictures[known]).reshape(-1, pictures.shape[-1]).T).round(9)
    nearest_ones = np.argsort(-cosines, axis=-1, kind="stable")[..., :k]
    return unit(names[known][nearest_ones // pictures.shape[1]].mean(axis=-2))


def name_finds_picture(name_rows, picture_rows):
    """Where each name finds its own picture (0: first), for each hand: hands × things."""
    return np.array([own_places(name_rows, picture_rows[:, hand]) for hand in range(picture_rows.shape[1])])


# --- Lesson 09: One vector per word


def less_common_part(vectors, text):
    """The rows without the average row of a text, in which frequent words come often. text: the row of each word."""
    share = np.bincount(text, minlength=len(vectors)) / len(text)
    return vectors - share @ vectors


def two_senses():
    """Words with two meanings; for each meaning, words that have it."""
    return {
        "minute": ["hour day week month clock", "tiny small microscopic little slender"],
        "plant": ["tree flower leaf seed root", "factory mill machinery works engine"],
        "space": ["room distance width gap interval", "sky planet earth moon orbit"],
        "tank": ["army gun armor vehicle troops", "water vessel reservoir barrel"],
        "motion": ["court assembly vote debate bill", "movement velocity rotation force speed"],
        "bass": ["fish trout perch salmon cod", "voice music tenor"],
        "palm": ["tree leaf date tropical", "hand finger wrist thumb arm"],
        "axes": ["line angle plane vertical curve", "hammer tool knife sword wood"],
        "duty": ["tax customs import goods tariff", "obligation moral conduct obedience right"],
        "drug": ["medicine remedy disease cure dose", "opium narcotic alcohol"],
        "sake": ["benefit interest purpose good reason", "wine beer rice drink liquor"],
        "crane": ["bird heron stork bill feathers", "machine lifting hoist weights"],
    }


def sense_row(sense, vectors, names):
    """The average of the rows of some words, all at length 1. sense: the words, with spaces between."""
    return unit(unit(vectors[[position(word, names) for word in sense.split()]]).mean(axis=0))


def unrelated_pairs(table, seed=0, number=100, leave_out=()):
    """Pairs of words (n × 2 rows) with a cosine near 0, neither very frequent nor rare. leave_out: rows not to use."""
    drawn = np.random.RandomState(seed).permutation(np.arange(300, 6000)).reshape(-1, 2)
    cosine = (unit(table)[drawn[:, 0]] * unit(table)[drawn[:, 1]]).sum(axis=1)
    return drawn[(np.abs(cosine) < 0.1) & ~np.isin(drawn, leave_out).any(axis=1)][:number]


def mean_cosine(some, others):
    """The cosine of two rows, averaged over all pairs. Both: n × columns."""
    return (unit(some) * unit(others)).sum(axis=1).mean()


def learn_renamed(pairs, tokens, passage, before):
    """The rows that pairs (n × 2 rows) share when the text is counted again with each pair as one word.

    Turned to fit the table `before`. Returns: n × columns, and the mean cosine of all other rows to theirs before.
    """
    number = np.arange(len(before))
    number[pairs[:, 1]] = pairs[:, 0]
    table = learn_by_counting(number[tokens], passage, *before.shape)
    others = np.setdiff1d(np.arange(len(before)), pairs)
    rotation, _ = orthogonal_procrustes(table[others], before[others])
    return table[pairs[:, 0]] @ rotation, mean_cosine(table[others] @ rotation, before[others])


def best_mixture(rows, pairs, table):
    """x and y of the mixture of two rows of the table that comes nearest to each of these rows. Returns n × 2."""
    return np.array([np.linalg.lstsq(table[pair].T, row, rcond=None)[0] for row, pair in zip(rows, pairs, strict=True)])


def mixed(parts, pairs, table):
    """The mixtures themselves: x times the one row plus y times the other. Returns n × columns."""
    return (parts[:, :, None] * table[pairs]).sum(axis=1)


def part_shows(row, part, pair, table):
    """Whether one of the ten words nearest to a shared row is nearer to `part` than to the pair's frequent word.

    part: a row number; pair: those of the frequent and of the rarer word. Both words are left out of the ten.
    """
    order = np.argsort(-cosine_similarity(table, row).round(9), kind="stable")[:12]
    ten = table[order[~np.isin(order, pair)][:10]]
    return (cosine_similarity(ten, table[part]) > cosine_similarity(ten, table[pair[0]])).any()


# --- Lesson 10: Attention


def glove_and_text():
    """GloVe's row numbers and rows (length √30), the dictionary's words, its text as row numbers, and its passages."""
    names, raw = load_glove()
    row_of = {name: row for row, name in enumerate(names)}
    words, _, tokens, passage = read_dictionary(load_dictionary()[::2])  # every other text, to be quick
    text = np.array([row_of.get(word, -1) for word in words])[tokens]
    text, passage = text[text >= 0], passage[text >= 0]  # what GloVe does not have is left out
    return row_of, torch.tensor(30**0.5 * unit(less_common_part(raw, text))), words, text, passage


def attend(rows):
    """Attention with nothing learned. rows: words × d. Returns the weights, words × words, and the new rows."""
    scores = rows @ rows.T / rows.shape[1] ** 0.5
    scores.fill_diagonal_(-torch.inf)  # no word looks at itself: e^−∞ is 0
    weights = scores.softmax(dim=1)
    return weights, weights @ rows


def same_sense(vectors, senses, allowed=True):
    """For each vector whether the nearest other one that is allowed has its sense (a share if several are as near)."""
    cosines = unit(vectors) @ unit(vectors).T
    cosines[np.eye(len(vectors), dtype=bool) | ~np.array(allowed)] = -2
    near = cosines > cosines.max(axis=1, keepdims=True) - 1e-9
    return (near & (senses[:, None] == senses)).sum(axis=1) / near.sum(axis=1)


class Attention(nn.Module):  # softmax(QKᵀ/√d)V; the matrices change nothing at first, and those named may learn
    def __init__(self, d=100, learned="QKV"):
        super().__init__()
        self.Wq, self.Wk, self.Wv = (nn.Parameter(torch.eye(d), requires_grad=part in learned) for part in "QKV")

    def forward(self, asking, rows, may_look):
        scores = asking @ self.Wq @ self.Wk.T @ rows.mT / rows.shape[-1] ** 0.5  # (asking Wq)(rows Wk)ᵀ/√d
        weights = scores.masked_fill(~may_look, -torch.inf).softmax(dim=-1)
        return weights @ rows @ self.Wv  # weights @ V


def examples_of(group, text, passage, chosen, number, rng):
    """Words of a group in disguise: what stands around them, who may be looked at, and the true and the other word."""
    places = rng.permutation(np.flatnonzero((np.isin(text, group) & chosen[passage])[6:-6]) + 6)[:number]
    pair = np.column_stack([text[places], text[rng.permutation(places)]])
    near = places[:, None] + np.arange(-6, 7)  # n × 13
    around, same_passage = text[near], passage[near] == passage[places][:, None]
    may_look = same_passage & (around != pair[:, :1]) & (around != pair[:, 1:])
    usable = (pair[:, 0] != pair[:, 1]) & may_look.any(axis=1)
    return [torch.tensor(part[usable]) for part in (around, may_look, pair)]


def split_examples(row_of, words, text, passage, seed=0):
    """Examples for the test, with a thousand words; to learn from; and of another thousand words, for settings."""
    rng = np.random.RandomState(seed)
    group = rng.permutation([row_of[word] for word in words[300:8000] if word in row_of and word != "minute"])
    for_test = rng.rand(passage.max() + 1) < 0.2  # a fifth of the passages
    test = examples_of(group[:1000], text, passage, for_test, 10_000, rng)
    train = examples_of(group[2000:], text, passage, ~for_test, 100_000, rng)
    return test, train, examples_of(group[1000:2000], text, passage, for_test, 10_000, rng)


def lead_of_true(model, examples, table):
    """By how much the true word has the higher cosine, for each example."""
    around, may_look, pair = examples
    two = table[pair]  # n × 2 × d
    new = model(two.mean(dim=1, keepdim=True), table[around], may_look[:, None])
    cosines = (normalize(two, dim=-1) * normalize(new, dim=-1)).sum(dim=-1)
    return cosines[:, 0] - cosines[:, 1]


def learn_attention(model, examples, table):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    batches = torch.randperm(len(examples[0])).split(256)
    smaller_steps = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.01, len(batches))
    for batch in batches:
        optimizer.zero_grad()
        softplus(-8 * lead_of_true(model, [part[batch] for part in examples], table)).mean().backward()
        optimizer.step()
        smaller_steps.step()
    return model


# --- Lesson 11: When the table gets big


def cells_of(rows, how_many=200, steps=10, seed=0):
    """K-means by cosine. Returns the centres, and for each cell the list of its rows."""
    centres = rows[np.random.RandomState(seed).permutation(len(rows))[:how_many]]  # some rows, to begin with
    for _ in range(steps):
        cell = (rows @ centres.T).argmax(axis=1)
        centres = unit(np.stack([rows[cell == one].mean(axis=0) for one in range(how_many)]))
    cell = (rows @ centres.T).argmax(axis=1)
    return centres, [np.flatnonzero(cell == one) for one in range(how_many)]


def look_into_cells(question, rows, centres, lists, opened, k=10):
    """The k nearest rows in the cells that are opened, and how many rows were looked at, centres included."""
    nearest_cells = np.argsort(-(centres @ question), kind="stable")[:opened]
    inside = np.concatenate([lists[cell] for cell in nearest_cells])
    best = np.argsort(-(rows[inside] @ question).round(9), kind="stable")[:k]  # rounded: ties stay ties
    return inside[best], len(centres) + len(inside)


def in_few_bits(vectors, bits, reach):
    """What is read back when each number is kept in some bits. reach: of the steps, in standard deviations."""
    width = 2 * reach * vectors.std() / 2**bits
    step = np.floor(vectors / width).clip(-(2**bits) // 2, 2**bits // 2 - 1)
    return (step + 0.5) * width


class SharedRows(RatingModel):
    """row_of: for each film the row of the table that it uses."""

    def __init__(self, row_of, *settings):
        super().__init__(*settings)
        self.row_of = torch.as_tensor(row_of)

    def forward(self, viewer, film):
        dot = (self.viewer(viewer) * self.film(self.row_of[film])).sum(dim=1)
        return self.mean + dot + (self.viewer_bias(viewer) + self.film_bias(film)).squeeze(dim=1)


def sampled_loss(model, lists, sample=slice(None), log_q=0.0):
    """The loss of lesson 04, its sum over all films estimated from a sample of them (as it stands here: all films)."""
    viewers = nn.functional.dropout(model.viewers(lists, kept=0.9), 0.6)
    n, watched = torch.tensor([len(films) for films in lists]), torch.cat(lists)
    own = (viewers.repeat_interleave(n, dim=0) * model.offered(watched)).sum(dim=1) + model.bias[watched]
    scores = model(viewers, sample) - log_q  # each drawn film stands for many
    return (n * scores.logsumexp(dim=1)).sum() - own.sum()  # logsumexp: the log of the sum of e^score


def draw_by_popularity(watched_by, number, corrected=True):
    """Some films, drawn by their popularity (with one viewer added to each), and their log q, or 0 if not corrected."""
    q = torch.as_tensor((watched_by + 1) / (watched_by + 1).sum())
    sample = q.multinomial(number, replacement=True)
    return sample, torch.log(number * q[sample]) * corrected


def learn_sampled(lists, watched_by, number=None, corrected=True, draw=draw_by_popularity, epochs=10, seed=0):
    """A ViewerAsAverage, trained with so many films drawn in each step, or (None) with all."""
    torch.manual_seed(seed)
    model = ViewerAsAverage(torch.as_tensor(watched_by, dtype=torch.get_default_dtype()), columns=32)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, fused=True)
    smaller_steps = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.05, epochs * -(-len(lists) // 64))

    def loss_of(model, some):
        return sampled_loss(model, some, *(draw(watched_by, number, corrected) if number else ()))

    for _ in range(epochs):
        one_pass(model, lists, loss_of, 3.0, optimizer, smaller_steps, batch=64)
    return model


def loss_in_parts(model, lists, processes):
    """The mean loss of a watched film, from so many parts of the tables. What `sum` adds up crosses the wire."""
    seen = torch.stack([torch.bincount(films, minlength=len(model.bias)) for films in lists]).to(model.bias.dtype)
    parts = torch.arange(len(model.bias)).chunk(processes)  # whose rows are whose
    viewers = sum(seen[:, part] @ model.watched.weight[part] for part in parts) / seen.sum(1, True) ** model.power
    scores = [model(viewers, part) for part in parts]
    all_films = sum(score.exp().sum(dim=1) for score in scores)
    own = sum(score[seen[:, part] > 0].sum() for score, part in zip(scores, parts, strict=True))
    return (seen.sum(dim=1) @ all_films.log() - own) / seen.sum()
