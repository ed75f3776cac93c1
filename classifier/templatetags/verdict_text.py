"""Template filters for what an answer rests on: the reason of its verdict, its prediction set."""

import unicodedata

from django import template
from django.utils.translation import gettext as _

from classifier.languages import join_alternatives, name_of_text, own_name
from classifier.ml.answers import Answer
from classifier.ml.encoding import normalise
from classifier.ml.verdict import MOSTLY_UNDETERMINED, SEVERAL, SINGLE
from classifier.templatetags.answer_text import percent

register = template.Library()

LEVELS = (0.9, 0.95, 0.99)  # of confidence, to choose among
MOST_LISTED = 12  # languages of a set
_KANA = {"HIRAGANA": "CJK", "KATAKANA": "CJK"}  # the letters of Japanese besides those of its own name


@register.filter
def verdict_reason(answer: Answer) -> str:
    """Return the reason for naming no single language, else ""."""
    if answer.verdict == SINGLE:
        return ""
    if answer.mixture:
        return _("Its words are of different languages.")
    if answer.verdict == SEVERAL:
        if answer.confidence is not None:
            return _("They share it, or have words so much alike that its letters do not tell which it is.")
        return _("On its own, nobody can tell which of them is meant.")
    return _reason_for_unsure(answer)


def _reason_for_unsure(answer: Answer) -> str:
    if answer.undetermined >= MOSTLY_UNDETERMINED:
        return _reason_for_none(answer)
    if answer.is_unlike_its_language:
        values = {"language": name_of_text(answer.candidates[0].language)}
        return _("It looks like %(language)s, but less so than nearly all words of that language.") % values
    return _("No language stands out enough to be named.")


def _reason_for_none(answer: Answer) -> str:
    if answer.words:
        return _("Most of its words are probably of another language, or no words.")
    letters = _scripts(normalise(answer.word))
    if all(letters.isdisjoint(_scripts(own_name(candidate.language))) for candidate in answer.candidates):
        return _("None of these languages is written in these letters.")
    return _("It is probably a word of another language, or no word.")


def _scripts(text: str) -> set[str]:
    """Return the scripts of the letters of a text, by the first word of their names: LATIN, GREEK."""
    names = {unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha()}
    return {_KANA.get(name, name) for name in names}


@register.filter
def set_sentence(answer: Answer) -> str:
    """Return the prediction set of a word as a sentence; of an answer without one, an empty text."""
    if answer.confidence is None:
        return ""
    values = {
        "level": percent(answer.confidence),
        "languages": join_alternatives(answer.set, MOST_LISTED) if answer.set else "",
    }
    if not answer.set:
        return _("At %(level)s confidence, no language fits well enough.") % values
    if answer.undetermined >= MOSTLY_UNDETERMINED or answer.is_unlike_its_language:
        return _("If it is one of these, then with %(level)s confidence: %(languages)s.") % values
    if len(answer.set) == 1:
        return _("At %(level)s confidence, no other language comes into question.") % values
    return _("With %(level)s confidence it is one of these: %(languages)s.") % values


@register.filter
def levels(confidence: float | str | None) -> list[tuple[str, str, bool]]:
    """Return the levels of confidence that can be chosen: for a field, for people, and whether it is this one."""
    return [(str(level), percent(level), str(level) == str(confidence)) for level in LEVELS]
