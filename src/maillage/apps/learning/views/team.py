"""Groups seen by those who run them: who is where, who is stuck, cards, notes, what to propose."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda.queries import outlines
from maillage.apps.learning import access
from maillage.apps.learning.actions import groups as actions
from maillage.apps.learning.forms.plans import GroupForm, names
from maillage.apps.learning.models import Group
from maillage.apps.learning.queries import contents, progress
from maillage.apps.learning.queries import groups as queries
from maillage.apps.learning.queries import plans as plan_queries
from maillage.apps.people.persons.access import people_for
from maillage.apps.platform.accounts.access import account_of, holding, rights_of
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.modules.outlines import FORMATS
from maillage.web import refusals
from maillage.words.dates import in_words
from maillage.words.wording import count

SEES = (access.SEE, access.SEE_OWN)


@holding(*SEES)
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """One's groups, those open first; the questions to ask."""
    rows = queries.listed(request.user)
    last_activity_by_group = progress.last_activity(rows)
    today = timezone.localdate()
    _, n_to_ask = plan_queries.to_ask(request.user, today, 1)
    context = {
        "open": [
            (row, row.n_members, last_activity_by_group.get(row.pk)) for row in rows if row.closed_at is None
        ],
        "closed": [row for row in rows if row.closed_at is not None],
        "n_to_ask": n_to_ask,
        "measures": rights_of(request.user).any(access.SEE, access.MEASURES),
        "outlines": [(each, FORMATS[each.format]) for each in outlines.read_by(request.user).values()],
    }
    return render(request, "learning/team/index.html", context)


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a group, from modules, a path or an outline."""
    workshop = queries.workshop(request.user, whole_number(request.GET.get("atelier", ""), ROWS) or 0)
    taken = queries.seats(workshop) if workshop else []
    initial = {"trame": request.GET.get("trame", "")}
    if workshop is not None:
        day = in_words(timezone.localtime(workshop.starts_at, workshop.zone), year=False)
        initial |= {
            "titre": f"{workshop.title}, {day}"[:80],
            "trame": f"trame:{workshop.outline}" if workshop.outline else "",
        }
        initial |= {"noms": "\n".join(seat.name for seat in taken if seat.person is None and seat.name)}
    structures = list(access.structures_for(request.user).order_by("name"))
    form = GroupForm(
        request.POST or None,
        structures=structures,
        outlines=outlines.read_by(request.user),
        initial=initial,
    )
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        with refusals.as_message(request):
            group = actions.open_with(
                by=account_of(request),
                structure=form.chosen(),
                title=values["titre"],
                modules=values["modules"],
                outline=values["trame"].removeprefix("trame:")
                if values["trame"].startswith("trame:")
                else "",
                names=values["noms"],
                seated=queries.seated(request.user, taken),
                at=timezone.now(),
            )
            return redirect("group", group.pk)
    status = 400 if form.is_bound else 200
    return render(
        request, "learning/team/new.html", {"form": form, "themes": contents.themes()}, status=status
    )


@holding(*SEES)
@never_cache
@require_safe
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """A group: where each is, and who is stuck."""
    group = _group(request, pk)
    at = timezone.now()
    context = {
        "group": group,
        "rows": progress.board(group, at, people_for(request.user)),
        "may_share": access.may_share(request.user, group),
        "at": at,
        "modules": contents.titles(group.modules),
        "all_modules": contents.modules().values(),
        "outline": outlines.read_by(request.user).get(group.outline),
        "structures": queries.neighbouring_structures(group)[:500],
    }
    return render(request, "learning/team/group.html", context)


@holding(*SEES)
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """A gesture on a group: people added, closed, opened again, shared, noted."""
    group, at, by = _group(request, pk), timezone.now(), account_of(request)
    gesture = request.POST.get("geste", "")
    with refusals.as_message(request):
        if gesture == "ajouter":
            members = actions.welcome(group, names(request.POST.get("noms", "")) or [""], by=by, at=at)
            ready = count(len(members), "carte prête : imprimez-la", "cartes prêtes : imprimez-les")
            messages.success(request, f"{ready}.")
        elif gesture in ("fermer", "rouvrir"):
            actions.close(group, by=by, at=at, opened=gesture == "rouvrir")
        elif gesture == "noter":
            written = {"note": " ".join(request.POST.get("note", "").split())[:500]}
            actions.change(group, written, by=by, at=at, displayed=_displayed(request, note="note-avant"))
            messages.success(request, "C’est noté.")
        elif gesture == "partager":
            typed = request.POST.get("structure", "")
            partner = (
                get_object_or_404(queries.neighbouring_structures(group), pk=whole_number(typed, ROWS) or 0)
                if typed
                else None
            )
            actions.change(group, {"partner": partner}, by=by, at=at)
            messages.success(
                request, f"{partner} anime aussi ce groupe." if partner else "Ce groupe n’est plus partagé."
            )
        else:
            raise _old_page()
    return redirect("group", group.pk)


@holding(*SEES)
@require_POST
def member(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """A gesture on somebody of a group: noted, proposed a module, given a new card, taken out."""
    group, at, by = _group(request, pk), timezone.now(), account_of(request)
    row = get_object_or_404(queries.members_for(request.user, group), pk=member)
    gesture = request.POST.get("geste", "")
    with refusals.as_message(request):
        if gesture == "noter":
            wanted = request.POST.get("module", "")
            proposed = wanted if contents.module(wanted) else ""
            words, displayed = (
                request.POST.get("note", ""),
                _displayed(request, note="note-avant", proposed="module-avant"),
            )
            actions.note(row, words=words, proposed=proposed, by=by, at=at, displayed=displayed)
            messages.success(request, f"C’est noté pour {row.person}.")
        elif gesture == "carte":
            person = actions.renew(row, by=by, at=at)
            messages.success(
                request, f"Nouvelle carte pour {person} : {person.card}. L’ancienne n’ouvre plus rien."
            )
        elif gesture == "oter":
            actions.remove(row, by=by, at=at)
            messages.success(
                request, f"{row.person} n’est plus dans ce groupe. Sa carte reste à lui, ou à elle."
            )
        else:
            raise _old_page()
    return redirect("group", group.pk)


@holding(*SEES)
@require_safe
def cards(request: HttpRequest, pk: int) -> HttpResponse:
    """The cards of a group, to print and cut."""
    group = _group(request, pk)
    people = queries.people_of(request.user, group)
    actions.printed(group, people, by=account_of(request), at=timezone.now())
    return render(request, "learning/team/cards.html", {"group": group, "people": people})


@holding(*SEES)
@require_safe
def sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheets of a group's modules, to print: those of learners, and that of whoever runs it."""
    group = _group(request, pk)
    context = {
        "group": group,
        "modules": contents.titles(group.modules),
        "outline": outlines.read_by(request.user).get(group.outline),
    }
    return render(request, "learning/team/sheets.html", context)


def _group(request: HttpRequest, pk: int) -> Group:
    return get_object_or_404(access.groups_for(request.user), pk=pk)


def _displayed(request: HttpRequest, **names: str) -> dict[str, str]:
    """Return the values of the fields when the page was displayed, for those the form sent."""
    return {name: request.POST[sent] for name, sent in names.items() if sent in request.POST}


def _old_page() -> Refused:
    return Refused(
        "Le suivi n’a pas été modifié.", why="Cette page est ancienne.", do="Rechargez-la, puis recommencez."
    )
