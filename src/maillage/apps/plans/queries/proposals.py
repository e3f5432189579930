"""The proposals of the figures for a plan: drafts of workshops, gaps, low verdicts of the grid, referrals
without a solution, needs that surveys voice, time in the place of people, what structures believe.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.text import slugify

from maillage.apps.actes.queries import load
from maillage.apps.codesign.models import DraftAction
from maillage.apps.codesign.rules import DRAFT
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.memberships.access import communes_of
from maillage.apps.orientations.queries import territory_measures
from maillage.apps.plans import rules
from maillage.apps.plans.models import Plan, PlanAction
from maillage.apps.plans.queries import overview
from maillage.apps.plans.queries.zones import zone_parts
from maillage.apps.surveys.queries import evidence
from maillage.reference.offer import diagnosis_lines
from maillage.reference.plan_frames import frames
from maillage.reports.territory import criteria, gaps
from maillage.reports.territory.gaps import OPENINGS
from maillage.reports.territory.reading import OfferReading, Reading
from maillage.words.opening import date_text
from maillage.words.rounding import outwards, rounded
from maillage.words.wording import lower_first, number, percent, points

MOST_PROPOSALS = 3
MOST_ALIKE = 2
OF_SURVEYS = (criteria.PERCEPTION, criteria.SUPPORT)  # proposed with both sides, or need by need
VOICED = 20.0  # percent: a need that fewer say calls for no action of its own, as in the grid
BELIEVED_APART = 10.0  # points under which the grid calls both sides near
YEAR = timedelta(days=365)
NO_EFFECT = "Une enquête mesure un besoin déclaré ; elle ne chiffre l’effet d’aucune action."
# What answers each need of a bank: (kind of survey, question) → answer → title, line of the offer.
ANSWERS: Mapping[tuple[str, str], Mapping[str, tuple[str, str]]] = {
    ("structures", "besoins"): {
        "outillage": ("Choisir et partager des ressources pédagogiques entre structures", ""),
        "moyens_humains": ("Trouver du renfort pour accueillir : permanences partagées, bénévoles", ""),
        "equipement": ("Équiper et connecter les lieux qui accueillent", "libre_acces_autonome"),
        "formation": ("Former les équipes qui accueillent", ""),
        "financement": ("Chercher un financement à plusieurs, pour une action commune", ""),
        "lieu": ("Trouver un lieu d’accueil régulier pour celles qui n’en ont pas", ""),
    },
    ("inhabitants", "besoins"): {
        "droits": ("Ouvrir un atelier régulier sur les droits et les papiers", "assistance"),
        "sante": ("Ouvrir un atelier sur la santé en ligne", "formation"),
        "parentalite": ("Ouvrir un atelier avec les écoles, pour les parents", "formation"),
        "mobilite": ("Ouvrir un atelier pour préparer ses déplacements", "formation"),
        "emploi": ("Ouvrir un atelier pour chercher un emploi en ligne", "formation"),
        "logement": ("Ouvrir un atelier pour chercher un logement en ligne", "formation"),
        "budget": ("Ouvrir un atelier sur le budget et la banque en ligne", "formation"),
        "proches": ("Ouvrir un atelier pour garder le lien avec ses proches", "formation"),
        "loisirs": ("Ouvrir un atelier qui part des loisirs", "formation"),
    },
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A figure beside a proposal or an action, as printed. between: its interval, "" for a count."""

    value: str
    between: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An action that the figures propose. key: what makes it the same one another day; value: its first
    figure, None when it has none; effect: what to expect, with its assumption; axis: the dynamic where the
    plan answers the same line of the offer already, None when it does nowhere.
    """

    key: str
    title: str
    why: str
    effect: str
    evidence: tuple[Evidence, ...]
    zones: tuple[str, ...] = ()
    line: str = ""
    value: float | None = None
    draft: int | None = None
    pilot: str = ""
    budget: int | None = None
    ends_on: date | None = None
    axis: int | None = None

    @property
    def alike(self) -> tuple[str, ...]:
        """The actions of published plans for the same line of the offer, two at most."""
        similar_actions = [
            f"{frame.name}, action {action.label} : « {action.title} »"
            for frame in frames().values()
            for axis in frame.axes
            for action in axis.actions
            if self.line and action.line == self.line
        ]
        return tuple(similar_actions[:MOST_ALIKE])


def proposals(plan: Plan, reading: Reading | None, on: date) -> list[Proposal]:
    """Return the proposals of the figures for a plan: gaps that leave most people without anything for sure,
    drafts of co-design workshops, low verdicts of the grid, needs without a solution, the need that each
    survey voices most, what structures believe and inhabitants do not say, time spent in the place of people.
    What an action already answers, or what was refused and did not move since, is left out.
    """
    every = plan.actions.select_related("parent")
    rows = [row for row in every if row.standing != rules.DROPPED]
    refused = {each.proposal: each.value for each in plan.refusals.all()}
    known = {row.proposal for row in rows if row.proposal}
    survey_answers = evidence.published(plan.place)
    axes = {row.line: row.axis_id for row in reversed(rows)}

    def remaining(candidates: Iterable[Proposal]) -> list[Proposal]:
        return [
            replace(each, axis=axes.get(each.line) if each.line else None)
            for each in candidates
            if each.key not in known
            and (each.key not in refused or rules.comes_back(refused[each.key], each.value))
        ]

    return [
        *remaining(_gaps(plan, reading) if reading is not None else ()),
        *remaining(_drafts(plan.place, rows)),
        *remaining(_verdicts(plan.place, reading, on))[:MOST_PROPOSALS],
        *remaining(_unsolved(plan.place, rows, on)),
        *remaining(_priorities(survey_answers)),
        *remaining(_perceived(survey_answers)),
        *remaining(_load(plan.place, on)),
    ]


def proposal(plan: Plan, key: str, on: date) -> Proposal | None:
    """Return one of the proposals of a plan by its key, None when it is no longer made."""
    return next(
        (each for each in proposals(plan, overview.reading_of(plan.place), on) if each.key == key), None
    )


def _drafts(place: str, rows: Sequence[PlanAction]) -> list[Proposal]:
    used_drafts = [row.draft_id for row in rows if row.draft_id is not None]
    drafts = DraftAction.objects.filter(place=place, state=DRAFT).exclude(pk__in=used_drafts)
    return [
        Proposal(
            key=f"draft:{row.pk}",
            title=row.title,
            why=f"Proposée par un groupe de l’atelier « {row.session.title} »."
            + (f" L’obstacle : {row.obstacle.words}" if row.obstacle else ""),
            effect="L’atelier n’a pas chiffré son effet.",
            evidence=(),
            draft=row.pk,
            pilot=row.pilot,
            budget=row.budget,
            ends_on=row.ends_on,
        )
        for row in drafts.select_related("session", "obstacle", "lever")
    ]


def _gaps(plan: Plan, reading: Reading) -> list[Proposal]:
    """Return the proposals for the first gaps, by the own zones of the territory where it has some: an action
    then names the zones of the plan that make each up.
    """
    parts: Mapping[str, frozenset[str]] = {}
    study = dossiers.latest(plan.place)
    own = dossiers.own_zones(study) if study is not None else None
    if own is not None and (own_parts := zone_parts(plan.place, own)):
        reading, parts = dossiers.reading(own), own_parts
    if reading.offer is None:
        return []
    estimated = overview.estimated(reading, reading.offer)
    openings = gaps.openings(reading.offer, settled(plan, reading.offer, parts))
    proposed = [gap for gap in openings if not parts or gap.code in parts][:MOST_PROPOSALS]
    return [
        replace(proposal, zones=tuple(sorted(parts[gap.code]))) if parts else proposal
        for gap in proposed
        for proposal in [_gap(reading.offer, gap, estimated)]
    ]


def settled(
    plan: Plan, offer: OfferReading | None, parts: Mapping[str, frozenset[str]] | None = None
) -> tuple[str, ...]:
    """Return the keys of the gaps of a study that a plan has settled: an action answers them or was kept from
    them, or they were refused and did not move since. parts: the zones of the plan that make up each zone of
    the study, where they are not its own.
    """
    every = plan.actions.select_related("parent")
    rows = [row for row in every if row.standing != rules.DROPPED]
    answered_keys = {key for row in rows if row.proposal for key in gaps.gap_keys(row.proposal)}
    refused = {key: each.value for each in plan.refusals.all() for key in gaps.gap_keys(each.proposal)}
    answered = {line: overview.answered(rows, line) for line in OPENINGS}

    def is_settled(gap: gaps.Gap) -> bool:
        zones = answered[gap.line.id]
        codes = (parts or {}).get(gap.code, frozenset({gap.code}))
        if zones is None or codes <= zones or gap.key in answered_keys:
            return True
        return gap.key in refused and not rules.comes_back(refused[gap.key], gap.line.missing_value)

    return tuple(gap.key for gap in gaps.lacks(offer) if is_settled(gap))


def _gap(offer: OfferReading, gap: gaps.SharedGap, estimated: str) -> Proposal:
    first, code = gap.gaps[0].line, gap.gaps[0].code
    zone = offer.zones[code]
    place = diagnosis_lines()[gap.line].place if len(gap.gaps) == 1 else "lieu d’aide"
    people = f"{first.missing_sentence} personnes" if first.missing_sentence else first.missing_about
    n_places = zone.n_places + zone.n_perhaps
    return Proposal(
        key=gap.key,
        title=gap.title,
        why=gap.reason,
        effect=(
            f"Au plus, {lower_first(people)} auraient un {place} à moins de {offer.limit} :"
            " toutes celles de la zone, si un seul lieu est à portée de chacune. Cela ne dit pas"
            " combien viendront."
        ),
        evidence=(
            Evidence(
                first.missing,
                first.missing_between,
                f"personnes en difficulté sans {gap.without}",
                estimated,
            ),
            Evidence(
                f"{number(first.n_places)} sur {number(n_places)}" if n_places else "0",
                "",
                f"lieux connus de la zone qui disent : {lower_first(gap.lines)}"
                if n_places
                else "lieu recensé dans la zone",
                offer.source,
            ),
        ),
        zones=(code,),
        line=gap.line,
        value=first.missing_value,
    )


def _verdicts(place: str, reading: Reading | None, on: date) -> list[Proposal]:
    """Return the actions that the grid advises where it finds a lack: what a gap is not, from surveys and
    sheets too, as what structures need, or what inhabitants and structures do not see alike.
    """
    study = dossiers.latest(place)
    if study is None or reading is None:
        return []
    weak = [
        (axis, row)
        for axis, _ in dossiers.grid(study, reading, on=on)
        for row in axis.criteria
        if row.verdict == criteria.WEAK and row.action and row.question not in OF_SURVEYS
    ]
    return [
        Proposal(
            key=f"verdict:{slugify(row.question)}"[:160],
            title=row.action.rstrip("."),
            why=row.question,
            effect="La grille dit ce qui manque ; elle ne chiffre l’effet d’aucune action.",
            evidence=(Evidence(row.label, "", row.evidence, f"Grille, {lower_first(axis.label)}"),),
            value=row.value,
        )
        for axis, row in weak
    ]


def _unsolved(place: str, rows: Sequence[PlanAction], on: date) -> list[Proposal]:
    met = territory_measures.of_territory(communes_of(place), on=on)
    measures = met["measures"]
    if not measures.unsolved or measures.examples or any(row.proposal == "unsolved" for row in rows):
        return []
    n = number(measures.unsolved)
    source = f"orientations notées du {met['since']} au {met['until']}"
    return [
        Proposal(
            key="unsolved",
            title="Trouver une solution pour les demandes restées sans lieu",
            why="Des personnes ont dit un besoin, et aucun lieu connu n’y répondait.",
            effect="La page Personnes les compte par besoin et par commune. Aucun effet n’est chiffré.",
            evidence=(Evidence(n, "", "demandes sans solution, comptées par paquets", source),),
            value=float(measures.unsolved),
        )
    ]


def _priorities(surveyed: criteria.Surveyed) -> list[Proposal]:
    """Return the proposals for the need that most people say, for each kind of survey; none when fewer than
    one in five say it. When the next one is within its interval, no need is said to be the first.
    """
    new_proposals = []
    for (kind, question), answers in ANSWERS.items():
        voiced = [
            (answer, survey_answer)
            for answer in answers
            if (survey_answer := surveyed.get((kind, question, answer))) is not None
            and survey_answer.percent >= VOICED
        ]
        voiced.sort(key=lambda pair: (-pair[1].percent, pair[0]))
        if voiced:
            (answer, first), *next_answers = voiced
            title, line = answers[answer]
            close = [
                survey_answer.label for _, survey_answer in next_answers if survey_answer.high >= first.low
            ]
            new_proposals.append(_priority(f"need:{kind}:{answer}", title, line, first, close))
    return new_proposals


def _priority(key: str, title: str, line: str, answer: criteria.Answered, close: Sequence[str]) -> Proposal:
    near = f" « {close[0]} » en est trop près pour dire lequel est premier." if close else ""
    return Proposal(
        key=key,
        title=title,
        why=f"C’est le besoin le plus dit : « {answer.label} ».{near}",
        effect=NO_EFFECT,
        evidence=(_answer(answer, f"disent « {answer.label} », parmi : {answer.universe}"),),
        line=line,
        value=answer.percent,
    )


def _answer(answer: criteria.Answered, words: str) -> Evidence:
    """Return a published answer as evidence: its share as published, its interval, how many answered."""
    low, high = outwards(answer.low, answer.high, 1.0, most=100.0)
    between = f"entre {number(low)} et {percent(high)}, n = {number(answer.n)}, {answer.computed}"
    return Evidence(percent(rounded(answer.percent, rule=answer.rounding)), between, words, answer.source)


def _perceived(surveyed: criteria.Surveyed) -> list[Proposal]:
    """Return the proposal for when structures believe that their communication brings people who say
    otherwise.
    """
    gap = criteria.perception(surveyed)
    if gap is None or gap.net < BELIEVED_APART:
        return []
    more = gap.believed.percent > gap.answered.percent
    title = (
        "Faire venir par le bouche-à-oreille et l’orientation entre lieux, avant de nouvelles affiches"
        if more
        else "Montrer aux structures que leur communication porte, et la continuer"
    )
    return [
        Proposal(
            key=f"verdict:{slugify(criteria.PERCEPTION)}"[:160],  # that of the grid, which plans may hold
            title=title,
            why=(
                f"Ce que croient les structures et ce que disent les habitants diffèrent de"
                f" {points(gap.points)}, et les deux marges ne se touchent pas."
            ),
            effect="L’écart dit que l’on se trompe de canal ; il ne chiffre l’effet d’aucune action.",
            evidence=(
                _answer(gap.believed, f"des structures le croient : « {gap.believed.label} »"),
                _answer(gap.answered, f"des habitants le disent : « {gap.answered.label} »"),
            ),
            value=1 - gap.net / 100,
        )
    ]


def _load(place: str, on: date) -> list[Proposal]:
    """Return the proposal for when more time goes into doing in the place of people than into showing them,
    and teaching each of them once in a small group would take less than a year of it.
    """
    assumptions = load.assumptions()
    balance = load.balance(communes_of(place), on - YEAR, on, assumptions)
    together = balance.to_learn / assumptions.seats
    if balance.examples or not balance.learners or balance.minutes <= max(balance.taught_minutes, together):
        return []
    source = f"actes notés du {date_text(on - YEAR)} au {date_text(on)}, comptés par paquets"
    showing_evidence = (
        Evidence(
            _hours(balance.taught_minutes), f"{number(balance.taught)} actes", "à montrer, en un an", source
        )
        if balance.taught
        else Evidence("presque rien", "moins d’un paquet d’actes", "à montrer, en un an", source)
    )
    return [
        Proposal(
            key="load",
            title="Apprendre en petit groupe les démarches les plus faites à la place",
            why="Plus de temps va à faire à la place des personnes qu’à leur montrer.",
            effect=(
                f"Au plus {_hours(balance.minutes)} par an, si chacune faisait ensuite seule. Les former"
                f" une fois prendrait {_hours(together)} par groupes de {number(assumptions.seats)}"
                f" ({_hours(balance.to_learn)} une par une), à {number(assumptions.learning)} minutes par"
                " personne"
                " et par démarche : une hypothèse. Toutes ne le veulent ou ne le peuvent pas."
            ),
            evidence=(
                Evidence(
                    _hours(balance.minutes),
                    f"{number(balance.in_place)} actes",
                    "à faire à la place, en un an",
                    source,
                ),
                showing_evidence,
                Evidence(number(balance.learners), "", "personnes et démarches concernées, au moins", source),
            ),
            line="formation",
            value=float(balance.minutes),
        )
    ]


def _hours(minutes: float) -> str:
    return f"{number(max(round(minutes / 60), 1))}\xa0h"
