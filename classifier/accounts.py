"""Slows and logs those who guess passwords, at the pages and in the admin alike."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from classifier.counting import take
from classifier.limits import LimitExceeded, address_of

logger = logging.getLogger(__name__)


class LoginForm(AuthenticationForm):
    """Name and password; so many tries a minute for each name from each address."""

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
