"""The method of a census, as a chapter of a report: sentences made from the rows alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from maillage.apps.directory.outreach.models import Body
from maillage.apps.directory.outreach.queries import census
from maillage.apps.directory.outreach.queries.census import (
    ANSWERED,
    CONTACTED,
    OUT,
    REFUSED,
    RULES,
    TO_CONTACT,
    Ground,
)
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.words.opening import date_text
from maillage.words.wording import count, listing, lower_first, number, share, spaced_within

NAMED = 12  # communes named in a sentence; beyond, they are counted

FOUND_BY_WORDS = {  # how bodies were found, in a sentence
    "official": "par une liste officielle",
    "contact": "par un contact",
    "recommended": "sur la recommandation d’un autre",
    "network": "par un réseau",
    "directory": "par l’annuaire, où leur fiche était déjà",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the chapter: its title, its sentences by paragraph, and a table if it has one."""

    title: str
    paragraphs: Sequence[str]
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


# The two aims that the plan of Grenoble gives to a census.
AIMS = (
    (
        "Rendre l’offre lisible, pour mieux orienter : connaître l’aide de chaque lieu, son public et"
        " ses conditions évite de renvoyer une personne de lieu en lieu."
    ),
    (
        "Mailler le territoire, par une dynamique de réseau : chercher les acteurs, c’est déjà les"
        " mettre en lien, ceux"
        " du numérique entre eux et avec ceux de l’action sociale."
    ),
)


def method(ground: Ground) -> list[Part]:
    """Return the chapter, [] while the list is empty."""
    bodies = list(census.bodies(ground))
    if not bodies:
        return []
    parts = (
        Part("À quoi il sert", list(AIMS)),
        _field(ground, bodies),
        _search_part(bodies),
        _answers(bodies),
        _rules(ground),
        _places(ground, bodies),
        _communes(ground),
    )
    return [replace(part, paragraphs=spaced_within(list(part.paragraphs))) for part in parts]


def _field(ground: Ground, bodies: Sequence[Body]) -> Part:
    people = sum(town.population for town in ground.towns)
    where = f"{count(len(ground.towns), 'commune')}" if len(ground.towns) > 1 else "une commune"
    inhabitants = f", où vivent {number(people)} personnes (recensement de 2021)" if people else ""
    dates = [timezone.localtime(body.changed_at) for body in bodies]
    first, last = min(dates), max(dates)
    return Part(
        "Où, et quand",
        [
            f"Territoire du recensement : {ground.name}, {where}{inhabitants}.",
            (
                f"Chaque organisme garde la date de son dernier geste. Tous datent du {_day(first)}."
                if first.date() == last.date()
                else (
                    "Chaque organisme garde la date de son dernier geste. La plus ancienne est le"
                    f" {_day(first)}, la plus récente le {_day(last)}."
                )
            ),
        ],
    )


def _search_part(bodies: Sequence[Body]) -> Part:
    how = Counter(body.found_by for body in bodies)
    parts = [f"{number(how[id])} {words}" for id, words in FOUND_BY_WORDS.items() if how[id]]
    text = [f"{_bodies(len(bodies))} {_are(len(bodies))} sur la liste : {listing(parts)}."]
    named = Counter(body.recommended_by_id for body in bodies if body.recommended_by_id)
    if named:
        n = len(named)
        sources = "d’un seul organisme" if n == 1 else f"de {number(n)} organismes"
        many = named.total() > 1
        text.append(
            f"Les {number(named.total())} recommandations viennent {sources}."
            if many
            else "La recommandation vient d’un organisme."
        )
    rows = [
        (rules.FOUND_BY[id], number(how[id]), share(how[id] / len(bodies)))
        for id in FOUND_BY_WORDS
        if how[id]
    ]
    return Part("Qui a été cherché", text, ("Trouvé par", "Organismes", "Part"), rows)


def _answers(bodies: Sequence[Body]) -> Part:
    n, states = len(bodies), Counter(body.state for body in bodies)
    tried = n - states[TO_CONTACT]
    if not tried:
        text = [f"Personne n’a encore été contacté : {_bodies(n).lower()} {_are(n)} à contacter."]
    else:
        have = "a été contacté ou écarté" if tried == 1 else "ont été contactés ou écartés"
        text = [f"{_bodies(tried)} sur {number(n)} {have}, soit {share(tried / n)} de la liste."]
        outcomes = [
            f"{number(states[state])} {words[states[state] > 1]}"
            for state, words in (
                (ANSWERED, ("a répondu", "ont répondu")),
                (REFUSED, ("refuse", "refusent")),
                (CONTACTED, ("n’a pas encore répondu", "n’ont pas encore répondu")),
                (OUT, ("est hors champ", "sont hors champ")),
            )
            if states[state]
        ]
        text.append(f"Parmi eux, {listing(outcomes)}.")
        if states[TO_CONTACT]:
            text.append(
                f"{number(states[TO_CONTACT])} {'reste' if states[TO_CONTACT] == 1 else 'restent'} à"
                " contacter."
            )
    rows = [
        (words, number(states[state]), share(states[state] / n)) for state, words in rules.BODY_STATES.items()
    ]
    return Part("Ce qu’ils ont répondu", text, ("État", "Organismes", "Part"), rows)


def _rules(ground: Ground) -> Part:
    on = census.rules_of(ground)
    applied = [rule.sentence for id, rule in RULES.items() if on[id]]
    off = [rule.title.lower() for id, rule in RULES.items() if not on[id]]
    text = [" ".join(applied)] if applied else ["Aucune règle n’est appliquée : tout lieu trouvé est retenu."]
    if off and applied:
        text.append(
            f"{'Cette règle n’est' if len(off) == 1 else 'Ces règles ne sont'} pas"
            f" appliquée{'s' * (len(off) > 1)} ici : {listing(off)}."
        )
    out = census.excluded(ground)
    if not out:
        text.append("Aucun lieu n’est écarté.")
        return Part("Qui est retenu", text)
    one = len(out) == 1
    text.append(
        "Un lieu est écarté, avec sa raison."
        if one
        else f"{number(len(out))} lieux sont écartés, chacun avec sa raison."
    )
    return Part(
        "Qui est retenu", text, ("Lieu écarté", "Raison"), [(each.lieu.name, each.reason) for each in out]
    )


def _places(ground: Ground, bodies: Sequence[Body]) -> Part:
    rows = census.published(ground)
    lieux, structures = rows.count(), rows.values("structure").distinct().count()
    linked = {body.lieu_id for body in bodies if body.lieu_id}
    confirmed = rows.exclude(confirmed_on=None).count()
    if not lieux:
        return Part("Ce que le recensement donne", ["Aucun lieu n’est encore publié dans ces communes."])
    text = [
        (
            f"L’annuaire publie ici {count(lieux, 'lieu', 'lieux')}, porté{'s' * (lieux > 1)} par"
            f" {count(structures, 'structure')}. Une structure peut porter plusieurs lieux : les deux ne"
            " s’additionnent pas."
        ),
        (
            f"{count(confirmed, 'lieu', 'lieux')} sur {number(lieux)}"
            f" {'a été confirmé' if confirmed == 1 else 'ont été confirmés'} par quelqu’un ; les autres sont"
            " tels que leur source les donne."
            if confirmed
            else "Aucun n’a encore été confirmé par quelqu’un : tous sont tels que leur source les donne."
        ),
        (
            f"{_bodies(len(linked))} de la liste {_are(len(linked))}"
            f" {'relié' if len(linked) == 1 else 'reliés'} à une fiche de lieu."
            if linked
            else "Aucun organisme de la liste n’est encore relié à une fiche de lieu."
        ),
    ]
    sources = Counter(Lieu.objects.filter(pk__in=rows.values("pk")).values_list("source__name", flat=True))
    return Part(
        "Ce que le recensement donne",
        text,
        ("Source des fiches", "Lieux", "Part"),
        [(name, number(n), share(n / lieux)) for name, n in sources.most_common()],
    )


def _communes(ground: Ground) -> Part:
    done = census.completeness(ground)
    n, over = len(done.towns), done.counts["done"]
    text = [
        (
            "Une commune est terminée quand tous ses organismes ont répondu, refusé, ou sont hors champ. "
            "Ceux qui valent pour tout le territoire n’entrent pas dans ce compte."
        ),
        (
            f"{count(over, 'commune')} sur {number(n)} {'est terminée' if over == 1 else 'sont terminées'},"
            f" soit {share(done.share)}."
            if over
            else (
                f"Aucune des {number(n)} communes n’est terminée."
                if n > 1
                else "La commune n’est pas terminée."
            )
        ),
    ]
    for state, (one, several) in census.STATES.items():
        towns = sorted((each.town.name for each in done.towns if each.state == state), key=plain)
        if towns and state != "done":
            named = f" : {listing(towns)}" if len(towns) <= NAMED else ""
            text.append(
                f"{number(len(towns))} {_are(len(towns))} {several if len(towns) > 1 else one}{named}."
            )
    looked_for = [offer.diagnosis_lines()[id].label for id in census.lines_of_census(ground)]
    if len(looked_for) < len(offer.diagnosis_lines()):
        labels = listing([lower_first(label) for label in looked_for])
        text.append(f"La recherche de tous les lieux n’est menée que pour {labels}.")
    empty = sum(not each.lieux for each in done.towns)
    text.append(
        f"{number(empty)} {'commune n’a' if empty == 1 else 'communes n’ont'} aucun lieu publié. "
        "Cela ne dit pas qu’il n’y en a pas, tant que la commune n’est pas terminée."
        if empty
        else "Chaque commune a au moins un lieu publié."
    )
    return Part("Jusqu’où il est fait", text)


def _bodies(n: int) -> str:
    return "Un organisme" if n == 1 else f"{number(n)} organismes"


def _are(n: int) -> str:
    return "est" if n == 1 else "sont"


def _day(at: datetime) -> str:
    return date_text(at.date())
