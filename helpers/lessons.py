"""What the lessons show, for later ones to import. Made by notebooks/collect.py: change the lesson, not this."""

from collections import Counter
from helpers.data import DataError
from helpers.data import load_text
from helpers.names import position
from helpers.vectors import nearest
from itertools import pairwise
from itertools import permutations
from scipy.linalg import orthogonal_procrustes
from scipy.sparse import csr_matrix
from scipy.spatial.distance import cdist
from scipy.stats import bootstrap
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


def learn_biases(ratings, doubt):
    """Biases of viewers and films, each held back by `doubt` imaginary ratings; returns a function that predicts."""
    mean = ratings.rating.mean()
    viewer_bias = pd.Series(0.0, index=ratings.viewer.unique())
    for _ in range(10):
        left_over = (ratings.rating - mean - ratings.viewer.map(viewer_bias)).groupby(ratings.film)
        film_bias = left_over.sum() / (left_over.size() + doubt)
        left_over = (ratings.rating - mean - ratings.film.map(film_bias)).groupby(ratings.viewer)
        viewer_bias = left_over.sum() / (left_over.size() + doubt)
    return lambda asked: mean + asked.viewer.map(viewer_bias).fillna(0) + asked.film.map(film_bias).fillna(0)


def tensors(ratings, viewer_ids, film_ids):
    """For each rating the row of its viewer, the row of its film, and the stars; both lists of ids are sorted."""
    viewer = torch.tensor(np.searchsorted(viewer_ids, ratings.viewer))
    film = torch.tensor(np.searchsorted(film_ids, ratings.film))
    return viewer, film, torch.tensor(ratings.rating.to_numpy())


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
    for batch in torch.randperm(len(stars)).split(1024):  # all ratings in a new order, 1,024 at a time
        loss = ((model(viewer[batch], film[batch]) - stars[batch]) ** 2).mean()
        optimizer.zero_grad()  # forget the slopes of the batch before
        loss.backward()
        optimizer.step()


def error(model, ratings):
    viewer, film, stars = tensors(ratings, *model.ids)
    with torch.no_grad():  # we only look, so no slopes are needed
        return rmse(model(viewer, film).numpy(), stars.numpy())


def optimizer_for(model, decay, bias_decay, step, times):
    """AdamW, with one weight decay for vectors and one for biases; and its steps, which shrink over so many times."""
    biases = [numbers for name, numbers in model.named_parameters() if "bias" in name]
    vectors = [numbers for name, numbers in model.named_parameters() if "bias" not in name]
    groups = [{"params": vectors, "weight_decay": decay}, {"params": biases, "weight_decay": bias_decay}]
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


def gain(worse, better, asked):
    """By how many % the second prediction's error is lower, and the range in 95 of 100 draws of viewers."""
    squared = pd.DataFrame({"worse": (worse - asked.rating) ** 2, "better": (better - asked.rating) ** 2})
    per_viewer = squared.groupby(asked.viewer).sum().to_numpy().T  # 2 predictions × viewers

    def percent(worse, better, axis=-1):
        return 100 * (1 - np.sqrt(better.sum(axis) / worse.sum(axis)))

    draws = bootstrap(per_viewer, percent, n_resamples=2000, paired=True, method="percentile", random_state=0)
    return percent(*per_viewer), *draws.confidence_interval


def predict_with(model, asked):
    viewer, film, _ = tensors(asked, *model.ids)
    return pd.Series(model(viewer, film).detach().numpy(), index=asked.index)


# --- Lesson 03: Read the map nobody drew


def probe(vectors, targets, parts=5):
    """What ridge regression on the vectors says about each film when fitted to the films in the other parts."""
    ridge = RidgeCV(alphas=np.logspace(0, 4, 9), alpha_per_target=True)  # chooses its strength among the fitted films
    in_parts = KFold(parts, shuffle=True, random_state=0)
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
        """Scores, viewers × films; of the viewers' numbers only a share is kept, drawn anew each time."""
        mask = (torch.rand(self.viewer.weight.shape) < kept) / kept
        return (self.viewer.weight * mask) @ self.film.weight.T + self.film_bias


def learn_watching(watched, seed=0, columns=32, kept=0.5, decay=1.0, steps=60):
    torch.manual_seed(seed)
    model = WatchingModel(watched, columns)
    optimizer, smaller_steps = optimizer_for(model, decay=decay, bias_decay=0.0, step=0.08, times=steps)
    for _ in range(steps):
        log_probability = torch.log_softmax(model(kept), dim=1)
        loss = -(watched * log_probability).sum() / watched.sum()  # small if what they watched was thought probable
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smaller_steps.step()
    return model


def ranking_quality(scores, seen, held_out, k=10):
    """nDCG@k and recall@k, averaged over the viewers with held-out films. All three tables: viewers × films."""
    scores = np.where(seen | ~seen.any(axis=0), -np.inf, scores)  # no film that they have seen, none that nobody has
    first = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(held_out & np.isfinite(scores), first, axis=1)  # and none without a score
    possible = np.minimum(held_out.sum(axis=1), k)
    worth = 1 / np.log2(np.arange(k) + 2)
    asked = possible > 0
    ndcg = (hits @ worth[: hits.shape[1]])[asked] / worth.cumsum()[possible[asked] - 1]
    return ndcg.mean(), (hits.sum(axis=1)[asked] / possible[asked]).mean()


def newcomer_vector(rows, stars, usual, vectors, strength):
    """A viewer's bias and vector, by ridge regression on what the films' usual ratings leave over."""
    x = np.column_stack([np.ones(len(rows)), vectors[rows]])
    penalty = np.diag([3.0] + [strength] * vectors.shape[1])  # three imaginary ratings for the bias, as in notebook 02
    solution = np.linalg.solve(x.T @ x + penalty, x.T @ (stars - usual[rows]))
    return solution[0], solution[1:]


# --- Lesson 06: A word is a row in a table


def texts_of(dictionary):
    """The texts of the dictionary, each definition with its word in front."""
    is_definition = dictionary.kind == "definition"
    return dictionary.text.where(~is_definition, dictionary.word + " " + dictionary.text)


def words_in(text):
    """The words of a text, without capitals: two or more letters, each with the marks that belong to it."""
    text = unicodedata.normalize("NFC", text).replace("İ", "i").lower()
    text = re.sub(r"(?<=[\u0400-\u05ff])['’](?=[\u0400-\u05ff])", "ʼ", text)  # a letter in Ukrainian and Hebrew
    for character in set(text):
        if unicodedata.category(character)[0] not in "LM" and character not in "·\u200c\u200d":
            text = text.replace(character, " ")  # neither a letter, nor a mark, nor what joins two letters
    return [word for word in text.split() if len(word) > 1]


def to_rows(read, size=15_000, at_least=1):
    """Give each of the most frequent words a row, and turn a text into row numbers. read: for each passage its words.

    Returns: the words that have a row (at most `size`, each met `at_least` so often), how often each word of the text
    was met, and for each word of the text that has a row its row (tokens) and the number of its passage.
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
        pairs = Counter()
        for word, pieces in split.items():
            for pair in pairwise(pieces):
                pairs[pair] += count[word]
        merges.append(min(pairs, key=lambda pair: (-pairs[pair], pair)))  # the most frequent, ties by the alphabet
        split = {word: join(pieces, merges[-1]) for word, pieces in split.items()}
    return merges


def pieces_of(word, merges):
    """The pieces into which a word falls by these merges."""
    pieces = list(word)
    for pair in merges:
        pieces = join(pieces, pair)
    return pieces


def pair_weights(passages, reach=5):
    """How much each pair of a line counts. passages: lines × 32, the passage of each word; returns lines × 32 × 32."""
    place = torch.arange(passages.shape[1])
    distance = (place[:, None] - place).abs()
    closeness = (distance <= reach) / distance.clamp(min=1)  # 1 for the next word, 1/5 for the fifth, 0 beyond
    closeness.fill_diagonal_(0)  # no word is its own neighbour
    return closeness * (passages[:, :, None] == passages[:, None, :])


def drawing(tokens, size):
    """How likely each word is kept when the text is read, and how likely it is drawn as a negative."""
    count = torch.bincount(tokens, minlength=size).double()
    kept = (0.001 * count.sum() / count.clamp(min=1)).sqrt().clamp(max=1)
    return kept, count**0.75


def lines_of(tokens, passage, kept, length=32):
    """Places in the text as steps × 16 × 32: the passages in a new order, frequent words thinned out."""
    order = torch.argsort(torch.randperm(int(passage.max()) + 1)[passage], stable=True)  # words stay in order
    order = order[torch.rand(len(order)) < kept[tokens[order]]]  # distances are measured after this thinning
    return order[: len(order) // (16 * length) * (16 * length)].view(-1, 16, length)


class SkipGram(nn.Module):
    def __init__(self, size, columns=64):
        super().__init__()
        self.word = nn.Embedding(size, columns, sparse=True)
        self.context = nn.Embedding(size, columns, sparse=True)
        nn.init.normal_(self.word.weight, std=0.01)
        nn.init.normal_(self.context.weight, std=0.01)

    def forward(self, lines, drawn):
        """Scores of each word with each context of its line (lines × 32 × 32), and with each word drawn."""
        word = self.word(lines)
        return word @ self.context(lines).mT, word @ self.context(drawn).T


def loss_of(model, lines, passages, drawn):
    together, apart = model(lines, drawn)
    weight = pair_weights(passages)
    seen = (weight * softplus(-together)).sum()
    not_seen = 5 * (weight.sum(dim=2) * softplus(apart).mean(dim=2)).sum()  # five negatives for each pair
    return (seen + not_seen) / weight.sum()


def both_tables(model):
    """The rows of the two tables, each at length 1, added: size × columns."""
    return unit(model.word.weight.detach()) + unit(model.context.weight.detach())


def read_once(model, tokens, passage, lines, likely, optimizer, smaller_steps):
    """Learn from each of these lines once (steps × 16 × 32 places in the text), and print the loss four times."""
    for quarter, places in enumerate(lines.tensor_split(4), start=1):
        total = 0
        for place in places:
            drawn = torch.multinomial(likely, 128, replacement=True)
            loss = loss_of(model, tokens[place], passage[place], drawn)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            smaller_steps.step()
            total += loss.item()
        print(f"{quarter} of 4: loss {total / len(places):.3f}")


def learn_by_reading(tokens, passage, size, columns=64, readings=2, seed=0):
    """Learn by skip-gram. Returns the model, and the sum of its two tables (size × columns) after each reading."""
    torch.manual_seed(seed)
    tokens, passage = torch.tensor(tokens), torch.tensor(passage)
    model = SkipGram(size, columns)
    kept, likely = drawing(tokens, size)
    lines = [lines_of(tokens, passage, kept) for _ in range(readings)]
    optimizer = torch.optim.SparseAdam(model.parameters(), lr=0.03)
    smaller_steps = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.01, sum(map(len, lines)))  # to almost nothing
    print(f"{sum(p.numel() for p in model.parameters()):,} numbers to learn, {len(lines[0]):,} steps to a reading")
    tables = []
    for places in lines:
        read_once(model, tokens, passage, places, likely, optimizer, smaller_steps)
        tables.append(both_tables(model))
    return model, tables


def place_of(word, given, vectors, words, exclude=True):
    """The place of a word among the answers to *a is to b as c is to ?* given: a, b and c; no answers, if `exclude`."""
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
    used = np.unique(questions[:, :3])
    place = np.searchsorted(used, questions[:, :3])
    table = similarity(unit(vectors[used]) @ unit(vectors).T)  # the words of the questions × all words
    found = []
    for part in np.array_split(np.arange(len(questions)), len(questions) // 16 + 1):  # a few at a time
        scores = sum(weight * table[place[part, column]] for column, weight in enumerate(weights) if weight)
        if exclude:
            np.put_along_axis(scores, questions[part, :3], -np.inf, axis=1)
        found.append(scores.argmax(axis=1))
    return np.concatenate(found)


def by_section(right, sections, analogies):
    """The share right in each section, after how many questions were asked, of how many. right: name → n truths."""
    table = pd.DataFrame(right).groupby(sections, sort=False).mean()
    table.insert(0, "asked", pd.Series(sections).value_counts())
    table.insert(1, "of", analogies.section.value_counts())
    return table


def count_pairs(tokens, passage, size, reach=5):
    """How often each word (row) stood near each context (column), near ones counting more."""
    pairs = csr_matrix((size, size))
    for distance in range(1, reach + 1):
        same = passage[distance:] == passage[:-distance]
        left, right = tokens[:-distance][same], tokens[distance:][same]
        weight = np.full(len(left), 1 / distance)
        pairs += csr_matrix((weight, (left, right)), shape=(size, size))
    return pairs + pairs.T


def positive_pmi(pairs, power=0.75):
    """Positive PMI: how much more often each pair occurs than by chance, as a logarithm; 0 where it is less."""
    word_share = np.asarray(pairs.sum(axis=1)).ravel() / pairs.sum()
    context_share = np.asarray(pairs.sum(axis=0)).ravel() ** power
    context_share /= context_share.sum()
    pairs = pairs.tocoo()
    ratio = pairs.data / pairs.sum() / (word_share[pairs.row] * context_share[pairs.col])
    return csr_matrix((np.log(np.maximum(ratio, 1)), (pairs.row, pairs.col)), shape=pairs.shape)


def squeeze(table, columns=64):
    """The closest table that has so few columns: truncated SVD, the square root of its weights left in the rows."""
    svd = TruncatedSVD(columns, n_iter=4, random_state=0)
    return svd.fit_transform(table) / np.sqrt(svd.singular_values_)


def learn_by_counting(tokens, passage, size, columns=64):
    """All three steps: the table of a text whose words are row numbers below `size`. Returns size × columns."""
    return squeeze(positive_pmi(count_pairs(tokens, passage, size)), columns)


def learn_from(path, columns=64):
    """Words and vectors from a text file of your own, by counting; None if the file cannot be used."""
    try:
        read = [words_in(paragraph) for paragraph in load_text(path)]
    except DataError as problem:
        return print(problem)
    words, count, tokens, passage = to_rows(read, at_least=5)
    print(f"{sum(count.values()):,} words read; {len(words):,} different ones occur at least five times.")
    if len(words) <= columns:
        return print("That is far too little to learn from. Take a whole book, or better several.")
    if sum(count.values()) < 300_000:
        print("That is too little: expect few sensible neighbours, and no analogies.")
    elif sum(count.values()) < 1_000_000:
        print("That is little: expect sensible neighbours of frequent words, and few analogies.")
    return words, learn_by_counting(tokens, passage, len(words), columns)


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


def mean_cosine(some, others):
    return (unit(some) * unit(others)).sum(axis=1).mean()


def learn_renamed(pairs, tokens, passage, before):
    """Learn a table again, by counting, with each pair as one word, and turn it until the other rows fit best.

    pairs: n × 2 rows; before: the table that was learned from this text, words × columns.
    Returns: the new rows of the pairs, n × columns, and how well all other rows fit the old ones, as a mean cosine.
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
    return (parts[:, :, None] * table[pairs]).sum(axis=1)


def attend(rows):
    """New rows for the words of a sentence, with nothing learned. rows: words × 100. Returns weights and new rows."""
    scores = 3 * rows @ rows.T  # 3: how much a good fit counts
    scores.fill_diagonal_(-torch.inf)  # no word looks at itself: −∞ gives it the weight 0
    weights = scores.softmax(dim=1)
    return weights, weights @ rows


class Attention(nn.Module):
    """One word's new row from the words around it. Q, K and V change nothing at first; those named may learn."""

    def __init__(self, learned="", sharpness=3):
        super().__init__()
        self.sharpness = sharpness
        self.Q, self.K, self.V = (nn.Parameter(torch.eye(100), requires_grad=part in learned) for part in "QKV")

    def forward(self, word, around, there):
        """word: n × 100; around: n × words × 100; there: n × words, False where there is none. Returns n × 100."""
        asked = word @ self.Q @ self.K.T  # (word @ Q) times (around @ K): the same, with less work
        scores = self.sharpness * (around @ asked[:, :, None]).squeeze(dim=2)  # n × words
        weights = scores.masked_fill(~there, -torch.inf).softmax(dim=1)
        return (weights[:, None] @ around).squeeze(dim=1) @ self.V  # V after the average: again less work


def examples_of(group, text, passage, chosen, number, rng, reach=6):
    """Places of the text where a word of the group stands, with the words around it. Here n ≤ number are usable.

    group: rows of words; text, passage: the row of each word of the text and the number of its passage; chosen: for
    each passage whether it may be used.
    Returns: windows (n × 13 rows), which of their places count (n × 13), and the two words: the true one, and another.
    """
    places = rng.permutation(np.flatnonzero(np.isin(text, group) & chosen[passage]))[:number]
    pair = np.column_stack([text[places], text[rng.permutation(places)]])
    window = places[:, None] + np.arange(-reach, reach + 1)
    there = (window >= 0) & (window < len(text)) & (window != places[:, None])  # the middle one is what is asked
    window = window.clip(0, len(text) - 1)
    there &= passage[window] == passage[places][:, None]
    there &= (text[window] != pair[:, :1]) & (text[window] != pair[:, 1:])  # elsewhere they would give it away
    usable = (pair[:, 0] != pair[:, 1]) & there.any(axis=1)
    return [torch.tensor(part[usable]) for part in (text[window], there, pair)]


def lead_of_true(model, examples, rows):
    """How much higher the true word scores than the other one, for each example. rows: of all words, at length 1."""
    around, there, pair = examples
    two = rows[pair]  # n × 2 × 100
    new = normalize(model(two.mean(dim=1), rows[around], there), dim=1)
    scores = (two @ new[:, :, None]).squeeze(dim=2)
    return scores[:, 0] - scores[:, 1]


def learn_attention(model, examples, rows):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    batches = torch.randperm(len(examples[0])).split(256)
    smaller_steps = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.01, len(batches))
    for batch in batches:
        loss = softplus(-8 * lead_of_true(model, [part[batch] for part in examples], rows)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smaller_steps.step()
    return model


def same_sense(vectors, table, left_out=None, centred=True):
    """For each sentence whether the nearest plain one has its sense (a share where several are equally near)."""
    is_plain, senses = (table.misleading == "no").to_numpy(), table.sense.to_numpy()
    if centred:
        vectors = vectors - vectors[is_plain].mean(axis=0)
    cosines = unit(vectors) @ unit(vectors).T
    np.fill_diagonal(cosines, -2)
    cosines[:, ~is_plain] = -2
    if left_out is not None:
        cosines[np.arange(len(left_out)), left_out] = -2
    nearest_ones = cosines > cosines.max(axis=1, keepdims=True) - 1e-9
    agree = (nearest_ones & (senses[:, None] == senses)).sum(axis=1) / nearest_ones.sum(axis=1)
    return agree[is_plain], agree[~is_plain]
