"""Long lists: the words and the choices that narrow one, its pages, the lines that are ticked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from maillage.kernel.names import plain
from maillage.kernel.typed import ROWS, whole
from maillage.words.wording import spaced

LONG = 20  # lines: beyond, nobody finds theirs by looking
PAGE = 30
CHOICES = 300  # beyond, nobody finds theirs in a list that unfolds: its words, typed, find it
WORDS = "mots"
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Choice(Generic[Row]):
    """One way to narrow a list. name: in the address; every: said when nothing is chosen; value: the key of a
    line; labels: what is said of each key, in the order of the form.
    """

    name: str
    label: str
    every: str
    value: Callable[[Row], str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LongList(Generic[Row]):
    """The lines of a list that a request asks for. n_all: of the whole list; is_narrowed: by a filter;
    is_long: its form is shown. other: what the address says of the rest of the page.
    """

    form: forms.Form
    page: Page[Row]
    n_all: int
    is_narrowed: bool
    other: Sequence[tuple[str, str]]

    @property
    def is_long(self) -> bool:
        """A list with something to narrow, or a filter to take back."""
        return self.is_narrowed or self.n_all > LONG

    @property
    def n(self) -> int:
        """How many lines are found."""
        return self.page.paginator.count


class NarrowForm(forms.Form):
    """The filters of a list."""

    mots = forms.CharField(
        label="Chercher dans la liste",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


def long_list(
    request: HttpRequest,
    rows: Iterable[Row],
    *,
    words: Callable[[Row], str],
    choices: Sequence[Choice[Row]] = (),
    page: int = PAGE,
) -> LongList[Row]:
    """Return the lines that hold each word typed, accents and case aside, and suit each choice; a choice that
    would change nothing is not offered.

    words: all that finds a line.
    """
    lines = list(rows)
    form, offered = NarrowForm(request.GET), list[Choice[Row]]()
    for choice in choices:
        met = {choice.value(row) for row in lines}
        if len(met) > 1 or request.GET.get(choice.name):
            options = [(key, label) for key, label in choice.labels.items() if key in met]
            if len(options) > CHOICES:
                options = [each for each in options if each[0] == request.GET.get(choice.name)]
                if not options:
                    continue
            form.fields[choice.name] = forms.ChoiceField(
                label=choice.label, required=False, choices=[("", choice.every), *options]
            )
            offered.append(choice)
    clean = form.cleaned_data if form.is_valid() else {}
    typed = plain(clean.get(WORDS, "")).split()
    matches = [row for row in lines if _holds(plain(words(row)), typed)] if typed else lines
    for choice in offered:
        if chosen := clean.get(choice.name, ""):
            matches = [row for row in matches if choice.value(row) == chosen]
    names = {*form.fields, "page"}
    return LongList(
        form=form,
        page=Paginator(matches, page).get_page(request.GET.get("page")),
        n_all=len(lines),
        is_narrowed=bool(typed) or any(clean.get(choice.name) for choice in offered),
        other=[(name, value) for name, value in request.GET.items() if name not in names],
    )


def _holds(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def selection(request: HttpRequest, *, most: int = PAGE) -> list[int]:
    """Return the numbers of the lines that are ticked, as many as a page has at most."""
    return [pk for each in request.POST.getlist("cochee")[:most] if (pk := whole(each, ROWS))]


def report(
    request: HttpRequest,
    rows: Sequence[Any],
    done: int,
    refused_lines: Mapping[str, Sequence[str]],
    *,
    success: str,
) -> None:
    """Say on the next page what a gesture on several lines changed, and what it did not, with why.

    done: how many lines changed. refused_lines: the lines that were refused, by reason.
    """
    if not rows:
        messages.warning(
            request, "Rien n’a changé : aucune ligne n’était cochée. Cochez-en, puis recommencez."
        )
    if done:
        messages.success(request, spaced(success))
    if refused_lines:
        refused = " ".join(f"{', '.join(names)} : {why}" for why, names in refused_lines.items())
        messages.error(request, spaced(f"Sans changement : {refused}"))
