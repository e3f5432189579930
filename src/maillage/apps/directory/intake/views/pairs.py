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

from maillage.apps.directory.intake.actions import duplicates, quick_actions
from maillage.apps.directory.intake.queries import pair_groups
from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.models import Pair
from maillage.apps.directory.places.queries import space
from maillage.apps.platform.accounts.access import holding
from maillage.kernel.errors import Refused
from maillage.web.long_lists import PAGE
from maillage.words.wording import count

SIDES = ("first", "second", "both")
MANY = 500  # numbers of pairs in one query
TOGETHER = "paires-decidees"  # when the last pairs decided together were, to take them back


@holding("directory.import")
@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    """The pairs to decide, the likeliest first; those merged; those declined."""
    today = timezone.localdate()
    open_pairs = space.pairs(request.user, today)
    decided = access.pairs_for(request.user).exclude(state=rules.OPEN).order_by("-answered_at", "-pk")
    context = {
        "page": Paginator(open_pairs, PAGE).get_page(request.GET.get("page")),
        "words": count(open_pairs.count(), "paire") if open_pairs else "aucune paire",
        "sure": len(duplicates.sure(open_pairs.filter(sure=True))),
        "merged": decided.filter(state=rules.ACCEPTED)[:PAGE],
        "declined": decided.filter(state=rules.DECLINED)[:PAGE],
        "groups": pair_groups.groups(request.user, today) if open_pairs.count() > PAGE else (),
        "together": TOGETHER in request.session,
    }
    return render(request, "intake/pairs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Two sheets side by side, field by field."""
    pair_row = get_object_or_404(access.pairs_for(request.user), pk=pk)
    suggested = duplicates.suggested(pair_row.first, pair_row.second)
    sides = space.side_by_side(pair_row, suggested)
    context: dict[str, Any] = {"pair": pair_row, "sides": sides, "same": space.same_fields(pair_row)}
    if pair_row.state == rules.OPEN:
        context["handing"] = duplicates.two_teams(pair_row, at=timezone.localtime())
    context["any_both"] = any(side.both for side in sides)
    if pair_row.state == rules.ACCEPTED:
        try:
            split = duplicates.split_preview(pair_row)
            context["apart"] = [
                space.split_effects(side.lieu, before=side.before, now=side.now, after=side.after)
                for side in (split.survivor, split.absorbed)
            ]
        except Refused as refused:
            context["error"] = refused
            return render(request, "intake/pair.html", context)
    if request.method == "POST":
        by, at = str(request.user), timezone.localtime()
        try:
            if request.POST.get("geste") == "deux":
                duplicates.decline(pair_row, by=by, at=at)
                messages.success(request, "Noté : ce sont deux lieux. Cette paire ne sera plus proposée.")
                return _next(request, pair_row)
            chosen = {side.id: request.POST.get(f"cote-{side.id}", side.suggested) for side in sides}
            choices = {
                name: side
                for id, side in chosen.items()
                if side in SIDES
                for name in space.fields_of(id)
                if name in suggested
            }
            survivor = duplicates.merge(pair_row, choices, by=by, at=at, hands_over="equipes" in request.POST)
            messages.success(
                request,
                f"Les deux fiches sont réunies dans « {survivor.name} ». Vous pourrez les séparer : chacune"
                " reprend la sienne.",
            )
            return _next(request, pair_row)
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
    user_pairs = access.pairs_for(request.user)
    if request.method == "POST":
        gesture = request.POST.get("geste")
        ticked = set(request.POST.getlist("paire")) if gesture in ("un", "deux") else set()
        chosen = user_pairs.filter(pk__in=[pk for pk in numbers if str(pk) in ticked]).order_by(
            "-score", "pk"
        )
        by, at = str(request.user), timezone.localtime()
        if gesture == "un":
            n = quick_actions.merge_many(list(chosen), by=by, at=at)
            n_remaining = len(chosen) - n
            message = f"{count(n, 'paire réunie', 'paires réunies')}."
            message += (
                f" {count(n_remaining, 'autre attend', 'autres attendent')} votre avis."
                if n_remaining
                else ""
            )
        else:
            every = gesture == "toutes"
            n = _declined(user_pairs, numbers if every else [pair.pk for pair in chosen], by, at)
            message = f"{count(n, 'paire dite différente', 'paires dites différentes')}."
        if ticked or gesture == "toutes":
            request.session[TOGETHER] = [
                at.isoformat(),
                (at + timedelta(microseconds=len(numbers))).isoformat(),
            ]
            messages.success(request, message)
        else:
            messages.error(
                request, "Rien n’a changé. Aucune paire n’était cochée. Cochez celles que vous avez lues."
            )
        return redirect("pairs_group", key)
    page = Paginator(numbers, pair_groups.AT_ONCE).get_page(request.GET.get("page"))
    read = user_pairs.in_bulk(list(page.object_list))
    context = {
        "key": key,
        "words": words,
        "page": page,
        "pairs": [read[pk] for pk in page.object_list],
        "total": len(numbers),
        "together": TOGETHER in request.session,
    }
    return render(request, "intake/pair_group.html", context)


def _declined(user_pairs: QuerySet[Pair], numbers: Sequence[int], by: str, at: datetime) -> int:
    """Decline all the pairs of a group; the database takes so many numbers at once."""
    return sum(
        quick_actions.decline_many(user_pairs.filter(pk__in=numbers[start : start + MANY]), by=by, at=at)
        for start in range(0, len(numbers), MANY)
    )


@holding("directory.import")
@require_POST
def decide_again(request: HttpRequest) -> HttpResponse:
    """Take back the last pairs decided together."""
    span = request.session.pop(TOGETHER, None)
    if span:
        by = str(request.user)
        decided = pair_groups.decided_between(request.user, by, *map(datetime.fromisoformat, span))
        back, n_unchanged = quick_actions.decide_again(list(decided), by=by, at=timezone.localtime())
        messages.success(request, f"{count(back, 'paire est', 'paires sont')} de nouveau à décider.")
        if n_unchanged:
            messages.warning(
                request, f"{count(n_unchanged, 'paire')} : réunie depuis à une autre, elle le reste."
            )
    return redirect("pairs")


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take two merged places apart, or look again at a pair that was declined."""
    pair_row = get_object_or_404(access.pairs_for(request.user), pk=pk)
    try:
        if pair_row.state == rules.ACCEPTED:
            done = duplicates.unmerge(pair_row, by=str(request.user), at=timezone.localtime())
            exact = done.survivor.exact and done.absorbed.exact
            outcome_text = (
                "chacune comme elle était"
                if exact
                else "avec ce qui a changé depuis qu’elles étaient réunies"
            )
            messages.success(request, f"Les deux fiches sont séparées, {outcome_text}.")
        else:
            duplicates.answer(pair_row, rules.OPEN, by="", at=None)
            messages.success(request, "La paire est de nouveau à décider.")
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect("pairs")


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def sure(request: HttpRequest) -> HttpResponse:
    """Merge all the pairs above the published threshold, once somebody has read their list."""
    sure_pairs = list(space.pairs(request.user, timezone.localdate()).filter(sure=True))
    if request.method == "POST":
        ticked = {pk for pk in request.POST.getlist("paire") if pk.isdigit()}
        chosen = [pair for pair in sure_pairs if str(pair.pk) in ticked]
        try:
            merged = quick_actions.merge_sure(chosen, by=str(request.user), at=timezone.localtime())
            message = (
                f"{count(merged, 'paire réunie', 'paires réunies')}." if merged else "Rien n’était coché."
            )
            n_remaining = len(chosen) - merged
            message += (
                f" {count(n_remaining, 'autre attend', 'autres attendent')} votre avis."
                if n_remaining
                else ""
            )
            messages.success(request, message)
        except Refused as refused:
            messages.error(request, " ".join(refused.sentences))
        return redirect("pairs")
    return render(request, "intake/sure.html", {"pairs": sure_pairs})
