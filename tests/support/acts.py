"""Acts of help as tests need them: said, or stored without anybody asked."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from maillage.apps.actes import rules

AT = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def draft(**more: Any) -> rules.Draft:
    held: dict[str, Any] = {
        "uid": uuid4(),
        "kind": rules.TOGETHER,
        "procedure": "prime-activite",
        "minutes": 15,
        "where": rules.HERE,
        "end": rules.DONE,
        "done_at": AT,
    }
    return rules.Draft(**held | more)


def stored(said: rules.Draft, **more: Any) -> Any:
    """Return an act as it is stored, whatever its mandate: scenery."""
    from django.utils import timezone

    from maillage.apps.actes.models import Act

    held = {
        name: getattr(said, name)
        for name in ("uid", "kind", "procedure", "minutes", "where", "end", "done_at")
    }
    return Act.objects.create(**held | {"on_day": timezone.localdate(said.done_at), "noted_at": AT} | more)
