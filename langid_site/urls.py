"""Addresses of the project."""

from django.contrib import admin
from django.urls import include, path

from classifier.api import documentation, health, metrics

handler400 = "classifier.web.views.errors.bad_request"
handler403 = "classifier.web.views.errors.permission_denied"
handler404 = "classifier.web.views.errors.page_not_found"
urlpatterns = [
    path("", include("classifier.web.urls")),
    path("api/", include("classifier.api.urls")),
    path("api-tour/", documentation.api_tour, name="api-tour"),
    path("problems/<slug:name>/", documentation.explain_problem, name="problem"),
    path("livez", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/", include("classifier.review.urls")),
    path("admin/", admin.site.urls),
]
