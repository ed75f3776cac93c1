"""Addresses of the reviewers' pages."""

from django.urls import path

from classifier.review import views

urlpatterns = [
    path("", views.card, name="review"),
    path("decide/", views.decide_word, name="review-decide"),
    path("undo/", views.undo_decision, name="review-undo"),
    path("skip/", views.skip, name="review-skip"),
    path("clear/", views.clear, name="review-clear"),
]
