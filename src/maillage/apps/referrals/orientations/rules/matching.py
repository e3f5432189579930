"""The suitability of places for a person, in points whose reasons are read: what each criterion answers, and
what leaves a place out.

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
class PersonNeed:
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


def completed(person_need: PersonNeed) -> PersonNeed:
    """Return the need, completed with the advice of the diagnosis where nobody chose."""
    advice = orientation.advice().get(person_need.result)
    if advice is None:
        return person_need
    return replace(person_need, need=person_need.need or advice.need, help=person_need.help or advice.help)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOffer:
    """Declarations of a place's sheet, for one need; empty where it declares nothing.

    state: of the practice (offered, planned, ended, denied), '' when the place says nothing of it;
        is_declared: by the place itself.
    ways: alone, person, group, remote; instead: somebody does it for the person; teaches: there are courses.
        reserved_for: the only
    publics, welcomes: those a welcome is prepared for. walk: minutes on foot, and in words, None when its
        point is not known; from_point:
    when the search starts from a point. opens: the next opening, local time; weekdays: days it opens.
    closed_until: of a closure now.
    full: since when, in words; full_for: for this need alone. stitches: how lately the sheet was said true (0
        to 4); old: so long ago that all it says is to be checked.
    only_sent, sent: takes none but people sent by a professional, takes them.
    """

    state: str = ""
    is_declared: bool = True
    ways: frozenset[str] = frozenset()
    instead: bool = False
    teaches: bool = False
    reserved_for: frozenset[str] = frozenset()
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
    hours_text: str = ""
    closed_until: date | None = None
    walk_in: bool = False
    full: str = ""
    full_for: bool = False
    stitches: int = 0
    old: bool = False
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

    @property
    def side(self) -> str:
        """The side that a page puts it on: yes, no or unknown. No walk is against a place: one beyond the
        minutes asked leaves it out.
        """
        is_against = self.answer == "bad" and self.criterion != "distance"
        return "no" if is_against else "unknown" if self.answer == "unsaid" else "yes"


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


def why_not(person_need: PersonNeed, place_offer: PlaceOffer, on: date) -> Why | None:
    """Return the first reason to exclude a place, if any; silence excludes on the practice alone."""
    if place_offer.no_public:
        return Why("no_public", "Ce lieu n’accueille pas de public")
    if place_offer.state in NOT_OFFERED:
        return Why(place_offer.state, NOT_OFFERED[place_offer.state])
    if place_offer.state != "offered":
        return Why("silent", f"Ne dit rien de ce besoin : {CALL}", ask=True)
    if place_offer.full:
        return Why("full", place_offer.full)
    if place_offer.full_for:
        return Why("full", "Complet pour cette aide", ask=True)
    if place_offer.closed_until and _shut(person_need, place_offer.closed_until, on):
        return Why("closed", f"Fermé jusqu’au {_day(place_offer.closed_until, on)}")
    if (
        person_need.publics
        and place_offer.reserved_for
        and not place_offer.reserved_for & set(person_need.publics)
    ):
        return Why(
            "public", f"Réservé : {_names('publics_specifiquement_adresses', place_offer.reserved_for)}"
        )
    if place_offer.only_sent and not person_need.sent:
        return Why("reserved", "Il faut être envoyé par un professionnel", ask=True)
    if missing := [
        words for slug, words in LACKS.items() if slug in place_offer.barriers and slug in person_need.lacks
    ]:
        return Why("barrier", f"Demande {listing(missing)}")
    if person_need.free and place_offer.prices == {"paid"}:
        return Why("price", "Payant")
    if (
        person_need.minutes
        and place_offer.walk is not None
        and rounded_minutes(place_offer.walk) > person_need.minutes
    ):
        return Why("far", f"Trop loin : {place_offer.walk_words}")
    return None


def _shut(person_need: PersonNeed, until: date, on: date) -> bool:
    """Return True if a closure lasts too long, or beyond the day that counts."""
    late = person_need.urgent_before is not None and until >= person_need.urgent_before
    return late or (until - on).days >= orientation.longest_closure()


# ----------------------------------------------------------------------------------------------------- points


def reasons(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> list[Reason]:
    """Return the answer of each relevant criterion at a moment (local, naive), in display order. What an old
    sheet says suits in part at best; how far its place is does not age.
    """
    answers = ((id, CRITERIA[id](person_need, place_offer, at)) for id in orientation.criteria())
    reasons = [Reason(id, *answer) for id, answer in answers if answer is not None]
    if not place_offer.old:
        return reasons
    return [replace(each, answer=orientation.aged(each.criterion, each.answer)) for each in reasons]


def total(reasons: Sequence[Reason]) -> int:
    return sum(reason.points for reason in reasons)


Verdict = tuple[Answer, str] | None


def _need_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    label = (
        lower_first(offer.practices()[person_need.need].label)
        if person_need.need in offer.practices()
        else ""
    )
    if not label:
        return None
    return (
        ("good", f"On y trouve : {label}")
        if place_offer.is_declared
        else ("fair", f"D’après ses services : {label}")
    )


def _help_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if person_need.help not in HELP:
        return None
    somebody, group = "person" in place_offer.ways, "group" in place_offer.ways
    ways: dict[str, tuple[tuple[bool, Answer, str], ...]] = {  # of each help, the best first
        FOR: (
            (place_offer.instead, "good", "Quelqu’un peut faire à la place de la personne"),
            (somebody, "fair", "Quelqu’un à côté : demandez s’il peut faire à sa place"),
        ),
        WITH: (
            (somebody, "good", "Quelqu’un à côté de la personne"),
            (group, "fair", "En groupe, avec quelqu’un"),
        ),
        LEARN: (
            (place_offer.teaches, "good", "On y apprend"),
            (somebody or group, "fair", "Quelqu’un à côté, sans cours annoncé"),
        ),
    }
    for is_there, answer, words in ways[person_need.help]:
        if is_there:
            return answer, words
    if place_offer.ways == {"alone"}:
        return "bad", "On y est seul"
    if place_offer.ways and person_need.help == FOR:
        return "bad", "On y fait soi-même"
    return "unsaid", f"Ne dit pas comment on y aide : {CALL}"


def _distance_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if not place_offer.from_point:
        return None
    if place_offer.walk is None:
        return "unsaid", f"On ne sait pas où exactement : {CALL}"
    answer = orientation.distance_answer(rounded_minutes(place_offer.walk))
    return answer, f"{place_offer.walk_words}, environ"


def _soon_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if place_offer.opens is None:
        hours = place_offer.hours_text or "Horaires inconnus"
        return "unsaid", f"{hours} : {CALL}"
    days = (place_offer.opens.date() - at.date()).days
    words = "Ouvert maintenant" if place_offer.opens <= at else f"Ouvre {_when(place_offer.opens, at)}"
    if person_need.urgent_before is not None:
        late = place_offer.opens.date() > person_need.urgent_before
        return ("bad", f"{words}, après la date") if late else ("good", f"{words}, avant la date")
    return orientation.opening_answer(days), words


def _language_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    spoken = person_need.spoken
    if not spoken:
        return None
    if plain(spoken) in map(plain, place_offer.languages) or (
        plain(spoken) == "anglais" and "english" in place_offer.cares
    ):
        return "good", f"On y parle : {lower_first(spoken)}"
    if FOREIGN in place_offer.cares:
        return "fair", f"On y parle d’autres langues : demandez pour {_article(spoken)}"
    if place_offer.languages:
        return "bad", f"On y parle : {listing([lower_first(each) for each in place_offer.languages])}"
    return "unsaid", f"Ne dit pas les langues parlées : {CALL}"


def _room_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if place_offer.walk_in:
        return "good", "On entre sans rendez-vous"
    if place_offer.stitches == RECENT:
        return "fair", "Fiche récente, pas signalé complet"
    return "unsaid", f"Ne dit pas s’il reste de la place : {CALL}"


def _public_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if not person_need.publics:
        return None
    if common_publics := set(person_need.publics) & (place_offer.reserved_for | place_offer.welcomes):
        return "good", f"Un accueil est prévu : {_names('publics_specifiquement_adresses', common_publics)}"
    if place_offer.welcomes:
        welcomes = _names("publics_specifiquement_adresses", place_offer.welcomes)
        return "unsaid", f"Un accueil est prévu pour d’autres ({welcomes}) : {CALL}"
    return "fair", "Ouvert à tous, sans accueil particulier annoncé"


def _level_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if person_need.level not in LEVELS:
        return None
    if not place_offer.levels:
        return "unsaid", f"Ne dit pas le niveau : {CALL}"
    words = _names("niveaux", place_offer.levels)
    if person_need.level in place_offer.levels:
        return "good", words
    near = min(
        abs(LEVELS.index(person_need.level) - LEVELS.index(level))
        for level in place_offer.levels
        if level in LEVELS
    )
    return ("fair", f"{words} : demandez") if near == 1 else ("bad", words)


def _price_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if not place_offer.prices:
        return "unsaid", f"Ne dit pas si c’est gratuit : {CALL}"
    answer: Answer = (
        "good" if place_offer.prices == {"free"} else "bad" if place_offer.prices == {"paid"} else "fair"
    )
    return answer, place_offer.price


def _adapted_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if not person_need.cares:
        return None
    offered_cares, missing = person_need.cares & place_offer.cares, person_need.cares - place_offer.cares
    if not missing:
        return "good", _care(offered_cares)
    if offered_cares:
        return "fair", f"{_care(offered_cares)} ; ne dit rien du reste : {CALL}"
    return "unsaid", f"Ne dit pas si l’accueil est adapté : {CALL}"


def _days_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if not person_need.days:
        return None
    if place_offer.weekdays is None:
        return "unsaid", f"Jours d’ouverture inconnus : {CALL}"
    common = sorted(set(person_need.days) & place_offer.weekdays)
    if not common:
        return "bad", "Fermé les jours où la personne est libre"
    names = listing([lower_first(opening.DAYS[day]) for day in common])
    return ("good" if len(common) > 1 or len(person_need.days) == 1 else "fair"), f"Ouvert le {names}"


def _fresh_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    return orientation.freshness_answer(
        place_offer.stitches
    ), f"Lieu : {place_offer.fresh or 'date inconnue'}"


def _sent_verdict(person_need: PersonNeed, place_offer: PlaceOffer, at: datetime) -> Verdict:
    if not person_need.sent:
        return None
    if place_offer.sent:
        return "good", "Reçoit les personnes envoyées par un professionnel"
    return "unsaid", f"Ne dit pas s’il reçoit sur orientation : {CALL}"


CRITERIA: dict[str, Callable[[PersonNeed, PlaceOffer, datetime], Verdict]] = {
    "need": _need_verdict,
    "help": _help_verdict,
    "distance": _distance_verdict,
    "soon": _soon_verdict,
    "language": _language_verdict,
    "room": _room_verdict,
    "public": _public_verdict,
    "level": _level_verdict,
    "price": _price_verdict,
    "adapted": _adapted_verdict,
    "days": _days_verdict,
    "fresh": _fresh_verdict,
    "sent": _sent_verdict,
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
