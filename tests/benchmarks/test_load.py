"""wrk's script, and what it prints."""

import shutil
import subprocess

import pytest

from benchmarks import load
from benchmarks.load import Requests, get_words, post_words, read_figures
from benchmarks.processes import tree

PRINTED = """Running 8s test @ http://127.0.0.1:8000
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    15.98ms    9.71ms 112.40ms   86.05%
  Latency Distribution
     50%   13.02ms
     75%   17.71ms
     90%   26.70ms
     99%    1.05s
  16384 requests in 8.01s, 9.40MB read
Requests/sec:   2045.44
Transfer/sec:      1.17MB
"""
FAULTS = "  Socket errors: connect 1, read 2, write 0, timeout 3\n  Non-2xx or 3xx responses: 84\nRequests/sec"


def test_figures_are_read_in_milliseconds():
    figures = read_figures(PRINTED, cpu=8.192)
    assert figures == (2045.44, 13.02, 1050.0, 0.5, 16384, 0)


def test_refused_and_lost_requests_have_failed():
    figures = read_figures(PRINTED.replace("Requests/sec", FAULTS))
    assert (figures.answered, figures.failed) == (16300, 90)
    assert figures.requests == pytest.approx(2045.44 * 16300 / 16384)


def test_output_without_figures_is_shown():
    with pytest.raises(SystemExit, match="unable to connect"):
        read_figures("unable to connect to 127.0.0.1:8000 Connection refused\n")


def test_words_are_posted_as_json_or_quoted_in_the_address():
    words = ["l'été", 'a "b"']
    assert post_words("/p", words).records == ['{"word": "l\'été"}', '{"word": "a \\"b\\""}']
    assert get_words("/p", words).records == ["/p?word=l%27%C3%A9t%C3%A9", "/p?word=a%20%22b%22"]


def test_script_sends_bodies_only_with_a_path():
    assert '"POST", "/p", nil, records[place]' in Requests(["{}"], "/p").script("file")
    assert 'wrk.format("GET", records[place])' in Requests(["/p"]).script("file")


def test_missing_wrk_names_its_package(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match="apt-get install wrk"):
        load.run_wrk("http://127.0.0.1:1", Requests(["{}"], "/p"), 1, 1)


def test_tree_holds_children_of_children():
    command = ["sh", "-c", "sh -c 'sleep 60 & echo $!; wait'; true"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        grandchild = int(process.stdout.readline())
        pids = tree(process.pid)
        subprocess.run(["kill", *map(str, pids)], check=True)  # parents first: they end with their children
    assert pids[0] == process.pid
    assert grandchild in pids
