"""The structures asked by a survey: which could be, who answered, who is to be written to or phoned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from maillage.apps.directory import rules as directory
from maillage.apps.directory.models import Lieu
from maillage.apps.memberships.access import communes_of
from maillage.apps.surveys.models import Survey, Target
from maillage.reference import offer


@dataclass(frozen=True, slots=True)
class Count:
    """A type or a commune, and how many places of the territory it has."""

    id: str
    label: str
    n: int


def candidates(survey: Survey) -> list[Lieu]:
    """Return the published places of a survey's territory that it does not ask yet."""
    rows = Lieu.objects.filter(state=directory.PUBLISHED).order_by("name", "pk")
    held = communes_of(survey.territory)
    if held is not None:
        rows = rows.filter(code_insee__in=held)
    return list(rows.exclude(pk__in=Target.objects.filter(survey=survey).values("lieu")).select_related("structure"))


def kinds(lieux: Sequence[Lieu]) -> list[Count]:
    """Return the types of places, the most frequent first."""
    found = Counter(directory.kind_of(lieu.sheet) for lieu in lieux)
    return [Count(id, offer.kinds()[id].label if id in offer.kinds() else id, n) for id, n in found.most_common()]


def towns(lieux: Sequence[Lieu]) -> list[Count]:
    """Return the communes of places, the most frequent first."""
    found = Counter(lieu.code_insee for lieu in lieux if lieu.code_insee)
    names = {lieu.code_insee: str(lieu.sheet.get("commune", "")) for lieu in lieux}
    return [Count(code, names.get(code) or code, n) for code, n in found.most_common()]


def chosen(lieux: Sequence[Lieu], kinds: Sequence[str], towns: Sequence[str]) -> list[Lieu]:
    """Return the places of these types and of these communes; none given: all."""
    return [
        lieu
        for lieu in lieux
        if (not kinds or directory.kind_of(lieu.sheet) in kinds) and (not towns or lieu.code_insee in towns)
    ]


def listed(survey: Survey) -> list[Target]:
    """Return the structures asked: first those that have not answered."""
    rows = Target.objects.filter(survey=survey).select_related("lieu", "answer")
    order = {"waiting": 0, "written": 1, "phoned": 2, "declined": 3, "answered": 4}
    return sorted(rows, key=lambda row: (order[row.state], row.lieu.name, row.pk))


def mail_of(target: Target) -> str:
    """Return the address of a place, '' when its sheet has none."""
    return next(iter(target.lieu.sheet.get("courriels", ())), "")


def counts(targets: Sequence[Target]) -> dict[str, int]:
    """Return how many structures are asked, answered, silent, and reachable by mail among these."""
    silent = [each for each in targets if each.state not in ("answered", "declined")]
    return {
        "all": len(targets),
        "answered": sum(each.state == "answered" for each in targets),
        "silent": len(silent),
        "by_mail": sum(bool(mail_of(each)) for each in silent),
    }
