"""The whole loop on a running server: corrections, review, retraining, rollback."""

import re
import shutil

import pytest

from benchmarks.server import PROJECT, serving
from benchmarks.switches import Asker, wait_for
from classifier.languages import language_name
from classifier.ml.artifacts import read_active, version_folders
from classifier.ml.identifier import Identifier
from classifier.models.keys import measures

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHIPPED = PROJECT / "ml_models"
CORRECTIONS, VISITORS = 30, 3
LOGIN = {"DJANGO_SUPERUSER_USERNAME": "rita", "DJANGO_SUPERUSER_PASSWORD": "a moose once bit my sister"}
# Words that dictionaries know as one language's; models that learnt no corrections get many of them wrong.
WORDS = {
    "en": "vaccines conform consonant reuse diocesan principals expires republics stricter rationales "
    "adept patriarchal applaud accomplice joyous canteen assent facet universes fairest prolong absentee "
    "harbours gait errands",
    "fr": "nominis scorpiones mantes palatin nasale vigilants comparent cigale fastes helas subjectives maints gitan "
    "labos hosto carcan microcosme intermittents",
    "es": "paren finde urbe consideren arder roce vicent moler verter idiotez robustez rencores irlandes usina atraque "
    "compres polen bilis datan temes embole bocha derrite idear",
}
UNTOUCHED = (
    "of how the water children thought night between language seminary attend resident contest symbol university "
    "avec maison bonjour fenêtre là grenouille ranger stratégie orignal aujourd'hui château eau "
    "mañana corazón niños mucho espera género hombre parte desde publicar xqzvk piano animal Gesundheit"
)


def wrong_words():
    """Return words that the shipped model answers wrong, and that train; with their languages."""
    [(name, version), *_] = read_active(SHIPPED).items()
    identifier = Identifier(SHIPPED / name / version)
    words = {word: language for language, text in WORDS.items() for word in text.split() if not measures(word)}
    answers = identifier.identify(list(words))
    wrong = [answer.word for answer in answers if answer.candidates[0].language != words[answer.word]]
    assert len(wrong) >= CORRECTIONS, "this model knows too many of WORDS: take others"
    return {word: words[word] for word in wrong[:CORRECTIONS]}


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serve copies of the shipped models with a database in a file."""
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    shutil.copytree(SHIPPED, tmp_path / "ml_models")
    with serving(MODEL_DIRS=f"{tmp_path / 'ml_models'},{tmp_path / 'trained'}") as server:
        yield server


@pytest.fixture
def open_page(chromium, server):
    """Return a function that opens a page as a new visitor."""
    contexts = []

    def open_page(path="/"):
        context = chromium.new_context(base_url=server.address, locale="en")
        context.set_default_timeout(60_000)  # for busy machines
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def correct_on_the_page(page, word, language):
    """Ask and correct a word; return the address of its answer."""
    page.goto("/")
    page.get_by_label("Your word").fill(word)
    page.get_by_role("button", name="Which language?").click()
    page.wait_for_url("**/predictions/**")
    address = page.url
    page.locator("summary").get_by_text(re.compile(r"^(No|Something else|Another language|Correct.*)$")).first.click()
    page.get_by_role("radio", name=language_name(language), exact=True).check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("status").wait_for()
    return address


def correct_by_api(page, word, language):
    """Ask and correct a word as the same visitor; return the address of its answer."""
    answer = page.request.post("/api/v1/predictions", data={"word": word}).json()
    sent = page.request.put(f"/api/v1/predictions/{answer['id']}/feedback", data={"label": language})
    assert sent.json()["status"] == "pending"
    return f"/predictions/{answer['id']}/"


def correct(visitors, words):
    """Let visitors correct the words in turn, the first ones on the page; return visitor and address of each."""
    turns = [(visitors[number % VISITORS], number) for number in range(len(words))]
    return [
        (page, (correct_on_the_page if number < 2 * VISITORS else correct_by_api)(page, word, language))
        for (page, number), (word, language) in zip(turns, words.items(), strict=True)
    ]


def review_by_keyboard(page, words):
    """Decide about all words; return the number of keys."""
    page.get_by_label("Username").fill(LOGIN["DJANGO_SUPERUSER_USERNAME"])
    page.get_by_label("Password").fill(LOGIN["DJANGO_SUPERUSER_PASSWORD"])
    page.keyboard.press("Enter")
    page.wait_for_url("/admin/review/")
    keys, decided = 0, set()
    while (word := page.get_by_role("heading", level=1).inner_text()) in words:
        page.locator("#keys").wait_for()  # the keys work once their switch is shown
        button = page.locator("#decision button", has_text=language_name(words[word])).first
        page.keyboard.press(button.get_attribute("data-key"))
        keys += 1
        decided.add(word)
        page.wait_for_function("word => document.querySelector('h1').innerText !== word", arg=word)
    assert decided == words.keys()
    return keys


def answers(page, words):
    """Return the labels and the versions that the API answers."""
    body = {"items": [{"word": word} for word in words]}
    results = page.request.post("/api/v1/predictions/batch", data=body).json()["results"]
    found = [result["prediction"] for result in results]
    return {one["word"]: one["language"] or one["verdict"] for one in found}, {one["model_version"] for one in found}


def test_corrections_reach_the_live_model_and_are_rolled_back(server, open_page, tmp_path):
    words, others = wrong_words(), UNTOUCHED.split()
    visitors = [open_page() for _ in range(VISITORS)]
    before, [shipped] = answers(visitors[0], [*words, *others])
    corrections = correct(visitors, words)
    assert server.manage("createsuperuser", "--no-input", "--email", "rita@example.org").returncode == 0
    assert review_by_keyboard(open_page("/account/login/?next=/admin/review/"), words) <= 2 * len(words)

    asker = Asker(server.port, pause=0.05)  # so that training has the other cores
    asker.start()
    retrained = server.manage("retrain", "Ngram")
    assert retrained.returncode == 0, retrained.stderr
    [learnt] = version_folders([tmp_path / "trained"], "Ngram")
    wait_for([asker], learnt)
    after, _ = answers(visitors[0], [*words, *others])
    assert {word: after[word] for word in words} == words
    assert {word: after[word] for word in others} == {word: before[word] for word in others}
    for page, address in corrections:
        page.goto(address)
        page.get_by_text(f"In the model since version {learnt}").wait_for()

    assert server.manage("rollback", "Ngram").returncode == 0
    wait_for([asker], shipped)
    assert answers(visitors[0], [*words, *others])[0] == before
    page, address = corrections[0]
    page.goto(address)
    page.get_by_text("Waits for the next model").wait_for()
    asker.stop()
    assert asker.failures == []
    assert [version for version, _ in asker.changes[1:]] == [shipped, learnt, shipped]
