"""Settings of gunicorn; options of `deploy/start` override them."""

import ctypes
import logging
import os
import select
import threading
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from gunicorn.http import wsgi
from gunicorn.workers.gthread import ThreadWorker

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # options of glibc's mallopt
_NEXT, _NEXT_CROWDED = 5, 1  # milliseconds to wait for the next request of a connection
_TURN = 0.05  # seconds that a thread answers the same connection, if it is crowded: threads are fewer than connections
_PAUSE, _MOST_PAUSES = 0.0002, 5  # seconds for each open connection of the worker, and how many count


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Shares connections among workers, and keeps the threads that answer them.

    Programs keep their connections open. Without the pause, one worker often got nearly all of them, and the other
    cores idled.
    """

    def accept(self, listener: Any) -> None:
        """Accept after a pause, which is longer with more open connections; the first worker gets the new one."""
        time.sleep(_PAUSE * min(self.nr_conns, _MOST_PAUSES))
        super().accept(listener)

    def handle(self, conn: Any) -> Any:
        """Answer a request, and those that follow it at once; for a short turn only, if it is crowded.

        To give a connection back to the worker's main thread and to get it again takes 4 % of a word's time.
        """
        end = time.monotonic() + _TURN
        while True:
            result = super().handle(conn)
            is_crowded = self.nr_conns > self.cfg.threads
            if result is not True or not self.alive or (is_crowded and time.monotonic() > end):
                return result
            poll = select.poll()
            poll.register(conn.sock, select.POLLIN)
            if not poll.poll(_NEXT_CROWDED if is_crowded else _NEXT):
                return result


class JoinedResponse(wsgi.Response):  # type: ignore[misc]
    """Sends the headers together with the first data: 7 % of a word's time, and one packet for most answers."""

    def write(self, data: bytes) -> None:
        """Send data, the headers before it unless they were sent."""
        if self.headers_sent:
            super().write(data)
            return
        sock, self.sock = self.sock, _HeldData()
        try:
            super().write(data)
        finally:
            held, self.sock = self.sock, sock
            sock.sendall(held.getvalue())


class _HeldData(BytesIO):
    """Stands for a socket."""

    sendall = BytesIO.write


def _keep_freed_memory() -> None:
    """Keep up to 8 MB of freed memory; glibc would return it after each long string, and fetch it again."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc
        libc.mallopt(_TRIM_THRESHOLD, 8 << 20)
        libc.mallopt(_MMAP_THRESHOLD, 4 << 20)


def _log_without_origin() -> None:
    """Look up no file, line and thread for log lines, which show none: 3 % of a word's time."""
    logging._srcfile = None  # type: ignore[attr-defined]  # noqa: SLF001 - as Python's "Logging HOWTO" says
    logging.logThreads = logging.logMultiprocessing = False


wsgi.Response = JoinedResponse  # there is no setting for it
_keep_freed_memory()
_log_without_origin()
bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)
worker_class = FairWorker
threads = 16  # while some wait for one commit, others compute what the next one holds
graceful_timeout = 25  # seconds to answer what was accepted; systemd and Docker kill after 30
limit_request_line = 8190  # the longest text in a query, percent-encoded
forwarded_allow_ips = ""  # only BEHIND_PROXY decides whether X-Forwarded-Proto is believed
control_socket_disable = True
if Path("/dev/shm").is_dir():  # noqa: S108 - on a slow disk, a worker's sign of life could come too late
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# Off by default, since nginx has an access log. For `--access-logfile -`: %(U)s has no query, which holds words.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s bytes %(L)s s"


def post_fork(_server: Any, _worker: Any) -> None:
    """Let a thread that wakes others go on.

    Else Linux often runs the woken one at once, which then only waits for Python's lock: 9 % of a word's time.
    """
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def post_worker_init(worker: Any) -> None:
    """Load all models in a thread, so that a file damaged later fails no request."""
    from classifier.services import registry  # here, since Django was set up only now

    _log_like_django(worker.log.error_log)
    threading.Thread(target=registry.load_all, daemon=True).start()


def _log_like_django(logger: logging.Logger) -> None:
    """Log by Django's handler, without words; no warnings, which quote malformed requests and addresses."""
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.ERROR)
