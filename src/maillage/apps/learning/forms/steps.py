"""A step typed from a pattern: its texts, its lists one line each, its choices row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from maillage.apps.learning.queries.authoring import drawn
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import steps

MOST = 600  # characters of a text
MISSING = "Ce texte manque : écrivez-le."
CHANNELS = {"sms": "Un SMS", "mail": "Un mail", "page": "Une page web", "appel": "Un appel"}
FORGIVEN = {"majuscules": "les majuscules", "accents": "les accents", "espaces": "les espaces en trop"}
ROWS: Mapping[str, tuple[str, int, int]] = {  # of a pattern: what each is called, the fewest, the most
    "choix": ("Choix", 2, 4),
    "signes": ("Signe à voir", 1, 4),
    "places": ("Place", 1, 4),
}


class Lines(forms.CharField):
    """A text of several lines, read as a list without its empty lines."""

    def __init__(self, *, fewest: int = 0, most: int = 12, **options: Any) -> None:
        self.fewest, self.most = fewest, most
        options.setdefault("widget", forms.Textarea(attrs={"rows": max(2, min(most, 4))}))
        super().__init__(max_length=4 * MOST, required=fewest > 0, **options)
        self.error_messages["required"] = MISSING

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # lines, typed as a text
        """Return the lines that hold something."""
        return [" ".join(line.split()) for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return True if a line was typed."""
        return self.to_python(data) != (initial or [])

    def validate(self, value: Any) -> None:
        """Refuse too few lines, and too many."""
        super().validate(value)
        if value and not self.fewest <= len(value) <= self.most:
            raise forms.ValidationError(
                f"Il y a {len(value)} ligne{'s' if len(value) > 1 else ''} : il en faut de"
                f" {max(1, self.fewest)} à {self.most}."
            )

    def run_validators(self, value: Any) -> None:
        """Judge the length of the whole text."""
        super().run_validators("\n".join(value))


def _text(label: str, *, required: bool = True, rows: int = 0, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(),
        error_messages={"required": MISSING},
    )


class RowForm(forms.Form):
    """A row among several: a choice, a sign, a place. Empty, it is left out."""

    def __init__(self, data: Any = None, *, kind: str, title: str, **kwargs: Any) -> None:
        super().__init__(data, empty_permitted=True, use_required_attribute=False, **kwargs)
        self.title = title
        fields: dict[str, forms.Field] = {}
        if kind == "choix":
            fields["texte"] = _text("Ce que l’on peut choisir")
            fields["consequence"] = _text("Ce qui en vient", rows=2)
            fields["juste"] = forms.BooleanField(label="C’est une bonne réponse", required=False)
        elif kind == "signes":
            fields["ou"] = _text("Les mots du message, lettre pour lettre")
            fields["quoi"] = _text("Pourquoi ils font douter")
        else:
            fields["nom"] = _text("Nom de la place")
            fields["objets"] = Lines(label="Ce qui y va, une ligne par chose", fewest=1, most=6)
        self.fields.update(fields)


class StepForm(forms.Form):
    """The texts of a step of a pattern."""

    def __init__(self, pattern: str, data: Any = None) -> None:
        super().__init__(data)
        self.pattern = pattern
        natures = steps.READING if pattern == "lire" else ("ensemble", "seul", "piege")
        fields: dict[str, forms.Field] = {
            "titre": _text("Titre de l’étape"),
            "nature": forms.ChoiceField(
                label="Ce que fait l’étape",
                choices=[(key, module_format.NATURES[key]) for key in natures],
                initial={"lire": "regarder", "piege": "piege"}.get(pattern, "seul"),
            ),
            "texte": Lines(
                label="Ce qui est écrit, une phrase par ligne", fewest=int(pattern == "lire"), most=6
            ),
            "parle": _text(
                "Ce qui est dit à voix haute",
                required=False,
                rows=2,
                help_text="Rien : ce qui est écrit est lu.",
            ),
        }
        if pattern != "lire":
            fields["consigne"] = _text(
                "Consigne", help_text=f"{module_format.MOST_WORDS} mots au plus : une seule idée."
            )
            fields |= _own_fields(pattern)
            fields["reussite"] = _text("Ce que l’on dit quand c’est réussi")
            fields["indices"] = Lines(
                label="Indices, une ligne chacun",
                fewest=1,
                most=3,
                help_text="Redire, montrer où, faire ensemble.",
            )
            fields["compte"] = forms.BooleanField(label="Cette étape montre que c’est appris", required=False)
        self.fields.update(fields)
        self.rows = {
            kind: [
                RowForm(data, prefix=f"{kind}-{n}", kind=kind, title=f"{title} {n}")
                for n in range(1, most + 1)
            ]
            for kind in _ROWS_OF.get(pattern, ())
            for title, _, most in [ROWS[kind]]
        }

    @property
    def groups(self) -> Sequence[tuple[str, Sequence[RowForm]]]:
        """Return the rows of the form, by kind."""
        return [(ROWS[kind][0], rows) for kind, rows in self.rows.items()]

    @property
    def above(self) -> list[forms.BoundField]:
        """Return the fields that stand before the rows."""
        return [self[name] for name in self.fields if name not in _BELOW]

    @property
    def below(self) -> list[forms.BoundField]:
        """Return the fields that stand after the rows."""
        return [self[name] for name in self.fields if name in _BELOW]

    def clean(self) -> dict[str, Any]:
        """Refuse what a learner could not play: too few rows, no right answer, words that are not there."""
        values = super().clean() or {}
        are_complete = True
        for kind, rows in self.rows.items():
            typed = [row.cleaned_data for row in rows if row.is_valid() and row.has_changed()]
            are_complete = are_complete and all(row.is_valid() for row in rows)
            values[kind] = typed
            fewest = ROWS[kind][1]
            if are_complete and len(typed) < fewest:
                self.add_error(None, f"{ROWS[kind][0]} : il en faut au moins {fewest}.")
        if not are_complete:
            self.add_error(None, "Un choix, un signe ou une place est à moitié rempli : voyez plus bas.")
        if not self.errors:
            new_step = steps.step(self.pattern, values)
            for where, what, do in module_reading.step_faults(new_step, drawn()):
                name = str(where[-1]) if where and str(where[-1]) in self.fields else None
                self.add_error(name, f"{what} {do}")
            self.made = new_step
        return values


_BELOW = ("reussite", "indices", "compte")
_ROWS_OF: Mapping[str, tuple[str, ...]] = {
    "choisir": ("choix",),
    "piege": ("signes", "choix"),
    "rangement": ("places",),
}


def _own_fields(pattern: str) -> dict[str, forms.Field]:
    if pattern == "choisir":
        return {
            "scene": _text("La situation", required=False, rows=2),
            "question": _text("Question"),
        }
    if pattern == "ordre":
        return {"lignes": Lines(label="Les lignes, dans le bon ordre", fewest=3, most=7)}
    if pattern == "piege":
        return {
            "canal": forms.ChoiceField(label="Ce qui arrive", choices=[*CHANNELS.items()]),
            "de": _text("De qui", help_text="Un nom, une adresse ou un numéro inventés : 06 39 98 00 00."),
            "objet": _text("Objet, pour un mail", required=False),
            "corps": Lines(label="Le message, une ligne par phrase", fewest=1, most=8),
        }
    if pattern == "taper":
        return {
            "modeles": Lines(label="Les textes à écrire, une ligne chacun", fewest=1, most=4),
            "tolere": forms.MultipleChoiceField(
                label="Sans compter comme une faute",
                choices=[*FORGIVEN.items()],
                widget=forms.CheckboxSelectMultiple,
                initial=[*FORGIVEN],
                required=False,
            ),
        }
    return {}
