import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from classifier.models import Feedback, ReviewedWord
from classifier.services.feedback import submit_feedback

MODELS = ["prediction", "feedback", "reviewedword"]


@pytest.fixture
def feedback(make_prediction):
    return submit_feedback(prediction=make_prediction(owner="user:7"), owner="user:7", label="en", comment="a moose")


@pytest.fixture
def outcome(db):
    return ReviewedWord.objects.create(word_key="orignal", label="fr", votes=1)


@pytest.fixture
def staff(client, django_user_model):
    """Return a function that logs in staff with permissions."""

    def log_in(*permissions):
        user = django_user_model.objects.create(username="reviewer", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return log_in


def act(client, action, *rows, **fields):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
    return client.post(reverse("admin:classifier_feedback_changelist"), data, follow=True)


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


@pytest.mark.parametrize("term", ["nothing", "' OR 1=1 --", "%", "é" * 500])
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


def test_accepting_goes_through_the_service(admin_client, admin_user, feedback):
    response = act(admin_client, "accept", feedback, reason="in the dictionary")
    feedback.refresh_from_db()
    assert (feedback.status, feedback.decided_label, feedback.reason) == ("accepted", "en", "in the dictionary")
    assert feedback.reviewer == admin_user
    assert ReviewedWord.objects.get().label == "en"
    assert "1 feedback was decided" in response.content.decode()


def test_rejecting_goes_through_the_service(admin_client, feedback):
    act(admin_client, "reject", feedback)
    feedback.refresh_from_db()
    assert feedback.status == "rejected"
    assert not ReviewedWord.objects.exists()


@pytest.mark.parametrize("languages", ["fr en", "fr, en", "FR,eng"])
def test_reviewer_can_give_another_label(admin_client, feedback, languages):
    act(admin_client, "accept", feedback, label="mul", languages=languages)
    assert ReviewedWord.objects.values("label", "languages").get() == {"label": "mul", "languages": ["en", "fr"]}


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "French"},
        {"label": "qqq"},
        {"label": "mul"},
        {"label": "mul", "languages": "mul zxx"},
        {"label": "fr", "languages": "en es"},
        {"languages": "en es"},
    ],
)
def test_invalid_label_is_explained_and_decides_nothing(admin_client, feedback, fields):
    response = act(admin_client, "accept", feedback, **fields)
    feedback.refresh_from_db()
    assert feedback.status == "pending"
    assert 'class="error"' in response.content.decode()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("action", ["accept", "reject"])
def test_second_decision_is_refused_with_a_warning(admin_client, feedback, action):
    act(admin_client, "reject", feedback)
    response = act(admin_client, action, feedback)
    feedback.refresh_from_db()
    assert feedback.status == "rejected"
    assert "is decided already" in response.content.decode()


def test_several_feedbacks_are_decided_together(admin_client, make_prediction):
    rows = [
        submit_feedback(prediction=make_prediction(word), owner="user:7", label="es") for word in ("piano", "orignal")
    ]
    act(admin_client, "accept", *rows)
    assert ReviewedWord.objects.count() == 2


def test_equal_feedback_selected_together_is_decided_once(admin_client, make_prediction):
    rows = [submit_feedback(prediction=make_prediction(), owner=f"user:{number}", label="es") for number in range(3)]
    act(admin_client, "accept", *rows)
    assert sorted(Feedback.objects.values_list("status", flat=True)) == ["accepted", "duplicate", "duplicate"]
    assert ReviewedWord.objects.get().votes == 3


@pytest.mark.parametrize(("action", "status"), [("accept", "accepted"), ("reject", "rejected")])
def test_decisions_are_logged_with_their_reason(admin_client, admin_user, feedback, action, status):
    act(admin_client, action, feedback, reason="checked")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(feedback.pk))
    assert entry.get_change_message() == f"{status}: checked"


def test_reviewer_needs_one_permission_only(staff, feedback):
    act(staff("view_feedback", "change_feedback"), "accept", feedback)
    assert Feedback.objects.get().status == "accepted"


@pytest.mark.parametrize("action", ["accept", "reject", "delete_selected"])
@pytest.mark.parametrize("permissions", [["view_feedback"], ["view_feedback", "delete_feedback"], []])
def test_viewer_cannot_decide(staff, feedback, action, permissions):
    act(staff(*permissions), action, feedback, post="yes")
    assert Feedback.objects.get().status == "pending"
    assert not LogEntry.objects.exists()


def test_decision_without_reason_is_logged(admin_client, feedback):
    act(admin_client, "reject", feedback)
    assert LogEntry.objects.get().get_change_message() == "rejected"


def test_viewer_is_not_offered_to_decide(staff, feedback):
    page = staff("view_feedback").get(reverse("admin:classifier_feedback_changelist")).content.decode()
    assert "orignal" in page
    assert 'value="accept"' not in page


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
    assert "mul (en, fr, es)" in page
    assert "correction" in page


def test_votes_for_a_shared_word_are_listed_by_its_languages(admin_client, make_prediction):
    for owner, languages in (("user:1", ["en", "fr"]), ("user:2", ["fr", "en"]), ("user:3", ["en", "es"])):
        submit_feedback(prediction=make_prediction(), owner=owner, label="mul", languages=languages)
    rows = rows_of(admin_client, "feedback")
    assert [(row.languages, row.votes) for row in rows] == [(["en", "es"], 1), *[(["en", "fr"], 2)] * 2]


def test_feedback_is_sorted_by_votes(admin_client, make_prediction):
    for word, owner in (("piano", "user:1"), ("orignal", "user:1"), ("orignal", "user:2"), ("orignal", "")):
        submit_feedback(prediction=make_prediction(word), owner=owner, label="en")
    column = "6"
    rows = rows_of(admin_client, "feedback", o=f"-{column}")
    assert [(row.prediction.word, row.votes) for row in rows] == [*[("orignal", 2)] * 3, ("piano", 1)]
