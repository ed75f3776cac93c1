import json

import pytest
from django.core.management import CommandError, call_command

from benchmarks.sceptic import NO_WORD, TEXTS
from classifier.formats.fields import answer_fields
from classifier.models import Prediction

STORED_ONLY = {"id", "kind", "created_at", "correction", "reviewed", "reviewed_words"}


@pytest.fixture
def by_form(client):
    def ask(word, model):
        assert client.post("/", {"word": word, "model": model}).status_code in {302, 303}
        return answer_fields(Prediction.objects.latest("id").answer())

    return ask


@pytest.fixture
def by_api(client):
    def ask(word, model):
        body = {"word": word, "model": model}
        return client.post("/api/v1/predictions", body, content_type="application/json").json()

    return ask


@pytest.fixture
def by_command(capsys):
    def ask(word, model):
        call_command("identify", "--model", model, "--format", "jsonl", "--", word)
        return json.loads(capsys.readouterr().out)

    return ask


@pytest.mark.django_db
@pytest.mark.parametrize("model", ["Ngram", "FF"])
@pytest.mark.parametrize(
    "word", ["orignal", "piano", "xqzt", " E\u0301COLE\u200b", "-ism", "aujourd\u2019hui", "le\tgâteau !"]
)
def test_form_api_and_command_give_the_same_answer(by_form, by_api, by_command, word, model):
    form, api, command = by_form(word, model), by_api(word, model), by_command(word, model)

    assert api.keys() - command.keys() <= STORED_ONLY
    assert {field: value for field, value in api.items() if field not in STORED_ONLY} == command
    assert form.items() <= command.items()


@pytest.mark.django_db
@pytest.mark.real_models
@pytest.mark.parametrize("text", [text for expected, texts in TEXTS.items() if expected != NO_WORD for text in texts])
def test_everyday_texts_get_the_same_answer_everywhere(by_form, by_api, by_command, text):
    form, api, command = by_form(text, "Ngram"), by_api(text, "Ngram"), by_command(text, "Ngram")

    assert {field: value for field, value in api.items() if field not in STORED_ONLY} == command
    assert form.items() <= command.items()


@pytest.mark.django_db
@pytest.mark.parametrize("text", TEXTS[NO_WORD])
def test_texts_without_a_word_are_refused_everywhere(client, by_api, capsys, text):
    page = client.post("/", {"word": text}).content.decode()
    [error] = by_api(text, "")["errors"]
    with pytest.raises(CommandError):
        call_command("identify", "--format", "jsonl", "--", text)

    assert error["detail"] in page
    assert error["detail"] in capsys.readouterr().err
