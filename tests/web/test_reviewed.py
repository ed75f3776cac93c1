"""What reviewers decided, beside the answers of the models."""

from datetime import UTC, datetime

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import ReviewedWord

pytestmark = pytest.mark.django_db
DECIDED = "Reviewers decided: Spanish"


@pytest.fixture
def outcome():
    """Decide that orignal is Spanish."""
    date = datetime(2026, 11, 22, 12, tzinfo=UTC)
    return ReviewedWord.objects.create(word_key="orignal", label="es", votes=3, decided_at=date)


@pytest.mark.parametrize("word", ["orignal", "ORIGNAL", "“orignal.”"])
def test_outcome_stands_beside_the_answer_for_every_spelling(client, ask, outcome, word):
    page = client.get(ask(word))
    assertContains(page, DECIDED)
    assertContains(page, "3 people say so")
    assertContains(page, '<time datetime="2026-11-22T12:00:00+00:00">Nov. 22, 2026</time>', html=True)
    assertContains(page, "Probably French")
    assertContains(page, '<rect width="66.57%"')


def test_agreement_of_people_is_not_called_a_decision_of_reviewers(client, ask, outcome):
    ReviewedWord.objects.update(by_consensus=True)
    page = client.get(ask())
    assertContains(page, "People agree: Spanish")
    assertNotContains(page, "Reviewers")


def test_outcome_is_shown_to_everybody(client, ask, outcome, stranger):
    page = stranger.post("/", {"word": "orignal"}, follow=True)
    assertContains(page, DECIDED)
    assertContains(client.get("/shared/?word=Orignal"), DECIDED)
    assertContains(client.post("/", {"word": "orignal", "private": "on"}), DECIDED)


def test_outcome_stands_beside_the_answers_of_all_models(client, ask, outcome):
    assertContains(client.get(ask(model="all")), DECIDED, count=1)


def test_outcome_without_votes_and_date_is_shown(client, ask, outcome):
    ReviewedWord.objects.update(votes=0, decided_at=None)
    page = client.get(ask())
    assertContains(page, DECIDED)
    assertNotContains(page, "people say so")


def test_reviewed_words_of_a_text_are_named(client, ask, outcome):
    ReviewedWord.objects.create(word_key="mesa", label="mul", languages=["en", "es"], votes=1)
    address = ask("un Orignal, una mesa, un orignal")
    page = client.get(address)
    assertContains(page, '<bdi lang="es">orignal</bdi> <strong>Spanish</strong>', html=True, count=1)
    assertContains(page, '<bdi lang="">mesa</bdi> <strong>English and Spanish</strong>', html=True)
    assertContains(page, "Decided about these words:")
    listed = "decided: orignal: Spanish; mesa: English and Spanish"
    assertContains(client.get("/history/"), listed)


def test_outcome_of_a_whole_text_stands_beside_those_of_its_words(client, ask, outcome):
    ReviewedWord.objects.create(word_key="un orignal", label="fr", votes=1)
    page = client.get(ask("un orignal"))
    assertContains(page, "Reviewers decided: French")
    assertContains(page, "<strong>Spanish</strong>")


def test_word_that_nobody_reviewed_has_no_second_verdict(client, ask, outcome):
    assertNotContains(client.get(ask("piano")), "What people decided")


def test_outcomes_are_listed_with_many_words(client, batch_address, outcome):
    assertContains(client.get(batch_address("orignal\npiano")), "decided: Spanish", count=1)


def test_word_in_an_outcome_is_escaped(client, ask):
    ReviewedWord.objects.create(word_key="b", label="es", votes=1)
    assertNotContains(client.get(ask("mon <b>")), '<bdi lang="es"><b>')
