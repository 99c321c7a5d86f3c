"""The shipped files are right, and one that was changed or is missing is refused with the way out."""

import hashlib
import shutil

import numpy as np
import pytest
from refusing import refuses

from helpers import data
from helpers.data import DATA, files, movielens, sheets, shipped
from helpers.vectors import nearest

CHECKSUMS = dict(line.split()[::-1] for line in (DATA / "checksums.sha256").read_text().splitlines())


@pytest.fixture(scope="module")
def glove():
    return data.load_glove()


@pytest.mark.parametrize("name", CHECKSUMS)
def test_file_has_its_listed_checksum(name):
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == CHECKSUMS[name]


def test_no_data_file_is_unlisted():
    found = {path for path in DATA.rglob("*") if path.suffix in (".csv", ".npz", ".png", ".txt")}
    found = {path.relative_to(DATA).as_posix() for path in found if not path.name.startswith("LICENSE")}
    assert found == set(CHECKSUMS)


def test_glove_is_a_finite_table_of_40000_words_from_frequent_to_rare(glove):
    words, vectors = glove
    assert vectors.shape == (40_000, 100) and vectors.dtype == np.float32 and np.isfinite(vectors).all()
    assert len(words) == len(set(words)) == 40_000
    assert words[:5] == ["the", "of", "to", "and", "in"]
    assert words.index("king") < words.index("monarch") < words.index("regent")


def test_glove_finds_the_queen(glove):
    words, vectors = glove
    king, man, woman = (vectors[words.index(word)] for word in ("king", "man", "woman"))
    answers = [word for word, _ in nearest(king - man + woman, vectors, words)]
    assert next(word for word in answers if word not in ("king", "man", "woman")) == "queen"


def test_analogies_have_all_questions_and_sections():
    table = data.load_analogies()
    assert (len(table), table.section.nunique()) == (19_544, 14)
    assert table.iloc[0].tolist() == ["capital-common-countries", "Athens", "Greece", "Baghdad", "Iraq"]
    assert not table.isna().any(axis=None)


def test_minute_has_a_vector_for_each_sentence_and_layer():
    sentences, layers, words, table = data.load_minute()
    assert list(sentences.columns) == ["word", "sense", "misleading", "sentence"]
    assert sentences.groupby(["word", "sense", "misleading"]).size().to_dict() == {
        ("crane", "bird", "no"): 12,
        ("crane", "bird", "yes"): 4,
        ("crane", "machine", "no"): 12,
        ("crane", "machine", "yes"): 4,
        ("minute", "size", "no"): 20,
        ("minute", "size", "yes"): 4,
        ("minute", "time", "no"): 20,
        ("minute", "time", "yes"): 4,
    }
    once = [sentence.lower().count(word) for word, sentence in zip(sentences.word, sentences.sentence, strict=True)]
    assert set(once) == {1}
    assert layers.shape == (80, 7, 384) and table.shape == (len(words), 384)
    assert np.isfinite(layers).all() and np.isfinite(table).all()
    assert {"minute", "crane", "king", "queen"} <= set(words) and len(words) == len(set(words))


SHIPPED = {
    "movielens-small/ratings.csv": data.load_movielens,
    "movielens-small/movies.csv": data.load_movielens,
    "glove/glove-100d-40k.npz": data.load_glove,
    "analogies/questions-words.txt": data.load_analogies,
    "minute/sentences.csv": data.load_minute,
    "minute/minilm.npz": data.load_minute,
    "film_sheet.csv": data.load_film_sheet,
    "film_sheet_second.csv": lambda: data.load_film_sheet(sheets.DATA / "film_sheet_second.csv"),
    "viewer_sheet.csv": data.load_viewer_sheet,
}
DAMAGES = {
    "truncated": lambda content: content[:-100],
    "edited": lambda content: content[:1000] + b"5" + content[1001:],
    "converted to CRLF": lambda content: content.replace(b"\n", b"\r\n"),
}


@pytest.fixture(params=SHIPPED)
def copied(request, tmp_path, monkeypatch):
    """A copy of a shipped file that the loaders take for the original, its name and its loader."""
    name, load = request.param, SHIPPED[request.param]
    folder = tmp_path / "data"
    (folder / name).parent.mkdir(parents=True)
    for path in [*(DATA / name).parent.glob("*.*"), DATA / "checksums.sha256"]:
        shutil.copy(path, folder / path.relative_to(DATA))
    monkeypatch.setattr(files, "DATA", folder)
    monkeypatch.setattr(movielens, "DATA", folder)
    monkeypatch.setattr(sheets, "DATA", folder)
    monkeypatch.setattr(shipped, "DATA", folder)
    return folder / name, name, load


def test_missing_shipped_file_is_refused(copied):
    path, name, load = copied
    path.unlink()
    refuses(load, f"data/{name} is missing", f"git checkout -- data/{name}", "download the project again")


@pytest.mark.parametrize("damage", DAMAGES)
def test_changed_shipped_file_is_refused(copied, damage):
    path, name, load = copied
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    refuses(load, f"data/{name}", "edited, converted or cut off", f"git checkout -- data/{name}", "your own data")
