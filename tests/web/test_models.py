import re
from dataclasses import replace

import pytest
from django.conf import settings

from classifier.services import registry
from tests.conftest import FakeIdentifier

SCORES = {
    "words": 200,
    "accuracy": 0.855,
    "by_language": {"en": 0.9, "fr": 0.81},
    "expected_calibration_error": 0.0314,
    "reliability": [
        {"words": 50, "confidence": 0.5, "accuracy": 0.44},
        {"words": 150, "confidence": 0.79, "accuracy": 0.77},
    ],
    "confusion": [[90, 10], [19, 81]],
    "by_length": [{"letters": "1-3", "words": 20, "accuracy": 0.7}, {"letters": "4+", "words": 180, "accuracy": 0.87}],
    "verdicts": {"single": 0.7, "several": 0.2, "unsure": 0.1, "single_right": 0.96},
    "single_elsewhere": {"German": 0.058},
    "words_per_second": 12_345,
}
TRAINING = {"parameters": 2_097_152, "seconds": 139, "history": {"loss": [0.5, 0.4], "val_loss": [0.2, 0.15]}}


@pytest.fixture
def set_card(serve, fake_models):
    """Return a function that changes the card of a model."""

    def set_card(name="Ngram", **fields):
        card = replace(fake_models[name].card, **fields)
        fake_models[name] = FakeIdentifier(card)
        serve(fake_models)
        return card

    return set_card


@pytest.fixture
def show(client, db):
    """Return a function that fetches a page, with single spaces."""

    def show(address):
        response = client.get(address)
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return show


def test_models_are_listed_with_links_to_their_pages(show):
    page = show("/models/")
    for name in ("Ngram", "FF"):
        assert f'<a href="/models/{name}/">{name}</a>' in page
    assert page.count("chosen by default") == 1


def test_page_of_a_model_describes_and_draws_its_network(show):
    page = show("/models/Ngram/")
    assert "all its groups of one to six letters" in page
    assert page.count('class="network"') == 1
    assert page.count("<li>A probability for each language") == 1


def test_mistakes_of_many_languages_are_listed_in_place_of_a_table(set_card, show):
    codes = ["en", "fr", "es", "de", "nl", "sv", "da", "nb", "id"]
    rows = [[8 if row == column else 0 for column in range(9)] for row in range(9)]
    rows[6][7], rows[8][0] = 2, 1  # Danish taken for Bokmål, Indonesian for English
    set_card(scores={"single-words": {**SCORES, "by_language": dict.fromkeys(codes, 0.8), "confusion": rows}})
    page = show("/models/Ngram/")
    assert 'class="matrix"' not in page
    assert page.index("Danish → Norwegian Bokmål") < page.index("Indonesian → English")
    assert "The languages that are taken for another most often" in page


def test_scores_are_drawn_with_their_numbers(set_card, show):
    set_card(scores={"single-words": SCORES}, training=TRAINING)
    page = show("/models/Ngram/")
    for text in ("85.5 %", "80.0 to 89.7", "12,345 words a second", "2 minutes", "2.10 million"):
        assert text in page
    assert page.count('class="dot"') == 1 + 2
    assert page.count("<svg aria-hidden") == 1 + 1 + 2 + 4  # lengths, reliability, two curves, four cells


def test_model_leads_with_three_numbers_and_links_to_its_parts(set_card, show):
    set_card(scores={"held-out": {**SCORES, "accuracy": 0.5}, "single-words": SCORES}, training=TRAINING)
    page = show("/models/Ngram/")
    head = page[: page.index("</header>", page.index("<h1"))]
    for number in ("85.5 %", "80.0 to 89.7", "± 3.1", "30.0 %"):
        assert number in head
    links = set(re.findall(r'href="#(\w+)"', head)) - {"main"}
    assert links == {"right", "sure", "confused", "verdicts", "training", "versions"}
    assert all(f'id="{link}"' in page for link in links)


def test_list_of_models_shows_the_three_numbers_of_each(set_card, show):
    set_card(scores={"single-words": SCORES})
    page = show("/models/")
    for number in ("85.5 %", "± 3.1", "30.0 %"):
        assert f"<dd>{number}</dd>" in page


def test_calibration_is_described_in_a_sentence(set_card, show):
    set_card(scores={"single-words": SCORES})
    sentence = "When Ngram says 79 %, it is right 77 % of the time."
    assert sentence in show("/models/Ngram/")


def test_public_test_sets_come_before_held_out_words(set_card, show):
    set_card(scores={"held-out": SCORES, "sentences": SCORES, "single-words": SCORES})
    names = re.findall(
        r'<th scope="row">(Public single words|Public sentences|Held-out words) ', show("/models/Ngram/")
    )
    assert names == ["Public single words", "Public sentences", "Held-out words"]


@pytest.mark.parametrize(
    "scores",
    [
        {},
        {"single-words": {}},
        {"single-words": {"words": 10, "accuracy": 1.0}},
        {"single-words": {"words": 10, "accuracy": 0.5, "by_language": {"en": None}, "confusion": [[0]]}},
        {"sentences": {**SCORES, "by_length": [], "reliability": []}},
        {"single-words": {**SCORES, "verdicts": {"single": 0.0, "single_right": None}, "single_elsewhere": {}}},
    ],
)
def test_missing_scores_are_left_out(set_card, show, scores):
    set_card(scores=scores)
    for address in ("/models/", "/models/Ngram/"):
        assert not re.search(r"\b(None|nan|inf)\b", show(address))


@pytest.mark.parametrize("languages", [("en", "fr"), ("en", "fr", "es", "de", "pt")])
def test_model_of_any_number_of_languages_has_its_page(set_card, show, languages):
    counts = [[8 if row == column else 1 for column in languages] for row in languages]
    scores = {**SCORES, "by_language": dict.fromkeys(languages, 0.8), "confusion": counts}
    set_card(labels=(*languages, "und"), scores={"single-words": scores})
    page = show("/models/Ngram/")
    assert page.count('<td class="right">') == len(languages)
    assert page.count('class="dot"') == 1 + len(languages)


def test_unknown_network_is_described_by_its_card(show, serve, fake_models):
    card = replace(fake_models["FF"].card, name="Transformer", summary="Attends to all letters.")
    serve({"Transformer": FakeIdentifier(card)})
    assert "Attends to all letters." in show("/models/Transformer/")
    assert 'class="network"' not in show("/models/")


def test_unavailable_model_is_shown_as_such(show, without_model):
    without_model("FF")
    assert "cannot answer now" in show("/models/FF/")
    assert show("/models/").count("cannot answer now") == 1


@pytest.mark.parametrize("address", ["/models/GPT/", "/models/%00/", "/models/<script>/"])
def test_unknown_model_is_not_found(client, db, address):
    assert client.get(address).status_code == 404


def test_name_of_a_model_is_found_in_any_case(show):
    assert "<bdi>Ngram</bdi>" in show("/models/ngram/")


def test_pages_without_models_give_advice(client, db, serve):
    serve({})
    assert "There are no models on this server." in client.get("/models/").content.decode()
    assert client.get("/models/Ngram/").status_code == 503


@pytest.mark.parametrize("address", ["/models/", "/models/Ngram/"])
def test_pages_allow_get_and_head_only(client, db, address):
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


@pytest.fixture
def on_disk(tmp_path, monkeypatch, set_card):
    """Return a function that writes a version of Ngram."""
    monkeypatch.setattr(settings, "MODEL_DIRS", [tmp_path / "shipped", tmp_path / "trained"])

    def put(version, place="shipped", **fields):
        folder = tmp_path / place / "Ngram" / version
        folder.mkdir(parents=True)
        golden = {"a": (0.25, 0.25, 0.25, 0.25)}
        replace(set_card(), version=version, golden=golden, **fields).write(folder)
        return folder

    return put


def test_versions_are_listed_newest_first_with_their_states(on_disk, show):
    on_disk("20261122-00000001", scores={"single-words": {"accuracy": 0.898}})
    on_disk("20270101-00000002", "trained")
    page = show("/models/Ngram/").split('id="versions"')[1]
    assert page.index("20270101-00000002") < page.index("20261122-00000001")
    assert page.index("trained on this server") < page.index("answers now") < page.index("came with the program")
    assert "89.8 %" in page
    assert "Jan. 1, 2027" in page


def test_unreadable_version_is_listed_as_such(on_disk, show):
    (on_disk("20261122-0000000a") / "card.json").write_text("{")
    assert "cannot be read" in show("/models/Ngram/")


def test_size_is_that_of_the_serving_file(on_disk, show):
    (on_disk("20261122-00000001") / "model.tflite").write_bytes(bytes(1_260_000))
    assert "1.3 MB" in show("/models/Ngram/")


def test_other_programs_are_compared_best_first(show):
    page = show("/models/").split('id="compared"')[1]
    assert page.index("Ngram") < page.index(">lingua<") < page.index("fastText")
    assert page.count('class="other"') == 3 * 9


@pytest.mark.real_models
def test_pages_of_shipped_models_have_all_sections(client, db):
    for name, identifier in registry.current().identifiers.items():
        page = client.get(f"/models/{name}/").content.decode()
        assert identifier.card.version in page
        assert all(f'id="{part}"' in page for part in ("right", "sure", "confused", "verdicts", "training", "versions"))
