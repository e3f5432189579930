"""Words that everybody may read: asked about when they seem to name or reach somebody."""

from collections.abc import Iterable
from typing import Any

from django import forms

from maillage.apps.community.rules import discussions
from maillage.words.wording import listing


class PublicForm(forms.Form):
    """Words that everybody may read, once they are published; `personne` is asked when what is typed seems to
    name or reach somebody, for the words that nobody confirmed yet. readers: who reads them, in words; marks:
    what is looked for.
    """

    readers = "tout le monde peut le lire"

    marks: Iterable[str] = discussions.MARKS
    personne = forms.BooleanField(
        label="J’ai relu : tout le monde peut le lire, et rien ne fait reconnaître une personne aidée",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        confirmation = self.fields.pop("personne")
        texts = [
            name
            for name in self.changed_data
            if isinstance(self.fields[name], forms.CharField)
            and not isinstance(self.fields[name], forms.URLField)  # of digits that reach nobody
            and not self.fields[name].widget.is_hidden
        ]
        self.warned = {
            name: marks
            for name in (texts if self.is_bound else ())
            if (marks := discussions.personal_marks(self.data.get(self.add_prefix(name), ""), self.marks))
        }
        if self.warned:
            self.fields["personne"] = confirmation

    def clean(self) -> dict[str, Any]:
        """Ask to confirm each text that seems to name or reach somebody."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.pop("personne", False):
            for name, marks in self.warned.items():
                self.add_error(
                    name,
                    f"Il y a peut-être ici {listing(marks)}, et {self.readers}. Retirez ce qui"
                    " ferait reconnaître ou joindre une personne, ou cochez la case plus bas.",
                )
        return cleaned
