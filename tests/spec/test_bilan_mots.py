"""Ce que la personne lit de son bilan, ce qui change d’un bilan à l’autre, ce qu’un papier ou un écran a
le droit de dire.
"""

from datetime import date
from typing import Any

import pytest

from maillage.apps.referrals.autonomy import rules
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.kernel.errors import Refused
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine

title = "Lire son bilan"

AT_EASE = {
    **{"A1": ["smartphone", "computer"], "A2": "mine", "A3": "box", "A4": "rarely"},
    **{
        "U1": "often",
        "U2": "easy",
        "U3": "alone",
        "U4": "weekly",
        "U5": "alone",
        "U6": "leave",
        "U7": ["bank"],
    },
    **{"M1": ["rights"], "M2": "learn", "O1": "easy", "O2": ["nothing"], "O3": "none", "O4": "relative"},
}


def answers(text: str) -> dict[str, Any]:
    """Answers written `A1=smartphone+computer A2=mine`; several are joined by a plus."""
    out: dict[str, Any] = {}
    for word in text.split():
        id, _, value = word.partition("=")
        several = bilan.questions()[id].several and value not in ("?", "-")
        out[id] = value.split("+") if several else value
    return out


def result_text(answers: dict[str, Any], **tasks: str) -> rules.ResultText:
    return rules.result_text(answers, tasks, engine.conclude(answers, tasks))


def words(sentences: Any) -> list[str]:
    return [str(each).replace("\xa0", " ") for each in sentences]


def test_what_an_answer_may_be(spec):
    """Une réponse est une image de la question ; « Je ne sais pas » et « Passer » en sont une ; « Rien » va
    seul.

    La question, ce qui est coché. La réponse : ce qui est gardé, ou ce qui est dit.

    question | coché                       || réponse
    ---------+-----------------------------++------------------------------------
    A2       | mine                        || mine
    A2       | shared mine                 || mine
    A2       | ?                           || ?
    A1       | ?                           || ?
    A1       | ? computer                  || liste : computer
    A1       | computer smartphone         || liste : smartphone computer
    A1       | nothing                     || liste : nothing
    A1       | nothing computer            || Deux réponses ne vont pas ensemble.
    A1       | montre                      || Il manque votre réponse.
    A1       |                             || Il manque votre réponse.
    M1       | rights health school        || liste : rights health school
    M1       | rights health school work   || Il y a trop de réponses.
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for id, ticked in zip(t["question"].tolist(), t["coché"].tolist(), strict=True):
            try:
                accepted = rules.read(bilan.questions()[id], ticked.split())
                out.append(accepted if isinstance(accepted, str) else "liste : " + " ".join(accepted))
            except Refused as refused:
                out.append(str(refused.what))
        return out

    spec(call)


def test_result_is_never_empty(spec):
    """Personne ne lit une page vide : qui n’a rien dit a fait le pas de demander, et on dit qu’on ne sait
    pas.

    Rien de dit, puis quelqu’un à l’aise : ce que la personne sait, ce qu’elle a, ce qui bloque.

    qui
    --------------
    n’a rien dit
    à l’aise
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for person in t["qui"].tolist():
            result = result_text(AT_EASE if person == "à l’aise" else {})
            out += words([result.knows[0], result.has[0], result.blocks[0]])
        return out

    spec(
        call,
        [
            "Demander de l’aide : c’est déjà beaucoup.",
            "Vous ne l’avez pas dit.",
            "Vous ne l’avez pas dit.",
            *words(
                [
                    bilan.questions()["U5"].options["alone"].knows,
                    bilan.questions()["A1"].options["smartphone"].has,
                ]
            ),
            "Rien de ce que vous avez dit ne bloque.",
        ],
    )
    assert len(result_text(AT_EASE).knows) == rules.MAX_SENTENCES
    assert not result_text(AT_EASE).urgent
    assert result_text({**AT_EASE, "X1": "week"}).urgent
    assert all(flag.id != "procedure" for flag in result_text({**AT_EASE, "X1": "week"}).flags)


def test_a_task_missed_says_more_than_the_answer(spec):
    """Qui dit reconnaître un piège et s’y laisse prendre ne le lit pas ; qui s’y prend mal en mots et le
    reconnaît à l’essai le lit.

    L’essai du message piégé, selon que la personne a dit qu’elle le laisserait, ou qu’elle appuierait.

    essai  || dit le laisser | dit appuyer
    -------++----------------+------------
    passed || le lit         | le lit
    failed || non            | non
    partly || le lit         | non
    aucun  || le lit         | non
    """
    sentence = rules.TASK_SHOWS["T4"]
    quiet = {
        **AT_EASE,
        "U5": "no-need",
        "U3": "no",
        "U4": "none",
        "U7": ["nothing"],
        "U2": "never",
        "O1": "unsaid",
    }

    def reads(declared: str, task: str) -> str:
        person_answers, tasks = {**quiet, "U6": declared}, {} if task == "aucun" else {"T4": task}
        return (
            "le lit"
            if sentence
            in rules.result_text(person_answers, tasks, engine.conclude(person_answers, tasks)).knows
            else "non"
        )

    spec(
        lambda t: {
            "dit le laisser": [reads("leave", task) for task in t["essai"].tolist()],
            "dit appuyer": [reads("press", task) for task in t["essai"].tolist()],
        }
    )


def test_what_changed_since_last_time(spec):
    """D’un bilan à l’autre on dit mieux, pareil ou plus dur : l’usage d’abord, l’accès ensuite.

    L’usage et l’accès d’avant, puis de maintenant.

    usage avant | accès avant | usage  | accès   || réponse
    ------------+-------------+--------+---------++-------------------------------------------------
    G1          | stable      | G2     | none    || Vous faites plus de choses qu’avant.
    G2          | none        | G1     | stable  || C’est plus dur en ce moment. On peut vous aider.
    G1          | fragile     | G1     | stable  || Vous faites plus de choses qu’avant.
    G1          | stable      | G1     | fragile || C’est plus dur en ce moment. On peut vous aider.
    G1          | stable      | G1     | stable  || C’est comme avant.
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for use, access, now_use, now_access in zip(*(column.tolist() for column in t.values()), strict=True):
            base = engine.conclude(AT_EASE)
            conclusion = rules.replace(base, use=now_use, access=now_access)
            out.append(str(rules.progress({}, use, access, {}, conclusion).says))
        return out

    spec(call)


def test_progress_lists_answers_changed_between_both_times(spec):
    """Seules les réponses données les deux fois, sur l’accès, l’usage ou la durée, sont mises côte à côte.

    question | avant   | maintenant
    ---------+---------+-----------
    A2       | shared  | mine
    A3       | box     | box
    U3       | rien    | alone
    U4       | none    | rien
    M2       | for-me  | learn
    O1       | hard    | easy
    O3       | lasting | moment
    """

    def call(t: dict[str, Any]) -> list[str]:
        before, now = (
            answers(
                " ".join(
                    f"{q}={v}"
                    for q, v in zip(t["question"].tolist(), t[when].tolist(), strict=True)
                    if v != "rien"
                )
            )
            for when in ("avant", "maintenant")
        )
        progress = rules.progress(before, "G1", "stable", now, engine.conclude(AT_EASE))
        ids = {question.text: id for id, question in bilan.questions().items()}
        return [ids[change.question] for change in progress.changes]

    spec(call, ["A2", "O3"])


def test_a_bilan_is_not_done_again_at_once(spec):
    """On ne refait pas un bilan avant deux semaines ; la date proposée suit le résultat, s’il en dit une.

    jours proposés || réponse
    ---------------++-------------------------------------
                 0 || pas avant le 04/12, sans date
                90 || pas avant le 04/12, proposé le 18/02
    """
    spec.rows(
        lambda days: (
            f"pas avant le {rules.again_from(date(2026, 11, 20)):%d/%m}, "
            f"{'sans date' if (day := rules.suggested_on(date(2026, 11, 20), int(days))) is None else f'proposé le {day:%d/%m}'}"
        )
    )


def test_what_a_second_bilan_does_not_ask_again(spec):
    """Au second bilan, envies, obstacles et soutiens sont gardés ; accès, usage et durée se redemandent ;
    plus rien ne presse.

    réponses d’avant
    ------------------------------------------------
    X1=week A1=computer U3=alone M1=rights M2=learn O1=easy O3=lasting O4=nobody
    """
    spec(
        lambda t: [
            f"{id} {value}" for id, value in rules.again(answers(t["réponses d’avant"].tolist()[0])).items()
        ],
        ["M1 ['rights']", "M2 learn", "O1 easy", "O4 nobody", "X1 -"],
    )
    assert rules.again({"Z9": "x"}) == {"X1": "-"}, "a question that is no longer asked"


def test_when_a_device_is_in_play(spec):
    """On demande l’annexe du premier rendez-vous quand un appareil ou un abonnement est en jeu.

    accès   | signal          || réponse
    --------+-----------------++--------
    stable  | -.              || non
    fragile | -.              || oui
    none    | -.              || oui
    stable  | unequipped_able || oui
    stable  | access          || oui
    stable  | fear            || non
    """
    spec.rows(
        lambda access, flag: (
            "oui"
            if rules.in_play(
                rules.replace(engine.conclude(AT_EASE), access=access, flags=() if flag == "-." else (flag,))
            )
            else "non"
        )
    )


def test_the_card_has_four_drawings_and_no_level(spec):
    """La carte que la personne emporte a quatre dessins au plus : le résultat, puis ce qu’elle a dit ; ni
    « rien », ni inconnu.

    réponses                                                      || réponse
    --------------------------------------------------------------++-------------------------------------------------------
    X1=week X2=work M1=rights+health A1=computer O2=time M2=learn || Le travail · Mes droits et mes papiers · Un ordinateur
    X1=no M1=nothing A1=nothing O2=time+near O4=nobody            || Plus de temps · Personne
    X1=no M1=? O2=time                                            || Plus de temps
    """

    def call(t: dict[str, Any]) -> list[str]:
        face = bilan.faces()["autonomie"]
        drawn = [rules.on_card(answers(line), face) for line in t["réponses"].tolist()]
        assert all(some[0].words == face.word for some in drawn)
        return [" · ".join(words(each.words for each in some[1:])) for some in drawn]

    spec(call)


def test_a_screen_counts_ten_minutes_at_most(spec):
    """Le temps passé sur un écran est compté jusqu’à dix minutes : au-delà, quelqu’un a été appelé ailleurs.

    secondes || réponse
    ---------++--------
          30 ||      30
         600 ||     600
        3600 ||     600
    """
    spec(
        lambda t: [
            carried.timings["A2"]
            for seconds in t["secondes"]
            for carried in [Carried().answered("A2", "mine", seconds=int(seconds))]
            if Carried().measured("A2", outcome="passed", seconds=int(seconds)).timings == carried.timings
        ]
    )


def test_corrected_answer_drops_the_answers_it_closes():
    """Une réponse corrigée emporte celles des questions qu’on ne pose plus ; le reste, tel qu’au début,
    n’est pas gardé.
    """
    carried = Carried(mode="self", answers={"X1": "week", "X2": "work", "A1": ["computer"]})
    assert dict(carried.answered("X1", "no").answers) == {"X1": "no", "A1": ["computer"]}
    assert carried.answered("X1", "month", seconds=None).timings == {}
    assert carried.begun
    assert not Carried().begun
    measured = carried.measured("T4", outcome="failed", tries=2)
    assert measured.outcomes == {"T4": "failed"}
    assert measured.tasks["T4"] == {"outcome": "failed", "tries": 2}
    assert set(measured.to_plain()) == {"mode", "answers", "tasks"}
    assert Carried.from_plain({**measured.to_plain(), "inconnu": 1}) == measured
    with pytest.raises(TypeError):
        Carried(inconnu=1)  # type: ignore[call-arg]
