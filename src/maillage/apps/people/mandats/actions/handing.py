"""Hand a mandate over: another is prepared, in the name of a colleague, that the person signs or not."""

from datetime import datetime

from django.db import transaction

from maillage.apps.people.mandats.actions import preparing
from maillage.apps.people.mandats.actions.preparing import Helper
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.mandats.rules import frame
from maillage.apps.platform.accounts.models import User


@transaction.atomic
def mandate(pk: int, *, leaver: User, to: User, by: User, at: datetime) -> str:
    """Prepare a mandate that names a colleague instead of a leaver, with what the former one still permits,
    and return what is left to do: what was signed does not change. A draft names the colleague instead.
    """
    row = Mandat.objects.get(pk=pk)
    ready = f"Un mandat est prêt au nom de {to} : {row.person} doit le signer."
    helper = Helper()
    if row.helper == frame.RELATIVE:
        stays = row.supervisor is not None and row.supervisor.pk != leaver.pk
        helper = Helper(
            kind=frame.RELATIVE, relative=row.relative, supervisor=row.supervisor if stays else to
        )
    if row.signed_at is None:
        preparing.name_instead(row, leaver, by=to, written_by=by, at=at, helper=helper)
    else:
        token = f"relais-{pk}-{to.pk}"
        preparing.renew(row, by=to, written_by=by, at=at, token=token, helper=helper)
    return ready
