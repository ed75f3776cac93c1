"""Public ids, keys of words, and the rule for labels."""

import hashlib
import secrets
import time
import zlib
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains
from django.db.models.sql.compiler import SQLCompiler

from classifier.languages import MULTIPLE, SPECIAL_LABELS
from classifier.ml.encoding import normalise
from classifier.ml.texts import words_of

KEY_LENGTH = 320  # characters of a word_key; fits PostgreSQL's limit for an index entry in any script


class CodePoints(Func):
    """Compare and order a text by code points on every database.

    SQLite does so anyway; PostgreSQL would follow the language of its database, and read no beginnings from an index.
    """

    arity = 1
    template = "%(expressions)s"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """Return the SQL with the collation."""
        return self.as_sql(compiler, connection, template='%(expressions)s COLLATE "C"', **context)


class IsNotEmpty(Func):
    """Whether a text is not empty.

    Written out in an index and in a query, else SQLite would not see that the index serves the query.
    """

    arity = 1
    template = "NOT (%(expressions)s = '')"
    output_field = BooleanField()


def new_public_id() -> UUID:
    """Return a UUIDv7: milliseconds, then 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)


def key_of(word: str) -> str:
    """Return the key of all spellings of a word: of, OF and “of.”.

    A key over KEY_LENGTH characters is cut and ends in a digest.
    """
    key = normalise(word)
    key = normalise(" ".join(words_of(key)) or key)
    if len(key) <= KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return key[: KEY_LENGTH - len(digest)] + digest


def measures(word_key: str) -> bool:
    """Return whether a reviewed word is kept aside to measure models: one in ten, for good."""
    return zlib.crc32(b"measure:" + word_key.encode()) % 10 == 0


def label_rule(label: str, languages: str) -> Q:
    """Return the rule that `mul`, and only `mul`, has languages.

    These are two different ones or more, without special labels. The database does not check that codes are canonical
    and that languages beyond the second are distinct.
    """
    different = Q((f"{languages}__1__isnull", False)) & ~Q((f"{languages}__0", F(f"{languages}__1")))
    text = Cast(languages, TextField())
    special = [Q(Contains(text, f'"{code}"')) for code in SPECIAL_LABELS]
    several = Q((label, MULTIPLE)) & different & ~reduce(or_, special)
    one = ~Q((label, MULTIPLE)) & Q((languages, []))
    return ~Q((f"{label}__contains", " ")) & (several | one)
