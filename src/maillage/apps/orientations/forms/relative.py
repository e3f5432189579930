"""Where a relative looks, and for what."""

from django import forms

from maillage.apps.directory.queries.results import MINUTES
from maillage.words.languages import to_say

# What helps most people: the words said to the relative, and their drawing.
NEEDS = {
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
        choices=[(id, words) for id, (words, _) in NEEDS.items()],
        error_messages={"required": to_say("Il manque ce qui l’aiderait. Touchez une image.")},
    )
    marche = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=30, choices=[(str(m), words) for m, words in MINUTES.items()]
    )

    @property
    def needs(self) -> list[tuple[str, str, str, bool]]:
        """Return the possible needs: value, words, drawing, True if chosen."""
        chosen = self["besoin"].value() or "assistance"
        return [(id, words, drawing, id == chosen) for id, (words, drawing) in NEEDS.items()]

    @property
    def walks(self) -> list[tuple[str, str, bool]]:
        chosen = str(self["marche"].value() or "30")
        return [(str(m), words, str(m) == chosen) for m, words in MINUTES.items()]
