"""Benefits of joining for a structure, and the applications that await an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from maillage.apps.community.queries.listings import commune_name
from maillage.apps.directory.memberships.access import communes_of, team_roles
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import published, where
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import Application
from maillage.apps.site.structures.rules import joining
from maillage.kernel.names import plain
from maillage.publishing.territory.gaps import order
from maillage.publishing.territory.reading import OfferLine, Reading

LINES, NEIGHBOURS, ALIKE = 3, 6, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The people of a zone, or of a territory that holds the commune, who need somebody: the figure in words
    with its interval, among whom, from which study. people: "" where it is withheld, for `reason`;
    contradicted: what was published against the figure of the study.
    """

    study: Study
    of: str
    is_zone: bool
    people: str
    between: str
    reason: str
    counts: str
    sentence: str
    universe: str
    source: str
    doubt: str
    lines: tuple[OfferLine, ...]
    contradicted: tuple[str, ...]
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """Page of a structure before it writes anything: the need where it stands, the lacks, its neighbours."""

    commune: str
    name: str
    need: Need | None
    neighbours: tuple[Lieu, ...]
    n_places: int
    n_teams: int


def gain(commune: str, at: datetime) -> Gain:
    """Return the benefits of joining for a structure of a commune."""
    places = Lieu.objects.filter(code_insee=commune, state="published", merged_into=None)
    near = places.select_related("structure").order_by("name", "pk")[:NEIGHBOURS]
    return Gain(
        commune=commune,
        name=commune_name(commune),
        need=need(commune),
        neighbours=tuple(near),
        n_places=published.place_count([commune]).places,
        n_teams=places.filter(structure__in=with_team(at)).values("structure").distinct().count(),
    )


def with_team(at: datetime) -> QuerySet[Structure]:
    """Return the structures for which somebody acts: those that are of the network."""
    with_roles = team_roles(at.date()).filter(structure__isnull=False).values("structure")
    return Structure.objects.filter(pk__in=with_roles)


def study_of(commune: str) -> Study | None:
    """Return the finished study that says most of a commune: its own, else one of which it is a zone, else
    the smallest territory that holds it. None when nobody computed any.
    """
    holding = []
    for study in dossiers.finished_studies():
        communes = communes_of(study.place)
        if communes is not None and commune in communes and not dossiers.is_lost(study):
            is_zone = any(zone.code == commune for zone in dossiers.reading(study).zones)
            holding.append((study.place != commune, not is_zone, len(communes), study.pk, study))
    return min(holding, key=lambda candidate: candidate[:4])[4] if holding else None


def need(commune: str) -> Need | None:
    """Return the need of the zone that a commune is, else of the territory that holds it."""
    study = study_of(commune)
    if study is None:
        return None
    reading = dossiers.reading(study)
    zone = next((each for each in reading.zones if each.code == commune and not each.is_outside), None)
    card = reading.source
    common: dict[str, Any] = {
        "study": study,
        "counts": card.counts,
        "sentence": reading.headline.sentence,
        "source": f"{card.producer}, {card.year}" if card.producer else card.title,
        "doubt": card.doubt,
        "limit": reading.offer.limit if reading.offer else "",
        "contradicted": reading.contradicted,
    }
    if zone is not None:
        return Need(
            of=zone.full_name,
            is_zone=True,
            people=zone.people or "",
            between="entre " + " et ".join(each.strip() for each in zone.between.split("–")),
            reason=zone.reason,
            universe=f"{zone.adults} habitants de 15 ans et plus, recensement de 2021",
            lines=_lacking(reading, zone.code),
            **common,
        )
    head = reading.headline
    return Need(
        of=reading.territory.name,
        is_zone=study.place == commune,
        people=head.value or "",
        between=head.between,
        reason=head.reason,
        universe=reading.universe
        if " " in reading.universe and not reading.universe[0].isdigit()
        else card.among,
        lines=_lacking(reading, ""),
        **common,
    )


def _lacking(reading: Reading, zone: str) -> tuple[OfferLine, ...]:
    """Return the lines of the offer that most people lack there, the heaviest first."""
    if reading.offer is None:
        return ()
    of = reading.offer.zones.get(zone) if zone else None
    lines = of.lines if of else reading.offer.territory.lines
    return tuple(line for line in sorted(lines, key=order) if line.missing_value >= 1)[:LINES]


def commune_of(typed: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the code of the commune that a text means, or the (code, label) of those it may mean."""
    answer = where.find(typed)
    if (
        answer.spot is not None
        and len({code[:5] for code in answer.spot.communes}) >= 1
        and answer.spot.is_point
    ):
        return answer.spot.communes[0], []
    choices = {
        choice.commune: choice.label
        for choice in answer.choices
        if choice.commune and choice.kind.startswith("commune")
    }
    return "", list(choices.items())


def alike(name: str, commune: str) -> list[Lieu]:
    """Return the places of a commune that may already be those of a structure of this name."""
    words = [word for word in plain(name).split() if len(word) > 3]
    ranked = []
    for lieu in Lieu.objects.filter(code_insee=commune, state="published", merged_into=None).select_related(
        "structure"
    ):
        names = f" {plain(lieu.name)} {plain(lieu.structure.name)} "
        n = sum(f" {word}" in names for word in words)
        if words and n * 2 > len(words):
            ranked.append((-n, lieu.name, lieu))
    return [candidate[2] for candidate in sorted(ranked, key=lambda row: row[:2])[:ALIKE]]


def to_answer(user: Visitor) -> QuerySet[Application]:
    """Return the applications that await an answer of a user, the oldest first."""
    return access.applications_for(user).filter(state=joining.PENDING)


def new_places(user: Visitor) -> QuerySet[Lieu]:
    """Return the published places that a user keeps for structures that came in by an application."""
    joined = Application.objects.filter(state=joining.WELCOMED).values("structure")
    editable = rights_of(user).structures("directory.edit")
    return Lieu.objects.filter(state=PUBLISHED, structure__in=editable).filter(structure__in=joined)


def by_code(digest: str) -> Application | None:
    """Return the application of a code, None when there is none."""
    return (
        Application.objects.select_related("structure", "decided_by", "invitation")
        .filter(code=digest)
        .first()
    )


def team_of(structure: Structure, at: datetime) -> list[str]:
    """Return the names of the members of a structure's team."""
    roles = team_roles(at.date()).filter(structure=structure, role="gestionnaire").select_related("user")
    return [str(each.user) for each in roles]


def same_named(application: Application) -> QuerySet[Structure]:
    """Return the structures of that commune that have the same name."""
    standing = Lieu.objects.filter(code_insee=application.commune).values("structure")
    rows = Structure.objects.filter(Q(code_insee=application.commune) | Q(pk__in=standing))
    pks = [row.pk for row in rows if joining.same_name(row.name, application.name)]
    return Structure.objects.filter(pk__in=pks)
