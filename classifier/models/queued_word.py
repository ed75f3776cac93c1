"""Words that wait for a reviewer, in the order in which to decide about them."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from classifier.models.keys import KEY_LENGTH


class QueuedWordQuerySet(models.QuerySet["QueuedWord"]):
    """Words that wait."""

    def bulk_create(self, objs: Iterable["QueuedWord"], **_options: Any) -> list["QueuedWord"]:  # type: ignore[override]
        """Insert words, or replace what is stored about them."""
        sums = ("owners", "contradicting", "since", "agreeing")
        return super().bulk_create(objs, update_conflicts=True, unique_fields=["word_key"], update_fields=sums)


class QueuedWord(models.Model):
    """What the pending feedback on a word adds up to; services.review_queue keeps it.

    Else the next word would be known only after all pending feedback was counted.
    """

    id = models.BigAutoField(primary_key=True)
    word_key = models.CharField(_("key of the word"), max_length=KEY_LENGTH, unique=True)
    owners = models.PositiveIntegerField(_("owners of pending feedback"))
    contradicting = models.PositiveIntegerField(_("corrections of answers of one language"))
    since = models.DateTimeField(_("oldest feedback"), db_index=True)
    agreeing = models.PositiveIntegerField(
        _("equal votes"), default=0, help_text=_("0 if people disagree or the word was decided.")
    )

    objects = QueuedWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("queued word")
        verbose_name_plural = _("queued words")
        ordering = ("-owners", "-contradicting", "since", "word_key")
        indexes = [
            models.Index(
                models.F("owners").desc(),
                models.F("contradicting").desc(),
                "since",
                "word_key",
                name="queued_word_order",
            ),
            models.Index(
                models.F("agreeing").desc(), "word_key", name="queued_word_clear", condition=models.Q(agreeing__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.word_key
