"""Take off everything that the demonstration invented, and say how many rows of each kind."""

from collections import Counter

from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet, RestrictedError

from maillage.apps.agenda.models import Appointment, Seat
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.dossiers.models import StudyMission
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages.models import Message
from maillage.kernel.errors import Refused
from maillage.manage.backups.rows import tables


def remove(domain: str) -> dict[str, int]:
    """Erase the invented rows and the demonstration accounts; return how many rows went, by kind, in French.

    What these rows alone had goes with them. The real census and its corrections stay, and so does the
    journal, which names nobody. domain: of the addresses of the examples. Refused when somebody real did
    something that stands on them.
    """
    with transaction.atomic():
        return _named(_removed(domain))


def _removed(domain: str) -> Counter[str]:
    deleted: Counter[str] = Counter()
    pending = [
        Outing.objects.filter(by__is_demonstration=True),
        StudyMission.objects.filter(written_by__is_demonstration=True),
        Reminder.objects.filter(person__example=True),
        Reminder.objects.filter(
            kind=reminders_rules.APPOINTMENT, row__in=_invented(Appointment).values("pk")
        ),
        Reminder.objects.filter(
            kind=reminders_rules.SEAT, row__in=Seat.objects.filter(workshop__example=True).values("pk")
        ),
        Message.objects.filter(to__iendswith=f"@{domain}"),
    ]
    pending += [_invented(model) for model in reversed(tables()) if _has_mark(model)]
    pending.append(User._base_manager.filter(is_demonstration=True))
    while pending:
        later, why = [], ""
        for rows in pending:
            try:
                with transaction.atomic():
                    deleted.update(rows.delete()[1])
            except (ProtectedError, RestrictedError) as error:
                if isinstance(error, ProtectedError):
                    stays = next(iter(error.protected_objects))
                else:
                    stays = next(iter(error.restricted_objects))
                why = f"{stays._meta.verbose_name} {stays.pk}"
                later.append(rows)
        if len(later) == len(pending):
            raise Refused(
                "Les exemples n’ont pas été retirés.",
                why=f"Une ligne qui n’en est pas un s’appuie sur eux : {why}.",
                do="Retirez-la depuis l’espace, ou prenez une base neuve et importez-y vos lieux.",
            )
        pending = later
    return deleted


def _has_mark(model: type[Model]) -> bool:
    return any(field.name == "example" for field in model._meta.concrete_fields)


def _invented(model: type[Model]) -> QuerySet[Model]:
    return model._base_manager.filter(example=True)


def _named(deleted: Counter[str]) -> dict[str, int]:
    by_label = {model._meta.label: str(model._meta.verbose_name) for model in tables()}
    named: Counter[str] = Counter()
    for label, n in deleted.items():
        named[by_label.get(label, label)] += n
    return {name: n for name, n in sorted(named.items()) if n}
