"""The ready questionnaires: every row of the requirements is asked, every figure beside a question is a
published one.
"""

import re
from datetime import date

import pytest

from maillage.questionnaires import answering
from maillage.questionnaires.questionnaire import UNSAID, Group, Question, Questionnaire, load
from maillage.reference import surveys

BANKS = surveys.banks()
ROWS = {"F1": 21, "F2": 28, "F3": 10, "F4": 14, "F5": 10}
TODAY = date(2026, 11, 20)


def test_questions_for_some_professionals_state_their_universe():
    universes = {each.name: each.universe for each in BANKS["professionnels"].questions()}
    assert universes["metier"] == "professionnels qui ont répondu"
    assert universes["a_la_place"] == universes["freins"] == "professionnels de l’action sociale"


def test_every_row_of_the_five_banks_has_a_question() -> None:
    rows_in_use = {row for each in BANKS.values() for question in each.questions() for row in question.rows}
    wanted = {f"{bank}-{number:03d}" for bank, most in ROWS.items() for number in range(1, most + 1)}
    assert wanted - rows_in_use == set()
    assert {row for row in rows_in_use if row.startswith("F")} <= wanted


def test_the_banks_are_those_of_the_five_kinds() -> None:
    assert [each.kind for each in BANKS.values()] == [
        "inhabitants",
        "structures",
        "caf",
        "professionals",
        "first_contact",
    ]


@pytest.mark.parametrize("bank", BANKS.values(), ids=BANKS)
def test_a_bank_survives_its_way_to_the_database(bank: Questionnaire) -> None:
    assert load(bank.data()) == bank


@pytest.mark.parametrize("bank", BANKS.values(), ids=BANKS)
def test_a_bank_has_nothing_to_correct(bank: Questionnaire) -> None:
    assert answering.problems(bank) == []
    assert answering.complete(bank, {}, TODAY).values.keys() <= {"classe_age"}


def test_a_question_that_quotes_its_source_says_what_was_printed() -> None:
    for each in BANKS.values():
        for question in each.questions():
            assert question.is_own or question.published, question.name


def test_the_french_of_the_banks_is_well_typed() -> None:
    for bank in BANKS.values():
        texts = [question.label["fr"] for question in bank.questions()]
        texts += [choice.label["fr"] for choices in bank.lists.values() for choice in choices]
        assert [text for text in texts if "'" in text or re.search(r"[^ ][?!:;]", text)] == []


def question_of(bank: str, name: str) -> Question:
    question = BANKS[bank].question(name)
    assert question
    return question


def test_four_national_figures_stand_beside_their_questions() -> None:
    national = {
        each.choice: each.percent
        for name in ("equipement", "aisance")
        for each in question_of("habitants", name).national
    }
    assert national == {"smartphone": 84, "ordinateur": 89, "aucun": 9, "pas_du_tout": 7}
    assert all(each.difference and each.quote for each in question_of("habitants", "equipement").national)


def test_every_service_of_a_structure_has_three_states() -> None:
    for name in (
        "diagnostic",
        "assistance",
        "orientation",
        "ateliers",
        "acces_libre",
        "materiel",
        "wifi",
        "sensibiliser",
    ):
        question = question_of("structures", name)
        assert question.scale == "states"
        assert [choice.name for choice in BANKS["structures"].choices(question)] == [
            "aujourdhui",
            "en_projet",
            "non",
        ]


def test_inhabitants_and_structures_share_the_answers_of_what_is_compared() -> None:
    of_inhabitants, of_structures = (
        question_of("habitants", "decouverte"),
        question_of("structures", "canaux"),
    )
    assert of_inhabitants.topic == of_structures.topic == "connaissance_offre"
    names = [
        {choice.name for choice in BANKS[bank].choices(question)}
        for bank, question in (("habitants", of_inhabitants), ("structures", of_structures))
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("age", "age_class"),
    [
        ("15", "15_25"),
        ("25", "15_25"),
        ("26", "26_39"),
        ("60", "40_60"),
        ("61", "61_70"),
        ("70", "61_70"),
        ("71", "plus_70"),
        ("104", "plus_70"),
    ],
)
def test_the_classes_of_age_are_those_published(age: str, age_class: str) -> None:
    assert answering.complete(BANKS["habitants"], {"age": age}, TODAY).values["classe_age"] == age_class


def test_who_does_not_say_an_age_may_say_about() -> None:
    completed = answering.complete(BANKS["habitants"], {"age": "refus", "age_environ": "61_70"}, TODAY)
    assert completed.values["classe_age"] == "61_70"
    assert "age_environ" not in answering.complete(BANKS["habitants"], {"age": "40"}, TODAY).visible


@pytest.mark.parametrize("name", ["habitants", "caf", "premier_rendez_vous"])
def test_questions_are_in_the_language_of_whoever_may_not_read_french(name: str) -> None:
    form = BANKS[name]
    assert form.languages == ("fr", "en", "ar", "ro", "tr", "uk", "pt")
    texts = [
        text
        for question in form.questions()
        for text in (question.label, question.hint, question.constraint_message)
    ]
    texts += [each.label for choices in form.lists.values() for each in choices]
    texts += [item.label for item in form.items if isinstance(item, Group)]
    assert all(set(text) == set(form.languages) for text in texts if text)


def test_the_first_appointment_speaks_to_the_person_who_is_there() -> None:
    labels = [question.label["fr"].lower() for question in BANKS["premier_rendez_vous"].questions()]
    assert [text for text in labels if re.search(r"\bla personne\b|-t-elle|\bla freine", text)] == []


def test_old_age_and_housing_are_brakes_that_may_be_named() -> None:
    offered = BANKS["premier_rendez_vous"].choices(question_of("premier_rendez_vous", "freins"))
    brakes = {choice.name: choice.label["fr"] for choice in offered}
    assert brakes["logement"] == "Je n’ai pas de logement stable"
    assert brakes["age"] == "À mon âge, c’est difficile"


def test_questions_to_professionals_and_structures_are_in_french_alone() -> None:
    assert BANKS["professionnels"].languages == BANKS["structures"].languages == ("fr",)


def test_whoever_never_went_online_has_no_question_on_uses() -> None:
    completed = answering.complete(BANKS["premier_rendez_vous"], {"deja_internet": "non"}, TODAY)
    assert {"usages", "navigue"} & set(completed.visible) == set()


def test_no_translation_remains_of_a_retired_question() -> None:
    labels = {text["fr"] for form in BANKS.values() for question in form.questions() for text in (question.label, question.hint, question.constraint_message) if text}  # fmt: skip
    labels |= {
        choice.label["fr"] for form in BANKS.values() for choices in form.lists.values() for choice in choices
    }
    labels |= {item.label["fr"] for form in BANKS.values() for item in form.items if isinstance(item, Group)}
    assert surveys.translations().keys() - labels - set(UNSAID.values()) == set()


def test_a_choice_is_the_same_word_everywhere_it_is_offered() -> None:
    for bank in ("habitants", "caf", "premier_rendez_vous"):
        for language in ("en", "ar", "ro", "tr", "uk", "pt"):
            for name, choices in BANKS[bank].lists.items():
                labels = [choice.label[language] for choice in choices]
                assert len(set(labels)) == len(labels), (bank, language, name)


def test_who_was_never_helped_says_which_places_they_know_and_structures_whether_time_is_set_aside() -> None:
    """Plan de Grenoble : « la connaissance des initiatives par les usagers » ; Maubeuge : l’« aménagement du temps »."""
    form, nobody = BANKS["habitants"], {"accompagne": "non", "lieu_connu": "non"}
    assert "lieux_cites" not in answering.complete(form, nobody, TODAY).visible
    known = answering.complete(form, nobody | {"lieu_connu": "oui", "lieux_cites": "La médiathèque"}, TODAY)
    assert known.values["lieux_cites"] == "La médiathèque"
    assert question_of("habitants", "lieu_connu").universe == "habitants de 15 ans et plus"
    time = question_of("structures", "temps_reserve")
    assert [each.name for each in BANKS["structures"].choices(time)] == ["oui", "non"]
