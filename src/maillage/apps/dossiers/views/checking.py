"""Check a number read elsewhere: for France, then for a territory."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from maillage.apps.dossiers import access, queries, rules
from maillage.apps.dossiers.forms import ClaimForm
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.dossiers.views.pages import study_page
from maillage.apps.dossiers.views.requests import in_reader_language, study_or_answer
from maillage.publishing.page import charts
from maillage.publishing.territory import in_short, national_phrases, verdict
from maillage.publishing.territory.claim_subjects import names_difficulty
from maillage.publishing.territory.labels import LEVELS_OF_HELP, VERDICT_LABELS, VERDICT_MEANINGS
from maillage.publishing.territory.measured import Measured
from maillage.publishing.territory.named_places import claimed_places
from maillage.publishing.territory.reading import Base, Reading
from maillage.reference.definitions import LEVELS, definition
from maillage.statistics.engine import base
from maillage.statistics.zones.territories import KIND_LABELS, gazetteer
from maillage.words import wording
from maillage.words.claims import Claim
from maillage.words.languages import speaking, to_say
from maillage.words.wording import of

FRANCE = "En France"
EXAMPLES = (
    to_say("40 % des Français"),
    to_say("3 000 personnes à Vierzon ne se connectent jamais à Internet"),
    to_say("28 % des habitants de Grenoble n’utilisent pas Internet"),
)
PAGE_CONTEXT = {
    "examples": EXAMPLES,
    "kinds": KIND_LABELS,
    "french_part": to_say("Le détail des réponses reste en français : il cite des enquêtes."),
}


@require_safe
def anywhere(request: HttpRequest) -> HttpResponse:
    """The box for a number, the verdict for France; a territory that it names leads to its own page."""
    form = ClaimForm(request.GET if "q" in request.GET else None)
    context: dict[str, Any] = PAGE_CONTEXT | {"form": form}
    if form.is_bound and form.is_valid():
        claim: Claim = form.cleaned_data["q"]
        perimeters, places = queries.claimed(claim)
        codes = [*(each.slug for each in perimeters), *(each.code for each in places)]
        if len(codes) == 1:
            return redirect(f"{reverse('check', args=codes)}?{urlencode({'q': claim.typed})}")
        if unknown := "" if codes else queries.unknown_place(claim):
            places = gazetteer().nearest(unknown)
            context |= {"unknown": unknown}
        question = {"namesakes": places, "perimeters": perimeters, "claim": claim}
        context |= question if codes or unknown else _answer(request, claim, None, "")
    return in_reader_language(request, "dossiers/check.html", context)


@require_safe
def check(request: HttpRequest, place: str) -> HttpResponse:
    """The box for a number, the verdict for a territory, or for France with what it makes there."""
    form = ClaimForm(request.GET if "q" in request.GET else None)
    claim: Claim | None = form.cleaned_data["q"] if form.is_bound and form.is_valid() else None
    if claim and not queries.is_named_by(place, claim) and not queries.is_own_zone(place, claim):
        code = queries.namesake_inside(place, claim)
        address = reverse("check", args=[code]) if code else reverse("check_anywhere")
        return redirect(f"{address}?{urlencode({'q': claim.typed})}")

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        context = PAGE_CONTEXT | {"form": form}
        if claim is None:
            return context
        measures = queries.local_measures(study)
        answer = _answer(
            request, claim, measures, f"À l’échelle {reading.territory.of_name}", reading, study.place
        )
        total = next((each for each in measures if each.definition.id == LEVELS), None)
        return context | answer | {"total": total, "bases": _bases(claim, reading.bases)}

    is_plain = set(request.GET) <= {"q"}
    stored = queries.latest(place) if is_plain else None  # a number already computed is told at once
    is_new = is_plain and (stored is None or queries.is_lost(stored))
    if claim and is_new and (first := _first_answer(request, place, claim)):
        return in_reader_language(request, "dossiers/check.html", PAGE_CONTEXT | {"form": form} | first)
    return study_page(
        request, place, "dossiers/check.html", "verifier", more, stored, write=in_reader_language
    )


def _first_answer(request: HttpRequest, place: str, claim: Claim) -> dict[str, Any]:
    """Return the verdict on a claim of a territory while its study is under way, by the figures that it will
    have, or by the national shares and the ages of its residents where these take too long; nothing where
    neither can be told, or nobody computes.
    """
    ready = study_or_answer(request, place, is_check=True)
    study = None if isinstance(ready, HttpResponse) else ready[0]
    if study is None or study.status == rules.DONE or not study.is_alive:
        return {}
    exact = queries.first_measures(study)
    measures = exact or queries.rough_measures(study)
    if not measures:
        return {}
    known = gazetteer()
    of_name = known.get(place).of_name if place in known else of(study.name)
    where = f"À l’échelle {of_name}{'' if exact else ', d’après les taux nationaux et l’âge des habitants'}"
    answer = _answer(request, claim, measures, where, place=study.place)
    progress_context = {
        "study": study,
        "of_name": of_name,
        "place": place,
        "query": request.GET.urlencode(),
        "mine": access.may_stop(request, study),
        "is_rough": not exact,
    }
    return answer | progress_context | ({} if exact or answer["is_national"] else {"cited": ""})


def _answer(
    request: HttpRequest,
    claim: Claim,
    local: Sequence[Measured] | None,
    where: str,
    reading: Reading | None = None,
    place: str = "",
) -> dict[str, Any]:
    """Return the verdict on a claim, for France where it names France or no territory is chosen. local,
    reading, place: of a territory, None and "" for none; reading: None while its study is under way.
    """
    is_national = local is None or (claim.is_of_country and not claimed_places(claim))
    measures = queries.national_measures() if local is None or is_national else local
    is_of_some = claim.noun and not names_difficulty(claim.noun)
    if is_of_some and not claim.is_of_country and not claimed_places(claim):
        claim = replace(claim, some=claim.some or claim.noun)
    head = FRANCE if is_national else where
    local_reading = None if is_national else reading
    answer = verdict.judge(
        claim,
        measures,
        where=head,
        surveys=queries.survey_answers(place) if place and not is_national else (),
        names=" ".join([*queries.names_of(claim), local_reading.territory.name if local_reading else ""]),
        own=local_reading,
    )
    answer = replace(
        answer,
        title=wording.spaced(answer.title),
        reason=wording.spaced(answer.reason),
        caution=wording.spaced(answer.caution),
        cited=wording.spaced(answer.cited),
    )
    is_apart = bool(answer.cited) or answer.kind == "inconnu"
    likeliest = (*answer.matches, *filter(None, (answer.compared,)), *measures)
    own_levels = local_reading.levels if local_reading else None
    shares = definition(LEVELS).shares
    parts = [
        (level.kind, wording.percent(100 * share), share)
        for level, share in zip(LEVELS_OF_HELP, (*shares, 1 - sum(shares)), strict=True)
    ]
    language = vars(request).get("language")
    in_words = {}
    if language and not language.is_french:
        with speaking(language.code):
            measured = None if is_apart else likeliest[0]
            in_words = {
                "in_short": in_short.verdict_sentences(answer, measured),
                "in_short_caution": in_short.caution(answer),
            }
    return in_words | {
        "claim": claim,
        "verdict": answer,
        "is_national": is_national,
        "cited": answer.cited or ("" if is_apart else likeliest[0].cited(head)),
        "is_apart": is_apart,
        "choices": verdict.completed(claim) if answer.is_vague else [],
        "same": national_phrases.same_number(claim),
        "levels": [(level, level.share) for level in own_levels.lines[:3]]
        if own_levels
        else [(level, part[1]) for level, part in zip(LEVELS_OF_HELP[:3], parts, strict=False)],
        "bars": own_levels.bar
        if own_levels
        else {
            name: charts.levels_bar(parts, width=width, label="7 % + 19 % + 14 % = 40 %")
            for name, width in (("wide", 720), ("narrow", 360))
        },
        "measures": measures,
        "meanings": [(VERDICT_LABELS[kind], words) for kind, words in VERDICT_MEANINGS.items()],
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
