"""Make the draft of a permanence from two listings."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.agenda.actions import permanences as agenda
from maillage.apps.agenda.models import Permanence
from maillage.apps.community.actions import listings
from maillage.apps.community.models import Reply
from maillage.apps.community.rules.listings import PENDING
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.site.structures.queries.permanences import Possible, drafting_structures
from maillage.apps.site.structures.rules import permanences as rules
from maillage.kernel.errors import Refused


@transaction.atomic
@journal.written_last()
def draft(possible: Possible, *, by: User, at: datetime) -> Permanence:
    """Make the draft that both structures then complete, and write to the other one about its listing.
    Refused to who runs neither structure.
    """
    structure = next(drafting_structures(by, possible), None)
    if structure is None:
        raise Refused(
            "Le brouillon n’est pas fait.",
            why="Vous n’animez ni l’une ni l’autre de ces structures.",
            do="Montrez-leur cette page : un brouillon se fait d’un geste.",
        )
    today = timezone.localdate(at)
    place, people = possible.place, possible.people
    values = {
        "lieu": place.lieu,
        "address": "" if place.lieu else f"À convenir avec {place.structure.name}"[:200],
        "commune": place.lieu.code_insee if place.lieu else place.commune,
        "title": f"Permanence : {people.structure.name} chez {place.structure.name}"[:120],
        "hours": rules.hours(possible.match.half_days or ("1-am",)),
        "minutes": rules.MINUTES,
        "first_on": rules.first_day(possible.match.since, today),
        "until_on": possible.match.until,
        "helper_name": people.structure.name[:60],
    }
    row = agenda.open_door(by=by, structure=structure, values=values, at=at)
    other = place if structure.pk == people.structure_id else people
    if not Reply.objects.filter(listing=other, structure=structure, state=PENDING).exists():
        listings.reply(
            other,
            structure,
            words="Nous avons préparé un brouillon de permanence avec vous. Il reste à fixer les heures :"
            " dites-nous ce qui vous va.",
            by=by,
            at=at,
        )
    journal.record(by=by, verb="permanence.proposed", row=row, at=at, structure=structure.pk)
    return row
