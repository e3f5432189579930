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
        perimeters, places = queries.claimed(claim)
        codes = [*(each.slug for each in perimeters), *(each.code for each in places)]
        if len(codes) == 1:
            return redirect(f"{reverse('check', args=codes)}?{urlencode({'q': claim.text})}")
        if unknown := "" if codes else queries.unknown_place(claim):
            places = gazetteer().nearest(unknown)
            context |= {"unknown": unknown}
        question = {"namesakes": places, "perimeters": perimeters, "claim": claim}
        context |= question if codes or unknown else _answer(claim, None, "")
    return render(request, "dossiers/check.html", context)


@require_safe
def check(request: HttpRequest, place: str) -> HttpResponse:
    """The box for a number, the verdict for a territory, or for France with what it makes there."""
    form = ClaimForm(request.GET if "q" in request.GET else None)
    claim: Claim | None = form.cleaned_data["q"] if form.is_bound and form.is_valid() else None
    if claim and not queries.is_named_by(place, claim):
        return redirect(f"{reverse('check_anywhere')}?{urlencode({'q': claim.text})}")

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        context = {"form": form, "examples": EXAMPLES, "kinds": KIND_LABELS}
        if claim is None:
            return context
        measures = queries.local_measures(study)
        answer = _answer(claim, measures, f"À l’échelle {reading.territory.of_name}", reading, study.place)
        total = next((each for each in measures if each.definition.id == LEVELS), None)
        return context | answer | {"total": total, "bases": _bases(claim, reading.bases)}

    is_plain = set(request.GET) <= {"q"}
    stored = queries.latest(place) if is_plain else None  # a number already computed is told at once
    return study_page(request, place, "dossiers/check.html", "verifier", more, stored)


def _answer(
    claim: Claim,
    local: Sequence[verdict.Measured] | None,
    where: str,
    reading: Reading | None = None,
    place: str = "",
) -> dict[str, Any]:
    """Return the verdict on a claim, for France where it names France or no territory is chosen. local,
    reading, place: of a territory, None and "" for none.
    """
    is_national = local is None or (claim.is_of_country and not queries.claimed_places(claim))
    measures = queries.national_measures() if local is None or is_national else local
    is_of_some = claim.noun and not verdict.names_difficulty(claim.noun)
    if is_of_some and not claim.is_of_country and not queries.claimed_places(claim):
        claim = replace(claim, some=claim.some or claim.noun)
    head = FRANCE if is_national else where
    local_reading = None if is_national else reading
    answer = verdict.judge(
        claim,
        measures,
        where=head,
        surveys=queries.survey_answers(place) if local_reading else (),
        names=" ".join([*queries.names_of(claim), local_reading.territory.name if local_reading else ""]),
        no_place=local_reading.offer.no_place if local_reading and local_reading.offer else "",
    )
    is_apart = bool(answer.cited) or answer.kind == "inconnu"
    shares = definition(LEVELS).shares
    parts = [
        (level.kind, wording.percent(100 * share), share)
        for level, share in zip(LEVELS_OF_HELP, (*shares, 1 - sum(shares)), strict=True)
    ]
    return {
        "claim": claim,
        "verdict": answer,
        "is_national": is_national,
        "cited": answer.cited or ("" if is_apart else (answer.matches or tuple(measures))[0].cited(head)),
        "is_apart": is_apart,
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
