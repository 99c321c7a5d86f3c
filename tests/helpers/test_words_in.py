"""What `words_in` takes for a word: in English, in fifteen other languages, and where it knows no better."""

import unicodedata

import pytest

from helpers.lessons import words_in

ZWNJ = "\u200c"  # the joiner that stands within Persian words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # English: single letters, digits and punctuation part words, and so does an apostrophe
        ("Queen: The wife of a king.", "queen the wife of king"),
        ("It's the dog's, I don't; o'clock!", "it the dog don clock"),
        ("well-known snake_case 3rd x² ½ e.g. B52", "well known snake case rd"),
        # Hindi: vowel signs, the sign for no vowel and the dot below are marks
        ("हिन्दी में किताब पढ़ना है।", "हिन्दी में किताब पढ़ना है"),
        # Turkish: the capital İ; an apostrophe parts a name from its ending
        ("İstanbul'da ılık ŞİŞLİ", "istanbul da ılık şişli"),
        # French, Italian: the apostrophe parts two words
        ("L’été à la façade d'Ève", "été la façade ève"),
        ("dell'arte, PERCHÉ", "dell arte perché"),
        # Ukrainian, Hebrew: the apostrophe is a letter, however it is typed
        ("М'ята, п’ять, обʼєкт в Україні", "мʼята пʼять обʼєкт україні"),
        ("ג'ירפה גדולה", "גʼירפה גדולה"),
        ('ג׳ירפה, צה״ל או צה"ל', "גʼירפה צהʼל או צהʼל"),
        # Catalan: the dot within two l is part of the word, a dot that stands alone is not
        ("col·legi · l'intel·ligent", "col·legi intel·ligent"),
        # Vietnamese: two marks on a letter
        ("Tiếng Việt RẤT đẹp", "tiếng việt rất đẹp"),
        # Arabic and Persian: vowel marks stay, and so does the joiner within a word
        ("كِتَابٌ جديد و قلم", "كِتَابٌ جديد قلم"),
        (f"می{ZWNJ}خواهم، نان", f"می{ZWNJ}خواهم نان"),
        # Greek: the last sigma
        ("ΟΔΟΣ Αθηνών", "οδος αθηνών"),
        # German: ß stays
        ("Straße, ÜBER", "straße über"),
        # No spaces, so a run of letters is no word: a tokenizer finds the pieces (lesson 05)
        ("我喜欢猫。你呢？", "我喜欢猫 你呢"),
        ("私は猫が好きです。", "私は猫が好きです"),
        ("ฉันชอบแมวที่น่ารัก", "ฉันชอบแมวที่น่ารัก"),
        # Nothing to find
        ("🙂 👋🏽 42 — … a", ""),
        ("", ""),
    ],
)
def test_words(text, words):
    assert words_in(text) == words.split()
    for form in ("NFC", "NFD"):  # typed as one character or as letter and mark: the same words
        assert words_in(unicodedata.normalize(form, text)) == words_in(text)


def test_words_of_words_are_the_same_words():
    for text in ["İstanbul'da col·legi", "हिन्दी में", "п’ять обʼєкт", "Tiếng Việt"]:
        assert words_in(" ".join(words_in(text))) == words_in(text)
