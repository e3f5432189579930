"""What the public reads of one place, in words: whether it is open, what is found there, on what conditions, who says so."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from typing import Any

import phonenumbers
from django.db.models import Q

from maillage.apps.directory import rules
from maillage.apps.directory.models import Lieu
from maillage.pipeline.offer.sheet import practices
from maillage.reference import offer
from maillage.reference.parameters import number
from maillage.reports import opening
from maillage.reports.wording import count, listing, lower_first, spaced
from maillage.reports.wording import number as figure

TOPICS = 2  # told at once; the rest on demand
LONG = 300  # characters of a presentation that is folded
OLD = 12  # months after which the hours of a sheet are a warning
# A condition told in passing: “orientées par un acteur social”, “réservé aux adhérents”, “uniquement sur rendez-vous”.
CONDITION = re.compile(
    r"\borientée?s?\s+par\b|\b(?:envoy|adress)ée?s?\s+par\s+(?:une?|des|les?|la|leur)\b|\bsur\s+(?:orientation|prescription)\b|\bprescripteurs?\b"
    r"|(?<!non )(?<!pas )\bréservée?s?\s+(?:à|au|aux)\b|(?<!pas )\b(?:uniquement|seulement|exclusivement)\s+(?:sur|sous|pour)\b",
    re.IGNORECASE,
)
SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
MARKS = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|<a\s[^<>]*$", re.IGNORECASE)  # those of a web page, the last one cut
QUOTES, QUOTED = 2, 90  # conditions quoted; characters kept on each side of one
SITE = "Site Internet"
TONES = {"open": "ouvert", "soon": "bientot", "closed": "ferme", "unknown": ""}


@dataclass(frozen=True, slots=True)
class Fact:
    """A few words beside their icon. tone: ouvert, bientot, ferme, numerique or ''."""

    icon: str
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """How lately a sheet was said true: stitches out of four, words, and a warning when it is old."""

    stitches: int
    words: str
    warning: str

    @property
    def marks(self) -> list[tuple[int, bool]]:
        """Where each of the four is drawn, and whether it is full."""
        return [(9 + 18 * k, k < self.stitches) for k in range(4)]


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone as it is read, and as it is dialled."""

    words: str
    dialled: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What is found in a place, and on what conditions, one sentence each. more: topics told on demand."""

    id: str
    icon: str
    title: str
    lines: tuple[str, ...]
    full: bool
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """Who said a field of a sheet, and when."""

    label: str
    source: str
    on: str
    confirmed: str


# ---------------------------------------------------------------------------------------------------------- where it is


def located() -> Q:
    """Return what a row of `Lieu` must be for its point to be that of the place, not the middle of its commune."""
    near = Q(sheet__precision__isnull=True) | Q(sheet__precision__lte=number("reach/precise"))
    return Q(latitude__isnull=False) & near


def is_located(lieu: Lieu) -> bool:
    """Return whether the point of a place is its own: otherwise no distance is told."""
    return lieu.latitude is not None and lieu.sheet.get("precision", 0) <= number("reach/precise")


def address(sheet: rules.Sheet) -> str:
    """Return the address in a line: street and commune."""
    return ", ".join(filter(None, (str(sheet.get("adresse", "")), str(sheet.get("commune", "")))))


def full_address(sheet: rules.Sheet) -> str:
    town = " ".join(filter(None, (str(sheet.get("code_postal", "")), str(sheet.get("commune", "")))))
    return ", ".join(filter(None, (str(sheet.get("adresse", "")), str(sheet.get("complement_adresse", "")), town)))


def metres_in_words(metres: float) -> str:
    """Return metres on foot in words: the nearest 50 m under one kilometre, one decimal beyond.

    >>> metres_in_words(372), metres_in_words(1290), metres_in_words(12)
    ('350 m', '1,3 km', '50 m')
    """
    if metres < 975:
        return f"{max(round(metres / 50) * 50, 50)} m"
    return f"{figure(metres / 1000, 1 if metres < 9950 else 0)} km"


def phones(sheet: rules.Sheet) -> list[Phone]:
    return [_phone(each) for each in sheet.get("telephone", ())]


def _phone(text: str) -> Phone:
    if not text.startswith("+"):
        return Phone(text, text)
    parsed = phonenumbers.parse(text)
    return Phone(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL), text)


# ------------------------------------------------------------------------------------------------------------- is it open


def opened(lieu: Lieu, at: datetime) -> Fact:
    """Return whether a place is open at a moment (local time, naive), in words: a closure wins over the hours."""
    for closure in lieu.sheet.get("fermetures", ()):
        if closure["du"] <= at.date().isoformat() <= closure["au"]:
            return Fact("clock", f"Fermé jusqu’au {short(closure['au'])}", "ferme")
    hours = lieu.sheet.get("horaires", {})
    if not hours.get("osm"):
        return Fact("clock", "Horaires à confirmer" if hours else "Horaires inconnus")
    found = opening.now(hours["osm"], at)
    doubted = hours.get("left") and found.state != "unknown" and not found.words.endswith(opening.TO_CONFIRM)
    words = f"{found.words}{opening.TO_CONFIRM}" if doubted else found.words
    return Fact("clock", words, TONES[found.state])


def is_open(lieu: Lieu, at: datetime) -> bool:
    return opened(lieu, at).tone == "ouvert"


def short(day: str) -> str:
    """Return a date without its year, as a closure is said.

    >>> short("2027-01-02")
    '2 janvier'
    """
    return opening.said(date.fromisoformat(day)).rsplit(" ", 1)[0]


def closures(sheet: rules.Sheet, on: date) -> list[str]:
    """Return the closures to come, in words."""
    coming = [each for each in sheet.get("fermetures", ()) if each["au"] >= on.isoformat()]
    return [_closed(each) for each in sorted(coming, key=lambda each: str(each["du"]))]


def _closed(closure: Mapping[str, str]) -> str:
    why = f" ({closure['motif']})" if closure.get("motif") else ""
    if closure["du"] == closure["au"]:
        return f"Fermé le {short(closure['du'])}{why}."
    return f"Fermé du {short(closure['du'])} au {short(closure['au'])}{why}."


def in_words(hours: Mapping[str, str], on: date) -> str:
    """Return the hours of a sheet in a line: “Du lundi au vendredi : 14 h – 18 h ; samedi : 10 h – 12 h”; '' when they say nothing."""
    lines = opening.hours(hours.get("osm", ""), on, hours.get("text", ""))
    return " ; ".join([*lines[:1], *map(lower_first, lines[1:])]).removesuffix(".")


# ------------------------------------------------------------------------------------------------------------- few words


def fresh(lieu: Lieu, on: date) -> Fresh:
    """Return how lately a sheet was said true. Nothing is confirmed by the date of a file."""
    found = rules.freshness(lieu.updated_on, lieu.confirmed_on, on=on)
    if found.months is None or found.months < OLD:
        return Fresh(found.stitches, found.words, "")
    what = "horaires non confirmés" if lieu.sheet.get("horaires") else "fiche non confirmée"
    lapse = rules.ago(found.months).removeprefix("il y a ")
    return Fresh(found.stitches, found.words, f"Attention : {what} depuis {lapse}")


def price(sheet: rules.Sheet) -> Fact | None:
    """Return what it costs, in words; None when nobody said."""
    said = sheet.get("frais_a_charge", ())
    if not said:
        each = {slug for practice in running(sheet).values() for slug in practice.get("frais", ())}
        said = sorted(each) if len(each) == 1 else []
    words = prices(said)
    return Fact("euro", words) if words else None


SEVERAL_PRICES = {
    frozenset(("free", "conditional")): "Gratuit, parfois sous condition",
    frozenset(("conditional", "paid")): "Payant, gratuit pour certains",
    frozenset(("free", "conditional", "paid")): "Gratuit ou payant selon les cas",
}


def prices(slugs: Sequence[str]) -> str:
    """Return prices in words; '' when there is none.

    >>> prices(["free", "conditional"]), prices(["free"]), prices(["free", "paid"])
    ('Gratuit, parfois sous condition', 'Gratuit', 'Gratuit ou payant')
    """
    return SEVERAL_PRICES.get(frozenset(slugs)) or _either("frais_a_charge")(slugs)


def for_beginners(sheet: rules.Sheet) -> bool:
    return any("beginner" in practice.get("niveau", ()) for practice in running(sheet).values())


def by_wheelchair(sheet: rules.Sheet) -> bool:
    return "motor" in sheet.get("prise_en_charge_specifique", ())


def full(lieu: Lieu) -> Fact | None:
    if lieu.full_since is None:
        return None
    return Fact("circle-x", f"Complet depuis le {short(lieu.full_since.isoformat())}", "ferme")


def tags(sheet: rules.Sheet, first: str = "", limit: int = 4) -> list[Fact]:
    """Return what a place offers today, what was looked for first."""
    found = [id for id in offer.practices() if id in running(sheet)]
    found.sort(key=lambda id: id != first)
    known = offer.practices()
    return [Fact(known[id].icon, known[id].label, "numerique") for id in found[:limit]]


def running(sheet: rules.Sheet) -> dict[str, dict[str, Any]]:
    """Return the practices that are offered today."""
    return {id: said for id, said in practices(sheet).items() if said.get("state") == "offered" and id in offer.practices()}


# --------------------------------------------------------------------------------------------------- what is found there


def offered(sheet: rules.Sheet, state: str = "offered") -> list[Offered]:
    """Return the practices of a place in that state, with their conditions, in the order of the list."""
    said = practices(sheet)
    return [_offered(id, said[id]) for id in offer.practices() if id in said and said[id].get("state") == state]


def _offered(id: str, said: Mapping[str, Any]) -> Offered:
    practice = offer.practices()[id]
    title = count(said["postes"], "ordinateur") if id == "libre_acces" and said.get("postes") else practice.label
    topics = said.get("themes", [])
    told = {**said, "themes": topics[:TOPICS]}
    lines = [line for name, write in CONDITIONS.items() if name in said and (line := write(told[name]))]
    if id == "wifi" and "barrieres" not in said:
        lines.append("Nous ne savons pas ce qu’il faut donner pour se connecter.")
    return Offered(id, practice.icon, title, tuple(map(sentence, lines)), bool(said.get("complet")), tuple(topics[TOPICS:]))


def sentence(text: str) -> str:
    """Return a text that starts with a capital and ends.

    >>> sentence("le mardi"), sentence("Déjà fini !")
    ('Le mardi.', 'Déjà fini !')
    """
    clean = text.strip()
    return f"{clean[:1].upper()}{clean[1:]}{'' if clean.endswith(('.', '!', '?', '…')) else '.'}"


def barriers(slugs: Sequence[str]) -> list[str]:
    """Return what it takes to come in; and that it takes no telephone nor e-mail, when what it takes is known."""
    said = _plain("barrieres", slugs)
    return said if rules.OUT_OF_REACH & set(slugs) else [*said, "Sans numéro de téléphone et sans e-mail"]


def _plain(list_id: str, slugs: Iterable[str]) -> list[str]:
    values = offer.lists()[list_id].values
    return [values[slug].plain for slug in slugs if slug in values]


def _either(list_id: str) -> Callable[[Sequence[str]], str]:
    def write(slugs: Sequence[str]) -> str:
        said = _plain(list_id, slugs)
        return listing([*said[:1], *map(lower_first, said[1:])], "ou")

    return write


def _after(lead: str, list_id: str = "") -> Callable[[Any], str]:
    def write(value: Any) -> str:
        many = value if isinstance(value, list) else [str(value)]
        said = [_lowered(each) for each in (_plain(list_id, many) if list_id else many)]
        return f"{lead} {listing(said)}" if said else ""

    return write


def _lowered(text: str) -> str:
    """Return a text as it follows a colon: “À l’accueil” is no acronym."""
    return text[:1].lower() + text[1:] if text[1:2] in (" ", "’") else lower_first(text)


def _if(words: str) -> Callable[[Any], str]:
    return lambda value: words if value else ""


def plain(text: str) -> str:
    """Return a text as it was meant to be read: without the marks of a web page.

    >>> plain("<strong>Ouvert</strong> d&#39;avril à juin, de 14 h à <b>18 h</b> (<12 ans : 16 h)")
    "Ouvert d'avril à juin, de 14 h à 18 h (<12 ans : 16 h)"
    """
    return MARKS.sub("", unescape(text))


# A condition of a practice, in the order they are read, and the sentence it makes.
CONDITIONS: Mapping[str, Callable[[Any], str]] = {
    "accompagnement": _either("modalites_accompagnement"),
    "themes": lambda value: listing([*value[:1], *map(lower_first, value[1:])]),
    "permanence": str,
    "regularite": str,
    "niveau": _either("niveaux"),
    "frais": prices,
    "frais_precisions": str,
    "publics": _after("Pour :", "publics_specifiquement_adresses"),
    "ages": _after("Âges :"),
    "residence": _after("Il faut habiter :"),
    "prescription": _if("Il faut être envoyé par un professionnel"),
    "inscription": _after("Pour s’inscrire :"),
    "barrieres": lambda value: ". ".join(barriers(value)),
    "capacite": lambda value: f"{count(value, 'place')} par semaine",
    "langues": _after("On y parle :"),
    "prise_en_charge": _after("Accueille :", "prise_en_charge_specifique"),
    "materiel": _after("Matériel :"),
    "endroit": _either("endroits"),
    "hors_les_murs": _if("Aussi chez des partenaires"),
    "etapes": _after("Étapes :"),
    "horaires": lambda value: f"Horaires : {plain(value.get('text') or value.get('osm', ''))}",
    "precisions": str,
}


def before_coming(sheet: rules.Sheet) -> list[str]:
    """Return what to know before coming, one sentence each."""
    lines = [*str(sheet.get("avant_de_venir", "")).splitlines(), *conditions_told(sheet)]
    if contact := _plain("modalites_acces", sheet.get("modalites_acces", ())):
        lines.append(listing([contact[0], *map(lower_first, contact[1:])], "ou"))
    lines.append(str(sheet.get("acces_precisions", "")))
    if "barrieres" in sheet:
        lines += barriers(sheet["barrieres"])
    if for_whom := _plain("publics_specifiquement_adresses", sheet.get("publics_specifiquement_adresses", ())):
        lines.append(f"Un accueil est prévu pour : {listing(list(map(lower_first, for_whom)))}")
    lines.append(str(sheet.get("publics_precisions", "")))
    if care := _plain("prise_en_charge_specifique", sheet.get("prise_en_charge_specifique", ())):
        lines.append(f"Accueil adapté : {' ; '.join(map(lower_first, care))}")
    if sheet.get("langues"):
        lines.append(f"On y parle : {listing(list(map(lower_first, sheet['langues'])))}")
    lines.append(str(sheet.get("frais_precisions", "")))
    return [sentence(line) for line in lines if line.strip()]


def conditions_told(sheet: rules.Sheet) -> list[str]:
    """Return the conditions that a presentation tells in passing, quoted: who sends, for whom it is kept, only on appointment."""
    text = f"{sheet.get('presentation_resume', '')}\n{sheet.get('presentation_detail', '')}"
    told = (part.strip(" -•*\t") for part in SENTENCES.split(plain(text)))
    quotes = dict.fromkeys(_around(part, found) for part in told if (found := CONDITION.search(part)))
    return [spaced(f"La présentation du lieu dit : « {quote} » (à vérifier)") for quote in list(quotes)[:QUOTES]]


def _around(text: str, found: re.Match[str]) -> str:
    """Return a sentence, cut between words when it is long: what was found in it stays."""
    first = text.rfind(" ", 0, max(found.start() - QUOTED, 0)) + 1
    last = text.find(" ", found.end() + QUOTED)
    return f"{'… ' if first else ''}{text[first:] if last < 0 else f'{text[first:last]} …'}"


def coming(sheet: rules.Sheet) -> list[str]:
    """Return how to come, in words: only what the sheet says."""
    lines = [*str(sheet.get("venir", "")).splitlines()]
    if by_wheelchair(sheet):
        lines.append("On peut y entrer en fauteuil roulant")
    if sheet.get("quartier"):
        lines.append(f"Quartier : {sheet['quartier']}")
    if "itinerant" in sheet.get("itinerance", ()):
        lines.append("Ce lieu se déplace")
    if sheet.get("etapes"):
        lines.append(f"Étapes : {listing(sheet['etapes'])}")
    return [sentence(line) for line in lines if line.strip()]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign to put up. welcome: for whom; price; steps: how to use it; asks: what it takes. What nobody said is empty."""

    icon: str
    title: str
    welcome: str
    price: str
    steps: Sequence[str]
    asks: Sequence[str]


SIGNS: Mapping[str, tuple[str, Sequence[str]]] = {
    "wifi": (
        "Wifi",
        ("Allumez le wifi de votre appareil.", "Choisissez ce réseau :", "Ouvrez une page Internet."),
    ),
    "libre_acces": ("Ordinateurs", ("Demandez une place à l’accueil.", "Fermez vos comptes avant de partir.")),
    "recharge": ("Recharge", ("Branchez votre appareil.", "Restez à côté pendant la charge.")),
}
KEPT_FOR = ("publics", "ages", "residence", "prescription")
PRICED = ("frais", "frais_precisions")


def sign(sheet: rules.Sheet, practice: str) -> Sign | None:
    """Return the sign of a practice of a place; None when it is not offered, or has no sign."""
    said = running(sheet).get(practice)
    if said is None or practice not in SIGNS:
        return None
    title, steps = SIGNS[practice]
    limits = [sentence(line) for name in KEPT_FOR if name in said and (line := CONDITIONS[name](said[name]))]
    asks = [sentence(line) for line in barriers(said["barrieres"])] if "barrieres" in said else []
    price = " ".join(sentence(line) for name in PRICED if name in said and (line := CONDITIONS[name](said[name])))
    return Sign(offer.practices()[practice].icon, title, " ".join(limits), price, steps, asks)


# ------------------------------------------------------------------------------------------------------------ who says so


def origins(lieu: Lieu) -> list[Said]:
    """Return who said each public field of a sheet, in its order."""
    labels = {f.id: f.label for f in offer.fields().values() if not f.private and f.id not in rules.FOLLOWING}
    labels |= {"practices": "Ce qu’on y trouve", "precision": "Précision du point"}
    return [
        _said(label, lieu.origins[name]) for name, label in labels.items() if name in lieu.sheet and name in lieu.origins
    ]


def _said(label: str, origin: Mapping[str, str]) -> Said:
    on, confirmed = origin.get("on", ""), origin.get("confirmed_on", "")
    return Said(label, named(origin.get("source", "")), _day(on), _day(confirmed))


def named(who: str) -> str:
    """Return who did something: an account known by its e-mail alone is not named."""
    return "un membre du réseau" if "@" in who else who


def _day(text: str) -> str:
    return opening.said(date.fromisoformat(text)) if text else ""


# -------------------------------------------------------------------------------------------------------- the whole sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A sheet as its page reads it. weekly: the hours are the same each week; left: what nobody understood of them.

    rules: in words, hours that a week does not tell (“1er samedi du mois”); holidays: those of the school holidays.
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
    left: str
    closures: Sequence[str]
    coming: Sequence[str]
    carried_by: str
    kind: str
    networks: Sequence[str]
    fresh: Fresh
    fresh_title: str
    fresh_by: str
    origins: Sequence[Said]
    signs: Sequence[tuple[str, str]]
    located: bool

    @property
    def links(self) -> list[tuple[str, str]]:
        """Addresses that the sheet gives, with the words that lead there."""
        sheet = self.lieu.sheet
        named = (
            ("prise_rdv", "Prendre rendez-vous en ligne"),
            ("site_web", SITE),
            ("fiche_acces_libre", "Accès et handicap"),
        )
        return [
            (words, url)
            for field, words in named
            for url in sheet.get(field, ())
            if url.startswith(("http://", "https://"))
        ]

    @property
    def site(self) -> str:
        """The address of its site, as one copies it from a paper; '' when it gives none."""
        found = [url for words, url in self.links if words == SITE]
        return found[0].partition("://")[2].rstrip("/") if found else ""

    @property
    def unsaid(self) -> str:
        """What nobody said of how to come."""
        sheet = self.lieu.sheet
        known = (("les transports", sheet.get("venir")), ("l’accès en fauteuil roulant", by_wheelchair(sheet)))
        unknown = [words for words, said in known if not said]
        return f"Nous ne connaissons pas {listing(unknown, 'ni')}." if unknown else ""

    @property
    def understood(self) -> bool:
        """Whether something of the hours is told."""
        return bool(self.week or self.rules or self.holidays)

    @property
    def folded(self) -> bool:
        """Whether the presentation is long enough to stay folded."""
        return len(self.detail) > LONG

    @property
    def mails(self) -> list[str]:
        return list(self.lieu.sheet.get("courriels", ()))

    @property
    def full_since(self) -> str:
        return opening.said(self.lieu.full_since) if self.lieu.full_since else ""


def shown(lieu: Lieu, at: datetime) -> Shown:
    """Return a sheet in words, at a moment (local time, naive). What is kept for professionals is not in it."""
    sheet, on = lieu.sheet, at.date()
    hours = sheet.get("horaires", {})
    osm = str(hours.get("osm", ""))
    own = lieu.structure.name
    title, by = _last_said(lieu, on)
    weekly = opening.every_week(osm)
    by_month = [] if weekly else opening.by_month(osm, on)
    return Shown(
        lieu=lieu,
        address=full_address(sheet),
        facts=_facts(lieu, at),
        phones=phones(sheet),
        intro=plain(sheet.get("presentation_resume", "")),
        detail=plain(sheet.get("presentation_detail", "")),
        offered=offered(sheet),
        planned=offered(sheet, "planned"),
        without=listing(
            [lower_first(offer.practices()[id].label) for id in sheet.get("sans", ()) if id in offer.practices()]
        ),
        before=before_coming(sheet),
        week=[] if by_month else opening.week(osm, on),
        weekly=weekly,
        rules=by_month,
        holidays=opening.in_holidays(osm, on),
        hours_text="\n".join(filter(None, map(str.strip, plain(hours.get("text", "")).splitlines()))),
        left=str(hours.get("left", "")),
        closures=closures(sheet, on),
        coming=coming(sheet),
        carried_by="" if own == lieu.name else own,
        kind=offer.kinds()[rules.kind_of(sheet)].label,
        networks=[
            *_plain("dispositif_programmes_nationaux", sheet.get("dispositif_programmes_nationaux", ())),
            *_plain("formations_labels", sheet.get("formations_labels", ())),
            *sheet.get("autres_formations_labels", ()),
        ],
        fresh=fresh(lieu, on),
        fresh_title=title,
        fresh_by=by,
        origins=origins(lieu),
        signs=[(id, lower_first(title)) for id, (title, _) in SIGNS.items() if id in running(sheet)],
        located=is_located(lieu),
    )


def _facts(lieu: Lieu, at: datetime) -> list[Fact]:
    """Return the few facts under the name: open or not, price, beginners, wheelchair; only what is known."""
    sheet = lieu.sheet
    found = [opened(lieu, at), full(lieu), price(sheet)]
    found.append(Fact("user-check", "Pour débuter") if for_beginners(sheet) else None)
    found.append(Fact("accessibility", "On entre en fauteuil roulant") if by_wheelchair(sheet) else None)
    return [fact for fact in found if fact]


def _last_said(lieu: Lieu, on: date) -> tuple[str, str]:
    """Return when a sheet was last said true, and by whom, in words."""
    found = rules.freshness(lieu.updated_on, lieu.confirmed_on, on=on)
    if lieu.confirmed_on and found.words.startswith("confirmé"):
        return f"Fiche {found.words.replace('confirmé', 'confirmée', 1)}", _by(named(lieu.confirmed_by), lieu.confirmed_on)
    if lieu.updated_on:
        return f"Fiche {found.words.replace('mis à jour', 'mise à jour', 1)}", _by(lieu.source.name, lieu.updated_on)
    return "Nous ne savons pas de quand date cette fiche", f"Source : {lieu.source.name}"


def _by(who: str, on: date) -> str:
    return f"{f'par {who}, ' if who else ''}le {opening.said(on)}"
