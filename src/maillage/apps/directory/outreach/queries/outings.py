"""The register of awareness actions, and the kit for a team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from maillage.apps.directory.outreach import access
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places, where
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.apps.platform.accounts.models import Visitor
from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer.clean import point
from maillage.statistics.zones.territories import Territory, gazetteer
from maillage.words import wording

NEAREST, LOOKED_AT = 6, 30  # places of a kit, among the nearest: those that say what they offer come first


def register(user: Visitor) -> list[Outing]:
    return list(access.outings_for(user).select_related("by"))


def of_territory(territory: str) -> list[Outing]:
    """Return the actions of a territory that may be told to anybody: planned or done in a commune of it, the
    latest first.
    """
    inside = frozenset(where.communes_in(territory))
    rows = Outing.objects.exclude(state="cancelled")
    return [row for row in rows if row.territory == territory or _is_inside(row, inside)]


def _is_inside(outing: Outing, communes: frozenset[str]) -> bool:
    """Match an action with some communes, by the one that its “where” names; any without communes."""
    commune = _commune_of(outing)
    return not communes or (commune is not None and commune.code in communes)


def _commune_of(outing: Outing) -> Territory | None:
    return _commune(outing.place.split(",")[-1].strip())


def summary(rows: Sequence[Outing]) -> str:
    """Return the register in one sentence: only counted numbers, and how many actions counted nobody."""
    done = [row for row in rows if row.state == "done"]
    met_counts = [row.met for row in done if row.met is not None]
    if not rows:
        return ""
    words = (
        f"{wording.count(len(rows), 'action')}, dont"
        f" {wording.count(len(done), 'faite') if done else 'aucune faite'}"
    )
    if met_counts:
        met = wording.count(sum(met_counts), "personne rencontrée", "personnes rencontrées")
        words += f" ; {met} dans {wording.count(len(met_counts), 'action')}"
    if unknown := len(done) - len(met_counts):
        words += f" ; {wording.number(unknown)} sans compte"
    return f"{words}."


@dataclass(frozen=True, slots=True)
class Near:
    """A place near an action, as its kit says it. metres: from the middle of the commune, in words; free:
    None when unsaid.
    """

    lieu: Lieu
    address: str
    phones: Sequence[places.Phone]
    metres: str
    hours: str
    offered: str
    free: bool | None


@dataclass(frozen=True, slots=True)
class Nearby:
    """The nearest places of an action, and from where they were looked for."""

    commune: str
    places: Sequence[Near]

    @property
    def prices(self) -> str:
        """Return how many of these places are known to be free."""
        known_totals = [each.free for each in self.places if each.free is not None]
        if not known_totals:
            return "Aucun de ces lieux ne dit son prix."
        free, silent = sum(known_totals), len(self.places) - len(known_totals)
        sentence = (
            f"{wording.count(free, 'lieu', 'lieux').capitalize()} sur ces {len(self.places)}"
            f" {'se disent gratuits' if free > 1 else 'se dit gratuit'}"
        )
        return sentence + (
            f" ; {silent} ne {'disent' if silent > 1 else 'dit'} pas de prix." if silent else "."
        )


def nearby(outing: Outing, *, on: date) -> Nearby | None:
    """Return the nearest places of an action, from the commune that its “where” names; None when it names
    none, or several.
    """
    commune = _commune_of(outing)
    extent = point.extent(commune.code) if commune else None
    if commune is None or extent is None:
        return None
    near = search(
        Wanted(latitude=extent.latitude, longitude=extent.longitude, radius=15_000, limit=LOOKED_AT)
    ).places
    rows = Lieu.objects.in_bulk([id for id, _ in near])
    near_places = [_near(rows[id], metres, on) for id, metres in near if id in rows]
    near_places.sort(key=lambda row: not row.offered)
    return Nearby(", ".join(filter(None, (commune.name, commune.place))), near_places[:NEAREST])


def _commune(text: str) -> Territory | None:
    """Return the commune with that exact name or code; among homonyms, the only one with places in the
    directory.
    """
    named = [
        t
        for t in gazetteer().find(text)
        if t.kind == "commune" and (text.isdigit() or plain(t.name) == plain(text))
    ]
    if len(named) > 1:
        with_places = set(
            Lieu.objects.filter(code_insee__in=[t.code for t in named]).values_list("code_insee", flat=True)
        )
        named = [t for t in named if t.code in with_places]
    return named[0] if len(named) == 1 else None


def _near(lieu: Lieu, metres: float | None, on: date) -> Near:
    sheet = lieu.sheet
    running = places.running(sheet)
    prices = {
        *sheet.get("frais_a_charge", ()),
        *(slug for each in running.values() for slug in each.get("frais", ())),
    }
    return Near(
        lieu=lieu,
        address=places.address(sheet),
        phones=places.phones(sheet),
        metres=places.metres_in_words(metres) if metres is not None and places.is_located(lieu) else "",
        hours=places.in_words(sheet.get("horaires", {}), on),
        offered=", ".join(offer.practices()[id].label for id in running),
        free=prices <= {"free"} if prices else None,
    )
