"""GET /metrics."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from classifier.services.metrics import observe_group

pytestmark = pytest.mark.django_db
TOKEN = {"authorization": "Bearer a-token"}


@pytest.fixture
def read(client, settings):
    """Return a function that reads the value of a metric."""
    settings.METRICS_TOKEN = "a-token"

    def read(name):
        text = client.get("/metrics", headers=TOKEN).text
        return float(dict(re.findall(r"^(.*) (\S+)$", text, re.MULTILINE)).get(name, 0))

    return read


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer other"}, {"authorization": "a-token"}, {"authorization": "é"}]
)
def test_strangers_find_no_metrics(client, settings, header):
    settings.METRICS_TOKEN = "a-token"
    assert client.get("/metrics", headers=header).status_code == 404


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer "}, {"authorization": "Bearer"}])
def test_metrics_are_off_by_default(client, header):
    assert client.get("/metrics", headers=header).status_code == 404


def test_requests_are_counted_by_route_and_without_words(read, client):
    name = 'languages_requests_total{method="GET",route="api/v1/identify",status="200"}'
    before = read(name)
    client.get("/api/v1/identify?word=chevreuil")
    client.get("/chevreuil")
    assert read(name) == before + 1
    assert read('languages_request_seconds_count{route="api/v1/identify"}') > 0
    assert "chevreuil" not in client.get("/metrics", headers=TOKEN).text


def test_answers_and_feedback_are_counted(read, client):
    answer = 'languages_predictions_total{model="Ngram",verdict="single",version="20261122-00000001"}'
    feedback = 'languages_feedback_total{kind="correction"}'
    before = read(answer), read(feedback)
    address = client.post("/", {"word": "orignal"}).headers["Location"]
    client.post(f"{address}feedback/", {"label": "es"})
    assert (read(answer), read(feedback)) == (before[0] + 1, before[1] + 1)


def test_queue_of_writers_is_measured(read):
    names = "languages_commit_group_sum", "languages_commit_wait_seconds_sum", "languages_commit_group_count"
    before = [read(name) for name in names]
    observe_group(size=3, seconds=0.25)
    assert [read(name) - value for name, value in zip(names, before, strict=True)] == [3, 0.25, 1]


def test_versions_that_serve_are_named(read):
    assert read('languages_version{model="FF",version="20261122-00000002"}') == 1


def test_processes_are_counted_together(client, settings, tmp_path):
    count = "from classifier.services.metrics import count_feedback; count_feedback('confirmation')"
    code = f"import django; django.setup(); {count}"
    settings.METRICS_TOKEN, settings.METRICS_DIR = "a-token", str(tmp_path)
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], cwd=django_settings.BASE_DIR, env=environment, check=True)
    assert 'languages_feedback_total{kind="confirmation"} 2.0' in client.get("/metrics", headers=TOKEN).text
