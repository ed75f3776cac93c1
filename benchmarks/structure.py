"""Figures of structure: files of a request, imports and docstrings.

Run as `python -m benchmarks.structure`, from the root of any checkout. Counts are exact and do not depend on the
machine. A move is a call into another file than the call before; a return is a move to a file that was left before.
"""

import ast
import os
import re
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path.cwd()
ROOMS = (f"{ROOT}/classifier/", f"{ROOT}/langid_site/")
CLAUSE = re.compile(r"\b(what|whatever|who|whoever|whose|whom)\b")
CSV = b"word\norignal\nma\xc3\xb1ana\npiano\n"

_locks: Counter[str] = Counter()
_reads: Counter[str] = Counter()
_new_lock = threading.Lock


class _CountedLock:
    """A lock that counts its acquisitions by file."""

    def __init__(self, file: str) -> None:
        self._file, self._lock = file, _new_lock()

    def acquire(self, *arguments: Any, **named: Any) -> bool:
        _locks[self._file] += 1
        return self._lock.acquire(*arguments, **named)

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()


def _make_lock() -> Any:
    file = sys._getframe(1).f_code.co_filename  # noqa: SLF001 - the caller's file
    return _CountedLock(file.removeprefix(f"{ROOT}/")) if file.startswith(ROOMS) else _new_lock()


def _count_reads(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and str(arguments[0]).endswith("active.json"):
        _reads["active.json"] += 1


@dataclass(slots=True)
class Trace:
    """The calls into files of the project during one request."""

    files: list[str] = field(default_factory=list)

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Record a call.

        Generator expressions and comprehensions count as part of their function.
        """
        file = frame.f_code.co_filename
        if event == "call" and file.startswith(ROOMS) and not frame.f_code.co_name.startswith("<"):
            self.files.append(file.removeprefix(f"{ROOT}/"))

    @property
    def figures(self) -> tuple[int, int, int, int, int]:
        """Calls, files, rooms, moves and returns."""
        moves = sum(one != other for one, other in zip(self.files, self.files[1:], strict=False))
        files = set(self.files)
        rooms = {str(Path(file).parent) for file in files}
        return len(self.files), len(files), len(rooms), moves, moves - max(len(files) - 1, 0)


def _requests() -> Iterator[tuple[str, Callable[[], Any]]]:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    addresses: dict[str, str] = {}

    def post(name: str, path: str, data: dict[str, Any]) -> Callable[[], Any]:
        def send() -> Any:
            response = client.post(path, {key: value() if callable(value) else value for key, value in data.items()})
            assert response.status_code == 303, response.content
            addresses[name] = response.headers["Location"]

        return send

    def ask_api() -> Any:
        response = client.post("/api/v1/predictions", {"word": "orignal"}, content_type="application/json")
        assert response.status_code == 201, response.content

    yield "a word, form", post("word", "/", {"word": "orignal"})
    yield "its page", lambda: client.get(addresses["word"])
    yield "a word, API", ask_api
    yield "a CSV of three rows", post("batch", "/batches/", {"file": lambda: SimpleUploadedFile("words.csv", CSV)})
    yield "its file", lambda: b"".join(client.get(f"{addresses['batch']}answers.csv").streaming_content)  # type: ignore[attr-defined]
    yield "a history", lambda: client.get("/history/")
    yield "the page of a model", lambda: client.get("/models/Ngram/")


def trace_requests() -> None:
    """Print the trace of each request.

    Each is sent twice and traced the second time, when everything is loaded.
    """
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(f"{'request':22}{'calls':>7}{'files':>7}{'rooms':>7}{'moves':>7}{'returns':>9}{'active.json':>13}  locks")
    for name, send in _requests():
        send()
        _locks.clear()
        _reads.clear()
        trace = Trace()
        sys.setprofile(trace)
        try:
            send()
        finally:
            sys.setprofile(None)
        numbers = "".join(f"{number:{width}}" for number, width in zip(trace.figures, (7, 7, 7, 7, 9), strict=True))
        locks = ", ".join(f"{file} {count}" for file, count in sorted(_locks.items()))
        print(f"{name:22}{numbers}{_reads['active.json']:13}  {locks}")


def measure_sources() -> None:
    """Print figures of modules, imports and docstrings."""
    paths = [path for folder in ROOMS for path in Path(folder).rglob("*.py") if "migrations" not in path.parts]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    modules = [path for path in paths if path.name != "__init__.py"]
    imports = [len(_internal_imports(trees[path])) for path in modules]
    docstrings = [text for tree in trees.values() for text in _docstrings(tree)]
    first = sorted(len(text.splitlines()[0].split()) for text in docstrings)
    clauses = sum(bool(CLAUSE.search(text)) for text in docstrings)
    root = [path.name for path in modules if path.parent == ROOT / "classifier"]
    print(f"modules in classifier's root: {len(root)} ({', '.join(sorted(root))})")
    print(f"internal imports a module: {sum(imports) / len(imports):.2f} ({len(modules)} modules)")
    print(f"docstrings with a what/who clause: {clauses / len(docstrings):.1%} of {len(docstrings)}")
    print(f"words in a docstring's first line: median {first[len(first) // 2]}, p90 {first[len(first) * 9 // 10]}")


def _internal_imports(tree: ast.Module) -> set[str]:
    """Return the project's modules imported by a module.

    Imports inside functions count as well.
    """
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in {"classifier", "langid_site"}:
            module = node.module or ""
            for alias in node.names:
                name = f"{module}.{alias.name}".replace(".", "/")
                modules.add(name if Path(f"{name}.py").is_file() else module.replace(".", "/"))
    return modules


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield text


def main() -> None:
    """Measure this checkout with a database of its own."""
    measure_sources()
    with tempfile.TemporaryDirectory() as folder:
        secret = "only for this measurement, " * 4
        os.environ.update(DEBUG="on", SECRET_KEY=secret, DATABASE_URL=f"sqlite:///{folder}/db.sqlite3")
        os.environ["DJANGO_SETTINGS_MODULE"] = "langid_site.settings"
        threading.Lock = _make_lock  # type: ignore[assignment]  # before the project's modules make their locks
        sys.addaudithook(_count_reads)
        import django

        django.setup()
        trace_requests()


if __name__ == "__main__":
    main()
