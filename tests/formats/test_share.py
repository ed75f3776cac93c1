import json
import shlex
from urllib.parse import parse_qs, urlsplit

import pytest

from classifier.formats.fields import prediction_fields
from classifier.formats.share import curl, link, share

OWNER = "visitor:a"
BODY = {"word": "né", "model": "FF", "languages": ["fr", "es"]}
HOSTILE = ["x'; rm -rf / #", '"$(id)"', "`id`", "a\\'b", "a!!", "$HOME", "--help", "@/etc/passwd", "L'\"'\"'x"]


@pytest.mark.parametrize("word", HOSTILE)
def test_command_is_quoted_for_a_shell(word):
    program, address, *_headers, option, body = shlex.split(curl("http://testserver/", {"word": word}))
    assert (program, address, option, json.loads(body)) == ("curl", "http://testserver/", "-d", {"word": word})


def test_link_holds_only_the_word_the_model_and_the_languages(rf):
    address = urlsplit(link(rf.get("/"), BODY))
    query = {"word": ["né"], "model": ["FF"], "languages": ["fr", "es"]}
    assert (address.path, parse_qs(address.query)) == ("/shared/", query)


def test_link_without_a_model_holds_only_the_word(rf):
    assert link(rf.get("/"), {"word": "a&model=FF"}) == "http://testserver/shared/?word=a%26model%3DFF"


def test_json_is_that_of_the_api_for_the_reader(rf, make_prediction):
    prediction = make_prediction("né", owner=OWNER)
    fields = json.loads(share(prediction, rf.get("/"), OWNER).json)
    assert fields == {**prediction_fields(prediction, OWNER), "created_at": fields["created_at"]}


def test_command_names_what_is_not_the_default(rf, make_prediction, wide):
    usual, other = (
        make_prediction("orignal", confidence=p, languages=asked) for p, asked in ((0.9, ()), (0.95, ["all"]))
    )
    bodies = [json.loads(shlex.split(share(each, rf.get("/"), "").curl)[-1]) for each in (usual, other)]
    assert bodies == [
        {"word": "orignal", "model": "Ngram"},
        {"word": "orignal", "model": "Ngram", "languages": ["all"], "confidence": 0.95},
    ]
