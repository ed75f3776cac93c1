"""Parser of pages: untranslated texts, attributes, language switch, words of a history."""

import re
from html import unescape
from html.parser import HTMLParser

TEXT_ATTRIBUTES = {"alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "data-busy"}
TEXT_ATTRIBUTES |= {
    "data-all",
    "data-done",
    "data-found",
    "data-more",
    "data-none",
    "data-too-large",
    "label",
    "placeholder",
    "title",
}
BUTTONS = {"button", "reset", "submit"}
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNTRANSLATED = {"bdi", "code", "kbd", "pre", "samp", "script", "style"}  # user input, and text for programs
# Names are the same in every language: of models, versions, time zones, formats and people.
NAMES = "Ngram FF CNN CNNsep RNN lingua eldc langidentify py3langid simplemma fastText langdetect wordfreq UTC CSV curl"
NAMES = re.compile(rf"\b({NAMES.replace(' ', '|')}|\d{{8}}-[0-9a-f]{{8}}|orignal|piano|xqzt|knowledge|ñ|ana|JSON)\b")
VARYING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[A-Za-z0-9]{64}\b")  # ids and tokens


def listed_words(response):
    """Return the words on a page of the history, without those of batches."""
    sections = response.context["page"].sections
    return [answer.word for section in sections for entry in section.entries for answer in entry.answers]


class Reader(HTMLParser):
    """Collects all attributes, and texts outside the marks of translations."""

    def __init__(self):
        super().__init__()
        self.open, self.depth, self.unmarked, self.attributes = [], 0, [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        foreign = "lang" in values and tag != "html"
        if tag not in VOID:
            self.open.append((tag, foreign or values.get("translate") == "no" or tag in UNTRANSLATED))
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
        translated = not any(foreign for _tag, foreign in self.open)
        self.depth = self.collect(text, self.depth, translated=translated)

    def collect(self, text, depth, *, translated=True):
        outside = ""
        for character in text:
            depth -= character == "⟧"
            outside += character if depth == 0 else " "
            depth += character == "⟦"
        if translated and any(map(str.isalpha, NAMES.sub("", outside))):
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


def switch_target(page):
    """Return the address in the language switch, else ""."""
    match = re.search(r'action="/language/".*?name="next" value="([^"]*)"', page, re.DOTALL)
    return unescape(match[1]) if match else ""


def numeric_attributes(page):
    """Return the attributes with digits, without texts, ids and tokens."""
    others = TEXT_ATTRIBUTES | {"content", "tabindex"}  # the focus goes to a message, which is shown once
    attributes = [attribute for attribute in read(page).attributes if attribute[1] not in others]
    return [(tag, name, VARYING.sub("", value)) for tag, name, value in attributes if re.search(r"\d", value)]
