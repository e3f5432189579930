"""Une question est posée quand sa condition est vraie, et ce qui est dit reste dit."""

from datetime import date

from maillage.questionnaires import answering
from maillage.questionnaires.answering import Completed
from maillage.questionnaires.expressions import Context, holds, written
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from maillage.reference.surveys import banks

title = "Poser une question"
TODAY = date(2026, 11, 20)
DEVICES = (
    Choice(name="smartphone", label={"fr": "Un smartphone"}),
    Choice(name="ordinateur", label={"fr": "Un ordinateur"}),
    Choice(name="aucun", label={"fr": "Ni équipement ni connexion"}, alone=True),
)
FORM = Questionnaire(
    id="essai",
    title="Essai",
    lists={"appareils": DEVICES},
    items=(
        Question(name="age", kind="integer", label={"fr": "Quel âge avez-vous ?"}, required=True, constraint=". >= 15 and . <= 120"),
        Question(name="equipement", kind="many", label={"fr": "De quoi disposez-vous ?"}, choices="appareils"),
        Question(name="raison", kind="text", label={"fr": "Pourquoi ?"}, relevant="selected(${equipement}, 'aucun')"),
    ),
)  # fmt: skip


def completed_answers(t: dict) -> list[Completed]:
    rows = zip(*(t[name] for name in ("age", "equipement", "raison")), strict=True)
    return [
        answering.complete(FORM, {"age": str(a), "equipement": str(e), "raison": str(r)}, TODAY)
        for a, e, r in rows
    ]


def test_condition_decides_which_questions_are_visible(spec):
    """« raison » n’est posée qu’à ceux qui n’ont rien ; une réponse donnée puis devenue sans objet est
    laissée, et dite.

    age | equipement | raison        || réponse
    ----+------------+---------------++----------------------------------
    70  | aucun      | trop cher     || age equipement raison
    70  | smartphone | trop cher     || age equipement (laissée : raison)
    70  | nsp        |               || age equipement
    """
    spec(
        lambda t: [
            " ".join([*each.visible, *(f"(laissée : {name})" for name in each.dropped)])
            for each in completed_answers(t)
        ]
    )


def test_odd_answer_is_reported_and_stored(spec):
    """Une réponse qui ne va pas est dite, jamais effacée : on ne retrouve pas la personne dans la rue."""
    spec(
        """
        age   | equipement       | raison || réponse
        ------+------------------+--------++------------------
        200   | smartphone       |        || age:constraint
        jeune | smartphone       |        || age:kind
              | smartphone       |        || age:required
        70    | aucun smartphone |        || equipement:alone
        70    | tablette         |        || equipement:choice
        refus | nsp              |        || rien à dire
        """,
        lambda t: [
            " ".join(f"{fault.name}:{fault.kind}" for fault in each.faults) or "rien à dire"
            for each in completed_answers(t)
        ],
    )
    spec(
        """
        age   | equipement       | raison || réponse
        ------+------------------+--------++--------------------------
        200   | aucun smartphone | cher   || 200 aucun smartphone cher
        jeune | aucun            | cher   || jeune aucun cher
        """,
        lambda t: [" ".join(each.values.values()) for each in completed_answers(t)],
    )


def test_what_is_empty_or_unknown_is_neither_below_nor_above(spec):
    """Une réponse vide ou « ne sait pas » n’est ni plus petite ni plus grande qu’un nombre.

    reponse | condition  || réponse
    --------+------------++--------
    71      | ${x} > 60  || oui
    nsp     | ${x} > 60  || non
    nsp     | ${x} <= 60 || non
            | ${x} <= 60 || non
            | ${x} = ''  || oui
    9       | ${x} < 10  || oui
    """
    spec.rows(lambda value, text: "oui" if holds(str(text), Context(values={"x": str(value)})) else "non")


def test_a_date_counts_in_days(spec):
    """Une date compte en jours : un âge se calcule d’une date de naissance.

    naissance  | calcul                                  || réponse
    -----------+-----------------------------------------++-----------
    1958-03-02 | int((today() - ${ne}) div 365.25)       || 68
    2026-11-01 | today() - ${ne}                         || 19
    2026-11-01 | format-date(${ne}, '%d/%m/%Y')          || 01/11/2026
    2026-02-30 | today() - ${ne}                         || rien
    """
    spec.rows(lambda born, text: written(str(text), Context(values={"ne": str(born)}, today=TODAY)) or "rien")


def test_ages_fall_in_the_published_classes(spec):
    """Les tranches d’âge sont celles de l’enquête publiée : de 15 à 25 ans, plus de 60 ans, plus de 70 ans.

    age || réponse
    ----++--------
     25 || 15_25
     26 || 26_39
     60 || 40_60
     61 || 61_70
     70 || 61_70
     71 || plus_70
    """
    form = banks()["habitants"]
    spec.rows(lambda age: answering.complete(form, {"age": str(int(age))}, TODAY).values["classe_age"])


def test_the_bank_of_the_caf_names_its_three_communes():
    """Six structures de Grenoble, d’Échirolles et de Pont-de-Claix : trois communes, et non « six structures grenobloises »."""
    caf = banks()["caf"]
    assert "six structures de Grenoble, d’Échirolles et de Pont-de-Claix" in caf.about
    assert "grenoblois" not in str(caf.data())
