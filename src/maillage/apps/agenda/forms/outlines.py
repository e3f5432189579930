"""An outline of workshops as a form: its texts, its lists one line each, its stages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BaseForm, formset_factory

from maillage.modules.outlines import Outline
from maillage.web.choices import choice_field

MOST_STAGES = 14
TEXTS = ("titre", "but", "public", "sans_reseau", "piege", "fin", "co_animation")
LISTS = ("prealables", "avant", "papiers", "a_noter")


def _text(label: str, rows: int = 2, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=2_000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": "Cette partie manque : elle est sur la fiche. Écrivez-la."},
    )


def _number(label: str, least: int, most: int, missing: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
        error_messages={"required": missing},
    )


class OutlineForm(forms.Form):
    """The texts of an outline. A list has one line for each thing."""

    titre = forms.CharField(
        label="Titre",
        max_length=70,
        error_messages={"required": "Il manque le titre. Il dit ce que l’on fera."},
    )
    duree = _number("Durée, en minutes", 30, 480, "Il manque la durée. Écrivez-la en minutes.")
    places_min = _number("Au moins", 1, 60, "Il manque le plus petit nombre de personnes.", "personnes")
    places_max = _number("Au plus", 1, 60, "Il manque le plus grand nombre de personnes.", "personnes")
    but = _text("But observable", help_text="« À la fin, chacun a… »")
    public = _text("Pour qui")
    prealables = _text("Il faut déjà", required=False, help_text="Une ligne pour chaque chose.")
    avant = _text("Matériel à préparer", 4, help_text="Une ligne pour chaque chose.")
    sans_reseau = _text("Sans réseau")
    papiers = _text("Papiers à demander", required=False, help_text="Une ligne pour chaque papier.")
    piege = _text("Le piège du jour")
    fin = _text("Pour finir")
    co_animation = _text("À deux")
    a_noter = _text("À noter", required=False, help_text="Une ligne pour chaque chose.")
    lu = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @property
    def before_stages(self) -> list[forms.BoundField]:
        return [self[name] for name in ("but", "public", "prealables", "avant", "sans_reseau", "papiers")]

    @property
    def after_stages(self) -> list[forms.BoundField]:
        return [self[name] for name in ("piege", "fin", "co_animation", "a_noter")]


class StageForm(forms.Form):
    """A stage: when, what is done by whom, with which exercise. Without a title, it is taken out."""

    minute = forms.IntegerField(label="Minute", min_value=0, max_value=480, required=False)
    titre = forms.CharField(label="Titre de l’étape", max_length=120, required=False)
    anime = _text("L’animateur", required=False)
    font = _text("Les participants", required=False)
    module = forms.ChoiceField(label="Exercice, dans un module", required=False)
    etapes = forms.CharField(label="Étapes du module", max_length=20, required=False)
    facile = _text("Plus facile", 1, required=False)
    defi = _text("Défi", 1, required=False)

    def __init__(self, *args: Any, modules: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "module").choices = [("", "Aucun"), *modules]

    def clean(self) -> dict[str, Any]:
        """Refuse a stage that has a title and says neither when nor what is done."""
        cleaned = self.cleaned_data
        if cleaned.get("titre"):
            for name in ("anime", "font"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, "Dites ce qui se fait, ou effacez le titre pour retirer l’étape.")
            if cleaned.get("minute") is None and "minute" not in self.errors:
                self.add_error("minute", "À quelle minute ? La première est 0.")
        return cleaned


Stages = formset_factory(StageForm, extra=1, max_num=MOST_STAGES, absolute_max=MOST_STAGES + 1)


def initial(outline: Outline, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the initial values of the form: the texts, then the stages."""
    outline_values = outline.model_dump(by_alias=True)
    texts = {name: outline_values[name] for name in (*TEXTS, "duree")}
    texts |= {name: "\n".join(outline_values[name]) for name in LISTS}
    texts |= {"places_min": outline.seats[0], "places_max": outline.seats[1], "lu": number}
    return texts, list(outline_values["deroule"])


def values(texts: Mapping[str, Any], stages: Iterable[BaseForm]) -> dict[str, Any]:
    """Return the typed values, by the keys of an outline, the stages in order of their minute."""
    outline_values: dict[str, Any] = {name: texts[name].strip() for name in TEXTS}
    outline_values |= {
        name: [line.strip() for line in texts[name].splitlines() if line.strip()] for name in LISTS
    }
    outline_values |= {"duree": texts["duree"], "places": [texts["places_min"], texts["places_max"]]}
    written_stages = [form.cleaned_data for form in stages if form.cleaned_data.get("titre")]
    outline_values["deroule"] = sorted(written_stages, key=lambda stage: stage["minute"])
    return outline_values
