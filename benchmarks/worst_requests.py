"""CPU, memory and answer of the dearest anonymous requests (Linux)."""

import json
import os
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import islice, product
from pathlib import Path
from string import ascii_lowercase
from typing import NamedTuple

from benchmarks.markdown import table_head, table_row
from benchmarks.server import PRODUCTION, serving

MAX_SECONDS, MAX_MB = 0.3, 50
PREDICTIONS, BATCH, PAGE = "/api/v1/predictions", "/api/v1/predictions/batch", "/batches/"
MARKS = "a" + "\u0301" * 4990 + "\u0316" * 4990
BODY = 990_000  # bytes, just below the limit
WORDS = ["".join(letters) for letters in islice(product(ascii_lowercase, repeat=3), 10_000)]


class Cost(NamedTuple):
    """The cost of one request."""

    status: int
    seconds: float
    megabytes: float
    answer: int


def repeat(start: str, part: str, end: str) -> bytes:
    """Return a JSON document of BODY bytes with as many parts as fit."""
    return f"{start}{','.join([part] * (BODY // (len(part.encode()) + 1)))}{end}".encode()


def items(words: list[str], **fields: str) -> bytes:
    """Return the body of a batch."""
    return json.dumps({"items": [{"word": word} for word in words], **fields}, ensure_ascii=False).encode()


def requests() -> Iterator[tuple[str, str, bytes]]:
    """Yield name, address and body of each request."""
    for part in ("{}", "[]", "1", "1.5", '"ab"'):
        yield f"a list of `{part}` as languages", PREDICTIONS, repeat('{"word":"a","languages":[', part, "]}")
        yield f"a list of `{part}` as items", BATCH, repeat('{"items":[', part, "]}")
    yield "a word of 9,980 combining marks", PREDICTIONS, json.dumps({"word": MARKS}).encode()
    yield "49 such words", BATCH, items([MARKS] * 49)
    yield "1,000 texts of 490 words", BATCH, items(["a " * 490] * 1000)
    yield "1,000 words of 480 letters", BATCH, items(["é" * 480] * 1000)
    yield "60 words of 4,900 decomposed letters", BATCH, items(["e\u0301" * 4900] * 60)
    yield "a text of 500 words, all models", PREDICTIONS, json.dumps({"word": "a " * 500, "model": "all"}).encode()
    yield "1,000 words", BATCH, items(WORDS[:1000])
    yield "400 words, all models", BATCH, items(WORDS[:400], model="all")
    yield "10,000 words on the page", PAGE, f"words={'%0A'.join(WORDS)}".encode()
    yield "10,000 words on the page, all models", PAGE, f"model=all&words={'%0A'.join(WORDS)}".encode()


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    """Return the peak of a process's resident memory."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def measure(connection: HTTPConnection, pid: int, address: str, body: bytes) -> Cost:
    """Send a request; return its cost."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak becomes what is used now
    seconds, megabytes = cpu_seconds(pid), peak_mb(pid)
    kind = "application/x-www-form-urlencoded" if address == PAGE else "application/json"
    headers = {"Content-Type": kind, "Cookie": f"csrftoken={'x' * 32}", "X-CSRFToken": "x" * 32}
    connection.request("POST", address, body, headers)
    response = connection.getresponse()
    answer = len(response.read())
    return Cost(response.status, cpu_seconds(pid) - seconds, peak_mb(pid) - megabytes, answer)


def report(cost: Cost, name: str, address: str, body: bytes) -> bool:
    """Print a line of the table; return whether the cost is above the limits.

    Batches of the page may be larger: their words are charged.
    """
    sent, answer = (f"{size / 1000:,.0f}" for size in (len(body), cost.answer))
    print(table_row(name, sent, str(cost.status), f"{cost.seconds:.2f}", f"{cost.megabytes:.0f}", answer), flush=True)
    return address != PAGE and (cost.seconds > MAX_SECONDS or cost.megabytes > MAX_MB)


def main() -> None:
    """Serve, send each request and print a table; exit 1 above the limits."""
    limits = {f"LIMIT_{scope}": str(10**9) for scope in ("SINGLE", "BATCH")}
    with serving(**PRODUCTION, **limits) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=600)
        for body in (b'{"word":"un mot","model":"all"}', *[b'{"word":"mot"}'] * 3):
            measure(connection, server.pid, PREDICTIONS, body)
        measure(connection, server.pid, BATCH, items(WORDS[:300], model="all"))  # makes the models' batches
        print(*table_head("request", "sent, KB", "status", "CPU, s", "memory, MB", "answer, KB"), sep="\n")
        costs = ((request, measure(connection, server.pid, *request[1:])) for request in requests())
        dear = [request[0] for request, cost in costs if report(cost, *request)]
    sys.exit(f"too dear: {', '.join(dear)}" if dear else 0)


if __name__ == "__main__":
    main()
