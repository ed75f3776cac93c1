"""Memory of one web worker after requests to all models (Linux)."""

import http.client
import json
import sys
from pathlib import Path

from benchmarks.server import serving

LIMIT_MB = 150
ROUNDS = 100
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


def send_requests(port: int) -> list[str]:
    """Request pages and answers of all models; return their names."""
    models = [str(model["name"]) for model in json.loads(request(port, "GET", "/api/v1/models"))["models"]]
    for number in range(ROUNDS):
        for path in PAGES:
            request(port, "GET", path)
        for model in models:
            request(port, "POST", "/api/v1/predictions", {"word": f"mot{'a' * (number % 20)}", "model": model})
    return models


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
    """Serve, send requests and measure; exit 1 above the limit."""
    with serving() as server:
        models = send_requests(server.port)
        memory = memory_mb(server.pid)
    print("web worker: {now} MB resident ({own} MB its own), peak {peak} MB;".format(**memory), "models:", *models)
    sys.exit(max(memory.values()) > LIMIT_MB)


if __name__ == "__main__":
    main()
