"""A Django view that does nothing, behind our server: the most that the stack can give."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.MIDDLEWARE = []
settings.ROOT_URLCONF = __name__


def empty(_: HttpRequest) -> JsonResponse:
    """Answer nothing."""
    return JsonResponse({}, status=201)


urlpatterns = [path("api/v1/predictions", empty)]
application = get_wsgi_application()
