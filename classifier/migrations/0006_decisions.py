import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0005_word_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Activation',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=50)),
                ('version', models.CharField(max_length=30)),
                ('previous', models.CharField(blank=True, max_length=30)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('overridden', models.BooleanField(default=False, help_text='Activated though the gate refused it.')),
                ('created', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'activation',
                'verbose_name_plural': 'activations',
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('word_key', models.CharField(db_index=True, max_length=320)),
                ('label', models.CharField(blank=True, help_text='Empty: the feedback was rejected.', max_length=35)),
                ('languages', models.JSONField(blank=True, default=list)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('created', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
            },
        ),
        migrations.RemoveConstraint(
            model_name='feedback',
            name='feedback_decision_complete',
        ),
        migrations.RemoveField(
            model_name='feedback',
            name='trained_in',
        ),
        migrations.AddField(
            model_name='feedback',
            name='reopened',
            field=models.BooleanField(default=False, help_text='A decision on it was undone.'),
        ),
        migrations.AlterField(
            model_name='feedback',
            name='status',
            field=models.CharField(choices=[('pending', 'pending'), ('accepted', 'accepted'), ('otherwise', 'decided otherwise'), ('rejected', 'rejected')], db_index=True, default='pending', max_length=10),
        ),
        migrations.AddField(
            model_name='activation',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='decision',
            name='reviewer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='decision',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='feedback',
            name='decision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='settled', to='classifier.decision'),
        ),
        migrations.AddIndex(
            model_name='activation',
            index=models.Index(models.F('name'), models.OrderBy(models.F('id'), descending=True), name='activation_latest'),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=models.CheckConstraint(condition=models.Q(('overridden', False), models.Q(('reason', ''), _negated=True), _connector='OR'), name='activation_overridden_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('label__contains', ' '), _negated=True), models.Q(models.Q(('label', 'mul'), ('languages__1__isnull', False), models.Q(('languages__0', models.F('languages__1')), _negated=True), models.Q(django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"mul"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"mis"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"zxx"'), django.db.models.lookups.Contains(django.db.models.functions.comparison.Cast('languages', models.TextField()), '"und"'), _connector='OR', _negated=True)), models.Q(models.Q(('label', 'mul'), _negated=True), ('languages', [])), _connector='OR')), name='decision_label_fits'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('undone_by', None), ('undone_at__isnull', False), _connector='OR'), name='decision_undone_completely'),
        ),
    ]
