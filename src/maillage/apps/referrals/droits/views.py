"""The lists of papers that a structure or a territory writes, in place of the common ones. The person of a
request about rights. The rights of a person: each procedure as one line; one of them, with its papers
and what was told. One-click facts: a procedure added, a paper ticked, begun again, left, taken back.
"""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.documents import queries as documents_queries
from maillage.apps.people.documents.queries import storage
from maillage.apps.people.mandats.access import ADDS, added_for, owners_for
from maillage.apps.people.mandats.queries.catalogue import Choice, by_family, label_of
from maillage.apps.people.persons import rules as purposes
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import account_of, count, holding
from maillage.apps.platform.messages.queries import leaves
from maillage.apps.referrals.droits import access
from maillage.apps.referrals.droits.actions import letters, paper_lists, telling
from maillage.apps.referrals.droits.actions import telling as right_telling
from maillage.apps.referrals.droits.actions.telling import Telling
from maillage.apps.referrals.droits.forms import ChecklistForm, DatesForm, LetterForm, TellForm
from maillage.apps.referrals.droits.models import Fact
from maillage.apps.referrals.droits.queries import cards, checklists, lines, persons
from maillage.apps.referrals.droits.queries.lines import Line
from maillage.apps.referrals.droits.rules import facts, line
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals

writing = holding(*ADDS)


@writing
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Every procedure, with the list that stands for it."""
    own_lists = {
        row.procedure: row for row in access.checklists_for(request.user).reverse()
    }  # the latest stays
    families = [
        (
            label,
            [
                (each, own_lists.get(each.key), checklists.common(each.key).common)
                for each in (*choices, *_added(request, key))
            ],
        )
        for key, label, choices in by_family(None)
    ]
    return render(request, "droits/checklists.html", {"families": families})


def _added(request: HttpRequest, family: str) -> list[Choice]:
    rows = added_for(request.user).filter(family=family)
    return [Choice(row.key, row.label, row.operator, row.family) for row in rows]


@writing
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest) -> HttpResponse:
    """One list: read, written anew, its former versions."""
    procedure = (request.POST.get("demarche") or request.GET.get("demarche", ""))[:40]
    label, owners = label_of(procedure), owners_for(request.user)
    if not label or not facts.follows(procedure):
        return redirect("checklists")
    own_lists = list(access.checklists_for(request.user).filter(procedure=procedure))
    common = checklists.common(procedure)
    start = checklists.Requirements(common.common, own_lists[0] if own_lists else None)
    form = ChecklistForm(
        request.POST or None,
        owners=[(key, name) for key, name, _ in owners],
        initial={
            "papiers": "\n".join(start.papers.values()),
            "source": own_lists[0].source if own_lists else "",
            "lue_le": timezone.localdate(),
        },
    )
    error = None
    if form.is_bound and form.is_valid():
        owner = next(choice for key, _, choice in owners if key == form.cleaned_data["pour"])
        try:
            paper_lists.write_checklist(
                procedure=procedure, by=account_of(request), at=timezone.now(), **form.values(), **owner
            )
        except Refused as refusal:
            error = refusal
        else:
            messages.success(request, "La liste est enregistrée : elle se coche dès maintenant.")
            return redirect(_address(procedure))
    context = {
        "procedure": procedure,
        "label": label,
        "form": form,
        "error": error,
        "common": common,
        "ours": [(row, checklists.history(row)) for row in own_lists],
    }
    return render(request, "droits/checklist.html", context, status=400 if error or form.errors else 200)


@writing
@require_POST
def retire(request: HttpRequest) -> HttpResponse:
    """Go back to the list of everybody."""
    pk = whole_number(request.POST.get("liste", ""), ROWS) or 0
    row = get_object_or_404(access.checklists_for(request.user), pk=pk)
    with refusals.as_message(request):
        paper_lists.retire_checklist(row, by=account_of(request), at=timezone.now())
        messages.success(request, "La liste de tous reprend sa place. Ce qui était coché le reste.")
    return redirect(_address(row.procedure))


def _address(procedure: str) -> str:
    return f"{reverse('checklist')}?{urlencode({'demarche': procedure})}"


helping = holding(*access.HELPS)


def person_of(request: HttpRequest, pk: int) -> Person:
    """Return a person the user sees, or 404."""
    return get_object_or_404(people_for(request.user), pk=pk)


def structure_of(request: HttpRequest, person: Person) -> Structure | None:
    """Return the structure on whose behalf a user helps a person."""
    return next(iter(access.helping(request.user, person)), None)


def line_of(request: HttpRequest, person: Person, procedure: str) -> Line:
    """Return one procedure of a person who agrees that it be followed, or 404."""
    row = lines.one(request.user, person, procedure, timezone.localdate())
    if row is None or not lines.follows(person):
        raise Http404
    return row


def fact_of(request: HttpRequest, person: Person, pk: int) -> Fact:
    """Return a fact told for one of the user’s structures, or 404."""
    return get_object_or_404(access.facts_for(request.user, person), pk=pk)


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
            "just_noted": _just_noted(request, person),
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
        "just_noted": _just_noted(request, person),
        "line": row,
        "stored_papers": documents_queries.for_procedure_of(request.user, person, procedure, today),
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
    number = whole_number(request.GET.get("note", ""), ROWS)
    return access.facts_for(request.user, person).filter(Q(pk=number), struck_at=None).first()


# What turns a line: begun again, left, taken up again.
TURNS = {"refaire": facts.AGAIN, "laisser": facts.STOPPED, "reprendre": facts.OPENED}


@helping
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow one more procedure; nothing is known of it yet."""
    person = person_of(request, pk)
    procedure = request.POST.get("demarche", "")[:40]
    with refusals.as_message(request):
        telling = Telling(procedure=procedure, kind=facts.OPENED, on=timezone.localdate())
        right_telling.tell(person, telling, by=account_of(request), at=timezone.now())
        return redirect("droit", pk, procedure)
    return redirect("droits", pk)


@helping
@require_POST
def paper(request: HttpRequest, pk: int, procedure: str) -> HttpResponse:
    """Tick one paper, or take the tick back."""
    person = person_of(request, pk)
    line_of(request, person, procedure)
    key, by, at = request.POST.get("papier", "")[:40], account_of(request), timezone.now()
    with refusals.as_message(request):
        if "oter" in request.POST:
            rows = access.facts_for(request.user, person).filter(
                procedure=procedure, kind=facts.PAPER, paper=key, struck_at=None
            )
            for row in rows:
                right_telling.strike(row, by=by, at=at)
        else:
            telling = Telling(procedure=procedure, kind=facts.PAPER, on=timezone.localdate(), paper=key)
            right_telling.tell(person, telling, by=by, at=at)
    return redirect("droit", pk, procedure)


@helping
@require_POST
def turn(request: HttpRequest, pk: int, procedure: str) -> HttpResponse:
    """Begin a procedure again with the person, stop following it, or take it up."""
    person = person_of(request, pk)
    line_of(request, person, procedure)
    kind = TURNS.get(request.POST.get("geste", ""))
    if kind is None:
        return redirect("droit", pk, procedure)
    with refusals.as_message(request):
        telling = Telling(procedure=procedure, kind=kind, on=timezone.localdate())
        fact = right_telling.tell(
            person,
            telling,
            by=account_of(request),
            at=timezone.now(),
            was=request.POST.get("vu") if kind == facts.AGAIN else None,
        )
        if kind == facts.STOPPED:
            return redirect(f"{reverse('droits', args=[pk])}?note={fact.pk}")
        return redirect(f"{reverse('droit', args=[pk, procedure])}?note={fact.pk}")
    return redirect("droit", pk, procedure)


@helping
@require_POST
def change(request: HttpRequest, pk: int, fact: int) -> HttpResponse:
    """Take back a fact, put it back, or correct its dates."""
    person = person_of(request, pk)
    row = fact_of(request, person, fact)
    line_of(request, person, row.procedure)
    by, at = account_of(request), timezone.now()
    with refusals.as_message(request):
        if "remettre" in request.POST:
            right_telling.restore(row, by=by, at=at)
            messages.success(request, "C’est remis.")
        elif "corriger" in request.POST:
            form = DatesForm(request.POST)
            if not form.is_valid():
                raise Refused(
                    "Rien n’a été corrigé.",
                    why="Une des dates n’existe pas.",
                    do="Choisissez-la de nouveau.",
                )
            values = form.values()
            assert values["on"] is not None
            right_telling.correct(row, on=values["on"], until=values["until"], by=by, at=at)
            messages.success(request, "C’est corrigé. L’ancienne date se lit encore plus bas.")
        else:
            right_telling.strike(row, by=by, at=at)
            messages.success(request, "C’est annulé. On peut le remettre au bas de la page.")
    return redirect("droit", pk, row.procedure)


@helping
@require_POST
def write(request: HttpRequest, pk: int, fact: int) -> HttpResponse:
    """Write to another helper who follows the same procedure."""
    person = person_of(request, pk)
    form = LetterForm(request.POST)
    with refusals.as_message(request):
        other = letters.letter_to(person, fact, by=account_of(request))
        if not form.is_valid():
            raise Refused(
                "Le message n’est pas parti.",
                why="Il est vide, ou trop long.",
                do="Écrivez-le en quelques phrases.",
            )
        if count(request, "lettres") > access.LETTERS_AN_HOUR:
            raise Refused(
                "Le message n’est pas parti.",
                why="Beaucoup de messages viennent de partir.",
                do="Attendez une heure.",
            )
        if not leaves("email"):
            raise Refused(
                "Le message n’est pas parti.",
                why="Aucun e-mail ne peut être envoyé depuis ce serveur : Maillage n’a pas de serveur "
                "d’envoi.",
                do=f"Appelez {other.author}.",
            )
        letters.write_to(other, form.cleaned_data["texte"], by=account_of(request), at=timezone.now())
        messages.success(request, f"Le message part vers {other.author}, par e-mail.")
    return redirect("droits", pk)
