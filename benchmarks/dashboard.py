"""Time of the reviewers' dashboard with many predictions.

Run as `python -m benchmarks.dashboard [ROWS ...]`. Each number of rows is stored in a new SQLite file, spread over 60
days, with feedback on one in a hundred; the times are of the first view, which counts them, and of later ones.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median

import django

ROWS = (1_000, 1_000_000)
VIEWS = 9
STEP = 10_000


def _fill(rows: int) -> None:
    from django.utils import timezone

    from classifier.models import Feedback, Prediction, key_of

    now = timezone.now()
    for start in range(0, rows, STEP):
        predictions = []
        for number in range(start, min(start + STEP, rows)):
            word, single = f"word{number % 50_021}", number % 3 > 0
            answer = {"language": "en" if single else "", "verdict": "single" if single else "unsure"}
            predictions.append(
                Prediction(
                    word=word,
                    word_key=key_of(word),
                    model="Ngram",
                    model_version="20261125-ed1d68d2",
                    probabilities={"en": 0.8, "fr": 0.1, "es": 0.05, "und": 0.05},
                    source="batch",
                    owner=f"user:{number % 997}",
                    created=now - timedelta(days=60 * (1 - number / rows), minutes=2),
                    **answer,
                )
            )
        stored = Prediction.objects.bulk_create(predictions)
        Feedback.objects.bulk_create(
            Feedback(
                prediction=row,
                owner=row.owner,
                label="fr",
                kind="correction",
                **({"status": "rejected", "reviewed_at": now} if place % 300 else {}),
            )
            for place, row in enumerate(stored)
            if place % 100 == 0
        )


def _measure(rows: int, database: Path) -> tuple[float, float]:
    """Return the seconds of the first view, and of later ones."""
    os.environ.update(DEBUG="on", SECRET_KEY="of the benchmark only, " * 4, DATABASE_URL=f"sqlite:///{database}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "langid_site.settings"
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    _fill(rows)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_superuser("ana"))
    client.get("/models/")  # loads what every page loads
    seconds = []
    for _ in range(VIEWS + 1):
        start = time.perf_counter()
        response = client.get("/admin/")
        seconds.append(time.perf_counter() - start)
        assert response.status_code == 200, response.status_code
    return seconds[0], median(seconds[1:])


def main(arguments: Sequence[str]) -> None:
    """Print the times: of one number of rows, or of each in a process of its own."""
    if len(arguments) == 1:
        with tempfile.TemporaryDirectory() as folder:
            first, later = _measure(int(arguments[0]), Path(folder) / "db.sqlite3")
        print(f"{int(arguments[0]):12,}{1000 * first:10.0f} ms{1000 * later:11.0f} ms", flush=True)
        return
    print(f"{'predictions':>12}{'first view':>13}{'later views':>14}", flush=True)
    for rows in arguments or ROWS:
        subprocess.run([sys.executable, "-m", "benchmarks.dashboard", str(rows)], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
