"""CPU, memory and answer of the dearest anonymous requests (Linux)."""

import json
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from itertools import islice, product
from pathlib import Path
from string import ascii_lowercase
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.markdown import table_head, table_row
from benchmarks.processes import cpu_seconds
from benchmarks.server import PRODUCTION, Server, serving

MAX_SECONDS, MAX_MB = 0.3, 50
PREDICTIONS, BATCH, PAGE = "/api/v1/predictions", "/api/v1/predictions/batch", "/batches/"
MARKS = "a" + "\u0301" * 4990 + "\u0316" * 4990
LONG = " ".join(["\U0001d552" * 100] * 2)  # letters of four bytes, in the body and in the answer
BODY = 990_000  # bytes, just below the limit
WORDS = ["".join(letters) for letters in islice(product(ascii_lowercase, repeat=3), 10_000)]


class Cost(NamedTuple):
    """The cost of one request."""

    status: int
    seconds: float
    megabytes: float
    answer: int
    location: str  # of the page that answers the rest


def repeat(start: str, part: str, end: str) -> bytes:
    """Return a JSON document of BODY bytes with as many parts as fit."""
    return f"{start}{','.join([part] * (BODY // (len(part.encode()) + 1)))}{end}".encode()


def items(words: list[str], **fields: str) -> bytes:
    """Return the body of a batch."""
    return json.dumps({"items": [{"word": word} for word in words], **fields}, ensure_ascii=False).encode()


def form(words: int = len(WORDS), **fields: str) -> bytes:
    """Return the body of the form for many words."""
    return urlencode({"words": "\n".join(WORDS[:words]), **fields}).encode()


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
    yield "1,000 texts of two words of 100 letters", BATCH, items([LONG] * 1000)
    yield "200 texts of two words of 100 letters, all models", BATCH, items([LONG] * 200, model="all")
    yield "10,000 words on the page", PAGE, form()
    yield "10,000 words on the page, all models", PAGE, form(model="all")
    yield "1,500 private words on the page", PAGE, form(1500, private="on")
    yield "300 private words on the page, all models", PAGE, form(300, private="on", model="all")


def peak_mb(pid: int) -> float:
    """Return the peak of a process's resident memory."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


class Client:
    """A visitor's browser or program, which measures what each request costs the worker."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=600)
        self._pid = server.pid
        self._cookies = SimpleCookie({"csrftoken": "x" * 32})

    def measure(self, address: str, body: bytes) -> Cost:
        """Send a body, or get the page without one; return the cost."""
        Path(f"/proc/{self._pid}/clear_refs").write_text("5")  # the peak becomes what is used now
        seconds, megabytes = cpu_seconds(self._pid), peak_mb(self._pid)
        kind = "application/x-www-form-urlencoded" if address == PAGE else "application/json"
        cookie = self._cookies.output(attrs=[], header="", sep=";").strip()
        headers = {"Content-Type": kind, "Cookie": cookie, "X-CSRFToken": "x" * 32}
        self._connection.request("POST" if body else "GET", address, body, headers)
        response = self._connection.getresponse()
        answer = len(response.read())
        for header in response.headers.get_all("Set-Cookie", []):
            self._cookies.load(header)
        seconds, megabytes = cpu_seconds(self._pid) - seconds, peak_mb(self._pid) - megabytes
        return Cost(response.status, seconds, megabytes, answer, response.getheader("Location", ""))


def report(cost: Cost, name: str, size: int) -> list[str]:
    """Print a line of the table; return the name if the cost is above the limits."""
    sent, answer = (f"{size / 1000:,.0f}" for size in (size, cost.answer))
    print(table_row(name, sent, str(cost.status), f"{cost.seconds:.2f}", f"{cost.megabytes:.0f}", answer), flush=True)
    return [name] if cost.seconds > MAX_SECONDS or cost.megabytes > MAX_MB else []


def measure_all(client: Client) -> Iterator[str]:
    """Print the costs; yield the names of requests above the limits."""
    print(*table_head("request", "sent, KB", "status", "CPU, s", "memory, MB", "answer, KB"), sep="\n")
    for name, address, body in requests():
        cost = client.measure(address, body)
        yield from report(cost, name, len(body))
        if cost.status == 303:
            yield from report(client.measure(cost.location, b""), f"{name}: the next step", 0)


def main() -> None:
    """Serve, send each request and print a table; exit 1 above the limits."""
    limits = {f"LIMIT_{scope}": str(10**9) for scope in ("SINGLE", "BATCH")}
    with serving(**PRODUCTION, **limits) as server:
        client = Client(server)
        for body in (b'{"word":"un mot","model":"all"}', *[b'{"word":"mot"}'] * 3):
            client.measure(PREDICTIONS, body)
        client.measure(BATCH, items(WORDS[:300], model="all"))  # makes the models' batches
        dear = [*measure_all(client)]
    sys.exit(f"too dear: {', '.join(dear)}" if dear else 0)


if __name__ == "__main__":
    main()
