"""The rights of a person: each procedure as one line; one of them, with its papers and what was told."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.accounts.access import account_of
from maillage.apps.documents.queries import papers
from maillage.apps.documents.queries.storage import storage
from maillage.apps.droits import access
from maillage.apps.droits.actions import telling
from maillage.apps.droits.forms import LetterForm, TellForm
from maillage.apps.droits.models import Fact
from maillage.apps.droits.queries import cards, lines, persons
from maillage.apps.droits.rules import facts, line
from maillage.apps.droits.views.requests import helping, line_of, person_of, structure_of
from maillage.apps.mandats.queries.catalogue import label_of
from maillage.apps.people import rules as purposes
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole


@helping
@never_cache
@require_safe
def droits(request: HttpRequest, pk: int) -> HttpResponse:
    """Each procedure as one line, what presses first. Opening it is written in the journal."""
    person, today = person_of(request, pk), timezone.localdate()
    structure = structure_of(request, person)
    telling.record_view(
        person, by=account_of(request), structure=structure and structure.pk, at=timezone.localtime()
    )
    rows = lines.lines(request.user, person, today)
    agreed = lines.follows(person)
    context: dict[str, Any] = {"person": person, "agreed": agreed, "counts": persons.counts(rows)}
    if agreed:
        context |= {
            "lines": rows,
            "headline": line.headline([each.standing for each in rows], today),
            "appointment": cards.next_appointment(request.user, person, timezone.now()),
            "mailbox": cards.mailbox_of(request.user, person, timezone.now()),
            "stopped": lines.former(request.user, person, today),
            "others": lines.other_helpers(request.user, person),
            "until_told": facts.DEADLINE_LABELS,
            "letter": LetterForm(),
            "gestures": line.ACTION_LABELS,
            "families": lines.known_procedures(structure),
            "first": [(key, label_of(key)) for key in lines.FIRST],
            "told": _just_noted(request, person),
        }
    else:
        context |= {"words": purposes.PURPOSES[purposes.TRACK].words, "how": purposes.HOW}
    return render(request, "droits/index.html", context)


@helping
@never_cache
@require_safe
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The same lines on one sheet, to give to the person."""
    person, today = person_of(request, pk), timezone.localdate()
    if not lines.follows(person):
        return redirect("droits", pk)
    structure = structure_of(request, person)
    telling.record_view(
        person,
        by=account_of(request),
        structure=structure and structure.pk,
        at=timezone.localtime(),
        verb="droit.printed",
    )
    rows = lines.lines(request.user, person, today)
    context = {
        "person": person,
        "lines": rows,
        "headline": line.headline([each.standing for each in rows], today),
        "structure": structure,
        "today": today,
    }
    return render(request, "droits/print.html", context)


@helping
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def droit(request: HttpRequest, pk: int, procedure: str) -> HttpResponse:
    """One procedure: telling what happened, its papers, and all that was told of it."""
    person = person_of(request, pk)
    row = line_of(request, person, procedure)
    form = TellForm(
        request.POST or None,
        kinds=line.fact_choices(row.standing.state),
        initial={"le": timezone.localdate()},
    )
    error = None
    if form.is_bound and form.is_valid():
        try:
            fact = telling.tell(
                person,
                form.telling(procedure),
                by=account_of(request),
                at=timezone.now(),
                was=request.POST.get("vu", ""),
            )
        except Refused as refusal:
            error = refusal
            row = line_of(request, person, procedure)
        else:
            return redirect(f"{reverse('droits', args=[pk])}?note={fact.pk}")
    today = timezone.localdate()
    context = {
        "person": person,
        "told": _just_noted(request, person),
        "line": row,
        "kept": papers.for_procedure_of(request.user, person, procedure, today),
        "may_keep": storage().is_on,
        "form": form,
        "error": error,
        "papers": [
            (key, words, row.standing.gathered.get(key)) for key, words in row.requirements.papers.items()
        ],
        "struck": access.facts_for(request.user, person).filter(procedure=procedure, struck_at__isnull=False),
        "until": facts.UNTIL,
        "until_told": facts.DEADLINE_LABELS,
        "followed": bool(row.entries) and row.standing.state != line.STOPPED,
        "redo": bool(row.entries) and row.standing.gesture != line.ASK,
    }
    return render(request, "droits/line.html", context, status=400 if error or form.errors else 200)


def _just_noted(request: HttpRequest, person: Person) -> Fact | None:
    """Return the fact just noted, to be taken back in one click; None without any."""
    number = whole(request.GET.get("note", ""), ROWS)
    return access.facts_for(request.user, person).filter(pk=number, struck_at=None).first()
