"""The public page of a place, in words: opening, offer, conditions, sources."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from typing import Any

import phonenumbers
from django.db.models import Q
from django.utils import timezone

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu, Source
from maillage.apps.directory.places.queries import doubts
from maillage.apps.directory.places.queries.links import STRUCTURE
from maillage.apps.directory.places.queries.topics import known_or_quoted, registrations
from maillage.reference import clocks, holidays, offer
from maillage.reference.parameters import number
from maillage.reference.sheet import listable
from maillage.words import opening
from maillage.words.languages import POP, TYPED, comma, say, spoken, to_say, typed
from maillage.words.wording import in_series, listing, lower_first, spaced
from maillage.words.wording import number as figure

TOPICS = 2  # told at once; the rest on demand
LONG = 300  # characters of a presentation that is folded
OLD = 12  # months after which the hours of a sheet are a warning
# A condition told in passing: “orientées par un acteur social”, “réservé aux adhérents”, “uniquement sur
# rendez-vous”.
CONDITION = re.compile(
    r"\borientée?s?\s+par\b|\b(?:envoy|adress)ée?s?\s+par\s+(?:une?|des|les?|la|leur)\b"
    r"|\bsur\s+(?:orientation|prescription)\b|\bprescripteurs?\b"
    r"|(?<!non )(?<!pas )\bréservée?s?\s+(?:à|au|aux)\b|(?<!pas"
    r" )\b(?:uniquement|seulement|exclusivement)\s+(?:sur|sous|pour)\b",
    re.IGNORECASE,
)
SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
MARKS = re.compile(
    r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|<a\s[^<>]*$", re.IGNORECASE
)  # those of a web page, the last one cut
QUOTES, QUOTED = 2, 90  # conditions quoted; characters kept on each side of one
SITE = to_say("Site Internet")
UNSAID = {
    (False, False): to_say("Nous ne connaissons pas les transports ni l’accès en fauteuil roulant."),
    (False, True): to_say("Nous ne connaissons pas les transports."),
    (True, False): to_say("Nous ne connaissons pas l’accès en fauteuil roulant."),
    (True, True): "",
}
TONES = {"open": "ouvert", "soon": "bientot", "closed": "ferme", "unknown": ""}


@dataclass(frozen=True, slots=True)
class Fact:
    """A few words beside their icon. tone: ouvert, bientot, ferme, numerique or ''. brief, rest: what of long
    words stands in a tag, and what stands beside it; '' when they are few.
    """

    icon: str
    words: str
    tone: str = ""
    brief: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The age of a sheet’s confirmation: stitches out of four, words, and whether what it says may have
    changed since.
    """

    stitches: int
    words: str
    is_old: bool

    @property
    def marks(self) -> list[tuple[int, bool]]:
        """Return where each of the four stitches is drawn, and whether it is full."""
        return [(9 + 18 * k, k < self.stitches) for k in range(4)]


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number, as displayed and as dialled."""

    words: str
    dialled: str


@dataclass(frozen=True, slots=True)
class Offered:
    """The offer of a place and its conditions, one sentence each. more: topics displayed on demand."""

    id: str
    icon: str
    title: str
    lines: tuple[str, ...]
    full: bool
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribution:
    """The author and the day of a field of a sheet."""

    label: str
    source: str
    on: str
    confirmed: str


# ------------------------------------------------------------------------------------------------ where it is


def located(of: str = "") -> Q:
    """Return the condition for the point of a `Lieu` to be its own, not the middle of its commune.

    of: the path from the rows being read to the place, as `lieu__`.
    """
    near = Q(**{f"{of}sheet__precision__isnull": True}) | Q(
        **{f"{of}sheet__precision__lte": number("reach/precise")}
    )
    return Q(**{f"{of}latitude__isnull": False}) & near


def is_located(lieu: Lieu) -> bool:
    """Return True for a place with a point of its own; no distance is displayed to any other."""
    return lieu.latitude is not None and lieu.sheet.get("precision", 0) <= number("reach/precise")


def address(sheet: rules.Sheet) -> str:
    """Return the address in a line: street and commune."""
    return ", ".join(filter(None, (str(sheet.get("adresse", "")), str(sheet.get("commune", "")))))


def full_address(sheet: rules.Sheet) -> str:
    town = " ".join(filter(None, (str(sheet.get("code_postal", "")), str(sheet.get("commune", "")))))
    return ", ".join(
        filter(None, (str(sheet.get("adresse", "")), str(sheet.get("complement_adresse", "")), town))
    )


def metres_in_words(metres: float) -> str:
    """Return metres on foot in words: the nearest 50 m under one kilometre, one decimal beyond.

    >>> metres_in_words(372), metres_in_words(1290), metres_in_words(12)
    ('350 m', '1,3 km', '50 m')
    """
    if metres < 975:
        return say("{metres} m", metres=max(round(metres / 50) * 50, 50))
    return say("{kilometres} km", kilometres=figure(metres / 1000, 1 if metres < 9950 else 0))


def phones(sheet: rules.Sheet) -> list[Phone]:
    return [_phone(each) for each in sheet.get("telephone", ())]


def _phone(text: str) -> Phone:
    if not text.startswith("+"):
        return Phone(text, text)
    parsed = phonenumbers.parse(text)
    return Phone(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL), text)


# ------------------------------------------------------------------------------------------------- is it open


def there(lieu: Lieu, at: datetime) -> datetime:
    """Return a moment of our clock (naive) on that of a place: it is another hour overseas."""
    own_zone, local_zone = timezone.get_current_timezone(), clocks.zone(lieu.code_insee)
    return (
        at
        if local_zone == own_zone
        else at.replace(tzinfo=own_zone).astimezone(local_zone).replace(tzinfo=None)
    )


def opened(lieu: Lieu, at: datetime) -> Fact:
    """Return the opening of a place at a moment of our clock (naive), in words: a closure overrides the
    hours.
    """
    return _opened(lieu, there(lieu, at))


def _opened(lieu: Lieu, at: datetime) -> Fact:
    """Return the same at a moment of the clock of the place."""
    if until := _closed_until(lieu, at):
        return Fact("clock", say("Fermé jusqu’au {day}", day=short(until)), "ferme")
    hours = lieu.sheet.get("horaires", {})
    if not hours.get("osm"):
        return Fact("clock", say("Horaires à confirmer") if hours else say("Horaires inconnus"))
    clock = opening.now(local_hours(lieu.sheet), at)
    doubted = hours.get("left") and clock.state != "unknown" and not clock.doubted
    if not doubted:
        return Fact("clock", clock.words, TONES[clock.state], clock.brief, clock.rest)
    rest = opening.to_confirm(clock.rest) if clock.rest else say("à confirmer")
    return Fact(
        "clock", opening.to_confirm(clock.words), TONES[clock.state], clock.brief or clock.words, rest
    )


def _closed_until(lieu: Lieu, at: datetime) -> str:
    """Return the last day of the closure that holds at a moment of the clock of the place, '' outside any."""
    periods = lieu.sheet.get("fermetures", ())
    return next((each["au"] for each in periods if each["du"] <= at.date().isoformat() <= each["au"]), "")


def local_hours(sheet: rules.Sheet) -> str:
    """Return the OSM hours of a sheet, with the public holidays of its commune."""
    return holidays.with_local(readable_hours(sheet.get("horaires", {})), str(sheet.get("code_insee", "")))


def readable_hours(hours: Mapping[str, str]) -> str:
    """Return the OSM hours of a sheet, without the words of its file that are no hours; the days of which a
    text of one slot says nothing are not said.
    """
    osm, text, unread = (str(hours.get(key, "")) for key in ("osm", "text", "left"))
    readable = opening.without_unread(osm, unread)
    return readable if text == osm else opening.with_unsaid_days(readable, text, unread)


def is_open(lieu: Lieu, at: datetime) -> bool:
    return opened(lieu, at).tone == "ouvert"


def may_be_open(lieu: Lieu, at: datetime) -> bool:
    """Return True for a place that nobody here can say closed at a moment of our clock (naive): its hours are
    unknown, or some of them were not understood.
    """
    if _closed_until(lieu, there(lieu, at)):
        return False
    is_doubted = bool(lieu.sheet.get("horaires", {}).get("left"))
    return is_doubted or opened(lieu, at).tone not in ("ferme", "bientot")


def is_closed(lieu: Lieu, at: datetime) -> bool:
    """Return True for a place surely closed from a moment (naive, its clock) to the end of that day."""
    tone = _opened(lieu, at).tone
    opens = opening.opens_at(local_hours(lieu.sheet), at) if tone == "bientot" else None
    return tone == "ferme" or (opens is not None and opens.date() > at.date())


def short(day: str) -> str:
    """Return a date without its year, as a closure is said.

    >>> short("2027-01-02")
    '2 janvier'
    """
    return opening.date_text(date.fromisoformat(day), year=False)


def closures(sheet: rules.Sheet, on: date) -> list[str]:
    """Return the closures to come, in words."""
    coming = [each for each in sheet.get("fermetures", ()) if each["au"] >= on.isoformat()]
    return [_closed(each) for each in sorted(coming, key=lambda closure: str(closure["du"]))]


def _closed(closure: Mapping[str, str]) -> str:
    why = f" ({typed(closure['motif'])})" if closure.get("motif") else ""
    if closure["du"] == closure["au"]:
        return say("Fermé le {day}{why}.", day=short(closure["du"]), why=why)
    return say(
        "Fermé du {first} au {last}{why}.", first=short(closure["du"]), last=short(closure["au"]), why=why
    )


def in_words(hours: Mapping[str, str], on: date) -> str:
    """Return the hours of a sheet in a line: “Du lundi au vendredi : 14 h – 18 h ; samedi : 10 h – 12 h”;
    '' when they say nothing.
    """
    lines = opening.hours(readable_hours(hours), on, hours.get("text", ""))
    return in_series(
        [*lines[:1], *map(lower_first, lines[1:])] if spoken().is_french else lines
    ).removesuffix(".")


# -------------------------------------------------------------------------------------------------- few words


def fresh(lieu: Lieu, on: date) -> Fresh:
    """Return how recently a sheet was confirmed. The date of a file confirms nothing."""
    freshness = rules.freshness(lieu.updated_on, lieu.confirmed_on, on=on)
    is_old = freshness.months is not None and freshness.months >= OLD
    # A list does not read origins: there, hours that somebody wrote lately are as old as their sheet.
    written = lieu.__dict__.get("origins", {}).get("horaires", {}).get("confirmed_on", "")
    if written and lieu.sheet.get("horaires"):
        is_old = is_old and rules.months_between(date.fromisoformat(written), on) >= OLD
    words = freshness.words
    if freshness.confirmed and doubts.fields(lieu):
        words = say("confirmé en partie {ago}", ago=rules.ago(freshness.months or 0))
    return Fresh(freshness.stitches, words, is_old)


def price(sheet: rules.Sheet) -> Fact | None:
    """Return the price in words; None when unknown."""
    slugs = sheet.get("frais_a_charge", ())
    if not slugs:
        practice_slugs = {slug for practice in running(sheet).values() for slug in practice.get("frais", ())}
        slugs = sorted(practice_slugs) if len(practice_slugs) == 1 else []
    words = prices(slugs)
    return Fact("euro", words) if words else None


SEVERAL_PRICES = {
    frozenset(("free", "conditional")): to_say("Gratuit, parfois sous condition"),
    frozenset(("conditional", "paid")): to_say("Payant, gratuit pour certains"),
    frozenset(("free", "conditional", "paid")): to_say("Gratuit ou payant selon les cas"),
}


def prices(slugs: Sequence[str]) -> str:
    """Return prices in words; '' when there is none.

    >>> prices(["free", "conditional"]), prices(["free"]), prices(["free", "paid"])
    ('Gratuit, parfois sous condition', 'Gratuit', 'Gratuit ou payant')
    """
    several = SEVERAL_PRICES.get(frozenset(slugs))
    return say(several) if several else _either("frais_a_charge")(slugs)


def for_beginners(sheet: rules.Sheet) -> bool:
    return any("beginner" in practice.get("niveau", ()) for practice in running(sheet).values())


def by_wheelchair(sheet: rules.Sheet) -> bool:
    return "motor" in sheet.get("prise_en_charge_specifique", ())


def room_expected(lieu: Lieu, on: date) -> date | None:
    """Return the day to come when a full place expects to have room, None when it says none."""
    return lieu.room_on if lieu.full_since and lieu.room_on and lieu.room_on > on else None


def full(lieu: Lieu) -> Fact | None:
    if lieu.full_since is None:
        return None
    if expected := room_expected(lieu, timezone.localdate()):
        return Fact("circle-x", say("Complet jusque vers le {day}", day=short(expected.isoformat())), "ferme")
    return Fact("circle-x", say("Complet depuis le {day}", day=short(lieu.full_since.isoformat())), "ferme")


def tags(sheet: rules.Sheet, first: str = "", limit: int = 4) -> list[Fact]:
    """List the practices that a place offers today, the searched one first."""
    ids = [id for id in offer.practices() if id in running(sheet)]
    ids.sort(key=lambda id: id != first)
    known = offer.practices()
    return [Fact(known[id].icon, say(known[id].label), "numerique") for id in ids[:limit]]


def running(sheet: rules.Sheet) -> dict[str, Mapping[str, Any]]:
    """Return the practices that are offered today."""
    return {
        id: practice
        for id, practice in listable(sheet).items()
        if practice.get("state") == "offered" and id in offer.practices()
    }


# ---------------------------------------------------------------------------------------- what is found there


def offered(sheet: rules.Sheet, state: str = "offered") -> list[Offered]:
    """Return the practices of a place in that state, with their conditions, in the order of the list."""
    practices = listable(sheet)
    return [
        _offered(id, practices[id])
        for id in offer.practices()
        if id in practices and practices[id].get("state") == state
    ]


def _offered(id: str, conditions: Mapping[str, Any]) -> Offered:
    practice = offer.practices()[id]
    title = say(practice.label)
    if id == "libre_acces" and conditions.get("postes"):
        title = say("{n}\u00a0ordinateur", "{n}\u00a0ordinateurs", n=conditions["postes"])
    topics = conditions.get("themes", [])
    shortened = {**conditions, "themes": topics[:TOPICS]}
    lines = [
        line for name, write in CONDITIONS.items() if name in conditions and (line := write(shortened[name]))
    ]
    if id == "wifi" and "barrieres" not in conditions:
        lines.append(say("Nous ne savons pas ce qu’il faut donner pour se connecter."))
    return Offered(
        id,
        practice.icon,
        title,
        tuple(map(sentence, lines)),
        bool(conditions.get("complet")),
        tuple(topics[TOPICS:]),
    )


def sentence(text: str) -> str:
    """Return a text that starts with a capital and ends.

    >>> sentence("le mardi"), sentence("Déjà fini !")
    ('Le mardi.', 'Déjà fini !')
    """
    clean = text.strip()
    first = 1 if clean.startswith(TYPED) else 0
    ended = clean.rstrip(POP).endswith((".", "!", "?", "؟", "…"))
    return f"{clean[:first]}{clean[first : first + 1].upper()}{clean[first + 1 :]}{'' if ended else '.'}"


def barriers(slugs: Sequence[str]) -> list[str]:
    """Return the conditions of entry; and, when these are known, that it has neither telephone nor e-mail."""
    lines = _plain("barrieres", slugs)
    return (
        lines if rules.OUT_OF_REACH & set(slugs) else [*lines, say("Sans numéro de téléphone et sans e-mail")]
    )


def _plain(list_id: str, slugs: Iterable[str]) -> list[str]:
    values = offer.lists()[list_id].values
    return [say(values[slug].plain) for slug in slugs if slug in values]


def _either(list_id: str) -> Callable[[Sequence[str]], str]:
    def write(slugs: Sequence[str]) -> str:
        lines = _plain(list_id, slugs)
        return listing([*lines[:1], *map(lower_first, lines[1:])], "ou")

    return write


def _after(lead: str, list_id: str = "", *, names: bool = False) -> Callable[[Any], str]:
    """Return a function that writes a value after its lead; names: values are names, whose capitals stay."""

    def write(value: Any) -> str:
        many = value if isinstance(value, list) else [str(value)]
        words = _plain(list_id, many) if list_id else map(known_or_quoted, many)
        names_or_words = [each if names else lower_first(each) for each in words]
        return say(lead, what=listing(names_or_words)) if names_or_words else ""

    return write


def _topics(topics: Sequence[str]) -> str:
    words = [known_or_quoted(topic) for topic in topics]
    return listing([*words[:1], *map(lower_first, words[1:])])


def _registrations(ways: Any) -> str:
    text = ", ".join(ways) if isinstance(ways, list) else str(ways)
    return say("Pour s’inscrire : {what}", what=registrations(text)) if text else ""


def _if(words: str) -> Callable[[Any], str]:
    return lambda value: say(words) if value else ""


def plain(text: str) -> str:
    """Return a text as it was meant to be read: without the marks of a web page.

    >>> plain("<strong>Ouvert</strong> d&#39;avril à juin, de 14 h à <b>18 h</b> (<12 ans : 16 h)")
    "Ouvert d'avril à juin, de 14 h à 18 h (<12 ans : 16 h)"
    """
    return MARKS.sub("", unescape(text))


FROM_ITS_TEXT = "d’après sa présentation"  # what a mapping writes of a practice that no column gives

# A condition of a practice, in the order they are read, and the sentence it makes.
CONDITIONS: Mapping[str, Callable[[Any], str]] = {
    "accompagnement": _either("modalites_accompagnement"),
    "themes": _topics,
    "permanence": typed,
    "regularite": typed,
    "niveau": _either("niveaux"),
    "frais": prices,
    "frais_precisions": typed,
    "publics": _after(to_say("Pour : {what}"), "publics_specifiquement_adresses"),
    "ages": _after(to_say("Âges : {what}")),
    "residence": _after(to_say("Il faut habiter : {what}"), names=True),
    "prescription": _if(to_say("Il faut être envoyé par un professionnel")),
    "inscription": _registrations,
    "barrieres": lambda value: ". ".join(barriers(value)),
    "objets": _after(to_say("On y apprend : {what}"), "objets_formation"),
    "soucis": _after(to_say("À savoir : {what}"), "soucis_wifi"),
    "capacite": lambda value: say("{n}\u00a0place par semaine", "{n}\u00a0places par semaine", n=value),
    "langues": _after(to_say("On y parle : {what}")),
    "prise_en_charge": _after(to_say("Accueille : {what}"), "prise_en_charge_specifique"),
    "etats": _either("etats"),
    "materiel": _after(to_say("Matériel : {what}")),
    "avec_aide": _if(to_say("Avec quelqu’un pour apprendre à s’en servir")),
    "auto_reparation": _if(to_say("On répare soi-même, avec de l’aide")),
    "logements": _if(to_say("Internet arrive dans les logements")),
    "a_domicile": _if(to_say("On vient chez vous")),
    "endroit": _either("endroits"),
    "hors_les_murs": _if(to_say("Aussi chez des partenaires")),
    "etapes": _after(to_say("Étapes : {what}")),
    "horaires": lambda value: say(
        "Horaires : {what}", what=typed(plain(value.get("text") or value.get("osm", "")))
    ),
    "precisions": lambda value: (
        spaced(say("Le lieu en parle dans sa présentation : demandez avant de venir"))
        if value == FROM_ITS_TEXT
        else typed(value)
    ),
}


def before_coming(sheet: rules.Sheet) -> list[str]:
    """List the sentences to read before coming."""
    lines = [*map(typed, str(sheet.get("avant_de_venir", "")).splitlines()), *quoted_conditions(sheet)]
    if contact := _plain("modalites_acces", sheet.get("modalites_acces", ())):
        lines.append(listing([contact[0], *map(lower_first, contact[1:])], "ou"))
    lines.append(typed(str(sheet.get("acces_precisions", ""))))
    if "barrieres" in sheet:
        lines += barriers(sheet["barrieres"])
    if for_whom := _plain(
        "publics_specifiquement_adresses", sheet.get("publics_specifiquement_adresses", ())
    ):
        lines.append(
            say("Un accueil est prévu pour : {what}", what=listing(list(map(lower_first, for_whom))))
        )
    lines.append(typed(str(sheet.get("publics_precisions", ""))))
    if care := _plain("prise_en_charge_specifique", sheet.get("prise_en_charge_specifique", ())):
        lines.append(say("Accueil adapté : {what}", what=in_series(list(map(lower_first, care)))))
    if fragile := _plain("publics_fragiles", sheet.get("publics_fragiles", ())):
        lines.append(say("Accueille les personnes : {what}", what=in_series(list(map(lower_first, fragile)))))
    if sheet.get("langues"):
        lines.append(CONDITIONS["langues"](sheet["langues"]))
    lines.append(typed(str(sheet.get("frais_precisions", ""))))
    return [sentence(line) for line in lines if line.strip()]


def quoted_conditions(sheet: rules.Sheet) -> list[str]:
    """Return the conditions that a presentation mentions in passing, quoted: referral only, reserved publics,
    by appointment.
    """
    return [
        spaced(say("La présentation du lieu dit : « {quote} » (à vérifier)", quote=typed(quote)))
        for quote in _quotes(sheet)
    ]


def _quotes(sheet: rules.Sheet) -> list[str]:
    text = f"{sheet.get('presentation_resume', '')}\n{sheet.get('presentation_detail', '')}"
    sentences = _sentences(plain(text))
    quotes = dict.fromkeys(_quoted(part, match) for part in sentences if (match := CONDITION.search(part)))
    return list(quotes)[:QUOTES]


def _sentences(text: str) -> list[str]:
    return [part.strip(" -•*\t") for part in SENTENCES.split(text)]


def _quoted(text: str, match: re.Match[str]) -> str:
    """Return a sentence, cut between words when it is long: the matched text stays in it."""
    first = text.rfind(" ", 0, max(match.start() - QUOTED, 0)) + 1
    last = text.find(" ", match.end() + QUOTED)
    return f"{'… ' if first else ''}{text[first:] if last < 0 else f'{text[first:last]} …'}"


def coming(sheet: rules.Sheet) -> list[str]:
    """Return how to get there, in words: only from the sheet."""
    lines = [*map(typed, str(sheet.get("venir", "")).splitlines())]
    if by_wheelchair(sheet):
        lines.append(say("On peut y entrer en fauteuil roulant"))
    if sheet.get("quartier"):
        lines.append(say("Quartier : {what}", what=typed(sheet["quartier"])))
    if "itinerant" in sheet.get("itinerance", ()):
        lines.append(say("Ce lieu se déplace"))
    if sheet.get("etapes"):
        lines.append(CONDITIONS["etapes"](sheet["etapes"]))
    if outside := _plain("hors_les_murs_ou", sheet.get("hors_les_murs_ou", ())):
        lines.append(
            say("L’équipe vient aussi ailleurs : {what}", what=in_series(list(map(lower_first, outside))))
        )
    return [sentence(line) for line in lines if line.strip()]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign to put up. welcome: for whom; price; steps: how to use it; asks: what it requires. Unknown
    values are empty.
    """

    icon: str
    title: str
    welcome: str
    price: str
    steps: Sequence[str]
    asks: Sequence[str]


SIGNS: Mapping[str, tuple[str, Sequence[str]]] = {
    "wifi": (
        to_say("Wifi"),
        ("Allumez le wifi de votre appareil.", "Choisissez ce réseau :", "Ouvrez une page Internet."),
    ),
    "libre_acces": (
        to_say("Ordinateurs"),
        ("Demandez une place à l’accueil.", "Fermez vos comptes avant de partir."),
    ),
    "recharge": (to_say("Recharge"), ("Branchez votre appareil.", "Restez à côté pendant la charge.")),
}
RESERVED_FOR = ("publics", "ages", "residence", "prescription")
PRICED = ("frais", "frais_precisions")


def sign(sheet: rules.Sheet, practice: str) -> Sign | None:
    """Return the sign of a practice of a place; None when it is not offered, or has no sign."""
    conditions = running(sheet).get(practice)
    if conditions is None or practice not in SIGNS:
        return None
    title, steps = SIGNS[practice]
    limits = [
        sentence(line)
        for name in RESERVED_FOR
        if name in conditions and (line := CONDITIONS[name](conditions[name]))
    ]
    asks = [sentence(line) for line in barriers(conditions["barrieres"])] if "barrieres" in conditions else []
    price = " ".join(
        sentence(line)
        for name in PRICED
        if name in conditions and (line := CONDITIONS[name](conditions[name]))
    )
    return Sign(offer.practices()[practice].icon, title, " ".join(limits), price, steps, asks)


# ------------------------------------------------------------------------------------------------ who says so


def origins(lieu: Lieu) -> list[Attribution]:
    """List the origin of each public field of a sheet, in its order."""
    sources = frozenset(Source.objects.values_list("name", flat=True))
    labels = {f.id: f.label for f in offer.fields().values() if not f.private and f.id not in rules.FOLLOWING}
    labels |= {"practices": "Ce qu’on y trouve", "precision": "Précision du point"}
    return [
        _attribution(label, lieu.origins[name], sources)
        for name, label in labels.items()
        if name in lieu.sheet and name in lieu.origins
    ]


def _attribution(label: str, origin: Mapping[str, str], sources: Collection[str]) -> Attribution:
    on, confirmed = origin.get("on", ""), origin.get("confirmed_on", "")
    return Attribution(label, public_author(origin.get("source", ""), sources), _day(on), _day(confirmed))


def named(author: str) -> str:
    """Name the author of a change to the team; an account known by its e-mail alone stays anonymous."""
    return say(MEMBER) if "@" in author else author


MEMBER = to_say("un membre du réseau")


def public_author(author: str, sources: Collection[str] = ()) -> str:
    """Name the author of a field to the public: a source, else the structure or the network, never a
    person. sources: the names of the files that were read.
    """
    if author in sources and author != rules.BY_HAND:
        return typed(author)
    if author.startswith(STRUCTURE):
        return say("la structure")
    return say(MEMBER) if author else ""


def _day(text: str) -> str:
    return opening.date_text(date.fromisoformat(text)) if text else ""


# -------------------------------------------------------------------------------------------- the whole sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet as displayed on its page. weekly: the hours are the same each week; hours_unread: those not
    understood.

    rules: in words, hours outside the weekly pattern (“1er samedi du mois”); holidays: those of the school
    holidays.
    """

    lieu: Lieu
    address: str
    facts: Sequence[Fact]
    phones: Sequence[Phone]
    intro: str
    detail: str
    offered: Sequence[Offered]
    planned: Sequence[Offered]
    without: str
    before: Sequence[str]
    week: Sequence[opening.Day]
    weekly: bool
    rules: Sequence[str]
    holidays: Sequence[str]
    hours_text: str
    hours_unread: str
    closures: Sequence[str]
    coming: Sequence[str]
    carried_by: str
    kind: str
    networks: Sequence[str]
    fresh: Fresh
    fresh_title: str
    fresh_by: str
    origins: Sequence[Attribution]
    signs: Sequence[tuple[str, str]]
    located: bool

    @property
    def links(self) -> list[tuple[str, str]]:
        """The addresses on the sheet, with the words of their links."""
        sheet = self.lieu.sheet
        named = (
            ("prise_rdv", to_say("Prendre rendez-vous en ligne")),
            ("site_web", SITE),
            ("fiche_acces_libre", to_say("Accès et handicap")),
        )
        return [
            (words, url)
            for field, words in named
            for url in sheet.get(field, ())
            if url.startswith(("http://", "https://"))
        ]

    @property
    def site(self) -> str:
        """The address of its site, to be copied from paper; '' when there is none."""
        sites = [url for words, url in self.links if words == SITE]
        return sites[0].partition("://")[2].rstrip("/") if sites else ""

    @property
    def source(self) -> str:
        """The source of the sheet, and its producer when that is another."""
        source = self.lieu.source
        producer = "" if source.name in (rules.BY_HAND, source.producer) else typed(source.producer)
        return comma().join(filter(None, (source_in_words(source), producer)))

    @property
    def unsaid(self) -> str:
        """The unknown points of how to get there."""
        sheet = self.lieu.sheet
        return say(UNSAID[bool(sheet.get("venir")), by_wheelchair(sheet)])

    @property
    def understood(self) -> bool:
        return bool(self.week or self.rules or self.holidays)

    @property
    def folded(self) -> bool:
        """True when the presentation is long, or when a condition of it is quoted before coming."""
        return len(self.detail) > LONG or bool(self.detail and _quotes(self.lieu.sheet))

    @property
    def mails(self) -> list[str]:
        return list(self.lieu.sheet.get("courriels", ()))

    @property
    def full_since(self) -> str:
        return opening.date_text(self.lieu.full_since) if self.lieu.full_since else ""

    @property
    def room_on(self) -> str:
        expected = room_expected(self.lieu, timezone.localdate())
        return opening.date_text(expected) if expected else ""


def detail(lieu: Lieu, at: datetime) -> Sheet:
    """Return a sheet in words, at a moment of our clock (naive). Fields reserved for professionals are
    excluded.
    """
    sheet, on = lieu.sheet, there(lieu, at).date()
    hours = sheet.get("horaires", {})
    osm = readable_hours(hours)
    own = lieu.structure.name
    title, by = _last_confirmed(lieu, on)
    weekly = opening.every_week(osm)
    by_month = [] if weekly else opening.by_month(osm, on)
    return Sheet(
        lieu=lieu,
        address=full_address(sheet),
        facts=_facts(lieu, at),
        phones=phones(sheet),
        intro=_presentation(sheet, "presentation_resume"),
        detail=_presentation(sheet, "presentation_detail"),
        offered=offered(sheet),
        planned=offered(sheet, "planned"),
        without=listing(
            [
                lower_first(say(offer.practices()[id].label))
                for id in sheet.get("sans", ())
                if id in offer.practices()
            ]
        ),
        before=before_coming(sheet),
        week=[] if by_month else opening.week(local_hours(sheet), on),
        weekly=weekly,
        rules=by_month,
        holidays=opening.in_holidays(osm, on),
        hours_text="\n".join(filter(None, map(str.strip, plain(hours.get("text", "")).splitlines()))),
        hours_unread=str(hours.get("left", "")),
        closures=closures(sheet, on),
        coming=coming(sheet),
        carried_by="" if own == lieu.name else own,
        kind="" if rules.kind_of(sheet) == rules.OTHER_KIND else offer.kinds()[rules.kind_of(sheet)].label,
        networks=[
            *_plain("dispositif_programmes_nationaux", sheet.get("dispositif_programmes_nationaux", ())),
            *_plain("formations_labels", sheet.get("formations_labels", ())),
            *sheet.get("autres_formations_labels", ()),
        ],
        fresh=fresh(lieu, on),
        fresh_title=title,
        fresh_by=by,
        origins=origins(lieu),
        signs=[(id, lower_first(say(title))) for id, (title, _) in SIGNS.items() if id in running(sheet)],
        located=is_located(lieu),
    )


def _presentation(sheet: rules.Sheet, field: str) -> str:
    """Return the presentation of a sheet; '' when it is its hours or its conditions, displayed elsewhere."""
    words = plain(sheet.get(field, ""))
    hours = plain(sheet.get("horaires", {}).get("text", ""))
    is_elsewhere = words.split() == hours.split() or set(_sentences(words)) <= set(_quotes(sheet))
    return "" if is_elsewhere else words


def _facts(lieu: Lieu, at: datetime) -> list[Fact]:
    """Return the few facts under the name: open or not, price, beginners, wheelchair; only what is known."""
    sheet = lieu.sheet
    facts = [opened(lieu, at), full(lieu), price(sheet)]
    facts.append(Fact("user-check", say("Pour débuter")) if for_beginners(sheet) else None)
    facts.append(Fact("accessibility", say("On entre en fauteuil roulant")) if by_wheelchair(sheet) else None)
    return [fact for fact in facts if fact]


def _last_confirmed(lieu: Lieu, on: date) -> tuple[str, str]:
    """Return when a sheet was last confirmed, and by whom, in words."""
    freshness = rules.freshness(lieu.updated_on, lieu.confirmed_on, on=on)
    ago = rules.ago(freshness.months or 0)
    if lieu.confirmed_on and freshness.confirmed:
        title = (
            say("Fiche confirmée en partie {ago}", ago=ago)
            if doubts.fields(lieu)
            else say("Fiche confirmée {ago}", ago=ago)
        )
        return title, _by(public_author(lieu.confirmed_by), lieu.confirmed_on)
    source = source_in_words(lieu.source)
    if lieu.updated_on:
        return say("Fiche mise à jour {ago}", ago=ago), _by(source, lieu.updated_on)
    return say("Nous ne savons pas de quand date cette fiche"), say("Source : {who}", who=source)


def source_in_words(source: Source) -> str:
    """Return the name of a source, as the public reads it: that of the sheets typed here is the network."""
    return public_author(source.name, (source.name,))


def _by(author: str, on: date) -> str:
    if not author:
        return say("le {day}", day=opening.date_text(on))
    return say("par {who}, le {day}", who=author, day=opening.date_text(on))
