"""Feedback knows its word, and the queue of reviewers is kept in order, so that no page counts it anew."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, Min, OuterRef, Q, Subquery

from classifier.ml.answers import rank

STEP = 1000  # rows


def copy_keys(apps, schema_editor):
    feedback, predictions = apps.get_model("classifier", "Feedback"), apps.get_model("classifier", "Prediction")
    keys = predictions.objects.filter(pk=OuterRef("prediction_id")).values("word_key")
    feedback.objects.update(word_key=Subquery(keys))


def copy_confidence(apps, schema_editor):
    rows = apps.get_model("classifier", "Feedback").objects.filter(prediction__verdict="single", prediction__private=False)
    rows = rows.values_list("prediction__probabilities", "prediction__languages", "pk")
    values = [(rank(probabilities, languages)[0].probability, pk) for probabilities, languages, pk in rows.iterator(STEP)]
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("UPDATE classifier_feedback SET confidence = %s WHERE id = %s", values)


def fill_queue(apps, schema_editor):
    """As services.review_queue does it for some words."""
    queue, outcomes = apps.get_model("classifier", "QueuedWord"), apps.get_model("classifier", "ReviewedWord")
    feedback = apps.get_model("classifier", "Feedback").objects.order_by().values("word_key")
    contradicts = Q(kind="correction", prediction__verdict="single")
    pending = feedback.filter(status="pending").annotate(
        owners=Count("owner", distinct=True), contradicting=Count("pk", filter=contradicts), since=Min("created")
    )
    voting = feedback.exclude(owner="").exclude(status="rejected")
    agreed = voting.exclude(word_key__in=outcomes.objects.values("word_key")).annotate(
        agreeing=Count("owner", distinct=True),
        labels=Count("label", distinct=True),
        sets=Count("languages", distinct=True),
    )
    agreeing = dict(agreed.filter(labels=1, sets=1).values_list("word_key", "agreeing"))
    words = [queue(**word, agreeing=agreeing.get(word["word_key"], 0)) for word in pending]
    queue.objects.bulk_create(words, batch_size=STEP)


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0017_counters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QueuedWord',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('word_key', models.CharField(max_length=320, unique=True, verbose_name='key of the word')),
                ('owners', models.PositiveIntegerField(verbose_name='owners of pending feedback')),
                ('contradicting', models.PositiveIntegerField(verbose_name='corrections of answers of one language')),
                ('since', models.DateTimeField(db_index=True, verbose_name='oldest feedback')),
                ('agreeing', models.PositiveIntegerField(default=0, help_text='0 if people disagree or the word was decided.', verbose_name='equal votes')),
            ],
            options={
                'verbose_name': 'queued word',
                'verbose_name_plural': 'queued words',
                'ordering': ('-owners', '-contradicting', 'since', 'word_key'),
            },
        ),
        migrations.AddField(
            model_name='feedback',
            name='word_key',
            field=models.CharField(blank=True, editable=False, max_length=320, verbose_name='key of the word'),
        ),
        migrations.AddField(
            model_name='feedback',
            name='confidence',
            field=models.FloatField(blank=True, editable=False, help_text='Of an answer of one language.', null=True, verbose_name='probability'),
        ),
        migrations.AlterField(
            model_name='feedback',
            name='status',
            field=models.CharField(choices=[('pending', 'pending'), ('accepted', 'accepted'), ('otherwise', 'decided otherwise'), ('rejected', 'rejected')], default='pending', max_length=10, verbose_name='status'),
        ),
        migrations.RunPython(copy_keys, migrations.RunPython.noop),
        migrations.RunPython(copy_confidence, migrations.RunPython.noop),
        migrations.RunPython(fill_queue, migrations.RunPython.noop),
    ]
