import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def ask(page, word):
    page.get_by_label("Your word").fill(word)
    page.get_by_role("button", name="Which language?").click()


def heading(page):
    return page.get_by_role("heading", level=1).inner_text()


def test_a_word_is_answered_corrected_and_found_again(visit, screen):
    page = visit(**screen)
    ask(page, "orignal")
    assert heading(page) == "Probably French, 67\N{NO-BREAK SPACE}%"
    page.get_by_text("No", exact=True).click()
    page.get_by_role("radio", name="Spanish").check()
    page.get_by_label("Comment").fill("In Madrid")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("status").inner_text() == "Spanish pending"
    page.get_by_role("link", name="History").click()
    assert page.get_by_role("main").get_by_role("listitem").count() == 1
    assert "Spanish" in page.get_by_role("listitem").filter(has_text="orignal").inner_text()
    page.get_by_role("link", name="orignal").click()
    assert heading(page) == "Spanish"


def test_yes_is_one_click_and_can_be_changed(visit):
    page = visit()
    ask(page, "orignal")
    page.get_by_role("button", name="Yes").click()
    assert page.get_by_role("status").inner_text() == "French pending"
    page.get_by_text("Change it", exact=True).click()
    page.get_by_role("radio", name="Not a word").check()
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("status").inner_text() == "Not a word pending"


def test_several_languages_are_asked_for_only_when_it_is_several(visit):
    page = visit()
    ask(page, "xqzt")
    which = page.get_by_role("group", name="Which languages share it?")
    assert not which.is_visible()
    page.get_by_role("radio", name="Several languages").check()
    which.get_by_label("English").check()
    which.get_by_label("Spanish").check()
    page.get_by_role("button", name="Send").click()
    assert heading(page) == "English and Spanish"


def test_opening_no_moves_neither_button(visit):
    page = visit(width=320)
    ask(page, "orignal")
    buttons = [page.get_by_role("button", name="Yes"), page.get_by_text("No", exact=True)]
    before = [button.bounding_box() for button in buttons]
    buttons[1].click()
    assert [button.bounding_box() for button in buttons] == before


def test_an_example_is_one_click_away(visit):
    page = visit()
    page.get_by_role("button", name="piano").click()
    assert heading(page) == "English, French and Spanish share this word"


def test_a_private_word_stays_out_of_the_history(visit):
    page = visit()
    page.get_by_label("Private").check()
    ask(page, "orignal")
    assert heading(page).startswith("Probably French")
    assert page.url.endswith("/")
    page.get_by_role("link", name="History").click()
    assert "Nothing here yet" in page.get_by_role("main").inner_text()


def test_the_model_is_chosen_by_keyboard_alone(visit):
    page = visit()
    page.get_by_text("Choose the model").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.get_by_label("Your word").focus()
    page.keyboard.type("orignal")
    page.keyboard.press("Enter")
    assert "FF" in page.get_by_role("article").inner_text()


def test_the_first_tab_stop_skips_to_the_content(visit):
    page = visit("/history/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_a_hostile_word_does_nothing(visit):
    page = visit(javascript=True)
    page.on("dialog", lambda dialog: visit.faults.append(dialog.message))
    word = "<img/src=x/onerror=alert(1)><script>alert(2)</script>"
    ask(page, word)
    assert page.locator(".headword bdi").inner_text() == word
    page.goto("/history/")
    assert page.locator(".rows bdi").inner_text() == word
