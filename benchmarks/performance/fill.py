"""Fills an empty SQLite database with predictions and feedback: `python -m benchmarks.performance.fill ROWS`.

All predictions belong to a new superuser, whose session is printed. Rows are copies of one that Django prepares: a
million objects would take minutes.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import django

from benchmarks.performance.words import some_words

if TYPE_CHECKING:
    from django.db.models import Model

STEP = 10_000  # rows in one call
DISTINCT = 50_021  # words
DAYS = 60
VOTERS = 997
EACH = 10  # a prediction of as many has feedback
PENDING = 3  # feedback of as many is pending

Values = Mapping[str, Any]  # by column


def insert(template: "Model", changes: Iterable[Values]) -> None:
    """Insert copies of an unsaved row with these changes."""
    from django.db import connection

    meta = template._meta  # noqa: SLF001 - part of Django's documented API
    values = {
        field.column: field.get_db_prep_save(getattr(template, field.attname), connection)
        for field in meta.concrete_fields
    }
    names = ", ".join(map(connection.ops.quote_name, values))
    statement = f"INSERT INTO {meta.db_table} ({names}) VALUES ({', '.join(['%s'] * len(values))})"
    rows = ([*{**values, **change}.values()] for change in changes)
    with connection.cursor() as cursor:
        while part := list(islice(rows, STEP)):
            cursor.executemany(statement, part)


def predictions(rows: int, now: datetime) -> Iterator[Values]:
    """Yield what differs from row to row."""
    from classifier.models import key_of, new_public_id

    keys = {word: key_of(word) for word in some_words(min(DISTINCT, rows))}
    words = list(keys)
    for number in range(rows):
        word, single = words[number % len(words)], number % 3 > 0
        created = now - timedelta(days=DAYS * (1 - number / rows), minutes=2)
        yield {
            "id": number + 1,
            "public_id": new_public_id().hex,
            "word": word,
            "word_key": keys[word],
            "language": "en" if single else "",
            "verdict": "single" if single else "unsure",
            "created": str(created),
        }


def feedback(rows: int, now: datetime) -> Iterator[Values]:
    """Yield what differs from row to row."""
    from classifier.models import key_of

    keys = [key_of(word) for word in some_words(min(DISTINCT, rows))]
    for place in range(rows // EACH):
        decided = {"status": "rejected", "reviewed_at": str(now)} if place % PENDING else {}
        owner = f"user:{2 + place % VOTERS}"
        key = keys[EACH * place % len(keys)]
        yield {"id": place + 1, "prediction_id": EACH * place + 1, "word_key": key, "owner": owner, **decided}


def main() -> None:
    """Fill, then print the session."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "langid_site.settings"
    django.setup()
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.test import Client

    from classifier.models import Feedback, Prediction
    from classifier.services.review_queue import update_queue

    user, now, rows = User.objects.create_superuser("ana"), datetime.now(UTC).replace(tzinfo=None), int(sys.argv[1])
    prediction = Prediction(
        model="Ngram",
        model_version="20261130-136ea87e",
        probabilities={"en": 0.8, "fr": 0.1, "es": 0.05, "und": 0.05},
        source="api",
        owner=f"user:{user.pk}",
    )
    with transaction.atomic():
        insert(prediction, predictions(rows, now))
        insert(Feedback(label="fr", kind="correction", confidence=0.8), feedback(rows, now))
        update_queue(set(Feedback.objects.filter(status="pending").values_list("word_key", flat=True)))
    client = Client()
    client.force_login(user)
    print(client.cookies["sessionid"].value)


if __name__ == "__main__":
    main()
