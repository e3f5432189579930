"""A questionnaire changed by hand keeps asking what it asked."""

from dataclasses import replace

import pytest

from maillage.kernel.errors import Refused
from maillage.questionnaires import editing
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire

YES = (
    Choice(name="oui", label={"fr": "Oui"}),
    Choice(name="non", label={"fr": "Non"}),
    Choice(name="peu", label={"fr": "Un peu"}),
)


def question_of(name, **fields):
    return Question(name=name, kind="one", choices="oui_non", label={"fr": name.capitalize()}, **fields)


FORM = Questionnaire(
    id="q",
    title="Essai",
    lists={"oui_non": YES},
    items=(
        question_of("aide"),
        question_of("forme"),
        question_of("par_qui", relevant="${aide} = 'oui'"),
        Group(name="suite", label={"fr": "La suite"}, relevant="selected(${forme}, 'peu')", items=(question_of("encore"),)),
    ),
)  # fmt: skip


def names(form):
    return [question.name for question in form.questions()]


def test_a_question_never_goes_before_the_one_it_waits_for():
    assert names(editing.moved(FORM, "forme", -1)) == ["forme", "aide", "par_qui", "encore"]
    closer = editing.moved(FORM, "par_qui", -1)
    assert names(closer) == ["aide", "par_qui", "forme", "encore"]
    with pytest.raises(Refused, match="« Par_qui » attend la réponse à « Aide »"):
        editing.moved(closer, "par_qui", -1)
    with pytest.raises(Refused, match="attend la réponse à « Aide »"):
        editing.moved(closer, "aide", 1)
    last = replace(FORM, items=(FORM.items[0], FORM.items[2], FORM.items[1], FORM.items[3]))
    with pytest.raises(Refused, match="« Encore » attend la réponse à « Forme »"):
        editing.moved(last, "forme", 1)


def test_a_form_already_out_of_order_is_still_moved():
    late = replace(
        FORM,
        items=(question_of("par_qui", relevant="${aide} = 'oui'"), question_of("forme"), question_of("aide")),
    )
    assert names(editing.moved(late, "forme", -1)) == ["forme", "par_qui", "aide"]


def test_a_question_that_a_part_waits_for_stays():
    with pytest.raises(Refused, match="la partie « La suite »"):
        editing.removed(FORM, "forme")


def offered(*names):
    return [editing.Offered(choice.name, choice.label["fr"]) for choice in YES if choice.name in names]


def reworded(name, *names):
    return editing.reworded(
        FORM, name, label={"fr": "Autrement ?"}, hint={}, required=False, offered=offered(*names)
    )


def test_an_answer_that_a_condition_waits_for_stays():
    assert len(reworded("aide", "oui", "non").lists) == 2
    with pytest.raises(Refused, match="« Par_qui » n’est posé qu’à ceux qui répondent « Oui »"):
        reworded("aide", "non", "peu")
    with pytest.raises(Refused, match="« La suite » n’est posé qu’à ceux"):
        reworded("forme", "oui", "non")
