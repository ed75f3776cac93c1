"""Addresses of the pages."""

from django.urls import path
from django.views.i18n import set_language

from classifier.web.decorators import takes
from classifier.web.views import accounts, ask, batches, history, models, privacy

urlpatterns = [
    path("", ask.home, name="home"),
    path("shared/", ask.shared_link, name="shared"),
    path("predictions/<uuid:public_id>/", ask.result, name="result"),
    path("predictions/<uuid:public_id>/feedback/", ask.feedback, name="feedback"),
    path("predictions/<uuid:public_id>/feedback/withdraw/", ask.withdraw, name="withdraw-feedback"),
    path("predictions/<uuid:public_id>/delete/", history.delete, name="delete-prediction"),
    path("predictions/restore/", history.restore, name="restore-prediction"),
    path("history/", history.history, name="history"),
    path("history/export/", history.export, name="export-history"),
    path("history/delete/", history.delete_many, name="delete-history"),
    path("history/keep/", history.set_preference, name="keep-history"),
    path("batches/", batches.start, name="batches"),
    path("batches/<uuid:public_id>/", batches.show, name="batch"),
    path("batches/<uuid:public_id>/answers.<slug:name>", batches.download, name="download-batch"),
    path("batches/<uuid:public_id>/delete/", batches.delete, name="delete-batch"),
    path("models/", models.models, name="models"),
    path("models/<str:name>/", models.model, name="model"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("account/login/", accounts.log_in, name="login"),
    path("account/logout/", accounts.log_out, name="logout"),
    path("account/password/", accounts.change_password, name="password-change"),
    path("language/", takes("language", "next")(set_language), name="set-language"),
]
