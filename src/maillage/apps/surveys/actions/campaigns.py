"""Prepare, open and close a survey; its places and its devices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions.versions import write
from maillage.apps.surveys.actions.write import check_run, lock
from maillage.apps.surveys.models import Answer, Place, Survey, Surveyor
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.questionnaires.questionnaire import Questionnaire, load

FACTS = (
    *("title", "kind", "territory", "aim", "universe", "how", "target", "opens_on", "closes_on"),
    *("n_invited", "n_universe", "by_link", "rounding", "after"),
)
RESERVED = ("appareil", "envoi", "collecte", "borne", "odk", "structure", "resultats")  # addresses of ours


@transaction.atomic
def prepare(
    *,
    by: User | None,
    title: str,
    territory: str,
    questionnaire: Questionnaire,
    at: datetime,
    kind: str = "",
    example: bool = False,
    **more: Any,
) -> Survey:
    """Prepare a survey of a territory with its questionnaire; it takes no answer until it is opened. more:
    some of FACTS.

    Refused without a title, for a territory that `by` does not run, and for an inconsistent questionnaire.
    """
    check_run(by, territory)
    kind = kind or (questionnaire.kind if questionnaire.kind in rules.KINDS else "other")
    row = Survey(slug=_free(title), made_at=at, by=by, example=example, state="draft")
    _set(row, {"title": title, "territory": territory, "kind": kind, **more})
    row.save()
    write(row, questionnaire, by=by, at=at)
    journal.record(by=by, verb="survey.prepared", row=row, at=at)
    return row


@transaction.atomic
def change(survey: Survey, values: Mapping[str, Any], *, by: User | None, at: datetime) -> Survey:
    """Change the description of a survey. values: some of FACTS. The rounding of a published survey cannot
    change; one that ended keeps a last day, no later than today: names are erased thirty days after it.
    """
    check_run(by, survey.territory)
    row = lock(survey)
    if "territory" in values and values["territory"] != row.territory:
        check_run(by, str(values["territory"]))
    if values.get("rounding", row.rounding) != row.rounding and row.publications.exists():
        raise Refused(
            "L’arrondi n’a pas changé.",
            why=(
                "Des résultats de cette enquête sont déjà publiés avec l’autre : deux tableaux ne se"
                " compareraient plus."
            ),
            do="Gardez l’arrondi de la première publication.",
        )
    _set(row, values)
    if values.get("by_link") and row.state == "closed":
        raise Refused(
            "Le lien public n’est pas ouvert.",
            why="L’enquête est terminée : on n’y répond plus.",
            do="Ouvrez-la de nouveau d’abord.",
        )
    ended = "closes_on" in values and row.state == "closed"
    if ended and (row.closes_on is None or row.closes_on > timezone.localdate(at)):
        raise Refused(
            "L’enquête n’a pas été enregistrée.",
            why="Elle est terminée : les noms des enquêteurs s’effacent trente jours après son dernier jour.",
            do="Écrivez après « Au » un jour passé, ou ouvrez-la de nouveau.",
        )
    row.save()
    journal.record(by=by, verb="survey.changed", row=row, at=at, words=", ".join(sorted(values)))
    return row


def _set(row: Survey, values: Mapping[str, Any]) -> None:
    for name in FACTS:
        if name in values:
            value = values[name]
            setattr(
                row, name, line(value) if isinstance(value, str) and name not in ("aim", "how") else value
            )
    if not row.title:
        raise Refused(
            "L’enquête n’a pas été enregistrée.",
            why="Sans titre, personne ne la retrouverait.",
            do="Donnez-lui un titre.",
        )
    _check_wave(row)
    row.title, row.universe = row.title[:140], row.universe[:200]
    if row.opens_on and row.closes_on and row.closes_on < row.opens_on:
        raise Refused(
            "L’enquête n’a pas été enregistrée.",
            why="Elle finirait avant d’avoir commencé.",
            do="Corrigez l’une des deux dates.",
        )


def _check_wave(row: Survey) -> None:
    """Refuse a wave that would follow itself, or a survey of other people or of another territory."""
    numbers, wave = {row.pk}, row.after
    if wave is not None and (wave.kind, wave.territory) != (row.kind, row.territory):
        raise Refused(
            "L’enquête n’a pas été enregistrée.",
            why=(
                "La vague précédente interroge d’autres personnes, ou un autre territoire : rien ne se"
                " comparerait."
            ),
            do="Choisissez une enquête de même sorte sur le même territoire, ou aucune.",
        )
    while wave is not None:
        if wave.pk in numbers:
            raise Refused(
                "L’enquête n’a pas été enregistrée.",
                why="Elle viendrait après elle-même.",
                do="Choisissez une enquête menée avant celle-ci.",
            )
        numbers.add(wave.pk)
        wave = wave.after


def _free(title: str) -> str:
    """Return an address that no survey has yet."""
    bare = slugify(title)[:70] or "enquete"
    taken = {*RESERVED, *Survey.objects.filter(slug__startswith=bare).values_list("slug", flat=True)}
    tried = (bare if n == 1 else f"{bare}-{n}" for n in range(1, 10_000))
    return next(slug for slug in tried if slug not in taken)


@transaction.atomic
def open_survey(survey: Survey, *, by: User | None, at: datetime) -> Survey:
    """Open a survey, or reopen a closed one, whose last day is then no longer known. Refused without any
    question, or when it is open.
    """
    check_run(by, survey.territory)
    row = lock(survey)
    if row.state == "open":
        raise Refused(
            "L’enquête n’a pas été ouverte.",
            why="L’enquête est déjà ouverte.",
            do="Revenez à sa page : elle dit où elle en est.",
        )
    last = row.versions.first()
    if last is None or not any(question.takes_answer for question in load(last.definition).questions()):
        raise Refused(
            "L’enquête n’est pas ouverte.",
            why="Son questionnaire n’a aucune question.",
            do="Écrivez-en une, ou partez d’un questionnaire prêt.",
        )
    row.closes_on = None if row.state == "closed" else row.closes_on
    row.state = "open"
    row.save(update_fields=["state", "closes_on"])
    journal.record(by=by, verb="survey.opened", row=row, at=at)
    return row


@transaction.atomic
def close(survey: Survey, *, by: User | None, at: datetime) -> Survey:
    """Close a survey to new respondents. Answers stored on devices are accepted for thirty days from that
    one, whatever day was planned; then links and names are removed.
    """
    check_run(by, survey.territory)
    row = lock(survey)
    if row.state != "open":
        raise Refused(
            "L’enquête n’a pas été fermée.",
            why="L’enquête n’est pas ouverte.",
            do="Revenez à sa page : elle dit où elle en est.",
        )
    row.state, row.closes_on = "closed", timezone.localdate(at)
    row.by_link = False
    row.save(update_fields=["state", "closes_on", "by_link"])
    journal.record(by=by, verb="survey.closed", row=row, at=at)
    return row


@transaction.atomic
def close_ended(*, at: datetime) -> int:
    """Close the links of surveys that ended long enough ago, and erase the names of their devices; return how
    many devices. One whose last day was emptied, when it could be, ends today.
    """
    Survey.objects.filter(state="closed", closes_on=None).update(closes_on=timezone.localdate(at))
    ended = Survey.objects.filter(state="closed", closes_on__lt=(at - rules.LATE).date())
    rows = Surveyor.objects.filter(survey__in=ended).exclude(name="")
    rows.filter(closed_at=None).update(closed_at=at)
    return rows.update(name="")


@transaction.atomic
def drop(survey: Survey, *, by: User | None, at: datetime) -> None:
    """Delete a survey without answers; Refused for any other: answers cannot be collected again."""
    check_run(by, survey.territory)
    row = lock(survey)
    if row.answers.exists():
        raise Refused(
            "L’enquête n’a pas été effacée.",
            why="Des personnes y ont répondu : on ne pourrait pas leur redemander.",
            do="Terminez-la plutôt.",
        )
    journal.record(by=by, verb="survey.dropped", row=row, at=at)
    row.delete()


# ----------------------------------------------------------------------------------------- where, and by whom


@transaction.atomic
def add_place(
    survey: Survey,
    name: str,
    *,
    by: User | None,
    at: datetime,
    channel: str = "street",
    commune: str = "",
    lieu: Lieu | None = None,
) -> Place:
    """Add a collection place; Refused without a name, or when the survey has one of that name."""
    check_run(by, survey.territory)
    name = line(name, 120)
    if not name or channel not in rules.CHANNELS:
        raise Refused(
            "Le lieu n’a pas été ajouté.",
            why="Il lui faut un nom, et une façon de rencontrer les gens.",
            do="Donnez-les.",
        )
    lock(survey)  # two who add the same place
    if Place.objects.filter(survey=survey, name=name).exists():
        raise Refused(
            f"« {name} » n’a pas été ajouté.",
            why="L’enquête a déjà un lieu de ce nom.",
            do="Donnez-lui un autre nom.",
        )
    row = Place.objects.create(survey=survey, name=name, channel=channel, commune=commune, lieu=lieu)
    journal.record(by=by, verb="survey.place", row=survey, at=at)
    return row


@transaction.atomic
@journal.written_last()
def drop_place(place: Place, *, by: User | None, at: datetime) -> None:
    """Delete a place without answers; Refused otherwise: groups are compared by place."""
    check_run(by, place.survey.territory)
    if Answer.objects.filter(place=place).exists():
        raise Refused(
            f"« {place.name} » n’a pas été retiré.",
            why="Des réponses y ont été recueillies, et se comparent par lieu.",
            do="Gardez-le.",
        )
    journal.record(by=by, verb="survey.place_dropped", row=place.survey, at=at)
    place.delete()


@transaction.atomic
def give_link(
    survey: Survey, name: str, *, by: User | None, at: datetime, kiosk: bool = False
) -> tuple[Surveyor, str]:
    """Give a device its link, and return it: it is displayed only now, since only its digest is stored.
    Refused without a name or a nickname.
    """
    check_run(by, survey.territory)
    if not (name := line(name, 60)):
        raise Refused(
            "Aucun lien n’a été donné.",
            why="Sans nom ni surnom, on ne saurait pas quel appareil attend encore des réponses.",
            do="Écrivez un prénom, un surnom, ou le nom de l’appareil.",
        )
    if survey.state == "closed":
        raise Refused(
            "Aucun lien n’a été donné.", why="L’enquête est terminée.", do="Ouvrez-la de nouveau d’abord."
        )
    token = access.new_token()
    row = Surveyor.objects.create(
        survey=survey, name=name, token=access.digest(token), kiosk=kiosk, made_at=at, by=by
    )
    journal.record(by=by, verb="survey.link_given", row=row, at=at)
    return row, token


@transaction.atomic
def close_link(surveyor: Surveyor, *, by: User | None, at: datetime) -> Surveyor:
    """Close the link of a device, such as a lost one: what it sends is no longer accepted."""
    check_run(by, surveyor.survey.territory)
    surveyor = Surveyor.objects.select_for_update().get(pk=surveyor.pk)
    if surveyor.closed_at is not None:
        raise Refused(
            "Le lien n’a pas été fermé.",
            why="Ce lien est déjà fermé.",
            do="Donnez-en un autre s’il en faut un.",
        )
    surveyor.closed_at = at
    surveyor.save(update_fields=["closed_at"])
    journal.record(by=by, verb="survey.link_closed", row=surveyor, at=at)
    return surveyor


@transaction.atomic
def reopen_link(surveyor: Surveyor, *, by: User | None, at: datetime) -> Surveyor:
    """Reopen the link of a device closed too soon: it still stores answers."""
    check_run(by, surveyor.survey.territory)
    surveyor = Surveyor.objects.select_for_update().get(pk=surveyor.pk)
    if surveyor.closed_at is None or not surveyor.name:
        raise Refused(
            "Le lien n’a pas été rouvert.", why="Ce lien ne peut pas être rouvert.", do="Donnez-en un autre."
        )
    surveyor.closed_at = None
    surveyor.save(update_fields=["closed_at"])
    journal.record(by=by, verb="survey.link_reopened", row=surveyor, at=at)
    return surveyor


# ------------------------------------------------------------------------------------------------- one answer


@transaction.atomic
def put_aside(answer: Answer, why: str, *, by: User | None, at: datetime) -> Answer:
    """Exclude an answer from the results, for a reason stored with it; the answer itself stays. Refused
    without a reason, or when somebody gave one already.
    """
    check_run(by, answer.survey.territory)
    answer = _locked(answer)
    if answer.aside_at is not None:
        raise Refused(
            "La réponse n’a pas été écartée.",
            why=f"Cette réponse est déjà écartée : {answer.aside_why}",
            do="Revenez à la liste.",
        )
    if not (why := line(why, 200)):
        raise Refused(
            "La réponse n’a pas été écartée.",
            why="Sans raison écrite, le choix des réponses ne se vérifierait pas.",
            do="Dites pourquoi : essai, doublon, questionnaire abandonné…",
        )
    answer.aside_at, answer.aside_why = at, why
    answer.save(update_fields=["aside_at", "aside_why"])
    journal.record(by=by, verb="answer.aside", row=answer, at=at)
    return answer


@transaction.atomic
def take_back(answer: Answer, *, by: User | None, at: datetime) -> Answer:
    """Include an excluded answer again."""
    check_run(by, answer.survey.territory)
    answer = _locked(answer)
    if answer.aside_at is None:
        raise Refused(
            "La réponse n’a pas été rétablie.", why="Cette réponse compte déjà.", do="Revenez à la liste."
        )
    answer.aside_at, answer.aside_why = None, ""
    answer.save(update_fields=["aside_at", "aside_why"])
    journal.record(by=by, verb="answer.back", row=answer, at=at)
    return answer


def _locked(answer: Answer) -> Answer:
    return Answer.objects.select_for_update().get(pk=answer.pk)
