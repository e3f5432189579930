"""The words of closed lists that producers write in their files, as the languages of the site know them."""

from maillage.words.languages import say, spoken, to_say, typed
from maillage.words.wording import listing, lower_first

# The topics of a service and the ways to register for it, as Hinaura’s form lists them: no other text of a
# sheet is known ahead.
TOPICS = (
    to_say("Accompagnement CAF (caf.fr)"),
    to_say("Accompagnement CARSAT"),
    to_say("Accompagnement CPAM (ameli.fr)"),
    to_say("Accompagnement Pôle Emploi (pole-emploi.fr)"),
    to_say("Accompagnement demande de logement social"),
    to_say("Accompagnement impôts (impots.gouv.fr)"),
    to_say("Accompagnement prise de RDV en préfecture"),
    to_say("Autres démarches en ligne"),
    to_say("Comprendre et utiliser un Espace Numérique de Travail (parentalité)"),
    to_say("Créer et gérer une adresse mail"),
    to_say("Découvrir l'ordinateur et son environnement"),
    to_say("Découvrir la tablette et son environnement"),
    to_say("Découvrir le smartphone et son environnement"),
    to_say("Découvrir les périphériques"),
    to_say("Faire un diagnostic des compétences numériques"),
    to_say("Gérer ses documents"),
    to_say("Gérer ses données numériques (mots de passe..)"),
    to_say("Naviguer sur des sites web"),
    to_say("Rechercher des informations sur Internet"),
    to_say("Sensibilisation : Connaître les pratiques et les usages des jeunes"),
    to_say("Sensibilisation : La parentalité à l'ère du numérique"),
    to_say("Sensibilisation Cultures numériques"),
    to_say("Sensibilisation Vie privée"),
    to_say("Sensibilisation à la gestion de son identité numérique"),
    to_say("Utiliser le numérique pour la recherche d'emploi (CV, plateformes professionnelles...)"),
    to_say("Utiliser le numérique à des fins créatives et récréatives"),
    to_say("Écrire un document"),
    to_say("Éducation aux Médias et à l'Information"),
)
REGISTRATIONS = (
    to_say("sur rendez-vous"),
    to_say("sans rendez-vous"),
    to_say("en groupe sur inscription"),
    to_say("en groupe sans inscription"),
    to_say("sur inscription"),
)


def known_or_quoted(text: str) -> str:
    """Return words of these lists in the reader's language; any other, in French, between quotation marks.

    >>> known_or_quoted("Écrire un document")
    'Écrire un document'
    """
    words = say(text)
    if words != text or spoken().is_french:
        return words
    return say("« {quote} »", quote=typed(text))


def registrations(text: str) -> str:
    """Return the ways to register that a file lists one after the other, as so many choices.

    >>> registrations("sur rendez-vous, sans rendez-vous")
    'sur rendez-vous ou sans rendez-vous'
    """
    ways = text.split(", ")
    if not set(ways) <= set(REGISTRATIONS):
        return lower_first(known_or_quoted(text))
    return listing([known_or_quoted(way) for way in ways], "ou")
