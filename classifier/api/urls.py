"""The addresses of the API; none ends in a slash."""

from django.urls import path

from classifier.api import views

app_name = "api"
urlpatterns = [
    path("simple", views.Simple.as_view(), name="simple"),
    path("v1/models", views.Models.as_view(), name="models"),
    path("v1/predictions", views.Predictions.as_view(), name="predictions"),
    path("v1/predictions/<uuid:public_id>", views.PredictionDetail.as_view(), name="prediction"),
]
