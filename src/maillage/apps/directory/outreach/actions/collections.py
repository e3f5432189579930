"""Collections: devices announced by a company or a collectivity, received by a place, followed one by one."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.outreach.models import Collection, Device
from maillage.apps.directory.outreach.queries.devices import REPAIR
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.typed import holds_contact, line, whole_number

MOST, AHEAD = rules.DEVICES_AT_ONCE, timedelta(days=366)
NOT_ANNOUNCED = "La collecte n’est pas notée."


@transaction.atomic
def announce(
    lieu: Lieu, *, giver: str, kind: str, what: str, announced: int, on: date, by: User, at: datetime
) -> Collection:
    """Note what a company or a collectivity will give, and when. Refused without a name, with a telephone or
    an address, for more than can be followed, and far from today.
    """
    giver, what = line(giver, 120), line(what, 60)
    if not giver or not what:
        raise Refused(
            NOT_ANNOUNCED,
            why="Sans un nom et une sorte d’appareil, personne ne saurait d’où ils viennent.",
            do="Écrivez qui donne, et par exemple « Portable ».",
        )
    if holds_contact(f"{giver} {what}"):
        raise Refused(
            NOT_ANNOUNCED,
            why="Un téléphone ou une adresse resterait sur chaque appareil.",
            do="Écrivez seulement le nom de l’entreprise ou de la collectivité.",
        )
    if kind not in rules.GIVERS or not 1 <= announced <= MOST:
        raise Refused(
            NOT_ANNOUNCED, why=f"On suit de 1 à {MOST} appareils à la fois.", do="Notez plusieurs collectes."
        )
    today = timezone.localdate(at)
    if not today - AHEAD <= on <= today + AHEAD:
        raise Refused(
            NOT_ANNOUNCED, why="Ce jour est à plus d’un an d’aujourd’hui.", do="Choisissez-le de nouveau."
        )
    return Collection.objects.create(
        lieu=lieu, giver=giver, kind=kind, what=what, announced=announced, on=on, made_at=at, by=by
    )


@transaction.atomic
def receive(collection: Collection, *, received: int, wiped: bool, by: User, at: datetime) -> Collection:
    """Note how many devices came: each is on the list of the place, to be refurbished, and numbered. Refused
    twice. wiped: what they held was erased before; else each waits for it.
    """
    row = Collection.objects.select_for_update(of=("self",)).select_related("lieu").get(pk=collection.pk)
    if row.received is not None:
        raise Refused(
            "La collecte n’a pas été enregistrée.",
            why="Les appareils de cette collecte sont déjà sur la liste.",
            do="Ajoutez ou retirez-en un depuis la page des appareils.",
        )
    if not 0 <= received <= MOST:
        raise Refused(
            "La collecte n’a pas été enregistrée.",
            why=f"On suit de 0 à {MOST} appareils à la fois.",
            do="Corrigez le nombre.",
        )
    row.received, row.received_on, row.wiped = received, timezone.localdate(at), wiped
    row.save()
    alike = Device.objects.filter(lieu=row.lieu, label__startswith=f"{row.what} ")
    taken = (
        whole_number(label.removeprefix(row.what)) or 0 for label in alike.values_list("label", flat=True)
    )
    first = max(taken, default=0) + 1
    Device.objects.bulk_create(
        Device(
            lieu=row.lieu,
            collection=row,
            label=f"{row.what} {first + n}",
            state=REPAIR,
            origin=row.giver,
            to_wipe=not wiped,
            entered_on=row.received_on,
        )
        for n in range(received)
    )
    return row


@transaction.atomic
def drop(collection: Collection, *, by: User, at: datetime) -> None:
    """Take a collection off the list; Refused once its devices came: they would lose where they come from."""
    row = Collection.objects.select_for_update().get(pk=collection.pk)
    if row.received:
        raise Refused(
            "La collecte n’est pas retirée.",
            why="Ses appareils sont sur la liste : ils perdraient d’où ils viennent.",
            do="Sortez les appareils un à un, avec la raison.",
        )
    row.delete()
