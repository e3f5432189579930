"""A sheet corrected by whoever runs the place: numbered boxes, the same on a phone, on paper, and typed in
from it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import history, links, places
from maillage.kernel.errors import Refused
from maillage.reference import offer
from maillage.sources.offer.clean import hours, mail, phone, pivot, postcode, site, words
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.sources.offer.clean.grid import CODES
from maillage.sources.offer.clean.where import locate
from maillage.web.choices import sent_values
from maillage.words import dates, opening
from maillage.words.wording import listing

DAY = "jour_"
ALONE = re.compile(r"(?<![\d:h])(?<!h )\b(\d{1,2})\b(?!\s*[:h])")  # the 9 and the 12 of « 9-12 »
HOLIDAYS = re.compile(r"\bPH (?:off|closed)\b")


@dataclass(frozen=True, slots=True)
class Box:
    """A numbered box. fields: its fields; private: never public."""

    number: int
    title: str
    fields: tuple[str, ...]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A box as a form displays it. current: its current content, in words; wrong: something typed in it is
    invalid.
    """

    box: Box
    fields: Sequence[forms.BoundField]
    current: str
    wrong: bool


DAYS = tuple(f"{DAY}{code}" for code in CODES)
BOXES = {
    box.number: box
    for box in (
        Box(1, "Le nom", ("nom", "pivot")),
        Box(2, "L’adresse", ("adresse", "code_postal", "commune")),
        Box(3, "Le téléphone", ("telephone",)),
        Box(4, "L’e-mail et le site", ("courriels", "site_web")),
        Box(5, "Les horaires", (*DAYS, "horaires")),
        Box(6, "Ce qu’on y trouve", ("practices",)),
        Box(7, "Le prix", ("frais_a_charge", "frais_precisions")),
        Box(8, "Pour qui", ("publics_specifiquement_adresses", "prise_en_charge_specifique")),
        Box(9, "Avant de venir", ("modalites_acces", "avant_de_venir")),
        Box(10, "Une fermeture", ("du", "au", "motif")),
        Box(11, "Ce qui vous manque", ("besoins_equipement", "sans_animation"), private=True),
        Box(12, "Autre chose", ("autre",), private=True),
        Box(13, "Nous redemander", ("rythme",), private=True),
    )
}
ONLINE = tuple(number for number in BOXES if number not in (10, 13))  # these two have a gesture of their own

LABELS = {
    "nom": "Nom du lieu",
    "pivot": "SIRET ou RNA",
    "adresse": "Numéro et rue",
    "code_postal": "Code postal",
    "commune": "Commune",
    "telephone": "Téléphone",
    "courriels": "Adresse e-mail",
    "site_web": "Site Internet",
    "horaires": "Horaires, comme vous les dites",
    "frais_precisions": "Précisions sur le prix",
    "avant_de_venir": "Ce qu’il faut savoir ou apporter",
    "besoins_equipement": "Ordinateurs, connexion, imprimante : de quoi avez-vous besoin ?",
    "autre": "Autre chose à nous dire",
}
HELP = {
    "telephone": "Par exemple 04 76 00 11 22. Plusieurs : séparez-les par un point-virgule.",
    "horaires": "Par exemple : mardi 14 h – 18 h, samedi 9 h – 12 h",
    "besoins_equipement": "Seul le réseau le lit.",
}
LONG = ("horaires", "avant_de_venir", "besoins_equipement", "autre")
LISTS = {
    "frais_a_charge": "Combien ça coûte",
    "publics_specifiquement_adresses": "Un accueil est prévu pour",
    "prise_en_charge_specifique": "Vous savez accueillir",
    "modalites_acces": "Comment venir en contact",
}
CLEANERS: Mapping[str, Callable[[str], Cleaned[Any]]] = {
    "code_postal": postcode.clean,
    "courriels": mail.clean,
    "site_web": site.clean,
    **dict.fromkeys(("nom", "adresse", "commune"), words.line),
    **dict.fromkeys(("frais_precisions", "avant_de_venir", "besoins_equipement"), words.clean),
}
WAYS_OUT = {
    "telephone": "Écrivez par exemple 04 76 00 11 22.",
    "courriels": "Écrivez par exemple accueil@exemple.fr.",
    "site_web": "Écrivez par exemple www.exemple.fr.",
    "code_postal": "Écrivez ses 5 chiffres, par exemple 38000.",
    "pivot": "Recopiez-le depuis un papier officiel, ou videz la case.",
}
DATES = {"invalid": "Cette date n’existe pas. Un mois a 30 ou 31 jours. Choisissez-la dans le calendrier."}


class CodeForm(forms.Form):
    """The code of a sheet. cases: boxes that were filled on paper, by their numbers."""

    code = forms.CharField(label="Code de la fiche", max_length=40, required=False)
    cases = forms.CharField(label="Cases changées", max_length=60, required=False)

    def clean_cases(self) -> tuple[int, ...]:
        numbers = [int(text) for text in re.findall(r"\d+", self.cleaned_data["cases"])]
        if unknown := [n for n in numbers if n not in BOXES]:
            raise forms.ValidationError(
                f"La case {unknown[0]} n’existe pas. Le papier a des cases de 1 à {max(BOXES)}. Regardez son"
                " numéro."
            )
        return tuple(sorted(set(numbers)))


class ClosureForm(forms.Form):
    """Days when a place is closed."""

    du = DayField(label="Premier jour", error_messages=DATES, required=False)
    au = DayField(label="Dernier jour", error_messages=DATES, required=False)
    motif = forms.CharField(label="Pourquoi (facultatif)", max_length=80, required=False)
    jusqua = DayField(required=False)  # a usual end, chosen in one tap: the closure then starts today

    def closure(self, *, on: date) -> links.Closure | None:
        """Return the typed closure, None without any day: it starts today when its first day is missing."""
        first, last = self.cleaned_data.get("du"), self.cleaned_data.get("au")
        if until := self.cleaned_data.get("jusqua"):
            first, last = on, until
        if first is None and last is None:
            return None
        return links.Closure(first or on, last or first or on, self.cleaned_data["motif"])


class FullForm(forms.Form):
    """A place declared full: when it expects to have room, if it knows."""

    de_la_place = DayField(
        label="De la place vers le (facultatif)",
        error_messages=DATES,
        required=False,
    )

    def room_on(self) -> date | None:
        """Return the typed day, None without one; Refused when it is not a day."""
        if not self.is_valid():
            raise Refused(
                "Rien n’a été noté.",
                why=str(self.errors["de_la_place"][0]),
                do="Donnez un jour, ou laissez la case vide.",
            )
        chosen_day: date | None = self.cleaned_data["de_la_place"]
        return chosen_day


class SheetForm(ClosureForm):
    """The boxes of a sheet, as it stands today. Only differences from what the form displayed are submitted.

    boxes: the numbers of the requested ones. on: today, which determines the hours of the week.
    """

    def __init__(self, *args: Any, lieu: Lieu, boxes: Iterable[int], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lieu, self._on = lieu, on
        self.boxes = [BOXES[number] for number in boxes]
        if BOXES[10] not in self.boxes:
            self.fields.clear()
        for box in self.boxes:
            for name in box.fields:
                if name not in self.fields and (field := self._field(name)) is not None:
                    field.show_hidden_initial = name != "autre"
                    self.fields[name] = field
        self.fields["reste"] = forms.BooleanField(label="Tout le reste de la fiche est juste", required=False)

    # --- what is shown ---

    def _field(self, name: str) -> forms.Field | None:
        sheet = self._lieu.sheet
        if name in LISTS:
            values = offer.lists()[name].values.values()
            return _several(LISTS[name], [(v.id, v.plain) for v in values], sheet.get(name, []))
        if name == "practices":
            choices = [(p.id, p.label) for p in offer.practices().values()]
            return _several("Cochez ce que vous proposez aujourd’hui", choices, list(places.running(sheet)))
        if name == "sans_animation":
            label = "Nous avons du matériel, mais personne pour aider dessus"
            return forms.BooleanField(label=label, required=False, initial=bool(sheet.get(name)))
        if name == "rythme":
            return forms.TypedChoiceField(
                label="Vérifier cette fiche",
                choices=[(str(months), label) for months, label in rules.RHYTHMS.items()],
                coerce=int,
                initial=str(self._lieu.rhythm),
                widget=forms.RadioSelect,
            )
        days = _days(sheet, self._on)
        if name.startswith(DAY):
            if days is None:
                return None
            code = name.removeprefix(DAY)
            label = dates.DAYS[CODES.index(code)].capitalize()
            return forms.CharField(label=label, required=False, initial=days[code], max_length=120)
        if name == "horaires" and days is not None:
            return None
        field = forms.CharField(
            label=LABELS[name],
            required=name == "nom",
            initial=_typed(sheet, name),
            max_length=offer.fields()[name].longest or 2_000 if name in offer.fields() else 2_000,
            help_text=HELP.get(name, ""),
            error_messages={
                "required": "Il manque le nom. Sans nom, personne ne trouve le lieu. Écrivez-le."
            },
        )
        if name in LONG:
            field.widget = forms.Textarea(attrs={"rows": 3})
        return field

    @property
    def groups(self) -> list[Group]:
        """Return each box with its fields, in order, and its current content, in words."""
        return [self._group(box) for box in self.boxes]

    def _group(self, box: Box) -> "Group":
        sheet = {**self._lieu.sheet, "practices": places.running(self._lieu.sheet)}
        current_values = [_in_words(name, sheet.get(name)) for name in box.fields if name != "sans_animation"]
        bound_fields = [self[name] for name in box.fields if name in self.fields]
        return Group(
            box,
            bound_fields,
            ", ".join(filter(None, current_values)),
            any(field.errors for field in bound_fields),
        )

    @property
    def former_values(self) -> SafeString:
        """Return the values the form displayed, in hidden fields: a sheet changed meanwhile is not
        reverted.
        """
        hidden_inputs = [
            field.as_hidden({"id": False}, only_initial=True)  # the field itself has this name twice
            for field in self
            if field.field.show_hidden_initial
        ]
        return mark_safe("".join(hidden_inputs))

    # --- what is said ---

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        self.values: dict[str, Any] = {}
        self.notes: list[str] = []
        for name in self.changed_data:
            if name in self.errors or name not in clean:
                continue
            if name in LISTS or name == "sans_animation":
                self.values[name] = clean[name] or None
            elif name in LABELS and name not in ("horaires", "autre"):
                self._read(name, clean[name])
        self._read_hours(clean)
        if "commune" in self.values or "code_postal" in self.values:
            self._find_commune(clean)
        return clean

    def _read(self, name: str, text: str) -> None:
        """Set the value of a field as the sheet stores it, or its error."""
        post = str(self.cleaned_data.get("code_postal") or self._lieu.sheet.get("code_postal", ""))
        if name == "telephone":
            read: Cleaned[Any] = phone.clean(text, postcode=post)
        elif name == "pivot":
            read = pivot.clean(text, postcode=post)
        else:
            read = CLEANERS[name](text)
        if read.word == "refused" or (name == "nom" and read.value is None):
            self.add_error(
                name,
                f"Ce texte n’est pas reconnu : {read.reason or 'rien à lire'}."
                f" {WAYS_OUT.get(name, 'Écrivez-le autrement.')}",
            )
            return
        if read.word == "doubtful":
            self.notes.append(f"{LABELS[name]} : {read.reason}.")
        self.values[name] = read.value

    def _read_hours(self, clean: Mapping[str, Any]) -> None:
        """Set the hours that could be read, even in part: the text stays, and what was not understood is
        reported.
        """
        if "horaires" in self.changed_data:
            cleaned = hours.clean(clean["horaires"])
        elif any(name in self.changed_data for name in DAYS):
            text_by_day = {code: self._hours_of(f"{DAY}{code}", clean) for code in CODES}
            cleaned = hours.week({code: ALONE.sub(r"\1h", text) for code, text in text_by_day.items()})
        else:
            return
        if cleaned.value is None:
            self.values["horaires"] = None
            return
        value = hours.stored(cleaned.value)
        if HOLIDAYS.search(str(self._lieu.sheet.get("horaires", {}).get("osm", ""))) and value.get("osm"):
            value["osm"] += "; PH off"
        self.values["horaires"] = value
        if cleaned.value.unread:
            self.notes.append(
                f"Dans les horaires, nous n’avons pas compris « {cleaned.value.unread} » : quelqu’un vous"
                " appellera."
            )

    def _hours_of(self, day: str, clean: Mapping[str, Any]) -> str:
        """Return the hours of a day as typed; as the sheet says them when they were left as displayed."""
        return str(clean.get(day, "") if day in self.changed_data else self.fields[day].initial)

    def _find_commune(self, clean: Mapping[str, Any]) -> None:
        """Add the code of the commune, when its name and postcode determine one."""
        location = locate({name: clean[name] for name in ("commune", "code_postal") if clean.get(name)}).where
        if location.code_insee and location.code_insee != self._lieu.sheet.get("code_insee"):
            self.values["code_insee"] = location.code_insee

    def correction(self) -> links.Correction:
        """Return the correction."""
        clean = self.cleaned_data
        states: dict[str, str] = {}
        if "practices" in self.changed_data:
            before = set(sent_values(self, self.add_initial_prefix("practices")))
            after = set(clean["practices"])
            states = dict.fromkeys(after - before, "offered") | dict.fromkeys(before - after, "ended")
        return links.Correction(
            values=self.values,
            practices=states,
            closure=self.closure(on=self._on) if "du" in self.fields else None,
            rhythm=clean["rythme"] if "rythme" in self.changed_data else None,
            text=clean.get("autre", ""),
            rest=clean["reste"],
        )


def _several(label: str, choices: list[tuple[str, str]], initial: Iterable[str]) -> forms.Field:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        initial=list(initial),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def _in_words(name: str, value: Any) -> str:
    if name in LISTS and value:
        values = offer.lists()[name].values
        return listing([values[slug].plain for slug in value if slug in values])
    return history.value_text(name, value)


def _typed(sheet: rules.Sheet, name: str) -> str:
    """Return the value of a field as it would be typed."""
    if name == "telephone":
        return " ; ".join(each.words for each in places.phones(sheet))
    if name == "horaires":
        current = sheet.get("horaires", {})
        return str(current.get("text") or current.get("osm", ""))
    value = sheet.get(name, "")
    return " ; ".join(value) if isinstance(value, list) else str(value)


def _days(sheet: rules.Sheet, on: date) -> dict[str, str] | None:
    """Return the hours of each day as they would be typed; None when a week does not cover them all."""
    current = sheet.get("horaires", {})
    if not current:
        return dict.fromkeys(CODES, "")
    week = opening.week(current.get("osm", ""), on)
    if not week or current.get("left") or not opening.every_week(current["osm"]):
        return None
    return {code: _day(day.words) for code, day in zip(CODES, week, strict=True)}


def _day(text: str) -> str:
    return "0 h – 24 h" if text == "Toute la journée" else text.lower() if text == "Fermé" else text
