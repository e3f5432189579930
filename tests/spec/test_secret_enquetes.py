"""Ce qui se publie d’une enquête dépend de qui répond. Des personnes : rien sous 11 réponses. Des structures : ce que
disent leurs fiches publiques se publie en entier, le reste à partir de 3. Qui a les réponses voit tout, marqué.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from maillage.kernel.table import Table
from maillage.publishing.survey import cards, document
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from maillage.reference.surveys import banks
from maillage.sources.survey import answers
from maillage.statistics.survey import samples, tabulation
from tests.support.tabulating import tabulate

title = "Le secret d’une enquête"
ROOT = Path(__file__).resolve().parents[2] / "data/raw/maillage/enquetes"


def survey_form(kind: str, name: str = "cadre") -> Questionnaire:
    choices = tuple(Choice(name=each, label={"fr": each}) for each in "abc")
    question = Question(name=name, kind="one", label={"fr": "La question"}, choices="r")
    return Questionnaire(id="f", title="Enquête", kind=kind, lists={"r": choices}, items=(question,))


def repeated_answers(counts: list[int], name: str) -> Table:
    letters = [letter for letter, n in zip("abc", counts, strict=True) for _ in range(n)]
    return Table("r.csv", {"id": np.arange(len(letters)).astype(str), name: np.array(letters)})


def published(t: dict, *, name: str = "cadre", inside: bool = False) -> list[str]:
    out = []
    for kind, *counts in zip(t["qui répond"], t["a"], t["b"], t["c"], strict=True):
        tabulated = tabulate(
            repeated_answers([int(n) for n in counts], name),
            survey_form(str(kind), name),
            name,
            inside=inside,
        )
        cells = (
            "masqué" if row.n is None else f"{row.n}{'*' * bool(row.unpublished)}" for row in tabulated.rows
        )
        out.append(" ".join(cells))
    return out


def test_who_answers_decides_what_is_published(spec):
    """Le même tableau, selon qui a répondu. Une professionnelle répond sur elle-même : c’est une personne.

    qui répond    |  a |  b | c  || réponse
    --------------+----+----+----++---------------------
    inhabitants   | 40 | 18 | 6  || 40 masqué masqué
    professionals | 40 | 18 | 6  || 40 masqué masqué
    caf           | 40 | 18 | 6  || 40 masqué masqué
    structures    | 40 | 18 | 6  || 40 18 6
    structures    | 40 | 18 | 0  || 40 18 0
    structures    | 40 | 18 | 2  || 40 masqué masqué
    structures    | 40 |  2 | 1  || masqué masqué masqué
    """
    spec(published)


def places(counts: list[int], kind: str) -> list[int | None]:
    """Return the published counts of a question of five answers; None where withheld."""
    choices = tuple(Choice(name=each, label={"fr": each}) for each in "abcde")
    question = Question(name="lieu", kind="one", label={"fr": "Où ?"}, choices="r")
    form = Questionnaire(id="f", title="Enquête", kind=kind, lists={"r": choices}, items=(question,))
    letters = [letter for letter, n in zip("abcde", counts, strict=True) for _ in range(n)]
    table = Table("r.csv", {"id": np.arange(len(letters)).astype(str), "lieu": np.array(letters)})
    return [row.n for row in tabulate(table, form, "lieu").rows]


def test_a_published_zero_does_not_pin_the_small_counts_beside_it():
    """Dix réponses, 4, 3, 1, 2 et 0 : masquer 1 et 2 laisserait deviner chacun, puisque zéro se dit ; 3 les couvre."""
    assert places([4, 3, 1, 2, 0], "structures") == [4, None, None, None, 0]
    assert places([9, 3, 4, 5, 0], "structures") == [9, 3, 4, 5, 0]


def test_first_places_of_a_ranking_are_not_found_by_subtraction(spec):
    """Sans ex æquo, les premières places font le nombre de réponses : une seule masquée se lirait par soustraction.

    qui répond  |  a |  b | c  || réponse
    ------------+----+----+----++-----------------
    inhabitants | 40 | 16 | 5  || 40 masqué masqué
    structures  | 40 |  4 | 1  || 40 masqué masqué
    structures  | 40 | 16 | 4  || 40 16 4
    """

    def first(t: dict) -> list[str]:
        out = []
        for kind, *counts in zip(t["qui répond"], t["a"], t["b"], t["c"], strict=True):
            form = survey_form(str(kind))
            form = replace(form, items=(replace(form.items[0], kind="rank"),))
            tabulated = tabulate(repeated_answers([int(n) for n in counts], "cadre"), form, "cadre")
            out.append(" ".join("masqué" if row.n is None else str(row.n) for row in tabulated.rows))
        return out

    spec(first)


def test_what_a_public_sheet_says_is_published_whole(spec):
    """Le type d’une structure est sur sa fiche : le dire d’une seule n’apprend rien à personne. Une personne n’a pas de
    fiche publique.

    qui répond  |  a |  b | c  || réponse
    ------------+----+----+----++-----------------
    structures  | 40 | 18 | 1  || 40 18 1
    inhabitants | 40 | 18 | 1  || 40 masqué masqué
    """
    spec(lambda t: published(t, name="type_structure"))


def test_who_holds_the_answers_sees_everything_marked(spec):
    """L’étoile dit « ne sera pas publié » : le chiffre est montré à qui a les réponses, et à personne d’autre.

    qui répond    |  a |  b | c  || réponse
    --------------+----+----+----++----------
    inhabitants   | 40 | 18 | 6  || 40 18* 6*
    professionals | 60 |  8 | 3  || 60 8* 3*
    structures    | 40 | 18 | 2  || 40 18* 2*
    """
    spec(lambda t: published(t, inside=True))


@cache
def maubeuge():
    read = answers.read(ROOT / "maubeuge-structures.csv")
    return samples.sample(read.table, banks()["structures"])


def test_the_structures_of_maubeuge_are_published(spec):
    """Les 66 réponses du fichier fabriqué d’après l’enquête publiée en 2021 : ses chiffres se publient.

    question            | réponse
    --------------------+--------------
    materiel            | aujourdhui
    materiel            | en_projet
    hors_murs_qpv       | oui
    aidants             | accueil
    partenariats_voulus | accueillir
    type_structure      | gip
    priorites.cite      | connaitre
    priorites.cite      | communiquer
    """
    spec.rows(
        lambda question, answer: str(tabulation.of_sample(maubeuge(), str(question)).row(str(answer)).n),
        ["10", "13", "18", "34", "40", "1", "28", "26"],
    )


def test_nearly_all_of_maubeuge_is_published():
    """Sur toutes les questions, une réponse mise en premier par une seule structure est masquée, et une autre avec elle,
    sans quoi les 61 classements la rendraient.
    """
    tables = cards.tables(maubeuge())
    withheld_rows = [
        (table.question, row.category) for table, _ in tables for row in table.of() if row.percent is None
    ]
    assert withheld_rows == [("priorites", "connaitre"), ("priorites", "communiquer")]
    kinds = next(table for table, _ in tables if table.question == "type_structure")
    assert sum(row.n > 0 for row in kinds.of()) == 14


def test_visibility_by_type_is_whole_for_who_holds_the_answers():
    """Le croisement de la graine : visible en entier à qui a les réponses, marqué là où un seul type a répondu."""
    crossed = tabulation.of_sample(maubeuge(), "vision", by="type_structure", inside=True)
    assert all(row.n is not None for row in crossed.rows if row.base)
    assert any(row.unpublished for row in crossed.rows)
    assert any(row.n and not row.unpublished for row in crossed.rows)


def test_a_working_table_is_never_a_publication():
    """Les effectifs d’un tableau de travail ne se gardent pas avec une édition : le programme s’arrête."""
    crossed = tabulation.of_sample(maubeuge(), "vision", inside=True)
    try:
        crossed.counts()
    except ValueError:
        return
    raise AssertionError("a working table was taken for a publication")


def test_a_mark_is_never_lost_in_a_drawing():
    """Une barre coupée en parts n’a pas la place d’un mot : ce qui ne sera pas publié se dessine à part, marqué."""
    names = ("pas", "peu", "plutot", "tres")
    form = Questionnaire(
        id="f",
        title="Enquête",
        kind="inhabitants",
        lists={"r": tuple(Choice(name=name, label={"fr": name}) for name in names)},
        items=(Question(name="q", kind="one", label={"fr": "À l’aise ?"}, choices="r", scale="ease"),),
    )
    repeated_names = [name for name, n in zip(names, (40, 30, 20, 4), strict=True) for _ in range(n)]
    survey_sample = samples.sample(
        Table("r.csv", {"id": np.arange(len(repeated_names)).astype(str), "q": np.array(repeated_names)}),
        form,
    )
    (card,) = cards.every(survey_sample, inside=True)
    drawn = document.chart(card, id="q")
    assert drawn.alt.count("ne sera pas publié") == sum(bool(line.unpublished) for line in card.answers.lines)
    assert "ne sera pas publié" in drawn.alt
