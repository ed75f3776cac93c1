"""The indexes of histories hold no rows without an owner, which are in no history."""

from django.db import migrations, models

from classifier.models.keys import CodePoints, IsNotEmpty


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0020_prediction_sets'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='prediction',
            name='prediction_history',
        ),
        migrations.RemoveIndex(
            model_name='prediction',
            name='prediction_words',
        ),
        migrations.RemoveIndex(
            model_name='prediction',
            name='prediction_single',
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=models.Index(models.F('owner'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(IsNotEmpty('owner')), name='prediction_history'),
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=models.Index(models.F('owner'), CodePoints('word_key'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(IsNotEmpty('owner')), name='prediction_words'),
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=models.Index(models.F('owner'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(IsNotEmpty('owner'), ('batch_row__isnull', True)), name='prediction_single'),
        ),
    ]
