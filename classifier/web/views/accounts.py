"""Pages of accounts: log in, log out, change the password.

Accounts are created in the admin.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from classifier.access.limits import consume_or_raise
from classifier.access.login_forms import LoginForm, NewPasswordForm
from classifier.access.owners import visitor_of
from classifier.services.history import move_rows
from classifier.web.decorators import no_store, takes


class LogIn(views.LoginView):
    """Log in with name and password, then redirect back."""

    template_name = "login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form with its errors."""
        return self.render_to_response(self.get_context_data(form=form), status=400)


class ChangePassword(views.PasswordChangeView):
    """Change the password and log out all other sessions."""

    template_name = "password_change.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("home")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the attempt, since it could guess the password."""
        consume_or_raise(request, "login")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Change the password and confirm it."""
        messages.success(self.request, _("Your password is changed. Everywhere else you are logged out."))
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form with its errors."""
        return self.render_to_response(self.get_context_data(form=form), status=400)


@receiver(user_logged_in)
def move_history(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    """Move the visitor's rows to the user who logs in, here or in the admin."""
    if visitor := visitor_of(request):
        move_rows(visitor, f"user:{user.pk}")


log_in = takes(*LoginForm.base_fields, "next", query=("next",))(LogIn.as_view())
log_out = takes("next")(views.LogoutView.as_view())
change_password = no_store(takes(*NewPasswordForm.base_fields)(ChangePassword.as_view()))
