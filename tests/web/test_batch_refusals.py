"""What the page for many words does not take, and that it loses nothing."""

import pytest
from pytest_django.asserts import assertContains

from classifier.models import Prediction
from classifier.words import lists
from classifier.words.lists import MOST_BYTES

pytestmark = pytest.mark.django_db


def refused(response, advice):
    assertContains(response, advice, status_code=400)
    assert not Prediction.objects.exists()
    return response


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "There are no words in it"),
        (b"\xef\xbb\xbf", "There are no words in it"),
        (b"word\n", "There are no words in it"),
        (b"\n \n", "There are no words in it"),
        ("mañana".encode("latin-1"), "it looks like Latin-1"),
        ("mañana".encode("utf-16"), "This file is in UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0", "This is no text file"),
        (b"PK\x03\x04", "Save it as “CSV UTF-8”"),
        (b'word\n"chat\n', "Row 2 cannot be read"),
        (b"1,2\n3,4\n", "None of the 2 rows holds a word"),
    ],
)
def test_a_file_without_words_is_refused_with_what_to_do(send, content, advice, file):
    refused(send(file=file(content)), advice)


def test_a_column_that_is_not_there_is_refused_and_nothing_else_is_lost(send, file):
    response = refused(send(file=file("id,<i>\n1,chat"), column="wort", model="FF"), "id · &lt;i&gt;")

    assertContains(response, 'value="wort"', status_code=400)
    assertContains(response, 'value="FF" id="id_model_1" checked', status_code=400)


def test_one_word_too_many_is_refused_with_the_limit_and_the_words_stay(send, monkeypatch):
    monkeypatch.setattr(lists, "MOST_WORDS", 2)
    response = refused(send("chat\nperro\ndog"), "more than 2 words")

    assertContains(response, "manage.py identify", status_code=400)
    assertContains(response, "chat\nperro\ndog</textarea>", status_code=400)


def test_nothing_at_all_and_both_at_once_are_refused(send, file):
    refused(send(), "Paste words, or choose a file")
    refused(send("chat", file=file("perro")), "not both")


def test_a_file_too_large_is_refused_in_the_form_that_keeps_the_rest(send, file):
    response = refused(send(file=file(b"a\n" * (MOST_BYTES // 2 + 1)), column="mot"), "larger than 5.0")

    assertContains(response, 'value="mot"', status_code=400)


def test_a_file_far_too_large_is_refused_unread(client, send, file):
    response = send(file=file(b"a\n" * (2 * MOST_BYTES + 1)))

    assertContains(response, "larger than this site reads", status_code=413)


def test_pasted_text_far_too_large_is_refused(send):
    assertContains(send("chat\n" * 250_000), "larger than this site reads", status_code=413)


def test_a_form_with_broken_parts_is_a_bad_request(client):
    kind = "multipart/form-data; boundary=" + "x" * 300
    assert client.generic("POST", "/batches/", b"--", content_type=kind).status_code == 400
