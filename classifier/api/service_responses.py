"""Answers about models, languages and the caller, for the schema."""

from rest_framework import serializers

from classifier.api.models import SCOPES
from classifier.api.responses import Answer, probability


class ScoreAnswer(Answer):
    """A model's score in a test; null where it was not measured."""

    words = serializers.IntegerField(min_value=1, allow_null=True)
    accuracy = probability(allow_null=True)
    by_language = serializers.DictField(child=probability(), allow_null=True)
    macro_f1 = probability(allow_null=True)


class ModelAnswer(Answer):
    """A model and its active version."""

    name = serializers.CharField()
    active = serializers.BooleanField(help_text="false: its files are missing or damaged")
    default = serializers.BooleanField()
    version = serializers.CharField(allow_null=True)
    labels = serializers.ListField(child=serializers.CharField())
    default_languages = serializers.ListField(
        child=serializers.CharField(), help_text="the candidates when nobody names any"
    )
    scores = serializers.DictField(child=ScoreAnswer(), help_text="by test")


class VersionAnswer(Answer):
    """A version on disk."""

    version = serializers.CharField()
    active = serializers.BooleanField()


class ModelDetailAnswer(ModelAnswer):
    """A model with all its versions."""

    versions = VersionAnswer(many=True)


class ModelsAnswer(Answer):
    """All models, best first."""

    models = ModelAnswer(many=True)


class LanguageAnswer(Answer):
    """A language and the models that know it."""

    code = serializers.CharField()
    name = serializers.CharField()
    models = serializers.ListField(child=serializers.CharField())


class LabelAnswer(Answer):
    """A label of feedback other than a language."""

    code = serializers.CharField()
    name = serializers.CharField()


class LanguagesAnswer(Answer):
    """All languages, and the other labels of feedback."""

    languages = LanguageAnswer(many=True)
    other_labels = LabelAnswer(many=True)


class KeyAnswer(Answer):
    """An API key."""

    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(SCOPES))
    created = serializers.DateTimeField()
    last_used = serializers.DateTimeField(allow_null=True)


class LimitAnswer(Answer):
    """A limit and the remaining calls or words."""

    limit = serializers.IntegerField(min_value=0)
    remaining = serializers.IntegerField(min_value=0)
    window = serializers.IntegerField(min_value=1, help_text="seconds")


class MeAnswer(Answer):
    """The caller, its key and its limits."""

    caller = serializers.ChoiceField(["anonymous", "visitor", "user", "key"])
    key = KeyAnswer(allow_null=True)
    limits = serializers.DictField(child=LimitAnswer())
