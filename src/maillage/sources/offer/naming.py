"""The practice that a few words name: the activity prevails over the equipment, and must involve something
digital.
"""

import re
from collections.abc import Set
from functools import cache, lru_cache

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer.clean.wording import denied

PRINTED_3D = re.compile(r"imp\w+ 3d")
SHORT_COMPUTER = re.compile(r"\bordis?\b(?! 3)")  # « espace ordi », but the label « Ordi 3.0 »
POSTAL_TABLET = re.compile(
    r"\btablettes? (?:de |a )?(?:la poste|l agence postale)\b"
)  # it opens postal services alone
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
HAVE_SUBJECTS = frozenset({WAYS, "formation", "sensibilisation"})  # families of what is done with a thing
ON_SITE = "acces"  # the family of what is used on the spot, where a bare thing is one more of it
BETWEEN_PRACTICES = re.compile(r"\s*[/+&,;:]\s*|\s+(?:et|ou|ainsi que|puis)\s+", re.IGNORECASE)
NEAR_HELP = NEUTRAL | {  # words that may stand between a help and the digital thing that it is about
    "autonomie", "besoin", "demarche", "difficulte", "e", "ere", "face", "habitant", "individualise",
    "individualisee", "main", "ordinaire", "outil", "personnalise", "personnalisee", "personne", "prise",
    "proximite", "quotidien", "senior", "tous", "trice", "vers",
}  # fmt: skip
NOT_A_SUBJECT = re.compile(r"telephoni|program|codage|3d|imprim")  # « permanence téléphonique »

ROOMS = {"coin", "espace", "lieu", "point", "salle"}  # where a thing stands: « espace ordi »

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

    >>> practice("Prêt d’ordinateurs"), practice("Prêt de livres"), practice("Espace ordi"), practice(
    ...     "Pas de wifi")
    ('pret', '', 'libre_acces', '')
    """
    if STREET.match(text.strip()):
        return ""
    if own := practice_of_label(text):
        return own
    spelled_name = SHORT_COMPUTER.sub("ordinateur", PRINTED_3D.sub("", POSTAL_TABLET.sub("", plain(text))))
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


def practice_of_label(text: str) -> str:
    """Return the practice whose label on our pages is a wording: a file may copy it; "" for another wording.

    >>> practice_of_label("On vous aide à faire"), practice_of_label("Aide")
    ('assistance', '')
    """
    return _practice_by_label().get(plain(text), "")


@cache
def _practice_by_label() -> dict[str, str]:
    known = offer.practices().values()
    return {plain(words): each.id for each in known for words in (each.label, each.need_text, each.need)}


@cache
def _practice_by_answer() -> dict[str, str]:
    return {answer: each.id for each in offer.practices().values() for answer in each.answers}


@lru_cache(maxsize=8192)
def practices(text: str) -> tuple[str, ...]:
    """Return the practices that an answer on services names: each one that it joins to others, « cours et
    aide aux démarches », or the one that the whole of it is.

    A thing after another practice is what that one is about: « prêt d’ordinateurs et de tablettes ».

    >>> practices("Prêt/vente"), practices("Cours et aide aux démarches"), practices("Prêt/vente de livres")
    (('pret', 'vente'), ('formation', 'assistance'), ())
    >>> practices("Permanence d’un conseiller numérique"), practices("Accompagnement scolaire")
    (('assistance',), ())
    """
    whole_practice = _answered_practice(text)
    parts = [(part, named) for part in BETWEEN_PRACTICES.split(text) if (named := _answered_practice(part))]
    if not whole_practice or len(parts) < 2:
        return (whole_practice,) if whole_practice else ()
    family = {id: known_practice.family for id, known_practice in offer.practices().items()}
    names_a_way = any(family[named] == WAYS for _, named in parts)
    joined = list[str]()
    for part, named in parts:
        about_before = names_a_way or (joined and family[joined[-1]] != ON_SITE)
        if named not in joined and not (about_before and is_thing(part)):
            joined.append(named)
    return tuple(joined) if len(joined) > 1 else (whole_practice,)


def is_thing(text: str) -> bool:
    """Return True if a text names a thing, and nothing that is done with it.

    >>> is_thing("de tablettes"), is_thing("prêt de tablettes")
    (True, False)
    """
    spelled_name = plain(text)
    named = offer.practices().get(practice(text))
    return named is not None and all(
        word in named.things for word in named.also if f" {word}" in f" {spelled_name}"
    )


def _answered_practice(text: str) -> str:
    """Return the practice that an answer on services names, its vaguest words read as help; '' for none."""
    return practice(text) or _practice_by_answer().get(plain(text), "") or _helping_practice(plain(text))


def _helping_practice(spelled_answer: str) -> str:
    """Return the practice of a help about something digital, whatever is said of its hours and its public:
    « permanences du conseiller numérique, le mardi ».
    """
    words = spelled_answer.split()
    for known_practice in offer.practices().values():
        for start, word in enumerate(words):
            if not {word, word.rstrip("sx")} & {*known_practice.helps} or denied(word, spelled_answer):
                continue
            subject = next((each for each in words[start + 1 :] if not _is_near_help(each)), "")
            if DIGITAL.match(subject) and not NOT_A_SUBJECT.match(subject):
                return known_practice.id
    return ""


def _is_near_help(word: str) -> bool:
    return word.isdecimal() or bool({word, word.rstrip("sx")} & NEAR_HELP)


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
        for each in _meaningful_neighbours(word, spelled_name, (NEUTRAL | ROOMS) - DEEDS)
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
