import re
from uuid import uuid4

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Feedback, ReviewedWord
from classifier.services.feedback import review_feedback

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
        return review_feedback(feedback=feedback, reviewer=admin_user, status=status, **options)

    return decide


def test_yes_is_one_click(client, ask, say):
    assertContains(client.get(ask()), '<button name="label" value="fr">Yes</button>', html=True)
    page = say(label="fr")
    assertContains(page, "pending")
    assertContains(page, '<h1 tabindex="-1" autofocus>Probably French, 67\N{NO-BREAK SPACE}%</h1>', html=True)
    assert Feedback.objects.get().kind == "confirmation"


def test_a_correction_is_stored_and_wins_on_display(say):
    page = say(label="es", comment="Escrito así")
    assertContains(page, '<h1 tabindex="-1" autofocus>Spanish</h1>', html=True)
    assertContains(page, "Escrito así")
    feedback = Feedback.objects.get()
    assert (feedback.kind, feedback.label, feedback.status) == ("correction", "es", "pending")


def test_a_shared_word_comes_with_its_languages(say):
    assertContains(
        say(label="mul", languages=["en", "fr"]), '<h1 tabindex="-1" autofocus>English and French</h1>', html=True
    )
    assert Feedback.objects.get().languages == ["en", "fr"]


def test_label_is_sent_by_any_of_its_codes(say):
    say(label="MUL", languages=["eng", "FR-ca"])
    assert Feedback.objects.values_list("label", "languages").get() == ("mul", ["en", "fr"])


@pytest.mark.parametrize(
    ("languages", "kind", "heading"),
    [
        (["en", "fr", "es"], "confirmation", "English, French and Spanish share this word"),
        (["en", "fr"], "correction", "English and French"),
    ],
)
def test_other_languages_of_a_shared_word_are_shown_as_a_correction(client, ask, languages, kind, heading):
    address = ask("piano")
    client.post(f"{address}feedback/", {"label": "mul", "languages": languages})
    assert Feedback.objects.get().kind == kind
    assertContains(client.get(address), f'<h1 tabindex="-1" autofocus>{heading}</h1>', html=True)
    assertContains(client.get("/history/"), "you agreed" if kind == "confirmation" else "you corrected")


@pytest.mark.parametrize(
    ("label", "name"), [("mis", "Another language"), ("zxx", "Not a word"), ("und", "Not sure"), ("en", "English")]
)
def test_every_label_has_a_name(say, label, name):
    assertContains(say(label=label), f'<h1 tabindex="-1" autofocus>{name}</h1>', html=True)


@pytest.mark.parametrize("word", ["piano", "xqzt"])
def test_where_the_model_named_no_language_the_label_is_asked_at_once(client, ask, word):
    response = client.get(ask(word))
    assertNotContains(response, "Is this right?")
    section = response.content.decode().partition('id="feedback"')[2].partition("</section>")[0]
    assert "<details" not in section
    assert section.count('type="radio" name="label"') == 7


def test_it_can_be_changed_while_pending(say):
    say(label="es")
    assertContains(say(label="zxx"), "Change it")
    assert Feedback.objects.get().label == "zxx"


def test_languages_that_mean_nothing_are_dropped(say):
    say(label="en", languages=["fr", "es"])
    assert Feedback.objects.get().languages == []


def test_it_can_be_withdrawn_while_pending(client, ask, say):
    assertContains(say(label="es"), "Withdraw it")
    address = Feedback.objects.get().prediction.public_id
    response = client.post(f"/predictions/{address}/feedback/withdraw/")
    assert (response.status_code, response.headers["Location"]) == (303, f"/predictions/{address}/")
    page = client.get(f"/predictions/{address}/")
    assertContains(page, "Withdrawn: what you said about this answer is deleted.")
    assertContains(page, "Is this right?")
    assert not Feedback.objects.exists()


def test_withdrawing_nothing_says_nothing(client, ask):
    page = client.post(f"{ask()}feedback/withdraw/", follow=True)
    assertContains(page, "Is this right?")
    assertNotContains(page, "Withdrawn")


def test_withdrawing_twice_says_so_once(client, say):
    say(label="es")
    address = f"/predictions/{Feedback.objects.get().prediction.public_id}/feedback/withdraw/"
    assertContains(client.post(address, follow=True), "Withdrawn")
    assertNotContains(client.post(address, follow=True), "Withdrawn")


def test_what_is_decided_cannot_be_withdrawn(client, say, decide):
    say(label="es")
    feedback = decide("accepted")
    page = client.post(f"/predictions/{feedback.prediction.public_id}/feedback/withdraw/", follow=True)
    assertContains(page, "A reviewer agreed")
    assertNotContains(page, "Withdraw")


def test_anothers_feedback_cannot_be_withdrawn(client, ask, stranger):
    address = ask()
    client.post(f"{address}feedback/", {"label": "es"})
    theirs = stranger.post(f"{address}feedback/withdraw/")
    nothing = stranger.post(f"/predictions/{uuid4()}/feedback/withdraw/")
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content == nothing.content
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("path", ["feedback/", "feedback/withdraw/"])
def test_a_wrong_method_is_refused(client, ask, method, path):
    assert getattr(client, method)(f"{ask()}{path}").status_code == 405


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"label": "tlh"},
        {"label": "<script>"},
        {"label": "mul"},
        {"label": "mul", "languages": ["en"]},
        {"label": "mul", "languages": ["en", "en"]},
        {"label": "mul", "languages": ["en", "EN"]},
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


@pytest.mark.parametrize("path", ["feedback/", "feedback/withdraw/"])
def test_a_form_without_its_token_is_refused(strict_client, identified, path):
    response = strict_client.post(f"/predictions/{identified().public_id}/{path}", {"label": "es"})
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


def stops(page):
    """Return the stops on the road of feedback and whether each is reached."""
    road = page.content.decode().partition('<ol class="steps"')[2].partition("</ol>")[0]
    return [(text.strip(), bool(mark)) for mark, text in re.findall(r"<li( class=\"reached\")?>([^<]+)", road)]


def test_feedback_is_received_at_once(say):
    assert stops(say(label="es")) == [("Received", True), ("Waits for a reviewer", False), ("In no model yet", False)]


@pytest.mark.parametrize(
    ("status", "road"),
    [
        ("accepted", [("Reviewed: accepted", True), ("Waits for the next model", False)]),
        ("rejected", [("Reviewed: rejected", True)]),
        ("duplicate", [("Reviewed: a duplicate", True), ("Waits for the next model", False)]),
    ],
)
def test_the_road_of_feedback_shows_how_it_was_decided(say, decide, status, road):
    say(label="es")
    decide(status)
    assert stops(say(label="es")) == [("Received", True), *road]


def test_the_road_of_feedback_ends_in_a_model(say, decide):
    say(label="es")
    feedback = decide("accepted")
    Feedback.objects.filter(pk=feedback.pk).update(trained_in="20261123-00000009")
    page = say(label="es")
    assert stops(page)[-1] == ("In model version 20261123-00000009", True)
    assertContains(page, "a model has learnt from it")


def test_a_duplicate_ends_in_the_model_that_learnt_the_word(say, decide):
    say(label="es")
    decide("duplicate")
    ReviewedWord.objects.create(word_key="orignal", label="es", votes=2, trained_in="20261123-00000009")
    assert stops(say(label="es"))[-1] == ("In model version 20261123-00000009", True)


def test_the_page_stands_at_what_is_wrong(client, ask):
    response = client.post(f"{ask()}feedback/", {"label": "mul", "languages": ["en"]})
    assertContains(response, 'class="problem" id="languages-error" tabindex="-1" autofocus', status_code=400)
    assertContains(response, "autofocus", count=1, status_code=400)


def test_the_page_after_feedback_is_not_cached(client, ask):
    response = client.post(f"{ask()}feedback/", {"label": "fr"})
    assert response.headers["Cache-Control"] == "private, no-store"


def test_withdrawing_is_limited_as_feedback_is(client, ask, limits):
    limits(feedback=1)
    address = ask()
    client.post(f"{address}feedback/", {"label": "fr"})
    assert client.post(f"{address}feedback/withdraw/").status_code == 429
    assert Feedback.objects.exists()
