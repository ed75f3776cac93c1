"""The clock set back and forward under a running server."""

import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.faults.server import serving

pytestmark = pytest.mark.faults

HOUR, DAY = 3600, 24 * 3600
SOURCE = Path(__file__).with_name("clock.c")


@pytest.fixture
def server(tmp_path):
    """Serve by a clock of its own, with an API key."""
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("needs a C compiler (Debian: apt-get install gcc libc6-dev)")
    library = tmp_path / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, SOURCE], check=True)
    offset = tmp_path / "offset"
    offset.write_text("0")
    with serving(tmp_path, LD_PRELOAD=str(library), CLOCK_OFFSET=str(offset)) as server:
        server.key = server.manage("create_api_key", "clock").stdout.split()[-1]
        server.set_clock = lambda seconds: offset.write_text(str(seconds))
        yield server


def history_of(server):
    """Return words and times of the history, newest first, read by pages of seven."""
    rows, cursor = [], ""
    while cursor is not None:
        status, page, _ = server.call("GET", f"/api/v1/predictions?page_size=7&cursor={quote(cursor)}")
        assert status == 200
        rows += page["predictions"]
        cursor = page["next_cursor"]
    return [(row["word"], row["created_at"]) for row in rows]


def test_history_keeps_its_order_when_the_clock_is_set(server, figure):
    words = [f"{name} {place}" for name in ("un", "deux", "trois", "quatre") for place in "abcdefghij"]
    statuses = []
    for start, seconds in enumerate((0, -HOUR, DAY, -HOUR)):
        server.set_clock(seconds)
        statuses += [server.post(word)[0] for word in words[10 * start : 10 * start + 10]]
    history = history_of(server)
    times = [created for _word, created in history]
    figure(
        "a clock set back and forward moves no row",
        f"set by -1 h, +25 h, -25 h: {statuses.count(201)} of 40 acknowledged, {len(history)} in the history, in order",
    )
    assert set(statuses) == {201}
    assert [word for word, _created in history] == words[::-1]
    assert times != sorted(times, reverse=True), "the clock was not moved"
    assert server.ready()[0] == 200
