"""Feedback equal to the accepted one was a duplicate; now all equal feedback is accepted, other decided otherwise."""

from django.db import migrations
from django.db.models import F


def accept_duplicates(apps, schema_editor):
    feedback = apps.get_model("classifier", "Feedback").objects
    decided = {"decided_label": F("label"), "decided_languages": F("languages")}
    feedback.filter(status="duplicate").update(status="accepted", **decided)
    accepted = feedback.filter(status="accepted")
    same = accepted.filter(decided_label=F("label"), decided_languages=F("languages"))
    accepted.exclude(pk__in=same.values("pk")).update(status="otherwise")


def record_outcomes(apps, schema_editor):
    """Give each outcome a decision, so that undoing a later one brings it back."""
    words = apps.get_model("classifier", "ReviewedWord").objects.values("word_key", "label", "languages")
    decisions = apps.get_model("classifier", "Decision")
    decisions.objects.bulk_create((decisions(**word) for word in words.iterator()), batch_size=1000)


def clear_admin_log(apps, schema_editor):
    """Remove words from the log; decisions have their own record now, which a deleted history clears."""
    kinds = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="classifier", model="feedback")
    entries = apps.get_model("admin", "LogEntry").objects.filter(content_type__in=kinds)
    entries.update(object_repr="", change_message="")


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0006_decisions'),
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.RunPython(accept_duplicates, migrations.RunPython.noop),
        migrations.RunPython(record_outcomes, migrations.RunPython.noop),
        migrations.RunPython(clear_admin_log, migrations.RunPython.noop),
    ]
