"""Forms of a meeting: its dates, its minutes, its decisions; and the filters of the shared agenda."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import forms

from maillage.apps.community.access import commune_of
from maillage.apps.community.forms.speaking import Speaking, structure_named
from maillage.apps.community.models import MeetingDate
from maillage.apps.community.rules import agenda
from maillage.apps.community.rules import meetings as rules
from maillage.apps.directory.places.forms.moments import DayField, HourField
from maillage.apps.directory.places.forms.places import CommuneField, lieux_of
from maillage.apps.directory.places.queries import where
from maillage.reference import clocks
from maillage.web.choices import choice_field

ROWS = 4  # dates that a form offers: more is a second vote
DURATIONS = {"60": "1 heure", "90": "1 h 30", "120": "2 heures", "180": "3 heures", "420": "une journée"}


class MeetingForm(Speaking):
    """A meeting to propose: one date, or several to vote."""

    titre = forms.CharField(
        label="Titre",
        max_length=160,
        error_messages={"required": "Il manque le titre. Quelques mots suffisent."},
    )
    sorte = forms.ChoiceField(label="Sorte", choices=list(rules.KINDS.items()))
    avec = forms.CharField(
        label="Avec qui (facultatif)",
        required=False,
        max_length=300,
        help_text="Qui doit y être : la Région, la Ville, un opérateur. Aucun nom de personne aidée.",
    )
    ordre = forms.CharField(
        label="À l’ordre du jour (facultatif)",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=(
            "Une ligne par sujet. Ne parlez d’aucune personne aidée. Rien d’écrit : l’ordre habituel d’un"
            " cadrage, d’un lancement, d’une restitution ou d’un comité de pilotage."
        ),
    )
    lieu = forms.ChoiceField(label="Dans quel lieu", required=False)
    adresse = forms.CharField(label="Sinon, à quelle adresse", required=False, max_length=200)
    commune = CommuneField(
        label="Dans quelle commune",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Rien d’écrit : celle du lieu, ou de votre structure.",
    )
    duree = forms.ChoiceField(label="Durée", choices=list(DURATIONS.items()), initial="120")
    passee = forms.BooleanField(
        label="Elle a déjà eu lieu : la noter, pour la compter",
        required=False,
        help_text="Une animation, un évènement ou un partenariat de moins d’un an, avec sa seule date.",
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, seat: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seat = seat
        self.lieux = lieux_of(self.structures.values())
        choice_field(self, "lieu").choices = [
            ("", "Ailleurs, ou à distance"),
            *((pk, lieu.name) for pk, lieu in self.lieux.items()),
        ]
        for n in range(1, ROWS + 1):
            self.fields[f"jour_{n}"] = DayField(label=f"Date {n}", required=False)
            self.fields[f"heure_{n}"] = HourField(label=f"Heure {n}", required=False)

    @property
    def pairs(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        for n in range(1, ROWS + 1):
            yield self[f"jour_{n}"], self[f"heure_{n}"]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [each for each in self.visible_fields() if not each.name.startswith(("jour_", "heure_"))]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if self.errors:
            return clean
        lieu = self.lieux.get(clean["lieu"])
        own = commune_of(self.structure) if self.structure else self.seat
        clean["where"] = (lieu.code_insee if lieu else "") or clean["commune"] or own
        if not clean["where"]:
            self.add_error("commune", "Il manque la commune : c’est elle qui dit de quel réseau il s’agit.")
            return clean
        zone, dates = clocks.zone(clean["where"]), []
        for n in range(1, ROWS + 1):
            day, hour = clean.get(f"jour_{n}"), clean.get(f"heure_{n}")
            if day and hour:
                dates.append(datetime.combine(day, hour, tzinfo=zone))
            elif day or hour:
                missing = f"heure_{n}" if day else f"jour_{n}"
                self.add_error(missing, "Il manque l’heure." if day else "Il manque le jour.")
        if not dates and not self.errors:
            self.add_error("jour_1", "Il manque une date. Donnez au moins la première.")
        clean["dates"] = dates
        return clean

    @property
    def values(self) -> dict[str, Any]:
        """Return the typed values, by the fields of a Draft."""
        clean = self.cleaned_data
        return {
            "title": clean["titre"],
            "kind": clean["sorte"],
            "about": clean["ordre"],
            "partners": clean["avec"],
            "lieu": self.lieux.get(clean["lieu"]),
            "address": clean["adresse"],
            "commune": clean["where"],
            "minutes": int(clean["duree"]),
            "dates": clean["dates"],
            "token": clean["jeton"],
            "is_over": clean["passee"],
        }


class VoteForm(forms.Form):
    """Answer to each date."""

    def __init__(self, *args: Any, dates: list[MeetingDate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dates = dates
        for option in dates:
            self.fields[f"date_{option.pk}"] = forms.ChoiceField(
                required=False, choices=list(rules.ANSWERS.items()), widget=forms.RadioSelect
            )

    @property
    def answers(self) -> dict[int, str]:
        """Return the answer to each date that has one, by its number."""
        clean = self.cleaned_data
        return {each.pk: answer for each in self.dates if (answer := clean.get(f"date_{each.pk}"))}


class MinutesForm(forms.Form):
    """The minutes of a meeting."""

    texte = forms.CharField(
        label="Ce qui s’est dit",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Des faits, pas des personnes : aucun nom de personne aidée.",
        error_messages={"required": "Il est vide. Écrivez ce qui s’est dit, en quelques lignes."},
    )
    presentes = forms.IntegerField(
        label="Structures présentes (facultatif)",
        required=False,
        min_value=0,
        max_value=1_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    etat = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)


class DecisionForm(forms.Form):
    """A decision, its pilot, its day."""

    decision = forms.CharField(
        label="Ce qui est décidé",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Il manque la décision. Une phrase suffit."},
    )
    qui = forms.ChoiceField(
        label="Qui s’en charge",
        required=False,
        choices=[("", "Personne : c’est une décision"), *rules.PILOTS.items()],
        widget=forms.RadioSelect,
    )
    pilote = forms.CharField(
        label="Quelle structure",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "structures"}),
        help_text="Son nom, comme sur sa fiche.",
    )
    pour = DayField(label="Pour le", required=False)
    vote = DayField(
        label="À voter jusqu’au (facultatif)",
        required=False,
        help_text="Le réseau vote la décision sur cette page : pour, contre ou sans avis.",
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        typed = clean.get("pilote", "")
        clean["structure"] = None
        if clean.get("qui") == rules.STRUCTURE:
            if not typed:
                self.add_error("pilote", "Il manque quelle structure s’en charge. Écrivez son nom.")
            else:
                try:
                    clean["structure"] = structure_named(typed)
                except forms.ValidationError as error:
                    self.add_error("pilote", error)
        if clean.get("qui") and "pour" not in self.errors and not clean.get("pour"):
            self.add_error("pour", "Il manque pour quand. Une tâche sans date s’oublie.")
        return clean

    @property
    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `decide`."""
        clean = self.cleaned_data
        until: date | None = clean.get("pour")
        return {
            "words": clean["decision"],
            "leads": clean["qui"],
            "pilot": clean["structure"],
            "until_on": until,
            "vote_until": clean.get("vote"),
            "token": clean["jeton"],
        }


class AgendaForm(forms.Form):
    """A kind, a place, words, how far ahead; what cannot be read asks for nothing."""

    sorte = forms.ChoiceField(label="Quoi", required=False, choices=[("", "Tout"), *agenda.KINDS.items()])
    ou = forms.CharField(label="Commune", required=False, max_length=80)
    mots = forms.CharField(
        label="Mots", required=False, max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    jours = forms.ChoiceField(
        label="Jusqu’à",
        required=False,
        choices=[("30", "un mois"), ("7", "une semaine"), ("90", "trois mois")],
    )

    def clean_ou(self) -> tuple[str, ...]:
        """Return the communes of the place that was typed, none when it is empty."""
        typed = self.cleaned_data["ou"].strip()
        if not typed:
            return ()
        spot = where.find(typed).spot
        if spot is None:
            raise forms.ValidationError(
                f"« {typed} » : nous ne savons pas où c’est. Écrivez le nom en entier."
            )
        return tuple(spot.communes)

    @property
    def _clean(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_bound and (self.is_valid() or self.cleaned_data) else {}

    @property
    def span(self) -> str:
        return self._clean.get("jours") or agenda.USUAL

    @property
    def wanted(self) -> dict[str, Any]:
        """Return the filters, by the names of `occurrences`."""
        clean = self._clean
        return {
            "kind": clean.get("sorte", ""),
            "words": clean.get("mots", ""),
            "communes": clean.get("ou", ()),
        }
