import re

import pytest
from django.core.exceptions import BadRequest

from classifier.models import Feedback, Prediction
from classifier.services import history
from classifier.services.feedback import submit_feedback
from classifier.services.history import HistoryPage


@pytest.fixture
def rows(make_prediction, monkeypatch):
    monkeypatch.setattr(history, "PAGE_SIZE", 2)
    for word in ("un", "deux", "trois"):
        make_prediction(word, owner="user:1")
    return Prediction.objects.of("user:1")


def words(page):
    return [row.word for row in page.rows]


def test_pages_follow_each_other_without_gap_or_repetition(rows):
    first = HistoryPage.read(rows, "user:1")
    second = HistoryPage.read(rows, "user:1", first.older)
    assert (words(first), words(second), second.older) == (["trois", "deux"], ["un"], "")


def test_full_last_page_has_no_cursor(rows, make_prediction):
    make_prediction("quatre", owner="user:1")
    older = HistoryPage.read(rows, "user:1").older
    assert HistoryPage.read(rows, "user:1", older).older == ""


def test_new_rows_do_not_shift_a_page(rows, make_prediction):
    older = HistoryPage.read(rows, "user:1").older
    make_prediction("quatre", owner="user:1")
    assert words(HistoryPage.read(rows, "user:1", older)) == ["un"]


def test_cursor_outlives_its_row(rows):
    older = HistoryPage.read(rows, "user:1").older
    Prediction.objects.get(word="deux").delete()
    assert words(HistoryPage.read(rows, "user:1", older)) == ["un"]


@pytest.mark.parametrize("alter", [lambda cursor: cursor[:-1], lambda cursor: "9" + cursor, lambda cursor: "1"])
def test_altered_cursor_is_refused(rows, alter):
    older = HistoryPage.read(rows, "user:1").older
    with pytest.raises(BadRequest):
        HistoryPage.read(rows, "user:1", alter(older))


def test_cursor_of_another_list_is_refused(rows):
    older = HistoryPage.read(rows, "user:1").older
    with pytest.raises(BadRequest):
        HistoryPage.read(rows, "user:2", older)


def test_cursor_does_not_show_the_key_of_its_row(rows):
    row = rows[1]
    cursors = {HistoryPage.read(rows, "user:1").older for _ in range(2)}
    assert len(cursors) == 2
    assert not any(re.search(rf"\b0*({row.pk}|{row.pk:x})\b", cursor.partition(":")[0]) for cursor in cursors)


def test_page_of_long_texts_has_fewer_rows(make_prediction, monkeypatch):
    monkeypatch.setattr(history, "PAGE_WORDS", 5)
    for word in ("un deux trois", "un deux", "un", "un deux trois quatre cinq six"):
        make_prediction(word, owner="user:1", model="FF")
    rows, cursor, pages = Prediction.objects.of("user:1"), "", []
    while not pages or cursor:
        page = HistoryPage.read(rows, "user:1", cursor)
        pages.append(words(page))
        cursor = page.older
    assert pages == [["un deux trois quatre cinq six"], ["un", "un deux"], ["un deux trois"]]


def test_rows_move_to_the_user_who_logs_in(make_prediction):
    row = make_prediction(owner="visitor:a")
    submit_feedback(prediction=row, owner="visitor:a", label="en")
    history.move_rows("visitor:a", "user:1")
    assert Prediction.objects.get().owner == Feedback.objects.get().owner == "user:1"


def test_rows_of_others_stay_at_a_login(make_prediction):
    for owner in ("visitor:b", ""):
        make_prediction(owner=owner)
    history.move_rows("visitor:a", "user:1")
    assert set(Prediction.objects.values_list("owner", flat=True)) == {"visitor:b", ""}


def test_own_feedback_of_the_user_wins_at_a_login(make_prediction):
    row = make_prediction()
    submit_feedback(prediction=row, owner="visitor:a", label="en")
    submit_feedback(prediction=row, owner="user:1", label="es")
    history.move_rows("visitor:a", "user:1")
    assert Feedback.objects.values("owner", "label").get() == {"owner": "user:1", "label": "es"}
