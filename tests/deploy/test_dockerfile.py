"""Runs the steps of the Dockerfile in a folder, since tests rarely have a container engine."""

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tests.deploy.conftest import free_port, production, running

DEPLOY = settings.BASE_DIR / "deploy"
pytestmark = pytest.mark.slow


def instructions():
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    return [line.split(" ", 1) for line in lines if not line.startswith("#")]


def copy(sources, folder):
    """Copy the files that git knows and Dockerfile.dockerignore admits."""
    admitted = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().split() if line.startswith("!")}
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.check_output(command, cwd=settings.BASE_DIR, text=True).splitlines()
    for name in files:
        wanted = name in sources or sources == ["."]
        if wanted and Path(name).parts[0] in admitted and (settings.BASE_DIR / name).exists():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(settings.BASE_DIR / name, target)


def is_open(path):
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def python_for_all():
    """Return a Python that the image's user may run, too: pyenv's in /root is none."""
    names = (Path(folder) / "python3" for folder in os.environ["PATH"].split(":"))
    return next((name.resolve() for name in names if name.exists() and is_open(name.resolve())), None)


@pytest.fixture
def folder():
    """Return an empty folder that every user can read."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        (path / "app").mkdir()
        yield path / "app"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become the image's user")
@pytest.mark.skipif(not python_for_all(), reason="needs a Python that all users may run")
def test_steps_of_the_dockerfile_lead_to_a_ready_service(folder):
    port = free_port()
    (folder.parent / "python").symlink_to(python_for_all())
    path = {"PATH": f"{folder.parent}:{os.environ['PATH']}"}
    last = dict(instructions())  # the last of each kind
    for instruction, argument in instructions():
        if instruction == "COPY":
            copy(argument.split()[:-1], folder)
        elif instruction == "RUN":
            subprocess.run(argument, shell=True, cwd=folder, check=True, env={**os.environ, **path})
    user, group = map(int, last["USER"].split(":"))
    command = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in json.loads(last["CMD"])]
    options = {"user": user, "group": group, "extra_groups": []}
    environment = production(DEBUG="off")
    with running(command, folder, environment, port, **options):
        check = shlex.split(last["HEALTHCHECK"].partition("CMD ")[2].replace(":8000", f":{port}"))
        subprocess.run(check, cwd=folder, check=True, env=environment, **options)
    written = [path for path in folder.rglob("*") if path.lstat().st_uid == user]
    assert {path.relative_to(folder).parts[0] for path in written} == {"var"}
