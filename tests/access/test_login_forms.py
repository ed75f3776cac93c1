import pytest

from classifier.access.limits import LimitExceeded
from classifier.access.login_forms import AdminLoginForm, LoginForm, NewPasswordForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def log_in(rf, limits):
    """Return a function that validates a login form, twice at most."""
    limits(login=2)

    def log_in(form=LoginForm, name="ana", password="wrong", address="192.0.2.1"):
        request = rf.post("/account/login/", REMOTE_ADDR=address)
        return form(request, {"username": name, "password": password}).is_valid()

    return log_in


@pytest.fixture
def ana(django_user_model):
    return django_user_model.objects.create_user("ana", password="right")


def test_right_password_is_accepted_and_a_wrong_one_is_not(log_in, ana):
    assert (log_in(password="right"), log_in(password="wrong")) == (True, False)


def test_attempts_over_the_limit_raise_even_with_the_right_password(log_in, ana):
    log_in()
    log_in(AdminLoginForm, name="ANA")
    with pytest.raises(LimitExceeded):
        log_in(password="right")


def test_attempts_are_counted_for_each_name_and_address(log_in, ana):
    for _ in range(2):
        log_in()
    assert not log_in(name="bob")
    assert log_in(password="right", address="192.0.2.2")


def test_one_password_tried_with_many_names_is_slowed(log_in, ana):
    for number in range(4):
        log_in(name=f"name {number}")
    with pytest.raises(LimitExceeded):
        log_in(password="right")


def test_one_name_tried_from_many_addresses_is_slowed(log_in, ana):
    for number in range(20):
        log_in(address=f"192.0.2.{number}")
    with pytest.raises(LimitExceeded):
        log_in(password="right", address="192.0.2.20")


def test_names_tried_over_the_limit_of_an_address_are_not_counted(log_in, ana):
    for number in range(4):
        log_in(name=f"name {number}")
    for _ in range(30):
        with pytest.raises(LimitExceeded):
            log_in()
    assert log_in(password="right", address="192.0.2.2")


def test_admin_login_form_accepts_staff_only(log_in, ana):
    assert not log_in(AdminLoginForm, password="right")
    ana.is_staff = True
    ana.save()
    assert log_in(AdminLoginForm, password="right")


def test_new_password_form_explains_a_wrong_old_password(ana):
    form = NewPasswordForm(ana, {"old_password": "wrong", "new_password1": "a b c d e", "new_password2": "a b c d e"})
    assert form.errors == {"old_password": ["This is not your old password."]}
