"""Which practice a few words name: the activity prevails over the equipment, and must involve something
digital.
"""

import re
from collections.abc import Set
from functools import lru_cache

from maillage.kernel.names import plain
from maillage.pipeline.offer.clean.wording import denied
from maillage.reference import offer

PRINTED_3D = re.compile(r"imp\w+ 3d")
STREET = re.compile(r"\d+\s*(?:bis|ter|quater|[a-d])?,?\s+cours\b", re.IGNORECASE)  # « 3 cours Gay-Lussac »
DIGITAL = re.compile(
    r"\b(?:numeri|informati|internet|ordi\b|ordis\b|ordinateur|pc\b|tablette|smartphone|telephon|portable|web|bureauti"
    r"|logiciel|multimedia|cyber|digital|program|codage|imprim|reseaux? socia|mails?\b|courriel|messagerie|en"
    r" ligne|3d"
    r"|e mail|dematerial|wifi|windows|linux|android|word\b|excel|pix\b|intelligence artificielle|ia\b|cle"
    r" usb)"
)
NEUTRAL = {  # words that change nothing to what is done, nor to what it is done with
    "a", "acces", "accessible", "activite", "appareil", "apprendre", "atelier", "au", "autonomie", "aux",
    "avec",
    "base", "borne", "ce", "collectif", "collective", "competence", "connecte", "connectee", "connexion",
    "consultation", "consulter", "cours", "court", "courte", "d", "dans", "de", "debit", "debutant",
    "decouverte",
    "deroulement", "des", "detail", "disponible", "disposition", "distance", "don", "dont", "du", "en",
    "equipe",
    "equipement", "et", "existe", "existence", "fixe", "formation", "gratuit", "gratuite", "groupe",
    "hebdomadaire",
    "il", "individuel", "individuelle", "initiation", "inscription", "installe", "l", "la", "le", "les",
    "leur",
    "libre", "libres", "liste", "location", "longue", "materiel", "mensuel", "mis", "mise", "module",
    "multimedia",
    "n", "niveau", "nombre", "non", "nos", "notre", "ou", "oui", "ouvert", "ouverte", "par", "parcours",
    "permanence",
    "petit", "ponctuel", "ponctuelle", "possibilite", "possible", "poste", "pour", "precision", "presence",
    "presentiel", "pret", "prix", "propose", "proposee", "public", "rdv", "reconditionne", "reconditionnee",
    "regulier", "rendez", "reparation", "s", "scanner", "se", "semaine", "serie", "service", "session",
    "solidaire",
    "son", "sur", "thematique", "theme", "tout", "type", "un", "une", "usage", "usager", "utilisation",
    "utiliser",
    "vente", "vos", "votre", "vous", "y",
}  # fmt: skip

WAYS = "equipement"  # the family of the ways of getting a thing: several are named in one breath
BETWEEN_WAYS = re.compile(r"\s*[/+&,;]\s*|\s+(?:et|ou)\s+")

DEEDS = {  # what is done with a thing, when no practice says it better
    "aide", "apprendre", "atelier", "competence", "decouverte", "module", "parcours", "prix", "reconditionne",
    "reconditionnee", "solidaire", "usage", "utiliser", "besoin", "occasion", "don", "location", "pret",
    "reparation",
    "vente", "cours", "formation", "initiation", "animation",
}  # fmt: skip


@lru_cache(maxsize=8192)
def practice(text: str) -> str:
    """Return the practice that a wording names without denying it, '' when it names none.

    A word that is said of anything, as « cours » or « prêt », counts alone, or about something digital; a
    thing, as « ordinateur », counts when nothing else is said to be done with it.

    >>> practice("Prêt d’ordinateurs"), practice("Prêt de livres"), practice("Ordinateurs"), practice(
    ...     "Pas de wifi")
    ('pret', '', 'libre_acces', '')
    """
    if STREET.match(text.strip()):
        return ""
    spelled_name = PRINTED_3D.sub("", plain(text))
    hits = [
        (word, known_practice)
        for known_practice in offer.practices().values()
        for word in known_practice.also
        if f" {word}" in f" {spelled_name}" and not denied(word, spelled_name)
    ]
    for rank in (_clear, _done, _thing):
        if ranked_hits := [
            (word, known_practice)
            for word, known_practice in hits
            if rank(word, known_practice, spelled_name)
        ]:
            return max(ranked_hits, key=lambda hit: len(hit[0]))[1].id
    return ""


def practices(text: str) -> tuple[str, ...]:
    """Return the practices that a wording names: the one of `practice`, or the several ways of getting a
    thing that it joins.

    >>> practices("Prêt/vente"), practices("Vente et prêt d’ordinateurs"), practices("Prêt/vente de livres")
    (('vente', 'pret'), ('vente', 'pret'), ())
    """
    if not (first := practice(text)):
        return ()
    ways = {part_practice for part in BETWEEN_WAYS.split(text) if (part_practice := practice(part))}
    known = offer.practices()
    if len(ways) > 1 and all(known[way].family == WAYS for way in ways | {first}):
        return tuple(id for id in known if id in ways)
    return (first,)


@lru_cache(maxsize=8192)
def mentioned(text: str) -> str:
    """Return the practice that a text speaks of, whatever it says of it; '' when it speaks of none.

    >>> mentioned("Modalités d’accès aux ateliers")
    'formation'
    """
    spelled_name = PRINTED_3D.sub("", plain(text))
    hits = [
        (word, each.id)
        for each in offer.practices().values()
        for word in each.also
        if f" {word}" in f" {spelled_name}"
    ]
    return max(hits, key=lambda hit: len(hit[0]))[1] if hits else ""


def _clear(word: str, of: offer.Practice, spelled_name: str) -> bool:
    """Return True if a word says a practice whatever stands around it."""
    return word not in of.alone and word not in of.things


def _done(word: str, of: offer.Practice, spelled_name: str) -> bool:
    """Return True if a word that is said of anything is said of something digital, or of nothing."""
    return word in of.alone and (
        DIGITAL.search(spelled_name) is not None or not _meaningful_neighbours(word, spelled_name)
    )


def _thing(word: str, of: offer.Practice, spelled_name: str) -> bool:
    """Return True if equipment is merely said to be there."""
    return word in of.things and not {
        each
        for each in _meaningful_neighbours(word, spelled_name, NEUTRAL - DEEDS)
        if not DIGITAL.match(each)
    }


def _meaningful_neighbours(word: str, spelled_name: str, neutral: Set[str] = NEUTRAL) -> set[str]:
    """Return the words of a text that say something, beside those of a practice, whole: « tablettes » for «
    tablette ».
    """
    remaining_words = re.sub(rf"\b{word}\w*", " ", spelled_name).split()
    return {
        each
        for each in remaining_words
        if not each.isdecimal() and not {each, each[:-1] if each[-1] in "sx" else each} & neutral
    }
