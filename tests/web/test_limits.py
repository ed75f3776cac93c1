import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.access.allowances import STEP, WINDOW
from classifier.models import Batch, Feedback, Prediction
from classifier.web import batch_forms

pytestmark = pytest.mark.django_db
ANSWER = "/predictions/0199f3c2-5c1e-7a63-9d8a-0f6e2a5b7c91/"
FORMS = ["/", "/batches/", "/history/delete/", "/history/keep/", "/predictions/restore/", "/language/"]
FORMS += ["/account/login/", "/account/logout/", "/account/password/", "/admin/login/", "/admin/review/decide/"]
FORMS += [f"{ANSWER}feedback/", f"{ANSWER}feedback/withdraw/", f"{ANSWER}delete/", "/history/", "/privacy/"]


def test_word_over_the_limit_is_kept_and_the_wait_is_named(client, limits):
    limits(single=1)
    client.post("/", {"word": "chat"})
    response = client.post("/", {"word": "<gâteau>", "model": "FF"})

    assertContains(response, "A little slower", status_code=429)
    assert 0 < int(response["Retry-After"]) <= WINDOW + STEP
    assertContains(response, f"In {response['Retry-After']} second", status_code=429)
    assertContains(response, '<input type="hidden" name="word" value="&lt;gâteau&gt;">', status_code=429)
    assertContains(response, '<input type="hidden" name="model" value="FF">', status_code=429)
    assert Prediction.objects.count() == 1


def test_refusal_repeats_the_form_with_a_new_csrf_token(client, limits):
    limits(single=0)
    response = client.post("/", {"word": "chat", "csrfmiddlewaretoken": "x" * 64})

    assertContains(response, 'action="/"', status_code=429)
    assertContains(response, 'name="csrfmiddlewaretoken"', count=1, status_code=429)
    assertNotContains(response, "x" * 64, status_code=429)


def test_pages_and_api_share_a_limit(client, limits):
    limits(single=2)
    client.post("/", {"word": "chat"})
    assert client.get("/api/simple?word=chat").status_code == 200
    assert client.post("/", {"word": "chat"}).status_code == 429


def test_batch_is_counted_by_its_words(client, limits):
    limits(batch=5)
    batches = ["a\nb", "two words\nc\nd", "e\n12", "f"]

    # A refused batch counts as one word.
    assert [client.post("/batches/", {"words": words}).status_code for words in batches] == [303, 429, 303, 429]


def test_invalid_batch_is_counted(client, limits):
    limits(batch=2)
    assert [client.post("/batches/", {"words": words}).status_code for words in ("", "12", "a")] == [400, 400, 429]


def test_words_are_counted_for_each_model(client, limits):
    limits(single=6, batch=6)
    for address, name in (("/", "word"), ("/batches/", "words")):
        statuses = [client.post(address, {name: "un gâteau", "model": "all"}).status_code for _ in range(2)]
        assert statuses == [303, 429]


@pytest.mark.parametrize(("address", "name"), [("/", "word"), ("/batches/", "words"), ("/shared/", "word")])
def test_words_above_the_whole_limit_get_the_form_back_with_the_limit(client, limits, address, name):
    limits(single=5, batch=5)
    send = client.get if address == "/shared/" else client.post
    response = send(address, {name: "un gâteau de trois mots bleus"})
    assertContains(response, "more than your limit of 5 a minute", status_code=400)
    assertContains(response, "un gâteau de trois mots bleus", status_code=400)


def test_upload_without_csrf_token_is_counted_before_it_is_read(strict_client, limits, file):
    limits(batch=3_000)
    blank = b"\n" * 2_000_000

    statuses = [strict_client.post("/batches/", {"file": file(blank, "words.txt")}).status_code for _ in range(2)]
    assert statuses == [403, 429]


def test_upload_over_the_limit_is_not_even_parsed(client, limits, file, monkeypatch):
    limits(batch=3_000)
    client.post("/batches/", {"file": file(b"\n" * 2_000_000)})
    monkeypatch.delattr("django.http.request.HttpRequest._load_post_and_files")
    assertContains(client.post("/batches/", {"file": file(b"a" * 2_000_000)}), "choose it again", status_code=429)


def test_upload_is_counted_by_its_size(client, limits, file):
    limits(batch=3_000)
    blank = b"\n" * 2_000_000

    statuses = [client.post("/batches/", {"file": file(blank, "words.txt")}).status_code for _ in range(2)]
    assert statuses == [400, 429]


def test_upload_is_counted_by_its_words_if_they_cost_more(client, limits, file):
    limits(batch=3_000)
    words = b"a\n" * 2_000

    statuses = [client.post("/batches/", {"file": file(words, "words.txt")}).status_code for _ in range(2)]
    assert statuses == [303, 429]
    assert Batch.objects.get().answered == 2_000


def test_upload_over_the_limit_is_not_read(client, limits, file, monkeypatch):
    limits(batch=0)

    def fail(*_arguments):
        raise AssertionError("read")

    monkeypatch.setattr(batch_forms, "open_words", fail)
    assert client.post("/batches/", {"file": file(b"a\nb", "words.txt")}).status_code == 429


def test_refusal_of_a_batch_keeps_words_but_no_file(client, limits, tmp_path):
    limits(batch=0)
    assertContains(
        client.post("/batches/", {"words": "uno\ndos"}), 'value="uno\r\ndos"'.replace("\r", ""), status_code=429
    )
    (tmp_path / "words.txt").write_text("uno")
    with (tmp_path / "words.txt").open("rb") as file:
        assertContains(client.post("/batches/", {"file": file}), "choose it again", status_code=429)
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("address", FORMS)
def test_form_without_csrf_token_is_counted_by_its_size(strict_client, limits, address):
    limits(**dict.fromkeys(("single", "batch", "history", "feedback"), 15))
    responses = [strict_client.post(address, {"next": "x" * 10_000}) for _ in range(2)]
    assert [response.status_code for response in responses] == [403, 429]


@pytest.mark.parametrize("address", FORMS)
def test_form_over_the_limit_is_not_even_parsed(client, limits, address, monkeypatch):
    limits(**dict.fromkeys(("single", "batch", "history", "feedback"), 300))
    client.post(address, {"next": "x" * 150_000})
    monkeypatch.delattr("django.http.request.HttpRequest._load_post_and_files")
    assertContains(client.post(address, {"next": "x" * 250_000}), "choose it again", status_code=429)
    assert client.post(address, {"next": "x" * 400_000}).status_code == 413


def test_small_form_costs_one_and_one_without_a_limit_nothing(client, limits):
    limits(single=2)
    for _ in range(5):
        client.post("/language/", {"language": "fr", "next": "/"})
    assert [client.post("/", {"word": "chat"}).status_code for _ in range(3)] == [303, 303, 429]


def test_body_of_a_shared_link_pays_for_no_words(client, limits):
    limits(single=10)
    link = "/shared/?word=un+deux+trois+quatre+cinq"
    statuses = [client.generic("GET", link, b"x" * 9_000).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_password_is_not_repeated_by_a_refusal(client, limits, break_limits):
    limits(single=3)
    fields = {"username": "ana", "password": "hunter" * 300}
    responses = [client.post("/account/login/", fields) for _ in range(2)]
    break_limits()
    responses.append(client.post("/account/login/", fields))

    assert [response.status_code for response in responses] == [400, 429, 503]
    assert not any("hunter" in response.content.decode() for response in responses)


def test_feedback_has_a_limit_of_its_own(client, ask, limits):
    limits(feedback=1)
    address = ask("orignal")
    statuses = [client.post(f"{address}feedback/", {"label": label}).status_code for label in ("es", "en")]

    assert statuses == [303, 429]
    assert Feedback.objects.get().label == "es"


def test_downloads_have_a_limit_of_their_own(client, limits):
    limits(export=1)
    address = client.post("/batches/", {"words": "chat"}).headers["Location"]
    responses = [client.get(f"{address}answers.csv") for _ in range(2)]

    assert [response.status_code for response in responses] == [200, 429]
    assertNotContains(responses[1], "Send it again", status_code=429)


def test_pages_without_a_model_are_not_limited(client, limits):
    limits(single=0, batch=0, history=0, feedback=0, export=0)
    assert {client.get(path).status_code for path in ("/", "/batches/", "/models/", "/privacy/")} == {200}


def test_pages_that_answer_a_word_are_limited(client, limits):
    limits(single=0)
    pages = ("/shared/?word=chat", "/api-tour/")
    assert {path: client.get(path).status_code for path in pages} == dict.fromkeys(pages, 429)


def test_last_word_of_the_minute_is_answered_and_explained(client, limits):
    limits(single=1)
    assertContains(client.post("/", {"word": "orignal"}, follow=True), "Each letter was left out once")


def test_explanations_over_the_limit_are_left_out(client, ask, limits):
    limits(single=2)
    addresses = [ask("orignal"), ask("chat")]
    pages = [client.get(address) for address in (*addresses, addresses[0])]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert ["Each letter was left out once" in page.content.decode() for page in pages] == [True, True, False]
    assertContains(pages[2], "Load this page again in a minute")


def test_explanation_of_a_text_is_not_limited(client, ask, limits):
    address = ask("orignal piano")
    limits(single=0)
    assertContains(client.get(address), "Each word was left out once")


def test_result_page_runs_no_model_with_all_limits_at_zero(client, ask, limits, fake_models, monkeypatch):
    address = ask("orignal")
    limits(single=0, batch=0, history=0, export=0)
    monkeypatch.delattr(type(fake_models["Ngram"]), "probabilities")

    assert client.get(address).status_code == 200
    assert client.post(f"{address}feedback/", {"label": ""}).status_code == 400


def test_reading_and_deleting_have_a_limit_of_their_own(client, limits):
    limits(history=1)
    address = client.post("/batches/", {"words": "chat"}).headers["Location"]

    assert [client.get(address).status_code for _ in range(2)] == [200, 429]
    assert client.post(f"{address}delete/").status_code == 429
    assert Prediction.objects.exists()


def test_visitor_without_cookie_has_the_same_limit(client, limits):
    limits(single=1)
    client.post("/", {"word": "chat"})
    client.cookies.clear()
    assert client.post("/", {"word": "chat"}).status_code == 429


def test_addresses_are_counted_apart_and_not_taken_from_headers(client, limits):
    limits(single=1)
    assert client.post("/", {"word": "chat"}, REMOTE_ADDR="192.0.2.1").status_code == 303
    assert client.post("/", {"word": "chat"}, REMOTE_ADDR="192.0.2.2").status_code == 303
    forged = {"x-forwarded-for": "198.51.100.1"}
    assert client.post("/", {"word": "chat"}, REMOTE_ADDR="192.0.2.1", headers=forged).status_code == 429


def test_user_is_counted_over_all_addresses(client, user, limits):
    limits(single=1)
    client.force_login(user)
    statuses = [client.post("/", {"word": "chat"}, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in (1, 2)]
    assert statuses == [303, 429]


@pytest.mark.parametrize("address", ["/", "/account/login/", "/admin/login/"])
def test_nothing_is_answered_while_limits_cannot_be_counted(client, break_limits, address):
    break_limits()
    response = client.post(address, {"word": "chat"} if address == "/" else {"username": "ana", "password": "x"})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
