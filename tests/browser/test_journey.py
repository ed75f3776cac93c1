import json
import subprocess

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def ask(page, word):
    page.get_by_label("Your word").fill(word)
    page.get_by_role("button", name="Which language?").click()


def heading(page):
    return page.get_by_role("heading", level=1).inner_text()


def test_word_is_answered_corrected_and_found_again(visit, width):
    page = visit(width=width)
    ask(page, "orignal")
    assert heading(page) == "Probably French, 67\N{NO-BREAK SPACE}%"
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Spanish").check()
    page.get_by_label("Comment").fill("In Madrid")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("status").inner_text() == "Spanish pending"
    page.get_by_role("link", name="History").click()
    assert "Spanish" in page.get_by_role("listitem").filter(has_text="orignal").inner_text()
    page.get_by_role("link", name="orignal").click()
    assert heading(page) == "Spanish"


def test_answer_is_confirmed_with_one_click_and_changed(visit):
    page = visit()
    ask(page, "orignal")
    page.get_by_role("button", name="Yes").click()
    assert page.get_by_role("status").inner_text() == "French pending"
    page.get_by_text("Change it", exact=True).click()
    page.get_by_role("radio", name="Not a word").check()
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("status").inner_text() == "Not a word pending"


def wait_for_focus(page, selector):
    """Wait until the element has the focus: a page gives it only once it is drawn."""
    page.wait_for_function("selector => document.activeElement.matches(selector)", arg=selector)


@pytest.fixture(params=[False, True], ids=["plain", "javascript"])
def javascript(request):
    return request.param


def test_feedback_is_withdrawn_and_asked_for_again(visit, javascript):
    page = visit(javascript=javascript)
    ask(page, "orignal")
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("button", name="Withdraw it").click()
    assert page.locator("[role=status]:focus").inner_text().startswith("Withdrawn")
    assert page.get_by_role("button", name="Yes").is_visible()


def test_focus_moves_to_the_answer_and_to_the_feedback(visit, width):
    page = visit(width=width, javascript=True)
    ask(page, "orignal")
    page.wait_for_url("**/predictions/**")
    wait_for_focus(page, "h1")
    page.get_by_role("button", name="Yes").click()
    page.wait_for_url("**#feedback")
    wait_for_focus(page, "#feedback")


def test_focus_moves_to_the_error(visit, width):
    page = visit(width=width, javascript=True)
    ask(page, "123")
    page.get_by_text("The word contains no letters.").wait_for()
    wait_for_focus(page, "[name=word]")
    page.keyboard.press("Home")
    page.keyboard.type("mot")
    page.keyboard.press("Enter")
    page.wait_for_url("**/predictions/**")
    assert page.title().startswith("mot123: Probably English, 92")


def test_explanation_shows_a_bar_for_each_letter(visit, width, javascript):
    page = visit(width=width, javascript=javascript)
    ask(page, "né")
    page.get_by_text("Why?", exact=True).click()
    assert page.get_by_text("Most of all é").is_visible()
    letters = page.get_by_role("list", name="What each letter adds").get_by_role("listitem")
    assert [letter.inner_text().split() for letter in letters.all()] == [["n", "0"], ["é", "+87"]]
    bars = [letter.locator("rect").bounding_box() for letter in letters.all()]
    assert bars[1]["height"] > 10 > bars[0]["height"]


def test_all_models_are_asked_from_an_answer(visit, javascript):
    page = visit(javascript=javascript)
    ask(page, "orignal")
    page.get_by_role("button", name="Compare 2 models").click()
    page.get_by_role("heading", name="All models side by side").wait_for()
    assert heading(page) == "All 2 models say: French"
    columns = page.get_by_role("columnheader").all_inner_texts()
    assert columns == ["Model", "English", "Spanish", "French"]
    assert page.get_by_role("heading", name="Is Ngram right?").is_visible()


def test_private_answer_stays_private_for_all_models(visit):
    page = visit()
    page.get_by_label("Private").check()
    ask(page, "orignal")
    page.get_by_role("button", name="Compare 2 models").click()
    assert page.get_by_text("neither the word nor who asked was kept").is_visible()


def test_shared_link_is_opened_and_asked_by_another_visitor(visit, width, javascript):
    page = visit(javascript=javascript)
    ask(page, "mañana")
    page.get_by_text("Share", exact=True).click()
    other = visit(page.locator("#link").inner_text(), width=width, javascript=javascript)
    assert heading(other).startswith("Probably Spanish")
    other.get_by_role("button", name="Ask this yourself").click()
    other.get_by_role("button", name="Yes").click()
    assert other.get_by_role("status").inner_text() == "Spanish pending"


def test_copy_of_an_answer_is_announced(visit):
    page = visit(javascript=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "orignal")
    page.get_by_text("Share", exact=True).click()
    for name, message in [("JSON", "The JSON is copied."), ("curl", "The command is copied."), ("A link", "The link")]:
        page.get_by_role("region", name=name).get_by_role("button", name="Copy").click()
        page.get_by_text(message).wait_for()
        text = page.get_by_role("region", name=name).locator("pre").inner_text()
        assert page.evaluate("navigator.clipboard.readText()") == text


def test_page_without_javascript_has_text_to_copy_but_no_button(visit):
    page = visit()
    ask(page, "orignal")
    page.get_by_text("Share", exact=True).click()
    assert json.loads(page.locator("#json").inner_text())["language"] == "fr"
    assert page.get_by_role("button", name="Copy").count() == 0


def test_curl_command_works(visit):
    page = visit()
    word = 'L\'"$(id)" <b>né'
    ask(page, word)
    page.get_by_text("Share", exact=True).click()
    command = page.locator("#curl").inner_text().replace("curl ", "curl --silent --noproxy '*' ", 1)
    output = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
    assert json.loads(output)["word"] == word


def test_answer_is_deleted_and_the_deletion_undone(visit, javascript, width):
    page = visit(width=width, javascript=javascript)
    ask(page, "orignal")
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("button", name="Delete").click()
    assert heading(page) == "The answer is deleted."
    page.get_by_role("button", name="Undo").click()
    assert heading(page).startswith("Probably French")
    assert page.get_by_role("status").all_inner_texts() == ["The answer is back.", "French pending"]


def test_next_word_is_typed_over_the_last_one_at_once(visit):
    page = visit(javascript=True)
    wait_for_focus(page, "[name=word]")
    page.keyboard.type("orignal")
    page.keyboard.press("Enter")
    page.wait_for_url("**/predictions/**")
    wait_for_focus(page, "h1")
    page.keyboard.type("piano")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="share this word").wait_for()
    assert page.title().startswith("piano")


def test_next_word_is_asked_above_the_answer_with_the_same_choices(visit, width):
    page = visit(width=width)
    page.get_by_text("Model: Ngram").click()
    page.get_by_role("radio", name="FF").check()
    ask(page, "orignal")
    assert page.get_by_label("Your word").input_value() == "orignal"
    assert page.get_by_label("Your word").bounding_box()["y"] < page.locator("h1").bounding_box()["y"]
    ask(page, "piano")
    assert page.get_by_text("Model: FF").is_visible()


def test_answer_its_actions_and_the_question_fit_the_first_screen(visit):
    page = visit()
    ask(page, "orignal")
    for name in ("Which language?", "Compare 2 models", "Delete", "Yes"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box["y"] + box["height"] < 800


def test_actions_stay_in_place_when_the_reasons_unfold(visit):
    page = visit()
    ask(page, "orignal")
    before = [button.bounding_box() for button in page.locator(".acts button, .acts summary").all()]
    page.get_by_text("Why?", exact=True).click()
    assert page.locator(".effects").is_visible()
    assert [button.bounding_box() for button in page.locator(".acts button, .acts summary").all()][
        : len(before)
    ] == before


@pytest.mark.parametrize("word", ["w" * 30, "w " * 30])
def test_effects_of_long_words_and_texts_stand_side_by_side(visit, word):
    page = visit()
    ask(page, word)
    page.get_by_text("Why?", exact=True).click()
    rows = {effect.bounding_box()["y"] for effect in page.locator(".effects li").all()}
    assert len(rows) <= 6


def test_other_language_is_named(visit):
    page = visit()
    ask(page, "xqzt")
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Another language").check()
    page.get_by_label("Which other one?").select_option("German")
    page.get_by_role("button", name="Send").click()
    assert heading(page) == "German"


@pytest.mark.parametrize(("word", "said"), [("piano", "English, Spanish and French"), ("xqzt", "Not sure")])
def test_shared_and_unsure_answers_are_confirmed_with_one_click(visit, word, said):
    page = visit()
    ask(page, word)
    page.get_by_role("button", name="Yes").click()
    assert page.get_by_role("status").inner_text() == f"{said} pending"


def test_candidates_are_the_languages_ticked(visit, width):
    page = visit(width=width)
    page.get_by_text("Languages:").click()
    page.get_by_role("checkbox", name="French").uncheck()
    ask(page, "orignal")
    rows = page.get_by_role("list", name="How probable each language is").get_by_role("listitem")
    assert [row.inner_text().split()[0] for row in rows.all()] == ["English", "Spanish"]


def test_languages_are_asked_only_for_a_shared_word(visit):
    page = visit()
    ask(page, "xqzt")
    page.get_by_text("No", exact=True).click()
    which = page.get_by_role("group", name="Which languages share it?")
    assert not which.is_visible()
    page.get_by_role("radio", name="Several languages").check()
    which.get_by_label("English").check()
    which.get_by_label("Spanish").check()
    page.get_by_role("button", name="Send").click()
    assert heading(page) == "English and Spanish"


def test_buttons_stay_in_place_when_no_is_opened(visit):
    page = visit(width=320)
    ask(page, "orignal")
    buttons = [page.get_by_role("button", name="Yes"), page.get_by_text("No", exact=True)]
    page.locator("#feedback").scroll_into_view_if_needed()
    before = [button.bounding_box() for button in buttons]
    buttons[1].click()
    assert [button.bounding_box() for button in buttons] == before


def test_example_is_asked_with_one_click(visit):
    page = visit()
    page.get_by_role("button", name="piano").click()
    assert heading(page) == "English, French and Spanish share this word"


def test_private_word_stays_out_of_the_history(visit):
    page = visit()
    page.get_by_label("Private").check()
    ask(page, "orignal")
    assert heading(page).startswith("Probably French")
    assert page.url.endswith("/")
    page.get_by_role("link", name="History").click()
    assert "Nothing here yet" in page.get_by_role("main").inner_text()


def test_model_can_be_chosen_by_keyboard(visit):
    page = visit()
    page.get_by_text("Model: Ngram").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.get_by_label("Your word").focus()
    page.keyboard.type("orignal")
    page.keyboard.press("Enter")
    page.get_by_text("Model: FF").wait_for()


def test_first_tab_stop_skips_to_the_content(visit):
    page = visit("/history/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/history/#main")


def test_hostile_word_is_inert(visit):
    page = visit(javascript=True)
    page.on("dialog", lambda dialog: visit.errors.append(dialog.message))
    word = "<img/src=x/onerror=alert(1)><script>alert(2)</script>"
    ask(page, word)
    assert "".join(page.locator(".headword bdi").all_inner_texts()) == word
    page.get_by_text("Why?", exact=True).click()
    page.get_by_text("Share", exact=True).click()
    parts = ["img", "src", "x", "onerror", "alert", "script", "alert", "script"]
    assert page.locator(".effects bdi").all_inner_texts() == parts
    page.goto(page.locator("#link").inner_text())
    assert "".join(page.locator(".headword bdi").all_inner_texts()) == word
    page.goto("/history/")
    assert page.locator(".rows bdi").inner_text() == word
