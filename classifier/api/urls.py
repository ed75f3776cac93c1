"""Addresses of the API; none ends in a slash."""

from django.urls import path

from classifier.api import documentation, feedback, service, views
from classifier.api.base import revalidated

app_name = "api"
urlpatterns = [
    path("simple", views.Simple.as_view(), name="simple"),
    path("schema", revalidated(documentation.Schema.as_view()), name="schema"),
    path("docs", documentation.docs, name="docs"),
    path("v1/identify", views.Identify.as_view(), name="identify"),
    path("v1/predictions", views.Predictions.as_view(), name="predictions"),
    path("v1/predictions/batch", views.BatchView.as_view(), name="batch"),
    path("v1/predictions/batch.ndjson", views.LinesView.as_view(), name="lines"),
    path("v1/predictions/export", views.Export.as_view(), name="export"),
    path("v1/predictions/<uuid:public_id>", views.PredictionDetail.as_view(), name="prediction"),
    path("v1/predictions/<uuid:public_id>/feedback", views.FeedbackView.as_view(), name="feedback"),
    path("v1/feedback", feedback.FeedbackList.as_view(), name="feedback-list"),
    path("v1/models", revalidated(service.Models.as_view()), name="models"),
    path("v1/models/<str:name>", revalidated(service.ModelView.as_view()), name="model"),
    path("v1/languages", revalidated(service.Languages.as_view()), name="languages"),
    path("v1/me", service.Me.as_view(), name="me"),
]
