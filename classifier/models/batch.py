"""Batches of words submitted together."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.models.keys import new_public_id
from classifier.models.prediction import Prediction


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches, by owner."""

    def of(self, owner: str) -> Self:
        """Return the owner's batches, newest first; none without an owner."""
        return self.filter(owner=owner).order_by("-id") if owner else self.none()

    def delete_empty(self, public_ids: Iterable[UUID | None]) -> None:
        """Delete the batches that have no answers left."""
        ids = [public_id for public_id in public_ids if public_id]
        answers = Prediction.objects.filter(batch=OuterRef("public_id"), batch_row__isnull=False)
        self.filter(~Exists(answers), public_id__in=ids).delete()


class Batch(models.Model):
    """Words submitted together; deleted with their last prediction."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(_("public ID"), unique=True, default=new_public_id, editable=False)
    owner = models.CharField(_("owner"), max_length=80)
    name = models.CharField(_("name"), max_length=100, blank=True, help_text=_("The name of the file, if it was one."))
    model = models.CharField(_("model"), max_length=50)
    languages = models.JSONField(_("languages asked"), default=list, blank=True)
    confidence = models.FloatField(_("confidence"), default=DEFAULT_CONFIDENCE)
    answered = models.PositiveIntegerField(_("answered words"))
    errors = models.JSONField(
        _("errors"), default=list, blank=True, help_text=_("Numbers of rows without a word, and why.")
    )
    reading = models.JSONField(
        _("how it was read"), default=dict, blank=True, help_text=_("The column, encoding and sheet of the file.")
    )
    created = models.DateTimeField(_("created"), default=timezone.now)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [models.Index("owner", models.F("id").desc(), name="batch_history")]
        constraints = [
            models.CheckConstraint(name="batch_has_an_owner", condition=~Q(owner="")),
            models.CheckConstraint(name="batch_has_answers", condition=Q(answered__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.answered}"

    @property
    def rows(self) -> int:
        """The number of rows read."""
        return self.answered + len(self.errors)


class WaitingWords(models.Model):
    """Some words of a batch that are not answered yet; answers replace them."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(
        Batch, models.CASCADE, to_field="public_id", related_name="waiting", verbose_name=_("batch")
    )
    words = models.JSONField(_("words"), help_text=_("Pairs of row number and word."))
    size = models.PositiveIntegerField(_("number of rows"))

    class Meta:
        verbose_name = verbose_name_plural = _("waiting words")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.size}"

    def take(self) -> bool:
        """Delete the row; return False if it was gone, or its batch has got another owner.

        Locks the batch, so that a login cannot leave its answers behind.
        """
        batch = Batch.objects.select_for_update().filter(pk=self.batch.pk, owner=self.batch.owner)
        return bool(batch.values_list("pk")[:1]) and bool(WaitingWords.objects.filter(pk=self.pk).delete()[0])
