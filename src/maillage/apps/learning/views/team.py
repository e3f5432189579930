"""Groups seen by those who run them: who is where, who is stuck, cards, notes, what to propose."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.views import holding
from maillage.apps.agenda.access import workshops_for
from maillage.apps.agenda.rules import BOOKED
from maillage.apps.directory.models import Structure
from maillage.apps.directory.views import refused
from maillage.apps.learning import access
from maillage.apps.learning.actions import groups as actions
from maillage.apps.learning.forms.plans import GroupForm
from maillage.apps.learning.models import Group, Member
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries import plans as asked
from maillage.apps.learning.queries import progress as queries
from maillage.apps.people.access import people_for
from maillage.kernel.typed import whole
from maillage.reference.outlines import FORMATS, outlines

SEES = (access.SEE, access.MINE)


@holding(*SEES)
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """One's groups, those open first; the questions to ask."""
    rows = list(access.groups_for(request.user)[:100])
    seen = queries.last_seen(rows)
    today = timezone.localdate()
    context = {
        "open": [(row, row.members.count(), seen.get(row.pk)) for row in rows if row.closed_at is None],
        "closed": [row for row in rows if row.closed_at is not None],
        "to_ask": asked.to_ask(request.user, today),
        "outlines": [(each, FORMATS[each.format]) for each in outlines().values()],
    }
    return render(request, "learning/team/index.html", context)


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Opening a group, from modules, a path or an outline."""
    workshop = workshops_for(request.user).filter(pk=whole(request.GET.get("atelier", "")) or 0).first()
    seated = list(workshop.seats.filter(status=BOOKED).select_related("person")) if workshop else []
    initial = {"trame": request.GET.get("trame", "")}
    if workshop is not None:
        day = f"{timezone.localtime(workshop.starts_at):%d/%m}"
        initial |= {
            "titre": f"{workshop.title}, {day}"[:80],
            "trame": f"trame:{workshop.outline}" if workshop.outline else "",
        }
        initial |= {"noms": "\n".join(seat.name for seat in seated if seat.person is None and seat.name)}
    form = GroupForm(request.POST or None, structures=_structures(request), initial=initial)
    if form.is_bound and form.is_valid():
        held, at = form.cleaned_data, timezone.now()
        with refused.told(request):
            made = actions.open_group(
                by=_user(request),
                structure=form.chosen(),
                title=held["titre"],
                modules=held["modules"],
                outline=held["trame"].removeprefix("trame:") if held["trame"].startswith("trame:") else "",
                at=at,
            )
            if not made.members.exists():  # opened just now, not by a second click
                actions.welcome(made, form.names, by=_user(request), at=at)
                for person in people_for(request.user).filter(pk__in=[seat.person_id for seat in seated if seat.person_id]):
                    actions.join(made, person, by=_user(request), at=at)
            return redirect("group", made.pk)
    status = 400 if form.is_bound else 200
    return render(request, "learning/team/new.html", {"form": form, "themes": contents.themes()}, status=status)


@holding(*SEES)
@never_cache
@require_safe
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """A group: where each is, and who is stuck."""
    found = _group(request, pk)
    at = timezone.now()
    context = {
        "group": found,
        "rows": queries.board(found, at, people_for(request.user)),
        "may_share": access.may_share(request.user, found),
        "at": at,
        "modules": contents.titles(found.modules),
        "all_modules": contents.modules().values(),
        "outline": outlines().get(found.outline),
        "structures": Structure.objects.exclude(pk=found.structure_id).order_by("name")[:500],
    }
    return render(request, "learning/team/group.html", context)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """A gesture on a group: people added, closed, opened again, shared, noted."""
    found, at, by = _group(request, pk), timezone.now(), _user(request)
    gesture = request.POST.get("geste", "")
    with refused.told(request):
        if gesture == "ajouter":
            names = [" ".join(line.split())[:60] for line in request.POST.get("noms", "").splitlines() if line.strip()]
            made = actions.welcome(found, names[:40] or [""], by=by, at=at)
            messages.success(request, f"{len(made)} carte(s) prête(s) : imprimez-les.")
        elif gesture in ("fermer", "rouvrir"):
            actions.close(found, by=by, at=at, opened=gesture == "rouvrir")
        elif gesture == "noter":
            actions.change(found, {"note": " ".join(request.POST.get("note", "").split())[:500]}, by=by, at=at)
            messages.success(request, "C’est noté.")
        elif gesture == "partager":
            held = Structure.objects.filter(pk=whole(request.POST.get("structure", "")) or 0).first()
            actions.change(found, {"partner": held}, by=by, at=at)
            messages.success(request, f"{held} anime aussi ce groupe." if held else "Ce groupe n’est plus partagé.")
    return redirect("group", found.pk)


@require_POST
def member(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """A gesture on somebody of a group: noted, proposed a module, given a new card, taken out."""
    found, at, by = _group(request, pk), timezone.now(), _user(request)
    theirs = Member.objects.filter(person__in=people_for(request.user)).select_related("person", "group__partner")
    row = get_object_or_404(theirs, pk=member, group=found)
    gesture = request.POST.get("geste", "")
    with refused.told(request):
        if gesture == "noter":
            wanted = request.POST.get("module", "")
            proposed = wanted if contents.module(wanted) else ""
            actions.note(row, words=request.POST.get("note", ""), proposed=proposed, by=by, at=at)
            messages.success(request, f"C’est noté pour {row.person}.")
        elif gesture == "carte":
            person = actions.renew(row, by=by, at=at)
            messages.success(request, f"Nouvelle carte pour {person} : {person.card}. L’ancienne n’ouvre plus rien.")
        elif gesture == "oter":
            actions.remove(row, by=by, at=at)
            messages.success(request, f"{row.person} n’est plus dans ce groupe. Sa carte reste à lui, ou à elle.")
    return redirect("group", found.pk)


@require_safe
def cards(request: HttpRequest, pk: int) -> HttpResponse:
    """The cards of a group, to print and cut."""
    found = _group(request, pk)
    people = list(people_for(request.user).filter(pk__in=found.members.values("person")))
    actions.printed(found, people, by=_user(request), at=timezone.now())
    return render(request, "learning/team/cards.html", {"group": found, "people": people})


@require_safe
def sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheets of a group's modules, to print: those of learners, and that of whoever runs it."""
    found = _group(request, pk)
    context = {"group": found, "modules": contents.titles(found.modules), "outline": outlines().get(found.outline)}
    return render(request, "learning/team/sheets.html", context)


def _group(request: HttpRequest, pk: int) -> Group:
    return get_object_or_404(access.groups_for(request.user), pk=pk)


def _structures(request: HttpRequest) -> list[Structure]:
    rights = rights_of(request.user)
    return list(Structure.objects.filter(pk__in={id for right in SEES for id in rights.structures(right)}).order_by("name"))


def _user(request: HttpRequest) -> Any:
    return request.user
