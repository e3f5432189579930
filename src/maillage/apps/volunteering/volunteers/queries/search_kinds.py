"""Search entries of volunteers and trainings: missions, the catalogue."""

from functools import cache

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community.access import MEMBERS
from maillage.apps.community.queries.search_kinds import of_network
from maillage.apps.directory.places.queries.search_kinds import LIEUX
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import FixedEntry, FixedKind, Hit, SearchKind
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.models import Mission, OwnTraining
from maillage.apps.volunteering.volunteers.queries.catalogue import ADDED
from maillage.reference.trainings import AUDIENCES, trainings


def _missions(user: Visitor) -> QuerySet[Mission]:
    """Return the missions of a user’s structures, and those that anybody may answer."""
    own_missions = Q(pk__in=access.missions_for(user).values("pk"))
    opened = Q(closed_at=None, ends_on__gte=timezone.localdate())
    return Mission.objects.filter(own_missions | opened).select_related("structure", "lieu")


def _mission_hit(row: Mission, user: Visitor) -> Hit:
    is_own = rights_of(user).may(access.MANAGE, structure=row.structure_id)
    return Hit(
        row.title, row.structure.name, reverse("mission" if is_own else "mission_public", args=[row.pk])
    )


def _training_hit(row: OwnTraining, user: Visitor) -> Hit:
    return Hit(row.title, row.body, reverse("training", args=[f"{ADDED}{row.pk}"]))


@cache
def _common() -> tuple[FixedEntry, ...]:
    return tuple(
        FixedEntry(
            Hit(training.title, training.aim, reverse("training", args=[key])),
            " ".join((training.aim, *(AUDIENCES[audience] for audience in training.audiences))),
            MEMBERS,
        )
        for key, training in trainings().items()
    )


SEARCH_KINDS = (
    SearchKind(
        id="missions",
        label="Missions de bénévoles",
        icon="hand-helping",
        model="volunteers.mission",
        rows=_missions,
        indexed=Mission.objects.all,
        words=lambda row: (row.title, row.words),
        hit=_mission_hit,
        linked=lambda user, matches: Q(structure__in=matches("structures")) | Q(lieu__in=matches(LIEUX)),
        kinds_linked=("structures", LIEUX),
    ),
    FixedKind(id="formations", label="Formations", icon="graduation-cap", entries=_common),
    SearchKind(
        id="formations-ajoutees",
        label="Formations ajoutées",
        icon="graduation-cap",
        model="volunteers.owntraining",
        rows=of_network(lambda: OwnTraining.objects.filter(withdrawn_at=None)),
        indexed=OwnTraining.objects.all,
        words=lambda row: (row.title, f"{row.aim} {row.body}"),
        hit=_training_hit,
    ),
)
