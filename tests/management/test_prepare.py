import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.deploy.conftest import copy_project

pytestmark = pytest.mark.slow


def prepare(folder, project=settings.BASE_DIR, **changes):
    environment = {"DEBUG": "off", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "words.example"}
    environment |= {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "HTTPS": "off", **changes}
    command = [sys.executable, "manage.py", "prepare"]
    return subprocess.run(
        command, cwd=project, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_database_is_made_and_warnings_are_printed(tmp_path):
    prepared = prepare(tmp_path)
    assert (prepared.returncode, (tmp_path / "db.sqlite3").exists()) == (0, True)
    assert "security.W004" in prepared.stderr  # without HTTPS there is no HSTS


def test_failed_step_is_a_failure(tmp_path):
    assert prepare(tmp_path / "missing" / "folder").returncode == 1


def test_static_files_are_collected_when_they_have_changed_or_are_missing(tmp_path):
    copy_project(tmp_path)
    static = tmp_path / "var" / "static"

    def collect():
        """Prepare; return when the files were collected, and the hashed name of one."""
        assert prepare(tmp_path, tmp_path).returncode == 0
        manifest = static / "staticfiles.json"
        return manifest.stat().st_mtime_ns, json.loads(manifest.read_text())["paths"]["site.css"]

    first = collect()
    assert collect() == first
    (static / first[1]).unlink()
    again = collect()
    assert again[0] > first[0]
    assert (static / again[1]).exists()
    with (tmp_path / "static" / "site.css").open("a") as style:
        style.write("/* new */")
    assert collect()[1] != first[1]
