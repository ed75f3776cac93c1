import pytest
from django.core.exceptions import BadRequest

from classifier.models import Prediction
from classifier.services import pages
from classifier.services.pages import Page


@pytest.fixture
def rows(identified, monkeypatch):
    monkeypatch.setattr(pages, "SIZE", 2)
    for word in ("un", "deux", "trois"):
        identified(word, owner="user:1")
    return Prediction.objects.of("user:1")


def words(page):
    return [row.word for row in page.rows]


def test_pages_follow_each_other_without_gap_or_repetition(rows):
    first = Page.read(rows, "user:1")
    second = Page.read(rows, "user:1", first.older)
    assert (words(first), words(second), second.older) == (["trois", "deux"], ["un"], "")


def test_a_full_last_page_leads_nowhere(rows, identified):
    identified("quatre", owner="user:1")
    older = Page.read(rows, "user:1").older
    assert Page.read(rows, "user:1", older).older == ""


def test_new_rows_do_not_shift_a_page(rows, identified):
    older = Page.read(rows, "user:1").older
    identified("quatre", owner="user:1")
    assert words(Page.read(rows, "user:1", older)) == ["un"]


def test_a_cursor_outlives_its_row(rows):
    older = Page.read(rows, "user:1").older
    Prediction.objects.get(word="deux").delete()
    assert words(Page.read(rows, "user:1", older)) == ["un"]


@pytest.mark.parametrize("spoil", [lambda cursor: cursor[:-1], lambda cursor: "9" + cursor, lambda cursor: "1"])
def test_a_spoilt_cursor_is_refused(rows, spoil):
    older = Page.read(rows, "user:1").older
    with pytest.raises(BadRequest):
        Page.read(rows, "user:1", spoil(older))


def test_a_cursor_is_good_for_its_list_only(rows):
    older = Page.read(rows, "user:1").older
    with pytest.raises(BadRequest):
        Page.read(rows, "user:2", older)
