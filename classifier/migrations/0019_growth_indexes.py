"""Indexes of 0018's columns, apart since PostgreSQL indexes no table with changed rows whose keys it has to check."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0018_queued_words'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(fields=['word_key', 'status'], name='feedback_word'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(fields=['status', 'reviewed_at'], name='feedback_reviewed'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(models.OrderBy(models.F('id'), descending=True), condition=models.Q(('reviewed_at__isnull', False)), name='feedback_settled'),
        ),
        migrations.AddIndex(
            model_name='queuedword',
            index=models.Index(models.OrderBy(models.F('owners'), descending=True), models.OrderBy(models.F('contradicting'), descending=True), models.F('since'), models.F('word_key'), name='queued_word_order'),
        ),
        migrations.AddIndex(
            model_name='queuedword',
            index=models.Index(models.OrderBy(models.F('agreeing'), descending=True), models.F('word_key'), condition=models.Q(('agreeing__gt', 0)), name='queued_word_clear'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['label'], name='decision_label'),
        ),
        migrations.AddIndex(
            model_name='reviewedword',
            index=models.Index(fields=['label'], name='reviewed_word_label'),
        ),
    ]
