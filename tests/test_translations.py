import ast
import gettext
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import pytest
from django.conf import settings

[LOCALE] = settings.LOCALE_PATHS
LANGUAGES = ("fr", "es")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]")
TAG = re.compile(r"</?\w+[^>]*>")
PART = re.compile(r'^(\w+)(?:\[(\d)\])? (".*"(?:\n".*")*)', re.MULTILINE)
CODE = re.compile(r"{.*?}|<code>.*?</code>|<.*?>")
# Punctuation without the spaces and signs of the language.
BAD_TYPOGRAPHY = {
    "fr": re.compile(r"'|\.\.\.|\"|[^\u202f][;!?](?=\s|$)|[^\u00a0]:(?=\s|$)|«[^\u00a0]|[^\u00a0]»|\d %"),
    "es": re.compile(r"'|\.\.\.|^[^¿]*\?|^[^¡]*!|\d %|\busted", re.IGNORECASE),
}


@dataclass
class Entry:
    """A text with its translations by plural form."""

    comments: str
    parts: dict
    forms: dict

    @property
    def key(self):
        return tuple(self.parts.get(part) for part in ("msgctxt", "msgid", "msgid_plural"))


def entries(path):
    """Return the entries of a catalogue without its header."""
    return [entry(block) for block in path.read_text().strip().split("\n\n")[1:]]


def entry(block):
    lines = block.splitlines()
    parsed = Entry("\n".join(line for line in lines if line.startswith("#")), {}, {})
    texts = "\n".join(line for line in lines if not line.startswith("#"))
    for keyword, form, strings in PART.findall(texts):
        text = "".join(map(ast.literal_eval, strings.splitlines()))
        if keyword == "msgstr":
            parsed.forms[int(form or 0)] = text
        else:
            parsed.parts[keyword] = text
    return parsed


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def catalogue(language):
    return entries(LOCALE / language / "LC_MESSAGES" / "django.po")


def plurals(language):
    header = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text()
    return int(re.search(r"nplurals=(\d)", header)[1])


def test_languages_of_the_site_have_catalogues():
    assert {folder.name for folder in LOCALE.iterdir()} == {code for code, _ in settings.LANGUAGES} - {"en"}


def test_texts_are_translated_in_all_plural_forms(catalogue, language):
    for entry in catalogue:
        forms = plurals(language) if "msgid_plural" in entry.parts else 1
        assert set(entry.forms) == set(range(forms)), entry
        assert all(text.strip() for text in entry.forms.values()), entry


def test_translations_are_not_fuzzy_or_obsolete(catalogue):
    assert [entry for entry in catalogue if "#, fuzzy" in entry.comments or "#~" in entry.comments] == []


def test_translation_has_the_placeholders_of_its_text(catalogue):
    for entry in catalogue:
        one = Counter(PLACEHOLDER.findall(entry.parts["msgid"]))
        many = Counter(PLACEHOLDER.findall(entry.parts.get("msgid_plural", entry.parts["msgid"])))
        for form, text in entry.forms.items():
            assert Counter(PLACEHOLDER.findall(text)) in ((one, many) if form == 0 else (many,)), text


def test_translation_has_the_tags_of_its_text(catalogue):
    for entry in catalogue:
        for text in entry.forms.values():
            assert Counter(TAG.findall(text)) == Counter(TAG.findall(entry.parts["msgid"])), text


def test_translation_has_correct_typography(catalogue, language):
    for entry in catalogue:
        for text in entry.forms.values():
            assert not BAD_TYPOGRAPHY[language].search(CODE.sub("", text)), text


def test_compiled_catalogue_equals_the_source(catalogue, language):
    source = {}
    for entry in catalogue:
        context, text, plural = entry.key
        key = text if context is None else f"{context}\x04{text}"
        forms = entry.forms.items()
        source |= {(key, form): text for form, text in forms} if plural else {key: entry.forms[0]}
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)
    compiled.pop("")
    assert compiled == source


@pytest.mark.slow
def test_catalogues_hold_the_texts_of_the_sources(tmp_path, catalogue, language):
    if shutil.which("xgettext") is None:
        pytest.skip("needs gettext: apt-get install gettext")
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    for name in ("classifier", "langid_site", "templates"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name)
    command = [sys.executable, "manage.py", "makemessages", f"--locale={language}", "--no-obsolete"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    updated = entries(tmp_path / "classifier" / "locale" / language / "LC_MESSAGES" / "django.po")
    assert {entry.key for entry in updated} == {entry.key for entry in catalogue}, "run `make messages`"
