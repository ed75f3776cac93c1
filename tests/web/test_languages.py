import re
from html.parser import HTMLParser

import pytest
from django.utils import translation
from pytest_django.asserts import assertContains

from classifier.urls import urlpatterns
from tests.web.every_page import NO_PAGES, STATES, Site

pytestmark = pytest.mark.django_db

TEXT_ATTRIBUTES = {"alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "data-busy"}
TEXT_ATTRIBUTES |= {"data-done", "data-too-large", "label", "placeholder", "title"}
BUTTONS = {"button", "reset", "submit"}
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}
NOT_OURS = {"bdi", "code", "kbd", "pre", "samp", "script", "style"}  # what people typed, and what programs read
# Names are the same in every language: of models, versions, time zones, formats and people.
NAMES = "Ngram FF CNN CNNsep RNN lingua py3langid simplemma fastText langdetect wordfreq UTC CSV JSON curl"
NAMES = re.compile(rf"\b({NAMES.replace(' ', '|')}|\d{{8}}-[0-9a-f]{{8}}|orignal|piano|xqzt|knowledge|ñ|ana)\b")
VARYING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[A-Za-z0-9]{64}\b")  # ids and tokens


class Reader(HTMLParser):
    """Collects what a page says outside of the marks that every translation carries, and all attributes."""

    def __init__(self):
        super().__init__()
        self.open, self.depth, self.unmarked, self.attributes = [], 0, [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        foreign = "lang" in values and tag != "html"
        if tag not in VOID:
            self.open.append((tag, foreign or values.get("translate") == "no" or tag in NOT_OURS))
        for name, value in attributes:
            self.attributes.append((tag, name, value or ""))
            if not foreign and is_text(tag, name, values):
                self.collect(value or "", 0)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        while self.open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        ours = not any(foreign for _tag, foreign in self.open)
        self.depth = self.collect(text, self.depth, ours=ours)

    def collect(self, text, depth, *, ours=True):
        outside = ""
        for character in text:
            depth -= character == "⟧"
            outside += character if depth == 0 else " "
            depth += character == "⟦"
        if ours and any(map(str.isalpha, NAMES.sub("", outside))):
            self.unmarked.append(" ".join(outside.split()))
        return depth


def is_text(tag, name, values):
    if name == "value":
        return tag == "input" and values.get("type") in BUTTONS
    if name == "content":
        return values.get("name") == "description"
    return name in TEXT_ATTRIBUTES


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.fixture
def site(client, user, fake_models, monkeypatch):
    user.is_staff = True
    user.save()
    return Site(client, user, fake_models, monkeypatch)


@pytest.fixture
def marked(monkeypatch):
    """Put every translation between marks, as if the pages were in a language of its own."""

    def mark(text):
        return f"⟦{text}⟧" if text.strip() else text

    def mark_form(one, many, number):
        return mark(one if number == 1 else many)

    backend = translation._trans
    monkeypatch.setattr(backend, "gettext", mark)
    monkeypatch.setattr(backend, "pgettext", lambda _context, text: mark(text))
    monkeypatch.setattr(backend, "ngettext", mark_form)
    monkeypatch.setattr(backend, "npgettext", lambda _context, *form: mark_form(*form))


@pytest.fixture(params=STATES)
def state(request):
    return request.param


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
def test_english_that_did_not_pass_through_gettext_is_found(page, unmarked):
    assert read(page).unmarked == unmarked


def test_every_address_with_a_page_has_a_state():
    names = {pattern.name for pattern in urlpatterns}
    assert {state.partition(":")[0] for state in STATES if not state[0].isdigit()} == names - NO_PAGES


def test_every_text_of_a_page_is_translated(site, marked, state):
    reader = read(STATES[state](site).content.decode())
    assert reader.unmarked == []
    assert reader.depth == 0


def test_a_state_is_the_page_that_it_says(site, state):
    response = STATES[state](site)
    name = state.partition(":")[0]
    if name.isdigit():
        assert response.status_code == int(name)
    else:
        assert response.status_code in (200, 400)
        assert response.resolver_match.url_name == name


def test_the_switch_of_every_page_leads_to_a_page(site, state):
    response = STATES[state](site)
    [switch] = re.findall(r'action="/language/".*?</form>', response.content.decode(), re.DOTALL) or [""]
    for address in re.findall(r'name="next" value="([^"]*)"', switch):
        answer = site.client.get(address.replace("&amp;", "&"))
        assert answer.status_code in (200, response.status_code)


def in_french(site, response):
    request = response.request
    return site.client.get(f"{request['PATH_INFO']}?{request['QUERY_STRING']}", headers={"accept-language": "fr"})


def test_a_page_says_in_which_language_it_is(site, state):
    response = STATES[state](site)
    assert response.headers["Content-Language"] == "en"
    assertContains(response, '<html lang="en"', status_code=response.status_code)
    if response.request["REQUEST_METHOD"] == "GET":
        french = in_french(site, response)
        assert french.headers["Content-Language"] == "fr"
        assertContains(french, '<html lang="fr"', status_code=response.status_code)
        assert {"accept-language", "cookie"} <= set(french.headers["Vary"].lower().split(", "))


def test_attributes_are_written_the_same_in_every_language(site, state):
    response = STATES[state](site)
    if response.request["REQUEST_METHOD"] == "GET":
        english, french = (figures(page.content.decode()) for page in (response, in_french(site, response)))
        assert english == french


def figures(page):
    """Return the attributes with digits that programs read, without what differs from one request to the next."""
    found = [attribute for attribute in read(page).attributes if attribute[1] not in TEXT_ATTRIBUTES | {"content"}]
    return [(tag, name, VARYING.sub("", value)) for tag, name, value in found if re.search(r"\d", value)]
