"""Form of a territory's segments: the segment of studies that each result of the rule is read as."""

from collections.abc import Mapping
from typing import Any

from django import forms

from maillage.reference import bilan
from maillage.web.overwrites import OverwriteGuard


class SegmentsForm(OverwriteGuard):
    """One choice a result, the default said."""

    def __init__(self, *args: Any, chosen: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for result in bilan.results().values():
            self.fields[result.id] = forms.ChoiceField(
                label=result.label,
                choices=list(bilan.segments().items()),
                initial=chosen[result.id],
                help_text=f"Par défaut : {bilan.segments()[result.segment]}.",
                error_messages={"invalid_choice": "Choisissez un segment de la liste."},
            )
        self.compared = tuple(self.fields)
        self.send_back(self.compared)
