"""Missions of volunteers: what they need, who fits them and why, what comes before helping alone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from maillage.apps.community.rules.listings import HALF_DAYS
from maillage.words import opening
from maillage.words.languages import say, to_say
from maillage.words.wording import listing

__all__ = ["HALF_DAYS"]
SKILLS: Mapping[str, str] = {
    "listen": to_say("écouter, accueillir"),
    "devices": to_say("téléphone et ordinateur"),
    "mail": to_say("le mail"),
    "procedures": to_say("les démarches en ligne"),
    "group": to_say("animer un petit groupe"),
    "repair": to_say("réparer, remettre en état"),
    "signs": to_say("langue des signes"),
}
# What a gap of the diagnosis asks of a volunteer: nobody alone does a procedure in the place of somebody.
SKILLS_OF_LINE: Mapping[str, tuple[str, ...]] = {
    "assistance": ("listen", "procedures"),
    "formation": ("group", "devices"),
    "libre_acces_accompagne": ("listen", "devices"),
    "orientation": ("listen",),
    "reparation": ("repair",),
    "equipement_solidaire": ("repair", "devices"),
}
TITLES_OF_LINE: Mapping[str, str] = {
    "assistance": "Être à côté, le temps d’une démarche",
    "formation": "Accompagner un petit groupe qui apprend",
    "libre_acces_accompagne": "Être là, à côté des ordinateurs en libre accès",
    "orientation": "Accueillir, et dire où aller",
    "reparation": "Réparer avec les gens, leur appareil en main",
    "equipement_solidaire": "Préparer des appareils pour les personnes qui n’en ont pas",
}
SPOKEN = (
    "fr",
    "ar",
    "en",
    "es",
    "it",
    "pl",
    "pt",
    "ro",
    "ru",
    "tr",
    "uk",
    "fa",
    "ps",
    "sq",
    "wo",
    "bm",
    "ti",
)
FURTHEST_KM = 15  # that a volunteer travels each week
LONGEST = timedelta(days=366)
USUAL = timedelta(days=183)
MOST_SEATS = 20

# A volunteer and a mission: each step is written, none is skipped.
PROPOSED, MEETING, CHARTER, ACTIVE, ENDED, DECLINED = (
    "proposed",
    "meeting",
    "charter",
    "active",
    "ended",
    "declined",
)
STATES: Mapping[str, str] = {
    PROPOSED: "s’est proposé",
    MEETING: "rencontre prévue",
    CHARTER: "charte à signer",
    ACTIVE: "en mission",
    ENDED: "mission finie",
    DECLINED: "pas donné suite",
}
OPEN = (PROPOSED, MEETING, CHARTER, ACTIVE)
MET = (MEETING, CHARTER, ACTIVE, ENDED)  # while a contact is read: not of who was only proposed, nor declined
NEXT: Mapping[str, Collection[str]] = {
    PROPOSED: (MEETING, DECLINED),
    MEETING: (MEETING, CHARTER, DECLINED),
    CHARTER: (ACTIVE, DECLINED),
    ACTIVE: (ENDED,),
    ENDED: (),
    DECLINED: (PROPOSED,),
}
CHARTER_VERSION = "2026-11"
CHARTER_LINES = (
    "J’aide avec la personne, à côté d’elle : elle décide, elle tient la souris.",
    "Je ne suis jamais seul avec ses papiers, ses codes ou ses mots de passe. Je n’en garde aucun.",
    "Je ne fais rien à sa place sans mandat, ni sans la personne qui m’encadre.",
    "Ce que j’apprends reste entre elle, moi et la structure.",
    "Je n’accepte ni argent, ni cadeau, et je n’en donne pas.",
    "Je dis quand je ne sais pas, et quand quelque chose me pèse.",
    "Je peux arrêter quand je veux. Je préviens la personne qui m’encadre.",
)
STRUCTURE_LINES = (
    "La structure nomme une personne qui m’encadre, et me dit comment la joindre.",
    "Elle me forme, m’assure, et ne me demande jamais le travail d’un salarié.",
    "Elle note mes heures avec moi, et m’en donne l’attestation.",
)
MOST_MINUTES = 10 * 60  # a day
UNMET = timedelta(days=92)  # a proposal that nobody met is erased
AFTER_END = timedelta(days=366)  # a volunteer whose last mission ended is erased


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Need of a mission. half_days: one of them, any when empty; skills, languages: all are useful,
    none is required but the languages."""

    half_days: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Offer of somebody's time. half_days: none declared, to be agreed."""

    half_days: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset({"fr"})


@dataclass(frozen=True, slots=True)
class Match:
    """Why a mission suits somebody. km: as the crow flies, None when nobody knows; half_days: common, in the
    order of the week; learn: skills that the mission asks for and that a training gives.
    """

    km: float | None
    half_days: tuple[str, ...]
    skills: tuple[str, ...]
    learn: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The same, in sentences that both read, in their language."""
        reasons = []
        if self.km is None:
            reasons.append(say("Distance inconnue"))
        elif self.km < 1:
            reasons.append(say("Dans la même commune"))
        else:
            reasons.append(say("À {km} km à vol d’oiseau", km=round(self.km)))
        if self.half_days:
            days = listing([half_day(each) for each in self.half_days])
            reasons.append(say("Libre en même temps : {days}", days=days))
        else:
            reasons.append(say("Les demi-journées sont à convenir"))
        if self.skills:
            known = " · ".join(say(SKILLS[each]) for each in self.skills)
            reasons.append(say("Sait déjà : {skills}", skills=known))
        if self.learn:
            wanted = " · ".join(say(SKILLS[each]) for each in self.learn)
            reasons.append(say("À apprendre ensemble : {skills}", skills=wanted))
        return tuple(reasons)


def half_day(id: str) -> str:
    """Return a half day in the language of the page.

    >>> half_day("1-am")
    'mardi matin'
    """
    number, half = id.split("-")
    day = opening.weekday(int(number))
    return say("{day} matin", day=day) if half == "am" else say("{day} après-midi", day=day)


def half_days() -> list[tuple[str, str]]:
    """Return the half days of a week, with their words in the language of the page."""
    return [(id, half_day(id)) for id in HALF_DAYS]


def match(need: Need, offer: Offer, *, km: float | None, on: date) -> Match | None:
    """Return why a mission and somebody suit each other on a day; None when they do not: over, too far, no
    common half day, or a language that is needed and not spoken.

    A missing skill never excludes: it is learnt.
    """
    if need.ends_on < on or (km is not None and km > FURTHEST_KM):
        return None
    common = need.half_days & offer.half_days
    if need.half_days and offer.half_days and not common:
        return None
    if not need.languages <= offer.languages | {"fr"}:
        return None
    return Match(
        km,
        tuple(each for each in HALF_DAYS if each in common),
        tuple(each for each in SKILLS if each in need.skills & offer.skills),
        tuple(each for each in SKILLS if each in need.skills - offer.skills),
        tuple(sorted(need.languages & offer.languages)),
    )


def rank(match: Match) -> tuple[bool, int, float]:
    """Return the sort key of matches, the best first: a common half day, then most skills, then the
    nearest.
    """
    return (not match.half_days, -len(match.skills), 99.0 if match.km is None else match.km)


def may_become(state: str, then: str) -> bool:
    """Return True if a step may follow another."""
    return then in NEXT[state]
