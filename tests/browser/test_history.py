import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[False, True], ids=["plain", "javascript"])
def open_history(visit, request):
    """Return a function that asks words and opens their history."""

    def open_history(*words, **options):
        page = visit(**options, javascript=request.param)
        for word in words:
            page.goto("/")
            page.get_by_label("Your word").fill(word)
            page.get_by_role("button", name="Which language?").click()
            page.wait_for_url("**/predictions/*/")
        page.goto("/history/")
        return page

    return open_history


def send_list(page, *words):
    page.goto("/batches/")
    page.locator("textarea").fill("\n".join(words))
    page.locator("button.primary").click()
    page.wait_for_url("**/batches/*-*/")


def check_rows(page, *words):
    from playwright.sync_api import expect

    expect(page.locator(".rows li > a")).to_have_text(list(words))


def test_word_is_found_downloaded_and_deleted(open_history, width):
    page = open_history("orignal", "piano", width=width)
    page.get_by_label("Find a word").fill("Piano")
    page.keyboard.press("Enter")
    check_rows(page, "piano")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.path().read_text().count("\n") == 2
    page.get_by_role("button", name="Delete piano").click()
    page.get_by_role("status").get_by_text("The answer is deleted.").wait_for()
    assert page.get_by_role("heading", name="Nothing matches").is_visible()
    page.get_by_role("link", name="Show all").click()
    check_rows(page, "orignal")


def test_list_is_one_row_that_leads_to_its_answers(open_history, width):
    page = open_history("orignal", width=width)
    send_list(page, *["gâteau", "casa"] * 30)
    page.goto("/history/")
    check_rows(page, "Pasted words", "orignal")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Pasted words"))
    assert row.locator(".languages").inner_text().split() == ["Spanish", "30", "French", "30"]
    assert row.locator(".stack").bounding_box()["width"] > 100
    page.get_by_role("link", name="Pasted words").click()
    page.get_by_role("heading", name="Rows 1 to 60").wait_for()


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "Words that begin with “Ori”"),
        ("fr", "Mots commençant par «\N{NO-BREAK SPACE}Ori\N{NO-BREAK SPACE}»"),
        ("es", "Palabras que empiezan por «Ori»"),
    ],
)
def test_beginning_of_words_is_found_also_in_lists(visit, language, heading):
    page = visit(language=language, width=320)
    send_list(page, "original", "origine", "casa")
    page.goto("/history/")
    page.get_by_role("searchbox").fill("Ori")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=heading).wait_for()
    check_rows(page, "original", "origine")


def test_word_asked_again_shows_its_earlier_answer_on_request(open_history):
    page = open_history("piano", "orignal", "Piano")
    check_rows(page, "Piano", "orignal")
    page.get_by_text("Asked 2 times").press("Enter")
    page.get_by_role("button", name="Delete piano").last.press("Enter")
    page.get_by_role("status").get_by_text("The answer is deleted.").wait_for()
    check_rows(page, "Piano", "orignal")
    assert not page.get_by_text("Asked 2 times").is_visible()


def test_filters_narrow_the_list_and_keep_their_values(open_history, width):
    page = open_history("orignal", "piano", "xqzt", width=width)
    page.get_by_text("More filters").click()
    page.get_by_label("Answer").select_option("not sure")
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_role("button", name="Apply").click()
    check_rows(page, "xqzt")
    assert page.get_by_label("From").input_value() == "2026-01-01"
    page.get_by_role("link", name="Clear the filters").click()
    check_rows(page, "xqzt", "piano", "orignal")


def test_whole_history_is_deleted_after_a_confirmation(open_history):
    page = open_history("orignal", "piano")
    page.get_by_role("link", name="Delete all").click()
    page.get_by_role("heading", name="Delete 2 answers?").wait_for()
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_role("status").get_by_text("2 answers are deleted.").wait_for()
    assert page.get_by_role("heading", name="Nothing here yet").is_visible()


def test_deletion_can_be_cancelled(open_history):
    page = open_history("orignal")
    page.get_by_role("link", name="Delete all").click()
    page.get_by_role("link", name="Keep them").click()
    check_rows(page, "orignal")


def test_switch_keeps_the_next_word_out_of_the_history(open_history):
    page = open_history("orignal")
    switch = page.get_by_role("switch", name="Keep my history")
    assert switch.get_attribute("aria-checked") == "true"
    switch.press("Space")
    page.get_by_role("switch", checked=False).wait_for()
    page.goto("/")
    page.get_by_label("Your word").fill("piano")
    page.get_by_role("button", name="Which language?").click()
    page.get_by_role("article").wait_for()
    page.goto("/history/")
    check_rows(page, "orignal")


def test_links_to_other_pages_keep_the_filter(open_history, monkeypatch):
    monkeypatch.setattr("classifier.services.history.PAGE_SIZE", 1)
    page = open_history("orignal", "piano", "gâteau")
    page.goto("/history/?language=fr")
    page.get_by_role("link", name="Older").click()
    check_rows(page, "orignal")
    page.get_by_role("link", name="Newest").click()
    check_rows(page, "gâteau")


def test_error_is_linked_to_its_field(open_history):
    page = open_history("orignal")
    page.get_by_label("Find a word").fill("12")
    page.keyboard.press("Enter")
    page.get_by_text("The word contains no letters.").wait_for()
    field = page.get_by_label("Find a word")
    error = page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert error.inner_text() == "The word contains no letters."


@pytest.mark.any_database
@pytest.mark.parametrize("open_history", [True], indirect=True)  # axe needs JavaScript
def test_states_of_the_history_are_accessible(open_history, check):
    page = open_history("orignal", "w" * 100, "piano un gâteau", "orignal")
    send_list(page, "gâteau", "casa", "piano", "xqzt", "orignal")
    for path in ("", "?language=fr&since=2026-01-01", "?word=12&since=x&owner=1", "?word=o", "delete/?language=fr"):
        page.goto(f"/history/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
        check(page)
    page.goto("/history/")
    page.get_by_role("switch").click()
    page.get_by_role("switch", checked=False).wait_for()
    check(page)
