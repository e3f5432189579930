"""Make the answers of surveys whose files are lost, so that the figures they published come back.

    python -m tools.published_surveys            writes data/raw/maillage/enquetes
    python -m tools.published_surveys --check    says whether the files are those it would write
    python -m tools.published_surveys --page     writes the tables of docs/methods/enquetes-publiees.md again

Four documents printed percentages and no answer: Maubeuge-Val de Sambre (2021), inhabitants and structures;
Grenoble (2015), users
of the Caf; Strasbourg (2019), structures. Here answers are drawn, with a seed, until each printed percentage
is met: they are
made, nobody gave them, and their cards say so. What the documents do not print stays empty, or is said to be
assumed.
"""

import csv
import hashlib
import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Group, Question, Questionnaire
from maillage.reference.surveys import banks
from maillage.sources.survey import answers
from maillage.sources.survey import margins as known_margins
from maillage.statistics.engine.chance import generator
from maillage.statistics.need import model
from maillage.statistics.need import population as frames
from maillage.statistics.survey import samples, tabulation, weighting
from maillage.statistics.survey.columns import CITED
from maillage.statistics.survey.tables import Row
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from tests.banks import with_communes
from tests.published import reproduction
from tests.published.reproduction import RULES, Reproduction

FOLDER = Path(__file__).resolve().parents[1] / "data/raw/maillage/enquetes"
SEED = 20_211_130  # the day of the presentation in Maubeuge
MAUBEUGE = "200043396"
Rows = list[dict[str, str]]
Bools = NDArray[np.bool_]

AGES = ("15_25", "26_39", "40_60", "61_70", "plus_70")
SPANS = ((15, 25), (26, 39), (40, 60), (61, 70), (71, 88))
ANSWERS_BY_AGE = (
    66,
    44,
    46,
    20,
    16,
)  # assumed: the young twice as many as in the population, as the document says
COMMUNES = (
    ("59392", 70),
    ("59291", 34),
    ("59365", 46),
    ("autres", 42),
)  # assumed: Maubeuge, Hautmont, Louvroil, others


def margins() -> dict[str, dict[str, float]]:
    """Return persons of 15 and over of the agglomeration by age, from the census that the engine reads.

    The bins of the census are cut where the survey cuts: a fifth of 25-29 is 25 years old, a fifth of 60-64
    is 60, six tenths of
    65-74 are 70 or under.
    """
    place = model.country().frame
    rows = zoning.usual(gazetteer().get(MAUBEUGE), frames.sources().rp2021).rows
    bins = place.ages[rows].sum(axis=0)
    _, a15, a20, a25, a30, a40, a45, a60, a65, a75 = bins.tolist()
    ages = (
        a15 + a20 + a25 / 5,
        a25 * 4 / 5 + a30,
        a40 + a45 + a60 / 5,
        a60 * 4 / 5 + a65 * 3 / 5,
        a65 * 2 / 5 + a75,
    )
    return {"classe_age": dict(zip(AGES, (round(value, 1) for value in ages), strict=True))}


class Draw:
    """Chooses who gives an answer, so that the weighted share of a base is met."""

    def __init__(self, weights: NDArray[np.float64], name: str) -> None:
        self.weights, self.random = weights, generator(SEED, name)

    def some(self, base: Bools, percent: float, *, among: Bools | None = None, likely: NDArray[np.float64] | None = None,
             within: float = 0.3) -> Bools:  # fmt: skip
        """Return the respondents who answer so: their weight is `percent` of the base, within `within` points.

        among: who may; likely: how much more than others. Raises RuntimeError when nobody is found: the
            figures contradict.
        """
        pool = np.flatnonzero(base if among is None else base & among)
        total_weight = float(self.weights[base].sum())
        wanted, near = percent * total_weight / 100, within * total_weight / 100
        odds = np.ones(len(pool)) if likely is None else likely[pool]
        for _ in range(4_000):
            order = pool[np.argsort(-np.log(self.random.random(len(pool))) / odds)]
            sums = np.cumsum(self.weights[order])
            at = int(np.argmin(np.abs(sums - wanted)))
            if abs(float(sums[at]) - wanted) <= near:
                out = np.zeros(len(base), dtype=bool)
                out[order[: at + 1]] = True
                return out
        raise RuntimeError(f"{percent} % of {base.sum()} is out of reach.")


def inhabitants() -> Rows:
    """Return 192 answers, weighted by age, that give back what the document of Maubeuge prints of its
    inhabitants.
    """
    people = margins()["classe_age"]
    age = np.repeat(AGES, ANSWERS_BY_AGE)
    count = dict(zip(AGES, ANSWERS_BY_AGE, strict=True))
    weights = np.array([people[a] / count[a] for a in age])
    n = len(age)
    draw = Draw(weights, "maubeuge/habitants")
    everybody = np.ones(n, dtype=bool)
    old = np.isin(age, AGES[3:])
    man = draw.some(everybody, 48)
    by_age = np.select([age == a for a in AGES], [0.3, 0.5, 1.0, 3.0, 7.0])
    uneasy = draw.some(everybody, 40, likely=by_age)
    lost = draw.some(everybody, 14, among=uneasy, likely=by_age)
    very = draw.some(everybody, 24, among=~uneasy, likely=1 / by_age)
    nothing = draw.some(everybody, 8, among=uneasy, likely=np.where(old, 6.0, 1.0) * np.where(man, 4.0, 1.0))
    equipped = ~nothing
    computer = draw.some(everybody, 47, among=equipped, likely=np.where(uneasy, 0.4, 1.0))
    smartphone = draw.some(everybody, 63, among=equipped, likely=1 / by_age)
    neither = equipped & ~computer & ~smartphone
    means = draw.some(nothing, 50, within=4)
    helped = draw.some(uneasy, 10.5, within=0.04)
    helped |= draw.some(everybody, 16 - 100 * weights[helped].sum() / weights.sum(), among=~uneasy)
    unhappy = draw.some(helped, 2, among=age == "15_25", within=0.45)
    very_happy = draw.some(helped, 40, among=~unhappy, within=4)
    trained = draw.some(everybody, 12, among=helped | ~uneasy)
    still = draw.some(
        everybody, 5, among=uneasy & ~helped, within=1
    )  # trained without a structure: those still at a loss
    trained = trained & ~uneasy | _enough(draw, weights, trained & ~uneasy, still, uneasy)
    more = draw.some(everybody, 33.3, likely=np.where(uneasy, 0.8, 1.0))
    free = draw.some(everybody, 41)
    near = draw.some(everybody, 22, among=~free)
    trust = draw.some(everybody, 12, among=~free & ~near)
    alone = ~helped
    unknown = draw.some(alone, 16)
    relative = draw.some(alone, 33, among=~unknown)
    sent = draw.some(helped, 33.3, within=1.5)
    word_of_mouth = draw.some(helped, 42, among=~sent, within=3)
    net = draw.some(everybody, 46, among=~uneasy)
    mouth = draw.some(everybody, 38, among=~net)
    commune = generator(SEED, "maubeuge/communes").permuted(
        [code for code, times in COMMUNES for _ in range(times)]
    )
    years = generator(SEED, "maubeuge/ages").random(n)
    spans = dict(zip(AGES, SPANS, strict=True))
    order = generator(SEED, "maubeuge/ordre").permutation(n)
    rows = []
    for number, k in enumerate(order, start=1):
        rows.append(
            {
                "id": f"H{number:03d}",
                "age": str(int(spans[age[k]][0] + years[k] * (spans[age[k]][1] - spans[age[k]][0] + 1))),
                "classe_age": str(age[k]),
                "sexe": "homme" if man[k] else "femme",
                "commune": str(commune[k]),
                "equipement": _words(nothing[k] and "aucun", smartphone[k] and "smartphone",
                computer[k] and "ordinateur",
                                     neither[k] and "telephone_basique"),
                "raison_non_equipe": ("moyens" if means[k] else "interet") if nothing[k] else "",
                "aisance": "pas_du_tout" if lost[k] else "peu" if uneasy[k] else "tres" if very[k] else "a_l_aise",
                "accompagne": "oui" if helped[k] else "non",
                "satisfaction": ("peu_satisfait" if unhappy[k] else "tres_satisfait" if very_happy[k] else "satisfait")
                if helped[k] else "",
                "decouverte": ("orientation" if sent[k] else "bouche_a_oreille" if word_of_mouth[k] else "communication")
                if helped[k] else "",
                "forme": "oui" if trained[k] else "non",
                "raison_sans_accompagnement": ("ignorance" if unknown[k] else "proche" if relative[k] else "pas_besoin")
                if alone[k] else "",
                "apprendre": "oui" if more[k] else "non",
                "critere": "gratuite" if free[k] else "proximite" if near[k] else "confiance" if trust[k] else "autre",
                "information": "internet" if net[k] else "bouche_a_oreille" if mouth[k] else "autre",
            }
        )  # fmt: skip
    return rows


def _enough(draw: Draw, weights: NDArray[np.float64], easy: Bools, first: Bools, uneasy: Bools) -> Bools:
    """Return the respondents trained and still at a loss: 43 % of the weight of all who were trained, `easy`
    being the others.
    """
    wanted = float(weights[easy].sum()) * 43 / 57
    return (
        draw.some(uneasy, 100 * wanted / float(weights[uneasy].sum()), within=0.1) if first.any() else first
    )


def _words(*parts: str | bool) -> str:
    return " ".join(str(word) for word in parts if word)


TYPES = (
    ("association", 19), ("mairie", 16), ("mediatheque", 7), ("centre_social", 4), ("ccas", 3),
    ("service_etat", 3),
    ("service_social", 3), ("bailleur", 2), ("epn", 2), ("operateur", 2), ("education", 1), ("gip", 1),
    ("organisme_formation", 1), ("autre", 2),
)  # fmt: skip
TYPED = ("collège", "résidence services seniors")
TYPES_STRASBOURG = (
    ("association", 53), ("centre_medico_social", 16), ("mediatheque", 11), ("insertion", 6),
    ("organisme_formation", 6),
    ("france_travail", 6), ("autre", 5), ("centre_social", 5), ("cpam", 4), ("service_ville", 3), ("cada",
    2), ("carsat", 2),
    ("ehpad", 2), ("caf", 2), ("ccas", 1), ("la_poste", 1), ("mdph", 1), ("msa", 1), ("mission_locale", 1),
    ("prefecture", 1),
)  # fmt: skip
SELLING = ("59291", "59365", "59392", "59324")  # Hautmont, Louvroil, Maubeuge, Jeumont, as printed


class Sheets:
    """Answers of structures: each printed count given to as many of them, drawn apart for each question."""

    def __init__(self, name: str, letter: str, n: int) -> None:
        self.name, self.n = name, n
        self.rows: Rows = [{"id": f"{letter}{k + 1:03d}"} for k in range(n)]

    def one(self, question: str, counts: Mapping[str, int], among: Sequence[int] | None = None) -> None:
        """Give one answer each to a question; whoever is left has none."""
        respondents = range(self.n) if among is None else among
        order = generator(SEED, f"{self.name}/{question}").permutation(list(respondents)).tolist()
        words = [word for word, times in counts.items() for _ in range(times)]
        if len(words) > len(order):
            raise RuntimeError(f"{question}: {len(words)} answers for {len(order)} respondents.")
        answer_by_row = dict(zip(order, words, strict=False))
        for k, row in enumerate(self.rows):
            row[question] = answer_by_row.get(k, "")

    def several(self, question: str, counts: Mapping[str, int], among: Sequence[int] | None = None) -> None:
        """Give each answer to as many respondents; one may have several, in the order they are given here."""
        respondents = list(range(self.n) if among is None else among)
        answers_by_row: list[list[str]] = [[] for _ in range(self.n)]
        for word, times in counts.items():
            for k in (
                generator(SEED, f"{self.name}/{question}/{word}").permutation(respondents)[:times].tolist()
            ):
                answers_by_row[k].append(word)
        for row, words in zip(self.rows, answers_by_row, strict=True):
            row[question] = " ".join(words)

    def respondents_of(self, question: str, answer: str) -> list[int]:
        return [k for k, row in enumerate(self.rows) if row[question] == answer]

    def state(self, question: str, today: int, planned: int = 0) -> None:
        self.one(question, {"aujourdhui": today, "en_projet": planned, "non": self.n - today - planned})


def structures() -> Rows:
    """Return 66 answers of structures that give back the counts and percentages of the document of
    Maubeuge.
    """
    sheets = Sheets("maubeuge/structures", "S", 66)
    sheets.one("type_structure", dict(TYPES))
    typed_by_row = dict(zip(sheets.respondents_of("type_structure", "autre"), TYPED, strict=True))
    for k, row in enumerate(sheets.rows):
        row["type_autre"] = typed_by_row.get(k, "")
    sheets.state("acces_libre", 28, 13)
    sheets.state("materiel", 10, 13)
    sheets.one(
        "materiel_commune",
        dict(zip(SELLING, (3, 2, 4, 1), strict=True)),
        sheets.respondents_of("materiel", "aujourdhui"),
    )
    sheets.state("assistance", 38)
    sheets.state("ateliers", 29)
    sheets.state("orientation", 30, 9)
    sheets.several("aidants", {"accueil": 34, "mediateurs": 12})
    sheets.one("cadre", {"sans_cadre": 26, "formes": 24, "autre": 16})
    sheets.one("hors_murs", {"oui": 24, "non": 42})
    sheets.one("hors_murs_qpv", {"oui": 18, "non": 6}, sheets.respondents_of("hors_murs", "oui"))
    sheets.one("vision", {"non_souhaite": 48, "oui": 18})
    sheets.one("partenariat", {"oui": 25, "non": 41})
    sheets.one("accueillir", {"oui": 40, "non": 26})
    sheets.several("partenariats_voulus", {"accueillir": 40, "travailler": 15})
    sheets.one(
        "financeurs", {"etat": 15, "collectivites": 14, "europe": 2, "caf": 2, "prives": 6, "aucun": 27}
    )
    sheets.several("priorites", {"equipement": 40, "sensibilisation": 40, "connaitre": 28, "communiquer": 26})
    return sheets.rows


def caf() -> Rows:
    """Return 100 answers of users of the Caf; their number is not printed: a hundred is assumed, so that
    each point is a person.
    """
    sheets = Sheets("caf", "C", 100)
    sheets.one("allocataire", {"oui": 100})
    sheets.one("supports", {"telephone": 37})
    sheets.one("difficulte_telephone", {"oui": 18, "non": 19}, sheets.respondents_of("supports", "telephone"))
    sheets.one("services_en_ligne", {"jamais": 28, "difficultes": 37, "en_ligne": 35})
    sheets.one("adresse_mail", {"oui": 67, "non": 33})
    sheets.one("etre_accompagne", {"oui": 52, "non": 48})
    sheets.one("sait_a_qui", {"non": 70, "oui": 30})
    return sheets.rows


def strasbourg() -> Rows:
    """Return 129 answers of structures of Strasbourg: the base is not printed, that of the list of actors
    is assumed.
    """
    sheets = Sheets("strasbourg", "T", 129)
    sheets.one("type_structure", dict(TYPES_STRASBOURG))
    sheets.state("acces_libre", 54, 25)
    sheets.state("wifi", 37, 25)
    sheets.state("materiel", 3, 7)
    sheets.state("assistance", 84, 15)
    sheets.state("ateliers", 49, 32)
    sheets.state("orientation", 53, 27)
    sheets.state("diagnostic", 26, 52)
    sheets.several(
        "themes",
        {"culture": 11, "grand_public": 12, "bases": 22, "droits": 23},
        sheets.respondents_of("ateliers", "aujourdhui"),
    )
    sheets.several("besoins", {"outillage": 52, "moyens_humains": 58})
    sheets.several("canaux", {"communication": 66, "bouche_a_oreille": 76, "orientation": 94})
    return sheets.rows


def written(rows: Rows, **more: str) -> bytes:
    """Return rows as CSV: UTF-8, comma, header first. more: columns alike in every row."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [*rows[0], *more], lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | more for row in rows)
    return file.getvalue().encode("utf-8")


def card(id: str, title: str, universe: str, doubt: str, content: bytes) -> str:
    """Return the origin card of a made file."""
    return str(
        yaml.safe_dump(
            {
                "id": id,
                "producer": "Maillage",
                "title": f"{title} (fichier fabriqué pour correspondre aux marges publiées)",
                "found_in": (
                    "construction locale, tools/published_surveys.py, d’après les pourcentages imprimés"
                ),
                "licence": "Licence Ouverte 2.0",
                "vintage": "fabriqué, graine 20211130",
                "universe": universe,
                "doubt": f"Personne n’a donné ces réponses. {doubt}",
                "accessed_on": "2026-11-21",
                "sha256": hashlib.sha256(content).hexdigest(),
            },
            allow_unicode=True,
            sort_keys=False,
            width=120,
        )
    )


CARD_NOTE = "Fabriquées pour redonner les pourcentages publiés ; ce que le document n’imprime pas reste vide."


def files() -> dict[str, bytes]:
    """Return every file by name: answers, margins, and their cards."""
    surveys = {
        "maubeuge-habitants": (
            inhabitants(),
            "Enquête habitants de Maubeuge-Val de Sambre, 2021",
            "192 réponses d’habitants de 15 ans et plus, à redresser par l’âge",
            (
                f"{CARD_NOTE} Le nombre de réponses par âge, le sexe et la commune sont supposés : le graphique"
                " est perdu."
            ),
        ),
        "maubeuge-structures": (
            structures(),
            "Enquête structures de Maubeuge-Val de Sambre, 2021",
            "66 structures qui ont répondu",
            (
                f"{CARD_NOTE} Les effectifs qui ne sont pas imprimés sont déduits de leur pourcentage ; les 39"
                " structures financées et les deux premières priorités sont supposées."
            ),
        ),
        "grenoble-caf": (
            caf(),
            "Enquête auprès d’usagers de la Caf, Grenoble, 2015",
            "100 réponses d’allocataires rencontrés dans six structures ; leur nombre n’est pas imprimé",
            f"{CARD_NOTE} Cent réponses sont supposées.",
        ),
        "strasbourg-structures": (
            strasbourg(),
            "Enquête structures de Strasbourg, 2019",
            "129 structures : le nombre d’acteurs de la liste, la base des pourcentages n’étant pas imprimée",
            f"{CARD_NOTE} La base est supposée.",
        ),
    }
    out: dict[str, bytes] = {}
    for name, (rows, title, universe, doubt) in surveys.items():
        out[f"{name}.csv"] = content = written(rows, origine="fabriqué")
        out[f"{name}.csv.yaml"] = card(f"maillage-enquete-{name}", title, universe, doubt, content).encode()
    known = [
        {"variable": variable, "modalite": name, "effectif": f"{total:.1f}"}
        for variable, totals in margins().items()
        for name, total in totals.items()
    ]
    out["maubeuge-marges.csv"] = content = written(known)
    out["maubeuge-marges.csv.yaml"] = card(
        "maillage-enquete-maubeuge-marges",
        "Habitants de 15 ans et plus de Maubeuge-Val de Sambre, par âge",
        "15 ans et plus, recensement de 2021, 43 communes",
        "Les âges viennent du recensement que lit le moteur ; les classes du document coupent les siennes, au"
        " prorata des années.",
        content,
    ).encode()
    return out


ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/methods/enquetes-publiees.md"
FIGURES = ROOT / "tests/published/enquetes.csv"
CAPTION_BY_SURVEY = {
    "maubeuge-habitants": "Maubeuge-Val de Sambre, 192 habitants, redressés par l’âge",
    "maubeuge-structures": "Maubeuge-Val de Sambre, 66 structures, parts brutes",
    "grenoble-caf": "Grenoble, usagers de la Caf, 100 réponses supposées",
    "strasbourg-structures": "Strasbourg, structures, 129 supposées",
}
EVERYBODY = "tous"
BANKS = {
    "maubeuge-habitants": "habitants",
    "maubeuge-structures": "structures",
    "grenoble-caf": "caf",
    "strasbourg-structures": "structures",
}
PLACES = {"59392": "Maubeuge", "59291": "Hautmont", "59365": "Louvroil", "59324": "Jeumont"}


@cache
def read(name: str) -> tuple[Table, NDArray[np.float64] | None]:
    """Return the answers of a made file, and their weights when it has margins: read and weighted by the
    product.
    """
    table = answers.read(FOLDER / f"{name}.csv").table
    if name != "maubeuge-habitants":
        return table, None
    return table, weighting.weigh(table, known_margins.read(FOLDER / "maubeuge-marges.csv")).weights


def figures() -> list[dict[str, str]]:
    """Return the published figures that a made file should give back."""
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def again(row: Mapping[str, str]) -> Reproduction:
    """Return the result of the answers for a published figure. base: `tous`, or `question=réponse|réponse`
    beside the question.
    """
    table, weights = read(row["enquete"])
    question, where = row["question"], dict(part.split("=") for part in row["base"].split(";") if "=" in part)
    question_name = "" if EVERYBODY in row["base"].split(";") else question
    base = reproduction.among(
        table, {name: figure_line.split("|") for name, figure_line in where.items()}, question_name
    )
    if row["attendu"] == "count":
        base = np.ones(len(table), dtype=bool)
    concerned = reproduction.says(table[question], row["reponses"].split())
    if row["note"]:
        concerned = base & ~reproduction.says(table[question], ["ordinateur"])
    return reproduction.reproduce(
        concerned, base, float(row["publie"]), weights=weights, decimals=int(row["decimales"])
    )


@cache
def questionnaire(name: str) -> Questionnaire:
    """Return the questionnaire of a published survey, with the landmarks that its document prints."""
    form = with_communes(banks()[BANKS[name]], PLACES)
    return replace(form, items=tuple(_of_its_year(item) for item in form.items))


def _of_its_year(item: Question | Group) -> Question | Group:
    """Return an item whose landmark of computers is that of 2021, in the words of document 003."""
    if isinstance(item, Group):
        return replace(item, items=tuple(_of_its_year(each) for each in item.items))
    cited = next((each for each in item.national if each.choice == "smartphone"), None)
    if cited is None:
        return item
    quote = "47% de la population est équipée d’un ordinateur contre 61% au national"
    computer = replace(cited, choice="ordinateur", percent=61, quote=quote)
    return replace(item, national=tuple(computer if x.choice == "ordinateur" else x for x in item.national))


@cache
def sample(name: str) -> samples.Sample:
    """Return the answers of a made file as the product publishes them."""
    table, weights = read(name)
    if weights is None:
        return samples.sample(table, questionnaire(name))
    initial, codes = weighting.calibrated(table, known_margins.read(FOLDER / "maubeuge-marges.csv"))
    weighted = samples.Weights(values=weights, initial=initial, codes=codes, variables=("classe_age",))
    return samples.sample(table, questionnaire(name), weighted)


def published(row: Mapping[str, str]) -> list[Row]:
    """Return the rows of the table of a figure, as the product publishes it: one for answers that a table puts
    together, else one for each.
    """
    parts = (part.split("=") for part in row["base"].split(";") if "=" in part)
    everybody, where = sample(row["enquete"]), {name: names.split("|") for name, names in parts}
    selection = samples.only(everybody, where) if where else everybody
    question = everybody.reader.questionnaire.question(row["question"])
    is_ranked = question is not None and question.kind == "rank"
    try:
        table = tabulation.of_sample(selection, row["question"] + CITED * is_ranked)
    except Refused:  # words: they make no table
        return []
    answered = row["reponses"].split()
    joined = table.row("+".join(answered))
    return [joined] if joined else [row for row in table.rows if row.category in answered]


def figure_line(row: Mapping[str, str]) -> tuple[str, ...]:
    """Return a figure as a line of the page: what is printed, what is found, out of whom, by which rule,
    whether it may be shown.
    """
    it = again(row)
    number = f"{float(row['publie']):g}".replace(".", ",")
    rows = published(row)
    hidden = "oui" if rows and all(isinstance(each.figure, Estimate) for each in rows) else "non, masqué"
    if row["attendu"] == "count":
        return row["libelle"], number, str(it.n), "", "le nombre même", hidden
    percent = f"{it.percent:.2f} %".replace(".", ",")
    rule = "en mots" if row["attendu"] == "about" else RULES[it.rule]
    if row["attendu"] == "none":
        rule = "**ne peut pas être retrouvé**"
    return row["libelle"], f"{number} %", percent, f"{it.n} sur {it.base}", rule, hidden


def tables() -> dict[str, str]:
    """Return the table of each survey, as the page holds it."""
    head = (
        "| Chiffre imprimé | Publié | Retrouvé | Réponses | Règle d’arrondi | Publiable"
        " |\n|---|---|---|---|---|---|\n"
    )
    return {
        name: head
        + "".join(f"| {' | '.join(figure_line(row))} |\n" for row in figures() if row["enquete"] == name)
        for name in CAPTION_BY_SURVEY
    }


def page(text: str) -> str:
    """Return the page with its tables written again, each under its own title."""
    for name, table in tables().items():
        head, title, rest = text.partition(f"### {CAPTION_BY_SURVEY[name]}\n")
        after = rest[rest.index("\n#") :]  # whatever stands before the next title is the former table
        text = f"{head}{title}\n{table}{after}"
    return text


def main(words: Sequence[str]) -> int:
    if "--page" in words:
        PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
        return 0
    content_by_name = files()
    if "--check" in words:
        outdated = [name for name, content in content_by_name.items() if not same(FOLDER / name, content)]
        print(
            "\n".join(f"{name} differs from what this program makes." for name in outdated)
            or "made surveys: up to date."
        )
        return 1 if outdated else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in content_by_name.items():
        (FOLDER / name).write_bytes(content)
    return 0


def same(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
