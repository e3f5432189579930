"""Helpers, what they are trained in, until when; what is counted of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from maillage.reference.trainings import AUDIENCES

__all__ = ["AUDIENCES"]
SALARIED, ADVISER, VOLUNTEER, RELATIVE = "salaried", "adviser", "volunteer", "relative"
KINDS: Mapping[str, str] = {
    SALARIED: "salariée ou salarié",
    ADVISER: "conseiller numérique",
    VOLUNTEER: "bénévole",
    RELATIVE: "proche qui aide",
}
PROFESSIONALS = (SALARIED, ADVISER)
UNKNOWN, PERMANENT, FIXED = "unknown", "permanent", "fixed"
CONTRACTS: Mapping[str, str] = {
    UNKNOWN: "pas dit",
    PERMANENT: "sans fin prévue",
    FIXED: "avec une fin",
}
NO_FRAME, FRAME = "none", "framed"
FRAMES: Mapping[str, str] = {
    UNKNOWN: "pas dit",
    FRAME: "ses missions d’aide sont écrites",
    NO_FRAME: "aide sans cadre écrit",
}
FIRST, CONFIRMED, TRAINER = "first", "confirmed", "trainer"
LEVELS: Mapping[str, str] = {FIRST: "sensibilisation", CONFIRMED: "formation suivie", TRAINER: "peut former"}
CURRENT, ENDING, OVER, PLANNED, NONE = "current", "ending", "over", "planned", "none"
STANDINGS: Mapping[str, str] = {
    CURRENT: "à jour",
    ENDING: "à refaire bientôt",
    OVER: "à refaire",
    PLANNED: "prévue",
    NONE: "aucune",
}
ENDING_DAYS = 90
RISK_MONTHS = 6  # a contract that ends within: whoever leaves takes what they know
MOST_NAMES = 40


def add_months(on: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month.

    >>> add_months(date(2026, 8, 31), 6), add_months(date(2026, 1, 15), 24)
    (datetime.date(2027, 2, 28), datetime.date(2028, 1, 15))
    """
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    for day in range(on.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, min(on.day, 28))


def standing(valid_until: Iterable[date], planned: bool, on: date) -> str:
    """Return where somebody stands on a day. valid_until: the last day of each of their attestations, that
    day included; planned: a session to come has a seat for them.

    >>> day = date(2026, 11, 22)
    >>> standing([date(2026, 11, 22)], False, day), standing([date(2027, 11, 22)], False, day)
    ('ending', 'current')
    >>> standing([date(2026, 11, 21)], False, day), standing([], True, day), standing([], False, day)
    ('over', 'planned', 'none')
    """
    last = max(valid_until, default=None)
    if last is not None and last >= on:
        return CURRENT if (last - on).days > ENDING_DAYS else ENDING
    if planned:
        return PLANNED
    return NONE if last is None else OVER


def standing_span(on: date) -> tuple[date, date]:
    """Return the days around which an attestation says nothing more of where somebody stands: before the
    first it is over, after the second it is current.
    """
    return on - timedelta(days=1), on + timedelta(days=ENDING_DAYS + 1)


def contract_span(on: date) -> tuple[date, date]:
    """Return the same for the end of a contract, soon neither before the first nor after the second."""
    return on - timedelta(days=1), add_months(on, RISK_MONTHS) + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """One aidant as a count reads them. ends_on: of the contract, None when it has no end or nobody said."""

    kind: str
    standing: str
    frame: str
    contract: str
    ends_on: date | None = None
    supported: bool = False


def helper(standing: str, named: bool, kind: str, frame: str, contract: str, ends_on: date | None) -> Helper:
    """Return an aidant as a count reads them. named: somebody answers for them, as a training would."""
    return Helper(
        kind=kind,
        standing=standing,
        frame=frame,
        contract=contract,
        ends_on=ends_on,
        supported=named or standing in (CURRENT, ENDING),
    )


@dataclass(frozen=True, slots=True)
class Count:
    """A count and its denominator. unknown: those of whom nobody said it, left out of the denominator;
    n_excluded: those of the team whom it is not about.
    """

    id: str
    part: int
    denominator: int
    unknown: int
    n_excluded: int = 0


TRAINED, PLANS, UNFRAMED, TURNOVER, RELATIVES = "trained", "planned", "unframed", "turnover", "relatives"
INDICATORS: Mapping[str, tuple[str, str]] = {
    TRAINED: ("Aidants formés", "aidants inscrits, proches à part"),
    PLANS: ("Formation prévue", "aidants inscrits, proches à part"),
    UNFRAMED: ("Aidants sans cadre", "aidants dont on a dit s’ils ont un cadre"),
    TURNOVER: ("Risque de départ", "salariés et conseillers dont on connaît le contrat"),
    RELATIVES: ("Proches soutenus", "proches inscrits"),
}


def counts(helpers: Mapping[Helper, int], on: date) -> list[Count]:
    """Return the indicators of some aidants, each with its denominator, in the order of INDICATORS. helpers:
    how many there are of each.

    Trained: an attestation that still runs. Planned: a seat at a session to come, and no attestation that
    runs. Without frame, turnover: among those of whom somebody said it. Relatives: supported by a training
    or by somebody who answers for them.
    """
    team = [each for each in helpers if each.kind != RELATIVE]
    framed = [each for each in team if each.frame != UNKNOWN]
    paid = [each for each in team if each.kind in PROFESSIONALS]
    known = [each for each in paid if each.contract != UNKNOWN]
    relatives = [each for each in helpers if each.kind == RELATIVE]

    def n(some: Iterable[Helper]) -> int:
        return sum(helpers[each] for each in some)

    return [
        Count(TRAINED, n(each for each in team if each.standing in (CURRENT, ENDING)), n(team), 0),
        Count(PLANS, n(each for each in team if each.standing == PLANNED), n(team), 0),
        Count(UNFRAMED, n(each for each in framed if each.frame == NO_FRAME), n(framed), n(team) - n(framed)),
        Count(
            TURNOVER,
            n(each for each in known if ends_soon(each, on)),
            n(known),
            n(paid) - n(known),
            n(team) - n(paid),
        ),
        Count(RELATIVES, n(each for each in relatives if each.supported), n(relatives), 0),
    ]


def ends_soon(helper: Helper, on: date) -> bool:
    """Return True if a contract ends within six months of a day; a past end has already happened."""
    if helper.contract != FIXED or helper.ends_on is None:
        return False
    return on <= helper.ends_on <= add_months(on, RISK_MONTHS)
