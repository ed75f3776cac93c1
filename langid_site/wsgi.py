"""WSGI application."""

import gc
import os
from collections.abc import Iterable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langid_site.settings")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy would start a thread per core in every worker

from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

django = get_wsgi_application()
gc.freeze()  # else a request with many small objects has the collector search all loaded code, for 0.2 s


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request.

    A malformed content type is replaced, since Django would fail on it before any middleware.
    """
    try:
        parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except ValueError:
        environ["CONTENT_TYPE"] = "application/octet-stream"
    return django(environ, start_response)
