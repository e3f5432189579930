"""Sheets that may be of one person: proposed, compared side by side, joined, separated again."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.people.persons import access, rules
from maillage.apps.people.persons import queries as persons
from maillage.apps.people.persons.actions import merging
from maillage.apps.people.persons.models import PairDecision, Person
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.referrals.orientations.queries import people as queries
from maillage.apps.referrals.orientations.views.people import SEES, acting_for
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.web.long_lists import PAGE
from maillage.words import dates


@holding(*SEES)
@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    """Display the sheets that may be of one person, and find two others by their cards."""
    typed = [request.GET.get(name, "").strip()[:20] for name in ("premiere", "seconde")]
    error = None
    if all(typed):
        visible = access.people_for(request.user)
        typed_people = [
            person and visible.filter(pk=person.pk).first() for person in map(persons.by_code, typed)
        ]
        match typed_people:
            case [Person() as first, Person() as second] if first != second:
                return redirect("people_pair", first.pk, second.pk)
        error = Refused(
            "Ces deux fiches ne se comparent pas.",
            why="Un code est mal lu, les deux cartes ouvrent la même fiche, ou vous ne voyez pas l’une.",
            do="Relisez les cartes. Si la personne en montre une d’ailleurs, ouvrez d’abord cette fiche.",
        )
    page = Paginator(persons.alike_numbers(request.user), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pairs": persons.pairs(list(page.object_list)),
        "fields": list(zip(("premiere", "seconde"), typed, strict=True)),
        "error": error,
    }
    return render(request, "orientations/people/pairs.html", context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two sheets side by side: join them into the first, or record that they are two persons."""
    people = access.people_for(request.user)
    target, twin = get_object_or_404(people, pk=pk), get_object_or_404(people.exclude(pk=pk), pk=other)
    by, at, error = account_of(request), timezone.localtime(), None
    if request.method == "POST":
        acting = acting_for(request, target)
        try:
            if request.POST.get("geste") == "deux":
                merging.tell_apart(target, twin, by=by, at=at, acting=acting)
                messages.success(
                    request, "C’est noté : deux personnes. Elles ne sont plus proposées ensemble."
                )
                return redirect("people_pairs")
            if request.POST.get("garde") == str(twin.pk):
                target, twin = twin, target
            elif request.POST.get("garde") != str(target.pk):
                raise Refused(
                    merging.NOT_JOINED,
                    why="Aucune n’est choisie.",
                    do="Choisissez celle à garder, ou dites que ce sont deux personnes.",
                )
            how = request.POST.get("comment", "")
            merging.merge(target, twin, by=by, at=at, how=how, acting=acting)
            until = dates.in_words(timezone.localdate(at + rules.JOINED_UNDO))
            messages.success(
                request,
                f"Les deux fiches sont réunies. Pour les séparer : sur cette fiche, jusqu’au {until}.",
            )
            return redirect("person", target.pk)
        except Refused as refused:
            error = refused
    sides = [queries.side(request.user, each) for each in (target, twin)]
    context: dict[str, Any] = {
        "sides": sides,
        "fullest": max(sides, key=lambda side: side.fullness),
        "likeness": persons.likeness_of(target, twin),
        "sentence": rules.PURPOSES[rules.JOIN].words,
        "how": rules.HOW,
        "to_agree": persons.following_structures(target) != persons.following_structures(twin),
        "days": rules.JOINED_UNDO.days,
        "error": error,
        "contradiction": merging.contradiction(target, twin),  # known before a button is pressed for nothing
    }
    return render(request, "orientations/people/pair.html", context, status=400 if error else 200)


@require_POST
def separate(request: HttpRequest, pk: int) -> HttpResponse:
    """Separate two sheets that were joined by mistake."""
    visible = PairDecision.objects.filter(same=True, target__in=access.people_for(request.user))
    decision = get_object_or_404(visible.select_related("target"), pk=pk)
    with refusals.as_message(request):
        other = merging.undo(
            decision,
            by=account_of(request),
            at=timezone.localtime(),
            acting=acting_for(request, decision.target),
        )
        messages.success(
            request,
            f"La réunion est défaite : la carte {other.card} ouvre de nouveau sa fiche. Ce qui a été noté"
            " depuis reste sur la fiche gardée. Elles ne sont plus proposées ensemble.",
        )
    return redirect("person", decision.target_id)
