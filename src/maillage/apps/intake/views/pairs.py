"""Places that may be one: compared, merged, taken apart."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.accounts.access import holding
from maillage.apps.directory import access, rules
from maillage.apps.directory.models import Pair
from maillage.apps.directory.queries import space
from maillage.apps.intake.actions import duplicates, quick_actions
from maillage.apps.intake.queries import pair_groups
from maillage.kernel.errors import Refused
from maillage.words.wording import count

SIDES = ("first", "second", "both")
MANY = 500  # numbers of pairs in one query
TOGETHER = "paires-decidees"  # when the last pairs decided together were, to take them back


@holding("directory.import")
@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    """The pairs to decide, the likeliest first; those merged; those declined."""
    today = timezone.localdate()
    found = space.pairs(request.user, today)
    decided = access.pairs_for(request.user).exclude(state=rules.OPEN).order_by("-answered_at", "-pk")
    context = {
        "page": Paginator(found, space.PAGE).get_page(request.GET.get("page")),
        "words": count(found.count(), "paire") if found else "aucune paire",
        "sure": len(duplicates.sure(found.filter(sure=True))),
        "merged": decided.filter(state=rules.ACCEPTED)[: space.PAGE],
        "declined": decided.filter(state=rules.DECLINED)[: space.PAGE],
        "groups": pair_groups.groups(request.user, today) if found.count() > space.PAGE else (),
        "together": TOGETHER in request.session,
    }
    return render(request, "intake/pairs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Two sheets side by side, field by field."""
    found = get_object_or_404(access.pairs_for(request.user), pk=pk)
    suggested = duplicates.suggested(found.first, found.second)
    sides = space.side_by_side(found, suggested)
    context: dict[str, Any] = {"pair": found, "sides": sides, "same": space.same_fields(found)}
    if found.state == rules.OPEN:
        context["handing"] = duplicates.two_teams(found, at=timezone.localtime())
    context["any_both"] = any(side.both for side in sides)
    if found.state == rules.ACCEPTED:
        try:
            context["apart"] = space.split_effects(duplicates.apart(found))
        except Refused as refused:
            context["error"] = refused
            return render(request, "intake/pair.html", context)
    if request.method == "POST":
        by, at = str(request.user), timezone.localtime()
        try:
            if request.POST.get("geste") == "deux":
                duplicates.decline(found, by=by, at=at)
                messages.success(request, "Noté : ce sont deux lieux. Cette paire ne sera plus proposée.")
                return _next(request, found)
            chosen = {side.id: request.POST.get(f"cote-{side.id}", side.suggested) for side in sides}
            choices = {
                name: side
                for id, side in chosen.items()
                if side in SIDES
                for name in space.fields_of(id)
                if name in suggested
            }
            kept = duplicates.merge(found, choices, by=by, at=at, hands_over="equipes" in request.POST)
            messages.success(
                request,
                f"Les deux fiches sont réunies dans « {kept.name} ». Vous pourrez les séparer : chacune"
                " reprend la sienne.",
            )
            return _next(request, found)
        except Refused as refused:
            context["error"] = refused
    return render(request, "intake/pair.html", context, status=400 if "error" in context else 200)


def _next(request: HttpRequest, decided: Pair) -> HttpResponse:
    following = space.pair_after(request.user, decided, timezone.localdate())
    return redirect("pair", following.pk) if following is not None else redirect("pairs")


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, key: str) -> HttpResponse:
    """The pairs that agree in the same way, a hundred at once: those ticked are decided together."""
    words, numbers = pair_groups.of_group(request.user, timezone.localdate(), key)
    if not words:
        messages.info(request, "Toutes les paires de ce motif sont décidées.")
        return redirect("pairs")
    mine = access.pairs_for(request.user)
    if request.method == "POST":
        gesture = request.POST.get("geste")
        asked = set(request.POST.getlist("paire")) if gesture in ("un", "deux") else set()
        chosen = mine.filter(pk__in=[pk for pk in numbers if str(pk) in asked]).order_by("-score", "pk")
        by, at = str(request.user), timezone.localtime()
        if gesture == "un":
            n = quick_actions.merge_many(list(chosen), by=by, at=at)
            left = len(chosen) - n
            told = f"{count(n, 'paire réunie', 'paires réunies')}."
            told += f" {count(left, 'autre attend', 'autres attendent')} votre avis." if left else ""
        else:
            every = gesture == "toutes"
            n = _declined(mine, numbers if every else [pair.pk for pair in chosen], by, at)
            told = f"{count(n, 'paire dite différente', 'paires dites différentes')}."
        if asked or gesture == "toutes":
            request.session[TOGETHER] = [
                at.isoformat(),
                (at + timedelta(microseconds=len(numbers))).isoformat(),
            ]
            messages.success(request, told)
        else:
            messages.error(
                request, "Rien n’a changé. Aucune paire n’était cochée. Cochez celles que vous avez lues."
            )
        return redirect("pairs_group", key)
    page = Paginator(numbers, pair_groups.AT_ONCE).get_page(request.GET.get("page"))
    read = mine.in_bulk(list(page.object_list))
    context = {
        "key": key,
        "words": words,
        "page": page,
        "pairs": [read[pk] for pk in page.object_list],
        "total": len(numbers),
        "together": TOGETHER in request.session,
    }
    return render(request, "intake/pair_group.html", context)


def _declined(mine: QuerySet[Pair], numbers: Sequence[int], by: str, at: datetime) -> int:
    """Decline all the pairs of a group; the database takes so many numbers at once."""
    return sum(
        quick_actions.decline_many(mine.filter(pk__in=numbers[start : start + MANY]), by=by, at=at)
        for start in range(0, len(numbers), MANY)
    )


@holding("directory.import")
@require_POST
def decide_again(request: HttpRequest) -> HttpResponse:
    """Take back the last pairs decided together."""
    span = request.session.pop(TOGETHER, None)
    if span:
        by = str(request.user)
        found = pair_groups.decided_between(request.user, by, *map(datetime.fromisoformat, span))
        back, kept = quick_actions.decide_again(list(found), by=by, at=timezone.localtime())
        messages.success(request, f"{count(back, 'paire est', 'paires sont')} de nouveau à décider.")
        if kept:
            messages.warning(request, f"{count(kept, 'paire')} : réunie depuis à une autre, elle le reste.")
    return redirect("pairs")


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take two merged places apart, or look again at a pair that was declined."""
    found = get_object_or_404(access.pairs_for(request.user), pk=pk)
    try:
        if found.state == rules.ACCEPTED:
            done = duplicates.unmerge(found, by=str(request.user), at=timezone.localtime())
            exact = done.kept.exact and done.gone.exact
            told = (
                "chacune comme elle était"
                if exact
                else "avec ce qui a changé depuis qu’elles étaient réunies"
            )
            messages.success(request, f"Les deux fiches sont séparées, {told}.")
        else:
            duplicates.answer(found, rules.OPEN, by="", at=None)
            messages.success(request, "La paire est de nouveau à décider.")
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect("pairs")


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def sure(request: HttpRequest) -> HttpResponse:
    """Merge all the pairs above the published threshold, once somebody has read their list."""
    found = list(space.pairs(request.user, timezone.localdate()).filter(sure=True))
    if request.method == "POST":
        asked = {pk for pk in request.POST.getlist("paire") if pk.isdigit()}
        chosen = [pair for pair in found if str(pair.pk) in asked]
        try:
            merged = quick_actions.merge_sure(chosen, by=str(request.user), at=timezone.localtime())
            told = f"{count(merged, 'paire réunie', 'paires réunies')}." if merged else "Rien n’était coché."
            left = len(chosen) - merged
            told += f" {count(left, 'autre attend', 'autres attendent')} votre avis." if left else ""
            messages.success(request, told)
        except Refused as refused:
            messages.error(request, " ".join(refused.sentences))
        return redirect("pairs")
    return render(request, "intake/sure.html", {"pairs": found})
