"""Trois documents fondateurs, énoncé par énoncé : Strasbourg (2019), Maubeuge-Val de Sambre (2021), Grenoble (2016).

Des réponses sont fabriquées pour redonner leurs marges ; les études sont celles d’aujourd’hui. Chaque énoncé
est cherché dans nos documents : les constats, les tableaux des enquêtes, le plan. Il est dit quand sa phrase y
est et que notre marge contient le chiffre imprimé ; à la même place de l’histoire que là-bas, ou avant.

Dans les phrases, « … » tient la place du chiffre, « * » celle d’autres mots.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from maillage.kernel.table import Table
from maillage.publishing.survey import cards, document, findings, story
from maillage.publishing.territory import criteria, main_findings, presentation
from maillage.publishing.territory.chapters.findings import chapter as findings_chapter
from maillage.publishing.territory.criteria import Surveyed
from maillage.publishing.territory.reading import Reading
from maillage.reference.cards import cards as sources
from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.main_findings import axes
from maillage.reference.plan_frames import frames
from maillage.sources.offer import files, mapping
from maillage.sources.offer.forms import read as forms
from maillage.statistics.diagnosis import diagnosis
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.need import population
from maillage.statistics.offer import census
from maillage.statistics.study import Study
from maillage.statistics.survey import samples
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from tests.support import printed
from tools import published_surveys

title = "Ce que racontent les documents fondateurs, et où nous le racontons"

FIGURES = Path(__file__).parents[1] / "files/commande/chiffres.csv"
PLACES = {"000": "67482", "001": "67482", "003": "200043396", "004": "200040715"}
SURVEYS = {
    "000": ("strasbourg-structures",),
    "001": ("strasbourg-structures",),
    "003": ("maubeuge-habitants", "maubeuge-structures"),
    "004": ("grenoble-caf",),
}
DEFINITIONS = {"004": "credoc-2014-ordinateur-et-connexion"}  # the criterion of the plan
STORY = ("méthode", "habitants", "offre", "visibilité", "attractivité", "coordination", "priorités")
STAGES = dict(zip(axes(), ("habitants", *STORY[1:]), strict=True))
# Blank answers to a question put to all: somebody who ticked none of what is printed. Its base is all of them.
BLANKS = {
    "besoins": "aucun",
    "canaux": "autre",
    "themes": "autre",
    "aidants": "autre",
    "partenariats_voulus": "aucun",
    "priorites": "outillage",
    "supports": "courrier",
}
NUMBER = r"(?:entre )?(\d+(?: \d{3})*(?:,\d+)?)(?: (?:–|et) (\d+(?: \d{3})*(?:,\d+)?))?(?: %)?"
RATIOS = {"1 in 3": 33, "1 in 5": 20, "2 in 5": 40, "0.5": 50}
INTERVAL = re.compile(r"^[^.]*?entre (\d+(?: \d{3})*(?:,\d+)?) et (\d+(?: \d{3})*(?:,\d+)?)")


@dataclass(frozen=True)
class Part:
    """A text of our documents: the stage of the story and the document that hold it."""

    stage: str
    document: str
    text: str


def completed(table: Table) -> Table:
    """Return answers whose blanks are the answer of somebody who ticked nothing printed."""
    columns = dict(table.columns)
    for name in BLANKS.keys() & columns.keys():
        base = columns["ateliers"] == "aujourdhui" if name == "themes" else columns["id"] != ""
        columns[name] = np.where(base & (columns[name] == ""), BLANKS[name], columns[name])
    return replace(table, columns=columns)


@cache
def tables(name: str) -> list[document.PublishedRow]:
    """Return the published rows of a made survey."""
    answers, weights = published_surveys.read(name)
    sample = published_surveys.sample(name)
    if weights is None:
        sample = samples.sample(completed(answers), published_surveys.questionnaire(name))
    questions = cards.every(sample)
    computed = "brut" if weights is None else "redressé"
    people = findings.people_noun(sample.reader.questionnaire.kind, weighted=weights is not None)
    highlights = story.story(questions, story.crossings(sample, questions), people)
    return [
        *document.rows(questions, computed=computed),
        *document.scale_rows(questions, computed=computed),
        *document.group_rows(highlights, questions, computed=computed),
    ]


@cache
def reading(seed: str) -> Reading:
    territory, iris = gazetteer().get(PLACES[seed]), population.sources().rp2021
    zones = sources()["maillage-zones-grenoble"].file  # the seventeen communes of the plan
    request = Request(
        territory=territory,
        zoning=zoning.from_file(zones.read_bytes(), name="zones.csv", territory=territory, iris=iris)
        if seed == "004"
        else zoning.usual(territory, iris),
        definition=definition(DEFINITIONS.get(seed, DEFAULT)),
        n_draws=20,
    )
    return presentation.present(Study(diagnosis.diagnose(request), None, (), (), None), fingerprint="")


def surveyed(seed: str) -> Surveyed:
    answers: dict = {}
    for name in SURVEYS[seed]:
        kind = published_surveys.questionnaire(name).kind
        answers |= criteria.answered(kind, tables(name), f"« {name} »", by_group=True)
    return answers


@cache
def parts(seed: str) -> tuple[Part, ...]:
    """Return the texts of our documents, the main findings first."""
    return (*of_findings(seed), *of_surveys(seed), *of_place(seed), *of_plan(seed))


def of_findings(seed: str) -> Iterator[Part]:
    findings = main_findings.read(reading(seed), surveyed(seed))
    for finding in findings.first:
        yield Part(STAGES[finding.axis], "constats", plain(f"{finding.text} {finding.source}"))
    for finding in findings.remaining:
        yield Part(STAGES[finding.axis], "annexe", plain(f"{finding.text} {finding.source}"))


def of_surveys(seed: str) -> Iterator[Part]:
    for name in SURVEYS[seed]:
        subject = name.partition("-")[2]
        stage, label = "offre" if subject == "structures" else "habitants", f"enquête {subject}"
        yield Part("méthode", label, f"Enquête {subject} : {len(published_surveys.read(name)[0])} réponses")
        for row in tables(name):
            if finding := row.get("constat"):
                yield Part(stage, label, plain(f"{finding['fait']} (entre {row['bas']} et {row['haut']} %)"))
                continue
            head = f"{row['libelle']} {row['libelle_modalite']} :"
            if row["part"] != "":
                between = f" (entre {row['bas']:.0f} et {row['haut']:.0f} %)" if row["bas"] != "" else ""
                yield Part(stage, label, plain(f"{head} {row['part']:.0f} %{between}"))
            if row["effectif"] != "":
                yield Part(stage, label, plain(f"{head} {row['effectif']} réponses"))


def of_place(seed: str) -> Iterator[Part]:
    yield Part("habitants", "dossier", plain(reading(seed).levels.source))
    for line in reading(seed).context:
        between = f" (entre {line.between.replace('–', 'et')})" if line.between else ""
        yield Part(
            "habitants",
            "dossier",
            plain(f"{line.label} : {line.local_share}{between} ; France : {line.country}"),
        )


def of_plan(seed: str) -> Iterator[Part]:
    frame = frames().get({"004": "grenoble"}.get(seed, ""))
    if frame is not None:
        yield Part("priorités", "plan", f"{len(frame.axes)} dynamiques")
        for axis in frame.axes:
            yield Part("priorités", "plan", plain(f"{axis.title} : {len(axis.actions)} actions"))


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("**", "")


def value(text: str) -> float:
    return float(text.strip().replace(" ", "").replace(",", "."))


def verdict(part: Part, phrase: str, published: float) -> str:
    """Return « dit », « contredit », or "" where the phrase is not in a text."""
    pattern = NUMBER.join(re.escape(side).replace(r"\*", ".*?") for side in phrase.split("…"))
    match = re.search(rf"{pattern}(?![\d ]*\d| réponses)", part.text, re.IGNORECASE)
    if match is None:
        return ""
    first, second = match[1], match[2]
    span = None if second else INTERVAL.search(part.text[match.end(1) :])
    low, high = (first, second) if second else span.groups() if span else (first, first)
    slack = 1.0 if "%" in match[0] and not second and not span else 0.0  # cut off, or another year
    return "dit" if value(low) - slack <= published <= value(high) + slack else "contredit"


def where(texts: tuple[Part, ...], stage: str, phrase: str, published: float) -> str:
    """Return the document that states a phrase in time, else what is wrong with it."""
    verdicts = [(part, word) for part in texts if (word := verdict(part, phrase, published))]
    if any(word == "contredit" for _, word in verdicts):
        return "contredit"
    in_time = [part for part, _ in verdicts if STORY.index(part.stage) <= STORY.index(stage)]
    if not verdicts:
        return "non dit"
    return in_time[0].document if in_time else "trop tard"


def untold(t, texts: tuple[Part, ...] = ()) -> list[str]:
    """Return each statement of a table that our documents do not state in time, with what is wrong. texts:
    the parts of documents to read, those of the seed by default.
    """
    printed = figures()
    columns = (t["chiffre"], t["publié"], t["là-bas"], t["notre phrase"])
    out = []
    for id, published, stage, phrase in zip(*map(list, columns), strict=True):
        text = printed[id]["valeur"]
        assert RATIOS.get(text) == published or value(text) == published, id
        place = where(texts or parts(id[:3]), stage, phrase, published)
        if place in ("non dit", "contredit", "trop tard"):
            out.append(f"{id} : {place}")
    return out


@cache
def figures() -> dict[str, dict[str, str]]:
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_the_inhabitants_of_maubeuge_are_in_our_documents(spec):
    """Maubeuge (document 003), les habitants : besoins, équipement, aide reçue, envies.

    chiffre | publié | là-bas       | notre phrase
    --------+--------+--------------+--------------------------------------------------
    003-10  |    192 | méthode      | Enquête habitants : … réponses
    003-15  |     28 | habitants    | … des plus de 70 ans sont non-internautes
    003-16  |     33 | habitants    | … des non-diplômés sont non-internautes
    003-17  |      7 | habitants    | … des personnes à bas revenus sont non-internautes
    003-18  |     20 | habitants    | … de plus de 60 ans
    003-19  |     24 | habitants    | … de plus de 60 ans en France
    003-21  |   32.2 | habitants    | … de non-diplômés en France
    003-23  |   14.7 | habitants    | Sous le seuil de pauvreté*France : …
    003-22  |   27.5 | habitants    | Sous le seuil de pauvreté, * (estimation) : …
    003-20  |   27.5 | habitants    | Sans diplôme ou CEP, parmi les 15 ans et plus*: …
    003-26  |     63 | habitants    | Un smartphone : …
    003-28  |     47 | habitants    | … des habitants ont un ordinateur
    003-29  |     61 | habitants    | ont un ordinateur*contre … au national
    003-24  |   2021 | habitants    | ont un ordinateur*en France : 61 %, Crédoc …
    003-27  |     84 | habitants    | Un smartphone : * en France : …
    003-30  |      8 | habitants    | Ni équipement ni connexion : …
    003-93  |      9 | habitants    | Ni équipement ni connexion : …
    003-32  |     50 | habitants    | Faute de moyens : …
    003-33  |     50 | habitants    | Faute d’intérêt : …
    003-34  |     14 | habitants    | … des habitants ne sont pas du tout à l’aise
    003-35  |      7 | habitants    | du tout à l’aise avec*en France : …
    003-36  |     40 | habitants    | … des habitants sont peu ou pas à l’aise
    003-43  |     60 | habitants    | sont peu ou pas à l’aise*. À l’aise : …
    003-37  |     16 | habitants    | Seuls … des habitants ont déjà été aidés
    003-38  |     98 | habitants    | Satisfait ou très satisfait : …
    003-39  |     43 | habitants    | … des personnes déjà formées restent mal à l’aise
    003-82  |     43 | habitants    | … des personnes déjà formées restent mal à l’aise
    003-102 |   10.5 | habitants    | … des personnes peu ou pas à l’aise ont déjà été aidées
    003-40  |     33 | habitants    | en apprendre plus sur le numérique ? Oui : …
    003-88  |     41 | habitants    | Que ce soit gratuit : …
    003-89  |     22 | habitants    | Que ce soit près de chez moi : …
    003-41  |     16 | habitants    | Je ne savais pas que cette aide existe : …
    003-42  |     33 | habitants    | Un proche m’aide quand j’ai une difficulté : …
    003-78  |     33 | visibilité   | Parmi les personnes aidées, …
    """
    spec(
        untold,
        [
            "003-15 : non dit",
            "003-16 : non dit",
            "003-17 : non dit",
            "003-18 : non dit",
            "003-19 : non dit",
            "003-21 : non dit",
            "003-29 : non dit",
            "003-24 : non dit",
        ],
    )


def test_the_structures_of_maubeuge_are_in_our_documents(spec):
    """Maubeuge (document 003), les structures : types, services, visibilité, cadre, partenaires, priorités.

    Les 74 % financés par l’État ou les collectivités réunissent deux réponses, parmi les seules structures
    financées : ce n’est pas une question.

    chiffre | publié | là-bas       | notre phrase
    --------+--------+--------------+----------------------------------------------------------
    003-44  |     66 | méthode      | Enquête structures : … réponses
    003-45  |     19 | offre        | structure ? Association : … réponses
    003-46  |     16 | offre        | structure ? Mairie : … réponses
    003-47  |      7 | offre        | structure ? Médiathèque / Bibliothèque : … réponses
    003-48  |      4 | offre        | structure ? Centre social ou socioculturel : … réponses
    003-49  |      3 | offre        | structure ? Centre communal d’action sociale : … réponses
    003-50  |      3 | offre        | structure ? Service de l’État : … réponses
    003-51  |      3 | offre        | structure ? Service social départemental : … réponses
    003-52  |      2 | offre        | structure ? Bailleur social : … réponses
    003-53  |      2 | offre        | structure ? Espace public numérique : … réponses
    003-54  |      2 | offre        | structure ? Opérateur de services publics : … réponses
    003-55  |      1 | offre        | structure ? Éducation nationale : … réponses
    003-56  |      1 | offre        | structure ? Groupement d’intérêt public : … réponses
    003-57  |      1 | offre        | structure ? Organisme de formation : … réponses
    003-61  |     28 | offre        | structure ? Association : … %
    003-62  |     24 | offre        | structure ? Mairie : … %
    003-63  |     11 | offre        | structure ? Centre social ou socioculturel : … %
    003-64  |     42 | offre        | … des*structures qui ont répondu ouvrent un accès libre
    003-90  |     42 | offre        | connexion ? Aujourd’hui : … %
    003-65  |     28 | offre        | connexion ? Aujourd’hui : … réponses
    003-91  |     19 | offre        | ouvrent un accès libre*En projet : …
    003-92  |     13 | offre        | connexion ? En projet : … réponses
    003-66  |     15 | offre        | Vendent ou prêtent du matériel : …
    003-95  |     15 | offre        | le don de matériel ? Aujourd’hui : … %
    003-67  |     19 | offre        | le don de matériel ? En projet : … %
    003-96  |     19 | offre        | le don de matériel ? En projet : … %
    003-97  |     10 | offre        | le don de matériel ? Aujourd’hui : … réponses
    003-68  |     57 | offre        | … des*structures qui ont répondu aident aux démarches
    003-69  |     38 | offre        | démarches en ligne ? Aujourd’hui : … réponses
    003-70  |     43 | offre        | … des*structures qui ont répondu forment en atelier
    003-71  |     29 | offre        | formation au numérique ? Aujourd’hui : … réponses
    003-72  |     45 | visibilité   | … des*structures qui ont répondu orientent
    003-73  |     30 | visibilité   | pour le numérique ? Aujourd’hui : … réponses
    003-77  |     13 | visibilité   | orientent vers d’autres lieux*En projet : …
    003-74  |     72 | visibilité   | … des*structures qui ont répondu ne voient pas
    003-79  |     18 | attractivité | Professionnels de la médiation numérique : … %
    003-80  |     39 | coordination | Dans … des*structures*sans cadre
    003-81  |     36 | coordination | Les aidants sont formés : …
    003-86  |     24 | attractivité | hors les murs ? Oui : … réponses
    003-83  |     39 | attractivité | … des*structures qui ont répondu mènent des actions hors
    003-84  |     75 | attractivité | Parmi elles, …
    003-85  |     18 | attractivité | (QPV) ? Oui : … réponses
    003-87  |     61 | coordination | Accueilleraient des partenaires : …
    003-100 |     37 | coordination | … des*structures qui ont répondu travaillent
    003-101 |     23 | coordination | Veulent travailler avec d’autres : …
    003-98  |     74 | coordination | … financées par l’État ou les collectivités
    003-99  |     10 | coordination | … financées par l’Europe ou la Caf
    003-75  |     42 | priorités    | Puis « Mieux connaître les offres du territoire », …
    003-76  |     39 | priorités    | Puis « Mieux communiquer entre acteurs », …
    """
    spec(untold, ["003-98 : non dit", "003-99 : non dit"])


def test_the_actors_of_strasbourg_are_in_our_documents(spec):
    """Strasbourg (documents 000 et 001) : les niveaux de difficulté, les acteurs, ce qu’ils proposent et demandent.

    chiffre | publié | là-bas       | notre phrase
    --------+--------+--------------+----------------------------------------------------------
    000-05  |     81 | habitants    | … des non-internautes ont plus de 60 ans
    000-06  |     59 | habitants    | … des non-internautes sont sans diplôme
    000-07  |     68 | habitants    | … des non-internautes ont un bas revenu
    000-10  |      7 | habitants    | WeTechCare (…
    000-11  |     19 | habitants    | WeTechCare (7, …
    000-12  |     14 | habitants    | WeTechCare (7, 19, …
    000-13  |     60 | habitants    | WeTechCare (7, 19, 14 et … %
    001-02  |      7 | habitants    | WeTechCare (…
    001-03  |     19 | habitants    | WeTechCare (7, …
    001-04  |     14 | habitants    | WeTechCare (7, 19, …
    001-05  |     60 | habitants    | WeTechCare (7, 19, 14 et … %
    000-38  |   2017 | habitants    | Parts nationales : WeTechCare …
    001-06  |   2017 | habitants    | Parts nationales : WeTechCare …
    000-09  |   2017 | habitants    | Parts nationales : WeTechCare …
    000-32  |  16000 | habitants    | Environ … personnes * ne peuvent pas faire sans aide
    000-33  |  44000 | habitants    | Précarité forte : environ …
    000-34  |  32000 | habitants    | Précarité faible : environ …
    001-08  |    129 | méthode      | Enquête structures : … réponses
    001-09  |     53 | offre        | structure ? Association : … réponses
    001-10  |     16 | offre        | structure ? Centre médico-social : … réponses
    001-11  |     11 | offre        | structure ? Médiathèque / Bibliothèque : … réponses
    001-12  |      6 | offre        | structure ? Entreprise d’insertion : … réponses
    001-13  |      6 | offre        | structure ? Organisme de formation : … réponses
    001-14  |      6 | offre        | structure ? France Travail (Pôle emploi) : … réponses
    001-15  |      5 | offre        | structure ? Autre : … réponses
    001-16  |      5 | offre        | structure ? Centre social ou socioculturel : … réponses
    001-17  |      4 | offre        | structure ? CPAM : … réponses
    001-18  |      3 | offre        | structure ? Service de la Ville : … réponses
    001-19  |      2 | offre        | structure ? CADA : … réponses
    001-20  |      2 | offre        | structure ? CARSAT : … réponses
    001-21  |      2 | offre        | structure ? EHPAD : … réponses
    001-22  |      2 | offre        | structure ? CAF : … réponses
    001-23  |      1 | offre        | structure ? Centre communal d’action sociale : … réponses
    001-24  |      1 | offre        | structure ? La Poste : … réponses
    001-25  |      1 | offre        | structure ? MDPH : … réponses
    001-26  |      1 | offre        | structure ? MSA : … réponses
    001-27  |      1 | offre        | structure ? Mission locale : … réponses
    001-28  |      1 | offre        | structure ? Préfecture : … réponses
    000-18  |     20 | offre        | … des*structures qui ont répondu font le point
    000-19  |     40 | offre        | font le point des besoins*En projet : …
    000-20  |     65 | offre        | … des*structures qui ont répondu aident aux démarches
    001-30  |     65 | offre        | … des*structures qui ont répondu aident aux démarches
    000-21  |     12 | offre        | aident aux démarches*En projet : …
    000-22  |     41 | visibilité   | … des*structures qui ont répondu orientent
    000-23  |     21 | visibilité   | orientent vers d’autres lieux*En projet : …
    000-24  |     38 | offre        | … des*structures qui ont répondu forment en atelier
    001-31  |     38 | offre        | … des*structures qui ont répondu forment en atelier
    000-25  |     25 | offre        | forment en atelier*En projet : …
    000-26  |     42 | offre        | … des*structures qui ont répondu ouvrent un accès libre
    001-29  |     42 | offre        | … des*structures qui ont répondu ouvrent un accès libre
    000-27  |     19 | offre        | ouvrent un accès libre*En projet : …
    000-28  |      3 | offre        | le don de matériel ? Aujourd’hui : … réponses
    000-29  |      7 | offre        | le don de matériel ? En projet : … réponses
    000-30  |     29 | offre        | Wifi en libre service : …
    000-31  |     19 | offre        | WiFi en libre service ? En projet : … %
    000-39  |     22 | attractivité | La culture numérique : …
    000-40  |     24 | attractivité | Les sites grand public : …
    000-41  |     44 | attractivité | Les bases de l’informatique : …
    000-42  |     46 | attractivité | … des structures avec ateliers enseignent
    000-51  |     51 | attractivité | Par la communication : …
    000-52  |     59 | attractivité | Par le bouche-à-oreille : …
    000-53  |     73 | attractivité | … des*structures*connues grâce à leurs partenaires
    000-44  |     40 | priorités    | « Outillage pédagogique », …
    000-50  |     45 | priorités    | « Moyens humains », …
    000-45  |     50 | attractivité | Un parcours long : …
    000-46  |     58 | attractivité | Un parcours court : …
    000-47  |     79 | attractivité | … des structures qui forment proposent un atelier
    """
    spec(
        untold,
        [
            "000-05 : non dit",
            "000-06 : non dit",
            "000-07 : non dit",
            "000-45 : non dit",
            "000-46 : non dit",
            "000-47 : non dit",
        ],
    )


def test_the_users_of_grenoble_are_in_our_documents(spec):
    """Grenoble (document 004) : le besoin, les allocataires de la Caf, les dynamiques du plan.

    chiffre | publié | là-bas       | notre phrase
    --------+--------+--------------+--------------------------------------------------
    004-07  |  60000 | habitants    | … personnes*un ordinateur et Internet
    004-08  |  30000 | habitants    | … personnes * ont aussi de faibles revenus
    004-05  |   2014 | habitants    | Estimation : Crédoc …
    004-47  |     37 | habitants    | Le téléphone reste un réflexe pour …
    004-48  |     50 | habitants    | difficultés au téléphone ? Oui : …
    004-49  |     28 | habitants    | Jamais utilisés : …
    004-50  |     33 | habitants    | … des*allocataires qui ont répondu n’ont pas d’adresse
    004-51  |     37 | habitants    | … des*allocataires*eu des difficultés
    004-52  |     35 | habitants    | Démarches faites en ligne : …
    004-55  |     50 | habitants    | Aimeraient être accompagnés : …
    004-56  |     70 | visibilité   | … des*allocataires*ne savent pas à qui s’adresser
    004-64  |      4 | priorités    | … dynamiques
    004-65  |      3 | priorités    | l’assistance numérique : … actions
    004-66  |      6 | priorités    | un accès au numérique * : … actions
    004-67  |      6 | priorités    | l’autonomie des personnes : … actions
    004-68  |      7 | priorités    | la coordination de l’écosystème * : … actions
    """
    spec(untold, [])


def offer_parts() -> tuple[Part, ...]:
    """Return the findings of the census of places that the plan of Grenoble published, by commune."""
    folder = FIGURES.parents[2] / "published"
    name = "offre_plan_grenoble"
    columns = mapping.load((folder / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml")
    rows = files.places(forms.read(folder / f"{name}.csv"), today=date(2016, 6, 1), correspondence=columns)
    sheets = [row.sheet for row in rows.accepted]
    communes = {str(sheet["code_insee"]) for sheet in sheets} | {"38382", "38486"}
    zones = "\n".join(f"{code},{gazetteer().get(code).name},{code}" for code in sorted(communes))
    territory, iris = gazetteer().get(PLACES["004"]), population.sources().rp2021
    request = Request(
        territory=territory,
        zoning=zoning.from_file(
            f"code_zone,nom_zone,code\n{zones}\n".encode(), name="17.csv", territory=territory, iris=iris
        ),
        definition=definition(DEFAULT),
        n_draws=20,
    )
    need = diagnosis.diagnose(request)
    offer = census.offered(request, need, census.census("le recensement du plan", sheets))
    findings = main_findings.read(presentation.present(Study(need, offer, (), (), None), fingerprint=""), {})
    return tuple(
        Part("offre", "constats", plain(finding.text))
        for finding in (*findings.first, *findings.remaining)
        if finding.axis == "maillage"
    )


@pytest.mark.slow("the reach of every place of an agglomeration, drawn once")
def test_the_places_of_grenoble_are_in_our_documents(spec):
    """Grenoble (document 004), les lieux : ce qu’ils offrent, là où il n’y en a pas.

    chiffre | publié | là-bas       | notre phrase
    --------+--------+--------------+-------------------------------
    004-20  |     31 | offre        | wifi ouvert à tous (…
    004-27  |     19 | offre        | libre accès autonome (…
    004-28  |     45 | offre        | libre accès accompagné (…
    004-31  |     41 | offre        | formation (…
    004-40  |      2 | offre        | équipement solidaire (…
    004-41  |      6 | offre        | réparation (…
    """
    offered = offer_parts()
    spec(lambda t: untold(t, offered), [])


ROWS = re.compile(r"^ +(\d{3}-\d+) +\|", re.MULTILINE)
MISSING = re.compile(r'"(\d{3}-\d+) : non dit"')


def test_nine_statements_in_ten_are_in_our_documents(spec):
    """Neuf énoncés sur dix sont dits, aucun n’est contredit ; les autres le sont ici, avec leur raison.

    chiffres                    | raison
    ----------------------------+--------------------------------------------------------------------
    000-05 000-06 000-07        | Profil des non-internautes de 2017 ; nous disons celui du territoire
    003-15 003-16 003-17        | Baromètre de 2021 ; nous disons la part de chaque âge et diplôme ici
    003-18 003-19               | Plus de 60 ans en 2018 ; nous comptons les 60 ans et plus en 2021
    003-21                      | Une autre définition du diplôme ; la nôtre donne 22 % pour la France
    003-24 003-29               | Repère de 2021 sans source ; nous citons le Baromètre de 2022 (89 %)
    003-98 003-99               | Deux financeurs réunis, parmi les structures financées seulement
    000-45 000-46 000-47        | Base perdue : aucune réponse fabriquée ne redonne ces trois parts
    """
    statements, missing = (
        set(pattern.findall(Path(__file__).read_text("utf-8"))) for pattern in (ROWS, MISSING)
    )
    assert len(missing) <= 0.1 * len(statements)
    spec(lambda t: sorted(id for ids in t["chiffres"] for id in str(ids).split()), sorted(missing))


def test_what_is_not_a_statement_is_listed(spec):
    """Les autres chiffres des quatre textes ne sont pas des énoncés sur le territoire, ou se cherchent ailleurs.

    chiffres                                 | pourquoi
    -----------------------------------------+--------------------------------------------------------
    000-02..04 003-02..08                    | Le bureau d’études parle de lui-même
    000-01 000-37 003-01 003-103..104        | Dates : la mission d’un territoire les porte
    000-15..17 000-54..55                    | Légende perdue : personne ne sait ce que c’est
    000-08 000-48..49 003-09 003-11..14      | Façons de faire : seuils, durées, lieux de passage
    000-14 000-35..36 001-01 003-60 004-53   | Sommes d’autres énoncés
    000-43 001-07 001-32..36                 | Agenda et acteurs cités en passant
    003-25 003-31 003-58..59                 | Millésime, moyenne sans écart, réponse d’un seul
    003-94 004-15 004-23..25 004-54          | Le document se contredit, ou dit seulement combien de lieux
    004-01..04 004-06 004-09..14 004-16..19  | Zones, entretiens, récits : tests/published/test_plan_grenoble.py
    004-21..22 004-26 004-29..30             | Listes de communes : tests/published/test_offre_plan_grenoble.py
    004-32..39 004-42..46                    | Détails de lieux que le recensement ne garde pas
    004-57..63 004-69                        | Ateliers et profils : le plan les porte sans les compter
    004-70..81                               | Exemples pris ailleurs
    """

    def ids(t):
        out = []
        for text in t["chiffres"]:
            for part in str(text).split():
                seed, _, span = part.partition("-")
                first, _, last = span.partition("..")
                out += [f"{seed}-{k:02d}" for k in range(int(first), int(last or first) + 1)]
        return sorted(out)

    listed = set(ROWS.findall(Path(__file__).read_text("utf-8")))
    spec(ids, sorted(figures().keys() - listed))


@pytest.mark.parametrize("seed", SURVEYS)
def test_a_finding_to_read_prints_nine_figures_at_most(seed):
    """La partie à lire du dossier : un fait et ce que dit l’autre côté ; les autres réponses sont au rapport d’enquête."""
    chapter = findings_chapter(main_findings.read(reading(seed), surveyed(seed)))
    blocks = [
        each
        for block in chapter.blocks
        for each in (*getattr(block, "left_blocks", (block,)), *getattr(block, "right_blocks", ()))
    ]
    texts = [item for block in blocks for item in getattr(block, "items", ())]
    texts += [f"{bar.label} {bar.words}" for block in blocks for bar in getattr(block, "bars", ())]
    printed_figures = [len(printed.NUMBER.findall(text)) for text in texts]
    assert max(printed_figures) <= 9
    assert sum(printed_figures) <= 55, "the number of those who answered is one of them"
