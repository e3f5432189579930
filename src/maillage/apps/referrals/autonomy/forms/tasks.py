"""The data that the small tasks send: counts and choices, never what was typed nor where the finger went."""

from collections.abc import Mapping
from typing import Any

from django import forms

from maillage.reference import bilan_tasks
from maillage.statistics.engine.tasks import TRIES, Reached, Scrolled, SearchTask, Sorted, Written
from maillage.web import decimals

WAYS = [(way, way) for way in ("mouse", "touch", "pen", "keyboard")]
MANY = 99  # beyond, a count says no more
HOUR = 3600


class Count(forms.IntegerField):
    """A number from 0 to 99, nothing when the browser could not count it."""

    def __init__(self, most: int = MANY, *, required: bool = False) -> None:
        super().__init__(required=required, min_value=0, max_value=most)


class _Timed(forms.Form):
    secondes = decimals.FloatField(required=False, min_value=0)
    script = forms.BooleanField(required=False)
    voie = forms.ChoiceField(choices=WAYS, required=False)

    def clean_secondes(self) -> int | None:
        seconds = self.cleaned_data["secondes"]
        return None if seconds is None else min(round(seconds), HOUR)


class Reaching(_Timed):
    ecarts = forms.RegexField(r"^\d{1,2}(,\d{1,2}){2}$")

    def measure(self) -> Reached:
        data = self.cleaned_data
        misses = [int(count) for count in data["ecarts"].split(",")]
        return Reached(misses=misses, way=data["voie"], seconds=data["secondes"])


class Scrolling(_Timed):
    indice = forms.BooleanField(required=False)
    virages = Count()

    def measure(self) -> Scrolled:
        data = self.cleaned_data
        return Scrolled(
            helped=data["indice"], turns=data["virages"], way=data["voie"], seconds=data["secondes"]
        )


class Writing(_Timed):
    mot = Count(TRIES, required=True)
    adresse = Count(TRIES, required=True)
    corrections = Count()
    cherchees = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, models: tuple[bilan_tasks.Model, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signs = {sign for model in models for sign in model.text}

    def clean_cherchees(self) -> str:
        """Return the signs looked for: those of the models, nothing else that was typed."""
        return "".join(sorted(self.signs & set(self.cleaned_data["cherchees"])))

    def measure(self) -> Written:
        data = self.cleaned_data
        return Written(
            word=data["mot"],
            address=data["adresse"],
            corrections=data["corrections"] or 0,
            searched=data["cherchees"],
            seconds=data["secondes"],
        )


class Sorting(_Timed):
    """Fate of each message, one screen each: `choix` for the current one, `avant` for those already
    sorted.
    """

    choix = forms.ChoiceField(
        choices=lambda: [(choice.id, choice.label) for choice in bilan_tasks.choices().values()]
    )
    ordre = forms.CharField(max_length=20)
    avant = forms.CharField(max_length=20, required=False)

    def __init__(
        self, data: Any = None, *, messages: Mapping[str, bilan_tasks.Message], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.messages = messages

    def clean_ordre(self) -> list[str]:
        order = str(self.cleaned_data["ordre"]).split(",")
        if sorted(order) != sorted(self.messages):
            raise forms.ValidationError("order")
        return order

    def clean_avant(self) -> list[str]:
        before = [id for id in str(self.cleaned_data["avant"]).split(",") if id]
        if not set(before) <= set(bilan_tasks.choices()) or len(before) >= len(self.messages):
            raise forms.ValidationError("before")
        return before

    @property
    def sorted(self) -> list[str]:
        """The fates of the messages, the current one included."""
        return [*self.cleaned_data["avant"], self.cleaned_data["choix"]]

    def measure(self) -> Sorted:
        done = dict(zip(self.cleaned_data["ordre"], self.sorted, strict=True))
        trap = next(id for id, message in self.messages.items() if message.trap)
        true = next(id for id, message in self.messages.items() if not message.trap)
        return Sorted(
            trap=done[trap],
            true=done[true],
            trap_first=self.cleaned_data["ordre"][0] == trap,
            seconds=self.cleaned_data["secondes"],
        )


class Opened(forms.Form):
    """The progress of somebody in the made-up site. vues: pages opened so far; essais: answers already
    given.
    """

    page = forms.CharField(max_length=20, required=False)
    vues = Count()
    essais = Count(TRIES - 1)

    def read(self, search: bilan_tasks.Search) -> dict[str, Any]:
        """Return the page shown, the first one when there is none of that name, and both counts."""
        self.is_valid()
        data = self.cleaned_data
        page = search.pages.get(data.get("page", ""), next(iter(search.pages.values())))
        return {"page": page, "views": data.get("vues") or 1, "tries": data.get("essais") or 0}


class Finding(_Timed):
    """An hour chosen. vues, essais: as above."""

    heure = forms.CharField(max_length=20)
    vues = Count()
    essais = Count(TRIES - 1)

    def __init__(self, data: Any = None, *, search: bilan_tasks.Search, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.search = search

    def clean_heure(self) -> str:
        if self.cleaned_data["heure"] not in self.search.choices:
            raise forms.ValidationError("hour")
        return str(self.cleaned_data["heure"])

    def measure(self) -> SearchTask:
        data = self.cleaned_data
        return SearchTask(
            answers=(data["essais"] or 0) + 1,
            right=data["heure"] == self.search.right,
            pages=max(data["vues"] or 0, 1),
            seconds=data["secondes"],
        )
