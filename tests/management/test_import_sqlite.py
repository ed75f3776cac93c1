import os

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection

from classifier.models import Prediction
from classifier.services.identify import identify


@pytest.fixture
def import_rows(manage, tmp_path):
    """Store three answers on SQLite; return a function that imports them: the process."""
    for command in (["migrate", "--verbosity", "0"], ["identify", "--store", "un", "deux", "trois"]):
        result = manage(*command)
        assert result.returncode == 0, result.stderr
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    url = f"{server}/{connection.settings_dict['NAME']}"
    return lambda: manage("import_sqlite", str(tmp_path / "db.sqlite3"), DATABASE_URL=url)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_all_rows_are_copied_as_they_are(import_rows):
    permissions = Permission.objects.count()
    assert "rows copied" in import_rows().stdout
    copied = list(Prediction.objects.order_by("pk"))
    assert [row.word for row in copied] == ["un", "deux", "trois"]
    assert any(row.created.microsecond % 1000 for row in copied)
    assert Permission.objects.count() == permissions
    [new] = identify(words=["quatre"], source="api")
    assert new.pk > copied[-1].pk
    assert "The database is not empty." in import_rows().stderr


@pytest.mark.sqlite
@pytest.mark.django_db
def test_only_postgresql_receives_rows(tmp_path):
    with pytest.raises(CommandError, match="Set DATABASE_URL to the PostgreSQL"):
        call_command("import_sqlite", str(tmp_path / "db.sqlite3"))
