"""Qualitative material: words reviewed before anyone else reads them, interviews and groups, statements of
actors.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.surveys import rules
from maillage.apps.surveys.actions.write import check_run, lock
from maillage.apps.surveys.models import Answer, Material, Statement, Survey, Verbatim
from maillage.apps.surveys.queries.verbatims import identical
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import DOUBLE_CLICK
from maillage.reference import findings


@transaction.atomic
def review(
    *,
    by: User | None,
    answer: Answer,
    question: str,
    published_text: str,
    speaker: str,
    theme: str,
    device: str,
    keep: bool,
    at: datetime,
) -> Verbatim:
    """Record the decision to publish words, and their form, for every answer that gives the very same;
    Refused when another user has just reviewed them, when nothing is left to read of those that may, or when
    they give a contact, a secret or somebody’s name.
    """
    check_run(by, answer.survey.territory)
    _check_published_text(published_text, keep=keep)
    text = str(answer.values.get(question, ""))
    rows = [
        Verbatim(
            answer=each,
            question=question,
            text=text,
            shown=published_text.strip(),
            speaker=speaker,
            theme=theme.strip(),
            device=device,
            review="kept" if keep else "left",
            reviewed_at=at,
            by=by,
        )
        for each in (answer, *_same_words(answer, question))
    ]
    try:
        with transaction.atomic():
            Verbatim.objects.bulk_create(rows)
    except IntegrityError as error:
        raise _read_by_another() from error
    for row in rows:
        journal.record(by=by, verb="verbatim.reviewed", row=row, at=at)
    return rows[0]


def _same_words(answer: Answer, question: str) -> list[Answer]:
    """Return the other answers whose words to a question are the very same, and not reviewed."""
    text = str(answer.values.get(question, "")).strip()
    candidates = Answer.objects.filter(survey=answer.survey, aside_at=None).exclude(pk=answer.pk)
    reviewed = Verbatim.objects.filter(answer__survey=answer.survey, question=question).values("answer")
    rows = candidates.exclude(pk__in=reviewed)
    return [each for each in rows if text and str(each.values.get(question, "")).strip() == text]


@transaction.atomic
def review_again(
    row: Verbatim, *, by: User | None, published_text: str, theme: str, keep: bool, at: datetime
) -> None:
    """Change the published wording of words already reviewed, for every answer that gives the very same.
    Those left out keep what was made of them: put back, a name that was taken off does not return. Refused
    when nothing is left to read, when they give a contact, a secret or somebody’s name, or when another user
    has just put them back otherwise.
    """
    check_run(by, (row.answer.survey if row.answer else row.material).territory)  # type: ignore[union-attr]  # it has one or the other: a constraint says so
    _check_published_text(published_text, keep=keep)
    now = Verbatim.objects.select_for_update().get(pk=row.pk)
    if keep and now.review == "kept" and now.shown != published_text.strip():
        raise _read_by_another()
    for verbatim in identical(now):
        verbatim.review = "kept" if keep else "left"
        verbatim.shown = published_text.strip()
        verbatim.theme, verbatim.reviewed_at, verbatim.by = theme.strip(), at, by
        verbatim.save(update_fields=["review", "shown", "theme", "reviewed_at", "by"])
        journal.record(by=by, verb="verbatim.reviewed", row=verbatim, at=at)


def _read_by_another() -> Refused:
    return Refused(
        "Ces mots étaient déjà relus.",
        why="Quelqu’un d’autre les a relus pendant que cette page était ouverte.",
        do="Rechargez la page : elle montre ce qui reste.",
    )


def _check_published_text(published_text: str, *, keep: bool) -> None:
    if keep and not published_text.strip():
        raise Refused(
            "Rien n’est enregistré.",
            why="Il ne reste aucun mot à lire : ceux qui ont été dits seraient publiés tels quels.",
            do="Écrivez ce qui sera lu, ou écartez ces mots.",
        )
    if keep:
        _refuse_identity(published_text)


def _refuse_identity(*texts: str) -> None:
    refuse_secrets(*texts)
    if identity := rules.identity_in(" / ".join(texts)):
        raise Refused(
            "Rien n’est enregistré.",
            why=f"Tout le monde lirait {identity}.",
            do="Retirez-le : « une voisine », « un agent » suffisent.",
        )


@transaction.atomic
def note_material(
    survey: Survey, values: Mapping[str, Any], *, by: User | None, at: datetime, example: bool = False
) -> Material:
    """Record an interview, a focus group, a workshop: who spoke, how many, and its outcome; a double click
    records one.
    """
    check_run(by, survey.territory)
    _refuse_identity(values["title"], values.get("findings", ""))
    fields = {"survey": lock(survey), "territory": survey.territory, "by": by, "example": example, **values}
    if twin := Material.objects.filter(**fields, made_at__gt=at - DOUBLE_CLICK).first():
        return twin
    row = Material.objects.create(**fields, made_at=at)
    journal.record(by=by, verb="material.noted", row=row, at=at)
    return row


@transaction.atomic
def quote(
    material: Material,
    *,
    by: User | None,
    text: str,
    published_text: str,
    theme: str,
    device: str,
    at: datetime,
) -> Verbatim:
    """Record words from an interview or a group, already reviewed by whoever types them; a double click
    records them once.
    """
    check_run(by, material.territory)
    _refuse_identity(text, published_text, theme)
    fields = {
        "material": Material.objects.select_for_update().get(pk=material.pk),
        "text": text.strip(),
        "shown": published_text.strip() or text.strip(),
        "speaker": material.speakers,
        "theme": theme.strip(),
        "device": device,
        "review": "kept",
        "by": by,
    }
    if twin := Verbatim.objects.filter(**fields, reviewed_at__gt=at - DOUBLE_CLICK).first():
        return twin
    row = Verbatim.objects.create(**fields, reviewed_at=at)
    journal.record(by=by, verb="verbatim.reviewed", row=row, at=at)
    return row


@transaction.atomic
def state(
    survey: Survey, values: Mapping[str, Any], *, by: User | None, at: datetime, example: bool = False
) -> Statement:
    """Record a statement of actors: who makes it, how many; a double click records one. Refused for an
    unknown kind, or for more people than took part.
    """
    check_run(by, survey.territory)
    _refuse_identity(values.get("text", ""))
    lock(survey)
    if values["kind"] not in findings.kinds():
        raise Refused(
            "Le constat n’a pas été noté.",
            why=f"« {values['kind']} » n’est pas un constat de la liste.",
            do="Choisissez-le dans la liste : des constats de même sorte se comparent.",
        )
    within, people = values.get("material"), values.get("people")
    if within is not None and within.people and people and people > within.people:
        raise Refused(
            "Le constat n’a pas été noté.",
            why=f"{people} personnes le disent, mais « {within.title} » n’en réunissait que {within.people}.",
            do="Corrigez l’un des deux nombres.",
        )
    fields = {"territory": survey.territory, "by": by, "example": example, **values}
    just = Entry.objects.filter(verb="statement.noted", at__gt=at - DOUBLE_CLICK).values("row")
    if twin := Statement.objects.filter(**fields, pk__in=just).first():
        return twin
    row = Statement.objects.create(**fields)
    journal.record(by=by, verb="statement.noted", row=row, at=at)
    return row


@transaction.atomic
@journal.written_last()
def withdraw_statement(row: Statement, *, by: User | None, at: datetime) -> None:
    """Take off a finding noted by mistake."""
    check_run(by, row.territory)
    journal.record(by=by, verb="statement.withdrawn", row=row, at=at)
    row.delete()


@transaction.atomic
@journal.written_last()
def withdraw_material(row: Material, *, by: User | None, at: datetime) -> None:
    """Withdraw an interview or a group recorded by mistake, with the words taken from it."""
    check_run(by, row.territory)
    journal.record(by=by, verb="material.withdrawn", row=row, at=at)
    row.delete()
