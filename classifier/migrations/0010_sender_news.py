"""News of feedback for its sender, and the date of an outcome."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def date_outcomes(apps, schema_editor):
    """Take the date of an outcome from its decision.

    Decisions without reviewer were written by an earlier migration, whose date says nothing.
    """
    decisions = apps.get_model("classifier", "Decision").objects.filter(undone_at=None, reviewer__isnull=False)
    same = decisions.filter(**{field: OuterRef(field) for field in ("word_key", "label", "languages")})
    dates = Subquery(same.order_by("-id").values("created")[:1])
    apps.get_model("classifier", "ReviewedWord").objects.update(decided_at=dates)


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0009_daily_counts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='feedback',
            name='unread',
            field=models.BooleanField(default=False, help_text='Its sender has not seen the latest news of it.'),
        ),
        migrations.AddField(
            model_name='reviewedword',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(date_outcomes, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('unread', True)), fields=['owner'], name='feedback_unread'),
        ),
    ]
