"""Outcomes tell whether people agreed or a reviewer decided; whose account may be gone, too."""

from django.db import migrations, models

REASON = "people agree, nobody disagrees"  # which the program wrote


def mark_old_decisions(apps, schema_editor):
    decisions = apps.get_model("classifier", "Decision").objects
    decisions.filter(reviewer=None, reason__endswith=REASON).update(by_consensus=True)
    outcomes = apps.get_model("classifier", "ReviewedWord").objects
    for decision in decisions.filter(by_consensus=True, undone_at=None).iterator(1000):
        outcomes.filter(word_key=decision.word_key, decided_at=decision.created).update(by_consensus=True)


class Migration(migrations.Migration):

    dependencies = [
        ("classifier", "0015_history_rows"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="by_consensus",
                field=models.BooleanField(
                    default=False,
                    help_text="Enough people agreed; no reviewer decided.",
                    verbose_name="by consensus",
                ),
            )
            for name in ("decision", "reviewedword")
        ),
        migrations.RunPython(mark_old_decisions, migrations.RunPython.noop),
    ]
