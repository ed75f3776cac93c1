"""Which versions of the models serve, who chose them, and why."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ActivationQuerySet(models.QuerySet["Activation"]):
    """Activations, newest first."""

    def latest_by_name(self) -> dict[str, str]:
        """Return the version that should serve by name of the model."""
        return dict(self.order_by("id").values_list("name", "version"))

    def of(self, name: str) -> Self:
        """Return the activations of a model, newest first."""
        return self.filter(name=name).order_by("-id")


class Activation(models.Model):
    """A version that was made active; the newest of a model's serves.

    A model without any serves the version of ml_models/active.json.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("model"), max_length=50)
    version = models.CharField(_("version"), max_length=30)
    previous = models.CharField(_("previous version"), max_length=30, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    overridden = models.BooleanField(
        _("overridden"), default=False, help_text=_("Activated though the gate refused it.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.SET_NULL, null=True, blank=True
    )
    created = models.DateTimeField(_("created"), default=timezone.now)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")
        indexes = [models.Index("name", models.F("id").desc(), name="activation_latest")]
        constraints = [
            models.CheckConstraint(
                name="activation_overridden_with_reason", condition=models.Q(overridden=False) | ~models.Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
