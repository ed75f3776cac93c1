import pytest
from django.utils import translation

from classifier.web.urls import urlpatterns
from tests.web.every_page import NO_PAGES, STATES
from tests.web.page_reader import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def marked(monkeypatch):
    """Put every translation between marks, as if the pages were in a language of their own."""

    def mark(text):
        return f"⟦{text}⟧" if text.strip() else text

    def mark_form(one, many, number):
        return mark(one if number == 1 else many)

    backend = translation._trans
    monkeypatch.setattr(backend, "gettext", mark)
    monkeypatch.setattr(backend, "pgettext", lambda _context, text: mark(text))
    monkeypatch.setattr(backend, "ngettext", mark_form)
    monkeypatch.setattr(backend, "npgettext", lambda _context, *form: mark_form(*form))


@pytest.mark.parametrize("state", STATES)
def test_every_text_of_every_page_passes_through_gettext(site, marked, state):
    reader = read(STATES[state](site).content.decode())
    assert reader.unmarked == []
    assert reader.depth == 0


@pytest.mark.parametrize(
    ("page", "unmarked"),
    [
        ("<p>⟦Your <b>word</b>⟧ 67 %</p>", []),
        ("<p>⟦Your⟧ <b>word</b></p>", ["word"]),
        ('<p title="word">⟦Your ⟦word⟧ is⟧</p>', ["word"]),
        ('<p lang="fr">mot</p><code>word</code><bdi>word</bdi> FF', []),
        ('<input type="submit" value="Send"><input value="orignal">', ["Send"]),
        ('<meta name="description" content="word"><p translate="no">word <br> word</p>word', ["word", "word"]),
    ],
)
def test_a_text_that_does_not_is_found(page, unmarked):
    assert read(page).unmarked == unmarked


def test_every_address_with_a_page_has_a_state():
    names = {pattern.name for pattern in urlpatterns} | {"api-tour"}  # which the API serves
    assert {state.partition(":")[0] for state in STATES if not state[0].isdigit()} == names - NO_PAGES


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_the_page_that_it_says(site, state):
    response = STATES[state](site)
    name = state.partition(":")[0]
    if name.isdigit():
        assert response.status_code == int(name)
    else:
        assert response.status_code in (200, 400)
        assert response.resolver_match.url_name == name
