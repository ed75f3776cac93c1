"""Tables of predictions, batches, feedback and reviewed words."""

from classifier.languages import MULTIPLE
from classifier.models.batch import Batch, WaitingWords
from classifier.models.daily_count import DailyCount
from classifier.models.feedback import Decision, Feedback, ReviewedWord
from classifier.models.keys import KEY_LENGTH, CodePoints, key_of, new_public_id
from classifier.models.model_version import Activation
from classifier.models.prediction import OWNERLESS_HOURS, Prediction, PredictionQuerySet
from classifier.models.queued_word import QueuedWord

__all__ = [
    "KEY_LENGTH",
    "MULTIPLE",
    "OWNERLESS_HOURS",
    "Activation",
    "Batch",
    "CodePoints",
    "DailyCount",
    "Decision",
    "Feedback",
    "Prediction",
    "PredictionQuerySet",
    "QueuedWord",
    "ReviewedWord",
    "WaitingWords",
    "key_of",
    "new_public_id",
]
