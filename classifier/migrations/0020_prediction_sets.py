"""Answers have prediction sets; rows without one were stored with the whole output of their model."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0019_growth_indexes'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='prediction',
            name='prediction_private_is_anonymous',
        ),
        migrations.AddField(
            model_name='batch',
            name='confidence',
            field=models.FloatField(default=0.9, verbose_name='confidence'),
        ),
        migrations.AddField(
            model_name='prediction',
            name='confidence',
            field=models.FloatField(blank=True, help_text='That the set holds the language of the word.', null=True, verbose_name='confidence'),
        ),
        migrations.AddField(
            model_name='prediction',
            name='set',
            field=models.JSONField(blank=True, null=True, verbose_name='prediction set'),
        ),
        migrations.AlterField(
            model_name='prediction',
            name='languages',
            field=models.JSONField(blank=True, default=list, help_text='Codes or “all”; none means those that the model offers by default.', verbose_name='languages asked for'),
        ),
        migrations.AddConstraint(
            model_name='prediction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch', None), ('confidence', None), ('language', ''), ('languages', []), ('owner', ''), ('private', True), ('probabilities', {}), ('set__isnull', True), ('unavailable', []), ('word', ''), ('word_key', ''), ('words', []), models.Q(('others__isnull', True), ('others', []), _connector='OR')), models.Q(('private', False), models.Q(('word', ''), _negated=True)), _connector='OR'), name='prediction_private_is_anonymous'),
        ),
    ]
