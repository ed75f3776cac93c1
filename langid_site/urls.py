"""The root of all addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("classifier.urls")),
    path("api/", include("classifier.api.urls")),
    path("admin/", admin.site.urls),
]
