"""Everyday words and short texts, as a sceptic would try them."""
# ruff: noqa: RUF001 - the signs are meant

from collections.abc import Mapping
from typing import Any

from classifier.ml.answers import Answer
from classifier.ml.identifier import Identifier
from classifier.ml.verdict import SEVERAL
from classifier.words.lists import clean_rows

MIXED, UNSURE, NO_WORD = "mixed", "unsure", "not a word"
# By expected answer: a language, or a verdict.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("of", "how", "until", "war", "men", "care", "don't", "o’clock", "well-known", "U.S.-based", "and/or"),
        *("thank you", "July 4th", "I came—I saw", "I like the château"),
    ),
    "fr": (
        *("à", "là", "avec", "sa", "mange", "façade", "l'un", "d’un", "l´enfant", "c'est", "aujourd'hui"),
        *("rendez-vous", "là-bas", "oui/non", "étudiant·e·s", "2ème", "à demain", "1er janvier"),
        *("bonjour https://a.example", "je t'aime"),
    ),
    "es": (
        *("amor", "mañana", "días", "han", "niñ@s", "EE.UU.", "ｈｏｌａ", "hola,mundo", "¿qué tal?", "de nada"),
        *("lo siento", "tod@s.Gracias"),
    ),
    SEVERAL: ("no", "piano", "hotel", "menu", "caf&eacute;"),
    MIXED: ("Merci Gracias", "hola hello"),
    UNSURE: ("Gesundheit", "dziękuję", "xqzvk"),
    NO_WORD: ("me@a.example", "😀", "2026"),
}

CANDIDATES = ("en", "fr", "es")

# The languages that an answer has to name at least, of texts of several.
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "no": ("en", "es"),
    "piano": ("en", "es", "fr"),
    "hotel": ("en", "es"),
    "menu": ("en", "fr"),
    "caf&eacute;": ("es", "fr"),
    "Merci Gracias": ("es", "fr"),
    "hola hello": ("en", "es"),
}


def answers(identifiers: Mapping[str, Identifier]) -> list[dict[str, Any]]:
    """Return the answer of each model to each text, JSON-ready."""
    return [
        {
            "text": text,
            "expected": expected,
            "languages": list(LANGUAGES.get(text, ())),
            "answers": {name: answer(one, text) for name, one in identifiers.items()},
        }
        for expected, texts in TEXTS.items()
        for text in texts
    ]


def answer(identifier: Identifier, text: str) -> dict[str, Any]:
    """Return a model's answer in short: a language or a verdict, and the languages that it names."""
    [row] = clean_rows([(1, text)])
    if row.value is None:
        return {"answer": NO_WORD, "languages": []}
    [given] = identifier.identify([row.value], CANDIDATES)
    return {"answer": _short(given), "languages": list(given.mixture or given.sharing)}


def _short(given: Answer) -> str:
    return MIXED if given.mixture else given.language or given.verdict
