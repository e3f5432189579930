"""The competences of DigComp 3.0 that each competence of the French CRCN covers, by their numbers.

Source: CRCN, arrêté of 30 August 2019; DigComp 3.0, Joint Research Centre, 2025, whose numbers are those of
version 2.1, from which the CRCN was drawn. No official table pairs them: this one is ours, by their titles.
"""

from collections.abc import Iterable, Mapping

BY_CRCN: Mapping[str, tuple[str, ...]] = {
    "1.1": ("1.1", "1.2"),  # mener une recherche et une veille
    "1.2": ("1.3",),  # gérer des données
    "1.3": ("1.3",),  # traiter des données
    "2.1": ("2.1",),  # interagir
    "2.2": ("2.2",),  # partager et publier
    "2.3": ("2.4",),  # collaborer
    "2.4": ("2.3", "2.5", "2.6"),  # s’insérer dans le monde numérique
    "3.1": ("3.1",),  # développer des documents textuels
    "3.2": ("3.1",),  # développer des documents multimédia
    "3.3": ("3.2", "3.3"),  # adapter les documents à leur finalité
    "3.4": ("3.4",),  # programmer
    "4.1": ("4.1",),  # sécuriser l’environnement numérique
    "4.2": ("4.2",),  # protéger les données personnelles et la vie privée
    "4.3": ("4.3", "4.4"),  # protéger la santé, le bien-être et l’environnement
    "5.1": ("5.1",),  # résoudre des problèmes techniques
    "5.2": ("5.2", "5.3", "5.4"),  # évoluer dans un environnement numérique
}


def codes(crcn: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers in DigComp of some competences of the CRCN, in order, each once.

    >>> codes(["2.4", "1.1"]), codes(["1.2", "1.3"])
    (('1.1', '1.2', '2.3', '2.5', '2.6'), ('1.3',))
    """
    return tuple(sorted({code for each in crcn for code in BY_CRCN.get(each, ())}))
