"""Pairs of places that may be one: what the sheets of a file make with each other and with stored places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.statistics.engine import duplicates
from maillage.statistics.offer.census import as_place

MANY = 1_000  # new places under which a process of its own costs more than it saves


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two places that may be one: a new one by its identifier in the file, a stored one by its key."""

    first: str | int
    second: str | int
    score: float
    reasons: tuple[str, ...]
    sure: bool


class Search:
    """The search for the pairs that new sheets make, with each other and with the stored places of the same
    départements: read at once, compared when asked, without the database.

    renewed: what the same file says of stored places, by key: they are compared as they are about to be.
    """

    def __init__(
        self, fresh: Sequence[rules.Sheet], renewed: Mapping[int, rules.Sheet] = MappingProxyType({})
    ) -> None:
        self.n_fresh = len(fresh)
        self.everyone: list[tuple[str | int, rules.Sheet]] = [(str(sheet["id"]), sheet) for sheet in fresh]
        if fresh:
            departements = {str(sheet.get("code_insee", ""))[:2] for sheet in fresh}
            stored = Lieu.objects.filter(state=rules.PUBLISHED).values_list("pk", "code_insee", "sheet")
            self.everyone += [
                (pk, renewed.get(pk, sheet)) for pk, code, sheet in stored if code[:2] in departements
            ]

    @property
    def is_mostly_new(self) -> bool:
        """Return True if comparing takes less time than writing: there are many places, most of them new."""
        return self.n_fresh > MANY and 2 * self.n_fresh > len(self.everyone)

    def likenesses(self) -> list[Likeness]:
        """Return the pairs, one of which at least is new."""
        if not self.n_fresh:
            return []
        everyone = self.everyone
        return [
            Likeness(everyone[p.a][0], everyone[p.b][0], p.score, p.reasons, p.decision == "meme")
            for p in duplicates.within([as_place(sheet) for _, sheet in everyone])
            if min(p.a, p.b) < self.n_fresh
        ]


def of_file(sheets: Sequence[rules.Sheet], known: Mapping[str, int]) -> Search:
    """Return the search for the pairs of a file's sheets. known: keys of its stored places, by identifier."""
    fresh = [sheet for sheet in sheets if sheet["id"] not in known]
    return Search(fresh, {known[sheet["id"]]: sheet for sheet in sheets if sheet["id"] in known})
