"""The review page: cards, decisions, undo, clear words."""

import pytest
from django.contrib.auth.models import Group
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from classifier.models import Decision, Feedback, ReviewedWord
from classifier.services.review import changes, decide

CARD = "/admin/review/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(client, django_user_model):
    """Log in a member of the group Reviewers; return the client."""
    user = django_user_model.objects.create(username="reviewer")
    user.groups.add(Group.objects.get(name="Reviewers"))
    client.force_login(user)
    return client


def fields_of(key, **fields):
    return {"word": key, "seen": changes(key), **fields}


def send(client, key, label, **fields):
    return client.post(f"{CARD}decide/", fields_of(key, label=label, **fields))


def statuses():
    return list(Feedback.objects.order_by("id").values_list("status", flat=True))


def test_card_shows_votes_models_comments_and_all_labels(reviewer, say):
    say("orignal", "en", by=["user:1", "user:2"], comment="a <b>moose</b>")
    say("orignal", "mul", by=["user:3"], languages=["en", "fr"])
    page = reviewer.get(CARD)
    assertContains(page, '<h1 id="word" tabindex="-1" autofocus><bdi>orignal</bdi></h1>', html=True)
    assertContains(page, "English and French")
    assertContains(page, "a &lt;b&gt;moose&lt;/b&gt;")
    assertContains(page, "As most say: English")
    assertContains(page, '<th scope="row">FF</th>')
    for label in ("en", "fr", "es", "zxx", "mul", "other", "reject"):
        assertContains(page, f'name="label" value="{label}"')


def test_decision_shows_the_next_word(reviewer, say):
    say("orignal", "en", by=["user:1", "user:2"]), say("piano", "en")
    assertRedirects(send(reviewer, "orignal", "fr"), CARD)
    assert statuses() == ["otherwise", "otherwise", "pending"]
    page = reviewer.get(CARD)
    assertContains(page, "<bdi>piano</bdi>", html=True)
    assertContains(page, "Last:")


def test_last_word_leaves_an_empty_page(reviewer, say):
    say("orignal", "en")
    send(reviewer, "orignal", "en")
    assertContains(reviewer.get(CARD), "Nothing waits")


def test_shared_word_needs_two_languages(reviewer, say):
    say("orignal", "en")
    assertContains(
        send(reviewer, "orignal", "mul", languages=["en"]), "Choose at least two languages.", status_code=400
    )
    assert statuses() == ["pending"]
    send(reviewer, "orignal", "mul", languages=["fr", "en"])
    assert ReviewedWord.objects.get().languages == ["en", "fr"]


@pytest.mark.parametrize(("other", "label"), [("de", "de"), ("mis", "mis"), ("", "mis")])
def test_another_language_is_chosen_from_a_list(reviewer, say, other, label):
    say("orignal", "en")
    send(reviewer, "orignal", "other", other=other)
    assert ReviewedWord.objects.get().label == label


@pytest.mark.parametrize("label", ["French", "qqq", "", "und en"])
def test_unknown_label_decides_nothing(reviewer, say, label):
    say("orignal", "en")
    assert send(reviewer, "orignal", label).status_code == 400
    assert (statuses(), Decision.objects.count()) == (["pending"], 0)


def test_all_feedback_is_rejected_with_a_reason(reviewer, say):
    say("orignal", "en"), say("orignal", "es", by=["user:2"])
    send(reviewer, "orignal", "reject", reason="a typing error")
    assert statuses() == ["rejected", "rejected"]
    assert set(Feedback.objects.values_list("reason", flat=True)) == {"a typing error"}


def test_all_feedback_of_one_visitor_is_rejected(reviewer, say):
    say("orignal", "en", by=["user:9"]), say("piano", "es", by=["user:9"]), say("piano", "en")
    send(reviewer, "orignal", "reject", sender_of=Feedback.objects.first().pk)
    assert statuses() == ["rejected", "rejected", "pending"]
    page = reviewer.get(CARD)
    assertContains(page, "All feedback of this visitor was rejected: 2 words.")
    assertContains(page, "Undo: all 2 words of this sender")
    page = reviewer.post(f"{CARD}undo/", {"decision": Decision.objects.latest("id").pk, "all": "1"}, follow=True)
    assertContains(page, "Undone: 2 words wait again.")
    assert statuses() == ["pending"] * 3


def test_rejection_of_a_visitor_is_explained_before_its_button(reviewer, say):
    say("orignal", "en", by=["user:9"])
    folded = reviewer.get(CARD).content.decode().partition("Reject all of this visitor</summary>")[2]
    assert "about this word and all others" in folded.partition("Reject it all</button>")[0]


def test_feedback_of_nobody_is_not_rejected_as_that_of_one(reviewer, say):
    say("orignal", "en", by=[""]), say("piano", "en", by=[""])
    response = send(reviewer, "orignal", "reject", sender_of=Feedback.objects.first().pk)
    assert (response.status_code, statuses()) == (404, ["pending", "pending"])


def test_undo_brings_the_word_back(reviewer, say):
    say("orignal", "en")
    send(reviewer, "orignal", "en")
    decision = Decision.objects.get()
    page = reviewer.post(f"{CARD}undo/", {"decision": decision.pk}, follow=True)
    assertContains(page, "Undone: the word waits again.")
    assertContains(page, "<bdi>orignal</bdi>", html=True)
    assert statuses() == ["pending"]
    assertContains(reviewer.post(f"{CARD}undo/", {"decision": decision.pk}, follow=True), "was undone before")


@pytest.mark.parametrize("decision", ["", "0", "99", "abc", "1\0", "9" * 5000])
def test_unknown_decision_is_not_found(reviewer, decision):
    assert reviewer.post(f"{CARD}undo/", {"decision": decision}).status_code == 404


def test_second_reviewer_sees_the_first_decision(reviewer, say, admin_user):
    say("orignal", "en")
    fields = fields_of("orignal", label="fr")
    decide(word_key="orignal", reviewer=admin_user, label="en")
    page = reviewer.post(f"{CARD}decide/", fields, follow=True)
    assertContains(page, "Somebody else decided about this word meanwhile.")
    assertContains(page, "Decided before: <strong>English</strong>.")
    assert ReviewedWord.objects.get().label == "en"


def test_skipped_word_comes_last(reviewer, say):
    say("orignal", "en", by=["user:1", "user:2"]), say("piano", "en")
    first, _second, last = Feedback.objects.order_by("id").values_list("pk", flat=True)
    reviewer.post(f"{CARD}skip/", {"feedback": first})
    assertContains(reviewer.get(CARD), "<bdi>piano</bdi>", html=True)
    reviewer.post(f"{CARD}skip/", {"feedback": last})
    assertContains(reviewer.get(CARD), "But for words that you skipped")
    reviewer.post(f"{CARD}skip/")
    assertContains(reviewer.get(CARD), "<bdi>orignal</bdi>", html=True)


def test_filters_stay_after_a_decision(reviewer, say):
    say("orignal", "en", by=["user:1", "user:2"]), say("piano", "es")
    page = reviewer.get(CARD, {"label": "es"})
    assertContains(page, "<bdi>piano</bdi>", html=True)
    assertContains(page, f'action="{CARD}decide/?label=es"')


def test_filters_stay_after_undo(reviewer, say):
    say("orignal", "en")
    send(reviewer, "orignal", "en")
    page = reviewer.post(f"{CARD}undo/?label=en", {"decision": Decision.objects.get().pk}, follow=True)
    assertRedirects(page, f"{CARD}?label=en&word=orignal")
    assertContains(page, f'action="{CARD}decide/?label=en"')


@pytest.mark.parametrize("code", ["EN", "eng", "en-GB"])
def test_filter_takes_any_spelling_of_a_code(reviewer, say, code):
    say("orignal", "es", by=["user:1", "user:2"]), say("piano", "en")
    assertContains(reviewer.get(CARD, {"label": code}), "<bdi>piano</bdi>", html=True)


def test_card_is_shown_for_any_spelling_of_its_word(reviewer, say):
    say("école", "fr")
    assertContains(reviewer.get(CARD, {"word": "« E\u0301COLE »"}), "<bdi>école</bdi>", html=True)


def test_filter_that_leaves_nothing_can_be_dropped(reviewer, say):
    say("orignal", "en")
    assertContains(reviewer.get(f"{CARD}?label=es"), "Without the filter")
    assertNotContains(reviewer.get(f"{CARD}?label=en"), "Without the filter")


def test_clear_words_are_accepted_in_one_go_after_a_look(reviewer, say):
    people = ["user:1", "user:2", "user:3"]
    say("orignal", "en", by=people), say("piano", "mul", by=people, languages=["en", "fr"]), say("eau", "fr")
    page = reviewer.get(f"{CARD}clear/")
    assertContains(page, 'name="word"', count=2)
    assert statuses() == ["pending"] * 7
    page = reviewer.post(
        f"{CARD}clear/", {"word": ["0 en orignal", "0 mul en fr piano", "0 fr eau", "--1 x", "\0"]}, follow=True
    )
    assertContains(page, "2 words were decided.")
    assert statuses() == ["accepted"] * 6 + ["pending"]


def test_word_without_feedback_shows_its_decisions_only(reviewer, say):
    say("orignal", "en")
    send(reviewer, "orignal", "en", reason="in the dictionary")
    page = reviewer.get(CARD, {"word": "orignal"})
    assertContains(page, "in the dictionary")
    assertNotContains(page, "What is it?")


@pytest.mark.parametrize("word", ["nothing", "a\0b", "w" * 3000])
def test_unknown_word_is_not_found(reviewer, word):
    assert reviewer.get(CARD, {"word": word}).status_code == 404
    assert reviewer.post(f"{CARD}decide/", {"word": word, "seen": 0, "label": "fr"}).status_code in {302, 404}


def test_word_without_feedback_cannot_be_decided(reviewer):
    assertContains(reviewer.post(f"{CARD}decide/", fields_of("mot", label="fr"), follow=True), "Nothing waits")
    assert not ReviewedWord.objects.exists()


def test_majority_may_name_a_language_that_no_model_knows(reviewer, say):
    say("orignal", "mul", by=["user:1", "user:2"], languages=["fr", "it"])
    assertContains(reviewer.get(CARD), 'name="label" value="mul fr it"')
    send(reviewer, "orignal", "mul fr it", reason="in both")
    assert ReviewedWord.objects.get().languages == ["fr", "it"]
    assert Feedback.objects.first().reason == "in both"


def test_every_page_leads_a_reviewer_to_the_cards(reviewer, say, client):
    say("orignal", "en"), say("piano", "en")
    assertContains(reviewer.get("/"), 'Review <span class="count">2</span>')
    client.logout()
    assertNotContains(client.get("/"), CARD)


def test_viewer_cannot_decide(staff, say):
    say("orignal", "en")
    viewer = staff("view_feedback")
    assertNotContains(viewer.get(CARD), "What is it?")
    assert send(viewer, "orignal", "en").status_code == 403
    assert statuses() == ["pending"]


def test_cards_are_not_cached(reviewer):
    assert "no-store" in reviewer.get(CARD).headers["Cache-Control"]


def test_card_leads_to_all_answers_to_its_word(staff, say):
    say("orignal", "en")
    page = staff("view_feedback", "view_prediction").get("/admin/review/?word=orignal")
    assert "/admin/classifier/prediction/?q=orignal" in page.text


def test_languages_with_a_button_are_those_that_people_or_models_named(reviewer, say, wide):
    say("orignal", "sv", by=["user:1"]), say("orignal", "mul", by=["user:2"], languages=["el", "sw"])
    page = reviewer.get(CARD)
    for code in ("sv", "el", "sw", "en", "fr", "es"):
        assertContains(page, f'name="label" value="{code}"')
    assertNotContains(page, 'name="label" value="ru"')
    assertContains(page, 'name="languages" value="sw"')
