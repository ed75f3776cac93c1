"""Metrics for Prometheus: `/metrics`, and the middleware that measures requests."""

import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from classifier.access.headers import route_of
from classifier.services import registry

_requests = Counter("languages_requests", "Requests answered", ["method", "route", "status"])
_seconds = Histogram("languages_request_seconds", "Time until the answer", ["route"])


def measure_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Count requests and their time by route."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = get_response(request)
        observe_request(request, response, time.perf_counter() - start)
        return response

    return middleware


def observe_request(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Count a request, and the seconds that it took."""
    route = route_of(request)
    # Of methods there are as many as callers invent.
    method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "DELETE"} else "other"
    _requests.labels(method, route, response.status_code).inc()
    _seconds.labels(route).observe(seconds)


class _Versions(Collector):
    """The versions that serve."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("languages_version", "Version that serves", labels=["model", "version"])
        for name, identifier in registry.current().identifiers.items():
            family.add_metric([name, identifier.card.version], 1)
        yield family


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the metrics of all processes; without METRICS_TOKEN there is no such page."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not constant_time_compare(request.headers.get("Authorization", ""), expected):
        raise Http404
    collected = CollectorRegistry()
    if settings.METRICS_DIR:
        MultiProcessCollector(collected, settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    else:
        collected.register(REGISTRY)
    collected.register(_Versions())
    return HttpResponse(generate_latest(collected), content_type=CONTENT_TYPE_LATEST)
