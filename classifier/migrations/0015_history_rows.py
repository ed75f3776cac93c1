"""Indexes of the history page: words by their beginnings, answers outside batches, counts of batches."""

from django.db import migrations, models
from django.db.models import F, OrderBy, Q

from classifier.models.keys import CodePoints


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0014_batch_facts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='prediction',
            index=models.Index(F('owner'), CodePoints('word_key'), OrderBy(F('id'), descending=True), name='prediction_words'),
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=models.Index(F('owner'), OrderBy(F('id'), descending=True), condition=Q(batch_row__isnull=True), name='prediction_single'),
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=models.Index(fields=['batch', 'verdict', 'language', 'batch_row'], condition=Q(batch_row__isnull=False), name='prediction_labels'),
        ),
    ]
