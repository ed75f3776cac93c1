import string
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from classifier.languages import (
    SPECIAL_LABELS,
    canonical_label,
    canonical_language,
    find_code,
    join_names,
    label_name,
    language_name,
    name_in_text,
    name_of_text,
    own_name,
    sort_by_name,
)

LETTERS = st.text(string.ascii_letters, min_size=2, max_size=3)
SUBTAGS = st.sampled_from(["Latn", "cyrl", "HANS", "gb", "BR", "419", "1996", "yue", "x-mine", "valencia"])
TAGS = st.tuples(LETTERS, st.lists(SUBTAGS, max_size=3)).map(lambda parts: "-".join([parts[0], *parts[1]]))
TEXTS = st.text(max_size=40) | st.text("enfrmulxz-_ 123", max_size=12)


def canonical(code):
    """Return the canonical label, or None for a refused code."""
    try:
        return canonical_label(code)
    except ValidationError:
        return None


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("eng", "en"),
        ("en-GB", "en"),
        ("en_us", "en"),
        ("pt-BR", "pt"),
        ("es-419", "es"),
        ("ca-valencia", "ca"),
        ("en-x-mine", "en"),
        ("iw", "he"),
        ("tl", "fil"),
        ("haw", "haw"),
        ("sh", "sr-Latn"),
        ("sr-Latn-RS", "sr-Latn"),
        ("sr-Cyrl", "sr"),
        ("zh-Hans", "zh"),
        ("zh-hant", "zh-Hant"),
        ("en-Latn", "en"),
        ("cmn", "zh"),
        ("arb", "ar"),
        ("zh-yue", "yue"),
        ("i-klingon", "tlh"),
    ],
)
def test_code_has_one_canonical_form(code, language):
    assert canonical_language(code) == canonical_label(code) == language


@pytest.mark.parametrize(
    "code",
    [
        *("", "f", "french", "fr ", " fr", "fr\n", "fr\x00", "fr-", "<b>", "12", "419", "1996", "ｅｎ"),
        *("qqq", "qaa", "xx", "jp", "root", "x-mine", "mul-Latn", "und-FR"),
        *("en-usa", "pt-bra", "en-Qaaa", "en-Xyzz", "en" + "-GB" * 12),
    ],
)
def test_code_without_meaning_is_refused(code):
    with pytest.raises(ValidationError) as refusal:
        canonical_language(code)
    assert refusal.value.code == "invalid_language"
    assert canonical(code) is None


@pytest.mark.parametrize("label", SPECIAL_LABELS)
def test_special_label_is_a_label_and_no_language(label):
    assert canonical_label(label) == canonical_label(label.upper()) == label
    with pytest.raises(ValidationError, match="are labels"):
        canonical_language(label)


@given(TAGS | TEXTS)
def test_canonical_form_is_its_own_canonical_form(code):
    label = canonical(code)
    assert label is None or canonical(label) == label


@given(TAGS | TEXTS)
def test_case_of_a_code_does_not_matter(code):
    assert canonical(code.upper()) == canonical(code.lower()) or not code.isascii()


@given(LETTERS.filter(canonical))
def test_region_does_not_matter(code):
    assert canonical(f"{code}-CA") == canonical(code) or code.lower() in SPECIAL_LABELS


def test_languages_of_the_site_have_canonical_codes():
    codes = {code for code, _name in settings.LANGUAGES}
    assert {canonical_language(code) for code in codes} == codes


@pytest.mark.parametrize(("code", "known"), [("fr", "fr"), ("FRA", "fr"), ("fr-CA", "fr"), ("de", None), ("qqq", None)])
def test_code_is_found_among_known_ones(code, known):
    assert find_code(code, ("en", "fr")) == known


def test_invented_codes_use_no_memory():
    from langcodes import Language

    canonical_label("en")
    before = len(Language._PARSE_CACHE)
    for number in range(1000, 1100):
        canonical(f"en-a{number}")
        canonical(f"en-GB-x-a{number}")
        canonical(f"{number}")
    assert len(Language._PARSE_CACHE) == before


def test_library_of_codes_is_imported_only_when_used():
    probe = "import sys, classifier.languages as l; l.find_code('fr', ['fr']); print('langcodes' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", probe], cwd=settings.BASE_DIR, text=True) == "False\n"


@pytest.mark.parametrize(("code", "name"), [("en", "English"), ("fr", "French"), ("pt-br", "Brazilian Portuguese")])
def test_languages_have_english_names(code, name):
    assert language_name(code) == name


@pytest.mark.parametrize("code", ["tlh", ""])
def test_language_without_name_has_its_code(code):
    assert language_name(code) == code


def test_special_labels_have_names():
    assert label_name("mis") == "Another language"


@pytest.mark.parametrize(("codes", "text"), [(["en"], "English"), (["en", "fr", "es"], "English, French and Spanish")])
def test_names_are_joined_to_an_enumeration(codes, text):
    assert join_names(codes) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Spanish, French and English"),
        ("fr", "espagnol, français et anglais"),
        ("es", "español, francés e inglés"),
    ],
)
def test_enumeration_of_languages_is_localised(language, text):
    with translation.override(language):
        assert join_names(["es", "fr", "en"]) == text


def test_names_inside_a_sentence_are_lower_case_except_in_english():
    with translation.override("fr"):
        assert [label_name("de"), name_in_text("de"), name_in_text("und")] == ["Allemand", "allemand", "incertain"]
    assert [label_name("de"), name_in_text("de"), name_in_text("und")] == ["German", "German", "not sure"]


@pytest.mark.parametrize(
    ("code", "text"), [("fr", "du français"), ("en", "de l’anglais"), ("he", "de l’hébreu"), ("hu", "du hongrois")]
)
def test_french_article_goes_with_the_name_of_a_language(code, text):
    with translation.override("fr"):
        assert name_of_text(code) == text
    assert name_of_text(code) == label_name(code)


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["Odia", "Norwegian Bokmål", "Persian"]), ("fr", ["Odia", "Norvégien bokmål", "Persan"])],
)
def test_names_that_django_lacks_or_has_wrong_are_our_own(language, names):
    with translation.override(language):
        assert [label_name(code) for code in ("or", "nb", "fa")] == names


@pytest.mark.parametrize(
    ("code", "name"), [("cs", "Čeština"), ("el", "Ελληνικά"), ("ka", "ქართული"), ("zh", "中文"), ("tlh", "Tlh")]
)
def test_languages_have_a_name_of_their_own(code, name):
    assert own_name(code) == name


def test_names_are_sorted_without_their_accents():
    with translation.override("fr"):
        assert [code for code, _name in sort_by_name(("fr", "eo", "et", "es", "en"))] == ["en", "es", "eo", "et", "fr"]
