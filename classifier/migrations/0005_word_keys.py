"""Give stored rows the keys that their words have today."""

from django.db import migrations

from classifier.models.keys import KEY_LENGTH, key_of

CHUNK = 2000


def _chunks(rows):
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def renew_predictions(apps, schema_editor):
    predictions = apps.get_model("classifier", "Prediction").objects
    for rows in _chunks(predictions.exclude(word="").only("pk", "word", "word_key")):
        changed = [row for row in rows if row.word_key != key_of(row.word)]
        for row in changed:
            row.word_key = key_of(row.word)
        predictions.bulk_update(changed, ["word_key"])


def renew_outcomes(apps, schema_editor):
    """Renew the keys of reviewed words; of words that share a key today, that with the most votes stays."""
    words = apps.get_model("classifier", "ReviewedWord").objects
    by_key = {}
    for row in words.order_by("votes", "pk"):
        # The word of a key that was cut is not known.
        by_key[row.word_key if len(row.word_key) == KEY_LENGTH else key_of(row.word_key)] = row
    words.exclude(pk__in=[row.pk for row in by_key.values()]).delete()
    for key, row in by_key.items():
        if row.word_key != key:
            row.word_key = key
            row.save(update_fields=["word_key"])


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0004_label_rule'),
    ]

    operations = [
        migrations.RunPython(renew_predictions, migrations.RunPython.noop),
        migrations.RunPython(renew_outcomes, migrations.RunPython.noop),
    ]
