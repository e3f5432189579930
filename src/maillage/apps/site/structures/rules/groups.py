"""Groups of professionals, by trade or by territory."""

from collections.abc import Mapping

from maillage.kernel.errors import Refused

LONGEST_MESSAGE = 1200
MESSAGES_AN_HOUR = 30  # by account
EMPTY = Refused("Le message n’a pas été écrit.", why="Il est vide.", do="Écrivez une phrase.")
REMOVED: Mapping[str, str] = {
    "person": "parle d’une personne aidée",
    "hurts": "blesse quelqu’un",
    "advert": "publicité",
    "mistake": "écrit par erreur",
}
