"""POST /api/v1/predictions/batch."""

import pytest

from classifier.api.requests import MAX_WORDS
from classifier.models import Prediction, ReviewedWord, key_of
from classifier.words.clean import clean_word, count_words

pytestmark = pytest.mark.django_db
ADDRESS = "/predictions/batch"


def items(*words):
    return [{"id": str(number), "word": word} for number, word in enumerate(words)]


def test_words_are_answered_in_their_order_with_their_ids(call):
    response = call("POST", ADDRESS, {"items": [{"id": "b", "word": "orignal"}, {"word": "piano"}]})

    results = response.json()["results"]
    assert response.status_code == 200
    assert [result["id"] for result in results] == ["b", None]
    assert [result["prediction"]["word"] for result in results] == ["orignal", "piano"]


def test_batch_answers_equal_those_of_single_predictions(call):
    [result] = call("POST", ADDRESS, {"items": items("orignal")}).json()["results"]

    single = call("GET", f"/predictions/{result['prediction']['id']}").json()
    assert result["prediction"] == single


def test_invalid_item_gets_a_problem_and_affects_no_other(call):
    body = {"items": [{"id": "a", "word": "12"}, {"word": "chat"}, {"id": "c", "wort": "x"}, 5, None, {"id": 1}]}
    results = call("POST", ADDRESS, body).json()["results"]

    pointers = [[error["pointer"] for error in result.get("problem", {}).get("errors", [])] for result in results]
    assert pointers == [
        ["/items/0/word"],
        [],
        ["/items/2"],
        ["/items/3"],
        ["/items/4"],
        ["/items/5/id", "/items/5/word"],
    ]
    assert [result["id"] for result in results] == ["a", None, "c", None, None, None]
    assert results[0]["problem"]["type"] == "/problems/invalid-request/"
    assert Prediction.objects.count() == 1


def test_batch_is_one_inference_of_its_valid_words(call, monkeypatch, fake_models):
    inferences = []
    identify = type(fake_models["Ngram"]).identify
    monkeypatch.setattr(
        type(fake_models["Ngram"]), "identify", lambda *arguments: inferences.append(arguments) or identify(*arguments)
    )
    call("POST", ADDRESS, {"items": items("orignal", "", "piano")})

    assert [words for _model, words, *_languages in inferences] == [["orignal", "piano"]]
    assert Prediction.objects.count() == 2


def test_rows_share_a_batch_their_source_and_their_owner(call, api_key):
    call("POST", ADDRESS, {"items": items("orignal", "piano"), "model": "ff"}, key=api_key)

    rows = Prediction.objects.all()
    assert len({row.batch for row in rows}) == 1
    assert {(row.source, row.owner, row.model) for row in rows} == {("batch", api_key.owner, "FF")}


def test_languages_restrict_all_answers(call):
    body = {"items": items("orignal", "piano"), "languages": ["EN", "es-MX"]}
    results = call("POST", ADDRESS, body).json()["results"]

    assert {len(result["prediction"]["candidates"]) for result in results} == {2}


def test_private_words_are_answered_but_not_kept(call):
    [result] = call("POST", ADDRESS, {"items": items("orignal"), "private": True}).json()["results"]

    assert (result["prediction"]["id"], result["prediction"]["word"]) == (None, "orignal")
    assert Prediction.objects.get().word == ""


def test_accepted_labels_are_in_the_answers(call):
    ReviewedWord.objects.create(word_key=key_of("orignal"), label="fr", votes=2)
    results = call("POST", ADDRESS, {"items": items("Orignal", "piano")}).json()["results"]

    assert [result["prediction"]["reviewed"] is None for result in results] == [False, True]


def test_thousand_words_cost_few_queries(call, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        response = call("POST", ADDRESS, {"items": items(*["mot"] * 1000)})
    assert len(response.json()["results"]) == 1000


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, ("/items", "required")),
        ({"items": []}, ("/items", "min_length")),
        ({"items": "chat"}, ("/items", "not_a_list")),
        ({"items": None}, ("/items", "null")),
        ({"items": [{}] * 1001}, ("/items", "max_length")),
        ({"items": [{}], "model": "GPT"}, ("/model", "unknown_model")),
        ({"items": [{}], "languages": ["xx"]}, ("/languages/0", "unknown_language")),
        ({"items": [{}], "word": "chat"}, ("", "unknown_field")),
    ],
)
def test_invalid_batch_is_refused_as_a_whole(call, errors, body, error):
    assert errors(call("POST", ADDRESS, body)) == [error]


@pytest.mark.parametrize(
    ("count", "words"), [(600, "a " * 6), (900, "mot " * 249), (1000, "a é " * 8), (1000, "x" * 480)]
)
def test_batch_of_too_many_words_is_refused_before_most_are_read(call, errors, monkeypatch, count, words):
    cleaned = []
    monkeypatch.setattr("classifier.api.fields.clean_word", lambda word: cleaned.append(word) or clean_word(word))
    response = call("POST", ADDRESS, {"items": items(*[words] * count)})

    assert errors(response) == [("/items", "too_many_words")]
    assert f"{MAX_WORDS} words" in response.json()["errors"][0]["detail"]
    assert sum(count_words(word) for word in cleaned) <= MAX_WORDS + 500


def test_words_of_a_batch_are_counted_for_each_model(call, errors):
    most = MAX_WORDS // 3  # two models serve
    body = {"items": items(*["un mot bleu"] * (most // 2)), "model": "all"}
    assert call("POST", ADDRESS, body).status_code == 200
    assert errors(call("POST", ADDRESS, {**body, "items": items(*["un mot bleu"] * (most // 2 + 1))})) == [
        ("/items", "too_many_words")
    ]


def test_batch_above_the_whole_limit_of_its_caller_names_the_limit(call, errors, make_key, limits):
    limits()
    key = make_key(limits={"batch": 5})
    response = call("POST", ADDRESS, {"items": items(*["mot"] * 6)}, key=key)

    assert errors(response) == [(None, "limit_too_low")]
    assert "limit of 5 words" in response.json()["errors"][0]["detail"]


def test_wrong_method_is_refused(call):
    assert call("GET", ADDRESS)["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(("count", "status"), [(MAX_WORDS // 3, 200), (MAX_WORDS // 3 + 1, 400)])
def test_long_words_of_a_batch_count_as_several(call, count, status):
    words = [f"{'a' * 99} {'b' * 99}"] * count  # 199 letters, three words of 50 and a rest
    assert call("POST", ADDRESS, {"items": items(*words)}).status_code == status
