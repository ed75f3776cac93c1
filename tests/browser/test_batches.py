import pytest

from classifier.services import batches
from classifier.words.lists import MOST_BYTES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLE = {"name": "mots.csv", "mimeType": "text/csv", "buffer": "n;forme\n1;gâteau\n2;12\n3;piano\n".encode()}

DOUBTFUL = "n;Wort;Note\n1;chat;a cat\n2;été;summer\n3;pan;bread\n".encode("cp1252")


def send(page):
    page.get_by_role("button", name="Which languages?").click()


def language_counts(page):
    rows = page.get_by_role("table").first.get_by_role("row").all()[1:]
    return [row.inner_text().split("\t")[:2] for row in rows]


@pytest.mark.parametrize("javascript", [False, True], ids=["plain", "javascript"])
def test_words_are_pasted_confirmed_and_deleted(visit, width, javascript):
    page = visit("/batches/", width=width, javascript=javascript)
    page.get_by_label("Paste your words").fill("gâteau\nbeau\n12\nknowledge")
    send(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Mostly French: 2 of 3 words"
    assert language_counts(page) == [["French", "2"], ["English", "1"]]
    page.get_by_role("link", name="gâteau").click()
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("link", name="Many words").first.click()
    page.get_by_role("link", name="Pasted words").click()
    page.get_by_text("Delete these").click()
    page.get_by_role("button", name="Delete for good").click()
    assert "are deleted" in page.get_by_role("status").inner_text()
    assert page.get_by_role("link", name="Pasted words").count() == 0


@pytest.mark.parametrize("javascript", [False, True], ids=["plain", "javascript"])
def test_column_of_a_table_is_uploaded_and_downloaded(visit, javascript):
    page = visit("/batches/", javascript=javascript)
    page.get_by_label("Or choose a file").set_input_files(TABLE)
    page.get_by_label("Column of the words").fill("forme")
    send(page)
    assert page.get_by_role("row").last.inner_text().split("\t")[:2] == ["4", "piano"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["row", "2", "3", "4"]


@pytest.mark.parametrize("javascript", [False, True], ids=["plain", "javascript"])
def test_long_list_shows_its_progress(visit, width, javascript, monkeypatch):
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 2)
    page = visit("/batches/", width=width, javascript=javascript)
    page.get_by_label("Paste your words").fill("\n".join(["gâteau", "beau", "knowledge", "mañana"] * 3))
    send(page)
    page.get_by_role("heading", name="Rows 1 to 12").wait_for()
    assert page.get_by_role("progressbar").count() == 0


@pytest.mark.parametrize("javascript", [False, True], ids=["plain", "javascript"])
def test_private_words_are_answered_by_a_file_and_not_stored(visit, javascript):
    page = visit("/batches/", javascript=javascript)
    page.get_by_label("Paste your words").fill("gâteau")
    assert not page.get_by_role("radio", name="JSON lines").is_visible()
    page.get_by_label("Private").check()
    page.get_by_role("radio", name="JSON lines").check()
    with page.expect_download() as download:
        send(page)
    assert download.value.suggested_filename == "words.jsonl"
    assert '"gâteau"' in download.value.path().read_text()
    assert page.get_by_role("button", name="Which languages?").is_enabled()
    page.goto("/history/")
    assert "Nothing here yet" in page.get_by_role("main").inner_text()


@pytest.mark.parametrize("javascript", [False, True], ids=["plain", "javascript"])
def test_column_in_doubt_is_asked_for_and_named(visit, width, javascript):
    page = visit("/batches/", width=width, javascript=javascript)
    page.get_by_label("Or choose a file").set_input_files({**TABLE, "buffer": DOUBTFUL})
    send(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Which column holds the words?"
    assert page.get_by_label("Column of the words").locator(":checked").inner_text() == "Wort: chat, été, pan"
    assert page.get_by_label("It holds the names of the columns").is_checked()
    page.get_by_label("Column of the words").select_option(label="Note: a cat, summer, bread")
    send(page)
    facts = page.locator(".facts").inner_text().split("\n")
    assert {"Ngram", "English, French and Spanish", "Note one of 3", "3"} <= set(facts)
    assert "Windows-1252 assumed, since it is not UTF-8" in facts
    assert page.get_by_text("mots.csv").is_visible()
    assert page.get_by_role("row").last.inner_text().split("\t")[:2] == ["4", "bread"]


def test_large_file_is_refused_by_javascript_before_the_upload(visit, tmp_path):
    (tmp_path / "words.txt").write_text("a\n" * (MOST_BYTES // 2 + 1))
    page = visit("/batches/", javascript=True)
    page.get_by_label("Or choose a file").set_input_files(tmp_path / "words.txt")
    send(page)
    assert "larger than" in page.get_by_label("Or choose a file").evaluate("file => file.validationMessage")
    assert page.get_by_role("heading", level=1).inner_text() == "Many words at once"


def test_file_over_the_body_limit_gets_an_error_page(visit, tmp_path):
    (tmp_path / "words.txt").write_text("a\n" * (2 * MOST_BYTES + 1))
    page = visit("/batches/")
    page.get_by_label("Or choose a file").set_input_files(tmp_path / "words.txt")
    send(page)
    assert page.get_by_role("heading", level=1).inner_text() == "That is too much at once"


def test_form_can_be_used_by_keyboard(visit):
    page = visit("/batches/")
    page.get_by_label("Paste your words").focus()
    page.keyboard.type("gâteau")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.get_by_label("Private").is_checked()


@pytest.mark.any_database
def test_states_of_the_form_are_accessible(visit, check):
    page = visit("/batches/", javascript=True)
    check(page)
    page.get_by_label("Private").check()
    page.get_by_text("Model: Ngram").click()
    check(page)
    page.get_by_label("Or choose a file").set_input_files({**TABLE, "buffer": DOUBTFUL})
    send(page)
    check(page)
    page.go_back()
    page.get_by_label("Or choose a file").set_input_files({**TABLE, "buffer": b"PK\x03\x04"})
    send(page)
    assert "damaged" in page.locator(":focus").inner_text()
    check(page)


@pytest.mark.any_database
def test_page_of_a_batch_is_accessible(visit, check):
    page = visit("/batches/", javascript=True)
    words = ["gâteau", "knowledge", "casa", "piano", "xqzt", "12", "w" * 100, "un gâteau et une " + "w" * 90]
    page.get_by_label("Paste your words").fill("\n".join([*words, *["chat"] * 120]))
    send(page)
    check(page)
    page.get_by_role("link", name="Rows after").click()
    page.get_by_text("Delete these").click()
    check(page)
    page.goto("/batches/")
    check(page)


@pytest.mark.any_database
def test_refusals_are_accessible_and_keep_the_form(visit, check, limits):
    limits(single=0, batch=0)
    page = visit(javascript=True)
    page.get_by_label("Your word").fill("gâteau")
    page.get_by_role("button", name="Which language?").click()
    check(page)
    limits(single=1)
    page.get_by_role("button", name="Send it again").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Probably French")


@pytest.mark.any_database
def test_error_pages_of_batches_are_accessible(visit, check, without_model):
    without_model("Ngram", "FF")
    page = visit("/batches/", javascript=True)
    page.get_by_label("Paste your words").fill("chat")
    send(page)
    assert page.get_by_role("heading", level=1).inner_text() == "No model can answer right now"
    check(page)
    page.goto("/batches/")
    page.get_by_label("Paste your words").evaluate("area => { area.value = 'chat\\n'.repeat(210_000); }")
    send(page)
    assert page.get_by_role("heading", level=1).inner_text() == "That is too much at once"
    check(page)
