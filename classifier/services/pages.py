"""Cuts histories into pages by signed cursors, so that the last page costs what the first does."""

from dataclasses import dataclass
from typing import Self

from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer

from classifier.models import Prediction, PredictionQuerySet

SIZE = 25


@dataclass(frozen=True)
class Page:
    """Some rows, newest first, and the cursor of the page after them, if there is one."""

    rows: list[Prediction]
    older: str

    @classmethod
    def read(cls, rows: PredictionQuerySet, scope: str, cursor: str = "", size: int = 0) -> Self:
        """Return the page of `size` rows, or the usual number, that `cursor` points at; the first one without.

        `scope` says whose rows these are and how they are filtered; a cursor is good for its scope
        only. Raises BadRequest for any other.
        """
        size = size or SIZE
        signer = Signer(salt=f"classifier.pages:{scope}")
        if cursor:
            rows = rows.filter(id__lt=_key(signer, cursor))
        found = list(rows.order_by("-id")[: size + 1])
        older = signer.sign(str(found[size - 1].pk)) if len(found) > size else ""
        return cls(found[:size], older)


def _key(signer: Signer, cursor: str) -> int:
    try:
        return int(signer.unsign(cursor))
    except BadSignature as error:
        raise BadRequest("The cursor does not belong to this list.") from error
