"""The value of each indicator of a territory: one function for each way of computing it.

Source: docs/methods/indicateurs.md
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.queries import series
from maillage.apps.steering.indicators.queries.ground import NO_STUDY, Counts, Ground, Interval
from maillage.apps.steering.indicators.rules import Capacity, Value, missing
from maillage.apps.steering.plans.queries.effects import delivered
from maillage.kernel.estimate import Estimate
from maillage.publishing.directory.census import moving_sentence
from maillage.publishing.territory.criteria import Answered
from maillage.questionnaires.questionnaire import National
from maillage.reference import definitions
from maillage.reference.indicators import Indicator, goals, indicators, target
from maillage.reference.parameters import number
from maillage.reference.surveys import national_shares
from maillage.statistics.engine import small_counts
from maillage.statistics.offer.districts import EDGE, INSIDE, OUTSIDE, UNKNOWN
from maillage.statistics.people import shares
from maillage.words import wording
from maillage.words.dates import in_words
from maillage.words.opening import date_text
from maillage.words.rounding import outwards, step

PROCEDURES = "demarches"
NOTHING = "Rien n’est noté dans Maillage pour ce territoire, sur cette période."
NOBODY_LIVES = "Le nombre d’habitants n’est pas connu ici : rien ne se divise par zéro."
NOBODY_IN_NEED = "Personne n’est estimé en difficulté ici : rien ne se divise par zéro."
NO_CONTOUR = (
    "Aucun contour de quartier prioritaire n’a été déposé ici : on ne sait d’aucun lieu s’il est dedans."
)
NOWHERE_KNOWN = "On ne sait d’aucun lieu s’il est dans un quartier prioritaire."
# Of what a definition counts without naming it otherwise; of people, one alone is never told.
NOUNS: Mapping[str, str] = {
    rules.STRUCTURES: "structures",
    rules.AIDANTS: "aidants",
    rules.LEARNERS: "personnes qui apprennent",
    rules.ACTS: "actes d’aide",
    rules.ANIMATIONS: "animations",
    rules.DEVICES: "appareils",
    rules.EVENTS: "évènements",
    rules.PARTNERSHIPS: "partenariats",
}
ONE = {rules.STRUCTURES: "structure"}
NO_ACCESS = "Aucun lieu de ce territoire n’indique offrir le wifi ou des ordinateurs en libre accès."
NO_VISITS = (
    "Aucun lieu de ce territoire n’indique combien de personnes se servent de son wifi ou de ses ordinateurs."
)
SILENT_ACCESS = "À part, {} où se connecter seul sans dire combien de personnes s’en servent."
NO_PLACE = (
    "L’annuaire n’a encore aucun lieu ici : un annuaire vide ne dit pas qu’il n’y a rien. Une liste de lieux"
    " importée, ou un lieu proposé, et ce chiffre se compte."
)
NOT_DELIVERED = (
    "Aucun plan publié ici ne compte de pass. Un territoire qui le connaît le note dans son plan : une"
    " action, ou une sous-action par acteur, dont l’unité est « pass » ; puis un nombre, avec son jour et sa"
    " source."
)
NO_TALK = "Aucun lieu de ce territoire n’indique ses services : à demander à chacun."


def values(ground: Ground) -> list[Value]:
    """Return every indicator of a territory, in the order of the definitions; missing ones say why."""
    return [value(ground, definition) for definition in indicators().values()]


def value(ground: Ground, definition: Indicator) -> Value:
    """Return an indicator of a territory."""
    if definition.way not in UNCOUNTED and ground.counted_at is None:
        return missing(
            definition, ground.on, "Les comptes n’ont pas encore été faits sur cette installation."
        )
    if definition.way in OF_PLACES and not ground.counts.standing(rules.PLACES, ground.on):
        computed = missing(definition, ground.on, NO_PLACE)
    else:
        computed = WAYS[definition.way](ground, definition)
    return replace(
        computed,
        universe=computed.universe or definition.universe,
        source=computed.source or definition.source,
        exclusions=(*computed.exclusions, *_moving(ground, computed), *_real(ground, definition)),
    )


def _moving(ground: Ground, computed: Value) -> tuple[str, ...]:
    """Return the sentence on how an indicator of places counts those that move."""
    if computed.value is None or computed.definition.way not in OF_PLACES:
        return ()
    counts = ground.counts
    stops = (counts.standing(rules.STOPS, ground.on, place) for place in counts.parts(rules.STOPS))
    return tuple(filter(None, [moving_sentence(stops)]))


def _real(ground: Ground, definition: Indicator) -> tuple[str, ...]:
    """Return the sentence on the real rows beside invented ones: never mixed, people by whole
    batches.
    """
    measure = definition.total or definition.measure
    if not measure or not ground.counts.is_example(measure):
        return ()
    days = _cases(ground, replace(definition, total=measure), example=False)
    n = rules.totals(days if measure in rules.LASTING else _in_the_period(ground, days))[1]
    if n <= 0:
        return ()
    is_nobodys = definition.way == "stock" or measure in rules.OF_MEETINGS
    least = 0 if is_nobodys else int(number("protection/small_count"))
    n_real = small_counts.batch(n, least)
    noun = definition.things or (ONE if n_real == 1 else NOUNS)[measure]
    return (f"Noté pour de vrai, à part : {wording.number(n_real) if n_real else 'quelques'} {noun}.",)


# ---------------------------------------------------------------------------------------- what stands today


def _stock(ground: Ground, definition: Indicator) -> Value:
    n = ground.counts.standing(definition.measure, ground.on)
    return Value(
        definition=definition,
        on=ground.on,
        value=n,
        examples=ground.counts.is_example(definition.measure),
        series=_standing(ground, definition.measure, 0),
    )


def _people_stock(ground: Ground, definition: Indicator) -> Value:
    n, least = ground.counts.standing(definition.measure, ground.on), _least(ground, definition.measure)
    if n < max(least, 1):
        return _few(ground, definition, n, least)
    stock_value = _stock(ground, definition)
    return replace(stock_value, series=_standing(ground, definition.measure, least))


def _few(ground: Ground, definition: Indicator, n: int, least: int) -> Value:
    if n <= 0:
        return missing(definition, ground.on, NOTHING)
    words = f"Moins de {least} {definition.unit} : trop peu pour être dit."
    return replace(missing(definition, ground.on, words), kind=rules.WITHHELD)


def _standing(ground: Ground, measure: str, least: int) -> tuple[rules.Point, ...]:
    """Return the count at the end of each month, on the day itself for the last one."""
    days = ground.counts.days(measure, example=ground.counts.is_example(measure))
    points = []
    for month in rules.months_between(ground.since, ground.on):
        last = min((month + timedelta(days=32)).replace(day=1) - timedelta(days=1), ground.on)
        n = sum(day_count for day, day_count in days.items() if day <= last)
        points.append(rules.Point(month, n if n >= least else None, n=n if n >= least else None))
    return tuple(points)


def _density(ground: Ground, definition: Indicator, base: float, times: float, unknown: str) -> Value:
    measure = definition.measure
    n = ground.counts.standing(measure, ground.on)
    least = _least(ground, measure) if definition.people else 0
    if definition.people and n < max(least, 1):
        return _few(ground, replace(definition, unit="personnes"), n, least)
    density = rules.per(n, base, times)
    if density is None:
        return missing(definition, ground.on, unknown)
    return Value(
        definition=definition,
        on=ground.on,
        value=density,
        denominator=base,
        part=n,
        examples=ground.counts.is_example(measure),
    )


def _per_residents(ground: Ground, definition: Indicator) -> Value:
    return _density(ground, definition, ground.population, 1000, NOBODY_LIVES)


def _per_surface(ground: Ground, definition: Indicator) -> Value:
    unknown = "La surface n’est pas connue ici : rien ne se divise par zéro."
    return _density(ground, definition, ground.surface, 100, unknown)


# -------------------------------------------------------------------------------------- what happened


def _people_flow(ground: Ground, definition: Indicator) -> Value:
    measure = definition.measure
    example, least = ground.counts.is_example(measure), _least(ground, measure)
    every = {day: (0, n) for day, n in ground.counts.days(measure, example=example).items()}
    batched_cases = rules.first_batches(every, least)
    parts = rules.publishable_parts(
        batched_cases, rules.period_starts(ground.on), lambda part: rules.totals(part)[1] >= least
    )
    noted = rules.totals(_in_the_period(ground, every))[1]
    # Where its other cases are a few, a period counts by batches of its own: nothing is found by subtraction.
    n = (
        rules.totals(_in_the_period(ground, batched_cases))[1]
        if ground.since in parts
        else small_counts.batch(noted, least)
    )
    if not n:
        return _few(ground, definition, noted, least)
    return Value(
        definition=definition,
        on=ground.on,
        value=n,
        universe=_in_period(ground, definition),
        exclusions=tuple(_pending_note(every, batched_cases, definition.unit, least)),
        examples=example,
        series=series.by_month(
            parts,
            lambda part, months: series.monthly_counts(part, months, least),
            since=ground.since,
            on=ground.on,
        ),
    )


def _in_the_period(ground: Ground, days: rules.ByDay) -> rules.ByDay:
    """Return the cases of the period asked for."""
    return {day: day_counts for day, day_counts in days.items() if day >= ground.since}


def _ratio(ground: Ground, definition: Indicator) -> Value:
    example, least = ground.counts.is_example(definition.total), _least(ground, definition.total)
    every = _cases(ground, definition, example=example)
    old, recent = rules.ripe(every, definition.wait, ground.on)
    batched_cases = rules.batched(old, least)
    notes = [
        *_recent(recent, definition, least),
        *_cancelled(ground, definition, example, least),
        *_pending_note(old, batched_cases, definition.things, least),
    ]
    if not _in_the_period(ground, every):
        return replace(missing(definition, ground.on, NOTHING), exclusions=tuple(notes))
    share = _share(ground, definition)
    goals = [_share(ground, each) for each in _goals(definition)] if least else []
    parent_shares = [_share(ground, each) for each in _before(definition)] if least else []
    parent_shares = [each for each in parent_shares if each.is_publishable]
    figure, (part, total) = share.figure, rules.totals(share.counted_cases)
    if not isinstance(figure, Estimate) or _tells_few(share, goals, parent_shares):
        few = shares.withheld_words(least, definition.things)
        reason = few if isinstance(figure, Estimate) else figure.reason
        hidden = total or least
        return replace(
            missing(definition, ground.on, reason if hidden else "Tout est trop récent pour être dit."),
            kind=rules.WITHHELD if hidden else rules.MISSING,
            exclusions=tuple(notes),
            examples=example,
        )
    return Value(
        definition=definition,
        on=ground.on,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        denominator=total,
        part=part,
        universe=_in_period(ground, definition),
        exclusions=tuple(notes),
        examples=example,
        series=series.common_points(share, goals)
        if all(series.is_publishable_by_month_with(share, each) for each in parent_shares)
        else (),
    )


def _share(ground: Ground, definition: Indicator) -> series.PeriodShare:
    example, least = ground.counts.is_example(definition.total), _least(ground, definition.total)
    old, _ = rules.ripe(_cases(ground, definition, example=example), definition.wait, ground.on)
    return series.share_of(old, definition, since=ground.since, on=ground.on, least=least)


def _goals(definition: Indicator) -> list[Indicator]:
    """Return the indicators that cut the same cases by goal, none for one that has no goal."""
    every = indicators().values() if definition.goal else ()
    return [each for each in every if each.goal and each.total == definition.total]


def _before(definition: Indicator) -> list[Indicator]:
    """Return the indicators told before one, of the same cases: those whose suite is known hold those who
    were helped.
    """
    same = [
        each
        for each in indicators().values()
        if each.way == "ratio"
        and not each.goal
        and (each.total, each.wait) == (definition.total, definition.wait)
    ]
    return same[: same.index(definition)] if definition in same else []


def _tells_few(
    share: series.PeriodShare,
    goals: Sequence[series.PeriodShare],
    parent_shares: Sequence[series.PeriodShare],
) -> bool:
    """Check a share of many cases beside that of another period, those of the other goals, and that of an
    indicator that holds it: by subtraction it may tell of a few.
    """
    return not (
        share.is_publishable_beside_periods
        and series.is_publishable_beside(share, goals)
        and all(series.is_publishable_with(share, each) for each in parent_shares)
    )


def _cases(ground: Ground, definition: Indicator, *, example: bool) -> dict[date, tuple[int, int]]:
    """Return (part, whole) of each day, for the modules of a goal when the indicator has one."""
    parts = None
    if definition.goal:
        known = ground.counts.parts(definition.total)
        parts = {module for module in known if goals().get(module, PROCEDURES) == definition.goal}
    totals_by_day = ground.counts.days(definition.total, parts, example=example)
    part = ground.counts.days(definition.part, parts, example=example)
    return {day: (part.get(day, 0), n) for day, n in totals_by_day.items()}


def _recent(recent: int, definition: Indicator, least: int) -> list[str]:
    if not recent:
        return []
    n = wording.number(recent) if recent >= least else "quelques"
    return [
        f"À part, car trop tôt pour le dire (moins de {definition.wait} jours) : {n} {definition.things}."
    ]


def _cancelled(ground: Ground, definition: Indicator, example: bool, least: int) -> list[str]:
    if definition.total != rules.SENT:
        return []
    every = {day: (0, n) for day, n in ground.counts.days(rules.CANCELLED, example=example).items()}
    parts = rules.publishable_parts(
        every, rules.period_starts(ground.on), lambda part: rules.totals(part)[1] >= least
    )
    n = rules.totals(_in_the_period(ground, every))[1]
    if not n:
        return []
    return (
        ["Quelques-unes ont été annulées : à part."]
        if n < least or ground.since not in parts
        else [f"{wording.number(n)} {'a été annulée' if n == 1 else 'ont été annulées'} : à part."]
    )


def _pending_note(every: rules.ByDay, batched_cases: rules.ByDay, things: str, least: int) -> list[str]:
    if rules.totals(batched_cases) == rules.totals(every) or not batched_cases:
        return []
    return [f"Les dernières attendent d’être {least} {things} pour entrer dans le compte."]


def _in_period(ground: Ground, definition: Indicator) -> str:
    return f"{definition.universe}, du {date_text(ground.since)} au {date_text(ground.on)}"


# ------------------------------------------------------------------------------------------- the offer


def _service(ground: Ground, definition: Indicator) -> Value:
    talking = ground.counts.standing(rules.TALKING, ground.on)
    if not talking:
        return missing(definition, ground.on, NO_TALK)
    n = ground.counts.standing(rules.PRACTICE, ground.on, definition.practice)
    planned = ground.counts.standing(rules.PLANNED, ground.on, definition.practice)
    if not n and not planned:  # most files have no word for it: silence is not an absence
        return missing(
            definition,
            ground.on,
            "Aucune fiche de ce territoire ne l’indique : personne ne sait s’il y en a.",
        )
    silent = ground.counts.standing(rules.PLACES, ground.on) - talking
    notes = [f"{wording.count(planned, 'autre')} en projet."] if planned else []
    if silent:
        notes.append(f"{wording.count(silent, 'lieu', 'lieux')} à l’offre inconnue, à part.")
    return Value(
        definition=definition,
        on=ground.on,
        value=n,
        denominator=talking,
        exclusions=tuple(notes),
        kind=rules.PARTLY if silent else rules.COUNTED,
    )


def _telling(ground: Ground, definition: Indicator) -> Value:
    places = ground.counts.standing(rules.PLACES, ground.on)
    talking = ground.counts.standing(rules.TALKING, ground.on)
    return Value(
        definition=definition, on=ground.on, value=100 * talking / places, denominator=places, part=talking
    )


def _uncovered(ground: Ground, definition: Indicator) -> Value:
    if not ground.n_covered:
        return missing(definition, ground.on, NO_PLACE)
    n = ground.n_communes - ground.n_covered
    return Value(definition=definition, on=ground.on, value=n, denominator=ground.n_communes)


def _in_a_district(ground: Ground, definition: Indicator) -> Value:
    place_counts = ground.districts
    if place_counts is None:
        return missing(definition, ground.on, NO_CONTOUR)
    known = place_counts[INSIDE] + place_counts[OUTSIDE]
    notes = []
    if place_counts[EDGE]:
        notes.append(f"{wording.count(place_counts[EDGE], 'lieu', 'lieux')} trop près de la limite, à part.")
    if place_counts[UNKNOWN]:
        unknown_text = wording.count(place_counts[UNKNOWN], "lieu", "lieux")
        notes.append(f"{unknown_text} dont on ne sait pas, à part.")
    if not known:
        return replace(missing(definition, ground.on, NOWHERE_KNOWN), exclusions=tuple(notes))
    return Value(
        definition=definition,
        on=ground.on,
        value=place_counts[INSIDE],
        denominator=known,
        exclusions=tuple(notes),
        kind=rules.PARTLY if notes else rules.COUNTED,
    )


def _need(ground: Ground, definition: Indicator) -> Value:
    if ground.need is None:
        return missing(definition, ground.on, ground.no_need or NO_STUDY)
    interval = ground.need.rate if definition.way == "need_rate" else ground.need.people
    return replace(_estimate(ground, definition, interval), universe=ground.need.universe)


def _per_need(ground: Ground, definition: Indicator) -> Value:
    places = ground.counts.standing(rules.PLACES, ground.on)
    if ground.need is None:
        return missing(definition, ground.on, ground.no_need)
    people, low, high = ground.need.people
    per_need = rules.per_need(places, low, high, people)
    if per_need is None:
        return missing(definition, ground.on, NOBODY_IN_NEED)
    estimate = _estimate(ground, definition, per_need, denominator=people, part=places)
    return (
        replace(estimate, exclusions=(_people_per_place(low / places, high / places),))
        if places
        else estimate
    )


def _people_per_place(low: float, high: float) -> str:
    """Return the same figure as people are used to reading it: « Un lieu pour 710 à 1 200 personnes »."""
    least, most = outwards(low, high, step((high - low) / 2))
    return f"Soit un lieu pour {wording.number(least)} à {wording.number(most)} personnes en difficulté."


def _capacity(ground: Ground, definition: Indicator) -> Value:
    weekly = capacity(ground.counts, ground.on)
    if weekly.n_places is None:
        return missing(definition, ground.on, weekly.words)
    return Value(
        definition=definition,
        on=ground.on,
        value=weekly.n_places,
        denominator=weekly.receiving,
        part=weekly.sized,
        exclusions=weekly.silence,
        kind=rules.PARTLY if weekly.silent else rules.COUNTED,
    )


def _capacity_per_need(ground: Ground, definition: Indicator) -> Value:
    weekly = capacity(ground.counts, ground.on)
    if weekly.n_places is None:
        return missing(definition, ground.on, weekly.words)
    if ground.need is None:
        return missing(definition, ground.on, ground.no_need or NO_STUDY)
    people, low, high = ground.need.people
    per_need = rules.per_need(weekly.n_places, low, high, people)
    if per_need is None:
        return missing(definition, ground.on, NOBODY_IN_NEED)
    known = _estimate(ground, definition, per_need, denominator=people, part=weekly.n_places)
    return replace(known, exclusions=weekly.silence)


def _visits(ground: Ground, definition: Indicator) -> Value:
    points, n_answering, n = (
        ground.counts.standing(measure, ground.on) for measure in (rules.ACCESS, rules.VISITED, rules.VISITS)
    )
    if not n_answering:
        return missing(definition, ground.on, NO_VISITS if points else NO_ACCESS)
    return Value(
        definition=definition,
        on=ground.on,
        value=n,
        denominator=points,
        part=n_answering,
        exclusions=()
        if n_answering == points
        else (SILENT_ACCESS.format(wording.count(points - n_answering, "lieu", "lieux")),),
        kind=rules.COUNTED if n_answering == points else rules.PARTLY,
    )


def capacity(counts: Counts, on: date) -> Capacity:
    """Return the weekly capacity declared by the places of a territory."""
    return Capacity(
        receiving=counts.standing(rules.RECEIVING, on),
        sized=counts.standing(rules.SIZED, on),
        places=counts.standing(rules.CAPACITY, on),
    )


# --------------------------------------------------------------------------------------------- the target


def _share_of_target(ground: Ground) -> Interval | None:
    """Return the people that a territory should lead to autonomy, in all the years of the target."""
    if ground.need is None:
        return None
    chosen = definitions.definition(ground.need.definition)
    national = (100 * chosen.total, 100 * chosen.total_low, 100 * chosen.total_high)
    local_share = rules.local_share(ground.need.rate, national, *ground.adults)
    if local_share is None:
        return None
    people = target().people
    return local_share[0] * people, local_share[1] * people, local_share[2] * people


def _target_share(ground: Ground, definition: Indicator) -> Value:
    share = _share_of_target(ground)
    if share is None:
        return missing(definition, ground.on, ground.no_need or NO_STUDY)
    return _estimate(ground, definition, share, denominator=target().people)


def _target_year(ground: Ground, definition: Indicator) -> Value:
    share = _share_of_target(ground)
    if share is None:
        return missing(definition, ground.on, ground.no_need or NO_STUDY)
    years = target().years
    yearly = (share[0] / years, share[1] / years, share[2] / years)
    return _estimate(ground, definition, yearly, denominator=years)


def _target_followed(ground: Ground, definition: Indicator) -> Value:
    share = _share_of_target(ground)
    if share is None:
        return missing(definition, ground.on, ground.no_need or NO_STUDY)
    year = replace(ground, since=rules.period_starts(ground.on)[0])  # the goal is that of a year, always
    success = value(year, indicators()["reussite"])
    if success.part is None:
        return replace(missing(definition, ground.on, success.reason), kind=success.kind)
    yearly = [each / target().years for each in share]
    if min(yearly) <= 0:
        return missing(definition, ground.on, "Le but est nul ici : rien ne se divise par zéro.")
    shares = (100 * success.part / yearly[0], 100 * success.part / yearly[2], 100 * success.part / yearly[1])
    followed = _estimate(ground, definition, shares, denominator=yearly[0], part=success.part)
    return replace(followed, universe=_in_period(year, definition), examples=success.examples)


def _estimate(
    ground: Ground,
    definition: Indicator,
    interval: Interval,
    *,
    denominator: float | None = None,
    part: int | None = None,
) -> Value:
    return Value(
        definition=definition,
        on=ground.on,
        value=interval[0],
        low=interval[1],
        high=interval[2],
        denominator=denominator,
        part=part,
        kind=rules.ESTIMATED,
    )


# ------------------------------------------------------------------------- surveys, plan, what is nowhere


UNTOLD = (
    "Aucune enquête publiée sur ce territoire ne le montre : aucune ne l’a demandé, trop peu de personnes"
    " y ont répondu, ou la plupart hors de la liste."
)


TOO_OLD = (
    "L’édition publiée est antérieure à ce chiffre : elle donne chaque réponse à part. Publiez-la de nouveau,"
    " et il s’écrira."
)


def _survey(ground: Ground, definition: Indicator) -> Value:
    key = definition.survey or ("", "", "")
    invented = ground.invented.get(key)
    answer = ground.surveyed.get(key, invented)
    if answer is None and rules.is_scale(key[2]) and key[:2] in ground.one_by_one:
        return replace(missing(definition, ground.on, TOO_OLD), kind=rules.EARLIER)
    if answer is None:
        return missing(definition, ground.on, UNTOLD)
    return Value(
        definition=definition,
        on=ground.on,
        value=answer.percent,
        low=answer.low,
        high=answer.high,
        denominator=answer.n,
        universe=answer.universe,
        source=answer.source,
        exclusions=tuple(_beside_france(answer, each) for each in national_shares(*key))
        or tuple(_other_answers_in_france(ground, key)),
        examples=answer is invented,
        kind=rules.PUBLISHED,
    )


def _beside_france(answer: Answered, national: National, of_whom: str = "") -> str:
    """Return the sentence on a share of the country beside that of a territory. of_whom: the answer of the
    same question that both are about, when it is not that of the indicator.
    """
    local_text = f", {answer.share} ici" if of_whom else ""
    return (
        f"En France{of_whom} : {wording.percent(national.percent)} ({national.producer},"
        f" {national.year}){local_text}, {national.side_words(answer.low, answer.high)}."
    )


def _other_answers_in_france(ground: Ground, key: tuple[str, str, str]) -> Iterator[str]:
    """Yield the national shares of the other answers to the question of a scale taken together."""
    kind, question, answers = key
    if not rules.is_scale(answers):
        return
    for (other_kind, other_question, choice), answer in {**ground.invented, **ground.surveyed}.items():
        if (other_kind, other_question) == (kind, question):
            for national in national_shares(kind, question, choice):
                yield _beside_france(answer, national, f" « {wording.lower_first(answer.label)} »")


def _plan(ground: Ground, definition: Indicator) -> Value:
    if ground.actions is None:
        return missing(definition, ground.on, "Aucun plan d’action n’est publié sur ce territoire.")
    done, every, dropped = (ground.actions[key] for key in ("done", "all", "dropped"))
    if not every:
        return missing(
            definition, ground.on, "Le plan n’a aucune action en cours : rien ne se divise par zéro."
        )
    notes = (
        (f"{wording.count(dropped, 'action abandonnée', 'actions abandonnées')}, à part.",) if dropped else ()
    )
    return Value(
        definition=definition,
        on=ground.on,
        value=100 * done / every,
        denominator=every,
        part=done,
        exclusions=notes,
    )


PASSES = ("pass", "pass numerique", "pass numeriques")


def _passes(ground: Ground, definition: Indicator) -> Value:
    deliveries = delivered(ground.code, PASSES, ground.on)
    if not deliveries:
        return missing(definition, ground.on, NOT_DELIVERED)
    notes = tuple(
        f"{each.actor} : {'trop peu pour être dit' if each.n is None else wording.number(each.n)}, au"
        f" {in_words(each.on)} ({each.source})."
        for each in deliveries
    )
    known = [each.n for each in deliveries if each.n is not None]
    if len(known) < len(deliveries):  # beside the others, the total would tell the one that is too small
        withheld = missing(definition, ground.on, "Trop peu chez un acteur : le total dirait combien.")
        return replace(withheld, kind=rules.WITHHELD, exclusions=notes)
    return Value(definition=definition, on=ground.on, value=sum(known), exclusions=notes)


def _missing(ground: Ground, definition: Indicator) -> Value:
    return missing(definition, ground.on, definition.missing)


def _least(ground: Ground, measure: str) -> int:
    """Return the smallest count told of people; invented people have nothing to protect, nor
    has what is nobody’s.
    """
    is_nobodys = measure in rules.OF_MEETINGS
    return 0 if is_nobodys or ground.counts.is_example(measure) else int(number("protection/small_count"))


OF_PLACES = ("service", "telling", "per_need", "capacity", "capacity_per_need", "visits")
UNCOUNTED = (
    "need",
    "need_rate",
    "district",
    "target_share",
    "target_year",
    "survey",
    "plan",
    "passes",
    "missing",
)
WAYS: Mapping[str, Callable[[Ground, Indicator], Value]] = {
    "stock": _stock,
    "people_stock": _people_stock,
    "per_residents": _per_residents,
    "per_surface": _per_surface,
    "people_flow": _people_flow,
    "ratio": _ratio,
    "service": _service,
    "telling": _telling,
    "uncovered": _uncovered,
    "district": _in_a_district,
    "need": _need,
    "need_rate": _need,
    "per_need": _per_need,
    "capacity": _capacity,
    "capacity_per_need": _capacity_per_need,
    "visits": _visits,
    "target_share": _target_share,
    "target_year": _target_year,
    "target_followed": _target_followed,
    "survey": _survey,
    "plan": _plan,
    "passes": _passes,
    "missing": _missing,
}
