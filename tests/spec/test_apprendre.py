"""Ce que devient un exercice, une étape, un engagement : juger sans écran savant, ne rien perdre de ce qui
est fait.
"""

from datetime import date
from typing import Any

import pytest

from maillage.apps.learning import rules as learning_rules
from maillage.modules import reading
from maillage.modules.format import Choose, Option, Order

title = "Apprendre avec un module"

SAME = {"asks": "-", "spoken": "-", "done": "C’est fait.", "hints": ("-",)}
CHOICE = Choose(
    kind="choisir",
    question="-",
    options=(
        Option(text="Ouvrir", then="Le piège s’ouvre."),
        Option(text="Effacer", then="Rien n’arrive.", right=True),
        Option(text="Répondre", then="On vous récrit."),
    ),
    **SAME,
)
STEPS = Order(kind="ordre", steps=("allumer", "ouvrir", "écrire"), **SAME)


def feedback_text(feedback: learning_rules.Feedback) -> str:
    return f"{'fini' if feedback.done else 'encore'} : {feedback.words} {feedback.then}".strip()


def cells(t: dict[str, Any], *names: str) -> list[tuple[str, ...]]:
    columns = [[str(cell).removesuffix(".0").replace("-", "") for cell in t[name].tolist()] for name in names]
    return list(zip(*columns, strict=True))


def test_each_choice_has_its_consequence(spec):
    """Chaque choix a sa conséquence, juste ou non ; sans choix, on dit ce qui manque.

    Trois choix, le deuxième est juste.

    choix || réponse
    ------++-----------------------------------------------------------------------
    0     || encore : Le piège s’ouvre. Regardez, puis choisissez encore.
    1     || fini : Rien n’arrive. C’est fait.
    2     || encore : On vous récrit. Regardez, puis choisissez encore.
    3     || encore : Il manque une réponse. Choisissez, puis touchez « Vérifier ».
    rien  || encore : Il manque une réponse. Choisissez, puis touchez « Vérifier ».
    """
    spec(
        lambda t: [
            feedback_text(learning_rules.judge(CHOICE, {"choix": [choice]}))
            for (choice,) in cells(t, "choix")
        ]
    )
    assert learning_rules.judge(CHOICE, {}).words == "Il manque une réponse."


def test_an_order_says_the_first_place_that_does_not_go(spec):
    """On dit la première étape qui n’est pas à sa place. Les étapes : allumer, ouvrir, écrire ; la place
    donnée à chacune.

    allumer | ouvrir | écrire || réponse
    --------+--------+--------++-------------------------------------------------------------------------------------------------
    1       | 2      | 3      || fini : C’est fait.
    1       | 3      | 2      || encore : Ce n’est pas encore le bon ordre. « ouvrir » vient à une autre place : essayez encore.
    3       | 2      | 1      || encore : Ce n’est pas encore le bon ordre. « allumer » vient à une autre place : essayez encore.
    1       | 2      | -      || encore : Il manque une réponse. Choisissez, puis touchez « Vérifier ».
    """
    spec(
        lambda t: [
            feedback_text(learning_rules.judge(STEPS, {f"place-{n}": [place] for n, place in enumerate(row)}))
            for row in cells(t, "allumer", "ouvrir", "écrire")
        ]
    )
    assert learning_rules.shuffled(STEPS) == [(1, "ouvrir"), (0, "allumer"), (2, "écrire")]


def test_what_was_done_once_stays_done(spec):
    """Une étape garde le plus loin où elle est allée ; une nouvelle version d’un module recommence à neuf.

    Ce qu’un appareil dit, dans l’ordre. La réponse : pour chaque module, sa version, l’étape ouverte en
    dernier, l’état de chacune.

    module | version | étape | état
    -------+---------+-------+---------
    mail   |       1 |     1 | seen
    mail   |       1 |     2 | done
    mail   |       1 |     2 | seen
    mail   |       1 |     1 | stopped
    wifi   |       1 |     1 | done
    wifi   |       2 |     1 | seen
    wifi   |       1 |     2 | done
    """

    def call(t: dict[str, Any]) -> list[str]:
        rows = [
            (module, int(version), int(step), state)
            for module, version, step, state in zip(*(column.tolist() for column in t.values()), strict=True)
        ]
        return [
            f"{module} v{at.version}, étape {at.last} : "
            + ", ".join(f"{step} {learning_rules.STATES[state]}" for step, state in at.steps.items())
            for module, at in learning_rules.standings(rows).items()
        ]

    spec(call, ["mail v1, étape 1 : 1 interrompue, 2 réussie", "wifi v2, étape 1 : 1 ouverte"])
    assert list(learning_rules.STATES) == ["seen", "unmeasured", "passed", "stopped", "hinted", "done"]


def test_what_was_done_of_a_version_taken_back_does_not_hide_the_rest(spec):
    """Quand un auteur revient à une version d’avant, ce qui se fait ensuite compte de nouveau.

    La version 2 a été reprise : la 1 est montrée. La réponse : la version où l’on en est, et ses étapes.
    """

    def call(t: dict[str, Any]) -> str:
        rows = [("mail", int(v), int(step), "done") for v, step in zip(*t.values(), strict=True)]
        at = learning_rules.standings(rows, {"mail": 1})["mail"]
        return f"v{at.version} : {', '.join(map(str, at.steps))}"

    spec(
        """
        version | étape
        --------+------
              1 |     1
              2 |     1
              1 |     2
        """,
        call,
        "v1 : 1, 2",
    )
    spec(
        """
        version | étape
        --------+------
              2 |     1
              2 |     2
        """,
        call,
        "v2 : 1, 2",
    )


def test_who_seems_stuck(spec):
    """On paraît bloqué sur une étape après trois essais, ou cinq minutes, sans l’avoir réussie ni passée.

    état       | essais | secondes || réponse
    -----------+--------+----------++--------
    seen       |      2 |      299 || non
    seen       |      3 |        0 || bloqué
    seen       |      0 |      300 || bloqué
    stopped    |      9 |        0 || bloqué
    unmeasured |      3 |        0 || bloqué
    done       |      9 |      900 || non
    hinted     |      9 |      900 || non
    passed     |      9 |      900 || non
    """
    spec.rows(
        lambda state, tries, seconds: (
            "bloqué" if learning_rules.stuck(state, int(tries), int(seconds)) else "non"
        )
    )


def test_a_device_that_counts_wrongly_is_stopped(spec):
    """Au-delà, un appareil compte mal : essais et secondes d’une étape, ancienneté et nombre de ce qu’il dit.

    borne                          || réponse
    -------------------------------++--------
    essais d’une étape             ||     500
    secondes d’une étape           ||   14400
    jours avant d’être dit         ||     400
    faits d’un envoi               ||     500
    faits d’une carte en un jour   ||    3000
    """
    spec(
        lambda _: [
            learning_rules.MOST_TRIES,
            learning_rules.MOST_SECONDS,
            learning_rules.MOST_BEFORE / 86_400,
            learning_rules.AT_ONCE,
            learning_rules.MOST_A_DAY,
        ]
    )


def test_plan_follow_up_is_scheduled_some_days_later(spec):
    """On demande ce qu’est devenue une démarche quelques jours après celui où on voulait la faire.

    jours || réponse
    ------++-----------
        0 || 2026-11-20
       15 || 2026-12-05
    """
    spec.rows(lambda days: f"{learning_rules.ask_on(date(2026, 11, 20), int(days)):%Y-%m-%d}")


def test_what_is_answered_to_each_end(spec):
    """À chaque fin sa phrase : faite en ligne par la personne, obtenue autrement, pas encore, bloquée,
    inconnue.

    fin      || réponse
    ---------++----------------------------------------------------------------------
    alone    || faite : Bravo. Vous l’avez fait sans aide.
    beside   || faite : Bravo. La prochaine fois, un geste de plus sera à vous.
    for_me   || obtenue : Le droit est gardé. C’est l’essentiel.
    counter  || obtenue : Le droit est gardé. C’est l’essentiel.
    not_yet  || reste : Rien ne presse, sauf la date. On en reparle bientôt.
    blocked  || reste : On refait cet écran ensemble. Dix minutes suffisent souvent.
    unknown  || reste : Ce n’est pas grave. Regardons ensemble si un reçu est arrivé.
    """

    def call(t: dict[str, Any]) -> list[str]:
        ends = t["fin"].tolist()
        assert list(learning_rules.ANSWERS) == ends
        kinds = [
            "faite"
            if end in learning_rules.CONVERTED
            else "obtenue"
            if end in learning_rules.OBTAINED
            else "reste"
            for end in ends
        ]
        return [f"{kind} : {learning_rules.next_words(end)}" for kind, end in zip(kinds, ends, strict=True)]

    spec(call)


SHARED = {"consigne": "-", "parle": "-", "reussite": "-", "indices": ["-"]}
WRONG = [{"texte": "Ouvrir", "consequence": "-"}, {"texte": "Effacer", "consequence": "-"}]
RIGHT = [{"texte": "Lire", "consequence": "-", "juste": True}, *WRONG]
SCREEN = {"a": {"titre": "-", "elements": [{"type": "texte", "texte": "-"}]}}
NAMES = [{"id": "a", "nom": "Un"}, {"id": "b", "nom": "Deux"}]
PARTS = [{"titre": f"{n}", "texte": "-"} for n in range(3)]
TRUE = {"canal": "sms", "de": "Zoé", "corps": ["À ce soir."], "vrai": True}


@pytest.mark.parametrize(
    ("written", "expected_faults"),
    [
        ({"genre": "choisir", "question": "-", "choix": WRONG}, "choix : Aucun choix n’est juste."),
        ({"genre": "piege", "message": TRUE, "choix": WRONG}, "choix : Aucun choix n’est juste."),
        ({"genre": "ordre", "etapes": ["-", "Lire", "-"]}, "etapes 2 : « - » y est déjà."),
        ({"genre": "rangement", "objets": NAMES, "places": NAMES}, "objets : Aucun objet n’a de place."),
        (
            {
                "genre": "glisser",
                "objets": [{"id": "a", "nom": "Un", "place": "a"}] * 2,
                "places": [*NAMES, {"id": "b", "nom": "Trois"}],
            },
            "objets 1 id : « a » y est déjà. places 2 id : « b » y est déjà.",
        ),
        ({"genre": "piege", "message": TRUE, "a_voir": [{"ou": " ", "quoi": "-"}], "choix": RIGHT}, "a_voir 0 ou : «   » n’est pas dans le message."),
        ({"genre": "choisir", "question": "-", "choix": [RIGHT[0]] * 2}, "choix 1 texte : « Lire » y est déjà."),
        ({"genre": "telephone", "depart": "a", "but": {"ecran": "a"}, "ecrans": SCREEN}, "but : Le but est atteint dès le départ."),
        ({"genre": "defiler", "bouton": "-", "parties": PARTS}, "parties : Aucune partie n’est à chercher."),
        ({"genre": "taper", "modeles": [{"texte": " "}]}, "modeles 0 texte : Il n’y a rien à écrire."),
        ({"genre": "taper", "modeles": [{"texte": "Oui", "deja": "Oui"}]}, "modeles 0 deja : Ce texte est déjà écrit en entier."),
    ],
)  # fmt: skip
def test_an_exercise_that_nobody_could_end_is_refused(written, expected_faults):
    """Un exercice sans fin possible, ou fini d’avance, est refusé, la faute à sa place."""
    step = {"nature": "seul", "titre": "-", "parle": "-", "exercice": SHARED | written}
    faults = [
        f"{' '.join(map(str, where[1:]))} : {what}"
        for where, what, _ in reading.step_faults(step, ())
        if where[:1] == ("exercice",) and "parle" not in where and "consigne" not in where
    ]
    assert " ".join(faults) == expected_faults
