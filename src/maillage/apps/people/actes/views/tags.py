"""Tags: put and taken off, listed, renamed, merged."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import access
from maillage.apps.people.actes.actions import tags as actions
from maillage.apps.people.actes.models import Act
from maillage.apps.people.actes.queries import lists
from maillage.apps.people.actes.queries import tags as queries
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number

ACTS = 30  # of a tag, on its page


@holding(*access.HELPS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The tags of one's teams and one's own, with what each is on."""
    return render(request, "actes/tags.html", {"tags": queries.counted(request.user)})


@holding(*access.HELPS)
@require_http_methods(["GET", "HEAD", "POST"])
def tag(request: HttpRequest, pk: int) -> HttpResponse:
    """The acts and persons of a tag; its name, and another to merge it into."""
    row = get_object_or_404(access.tags_for(request.user), pk=pk)
    changeable = access.changeable_tags_for(request.user)
    may_change = changeable.filter(pk=pk).exists()
    if request.method == "POST":
        if not may_change:
            raise Http404
        by, at, gesture = account_of(request), timezone.now(), request.POST.get("geste", "")
        try:
            if gesture == "renommer":
                actions.rename(row, request.POST.get("nom", ""), by=by, at=at)
            elif gesture == "reunir":
                other = get_object_or_404(changeable, pk=whole_number(request.POST.get("a", ""), ROWS) or 0)
                return redirect("tag", actions.merge(row, other, by=by, at=at).pk)
            elif gesture == "retirer":
                actions.delete(row, by=by, at=at)
                return redirect("tags")
        except Refused as refused:
            messages.error(request, " ".join(refused.sentences))
        return redirect("tag", pk)
    rows = queries.acts_with(request.user, row)[:ACTS]
    context = {
        "tag": row,
        "acts": lists.lines(rows, account_of(request)),
        "persons": queries.persons_with(request.user, row),
        "may_change": may_change,
        "others": changeable.filter(structure=row.structure).exclude(pk=pk),
    }
    return render(request, "actes/tag.html", context)


@require_POST
def put_on_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a tag on an act, or take one off."""
    act = get_object_or_404(access.acts_for(request.user), pk=pk)
    _put(request, act, Structure.objects.filter(pk=act.structure_id))
    return redirect("act", pk)


@require_POST
def put_on_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a tag on a person, or take one off."""
    person = get_object_or_404(people_for(request.user), pk=pk)
    _put(request, person, queries.teams_of(request.user, person))
    return redirect("person", pk)


def _put(request: HttpRequest, on: Act | Person, teams: QuerySet[Structure]) -> None:
    by, at = account_of(request), timezone.now()
    tag = access.tags_for(by).filter(pk=whole_number(request.POST.get("oter", ""), ROWS) or 0).first()
    structure = (
        teams.filter(pk=whole_number(request.POST.get("structure", ""), ROWS) or 0).first() or teams.first()
    )
    try:
        if tag is not None:
            actions.take_off(tag, on, by=by, at=at)
        elif structure is not None:
            is_personal = "moi" in request.POST
            label = request.POST.get("nom", "")
            actions.put(label, on, structure=structure, is_personal=is_personal, by=by, at=at)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
