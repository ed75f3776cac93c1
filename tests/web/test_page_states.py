"""Checks of all pages in all STATES."""

from contextlib import contextmanager
from itertools import chain

import pytest
from django.template import engines
from django.utils import translation

from classifier import languages
from classifier.review import urls as review_urls
from classifier.templatetags import answer_charts, answer_text, picker
from classifier.web.urls import urlpatterns
from tests.web.every_page import NO_PAGES, STATES
from tests.web.page_reader import numeric_attributes, read, switch_target

pytestmark = pytest.mark.django_db
MODULES = (languages, answer_charts, answer_text, picker)  # that keep texts by language


@pytest.fixture
def marked(monkeypatch):
    """Return a context manager that puts marks around every translation."""

    def mark(text):
        return f"⟦{text}⟧" if text.strip() else text

    def mark_form(one, many, number):
        return mark(one if number == 1 else many)

    marks = {
        "gettext": mark,
        "pgettext": lambda _context, text: mark(text),
        "ngettext": mark_form,
        "npgettext": lambda _context, *form: mark_form(*form),
    }

    @contextmanager
    def marked():
        with monkeypatch.context() as patch:
            for name, function in marks.items():
                patch.setattr(translation._trans, name, function)
            forget_texts()
            yield
        forget_texts()

    return marked


def forget_texts():
    """Clear the texts kept by language, in functions and in templates."""
    for function in chain.from_iterable(vars(module).values() for module in MODULES):
        if hasattr(function, "cache_clear"):
            function.cache_clear()
    engines["django"].engine.template_loaders[0].reset()


def test_addresses_with_a_page_have_a_state():
    names = {pattern.name for pattern in [*urlpatterns, *review_urls.urlpatterns]}
    names |= {"api-tour"}  # which the API serves
    assert {state.partition(":")[0] for state in STATES if not state[0].isdigit()} == names - NO_PAGES


@pytest.mark.parametrize("state", STATES)
def test_page_is_right_in_every_state(site, marked, state, subtests):
    """Check a state in five ways at once, to reach it once."""
    with marked():
        response = STATES[state](site)
    page = response.content.decode()
    name, is_read = state.partition(":")[0], response.request["REQUEST_METHOD"] == "GET"
    target = switch_target(page)
    french = in_french(site.client, response.request) if is_read else None

    with subtests.test("the state is the page of its name"):
        if name.isdigit():
            assert response.status_code == int(name)
        else:
            assert response.status_code in (200, 400)
            assert response.resolver_match.url_name == name
    with subtests.test("every text passes through gettext"):
        assert (read(page).unmarked, read(page).depth) == ([], 0)
    with subtests.test("the headers name the language"):
        assert response.headers["Content-Language"] == "en"
        if is_read:
            assert french.headers["Content-Language"] == "fr"
            assert {"accept-language", "cookie"} <= set(french.headers["Vary"].lower().split(", "))
    with subtests.test("attributes with numbers are the same in French"):
        assert not is_read or numeric_attributes(page) == numeric_attributes(french.content.decode())
    with subtests.test("the switch of the language leads to a page"):
        if name.isdigit():
            assert target == ""
        else:
            assert site.client.get(target).status_code == (response.status_code if is_read else 200)


def in_french(client, request):
    address = f"{request['PATH_INFO']}?{request['QUERY_STRING']}"
    return client.get(address, headers={"accept-language": "fr"})
