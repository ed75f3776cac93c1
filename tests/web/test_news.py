"""The mark in the navigation for what reviewers decided about a visitor's feedback."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertNumQueries

from classifier.models import Feedback
from classifier.services.review import decide, undo

pytestmark = pytest.mark.django_db

MARK = "reviewers decided about your feedback"
LINK = 'href="/history/?feedback=decided"'


@pytest.fixture
def send(client, ask):
    """Return a function that sends feedback on orignal."""

    def send(label="es"):
        address = ask()
        client.post(f"{address}feedback/", {"label": label})
        return address

    return send


@pytest.fixture
def review(send, admin_user):
    """Return a function that decides about the visitor's feedback."""

    def review(label="es"):
        send(label="es")
        return decide(word_key="orignal", reviewer=admin_user, label=label)

    return review


def test_decision_is_marked_on_every_page_until_the_history_is_opened(client, review):
    review()
    for path in ("/", "/batches/", "/models/", "/123/"):
        page = client.get(path)
        assertContains(page, MARK, status_code=page.status_code)
        assertContains(page, LINK, status_code=page.status_code)
    page = client.get("/history/?feedback=decided")
    assertContains(page, '<span class="badge new">new</span>', html=True)
    assertNotContains(page, MARK)
    assertNotContains(client.get("/"), MARK)
    assertNotContains(client.get("/history/?feedback=decided"), "badge new")


@pytest.mark.parametrize("path", ["/history/", "/history/?word=piano"])
def test_history_clears_the_mark_with_any_filter(client, review, path):
    review()
    client.get(path)
    assertNotContains(client.get("/"), MARK)


def test_refused_filters_and_head_leave_the_mark(client, review):
    review()
    client.get("/history/?verdict=maybe")
    client.head("/history/")
    assertContains(client.get("/"), MARK)


def test_waiting_feedback_is_not_marked(client, send):
    send()
    assertNotContains(client.get("/"), MARK)


def test_mark_is_shown_to_the_sender_only(client, review, stranger):
    review()
    assertNotContains(stranger.get("/"), MARK)
    stranger.get("/history/")
    assertContains(client.get("/"), MARK)


def test_mark_moves_to_the_user_who_logs_in(client, review, user):
    review()
    user.set_password("password")
    user.save()
    client.post("/account/login/", {"username": "ana", "password": "password"})
    assertContains(client.get("/"), MARK)
    client.get("/history/")
    assertNotContains(client.get("/"), MARK)


def test_reopened_feedback_is_marked_and_listed(client, review, admin_user):
    decision = review(label="en")
    client.get("/history/")
    undo(decision=decision, reviewer=admin_user)
    assertContains(client.get("/"), MARK)
    assertContains(client.get("/history/?feedback=decided"), "orignal")


def test_feedback_accepted_at_once_is_not_marked(client, review, send, admin_user):
    review()
    client.get("/history/")
    send(label="es")
    assert Feedback.objects.filter(status="accepted").count() == 2
    assertNotContains(client.get("/"), MARK)


def test_mark_costs_one_query_and_none_without_a_cookie(client, ask):
    with assertNumQueries(0):
        Client().get("/")
    ask()
    with assertNumQueries(1):
        client.get("/")
