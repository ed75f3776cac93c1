"""Switches and damaged versions in processes that serve."""

import json
import shutil
import time
import urllib.request

import pytest

from benchmarks import switches
from benchmarks.server import serving
from classifier.ml.artifacts import CARD_FILE, LITERT_FILE, Card, write_active
from classifier.ml.identifier import Identifier

pytestmark = pytest.mark.slow


def change_card(folder, **fields):
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps({**card, **fields}))


def truncate(folder, _other):
    (folder / LITERT_FILE).write_bytes((folder / LITERT_FILE).read_bytes()[:-100])


def flip_a_bit(folder, _other):
    content = bytearray((folder / LITERT_FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / LITERT_FILE).write_bytes(content)


def take_the_model_of_another(folder, other):
    shutil.copy(other / LITERT_FILE, folder)


def take_the_card_of_another(folder, other):
    shutil.copy(other / CARD_FILE, folder)


def claim_another_digest(folder, other):
    change_card(folder, sha256=dict(Card.read(other).sha256))


def lose_the_model(folder, _other):
    (folder / LITERT_FILE).unlink()


DAMAGES = [
    truncate,
    flip_a_bit,
    take_the_model_of_another,
    take_the_card_of_another,
    claim_another_digest,
    lose_the_model,
]


def damaged_version(source, other, number):
    """Copy a version under a new name, and damage it."""
    folder = shutil.copytree(source, source.with_name(f"20990101-{number:08}"))
    change_card(folder, version=folder.name)
    DAMAGES[number](folder, other)
    return folder.name


def wait_until_refused(server, version):
    end = time.monotonic() + switches.LONGEST_WAIT
    while f"No sound files of Ngram {version}" not in server.log.read_text():
        assert time.monotonic() < end
        time.sleep(0.1)


def is_ready(server):
    with urllib.request.urlopen(f"{server.address}/readyz") as response:  # raises an error for 503
        return response.status == 200


def test_running_server_refuses_damaged_versions_and_goes_on(tmp_path):
    folders = switches.copy_versions(tmp_path)
    [active, other] = folders.values()
    damaged = [damaged_version(active, other, number) for number in range(len(DAMAGES))]
    with serving(**switches.settings_of(tmp_path)) as server, switches.activating(server) as activate:
        asker = switches.Asker(server.port)
        asker.start()
        switches.wait_for([asker], active.name)
        write_active(tmp_path / "shipped", "Ngram", damaged[0])
        wait_until_refused(server, damaged[0])
        for version in damaged[1:]:
            activate(version)
            wait_until_refused(server, version)
        assert is_ready(server)
        assert [version for version, _ in asker.changes[1:]] == [active.name]
        refused = server.manage("promote", "Ngram", damaged[-1], "--override", "I know better")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("CommandError: ")
        assert damaged[-1] in refused.stderr
        activate(other.name)
        switches.wait_for([asker], other.name)
        asker.stop()
        assert asker.failures == []


def test_switches_of_two_processes_under_load_fail_no_request():
    report = switches.measure(4)
    assert (report.failures, report.false_rows) == ([], [])
    assert report.rows == report.requests > 0


def test_row_that_names_another_version_is_found(tmp_path):
    versions = {version: Identifier(folder) for version, folder in switches.copy_versions(tmp_path).items()}
    first, second = versions
    answers = versions[first].identify(switches.WORDS)
    rows = [{"word": one.word, "probabilities": one.probabilities, "model_version": first} for one in answers]
    assert switches.false_rows(rows, versions) == []
    assert switches.false_rows([{**row, "model_version": second} for row in rows], versions) == [*switches.WORDS]
