"""Transient errors, which pages and API answer with 503."""

from django.db import OperationalError

from classifier.services.registry import ModelUnavailable

TRANSIENT_ERRORS = (ModelUnavailable, OperationalError)
RETRY_AFTER_SECONDS = 5
