"""Rights over reminders: the structures that help a person; a volunteer, those they help."""

from django.db.models import Q, QuerySet

from maillage.apps.people.persons.access import numbers_for
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor

SEES = ("people.see", "people.mine")
WORKSHOPS = "workshops.manage"
LINKS_AN_HOUR = 30  # that a stranger may try


def reminders_for(user: Visitor) -> QuerySet[Reminder]:
    """Return the reminders of the structures that a user acts for: those of persons they see, and of seats
    taken without a card by those who run workshops; none for a stranger.
    """
    rights = rights_of(user)
    structures = {id for right in SEES for id in rights.structures(right)}
    known = Q(structure__in=structures, person__in=numbers_for(user))
    nameless = Q(structure__in=rights.structures(WORKSHOPS), person=None)
    return Reminder.objects.filter(known | nameless).select_related("person", "structure", "done_by")
