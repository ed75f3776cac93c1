import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client, LocalCluster
from distributed.comm import CommClosedError
from django.conf import settings
from django.core.management import CommandError, call_command

from classifier.datasets.destination import Destination
from classifier.datasets.sources import DatasetError

pytestmark = [pytest.mark.slow, pytest.mark.real_models]

ANSWER = ["word", "language", "verdict", "set", "mixed", "en", "fr", "es", "undetermined", "model", "model_version"]
WORDS = ["chat", "dog", "éléphant", "piano", "xqzt", "l'eau", "un gâteau bleu", "the chat noir", " mañana ", "=SUM"]


@pytest.fixture(scope="module")
def cluster():
    """Return a cluster of two worker processes."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster


@pytest.fixture
def run(cluster, command, tmp_path, monkeypatch):
    """Return a function that runs the command on the cluster: out, err, code."""
    from classifier.datasets import cluster as client

    monkeypatch.setattr(client, "WAIT_SECONDS", 2)

    def run(source, *, destination="answers", column="word", **options):
        options = {"scheduler": cluster.scheduler_address, "partition_bytes": 1000} | options
        return command("identify_dataset", str(source), str(tmp_path / destination), column=column, **options)

    return run


def write_csv(path, words):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["n", "mot"], *enumerate(words, 1)])
    return path


def draw(count):
    """Return words, each of them different."""
    choose = random.Random(count)
    return [f"{choose.choice(WORDS)} {''.join(choose.choices('abeio', k=6))}" for _ in range(count)]


def parts_of(folder):
    return sorted(folder.glob("part-*"))


def read_csv(path):
    return list(csv.DictReader(io.StringIO(path.read_text(), newline="")))


def rows_of(folder):
    """Return the rows of all parts in their order."""
    return [row for path in parts_of(folder) for row in read_csv(path)]


def answers_of_command(path, capsys):
    """Return the rows that `manage.py identify` writes."""
    call_command("identify", input=str(path), column="mot", format="tsv")
    return list(csv.DictReader(capsys.readouterr().out.splitlines(), dialect="excel-tab"))


def check_answers(folder, path, capsys):
    """Compare the parts with the file and with the one-machine command."""
    rows = rows_of(folder)
    assert [(row["n"], row["mot"]) for row in rows] == [(row["n"], row["mot"]) for row in read_csv(path)]
    assert [{name: row[name] for name in ANSWER} for row in rows] == answers_of_command(path, capsys)


def test_answers_are_those_of_the_one_machine_command(run, tmp_path, capsys):
    path = write_csv(tmp_path / "words.csv", WORDS * 30)

    result = run(path, column="mot")
    assert (result.code, result.err) == (0, "")
    assert result.out == f"300 rows answered, 0 bad rows, in {len(parts_of(tmp_path / 'answers'))} partitions.\n"
    assert len(parts_of(tmp_path / "answers")) > 3
    check_answers(tmp_path / "answers", path, capsys)


def test_killed_worker_costs_no_row(run, cluster, tmp_path, capsys):
    path, folder = write_csv(tmp_path / "words.csv", draw(6_000)), tmp_path / "answers"
    killed = []

    def kill():
        while not parts_of(folder):
            time.sleep(0.01)
        with Client(cluster) as client:
            pid = next(iter(client.run(os.getpid).values()))
        os.kill(pid, signal.SIGKILL)
        killed.append(len(parts_of(folder)))

    killer = threading.Thread(target=kill)
    killer.start()
    result = run(path, column="mot", partition_bytes=2_000)
    killer.join()
    assert result.code == 0
    assert 0 < killed[0] < len(parts_of(folder))
    check_answers(folder, path, capsys)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_interrupted_command_goes_on_where_it_was(run, tmp_path, capsys, number, code):
    path, folder = write_csv(tmp_path / "words.csv", draw(6_000)), tmp_path / "answers"
    options = ["--column", "mot", "--partition-bytes", "2000", "--workers", "1"]
    command = [sys.executable, "manage.py", "identify_dataset", path, folder, *options]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    with process:
        while len(parts_of(folder)) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, number)
        errors = process.stderr.read().decode()
    assert process.returncode == code
    assert ("Repeat the command" in errors) == (code == 130)
    assert "Dask Worker process" not in errors  # with its traceback
    before = {part: part.stat().st_mtime_ns for part in parts_of(folder)}

    result = run(path, column="mot", partition_bytes=2_000)
    assert result.code == 0
    assert f"{len(before)} were finished before" in result.out
    assert len(before) < len(parts_of(folder))
    assert {part: part.stat().st_mtime_ns for part in before} == before
    check_answers(folder, path, capsys)


def interrupt(*_):
    signal.raise_signal(signal.SIGINT)


def stop(*_):
    raise DatasetError("Stopped.")


@pytest.mark.parametrize(
    ("end", "reason"), [(interrupt, (130, "Interrupted. Repeat the command to go on.")), (stop, (2, "Stopped."))]
)
def test_lost_workers_do_not_hide_why_a_run_has_ended(run, tmp_path, monkeypatch, end, reason):
    def unregister(*_):
        raise CommClosedError("The worker is gone.")

    monkeypatch.setattr("classifier.datasets.cluster._run", end)
    monkeypatch.setattr(Client, "unregister_worker_plugin", unregister)
    result = run(write_csv(tmp_path / "words.csv", WORDS), column="mot")
    assert (result.code, result.err) == reason


def test_interrupt_that_python_drops_stops_the_run(run, tmp_path, monkeypatch):
    def holds(*_):
        with suppress(KeyboardInterrupt):  # as Python does in `__del__` of Dask's objects
            interrupt()
        return True

    monkeypatch.setattr(Destination, "holds", holds)
    result = run(write_csv(tmp_path / "words.csv", WORDS * 30), column="mot")
    assert (result.code, result.out) == (130, "")


def test_pattern_names_files_in_their_order(run, tmp_path):
    for number in (2, 1, 10):
        write_csv(tmp_path / f"words-{number:02}.csv", [f"mot {'abcdefghijk'[number]}"])

    assert run(tmp_path / "words-*.csv", column="mot").code == 0
    assert [row["mot"] for row in rows_of(tmp_path / "answers")] == ["mot b", "mot c", "mot k"]


def test_parquet_is_answered_in_parquet(run, tmp_path, capsys):
    words, answers = write_csv(tmp_path / "words.csv", WORDS), tmp_path / "answers"
    table = pa.table({"n": range(1, 11), "mot": WORDS})
    pq.write_table(table, tmp_path / "words.parquet", row_group_size=3)

    assert run(tmp_path / "words.parquet", column="mot", partition_bytes=1).code == 0
    assert len(parts_of(answers)) == 4
    result = pa.concat_tables(map(pq.read_table, parts_of(answers)))
    assert result.select(["n", "mot"]) == table
    assert [
        {name: "" if cell is None else str(cell) for name, cell in row.items()}
        for row in result.select(ANSWER).to_pylist()
    ] == answers_of_command(words, capsys)


def test_json_lines_are_answered_in_json_lines(run, tmp_path):
    rows = [{"word": word, "n": [number]} for number, word in enumerate(WORDS)]
    (tmp_path / "words.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    assert run(tmp_path / "words.jsonl", partition_bytes=100).code == 0
    answers = [json.loads(line) for path in parts_of(tmp_path / "answers") for line in path.read_text().splitlines()]
    assert [{"word": row["word"], "n": row["n"]} for row in answers] == rows
    assert (answers[0]["answer_word"], answers[0]["language"], answers[1]["language"]) == ("chat", None, "en")


def test_bad_rows_lie_beside_with_their_reasons(run, tmp_path):
    path = write_csv(tmp_path / "words.csv", ["chat", "12", "dog", ""] * 100)

    result = run(path, column="mot")
    assert (result.code, "200 rows answered, 200 bad rows" in result.out) == (1, True)
    files = sorted((tmp_path / "answers/bad_rows").iterdir())
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert [row["row"] for row in rows] == [number for number in range(2, 402) if number % 2]
    assert rows[0] == {
        "file": path.as_uri(),
        "row": 3,
        "code": "no_letters",
        "error": "The word contains no letters.",
    }


def test_model_and_languages_are_chosen(run, tmp_path):
    path = write_csv(tmp_path / "words.csv", ["chat"])

    assert run(path, column="mot", model="ff", languages="ES, en").code == 0
    [row] = rows_of(tmp_path / "answers")
    assert (row["model"], list(row)[7:9]) == ("FF", ["es", "en"])


def test_finished_question_is_not_asked_again(run, tmp_path):
    path = write_csv(tmp_path / "words.csv", ["chat", "dog"])
    run(path, column="mot")

    assert run(path, column="mot").out == "0 rows answered, 0 bad rows, in 0 partitions. 1 were finished before.\n"


def test_begun_question_keeps_its_version(make_version, settings, tmp_path):
    from classifier.management.commands.identify_dataset import _find_version

    folder = make_version(tmp_path / "Ngram" / "20261122-0000000a")
    settings.MODEL_DIRS = [*settings.MODEL_DIRS, tmp_path]
    assert _find_version("", {"model": "Ngram", "model_version": folder.name}) == folder
    assert _find_version("", None).parent == settings.BASE_DIR / "ml_models/Ngram"
    with pytest.raises(CommandError, match="20261122-0000000b, which began to answer, is not on disk"):
        _find_version("ngram", {"model": "Ngram", "model_version": "20261122-0000000b"})


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"languages": "en,fr"}, "languages"),
        ({"confidence": 0.95}, "confidence"),
        ({"model": "FF"}, "model, model_version"),
        ({"column": "n"}, "column"),
    ],
)
def test_destination_of_another_question_is_refused(run, tmp_path, options, name):
    path = write_csv(tmp_path / "words.csv", ["chat"])
    run(path, column="mot")

    result = run(path, **{"column": "mot", **options})
    assert (result.code, f"other {name}," in result.err) == (2, True)


def test_changed_file_is_another_question(run, tmp_path):
    path = write_csv(tmp_path / "words.csv", ["chat"])
    run(path, column="mot")
    write_csv(path, ["chien"])

    assert "other files," in run(path, column="mot").err


def test_folder_in_use_is_refused(run, tmp_path):
    path = write_csv(tmp_path / "words.csv", ["chat"])

    result = run(path, column="mot", destination=".")
    assert (result.code, "is not empty" in result.err) == (2, True)


def test_files_with_different_columns_are_refused(run, tmp_path):
    write_csv(tmp_path / "a.csv", ["chat"])
    (tmp_path / "b.csv").write_text("mot,n\nchat,1\n")

    assert "b.csv has other columns than" in run(tmp_path / "*.csv", column="mot").err


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("none.csv", {}, "There is no file"),
        ("*.parquet", {}, "There is no file"),
        ("", {}, "is a folder"),
        ("words.txt", {}, "must end in one of"),
        ("*", {}, "must end in one of"),
        ("words.csv", {"column": "word"}, "n · mot"),
        ("words.csv", {"model": "GPT"}, "no such model"),
        ("words.csv", {"languages": "xx"}, "Unknown language"),
        ("words.csv", {"workers": 2}, "--workers is for this machine"),
        ("words.csv", {"partition_bytes": 0}, "at least 1"),
        ("words.csv", {"scheduler": "tcp://127.0.0.1:1"}, "cannot be reached"),
        ("words.csv", {"scheduler": "nonsense://"}, "cannot be reached"),
    ],
)
def test_failure_has_a_message_and_no_answers(run, tmp_path, source, options, message):
    write_csv(tmp_path / "words.csv", ["chat"])
    (tmp_path / "words.txt").write_text("chat\n")

    result = run(f"{tmp_path}/{source}", **{"column": "mot", **options})
    assert (result.code, result.out, message in result.err) == (2, "", True), result.err
    assert not parts_of(tmp_path / "answers")


def test_missing_package_is_named_with_the_command_that_installs_it():
    program = "import sys, runpy; sys.modules['fsspec'] = None; runpy.run_path('manage.py', run_name='__main__')"
    command = [sys.executable, "-c", program, "identify_dataset", "words.csv", "answers", "--column", "mot"]

    result = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("CommandError: fsspec is missing. Run: ")
    assert "--requirement requirements-cluster.txt" in result.stderr


def test_damaged_rows_fail_only_their_partition(run, tmp_path):
    path, answers = tmp_path / "words.parquet", tmp_path / "answers"
    pq.write_table(pa.table({"mot": draw(300)}), path, row_group_size=100)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 - 200 : len(content) // 2 + 200] = bytes(400)
    path.write_bytes(content)

    result = run(path, column="mot", partition_bytes=1)
    assert (result.code, "words.parquet, from row 101: OSError" in result.err) == (2, True)
    assert [part.stem for part in parts_of(answers)] == ["part-000000", "part-000002"]
