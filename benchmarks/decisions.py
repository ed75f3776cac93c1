"""Keys that a reviewer needs for 200 decisions, counted in Chromium.

Run as `python -m benchmarks.decisions [WORDS]`.
"""

import json
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from benchmarks.server import MANAGE, PROJECT, Server, serving
from tests.browser.program import OPTIONS, chromium_path

WORDS = 200
# Of ten words. People say the first label, a reviewer the second: labels and languages as in the export.
CASES = {
    "as most people say": ("fr", "fr", 6),
    "another language": ("en", "es", 2),
    "not a word": ("en", "zxx", 1),
    "shared, though nobody said so": ("fr", "en fr", 1),
}
PEOPLE = 2  # who say something about each word
CLICKS = 4  # in a list of Django's admin: tick, choose the action, choose it, go
FILL = f"""
import json, sys
from classifier.services.feedback import submit_feedback
from classifier.services.identify import identify
for word, label in json.load(sys.stdin):
    for owner in map("visitor:{{}}".format, range({PEOPLE})):
        [prediction] = identify(words=[word], source="web", owner=owner)
        submit_feedback(prediction=prediction, owner=owner, label=label)
"""
HEADING = "() => document.querySelector('h1').innerText"
# The switch of the keys is shown once they work.
NEXT = f"word => ({HEADING})() !== word && document.querySelector('#keys').checkVisibility()"


def words_by_case(count: int) -> dict[str, str]:
    """Return words of the documentation, and the case of each."""
    text = (PROJECT / "docs" / "models.md").read_text(encoding="utf-8")
    words = dict.fromkeys(re.findall(r"\b[a-z]{4,}\b", text))
    cases = [case for case, (_, _, parts) in CASES.items() for _ in range(parts)]
    return {word: cases[number % len(cases)] for number, word in zip(range(count), words, strict=False)}


def fill(server: Server, words: dict[str, str], password: str) -> None:
    """Store people's feedback on the words, and a reviewer."""
    said = json.dumps([(word, CASES[case][0]) for word, case in words.items()])
    command = [*MANAGE, "shell", "--no-imports", "--command", FILL]
    subprocess.run(command, env=server.environment, input=said, text=True, check=True)
    environment = {**server.environment, "DJANGO_SUPERUSER_PASSWORD": password}
    options = ("--no-input", "--verbosity", "0", "--username", "rita", "--email", "rita@example.org")
    subprocess.run([*MANAGE, "createsuperuser", *options], env=environment, check=True)


def log_in(page: Page, password: str) -> None:
    """Open the first card as a reviewer."""
    page.goto("/account/login/?next=/admin/review/")
    page.get_by_label("Username").fill("rita")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("/admin/review/")
    page.locator("#keys").wait_for()


def decide(page: Page, said: str, label: str) -> int:
    """Decide about the word shown by keyboard; return the number of keys."""
    count = 0
    for key in _shared_keys(page, label.split()) if " " in label else [_key(page, said, label)]:
        page.keyboard.press(key)
        count += 1
    return count


def _key(page: Page, said: str, label: str) -> str:
    if label == said:
        return "a"
    return page.locator(f"#decision button[value={label}][data-key]").first.get_attribute("data-key") or ""


def _shared_keys(page: Page, languages: list[str]) -> Iterator[str]:
    """Open the languages, tick those that share the word, go to the button and press it."""
    yield "m"
    while page.evaluate("document.activeElement.type") == "checkbox":
        value, checked = page.evaluate("[document.activeElement.value, document.activeElement.checked]")
        if checked != (value in languages):
            yield "Space"
        yield "Tab"
    yield "Enter"


def review(page: Page, words: dict[str, str]) -> Counter[str]:
    """Decide about all words; return the number of keys by case."""
    keys: Counter[str] = Counter()
    for _ in words:
        word = page.evaluate(HEADING)
        said, label, _ = CASES[words[word]]
        keys[words[word]] += decide(page, said, label)
        page.wait_for_function(NEXT, arg=word)
    if page.evaluate(HEADING) in words:
        raise RuntimeError("a word waits still")
    return keys


def main() -> None:
    """Fill a database, review it in Chromium and print the keys."""
    words = words_by_case(int(sys.argv[1]) if len(sys.argv) > 1 else WORDS)
    password = secrets.token_urlsafe(20)
    with serving() as server, sync_playwright() as playwright:
        fill(server, words, password)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=OPTIONS)
        page = browser.new_page(base_url=server.address, locale="en")
        log_in(page, password)
        started = time.perf_counter()
        keys = review(page, words)
        seconds = (time.perf_counter() - started) / len(words)
        browser.close()
    counts = Counter(words.values())
    print(f"{'decision':<31}{'words':>7}{'keys':>7}{'a word':>9}")
    for case, count in [*counts.items(), ("all", counts.total())]:
        pressed = keys.get(case, keys.total())
        print(f"{case:<31}{count:>7}{pressed:>7}{pressed / count:>9.2f}")
    print(f"a list of Django's admin takes {CLICKS * counts.total()} clicks")
    print(f"{1000 * seconds:.0f} ms from a key to the next card, without a reviewer's thinking")


if __name__ == "__main__":
    main()
