"""Imports between the rooms of classifier/, described in CONTRIBUTING."""

import ast
import subprocess
import sys

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
HEAVY = {"tensorflow", "keras", "wordfreq"}
# Room: the rooms that it may import.
ROOMS = {
    "ml": "",
    "words": "ml",
    "models": "ml",
    "training": "ml words",
    "datasets": "ml words",
    "access": "",
    "services": "ml words models",
    "formats": "ml words models services",
    "review": "ml access models services formats",
    "web": "ml words models access services formats",
    "api": "ml words models access services formats",
}


def imports_of(path):
    """Return the modules imported by a file, also inside functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def importers(*modules, among=("classifier", "langid_site", "benchmarks")):
    """Return the folders that import one of the modules."""
    paths = [path for folder in among for path in (ROOT / folder).rglob("*.py")]
    starts = tuple(f"{module}." for module in modules)
    return {
        "/".join(path.relative_to(ROOT).parts[:2])
        for path in paths
        if any(f"{name}.".startswith(starts) for name in imports_of(path))
    }


def test_imports_are_found_wherever_they_stand(tmp_path):
    (tmp_path / "module.py").write_text("import os.path\ndef later():\n    from classifier.training import export\n")
    assert imports_of(tmp_path / "module.py") == {"os.path", "classifier.training", "classifier.training.export"}


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_rooms_below_it(room):
    names = {name for path in (ROOT / "classifier" / room).rglob("*.py") for name in imports_of(path)}
    rooms = {name.split(".")[1] for name in names if name.startswith("classifier.")} & ROOMS.keys()
    assert rooms - {room} <= set(ROOMS[room].split())


def test_rooms_have_walls():
    rooms = {path.name for path in (ROOT / "classifier").iterdir() if (path / "__init__.py").is_file()}
    assert rooms - {"management", "migrations", "templatetags"} == set(ROOMS)


def test_ml_imports_no_django():
    assert "classifier/ml" not in importers("django", "rest_framework")


def test_words_imports_no_orm():
    assert "classifier/words" not in importers("django.db")


def test_training_libraries_are_imported_by_training_only():
    assert {room for room in importers(*HEAVY) if not room.startswith("benchmarks/")} == {"classifier/training"}


def test_training_is_imported_by_commands_and_benchmarks_only():
    rooms = importers("classifier.training")
    assert "classifier/management" in rooms
    assert {room for room in rooms if not room.startswith("benchmarks/")} == {
        "classifier/management",
        "classifier/training",
    }


def test_project_is_imported_by_itself_only():
    assert importers("langid_site") <= {"langid_site/urls.py", "langid_site/settings.py"}


@pytest.mark.parametrize("modules", ["classifier.words.lists, classifier.ml.identifier", "classifier.datasets.cluster"])
def test_identifying_worker_loads_no_orm_and_no_settings(modules):
    modules_of_server = {"django.db", "rest_framework", "langid_site", "langid_site.settings"}
    probe = f"import sys, {modules}; print({modules_of_server} & set(sys.modules))"
    output = subprocess.check_output([sys.executable, "-c", probe], cwd=ROOT, text=True)
    assert output == "set()\n"
