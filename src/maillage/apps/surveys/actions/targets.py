"""A survey of structures relies on the directory: who is asked, written to, phoned; what an answer proposes
to a sheet.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from maillage.apps.directory.intake.actions import proposals
from maillage.apps.directory.places.models import Lieu, Proposal
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions.write import check_run, lock
from maillage.apps.surveys.models import Answer, Survey, Target
from maillage.apps.surveys.queries import sheets, targets
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.questionnaires.questionnaire import load

BETWEEN = timedelta(days=5)  # two letters closer than that are a nuisance
PROPOSED_BY = "la structure, par l’enquête"


@transaction.atomic
def choose(survey: Survey, lieux: Iterable[Lieu], *, by: User | None, at: datetime) -> int:
    """Add these places to the survey, and return how many are new. Refused for none, for one outside the
    territory, or in a survey of people.
    """
    check_run(by, survey.territory)
    row = lock(survey)
    if row.kind in rules.OF_PEOPLE:
        raise Refused(
            "Aucune structure n’a été ajoutée.",
            why=(
                "Cette enquête interroge des personnes : la réponse d’une structure compterait comme celle de"
                " l’une d’elles."
            ),
            do="Préparez une enquête auprès des structures.",
        )
    free = {lieu.pk for lieu in targets.candidates(row)}
    new = [lieu for lieu in lieux if lieu.pk in free]
    if not new:
        raise Refused(
            "Aucune structure n’a été ajoutée.",
            why="Aucune fiche de l’annuaire ne répond à ce choix, ou toutes sont déjà interrogées.",
            do="Élargissez le choix des types ou des communes.",
        )
    rows = [
        Target(survey=row, lieu=lieu, token=access.digest(access.link_for(row.pk, lieu.pk))) for lieu in new
    ]
    Target.objects.bulk_create(rows, batch_size=200)
    journal.record(by=by, verb="survey.targets", row=row, at=at, words=str(len(new)))
    return len(new)


@transaction.atomic
def remove(target: Target, *, by: User | None, at: datetime) -> None:
    """Remove a structure that has not answered; Refused for one that has."""
    check_run(by, target.survey.territory)
    row = _locked(target)
    if row.answer_id is not None:
        raise Refused(
            "La structure n’a pas été retirée.",
            why="Elle a déjà répondu.",
            do="Écartez plutôt sa réponse, avec une raison.",
        )
    journal.record(by=by, verb="survey.target_removed", row=row.survey, at=at)
    row.delete()


@transaction.atomic
def remind(survey: Survey, *, by: User, at: datetime, signed: str) -> int:
    """Remind by mail the structures that have not answered and whose sheet has an address; return how many.

    Those written to in the last five days are skipped. Refused when there is none to remind.
    """
    check_run(by, survey.territory)
    row = lock(survey)
    if row.state != "open":
        raise Refused(
            "Personne n’a été relancé.", why="L’enquête n’est pas ouverte.", do="Ouvrez-la d’abord."
        )
    silent = Target.objects.select_for_update().filter(survey=row, state__in=("waiting", "written", "phoned"))
    sent = 0
    for target in silent.select_related("lieu"):
        to = targets.mail_of(target)
        if to and (target.reminded_at is None or at - target.reminded_at >= BETWEEN):
            sent += _written(row, target, to, at=at, signed=signed)
    if not sent:
        raise Refused(
            "Personne n’a été relancé.",
            why=(
                "Aucune structure sans réponse n’a d’adresse e-mail, ou toutes ont reçu un message ces cinq"
                " derniers jours."
            ),
            do="Appelez celles de la liste, ou complétez leur fiche.",
        )
    journal.record(by=by, verb="survey.reminded", row=row, at=at, words=str(sent))
    return sent


def _written(survey: Survey, target: Target, to: str, *, at: datetime, signed: str) -> bool:
    text = f"""Bonjour,

{survey.title} : votre avis compte pour « {target.lieu.name} ».
Une partie des réponses est déjà remplie avec votre fiche. Ce lien est le vôtre, sans compte :

{address(target)}

Vos réponses proposent aussi de mettre à jour votre fiche ; une personne du réseau les relit d’abord.

Merci,
{line(signed, 80)}"""
    if not survey.example:  # a real place never hears of a survey that was invented
        try:
            outbox.put(
                channel="email",
                to=to,
                subject=f"Enquête : {target.lieu.name}",
                text=text,
                key=f"enquete-{survey.pk}-structure-{target.pk}-{target.times + 1}",
                at=at,
                commune=target.lieu.code_insee,
            )
        except Refused:  # an address of the sheet that receives nothing: to be phoned, not waited for
            return False
    target.state, target.reminded_at, target.times = "written", at, target.times + 1
    target.save(update_fields=["state", "reminded_at", "times", "token"])
    return True


def address(target: Target) -> str:
    """Return the full personal link of a structure; renewed with the installation's key."""
    token = access.link_of(target)
    target.token = access.digest(token)
    return f"{settings.ADDRESS}{reverse('survey_target', args=[token])}"


@transaction.atomic
def renew() -> int:
    """Give the structures asked the links that today's key makes; return how many changed.

    These links are derived from the key: whoever read it could make them, so the former ones stop.
    """
    rows = Target.objects.order_by("pk")
    if all(row is None or row.token == _digest(row) for row in (rows.first(), rows.last())):
        return 0  # a key of today made them, and all those between
    changed = list(rows.select_for_update(of=("self",)))
    for row in changed:
        row.token = _digest(row)
    Target.objects.bulk_update(changed, ["token"], batch_size=500)
    return len(changed)


def _digest(row: Target) -> str:
    return access.digest(access.link_of(row))


@transaction.atomic
def note(target: Target, state: str, words: str, *, by: User, at: datetime) -> Target:
    """Record that a structure was phoned, or declined; Refused once it has answered."""
    check_run(by, target.survey.territory)
    row = _locked(target)
    if row.state == "answered" or state not in ("waiting", "phoned", "declined"):
        raise Refused(
            "Le suivi de cette structure n’a pas été enregistré.",
            why="Cette structure a déjà répondu.",
            do="Rechargez la liste.",
        )
    row.state, row.note = state, line(words, 300)
    if state == "phoned":
        row.reminded_at, row.times = at, row.times + 1
    row.save(update_fields=["state", "note", "reminded_at", "times"])
    journal.record(by=by, verb="survey.target_noted", row=row.survey, at=at, words=rules.CALLS[state])
    return row


@transaction.atomic
def answered(target: Target, *, uid: UUID, at: datetime) -> list[Proposal]:
    """Record that a structure answered, and propose the changes to its sheet; return these proposals.

    The sheet itself does not change: a person of the network decides. Answering twice proposes once.
    """
    row = _locked(target)
    if row.answer_id is not None:
        return []
    answer = Answer.objects.select_related("version").get(uid=uid, survey=row.survey_id)
    row.answer, row.state = answer, "answered"
    row.save(update_fields=["answer", "state"])
    changes = sheets.proposed(load(answer.version.definition), answer.values, row.lieu.sheet)
    created = [
        proposals.propose(row.lieu, field=field, value=value, by=PROPOSED_BY, at=at)
        for field, value in changes.items()
    ]
    journal.record(
        by=None, verb="survey.structure_answered", row=row.survey, at=at, words=", ".join(sorted(changes))
    )
    return created


def _locked(target: Target) -> Target:
    return Target.objects.select_for_update(of=("self",)).select_related("survey", "lieu").get(pk=target.pk)
