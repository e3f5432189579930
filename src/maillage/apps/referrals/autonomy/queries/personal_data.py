"""The diagnoses of a person, in French words, for their own copy."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import COUNTED, DataKind
from maillage.apps.referrals.autonomy import rules as autonomy
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries import retained, segments
from maillage.reference import bilan_tasks
from maillage.words.languages import to_say


def copy(person: Person) -> list[dict[str, Any]]:
    """Return the diagnoses of a person in French words, the latest first."""
    rows = Bilan.objects.filter(person=person).select_related("by", "structure", "changed_by", "retest_of")
    among = segments.choices()
    return [_diagnosis(row, among) for row in rows.order_by("-at", "-pk")]


def _moment(at: datetime | date | None) -> str:
    return at.isoformat() if at is not None else ""


def _diagnosis(row: Bilan, among: segments.Choices) -> dict[str, Any]:
    sheet = retained.sheet(row, among)
    tasks = bilan_tasks.tasks()
    return {
        "le": timezone.localdate(row.at).isoformat(),
        "resultat": row.get_result_display(),
        "resultat_change": row.get_changed_result_display(),
        "raison_du_changement": sheet.reason,
        "changement_en_mots": row.changed_words,
        "change_par": str(row.changed_by or ""),
        "change_le": _moment(row.changed_at),
        "fait_avec": str(row.by or ""),
        "structure": row.structure.name if row.structure else "",
        "commune": row.place,
        "qui_touchait_l_ecran": row.get_mode_display(),
        "reponses": [
            {"question": question.text, "reponse": [option.label for option in options]}
            for question, options in sheet.answers
        ],
        "essais": [
            {
                "essai": tasks[id].text if id in tasks else id,
                "mesures": [f"{name} : {measure}" for name, measure in task.items()],
            }
            for id, task in row.tasks.items()
        ],
        "version_des_essais": row.form,
        "secondes_par_ecran": [f"{screen} : {seconds}" for screen, seconds in row.timings.items()],
        "annexe": [
            {
                "question": question.text,
                "reponse": ", ".join(option.label for option in autonomy.chosen_answers(row.annex, question)),
            }
            for question, answer in sheet.annex
            if answer
        ],
        "acces": row.get_access_display(),
        "usage_dit": row.get_declared_display(),
        "usage_vu": sheet.observed.label if sheet.observed else "",
        "usage": row.get_use_display(),
        "ligne": row.line,
        "signaux": [flag.label for flag in sheet.flags],
        "suites_choisies": list(row.chosen),
        "refait_celui_du": timezone.localdate(row.retest_of.at).isoformat() if row.retest_of else "",
        "a_refaire_vers_le": _moment(row.retest_on),
        "regle": row.version,
        "garde_pour": row.get_kept_display(),
    }


PERSONAL_DATA = (
    DataKind(
        id="bilans",
        title=to_say("Vos bilans"),
        why=to_say("Pour suivre vos progrès."),
        fate=COUNTED,
        models=("autonomy.Bilan",),
        rows=copy,
    ),
)
