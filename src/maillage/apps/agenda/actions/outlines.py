"""Adapt the outlines of workshops: a territory writes its own, and comes back to the original."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from maillage.apps.agenda import access
from maillage.apps.agenda.models import TerritoryOutline
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.modules import outlines
from maillage.modules.outlines import Outline


@transaction.atomic
def adapt(
    territory: str, id: str, values: Mapping[str, Any], *, number: int, by: User, at: datetime
) -> TerritoryOutline:
    """Write the outline of a territory. values: what changes of the original, by the keys of its file;
    number: the version that the author read, 0 for the original.
    """
    _check(territory, by)
    content = outlines.outlines()[id].model_dump(mode="json", by_alias=True) | dict(values)
    try:
        outline = Outline.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "value_error":
            why = str(first["msg"]).removeprefix("Value error, ").capitalize()
        else:
            place = " › ".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
            why = f"Une partie manque, ou dépasse ce qui tient sur une page : {place}"
        raise Refused(
            "La trame n’a pas été enregistrée.",
            why=f"{why}.",
            do="Corrigez cette partie, puis enregistrez.",
        ) from error
    refuse_secrets("\n".join(_texts(content)))
    same = {"territory": territory, "outline": id}
    # There from here on, and gone with a refusal: of two who write the first one, the second waits.
    TerritoryOutline.objects.get_or_create(**same, defaults={"content": {}, "number": 0, "at": at, "by": by})
    row = TerritoryOutline.objects.select_for_update().get(**same)
    if row.number != number:
        raise Refused(
            "La trame n’a pas été enregistrée.",
            why="Quelqu’un d’autre l’a changée pendant que vous écriviez.",
            do="Gardez votre texte, ouvrez la trame dans un autre onglet, et réunissez les deux.",
        )
    content = outline.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    row.content, row.number, row.at, row.by = content, row.number + 1, at, by
    row.save()
    journal.record(by=by, verb="outline.adapted", row=row, at=at, words=f"{territory} {id}")
    return row


@transaction.atomic
def restore(territory: str, id: str, *, by: User, at: datetime, number: int | None = None) -> None:
    """Come back to the original: the outline of the territory is taken away. number: the version that was
    read, None when nobody says; Refused once somebody else changed it, as nothing of theirs would be left.
    """
    _check(territory, by)
    row = TerritoryOutline.objects.select_for_update().filter(territory=territory, outline=id).first()
    if row is None:
        raise Refused(
            "Cette trame est déjà celle d’origine.",
            why="Votre territoire ne l’a pas adaptée, ou quelqu’un y est déjà revenu.",
            do="Rechargez la page.",
        )
    if number not in (None, row.number):
        raise Refused(
            "La trame de votre territoire reste.",
            why="Quelqu’un d’autre l’a changée depuis que vous l’avez lue.",
            do="Relisez-la, puis revenez à l’originale s’il le faut.",
        )
    journal.record(by=by, verb="outline.restored", row=row, at=at, words=f"{territory} {id}")
    row.delete()


def _check(territory: str, by: User) -> None:
    if territory not in access.outline_territories(by):
        raise Refused(
            "La trame n’a pas été changée.",
            why="Les trames d’un territoire sont écrites par les personnes qui en ont le droit sur ce "
            "territoire.",
            do="Demandez à sa coordination de le faire, ou de vous donner ce rôle.",
        )


def _texts(content: Any) -> list[str]:
    if isinstance(content, Mapping):
        return [text for value in content.values() for text in _texts(value)]
    if isinstance(content, list | tuple):
        return [text for value in content for text in _texts(value)]
    return [content] if isinstance(content, str) else []
