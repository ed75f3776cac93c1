import re
from uuid import uuid4

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Feedback, Prediction
from classifier.services.feedback import submit_feedback
from classifier.web.views import ask as views

pytestmark = pytest.mark.django_db


def test_answer_is_confirmed_with_one_click(client, ask, give_feedback):
    assertContains(client.get(ask()), '<button name="label" value="fr">Yes</button>', html=True)
    page = give_feedback(label="fr")
    assertContains(page, "pending")
    assertContains(page, '<h1 tabindex="-1" autofocus>Probably French, 67\N{NO-BREAK SPACE}%</h1>', html=True)
    assert Feedback.objects.get().kind == "confirmation"


def test_correction_is_stored_and_shown_in_place_of_the_answer(give_feedback):
    page = give_feedback(label="es", comment="Escrito así")
    assertContains(page, '<h1 tabindex="-1" autofocus>Spanish</h1>', html=True)
    assertContains(page, "Escrito así")
    feedback = Feedback.objects.get()
    assert (feedback.kind, feedback.label, feedback.status) == ("correction", "es", "pending")


def test_correction_to_several_languages_names_them(give_feedback):
    assertContains(
        give_feedback(label="mul", languages=["en", "fr"]),
        '<h1 tabindex="-1" autofocus>English and French</h1>',
        html=True,
    )
    assert Feedback.objects.get().languages == ["en", "fr"]


def test_labels_and_languages_can_be_any_equivalent_codes(give_feedback):
    give_feedback(label="MUL", languages=["eng", "FR-ca"])
    assert Feedback.objects.values_list("label", "languages").get() == ("mul", ["en", "fr"])


@pytest.mark.parametrize(
    ("languages", "kind", "heading"),
    [
        (["en", "fr", "es"], "confirmation", "English, French and Spanish share this word"),
        (["en", "fr"], "correction", "English and French"),
    ],
)
def test_other_languages_of_a_shared_word_are_a_correction(client, ask, languages, kind, heading):
    address = ask("piano")
    client.post(f"{address}feedback/", {"label": "mul", "languages": languages})
    assert Feedback.objects.get().kind == kind
    assertContains(client.get(address), f'<h1 tabindex="-1" autofocus>{heading}</h1>', html=True)
    assertContains(client.get("/history/"), "you agreed" if kind == "confirmation" else "you corrected")


@pytest.mark.parametrize(
    ("label", "name"), [("mis", "Another language"), ("zxx", "Not a word"), ("und", "Not sure"), ("en", "English")]
)
def test_labels_have_names(give_feedback, label, name):
    assertContains(give_feedback(label=label), f'<h1 tabindex="-1" autofocus>{name}</h1>', html=True)


@pytest.mark.parametrize(
    ("word", "label", "languages"),
    [("piano", "mul", ["en", "es", "fr"]), ("gâteau papa", "mul", ["es", "fr"]), ("xqzt", "und", [])],
)
def test_every_answer_is_confirmed_with_one_click(client, ask, word, label, languages):
    address = ask(word)
    form = client.get(address).content.decode().partition('<div class="choice">')[2].partition("</form>")[0]
    fields = re.findall(r'name="(label|languages)" value="(\w+)"', form)
    client.post(
        f"{address}feedback/", {"label": label, "languages": [code for name, code in fields if name != "label"]}
    )
    assert dict(fields)["label"] == label
    assert Feedback.objects.values_list("kind", "label", "languages").get() == ("confirmation", label, languages)


def test_question_of_a_comparison_is_about_a_named_model(client, ask):
    page = client.get(ask(model="all"))
    assertContains(page, "Is Ngram right?")
    assertContains(page, "Ngram said: “Probably French, 67\N{NO-BREAK SPACE}%”.")


def test_another_language_is_named(client, give_feedback):
    page = give_feedback(label="mis", other="de")
    assertContains(page, '<h1 tabindex="-1" autofocus>German</h1>', html=True)
    assertContains(page, '<option value="de" selected>German</option>', html=True)
    assert Feedback.objects.get().label == "de"


def test_another_language_may_stay_unnamed_and_counts_for_no_other_label(give_feedback):
    give_feedback(label="mis", other="")
    assert Feedback.objects.get().label == "mis"
    give_feedback(label="es", other="de")
    assert Feedback.objects.get().label == "es"


def test_pending_feedback_can_be_changed(give_feedback):
    give_feedback(label="es")
    assertContains(give_feedback(label="zxx"), "Change it")
    assert Feedback.objects.get().label == "zxx"


def test_languages_without_the_label_mul_are_dropped(give_feedback):
    give_feedback(label="en", languages=["fr", "es"])
    assert Feedback.objects.get().languages == []


def test_pending_feedback_can_be_withdrawn(client, ask, give_feedback):
    assertContains(give_feedback(label="es"), "Withdraw it")
    address = Feedback.objects.get().prediction.public_id
    response = client.post(f"/predictions/{address}/feedback/withdraw/")
    assert (response.status_code, response.headers["Location"]) == (303, f"/predictions/{address}/")
    page = client.get(f"/predictions/{address}/")
    assertContains(page, "Withdrawn: what you said about this answer is deleted.")
    assertContains(page, "Is this right?")
    assert not Feedback.objects.exists()


def test_withdrawal_without_feedback_shows_no_message(client, ask):
    page = client.post(f"{ask()}feedback/withdraw/", follow=True)
    assertContains(page, "Is this right?")
    assertNotContains(page, "Withdrawn")


def test_second_withdrawal_shows_no_message(client, give_feedback):
    give_feedback(label="es")
    address = f"/predictions/{Feedback.objects.get().prediction.public_id}/feedback/withdraw/"
    assertContains(client.post(address, follow=True), "Withdrawn")
    assertNotContains(client.post(address, follow=True), "Withdrawn")


def test_reviewed_feedback_cannot_be_withdrawn(client, give_feedback, review):
    give_feedback(label="es")
    feedback = review("accepted")
    page = client.post(f"/predictions/{feedback.prediction.public_id}/feedback/withdraw/", follow=True)
    assertContains(page, "A reviewer agreed")
    assertNotContains(page, "Withdraw")


def test_feedback_of_another_visitor_cannot_be_withdrawn(client, ask, stranger):
    address = ask()
    client.post(f"{address}feedback/", {"label": "es"})
    foreign = stranger.post(f"{address}feedback/withdraw/")
    missing = stranger.post(f"/predictions/{uuid4()}/feedback/withdraw/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("path", ["feedback/", "feedback/withdraw/"])
def test_wrong_method_is_refused(client, ask, method, path):
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
        {"label": "mis", "other": "<b>"},
        {"label": "en", "comment": "c" * 501},
        {"label": "en", "comment": "\x00"},
    ],
)
def test_invalid_feedback_is_refused_with_a_reason(client, ask, fields):
    response = client.post(f"{ask()}feedback/", fields)
    assertContains(response, 'class="problem"', status_code=400)
    assertContains(response, "<details open", status_code=400)
    assertNotContains(response, "<script>", status_code=400)
    assert not Feedback.objects.exists()


def test_hostile_comment_is_escaped(give_feedback):
    page = give_feedback(label="es", comment="<script>alert(1)</script>\n{{ settings }}")
    assertContains(page, "&lt;script&gt;alert(1)&lt;/script&gt;<br>{{ settings }}")
    assertNotContains(page, "<script>")


def test_answer_of_another_visitor_cannot_be_corrected(ask, stranger):
    foreign = stranger.post(f"{ask()}feedback/", {"label": "es"})
    missing = stranger.post(f"/predictions/{uuid4()}/feedback/", {"label": "es"})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("path", ["feedback/", "feedback/withdraw/"])
def test_form_without_csrf_token_is_refused(strict_client, make_prediction, path):
    response = strict_client.post(f"/predictions/{make_prediction().public_id}/{path}", {"label": "es"})
    assert response.status_code == 403
    assert not Feedback.objects.exists()


def test_focus_is_on_the_first_error(client, ask):
    response = client.post(f"{ask()}feedback/", {"label": "mul", "languages": ["en"]})
    assertContains(response, 'class="problem" id="languages-error" tabindex="-1" autofocus', status_code=400)
    assertContains(response, "autofocus", count=1, status_code=400)


def test_response_to_feedback_is_not_cached(client, ask):
    response = client.post(f"{ask()}feedback/", {"label": "fr"})
    assert response.headers["Cache-Control"] == "private, no-store"


def test_withdrawals_count_for_the_limit_of_feedback(client, ask, limits):
    limits(feedback=1)
    address = ask()
    client.post(f"{address}feedback/", {"label": "fr"})
    assert client.post(f"{address}feedback/withdraw/").status_code == 429
    assert Feedback.objects.exists()


def test_feedback_on_an_answer_deleted_meanwhile_is_not_found(client, ask, monkeypatch):
    def delete_first(**fields):
        Prediction.objects.all().delete()
        return submit_feedback(**fields)

    address = ask()
    monkeypatch.setattr(views, "submit_feedback", delete_first)
    assert client.post(f"{address}feedback/", {"label": "fr"}).status_code == 404
