import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.formats.files import DOWNLOADS
from classifier.models import Prediction
from classifier.web.batch_forms import BatchForm
from classifier.web.forms import DOWNLOAD_LABELS, FORMAT_LABELS
from classifier.words import lists
from classifier.words.lists import MOST_BYTES

pytestmark = pytest.mark.django_db


def check_refusal(response, advice):
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
        (b"\x89PNG\r\n\x1a\n\0\0", "This is no text file"),
        (b"PK\x03\x04", "This Excel file is damaged"),
        (b'word\n"chat\n', "None of the 1 rows holds a word"),
        (b"1,2\n3,4\n", "None of the 2 rows holds a word"),
    ],
)
def test_file_without_words_is_refused_with_advice(send_batch, content, advice, file):
    check_refusal(send_batch(file=file(content)), advice)


def test_unknown_column_is_refused_and_the_form_keeps_its_values(send_batch, file):
    response = check_refusal(send_batch(file=file("id,<i>\n1,chat"), column="wort", model="FF"), "id · &lt;i&gt;")

    assertContains(response, 'value="wort"', status_code=400)
    assertContains(response, 'value="FF" id="id_model_1" checked', status_code=400)


def test_words_over_the_limit_are_refused_and_kept_in_the_form(send_batch, monkeypatch):
    monkeypatch.setattr(lists, "MOST_WORDS", 2)
    response = check_refusal(send_batch("chat\nperro\ndog"), "more than 2 words")

    assertContains(response, "manage.py identify", status_code=400)
    assertContains(response, "chat\nperro\ndog</textarea>", status_code=400)


def test_form_takes_either_words_or_a_file(send_batch, file):
    check_refusal(send_batch(), "Paste words, or choose a file")
    check_refusal(send_batch("chat", file=file("perro")), "not both")


def test_large_file_is_refused_and_the_form_keeps_its_values(send_batch, file):
    response = check_refusal(send_batch(file=file(b"a\n" * (MOST_BYTES // 2 + 1)), column="mot"), "larger than 5.0")

    assertContains(response, 'value="mot"', status_code=400)


def test_file_over_the_body_limit_is_refused_unread(client, send_batch, file):
    response = send_batch(file=file(b"a\n" * (2 * MOST_BYTES + 1)))

    assertContains(response, "larger than this site reads", status_code=413)


def test_pasted_text_over_the_body_limit_is_refused(send_batch):
    assertContains(send_batch("chat\n" * 250_000), "larger than this site reads", status_code=413)


def test_malformed_multipart_form_is_a_bad_request(client):
    kind = "multipart/form-data; boundary=" + "x" * 300
    assert client.generic("POST", "/batches/", b"--", content_type=kind).status_code == 400


def test_file_name_is_cut_to_100_characters(file):
    form = BatchForm({"words": ""}, {"file": file("chat", "x" * 300 + ".txt")})
    assert form.is_valid()
    assert len(form.file_name) == 100


def test_downloads_have_labels():
    assert set(DOWNLOADS) == set(FORMAT_LABELS) == set(DOWNLOAD_LABELS)


@pytest.mark.parametrize("field", ["model", "languages", "format"])
def test_error_of_a_choice_does_not_repeat_it(send_batch, field):
    response = check_refusal(send_batch("chat", **{field: "chevreuil"}), "")
    assertNotContains(response, "chevreuil", status_code=400)
