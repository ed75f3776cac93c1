"""WSGI application."""

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langid_site.settings")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy would start a thread per core in every worker

from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# REST framework and drf-spectacular import these where they are installed, for features that no page uses: 17 MB.
_UNUSED = ("django.contrib.postgres", "jinja2", "pygments", "requests")


@contextmanager
def _missing(*modules: str) -> Iterator[None]:
    """Let imports of these modules fail, as if they were not installed."""
    absent = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


gc.disable()  # imports make many objects, but hardly any garbage
with _missing(*_UNUSED):
    django = get_wsgi_application()
    _ = get_resolver().url_patterns  # imports the views, for which the first requests would wait
    from classifier.api import plain_requests
gc.freeze()  # else a request with many small objects has the collector search all loaded code, for 0.2 s
gc.enable()


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request.

    A malformed content type is replaced, since Django would fail on it before any middleware.
    """
    if plain_requests.is_plain(environ):
        content = plain_requests.answer(environ, start_response)
        if content is not None:
            return content
    try:
        parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except ValueError:
        environ["CONTENT_TYPE"] = "application/octet-stream"
    return django(environ, start_response)
