import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow


def prepare(folder, **changes):
    environment = {"DEBUG": "off", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "words.example"}
    environment |= {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "HTTPS": "off", **changes}
    command = [sys.executable, "manage.py", "prepare"]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_database_is_made_and_warnings_are_printed(tmp_path):
    prepared = prepare(tmp_path)
    assert (prepared.returncode, (tmp_path / "db.sqlite3").exists()) == (0, True)
    assert "security.W004" in prepared.stderr  # without HTTPS there is no HSTS


def test_failed_step_is_a_failure(tmp_path):
    assert prepare(tmp_path / "missing" / "folder").returncode == 1
