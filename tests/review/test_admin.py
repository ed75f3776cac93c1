from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils.functional import Promise

from classifier.models import Activation, Batch, Decision, Feedback, Prediction, ReviewedWord
from classifier.services import counts
from classifier.services.feedback import submit_feedback
from tests.plans import read_plans

MODELS = ["prediction", "feedback", "reviewedword"]


@pytest.fixture
def outcome(db):
    return ReviewedWord.objects.create(word_key="orignal", label="fr", votes=1)


def rows_of(client, table, **query):
    response = client.get(reverse(f"admin:classifier_{table}_changelist"), query)
    assert response.status_code == 200
    return list(response.context["cl"].queryset)


def test_predictions_and_feedback_are_listed(admin_client, feedback, outcome):
    assert rows_of(admin_client, "prediction") == [feedback.prediction]
    assert rows_of(admin_client, "feedback") == [feedback]
    assert rows_of(admin_client, "reviewedword") == [outcome]


@pytest.mark.parametrize("query", [{"verdict": "several"}, {"language": "fr"}, {"model": "FF"}, {"source": "api"}])
def test_predictions_are_filtered(admin_client, make_prediction, query):
    rows = [make_prediction("piano"), make_prediction("orignal", model="FF"), make_prediction("orignal", source="api")]
    [(field, value)] = query.items()
    expected = {row for row in rows if getattr(row, field) == value}
    lookup = {f"{field}__exact" if field in {"verdict", "source"} else field: value}
    assert set(rows_of(admin_client, "prediction", **lookup)) == expected
    assert 0 < len(expected) < 3


@pytest.mark.parametrize("term", ["ÉCOLE", "e\u0301co", "école", "user:7"])
def test_predictions_are_found_by_any_spelling_and_by_owner(admin_client, make_prediction, term):
    row = make_prediction("École", owner="user:7")
    make_prediction("orignal")
    assert rows_of(admin_client, "prediction", q=term) == [row]


@pytest.mark.parametrize("term", ["ORIG", "moose", "user:7"])
def test_feedback_is_found_by_word_comment_and_owner(admin_client, feedback, make_prediction, term):
    submit_feedback(prediction=make_prediction("piano"), owner="user:8", label="en")
    assert rows_of(admin_client, "feedback", q=term) == [feedback]


@pytest.mark.parametrize("term", ["nothing", "' OR 1=1 -- x", "%", "é" * 500])
def test_search_without_match_finds_nothing(admin_client, feedback, term):
    assert rows_of(admin_client, "prediction", q=term) == []


def test_search_for_nul_does_not_fail(admin_client, feedback):
    assert (
        "Null characters are not allowed"
        in admin_client.get(reverse("admin:classifier_prediction_changelist"), {"q": "\x00"}).content.decode()
    )


@pytest.mark.parametrize("model", MODELS)
def test_counts_of_the_filters_can_be_shown(admin_client, feedback, outcome, model):
    assert rows_of(admin_client, model, _facets="True")


def test_hostile_words_are_shown_as_text(admin_client, make_prediction):
    make_prediction("<script>alert(1)</script>")
    page = admin_client.get(reverse("admin:classifier_prediction_changelist")).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("model", MODELS)
def test_rows_cannot_be_added(admin_client, model):
    assert admin_client.get(reverse(f"admin:classifier_{model}_add")).status_code == 403


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("verb", ["change", "delete"])
def test_rows_cannot_be_changed_or_deleted(admin_client, feedback, outcome, model, verb):
    row = {"prediction": feedback.prediction, "feedback": feedback, "reviewedword": outcome}[model]
    before = type(row).objects.values().get()
    response = admin_client.post(
        reverse(f"admin:classifier_{model}_{verb}", args=[row.pk]), {"post": "yes", "label": "x"}
    )
    assert response.status_code == 403
    assert type(row).objects.values().get() == before


@pytest.mark.parametrize("model", MODELS)
def test_rows_can_be_viewed(admin_client, feedback, outcome, model):
    row = {"prediction": feedback.prediction, "feedback": feedback, "reviewedword": outcome}[model]
    response = admin_client.get(reverse(f"admin:classifier_{model}_change", args=[row.pk]))
    assert response.status_code == 200
    assert "_save" not in response.content.decode()


def test_staff_without_permission_sees_nothing(staff, feedback):
    response = staff().get(reverse("admin:classifier_prediction_changelist"))
    assert response.status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_anonymous_callers_are_sent_to_the_login(client, db, model):
    response = client.get(reverse(f"admin:classifier_{model}_changelist"))
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


@pytest.mark.parametrize("table", ["prediction", "feedback"])
def test_long_lists_take_few_queries(admin_client, make_prediction, table, django_assert_max_num_queries):
    for number in range(30):
        submit_feedback(prediction=make_prediction(), owner=f"user:{number}", label="en")
    with django_assert_max_num_queries(12):
        assert len(rows_of(admin_client, table)) == 30


def test_languages_of_the_answer_are_listed_beside_those_of_feedback(admin_client, make_prediction):
    submit_feedback(prediction=make_prediction("piano"), owner="user:7", label="mul", languages=["en", "fr"])
    page = admin_client.get(reverse("admin:classifier_feedback_changelist")).content.decode()
    assert "English, French and Spanish" in page
    assert "correction" in page


def test_votes_for_a_shared_word_are_listed_by_its_languages(admin_client, make_prediction):
    for owner, languages in (("user:1", ["en", "fr"]), ("user:2", ["fr", "en"]), ("user:3", ["en", "es"])):
        submit_feedback(prediction=make_prediction(), owner=owner, label="mul", languages=languages)
    rows = rows_of(admin_client, "feedback")
    assert [(row.languages, row.votes) for row in rows] == [(["en", "es"], 1), *[(["en", "fr"], 2)] * 2]


def test_feedback_is_sorted_by_votes(admin_client, make_prediction):
    for word, owner in (("piano", "user:1"), ("orignal", "user:1"), ("orignal", "user:2"), ("orignal", "")):
        submit_feedback(prediction=make_prediction(word), owner=owner, label="en")
    response = admin_client.get(reverse("admin:classifier_feedback_changelist"))
    column = response.context["cl"].list_display.index("votes")
    rows = rows_of(admin_client, "feedback", o=f"{column}.1")
    assert [(row.prediction.word, row.votes) for row in rows] == [("piano", 1), *[("orignal", 2)] * 3]


@pytest.mark.parametrize("facets", [{}, {"_facets": "True"}])
def test_filters_show_names_in_place_of_codes(admin_client, make_prediction, facets):
    make_prediction("orignal"), make_prediction("piano")
    changelist = admin_client.get(reverse("admin:classifier_prediction_changelist"), facets).context["cl"]
    names = [choice["display"] for choice in changelist.filter_specs[1].choices(changelist)]
    assert [name.partition(" (")[0] for name in names] == ["All", "English", "Spanish", "French", "none"]


def test_row_shows_names_and_percentages_in_place_of_codes(admin_client, make_prediction):
    row = make_prediction("orignal", model="all", languages=["fr", "es"])
    page = admin_client.get(reverse("admin:classifier_prediction_change", args=[row.pk])).content.decode()
    for text in (
        "French, 94\N{NO-BREAK SPACE}%",
        "none of them 3\N{NO-BREAK SPACE}%",  # or English, which was not asked for
        "FF: French",
        "French and Spanish",
    ):
        assert text in page


def test_lists_have_the_look_of_the_site(admin_client, feedback):
    response = admin_client.get(reverse("admin:classifier_feedback_changelist"))
    page = response.content.decode()
    assert "/static/mark.svg" in page
    assert page.index("admin/css/responsive.css") < page.index("/static/tokens.css") < page.index("/static/admin.css")
    assert "theme.js" not in page
    assert " style=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("table", [Activation, Batch, Decision, Feedback, Prediction, ReviewedWord])
def test_names_of_fields_are_translated(table):
    fields = [field for field in table._meta.fields if not field.primary_key]
    assert [field.name for field in fields if not isinstance(field.verbose_name, Promise)] == []


def test_private_rows_show_only_their_verdict(admin_client, make_prediction):
    make_prediction("orignal", private=True, model="all")
    row = Prediction.objects.get()
    assert "one language" in admin_client.get("/admin/classifier/prediction/").text
    page = admin_client.get(f"/admin/classifier/prediction/{row.pk}/change/")
    assert (page.status_code, "French" in page.text) == (200, False)


def test_long_lists_are_not_counted_to_the_end(admin_client, make_prediction, monkeypatch):
    monkeypatch.setattr(counts, "MOST_COUNTED", 2)
    for _ in range(3):
        make_prediction()
    response = admin_client.get(reverse("admin:classifier_prediction_changelist"))
    assert "2+ predictions" in response.text


@pytest.mark.parametrize(
    ("table", "query"), [("prediction", {}), ("prediction", {"month": "2026-11"}), ("feedback", {}), ("decision", {})]
)
def test_lists_are_read_from_indexes(admin_client, feedback, table, query, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as queries:
        rows_of(admin_client, table, **query)
    listed = [one for one in queries if "LIMIT 10001" not in one["sql"] and "classifier_" in one["sql"]]
    plans = read_plans(listed)
    assert "TEMP B-TREE FOR ORDER" not in plans.replace("RIGHT PART OF ", "")
    assert "TEMP B-TREE FOR DISTINCT" not in plans
    assert not any("DISTINCT " in one["sql"] and "COUNT(" not in one["sql"] for one in listed)


def test_months_are_from_the_first_prediction_on(admin_client, make_prediction):
    old, new = make_prediction(), make_prediction()
    Prediction.objects.filter(pk=old.pk).update(created=datetime(2026, 9, 30, 23, tzinfo=UTC))
    Prediction.objects.filter(pk=new.pk).update(created=datetime(2026, 10, 1, tzinfo=UTC))
    changelist = admin_client.get(reverse("admin:classifier_prediction_changelist")).context["cl"]
    months = list(changelist.filter_specs[-1].choices(changelist))
    assert months[-1]["display"] == "September 2026"
    assert rows_of(admin_client, "prediction", month="2026-09") == [Prediction.objects.get(pk=old.pk)]
    assert rows_of(admin_client, "prediction", month="2026-10") == [Prediction.objects.get(pk=new.pk)]


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-12"])
def test_unknown_month_is_refused(admin_client, make_prediction, month):
    make_prediction()
    response = admin_client.get(reverse("admin:classifier_prediction_changelist"), {"month": month})
    assert response.status_code == 400
