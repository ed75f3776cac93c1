import pytest

from classifier.access.limits import LimitExceeded, address_of, caller_of, consume, consume_or_raise
from classifier.access.owners import assign_visitor


@pytest.fixture
def request_from(rf):
    """Return a function that makes a request from an address."""

    def make(address="192.0.2.1", forwarded=""):
        headers = {"x-forwarded-for": forwarded} if forwarded else {}
        return rf.get("/", REMOTE_ADDR=address, headers=headers)

    return make


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_address_is_ipv4_or_the_network_of_ipv6(request_from, address, network):
    assert address_of(request_from(address)) == network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "10.0.0.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "2001:db8::1", "2001:db8::/64"),
        (1, "", "10.0.0.1"),
        (1, "x", "10.0.0.1"),
        (2, "198.51.100.1", "10.0.0.1"),
    ],
)
def test_address_comes_from_trusted_proxies_only(request_from, settings, proxies, forwarded, address):
    settings.NUM_PROXIES = proxies
    assert address_of(request_from("::ffff:10.0.0.1", forwarded)) == address


def test_caller_is_the_user_or_else_the_address(request_from, user):
    request = request_from()
    assert caller_of(request) == "address:192.0.2.1"
    assign_visitor(request)
    assert caller_of(request) == "address:192.0.2.1"
    request.user = user
    assert caller_of(request) == f"user:{user.pk}"


@pytest.mark.django_db
def test_limits_of_a_key_override_the_settings(request_from, make_key, limits):
    limits(single=1, batch=2)
    request = request_from()
    request.auth = make_key(limits={"single": 5})
    assert [consume(request, scope, cost=0).limit for scope in ("single", "batch")] == [5, 2]


def test_cost_0_reports_the_remaining_calls(request_from, limits):
    limits(single=2)
    request = request_from()
    consume(request, "single")
    assert [consume(request, "single", cost=0).remaining for _ in range(2)] == [1, 1]


def test_cost_that_does_not_fit_raises(request_from, limits):
    limits(single=2)
    consume_or_raise(request_from(), "single", cost=2)
    with pytest.raises(LimitExceeded) as error:
        consume_or_raise(request_from(), "single")
    assert error.value.seconds > 0


def test_named_counter_has_the_same_limit_but_counts_apart(request_from, limits):
    limits(single=1)
    counters = ("", "-explanation", "", "-explanation")
    granted = [consume(request_from(), "single", counter=counter).granted for counter in counters]
    assert granted == [True, True, False, False]
