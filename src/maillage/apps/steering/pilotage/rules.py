"""Rules of the loop of a territory, whatever stores it: publishable counts, order of the zones, opening
sentences.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

from maillage.statistics.engine import small_counts
from maillage.words.wording import DASH, count, listing, lower_first, number

MOST_SENTENCES = 3
SORTS: Mapping[str, str] = {
    "personnes": "Nombre de personnes",
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
    it; is_missing: nothing is noted, rather than too little to be told. base: among how many. least: the
    smallest count told, 0 for invented people, who are counted one by one.
    """

    value: int | None
    universe: str
    why: str = ""
    is_missing: bool = False
    base: int | None = None
    details: tuple[Detail, ...] = ()
    least: int = 0

    @property
    def bound(self) -> str:
        """The words before each of its counts, which go by whole batches: « au moins »."""
        return "au moins" if self.least else ""

    @property
    def has_content(self) -> bool:
        """Return True if it tells something: a count, a detail, or that few are withheld."""
        return not self.is_missing or bool(self.published)

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
    it has none; is_lacking: whether that gap is certain; town_need: the need of its whole commune, where
    several zones make it up.
    """

    name: str
    need: float | None
    without: float | None
    unanswered: int
    unknown: int
    planned: bool
    gap_rank: int | None = None
    is_lacking: bool = False
    town_need: float | None = None


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
    """Facts of the sentences. unanswered, oldest: referrals unanswered, and days of the oldest;
    helped, unknown: people helped, and those of whom nobody knows the end; None: not told. late, unpiloted:
    actions of the plan; sheets, recent: of the directory, ages: how old they are, in a sentence;
    to_locate: the sentence that asks to locate places first, "" where most are; listed: how many communes
    have a known place, where the directory lists a part of the territory only, "" where it lists it all;
    active: whether anything at all was noted; has_plan: whether there is a plan to be read.
    """

    unanswered: int | None = None
    unanswered_zones: int = 0
    oldest: int | None = None
    gaps: Sequence[Gap] = ()
    helped: int | None = None
    unknown: int | None = None
    late: int = 0
    unpiloted: int = 0
    sheets: int = 0
    recent: int = 0
    ages: str = ""
    to_locate: str = ""
    listed: str = ""
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
    cells: Cells = [_alone(row, least) if least else list(row) for row in rows]
    columns = ([n for n in column if n is not None] for column in zip(*cells, strict=True))
    return cells, [sum(published) if published else None for published in columns]


def _alone(row: Sequence[int], least: int) -> list[int | None]:
    filled = [k for k, n in enumerate(row) if n]  # what nobody is in gives nobody away
    is_published = dict(
        zip(filled, small_counts.one_way([row[k] for k in filled], least, lowest=1), strict=True)
    )
    return [n if is_published.get(k) else None for k, n in enumerate(row)]


def why_not(n: int, least: int, things: str) -> str:
    """Return why a count is not told, "" when it is. n: what is noted in the whole territory.

    >>> why_not(0, 11, "orientation")
    'Aucune orientation notée ici en douze mois.'
    >>> why_not(30, 11, "orientation")
    'Masqué : moins de 11 ici.'
    """
    if n and least:
        return f"Masqué : moins de {least} ici."
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


COLUMNS: Mapping[str, str] = {
    "orientation": "orientation",
    "action": "action",
    "effet": "effet",
}  # of what is noted, in the order of the table
NOTED_NOWHERE = "rien n’est noté ici en douze mois, et ce n’est pas un zéro"


def empty_words(columns: Collection[str], no_offer: str, *, has_counts: bool = False) -> str:
    """Return the sentence on the columns that a table leaves out, "" when it has them all. columns: those
    where a row tells something; no_offer: why none tells of places; has_counts: whether an action of the plan
    has a number of its own, beside it.

    >>> empty_words({"offre", "orientation", "action"}, "aucun lieu").partition(" : ")[2][:26]
    'effet (rien n’est noté ici'
    >>> empty_words({"offre", "orientation", "action"}, "", has_counts=True).partition(" : ")[2]
    'effet (compté avec les actions du plan).'
    >>> empty_words({"offre", *COLUMNS}, "")
    ''
    """
    is_beside = has_counts and "effet" not in columns
    noted = [words for name, words in COLUMNS.items() if name not in columns]
    noted = [words for words in noted if not (is_beside and words == COLUMNS["effet"])]
    reasons = [
        *([f"offre ({no_offer})"] if "offre" not in columns else []),
        *([f"{listing(noted)} ({NOTED_NOWHERE})"] if noted else []),
        *(["effet (compté avec les actions du plan)"] if is_beside else []),
    ]
    if not reasons:
        return ""
    return f"Colonnes sans une seule valeur, absentes du tableau : {' ; '.join(reasons)}."


# --------------------------------------------------------------------------------------------- worst first


def order(of: Standing, sort: str) -> tuple[object, ...]:
    """Return the sort key of the zones of a loop, the worst first: in the order of the gaps of the territory,
    then of people without help within reach; zones of which nothing is known come last. By number of people,
    the quarters of a town stand where it would, all of them together.
    """
    ranked = (of.gap_rank is None, of.gap_rank or 0)
    gap = (*ranked, of.without is None, -(of.without or 0.0), -(of.need or 0.0), of.name)
    town = of.need if of.town_need is None else of.town_need
    keys: Mapping[str, tuple[object, ...]] = {
        "personnes": (town is None, -(town or 0.0), *gap),
        "attente": (-of.unanswered, *gap),
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


def sheets_words(n_sheets: int, n_places: int, n_doubles: int) -> str:
    """Return the link between the sheets of the directory and the places of a study, "" for as many of both.
    n_doubles: sheets that describe the place of another one.

    >>> sheets_words(45, 44, 1).replace("\xa0", " "), sheets_words(44, 44, 0)
    ('45 fiches, 44 lieux : 1 doublon réuni.', '')
    """
    if n_sheets == n_places:
        return ""
    sheets, places = count(n_sheets, "fiche"), count(n_places, "lieu", "lieux")
    if n_doubles and n_sheets - n_doubles == n_places:
        return f"{sheets}, {places} : {count(n_doubles, 'doublon réuni', 'doublons réunis')}."
    return (
        f"Ces fiches sont celles de l’annuaire aujourd’hui ; l’étude compte {places}, réunis et placés le"
        " jour de son calcul."
    )


def places_words(n: int, n_helping: int, n_silent: int) -> str:
    """Return words on help with procedures in the places of a zone, after their count; "" without any.

    >>> places_words(1, 0, 0), places_words(4, 3, 1), places_words(2, 0, 2)
    ('n’aide pas aux démarches', '3 aident aux démarches, 1 ne dit pas ce qu’il propose', \
'2 ne disent pas ce qu’ils proposent')
    >>> places_words(3, 0, 0), places_words(0, 0, 0)
    ('aucun n’aide aux démarches', '')
    """
    if not n:
        return ""
    parts = (
        f"{n_helping} {'aide' if n_helping == 1 else 'aident'} aux démarches" if n_helping else "",
        silent_words(n_silent),
    )
    none_helps = "n’aide pas aux démarches" if n == 1 else "aucun n’aide aux démarches"
    return ", ".join(filter(None, parts)) or none_helps


def silent_words(n: int) -> str:
    """Return how many places do not say what they offer, "" for none."""
    if not n:
        return ""
    return f"{n} ne dit pas ce qu’il propose" if n == 1 else f"{n} ne disent pas ce qu’ils proposent"


NO_OWN_ACTION = "Aucune action propre à ce secteur"
NOTHING_PLANNED, NO_PLAN = "Rien n’est prévu pour y répondre", "Aucun plan n’est publié"


def plan_words(
    *,
    named: bool,
    has_plan: bool,
    is_everywhere: bool,
    is_own: bool,
    is_lacking: bool,
    is_all_done: bool,
    is_covered: bool = False,
) -> tuple[str, str]:
    """Return the words in the place of the actions that name a zone, "" when some do, then the words
    beside them. is_everywhere, is_own: whether an action for the whole territory, or one of its own,
    answers its people without help on foot; is_lacking: whether it has some; is_all_done: nothing is to
    come of the actions that name it; is_covered: whether any action is for the whole territory.

    >>> common = {"is_lacking": True, "is_all_done": False, "has_plan": True}
    >>> plan_words(named=False, is_everywhere=True, is_own=False, **common)
    ('Aucune action propre à ce secteur', 'une action couvre tout le territoire')
    >>> plan_words(named=True, is_everywhere=True, is_own=False, **common)
    ('', 'pour ce manque, une action couvre tout le territoire')
    >>> plan_words(named=True, is_everywhere=False, is_own=False, **common)
    ('', 'rien de prévu pour ce manque')
    >>> plan_words(named=False, is_everywhere=False, is_own=False, is_covered=True, **common)
    ('Aucune action propre à ce secteur', 'voir celles de tout le territoire')
    """
    if not has_plan:
        return "Aucun plan publié", ""
    everywhere = "une action couvre tout le territoire"
    if not named and is_covered and not is_everywhere:
        return NO_OWN_ACTION, "voir celles de tout le territoire"
    if not named:
        return (NO_OWN_ACTION, everywhere) if is_everywhere else ("Rien de prévu", "")
    if is_own or not (is_everywhere or is_lacking):
        return "", ""
    if is_everywhere:
        return "", f"pour ce manque, {everywhere}"
    return "", f"rien {'d’autre ' if is_all_done else ''}de prévu pour ce manque"


def listed_words(n_listed: int, n_unlisted: int, n_communes: int) -> str:
    """Return how many communes have a known place, where at least half stand in intercommunalities of which
    none is known; "" elsewhere.

    >>> listed_words(4, 6, 10).replace("\xa0", " "), listed_words(4, 4, 10)
    ('4 communes sur 10', '')
    """
    if 2 * n_unlisted < n_communes:
        return ""
    return f"{count(n_listed, 'commune')} sur {number(n_communes)}"


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
    nothing answers, ends that nobody knows; then a plan without a pilot, sheets that are old.
    Nothing is said of what is not told.
    """
    candidates = [make(facts) for make in SENTENCE_MAKERS]
    return [each for each in candidates if each is not None][:MOST_SENTENCES]


def _unanswered(facts: Facts) -> Sentence | None:
    if not facts.unanswered:
        return None
    several = facts.unanswered > 1
    oldest = f" La plus ancienne attend depuis {count(facts.oldest, 'jour')}." if facts.oldest else ""
    zones = (
        f"Dans {count(facts.unanswered_zones, 'zone ou commune', 'zones ou communes')}."
        if facts.unanswered_zones
        else ""
    )
    return Sentence(
        id="attente",
        topic="Orientation",
        strong=f"{count(facts.unanswered, 'orientation')} {'attendent' if several else 'attend'} une réponse"
        " depuis plus d’une semaine.",
        rest=f"{zones}{oldest}".strip(),
        button="Voir qui appeler",
    )


def _to_list(facts: Facts) -> Sentence | None:
    if not facts.listed:
        return None
    return Sentence(
        id="recenser",
        topic="Offre",
        strong=f"Des lieux ne sont connus que dans {facts.listed}.",
        rest="Ailleurs, rien ne dit si l’aide manque : recensez d’abord les lieux.",
        button="Recenser les lieux",
    )


def _gap(facts: Facts) -> Sentence | None:
    if facts.listed:
        return None
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


def _sheets(facts: Facts) -> Sentence | None:
    if not facts.sheets or 2 * facts.recent >= facts.sheets:
        return None
    return Sentence(
        id="fiches",
        topic="Offre",
        strong=facts.ages,
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
    *(_unanswered, _to_locate, _to_list, _gap, _unknown, _silence, _plan, _sheets),
)
