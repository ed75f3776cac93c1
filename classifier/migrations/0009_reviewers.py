"""Create the group Reviewers, whose members decide about words."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

PERMISSIONS = ["add_decision", "view_decision", "view_feedback", "view_prediction", "view_reviewedword"]


def add_group(apps, schema_editor):
    # Django creates permissions only after all migrations.
    create_permissions(installed.get_app_config("classifier"), verbosity=0, apps=apps, using=schema_editor.connection.alias)
    group, _created = apps.get_model("auth", "Group").objects.get_or_create(name="Reviewers")
    permissions = apps.get_model("auth", "Permission").objects
    group.permissions.add(*permissions.filter(content_type__app_label="classifier", codename__in=PERMISSIONS))


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0008_decision_rule'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.RunPython(add_group, migrations.RunPython.noop),
    ]
