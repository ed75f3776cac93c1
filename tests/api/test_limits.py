"""How much a caller may ask for: counted for all processes together, exactly, and cheaply."""

import subprocess
import sys
import time

import pytest

from classifier.api import limits as counting
from classifier.api.limits import COUNTERS, SLOTS, STEP, WINDOW, take

pytestmark = pytest.mark.django_db
HAMMER = """
import sys
from pathlib import Path
from classifier.api.limits import take
print(sum(take(Path(sys.argv[1]), "single:a", 1000).granted for _ in range(500)))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "limits"


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that a test sets."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(counting, "time", clock)
    return clock


def test_calls_are_granted_up_to_the_limit(path):
    assert [take(path, "a", 3).granted for _ in range(5)] == [True, True, True, False, False]


def test_what_is_left_is_told(path):
    assert [take(path, "a", 3, cost).remaining for cost in (1, 0, 2, 1)] == [2, 2, 0, 0]


def test_what_does_not_fit_takes_nothing(path):
    assert not take(path, "a", 10, 11).granted
    assert take(path, "a", 10, 10).granted


def test_callers_and_scopes_are_counted_apart(path):
    assert all(take(path, f"{scope}:{caller}", 1).granted for scope in "ab" for caller in range(100))


def test_a_minute_never_holds_more_than_the_limit(path, clock):
    granted = []
    for _ in range(2000):
        clock.now += 0.1
        if take(path, "a", 100).granted:
            granted.append(clock.now)

    for start in granted:
        assert sum(start <= moment < start + WINDOW for moment in granted) <= 100


def test_at_least_95_percent_of_the_limit_can_be_used(path, clock):
    start = clock.now
    granted = 0
    while clock.now < start + 30 * WINDOW:
        clock.now += 0.05
        granted += take(path, "a", 600).granted

    assert 0.95 * 600 * 30 <= granted <= 1.05 * 600 * 30


@pytest.mark.parametrize("pause", [0.5, 7.3, 59.0])
def test_who_waits_as_told_is_let_in_and_not_before(path, clock, pause):
    for _ in range(5):
        take(path, "a", 5)
        clock.now += pause / 5
    refused = take(path, "a", 5)
    clock.now += refused.seconds - STEP - 1
    assert not take(path, "a", 5).granted
    clock.now += STEP + 1
    assert take(path, "a", 5).granted


def test_after_a_restart_of_the_machine_counting_begins_anew(path, clock):
    take(path, "a", 1)
    clock.now = 5.0
    assert take(path, "a", 1).granted


def test_counting_after_days_is_right(path, clock):
    take(path, "a", 2)
    clock.now += 3 * 24 * 3600
    assert [take(path, "a", 2).granted for _ in range(3)] == [True, True, False]
    assert COUNTERS * STEP > WINDOW


def test_a_full_set_gives_the_place_of_the_least_recent_caller(path, clock, monkeypatch):
    monkeypatch.setattr(counting, "SETS", 1)
    for caller in range(SLOTS + 1):
        clock.now += STEP
        take(path, str(caller), 1)

    assert not take(path, str(SLOTS), 1).granted
    assert take(path, "0", 1).granted


def test_a_file_that_cannot_be_used_stops_nobody_and_is_logged(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    assert take(tmp_path / "file" / "limits", "a", 1).granted
    assert "Limits are not counted" in caplog.text


def test_a_damaged_file_stops_nobody(path):
    path.write_bytes(b"\xff" * 10_000_000)
    assert take(path, "a", 1).granted


def test_threads_are_counted_together_exactly(path, at_once):
    def hammer():
        return sum(take(path, "a", 1000).granted for _ in range(100))

    assert sum(at_once(hammer, [()] * 20)) == 1000


def test_processes_are_counted_together_exactly(path, settings):
    command = [sys.executable, "-c", HAMMER, str(path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.BASE_DIR) for _ in range(4)]

    assert sum(int(process.communicate()[0]) for process in processes) == 1000


def test_counting_costs_less_than_a_tenth_of_a_millisecond(path):
    take(path, "a", 1)
    start = time.thread_time()
    for _ in range(2000):
        take(path, "a", 10**9)
    assert (time.thread_time() - start) / 2000 < 0.0001


def test_one_call_too_many_is_told_when_to_come_back(call, limits):
    limits(single=2)
    responses = [call("POST", "/predictions", {"word": "chat"}) for _ in range(3)]

    assert [response.status_code for response in responses] == [201, 201, 429]
    assert responses[2].json()["type"] == "/problems/limit-exceeded/"
    assert 0 < int(responses[2]["Retry-After"]) <= WINDOW + STEP


def test_answers_tell_what_is_left(call, limits):
    limits(single=2)
    response = call("GET", "/identify?word=chat")

    assert response["RateLimit-Policy"] == '"single";q=2;w=60'
    assert response["RateLimit"].startswith('"single";r=1;t=')


def test_a_batch_is_counted_by_its_words(call, limits):
    limits(batch=5)
    statuses = [
        call("POST", "/predictions/batch", {"items": [{"word": word} for word in words]}).status_code
        for words in (["a", "b"], ["two words", "c", "d"], ["e", ""], ["f"])
    ]
    assert statuses == [200, 429, 200, 429]  # the refused one counts as a call


def test_scopes_are_limited_apart(call, limits, api_key):
    limits(single=0, history=1, export=1, feedback=1, batch=1)

    assert call("GET", "/identify?word=chat", key=api_key).status_code == 429
    assert call("GET", "/predictions", key=api_key).status_code == 200
    assert call("GET", "/predictions/export", key=api_key).status_code == 200
    assert call("GET", "/predictions", key=api_key).status_code == 429


def test_a_key_has_limits_of_its_own(call, limits, make_key):
    limits(single=1)
    key = make_key(limits={"single": 3})
    answers = [call("GET", "/identify?word=chat", key=key).status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]
    assert call("GET", "/identify?word=chat").status_code == 200


def test_refused_calls_are_counted_too(call, limits):
    limits(single=1)
    assert [call("POST", "/predictions", {}).status_code for _ in range(2)] == [400, 429]


def test_nothing_of_a_refused_call_is_stored(call, limits):
    from classifier.models import Prediction

    limits(single=0)
    call("POST", "/predictions", {"word": "chat"})
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("address", ["/me", "/models", "/languages", "/models/FF"])
def test_what_describes_the_service_is_exempt(call, limits, address):
    limits(single=0, batch=0, history=0, feedback=0, export=0)
    assert call("GET", address).status_code == 200


@pytest.mark.parametrize("address", ["/api/schema", "/api/docs", "/livez", "/readyz"])
def test_documentation_and_health_are_exempt(client, limits, address):
    limits(single=0, batch=0, history=0, feedback=0, export=0)
    assert client.get(address).status_code == 200


def ask(call, address, forwarded="", proxies=0, cookies=""):
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return call("GET", "/identify?word=chat", headers=headers, REMOTE_ADDR=address, HTTP_COOKIE=cookies).status_code


def test_a_new_address_of_the_forwarded_header_is_not_believed(call, limits):
    limits(single=1)
    assert [ask(call, "192.0.2.1", forwarded) for forwarded in ("198.51.100.1", "198.51.100.2")] == [200, 429]


def test_the_trusted_proxies_are_believed_and_nobody_before_them(call, limits, settings):
    limits(single=1)
    settings.NUM_PROXIES = 2
    sent = ["6.6.6.6, 198.51.100.1, 10.0.0.1", "7.7.7.7, 198.51.100.1, 10.0.0.1", "6.6.6.6, 198.51.100.2, 10.0.0.1"]

    assert [ask(call, "192.0.2.1", forwarded) for forwarded in sent] == [200, 429, 200]


@pytest.mark.parametrize("forwarded", ["x", "198.51.100.1", "'; --, 10.0.0.1"])
def test_a_forwarded_header_that_is_no_good_counts_for_the_proxy(call, limits, settings, forwarded):
    limits(single=1)
    settings.NUM_PROXIES = 2
    assert [ask(call, "192.0.2.1", forwarded) for _ in range(2)] == [200, 429]


def test_a_household_of_ipv6_is_one_caller(call, limits):
    limits(single=1)
    addresses = ["2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"]
    assert [ask(call, address) for address in addresses] == [200, 429, 200]


def test_throwing_the_cookie_away_does_not_help(call, client, limits):
    limits(single=1)
    client.post("/", {"word": "chat"})
    assert call("GET", "/identify?word=chat").status_code == 200
    client.cookies.clear()
    assert call("GET", "/identify?word=chat").status_code == 429
