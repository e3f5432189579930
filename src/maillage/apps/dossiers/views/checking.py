"""Check a number read elsewhere: for France, then for a territory."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from maillage.apps.dossiers import queries
from maillage.apps.dossiers.forms import ClaimForm
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.dossiers.views.pages import study_page
from maillage.engine import base
from maillage.reference.definitions import LEVELS, definition
from maillage.reports.page import charts
from maillage.reports.territory import verdict
from maillage.reports.territory.labels import LEVELS_OF_HELP
from maillage.reports.territory.reading import Base, Reading
from maillage.studies.diagnosis.territories import KIND_LABELS, gazetteer
from maillage.words import wording
from maillage.words.claims import Claim

FRANCE = "En France"
EXAMPLES = ("40 % des Français", "3 000 personnes à Vierzon", "un habitant sur six en Isère")


@require_safe
def anywhere(request: HttpRequest) -> HttpResponse:
    """The box for a number, the verdict for France; a territory that it names leads to its own page."""
    form = ClaimForm(request.GET if "q" in request.GET else None)
    context: dict[str, Any] = {"form": form, "examples": EXAMPLES, "kinds": KIND_LABELS}
    if form.is_bound and form.is_valid():
        claim: Claim = form.cleaned_data["q"]
        places = queries.claimed_places(claim)
        if len(places) == 1:
            return redirect(f"{reverse('check', args=[places[0].code])}?{urlencode({'q': claim.text})}")
        if unknown := "" if places else queries.unknown_place(claim):
            places = gazetteer().nearest(unknown)
            context |= {"unknown": unknown}
        question = {"namesakes": places, "claim": claim}
        context |= question if places or unknown else _answer(claim, None, "")
    return render(request, "dossiers/check.html", context)


@require_safe
def check(request: HttpRequest, place: str) -> HttpResponse:
    """The box for a number, the verdict for a territory, or for France with what it makes there."""
    form = ClaimForm(request.GET if "q" in request.GET else None)
    claim: Claim | None = form.cleaned_data["q"] if form.is_bound and form.is_valid() else None
    places = queries.claimed_places(claim) if claim else []
    elsewhere = places and place.casefold() not in (each.code.casefold() for each in places)
    if claim and (elsewhere or queries.unknown_place(claim)):
        return redirect(f"{reverse('check_anywhere')}?{urlencode({'q': claim.text})}")

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        context = {"form": form, "examples": EXAMPLES, "kinds": KIND_LABELS}
        if claim is None:
            return context
        measures = queries.local_measures(study)
        answer = _answer(claim, measures, f"À l’échelle {reading.territory.of_name}")
        total = next((each for each in measures if each.definition.id == LEVELS), None)
        return context | answer | {"total": total, "bases": _bases(claim, reading.bases)}

    return study_page(request, place, "dossiers/check.html", "verifier", more)


def _answer(claim: Claim, local: Sequence[verdict.Measured] | None, where: str) -> dict[str, Any]:
    """Return the verdict on a claim, for France where it names France or no territory is chosen. local: of a
    territory, None for none.
    """
    is_national = local is None or (claim.is_of_country and not queries.claimed_places(claim))
    measures = queries.national_measures() if local is None or is_national else local
    if claim.noun and not claim.is_of_country and not queries.claimed_places(claim):
        claim = replace(claim, some=claim.some or claim.noun)
    head = FRANCE if is_national else where
    answer = verdict.judge(claim, measures, where=head)
    shares = definition(LEVELS).shares
    parts = [
        (level.kind, wording.percent(100 * share), share)
        for level, share in zip(LEVELS_OF_HELP, (*shares, 1 - sum(shares)), strict=True)
    ]
    return {
        "claim": claim,
        "verdict": answer,
        "is_national": is_national,
        "cited": (answer.matches or tuple(measures))[0].cited(head) if answer.kind != "inconnu" else "",
        "same": verdict.same_number(claim),
        "levels": [(level, part[1]) for level, part in zip(LEVELS_OF_HELP[:3], parts, strict=False)],
        "bars": {
            name: charts.levels_bar(parts, width=width, label="7 % + 19 % + 14 % = 40 %")
            for name, width in (("wide", 720), ("narrow", 360))
        },
        "measures": measures,
        "meanings": [(verdict.LABELS[kind], words) for kind, words in verdict.MEANINGS.items()],
    }


def _bases(claim: Claim, bases: Sequence[Base]) -> dict[str, Any] | None:
    """Return the populations of which a count makes a share, and whether each of a territory is one."""
    if claim.people is None or claim.share is None or not 0 < claim.share.low <= claim.share.high <= 100:
        return None
    low, high = base.implied(
        claim.people.value,
        claim.share.value / 100,
        count_step=claim.people.step,
        share_step=claim.share.step / 100,
    )
    return {
        "low": wording.number(low),
        "high": wording.number(high),
        "rows": [(each, low <= each.value <= high) for each in bases],
    }
