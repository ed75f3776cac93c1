"""Django application of the API, with its own tables."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Configuration of the API."""

    name = "classifier.api"
    label = "api"
    verbose_name = "API"
