"""The grid of a diagnosis: maillage, visibilité, attractivité, coordination.

Each criterion reads figures already computed and gives a verdict by a rule that is written beside it; where nothing tells,
it says “donnée manquante” and what would tell. No verdict is typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maillage.reports import bilan_measures
from maillage.reports.wording import count, number, percent
from maillage.studies.seen import Moved

Json = dict[str, Any]
STRONG, PARTLY, WEAK, UNKNOWN = "fort", "moyen", "faible", "donnee-manquante"
WORDS = {STRONG: "point fort", PARTLY: "axe de progrès", WEAK: "manque", UNKNOWN: "donnée manquante"}
SURVEYS, AGAIN = "enquetes", "refaits"
FIRST_LEVEL = ("assistance", "libre_acces_accompagne")


Share = Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[float | None, str]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion: its axis, its question, how a share (0 to 1, None when nothing tells) is read, and the evidence."""

    axis: str
    question: str
    share: Share
    good: float
    bad: float
    rule: str
    if_unknown: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a published survey says of one answer: percent of its universe, 90 % interval, n; `computed`: « redressé » or « brut »."""

    label: str
    percent: float
    low: float
    high: float
    n: int
    computed: str
    universe: str
    source: str

    @property
    def figure(self) -> str:
        between = f"entre {number(self.low)} et {percent(self.high)}"
        return f"{percent(self.percent)} ({between}, n = {number(self.n)}, {self.computed})"

    @property
    def among(self) -> str:
        return f"{self.universe}, d’après {self.source}"

    @property
    def words(self) -> str:
        return f"« {self.label} » : {self.figure}, {self.among}"


Surveyed = Mapping[tuple[str, str, str], Answered]  # kind of survey, question, answer

AXES = {
    "maillage": "Le maillage",
    "visibilite": "La visibilité",
    "attractivite": "L’attractivité",
    "coordination": "La coordination",
}


def told(
    offered: Mapping[str, Any] | None,
    census: Mapping[str, Any],
    surveyed: Surveyed | None = None,
    again: Moved | None = None,
) -> list[Json]:
    """Return the grid: each axis, its criteria, their verdict, the evidence and the rule behind it.

    surveyed: what published surveys of the territory say, by kind of survey, question and answer. again: what changed for the people
    seen twice.
    """
    out = []
    census = {**census, SURVEYS: surveyed or {}, AGAIN: again}
    for axis, label in AXES.items():
        rows = []
        for criterion in (each for each in CRITERIA if each.axis == axis):
            share, evidence = criterion.share(offered or {}, census)
            verdict = _verdict(share, criterion)
            rows.append(
                {
                    "question": criterion.question,
                    "verdict": verdict,
                    "mot": WORDS[verdict],
                    "preuve": evidence or criterion.if_unknown,
                    "regle": criterion.rule,
                    "action": criterion.action if verdict in (PARTLY, WEAK) else "",
                }
            )
        out.append(
            {
                "id": axis,
                "axe": label,
                "criteres": rows,
                "forts": [row["question"] for row in rows if row["verdict"] == STRONG],
                "progres": [row["question"] for row in rows if row["verdict"] in (PARTLY, WEAK)],
            }
        )
    return out


def _verdict(share: float | None, criterion: Criterion) -> str:
    if share is None:
        return UNKNOWN
    return STRONG if share >= criterion.good else WEAK if share < criterion.bad else PARTLY


def _near(offered: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[float | None, str]:
    lines = [each for each in offered.get("ensemble", {}).get("lignes", ()) if each["id"] in FIRST_LEVEL]
    known = [each for each in lines if each["etat"] != UNKNOWN and each["part_valeur"] is not None]
    if not known:
        return None, ""
    best = max(known, key=lambda each: each["part_valeur"])
    words = " ; ".join(f"{each['libelle'].lower()} : {each['part']} des personnes concernées à pied" for each in known)
    return best["part_valeur"] / 100, f"{words} (lu ici : {best['part']}), d’après {offered['source']}."


def _balance(offered: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[float | None, str]:
    lines = [each for each in offered.get("ensemble", {}).get("lignes", ()) if each["etat"] != UNKNOWN]
    known = [each for each in lines if each["part_valeur"] is not None]
    if len(known) < 3:
        return None, ""
    low, high = (pick(known, key=lambda each: each["part_valeur"]) for pick in (min, max))
    evidence = f"De {low['part']} ({low['libelle'].lower()}) à {high['part']} ({high['libelle'].lower()}) des personnes concernées à pied."
    return low["part_valeur"] / max(high["part_valeur"], 1e-9), evidence


def _of(key: str, words: str) -> Share:
    def share(_: Mapping[str, Any], census: Mapping[str, Any]) -> tuple[float | None, str]:
        found = census[key]
        if not found["sur"]:
            return None, ""
        return found["valeur"], f"{words} : {found['n']} sur {found['sur']} ({found['part']})."

    return share


def _known(_: Mapping[str, Any], census: Mapping[str, Any]) -> tuple[float | None, str]:
    said: Answered | None = census[SURVEYS].get(("inhabitants", "raison_sans_accompagnement", "ignorance"))
    return (None, "") if said is None else (1 - said.percent / 100, f"{said.words}.")


def _believed(_: Mapping[str, Any], census: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return how near what structures believe of their communication is to what the people they helped say."""
    believed: Answered | None = census[SURVEYS].get(("structures", "canaux", "communication"))
    said: Answered | None = census[SURVEYS].get(("inhabitants", "decouverte", "communication"))
    if believed is None or said is None:
        return None, ""
    points = abs(believed.percent - said.percent)
    near = 1.0 if said.low <= believed.high and believed.low <= said.high else 1 - points / 100
    return near, f"Les structures : {believed.words}. Les habitants : {said.words}. Écart : {number(points)} points."


# What inhabitants wish to learn → the answer of structures that says they teach it.
TAUGHT = {
    "materiel": ("themes", "bases"),
    "navigation": ("themes", "bases"),
    "mail": ("themes", "bases"),
    "demarches": ("themes", "droits"),
    "emploi": ("themes", "droits"),
    "bureautique": ("contenus", "bureautique"),
}


def _taught(offered: Mapping[str, Any], census: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return how many structures teach what an inhabitant wishes to learn, each wish counting for those who have it."""
    surveyed: Surveyed = census[SURVEYS]
    pairs = [
        (wished, given)
        for name, (question, answer) in TAUGHT.items()
        if (wished := surveyed.get(("inhabitants", "themes", name)))
        and (given := surveyed.get(("structures", question, answer)))
    ]
    total = sum(wished.percent for wished, given in pairs)
    if len(pairs) < 3 or not total:
        return None, ""
    found = sum(wished.percent * given.percent for wished, given in pairs) / total
    told = " ; ".join(
        f"« {wished.label} » : voulu par {wished.figure}, enseigné sous « {given.label} » par {given.figure}"
        for wished, given in sorted(pairs, key=lambda pair: -pair[0].percent)
    )
    wished, given = pairs[0]
    return found / 100, (
        f"Ce qu’un habitant veut apprendre est enseigné, en moyenne, par {percent(found)} des structures qui forment. {told}. "
        f"Base : {wished.among} ; {given.among}."
    )


def _chained(_: Mapping[str, Any], census: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return how many structures have a short course for one that has a one-off workshop, at most one."""
    one_off, course, long = (census[SURVEYS].get(("structures", "formats", name)) for name in ("ponctuel", "court", "long"))
    if one_off is None or course is None or not one_off.percent:
        return None, ""
    ratio = min(1.0, course.percent / one_off.percent)
    beyond = f" Parcours long : {long.figure}." if long else ""
    return ratio, (
        f"Atelier d’un jour : {one_off.figure}. Parcours court : {course.figure}.{beyond} Base : {one_off.among}. "
        "Cela dit si une suite existe, pas si les personnes y vont."
    )


def _said(kind: str, question: str, answer: str, lead: str, *beside: tuple[str, str, str]) -> Share:
    """Return how one answer of a published survey is read, other answers of the same survey told beside it."""

    def share(_: Mapping[str, Any], census: Mapping[str, Any]) -> tuple[float | None, str]:
        said: Answered | None = census[SURVEYS].get((kind, question, answer))
        if said is None:
            return None, ""
        others = [(words, found) for *key, words in beside if (found := census[SURVEYS].get((kind, *key)))]
        more = "".join(f" {words} : {found.figure}." for words, found in others)
        return said.percent / 100, f"{lead} : {said.figure}.{more} Base : {said.among}."

    return share


def _eased(_: Mapping[str, Any], census: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return 1 when those who did their bilan again find it easier more often than harder, 0 the other way, between when nobody can say."""
    again: Moved | None = census[AGAIN]
    if again is None or again.net is None or not (sentence := bilan_measures.moved(again)["phrase"]):
        return None, ""
    way = 1.0 if again.net.low > 0 else 0.0 if again.net.high < 0 else 0.5
    return way, f"{count(again.n, 'personne')} accompagnées ont refait le point. {sentence}"


CRITERIA = (
    Criterion(
        "maillage",
        "Les points d’accueil couvrent-ils l’ensemble du territoire, avec une offre de premier niveau à proximité ?",
        _near,
        0.8,
        0.5,
        "Fort dès 80 % des personnes concernées à pied d’une aide ou d’un accès accompagné ; manque sous 50 %.",
        "Aucun lieu recensé ne dit s’il aide.",
        "Ouvrir ou déplacer une permanence : essayez « Et si un lieu ouvrait ? ».",
    ),
    Criterion(
        "maillage",
        "Les offres répondent-elles aux différents besoins, de façon équilibrée ?",
        _balance,
        0.6,
        0.3,
        "Fort si la sorte d’offre la moins proche l’est au moins à 60 % de la plus proche ; manque sous 30 %.",
        "Moins de trois sortes d’offre sont connues.",
        "Compléter l’offre la plus rare dans un lieu qui existe déjà.",
    ),
    Criterion(
        "visibilite",
        "Les services sont-ils connus et compris du public ?",
        _known,
        0.9,
        0.7,
        "Fort si moins de 10 % des personnes que personne n’a aidées ignoraient cette aide ; manque dès 30 %. Se lit dans une enquête "
        "publiée auprès des habitants.",
        "Donnée manquante : une enquête auprès des habitants le dirait.",
        "Aller vers ceux qui l’ignorent : là où ils passent déjà, avec un relais qu’ils connaissent.",
    ),
    Criterion(
        "visibilite",
        "Ce que croient les structures de leur communication rejoint-il ce que disent les habitants ?",
        _believed,
        0.9,
        0.75,
        "Fort à moins de 10 points d’écart, ou quand les deux intervalles se touchent ; manque au-delà de 25 points. Se lit dans deux "
        "enquêtes publiées, habitants et structures.",
        "Donnée manquante : une enquête auprès des habitants et une auprès des structures le diraient.",
        "Compter sur le bouche-à-oreille et l’orientation entre lieux avant d’imprimer de nouvelles affiches.",
    ),
    Criterion(
        "visibilite",
        "Les professionnels savent-ils vers qui envoyer une personne ?",
        _said("professionals", "orienter", "oui", "Sauraient diriger une personne vers un lieu qui forme"),
        0.66,
        0.33,
        "Fort dès deux professionnels sur trois ; manque sous un tiers. Se lit dans une enquête publiée auprès des professionnels.",
        "Donnée manquante : une enquête auprès des professionnels le dirait.",
        "Leur montrer l’annuaire, et l’essayer avec eux sur deux situations vécues.",
    ),
    Criterion(
        "visibilite",
        "Les professionnels peuvent-ils orienter : la fiche est-elle à jour ?",
        _of("recents", "Lieux dont la fiche a moins d’un an"),
        0.75,
        0.4,
        "Fort dès 75 % de fiches de moins d’un an ; manque sous 40 %.",
        "Aucun lieu recensé.",
        "Lancer une campagne de confirmation.",
    ),
    Criterion(
        "visibilite",
        "Sait-on quand venir ?",
        _of("horaires", "Lieux dont on sait les horaires"),
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
        "Fort dès deux structures sur trois qui le font aujourd’hui ; manque sous un tiers. Se lit dans une enquête publiée auprès des "
        "structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Aller vers les habitants sur un sujet qui les touche, avant de parler de formation.",
    ),
    Criterion(
        "attractivite",
        "Ce qui est enseigné répond-il à ce que les habitants veulent apprendre ?",
        _taught,
        0.6,
        0.3,
        "Chaque envie compte pour ceux qui l’ont. Fort si, en moyenne, au moins 60 % des structures qui forment y répondent ; manque sous "
        "30 %. Se lit dans deux enquêtes publiées, habitants et structures.",
        "Donnée manquante : une enquête auprès des habitants et une auprès des structures le diraient.",
        "Ouvrir un atelier sur ce que les habitants demandent le plus et que peu enseignent.",
    ),
    Criterion(
        "attractivite",
        "Après un atelier d’un jour, y a-t-il une suite ?",
        _chained,
        0.75,
        0.5,
        "Fort si au moins trois structures ont un parcours court pour quatre qui ont un atelier d’un jour ; manque sous une pour deux. Se "
        "lit dans une enquête publiée auprès des structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Donner une date de parcours court à la fin de chaque atelier, ici ou chez un voisin.",
    ),
    Criterion(
        "attractivite",
        "L’offre s’adapte-t-elle aux contraintes : le prix ?",
        _of("gratuit", "Lieux gratuits, parmi ceux qui disent leur prix"),
        0.7,
        0.4,
        "Fort dès 70 % de lieux gratuits parmi ceux qui disent leur prix ; manque sous 40 %.",
        "Aucun lieu ne dit son prix.",
        "Soutenir la gratuité là où les deux précarités se croisent.",
    ),
    Criterion(
        "attractivite",
        "L’offre s’adapte-t-elle aux contraintes : le soir ou le samedi ?",
        _of("soir_ou_samedi", "Lieux ouverts le soir ou le week-end, parmi ceux qui disent leurs horaires"),
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
        "Se lit chez les personnes qui ont refait le point : fort si c’est plus souvent plus facile que plus dur, tout l’intervalle "
        "compris ; manque si c’est l’inverse.",
        "Donnée manquante : trop peu de personnes ont refait le point après avoir été aidées.",
        "Proposer de refaire le point au dernier rendez-vous, et reprendre ce qui reste dur.",
    ),
    Criterion(
        "coordination",
        "Quels besoins d’appui ou de coordination des professionnels ?",
        _said("structures", "vision", "oui", "Une vision claire de ce que font les autres"),
        0.66,
        0.33,
        "Fort dès deux structures sur trois qui ont une vision claire de ce que font les autres ; manque sous un tiers. Se lit dans une "
        "enquête publiée auprès des structures.",
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
        "Fort dès deux structures sur trois qui travaillent en partenariat ; manque sous un tiers. Se lit dans une enquête publiée auprès "
        "des structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Monter une première action à deux, dans les locaux de celle qui veut accueillir.",
    ),
)
