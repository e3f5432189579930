"""The grid of a diagnosis: maillage, visibilité, attractivité, coordination.

Each criterion reads figures already computed and gives a verdict by a rule that is written beside it; where nothing tells,
it says “donnée manquante” and what would tell. No verdict is typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maillage.reports.wording import number, percent

Json = dict[str, Any]
STRONG, PARTLY, WEAK, UNKNOWN = "fort", "moyen", "faible", "donnee-manquante"
WORDS = {STRONG: "point fort", PARTLY: "axe de progrès", WEAK: "manque", UNKNOWN: "donnée manquante"}
SURVEYS = "enquetes"
FIRST_LEVEL = ("assistance", "libre_acces_accompagne")


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion: its axis, its question, how a share (0 to 1, None when nothing tells) is read, and the evidence."""

    axis: str
    question: str
    share: Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[float | None, str]]
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
    def words(self) -> str:
        return (
            f"« {self.label} » : {percent(self.percent)} (entre {number(self.low)} et {percent(self.high)}, n = {number(self.n)}, "
            f"{self.computed} ; {self.universe}), d’après {self.source}"
        )


Surveyed = Mapping[tuple[str, str, str], Answered]  # kind of survey, question, answer

AXES = {
    "maillage": "Le maillage",
    "visibilite": "La visibilité",
    "attractivite": "L’attractivité",
    "coordination": "La coordination",
}


def told(offered: Mapping[str, Any] | None, census: Mapping[str, Any], surveyed: Surveyed | None = None) -> list[Json]:
    """Return the grid: each axis, its criteria, their verdict, the evidence and the rule behind it.

    surveyed: what published surveys of the territory say, by kind of survey, question and answer.
    """
    out = []
    census = {**census, SURVEYS: surveyed or {}}
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


def _of(key: str, words: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[float | None, str]]:
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


def _seen(_: Mapping[str, Any], census: Mapping[str, Any]) -> tuple[float | None, str]:
    said: Answered | None = census[SURVEYS].get(("structures", "vision", "oui"))
    return (
        (None, "") if said is None else (said.percent / 100, f"Une vision claire de ce que font les autres, {said.words}.")
    )


def _nothing(*_: object) -> tuple[float | None, str]:
    return None, ""


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
        _nothing,
        1.0,
        1.0,
        "Se lit dans le suivi des personnes accompagnées.",
        "Donnée manquante : le suivi des accompagnements le dirait.",
        "",
    ),
    Criterion(
        "coordination",
        "Quels besoins d’appui ou de coordination des professionnels ?",
        _seen,
        0.66,
        0.33,
        "Fort dès deux structures sur trois qui ont une vision claire de ce que font les autres ; manque sous un tiers. Se lit dans une "
        "enquête publiée auprès des structures.",
        "Donnée manquante : une enquête auprès des structures le dirait.",
        "Faire se rencontrer les lieux, et tenir l’annuaire que tous consultent.",
    ),
)
