"""Between the questionnaire of structures and the sheet of a place: what is known already, and what an answer
proposes.

Nothing is guessed: an answer that a field of the sheet does not say in the same words proposes nothing.
"""

from collections.abc import Mapping
from typing import Any

from maillage.apps.directory.places import rules as directory
from maillage.kernel.names import plain
from maillage.questionnaires.questionnaire import UNSAID, Questionnaire, words
from maillage.reference import offer
from maillage.reference.sheet import practices

# question → practice of the sheet, for questions in three states
PRACTICES: Mapping[str, str] = {
    "acces_libre": "libre_acces",
    "wifi": "wifi",
    "assistance": "assistance",
    "ateliers": "formation",
    "orientation": "orientation",
    "diagnostic": "diagnostic",
    "sensibiliser": "sensibilisation",
}
STATES: Mapping[str, str] = {"aujourdhui": "offered", "en_projet": "planned", "non": "no"}
YES_NO: Mapping[str, str] = {"hors_murs": "hors_les_murs", "accueillir": "accueille_partenaires"}
OUTSIDE: Mapping[str, str] = {"hors_murs_qpv": "district"}  # question → where, of `hors_les_murs_ou`
YES_NO_VALUES: Mapping[str, bool] = {"oui": True, "non": False}
KIND, COMMUNE, FUNDERS = "type_structure", "commune", "financeurs"


def _yes_no(value: object) -> str:
    return "oui" if value is True else "non" if value is False else ""


def known(questionnaire: Questionnaire, sheet: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers that a sheet already gives: they are shown, and may be changed."""
    states = {id: stated.get("state", "") for id, stated in practices(sheet).items()}
    backwards = {state: answer for answer, state in STATES.items()}
    answers = {name: backwards.get(states.get(practice, ""), "") for name, practice in PRACTICES.items()}
    answers |= {name: _yes_no(sheet.get(field)) for name, field in YES_NO.items()}
    answers |= {name: "oui" for name, where in OUTSIDE.items() if where in sheet.get("hors_les_murs_ou", ())}
    answers[COMMUNE] = str(sheet.get("code_insee", ""))
    answers[KIND] = _kind(questionnaire, sheet)
    return {
        name: value for name, value in answers.items() if value and value in _choices(questionnaire, name)
    }


def proposed(
    questionnaire: Questionnaire, values: Mapping[str, str], sheet: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the changes that the answers of a structure would make in its sheet: field → value."""
    stated = practices(sheet)
    new = {
        practice: {**stated.get(practice, {}), "state": STATES[values[name]]}
        for name, practice in PRACTICES.items()
        if values.get(name) in STATES and questionnaire.question(name) is not None
    }
    changes: dict[str, Any] = {}
    # Saying « non » of what a sheet never told adds nothing to it.
    changed = {
        id: practice
        for id, practice in new.items()
        if practice["state"] != stated.get(id, {}).get("state", "no")
    }
    if changed:
        changes["practices"] = {**sheet.get("practices", {}), **changed}
    for name, field in YES_NO.items():
        is_yes = YES_NO_VALUES.get(values.get(name, ""))
        if (
            is_yes is not None
            and sheet.get(field) != is_yes
            and not (is_yes is False and sheet.get(field) is None)
        ):
            changes[field] = is_yes
    outside = [where for name, where in OUTSIDE.items() if YES_NO_VALUES.get(values.get(name, ""))]
    stated_outside = sheet.get("hors_les_murs_ou", [])
    if added := [where for where in outside if where not in stated_outside]:
        changes["hors_les_murs_ou"] = [*stated_outside, *added]
    if funders := _funders(questionnaire, values):
        stated_funders = sheet.get(FUNDERS, [])
        if added := [each for each in funders if each not in stated_funders]:
            changes[FUNDERS] = [*stated_funders, *added]
    return changes


def _funders(questionnaire: Questionnaire, values: Mapping[str, str]) -> list[str]:
    question = questionnaire.question(FUNDERS)
    if question is None:
        return []
    labels = {each.name: words(each.label) for each in questionnaire.choices(question) if not each.alone}
    return [
        labels[each]
        for each in values.get(FUNDERS, "").split()
        if each in labels and each not in (*UNSAID, "autre")
    ]


def _kind(questionnaire: Questionnaire, sheet: Mapping[str, Any]) -> str:
    """Return the choice whose words name the type of a sheet."""
    kind, question = directory.kind_of(sheet), questionnaire.question(KIND)
    if question is None or kind == "autre":
        return ""
    by_word = offer.kinds_by_word()
    named = (
        each.name for each in questionnaire.choices(question) if by_word.get(plain(words(each.label))) == kind
    )
    return next(named, "")


def _choices(questionnaire: Questionnaire, name: str) -> set[str]:
    question = questionnaire.question(name)
    return {each.name for each in questionnaire.choices(question)} if question is not None else set()
