import pytest
from rest_framework.serializers import ValidationError

from classifier.api import fields


@pytest.mark.parametrize(
    ("field", "value", "result"),
    [
        (fields.WordField(), " E\u0301cole ", "École"),
        (fields.ModelField(), "ff", "FF"),
        (fields.ModelField(), "", "Ngram"),
        (fields.ModelsField(), "ALL", "all"),
        (fields.CommaSeparated(), "en, fr,", ["en", "fr"]),
        (fields.StrictBooleanField(), True, True),
        (fields.TextField(), " a ", " a "),
        (fields.CodeField(), "ENG", "en"),
        (fields.LabelField(), "ZXX", "zxx"),
    ],
)
def test_values_are_read_in_canonical_form(field, value, result):
    assert field.run_validation(value) == result


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (fields.WordField(), "123", "no_letters"),
        (fields.ModelField(), "GPT", "unknown_model"),
        (fields.ModelField(), 1, "invalid"),
        (fields.ModelField(), "all", "unknown_model"),
        (fields.StrictBooleanField(), "yes", "invalid"),
        (fields.StrictBooleanField(), 1, "invalid"),
        (fields.TextField(), 1, "invalid"),
        (fields.CodeField(), "qqq", "invalid"),
        (fields.CodeField(), "mul", "invalid"),
    ],
)
def test_invalid_values_are_refused_with_a_code(field, value, code):
    with pytest.raises(ValidationError) as error:
        field.run_validation(value)
    assert error.value.get_codes() == [code]
