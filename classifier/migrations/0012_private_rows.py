"""Private rows kept their probabilities, which name the word; now they keep model, version and verdict."""

from django.db import migrations, models
from django.db.models import Q


def empty_private_rows(apps, schema_editor):
    rows = apps.get_model("classifier", "Prediction").objects.filter(private=True)
    rows.update(probabilities={}, languages=[], unavailable=[], language="", batch=None, batch_row=None)
    rows.filter(others__isnull=False).update(others=[])


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', "0011_field_names"),
    ]

    operations = [
        migrations.AlterField(
            model_name='prediction',
            name='probabilities',
            field=models.JSONField(blank=True, default=dict, verbose_name='probabilities'),
        ),
        migrations.RemoveConstraint(model_name='prediction', name='prediction_verdict_known'),
        migrations.RemoveConstraint(model_name='prediction', name='prediction_private_is_anonymous'),
        migrations.RunPython(empty_private_rows, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='prediction',
            constraint=models.CheckConstraint(
                condition=Q(verdict='single') & (Q(private=True) | ~Q(language=''))
                | Q(verdict__in=['several', 'unsure'], language=''),
                name='prediction_verdict_known',
            ),
        ),
        migrations.AddConstraint(
            model_name='prediction',
            constraint=models.CheckConstraint(
                condition=Q(private=True, owner='', word='', word_key='', language='', languages=[], words=[], unavailable=[], probabilities={}, batch=None)
                & (Q(others__isnull=True) | Q(others=[]))
                | Q(private=False) & ~Q(word=''),
                name='prediction_private_is_anonymous',
            ),
        ),
    ]
