"""Make the codes of stored labels canonical, and set anew whether feedback confirms its prediction."""

from django.core.exceptions import ValidationError
from django.db import migrations

from classifier.languages import canonical_label, canonical_language
from classifier.ml.answers import SHARED, rank

CHUNK = 500


def canonical(label, languages):
    """Return a label and its languages by today's rule.

    Codes without a meaning go: such a label becomes `mis` (another language), and a shared word of which fewer than
    two languages are left becomes `und` (not sure), or its language if all its codes meant the same.
    """
    if label != "mul":
        return _try(canonical_label, label) or "mis", []
    codes = [_try(canonical_language, code) for code in languages]
    distinct = sorted(set(filter(None, codes)))
    if len(distinct) > 1:
        return "mul", distinct
    return (distinct[0], []) if distinct and all(codes) else ("und", [])


def _try(function, code):
    try:
        return function(code)
    except ValidationError:
        return ""


def _kind(feedback):
    prediction = feedback.prediction
    if prediction.verdict == "single":
        said = prediction.language, []
    elif prediction.verdict == "several":
        first, second, *others = rank(prediction.probabilities, prediction.languages)
        sharing = [first, second, *(candidate for candidate in others if candidate.probability >= SHARED)]
        said = "mul", sorted(candidate.language for candidate in sharing)
    else:
        said = "und", []
    return "confirmation" if (feedback.label, feedback.languages) == said else "correction"


def _chunks(rows):
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def canonicalise_feedback(apps, schema_editor):
    feedback = apps.get_model("classifier", "Feedback").objects
    for rows in _chunks(feedback.select_related("prediction")):
        for row in rows:
            row.label, row.languages = canonical(row.label, row.languages)
            row.kind = _kind(row)
            if row.decided_label:
                row.decided_label, row.decided_languages = canonical(row.decided_label, row.decided_languages)
        feedback.bulk_update(rows, ["label", "languages", "kind", "decided_label", "decided_languages"])


def canonicalise_outcomes(apps, schema_editor):
    words = apps.get_model("classifier", "ReviewedWord").objects
    for rows in _chunks(words.all()):
        for row in rows:
            row.label, row.languages = canonical(row.label, row.languages)
        words.bulk_update(rows, ["label", "languages"])


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0002_batches'),
    ]

    operations = [
        migrations.RunPython(canonicalise_feedback, migrations.RunPython.noop),
        migrations.RunPython(canonicalise_outcomes, migrations.RunPython.noop),
    ]
