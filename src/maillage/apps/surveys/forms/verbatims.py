"""Typing what was heard."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Material
from maillage.apps.surveys.queries import verbatims
from maillage.web.choices import choice_field, rows_field

DEVICES = [("", "Aucun en particulier"), *rules.DEVICES.items()]
NAMELESS = "Sans nom ni rien qui fasse reconnaître quelqu’un."


class ReviewForm(forms.Form):
    """Words to read again."""

    shown = forms.CharField(
        label="Ce qui sera lu",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=NAMELESS,
    )
    theme = forms.CharField(label="Thème", required=False, max_length=60)
    speaker = forms.ChoiceField(label="Qui parle", choices=list(rules.SPEAKERS.items()))
    device = forms.ChoiceField(label="Appareil dont on parle", choices=DEVICES, required=False)


class MaterialForm(forms.Form):
    """An interview, a group, a workshop."""

    kind = forms.ChoiceField(label="Sorte", choices=list(rules.MATERIALS.items()))
    title = forms.CharField(
        label="Titre",
        max_length=140,
        error_messages={"required": "Il manque le titre de l’entretien, ou du groupe."},
    )
    held_on = DayField(label="Date", required=False)
    place = forms.CharField(label="Lieu", required=False, max_length=120)
    speakers = forms.ChoiceField(label="Qui parle", choices=list(rules.SPEAKERS.items()))
    people = forms.IntegerField(label="Combien de personnes", required=False, min_value=1, max_value=1000)
    findings = forms.CharField(
        label="Ce qui en ressort",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=NAMELESS,
    )


class QuoteForm(forms.Form):
    """Words heard in an interview or a group."""

    material = forms.ModelChoiceField(
        label="Entendu dans", queryset=Material.objects.none(), empty_label="À choisir"
    )
    text = forms.CharField(
        label="Les mots",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=NAMELESS,
        error_messages={"required": "Il manque les mots entendus."},
    )
    theme = forms.CharField(label="Thème", required=False, max_length=60)
    device = forms.ChoiceField(label="Appareil dont on parle", choices=DEVICES, required=False)

    def __init__(self, *args: Any, materials: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows_field(self, "material").queryset = materials


class StatementForm(forms.Form):
    """A finding of actors, typed so that several can be set side by side."""

    kind = forms.ChoiceField(label="Ce qu’ils constatent")
    speaker = forms.ChoiceField(label="Qui le dit", choices=list(rules.SPEAKERS.items()))
    people = forms.IntegerField(label="Combien le disent", required=False, min_value=1, max_value=1000)
    text = forms.CharField(
        label="Avec quels mots",
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=NAMELESS,
    )
    said_on = DayField(label="Le")
    material = forms.ModelChoiceField(
        label="Entendu dans", required=False, queryset=Material.objects.none(), empty_label="Ailleurs"
    )

    def __init__(self, *args: Any, materials: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "kind").choices = verbatims.choices_of_kinds()
        rows_field(self, "material").queryset = materials
