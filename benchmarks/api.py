"""Throughput of the API and cost of limits."""

import http.client
import json
import socket
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings

from benchmarks.server import PRODUCTION, serving
from classifier.access.counters import consume

SECONDS = 5
CLIENTS = 4
BATCH = 1000
CONSUMPTIONS = 20_000
WORDS = ("orignal", "piano", "knowledge", "mañana", "aujourd'hui", "xqzt")

Call = Callable[[http.client.HTTPConnection, int], int]


def post(connection: http.client.HTTPConnection, path: str, body: object) -> bool:
    """Send `body`; return whether the service answered.

    It does not when it is busy (503). Raises RuntimeError for other errors.
    """
    connection.request("POST", f"/api/v1/predictions{path}", json.dumps(body), {"Content-Type": "application/json"})
    if hasattr(socket, "TCP_QUICKACK"):  # else Linux delays its acknowledgement, and so the body, by 40 ms
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    response = connection.getresponse()
    response.read()
    if response.status >= 400 and response.status != 503:
        raise RuntimeError(f"{path}: {response.status}")
    return response.status != 503


def one_word(connection: http.client.HTTPConnection, number: int) -> int:
    """Identify one word; return the number of answers."""
    return int(post(connection, "", {"word": WORDS[number % len(WORDS)]}))


def many_words(connection: http.client.HTTPConnection, number: int) -> int:
    """Identify a full batch; return the number of answers."""
    items = [{"word": WORDS[place % len(WORDS)]} for place in range(BATCH)]
    return BATCH * post(connection, "/batch", {"items": items})


def call_repeatedly(port: int, call: Call) -> tuple[int, list[float]]:
    """Call for SECONDS; return the words answered and all durations.

    Durations are in seconds a call.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    words, end = 0, time.perf_counter() + SECONDS
    durations: list[float] = []
    while (start := time.perf_counter()) < end:
        words += call(connection, len(durations))
        durations.append(time.perf_counter() - start)
    connection.close()
    return words, durations


def measure(port: int, name: str, call: Call, clients: int) -> None:
    """Print throughput and durations with parallel clients."""
    with ThreadPoolExecutor(clients) as pool:
        runs = list(pool.map(call_repeatedly, [port] * clients, [call] * clients))
    durations = sorted(seconds for _, durations in runs for seconds in durations)
    words = sum(words for words, _ in runs)
    median, p99 = (1000 * durations[int(share * (len(durations) - 1))] for share in (0.5, 0.99))
    print(f"{name:8} {clients:7} {len(durations) / SECONDS:12.1f} {words / SECONDS:12.0f} {median:10.1f} {p99:10.1f}")


def microseconds_to_consume(path: Path) -> float:
    """Return the time to count one call, in microseconds."""
    start = time.perf_counter()
    for _ in range(CONSUMPTIONS):
        consume(path, "single:address:192.0.2.1", 10**9)
    return (time.perf_counter() - start) / CONSUMPTIONS * 1e6


def configure() -> None:
    """Set the key that counters are hashed with."""
    settings.configure(SECRET_KEY="benchmark")


def measure_limits() -> None:
    """Print the time to count a call, alone and in parallel."""
    configure()
    with tempfile.TemporaryDirectory() as folder, get_context("spawn").Pool(4, configure) as pool:
        path = Path(folder) / "limits"
        alone = microseconds_to_consume(path)
        together = pool.map(microseconds_to_consume, [path] * 4)
    print(f"limits: {alone:.0f} µs a call; four processes at once: {max(together):.0f} µs")


def main() -> None:
    """Start a server and measure it."""
    measure_limits()
    unlimited = {f"LIMIT_{scope}": "1000000000" for scope in ("SINGLE", "BATCH")}
    with serving(**PRODUCTION, **unlimited) as server:
        post(http.client.HTTPConnection("127.0.0.1", server.port), "", {"word": "warm"})
        print(f"{'':8} clients {'requests/s':>12} {'words/s':>12} {'median ms':>10} {'p99 ms':>10}")
        for name, call in (("single", one_word), ("batch", many_words)):
            for clients in (1, CLIENTS):
                measure(server.port, name, call, clients)


if __name__ == "__main__":
    main()
