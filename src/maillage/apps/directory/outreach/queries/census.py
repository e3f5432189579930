"""The census of a territory: whom to contact, their answers, and which communes are complete."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from maillage.apps.directory.outreach.models import Body, CensusRules
from maillage.apps.directory.places import access as directory_access
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Lieu
from maillage.apps.directory.places.queries import places, where
from maillage.apps.directory.places.queries.paging import Window
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.names import plain
from maillage.publishing.territory.reading import FinishedCensus
from maillage.reference import offer
from maillage.statistics.zones.territories import gazetteer
from maillage.web.long_lists import PAGE
from maillage.words.wording import count, share

TO_CONTACT, CONTACTED, ANSWERED, REFUSED, OUT = rules.BODY_STATES
OVER = (ANSWERED, REFUSED, OUT)
EVERYWHERE, ONCE = "chaque commune", "une fois"

# Where a search starts, one line each: the list of the Grenoble census (requirement G-014), which every
# territory edits.
START = f"""\
Mairie : {EVERYWHERE}
CCAS : {ONCE}
Bibliothèque ou médiathèque : {ONCE}
Centre social ou maison des habitants : {ONCE}
Maison de l’emploi : {ONCE}
Mission locale : {ONCE}
Point ou bureau information jeunesse : {ONCE}
MJC : {ONCE}
Réseau des espaces publics numériques (EPN) : {ONCE}
Réseau régional de la médiation numérique : {ONCE}
"""
LINE = re.compile(rf"\s*(?P<name>[^:]+?)\s*:\s*(?P<where>{EVERYWHERE}|{ONCE})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    """An inclusion rule: the sentence that the census applies, and what it excludes."""

    id: str
    title: str
    sentence: str
    leaves_out: str


# The rules of the Grenoble census; Strasbourg and Maubeuge count otherwise, so that each territory switches
# them.
RULES = {
    rule.id: rule
    for rule in (
        Rule(
            "solidarity",
            "But solidaire",
            "Un lieu est retenu s’il est public ou associatif, et s’il agit dans un but solidaire.",
            "Les commerces, et les services réservés à leurs clients.",
        ),
        Rule(
            "regular",
            "Activité régulière",
            "Un lieu est retenu si on peut compter sur lui : des jours connus, toute l’année.",
            "Les activités qui dépendent des dons, ou de la présence d’une seule personne.",
        ),
        Rule(
            "basic",
            "Compétences de base",
            "Un lieu de formation est retenu s’il accueille des personnes qui débutent.",
            "Les lieux qui ne forment qu’à des compétences avancées.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Town:
    """A commune of a census."""

    code: str
    name: str
    population: int


@dataclass(frozen=True)
class Ground:
    """The territory of a census. place: its address, an official code or the slug of a stored perimeter."""

    place: str
    name: str
    towns: Sequence[Town]
    lieux_communes: Sequence[str]

    @cached_property
    def by_code(self) -> Mapping[str, Town]:
        return {town.code: town for town in self.towns}

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        return {plain(town.name): town.code for town in self.towns}


def ground(place: str) -> Ground:
    """Return the territory of an address; UnknownTerritory when it names none, Refused for the whole
    country.
    """
    code = territories.canonical(place)
    spot = where.of_code(code)
    if not spot.communes:
        raise Refused(
            "Le recensement n’a pas été ouvert.",
            why="Un recensement se mène commune par commune : la France entière n’a pas de fin.",
            do="Choisissez une commune, une intercommunalité, un département ou une région.",
        )
    perimeter = territories.perimeter(code)
    known = gazetteer()
    alone = perimeter is None and known.get(code).kind == "commune"
    towns = [known.get(each) for each in ([code] if alone else spot.communes)]
    return Ground(
        place=code,
        name=perimeter.name if perimeter else known.get(code).long_name,
        towns=[Town(t.code, t.name, t.population) for t in sorted(towns, key=lambda t: plain(t.name))],
        lieux_communes=list(spot.communes),
    )


def led(user: Visitor) -> list[tuple[str, str, str]]:
    """Return the censuses under way that a user may run: address, name, and how many answers are known, in
    words.
    """
    counts: dict[str, Counter[str]] = {}
    for territory, state in Body.objects.values_list("territory", "state"):
        counts.setdefault(territory, Counter())[state] += 1
    for territory in CensusRules.objects.values_list("territory", flat=True):
        counts.setdefault(territory, Counter())
    names = {p.slug: p.name for p in territories.perimeters()}
    known = gazetteer()
    censuses = [
        (place, names.get(place) or known.get(place).long_name, _answers(states))
        for place, states in counts.items()
        if (place in names or place in known) and directory_access.holds(user, where.communes_in(place))
    ]
    return sorted(censuses, key=lambda row: plain(row[1]))


def _answers(states: Counter[str]) -> str:
    if not states.total():
        return "liste vide"
    over = sum(states[state] for state in OVER)
    return f"{count(over, 'réponse')} sur {count(states.total(), 'organisme')}"


# ----------------------------------------------------------------------------------------------------- bodies


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of a list of bodies, and its first row."""

    state: str = ""
    commune: str = ""
    text: str = ""
    start: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A body in a list. recommended: how many it recommended."""

    body: Body
    town: str
    kind: str
    recommended: int

    @property
    def state(self) -> str:
        return rules.BODY_STATES[self.body.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Window):
    """A page of bodies, by commune, of those the filter keeps; and how many there are in each state."""

    sections: Sequence[tuple[str, Sequence[Line]]]
    counts: Mapping[str, int]


def bodies(ground: Ground) -> QuerySet[Body]:
    """Return the bodies of a census."""
    return Body.objects.filter(territory=ground.place).select_related("recommended_by", "lieu", "changed_by")


def listed(ground: Ground, filters: Filter) -> Listed:
    """Return a page of the bodies to contact, the whole territory first, then commune by commune."""
    rows = bodies(ground)
    recommended = Counter(rows.exclude(recommended_by=None).values_list("recommended_by", flat=True))
    counts = Counter(rows.values_list("state", flat=True))
    if filters.state in rules.BODY_STATES:
        rows = rows.filter(state=filters.state)
    if filters.commune:
        rows = rows.filter(commune="" if filters.commune == "-" else filters.commune)
    matching = list(rows)
    if words := plain(filters.text).split():
        matching = [
            b for b in matching if all(word in plain(f"{b.name} {b.telephone} {b.note}") for word in words)
        ]
    order = {town.code: n for n, town in enumerate(ground.towns)}
    matching.sort(key=lambda b: (order.get(b.commune, -1), plain(b.name), b.pk))
    sections: dict[str, list[Line]] = {}
    for body in matching[filters.start : filters.start + PAGE]:
        town = ground.by_code[body.commune].name if body.commune in ground.by_code else "Tout le territoire"
        kind = offer.kinds()[body.kind].label if body.kind in offer.kinds() and body.kind != "autre" else ""
        kind = "" if plain(kind) == plain(body.name) else kind
        sections.setdefault(town, []).append(Line(body, town, kind, recommended[body.pk]))
    return Listed(
        start=filters.start,
        total=len(matching),
        sections=list(sections.items()),
        counts={s: counts[s] for s in rules.BODY_STATES},
    )


def entity(body: Body) -> str:
    """Return the number of a body among the entities of ODK, the same each time."""
    return str(uuid5(NAMESPACE_URL, f"{settings.ADDRESS}/espace/recensement/{body.territory}/{body.pk}"))


def entities(ground: Ground) -> Iterator[list[str]]:
    """Yield the header and the rows of the entity list of a census: bodies still to see, and nobody’s note,
    telephone or address. `organisme` repeats the number for forms that send it back.
    """
    yield ["name", "label", "organisme", "commune", "code_insee", "type", "etat"]
    for body in bodies(ground).filter(state__in=(TO_CONTACT, CONTACTED)).order_by("commune", "name", "pk"):
        town = ground.by_code[body.commune].name if body.commune in ground.by_code else ""
        label = f"{body.name}, {town}" if town else body.name
        number = entity(body)
        yield [number, label, number, town, body.commune, body.kind, rules.BODY_STATES[body.state]]


def named(ground: Ground, text: str) -> list[Body]:
    """Return the bodies that a text names: “Mairie, Claix” tells one of several."""
    name, _, town = text.rpartition(",")
    wanted = [(plain(name), plain(town))] if name else []
    wanted.append((plain(text), ""))
    towns = {body_code: plain(t.name) for body_code, t in ground.by_code.items()}
    return [
        b
        for b in bodies(ground)
        if any(plain(b.name) == n and (not t or towns.get(b.commune, "") == t) for n, t in wanted)
    ]


def names(ground: Ground) -> list[str]:
    """Return the possible names for « recommandé par », with the commune of homonyms."""
    return [
        f"{b.name}, {ground.by_code[b.commune].name}" if b.commune in ground.by_code else b.name
        for b in bodies(ground)
    ]


def linkable(body: Body, ground: Ground) -> list[Lieu]:
    """Return the places a body may be: those of its commune, those whose name is nearest first."""
    communes = [body.commune] if body.commune else ground.lieux_communes
    words = set(plain(body.name).split())
    rows = Lieu.objects.filter(code_insee__in=communes).exclude(state=rules.MERGED)
    return sorted(rows, key=lambda lieu: (-len(words & set(plain(lieu.name).split())), plain(lieu.name)))[
        :200
    ]


# ----------------------------------------------------------------------------------------------- completeness


@dataclass(frozen=True, slots=True)
class Done:
    """The progress of the census in a commune. lieux: places published there."""

    town: Town
    bodies: int
    to_contact: int
    pending: int
    over: int
    lieux: int

    @property
    def state(self) -> str:
        if not self.bodies:
            return "none"
        if self.over == self.bodies:
            return "done"
        return "started" if self.over or self.pending else "to-start"

    @property
    def words(self) -> str:
        return STATES[self.state][0]

    @property
    def stitches(self) -> list[bool]:
        return rules.stitches(self.over, self.bodies)


STATES = {  # one commune, several
    "done": ("terminée", "terminées"),
    "started": ("commencée", "commencées"),
    "to-start": ("à commencer", "à commencer"),
    "none": ("sans personne à contacter", "sans personne à contacter"),
}


@dataclass(frozen=True, slots=True)
class Completeness:
    """The communes of a census, and how many are in each state."""

    towns: Sequence[Done]
    counts: Mapping[str, int]

    @property
    def share(self) -> float:
        return self.counts["done"] / len(self.towns) if self.towns else 0.0

    @property
    def stitches(self) -> list[bool]:
        return rules.stitches(self.counts["done"], len(self.towns))

    @property
    def percent(self) -> str:
        return share(self.share)

    @property
    def words(self) -> str:
        """Return the number of finished communes."""
        over = self.counts["done"]
        return f"{count(over, 'commune')} {STATES['done'][over > 1]} sur {len(self.towns)}".capitalize()


def completeness(ground: Ground) -> Completeness:
    """Return how far each commune is: finished when everybody there answered, refused or is out of scope.

    A body of the whole territory belongs to no commune.
    """
    states: dict[str, Counter[str]] = {}
    for commune, state in Body.objects.filter(territory=ground.place).values_list("commune", "state"):
        states.setdefault(commune, Counter())[state] += 1
    lieux = Counter(published(ground).values_list("code_insee", flat=True))
    empty: Counter[str] = Counter()
    towns = [
        Done(
            town=town,
            bodies=(counts_by_state := states.get(town.code, empty)).total(),
            to_contact=counts_by_state[TO_CONTACT],
            pending=counts_by_state[CONTACTED],
            over=sum(counts_by_state[state] for state in OVER),
            lieux=lieux[town.code] if len(ground.towns) > 1 else lieux.total(),
        )
        for town in ground.towns
    ]
    counts = Counter(done.state for done in towns)
    return Completeness(towns, {state: counts[state] for state in STATES})


def is_finished(communes: Collection[str]) -> bool:
    """Return True for communes whose every body answered, refused or is out of scope, in any census."""
    states = set(Body.objects.filter(commune__in=communes).values_list("state", flat=True))
    return bool(states) and states <= set(OVER)


def finished(place: str) -> FinishedCensus | None:
    """Return the latest census that is finished for a territory, one of all services before one of some: each
    of its communes has bodies to contact, and all of them, like those of the whole census, answered, refused
    or are out of scope.
    """
    rows = Body.objects.values("territory", "commune").annotate(
        n_waiting=Count("pk", filter=~Q(state__in=OVER)), last=Max("changed_at")
    )
    counts_by_territory: dict[str, dict[str, int]] = {}
    last: dict[str, datetime] = {}
    for row in rows.order_by("territory", "commune"):
        territory = row["territory"]
        counts_by_territory.setdefault(territory, {})[row["commune"]] = row["n_waiting"]
        last[territory] = max(row["last"], last.get(territory, row["last"]))
    if not counts_by_territory:
        return None
    try:
        towns = set(ground(place).by_code)
        over = [
            territory
            for territory, counts in counts_by_territory.items()
            if towns <= counts.keys() and not any(counts.get(code) for code in (*towns, ""))
        ]
        lines = dict(CensusRules.objects.filter(territory__in=over).values_list("territory", "lines"))
        latest = max(over, key=lambda territory: (not lines.get(territory), last[territory]), default=None)
        name = ground(latest).name if latest else ""
    except (Refused, UnknownTerritory):  # the whole country, a perimeter that was deleted
        return None
    if latest is None:
        return None
    return FinishedCensus(name, timezone.localdate(last[latest]), tuple(lines.get(latest, ())))


# ------------------------------------------------------------------------------------------------------ rules


def rules_of(ground: Ground) -> dict[str, bool]:
    """Return which rules a census applies: all of them unless switched off."""
    row = CensusRules.objects.filter(territory=ground.place).first()
    return {id: bool((row.rules if row else {}).get(id, True)) for id in RULES}


def lines_of_census(ground: Ground) -> list[str]:
    """Return the lines of the offer whose places a census looks for."""
    row = CensusRules.objects.filter(territory=ground.place).first()
    return list((row.lines if row else ()) or offer.diagnosis_lines())


def start_of(ground: Ground) -> str:
    """Return the initial list of this territory, as it was stored."""
    row = CensusRules.objects.filter(territory=ground.place).first()
    return row.sources if row and row.sources.strip() else START


def lines_of(text: str) -> list[tuple[str, str]]:
    """Return (name, where) of each line of an initial list; Refused, with its number, for an invalid line."""
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = LINE.fullmatch(line.replace("\u00a0", " "))
        if match is None:
            raise Refused(
                f"La liste n’a pas été faite : la ligne {number} n’est pas reconnue.",
                why=f"« {line.strip()[:80]} » ne dit pas où chercher.",
                do=f"Écrivez un nom, deux-points, puis « {EVERYWHERE} » ou « {ONCE} ».",
            )
        lines.append((match["name"][:200], match["where"].lower()))
    return lines


def published(ground: Ground) -> QuerySet[Lieu]:
    """Return the public places of a territory."""
    return Lieu.objects.filter(state=rules.PUBLISHED, code_insee__in=ground.lieux_communes)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A place excluded from a census: why, by whom, when."""

    lieu: Lieu
    reason: str
    by: str
    change: Change | None


def excluded(ground: Ground) -> list[Excluded]:
    """Return the excluded places, by name, each with its reason."""
    rows = list(Lieu.objects.filter(state=rules.EXCLUDED, code_insee__in=ground.lieux_communes))
    last: dict[int, Change] = {}
    for change in (
        Change.objects.filter(lieu__in=rows, verb="exclude").order_by("at", "pk").defer("before", "after")
    ):
        last[change.lieu_id] = change
    return [
        Excluded(
            lieu, lieu.reason, places.named(last[lieu.pk].by) if lieu.pk in last else "", last.get(lieu.pk)
        )
        for lieu in sorted(rows, key=lambda lieu: plain(lieu.name))
    ]


def place_named(ground: Ground, text: str) -> list[Lieu]:
    """Return the published places that a text names: by their name, with or without their commune."""
    wanted = plain(text)
    rows = published(ground).values_list("pk", "name", "sheet__commune")
    pks = [pk for pk, name, commune in rows if wanted in (plain(name), plain(f"{name} {commune}"))]
    return list(Lieu.objects.filter(pk__in=pks))


def place_names(ground: Ground) -> list[str]:
    """Return the published places as they are typed: name, commune."""
    return sorted(
        f"{name}, {commune}" for name, commune in published(ground).values_list("name", "sheet__commune")
    )


def not_listed(ground: Ground) -> int:
    """Return how many published places no body of the census stands for."""
    linked = Body.objects.filter(territory=ground.place).exclude(lieu=None).values("lieu")
    return published(ground).exclude(pk__in=linked).count()
