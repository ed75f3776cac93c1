"""Memory of one web worker after words and batches by all models (Linux)."""

import http.client
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.server import PRODUCTION, serving

LIMIT_MB = 190
ROUNDS, WORDS = 100, 100
PAGES = ("/", "/history/", "/api/v1/models")


def request(port: int, method: str, path: str, body: object = None) -> bytes:
    """Return the body of a response; exit on an error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, path, json.dumps(body) if body else None, headers)
    response = connection.getresponse()
    if response.status >= 400:
        sys.exit(f"{method} {path}: {response.status}")
    return response.read()


def list_models(port: int) -> list[str]:
    """Return the names of all models."""
    return [str(model["name"]) for model in json.loads(request(port, "GET", "/api/v1/models"))["models"]]


def send_words(port: int, models: Sequence[str]) -> None:
    """Request pages and words by all models."""
    for number in range(ROUNDS):
        for path in PAGES:
            request(port, "GET", path)
        for model in models:
            request(port, "POST", "/api/v1/predictions", {"word": f"mot{'a' * (number % 20)}", "model": model})


def send_batches(port: int, models: Sequence[str]) -> None:
    """Request a batch by each model."""
    for model in models:
        request(port, "POST", "/api/v1/predictions/batch", {"items": [{"word": "mot"}] * WORDS, "model": model})


def memory_mb(pid: int) -> dict[str, int]:
    """Return the memory of a process in MB.

    Resident now, resident at its peak, and its own: resident and not shared.
    """
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = {key: line.split()[0] for key, line in (line.split(":", 1) for line in lines) if line.endswith("kB")}
    return {
        name: int(kilobytes[key]) // 1024 for name, key in (("now", "VmRSS"), ("peak", "VmHWM"), ("own", "RssAnon"))
    }


def main() -> None:
    """Serve, send requests and measure; exit 1 above a limit."""
    too_large = False
    with serving(**PRODUCTION) as server:
        models = list_models(server.port)
        for kind, send in {"words": send_words, "batches": send_batches}.items():
            send(server.port, models)
            memory = memory_mb(server.pid)
            figures = "{now} MB resident ({own} MB its own), peak {peak} MB".format(**memory)
            print(f"{kind} by {', '.join(models)}: {figures}")
            too_large |= max(memory.values()) > LIMIT_MB
    sys.exit(too_large)


if __name__ == "__main__":
    main()
