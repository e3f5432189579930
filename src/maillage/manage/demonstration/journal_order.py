"""The demonstration's journal: told one story after the other, written in the order of the dates."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def in_order_of_dates() -> Iterator[None]:
    """Tell stories in one transaction, and leave their lines of the journal in the order of their dates: as
    they come, each story would seem to set the clock back. The lines of before are not touched.
    """
    from django.apps import apps
    from django.db import transaction

    from maillage.apps.platform.accounts import actions
    from maillage.apps.platform.accounts.models import Entry, User

    with transaction.atomic():
        last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        yield
        new_entries = Entry.objects.filter(pk__gt=last)
        notes = [
            actions.Note(
                by=User(pk=each.by) if each.by else None,
                verb=each.verb,
                row=apps.get_model(each.kind)(pk=each.row),
                at=each.at,
                structure=each.structure,
                words=each.words,
            )
            for each in new_entries.order_by("at", "pk")
        ]
        with actions.unlocked():
            new_entries.delete()
        actions.record_many(notes)
