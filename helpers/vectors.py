"""Similarity, nearest neighbours and projection: written by hand in notebook 01, used unchanged to the end.

NumPy arrays and torch tensors both go in; float64 NumPy comes out.
Bad input raises a ValueError that says what to mend.
"""

import numpy as np

from helpers.names import position


def as_array(vectors):
    """Numbers as a float64 NumPy array, from a list, an array, a DataFrame or a torch tensor of any kind.

    Raises: ValueError if there is text, a NaN or an infinity among them.
    """
    if hasattr(vectors, "detach"):
        vectors = vectors.detach().cpu().double()
    try:
        array = np.asarray(vectors, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(f"These are not rows of numbers of one length: {error}") from None
    if not np.isfinite(array).all():
        place = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
        raise ValueError(f"There is a NaN or an infinity at position {place}. Fill it in or leave that row out.")
    return array


def cosine_similarity(vectors, query):
    """The cosine of the angle between each row and a query: 1 same direction, 0 at right angles, −1 opposite.

    vectors: n × d (or a single d); query: d, or m × d for several at once.
    Returns: n similarities (or one), or an n × m table.
    Raises: ValueError for different dimensions or a zero vector, whose direction is undefined.
    """
    vectors, query = as_array(vectors), as_array(query)
    if vectors.shape[-1] != query.shape[-1]:
        raise ValueError(f"Vectors of {vectors.shape[-1]} numbers cannot be compared with one of {query.shape[-1]}.")
    lengths, query_length = np.linalg.norm(vectors, axis=-1), np.linalg.norm(query, axis=-1)
    if not query_length.all() or not lengths.all():
        whose = "the query" if not query_length.all() else f"row {int(np.argmin(lengths))}"
        raise ValueError(f"All numbers of {whose} are 0, so it has no direction. Leave it out or use the distance.")
    return vectors @ query.T / np.multiply.outer(lengths, query_length)


def nearest(query, vectors, names, k=5):
    """The k rows most similar to a query by cosine, the best first.

    query: a name (which is then left out of its own answers) or a vector of d numbers; vectors: n × d; names: n.
    Ties (equal to 9 decimals) keep the order of the table, so that every machine gives the same answer.
    Returns: list of (name, similarity).
    Raises: ValueError for an unknown name (with the closest spellings) and whatever `cosine_similarity` refuses.
    """
    vectors, names = as_array(vectors), list(names)
    if len(names) != len(vectors):
        raise ValueError(f"{len(names)} names for {len(vectors)} vectors: there must be one name a row.")
    left_out = position(query, names) if isinstance(query, str) else None
    query = vectors[left_out] if isinstance(query, str) else as_array(query)
    if query.ndim != 1:
        raise ValueError(f"The query must be a name or one vector, not a table of the shape {query.shape}.")
    scores = cosine_similarity(vectors, query)
    order = np.argsort(-scores.round(9), kind="stable")
    return [(names[row], float(scores[row])) for row in order if row != left_out][:k]


def project(vectors, reference=None):
    """Flatten vectors to the two directions in which the reference spreads most (principal component analysis).

    vectors: n × d, or a single d; reference: the rows that decide the directions (default: `vectors` themselves), so
    that a newcomer can be placed on an existing map. Signs are fixed: the largest entry of each direction is positive.
    Returns: coordinates (n × 2) and the share of the reference's variance that each direction carries (2 numbers).
    Raises: ValueError for fewer than 3 reference rows or 2 columns, for different dimensions, or if all rows are equal.
    Source: Jolliffe & Cadima 2016, "Principal component analysis: a review and recent developments".
    """
    vectors = as_array(vectors)
    reference = vectors if reference is None else as_array(reference)
    if reference.ndim != 2 or reference.shape[0] < 3 or reference.shape[1] < 2:
        raise ValueError(f"A map needs at least 3 rows and 2 columns; these have the shape {reference.shape}.")
    if vectors.shape[-1] != reference.shape[1]:
        raise ValueError(f"Vectors of {vectors.shape[-1]} numbers do not fit a map made from {reference.shape[1]}.")
    centre = reference.mean(axis=0)
    _, spread, directions = np.linalg.svd(reference - centre, full_matrices=False)
    if spread[0] <= 1e-9 * np.abs(reference).max():
        raise ValueError("All rows are the same, so there is no direction in which they spread.")
    directions = directions[:2]
    directions = directions * np.sign(directions[np.arange(2), np.abs(directions).argmax(axis=1)])[:, None]
    return (vectors - centre) @ directions.T, spread[:2] ** 2 / (spread**2).sum()
