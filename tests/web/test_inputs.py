import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from classifier.web.inputs import InputRenderer

ATTRIBUTES = {"id": "a", "required": True, "disabled": False, "rows": 2, "data-x": "\"<&>'"}
CHOICES = [("a&b", "A"), (1, "<i>"), ("", "none")]
WIDGETS = [
    forms.TextInput,
    forms.DateInput,
    forms.NumberInput,
    forms.HiddenInput,
    forms.CheckboxInput,
    forms.Textarea,
    forms.FileInput,
    *(lambda attrs, kind=kind: kind(attrs, CHOICES) for kind in (forms.Select, forms.RadioSelect)),
    lambda attrs: forms.CheckboxSelectMultiple(attrs, CHOICES),
]


@pytest.mark.parametrize("value", [None, "", "<b>&\"'", mark_safe("<b>"), 1234.5, True, 0])
@pytest.mark.parametrize("widget", WIDGETS)
def test_inputs_are_the_same_as_of_the_templates(widget, value):
    widget = widget(ATTRIBUTES)
    expected = widget.render("word", value, renderer=DjangoTemplates())
    assert widget.render("word", value, renderer=InputRenderer()) == expected


@pytest.mark.parametrize("kind", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_options_are_the_same_as_of_the_templates(kind):
    tags = []
    for renderer in (InputRenderer(), DjangoTemplates()):
        form = type("OneField", (forms.Form,), {"one": forms.ChoiceField(choices=CHOICES, widget=kind)})
        tags.append([box.tag() for box in form(renderer=renderer)["one"]])
    assert tags[0] == tags[1]
