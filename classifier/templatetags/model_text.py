"""Template filters for models: networks, names and numbers of scores."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import template
from django.template.defaultfilters import floatformat
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classifier.charts import NUMBER, PERCENT
from classifier.ml.artifacts import Card
from classifier.ml.metrics import Interval
from classifier.ml.verdict import SEVERAL, SINGLE, UNSURE
from classifier.scores import TEST_SETS_ON_PAGES, TestSetScores, model_scores
from classifier.services.counts import AtLeast
from classifier.templatetags.answer_text import percent

register = template.Library()

_LETTERS = gettext_lazy("The letters of the word, accents and all, with a mark at either end.")
_ANSWER = gettext_lazy("A probability for each language, and one for “none of these”.")


@dataclass(frozen=True, slots=True)
class Network:
    """Description of a kind of network.

    The template `drawing` shows the steps by number.
    """

    drawing: str
    text: Promise
    steps: tuple[Promise, ...]


NETWORKS = {
    "Ngram": Network(
        "networks/Ngram.svg",
        gettext_lazy(
            "Cuts the word into all its groups of one to six letters and keeps the whole word, too. Each group has its "
            "place in a table with one number for each language; the numbers of all groups are added up, and that is "
            "the answer. A simple model with a good memory: it knows endings like “-ción” and words like “the” alike."
        ),
        (
            _LETTERS,
            gettext_lazy("All groups of one to six letters, and the whole word."),
            gettext_lazy("What each group says of each language is looked up in a table and added up."),
            _ANSWER,
        ),
    ),
    "FF": Network(
        "networks/FF.svg",
        gettext_lazy(
            "Reads all letters at once: the first half of the word from its beginning, the last letters from its end, "
            "so that an ending is always found at the same place. Every unit of a layer sees everything below it. A "
            "feed-forward network, the oldest kind there is."
        ),
        (_LETTERS, gettext_lazy("Three layers in which every unit sees all units before it."), _ANSWER),
    ),
    "CNN": Network(
        "networks/CNN.svg",
        gettext_lazy(
            "Slides small windows over the letters, three at a time. Each looks for a pattern of its own, such as "
            "“eau”, wherever it may be; dense layers then weigh what was found at each place. A convolutional network, "
            "as used on pictures, on a picture one letter high."
        ),
        (
            _LETTERS,
            gettext_lazy("Windows of three letters slide along the word."),
            gettext_lazy("What they found at each place, weighed together."),
            _ANSWER,
        ),
    ),
    "CNNsep": Network(
        "networks/CNNsep.svg",
        gettext_lazy(
            "Slides windows, too, but in two steps: first along the letters, for each feature of a letter by itself, "
            "then across the features, at each place by itself. A separable convolution looks as far as a full one "
            "with a fraction of its parameters; dense layers weigh what it found."
        ),
        (
            _LETTERS,
            gettext_lazy("Each feature of the letters has its own windows that slide along."),
            gettext_lazy("At each place the features are mixed, then weighed together."),
            _ANSWER,
        ),
    ),
    "RNN": Network(
        "networks/RNN.svg",
        gettext_lazy(
            "Reads letter by letter and remembers: one memory goes back to the beginning of the word, another on to "
            "its end, and where they arrive they know their half. Two LSTMs, the networks that read text before there "
            "were transformers."
        ),
        (
            _LETTERS,
            gettext_lazy("Two memories read a letter at a time, each towards its end of the word."),
            gettext_lazy("What both remember, weighed together."),
            _ANSWER,
        ),
    ),
}
FOREIGN_TEXTS = {
    "German": gettext_lazy("German words"),
    "Polish": gettext_lazy("Polish words"),
    "random strings": gettext_lazy("Random letters"),
}
VERDICTS = {
    SINGLE: gettext_lazy("Names one language"),
    SEVERAL: gettext_lazy("Names several languages"),
    UNSURE: gettext_lazy("Is not sure"),
}
SYSTEMS = {
    "lingua, low accuracy": gettext_lazy("lingua, low accuracy"),
    "wordfreq lists": gettext_lazy("wordfreq lists"),
}
CURVES = {"loss": gettext_lazy("On training words"), "val_loss": gettext_lazy("On validation words")}
NAMES = TEST_SETS_ON_PAGES | FOREIGN_TEXTS | VERDICTS | SYSTEMS | CURVES


@register.filter
def network(name: str) -> Network | None:
    """Return the description of a model's network, if known."""
    return NETWORKS.get(name)


@register.filter
def main_scores(card: Card) -> TestSetScores | None:
    """Return the scores that describe a model best, if measured."""
    return model_scores(card).main


@register.filter
def display_name(key: str) -> str:
    """Return the localised name of a score, else its key."""
    return str(NAMES.get(key, key))


@register.filter
def number(value: float, decimals: int = 0) -> str:
    """Return a localised number with separators of thousands: 14,002, 10,000+."""
    if isinstance(value, AtLeast):
        return str(value)
    return number_format(round(value, decimals), decimals, force_grouping=True)


@register.filter
def size(megabytes: float) -> str:
    """Return the localised size of a file."""
    return (_("%(number)s MB") % {"number": number(megabytes, 1)}).replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def millions(parameters: int) -> str:
    """Return the number of a network's parameters in millions."""
    # Plural forms for French: 0,46 million, 2,10 millions.
    text = ngettext("%(number)s million", "%(number)s million", int(parameters / 1e6))
    return text % {"number": number(parameters / 1e6, 2)}


@register.filter
def minutes(seconds: int) -> str:
    """Return a duration in whole minutes, at least one."""
    whole = max(1, round(seconds / 60))
    return ngettext("%(count)d minute", "%(count)d minutes", whole) % {"count": whole}


@register.filter
def bounds(share: Interval) -> str:
    """Return the ends of an interval in percent."""
    ends = {"low": percentage_points(share.low), "high": percentage_points(share.high)}
    return _("%(low)s to %(high)s") % ends


@register.filter
def tick_label(value: float, unit: str) -> str:
    """Return a number on a chart's scale.

    0.8 is 80 % in the unit `percent`, 80 in `points`, 0.8 in `number`.
    """
    if unit == NUMBER:
        return floatformat(value, "-3")
    decimals = 0 if float(round(100 * value, 4)).is_integer() else 1
    return percent(value, decimals) if unit == PERCENT else percentage_points(value, decimals)


@register.filter
def percentage_points(share: float, decimals: int = 1) -> str:
    """Return a share of 1 in percent, without the sign."""
    return number(100 * share, decimals)


@register.filter
def opacity(strength: float) -> str:
    """Return the opacity of a cell's colour below its number."""
    return f"{0.35 * strength:.3f}"


@register.filter
def verdict_shares(verdicts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the name and share of each verdict."""
    return [(display_name(verdict), verdicts[verdict]) for verdict in VERDICTS if verdict in verdicts]


@register.filter
def foreign_shares(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the names and shares of foreign texts.

    The share is of texts that were given a single language.
    """
    return [(display_name(texts), share) for texts, share in shares.items()]


@register.filter
def accuracy_on(card: Card | None, test_set: str) -> str:
    """Return the accuracy of a version; a dash if unknown."""
    accuracy = card.scores.get(test_set, {}).get("accuracy") if card else None
    return "\N{EN DASH}" if accuracy is None else percent(accuracy, 1)
