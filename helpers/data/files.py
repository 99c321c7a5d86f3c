"""What every room shares: the error, checksums, paths as people type them, files that are not what was asked for."""

import hashlib
import os
import re
import zipfile
import zlib
from pathlib import Path

from helpers.names import closest

DATA = Path(__file__).resolve().parent.parent.parent / "data"
_SAVE = "In the program that made it: Save as, {}."
OWN = "load_own_ratings(path, films) reads the stars of one person."
_KINDS = [  # how a file begins, what it then is, and the way on
    (
        rb"PK\x03\x04.{26}(\[Content|_rels/|docProps/|xl/|word/|mimetype|Index|Metadata/|Data/|preview)",
        "a workbook",
        _SAVE,
    ),
    (rb"PK\x03\x04", "a zip file, or a damaged workbook", f"Unpack it and give what was in it. {_SAVE}"),
    (rb"\xd0\xcf\x11\xe0|\{\\rtf", "an old workbook or a document", _SAVE),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh\d|\xfd7zXZ|.{257}ustar", "an archive, but no zip", "Unpack it and give that."),
    (rb"%PDF", "a PDF", "Put what it shows into another kind of file: {}."),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF.{4}WEBP|.{4}ftyp", "a picture or a video", "Type what it shows: {}."),
    (rb"(\xef\xbb\xbf)?\s*<(!doctype|html|head)", "a web page", "Open it in a browser, and get the file itself: {}."),
    (rb"[^\n]*Letterboxd URI", "a Letterboxd export", OWN),
    (rb"[^\n]*\bConst,[^\n]*Title Type", "an IMDb export", OWN),
    (rb"(\xef\xbb\xbf)?(userId,movieId|movieId,|movie_id,)", "a file of MovieLens", f"A release is its folder. {OWN}"),
]


class DataError(ValueError):
    """Something is wrong with a data file; the message says where and what to do about it."""


def checked(path):
    """The same path; if it is that of a file of ours, after checking that nobody changed or cut it."""
    listed = DATA / "checksums.sha256"
    sums = dict(line.split()[::-1] for line in listed.read_text().splitlines()) if listed.exists() else {}
    name = Path(os.path.abspath(path)).as_posix().removeprefix(f"{DATA.as_posix()}/")
    if os.path.isabs(name) or (sums and name not in sums):
        return Path(path)
    problem = "is missing."
    if os.path.exists(path):
        if hashlib.sha256(Path(path).read_bytes()).hexdigest() == sums.get(name):
            return Path(path)
        problem = "was edited, converted or cut off. To use your own data, give the loader the path of another file."
    without_git = "Without git, download the project again; `pip install -r requirements.txt` leaves it where it is."
    raise DataError(f"data/{name} {problem} Get it back with: git checkout -- data/{name}\n{without_git}")


def existing(path, folders=False):
    """The path of a file (or folder) as somebody typed or pasted it: `~` and quotes are understood, our files checked.

    Raises: DataError that says which folder was looked in, and what of a similar name lies there.
    """
    path = checked(os.path.expanduser(str(path).strip().strip("\"'“”")))
    if not os.path.exists(path):
        folder = next(parent for parent in path.absolute().parents if parent.is_dir())
        missing = path.absolute().relative_to(folder).parts[0]
        close = "".join(f" There is {name!r}." for name in closest(missing, os.listdir(folder)))
        raise DataError(f"{path}: no such file or folder. Check the name: no {missing!r} in {folder}.{close}")
    if path.is_dir() and not folders:
        release = any((path / name).exists() for name in ("movies.csv", "movies.dat", "u.item"))
        way = "It is a MovieLens release: take load_movielens." if release else "Give the name of a file in it."
        raise DataError(f"{path} is a folder, no such file. {way}")
    return path


def kind_of(content):
    """What a file is by its first bytes ("a PDF", "an IMDb export"), and the way on; None and None for other text."""
    found = (kind for kind in _KINDS if re.match(kind[0], content[:1000], re.DOTALL | re.IGNORECASE))
    return next(found, (None, None, None))[1:]


def as_text(content, where, wanted, unit="row", welcome=()):
    """The bytes of a file as text, from UTF-8 (with or without a byte-order mark) or UTF-16.

    wanted: as what to save a file of another kind; unit: what a line is called; welcome: kinds that may be read.
    """
    what, way = kind_of(content)
    if what and what not in welcome:
        raise DataError(f"{where} is {what}. {way.format(wanted)}")
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(f"{where}, {unit} {line}: not UTF-8 text. Save it again as {wanted}.") from None
    if "\0" in text:
        raise DataError(f"{where} is no text. {_SAVE.format(wanted)}")
    return text


def open_packed(source):
    """The files in a folder or zip, however deep: their paths in it, and a function that opens one, to read bytes."""
    if source.is_dir():
        names = [path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()]
        return sorted(names), lambda name: open(checked(source / name), "rb")
    with open(source, "rb") as file:
        what, way = kind_of(file.read(1000))
    if what and "zip file" not in what:
        raise DataError(f"{source} is {what}, no folder or zip. {way.format('folder or zip')}")
    try:
        archive = zipfile.ZipFile(source)
        damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):  # the last: it asks for a password
        damaged = "its content"
    if damaged:
        way = "Give a whole folder or zip; if this is one, it is damaged: Download it again."
        raise DataError(f"{source} is no complete zip file ({damaged} cannot be read). {way}")
    return [name for name in sorted(archive.namelist()) if not name.startswith("__MACOSX")], archive.open
