"""Model files and active.json damaged before the start and while serving."""

import json
import random
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.conftest import COUNT
from tests.faults.server import Load, Server

pytestmark = pytest.mark.faults
WORDS = [f"mot{'a' * number}" for number in range(40)]  # more than run one by one


def answers(server):
    """Return the answers of a batch without what differs each time."""
    status, body, _ = server.call("POST", "/api/v1/predictions/batch", {"items": [{"word": word} for word in WORDS]})
    assert status == 200, body
    rows = [result["prediction"] for result in body["results"]]
    return [(row["word"], row["model_version"], row["candidates"]) for row in rows]


def answers_of_all_workers(server):
    """Ask so many at a time that each worker has loaded its model; return the last answers."""
    with ThreadPoolExecutor(8) as pool:  # one after the other, all may go to the same worker
        return list(pool.map(lambda _: answers(server), range(40)))[-1]


def damages(content, count):
    """Yield damaged versions of a list: cut, with a wrong byte, of wrong types."""
    draw = random.Random(1)
    for _ in range(count):
        place = draw.randrange(len(content))
        yield content[:place]
        yield content[:place] + bytes([draw.randrange(256)]) + content[place + 1 :]
    for value in ({}, [], None, 5, "Ngram", {"Ngram": 5}, {"Ngram": ["x"]}, {"Ngram": "../../etc"}, {"Ngram": ""}):
        yield json.dumps(value).encode()


@pytest.mark.parametrize("damage", ["removed", "replaced", "overwritten", "truncated"])
def test_changed_model_file_changes_no_answer(server, figure, damage):
    model = server.version / "model.tflite"
    expected = answers_of_all_workers(server)
    workers = server.workers
    if damage == "removed":
        model.unlink()
    elif damage == "replaced":
        (server.folder / "other").write_bytes(bytes(reversed(model.read_bytes())))
        (server.folder / "other").replace(model)
    else:
        with model.open("r+b") as file:
            if damage == "truncated":
                file.truncate(1000)
            else:
                file.seek(100_000)
                file.write(b"\x7f" * 2_000_000)
    same = [answers(server) == expected for _ in range(10)]
    figure("a changed model file changes no answer", f"{damage}: {same.count(True)} of 10 batches the same")
    assert all(same)
    assert server.workers == workers


def test_damaged_list_leaves_what_serves(server, figure):
    active = server.models / "active.json"
    content = active.read_bytes()
    wrong = list(damages(content, COUNT * 5))
    answers_of_all_workers(server)
    with Load(server, clients=1) as load:
        for damaged in wrong:
            (server.folder / "new").write_bytes(damaged)
            (server.folder / "new").replace(active)
            assert server.post()[0] == 201
        active.unlink()
        server.wait_for_log("active.json lists no models")  # workers look once a second, so they see few of the damages
        assert server.post()[0] == 201
        assert server.call("GET", "/models/")[0] == 200
    figure(
        "a damaged active.json leaves what serves", f"{len(wrong) + 1} damages, {len(load.answers)} answers, all 201"
    )
    assert load.statuses() == {201}


@pytest.mark.parametrize("damage", ["removed", "truncated", "flipped", "other card", "no list"])
def test_unsound_version_never_serves_and_recovers(tmp_path, figure, damage):
    server = Server(tmp_path, workers=1)
    server.copy_models()
    shutil.copytree(server.models, tmp_path / "sound")
    assert server.manage("migrate", "--verbosity", "0").returncode == 0
    model, card, active = server.version / "model.tflite", server.version / "card.json", server.models / "active.json"
    content = model.read_bytes()
    {
        "removed": model.unlink,
        "truncated": lambda: model.write_bytes(content[:-1]),
        "flipped": lambda: model.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]),
        "other card": lambda: card.write_text(card.read_text().replace(server.version.name, "20200101-00000000")),
        "no list": lambda: active.write_text("{"),
    }[damage]()
    server.start()
    try:
        server.wait_until(200, "/livez")
        assert server.ready()[1]["models"] == "unavailable"
        assert server.post()[0] == 503
        shutil.copytree(tmp_path / "sound", server.models, dirs_exist_ok=True)
        seconds = server.wait_until(200, seconds=30)
        assert server.post()[0] == 201
    finally:
        server.stop()
    figure("an unsound version never serves", f"{damage}: 503, ready {seconds:.1f} s after the repair")
