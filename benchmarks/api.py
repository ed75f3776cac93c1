"""Prints how many words a second the API answers and stores, one a call and in batches, and what limits cost."""

import http.client
import json
import socket
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.server import serving
from classifier.access.counters import consume

SECONDS = 5
CLIENTS = 4
BATCH = 1000
TAKES = 20_000
WORDS = ("orignal", "piano", "knowledge", "mañana", "aujourd'hui", "xqzt")

Call = Callable[[http.client.HTTPConnection, int], int]


def post(connection: http.client.HTTPConnection, path: str, body: object) -> bool:
    """Send `body` and read the answer; return whether there is one, or the service is busy (503)."""
    connection.request("POST", f"/api/v1/predictions{path}", json.dumps(body), {"Content-Type": "application/json"})
    if hasattr(socket, "TCP_QUICKACK"):  # else Linux acknowledges the head of an answer 40 ms later, and the body waits
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    response = connection.getresponse()
    response.read()
    if response.status >= 400 and response.status != 503:
        raise RuntimeError(f"{path}: {response.status}")
    return response.status != 503


def one_word(connection: http.client.HTTPConnection, number: int) -> int:
    """Ask for one word; return how many were answered."""
    return int(post(connection, "", {"word": WORDS[number % len(WORDS)]}))


def many_words(connection: http.client.HTTPConnection, number: int) -> int:
    """Ask for a full batch."""
    items = [{"word": WORDS[place % len(WORDS)]} for place in range(BATCH)]
    return BATCH * post(connection, "/batch", {"items": items})


def keep_asking(port: int, call: Call) -> tuple[int, list[float]]:
    """Call for some seconds; return how many words were answered and the seconds of each call."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    words, end = 0, time.perf_counter() + SECONDS
    took: list[float] = []
    while (start := time.perf_counter()) < end:
        words += call(connection, len(took))
        took.append(time.perf_counter() - start)
    connection.close()
    return words, took


def measure(port: int, name: str, call: Call, clients: int) -> None:
    """Print the throughput of so many clients at once, and how long a call takes."""
    with ThreadPoolExecutor(clients) as pool:
        runs = list(pool.map(keep_asking, [port] * clients, [call] * clients))
    took = sorted(seconds for _words, each in runs for seconds in each)
    words = sum(words for words, _took in runs)
    median, p99 = (1000 * took[int(share * (len(took) - 1))] for share in (0.5, 0.99))
    print(f"{name:8} {clients:7} {len(took) / SECONDS:12.1f} {words / SECONDS:12.0f} {median:10.1f} {p99:10.1f}")


def microseconds_a_take(path: Path) -> float:
    """Return the time that counting one call takes, as the process sees it."""
    start = time.perf_counter()
    for _ in range(TAKES):
        consume(path, "single:address:192.0.2.1", 10**9)
    return (time.perf_counter() - start) / TAKES * 1e6


def measure_limits() -> None:
    """Print what counting costs one process, and four that count the same caller."""
    with tempfile.TemporaryDirectory() as folder, get_context("spawn").Pool(4) as pool:
        path = Path(folder) / "limits"
        alone = microseconds_a_take(path)
        together = pool.map(microseconds_a_take, [path] * 4)
    print(f"limits: {alone:.0f} µs a call; four processes at once: {max(together):.0f} µs")


def main() -> None:
    """Serve what `make run` serves, and ask it."""
    measure_limits()
    unlimited = {f"LIMIT_{scope}": "1000000000" for scope in ("SINGLE", "BATCH")}
    with serving(**unlimited) as server:
        post(http.client.HTTPConnection("127.0.0.1", server.port), "", {"word": "warm"})
        print(f"{'':8} clients {'requests/s':>12} {'words/s':>12} {'median ms':>10} {'p99 ms':>10}")
        for name, call in (("single", one_word), ("batch", many_words)):
            for clients in (1, CLIENTS):
                measure(server.port, name, call, clients)


if __name__ == "__main__":
    main()
