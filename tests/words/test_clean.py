import unicodedata
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, example, given
from hypothesis import strategies as st

from classifier.ml.encoding import INVISIBLE, normalise
from classifier.ml.texts import PLAIN_WORD
from classifier.words import clean
from classifier.words.clean import MAX_MARKS, MAX_TEXT_LENGTH, MAX_WORD_LENGTH, clean_word, count_words

TEXTS = st.text(st.characters(), max_size=30)


def code_of(value):
    with pytest.raises(ValidationError) as refusal:
        clean_word(value)
    return refusal.value.code


def clean_or_none(value):
    """Return the clean word, or None when it is refused."""
    try:
        return clean_word(value)
    except ValidationError:
        return None


@pytest.mark.parametrize(
    "word", ["orignal", "École", "ecole", "MAÑANA", "aujourd'hui", "l’eau", "porte-monnaie", "col·legi"]
)
def test_word_stays_as_typed(word):
    assert clean_word(word) == word


@given(st.from_regex(PLAIN_WORD, fullmatch=True))
def test_plain_word_is_cleaned_as_any_text(word):
    assert clean_or_none(word) == clean_or_none(f"\u200b{word}")


@pytest.mark.parametrize("word", ["мир", "日本語", "سلام", "हिन्दी", "ภาษาไทย", "עִבְרִית", "раураl"])
def test_word_of_any_script_is_accepted(word):
    assert clean_word(word) == unicodedata.normalize("NFC", word)


@pytest.mark.parametrize(
    "word", ["';DROP--", "<script>alert(1)</script>", "{{config}}", "${env}", "=cmd|'/C'!A1", "%s"]
)
def test_hostile_text_is_accepted_unchanged(word):
    assert clean_word(word) == word


@pytest.mark.parametrize("value", [None, "", " ", "\t\n", "\u00a0", "\u3000", "\u2003\u2029"])
def test_empty_value_is_refused(value):
    assert code_of(value) == "required"


@pytest.mark.parametrize("value", [12, True, False, 1.5, float("inf"), [], ["mot"], {}, {"word": "mot"}, b"mot"])
def test_value_of_another_type_is_refused(value):
    assert code_of(value) == "invalid"


@pytest.mark.parametrize(
    "value",
    [
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u2060",
        "\u3164",
        "\u115f\u1160",
        "\u00ad",
        "123",
        "٣",
        "!?…",
        "-",
        "'",
        "ʼ’",
        "😀",
        "👩\u200d🚀",
        "\u0301",
        "½",
        "\u2800",
    ],
)
def test_value_without_letters_is_refused(value):
    assert code_of(value) == "no_letters"


@pytest.mark.parametrize(
    "value", ["a b", "a\tb", "a\r\nb", "a\u00a0b", "a\u3000b", "a\u2028b", "\u200ba \u200bb", " a \u200b \n b\t"]
)
def test_white_space_between_words_becomes_one_space(value):
    assert clean_word(value) == "a b"


def test_text_keeps_its_punctuation_and_numbers():
    assert clean_word("¿Dónde  está\nel n.º 7 ?") == "¿Dónde está el n.º 7 ?"


@pytest.mark.parametrize("value", ["12 3", "- \u2014 -", "\u3164 \u3164", "! ? \u02bc"])
def test_text_without_letters_is_refused(value):
    assert code_of(value) == "no_letters"


@pytest.mark.parametrize("value", ["\x00", "mot\x00", "\x00mot", "m\x07ot", "mot\x7f", "m\x81ot", "\x1b[31mmot"])
def test_control_characters_are_refused(value):
    assert code_of(value) == "control_characters"


@pytest.mark.parametrize("value", ["\ud800", "mot\udfff", "\ud83d\ude00mot"])
def test_lone_surrogates_are_refused(value):
    assert code_of(value) == "invalid_unicode"


@pytest.mark.parametrize("space", [" ", "\t", "\r\n", "\u00a0", "\u3000", "\u200b", " \u200b ", "\ufeff", "\u202e"])
def test_white_space_around_a_word_is_removed(space):
    assert clean_word(f"{space}mot{space}") == "mot"


@pytest.mark.parametrize(
    "mark", sorted(INVISIBLE & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200f\u061c"))
)
def test_controls_of_direction_are_removed(mark):
    assert clean_word(f"m{mark}ot") == "mot"


def test_longest_word_is_accepted():
    assert len(clean_word("a" * MAX_WORD_LENGTH)) == MAX_WORD_LENGTH


def test_longest_text_is_accepted():
    assert len(clean_word("é" * 10 + " e\u0301" * 495)) == MAX_TEXT_LENGTH


@pytest.mark.parametrize("value", ["a" * 101, "e\u0301" * 101, "a" * 101 + " " + "b", "b " + "a" * 101])
def test_longer_word_is_refused_with_the_limit(value):
    with pytest.raises(ValidationError, match=f"word has at most {MAX_WORD_LENGTH} ") as refusal:
        clean_word(value)
    assert refusal.value.code == "max_length"


@pytest.mark.parametrize("value", ["a " * 500 + "bb", "a" * 10_000_000, "a " * 5_000_000])
def test_longer_text_is_refused_with_the_limit(value):
    with pytest.raises(ValidationError, match=f"text has at most {MAX_TEXT_LENGTH} ") as refusal:
        clean_word(value)
    assert refusal.value.code == "max_length"


@pytest.mark.parametrize(
    "value", ["e\u0301" * MAX_WORD_LENGTH, "\u1112\u1161\u11ab" * MAX_WORD_LENGTH, "a\u200b" * MAX_WORD_LENGTH]
)
def test_length_is_counted_after_composition(value):
    assert len(clean_word(value)) == MAX_WORD_LENGTH


def test_control_character_of_ascii_is_refused_or_white_space():
    controls = [chr(point) for point in range(0x80) if unicodedata.category(chr(point)) == "Cc"]
    assert {clean_word(f"m{control}ot") for control in controls if control.isspace()} == {"m ot"}
    assert {code_of(f"m{control}ot") for control in controls if not control.isspace()} == {"control_characters"}


@pytest.mark.parametrize(
    ("typed", "clean"),
    [("l\x92eau", "l’eau"), ("\x93mot\x94", "“mot”"), ("c\x9cur", "cœur"), ("oui\x85 non", "oui… non")],
)
def test_windows_1252_in_disguise_is_repaired(typed, clean):
    assert clean_word(typed) == clean


@pytest.mark.parametrize("point", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_control_character_without_a_meaning_in_windows_1252_is_refused(point):
    assert code_of(f"m{chr(point)}ot") == "control_characters"


@pytest.mark.parametrize("value", ["https://a.example/mot", "me@a.example", "@handle", "www.a.example 12"])
def test_address_alone_is_no_word(value):
    assert code_of(value) == "no_word"


@pytest.mark.parametrize("value", ["&nbsp;", "&euro;", "&lt;3", "™"])
def test_sign_alone_is_no_address(value):
    assert code_of(value) == "no_letters"


@pytest.mark.parametrize(("text", "count"), [("mot", 1), ("a/" * 400, 400), ("un porte-monnaie, 12 €", 3), ("", 1)])
def test_words_are_counted_as_models_are_asked(text, count):
    assert count_words(text) == count


def test_address_beside_a_word_may_be_long():
    assert clean_word("bonjour https://a.example/" + "x" * MAX_WORD_LENGTH)


@pytest.mark.parametrize("between", ["", "\u200b", "\ufeff"])
def test_long_run_of_marks_is_refused_before_it_is_normalised(monkeypatch, between):
    monkeypatch.setattr(clean, "unicodedata", SimpleNamespace(category=unicodedata.category))
    assert code_of("x" + between.join("\u0301\u0316" * 1000)) == "too_many_marks"


def test_marks_of_a_letter_are_limited():
    assert clean_word("x" + "\u0301" * MAX_MARKS)
    assert code_of("x" + "\u0301" * (MAX_MARKS + 1)) == "too_many_marks"
    assert code_of("x" + "\u0301" * 70) == "too_many_marks"


@given(TEXTS)
@example("\u200b\u00a0é\u0301")
def test_cleaning_is_idempotent(text):
    word = clean_or_none(text)
    assume(word)
    assert clean_word(word) == word


@given(TEXTS)
def test_clean_word_is_composed_visible_and_has_a_letter(text):
    word = clean_or_none(text)
    assume(word)
    assert unicodedata.is_normalized("NFC", word)
    assert not INVISIBLE & set(word)
    assert any(character.isalpha() for character in normalise(word))


@given(TEXTS)
def test_clean_word_can_be_stored_anywhere(text):
    word = clean_or_none(text)
    assume(word)
    assert "\x00" not in word
    assert word.encode().decode() == word
    assert word == " ".join(word.split())


@given(TEXTS)
def test_composed_and_decomposed_spellings_give_the_same_word(text):
    assert clean_or_none(unicodedata.normalize("NFC", text)) == clean_or_none(unicodedata.normalize("NFD", text))


@given(
    st.text(st.characters(min_codepoint=0x100), min_size=3, max_size=30),
    st.sampled_from(["\x00", "\ud800", "a" * 500]),
)
def test_refusal_does_not_repeat_the_word(text, invalid):
    with pytest.raises(ValidationError) as refusal:
        clean_word(text + invalid)
    assert text not in " ".join(refusal.value.messages)


@pytest.mark.django_db
@given(TEXTS)
def test_clean_word_is_unchanged_by_the_database(text):
    from classifier.models import Prediction, key_of

    word = clean_or_none(text)
    assume(word)
    row = Prediction(
        word=word,
        word_key=key_of(word),
        model="FF",
        model_version="1",
        probabilities={},
        verdict="unsure",
        source="web",
    )
    row.save()
    assert Prediction.objects.values_list("word", "word_key").get(pk=row.pk) == (word, key_of(word))
