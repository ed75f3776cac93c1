"""Makes the API an application of its own, with tables of its own."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The application that answers programs."""

    name = "classifier.api"
    label = "api"
    verbose_name = "API"
