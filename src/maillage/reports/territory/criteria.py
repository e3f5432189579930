"""The grid of a diagnosis: maillage, visibilité, attractivité, coordination.

Each criterion reads figures already computed and gives a verdict by a rule that is written beside it; where
nothing tells, it says “donnée manquante” and what would tell. No verdict is typed.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from maillage.reports.autonomy import measures as bilan_measures
from maillage.reports.directory.census import Part, Shares
from maillage.reports.territory.reading import OfferLine, OfferReading
from maillage.studies.people.observed import Moved
from maillage.words import rounding
from maillage.words.wording import NBSP, count, listing, lower_first, number, percent

STRONG, PARTLY, WEAK, UNKNOWN = "fort", "moyen", "faible", "donnee-manquante"
WORDS = {STRONG: "point fort", PARTLY: "axe de progrès", WEAK: "manque", UNKNOWN: "donnée manquante"}
FIRST_LEVEL = ("assistance", "libre_acces_accompagne")
MOST = 50.0  # percent of the people of a zone who have a line of the offer within a walk
MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a published survey says of one answer: percent of its universe, 90 % interval, n; `computed`: «
    redressé » or « brut »; `rounding`: the rule of its publication.
    """

    label: str
    percent: float
    low: float
    high: float
    n: int
    computed: str
    universe: str
    source: str
    rounding: str = "nearest"

    @property
    def figure(self) -> str:
        low, high = rounding.outwards(self.low, self.high, 1.0, most=100.0)
        between = f"entre {number(low)} et {percent(high)}"
        value = percent(rounding.rounded(self.percent, rule=self.rounding))
        return f"{value} ({between}, n{NBSP}={NBSP}{number(self.n)}, {self.computed})"

    @property
    def among(self) -> str:
        return f"{self.universe}, d’après {self.source}"

    @property
    def words(self) -> str:
        return f"« {self.label} » : {self.figure}, {self.among}"


Surveyed = Mapping[tuple[str, str, str], Answered]  # kind of survey, question, answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict may be read in: the offer beside the need, what the directory counts, published surveys,
    people seen twice, the zones where both precarities are strong.
    """

    offered: OfferReading | None
    shares: Shares
    surveyed: Surveyed
    again: Moved | None
    crossed: frozenset[str] = frozenset()


Share = Callable[[Evidence], tuple[float | None, str]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion: its axis, its question, how a share (0 to 1, None when nothing tells) is read, and the
    evidence.
    """

    axis: str
    question: str
    share: Share
    good: float
    bad: float
    rule: str
    if_unknown: str
    action: str


AXES = {
    "maillage": "Le maillage",
    "visibilite": "La visibilité",
    "attractivite": "L’attractivité",
    "coordination": "La coordination",
}


@dataclass(frozen=True, slots=True)
class CriterionReading:
    """A criterion as a reader sees it. action: what to do, "" where nothing calls for it."""

    question: str
    verdict: str
    label: str
    evidence: str
    rule: str
    action: str


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of the grid: its criteria, the questions of those that are strong, or that may progress, and
    what structures say they need to go further on it.
    """

    id: str
    label: str
    criteria: tuple[CriterionReading, ...]
    strong: tuple[str, ...]
    to_progress: tuple[str, ...]
    needs: tuple[str, ...]


def grid(
    offered: OfferReading | None,
    shares: Shares,
    surveyed: Surveyed | None = None,
    again: Moved | None = None,
    crossed: Collection[str] = (),
) -> tuple[Axis, ...]:
    """Return the grid: each axis, its criteria, their verdict, the evidence and the rule behind it.

    shares: what the directory counts. surveyed: what published surveys of the territory say, by kind of
    survey, question and answer. again: what changed for the people seen twice. crossed: codes of the zones
    that the joint map puts in both precarities.
    """
    found = Evidence(offered, shares, surveyed or {}, again, frozenset(crossed))
    return tuple(_axis(axis, label, found) for axis, label in AXES.items())


def _axis(id: str, label: str, found: Evidence) -> Axis:
    rows = tuple(_row(criterion, found) for criterion in CRITERIA if criterion.axis == id)
    return Axis(
        id=id,
        label=label,
        criteria=rows,
        strong=tuple(row.question for row in rows if row.verdict == STRONG),
        to_progress=tuple(row.question for row in rows if row.verdict in (PARTLY, WEAK)),
        needs=tuple(
            f"{said.label} : {said.figure}"
            for question, answer in NEEDS[id]
            if (said := found.surveyed.get(("structures", question, answer)))
        ),
    )


def _row(criterion: Criterion, found: Evidence) -> CriterionReading:
    share, evidence = criterion.share(found)
    verdict = _verdict(share, criterion)
    return CriterionReading(
        question=criterion.question,
        verdict=verdict,
        label=WORDS[verdict],
        evidence=evidence or criterion.if_unknown,
        rule=criterion.rule,
        action=criterion.action if verdict in (PARTLY, WEAK) else "",
    )


def _verdict(share: float | None, criterion: Criterion) -> str:
    if share is None:
        return UNKNOWN
    return STRONG if share >= criterion.good else WEAK if share < criterion.bad else PARTLY


def _known_lines(offered: OfferReading | None) -> list[tuple[OfferLine, float]]:
    """Return the lines of the offer whose share within a walk is known, each with it (percent)."""
    lines = offered.whole.lines if offered else ()
    return [
        (each, each.share_value) for each in lines if each.state != UNKNOWN and each.share_value is not None
    ]


def _near(found: Evidence) -> tuple[float | None, str]:
    best = _first_level(found)
    if found.offered is None:
        return None, ""
    if best is None or best.share_value is None:
        return None, _in_doubt(found.offered)
    words = " ; ".join(
        f"{line.label.lower()} : {line.share} des personnes concernées à pied"
        for line, _ in _known_lines(found.offered)
        if line.id in FIRST_LEVEL
    )
    return (
        best.share_value / 100,
        f"{words[:1].upper()}{words[1:]} (lu ici : {best.share}), d’après {found.offered.source}.",
    )


def _in_doubt(offered: OfferReading) -> str:
    """Return the lines of first level that silent places leave between two bounds, '' when there is none."""
    vague = [each for each in offered.whole.lines if each.id in FIRST_LEVEL and each.doubt]
    words = " ; ".join(f"{line.label.lower()} : entre {line.share}" for line in vague)
    return f"{words} des personnes concernées à pied. {vague[0].doubt}" if vague else ""


def _balance(found: Evidence) -> tuple[float | None, str]:
    known = _known_lines(found.offered)
    if len(known) < 3:
        return None, ""
    (low, least), (high, most) = (pick(known, key=lambda each: each[1]) for pick in (min, max))
    evidence = (
        f"De {low.share} ({low.label.lower()}) à {high.share} ({high.label.lower()}) des personnes concernées"
        " à pied."
    )
    return least / max(most, 1e-9), evidence


def _first_level(found: Evidence) -> OfferLine | None:
    """Return the line of first-level help that most people have within a walk, None when none is known."""
    known = [(line, share) for line, share in _known_lines(found.offered) if line.id in FIRST_LEVEL]
    return max(known, key=lambda each: each[1])[0] if known else None


def _publics(found: Evidence) -> tuple[float | None, str]:
    """Return how the public least served compares with everybody, on the nearest first-level help."""
    line = _first_level(found)
    if found.offered is None or line is None or not line.share_value:
        return None, ""
    theirs = [
        (public.label, each)
        for public in found.offered.publics.values()
        for each in public.whole
        if each.id == line.id and each.share_value is not None
    ]
    if not theirs:
        return None, ""
    told = " ; ".join(f"{label} : {each.share}" for label, each in theirs)
    welcomed = [
        f"{said.label} : {said.figure}"
        for public in ("handicap", "illettrisme", "addictions")
        if (said := found.surveyed.get(("structures", "publics_fragiles", public)))
    ]
    beyond = (
        f" Structures qui forment et disent accueillir ces publics : {' ; '.join(welcomed)}."
        if welcomed
        else " Handicap, illettrisme : ni besoin ni accueil ne sont connus ici."
    )
    least = min(each.share_value or 0.0 for _, each in theirs)
    return (
        least / line.share_value,
        f"{line.label}, personnes concernées à pied. Tous : {line.share} ; {told}.{beyond}",
    )


def _crossed(found: Evidence) -> tuple[float | None, str]:
    """Return the share of the zones in both precarities where most people have first-level help."""
    line = _first_level(found)
    if found.offered is None or line is None:
        return None, ""
    here = [
        (zone.name, each.share_value)
        for code, zone in found.offered.zones.items()
        for each in zone.lines
        if code in found.crossed and each.id == line.id and each.share_value is not None
    ]
    if not here:
        return None, ""
    without = [name for name, share in here if share < MOST]
    more = (
        f" Moins de la moitié à {listing(without[:MOST_NAMED])}"
        f"{f' et {number(len(without) - MOST_NAMED)} autres' if len(without) > MOST_NAMED else ''}."
        if without
        else ""
    )
    return (
        1 - len(without) / len(here),
        (
            f"{count(len(here), 'zone')} probablement dans les deux précarités ; dans"
            f" {number(len(here) - len(without))}, la plupart des personnes concernées ont à pied :"
            f" {lower_first(line.label)}.{more}"
        ),
    )


def _largest_need(found: Evidence) -> tuple[float | None, str]:
    """Return the share of structures that do not voice the need voiced most, each need told."""
    needs = [
        said
        for (kind, question, answer), said in found.surveyed.items()
        if (kind, question) == ("structures", "besoins") and answer != "aucun"
    ]
    if not needs:
        return None, ""
    needs.sort(key=lambda said: -said.percent)
    told = " ; ".join(f"{said.label} : {said.figure}" for said in needs)
    return 1 - needs[0].percent / 100, f"{told}. Base : {needs[0].among}."


def _funded(found: Evidence) -> tuple[float | None, str]:
    """Return the share of structures that have a funder, each kind of funder told."""
    said = {
        answer: each
        for (kind, question, answer), each in found.surveyed.items()
        if (kind, question) == ("structures", "financeurs")
    }
    none = said.get("aucun")
    if none is None:
        return None, ""
    told = "".join(f" {each.label} : {each.figure}." for id, each in said.items() if id != "aucun")
    return 1 - none.percent / 100, f"Aucun financeur : {none.figure}.{told} Base : {none.among}."


def _of(name: Literal["free", "hours", "recent", "evening_or_weekend"], words: str) -> Share:
    def share(found: Evidence) -> tuple[float | None, str]:
        part: Part = getattr(found.shares, name)
        if not part.among:
            return None, ""
        return part.value, f"{words} : {part.n} sur {part.among} ({part.share})."

    return share


def _known(found: Evidence) -> tuple[float | None, str]:
    said: Answered | None = found.surveyed.get(("inhabitants", "raison_sans_accompagnement", "ignorance"))
    return (None, "") if said is None else (1 - said.percent / 100, f"{said.words}.")


def _believed(found: Evidence) -> tuple[float | None, str]:
    """Return how close what structures believe about their communication is to what the people they helped
    answer.
    """
    believed: Answered | None = found.surveyed.get(("structures", "canaux", "communication"))
    said: Answered | None = found.surveyed.get(("inhabitants", "decouverte", "communication"))
    if believed is None or said is None:
        return None, ""
    points = abs(believed.percent - said.percent)
    near = 1.0 if said.low <= believed.high and believed.low <= said.high else 1 - points / 100
    return (
        near,
        f"Les structures : {believed.words}. Les habitants : {said.words}. Écart : {number(points)} points.",
    )


# What inhabitants wish to learn → the answer of structures that says they teach it.
TAUGHT = {
    "materiel": ("themes", "bases"),
    "navigation": ("themes", "bases"),
    "mail": ("themes", "bases"),
    "demarches": ("themes", "droits"),
    "emploi": ("themes", "droits"),
    "bureautique": ("contenus", "bureautique"),
}


def _taught(found: Evidence) -> tuple[float | None, str]:
    """Return the mean share of structures that teach what inhabitants wish to learn, weighted by how many
    wish it.
    """
    surveyed = found.surveyed
    pairs = [
        (wished, given)
        for name, (question, answer) in TAUGHT.items()
        if (wished := surveyed.get(("inhabitants", "themes", name)))
        and (given := surveyed.get(("structures", question, answer)))
    ]
    total = sum(wished.percent for wished, given in pairs)
    if len(pairs) < 3 or not total:
        return None, ""
    taught = sum(wished.percent * given.percent for wished, given in pairs) / total
    told = " ; ".join(
        f"« {wished.label} » : voulu par {wished.figure}, enseigné sous « {given.label} » par {given.figure}"
        for wished, given in sorted(pairs, key=lambda pair: -pair[0].percent)
    )
    wished, given = pairs[0]
    return (
        taught / 100,
        (
            f"Ce qu’un habitant veut apprendre est enseigné, en moyenne, par {percent(taught)} des structures"
            f" qui forment. {told}. Base : {wished.among} ; {given.among}."
        ),
    )


def _chained(found: Evidence) -> tuple[float | None, str]:
    """Return how many structures have a short course for one that has a one-off workshop, at most one."""
    one_off, course, long = (
        found.surveyed.get(("structures", "formats", name)) for name in ("ponctuel", "court", "long")
    )
    if one_off is None or course is None or not one_off.percent:
        return None, ""
    ratio = min(1.0, course.percent / one_off.percent)
    beyond = f" Parcours long : {long.figure}." if long else ""
    return (
        ratio,
        (
            f"Atelier d’un jour : {one_off.figure}. Parcours court : {course.figure}.{beyond} Base :"
            f" {one_off.among}. Cela dit si une suite existe, pas si les personnes y vont."
        ),
    )


def _said(kind: str, question: str, answer: str, lead: str, *beside: tuple[str, str, str]) -> Share:
    """Return how one answer of a published survey is read, other answers of the same survey told beside
    it.
    """

    def share(found: Evidence) -> tuple[float | None, str]:
        said: Answered | None = found.surveyed.get((kind, question, answer))
        if said is None:
            return None, ""
        others = [
            (words, each) for *key, words in beside if (each := found.surveyed.get((kind, key[0], key[1])))
        ]
        more = "".join(f" {words} : {each.figure}." for words, each in others)
        return said.percent / 100, f"{lead} : {said.figure}.{more} Base : {said.among}."

    return share


def _eased(found: Evidence) -> tuple[float | None, str]:
    """Return 1 when those who did their bilan again find it easier more often than harder, 0 the other way,
    between when nobody can say.
    """
    again: Moved | None = found.again
    if again is None or again.net is None or not (sentence := bilan_measures.moved(again).sentence):
        return None, ""
    way = 1.0 if again.net.low > 0 else 0.0 if again.net.high < 0 else 0.5
    return way, f"{count(again.n, 'personne')} accompagnées ont refait le point. {sentence}"


# What structures say they need or wish, by axis of the grid: questions and answers of their bank.
NEEDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "maillage": (("besoins", "equipement"), ("besoins", "lieu"), ("besoins", "moyens_humains")),
    "visibilite": (("vision", "non_souhaite"),),
    "attractivite": (("besoins", "outillage"), ("besoins", "formation"), ("publics_former", "oui")),
    "coordination": (
        *(("besoins", "financement"), ("partenariats_voulus", "accueillir")),
        *(("partenariats_voulus", "partage"), ("partenariats_voulus", "mutualiser")),
    ),
}
CRITERIA = (
    Criterion(
        "maillage",
        "Les points d’accueil couvrent-ils l’ensemble du territoire, avec une offre de premier niveau à"
        " proximité ?",
        _near,
        0.8,
        0.5,
        "Fort dès 80 % des personnes concernées à pied d’une aide ou d’un accès accompagné ; manque sous"
        " 50 %.",
        "Aucun lieu recensé ne dit s’il aide.",
        "Ouvrir ou déplacer une permanence : essayez « Et si un lieu ouvrait ? ».",
    ),
    Criterion(
        "maillage",
        "Les offres répondent-elles aux différents besoins, de façon équilibrée ?",
        _balance,
        0.6,
        0.3,
        "Fort si la sorte d’offre la moins proche l’est au moins à 60 % de la plus proche ; manque sous"
        " 30 %.",
        "Moins de trois sortes d’offre sont connues.",
        "Compléter l’offre la plus rare dans un lieu qui existe déjà.",
    ),
    Criterion(
        "maillage",
        "Les offres proposées répondent-elles aux besoins des différents publics ?",
        _publics,
        0.9,
        0.7,
        "Fort si chaque public dont le besoin s’estime a l’aide la plus proche à pied presque autant que"
        " l’ensemble (90 %) ; manque sous 70 %.",
        "Aucun lieu recensé ne dit s’il aide.",
        "Proposer un créneau à ce public dans un lieu proche de lui.",
    ),
    Criterion(
        "maillage",
        "Là où les deux précarités se croisent, y a-t-il une offre de premier niveau à pied ?",
        _crossed,
        0.8,
        0.5,
        "Fort si, dans 80 % de ces zones, la plupart des personnes concernées ont une aide ou un accès"
        " accompagné à pied ; manque sous 50 %. La carte croisée dit quelles zones.",
        "Aucune zone n’est dans les deux précarités, ou aucun lieu recensé ne dit s’il aide.",
        "Commencer par ces zones : essayez « Et si un lieu ouvrait ? ».",
    ),
    Criterion(
        "visibilite",
        "Les services sont-ils connus et compris du public ?",
        _known,
        0.9,
        0.7,
        "Fort si moins de 10 % des personnes que personne n’a aidées ignoraient cette aide ; manque dès 30 %."
        " Se lit dans une enquête publiée auprès des habitants.",
        "Donnée manquante : une enquête auprès des habitants le dirait.",
        "Aller vers ceux qui l’ignorent : là où ils passent déjà, avec un relais qu’ils connaissent.",
    ),
    Criterion(
        "visibilite",
        "Ce que croient les structures de leur communication rejoint-il ce que disent les habitants ?",
        _believed,
        0.9,
        0.75,
        "Fort à moins de 10 points d’écart, ou quand les deux intervalles se touchent ; manque au-delà de 25"
        " points. Se lit dans deux enquêtes publiées, habitants et structures.",
        "Donnée manquante : une enquête auprès des habitants et une auprès des structures le diraient.",
        "Compter sur le bouche-à-oreille et l’orientation entre lieux avant d’imprimer de nouvelles"
        " affiches.",
    ),
    Criterion(
        "visibilite",
        "Les professionnels savent-ils vers qui envoyer une personne ?",
        _said("professionals", "orienter", "oui", "Sauraient diriger une personne vers un lieu qui forme"),
        0.66,
        0.33,
        "Fort dès deux professionnels sur trois ; manque sous un tiers. Se lit dans une enquête publiée"
        " auprès des professionnels.",
        "Donnée manquante : une enquête auprès des professionnels le dirait.",
        "Leur montrer l’annuaire, et l’essayer avec eux sur deux situations vécues.",
    ),
    Criterion(
        "visibilite",
        "Les professionnels peuvent-ils orienter : la fiche est-elle à jour ?",
        _of("recent", "Lieux dont la fiche a moins d’un an"),
        0.75,
        0.4,
        "Fort dès 75 % de fiches de moins d’un an ; manque sous 40 %.",
        "Aucun lieu recensé.",
        "Lancer une campagne de confirmation.",
    ),
    Criterion(
        "visibilite",
        "Sait-on quand venir ?",
        _of("hours", "Lieux dont on sait les horaires"),
        0.9,
        0.6,
        "Fort dès 90 % de lieux avec horaires ; manque sous 60 %.",
        "Aucun lieu recensé.",
        "Demander les horaires par le lien personnel de chaque fiche.",
    ),
    Criterion(
        "attractivite",
        "Que fait-on pour intéresser les habitants, y compris à se former ?",
        _said(
            "structures",
            "sensibiliser",
            "aujourdhui",
            "Présentent les services en ligne et l’intérêt de se former",
            ("sensibiliser", "en_projet", "En projet"),
            ("hors_murs", "oui", "Vont hors les murs"),
        ),
        0.66,
        0.33,
        "Fort dès deux structures sur trois qui le font aujourd’hui ; manque sous un tiers. Se lit dans une"
        " enquête publiée auprès des structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Aller vers les habitants sur un sujet qui les touche, avant de parler de formation.",
    ),
    Criterion(
        "attractivite",
        "Ce qui est enseigné répond-il à ce que les habitants veulent apprendre ?",
        _taught,
        0.6,
        0.3,
        "Chaque envie compte pour ceux qui l’ont. Fort si, en moyenne, au moins 60 % des structures qui"
        " forment y répondent ; manque sous 30 %. Se lit dans deux enquêtes publiées, habitants et"
        " structures.",
        "Donnée manquante : une enquête auprès des habitants et une auprès des structures le diraient.",
        "Ouvrir un atelier sur ce que les habitants demandent le plus et que peu enseignent.",
    ),
    Criterion(
        "attractivite",
        "Après un atelier d’un jour, y a-t-il une suite ?",
        _chained,
        0.75,
        0.5,
        "Fort si au moins trois structures ont un parcours court pour quatre qui ont un atelier d’un jour ;"
        " manque sous une pour deux. Se lit dans une enquête publiée auprès des structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Donner une date de parcours court à la fin de chaque atelier, ici ou chez un voisin.",
    ),
    Criterion(
        "attractivite",
        "L’offre s’adapte-t-elle aux contraintes : le prix ?",
        _of("free", "Lieux gratuits, parmi ceux qui disent leur prix"),
        0.7,
        0.4,
        "Fort dès 70 % de lieux gratuits parmi ceux qui disent leur prix ; manque sous 40 %.",
        "Aucun lieu ne dit son prix.",
        "Soutenir la gratuité là où les deux précarités se croisent.",
    ),
    Criterion(
        "attractivite",
        "L’offre s’adapte-t-elle aux contraintes : le soir ou le samedi ?",
        _of(
            "evening_or_weekend", "Lieux ouverts le soir ou le week-end, parmi ceux qui disent leurs horaires"
        ),
        0.5,
        0.2,
        "Fort dès 50 % de lieux ouverts après 19 h, le samedi ou le dimanche ; manque sous 20 %.",
        "Aucun lieu ne dit ses horaires.",
        "Étendre une plage par secteur plutôt que partout.",
    ),
    Criterion(
        "attractivite",
        "De nouveaux usages sont-ils constatés chez les publics accompagnés ?",
        _eased,
        1.0,
        0.5,
        "Se lit chez les personnes qui ont refait le point : fort si c’est plus souvent plus facile que plus"
        " dur, tout l’intervalle compris ; manque si c’est l’inverse.",
        "Donnée manquante : trop peu de personnes ont refait le point après avoir été aidées.",
        "Proposer de refaire le point au dernier rendez-vous, et reprendre ce qui reste dur.",
    ),
    Criterion(
        "coordination",
        "Quels besoins d’appui ou de coordination des professionnels ?",
        _largest_need,
        0.8,
        0.6,
        "Fort si aucun besoin n’est dit par plus d’une structure sur cinq ; manque si l’un l’est par plus de"
        " deux sur cinq. Les besoins propres à chaque axe sont sous l’axe. Se lit dans une enquête publiée"
        " auprès des structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Commencer par le besoin le plus dit : outils, moyens, équipement ou formation.",
    ),
    Criterion(
        "coordination",
        "Les structures voient-elles ce que font les autres ?",
        _said("structures", "vision", "oui", "Une vision claire de ce que font les autres"),
        0.66,
        0.33,
        "Fort dès deux structures sur trois qui ont une vision claire de ce que font les autres ; manque sous"
        " un tiers. Se lit dans une enquête publiée auprès des structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Faire se rencontrer les lieux, et tenir l’annuaire que tous consultent.",
    ),
    Criterion(
        "coordination",
        "Travaille-t-on ensemble : partenaires, pratiques, financeurs ?",
        _said(
            "structures",
            "partenariat",
            "oui",
            "Travaillent en partenariat",
            ("accueillir", "oui", "Accueilleraient des partenaires"),
            ("partenariats_voulus", "partage", "Veulent partager leurs pratiques"),
            ("financeurs", "aucun", "N’ont aucun financeur"),
        ),
        0.66,
        0.33,
        "Fort dès deux structures sur trois qui travaillent en partenariat ; manque sous un tiers. Se lit"
        " dans une enquête publiée auprès des structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Monter une première action à deux, dans les locaux de celle qui veut accueillir.",
    ),
    Criterion(
        "coordination",
        "Les structures ont-elles de quoi financer leurs actions ?",
        _funded,
        0.8,
        0.5,
        "Fort si moins d’une structure sur cinq n’a aucun financeur ; manque dès une sur deux. Se lit dans"
        " une enquête publiée auprès des structures ; les financeurs écrits sur les fiches restent privés.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Chercher un financeur à plusieurs, autour d’une action commune.",
    ),
)
