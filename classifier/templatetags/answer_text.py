"""Template filters for answers and feedback: sentences, names, percentages."""

from django import template
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from classifier.languages import (
    SPECIAL_LABELS,
    full_label,
    join_alternatives,
    join_names,
    keep_by_language,
    label_name,
    name_in_text,
    name_of_text,
)
from classifier.ml.answers import Answer, Comparison
from classifier.ml.artifacts import Card
from classifier.ml.texts import Piece, pieces_of
from classifier.ml.verdict import SEVERAL, SINGLE
from classifier.models import Feedback, Prediction, ReviewedWord
from classifier.scores import HELD_OUT
from classifier.services import registry
from classifier.services.identify import ALL_MODELS
from classifier.templatetags.word_text import isolated

register = template.Library()

LARGEST_SHARE = 0.994  # shown at most, since no answer is 100 % certain
MOST_NAMED = 3  # languages in a sentence

MODEL_LINES = {
    "Ngram": gettext_lazy("weighs every group of up to six letters."),
    "FF": gettext_lazy("reads all letters at once through dense layers."),
    "CNN": gettext_lazy("slides small windows over the letters."),
    "CNNsep": gettext_lazy("slides small windows too, in two steps."),
    "RNN": gettext_lazy("reads letter by letter and remembers."),
    ALL_MODELS: gettext_lazy("answer side by side."),
}
STATUS_TEXTS = {
    Feedback.Status.PENDING: gettext_lazy("Thank you. Until a reviewer looks at it, you can change or withdraw it."),
    Feedback.Status.REJECTED: gettext_lazy("A reviewer rejected it."),
}

register.filter("language", label_name)
register.filter("languages", join_names)
register.filter("alternatives", lambda codes: capfirst(join_alternatives(codes)))


@register.filter
@keep_by_language
def percent(share: float, decimals: int = 0) -> str:
    """Return a share of 1 in percent, localised."""
    text = _("%(number)s %%") % {"number": number_format(round(100 * share, decimals), decimals)}
    return text.replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def estimate(share: float) -> str:
    """Return a probability in whole percent that claims neither 0 nor 100 %."""
    if share > LARGEST_SHARE:
        return _("over %(share)s") % {"share": percent(LARGEST_SHARE)}
    return percent(share) if share >= 1 - LARGEST_SHARE else _("under %(share)s") % {"share": percent(0.01)}


@register.filter
def width(share: float) -> str:
    """Return a share of 1 in percent for an attribute."""
    return f"{100 * share:.2f}"


@register.filter
def sentence(answer: Answer) -> str:
    """Return the answer in one sentence."""
    first = answer.candidates[0]
    if answer.mixture:
        return _("A mix of %(languages)s") % {"languages": join_names(answer.mixture, MOST_NAMED)}
    if answer.verdict == SEVERAL:
        if answer.confidence is not None:
            return _("Probably %(languages)s") % {"languages": join_alternatives(answer.sharing, MOST_NAMED)}
        text = _("%(languages)s share this text") if answer.words else _("%(languages)s share this word")
        return text % {"languages": join_names(answer.sharing, MOST_NAMED)}
    if answer.verdict != SINGLE:
        return _("Not sure")
    values = {"language": name_of_text(first.language), "share": percent(min(first.probability, LARGEST_SHARE))}
    if first.probability > LARGEST_SHARE:
        return _("Probably %(language)s, over %(share)s") % values
    return _("Probably %(language)s, %(share)s") % values


@register.filter
def brief(answer: Answer) -> str:
    """Return the answer as a short name for lists."""
    if answer.mixture:
        return str(capfirst(join_names(answer.mixture, MOST_NAMED)))
    if answer.verdict == SEVERAL:
        join = join_names if answer.confidence is None else join_alternatives
        return str(capfirst(join(answer.sharing, MOST_NAMED if len(answer.sharing) <= MOST_NAMED else 2)))
    return label_name(answer.language) if answer.language else _("Not sure")


@register.filter
def likelihood(answer: Answer) -> str:
    """Return the probability of the first language, in percent."""
    return percent(min(answer.candidates[0].probability, LARGEST_SHARE))


@register.filter
def piece_answers(answer: Answer) -> list[tuple[Piece, Answer | None]]:
    """Return the pieces of a text with their words' answers.

    None for a piece without a word, and for words that an earlier version of the program did not find in the text.
    """
    answers = {word.word: word for word in answer.words}
    return [(piece, answers.get(piece.word)) for piece in pieces_of(answer.word)]


@register.filter
def gloss(word: Answer) -> str:
    """Return a short answer to show below a text's word."""
    if word.verdict == SEVERAL:
        return _("shared") if word.confidence is None else pgettext("languages", "several")
    return label_name(word.language) if word.language else _("not sure")


@register.filter
def headline(comparison: Comparison) -> str:
    """Return what most models say."""
    majority, models = comparison.majority, len(comparison.answers)
    if not majority:
        return _("The models disagree")
    if models == 1:
        return sentence(majority[0])
    counts = {"some": len(majority), "count": models, "opinion": _answer_in_text(majority[0])}
    if len(majority) == models:
        return _("All %(count)d models say: %(opinion)s") % counts
    return _("%(some)d of %(count)d models say: %(opinion)s") % counts


@register.filter
def other_opinions(comparison: Comparison) -> list[str]:
    """Return what the models say that are not in the majority, by opinion."""
    opinions = comparison.opinions[1:] if comparison.majority else comparison.opinions
    return [
        _("%(models)s: %(opinion)s")
        % {"models": ", ".join(answer.model for answer in answers), "opinion": _answer_in_text(answers[0])}
        for answers in opinions
    ]


@register.filter
def label(feedback: Feedback) -> str:
    """Return the name of the label in feedback."""
    return full_label(feedback.label, feedback.languages)


@register.filter
def outcome_label(outcome: ReviewedWord) -> str:
    """Return the name of the label that reviewers gave."""
    return full_label(outcome.label, outcome.languages)


@register.filter
def outcomes_text(prediction: Prediction) -> str:
    """Return the outcomes of reviews of a word, or of a text and its words."""
    whole = [outcome_label(prediction.review_outcome)] if prediction.review_outcome else []
    return "; ".join(
        whole + [f"{isolated(word)}: {outcome_label(outcome)}" for word, outcome in prediction.reviewed_words]
    )


@register.filter
def status_text(feedback: Feedback, prediction: Prediction) -> str:
    """Return the status of feedback as a sentence."""
    overturned = feedback.overturned_by(prediction.review_outcome)
    match feedback.status:
        case Feedback.Status.PENDING if feedback.reopened:
            return _("The decision was taken back; a reviewer looks at it again.")
        case Feedback.Status.PENDING if prediction.review_outcome:
            return _("Reviewers had decided otherwise, and will look at it again. Until then you can withdraw it.")
        case Feedback.Status.ACCEPTED:
            return _accepted_text(feedback, overturned)
        case Feedback.Status.OTHERWISE:
            decided = full_label(feedback.decided_label, feedback.decided_languages)
            text = _("A reviewer decided: %(label)s. Later the word was decided anew.") if overturned else None
            return (text or _("A reviewer decided: %(label)s.")) % {"label": decided}
    return str(STATUS_TEXTS[Feedback.Status(feedback.status)])


def _accepted_text(feedback: Feedback, overturned: bool) -> str:
    if overturned:
        return _("A reviewer agreed, but the word was decided otherwise later.")
    if feedback.decision and feedback.decision.by_consensus:
        return _("Accepted, since people agree about it.")
    if feedback.follows_decision:
        return _("Accepted at once: reviewers had decided the same before.")
    return _("A reviewer agreed.")


@register.filter
def code(labelled: Feedback | ReviewedWord) -> str:
    """Return the language code of a label for `lang`, else ""."""
    return "" if labelled.label in SPECIAL_LABELS else labelled.label


@register.filter
def model_line(name: str) -> str:
    """Return the description of a model in one line."""
    return str(MODEL_LINES.get(name, ""))


@register.filter
def model_accuracy(name: str) -> float | None:
    """Return the accuracy of a model; None if not measured.

    Public single words come first, then held-out words.
    """
    card = _card(name)
    scores = card.scores if card else {}
    accuracy: float | None = (scores.get("single-words") or scores.get(HELD_OUT) or {}).get("accuracy")
    return accuracy


@register.filter
def model_languages(name: str) -> int:
    """Return how many languages a model knows; 0 if it cannot answer."""
    card = _card(name)
    return len(card.languages) if card else 0


def _card(name: str) -> Card | None:
    try:
        return registry.current().get(name).card
    except (registry.ModelUnavailable, registry.UnknownModel):
        return None


def _answer_in_text(answer: Answer) -> str:
    if answer.mixture:
        return _("a mix of %(languages)s") % {"languages": join_names(answer.mixture, MOST_NAMED)}
    if answer.sharing and answer.confidence is not None:
        return join_alternatives(answer.sharing, MOST_NAMED)
    if answer.sharing:
        return _("shared by %(languages)s") % {"languages": join_names(answer.sharing, MOST_NAMED)}
    return name_in_text(answer.language) if answer.language else _("not sure")
