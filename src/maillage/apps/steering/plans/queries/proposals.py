"""The proposals of the figures for a plan: zones of most need, gaps, needs that surveys voice, drafts of
workshops, low verdicts of the grid, referrals without a solution, time in the place of people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils.text import slugify

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.people.actes.queries import load
from maillage.apps.referrals.orientations.queries import territory_measures
from maillage.apps.steering.codesign.models import DraftAction
from maillage.apps.steering.codesign.queries import boards
from maillage.apps.steering.codesign.rules import DRAFT
from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import Plan, PlanAction
from maillage.apps.steering.plans.queries import overview
from maillage.apps.steering.plans.queries.zones import zones_in
from maillage.apps.surveys.queries import evidence
from maillage.apps.territories.queries import same_places
from maillage.publishing.plan.reading import is_same_title
from maillage.publishing.territory import criteria, gaps, main_findings, priorities
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.decisions import CHECKED
from maillage.publishing.territory.gaps import OPENINGS
from maillage.publishing.territory.reading import OfferReading, Reading
from maillage.reference.plan_frames import frames
from maillage.words.dates import in_words
from maillage.words.opening import date_text
from maillage.words.rounding import outwards, rounded
from maillage.words.wording import count, listing, lower_first, number, percent, points, spaced

MOST_PROPOSALS = 3
MOST_ALIKE = 2
STRENGTHENED = ("above", "doubled")  # the keys of the zones where help is to be strengthened
# Proposed with both sides, or need by need. The grid is read with its no-break spaces.
OF_SURVEYS = tuple(spaced(question) for question in (criteria.PERCEPTION, criteria.SUPPORT))
VOICED = 20.0  # percent: a need that fewer say calls for no action of its own, as in the grid
BELIEVED_APART = 10.0  # points under which the grid calls both sides near
YEAR = timedelta(days=365)
NOBODY_COUNTED = "Le nombre de personnes qui viendront n’est pas estimé."
UNCOUNTED_EFFECT = f"Aucun effet chiffré. {NOBODY_COUNTED}"
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


OLD_DRAFT_EFFECT = "L’atelier n’a pas chiffré son effet."  # kept as a figure by actions of former versions


@dataclass(frozen=True, slots=True)
class Evidence:
    """A figure beside a proposal or an action, as printed. between: its interval, "" for a count."""

    value: str
    between: str
    words: str
    source: str


def evidence_of(row: PlanAction) -> list[Evidence]:
    """Return the figures that an action kept of its proposal."""
    return [each for each in (Evidence(*texts) for texts in row.evidence) if each.words != OLD_DRAFT_EFFECT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An action that the figures propose. key: what makes it the same one another day; value: its first
    figure, None when it has none; effect: what to expect, with its assumption, "" where nobody says; area:
    where its workshop would have it, in words; axis: the dynamic where the plan answers the same line of the
    offer already, None when it does nowhere; findings: those that it may answer, the likeliest first.
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
    area: str = ""
    pilot: str = ""
    budget: int | None = None
    ends_on: date | None = None
    axis: int | None = None
    findings: tuple[str, ...] = ()

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
    """Return the proposals of the figures for a plan: the zones that hold more than their share of the need,
    gaps that leave most people without anything for sure, failing them communes without a known place; what
    people ask: the need that each survey voices most, what structures believe and inhabitants do not say,
    drafts of co-design workshops, the most voted first; then gaps of few people, told once, low verdicts of
    the grid, needs without a solution, time spent in the place of people.
    What an action already answers, or what was refused and did not move since, is left out.
    """
    every = plan.actions.select_related("parent")
    rows = [row for row in every if row.standing != rules.DROPPED]
    refused = {each.proposal: each.value for each in plan.refusals.all()}
    known = {row.proposal for row in rows if row.proposal}
    survey_answers = evidence.published(plan.place)
    axes = {row.line: row.axis_id for row in reversed(rows)}

    def is_refused(key: str, value: float | None) -> bool:
        return key in refused and not rules.comes_back(refused[key], value)

    def remaining(candidates: Iterable[Proposal]) -> list[Proposal]:
        return [
            replace(
                each,
                axis=axes.get(each.line) if each.line else None,
                line="" if each.key.startswith(gaps.CHECKING) else each.line,  # whoever asks answers no lack
            )
            for each in candidates
            if known.isdisjoint(gaps.settling(each.key))
            and not _is_covered(each, rows)
            and not any(is_refused(key, each.value) for key in gaps.settling(each.key))
        ]

    many, few = _gaps(plan, reading) if reading is not None else ([], [])
    voiced = [*_priorities(survey_answers), *_perceived(survey_answers)]
    return [
        *remaining(_above(reading) if reading is not None else ()),
        *remaining(_walked(reading) if reading is not None else ()),
        *remaining(many),
        *remaining(_bare(reading.offer) if reading is not None else ()),
        *remaining(voiced or (_findings(reading, survey_answers) if reading is not None else ())),
        *remaining(_grounded(_drafts(plan.place, rows), reading, survey_answers)),
        *remaining(few),
        *remaining(_verdicts(plan.place, reading, on))[:MOST_PROPOSALS],
        *remaining(_unsolved(plan.place, rows, on)),
        *remaining(_load(plan.place, on)),
    ]


def _is_covered(proposed: Proposal, rows: Sequence[PlanAction]) -> bool:
    """Return True if an action bears the title of a proposal, or a part of it of some length, in one of its
    zones at least, or if actions answer its line of the offer in all of them; help is strengthened in zones
    where actions that name each of them help already.
    """
    zones_proposed = set(proposed.zones)
    for row in rows:
        is_elsewhere = row.zones and zones_proposed and zones_proposed.isdisjoint(row.zones)
        if not is_elsewhere and is_same_title(proposed.title, row.title):
            return True
    if proposed.key in STRENGTHENED:
        return zones_proposed <= {code for row in rows if row.line == gaps.FOLLOWED for code in row.zones}
    if not proposed.line or not proposed.zones:
        return False
    zones = overview.answered(rows, proposed.line)
    return zones is None or zones >= zones_proposed


def proposal(plan: Plan, key: str, on: date) -> Proposal | None:
    """Return one of the proposals of a plan by its key, None when it is no longer made."""
    return next(
        (each for each in proposals(plan, overview.reading_of(plan.place), on) if each.key == key), None
    )


def _drafts(place: str, rows: Sequence[PlanAction]) -> list[Proposal]:
    used_drafts = [row.draft_id for row in rows if row.draft_id is not None]
    drafts = DraftAction.objects.filter(place__in=same_places(place), state=DRAFT).exclude(pk__in=used_drafts)
    drafts = drafts.select_related("session", "obstacle", "lever").annotate(
        n_ballots=Count(
            "session__participants", distinct=True, filter=Q(session__participants__voted_at__isnull=False)
        ),
    )
    votes = boards.votes_by_card({row.session_id for row in drafts})
    ranked = sorted(
        drafts,
        key=lambda row: (-votes.get(row.lever_id, 0) - votes.get(row.obstacle_id or 0, 0), row.at, row.pk),
    )
    return [_draft(row, votes) for row in ranked]


def _draft(row: DraftAction, votes_by_card: Mapping[int, int]) -> Proposal:
    """Return the proposal of a group, with the votes that its workshop gave to its lever and its obstacle."""
    counts, day = vars(row), in_words(row.session.held_on)
    n_votes, n_obstacle_votes = (votes_by_card.get(pk or 0, 0) for pk in (row.lever_id, row.obstacle_id))
    ballots = count(counts["n_ballots"], "bulletin") if counts["n_ballots"] else ""
    cast = f" : {number(n_votes)} voix pour ce levier, sur {ballots}" if n_votes else ""
    why = [f"Proposée par un groupe de l’atelier « {row.session.title} », le {day}{cast}."]
    if row.obstacle:
        votes = f" ({number(n_obstacle_votes)} voix)" if n_obstacle_votes else ""
        why.append(f"L’obstacle : {row.obstacle.words.rstrip(' .')}{votes}.")
    of_lever = f"pour le levier « {row.lever.words.rstrip(' .')} »"
    source = f"Atelier « {row.session.title} », {day}"
    votes_cast = Evidence(f"{number(n_votes)} voix", f"sur {ballots}", of_lever, source)
    return Proposal(
        key=f"draft:{row.pk}",
        title=row.title,
        why=" ".join(why),
        effect="",
        evidence=(votes_cast,) if n_votes else (),
        draft=row.pk,
        area=row.area,
        pilot=row.pilot,
        budget=row.budget,
        ends_on=row.ends_on,
    )


def _grounded(
    drafts: Sequence[Proposal], reading: Reading | None, surveyed: criteria.Surveyed
) -> list[Proposal]:
    """Return the proposals of workshops with the zones that each names, where it says and in its title, and
    the findings that it may answer.
    """
    if reading is None or not drafts:
        return list(drafts)
    names = {zone.code: zone.full_name for zone in reading.zones}
    return [
        replace(
            draft,
            zones=zones_in(f"{draft.area} {draft.title}", names),
            findings=answerable(draft.title, reading, surveyed),
        )
        for draft in drafts
    ]


def answerable(title: str, reading: Reading, surveyed: criteria.Surveyed) -> tuple[str, ...]:
    """Return the findings that an action of that title may answer, the likeliest first."""
    candidates = main_findings.candidates(title, main_findings.read(reading, surveyed))
    return tuple(each.fact for each in candidates)


def _above(reading: Reading) -> list[Proposal]:
    """Return the proposal for the zones that surely hold more than their share of the need; where none does,
    for those that very likely have both precarities high.
    """
    if reading.withheld:
        return []
    above = priorities.zones_above(reading)
    rows = above or priorities.zones_doubled(reading)
    if not rows:
        return []
    source = f"{reading.source.producer} {reading.source.year}, étude {reading.fingerprint}"
    return [
        Proposal(
            key=STRENGTHENED[0] if above else STRENGTHENED[1],
            title=priorities.strengthened(rows),
            why=priorities.above_reason(reading) if above else priorities.doubled_reason(reading),
            effect=UNCOUNTED_EFFECT,
            evidence=tuple(
                Evidence(
                    zone.people or zone.between,
                    zone.between if zone.people else "",
                    f"personnes concernées à {zone.full_name}, {zone.share} des 15 ans et plus",
                    source,
                )
                for zone in rows[:MOST_PROPOSALS]
            ),
            zones=tuple(zone.code for zone in rows),
            value=sum(zone.people_value or 0.0 for zone in rows),
        )
    ]


def _walked(reading: Reading) -> list[Proposal]:
    """Return the proposal for the service that the main town lacks on foot, where its number is firm."""
    walked = reading.offer.walked if reading.offer else None
    if reading.offer is None or walked is None:
        return []
    is_listed = gaps.is_listed(reading.offer, walked.line)
    opened = f"Au plus, ces personnes l’auraient à pied. {NOBODY_COUNTED}"
    return [
        Proposal(
            key=f"{'' if is_listed else gaps.CHECKING}foot:{walked.line}",
            title=priorities.walked_title(reading),
            why=priorities.walked_reason(reading),
            effect=opened if is_listed else f"{CHECKED} {UNCOUNTED_EFFECT}",
            evidence=(),
            zones=tuple(sorted(priorities.main_zones(reading))),
            line=walked.line,
            value=walked.value,
        )
    ]


def _findings(reading: Reading, surveyed: criteria.Surveyed) -> list[Proposal]:
    """Return the proposal for what the heaviest finding of the published surveys calls for."""
    rows = main_findings.read(reading, surveyed).of_survey(
        "inhabitants", "caf", "structures", "professionals"
    )
    return [
        Proposal(
            key=f"finding:{slugify(row.calls)}"[:160],
            title=upper_first(row.calls.rstrip(".")),
            why=f"{row.fact.rstrip('.')}.",
            effect=NO_EFFECT,
            evidence=(),
        )
        for row in rows[:1]
        if row.calls
    ]


def _gaps(plan: Plan, reading: Reading) -> tuple[list[Proposal], list[Proposal]]:
    """Return the proposals for the first gaps, those of many people then those of few, by the own zones of
    the territory where it has some: an action then names the zones of the plan that make each up.
    """
    parts: Mapping[str, frozenset[str]] = {}
    if (own := overview.own_zones(plan.place)) is not None:
        reading, parts = own.reading, own.parts
    many: list[Proposal] = []
    few: list[Proposal] = []
    if reading.offer is None:
        return many, few
    estimated = overview.estimated(reading, reading.offer)
    for opening in priorities.openings(reading, settled(plan, reading.offer, parts)):
        rows = tuple(gap for gap in opening.gaps if not parts or gap.code in parts)
        if not rows:
            continue
        for part in [rows] if opening.is_minor else [(gap,) for gap in rows]:
            proposal = _opening(reading.offer, replace(opening, gaps=part), estimated)
            if parts:
                codes = {code for gap in part for code in parts[gap.code]}
                proposal = replace(proposal, zones=tuple(sorted(codes)))
            (few if opening.is_minor else many).append(proposal)
    return many[:MOST_PROPOSALS], few[:MOST_PROPOSALS]


def _opening(offer: OfferReading, opening: priorities.Opening, estimated: str) -> Proposal:
    """Return the proposal for an opening: that of its first gap, with the people of each of its zones."""
    first, *more = [_gap(offer, gap, estimated) for gap in opening.gaps]
    if not more:
        return first
    why, effect = _certainty(offer, opening.gaps)
    rest = [
        replace(proposal.evidence[0], words=f"{proposal.evidence[0].words}, {gap.zone}")
        for gap, proposal in zip(opening.gaps, (first, *more), strict=True)
    ]
    return replace(
        first,
        key=opening.key,
        title=opening.title,
        why=f"{opening.gaps[0].reason} {why}",
        effect=effect
        or f"Au plus, toutes ces personnes l’auraient à moins de {offer.limit}. {NOBODY_COUNTED}",
        evidence=tuple(rest[: 2 * MOST_PROPOSALS]),
        zones=tuple(gap.code for gap in opening.gaps),
        value=sum(each.value or 0.0 for each in (first, *more)),
    )


def _bare(offer: OfferReading | None) -> list[Proposal]:
    """Return the proposal for the communes without a known place, where no number of people is sure."""
    if offer is None or not offer.bare or not offer.no_place or gaps.certain(offer):
        return []
    first = listing([commune.name for commune in offer.bare[:MOST_PROPOSALS]])
    is_listed = gaps.is_listed(offer, gaps.FOLLOWED)
    action = "Tenir une permanence" if is_listed else f"{gaps.CHECK}, auprès des mairies, s’il n’y a rien"
    return [
        Proposal(
            key=f"{'' if is_listed else gaps.CHECKING}bare",
            title=f"{action} où aucun lieu n’est connu, d’abord à {first}",
            why=f"{offer.no_place}.",
            effect=UNCOUNTED_EFFECT if is_listed else f"{CHECKED} {UNCOUNTED_EFFECT}",
            evidence=(
                Evidence(
                    f"{number(len(offer.bare))} sur {number(offer.n_communes)}",
                    "",
                    "communes sans lieu connu",
                    offer.source,
                ),
            ),
            zones=tuple(c.code for c in offer.bare[:MOST_PROPOSALS] if c.code in offer.zones),
            line=gaps.FOLLOWED,
            value=float(len(offer.bare)),
        )
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
        keys = gaps.settling(gap.key)
        if zones is None or codes <= zones or not answered_keys.isdisjoint(keys):
            return True
        return any(
            key in refused and not rules.comes_back(refused[key], gap.line.missing_value) for key in keys
        )

    return tuple(gap.key for gap in gaps.lacks(offer) if is_settled(gap))


def _gap(offer: OfferReading, gap: gaps.SharedGap, estimated: str) -> Proposal:
    first, code = gap.gaps[0].line, gap.gaps[0].code
    zone = offer.zones[code]
    why, effect = _certainty(offer, [gap])
    people = f"{first.missing_sentence} personnes" if first.missing_sentence else first.missing_about
    n_places = zone.n_places + zone.n_perhaps
    return Proposal(
        key=gap.key,
        title=gap.title,
        why=f"{gap.reason} {why}",
        effect=effect
        or (
            f"Au plus, {lower_first(people)} auraient {gap.gain} à moins de {offer.limit} :"
            f" toutes celles de la zone, si un seul lieu est à portée de chacune. {NOBODY_COUNTED}"
        ),
        evidence=(
            Evidence(
                first.missing,
                first.missing_between,
                gap.lack_of("personnes en difficulté")
                if len(gap.gaps) == 1
                else f"personnes en difficulté, à qui {gap.lacking_lines}",
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


def _certainty(offer: OfferReading, every: Sequence[gaps.SharedGap]) -> tuple[str, str]:
    """Return the finished census of gaps, in words, and "" for an effect to count; else whom to ask, and the
    effect of asking: an action that checks a gap answers none.
    """
    if every[0].is_listed and offer.finished:
        return offer.finished.sentence, ""
    return gaps.to_check(every), f"{CHECKED} {UNCOUNTED_EFFECT}"


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
    return [
        Proposal(
            key=f"verdict:{slugify(criteria.PERCEPTION)}"[:160],  # that of the grid, which plans may hold
            title=gap.action,
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
