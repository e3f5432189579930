"""The forms of a paper: its file, its kind, its purpose, its duration; the structure it is shown to."""

from collections.abc import Sequence
from typing import Any

from django import forms

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.documents import rules
from maillage.apps.people.documents.actions.storing import Upload
from maillage.apps.people.persons.rules import HOW
from maillage.web import uploads
from maillage.web.choices import choice_field
from maillage.web.photographs import read_photograph
from maillage.web.uploads import BrowserFile

REQUIRED = {"required": "Il manque ce choix."}


def _days(durations: Sequence[int]) -> list[tuple[str, str]]:
    return [(str(days), f"{days} jours") for days in durations]


class PaperForm(forms.Form):
    """A paper to keep. structure: a field when the account acts for several."""

    structure = forms.ChoiceField(label="Au nom de")
    papier = forms.ChoiceField(label="Quel papier", error_messages=REQUIRED)
    pour = forms.ChoiceField(label="Pour quelle démarche", error_messages=REQUIRED)
    jours = forms.ChoiceField(
        label="Gardé combien de temps", widget=forms.RadioSelect, error_messages=REQUIRED
    )
    fichier = uploads.FileField(
        label="Le papier : PDF, photographie JPEG ou PNG",
        error_messages={"required": "Il manque le papier. Choisissez un fichier, ou photographiez-le."},
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )
    comment = forms.ChoiceField(
        label="La personne a dit oui",
        choices=[(key, words.capitalize()) for key, words in HOW.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque son accord. Lisez-lui la phrase."},
    )

    def __init__(self, *args: Any, structures: Sequence[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(structure.pk): structure for structure in structures}
        choice_field(self, "papier").choices = [("", "Choisir"), *rules.KINDS.items()]
        choice_field(self, "pour").choices = [("", "Choisir"), *rules.purposes().items()]
        choice_field(self, "jours").choices = _days(rules.retention_days())
        choice_field(self, "structure").choices = [
            (pk, structure.name) for pk, structure in self.structures.items()
        ]
        if len(structures) < 2:
            del self.fields["structure"]

    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `actions.storing.store`; Refused when the file lies."""
        clean = self.cleaned_data
        return {
            "upload": read_upload(clean["fichier"]),
            "structure": self.structures[clean.get("structure") or next(iter(self.structures))],
            "kind": clean["papier"],
            "purpose": clean["pour"],
            "days": int(clean["jours"]),
            "how": clean["comment"],
        }


def read_upload(file: BrowserFile) -> Upload:
    """Return a file once it was examined: a photograph is written again bare, a PDF stays as it was signed;
    Refused when it is not what it says.
    """
    content = file.read(rules.heaviest() + 1)
    media = rules.media_of(content, file.name or "")
    if media == rules.PDF:
        examined = rules.examine(content)
        return Upload(content, rules.PDF, examined.pages, examined.metadata)
    file.seek(0)
    return Upload(read_photograph(file), rules.JPEG)


class ShareForm(forms.Form):
    """To which structure a paper is shown, and how long."""

    structure = forms.ChoiceField(label="À quelle structure", error_messages=REQUIRED)
    jours = forms.ChoiceField(label="Combien de temps", widget=forms.RadioSelect, error_messages=REQUIRED)

    def __init__(self, *args: Any, structures: Sequence[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(structure.pk): structure for structure in structures}
        choice_field(self, "structure").choices = [
            ("", "Choisir"),
            *((pk, structure.name) for pk, structure in self.structures.items()),
        ]
        choice_field(self, "jours").choices = _days(rules.shared_days())

    @property
    def chosen(self) -> Structure:
        return self.structures[self.cleaned_data["structure"]]

    @property
    def days(self) -> int:
        return int(self.cleaned_data["jours"])
