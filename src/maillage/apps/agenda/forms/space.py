"""Forms of professionals: a workshop, a course, names, why somebody stops."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, zip_longest
from typing import Any

from babel import Locale
from django import forms

from maillage.apps.agenda import access
from maillage.apps.agenda.forms.appointments import ELSEWHERE, LIKE_A_CODE, at_the_clock
from maillage.apps.agenda.models import Workshop
from maillage.apps.agenda.queries import outlines, words
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.forms.moments import DayField, HourField
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import where
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.messages.rules import addresses
from maillage.kernel import codes
from maillage.kernel.typed import ROWS, line, whole_number
from maillage.modules.outlines import Outline
from maillage.reference import holidays
from maillage.web.choices import choice_field
from maillage.web.overwrites import CheckedForm
from maillage.words.dates import in_words

DAYS = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
LONGEST = 3  # years that a course touches, at most: 40 meetings, every two weeks
EVERY = {"7": "chaque semaine", "14": "toutes les deux semaines", "1": "tous les jours"}


# What a workshop holds just as its form says it: the field, and the name of the value.
PLAN_FIELDS = {
    **{"trame": "outline", "titre": "title", "but": "aim", "sujet": "subject", "niveau": "level"},
    **{"places": "capacity", "prix": "price", "prix_mots": "price_words", "langue": "language"},
    **{"adapte": "suits", "aidants": "aidants", "apporter": "bring"},
}


def _languages() -> list[tuple[str, str]]:
    names = Locale("fr").languages
    return [(id, str(names.get(id, id)).capitalize()) for id in rules.SPOKEN]


class PlanForm(forms.Form):
    """A workshop: what, when, where, for whom. The account's own structures and places come first."""

    structure = forms.ChoiceField(label="Au nom de")
    trame = forms.ChoiceField(label="Trame d’animation", required=False, widget=forms.HiddenInput)
    lu = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the version that was read
    titre = forms.CharField(
        label="Titre",
        max_length=120,
        help_text="Ce que l’on y fera : « Ma facture de téléphone ».",
        error_messages={"required": "Il manque le titre. Il dit ce que l’on fera. Écrivez-le."},
    )
    but = forms.CharField(
        label="À la fin, chacun a… (facultatif)",
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Une phrase, que tout le monde lit.",
    )
    sujet = forms.ChoiceField(label="Sujet", choices=list(rules.SUBJECTS.items()))
    niveau = forms.ChoiceField(label="Niveau", choices=list(rules.LEVELS.items()))
    jour = DayField(label="Le jour")
    heure = HourField(label="Début")
    fin = HourField(label="Fin", error_messages={"required": "Il manque l’heure de fin. Choisissez-la."})
    places = forms.IntegerField(
        label="Places",
        min_value=1,
        max_value=rules.MOST_SEATS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Il manque le nombre de places. Écrivez-le.",
            "invalid": "Ce nombre n’est pas reconnu. Écrivez par exemple 8.",
        },
    )
    sans_inscription = forms.BooleanField(
        label="On vient sans s’inscrire (permanence, porte ouverte)", required=False
    )
    lieu = forms.ChoiceField(label="Où")
    adresse = forms.CharField(label="Adresse, si c’est ailleurs", max_length=200, required=False)
    commune = forms.CharField(label="Commune, si c’est ailleurs", max_length=100, required=False)
    prix = forms.ChoiceField(
        label="Prix", choices=[("", "Non précisé"), *rules.PRICES.items()], required=False
    )
    prix_mots = forms.CharField(
        label="Précision sur le prix (facultatif)",
        max_length=120,
        required=False,
        help_text="« 2 € la séance »",
    )
    langue = forms.ChoiceField(label="Langue", choices=_languages)
    adapte = forms.MultipleChoiceField(
        label="Accueil adapté",
        choices=list(rules.SUITS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    aidants = forms.CharField(
        label="Qui anime (facultatif)", max_length=200, required=False, help_text="Des prénoms suffisent."
    )
    partenaire = forms.CharField(
        label="Animé avec une autre structure (facultatif)",
        max_length=200,
        required=False,
        help_text="Son nom, comme dans l’annuaire. Elle verra les inscrits et notera les présences.",
    )
    apporter = forms.CharField(
        label="À apporter (facultatif)",
        max_length=300,
        required=False,
        help_text="« Votre téléphone et son chargeur »",
    )

    moment = ("jour", "heure", "fin")
    folded = ("prix", "prix_mots", "langue", "adapte", "aidants", "partenaire", "apporter")

    def __init__(self, *args: Any, user: Visitor, workshop: Workshop | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workshop = workshop
        self.structures = {str(choice.pk): choice for choice in access.structures_for(user)}
        if workshop is not None:
            self.structures = {str(workshop.structure_id): workshop.structure}
        self.outlines = outlines.read_by(user)
        titles = ((choice.id, choice.title) for choice in self.outlines.values())
        choice_field(self, "trame").choices = [("", "Aucune"), *titles]
        lieux = Lieu.objects.filter(
            structure__in=list(self.structures.values()), state=directory.PUBLISHED
        ).order_by("name")
        self.lieux = {choice.slug: choice for choice in lieux}
        if workshop is not None and workshop.lieu is not None:
            self.lieux.setdefault(workshop.lieu.slug, workshop.lieu)
        choice_field(self, "lieu").choices = [
            *((slug, choice.name) for slug, choice in self.lieux.items()),
            (ELSEWHERE, "Ailleurs"),
        ]
        if len(self.structures) < 2:
            del self.fields["structure"]
        else:
            choice_field(self, "structure").choices = [
                (id, choice.name) for id, choice in self.structures.items()
            ]

    @property
    def main(self) -> list[tuple[bool, list[Any]]]:
        """The fields that everybody fills, in order, in groups: the day and its hours go together."""
        placed_elsewhere = {*self.folded, *("structure", "trame", "lu", "lieu", "adresse", "commune")}
        placed_elsewhere |= {"fois", "tous_les", "feries", "sauter"}
        fields = (field for field in self if field.name not in placed_elsewhere)
        return [
            (moment, list(group))
            for moment, group in groupby(fields, lambda field: field.name in self.moment)
        ]

    @property
    def more(self) -> list[Any]:
        return [self[name] for name in self.folded]

    def clean_jour(self) -> date:
        day: date = self.cleaned_data["jour"]
        if day.year not in rules.YEARS:
            raise forms.ValidationError(self.fields["jour"].error_messages["invalid"])
        return day

    def clean_partenaire(self) -> Structure | None:
        name = line(self.cleaned_data["partenaire"])
        if not name:
            return None
        matches = list(Structure.objects.filter(name__iexact=name)[:2]) or list(
            Structure.objects.filter(name__icontains=name).order_by("name")[:6]
        )
        if len(matches) == 1:
            return matches[0]
        if not matches:
            raise forms.ValidationError(
                "Aucune structure de l’annuaire ne porte ce nom. Sans elle, votre structure seule note les"
                " présences. Vérifiez le nom, ou laissez vide."
            )
        names = ", ".join(f"« {each.name} »" for each in matches[:5])
        raise forms.ValidationError(f"Plusieurs structures ont ce nom : {names}. Écrivez-le en entier.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["code"] = ""
        if cleaned.get("lieu") == ELSEWHERE:
            self._elsewhere(cleaned)
        if {"jour", "heure", "fin"} <= cleaned.keys():
            cleaned["starts_at"], cleaned["ends_at"] = (
                at_the_clock(cleaned["jour"], cleaned[name], self._commune()) for name in ("heure", "fin")
            )
            if cleaned["starts_at"] is None or cleaned["ends_at"] is None:
                self.add_error(
                    "heure",
                    "Cette heure n’existe pas ce jour-là : on change d’heure. Choisissez-en une autre.",
                )
            elif cleaned["ends_at"] <= cleaned["starts_at"]:
                self.add_error(
                    "fin", "L’atelier finit avant d’avoir commencé. Corrigez l’une des deux heures."
                )
        return cleaned

    def _commune(self) -> str:
        """Return the code of the commune whose time is meant."""
        lieu = self.lieux.get(self.cleaned_data.get("lieu", ""))
        return lieu.code_insee if lieu is not None else str(self.cleaned_data.get("code", ""))

    def _elsewhere(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("adresse"):
            self.add_error("adresse", "Il manque l’adresse. Sans elle, personne ne trouvera. Écrivez-la.")
        if self.workshop is not None and cleaned.get("commune") == commune_of(self.workshop):
            cleaned["code"] = self.workshop.commune
            return
        spot = where.find(cleaned.get("commune", "")).spot
        if spot is None or (len(spot.communes) != 1 and not spot.is_point):
            self.add_error(
                "commune", "Cette commune est inconnue, ou plusieurs portent ce nom. Écrivez son code postal."
            )
        else:
            cleaned["code"] = spot.communes[0]

    def chosen_structure(self) -> Structure:
        return self.structures[self.cleaned_data.get("structure") or next(iter(self.structures))]

    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `actions.planning.KNOWN`."""
        cleaned = self.cleaned_data
        lieu = self.lieux.get(cleaned["lieu"])
        outline = self.outlines.get(cleaned["trame"])
        modules = list(outline.modules) if outline is not None else []
        if self.workshop is not None and self.workshop.outline == cleaned["trame"]:
            modules = list(self.workshop.modules)  # its own, unless the outline was changed for another
        return {name: cleaned[field] for field, name in PLAN_FIELDS.items()} | {
            "starts_at": cleaned["starts_at"],
            "ends_at": cleaned["ends_at"],
            "drop_in": cleaned.get("sans_inscription", False),
            "lieu": lieu,
            "address": "" if lieu is not None else cleaned["adresse"],
            "commune": cleaned["code"],
            "partner": cleaned["partenaire"],
            "modules": modules,
        }


def from_outline(outline: Outline) -> dict[str, Any]:
    return {
        "trame": outline.id,
        "titre": outline.title,
        "but": outline.aim,
        "sujet": outline.subject,
        "niveau": outline.level,
        "langue": outline.language if outline.language in rules.SPOKEN else "fr",
        "places": outline.seats[1],
        "sans_inscription": outline.format == rules.OPEN,
        "heure": "14:00",
        "fin": (datetime(2026, 1, 1, 14) + timedelta(minutes=outline.minutes)).strftime("%H:%M"),
        "fois": len(outline.meetings) or None,
    }


def commune_of(row: Workshop) -> str:
    """Return the name of the commune of a workshop, since many Insee codes are a postcode elsewhere."""
    return words.town(row) or row.commune


def from_workshop(row: Workshop) -> dict[str, Any]:
    """Return the values of a workshop; a lieu its structure no longer runs stays available."""
    begin, end = row.starts_at.astimezone(row.zone), row.ends_at.astimezone(row.zone)
    return {field: getattr(row, name) for field, name in PLAN_FIELDS.items()} | {
        "lu": row.sequence,
        "jour": begin.date(),
        "heure": begin.time(),
        "fin": end.time(),
        "sans_inscription": row.drop_in,
        "lieu": row.lieu.slug if row.lieu is not None else ELSEWHERE,
        "adresse": row.address,
        "commune": commune_of(row),
        "partenaire": row.partner.name if row.partner is not None else "",
    }


class CourseForm(PlanForm):
    """A course: the same, several times."""

    fois = forms.IntegerField(
        label="Nombre de séances",
        min_value=2,
        max_value=rules.MOST_MEETINGS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Il manque le nombre de séances. Écrivez par exemple 5.",
            "invalid": "Ce nombre n’est pas reconnu. Écrivez par exemple 5.",
        },
    )
    tous_les = forms.ChoiceField(label="Rythme", choices=list(EVERY.items()))
    feries = forms.BooleanField(label="Pas de séance les jours fériés", required=False, initial=True)
    sauter = forms.CharField(
        label="Autres jours sans séance (facultatif)",
        required=False,
        max_length=400,
        help_text="Des vacances, par exemple : « 22/12/2026, 29/12/2026 ».",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["sans_inscription"]  # one comes to a course with the same people

    def clean_sauter(self) -> list[date]:
        typed, skipped_days = self.cleaned_data["sauter"], []
        for text in DAYS.findall(typed):
            try:
                skipped_days.append(datetime.strptime(text, "%d/%m/%Y").date())
            except ValueError as error:
                raise forms.ValidationError(f"Le {text} n’existe pas. Corrigez-le.") from error
        if typed.strip() and not skipped_days:
            raise forms.ValidationError("Aucune date n’est reconnue. Écrivez par exemple 22/12/2026.")
        return skipped_days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (
            cleaned.get("starts_at")
            and cleaned.get("ends_at")
            and {"fois", "tous_les", "sauter"} <= cleaned.keys()
        ):
            for day in self._days(cleaned):
                if None in (at_the_clock(day, cleaned[name], self._commune()) for name in ("heure", "fin")):
                    self.add_error(
                        "heure",
                        f"Le {in_words(day)}, on change d’heure : celle-ci n’existe pas. Choisissez-en une"
                        " autre.",
                    )
        return cleaned

    def _days(self, cleaned: Mapping[str, Any]) -> list[date]:
        first, skipped_days = datetime.combine(cleaned["jour"], cleaned["heure"]), {*cleaned["sauter"]}
        if cleaned.get("feries"):
            for year in range(first.year, first.year + LONGEST):
                skipped_days |= set(holidays.of_year(year, self._commune()))
        every = int(cleaned["tous_les"])
        moments = rules.weekly(first, cleaned["fois"], every=every, without=sorted(skipped_days))
        return [moment.date() for moment in moments]

    def meetings(self) -> list[dict[str, Any]]:
        """Return the values of each meeting: when, and what the outline says of it."""
        cleaned, values = self.cleaned_data, self.values()
        outline = self.outlines.get(cleaned["trame"])
        outlined_meetings = outline.meetings if outline is not None else ()
        meetings = []
        for outlined, day in zip_longest(outlined_meetings, self._days(cleaned)):
            if day is None:  # fewer meetings than the outline has
                break
            own: dict[str, Any] = {
                "title": values["title"],
                "starts_at": at_the_clock(day, cleaned["heure"], self._commune()),
                "ends_at": at_the_clock(day, cleaned["fin"], self._commune()),
            }
            if outlined is not None:
                own |= {"aim": outlined.aim, "modules": list(outlined.modules)}
                own["title"] = f"{values['title']} : {outlined.title}"[:120]
            meetings.append(own)
        return meetings


@dataclass(frozen=True, slots=True)
class Written:
    """A person in the list: a name, a contact, or the person whose card it is."""

    name: str
    way: str = rules.NO_WAY
    contact: str = ""
    person: Person | None = None


class NamesForm(forms.Form):
    """Several people at once: one on each line, a contact after a comma; the code of a card is enough. `cle`
    makes a double click a single registration of each.
    """

    cle = forms.RegexField(r"^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)
    noms = forms.CharField(
        label="Un prénom par ligne",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=(
            "Un contact après une virgule, si la personne veut : « Fatou, 06 12 34 56 78 ». Ou le code d’une"
            " carte."
        ),
        error_messages={"required": "Il manque un prénom. Écrivez-en un par ligne."},
    )
    voie = forms.ChoiceField(
        label="Inscrites",
        choices=[(id, rules.CHANNELS[id]) for id in (rules.COUNTER, rules.PHONE_CALL, rules.PAPER)],
        initial=rules.COUNTER,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, user: Visitor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def learner(self, rank: int) -> str:
        """Return the key by which the same line, sent twice, is the same person; '' without a key."""
        key = self.cleaned_data["cle"]
        return f"{key[:28]}{rank:04x}" if key else ""

    def clean_noms(self) -> list[Written]:
        lines = [line.strip() for line in self.cleaned_data["noms"].splitlines() if line.strip()]
        if len(lines) > rules.MOST_NAMES:
            raise forms.ValidationError(
                f"Il y a {len(lines)} lignes : c’est trop pour une fois. Écrivez-en {rules.MOST_NAMES}."
            )
        return [self._written(line) for line in lines]

    def _written(self, line: str) -> Written:
        if codes.read(line) and (person := people.by_code(line)) is not None:
            return Written("", person=person)
        if LIKE_A_CODE.fullmatch(line):
            raise forms.ValidationError(
                f"Aucune carte n’a le code « {line} ». Relisez-le, ou écrivez un prénom."
            )
        name, _, contact = (part.strip() for part in line.replace(";", ",").partition(","))
        read = addresses.contact(contact)
        if read is None:
            raise forms.ValidationError(f"« {contact} » n’est pas reconnu. {addresses.UNREADABLE}")
        return Written(name[:60], *read)


class NoteForm(CheckedForm):
    """Why a person stops or hesitates, and what was proposed next."""

    compared = ("arret", "arret_mots", "suite", "suite_mots")

    arret = forms.ChoiceField(
        label="Pourquoi s’arrête-t-elle, ou reste-t-elle peu sûre ?",
        required=False,
        choices=[("", "Elle continue"), *rules.STOPPED.items()],
        widget=forms.RadioSelect,
    )
    arret_mots = forms.CharField(label="En quelques mots (facultatif)", required=False, max_length=300)
    suite = forms.ChoiceField(
        label="Qu’a-t-on proposé ensuite ?",
        required=False,
        choices=[("", "Rien encore"), *rules.NEXT.items()],
        widget=forms.RadioSelect,
    )
    suite_mots = forms.CharField(label="Quoi, où, quand (facultatif)", required=False, max_length=300)


class PeriodForm(forms.Form):
    """A period, both days included; this year by default."""

    du = DayField(required=False)
    au = DayField(required=False)

    def period(self, today: date) -> tuple[date, date]:
        self.is_valid()
        begin, end = (self.cleaned_data.get(name) for name in ("du", "au"))
        begin = begin if begin and begin.year in rules.YEARS else date(today.year, 1, 1)
        end = end if end and end.year in rules.YEARS else today
        return (begin, end) if begin <= end else (end, begin)


def ticked(data: Mapping[str, str]) -> dict[int, bool | None]:
    """Return the attendance of one seat from one tap: « 12-oui », « 12-non », « 12-rien »; {} for
    anything else.

    >>> ticked({"venue": "12-oui"}), ticked({"venue": "x"})
    ({12: True}, {})
    """
    number, _, answer = data.get("venue", "").partition("-")
    seat, came = whole_number(number, ROWS), {"oui": True, "non": False, "rien": None}
    return {seat: came[answer]} if seat is not None and answer in came else {}
