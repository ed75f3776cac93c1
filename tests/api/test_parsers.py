import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.api.parsers import strict_json

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(documents)
def test_every_json_document_is_read(document):
    assert strict_json(json.dumps(document).encode()) == document


@given(st.binary() | st.text('[]{}:,"0123456789.eE+-\\utrfalsn \ud800').map(lambda text: text.encode(errors="ignore")))
def test_everything_else_is_a_value_error(body):
    try:
        document = strict_json(body)
    except ValueError:
        return
    assert json.loads(body) == document


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"a": {"b": 1, "c": 2, "b": 3}}]'])
def test_a_name_given_twice_is_refused_at_any_depth(text):
    with pytest.raises(ValueError, match="duplicate"):
        strict_json(text.encode())


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "-Infinity", "1" * 5000])
def test_a_number_out_of_range_is_refused_at_any_depth(number):
    with pytest.raises(ValueError, match=r"number|Exceeds"):
        strict_json(f'{{"a": [{number}]}}'.encode())


@pytest.mark.parametrize("text", [r'"\ud800"', r'{"\udfff": 1}', r'["\udc00\ud800"]'])
def test_half_a_surrogate_pair_is_refused(text):
    with pytest.raises(UnicodeEncodeError):
        strict_json(text.encode())


def test_a_whole_surrogate_pair_is_a_letter():
    assert strict_json(rb'"\ud83e\udd8c"') == "🦌"
