"""The rates published on a territory by others, set beside our own figure: where they contradict it, where
they contradict each other, where they do not count the same thing.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor

from maillage.kernel.estimate import Estimate, Figure
from maillage.publishing.territory.figures import figure
from maillage.publishing.territory.reading import PublishedNote
from maillage.reference.definitions import Definition, definition
from maillage.statistics.diagnosis.published import PublishedComparison, are_disputed
from maillage.words import rounding, wording
from maillage.words.languages import to_say

CONTRADICTED = "**Un chiffre publié contredit le nôtre.** "
DISPUTED = "**Deux chiffres publiés se contredisent.** "
NOT_ALONE = " Citez-les ensemble, ne décidez rien sur le nôtre seul."
HOLDS = ", qui contient ce territoire"
AS_COUNTRY = to_say("pas d’écart sûr avec la France ({share})")
MORE, LESS = to_say("plus qu’en France ({share})"), to_say("moins qu’en France ({share})")


def against_country(low: float, high: float, terms: Definition) -> str:
    """Return how an interval stands beside the share published for France, « plus qu’en France (15,4 %) ».

    low, high: percent. They are read as they are printed: no reader sees less than a point.
    """
    country = 100 * terms.total
    is_alike = floor(low) <= rounding.rounded(country) <= ceil(high)
    sentence = AS_COUNTRY if is_alike else MORE if low > country else LESS
    return sentence.format(share=percent(round(country, 6)))


def notes(
    comparisons: Sequence[PublishedComparison], headline_definition: Definition
) -> tuple[PublishedNote, ...]:
    """Return the notes on published rates, contradictions first. headline_definition: the definition of the
    headline, with which a rate may not be compared.
    """
    out: list[PublishedNote] = []
    agreeing: list[PublishedNote] = []
    for place in dict.fromkeys(each.place for each in comparisons):
        rates = [each for each in comparisons if each.place == place]
        alone = [each for each in rates if each.estimated is None]
        if against := [each for each in rates if each.contradicts]:
            out += [
                PublishedNote("contredit", contradiction(each, alone), in_short(each)) for each in against
            ]
        elif len(alone) < len(rates) and are_disputed([each.published for each in rates]):
            out.append(PublishedNote("contredit", dispute(rates), dispute_in_short(rates)))
        else:
            agreeing += [
                PublishedNote("note", agreement(each, headline_definition), "")
                for each in rates
                if each.is_here
            ]
    return (*out, *agreeing)


def dispute(rates: Sequence[PublishedComparison]) -> str:
    """Return the sentences that set against each other rates published of one place, ours going from one to
    the other.
    """
    doubts = "".join(f" {each.published.title} : {lower(each.published.doubt)}" for each in rates)
    short = dispute_in_short(rates).removesuffix(NOT_ALONE)
    return f"{short} Il va de l’un à l’autre, sans choisir.{NOT_ALONE}{doubts}"


def dispute_in_short(rates: Sequence[PublishedComparison]) -> str:
    """Return the same in the few words of a page that has no room for it."""
    first = rates[0]
    published = " ; ".join(f"{percent(each.published.rate)}, d’après {each.published.by}" for each in rates)
    by, own_rate = next((each.published.by, wording.rate(each.estimated)) for each in rates if each.estimated)
    where = f"{first.place}{'' if first.is_here else HOLDS}"
    return (
        f"{DISPUTED}{where}, {first.published.year} : {published}. Avec la définition de {by}, notre calcul y"
        f" donne {own_rate.in_full}.{NOT_ALONE}"
    )


def contradiction(comparison: PublishedComparison, other_rates: Sequence[PublishedComparison]) -> str:
    """Return the sentences that set a published rate against ours. other_rates: those of the same place that
    ask another question.
    """
    p, own_rate = comparison.published, wording.rate(comparison.estimated) if comparison.estimated else None
    if own_rate is None:
        return ""
    where = f"{comparison.place}{'' if comparison.is_here else HOLDS}"
    side = "au-dessus" if comparison.is_above else "en dessous"
    people = f", {wording.number(p.people)} personnes" if p.people else ""
    other_texts = "".join(
        f" {x.published.title}, par {x.published.by} : {percent(x.published.rate)},"
        f" {_place_beside(x, comparison.estimated)}. Sa question n’est aucune des nôtres : on ne sait pas si"
        f" ce taux contredit le nôtre ou compte autre chose. {x.published.doubt}"
        for x in other_rates
    )
    return (
        f"{CONTRADICTED}{where}, {p.year} : {p.by} a publié {percent(p.rate)}{people}"
        f" (« {p.quote} »). Avec la même définition, notre calcul donne {own_rate.value or own_rate.between}"
        f" ({own_rate.between}) : le chiffre publié est {side} de notre fourchette.{other_texts} Nous ne"
        " savons pas qui se"
        f" trompe : citez-les ensemble, et ne décidez rien sur le nôtre seul. {p.title} : {lower(p.doubt)}"
    )


def in_short(comparison: PublishedComparison) -> str:
    """Return the same in the few words of a page that has no room for it: who, how much, how much here."""
    p, own_rate = comparison.published, wording.rate(comparison.estimated) if comparison.estimated else None
    if own_rate is None:
        return ""
    where = f"{comparison.place}{'' if comparison.is_here else HOLDS}"
    return (
        f"{CONTRADICTED}{where}, {p.year} : {percent(p.rate)}, d’après {p.by} ; notre calcul y donne"
        f" {own_rate.in_full}.{NOT_ALONE}"
    )


def _place_beside(other: PublishedComparison, own_rate: Figure | None) -> str:
    """Return where a published rate stands beside our interval, rounding included."""
    if not isinstance(own_rate, Estimate):
        return "que nous ne chiffrons pas"
    if other.published.high < own_rate.low:
        return "en dessous de notre fourchette"
    return "au-dessus de notre fourchette" if other.published.low > own_rate.high else "dans notre fourchette"


def agreement(comparison: PublishedComparison, headline_definition: Definition) -> str:
    """Return the sentence that says with what a published rate may be compared."""
    p = comparison.published
    head = f"{comparison.place}, {p.year} : {p.by} a publié {percent(p.rate)}."
    if comparison.estimated is None or not p.definition:
        return f"{head} La question n’est aucune des nôtres : ne le comparez pas au nombre du haut. {p.doubt}"
    own_rate = wording.rate(comparison.estimated)
    within = f"{own_rate.value or own_rate.between} ({own_rate.between}), qui s’accorde avec lui. {p.doubt}"
    if p.definition == headline_definition.id:
        return f"{head} Notre calcul, pour la même définition, donne {within}"
    other = definition(p.definition)
    return (
        f"{head} Il ne compte pas les mêmes personnes que le nombre du haut ({other.short} d’un côté,"
        f" {headline_definition.short} de l’autre). L’année et la question changent : ne les comparez pas."
        f" Avec sa définition, notre calcul donne {within}"
    )


def percent(value: float) -> str:
    """Return a published rate with the decimals that it has.

    >>> percent(25), percent(16.7)
    ('25\\xa0%', '16,7\\xa0%')
    """
    return wording.percent(value, 0 if value == int(value) else 1)


def lower(text: str) -> str:
    return wording.lower_first(text)


def document(comparisons: Sequence[PublishedComparison]) -> list[Mapping[str, object]]:
    """Return the published rates as etude.json writes them, each with ours under its definition;
    whether it contradicts ours is null where it asks another question.
    """
    return [
        {
            "code": each.published.place,
            "nom": each.place,
            "du_territoire": each.is_here,
            "valeur": each.published.rate,
            "bas": each.published.low,
            "haut": each.published.high,
            "unite": "pourcent",
            "personnes": each.published.people,
            "annee": each.published.year,
            "producteur": each.published.producer,
            "titre": each.published.title,
            "url": each.published.url,
            "citation": each.published.quote,
            "doute": each.published.doubt,
            "definition": each.published.definition or None,
            "notre_taux": None if each.estimated is None else figure(each.estimated),
            "contredit": None if each.estimated is None else each.contradicts,
        }
        for each in comparisons
    ]
