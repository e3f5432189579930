"""Which places suit a person, in points whose reasons are read: what each criterion answers, and what leaves
a place out.

The points are those of `reference/orientation.yaml`. Source: docs/methods/orienter.md
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from babel import Locale

from maillage.kernel.names import plain
from maillage.reference import offer, orientation
from maillage.reference.orientation import Answer
from maillage.words import opening
from maillage.words.wording import listing, lower_first

FOR, WITH, LEARN = "for", "with", "learn"
HELP = {FOR: "faire à la place", WITH: "faire avec", LEARN: "apprendre"}
LACKS = {
    "email": "une adresse e-mail",
    "sms": "un téléphone qui reçoit des codes",
    "account": "un compte",
    "card": "une carte",
    "identity": "une pièce d’identité",
}
WHEELCHAIR = "motor"
FOREIGN = "languages"
LEVELS = ("beginner", "intermediate", "advanced")
CALL = "appelez"
RECENT = 4  # stitches of a sheet said true lately


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Need of a person, as far as declared: an empty field is not required.

    need: a practice of the offer; result: that of the diagnosis, which says what to look for when nobody
        does.
    help: for, with or learn; level: of `niveaux`; publics: of `publics_specifiquement_adresses`; language: a
        code (`ar`) or a
    name (“Arabe”). minutes: on foot, 0 for any. adaptations: of `prise_en_charge_specifique`. days: those the
    person is free,
    Monday 0. urgent_before: the last day that will do. lacks: what the person has not, of LACKS. sent: by a
    professional.
    """

    need: str = ""
    result: str = ""
    help: str = ""
    level: str = ""
    publics: tuple[str, ...] = ()
    language: str = ""
    minutes: int = 30
    free: bool = False
    wheelchair: bool = False
    adaptations: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    urgent_before: date | None = None
    lacks: tuple[str, ...] = ()
    sent: bool = False

    @property
    def cares(self) -> frozenset[str]:
        return frozenset(self.adaptations) | ({WHEELCHAIR} if self.wheelchair else frozenset())

    @property
    def spoken(self) -> str:
        """The language as sheets write it; '' for French, which every place speaks."""
        name = str(Locale("fr").languages.get(self.language, self.language)).strip()
        return "" if plain(name) in ("", "fr", "francais") else f"{name[:1].upper()}{name[1:]}"


def completed(wanted: Wanted) -> Wanted:
    """Return the need, completed with the advice of the diagnosis where nobody chose."""
    advice = orientation.advice().get(wanted.result)
    if advice is None:
        return wanted
    return replace(wanted, need=wanted.need or advice.need, help=wanted.help or advice.help)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Declarations of a place's sheet, for one need; empty where it declares nothing.

    state: of the practice (offered, planned, ended, denied), '' when the place says nothing of it; said: by
        the place itself.
    ways: alone, person, group, remote; instead: somebody does it for the person; teaches: there are courses.
        kept_for: the only
    publics, welcomes: those a welcome is prepared for. walk: minutes on foot, and in words, None when its
        point is not known; from_point:
    when the search starts from a point. opens: the next opening, local time; weekdays: days it opens.
    closed_until: of a closure now.
    full: since when, in words; full_for: for this need alone. stitches: how lately the sheet was said true (0
        to 4).
    only_sent, sent: takes none but people sent by a professional, takes them.
    """

    state: str = ""
    said: bool = True
    ways: frozenset[str] = frozenset()
    instead: bool = False
    teaches: bool = False
    kept_for: frozenset[str] = frozenset()
    welcomes: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    cares: frozenset[str] = frozenset()
    barriers: frozenset[str] = frozenset()
    prices: frozenset[str] = frozenset()
    price: str = ""
    walk: float | None = None
    walk_words: str = ""
    from_point: bool = True
    opens: datetime | None = None
    weekdays: frozenset[int] | None = None
    hours_told: str = ""
    closed_until: date | None = None
    walk_in: bool = False
    full: str = ""
    full_for: bool = False
    stitches: int = 0
    fresh: str = ""
    sent: bool = False
    only_sent: bool = False
    no_public: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Answer of one criterion for a place: good, fair, unsaid (to be asked) or bad, and why in words."""

    criterion: str
    answer: Answer
    words: str

    @property
    def points(self) -> int:
        return orientation.criteria()[self.criterion].points[self.answer]

    @property
    def most(self) -> int:
        return orientation.criteria()[self.criterion].most


@dataclass(frozen=True, slots=True)
class Why:
    """The reason why a place is excluded. reason: of LEFT_OUT; ask: a call may change it."""

    reason: str
    words: str
    ask: bool = field(default=False)


LEFT_OUT = {
    "full": "complet",
    "closed": "fermé pour un temps",
    "ended": "fini",
    "planned": "pas encore ouvert",
    "denied": "dit ne pas le proposer",
    "public": "pas pour ce public",
    "reserved": "reçoit sur orientation seulement",
    "barrier": "demande ce que la personne n’a pas",
    "price": "payant",
    "far": "trop loin",
    "no_public": "ne reçoit pas de public",
    "silent": "ne dit rien de ce besoin",
}


NOT_OFFERED = {
    "planned": "Pas encore : c’est un projet",
    "ended": "N’en propose plus",
    "denied": "Dit ne pas le proposer",
}


def why_not(wanted: Wanted, known: Known, on: date) -> Why | None:
    """Return the first reason to exclude a place, if any; silence excludes on the practice alone."""
    if known.no_public:
        return Why("no_public", "Ce lieu n’accueille pas de public")
    if known.state in NOT_OFFERED:
        return Why(known.state, NOT_OFFERED[known.state])
    if known.state != "offered":
        return Why("silent", f"Ne dit rien de ce besoin : {CALL}", ask=True)
    if known.full:
        return Why("full", known.full)
    if known.full_for:
        return Why("full", "Complet pour cette aide", ask=True)
    if known.closed_until and _shut(wanted, known.closed_until, on):
        return Why("closed", f"Fermé jusqu’au {_day(known.closed_until, on)}")
    if wanted.publics and known.kept_for and not known.kept_for & set(wanted.publics):
        return Why("public", f"Réservé : {_names('publics_specifiquement_adresses', known.kept_for)}")
    if known.only_sent and not wanted.sent:
        return Why("reserved", "Il faut être envoyé par un professionnel", ask=True)
    if missing := [words for slug, words in LACKS.items() if slug in known.barriers and slug in wanted.lacks]:
        return Why("barrier", f"Demande {listing(missing)}")
    if wanted.free and known.prices == {"paid"}:
        return Why("price", "Payant")
    if wanted.minutes and known.walk is not None and rounded_minutes(known.walk) > wanted.minutes:
        return Why("far", f"Trop loin : {known.walk_words} à pied")
    return None


def _shut(wanted: Wanted, until: date, on: date) -> bool:
    """Return True if a closure lasts too long, or beyond the day that counts."""
    late = wanted.urgent_before is not None and until >= wanted.urgent_before
    return late or (until - on).days >= orientation.longest_closure()


# ----------------------------------------------------------------------------------------------------- points


def reasons(wanted: Wanted, known: Known, at: datetime) -> list[Reason]:
    """Return the answer of each relevant criterion at a moment (local, naive), in display order."""
    answers = ((id, CRITERIA[id](wanted, known, at)) for id in orientation.criteria())
    return [Reason(id, *answer) for id, answer in answers if answer is not None]


def total(reasons: Sequence[Reason]) -> int:
    return sum(reason.points for reason in reasons)


Told = tuple[Answer, str] | None


def _need(wanted: Wanted, known: Known, at: datetime) -> Told:
    label = lower_first(offer.practices()[wanted.need].label) if wanted.need in offer.practices() else ""
    if not label:
        return None
    return ("good", f"On y trouve : {label}") if known.said else ("fair", f"D’après ses services : {label}")


def _help(wanted: Wanted, known: Known, at: datetime) -> Told:
    if wanted.help not in HELP:
        return None
    somebody, group = "person" in known.ways, "group" in known.ways
    ways: dict[str, tuple[tuple[bool, Answer, str], ...]] = {  # of each help, the best first
        FOR: (
            (known.instead, "good", "Quelqu’un peut faire à la place de la personne"),
            (somebody, "fair", "Quelqu’un à côté : demandez s’il peut faire à sa place"),
        ),
        WITH: (
            (somebody, "good", "Quelqu’un à côté de la personne"),
            (group, "fair", "En groupe, avec quelqu’un"),
        ),
        LEARN: (
            (known.teaches, "good", "On y apprend"),
            (somebody or group, "fair", "Quelqu’un à côté, sans cours annoncé"),
        ),
    }
    for is_there, answer, words in ways[wanted.help]:
        if is_there:
            return answer, words
    if known.ways == {"alone"}:
        return "bad", "On y est seul"
    if known.ways and wanted.help == FOR:
        return "bad", "On y fait soi-même"
    return "unsaid", f"Ne dit pas comment on y aide : {CALL}"


def _distance(wanted: Wanted, known: Known, at: datetime) -> Told:
    if not known.from_point:
        return None
    if known.walk is None:
        return "unsaid", f"On ne sait pas où exactement : {CALL}"
    near, fair = orientation.walk()
    minutes = rounded_minutes(known.walk)
    answer: Answer = "good" if minutes <= near else "fair" if minutes <= fair else "bad"
    return answer, f"{known.walk_words} à pied, environ"


def _soon(wanted: Wanted, known: Known, at: datetime) -> Told:
    if known.opens is None:
        hours = known.hours_told or "Horaires inconnus"
        return "unsaid", f"{hours} : {CALL}"
    days = (known.opens.date() - at.date()).days
    words = "Ouvert maintenant" if known.opens <= at else f"Ouvre {_when(known.opens, at)}"
    if wanted.urgent_before is not None:
        late = known.opens.date() > wanted.urgent_before
        return ("bad", f"{words}, après la date") if late else ("good", f"{words}, avant la date")
    near, fair = orientation.soon()
    return "good" if days <= near else "fair" if days <= fair else "bad", words


def _language(wanted: Wanted, known: Known, at: datetime) -> Told:
    spoken = wanted.spoken
    if not spoken:
        return None
    if plain(spoken) in map(plain, known.languages) or (
        plain(spoken) == "anglais" and "english" in known.cares
    ):
        return "good", f"On y parle : {lower_first(spoken)}"
    if FOREIGN in known.cares:
        return "fair", f"On y parle d’autres langues : demandez pour {_article(spoken)}"
    if known.languages:
        return "bad", f"On y parle : {listing([lower_first(each) for each in known.languages])}"
    return "unsaid", f"Ne dit pas les langues parlées : {CALL}"


def _room(wanted: Wanted, known: Known, at: datetime) -> Told:
    if known.walk_in:
        return "good", "On entre sans rendez-vous"
    if known.stitches == RECENT:
        return "fair", "Fiche récente, pas signalé complet"
    return "unsaid", f"Ne dit pas s’il reste de la place : {CALL}"


def _public(wanted: Wanted, known: Known, at: datetime) -> Told:
    if not wanted.publics:
        return None
    if common_publics := set(wanted.publics) & (known.kept_for | known.welcomes):
        return "good", f"Un accueil est prévu : {_names('publics_specifiquement_adresses', common_publics)}"
    if known.welcomes:
        welcomes = _names("publics_specifiquement_adresses", known.welcomes)
        return "unsaid", f"Un accueil est prévu pour d’autres ({welcomes}) : {CALL}"
    return "fair", "Ouvert à tous, sans accueil particulier annoncé"


def _level(wanted: Wanted, known: Known, at: datetime) -> Told:
    if wanted.level not in LEVELS:
        return None
    if not known.levels:
        return "unsaid", f"Ne dit pas le niveau : {CALL}"
    words = _names("niveaux", known.levels)
    if wanted.level in known.levels:
        return "good", words
    near = min(
        abs(LEVELS.index(wanted.level) - LEVELS.index(level)) for level in known.levels if level in LEVELS
    )
    return ("fair", f"{words} : demandez") if near == 1 else ("bad", words)


def _price(wanted: Wanted, known: Known, at: datetime) -> Told:
    if not known.prices:
        return "unsaid", f"Ne dit pas si c’est gratuit : {CALL}"
    answer: Answer = "good" if known.prices == {"free"} else "bad" if known.prices == {"paid"} else "fair"
    return answer, known.price


def _adapted(wanted: Wanted, known: Known, at: datetime) -> Told:
    if not wanted.cares:
        return None
    offered_cares, missing = wanted.cares & known.cares, wanted.cares - known.cares
    if not missing:
        return "good", _care(offered_cares)
    if offered_cares:
        return "fair", f"{_care(offered_cares)} ; ne dit rien du reste : {CALL}"
    return "unsaid", f"Ne dit pas si l’accueil est adapté : {CALL}"


def _days(wanted: Wanted, known: Known, at: datetime) -> Told:
    if not wanted.days:
        return None
    if known.weekdays is None:
        return "unsaid", f"Jours d’ouverture inconnus : {CALL}"
    common = sorted(set(wanted.days) & known.weekdays)
    if not common:
        return "bad", "Fermé les jours où la personne est libre"
    names = listing([lower_first(opening.DAYS[day]) for day in common])
    return ("good" if len(common) > 1 or len(wanted.days) == 1 else "fair"), f"Ouvert le {names}"


def _fresh(wanted: Wanted, known: Known, at: datetime) -> Told:
    answers: dict[int, Answer] = {4: "good", 3: "fair", 2: "fair", 1: "bad"}
    words = known.fresh or "date inconnue"
    return answers.get(known.stitches, "unsaid"), f"Fiche : {words}"


def _sent(wanted: Wanted, known: Known, at: datetime) -> Told:
    if not wanted.sent:
        return None
    if known.sent:
        return "good", "Reçoit les personnes envoyées par un professionnel"
    return "unsaid", f"Ne dit pas s’il reçoit sur orientation : {CALL}"


CRITERIA: dict[str, Callable[[Wanted, Known, datetime], Told]] = {
    "need": _need,
    "help": _help,
    "distance": _distance,
    "soon": _soon,
    "language": _language,
    "room": _room,
    "public": _public,
    "level": _level,
    "price": _price,
    "adapted": _adapted,
    "days": _days,
    "fresh": _fresh,
    "sent": _sent,
}


# ------------------------------------------------------------------------------------------------------ words


def rounded_minutes(minutes: float) -> int:
    """Return minutes as they are told: by five beyond twenty, since all of it is about.

    >>> rounded_minutes(12.6), rounded_minutes(31)
    (13, 30)
    """
    return max(round(minutes), 1) if minutes < 20 else round(minutes / 5) * 5


def _when(moment: datetime, at: datetime) -> str:
    """Return a moment to come as it is said."""
    days = (moment.date() - at.date()).days
    day = f"le {_day(moment.date(), at.date())}"
    if days < 7:
        near = {0: "aujourd’hui", 1: "demain"}
        day = near.get(days) or lower_first(opening.DAYS[moment.weekday()])
    return f"{day} à {opening.clock(moment)}"


def _day(day: date, on: date) -> str:
    """Return a date without its year when it is that of today."""
    text = opening.date_text(day)
    return text.removesuffix(f" {on.year}") if day.year == on.year else text


def _article(language: str) -> str:
    name = lower_first(language)
    return f"l’{name}" if plain(name)[:1] in "aeiouh" else f"le {name}"


def _care(slugs: frozenset[str]) -> str:
    return f"Accueil adapté : {_names('prise_en_charge_specifique', slugs)}"


def _names(list_id: str, slugs: Sequence[str] | set[str] | frozenset[str]) -> str:
    values = offer.lists()[list_id].values
    labels = [values[slug].plain for slug in values if slug in slugs]
    first = 1 if list_id == "niveaux" else 0  # a level begins its sentence
    return listing([*labels[:first], *map(lower_first, labels[first:])])
