"""The answers of a place: a date, a reason, another place, what was done."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.text import capfirst

from maillage.apps.agenda.forms.appointments import at_the_clock
from maillage.apps.directory.places.forms.moments import DayField, HourField
from maillage.apps.referrals.droits.actions.telling import Telling
from maillage.apps.referrals.droits.queries.lines import known_procedures
from maillage.apps.referrals.droits.rules import facts
from maillage.apps.referrals.orientations.forms.people import TypedLine
from maillage.apps.referrals.orientations.queries.detail import UNUSUAL_HOUR
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference import offer
from maillage.web.choices import choice_field

# What a place may tell of a procedure, as it says what came of a referral.
RIGHTS = (facts.BEGUN, facts.SENT, facts.NOTHING, facts.OBTAINED, facts.REFUSED)


class DateForm(forms.Form):
    """An appointment: a day and an hour, in the time of a commune. doubt: the field of a (naive) moment that
    may be a slip, and why, which the user confirms once with `voulu`.
    """

    jour = DayField(label="Le jour")
    heure = HourField(label="L’heure")
    voulu = forms.BooleanField(label=UNUSUAL_HOUR, required=False)

    def __init__(
        self,
        *args: Any,
        doubt: Callable[[datetime], tuple[str, str]] = lambda _: ("", ""),
        commune: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._doubt, self._commune, self.doubted = doubt, commune, False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "jour" in cleaned and "heure" in cleaned and self.when() is None:
            self.add_error(
                "heure",
                "Cette heure n’existe pas ce jour-là : on change d’heure. Choisissez une heure plus tard.",
            )
        elif "jour" in cleaned and "heure" in cleaned:
            name, why = self._doubt(datetime.combine(cleaned["jour"], cleaned["heure"]))
            self.doubted = bool(why)
            if why and not cleaned.get("voulu"):
                self.add_error(name, why)
        return cleaned

    def when(self) -> datetime | None:
        """Return the moment, the earlier of two when clocks go back; None for an hour they skip."""
        return at_the_clock(self.cleaned_data["jour"], self.cleaned_data["heure"], self._commune)


class RefusalForm(forms.Form):
    """Why a place refuses."""

    raison = forms.ChoiceField(
        label="Pourquoi ?",
        choices=[(id, reason.label) for id, reason in cycle.REASONS.items()],
        widget=forms.RadioSelect,
        error_messages={
            "required": (
                "Il manque la raison. Sans elle, on ne saura pas où envoyer la personne. Choisissez-la."
            )
        },
    )
    mots = TypedLine(
        label="En quelques mots",
        max_length=300,
        help_text="Le professionnel le lit. La personne lit une phrase simple.",
    )
    complet = forms.BooleanField(
        label="Nous sommes complets : ne plus nous envoyer personne pour l’instant", required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("raison") in cycle.NEEDS_WORDS and not cleaned.get("mots"):
            self.add_error(
                "mots", "« Autre raison » demande quelques mots. Écrivez-les, sans nom ni maladie."
            )
        return cleaned


class ElsewhereForm(forms.Form):
    """Another place proposed, among neighbours. near: (slug, words)."""

    lieu = forms.ChoiceField(
        label="Quel lieu ?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Il manque le lieu. Choisissez-en un.",
            "invalid_choice": "Ce lieu n’est plus proposé.",
        },
    )
    mots = TypedLine(label="Pourquoi, en quelques mots", max_length=300)

    def __init__(self, *args: Any, near: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "lieu").choices = list(near)


class ServedForm(forms.Form):
    """Help given, its outcome, and where the person stands now."""

    fait = forms.MultipleChoiceField(
        label="Qu’avez-vous fait ?",
        choices=[
            (id, f"{practice.need_text[:1].upper()}{practice.need_text[1:]}")
            for id, practice in offer.practices().items()
            if id not in ("wifi", "recharge", "collecte")
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Il manque ce que vous avez fait. Cochez au moins une aide."},
    )
    issue = forms.ChoiceField(
        label="Et la démarche ?",
        choices=[(outcome, capfirst(words)) for outcome, words in cycle.OUTCOMES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque où en est la démarche. Choisissez une réponse."},
    )
    niveau = forms.ChoiceField(
        label="Maintenant, la personne est…",
        required=False,
        choices=[
            ("", "Je ne sais pas"),
            *((level, capfirst(words)) for level, words in cycle.LEVELS.items()),
        ],
        widget=forms.RadioSelect,
        initial="",
    )
    minutes = forms.IntegerField(
        label="Temps passé, en minutes (facultatif)",
        required=False,
        min_value=1,
        max_value=cycle.MOST_MINUTES,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 4}),
        error_messages={
            "invalid": "Ce temps n’est pas un nombre. Écrivez par exemple 45, ou rien.",
            "min_value": "Ce temps est trop court. Écrivez des minutes, ou rien.",
            "max_value": "Ce temps dépasse une journée. Écrivez des minutes, ou rien.",
        },
    )
    mots = forms.CharField(
        label="En quelques mots (facultatif)",
        required=False,
        max_length=cycle.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    suite = TypedLine(label="Et maintenant ? (facultatif)", max_length=300)

    demarche = forms.ChoiceField(label="Pour quelle démarche (facultatif)", required=False)
    droit = forms.ChoiceField(
        label="Où elle en est",
        required=False,
        choices=[("", "on ne sait pas"), *((kind, facts.FACTS[kind]) for kind in RIGHTS)],
    )

    def __init__(self, *args: Any, followed: bool, **kwargs: Any) -> None:
        """followed: whether the person agrees that their procedures be followed, and shares this one."""
        super().__init__(*args, **kwargs)
        if not followed:
            del self.fields["demarche"], self.fields["droit"]
            return
        choice_field(self, "demarche").choices = [
            ("", "aucune, ou une autre"),
            *((label, [(each.key, each.label) for each in known]) for label, known in known_procedures(None)),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("demarche")) != bool(cleaned.get("droit")):
            self.add_error(
                "droit",
                "Dites la démarche et où elle en est, ou ni l’une ni l’autre.",
            )
        return cleaned

    def telling(self, on: date) -> Telling | None:
        """Return the news of a procedure of the person; None if there is none."""
        cleaned = self.cleaned_data
        if not cleaned.get("demarche"):
            return None
        return Telling(procedure=cleaned["demarche"], kind=cleaned["droit"], on=on)

    def served(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "did": cleaned["fait"],
            "outcome": cleaned["issue"],
            "level_after": cleaned["niveau"],
            "minutes": cleaned["minutes"],
            "words": cleaned["mots"],
            "next_step": cleaned["suite"],
        }
