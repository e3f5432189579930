"""The papers of one person: those that are kept here, keeping one more, choosing a safe with them."""

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.people.documents import access, queries, rules
from maillage.apps.people.documents.actions import scanning, storing
from maillage.apps.people.documents.forms import PaperForm
from maillage.apps.people.documents.queries import storage
from maillage.apps.people.documents.rules import heaviest_megabytes
from maillage.apps.people.documents.views.public import chosen
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import account_of
from maillage.kernel.errors import Refused
from maillage.words.languages import LANGUAGES, Language, speaking


@never_cache
@require_safe
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of a person, the structures each is shown to, and the other places to keep them."""
    person, today = _person(request, pk), timezone.localdate()
    lines = queries.lines(request.user, person, today)
    context = {
        "person": person,
        "lines": lines,
        "others": queries.count(person, today) - len(lines),
        "storage": storage(),
        "unread": scanning.notice() if storage().is_on else "",
    }
    return render(request, "documents/space/person.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a copy of a paper, once the person said yes."""
    person = _person(request, pk)
    if not storage().is_on:
        return redirect("person_papers", pk)
    structures = list(access.keepers(request.user, person))
    procedure, today = request.GET.get("demarche", ""), timezone.localdate()
    initial = {"pour": procedure, "jours": str(rules.retention_days()[0])}
    form = PaperForm(request.POST or None, request.FILES or None, structures=structures, initial=initial)
    keeper_name = structures[0].name if len(structures) == 1 else "notre structure"
    error, token = None, request.POST.get("envoi", "")[:40] or secrets.token_urlsafe(12)
    if form.is_bound and form.is_valid():
        try:
            values = form.values()
            paper = storing.store(
                person=person, by=account_of(request), at=timezone.now(), token=token, **values
            )
        except Refused as refusal:
            error = refusal
        else:
            _tell(request, paper.scanner, values["upload"].metadata)
            return redirect("kept_paper", paper.pk)
    context = {
        "person": person,
        "form": form,
        "error": error,
        "sending": token,
        "words": rules.words_to_keep(keeper_name),
        "spoken": in_language_of(person, lambda: rules.words_to_keep(keeper_name)),
        "unread": scanning.notice() if storage().is_on else "",
        "megabytes": heaviest_megabytes(),
        "most": rules.most_papers(),
        "there": queries.for_procedure_of(request.user, person, procedure, today),
    }
    return render(request, "documents/space/add.html", context, status=400 if error or form.errors else 200)


def in_language_of(person: Person, words: Callable[[], str]) -> tuple[Language, str] | None:
    """Return a sentence in the language of a person; None when it is French, or none of ours."""
    language = LANGUAGES.get(person.language)
    if language is None or language.is_french:
        return None
    with speaking(language.code):
        return language, words()


def _tell(request: HttpRequest, scanner: str, metadata: tuple[str, ...]) -> None:
    checked = f"il est analysé par {scanner}, rien de dangereux" if scanner else "aucun antivirus ne l’a lu"
    messages.success(request, f"Le papier est gardé, chiffré ; {checked}.")
    if metadata:
        messages.info(request, f"Ce PDF indique aussi, à la personne qui l’ouvre : {' ; '.join(metadata)}.")


@never_cache
@require_safe
def safe(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a safe with the person: what they have, which suits, who helps near; nothing of it is kept."""
    context = chosen(request) | {"person": _person(request, pk), "places": queries.places()}
    return render(request, "documents/space/safe.html", context)


def _person(request: HttpRequest, pk: int) -> Person:
    """Return a person the user may see, or 404."""
    return get_object_or_404(people_for(request.user), pk=pk)
