"""API keys, records of answered requests, the database's heartbeat."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SCOPES = ("single", "batch", "history", "feedback", "export")
KEY_START = "lid"  # lets secret scanners recognise a key
USE_INTERVAL = timedelta(minutes=1)  # a write for every request would cost more than the answer
REPEATABLE_FOR = timedelta(hours=24)


def all_scopes() -> list[str]:
    """Return all scopes, the default of a key."""
    return list(SCOPES)


def check_scopes(scopes: Any) -> None:
    """Raise ValidationError unless `scopes` is a list of scopes."""
    if not isinstance(scopes, list) or not scopes or not all(scope in SCOPES for scope in scopes):
        raise ValidationError(_("Scopes are a list of: %(known)s."), params={"known": ", ".join(SCOPES)})


def check_limits(limits: Any) -> None:
    """Raise ValidationError unless `limits` maps scopes to numbers."""
    numbers = limits.values() if isinstance(limits, dict) else [None]
    if not all(type(number) is int and 0 <= number < 2**31 for number in numbers):
        raise ValidationError(_('Limits are numbers a minute by scope, as in {"single": 100}.'))
    if limits:
        check_scopes(list(limits))


class ApiKey(models.Model):
    """A program's permission to call; stored as a digest."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=100, help_text=_("Which program uses it."))
    prefix = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("scopes"), default=all_scopes, validators=[check_scopes])
    limits = models.JSONField(
        _("limits"),
        default=dict,
        blank=True,
        validators=[check_limits],
        help_text=_('Calls (batch: words) a minute where they differ from the usual, as in {"single": 100}.'),
    )
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_used = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked = models.DateTimeField(_("revoked"), null=True, editable=False)

    new_secret = ""  # in memory only, until it is shown

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def clean(self) -> None:
        """Store empty limits as an empty object."""
        self.limits = self.limits or {}

    @property
    def owner(self) -> str:
        """The owner of the rows made with this key."""
        return f"key:{self.pk}"

    def set_secret(self) -> str:
        """Set a new secret, before saving; return the key's text."""
        self.prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        self.digest = _digest(secret)
        return f"{KEY_START}_{self.prefix}_{secret}"

    @classmethod
    def find(cls, text: str) -> Self | None:
        """Return the key with this text, unless unknown or revoked."""
        start, _separator, rest = text.partition("_")
        prefix, _separator, secret = rest.partition("_")
        key = cls.objects.filter(prefix=prefix).first() if start == KEY_START and prefix.isalnum() else None
        # Compare without a key, too: the time taken must not reveal whether a prefix exists.
        equal = hmac.compare_digest(key.digest if key else _digest(""), _digest(secret))
        return key if key and equal and not key.revoked else None

    def note_use(self) -> None:
        """Store the time of use, at most once a minute."""
        now = timezone.now()
        if self.last_used is None or now - self.last_used >= USE_INTERVAL:
            self.last_used = now
            self.save(update_fields=["last_used"])


def _digest(secret: str) -> str:
    # The secret has 256 random bits: a slow hash, made for passwords, would add nothing.
    return hashlib.sha256(secret.encode()).hexdigest()


class AnsweredQuerySet(models.QuerySet["AnsweredRequest"]):
    """Answered requests, by age."""

    def repeatable(self) -> Self:
        """Return the records of requests that can still be repeated."""
        return self.filter(created__gte=timezone.now() - REPEATABLE_FOR)

    def expired(self) -> Self:
        """Return the records of requests too old to be repeated."""
        return self.filter(created__lt=timezone.now() - REPEATABLE_FOR)

    def bulk_create(self, objs: Iterable["AnsweredRequest"], *args: Any, **kwargs: Any) -> list["AnsweredRequest"]:
        """Insert records, and delete expired ones in the same commit."""
        # `store` inserts with this method: expired keys are free in time, without a second commit.
        records = list(objs)
        with transaction.atomic(savepoint=False):
            self._delete_expired([record.key for record in records])
            return super().bulk_create(records, *args, **kwargs)

    def _delete_expired(self, keys: Sequence[str]) -> None:
        """Delete up to ten expired records, and those with `keys`."""
        old = self.expired()
        # These first: two requests that each hold the other's key would wait for each other.
        old.filter(pk__in=keys).delete()
        # Skip rows that other requests are deleting, to wait for none; few rows, so that no request pays for many.
        some = old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:10]
        old.filter(pk__in=list(some)).delete()


class AnsweredRequest(models.Model):
    """A request with an Idempotency-Key, stored by digests only."""

    key = models.CharField(primary_key=True, max_length=64)  # keyed digest of owner, or address and request, and key
    digest = models.CharField(max_length=64)  # keyed digest of address and body
    predictions = models.JSONField()  # public ids, in order
    created = models.DateTimeField(default=timezone.now, db_index=True)

    objects = AnsweredQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """One row, written to check that writing works."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    beaten = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.beaten)

    @classmethod
    def beat(cls) -> None:
        """Commit a change of the row; raise DatabaseError if impossible."""
        cls.objects.update_or_create(id=1, defaults={"beaten": timezone.now()})
