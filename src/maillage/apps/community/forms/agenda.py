"""Which lines of the shared agenda are shown."""

from typing import Any

from django import forms

from maillage.apps.community.rules import agenda as rules
from maillage.apps.directory.queries import where


class AgendaForm(forms.Form):
    """A kind, a place, words, how far ahead; what cannot be read asks for nothing."""

    sorte = forms.ChoiceField(label="Quoi", required=False, choices=[("", "Tout"), *rules.KINDS.items()])
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
        """Return how many days ahead are asked."""
        return self._clean.get("jours") or rules.USUAL

    @property
    def wanted(self) -> dict[str, Any]:
        """Return the filters, by the names of `occurrences`."""
        clean = self._clean
        return {
            "kind": clean.get("sorte", ""),
            "words": clean.get("mots", ""),
            "communes": clean.get("ou", ()),
        }
