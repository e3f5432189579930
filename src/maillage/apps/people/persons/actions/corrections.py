"""Ask a structure to correct what it wrote of a person, and answer."""

from datetime import datetime

from django.db import transaction

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import access
from maillage.apps.people.persons.actions.register import lock, touch
from maillage.apps.people.persons.models import CorrectionRequest, Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.words.languages import to_say

MOST_REQUESTS = 10  # that wait for an answer, from one person


@transaction.atomic
def ask_correction(
    person: Person, structure: Structure, words: str, *, by: User | None, at: datetime
) -> CorrectionRequest:
    """Ask a structure to correct what it wrote of a person; the same words twice, while they wait, are asked
    once. by: the helper who is there, None for the person alone.
    """
    row = lock(person)
    text = line(words, 300)
    refuse_secrets(text)
    pending = CorrectionRequest.objects.filter(person=row, structure=structure, done_at=None)
    if text and (twin := pending.filter(words=text).first()) is not None:
        return twin
    why = "" if text else to_say("Il n’y a rien d’écrit.")
    if CorrectionRequest.objects.filter(person=row, done_at=None).count() >= MOST_REQUESTS:
        why = to_say("Plusieurs demandes attendent déjà une réponse.")
    if why:
        raise Refused(
            to_say("La demande n’est pas partie."),
            why=why,
            do=to_say("Dites ce qui est faux, en peu de mots. Ou parlez-en à la personne qui vous aide."),
        )
    correction = CorrectionRequest.objects.create(person=row, structure=structure, words=text, asked_at=at)
    journal.record(by=by, verb="person.correction_asked", row=row, at=at, structure=structure.pk)
    touch(row, at=at)
    return correction


@transaction.atomic
def answer_correction(
    correction: CorrectionRequest, *, by: User, at: datetime, answer: str
) -> CorrectionRequest:
    """Answer what a person asked to correct: what was done, or why not, as they will read it."""
    row = CorrectionRequest.objects.select_for_update().get(pk=correction.pk)
    text = line(answer, 300)
    refuse_secrets(text)
    if not access.may_help(by, row.structure_id) or row.done_at is not None or not text:
        raise Refused(
            "La réponse n’a pas été enregistrée.",
            why="Quelqu’un a déjà répondu." if row.done_at else "Il faut une phrase, que la personne lira.",
            do="Rechargez la page, ou écrivez ce qui a été corrigé, ou pourquoi rien ne change.",
        )
    row.done_at, row.done_by, row.answer = at, by, text
    row.save(update_fields=["done_at", "done_by", "answer"])
    journal.record(
        by=by, verb="person.correction_answered", row=row.person, at=at, structure=row.structure_id
    )
    return row
