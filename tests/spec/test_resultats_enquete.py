"""Un tableau d’enquête dit de qui il parle, combien ont répondu, et jusqu’où le chiffre peut se tromper.
Ce qui est petit est masqué.
"""

import numpy as np

from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from maillage.statistics.engine import proportions
from maillage.statistics.engine.proportions import Share
from maillage.statistics.survey import differences as survey_differences
from maillage.statistics.survey.samples import Weights
from tests.support.tabulating import tabulate

title = "Lire les résultats d’une enquête"


def form(names: list[str], kind: str = "one") -> Questionnaire:
    choices = tuple(Choice(name=name, label={"fr": name}) for name in dict.fromkeys(names))
    question = Question(name="q", kind=kind, label={"fr": "La question"}, choices="r")  # type: ignore[arg-type]
    return Questionnaire(id="f", title="Enquête", lists={"r": choices}, items=(question,))


def repeated(names: list[str], times: list[float]) -> Table:
    answers = [name for name, n in zip(names, times, strict=True) for _ in range(int(n))]
    return Table("r.csv", {"id": np.arange(len(answers)).astype(str), "q": np.array(answers)})


def printed_answers(t: dict) -> list[str]:
    """Return the printed form of each answer: percent and count, or « masqué »."""
    names = [str(name) for name in t["réponse"]]
    offered = [name for name in names if name not in ("nsp", "refus")]
    answers = repeated(names, t["répondants"])
    weights = None
    if "poids" in t:
        by_name = dict(zip(names, t["poids"], strict=True))
        weights = Weights(values=np.array([by_name[name] for name in answers["q"].tolist()]))
    tabulated = tabulate(answers, form(offered), "q", weights=weights)
    return [
        "masqué" if row.n is None else f"{tabulated.published(row):.0f} % (n = {row.n})"
        for row in tabulated.rows
    ]


def test_who_does_not_know_stays_out(spec):
    """« Ne sait pas » et « ne souhaite pas répondre » sont comptés à part : ils ne sont pas dans la base
    des parts.

    réponse | répondants
    --------+-----------
    oui     |         60
    non     |         40
    nsp     |         15
    refus   |         12
    """
    spec(printed_answers, ["60 % (n = 60)", "40 % (n = 40)"])


def test_weights_change_the_share_never_the_count(spec):
    """Les poids changent la part ; l’effectif reste celui des répondants.

    réponse | répondants | poids || réponse
    --------+------------+-------++--------------
    oui     |         60 |     1 || 43 % (n = 60)
    non     |         40 |     2 || 57 % (n = 40)
    """
    spec(printed_answers)


def test_a_small_count_is_withheld_with_another(spec):
    """Une réponse donnée par moins de 11 personnes est masquée, et une autre avec elle.

    réponse           | répondants || réponse
    ------------------+------------++--------------
    pas du tout       |          6 || masqué
    un peu            |         30 || masqué
    plutôt            |         80 || 42 % (n = 80)
    tout à fait       |         76 || 40 % (n = 76)
    """
    spec(printed_answers)


def test_nearly_everybody_is_withheld_too(spec):
    """Quand presque tous disent la même chose, le reste est trop petit : le dire désignerait les autres.

    réponse | répondants || réponse
    --------+------------++--------
    oui     |        186 || masqué
    non     |          6 || masqué
    """
    spec(printed_answers)


def several(t: dict) -> list[str]:
    answers = Table(
        "r.csv", {"id": np.arange(len(t["réponses"])).astype(str), "q": np.array(t["réponses"], dtype=str)}
    )
    times = t["fois"].astype(int)
    answers = Table("r.csv", {"id": np.arange(times.sum()).astype(str), "q": np.repeat(answers["q"], times)})
    tabulated = tabulate(answers, form(["smartphone", "ordinateur", "tablette"], "many"), "q")
    return [f"{row.label} {tabulated.published(row):.0f} %" for row in tabulated.rows] + [
        note for note in tabulated.notes if "100" in note
    ]


def test_several_answers_go_beyond_a_hundred(spec):
    """Avec plusieurs réponses possibles, chaque part est celle des répondants : le total dépasse 100 %, et
    le tableau le dit.

    réponses             | fois
    ---------------------+-----
    smartphone ordinateur|   60
    smartphone           |   40
    tablette ordinateur  |   20
    """
    spec(
        several,
        [
            "smartphone 83 %",
            "ordinateur 67 %",
            "tablette 17 %",
            "Plusieurs réponses étaient possibles : le total dépasse 100 %.",
        ],
    )


def test_an_interval_narrows_as_answers_come(spec):
    """Un tiers de 30 répondants ne dit pas la même chose qu’un tiers de 900. Intervalles à 90 %, en
    pourcent arrondis vers l’extérieur.

    oui | répondants || réponse
    ----+------------++-----------
     10 |         30 || de 21 à 49
     64 |        192 || de 28 à 40
    300 |        900 || de 30 à 36
    """
    spec(
        lambda t: [
            "de {:.0f} à {:.0f}".format(*(np.floor(100 * low), np.ceil(100 * high)))
            for low, high in (
                proportions.wilson(k / n, n)
                for k, n in zip(t["oui"].tolist(), t["répondants"].tolist(), strict=True)
            )
        ]
    )


def test_which_rule_gives_a_published_percentage(spec):
    """Retrouver un chiffre publié : par quel effectif, et par quelle règle d’arrondi. Sans effectif
    possible, il est signalé.

    publié | répondants || réponse
    -------+------------++----------------
        24 |         66 || les deux règles
        28 |         66 || par troncature
        11 |         66 || au plus proche
        98 |         31 || aucun effectif
    """
    words = {
        "both": "les deux règles",
        "nearest": "au plus proche",
        "down": "par troncature",
        "": "aucun effectif",
    }
    spec.rows(lambda percent, n: words[proportions.possible(percent, int(n)).rule])


def moved(t: dict) -> list[str]:
    out = []
    for row in zip(*(t[name].tolist() for name in ("avant", "sur", "après", "sur_après")), strict=True):
        before, n, after, m = (int(each) for each in row)
        tables = [
            tabulate(repeated(["oui", "non"], [k, size - k]), form(["oui", "non"]), "q")
            for k, size in ((after, m), (before, n))
        ]
        differences = survey_differences.between(*tables, names=("après", "avant"))
        out.append(
            {"more": "en hausse", "less": "en baisse", "close": "on ne peut pas le dire"}[
                differences.pairs[0].way
            ]
        )
    return out


def test_a_rise_is_written_only_beyond_chance(spec):
    """« En hausse » ne s’écrit que si l’intervalle de la différence laisse zéro dehors.

    avant | sur | après | sur_après || réponse
    ------+-----+-------+-----------++-----------------------
       62 | 192 |    70 |       192 || on ne peut pas le dire
       62 | 192 |   100 |       192 || en hausse
      300 | 900 |   260 |       900 || en baisse
    """
    spec(moved)


def test_everybody_alike_is_no_certainty(spec):
    """Tous ont répondu oui : la part n’est pas sûre pour autant. Borne basse à 90 %, en pourcent.

    répondants || réponse
    -----------++--------
             1 ||       5
            20 ||    86.1
           192 ||    98.5
    """
    spec.rows(
        lambda n: round(
            100 * Share(value=1.0, variance=0.0, n=int(n), df=max(0, int(n) - 1)).interval()[0], 1
        )
    )
