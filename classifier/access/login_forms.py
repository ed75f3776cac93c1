"""Login and password forms, limited and logged against guessing."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classifier.access.counters import consume
from classifier.access.limits import LimitExceeded, address_of

logger = logging.getLogger(__name__)


class LoginForm(AuthenticationForm):
    """Login form that limits attempts by name, address and both."""

    request: HttpRequest  # every view passes it
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("This name and this password do not match. Check the capital letters."),
    }

    def clean(self) -> dict[str, Any]:
        """Count the attempt, then check the password.

        Raises LimitExceeded for too many attempts.
        """
        name = self.cleaned_data.get("username")
        if name:
            # Count before checking the password, so that parallel guesses cannot exceed the limit.
            self._consume(address_of(self.request), name.casefold())
        return super().clean()

    def _consume(self, address: str, name: str) -> None:
        """Count the attempt by address, by both and by name; raise LimitExceeded."""
        limit = settings.LIMITS["login"]
        # By address first, so that nobody makes many counters by names. By name the limit is high: whoever guesses
        # from many addresses is slowed, but few addresses cannot lock a user out.
        counters = {f"login:{address}": 2 * limit, f"login:{address}:{name}": limit, f"login::{name}": 10 * limit}
        for counter, most in counters.items():
            allowance = consume(counter, most)
            if not allowance.granted:
                logger.warning("Too many logins, the last as %r.", name)
                raise LimitExceeded(allowance.seconds)

    def get_invalid_login_error(self) -> ValidationError:
        """Log the failed login; return the error for the reader."""
        logger.warning("Failed login as %r.", self.cleaned_data["username"])
        return super().get_invalid_login_error()


class AdminLoginForm(LoginForm, AdminAuthenticationForm):
    """Login form of the admin, for staff only."""

    error_messages = AdminAuthenticationForm.error_messages


class NewPasswordForm(PasswordChangeForm):
    """Password form with our own texts: Django's Spanish says usted."""

    error_messages = {**PasswordChangeForm.error_messages, "password_incorrect": _("This is not your old password.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = _("At least 8 characters; not like your name, and no common password.")
        self.fields["new_password2"].help_text = ""
