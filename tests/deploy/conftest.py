"""The service in a clean folder, started as in production."""

import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from django.conf import settings

NEEDED = ("classifier", "deploy", "langid_site", "static", "templates", "manage.py")
SETTINGS = ("DEBUG", "HTTPS", "BEHIND_PROXY", "MODEL_DIRS", "DATABASE_URL", "NUM_PROXIES")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def copy_project(folder):
    for name in NEEDED:
        source = settings.BASE_DIR / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    for name in (".venv", "ml_models"):
        (folder / name).symlink_to((settings.BASE_DIR / name).resolve())


def production(**more):
    """Return an environment of production, without the settings of tests."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS and "LIMIT_" not in name}
    needed = {"SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "words.example,127.0.0.1"}
    return {**environment, **needed, "BEHIND_PROXY": "on", "WEB_CONCURRENCY": "1", **more}


def wait_until_ready(process, port, log):
    end = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < end:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10).status
        except (urllib.error.HTTPError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"The service did not start:\n{log.read_text()}")


@contextmanager
def running(command, folder, environment, port, **options):
    """Run the service until the end of the block; its log is `log` in the folder."""
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output, **options)
    try:
        wait_until_ready(process, port, log)
        yield process
    finally:
        process.terminate()
        status = process.wait(30)
    assert status == 0, log.read_text()
    assert "Logging error" not in log.read_text()


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """Serve a copy of the project with `deploy/start`; return its folder and port."""
    if not (settings.BASE_DIR / ".venv" / "bin" / "gunicorn").exists():
        pytest.skip("needs .venv with gunicorn: `make run` makes it")
    folder, port = tmp_path_factory.mktemp("service"), free_port()
    copy_project(folder)
    command = ["deploy/start", "--bind", f"127.0.0.1:{port}"]
    with running(command, folder, production(LIMIT_FEEDBACK="2"), port):
        yield folder, port
