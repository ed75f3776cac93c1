"""Settings of gunicorn; options of `deploy/start` override them."""

import logging
import os
import threading
from pathlib import Path
from typing import Any

bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)
worker_class = "gthread"
threads = 4  # while one waits for the disk or the database, others compute
graceful_timeout = 25  # seconds to answer what was accepted; systemd and Docker kill after 30
limit_request_line = 8190  # the longest text in a query, percent-encoded
forwarded_allow_ips = ""  # only BEHIND_PROXY decides whether X-Forwarded-Proto is believed
control_socket_disable = True
if Path("/dev/shm").is_dir():  # noqa: S108 - on a slow disk, a worker's sign of life could come too late
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# Off by default, since nginx has an access log. For `--access-logfile -`: %(U)s has no query, which holds words.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s bytes %(L)s s"


def post_worker_init(worker: Any) -> None:
    """Load all models in a thread, so that a file damaged later fails no request."""
    from classifier.services import registry  # here, since Django was set up only now

    _log_like_django(worker.log.error_log)
    threading.Thread(target=registry.load_all, daemon=True).start()


def _log_like_django(logger: logging.Logger) -> None:
    """Log by Django's handler, without words; no warnings, which quote malformed requests and addresses."""
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.ERROR)
