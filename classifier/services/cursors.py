"""Cursors of lists: signed for one list, and unreadable."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

_NONCE_DIGITS = 16
_LENGTH = 48  # bytes at least, so that the length of a key does not show


def write_cursor(scope: str, *position: int | str | None) -> str:
    """Return the cursor of a position; it is valid for its `scope` only.

    It is encrypted, since keys count the rows of all owners.
    """
    nonce = secrets.token_hex(_NONCE_DIGITS // 2)
    text = json.dumps(position, ensure_ascii=False).encode().ljust(_LENGTH)
    return _signer(scope).sign(nonce + urlsafe_b64encode(_mask(text, nonce)).decode())


def read_cursor(scope: str, cursor: str) -> list[Any]:
    """Return the position of a cursor; raise BadRequest for a cursor of another list."""
    try:
        text = _signer(scope).unsign(cursor)
    except BadSignature as error:
        raise BadRequest("The cursor does not belong to this list.") from error
    nonce, encrypted = text[:_NONCE_DIGITS], text[_NONCE_DIGITS:]
    position: list[Any] = json.loads(_mask(urlsafe_b64decode(encrypted), nonce))
    return position


def _signer(scope: str) -> Signer:
    return Signer(salt=f"classifier.cursors.2:{scope}")  # another number refuses cursors of another form


def _mask(text: bytes, nonce: str) -> bytes:
    key = salted_hmac("classifier.cursors.pad", nonce, algorithm="sha256").digest()
    return bytes(map(int.__xor__, text, hashlib.shake_256(key).digest(len(text))))
