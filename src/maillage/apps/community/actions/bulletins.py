"""Write news, prepare and publish a bulletin, note a service that changes."""

from collections.abc import Collection
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community import access
from maillage.apps.community.models import Bulletin, News, ServiceChange
from maillage.apps.community.queries import bulletins as queries
from maillage.apps.community.queries import digests
from maillage.apps.community.rules import bulletins as rules
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.rules import states
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.web.withdrawal import is_done


@transaction.atomic
def write_news(
    structure: Structure | None,
    *,
    title: str,
    words: str,
    link: str = "",
    commune: str,
    token: str,
    by: User,
    at: datetime,
    example: bool = False,
) -> News:
    """Write news for the next bulletin; the same token twice is the same news. Refused for a secret."""
    refuse_secrets(title, words)
    return journal.write_once(
        News,
        token,
        {
            "structure": structure,
            "title": line(title, 120),
            "words": words.strip(),
            "link": link,
            "commune": commune,
            "by": by,
            "at": at,
            "example": example,
        },
        verb="news.written",
        by=by,
        at=at,
        structure=structure and structure.pk,
    )


@transaction.atomic
def withdraw_news(row: News, *, was: bool | None = None, by: User, at: datetime) -> News:
    """Take news off, or put them back; was: what was read. Refused once a bulletin carries them."""
    locked = News.objects.select_for_update().get(pk=row.pk)
    if is_done(locked.withdrawn_at, was):
        return locked
    if locked.bulletin_id is not None:
        raise Refused(
            "La nouvelle n’a pas été retirée.",
            why="Un bulletin la porte déjà.",
            do="Écrivez plutôt une nouvelle qui la corrige.",
        )
    locked.withdrawn_at = None if locked.withdrawn_at else at
    locked.save(update_fields=["withdrawn_at"])
    verb = "news.withdrawn" if locked.withdrawn_at else "news.put_back"
    journal.record(by=by, verb=verb, row=locked, at=at, structure=locked.structure_id)
    return locked


@transaction.atomic
def prepare(
    *,
    title: str,
    opening: str = "",
    keys: Collection[str],
    commune: str,
    token: str,
    by: User,
    at: datetime,
    example: bool = False,
) -> Bulletin:
    """Prepare a bulletin of what was ticked, among what it may carry today; the same token twice is the same
    one. Nobody but who leads the network reads it before it is published. Refused when it carries nothing.
    """
    if existing := journal.row_of_form(Bulletin, token, by):
        return existing
    refuse_secrets(title, opening)
    ticked = {
        section: [each for each in rows if each["key"] in keys]
        for section, rows in queries.items(by, at).items()
    }
    contents = {section: rows for section, rows in ticked.items() if rows}
    if not contents:
        raise Refused(
            "Le bulletin n’a pas été préparé.",
            why="Il ne porte rien.",
            do="Cochez au moins une nouvelle, une date ou une ressource.",
        )
    return journal.write_once(
        Bulletin,
        token,
        {
            "title": line(title, 120),
            "opening": opening.strip(),
            "contents": contents,
            "commune": commune,
            "by": by,
            "made_at": at,
            "example": example,
        },
        verb="bulletin.prepared",
        by=by,
        at=at,
    )


@transaction.atomic
def publish(row: Bulletin, *, by: User, at: datetime) -> Bulletin:
    """Publish a bulletin: the network reads it, its news are carried, and those who chose the week by e-mail
    receive it. What was taken off since it was prepared is left out. Published already: nothing changes.
    Refused when nothing is left of it.
    """
    locked = Bulletin.objects.select_for_update().get(pk=row.pk)
    if locked.published_at is not None:
        return locked
    locked.contents = queries.standing(locked.contents)
    if not locked.contents:
        raise Refused(
            "Le bulletin n’a pas été publié.",
            why="Tout ce qu’il portait a été retiré depuis.",
            do="Effacez ce brouillon, puis préparez-en un autre.",
        )
    locked.published_at = at
    locked.save(update_fields=["contents", "published_at"])
    numbers = [int(each["key"].partition("-")[2]) for each in locked.contents.get("news", ())]
    News.objects.filter(pk__in=numbers, bulletin=None).update(bulletin=locked)
    journal.record(by=by, verb="bulletin.published", row=locked, at=at)
    outbox.put_many(_letters(locked), at=at)
    return locked


@transaction.atomic
@journal.written_last()
def discard(row: Bulletin, *, by: User, at: datetime) -> None:
    """Erase a bulletin that was never published; its news wait for the next one."""
    locked = Bulletin.objects.select_for_update().get(pk=row.pk)
    if locked.published_at is not None:
        raise Refused(
            "Le bulletin n’a pas été effacé.",
            why="Il est publié : des structures l’ont lu.",
            do="Corrigez dans le suivant.",
        )
    journal.record(by=by, verb="bulletin.discarded", row=locked, at=at)
    locked.delete()


def _letters(row: Bulletin) -> list[outbox.Draft]:
    text = text_of(row)
    stop = f"{settings.ADDRESS}{reverse('network_digest')}"
    return [
        outbox.Draft(
            channel=states.EMAIL,
            to=user.email,
            subject="Le bulletin du réseau",
            text=f"{text}\n\nLe lire en ligne : {settings.ADDRESS}{reverse('bulletin', args=[row.pk])}"
            f"\nNe plus le recevoir : {stop}",
            key=f"bulletin-{row.pk}-{user.pk}",
        )
        for user in digests.chosen()
        if rights_of(user).any(*access.MEMBERS)
    ]


def text_of(row: Bulletin) -> str:
    """Return a bulletin as plain text."""
    parts = [row.title, row.opening]
    for section, words in rules.SECTIONS.items():
        lines = [
            f"- {each['title']} : {each['words']}{' ' + each['link'] if each['link'] else ''}"
            for each in row.contents.get(section, ())
        ]
        if lines:
            parts.append(f"{words}\n" + "\n".join(lines))
    return "\n\n".join(filter(None, parts))


# --------------------------------------------------------------------------------------- services that change


@transaction.atomic
def note_change(
    *,
    kind: str,
    operator: str,
    procedure: str,
    obligation: str,
    starts_on: date,
    ends_on: date | None = None,
    source: str,
    link: str = "",
    commune: str,
    token: str,
    by: User,
    at: datetime,
    example: bool = False,
) -> ServiceChange:
    """Note a procedure that goes online, or a service that stops answering; the same token twice is the same
    change. Refused without its source, or for dates that nobody could have announced.
    """
    if existing := journal.row_of_form(ServiceChange, token, by):
        return existing
    rules.check_change(starts_on, ends_on, on=timezone.localdate(at))
    if not line(source):
        raise Refused(
            "Le changement n’a pas été noté.",
            why="Il manque qui le dit.",
            do="Écrivez la source : un courrier, une page, une affiche au guichet.",
        )
    return journal.write_once(
        ServiceChange,
        token,
        {
            "kind": kind,
            "operator": line(operator, 120),
            "procedure": line(procedure, 160),
            "obligation": line(obligation, 300),
            "starts_on": starts_on,
            "ends_on": ends_on,
            "source": line(source, 200),
            "link": link,
            "commune": commune,
            "by": by,
            "at": at,
            "example": example,
        },
        verb="change.noted",
        by=by,
        at=at,
    )


@transaction.atomic
def end_outage(row: ServiceChange, *, was: bool | None = None, by: User, at: datetime) -> ServiceChange:
    """Record that a service answers again today, or that it does not after all. was: what was read."""
    locked = ServiceChange.objects.select_for_update().get(pk=row.pk)
    if is_done(locked.ends_on, was):
        return locked
    today = timezone.localdate(at)
    if locked.kind != rules.OUTAGE or locked.starts_on > today:
        raise Refused(
            "La fin de la panne n’a pas été enregistrée.",
            why="Ce n’est pas une panne en cours.",
            do="Rechargez la page pour voir où elle en est.",
        )
    locked.ends_on = None if locked.ends_on else today
    locked.save(update_fields=["ends_on"])
    journal.record(by=by, verb="change.ended" if locked.ends_on else "change.lasts", row=locked, at=at)
    return locked


@transaction.atomic
def withdraw_change(row: ServiceChange, *, was: bool | None = None, by: User, at: datetime) -> ServiceChange:
    """Take a change off the calendar, or put it back. was: whether it was off when it was read."""
    locked = ServiceChange.objects.select_for_update().get(pk=row.pk)
    if is_done(locked.withdrawn_at, was):
        return locked
    locked.withdrawn_at = None if locked.withdrawn_at else at
    locked.save(update_fields=["withdrawn_at"])
    verb = "change.withdrawn" if locked.withdrawn_at else "change.put_back"
    journal.record(by=by, verb=verb, row=locked, at=at)
    return locked
