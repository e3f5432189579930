"""Acts of help as tests need them: said, or stored without anybody asked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from maillage.apps.people.actes import rules
from maillage.apps.people.mandats.models import Autorisation, Mandat

AT = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def draft(**more: Any) -> rules.Draft:
    draft_fields: dict[str, Any] = {
        "uid": uuid4(),
        "kind": rules.TOGETHER,
        "procedure": "prime-activite",
        "minutes": 15,
        "where": rules.ON_SITE,
        "end": rules.DONE,
        "done_at": AT,
    }
    return rules.Draft(**draft_fields | more)


def stored(act_draft: rules.Draft, **more: Any) -> Any:
    """Return an act as it is stored, whatever its mandate: scenery."""
    from django.utils import timezone

    from maillage.apps.people.actes.models import Act

    act_fields = {
        name: getattr(act_draft, name)
        for name in ("uid", "kind", "procedure", "minutes", "where", "end", "done_at")
    }
    return Act.objects.create(
        **act_fields | {"on_day": timezone.localdate(act_draft.done_at), "noted_at": AT} | more
    )


def signed(person, structure, *keys, until=date(2027, 5, 8)) -> Mandat:
    """Return a mandate as somebody signed it two weeks before."""
    row = Mandat.objects.create(
        whole_structure=True,
        person=person,
        structure=structure,
        code=f"{person.pk:04}{Mandat.objects.count():04}",
        token=str(uuid4()),
        duration="semester",
        starts_on=date(2026, 11, 9),
        ends_on=until,
        made_at=AT - timedelta(days=14),
        signed_at=AT - timedelta(days=14),
        how="touch",
    )
    for key in keys:
        Autorisation.objects.create(mandat=row, key=key, label=key)
    return row
