"""Names the languages that models and people speak of."""

from django.conf.locale import LANG_INFO


def language_name(code: str) -> str:
    """Return the English name of a language, or its code when Django does not know it."""
    return str(LANG_INFO.get(code, {}).get("name", code))
