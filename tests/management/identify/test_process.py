import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

# `manage.py identify` with a fake model, for a process of its own.
PROGRAM = """
import sys
from tests import conftest
import django
django.setup()
from classifier.services import registry
from django.core.management import execute_from_command_line
fake = conftest.FakeIdentifier(conftest.fake_card("FF", "20261122-00000002"))
with registry.use({"FF": fake}):
    execute_from_command_line(["manage.py", "identify", *sys.argv[1:]])
"""
# The same with chunks of two words and two processes, one of which is killed by the word `kill`.
PROCESSES = """
import os, signal
from classifier.management import word_input
from tests import conftest
word_input.CHUNK = 2
probabilities = conftest.FakeIdentifier.probabilities
def kill_or_answer(self, words):
    if "kill" in words:
        os.kill(os.getpid(), signal.SIGKILL)
    return probabilities(self, words)
conftest.FakeIdentifier.probabilities = kill_or_answer
""" + PROGRAM.replace("*sys.argv[1:]", '"--processes", "2", *sys.argv[1:]')


def process(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=settings.BASE_DIR, check=False, **options, timeout=60
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["dog"], 0),
        (["dog", "12"], 1),
        (["dog", "--model", "GPT"], 2),
        (["dog", "--format", "xml"], 2),
        (["dog", "--processes", "0"], 2),
        (["--x"], 2),
    ],
)
def test_exit_code_depends_on_the_result(arguments, code):
    assert process(*arguments, capture_output=True).returncode == code


def shell(command):
    program = ["sh", "-c", command, sys.executable, PROGRAM]
    return subprocess.run(program, cwd=settings.BASE_DIR, check=False, capture_output=True, text=True, timeout=60)


def test_closed_pipe_ends_the_command_quietly():
    reading, writing = os.pipe()
    os.close(reading)

    result = process("dog", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (result.returncode, result.stderr) == (0, b"")


def test_full_disk_is_reported():
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        result = process("dog", stdout=full, stderr=subprocess.PIPE, text=True)

    assert (result.returncode, "No space left" in result.stderr) == (2, True)


@pytest.mark.parametrize(("stream", "arguments"), [("<&-", ""), (">&-", "dog")])
def test_closed_stream_is_a_failure_in_one_line(stream, arguments):
    result = shell(f'"$0" -c "$1" {arguments} {stream}')

    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "is closed" in result.stderr


def test_closed_standard_error_does_no_harm():
    result = shell('"$0" -c "$1" dog 12 2>&-')

    assert (result.returncode, result.stdout.split()[0]) == (1, "dog")


@pytest.mark.parametrize(("form", "word"), [("table", "\\u0153uf"), ("tsv", "œuf")])
def test_terminal_that_is_not_utf8_is_served(form, word):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    result = process("œuf", "--format", form, capture_output=True, env=environment)

    assert (result.returncode, word in result.stdout.decode()) == (0, True)


def test_answers_come_before_the_input_ends_and_interrupts_are_quiet():
    command = [sys.executable, "-c", PROGRAM, "--format", "tsv"]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, cwd=settings.BASE_DIR, **pipes) as running:
        running.stdin.write(b"orignal\n")
        running.stdin.flush()
        assert [running.stdout.readline()[:7] for _line in range(2)] == [b"word\tla", b"orignal"]
        running.send_signal(signal.SIGINT)
        assert (running.wait(60), running.stderr.read()) == (130, b"CommandError: Interrupted.\n")


def start(*arguments):
    command = [sys.executable, "-c", PROCESSES, "--format", "tsv", *arguments]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(command, cwd=settings.BASE_DIR, **pipes)


def children_of(process):
    return list(map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()))


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_killed_process_is_a_failure_after_whole_lines():
    with start() as running:
        out, err = running.communicate(b"un\ndeux\ntrois\nquatre\nkill\nsix\nsept\nhuit\n", 60)

    lines = out.decode().split("\n")
    assert [line.split("\t")[0] for line in lines[:3]] == ["word", "un", "deux"]
    assert {line.count("\t") for line in lines[:-1]} == {lines[0].count("\t")}
    assert lines[-1] == ""
    assert (running.returncode, err) == (
        2,
        b"CommandError: A process has ended before its work was done (exit code -9).\n",
    )


@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_processes_end_with_the_command(end, code):
    with start() as running:
        running.stdin.write(b"un\ndeux\n" * 2000)
        running.stdin.flush()
        assert [running.stdout.readline().split(b"\t")[0] for _line in range(4001)][-1] == b"deux"
        children = children_of(running)
        running.send_signal(end)
        assert (len(children), running.wait(60)) == (2, code)
    deadline = time.monotonic() + 30
    while any(map(is_running, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, children))


def test_closed_pipe_ends_all_processes_quietly(tmp_path):
    (tmp_path / "words").write_text("un\ndeux\ntrois\n" * 50_000)
    with start("--input", str(tmp_path / "words")) as running:
        running.stdout.readline()
        running.stdout.close()
        assert (running.wait(60), running.stderr.read()) == (0, b"")


def test_arguments_that_are_not_utf8_are_refused():
    assert b"word 1: This is not UTF-8." in process(b"caf\xe9", capture_output=True).stderr


@pytest.mark.real_models
def test_shipped_model_answers_without_other_output():
    program = [sys.executable, "manage.py", "identify", "grenouille", "--format", "tsv"]

    result = subprocess.run(program, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[1].startswith("grenouille\tfr\tsingle\t")
    assert result.stderr == ""


def test_errors_of_a_model_are_still_printed(tmp_path):
    folder = tmp_path / "Ngram" / "20261122-00000000"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{}")
    (tmp_path / "active.json").write_text('{"Ngram": "20261122-00000000"}')
    program = [sys.executable, "manage.py", "identify", "orignal"]

    environment = {**os.environ, "MODEL_DIRS": str(tmp_path)}
    result = subprocess.run(
        program, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "A model version is refused" in result.stderr


def test_command_starts_without_heavy_imports():
    program = (
        "import sys, django; django.setup(); import classifier.management.commands.identify;"
        "print(*{'tensorflow', 'keras', 'tqdm', 'rest_framework.views'} & set(sys.modules))"
    )

    result = subprocess.run([sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, check=True)
    assert result.stdout.strip() == b""
