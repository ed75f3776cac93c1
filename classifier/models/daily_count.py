"""Numbers of answers by day, for the reviewers' dashboard."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyCount(models.Model):
    """One day's answers of a model version, counted; outlives the predictions and holds no words."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("day"))  # in UTC
    model = models.CharField(_("model"), max_length=50)
    model_version = models.CharField(_("version"), max_length=30)
    single = models.PositiveIntegerField(_("one language"), default=0)
    several = models.PositiveIntegerField(_("several languages"), default=0)
    unsure = models.PositiveIntegerField(_("not sure"), default=0)
    lengths = models.JSONField(_("lengths"), default=list, help_text=_("Single words by band of length."))
    unknown = models.PositiveIntegerField(
        _("unknown letters"), default=0, help_text=_("Single words with letters that no model has.")
    )
    last = models.BigIntegerField(
        _("last prediction"), default=0, db_index=True, help_text=_("The last prediction that was counted.")
    )

    class Meta:
        verbose_name = _("daily count")
        verbose_name_plural = _("daily counts")
        constraints = [
            models.UniqueConstraint(name="daily_count_once", fields=["day", "model", "model_version"]),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.model} {self.model_version}"

    @property
    def answers(self) -> int:
        """The number of all answers."""
        return self.single + self.several + self.unsure
