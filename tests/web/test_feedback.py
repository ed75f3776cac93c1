from uuid import uuid4

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier import services
from classifier.models import Feedback

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(client, ask):
    """Return a function that sends feedback on one answer and returns the page it leads to."""
    address = ask()

    def say(**fields):
        response = client.post(f"{address}feedback/", fields)
        assert (response.status_code, response.headers["Location"]) == (303, f"{address}#feedback")
        return client.get(address)

    return say


@pytest.fixture
def decide(admin_user):
    """Return a function that reviews the only feedback there is."""

    def decide(status, **options):
        feedback = Feedback.objects.get()
        return services.review_feedback(feedback=feedback, reviewer=admin_user, status=status, **options)

    return decide


def test_yes_is_one_click(client, ask, say):
    assertContains(client.get(ask()), '<button name="label" value="fr">Yes</button>', html=True)
    page = say(label="fr")
    assertContains(page, "pending")
    assertContains(page, "<h1>Probably French, 67\N{NO-BREAK SPACE}%</h1>", html=True)
    assert Feedback.objects.get().kind == "confirmation"


def test_a_correction_is_stored_and_wins_on_display(say):
    page = say(label="es", comment="Escrito así")
    assertContains(page, "<h1>Spanish</h1>", html=True)
    assertContains(page, "Escrito así")
    feedback = Feedback.objects.get()
    assert (feedback.kind, feedback.label, feedback.status) == ("correction", "es", "pending")


def test_a_shared_word_comes_with_its_languages(say):
    assertContains(say(label="mul", languages=["en", "fr"]), "<h1>English and French</h1>", html=True)
    assert Feedback.objects.get().languages == ["en", "fr"]


@pytest.mark.parametrize(
    ("label", "name"), [("mis", "Another language"), ("zxx", "Not a word"), ("und", "Not sure"), ("en", "English")]
)
def test_every_label_has_a_name(say, label, name):
    assertContains(say(label=label), f"<h1>{name}</h1>", html=True)


@pytest.mark.parametrize("word", ["piano", "xqzt"])
def test_where_the_model_named_no_language_the_label_is_asked_at_once(client, ask, word):
    response = client.get(ask(word))
    assertNotContains(response, "Is this right?")
    assertNotContains(response, "<details")
    assertContains(response, 'type="radio" name="label"', count=7)


def test_it_can_be_changed_while_pending(say):
    say(label="es")
    assertContains(say(label="zxx"), "Change it")
    assert Feedback.objects.get().label == "zxx"


def test_languages_that_mean_nothing_are_dropped(say):
    say(label="en", languages=["fr", "es"])
    assert Feedback.objects.get().languages == []


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_wrong_method_is_refused(client, ask, method):
    assert getattr(client, method)(f"{ask()}feedback/").status_code == 405


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"label": "tlh"},
        {"label": "<script>"},
        {"label": "mul"},
        {"label": "mul", "languages": ["en"]},
        {"label": "mul", "languages": ["en", "en"]},
        {"label": "mul", "languages": ["en", "xx"]},
        {"label": "en", "comment": "c" * 501},
        {"label": "en", "comment": "\x00"},
    ],
)
def test_bad_feedback_is_refused_with_a_reason_and_not_stored(client, ask, fields):
    response = client.post(f"{ask()}feedback/", fields)
    assertContains(response, 'class="problem"', status_code=400)
    assertContains(response, "<details open", status_code=400)
    assertNotContains(response, "<script>", status_code=400)
    assert not Feedback.objects.exists()


def test_a_hostile_comment_is_inert(say):
    page = say(label="es", comment="<script>alert(1)</script>\n{{ settings }}")
    assertContains(page, "&lt;script&gt;alert(1)&lt;/script&gt;<br>{{ settings }}")
    assertNotContains(page, "<script>")


def test_anothers_answer_cannot_be_corrected(ask, stranger):
    theirs = stranger.post(f"{ask()}feedback/", {"label": "es"})
    nothing = stranger.post(f"/predictions/{uuid4()}/feedback/", {"label": "es"})
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content == nothing.content
    assert not Feedback.objects.exists()


def test_feedback_without_its_token_is_refused(strict_client, identified):
    response = strict_client.post(f"/predictions/{identified().public_id}/feedback/", {"label": "es"})
    assert response.status_code == 403
    assert not Feedback.objects.exists()


def test_accepted_feedback_shows_its_outcome_and_cannot_be_changed(say, decide):
    say(label="es")
    decide("accepted")
    page = say(label="en")  # an old page may still offer the form
    assertContains(page, "A reviewer agreed")
    assertNotContains(page, "Change it")
    assert Feedback.objects.get().label == "es"


def test_a_reviewers_own_label_and_reason_are_shown(say, decide):
    say(label="es")
    decide("accepted", label="en", reason="An elk")
    page = say(label="es")
    assertContains(page, "Decided: English.")
    assertContains(page, "Reason: An elk")


def test_rejected_feedback_says_so(say, decide):
    say(label="es")
    decide("rejected")
    assertContains(say(label="es"), "decided otherwise")


def test_the_page_after_feedback_is_not_cached(client, ask):
    response = client.post(f"{ask()}feedback/", {"label": "fr"})
    assert response.headers["Cache-Control"] == "private, no-store"
