"""A text of one's own becomes a table that works, in any language with spaces, or a reader learns why not."""

import unicodedata

import numpy as np
import pytest

from helpers.lessons import learn_from, words_in
from helpers.vectors import nearest

# A few real words each; joined in pairs they make the words of two topics.
LANGUAGES = {
    "English": "sea wind ship sand rain fish salt wave bread milk corn wheat oven salted",
    "Hindi": "हिन्दी नदी समुद्र मछली पानी जहाज़ बारिश लहर रोटी दूध गेहूँ नमक चूल्हा खेत",
    "Turkish": "İstanbul deniz rüzgâr gemi kum yağmur balık dalga ekmek süt buğday mısır fırın ışık",
    "Ukrainian": "море вітер корабель пісок дощ риба сіль хвиля хліб молоко п'ять пшениця їжа ґрунт",
    "Greek": "θάλασσα άνεμος πλοίο άμμος βροχή ψάρι αλάτι κύμα ψωμί γάλα σιτάρι καλαμπόκι φούρνος λάδι",
    "Vietnamese": "biển gió tàu cát mưa cá muối sóng bánh sữa ngô lúa lò dầu",
    "French, decomposed": unicodedata.normalize(
        "NFD", "forêt été blé île sève rivière bâton pré crème pâte thé noël fève œuf"
    ),
    "Arabic": "بحر ريح سفينة رمل مطر سمك ملح موج خبز حليب قمح ذرة فرن زيت",
}


def topics(language):
    """Two lists of forty words."""
    parts = LANGUAGES[language].split()
    first, second = parts[:7], parts[7:]
    return [[one + other for one in half for other in half if one != other][:40] for half in (first, second)]


def written(language, sentences=600):
    """A text about two things: each sentence draws its words from one of the two lists."""
    rng, lists = np.random.RandomState(0), topics(language)
    return [" ".join(rng.choice(lists[number % 2], 8)) + "." for number in range(sentences)]


def learned(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "my text.txt"
    path.write_bytes(text.encode(encoding))
    return learn_from(f'"{path}"')  # as Windows copies a path


def assert_works(known, table, language):
    lists = [{word for part in half for word in words_in(part)} for half in topics(language)]
    assert lists[0] | lists[1] <= set(known)
    assert np.linalg.norm(table, axis=1).min() > 0
    own = [len(lists[0] & {other for other, _ in nearest(word, table, known, 5)}) for word in sorted(lists[0])]
    assert np.mean(own) > 4  # of five


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages(tmp_path, language):
    assert_works(*learned(tmp_path, "\n\n".join(written(language))), language)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_and_line_ends(tmp_path, encoding):
    assert_works(*learned(tmp_path, "\r\n\r\n".join(written("Greek")), encoding), "Greek")


def test_a_word_that_always_stands_alone_gets_no_row(tmp_path):
    known, table = learned(tmp_path, "\n\nChapter 7\n\n".join(written("English")))
    assert "chapter" not in known
    assert_works(known, table, "English")


def test_subtitles(tmp_path):
    sentences = written("English")
    stamps = (f"{n}\n00:{n // 60:02}:{n % 60:02},000 --> 00:{n // 60:02}:{n % 60:02},900\n" for n in range(1, 601))
    blocks = [stamp + sentence for stamp, sentence in zip(stamps, sentences, strict=True)]
    assert_works(*learned(tmp_path, "\n\n".join(blocks)), "English")


def test_mails(tmp_path):
    head = "From: a@example.org\nTo: b@example.org\nSubject: fish\nMessage-ID: <1.2@example.org>\n\n"
    mails = [head + "\n".join(written("English")[start : start + 6]) for start in range(0, 600, 6)]
    path = tmp_path / "mails"
    path.mkdir()
    for number, mail in enumerate(mails):
        (path / f"{number}.txt").write_text(mail, encoding="utf-8")
    (path / "invoice.pdf").write_bytes(b"%PDF-1.7")
    known, table = learn_from(path)
    assert "fish" in known and np.linalg.norm(table, axis=1).min() > 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("12 345 – 6\n\n7 % 8", "no word"),
        ("Too little. " * 50, "far too little"),
        ("\n".join(f"{one}{other}" for one in "bcdfghklmn" for other in ["ala", "elu", "ini", "ora"]), "list of words"),
        ("\n\n".join(f"{one}{other}" for one in "bcdfghklmn" for other in topics("English")[0]) * 6, "near others"),
        ("我们在海边看见了一条大船，船上有很多鱼。" * 200, "no spaces"),
        ("เราเห็นเรือใหญ่ที่ทะเลและมีปลามากมาย " * 200, "no spaces"),
        ("%PDF-1.7", "a PDF"),
        ("<!doctype html><p>text", "a web page"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path, capsys, text, reason):
    assert learned(tmp_path, text) is None
    assert reason in capsys.readouterr().out


def test_a_folder_names_the_file_that_cannot_be_read(tmp_path, capsys):
    (tmp_path / "good.txt").write_text("\n\n".join(written("English")), encoding="utf-8")
    (tmp_path / "old.txt").write_bytes("müde".encode("cp1252"))
    assert learn_from(tmp_path) is None
    assert "old.txt" in capsys.readouterr().out
