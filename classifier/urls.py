"""The addresses of the pages."""

from django.urls import path

from classifier import views

urlpatterns = [
    path("", views.home, name="home"),
    path("predictions/<uuid:public_id>/", views.result, name="result"),
    path("predictions/<uuid:public_id>/feedback/", views.feedback, name="feedback"),
    path("history/", views.history, name="history"),
]
