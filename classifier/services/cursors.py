"""Cursors of lists: signed for one list, and unreadable."""

import secrets

from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

_NONCE_DIGITS = 16


def write_cursor(scope: str, row_id: int) -> str:
    """Return the cursor of a row; it is valid for its `scope` only.

    The key is encrypted, since keys count the rows of all owners.
    """
    nonce = secrets.token_hex(_NONCE_DIGITS // 2)
    return _signer(scope).sign(f"{nonce}{row_id ^ _pad(nonce):016x}")


def read_cursor(scope: str, cursor: str) -> int:
    """Return the key of a cursor's row; raise BadRequest for a cursor of another list."""
    try:
        text = _signer(scope).unsign(cursor)
    except BadSignature as error:
        raise BadRequest("The cursor does not belong to this list.") from error
    nonce, encrypted = text[:_NONCE_DIGITS], text[_NONCE_DIGITS:]
    return int(encrypted, 16) ^ _pad(nonce)


def _signer(scope: str) -> Signer:
    return Signer(salt=f"classifier.cursors:{scope}")


def _pad(nonce: str) -> int:
    return int.from_bytes(salted_hmac("classifier.cursors.pad", nonce, algorithm="sha256").digest()[:8])
