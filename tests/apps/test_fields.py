"""Fields are written without a template, with the bytes that Django's templates give."""

from datetime import date, time
from decimal import Decimal

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from maillage.web.fields import Renderer

RENDERERS = Renderer(), DjangoTemplates()
CHOICES = [
    ("", "Aucun"),
    (1234, "L’un & l’autre"),
    ("<b>", mark_safe("<em>écrit</em>")),
    (2.5, lazystr("Plus <tard>")),
    ("Groupe « A » & B", [("a", "Un"), ("b", 'Deux "2"')]),
    ("d", 12345.6),
]
ATTRS = {
    "class": "a & b",
    "data-x": "q\"'",
    "aria-invalid": True,
    "disabled": False,
    "size": 3,
    "title": None,
}
WIDGETS = [
    forms.TextInput(ATTRS),
    forms.NumberInput(),
    forms.EmailInput(),
    forms.URLInput(),
    forms.PasswordInput(render_value=True),
    forms.HiddenInput(),
    forms.CheckboxInput(),
    forms.DateInput(),
    forms.TimeInput(),
    forms.DateTimeInput(),
    forms.Textarea(ATTRS),
    forms.ClearableFileInput(),
    forms.Select(ATTRS, CHOICES),
    forms.Select(choices=()),
    forms.SelectMultiple(ATTRS, CHOICES),
    forms.RadioSelect(ATTRS, CHOICES),
    forms.CheckboxSelectMultiple({"id": "ici"}, CHOICES),
    forms.RadioSelect({"class": mark_safe("&")}, CHOICES),
]
VALUES = (
    "",
    None,
    "a",
    1234,
    2.5,
    ["a", 1234],
    True,
    mark_safe("<b>"),
    "<b>",
    date(2026, 11, 26),
    time(9, 5),
)


def same(widget, **held):
    ours, theirs = (widget.render(**held, renderer=each) for each in RENDERERS)
    assert ours == theirs, (type(widget), held)


def test_a_field_has_the_bytes_that_a_template_gives():
    for widget in WIDGETS:
        for value in (*VALUES, Decimal("1.50"), (1, 2)):
            for attrs in (None, {"id": "id_champ"}, {"id": 'x"y'}):
                same(widget, name="champ <1>", value=value, attrs=attrs)
    same(forms.NullBooleanSelect(), name="x", value=True, attrs=None)
    same(forms.MultipleHiddenInput(), name="x", value=["a", 1234], attrs={"id": "y"})


def test_a_choice_alone_has_the_bytes_that_a_template_gives():
    """A page that writes a form itself asks for each button apart."""

    class Asked(forms.Form):
        one = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
        many = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
        listed = forms.ChoiceField(choices=CHOICES)

    ours, theirs = (Asked({"one": "a", "many": ["b", "<b>"]}, renderer=each) for each in RENDERERS)
    for field in ("one", "many", "listed"):
        for mine, other in zip(ours[field], theirs[field], strict=True):
            assert (mine.tag(), mine.tag(wrap_label=True)) == (other.tag(), other.tag(wrap_label=True))
    assert str(ours) == str(theirs)


def test_a_field_of_our_own_keeps_its_template(settings):
    class Own(forms.Select):
        option_template_name = "django/forms/widgets/attrs.html"

    same(Own({"class": "z"}, CHOICES), name="x", value="a", attrs={"id": "y"})
    assert settings.FORM_RENDERER == "maillage.web.fields.Renderer"
