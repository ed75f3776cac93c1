import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def rendered(client):
    """Return a function from an address to the number of templates rendered, with those included."""

    def rendered(address):
        client.get(address)  # keeps the constant parts
        return len(client.get(address).templates)

    return rendered


def test_opened_form_asks_for_news_only(client, ask, django_assert_num_queries):
    ask()
    with django_assert_num_queries(1):
        client.get("/")


def test_answer_page_takes_few_queries(client, ask, django_assert_num_queries, limit_queries):
    address = ask()
    with django_assert_num_queries(4 + limit_queries):  # answer, feedback, outcomes, news
        client.get(address)


def test_history_page_takes_few_queries(client, ask, send_batch, django_assert_num_queries, limit_queries):
    for word in ("orignal", "piano", "knowledge"):
        ask(word)
    send_batch("eins\nzwei")
    with django_assert_num_queries(6 + limit_queries):  # answers, batches, counts, feedback, outcomes, news
        client.get("/history/")


def test_templates_of_a_history_do_not_grow_with_its_answers(ask, rendered):
    ask("piano")
    few = rendered("/history/")
    for number in range(5):
        ask(f"piano{chr(97 + number)}")
    assert rendered("/history/") == few


def test_templates_of_an_answer_do_not_grow_with_its_letters(ask, rendered):
    assert rendered(ask("orignal")) == rendered(ask("orignalorig"))


def test_form_is_rendered_without_templates_of_widgets(ask, client):
    address = ask()
    for page in ("/", address):
        client.get(page)
        assert not [one.name for one in client.get(page).templates if one.name.startswith("django/forms/")]
