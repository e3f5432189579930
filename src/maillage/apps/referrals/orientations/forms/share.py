"""Fields that a place may read, chosen one by one with the person, and how the place is reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons import rules as purposes
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations.forms.people import TypedLine
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries.timeline import Shared, mail_of
from maillage.apps.referrals.orientations.rules import cycle
from maillage.web.choices import choice_field
from maillage.words import opening
from maillage.words.wording import lower_first

REFUSED = "non"
AGREED = {
    "read": "Oui. Je lui ai lu la phrase",
    "paper": "Oui. Elle a signé le papier",
    "click": "Oui. Elle a touché l’écran elle-même",
    REFUSED: "Non. Rien n’est transmis : elle montrera sa carte",
}
# What is ticked at first of somebody who is not named: what the place cannot do without. A person with a card
# chooses: nothing is ticked for them (RGPD, article 4, 11).
AT_FIRST = ("nickname", "language", "procedure", "availability", "note")
TYPED = {"availability": "jours", "note": "mot"}


@dataclass(frozen=True, slots=True)
class Line:
    """A field that may be shared. words: as the place will read it; field: where it is typed, if it is."""

    name: str
    label: str
    words: str
    ticked: bool
    field: BoundField | None


class SendForm(forms.Form):
    """The sending of a draft. reads: what the place would read if all were shared; ways: to reach it."""

    partage = forms.MultipleChoiceField(required=False, choices=list(cycle.SHARED.items()))
    jours = TypedLine(label="Les jours possibles", max_length=200)
    mot = forms.CharField(
        label="Un mot pour le lieu",
        required=False,
        max_length=cycle.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    accord = forms.ChoiceField(
        label="Ce qu’elle répond",
        choices=list(AGREED.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque sa réponse. Lisez-lui la phrase, puis notez ce qu’elle dit."},
    )
    ecrire = forms.ChoiceField(
        label="Lui écrire", required=False, choices=[("oui", "Oui"), ("non", "Non")], widget=forms.RadioSelect
    )
    canal = forms.ChoiceField(
        label="Comment prévenir le lieu",
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque comment le lieu est prévenu. Choisissez dans la liste."},
    )

    adresse = forms.EmailField(
        label="L’adresse e-mail que le lieu vous donne",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=(
            "Sa fiche n’en a pas : celle-ci lui sera proposée. Relisez-la : le lieu qui la reçoit lit ce "
            "qui est partagé."
        ),
        error_messages={
            "invalid": "Cette adresse n’est pas complète. Il faut un @, puis un nom. Relisez-la avec le lieu."
        },
    )

    def __init__(
        self,
        data: Any,
        *,
        row: Orientation,
        reads: Sequence[Shared],
        ways: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        first = {"jours": row.availability, "mot": row.note, "canal": ways[0][0]}
        super().__init__(data, initial=first, **kwargs)
        self.row = row
        self.reads = {each.name: each.words for each in reads}
        choice_field(self, "canal").choices = list(ways)
        if mail_of(row.lieu):
            del self.fields["adresse"]
        if row.person is None:
            del self.fields["accord"]
        if not self.asks_to_write:
            del self.fields["ecrire"]

    @staticmethod
    def unanswered(data: QueryDict) -> QueryDict:
        """Return the typed fields, without the answers of the person."""
        remaining = data.copy()
        for name in ("accord", "ecrire"):
            remaining.pop(name, None)
        return remaining

    @property
    def asks_to_write(self) -> bool:
        """Return True if the person can be written to, and has not been asked yet."""
        person = self.row.person
        return (
            person is not None
            and person.reach in (purposes.PHONE, purposes.EMAIL)
            and not people.agreed(person, purposes.WRITE)
        )

    @property
    def lines(self) -> list[Line]:
        """Return the fields that may be shared: those known, and those that may be typed."""
        return [self._line(name) for name in cycle.SHARED if name in TYPED or self.reads.get(name)]

    def _line(self, name: str) -> Line:
        chosen = self.data.getlist("partage") if self.is_bound and hasattr(self.data, "getlist") else None
        french = name == "language" and self.row.language == "fr"
        at_first = self.row.person is None and name in AT_FIRST and not french
        ticked = at_first if chosen is None else name in chosen
        before, typed = self.row.urgent_before, TYPED.get(name)
        words = "" if typed else self.reads.get(name, "")
        if name == "availability" and before:
            words = f"avant le {opening.date_text(before)}"
        label = cycle.SHARED[name]
        return Line(name, label[:1].upper() + label[1:], words, ticked, self[typed] if typed else None)

    @property
    def agreed(self) -> bool:
        return bool(self.cleaned_data.get("accord", "read") != REFUSED)

    @property
    def may_write(self) -> bool | None:
        """Return True if the person agreed to be written to; None when they were not asked."""
        return {"oui": True, "non": False}.get(self.cleaned_data.get("ecrire", ""))

    def values(self) -> dict[str, Any]:
        """Return the values of the draft: nothing shared when the person said no."""
        cleaned = self.cleaned_data
        shared = cleaned["partage"] if self.agreed else []
        return {
            "availability": cleaned["jours"] if "availability" in shared else "",
            "note": cleaned["mot"] if "note" in shared else "",
            "shared": [name for name in shared if name != "note" or cleaned["mot"]],
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("accord") == REFUSED:
            cleaned["canal"] = "card"
        is_typed = cleaned.get("mot", "").split() != self.row.note.split()
        if is_typed and cleaned.get("mot") and self.agreed and "note" not in cleaned.get("partage", ()):
            self.add_error("mot", "Ce mot n’est pas coché : cochez-le pour l’envoyer, ou effacez-le.")
        typed = cleaned.get("adresse", "") or "adresse" in self.errors or "adresse" not in self.fields
        if cleaned.get("canal") == "email" and not typed:
            self.add_error(
                "adresse",
                "Il manque l’adresse du lieu. Sans elle, rien ne partirait. Écrivez-la, ou choisissez un"
                " autre moyen.",
            )
        return cleaned

    def script(self, by: User) -> list[str]:
        """Return a forty-second script for the telephone."""
        row = self.row
        about = lower_first(row.procedure_words or (row.get_procedure_display() if row.procedure else ""))
        before = f", avant le {opening.date_text(row.urgent_before)}" if row.urgent_before else ""
        structure = row.from_structure.name if row.from_structure else ""
        sender = " de ".join(filter(None, (getattr(by, "name", ""), structure)))
        return [
            f"Bonjour, je suis {sender or 'un professionnel du réseau'}.",
            f"J’ai avec moi une personne, pour : {row.need_text}.",
            f"C’est pour : {about}{before}." if about else f"Il faudrait la voir{before}." if before else "",
            "Est-ce que vous pouvez la recevoir ? Quel jour, à quelle heure ?",
            "Qui doit-elle demander en arrivant ? Que doit-elle apporter ?",
            "Je lui donne une carte avec votre adresse. Merci.",
        ]
