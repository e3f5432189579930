"""Turn a form, or what a device sends, into acts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.queries.catalogue import THEMES, Option, split
from maillage.apps.people.persons import queries as persons
from maillage.apps.people.persons.models import Person
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.reference import procedures
from maillage.web.choices import choice_field

OTHER = "autre"


class ActForm(forms.Form):
    """One act: four touches. first: the procedures and themes under the thumb; among: all of them."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    structure = forms.ChoiceField(label="Au nom de", required=False)
    nature = forms.ChoiceField(
        label="Vous avez fait",
        choices=list(rules.KINDS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque ce que vous avez fait."},
    )
    demarche = forms.MultipleChoiceField(
        label="Sur quoi ? (un ou plusieurs choix)",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Il manque la démarche ou le thème."},
    )
    demarche_autre = forms.ChoiceField(label="Une autre démarche", required=False)
    minutes = forms.ChoiceField(
        label="Combien de minutes ?",
        choices=[*((str(n), str(n)) for n in rules.MINUTES), (OTHER, "Autre")],
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque le nombre de minutes."},
    )
    minutes_autre = forms.IntegerField(
        label="Nombre de minutes",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 4}),
        error_messages={"invalid": "Ce n’est pas un nombre. Écrivez les minutes en chiffres."},
    )
    ou = forms.ChoiceField(
        label="Où ?", choices=list(rules.WHERE.items()), widget=forms.RadioSelect, initial=rules.ON_SITE
    )
    fin = forms.ChoiceField(
        label="Résultat",
        choices=list(rules.ENDS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque ce que cela a donné."},
    )
    carte = forms.CharField(
        label="Le code de sa carte",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "size": 10}),
    )
    quand = forms.DateTimeField(
        label="Le jour et l’heure, si ce n’est pas maintenant",
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "autocomplete": "off"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    organisme = forms.CharField(
        label="L’organisme, si ce n’est pas celui d’habitude",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    precision = forms.CharField(
        label="Une précision (facultatif)",
        required=False,
        max_length=rules.LONGEST,
        help_text="Ni mot de passe, ni numéro, ni maladie.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    urgence = forms.BooleanField(label="C’était urgent", required=False)

    def __init__(
        self,
        *args: Any,
        structures: Sequence[Structure],
        first: Sequence[Option],
        among: Sequence[Option],
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"uid": uuid4(), "ou": rules.ON_SITE, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.structures = {str(each.pk): each for each in structures}
        choice_field(self, "structure").choices = [(key, one.name) for key, one in self.structures.items()]
        if len(structures) < 2:
            del self.fields["structure"]
        choice_field(self, "demarche").choices = [
            *((row.key, row.label) for row in (*first, *(row for row in among if row not in first))),
            (OTHER, "Autre…"),
        ]
        self.first = {each.key for each in first}
        families: dict[str, list[tuple[str, str]]] = {}
        for row in (row for row in among if row.family != THEMES):
            families.setdefault(row.family, []).append((row.key, row.label))
        choice_field(self, "demarche_autre").choices = [("", "Choisir…"), *families.items()]

    @property
    def under_thumb(self) -> list[BoundWidget]:
        """The procedures and themes that are in view: the first, those chosen, the way to the others."""
        visible_keys = {*self.first, *(self["demarche"].value() or ()), OTHER}
        return [each for each in self["demarche"] if each.data["value"] in visible_keys]

    def other_themes(self) -> list[tuple[str, list[BoundWidget]]]:
        """Return the themes that are not in view, by the label of their family."""
        visible_keys = {each.data["value"] for each in self.under_thumb}
        themes, labels = procedures.themes(), procedures.theme_families()
        options_by_family: dict[str, list[BoundWidget]] = {key: [] for key in labels}
        for option in self["demarche"]:
            theme = themes.get(option.data["value"])
            if theme is not None and option.data["value"] not in visible_keys:
                options_by_family[theme.family].append(option)
        return [(labels[key], options) for key, options in options_by_family.items() if options]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        chosen = clean.get("demarche", [])
        if OTHER in chosen:
            chosen = [key for key in (*chosen, clean.get("demarche_autre")) if key and key != OTHER]
            if not chosen and "demarche_autre" not in self.errors:
                self.add_error("demarche_autre", "Il manque la démarche. Choisissez-la dans la liste.")
        clean["demarche"] = chosen
        if clean.get("minutes") == OTHER:
            if clean.get("minutes_autre") is not None:
                clean["minutes"] = clean["minutes_autre"]
            elif "minutes_autre" not in self.errors:
                self.add_error("minutes_autre", "Il manque le nombre de minutes.")
        return clean

    def draft(self, at: datetime) -> rules.Draft:
        """Return the act as it is said."""
        clean = self.cleaned_data
        procedure, more = split(clean["demarche"])
        return rules.Draft(
            uid=clean["uid"] or uuid4(),
            kind=clean["nature"],
            procedure=procedure,
            more=more,
            minutes=int(clean["minutes"]),
            where=clean["ou"],
            end=clean["fin"],
            done_at=clean["quand"] or at,
            operator=clean["organisme"],
            precision=clean["precision"],
            urgent=clean["urgence"],
        )

    def structure_chosen(self) -> Structure:
        """Return the structure that the act is noted for."""
        return self.structures[self.cleaned_data.get("structure") or next(iter(self.structures))]

    def person_of_card(self) -> Person | None:
        """Return the person of the typed card, None without one; Refused when no card has this code."""
        return person_of_card(self.cleaned_data["carte"])


def person_of_card(typed: str) -> Person | None:
    """Return the person of a card; None when nothing is typed, Refused when no card has this code."""
    if not typed.strip():
        return None
    person = persons.by_code(typed)
    if person is None:
        raise Refused(
            "L’acte n’est pas noté.",
            why="Aucune carte n’a ce code.",
            do="Relisez la carte, 8 signes, ou notez l’acte sans nom.",
        )
    return person


# --------------------------------------------------------------------------------------------- from a device


@dataclass(frozen=True, slots=True)
class Sent:
    """An act sent by a device: the act, the numbers of its structure and its person, a typed card."""

    draft: rules.Draft
    structure: int | None
    person: int | None
    card: str


@dataclass(frozen=True, slots=True)
class Sending:
    """Acts sent at once by a device: those understood; of the others, number → why."""

    acts: tuple[Sent, ...]
    unread: Mapping[str, str]


def read(body: bytes, at: datetime) -> Sending:
    """Return the acts of a sending. Refused when it is no sending at all; an act that cannot be read is set
    aside, and the device keeps it.
    """
    try:
        rows = json.loads(body)["actes"]
        if not isinstance(rows, list) or len(rows) > rules.PER_SENDING:
            raise ValueError(rows)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(
            "Cet envoi n’est pas lisible.",
            why="Ce ne sont pas des actes notés par cette page.",
            do="Rechargez la page : ce qui attend sur l’appareil y reste.",
        ) from error
    acts, unread = [], {}
    for row in rows:
        try:
            acts.append(_sent(row, at))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            unread[str(row.get("uid", "") if isinstance(row, dict) else "")[:40]] = (
                "Cet acte n’est pas lisible. Notez-le de nouveau, puis effacez celui-ci."
            )
    return Sending(tuple(acts), unread)


def _sent(row: Mapping[str, Any], at: datetime) -> Sent:
    moment = datetime.fromisoformat(str(row["quand"])[:40])
    done_at = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    also = [str(key)[:40] for key in row.get("aussi") or ()]
    procedure, more = split([_word(row, "demarche"), *also])
    return Sent(
        rules.Draft(
            uid=UUID(str(row["uid"])),
            kind=_word(row, "nature"),
            procedure=procedure,
            more=more,
            minutes=int(row["minutes"]),
            where=_word(row, "ou"),
            end=_word(row, "fin"),
            done_at=min(done_at.astimezone(UTC), at),  # the clock of a device may be ahead
            operator=str(row.get("organisme") or "")[:120],
            precision=str(row.get("precision") or ""),
            urgent=row.get("urgence") is True,
        ),
        whole_number(str(row.get("structure") or ""), 2**63 - 1),
        whole_number(str(row.get("personne") or ""), 2**63 - 1),
        str(row.get("carte") or "")[:20],
    )


def _word(row: Mapping[str, Any], name: str) -> str:
    return str(row[name])[:40]
