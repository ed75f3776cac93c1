"""Admin pages that make and revoke API keys."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.api.models import ApiKey
from classifier.services.counts import CappedPaginator


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """API keys: made and revoked, never changed or deleted."""

    list_display = ["name", "prefix", "scopes", "limits", "created", "last_used", "revoked"]
    list_filter = [("revoked", admin.EmptyFieldListFilter)]
    search_fields = ["name", "=prefix"]
    fields = ["name", "scopes", "limits"]
    ordering = ["-id"]
    paginator = CappedPaginator
    show_full_result_count = False
    actions = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: other scopes need another key."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False, since rows refer to the key's id."""
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may revoke, and not only view."""
        return request.user.has_perm("api.change_apikey")

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Store the key's digest."""
        obj.new_secret = obj.set_secret()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, *_arguments: Any, **_options: Any) -> HttpResponse:
        """Show the key, this once; a message would put it into a cookie."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": obj, "secret": obj.new_secret}
        return TemplateResponse(request, "admin/new_key.html", context)

    @admin.action(description=_("Revoke selected keys"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Revoke the selected keys, at once."""
        for key in queryset.filter(revoked=None):
            ApiKey.objects.filter(pk=key.pk).update(revoked=timezone.now())
            self.log_change(request, key, "revoked")
