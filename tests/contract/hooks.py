"""Hooks of schemathesis: values of our formats, valid batches."""

import json

import schemathesis
from hypothesis import strategies as st

LANGUAGES = ["en", "fr", "es", "ES"]
# All different, since feedback refuses repeated languages; two more than it may have, so that a list can be too long.
CODES = [
    *("en", "FR", "es-MX", "sr-Latn", "cy", "deu", "it", "pt-BR", "nl", "sv"),
    *("da", "nb", "fi", "pl", "cs", "hu", "ro", "tr", "el", "ru"),
    *("ar", "he"),
]

LETTERS = st.text(st.sampled_from("abcdeyzABZéèñüß '"), min_size=1, max_size=30)
WORD = LETTERS.filter(lambda text: any(map(str.isalpha, text)))
ITEM = st.fixed_dictionaries({"word": WORD}, optional={"id": st.text(max_size=100)})
schemathesis.openapi.format("word", WORD)
schemathesis.openapi.format("model", st.sampled_from(["", "Ngram", "FF", "ngram"]))
schemathesis.openapi.format("models", st.sampled_from(["", "FF", "ngram", "all", "ALL"]))
schemathesis.openapi.format("language", st.sampled_from(LANGUAGES))
schemathesis.openapi.format("code", st.sampled_from(CODES))
schemathesis.openapi.format("label", st.sampled_from([*CODES, "mul", "mis", "zxx", "UND"]))
schemathesis.openapi.format("languages", st.lists(st.sampled_from(LANGUAGES)).map(",".join))
schemathesis.openapi.format(
    "binary", st.lists(ITEM, min_size=1, max_size=5).map(lambda items: "\n".join(map(json.dumps, items)))
)
schemathesis.openapi.format("cursor", st.just(""))  # any other is somebody's


@schemathesis.serializer("application/x-ndjson")
def encode_lines(_context, value):
    """Return a body of lines; of another type, one that is no JSON."""
    return value.encode(errors="replace") if isinstance(value, str) else b"["


@schemathesis.hook
def flatmap_body(_context, body):
    """Add valid items to batches; schemathesis rarely generates one."""
    if not isinstance(body, dict) or not isinstance(body.get("items"), list) or not body["items"]:
        return st.just(body)
    return st.lists(ITEM, max_size=5).map(lambda items: {**body, "items": [*body["items"], *items]})


@schemathesis.hook
def filter_case(_context, case):
    """Skip bodies that are valid by our formats after all.

    For a format, schemathesis takes any string as invalid.
    """
    mutations = getattr(case.meta.phase.data, "mutations", ()) if case.meta else ()
    if {mutation.parameter_location for mutation in mutations} != {"body"} or isinstance(case.body, bytes):
        return True
    return not any(body.is_valid(case.body) for body in case.operation.body)
