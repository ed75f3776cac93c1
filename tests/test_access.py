"""Status of all addresses for all callers."""

from copy import deepcopy

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from classifier.models import Activation, Decision, ReviewedWord
from classifier.services import batches
from classifier.services.feedback import submit_feedback
from classifier.words.lists import WordList

pytestmark = pytest.mark.django_db
# A and B are browsers without a cookie; all objects are ana's. Staff has no permission, viewer may view all.
CALLERS = ("A", "B", "ana", "bob", "key", "revoked", "staff", "viewer", "superuser")


def row(others, **exceptions):
    return tuple(exceptions.get(caller, others) for caller in CALLERS)


OPEN = row(200)
API = row(200, revoked=401)
BAD_BODY = row(400, revoked=401)
ANA_S = row(404, ana=200, revoked=401)
OWNERS = row(200, A=401, B=401, revoked=401)
STAFF = row(302, staff=200, viewer=200, superuser=200)
VIEW = row(302, staff=403, viewer=200, superuser=200)
CHANGE = row(302, staff=403, viewer=403, superuser=200)
NEVER = row(302, staff=403, viewer=403, superuser=403)
NOT_FOUND = row(302, staff=404, viewer=404, superuser=404)
PREDICTION = "api/v1/predictions/<uuid:public_id>"


def table_of(model, *, add=CHANGE, change=VIEW, delete=CHANGE):
    start = f"GET admin/{model}/"
    one = f"{start}<path:object_id>/"
    return {start: VIEW, f"{start}add/": add, f"{one}history/": VIEW, f"{one}delete/": delete} | {
        f"{one}change/": change,
        one: row(302),
    }


TABLE = {
    "GET ": OPEN,
    "GET history/": OPEN,
    "GET shared/": row(400),
    "GET predictions/<uuid:public_id>/": row(404, ana=200),
    "GET predictions/<uuid:public_id>/feedback/": row(405),
    "GET predictions/<uuid:public_id>/feedback/withdraw/": row(405),
    "GET predictions/<uuid:public_id>/delete/": row(405),
    "GET predictions/restore/": row(405),
    "GET history/export/": OPEN,
    "GET history/delete/": OPEN,
    "GET history/keep/": row(405),
    "GET batches/": OPEN,
    "GET batches/<uuid:public_id>/": row(404, ana=200),
    "GET batches/<uuid:public_id>/answers.<slug:name>": row(404, ana=200),
    "GET batches/<uuid:public_id>/delete/": row(405),
    "GET models/": OPEN,
    "GET models/<str:name>/": OPEN,
    "GET privacy/": OPEN,
    "GET api-tour/": OPEN,
    "GET account/login/": row(302, A=200, B=200, key=200, revoked=200),
    "GET account/password/": row(200, A=302, B=302, key=302, revoked=302),
    "GET account/logout/": row(405),
    "GET language/": row(302),
    "GET problems/<slug:name>/": OPEN,
    "GET livez": OPEN,
    "GET readyz": OPEN,
    "GET metrics": row(404),
    "GET api/simple": BAD_BODY,
    "GET api/schema": API,
    "GET api/docs": OPEN,
    "GET api/v1/identify": BAD_BODY,
    "GET api/v1/predictions": OWNERS,
    "POST api/v1/predictions": BAD_BODY,
    "DELETE api/v1/predictions": row(204, A=401, B=401, revoked=401),
    "POST api/v1/predictions/batch": BAD_BODY,
    "POST api/v1/predictions/batch.ndjson": row(415, revoked=401),  # lines, not JSON
    "GET api/v1/predictions/export": OWNERS,
    f"GET {PREDICTION}": ANA_S,
    f"DELETE {PREDICTION}": row(404, ana=204, A=401, B=401, revoked=401),
    "GET api/v1/feedback": OWNERS,
    f"GET {PREDICTION}/feedback": ANA_S,
    f"PUT {PREDICTION}/feedback": row(404, ana=400, revoked=401),
    f"DELETE {PREDICTION}/feedback": row(404, ana=204, revoked=401),
    "GET api/v1/models": API,
    "GET api/v1/models/<str:name>": API,
    "GET api/v1/languages": API,
    "GET api/v1/me": API,
    "GET admin/review/": row(403, A=302, B=302, key=302, revoked=302, viewer=200, superuser=200),
    "GET admin/review/decide/": row(403, A=302, B=302, key=302, revoked=302, superuser=405),
    "GET admin/review/undo/": row(403, A=302, B=302, key=302, revoked=302, superuser=405),
    "GET admin/review/skip/": row(403, A=302, B=302, key=302, revoked=302, superuser=405),
    "GET admin/versions/": row(403, A=302, B=302, key=302, revoked=302, viewer=200, superuser=200),
    "GET admin/versions/<str:name>/rollback/": row(403, A=302, B=302, key=302, revoked=302, viewer=200, superuser=200),
    "GET admin/versions/<str:name>/<str:version>/": row(
        403, A=302, B=302, key=302, revoked=302, viewer=404, superuser=404
    ),
    "GET admin/review/clear/": row(403, A=302, B=302, key=302, revoked=302, superuser=200),
    "GET admin/": STAFF,
    "GET admin/login/": row(200, staff=302, viewer=302, superuser=302),
    "GET admin/logout/": row(302, staff=405, viewer=405, superuser=405),
    "GET admin/password_change/": STAFF,
    "GET admin/password_change/done/": STAFF,
    "GET admin/autocomplete/": NEVER,
    "GET admin/jsi18n/": STAFF,
    "GET admin/r/<path:content_type_id>/<path:object_id>/": NOT_FOUND,
    "GET admin/^(?P<app_label>auth|classifier|api)/$": row(302, staff=404, viewer=200, superuser=200),
    "GET admin/(?P<url>.*)$": NOT_FOUND,
    "GET admin/auth/user/<id>/password/": CHANGE,
    **table_of("auth/group"),
    **table_of("auth/user"),
    **table_of("classifier/prediction", add=NEVER, delete=NEVER),
    **table_of("classifier/batch", add=NEVER, delete=NEVER),
    **table_of("classifier/feedback", add=NEVER, delete=NEVER),
    **table_of("classifier/activation", add=NEVER, delete=NEVER),
    **table_of("classifier/decision", add=NEVER, delete=NEVER),
    **table_of("classifier/reviewedword", add=NEVER, delete=NEVER),
    **table_of("api/apikey", delete=NEVER),
}

QUERIES = {"DELETE api/v1/predictions": "?all=true"}


def routes(patterns, start=""):
    for pattern in patterns:
        route = f"{start}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            methods = getattr(getattr(pattern.callback, "cls", None), "__dict__", {"get": None})
            yield from (f"{method} {route}" for method in ("GET", "POST", "PUT", "DELETE") if method.lower() in methods)


ROUTES = list(routes(get_resolver().url_patterns))


@pytest.fixture
def callers(django_user_model, make_key):
    """Return the clients of CALLERS, and ana."""
    people = {name: django_user_model.objects.create_user(name) for name in ("ana", "bob")}
    people |= {name: django_user_model.objects.create_user(name, is_staff=True) for name in ("staff", "viewer")}
    people["viewer"].user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    people["superuser"] = django_user_model.objects.create_superuser("superuser")
    keys = {"key": make_key(), "revoked": make_key(revoked=timezone.now())}
    clients = {name: Client(headers=keys[name].headers if name in keys else None) for name in CALLERS}
    for name, person in people.items():
        clients[name].force_login(person)
    return clients, people["ana"]


@pytest.fixture
def address(callers, make_prediction, make_key):
    """Return a function that fills ana's objects into a route."""
    _clients, ana = callers
    prediction = make_prediction("orignal", owner=f"user:{ana.pk}")
    batch = batches.create_batch(WordList(["chat"], [1]), owner=prediction.owner, name="", model="", languages=())
    feedback = submit_feedback(prediction=prediction, owner=prediction.owner, label="en")
    word = ReviewedWord.objects.create(word_key="mot", label="fr", votes=1)
    objects = {"prediction": prediction, "feedback": feedback, "reviewedword": word}
    objects |= {"decision": Decision.objects.create(word_key="mot", label="fr")}
    objects |= {"activation": Activation.objects.create(name="FF", version="1")}
    objects |= {"batch": batch, "user": ana, "group": Group.objects.create(name="group"), "apikey": make_key()}

    def address(route):
        model = route.split("/")[2] if route.startswith("admin/") and route.count("/") > 2 else ""
        pk = str(objects[model].pk) if model in objects else "1"
        values = {"batches/<uuid:public_id>": f"batches/{batch.public_id}", ".<slug:name>": ".csv"}
        values |= {"<uuid:public_id>": str(prediction.public_id), "<path:object_id>": pk, "<id>": pk}
        values |= {"<str:name>": "FF", "<slug:name>": "gone", "<path:content_type_id>": "0", "(?P<url>.*)$": "nothing/"}
        values |= {"^(?P<app_label>auth|classifier|api)/$": "classifier/"}
        for placeholder, value in values.items():
            route = route.replace(placeholder, value)
        return f"/{route}"

    return address


def test_table_has_a_row_for_each_address():
    assert TABLE.keys() == set(ROUTES)  # the dashboard takes an address of the admin


def test_callers_get_the_statuses_of_the_table(callers, address, subtests):
    # Callers and rows are made once for all routes; each route is rolled back.
    clients, _ana = callers
    cookies = {name: deepcopy(client.cookies) for name, client in clients.items()}
    for route, expected in TABLE.items():
        method, _space, pattern = route.partition(" ")
        with subtests.test(route), transaction.atomic():
            statuses = {}
            for name in sorted(CALLERS, key=lambda name: name == "ana"):  # ana last, since she may delete the object
                clients[name].cookies = deepcopy(cookies[name])
                query, body = QUERIES.get(route, ""), "{}" if method in {"POST", "PUT"} else ""
                response = clients[name].generic(method, address(pattern) + query, body, "application/json")
                statuses[name] = response.status_code
            transaction.set_rollback(True)
            assert statuses == dict(zip(CALLERS, expected, strict=True))
