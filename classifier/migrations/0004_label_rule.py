"""Refuse shared words of fewer than two different languages, or with special labels among these."""

import django.db.models.functions.comparison
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0003_canonical_codes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='feedback',
            name='feedback_label_fits',
        ),
        migrations.RemoveConstraint(
            model_name='feedback',
            name='feedback_decided_label_fits',
        ),
        migrations.RemoveConstraint(
            model_name='reviewedword',
            name='reviewed_word_label_fits',
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('label', ''), _negated=True), models.Q(('label__contains', ' '), _negated=True), models.Q(models.Q(('label', 'mul'), ('languages__1__isnull', False), models.Q(('languages__0', models.F('languages__1')), _negated=True), models.Q(django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"mul"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"mis"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"zxx"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"und"'), _connector='OR', _negated=True)), models.Q(models.Q(('label', 'mul'), _negated=True), ('languages', [])), _connector='OR')), name='feedback_label_fits'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_label__contains', ' '), _negated=True), models.Q(models.Q(('decided_label', 'mul'), ('decided_languages__1__isnull', False), models.Q(('decided_languages__0', models.F('decided_languages__1')), _negated=True), models.Q(django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('decided_languages', models.TextField()), '"mul"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('decided_languages', models.TextField()), '"mis"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('decided_languages', models.TextField()), '"zxx"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('decided_languages', models.TextField()), '"und"'), _connector='OR', _negated=True)), models.Q(models.Q(('decided_label', 'mul'), _negated=True), ('decided_languages', [])), _connector='OR')), name='feedback_decided_label_fits'),
        ),
        migrations.AddConstraint(
            model_name='reviewedword',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('label', ''), _negated=True), models.Q(('label__contains', ' '), _negated=True), models.Q(models.Q(('label', 'mul'), ('languages__1__isnull', False), models.Q(('languages__0', models.F('languages__1')), _negated=True), models.Q(django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"mul"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"mis"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"zxx"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"und"'), _connector='OR', _negated=True)), models.Q(models.Q(('label', 'mul'), _negated=True), ('languages', [])), _connector='OR')), name='reviewed_word_label_fits'),
        ),
    ]
