"""Addresses of the reviewers' pages."""

from django.contrib import admin
from django.urls import path

from classifier.review import dashboard, versions, views

urlpatterns = [
    path("", admin.site.admin_view(dashboard.index), name="dashboard"),
    path("review/", views.card, name="review"),
    path("review/decide/", views.decide_word, name="review-decide"),
    path("review/undo/", views.undo_decision, name="review-undo"),
    path("review/skip/", views.skip, name="review-skip"),
    path("review/clear/", views.clear, name="review-clear"),
    path("versions/", versions.versions, name="versions"),
    path("versions/<str:name>/rollback/", versions.rollback, name="version-rollback"),
    path("versions/<str:name>/<str:version>/", versions.promote, name="version-promote"),
]
