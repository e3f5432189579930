"""Long lists: the words and the choices that narrow one, its pages, the lines that are ticked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from maillage.kernel.names import plain
from maillage.kernel.typed import ROWS, whole_number
from maillage.words.wording import spaced

LONG = 20  # lines: beyond, nobody finds theirs by looking
PAGE = 25  # lines: of every list of the space
CHOICES = 300  # beyond, nobody finds theirs in a list that unfolds: its words, typed, find it
WORDS = "mots"
OLD = timedelta(days=2 * 365)  # beyond, a line is folded: it is kept to be found, not to be read again
FOLDED = "anciens"
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
    is_long: its form is shown; n_folded: left out as old. other: what the address says of the rest of the
    page.
    """

    form: forms.Form
    page: Page[Row]
    n_all: int
    is_narrowed: bool
    other: Sequence[tuple[str, str]]
    n_folded: int = 0

    @property
    def is_long(self) -> bool:
        """A list with something to narrow, or a filter to take back."""
        return self.is_narrowed or self.n_all > LONG

    @property
    def n(self) -> int:
        """Return the number of lines found."""
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
    day: Callable[[Row], date | None] | None = None,
) -> LongList[Row]:
    """Return the lines that hold each word typed, accents and case aside, and suit each choice; a choice that
    would change nothing is not offered.

    words: all that finds a line. day: that of a line; those of over two years are folded, unless they are
    asked for, or the list is narrowed.
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
    names = {*form.fields, "page", FOLDED}
    is_narrowed = bool(typed) or any(clean.get(choice.name) for choice in offered)
    n_matches = len(matches)
    if day is not None and not is_narrowed and FOLDED not in request.GET:
        matches = [row for row in matches if not _is_old(day(row))]
    return LongList(
        form=form,
        page=Paginator(matches, page).get_page(request.GET.get("page")),
        n_all=len(lines),
        is_narrowed=is_narrowed,
        other=[(name, request.GET[name]) for name in request.GET if name not in names],
        n_folded=n_matches - len(matches),
    )


def _is_old(day: date | None) -> bool:
    return day is not None and day < timezone.localdate() - OLD


def back(request: HttpRequest, name: str, *args: Any) -> HttpResponseRedirect:
    """Return to a list as it was narrowed and turned when one of its gestures was made."""
    address, origin = reverse(name, args=args), urlsplit(request.headers.get("Referer", ""))
    is_same_list = origin.netloc == request.get_host() and origin.path == address and origin.query
    return HttpResponseRedirect(f"{address}?{origin.query}" if is_same_list else address)


def _holds(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def selection(request: HttpRequest, *, most: int = PAGE) -> list[int]:
    """Return the numbers of the lines that are ticked, as many as a page has at most."""
    return [pk for each in request.POST.getlist("cochee")[:most] if (pk := whole_number(each, ROWS))]


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
