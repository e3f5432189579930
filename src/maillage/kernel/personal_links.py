"""Addresses that open something to whoever holds them: masked wherever they would be written down."""

import re

LINKS = re.compile(
    r"(/(?:acces|invitation|orientation|apprendre/suivi|ateliers/ma-place|rendez-vous/le-mien|fiche"
    r"|benevoles/moi|messages/refuser|groupe|voix|attestation|mandat(?!/papiers/)"
    r"|enquetes/(?:borne|odk|structure))/)[^/\s]+"
)


def masked(text: str) -> str:
    """Return a text without the secret part of its personal links.

    >>> masked("vu à /acces/Xy12/ puis /lieux/bobine/")
    'vu à /acces/…/ puis /lieux/bobine/'
    """
    return LINKS.sub(r"\1…", text)


def is_personal(path: str) -> bool:
    """Recognise a path that opens something to anybody who has it.

    >>> is_personal("/acces/Xy12/"), is_personal("/mandat/papiers/registre/")
    (True, False)
    """
    return LINKS.match(path) is not None
