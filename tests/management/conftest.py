"""Commands within the process of the tests, and a toy model to train, compare and promote."""

import shutil
import sys
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from tests.toy_models import SYLLABLES, toy_words


@pytest.fixture
def command(capsys):
    """Return a function that runs a command: out, err, code."""

    def command(*arguments, **options):
        code = 0
        try:
            call_command(*arguments, **options)
        except CommandError as error:
            code = error.returncode
            sys.stderr.write(str(error))
        captured = capsys.readouterr()
        return SimpleNamespace(out=captured.out, err=captured.err, code=code)

    return command


@pytest.fixture
def toy(version, tmp_path, settings, monkeypatch):
    """Ship the toy version, and read toy words in place of public ones; return its folder."""
    from classifier.ml.artifacts import write_active
    from classifier.training import gate

    settings.MODEL_DIRS = [tmp_path / "shipped", tmp_path / "trained"]
    shipped = settings.MODEL_DIRS[0]
    folder = shutil.copytree(version, shipped / "Ngram" / version.name)
    write_active(shipped, "Ngram", version.name)
    lists = {code: dict.fromkeys(toy_words(SYLLABLES[code], 400, code), 1e-5) for code in ("en", "fr")}
    monkeypatch.setattr(gate, "read_words", lambda _card, languages: {code: lists.get(code, {}) for code in languages})
    return folder


@pytest.fixture
def review(db):
    """Return a function that stores outcomes of reviews."""
    from classifier.models import ReviewedWord

    def review(label, *words, languages=()):
        for word in words:
            fields = {"label": label, "languages": list(languages), "votes": 1, "trained_in": ""}
            ReviewedWord.objects.update_or_create(word_key=word, defaults=fields)

    return review


@pytest.fixture(scope="session")
def trained_before():
    """Return the folders of trained toy versions by what they learnt."""
    return {}


@pytest.fixture
def train(toy, tmp_path, settings, trained_before, tmp_path_factory):
    """Return a function that fine-tunes the toy model on the reviewed words, once each: the new version."""
    export = tmp_path / "reviewed.tsv"

    def train():
        call_command("export_feedback", str(export), stderr=StringIO())
        key = toy.name, export.read_text()
        if key in trained_before:
            folder = trained_before[key]
            shutil.copytree(folder, settings.MODEL_DIRS[1] / "Ngram" / folder.name)
            return folder.name
        out = StringIO()
        call_command("train", "Ngram", feedback=export, stdout=out, stderr=StringIO())
        version = out.getvalue().split()[-1]
        kept = tmp_path_factory.mktemp("trained") / version
        trained_before[key] = shutil.copytree(settings.MODEL_DIRS[1] / "Ngram" / version, kept)
        return version

    return train


@pytest.fixture
def promote():
    """Return a function that promotes a version: what it prints."""

    def promote(version, **options):
        out = StringIO()
        call_command("promote", "Ngram", version, stdout=out, **options)
        return out.getvalue()

    return promote


def french_words(count):
    """Return toy words of French that train."""
    from classifier.models.keys import measures

    return [word for word in toy_words(SYLLABLES["fr"], 400, "fr") if not measures(word)][:count]
