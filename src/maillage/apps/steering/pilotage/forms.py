"""Forms to request an activity report, or to freeze an edition of another."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.models import Structure
from maillage.apps.steering.pilotage.queries.activity_report import names_of
from maillage.apps.steering.plans.models import Funder
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.publishing.catalogue import NAMES
from maillage.publishing.page import folder
from maillage.web.choices import choice_field
from maillage.web.long_lists import CHOICES
from maillage.words.wording import number

MOST_OFFERED = 100  # structures that a list offers when words are those of several
LONGEST = 1_100  # days: three years, as most agreements


class EditionForm(forms.Form):
    """The report to freeze, and the name of its edition."""

    report = forms.ChoiceField(label="Rapport", choices=list(NAMES.items()))
    name = forms.CharField(
        label="Nom de l’édition",
        max_length=60,
        help_text="Par exemple « Conseil de novembre ». Elle ne se récrit pas : un nom ne sert qu’une fois.",
        error_messages={"required": "Il manque le nom de l’édition : « Comité de mai », par exemple."},
    )

    def clean_name(self) -> str:
        """Return the name, that a folder can bear."""
        try:
            return folder.edition_name(self.cleaned_data["name"])
        except Refused as error:
            raise forms.ValidationError(" ".join(error.sentences)) from error


class ActivityForm(forms.Form):
    """A period, one structure or all of them, the name of a funder. own: the structures of who reads, whose
    days may be any on a page that nobody else reads; a report to hand over counts whole months. within: the
    structures that the funder asked for may read, those of the territory of its plan; None for all.
    """

    du = DayField(label="Du")
    au = DayField(label="Au")
    structure = forms.ChoiceField(label="Structure", required=False)
    financeur = forms.ChoiceField(
        label="Pour un financeur du plan (facultatif)",
        required=False,
        help_text="Le rapport dit aussi les actions qu’il finance.",
    )
    pour = forms.CharField(
        label="Pour (facultatif)",
        required=False,
        max_length=120,
        help_text="Le financeur : son nom s’imprime sous le titre.",
    )

    def __init__(
        self,
        *args: Any,
        structures: list[Structure],
        on: date,
        funders: Sequence[Funder] = (),
        own: Collection[int] = (),
        within: Collection[int] | None = None,
        to_hand: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.funders = {str(funder.pk): funder for funder in funders}
        if self.funders:
            offered = [(key, f"{funder.name}, {funder.plan.title}") for key, funder in self.funders.items()]
            choice_field(self, "financeur").choices = [("", "Aucun"), *offered]
            self.fields["pour"].label = "Ou pour un autre (facultatif)"
        else:
            del self.fields["financeur"]
        self.structures = {str(funder.pk): funder for funder in structures}
        self.named = {str(pk): name for pk, name in names_of(structures).items()}
        if len(self.named) > CHOICES:
            self.fields["structure"] = forms.CharField(
                label="Structure (facultatif)",
                required=False,
                max_length=300,
                help_text=f"Son nom, ou une partie. Sans nom : les {number(len(self.named))} de l’annuaire.",
            )
        else:
            every = [("", f"Toutes ({len(self.named)})")] if len(self.named) > 1 else []
            choice_field(self, "structure").choices = [*every, *self.named.items()]
        self.on = on
        self.own, self.within, self.to_hand = own, within, to_hand
        self.moved = ""  # how the days asked for became those counted

    def clean_structure(self) -> list[Structure]:
        """Return the structures asked for: by a key, a name (all those that share it), or words that only one
        holds; all of them without.
        """
        typed = (self.cleaned_data["structure"] or "").strip()
        if not typed:
            return list(self.structures.values())
        if typed in self.structures:
            return [self.structures[typed]]
        words = plain(typed)
        same = [structure for key, structure in self.structures.items() if words in self._names(key)]
        if same:
            return same
        keys = [key for key, name in self.named.items() if words in plain(name)]
        if not keys:
            raise forms.ValidationError("Aucune structure n’a ces mots dans son nom. Écrivez-en d’autres.")
        if len(keys) > 1:
            self._offer(typed, keys)
            first = ", ".join(f"« {self.named[key]} »" for key in keys[:3])
            raise forms.ValidationError(
                f"{number(len(keys))} structures ont ces mots dans leur nom, dont {first}."
                f" {'Choisissez-en une.' if len(keys) <= MOST_OFFERED else 'Écrivez le nom en entier.'}"
            )
        return [self.structures[keys[0]]]

    def _offer(self, typed: str, keys: list[str]) -> None:
        """Let one of the structures found be chosen, where the words typed stood."""
        if len(keys) > MOST_OFFERED:
            return
        self.fields["structure"].widget = forms.Select(
            choices=[
                (typed, f"Choisir parmi {number(len(keys))}"),
                *sorted(((key, self.named[key]) for key in keys), key=lambda choice: plain(choice[1])),
                ("", f"Toutes ({number(len(self.named))})"),
            ]
        )

    def _names(self, key: str) -> tuple[str, str]:
        return plain(self.structures[key].name), plain(self.named[key])

    def clean(self) -> dict[str, Any]:
        """Check that the period has a sense, and that one funder is asked for."""
        values = super().clean() or {}
        begins, ends = values.get("du"), values.get("au")
        if begins and ends and ends < begins:
            self.add_error("au", "La période finit avant de commencer. Corrigez l’un des deux jours.")
        elif begins and ends and (ends - begins).days > LONGEST:
            self.add_error("au", "Trois ans au plus. Choisissez une période plus courte.")
        if self.within is not None and "structure" in values:
            values["structure"] = self._within(values["structure"])
        if values.get("financeur") and (values.get("pour") or "").strip():
            self.add_error("pour", "Un financeur est déjà choisi. Gardez l’un des deux.")
        if begins and ends and not self.errors:
            values["du"], values["au"] = self._counted(begins, ends)
        return values

    def _within(self, structures: list[Structure]) -> list[Structure]:
        within_territory = [each for each in structures if each.pk in (self.within or ())]
        if not within_territory and len(structures) < len(self.structures):
            self.add_error(
                "structure",
                "Elle n’est pas du territoire de ce plan : un financeur ne reçoit que l’activité de celui"
                " qu’il finance. Choisissez-en une autre, ou toutes.",
            )
        return within_territory

    def _counted(self, begins: date, ends: date) -> tuple[date, date]:
        """Return the days that are counted, of those asked for: no day to come; whole months that are over
        when others than who noted it read.
        """
        if self.is_whole:
            if begins > self.on:
                self.add_error("du", "Cette période n’a pas commencé. Choisissez un jour passé.")
            elif ends > self.on:
                self.moved = "Le dernier jour demandé n’est pas encore venu : compté jusqu’à aujourd’hui."
            return begins, min(ends, self.on)
        this = self.on.replace(day=1)
        after = min((ends.replace(day=1) + timedelta(days=31)).replace(day=1), this)
        first, last = begins.replace(day=1), after - timedelta(days=1)
        if last < first:
            self.add_error("au", "Aucun mois de cette période n’est fini. Choisissez un mois passé.")
        elif (first, last) != (begins, ends):
            self.moved = (
                "Compté par mois entiers et finis : un jour de plus ou de moins dirait ce qu’une seule"
                " personne a demandé."
            )
        return first, last

    @property
    def is_whole(self) -> bool:
        """Return True if the reader's own structures noted all of it, and it is handed to nobody."""
        values = self.cleaned_data
        handed = self.to_hand or values.get("financeur") or (values.get("pour") or "").strip()
        return not handed and {each.pk for each in values.get("structure") or ()} <= set(self.own)

    @property
    def funder(self) -> Funder | None:
        """Return the funder asked for, None without one."""
        return self.funders.get(self.cleaned_data.get("financeur", ""))

    @property
    def chosen(self) -> list[Structure]:
        """Return the structures asked for."""
        structures: list[Structure] = self.cleaned_data["structure"]
        return structures
