"""The sheet of a place as a form: typed values go through the same cleaners as files."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import yaml
from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.queries import history, places
from maillage.kernel.typed import whole_number
from maillage.reference import offer
from maillage.reference.sheet import STATES
from maillage.sources.offer import mapping
from maillage.sources.offer.clean import hours
from maillage.sources.offer.clean.grid import CODES, MOST, Grid, grid_of, osm_of
from maillage.sources.offer.forms.sheet import Row, Sheet
from maillage.sources.offer.read import read
from maillage.sources.offer.row_reader import PLACE, Read
from maillage.web.choices import sent_values
from maillage.web.overwrites import CheckedForm
from maillage.words import dates

GROUPS = {
    "Identité": (
        *("nom", "typologie", "structure_parente", "pivot", "itinerance"),
        *("presentation_resume", "presentation_detail"),
    ),
    "Adresse": (
        *("adresse", "complement_adresse", "code_postal", "commune", "code_insee", "latitude", "longitude"),
        *("quartier", "venir", "etapes"),
    ),
    "Contact": (
        "telephone",
        "courriels",
        "site_web",
        "prise_rdv",
        "modalites_acces",
        "acces_precisions",
        "avant_de_venir",
    ),
    "Accueil": (
        *("services", "modalites_accompagnement", "frais_a_charge", "frais_precisions"),
        *("publics_specifiquement_adresses", "publics_precisions", "prise_en_charge_specifique", "langues"),
        *(
            "publics_fragiles",
            "barrieres",
            "fiche_acces_libre",
            "capacite",
            "hors_les_murs",
            "hors_les_murs_ou",
            "accueille_partenaires",
        ),
        *("dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels"),
    ),
    "Réservé aux professionnels": tuple(f.id for f in offer.fields().values() if f.private),
}
# What a sheet shows first, in the groups that are filled most often; the rest unfolds.
FIRST = frozenset(
    {
        *("nom", "typologie", "structure_parente", "adresse", "code_postal", "commune"),
        *("telephone", "courriels", "site_web", "presentation_resume"),
    }
)
POINT = frozenset(("code_insee", "latitude", "longitude"))  # found by the address: nobody types them
LOCATED = tuple(name for name in PLACE if name in offer.fields())
TIME = re.compile(r"([01]?\d|2[0-4])(?:[:hH]([0-5]\d)?)?")
UNKNOWN = (("", "on ne sait pas"), ("oui", "oui"), ("non", "non"))
LONG = ("text", "lines", "phone", "mail", "site")


@dataclass(frozen=True, slots=True)
class Written:
    """A person's changes: the fields to write ('' withdraws one), and the cleaners' remarks on them."""

    values: Mapping[str, Any]
    remarks: Sequence[str] = field(default_factory=tuple)


def text_of(of: offer.Field, value: Any) -> Any:
    """Return the value of a field as a form displays it."""
    if of.kind == "list":
        return list(value or ())
    if value in (None, "", [], {}):
        return ""
    if of.kind == "yesno":
        return "oui" if value else "non"
    if of.kind == "phone":
        return "\n".join(history.value_text(of.id, [each]) for each in value)
    if of.kind == "text":
        return places.plain(value)
    return "\n".join(value) if isinstance(value, list) else str(value)


def input_of(of: offer.Field, **more: Any) -> forms.Field:
    """Return the input of a field, by its kind."""
    label = of.label
    if of.kind == "list":
        options = [(value.id, value.label) for value in offer.lists()[of.list].values.values()]
        boxes = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(label=label, choices=options, required=False, widget=boxes, **more)
    if of.kind == "yesno":
        return forms.ChoiceField(label=label, choices=UNKNOWN, required=False, **more)
    if of.kind == "kinds":
        options = [("", "on ne sait pas"), *offer.kind_choices()]
        return forms.ChoiceField(label=label, choices=options, required=False, **more)
    widget = forms.Textarea(attrs={"rows": 2 if of.kind in ("phone", "mail", "site") else 3})
    help_text = {
        "lines": "Un par ligne",
        "phone": "Un par ligne",
        "mail": "Une par ligne",
        "site": "Un par ligne",
    }
    if of.kind in LONG:
        return forms.CharField(
            label=label,
            required=False,
            widget=widget,
            help_text=help_text.get(of.kind, ""),
            max_length=20_000,
            **more,
        )
    text_input = forms.TextInput(
        attrs={"inputmode": "numeric"} if of.kind in ("whole", "postcode", "insee") else {}
    )
    return forms.CharField(
        label=label, required=False, widget=text_input, max_length=of.longest or 300, **more
    )


class ChangesOnlyForm(forms.Form):
    """A form that sends back what it displayed: only a person's changes are written, even if the sheet
    changed meanwhile.
    """

    def remember(self) -> None:
        for each in self.fields.values():
            each.show_hidden_initial = True

    def ticked(self, name: str, current: Sequence[str]) -> list[str]:
        """Merge the ticked values of a list into the stored ones: undisplayed values stay, in order."""
        selected, displayed = self.cleaned_data[name], sent_values(self, self.add_initial_prefix(name))
        retained = [slug for slug in current if slug in selected or slug not in displayed]
        return [*retained, *(slug for slug in selected if slug not in displayed and slug not in retained)]


class SheetForm(CheckedForm, ChangesOnlyForm):
    """A whole sheet except its practices, in groups. Only changed fields are read and written."""

    def __init__(self, *args: Any, lieu: Any, **kwargs: Any) -> None:
        self.sheet: rules.Sheet = lieu.sheet
        self.origins = lieu.origins
        super().__init__(*args, **kwargs)
        for names in GROUPS.values():
            for name in names:
                of = offer.fields()[name]
                self.fields[name] = input_of(of, initial=text_of(of, self.sheet.get(name)))
        if self.sheet.get("typologie"):
            self.fields["typologie"].initial = rules.kind_of(self.sheet)
        self.fields["nom"].required = True
        self.fields["nom"].error_messages["required"] = (
            "Il manque le nom. Sans lui, personne ne trouverait ce lieu. Écrivez celui que les gens"
            " connaissent."
        )
        self.remember()
        self.hours = HoursForm(*args, current=self.sheet.get("horaires", {}))

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        for label, names in GROUPS.items():
            yield label, [self[name] for name in names]

    def filled(self, names: Iterable[BoundField]) -> int:
        """Return how many of these fields have a value."""
        return sum(field.name in self.sheet for field in names)

    def written(self, *, today: date) -> Written | None:
        """Return the changes, cleaned; None when a value is invalid, with an error on its field."""
        if not (self.is_valid() & self.hours.is_valid()):
            return None
        changed = [name for name in self.changed_data if name in self.fields]
        values: dict[str, Any] = {name: self._chosen(name) for name in changed if self._is_chosen(name)}
        typed = {name: self.cleaned_data[name].strip() for name in changed if name not in values}
        remarks: list[str] = []
        if typed:
            row = read_cells(self._cells(typed), today)
            values |= self._typed(typed, row)
            remarks = self._remarks(row, set(typed))
        if "typologie" in values:
            values |= kind_fields(str(values.pop("typologie")))
        values |= self.hours.written()
        return None if self.errors else Written(values, remarks)

    def _is_chosen(self, name: str) -> bool:
        return offer.fields()[name].kind in ("list", "kinds")

    def _chosen(self, name: str) -> Any:
        if isinstance(self.cleaned_data[name], list):
            return self.ticked(name, self.sheet.get(name, ()))
        return self.cleaned_data[name]

    def _cells(self, typed: Mapping[str, str]) -> dict[str, str]:
        """Return the fields to read: those typed, and the whole address when a part of it was.

        An old commune code would contradict a new commune, so it is dropped; so is a guessed point.
        """
        cells = dict(typed)
        if set(typed) & set(LOCATED):
            cells = {name: text_of(offer.fields()[name], self.sheet.get(name)) for name in LOCATED} | cells
            if set(typed) & {"commune", "code_postal"} and "code_insee" not in typed:
                cells["code_insee"] = ""
            if "precision" in self.sheet and not set(typed) & {"latitude", "longitude"}:
                cells["latitude"] = cells["longitude"] = ""
        if "code_postal" not in cells:
            cells["code_postal"] = str(self.sheet.get("code_postal", ""))  # tells the plan of a telephone
        return {name: text for name, text in cells.items() if text}

    def _typed(self, typed: Mapping[str, str], row: Read) -> dict[str, Any]:
        """Return the typed fields once read; the address whole, since its parts depend on each other."""
        located = bool(set(typed) & set(LOCATED))
        names = {*typed, *((*LOCATED, "precision") if located else ())}
        read_values = {name: row.sheet.get(name, "") for name in names}
        if located and not row.sheet.get("code_insee") and not row.sheet.get("latitude"):
            self.add_error(
                "commune",
                "Cette commune n’est pas reconnue. Sans elle, le lieu ne serait sur aucune carte. "
                "Vérifiez son nom, ou ajoutez le code postal.",
            )
        return {name: value for name, value in read_values.items() if value != self.sheet.get(name, "")}

    def _remarks(self, row: Read, typed: set[str]) -> list[str]:
        """Return the cleaners' remarks; what they refuse becomes an error of its field."""
        labels = history.labels()
        about = typed | (set(LOCATED) & set(labels) if typed & set(LOCATED) else set())
        remarks = []
        for remark in row.remarks:
            if remark.word == "refused" and remark.field in typed:
                reason = remark.reason[:1].upper() + remark.reason[1:]
                self.add_error(
                    remark.field,
                    f"« {remark.value} » ne peut pas être gardé. {reason}. Corrigez, ou videz la case.",
                )
            elif remark.word in ("mended", "doubtful") and remark.field in about and remark.reason:
                remarks.append(f"{labels[remark.field]} : {remark.reason}")
        return remarks


def read_cells(cells: Mapping[str, str], today: date) -> Read:
    """Return typed values read as a one-row file would be."""
    spec = mapping.load(yaml.safe_dump({"fields": {name: name for name in cells}}), "fiche")
    sheet = Sheet("fiche", "csv", tuple(cells), (Row(1, 1, dict(cells)),), (), ())
    return read(sheet, spec, today=today).rows[0]


def kind_fields(id: str) -> dict[str, Any]:
    """Return the fields of a type: its code, and its label where the national list has none for it."""
    if not id:
        return {"typologie": "", "type_origine": ""}
    kind = offer.kinds()[id]
    code = kind.code()
    return {"typologie": [code]} if code else {"typologie": ["Autre"], "type_origine": kind.label}


class HoursForm(ChangesOnlyForm):
    """Opening hours as a table of days; in words where a table cannot say them."""

    autrement = forms.CharField(
        label="Ou dites-les avec vos mots",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=(
            "Par exemple « lundi et jeudi 14h-17h, 1er samedi du mois 10h-12h ». Ce texte remplace le"
            " tableau."
        ),
    )
    feries = forms.BooleanField(label="Fermé les jours fériés", required=False)

    def __init__(self, *args: Any, current: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current
        self.grid = grid_of(current.get("osm", ""))
        days = self.grid.days if self.grid else ((),) * 7
        for day, spans in zip(CODES, days, strict=True):
            for n in range(MOST):
                for k, word in enumerate(("de", "à")):
                    self.fields[f"{day}{n}{k}"] = forms.CharField(
                        required=False,
                        max_length=5,
                        initial=spans[n][k] if n < len(spans) else "",
                        label=f"{dates.DAYS[CODES.index(day)]}, {word}",
                        widget=forms.TextInput(attrs={"class": "heure", "autocomplete": "off"}),
                    )
        self.fields["feries"].initial = bool(self.grid and self.grid.holidays_off)
        self.remember()

    @property
    def too_rich(self) -> str:
        """Return the hours in words when a table cannot express them."""
        return "" if self.grid or not self.current else history.hours(self.current)

    def rows(self) -> list[tuple[str, list[BoundField]]]:
        return [
            (dates.DAYS[rank].capitalize(), [self[f"{day}{n}{k}"] for n in range(MOST) for k in range(2)])
            for rank, day in enumerate(CODES)
        ]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        for rank, day in enumerate(CODES):
            spans = []
            for n in range(MOST):
                start, end = (self._time(f"{day}{n}{k}", dates.DAYS[rank]) for k in range(2))
                if bool(start) != bool(end):
                    missing = "fermeture" if start else "ouverture"
                    self.add_error(
                        f"{day}{n}{int(bool(start))}",
                        f"Il manque l’heure {'de' if start else 'd’'}{' ' if start else ''}{missing} du"
                        f" {dates.DAYS[rank]}. Une plage a un début et une fin. Complétez-la, ou videz-la.",
                    )
                elif start and end:
                    spans.append((start, end))
            if any(a >= b for a, b in spans) or any(one[1] > two[0] for one, two in pairwise(spans)):
                self.add_error(
                    f"{day}00",
                    f"Les heures du {dates.DAYS[rank]} se suivent mal. Une plage finit après son début, et"
                    " avant la suivante. Corrigez-les.",
                )
            clean[day] = tuple(spans)
        return clean

    def _time(self, name: str, day: str) -> str:
        typed = self.cleaned_data.get(name, "").strip().replace(" ", "")
        match = TIME.fullmatch(typed)
        if typed and not match:
            self.add_error(name, f"« {typed} » n’est pas une heure ({day}). Écrivez par exemple 9:30.")
        return f"{int(match[1]):02d}:{match[2] or '00'}" if match else ""

    def written(self) -> dict[str, Any]:
        """Return the hours to write, nothing when they did not change: the days that the person left alone
        are those of the sheet.
        """
        if not self.has_changed():
            return {}
        if text := self.cleaned_data["autrement"].strip():
            return {"horaires": _plain_hours(text)}
        if self.too_rich and not any(self.cleaned_data[day] for day in CODES):
            return {}
        touched = CODES if self.grid is None else {name[:2] for name in self.changed_data}
        grid = self.grid or Grid(((),) * 7)
        days = (self.cleaned_data[d] if d in touched else grid.days[n] for n, d in enumerate(CODES))
        holidays_off = self.cleaned_data["feries"] if "feries" in self.changed_data else grid.holidays_off
        osm = osm_of(Grid(tuple(days), holidays_off))
        return {"horaires": _plain_hours(osm) if osm else ""}


def _plain_hours(text: str) -> dict[str, str]:
    read_hours = hours.clean(text).value
    return hours.stored(read_hours) if read_hours else {}


WITHOUT = "without"  # the place says that it does not give the practice
ANSWERS = (
    ("", "on ne sait pas"),
    ("offered", STATES["offered"]),
    ("planned", STATES["planned"]),
    (WITHOUT, "pas proposé ici"),
)


class PracticeForm(CheckedForm, ChangesOnlyForm):
    """One practice of a place: whether it is offered, planned, denied or unknown, and on what conditions.

    Only the conditions relevant to it are asked, and those already on the sheet. without: the place says that
    it does not offer it.
    """

    def __init__(
        self, *args: Any, id: str, current: Mapping[str, Any], without: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.current = current
        state = WITHOUT if without else current.get("state", "")
        self.fields["state"] = forms.ChoiceField(
            label="Aujourd’hui",
            choices=[*ANSWERS, *((each, STATES[each]) for each in (state,) if each == "ended")],
            required=False,
            widget=forms.RadioSelect(),
            initial=state,
        )
        questions = rules.condition_questions()[id]
        for name in (*questions, *(name for name in current if name not in questions)):
            of = offer.conditions().get(name)
            if of is not None and of.kind != "hours":
                self.fields[name] = input_of(of, initial=text_of(of, current.get(name)))
                self.fields[name].label = questions.get(name, of.label)
        self.remember()

    @property
    def former_state(self) -> SafeString:
        """Return the state that the form displayed, in a hidden field."""
        return self["state"].as_hidden(only_initial=True)

    @property
    def state(self) -> str:
        """Return the state of the practice: that of the sheet when the person left it as displayed."""
        untouched = self.add_initial_prefix("state") in self.data and "state" not in self.changed_data
        return str(self.fields["state"].initial if untouched else self.cleaned_data["state"])

    @property
    def denies(self) -> bool:
        return self.state == WITHOUT

    def conditions(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name != "state"]

    def written(self, *, today: date) -> dict[str, Any] | None:
        """Return the changed practice, {} when it is not offered; None when a value is invalid."""
        if not self.is_valid():
            return None
        if self.state in ("", WITHOUT):
            return {}
        practice = {**self.current, "state": self.state}
        for name in self.changed_data:
            if name != "state":
                value = self._value(name)
                practice.pop(name, None)
                if value not in (None, "", []):
                    practice[name] = value
        return None if self.errors else practice

    def _value(self, name: str) -> Any:
        of, typed = offer.conditions()[name], self.cleaned_data[name]
        if of.kind == "list":
            return self.ticked(name, self.current.get(name, ()))
        if of.kind == "yesno":
            return {"oui": True, "non": False}.get(typed)
        if of.kind == "whole":
            if typed and whole_number(typed, 100_000) is None:
                self.add_error(
                    name,
                    f"« {typed} » n’est pas reconnu. Écrivez un nombre entier, de 0 à 100 000, par exemple "
                    f"8.",
                )
                return None
            return whole_number(typed, 100_000)
        if of.kind == "lines":
            return [line for each in typed.splitlines() if (line := " ".join(each.split()))]
        return typed.strip()


class ClosureForm(forms.Form):
    """A closure for a time."""

    du = DayField(label="Fermé du")
    au = DayField(label="au (compris)")
    motif = forms.CharField(
        label="Pourquoi ?", max_length=120, required=False, help_text="Par exemple « travaux », « congés »"
    )

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("du") and clean.get("au") and clean["au"] < clean["du"]:
            self.add_error(
                "au",
                "La réouverture vient avant la fermeture. Un lieu ne peut pas rouvrir avant de fermer."
                " Corrigez l’une des deux dates.",
            )
        return clean
