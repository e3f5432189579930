"""The structures of a survey: which may be added, who answered, who is to be written to or phoned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.surveys.models import Survey, Target
from maillage.reference import offer
from maillage.web import bulk

OFFERED = 500  # names that a field may propose: more would weigh more than the page


@dataclass(frozen=True, slots=True)
class Count:
    """A type or a commune, and how many places of the territory it has."""

    id: str
    label: str
    n: int


def territory_places(survey: Survey) -> QuerySet[Lieu]:
    """Return the published places of a survey's territory."""
    rows = Lieu.objects.filter(state=directory.PUBLISHED).order_by("name", "pk")
    communes = communes_of(survey.territory)
    return rows if communes is None else rows.filter(code_insee__in=bulk.to_find(communes))


def named(survey: Survey, name: str) -> Lieu | None:
    """Return the place of the directory with this exact name; None when there is none, or several."""
    homonyms = territory_places(survey).filter(name=name.strip())[:2]
    return homonyms[0] if len(homonyms) == 1 else None


def names(survey: Survey) -> list[str]:
    """Return the names of the places of the directory, without homonyms; none when there are too many to
    offer.
    """
    counts = Counter(territory_places(survey).values_list("name", flat=True)[: OFFERED + 1])
    return [name for name, n in counts.items() if n == 1] if counts.total() <= OFFERED else []


def candidates(survey: Survey) -> list[Lieu]:
    """Return the published places of a survey's territory that it does not ask yet."""
    return list(
        territory_places(survey)
        .exclude(pk__in=Target.objects.filter(survey=survey).values("lieu"))
        .select_related("structure")
    )


def kinds(lieux: Sequence[Lieu]) -> list[Count]:
    """Return the types of places, the most frequent first."""
    counts = Counter(directory.kind_of(lieu.sheet) for lieu in lieux)
    return [
        Count(id, offer.kinds()[id].label if id in offer.kinds() else id, n) for id, n in counts.most_common()
    ]


def towns(lieux: Sequence[Lieu]) -> list[Count]:
    """Return the communes of places, the most frequent first."""
    counts = Counter(lieu.code_insee for lieu in lieux if lieu.code_insee)
    names = {lieu.code_insee: str(lieu.sheet.get("commune", "")) for lieu in lieux}
    return [Count(code, names.get(code) or code, n) for code, n in counts.most_common()]


def chosen(lieux: Sequence[Lieu], kinds: Sequence[str], towns: Sequence[str]) -> list[Lieu]:
    """Return the places of these types and communes; an empty filter means all."""
    return [
        lieu
        for lieu in lieux
        if (not kinds or directory.kind_of(lieu.sheet) in kinds) and (not towns or lieu.code_insee in towns)
    ]


def listed(survey: Survey) -> list[Target]:
    """Return the structures asked, those without an answer first."""
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
