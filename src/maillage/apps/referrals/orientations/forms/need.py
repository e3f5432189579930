"""Need of a person, as the sender types it: turned into a search, and into the fields of a draft."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.queries.results import MINUTES, needs
from maillage.apps.directory.places.queries.where import Spot
from maillage.apps.referrals.orientations.forms.people import TypedLine, languages
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.referrals.orientations.rules.matching import HELP, LACKS, LEVELS, WHEELCHAIR, PersonNeed
from maillage.reference import offer
from maillage.web.choices import NumberChoiceField, choice_field
from maillage.words import opening
from maillage.words.languages import to_say

ANY = ("", "Peu importe")
HELPS = {"for": "Qu’on fasse pour elle", "with": "Qu’on fasse avec elle", "learn": "Apprendre à faire"}
FIRST_NEEDS = ("assistance", "formation")  # with which the first families begin
FOLDED = ("langue", "niveau", "publics", "adaptations", "manque", "jours", "gratuit")


def _needs() -> list[Any]:
    """Return the practices by family, as the menu shows them: first what a professional sends people for."""
    groups = [
        (family, [(each.id, each.label) for each in family_needs]) for family, family_needs in needs().items()
    ]
    groups.sort(key=lambda group: group[1][0][0] not in FIRST_NEEDS)
    return [("", "Choisissez"), *groups]


def _plain(list_id: str, but: Iterable[str] = ()) -> list[tuple[str, str]]:
    return [(id, value.plain) for id, value in offer.lists()[list_id].values.items() if id not in but]


class NeedForm(forms.Form):
    """A search: what for, around where. people: whom the account helps; structures: whom it acts for."""

    pour = forms.ChoiceField(label="Pour qui", required=False)
    au_nom = forms.ChoiceField(label="Au nom de", required=False)
    besoin = forms.ChoiceField(
        label="Ce qui est cherché",
        choices=_needs,
        error_messages={
            "required": (
                "Il manque ce qui est cherché. Sans lui, aucun lieu ne peut être proposé. Choisissez dans la"
                " liste."
            ),
            "invalid_choice": "Ce choix n’existe pas. Choisissez dans la liste.",
        },
    )
    aide = forms.ChoiceField(
        label="Comment", required=False, choices=[ANY, *HELPS.items()], widget=forms.RadioSelect, initial=""
    )
    demarche = forms.ChoiceField(
        label="Démarche", required=False, choices=[("", "Aucune en particulier"), *cycle.PROCEDURES.items()]
    )
    precision = TypedLine(
        label="Laquelle, en quelques mots",
        max_length=120,
        help_text="Par exemple : renouveler la prime d’activité.",
    )
    avant = DayField(
        label="À faire avant le",
        required=False,
        years=None,
        error_messages={"invalid": "Cette date n’existe pas. Choisissez-la de nouveau, ou laissez vide."},
    )
    ou = forms.CharField(
        label="Autour de",
        max_length=100,
        help_text="Une commune, un quartier, un code postal.",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={
            "required": "Il manque où chercher. Écrivez une commune, un quartier ou un code postal."
        },
    )
    marche = NumberChoiceField(
        label="À pied, jusqu’à",
        required=False,
        empty_value=30,
        choices=[(str(m), words) for m, words in MINUTES.items()],
    )
    langue = forms.ChoiceField(label="Langue", required=False, choices=languages)
    niveau = forms.ChoiceField(label="Niveau", required=False)
    publics = forms.MultipleChoiceField(
        label="Cette personne", required=False, widget=forms.CheckboxSelectMultiple
    )
    adaptations = forms.MultipleChoiceField(
        label="Ce qu’il faut prévoir", required=False, widget=forms.CheckboxSelectMultiple
    )
    manque = forms.MultipleChoiceField(
        label="Elle n’a pas", required=False, choices=list(LACKS.items()), widget=forms.CheckboxSelectMultiple
    )
    jours = forms.TypedMultipleChoiceField(
        label="Elle peut venir le",
        required=False,
        coerce=int,
        choices=[(str(n), day.lower()) for n, day in enumerate(opening.DAYS)],
        widget=forms.CheckboxSelectMultiple,
    )
    gratuit = forms.BooleanField(label="Gratuit seulement", required=False)
    resultat = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    suite = forms.IntegerField(required=False, widget=forms.HiddenInput)
    brouillon = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        people: Sequence[Any],
        structures: Sequence[Any],
        on: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.on = on
        chosen = choice_field(self, "pour")
        chosen.choices = [
            ("", "Sans nom : rien n’est gardé d’elle"),
            *((str(p.pk), p.full_label) for p in people),
        ]
        choice_field(self, "au_nom").choices = [(str(s.pk), s.name) for s in structures]
        if len(structures) == 1:
            self.fields["au_nom"].widget = forms.HiddenInput()
        choice_field(self, "niveau").choices = [
            ANY,
            *((id, label) for id, label in _plain("niveaux") if id in LEVELS),
        ]
        choice_field(self, "publics").choices = _plain("publics_specifiquement_adresses")
        choice_field(self, "adaptations").choices = _plain(
            "prise_en_charge_specifique", but=("languages", "english")
        )
        for name in ("precision", "ou"):
            self.fields[name].widget.attrs["aria-describedby"] = f"id_{name}_helptext"

    @property
    def in_short(self) -> str:
        """The search in one line, as a phone shows it above the places: what for, around where, how far."""
        clean = self.cleaned_data
        practice = offer.practices()[clean["besoin"]]
        minutes = clean["marche"]
        how_far = f"{MINUTES[minutes]} à pied" if minutes else "sans limite de distance"
        return " · ".join((practice.label, clean["ou"], how_far))

    def clean_avant(self) -> date | None:
        day: date | None = self.cleaned_data["avant"]
        # It may already be the next day where the place is, which `drafts` looks at.
        if day is not None and not self.on <= day <= self.on + timedelta(days=cycle.FARTHEST + 1):
            when = "déjà passé" if day < self.on else "dans plus de deux ans"
            raise forms.ValidationError(
                f"Le {opening.date_text(day)} est {when}. Corrigez la date, ou laissez-la vide.", code="slip"
            )
        return day

    @property
    def more_chosen(self) -> bool:
        """Return True if a folded field has a value."""
        folded_values = {name: self[name].value() for name in FOLDED}
        is_foreign = folded_values.pop("langue") not in ("", None, "fr")
        return is_foreign or any(folded_values.values())

    @property
    def folded(self) -> list[Any]:
        return [self[name] for name in FOLDED]

    def wanted(self) -> PersonNeed:
        """Return the search criteria."""
        cleaned = self.cleaned_data
        cares = set(cleaned["adaptations"])
        return PersonNeed(
            need=cleaned["besoin"],
            result=cleaned["resultat"],
            help=cleaned["aide"] if cleaned["aide"] in HELP else "",
            level=cleaned["niveau"],
            publics=tuple(cleaned["publics"]),
            language=cleaned["langue"],
            minutes=cleaned["marche"],
            free=cleaned["gratuit"],
            wheelchair=WHEELCHAIR in cares,
            adaptations=tuple(sorted(cares - {WHEELCHAIR})),
            days=tuple(cleaned["jours"]),
            urgent_before=cleaned["avant"],
            lacks=tuple(cleaned["manque"]),
            sent=True,
        )

    def draft(self, spot: Spot | None) -> dict[str, Any]:
        """Return the fields of the draft."""
        cleaned = self.cleaned_data
        days = ", ".join(opening.DAYS[n].lower() for n in cleaned["jours"])
        return {
            "need": cleaned["besoin"],
            "procedure": cleaned["demarche"],
            "procedure_words": cleaned["precision"],
            "urgent_before": cleaned["avant"],
            "language": cleaned["langue"] or "fr",
            "result": cleaned["resultat"],
            "availability": days,
            "commune": spot.communes[0] if spot is not None and len(spot.communes) == 1 else "",
        }

    def chosen(self, name: str, among: Sequence[Any]) -> Any:
        return next((row for row in among if str(row.pk) == self.cleaned_data.get(name)), None)


# What helps most people: the words said to the relative, and their drawing.
RELATIVE_NEEDS = {
    "assistance": (to_say("Qu’on l’aide à faire ses papiers"), "droits-papiers"),
    "libre_acces": (to_say("Un ordinateur, et quelqu’un à côté"), "ordinateur"),
    "formation": (to_say("Apprendre, petit à petit"), "marches"),
}


class WhereForm(forms.Form):
    ou = forms.CharField(
        max_length=100,
        error_messages={"required": to_say("Il manque où votre proche habite. Écrivez une commune.")},
    )
    besoin = forms.ChoiceField(
        choices=[(id, words) for id, (words, _) in RELATIVE_NEEDS.items()],
        error_messages={"required": to_say("Il manque ce qui l’aiderait. Touchez une image.")},
    )
    marche = NumberChoiceField(
        required=False, empty_value=30, choices=[(str(m), words) for m, words in MINUTES.items()]
    )

    @property
    def needs(self) -> list[tuple[str, str, str, bool]]:
        """Return the possible needs: value, words, drawing, True if chosen."""
        chosen = self["besoin"].value() or "assistance"
        return [(id, words, drawing, id == chosen) for id, (words, drawing) in RELATIVE_NEEDS.items()]

    @property
    def walks(self) -> list[tuple[str, str, bool]]:
        chosen = str(self["marche"].value() or "30")
        return [(str(m), words, str(m) == chosen) for m, words in MINUTES.items()]
