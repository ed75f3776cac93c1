"""FastAPI, lingua and one durable insert a request, in SQLite.

The database of DATABASE_FILE is opened once a process; it is in WAL mode, and synchronous=FULL syncs its log before a
commit returns. FastAPI runs the view in threads: a coroutine, which blocks its process while it waits for the disk,
answers a third of the requests.
"""

import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import FastAPI
from lingua import Language, LanguageDetectorBuilder
from pydantic import BaseModel, ConfigDict, StringConstraints

TABLE = (
    "CREATE TABLE IF NOT EXISTS prediction "
    "(id TEXT PRIMARY KEY, word TEXT NOT NULL, language TEXT NOT NULL, probabilities TEXT NOT NULL, "
    "created TEXT NOT NULL)"
)
INSERT = "INSERT INTO prediction VALUES (?, ?, ?, ?, ?)"


class Question(BaseModel):
    """The body of a request."""

    model_config = ConfigDict(extra="forbid")
    word: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Candidate(BaseModel):
    """A language and its probability."""

    language: str
    probability: float


class Prediction(BaseModel):
    """A stored answer."""

    id: UUID
    word: str
    language: str
    candidates: list[Candidate]
    created: datetime


detector = (
    LanguageDetectorBuilder.from_languages(Language.ENGLISH, Language.FRENCH, Language.SPANISH)
    .with_preloaded_language_models()
    .build()
)
database = sqlite3.connect(os.environ["DATABASE_FILE"], timeout=30, isolation_level=None, check_same_thread=False)
writing = Lock()


@asynccontextmanager
async def _open(_: FastAPI) -> AsyncIterator[None]:
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE):
        database.execute(statement)
    yield
    database.close()


app = FastAPI(lifespan=_open)


@app.post("/predictions", status_code=201)
def predict(question: Question) -> Prediction:
    """Identify and store a word."""
    values = detector.compute_language_confidence_values(question.word)
    candidates = [
        Candidate(language=value.language.iso_code_639_1.name.lower(), probability=round(value.value, 4))
        for value in values
    ]
    prediction = Prediction(
        id=uuid4(),
        word=question.word,
        language=candidates[0].language,
        candidates=candidates,
        created=datetime.now(UTC),
    )
    probabilities = json.dumps({candidate.language: candidate.probability for candidate in candidates})
    row = (str(prediction.id), prediction.word, prediction.language, probabilities, prediction.created.isoformat())
    with writing:
        database.execute(INSERT, row)  # commits, since no transaction is open
    return prediction
