"""Slows and logs those who guess passwords, at the pages and in the admin alike."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classifier.access.counters import take
from classifier.access.limits import LimitExceeded, address_of

logger = logging.getLogger(__name__)


class LoginForm(AuthenticationForm):
    """Name and password; so many tries a minute for each name from each address."""

    request: HttpRequest  # its views always give it
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("This name and this password do not belong together. Mind capital letters."),
    }

    def clean(self) -> dict[str, Any]:
        """Count the try, then look whether it is right; raise LimitExceeded when it is one too many."""
        name = self.cleaned_data.get("username")
        if name:
            # Counted before it is known whether it is right: of many at once, too, no more are looked at.
            who = f"login:{address_of(self.request)}:{name.casefold()}"
            allowance = take(settings.LIMITS_FILE, who, settings.LIMITS["login"])
            if not allowance.granted:
                logger.warning("Too many logins as %r from %s.", name, address_of(self.request))
                raise LimitExceeded(allowance.seconds)
        return super().clean()

    def get_invalid_login_error(self) -> ValidationError:
        """Say in the log who did not get in, and to the reader that the two do not belong together."""
        logger.warning("Failed login as %r from %s.", self.cleaned_data["username"], address_of(self.request))
        return super().get_invalid_login_error()


class AdminLoginForm(LoginForm, AdminAuthenticationForm):
    """The same for those who may enter the admin."""

    error_messages = AdminAuthenticationForm.error_messages


class NewPasswordForm(PasswordChangeForm):
    """The old password and twice the new one, in our words: Django's Spanish says usted."""

    error_messages = {**PasswordChangeForm.error_messages, "password_incorrect": _("This is not your old password.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = _("At least 8 characters, unlike your name and what many choose.")
        self.fields["new_password2"].help_text = ""
