"""The explanation for a territory where no figure can be shown: too few people live there, or nobody."""

from dataclasses import dataclass

from maillage.publishing.territory.reading import Reading
from maillage.words import wording

NOBODY = "Le recensement n’y compte aucun habitant de 15 ans et plus."


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """title: of a page or a slide; headline: instead of the first figure, without its full stop; why: a
    sentence; more: what an estimate would be worth; advice: what to do, a sentence each.
    """

    title: str
    headline: str
    why: str
    more: str
    advice: tuple[str, ...]


def explain(r: Reading) -> Explanation:
    """Return the explanation instead of figures, for a reading that has none."""
    if r.filter is not None:
        return _filtered(r, r.filter.label)
    larger = wording.listing([f"**{each.name}**" for each in r.territory.within[:2]], "ou")
    elsewhere = f" : {larger}" if larger else ""
    if r.adults == "0":
        return Explanation(
            title="Un territoire où personne n’habite",
            headline="Personne n’habite ici",
            why=r.headline.reason,
            more=(
                "Il n’y a aucun besoin à estimer. L’offre, elle, peut servir aux personnes de passage ou qui"
                " travaillent ici."
            ),
            advice=(
                "Si des gens vivent ici depuis, parler avec chacun dit mieux leurs besoins qu’une"
                " estimation.",
                "Le diagnostic d’un territoire plus grand dit les besoins de ceux qui vivent"
                f" autour{elsewhere}.",
            ),
        )
    return Explanation(
        title="Un territoire trop petit pour une estimation",
        headline="Aucun chiffre ne peut être montré",
        why=r.headline.reason,
        more=(
            "Moins de 50 personnes de 15 ans et plus vivent ici : une fourchette honnête irait de presque"
            " personne à presque tout le monde, et un chiffre pourrait désigner quelqu’un."
        ),
        advice=(
            "Pour connaître les besoins d’un si petit lieu, le plus sûr est d’y parler avec chacun.",
            "Le diagnostic d’un territoire plus grand compte aussi ces habitants, sans les montrer"
            f" seuls{elsewhere}.",
            "Les lieux d’aide, eux, se recensent : une liste à jour dit où envoyer qui en a besoin.",
        ),
    )


def _filtered(r: Reading, label: str) -> Explanation:
    """Return the same where it is the filter that leaves too few people, whatever the territory holds."""
    return Explanation(
        title="Un filtre qui garde trop peu d’habitants pour une estimation",
        headline="Aucun chiffre ne peut être montré",
        why=r.headline.reason,
        more=(
            f"Le filtre « {label} » garde ici moins de 50 personnes de 15 ans et plus : une fourchette"
            " honnête irait de presque personne à presque tout le monde, et un chiffre pourrait désigner"
            " quelqu’un."
        ),
        advice=(
            "Pour connaître leurs besoins, le plus sûr est d’en parler avec chacun.",
            "Le diagnostic sans filtre compte aussi ces habitants, sans les montrer seuls.",
            "Les lieux d’aide, eux, se recensent : une liste à jour dit où envoyer qui en a besoin.",
        ),
    )
