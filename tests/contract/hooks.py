"""Tells schemathesis what the formats of our schema mean, of which JSON Schema can say nothing."""

import schemathesis
from hypothesis import strategies as st

LANGUAGES = ["en", "fr", "es", "ES"]

WORD = st.text(st.sampled_from("abcdeyzABZéèñüß '"), min_size=1, max_size=30)
schemathesis.openapi.format("word", WORD.filter(lambda text: any(map(str.isalpha, text))))
schemathesis.openapi.format("model", st.sampled_from(["", "Ngram", "FF", "ngram"]))
schemathesis.openapi.format("models", st.sampled_from(["", "FF", "ngram", "all", "ALL"]))
schemathesis.openapi.format("language", st.sampled_from(LANGUAGES))
schemathesis.openapi.format("languages", st.lists(st.sampled_from(LANGUAGES)).map(",".join))
schemathesis.openapi.format("cursor", st.just(""))  # any other is somebody's


@schemathesis.hook
def filter_case(_context, case):
    """Leave out bodies that break nothing but a format of ours: schemathesis takes any string for a breach of one."""
    mutations = getattr(case.meta.phase.data, "mutations", ()) if case.meta else ()
    return not mutations or any(not _is_about_format(mutation) for mutation in mutations)


def _is_about_format(mutation):
    return mutation.parameter_location == "body" and mutation.keywords == ("format",)
