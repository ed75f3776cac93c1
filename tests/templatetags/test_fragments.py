import pytest
from django.template import engines
from django.utils import translation
from django.utils.safestring import mark_safe

KEPT = "{% load fragments i18n %}{% constant key %}{{ word }}{% translate 'Delete' %}{% endconstant %}"


def template(source):
    return engines["django"].from_string(source)


def test_constant_part_is_rendered_once_per_key():
    part = template(KEPT)
    assert part.render({"key": 1, "word": "one "}) == "one Delete"
    assert part.render({"key": 1, "word": "two "}) == "one Delete"
    assert part.render({"key": 2, "word": "two "}) == "two Delete"


def test_constant_part_is_rendered_once_per_language():
    part = template(KEPT)
    part.render({"key": 1})
    with translation.override("fr"):
        assert part.render({"key": 1}) == "Supprimer"
    assert part.render({"key": 1}) == "Delete"


@pytest.mark.parametrize("context", [{}, {"key": None}])
def test_part_without_key_is_not_kept(context):
    part = template(KEPT)
    assert part.render({**context, "word": "one "}) == "one Delete"
    assert part.render({**context, "word": "two "}) == "two Delete"


def test_texts_of_a_part_are_bounded(monkeypatch):
    monkeypatch.setattr("classifier.templatetags.fragments.MOST_KEPT", 2)
    part = template(KEPT)
    for number in range(5):
        part.render({"key": number})
    [node] = part.template.nodelist.get_nodes_by_type(type(part.template.nodelist[1]))
    assert len(node._kept) <= 2


def test_places_are_filled_with_escaped_fields():
    rows = [{"word": "<b>"}, {"word": mark_safe("<i>")}, {"word": "{word}"}]
    part = template("{% load fragments %}<ul>{% fill rows %}<li>{word}</li>{% endfill %}</ul>")
    assert part.render({"rows": rows}) == "<ul><li>&lt;b&gt;</li><li><i></li><li>{word}</li></ul>"
    assert part.render({"rows": rows[0]}) == "<ul><li>&lt;b&gt;</li></ul>"
    assert part.render({"rows": []}) == "<ul></ul>"


def test_address_has_a_place_for_the_id():
    assert template("{% load fragments %}{% url_with_id 'result' %}").render() == "/predictions/{public_id}/"
