"""Test sets from folders and TSV files, random strings."""

import pytest

from classifier.training import test_sets
from classifier.training.test_sets import BadTestSet, LabelledTexts, short_texts


@pytest.fixture
def folder(tmp_path):
    for kind, texts in {"single-words": "one\n\n  two \n", "sentences": "One is here.\nTwo are here.\n"}.items():
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "en.txt").write_text(texts, encoding="utf-8")
        (tmp_path / kind / "fr.txt").write_text("été\n", encoding="utf-8")
    return tmp_path


def test_kind_of_a_folder_is_read_by_language(folder):
    words = test_sets.read_test_set(folder, ["en", "fr"])
    assert (words.name, words.texts, words.labels) == ("single-words", ["one", "two", "été"], ["en", "en", "fr"])


def test_sentences_stay_whole(folder):
    assert test_sets.read_test_set(folder, ["en"], "sentences").texts == ["One is here.", "Two are here."]


def test_kinds_of_a_folder_are_listed_in_their_order(folder):
    assert test_sets.list_kinds(folder) == ["single-words", "sentences"]


def test_folder_of_another_layout_is_refused(tmp_path):
    with pytest.raises(BadTestSet, match="none of the folders single-words"):
        test_sets.list_kinds(tmp_path)


def test_missing_language_is_named(folder):
    with pytest.raises(BadTestSet, match=r"es\.txt: cannot be read"):
        test_sets.read_test_set(folder, ["en", "es"])


def test_empty_files_are_refused(folder):
    (folder / "single-words" / "en.txt").write_text("\n \n")
    with pytest.raises(BadTestSet, match="no texts in en"):
        test_sets.read_test_set(folder, ["en"])


def test_tsv_file_is_read(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text("\ufeffdeux mots\tfr\r\n\nword \t en\n", encoding="utf-8")
    texts = test_sets.read_tsv(path)
    assert (texts.name, texts.texts, texts.labels) == ("mine", ["deux mots", "word"], ["fr", "en"])


@pytest.mark.parametrize("line", ["word", "word\ten\tfr", "\ten", "word\t "])
def test_malformed_line_is_named(tmp_path, line):
    path = tmp_path / "bad.tsv"
    path.write_text(f"one\ten\n\n{line}\n")
    with pytest.raises(BadTestSet, match="line 3 is not"):
        test_sets.read_tsv(path)


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_empty_tsv_file_is_refused(tmp_path, content):
    (tmp_path / "empty.tsv").write_bytes(content)
    with pytest.raises(BadTestSet):
        test_sets.read_tsv(tmp_path / "empty.tsv")


def test_file_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "latin.tsv").write_bytes("été\tfr".encode("latin-1"))
    with pytest.raises(BadTestSet, match="not UTF-8"):
        test_sets.read_tsv(tmp_path / "latin.tsv")


def test_random_strings_repeat_by_seed():
    strings = test_sets.random_strings(200, seed=3)
    assert strings == test_sets.random_strings(200, seed=3) != test_sets.random_strings(200, seed=4)
    assert all(3 <= len(one) <= 12 and one.isalpha() and one.islower() for one in strings)


def test_short_texts_have_two_to_five_different_words_of_a_language():
    words = LabelledTexts("held-out", [*"abcdefg", "x", "y"], ["en"] * 7 + ["fr"] * 2, [1e-3] * 8 + [1e-9])
    texts = short_texts(words, count=50)
    assert texts.labels == ["en"] * 50 + ["fr"] * 50
    assert {len(text.split()) for text in texts.texts[:50]} == {2, 3, 4, 5}
    assert all(len(set(text.split())) == len(text.split()) for text in texts.texts)
    assert {frozenset(text.split()) for text in texts.texts[50:]} == {frozenset("xy")}
    assert short_texts(words, count=50) == texts


def test_short_texts_hold_frequent_words_most():
    words = LabelledTexts("held-out", [*"abcdefg"], ["en"] * 7, [1e-2, *[1e-5] * 6])
    assert all("a" in text for text in short_texts(words, count=50).texts)
