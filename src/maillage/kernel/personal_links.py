"""Addresses that open something to whoever holds them: masked wherever they would be written down."""

import re

LINKS = re.compile(
    r"(/(?:acces|invitation|orientation|apprendre/suivi|ateliers/ma-place|fiche|enquetes/(?:borne|odk|structure))/)[^/\s]+"
)


def masked(text: str) -> str:
    """Return a text without the secret part of its personal links.

    >>> masked("vu à /acces/Xy12/ puis /lieux/bobine/")
    'vu à /acces/…/ puis /lieux/bobine/'
    """
    return LINKS.sub(r"\1…", text)
