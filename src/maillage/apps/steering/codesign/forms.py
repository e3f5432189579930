"""The forms of a co-design workshop."""

from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.steering.codesign import rules
from maillage.apps.steering.codesign.queries import boards as queries
from maillage.apps.steering.codesign.queries import cases
from maillage.apps.territories.forms import TerritoryField
from maillage.reference import procedures
from maillage.reference.codesign import CHANNELS, KINDS, LEVELS, questions, stages, trades
from maillage.web.amounts import AmountField
from maillage.web.choices import choice_field
from maillage.web.overwrites import OverwriteGuard
from maillage.words.wording import listing

MAX_EUROS = 100_000_000
TRADES = [("", "Non dit"), *((each.id, each.says) for each in trades().values())]

CHANNEL_CHOICES = [("", "Non dit"), *CHANNELS.items()]


class SessionForm(forms.Form):
    """A workshop: where, about what, when, how many groups."""

    territoire = TerritoryField(
        label="Territoire",
        max_length=120,
        help_text="Une commune, un département, ou un périmètre gardé : « agglomeration-grenobloise ».",
        error_messages={"required": "Il manque le territoire. Ses chiffres iront à côté des profils."},
    )
    titre = forms.CharField(
        label="Titre",
        max_length=120,
        help_text="« L’accès aux droits, avec la Caf ».",
        error_messages={"required": "Il manque le titre. Dites la démarche et l’opérateur."},
    )
    objectif = forms.CharField(
        label="Ce que l’on veut changer",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Il manque l’objectif. Une phrase suffit."},
    )
    operateur = forms.CharField(
        label="Opérateur (facultatif)",
        max_length=80,
        required=False,
        help_text="Un seul, pour aller au bout : on généralise ensuite.",
    )
    question = forms.ChoiceField(label="Question posée au réseau (facultatif)", required=False)
    jour = DayField(label="Le")
    groupes = forms.IntegerField(
        label="Groupes",
        min_value=1,
        max_value=rules.MOST_GROUPS,
        initial=4,
        error_messages={"required": "Il manque le nombre de groupes."},
    )
    voix = forms.IntegerField(
        label="Voix par personne",
        min_value=1,
        max_value=10,
        initial=4,
        error_messages={"required": "Il manque le nombre de voix de chacun."},
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Aucune"), *((each.id, each.says) for each in questions().values())]
        choice_field(self, "question").choices = choices


class CaseForm(forms.Form):
    """A case to read: where, whose procedures, of which theme."""

    territoire = TerritoryField(
        label="Territoire",
        max_length=120,
        help_text="Une commune, un département, ou un périmètre gardé.",
        error_messages={"required": "Il manque le territoire. Les comptes sont ceux d’un territoire."},
    )
    operateur = forms.ChoiceField(
        label="Opérateur",
        error_messages={"required": "Il manque l’opérateur. Un seul, pour aller au bout."},
    )
    theme = forms.ChoiceField(label="Thème", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(key, choice.label) for key, choice in procedures.operators().items()]
        themes = [(key, choice.label) for key, choice in procedures.families().items()]
        choice_field(self, "operateur").choices = [("", "Choisir"), *known]
        choice_field(self, "theme").choices = [("", "Toutes ses démarches"), *themes]

    def clean(self) -> dict[str, Any]:
        """Refuse a theme of which the operator receives no procedure."""
        typed: dict[str, Any] = super().clean() or {}
        operator, theme = typed.get("operateur"), typed.get("theme")
        if operator and theme and not procedures.of_operator(operator, theme):
            theme_labels = [procedures.families()[each].label for each in cases.themes_of(operator)]
            label = procedures.operators()[operator].label
            self.add_error(
                "theme",
                f"{label} ne reçoit aucune démarche connue de ce thème. Choisissez :"
                f" {listing(theme_labels)}.",
            )
        return typed


class ProfileForm(OverwriteGuard):
    """The invented profile of a group."""

    compared = ("name", "who", "equipment", "skills", "zone")
    name = forms.CharField(
        label="Prénom inventé",
        max_length=40,
        error_messages={"required": "Il manque un prénom. Inventez-le."},
    )
    who = forms.CharField(
        label="Sa situation",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Son âge, son travail, ce à quoi elle a droit. Personne qui existe.",
        error_messages={"required": "Il manque sa situation. Une phrase suffit."},
    )
    equipment = forms.CharField(label="Son équipement (facultatif)", max_length=200, required=False)
    skills = forms.CharField(label="Ce qu’elle sait faire (facultatif)", max_length=200, required=False)
    zone = forms.ChoiceField(label="Où elle vit (facultatif)", required=False)

    def __init__(self, *args: Any, place: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "zone").choices = [
            ("", "Quelque part dans le territoire"),
            *queries.zones(place),
        ]


class SeatForm(forms.Form):
    """Somebody around a table."""

    trade = forms.ChoiceField(label="Métier", choices=[(each.id, each.says) for each in trades().values()])
    structure = forms.CharField(label="Structure (facultatif)", max_length=120, required=False)


class CardForm(forms.Form):
    """A card: where, what, whose trade."""

    stage = forms.ChoiceField(label="Étape", choices=list(stages().items()))
    kind = forms.ChoiceField(label="C’est", choices=list(rules.KIND_LABELS.items()))
    words = forms.CharField(
        label="En quelques mots",
        max_length=rules.LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Il manque les mots de la carte."},
    )
    channel = forms.ChoiceField(label="Par où passe la personne", choices=CHANNEL_CHOICES, required=False)
    trade = forms.ChoiceField(label="Qui le dit", choices=TRADES, required=False)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)


class ChangeForm(forms.Form):
    """A card that changes, or moves."""

    words = forms.CharField(
        label="Ses mots",
        max_length=rules.LONGEST,
        error_messages={"required": "Il manque les mots de la carte. Pour l’enlever, retirez-la."},
    )
    stage = forms.ChoiceField(label="Étape", choices=list(stages().items()))
    kind = forms.ChoiceField(label="C’est", choices=list(rules.KIND_LABELS.items()))
    channel = forms.ChoiceField(label="Par où passe la personne", choices=CHANNEL_CHOICES, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class LevelsForm(OverwriteGuard):
    """The level of a profile at each stage: today-…, then-…."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", "non dit"), *LEVELS.items()]
        for id, title in stages().items():
            for key, words in (("today", "aujourd’hui"), ("then", "avec les leviers")):
                self.fields[f"{key}-{id}"] = forms.ChoiceField(
                    label=f"{title}, {words}", choices=offered, required=False
                )
        self.compared = tuple(self.fields)
        self.send_back(self.compared)


class PaperForm(forms.Form):
    """A printed board typed back: one field a cell, one card a line."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stage, title in stages().items():
            for kind, label in KINDS.items():
                self.fields[f"{stage}-{kind}"] = forms.CharField(
                    label=f"{title} : {label[:1].lower()}{label[1:]}",
                    required=False,
                    max_length=4_000,
                    widget=forms.Textarea(attrs={"rows": 3}),
                )

    @property
    def cells(self) -> list[tuple[str, str, str]]:
        """Return the typed texts, cell by cell."""
        return [(stage, kind, self.cleaned_data[f"{stage}-{kind}"]) for stage in stages() for kind in KINDS]


class DraftForm(forms.Form):
    """An action to propose."""

    lever = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)
    title = forms.CharField(
        label="L’action",
        max_length=160,
        error_messages={"required": "Il manque l’action. Dites ce que l’on ferait."},
    )
    pilot = forms.CharField(label="Qui la porterait (facultatif)", max_length=120, required=False)
    area = forms.CharField(label="Où (facultatif)", max_length=160, required=False)
    budget = AmountField(label="Son coût, en euros (facultatif)", most=MAX_EUROS, required=False)
    ends_on = DayField(label="Pour quand (facultatif)", required=False)
    obstacle = forms.IntegerField(required=False, min_value=1, max_value=2**31)
