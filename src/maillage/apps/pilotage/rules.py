"""Rules of the loop of a territory, whatever stores it: publishable counts, order of the zones, opening
sentences.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

from maillage.engine import disclosure
from maillage.words.wording import DASH, count, lower_first, number

MOST_SENTENCES = 3
SORTS: Mapping[str, str] = {
    "manque": "Premier manque",
    "attente": "En attente",
    "inconnue": "Sans effet connu",
    "rien": "Rien de prévu",
}

Cells = list[list[int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A count beside the main one of a link. n None: not told, and `why` says it."""

    id: str
    words: str
    n: int | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of the chain in a zone: counted, or missing with its reason. value None: not told, `why` says
    it; is_missing: nothing is noted, rather than too little to be told. base: among how many.
    """

    value: int | None
    universe: str
    why: str = ""
    is_missing: bool = False
    base: int | None = None
    details: tuple[Detail, ...] = ()

    @property
    def published(self) -> tuple[Detail, ...]:
        """The details that may be told, nobody left out."""
        return tuple(each for each in self.details if each.n)

    @property
    def lack(self) -> str:
        """Return the words in its place when it is not published: missing, or withheld."""
        return f"Manquant : {lower_first(self.why)}" if self.is_missing else self.why

    def detail(self, id: str) -> int:
        """Return one of its details, 0 when it is not told."""
        return next((each.n for each in self.details if each.id == id and each.n), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Rank of a zone. without: people without a place within reach, None when nobody knows; planned: whether
    the plan answers that lack there; gap_rank: that of its first gap among those of the territory, None where
    it has none; is_lacking: whether that gap is certain.
    """

    name: str
    need: float | None
    without: float | None
    waiting: int
    unknown: int
    planned: bool
    gap_rank: int | None = None
    is_lacking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A zone whose gap is known. about, between: people without a place within reach, as printed; low:
    fewest; planned: whether the plan answers it there.
    """

    code: str
    name: str
    about: str
    between: str
    low: float
    planned: bool

    @property
    def is_sure(self) -> bool:
        """Return True if somebody surely has no place on foot, as printed: under one person, « 0 » is."""
        return self.low >= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of the sentences. waiting, oldest: referrals unanswered, and days of the oldest;
    helped, unknown: people helped, and those of whom nobody knows the end; None: not told. late, unpiloted:
    actions of the plan; sheets, confirmed: of the directory; to_locate: the sentence that asks to locate
    places first, "" where most are; active: whether anything at all was noted;
    has_plan: whether there is a plan to be read.
    """

    waiting: int | None = None
    waiting_zones: int = 0
    oldest: int | None = None
    gaps: Sequence[Gap] = ()
    helped: int | None = None
    unknown: int | None = None
    late: int = 0
    unpiloted: int = 0
    sheets: int = 0
    confirmed: int = 0
    to_locate: str = ""
    active: bool = True
    has_plan: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence above the loop. id: what it is about, which decides its address; zone: code, or ""."""

    id: str
    topic: str
    strong: str
    rest: str
    button: str
    zone: str = ""

    @property
    def text(self) -> str:
        """The whole sentence, for a file."""
        return f"{self.strong} {self.rest}".strip()


def zoom(estimated: float, counted: float) -> int:
    """Return how many times larger than estimates counts are drawn: 1, 2, 5, 10…, the most that the same
    frame holds.

    >>> zoom(46_000, 286), zoom(300, 286), zoom(46_000, 0)
    (100, 1, 1)
    """
    if counted <= 0 or estimated <= counted:
        return 1
    power: int = 10 ** floor(log10(estimated / counted))
    return max(power * step for step in (1, 2, 5) if power * step * counted <= estimated)


# ---------------------------------------------------------------------------------------- what may be told


def published_table(rows: Sequence[Sequence[int]], least: int) -> tuple[Cells, list[int | None]]:
    """Return which cells of a table of counts may be told, then the totals of its columns; None: withheld.

    Each row sums to a number already told of at least `least` people, or of nobody. It is decided alone: a
    commune says the same in its own loop and in that of each territory that holds it, or one would give back
    what the other withholds. A total is the sum of the cells told. least 0: nothing to protect.

    >>> published_table([[12, 3], [20, 15]], 0)
    ([[12, 3], [20, 15]], [32, 18])
    >>> published_table([[12, 3], [20, 15]], 11)
    ([[None, None], [20, 15]], [20, 15])
    """
    cells = [_alone(row, least) for row in rows] if least else [list(row) for row in rows]
    columns = ([n for n in column if n is not None] for column in zip(*cells, strict=True))
    return cells, [sum(published) if published else None for published in columns]


def _alone(row: Sequence[int], least: int) -> list[int | None]:
    filled = [k for k, n in enumerate(row) if n]  # what nobody is in gives nobody away
    is_published = dict(
        zip(filled, disclosure.one_way([row[k] for k in filled], least, lowest=1), strict=True)
    )
    return [n if is_published.get(k) else None for k, n in enumerate(row)]


def why_not(n: int, least: int, things: str) -> str:
    """Return why a count is not told, "" when it is. n: what is noted in the whole territory.

    >>> why_not(0, 11, "orientation")
    'Aucune orientation notée ici en douze mois.'
    >>> why_not(30, 11, "orientation")
    'Masqué : moins de 11 dans cette zone.'
    """
    if n and least:
        return f"Masqué : moins de {least} dans cette zone."
    return f"Aucune {things} notée ici en douze mois."


def apart_words(referrals: int, acts: int, *, some: bool) -> str:
    """Return the words on real activity beside an invented one, by complete batches, "" when there is none.

    >>> apart_words(22, 11, some=True).replace("\\xa0", " ")
    'Noté pour de vrai, à part : 22 orientations et 11 actes d’aide.'
    >>> apart_words(0, 0, some=True), apart_words(0, 0, some=False)
    ('Un peu d’activité est notée pour de vrai : à part, trop peu pour être dite.', '')
    """
    parts = [
        count(referrals, "orientation") if referrals else "",
        count(acts, "acte d’aide", "actes d’aide") if acts else "",
    ]
    if any(parts):
        return f"Noté pour de vrai, à part : {' et '.join(filter(None, parts))}."
    return "Un peu d’activité est notée pour de vrai : à part, trop peu pour être dite." if some else ""


# --------------------------------------------------------------------------------------------- worst first


def order(of: Standing, sort: str) -> tuple[object, ...]:
    """Return the sort key of the zones of a loop, the worst first: in the order of the gaps of the territory,
    then of people without help within reach; zones of which nothing is known come last.
    """
    ranked = (of.gap_rank is None, of.gap_rank or 0)
    gap = (*ranked, of.without is None, -(of.without or 0.0), -(of.need or 0.0), of.name)
    keys: Mapping[str, tuple[object, ...]] = {
        "attente": (-of.waiting, *gap),
        "inconnue": (-of.unknown, *gap),
        "rien": (of.planned, *gap),
    }
    return keys.get(sort, gap)


def group_sentence(zones: Sequence[Standing]) -> str:
    """Return the sentence common to the zones of a group: those with a certain gap, or the others."""
    n = count(len(zones), "zone")
    return (
        f"{n} où un manque est certain"
        if all(zone.is_lacking for zone in zones)
        else f"{n} sans manque certain"
    )


# ----------------------------------------------------------------------------------------------- sentences

NOTHING_PLANNED, NO_PLAN = "Rien n’est prévu pour y répondre", "Aucun plan n’est publié"


def plan_words(
    *, named: bool, has_plan: bool, is_everywhere: bool, is_own: bool, is_lacking: bool, is_all_done: bool
) -> tuple[str, str]:
    """Return the words in the place of the actions that name a zone, "" when some do, then the words
    beside them. is_everywhere, is_own: whether an action for the whole territory, or one of its own,
    answers its people without help on foot; is_lacking: whether it has some; is_all_done: nothing is to
    come of the actions that name it.

    >>> common = {"is_lacking": True, "is_all_done": False, "has_plan": True}
    >>> plan_words(named=False, is_everywhere=True, is_own=False, **common)
    ('Aucune action propre à ce secteur', 'une action couvre tout le territoire')
    >>> plan_words(named=True, is_everywhere=True, is_own=False, **common)
    ('', 'pour ce manque, une action couvre tout le territoire')
    >>> plan_words(named=True, is_everywhere=False, is_own=False, **common)
    ('', 'rien de prévu pour ce manque')
    """
    if not has_plan:
        return "Aucun plan publié", ""
    everywhere = "une action couvre tout le territoire"
    if not named:
        return ("Aucune action propre à ce secteur", everywhere) if is_everywhere else ("Rien de prévu", "")
    if is_own or not (is_everywhere or is_lacking):
        return "", ""
    if is_everywhere:
        return "", f"pour ce manque, {everywhere}"
    return "", f"rien {'d’autre ' if is_all_done else ''}de prévu pour ce manque"


def shared_places(by_zone: int, n_total: int) -> str:
    """Return why the places of the zones sum to more than those of the territory, "" when they do not.

    >>> shared_places(58, 51).endswith("58 zone par zone, 51 en tout."), shared_places(50, 51)
    (True, '')
    """
    if by_zone <= n_total:
        return ""
    return (
        "Un lieu itinérant, ou décrit par plusieurs fiches, compte dans chaque zone où il est, une seule fois"
        f" en tout : {number(by_zone)} zone par zone, {number(n_total)} en tout."
    )


def sentences(facts: Facts) -> list[Sentence]:
    """Return the first things to do, at most three: people who wait, places without a point, a gap that
    nothing answers, ends that nobody knows; then a plan without a pilot, sheets that nobody confirmed.
    Nothing is said of what is not told.
    """
    candidates = [make(facts) for make in SENTENCE_MAKERS]
    return [each for each in candidates if each is not None][:MOST_SENTENCES]


def _unanswered(facts: Facts) -> Sentence | None:
    if not facts.waiting:
        return None
    several = facts.waiting > 1
    oldest = f" La plus ancienne attend depuis {count(facts.oldest, 'jour')}." if facts.oldest else ""
    zones = (
        f"Dans {count(facts.waiting_zones, 'zone ou commune', 'zones ou communes')}."
        if facts.waiting_zones
        else ""
    )
    return Sentence(
        id="attente",
        topic="Orientation",
        strong=f"{count(facts.waiting, 'orientation')} {'attendent' if several else 'attend'} une réponse"
        " depuis plus d’une semaine.",
        rest=f"{zones}{oldest}".strip(),
        button="Voir qui appeler",
    )


def _gap(facts: Facts) -> Sentence | None:
    bare = [gap for gap in facts.gaps if not gap.planned and gap.is_sure]
    if not bare:
        return None
    worst = max(bare, key=lambda gap: (gap.low, gap.name))
    span = DASH in worst.about  # silent places leave a range, without a figure
    people = f"entre {_between(worst.about)}" if span else f"environ {worst.about}"
    margin = f"Entre {_between(worst.between)}. " if worst.between and not span else ""
    return Sentence(
        id="offre",
        topic="Offre, rien de prévu",
        strong=f"{worst.name} : {people} personnes en difficulté n’ont pas d’aide à portée.",
        rest=f"{margin}{NOTHING_PLANNED if facts.has_plan else NO_PLAN}.",
        button="Voir où ouvrir",
        zone=worst.code,
    )


def _between(bounds: str) -> str:
    """Return two printed bounds as a sentence says them."""
    low, _, high = bounds.partition(DASH)
    return f"{low.strip()} et {high.strip()}"


def _to_locate(facts: Facts) -> Sentence | None:
    first, _, how = facts.to_locate.partition(" : ")
    if not first:
        return None
    return Sentence(
        id="situer",
        topic="Offre",
        strong=f"{first}.",
        rest=how[:1].upper() + how[1:],
        button="Voir ces lieux",
    )


def _unknown(facts: Facts) -> Sentence | None:
    if not facts.unknown or not facts.helped:
        return None
    helped = "la seule orientation suivie d’une aide"
    if facts.helped > 1:
        helped = f"{number(facts.unknown)} des {number(facts.helped)} orientations suivies d’une aide"
    return Sentence(
        id="effet",
        topic="Effet",
        strong=f"Pour {helped}, on ne sait pas si la démarche a abouti.",
        rest="Venir ne prouve pas que le droit est ouvert.",
        button="Demander la suite",
    )


def _plan(facts: Facts) -> Sentence | None:
    if not facts.late and not facts.unpiloted:
        return None
    lacking = [
        f"{count(facts.late, 'action')} en retard" if facts.late else "",
        f"{count(facts.unpiloted, 'action')} sans pilote" if facts.unpiloted else "",
    ]
    return Sentence(
        id="plan",
        topic="Plan",
        strong=f"Dans le plan : {', '.join(filter(None, lacking))}.",
        rest=(
            "Une même action peut être les deux."
            if facts.late and facts.unpiloted
            else "Changez la date, ou dites ce qui retient."
            if facts.late
            else "Aucune action ne démarre sans pilote."
        ),
        button="Ouvrir le plan",
    )


def confirmed_words(confirmed: int, sheets: int) -> str:
    """Return how many sheets of places were deposited or confirmed lately, as a sentence.

    >>> confirmed_words(1, 3).endswith("de lieux a été déposée ou confirmée depuis 6 mois.")
    True
    """
    if sheets == 1:
        has = "a" if confirmed else "n’a pas"
        return f"La seule fiche de lieu {has} été déposée ou confirmée depuis 6 mois."
    of = f"des {count(sheets, 'fiche')} de lieux"
    if not confirmed:
        return f"Aucune {of} n’a été déposée ou confirmée depuis 6 mois."
    were = "ont été déposées ou confirmées" if confirmed > 1 else "a été déposée ou confirmée"
    return f"{number(confirmed)} {of} {were} depuis 6 mois."


def _sheets(facts: Facts) -> Sentence | None:
    if not facts.sheets or 2 * facts.confirmed >= facts.sheets:
        return None
    return Sentence(
        id="fiches",
        topic="Offre",
        strong=confirmed_words(facts.confirmed, facts.sheets),
        rest=f"On ne sait donc pas si {'ce lieu aide' if facts.sheets == 1 else 'ces lieux aident'} encore.",
        button="Voir les lieux",
    )


def _silence(facts: Facts) -> Sentence | None:
    if facts.active:
        return None
    return Sentence(
        id="silence",
        topic="Orientation, action, effet",
        strong="Aucun lieu de ce territoire n’a encore rien noté dans Maillage.",
        rest="Le suivi n’est pas renseigné : ce n’est pas un zéro.",
        button="Faire entrer une structure",
    )


SENTENCE_MAKERS: Sequence[Callable[[Facts], Sentence | None]] = (
    *(_unanswered, _to_locate, _gap, _unknown, _silence, _plan, _sheets),
)
