"""Our two models, exactly as notebook 03 writes them: its cells tagged `model` are read and run here."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import torch
from common import Model, training
from torch import nn

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "03_reading_the_movie_map.ipynb"


def models_of_the_notebook(viewers, films):
    """What the tagged cells define, for so many viewers and films as `viewer_ids` and `films` have rows."""
    torch.set_default_dtype(torch.float64)
    names = {"np": np, "torch": torch, "nn": nn, "viewer_ids": viewers, "films": films}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if "model" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return SimpleNamespace(**names)


def predict_ratings(known, asked, seed):
    """Returns: a prediction for each row of `asked`."""
    viewers, films = (np.union1d(known[column], asked[column]) for column in ["viewer", "film"])
    notebook = models_of_the_notebook(viewers, films)
    known, asked = (
        table.assign(viewer_row=np.searchsorted(viewers, table.viewer), film_row=np.searchsorted(films, table.film))
        for table in (known, asked)
    )
    with training:
        model = notebook.learn_ratings(known, seed)
    with torch.no_grad():
        return model(*(torch.tensor(asked[column].to_numpy()) for column in ["viewer_row", "film_row"])).numpy()


def score_films(known, seed):
    """Returns: DataFrame viewers × films; films with fewer than 3 viewers are never recommended."""
    count = known.film.value_counts()
    viewers, films = np.unique(known.viewer), np.sort(count.index[count >= 3])
    notebook = models_of_the_notebook(viewers, films)
    known = known[known.film.isin(films)]
    watched = torch.zeros(len(viewers), len(films))
    watched[np.searchsorted(viewers, known.viewer), np.searchsorted(films, known.film)] = 1
    with training:
        model = notebook.learn_watching(watched, seed)
    scores = pd.DataFrame(model().detach().numpy(), index=viewers, columns=films)
    return scores.reindex(columns=np.sort(count.index), fill_value=-np.inf)


OURS = [
    Model("our rating model", "rating", predict_ratings),
    Model("our watching model", "ranking", score_films),
]
