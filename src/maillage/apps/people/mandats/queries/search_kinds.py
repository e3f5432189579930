"""Search kind of mandates: by their code, or by the person one helps."""

from django.db.models import Q
from django.urls import reverse

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.persons.access import people_for
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, SearchKind
from maillage.words.dates import in_words

PERSONS = "personnes"  # the kind that the feature above declares


def _hit(row: Mandat, user: Visitor) -> Hit:
    about = f"{row.person} · jusqu’au {in_words(row.ends_on)}"
    return Hit(str(row), about, reverse("mandat", args=[row.pk]))


SEARCH_KINDS = (
    SearchKind(
        id="mandats",
        label="Mandats",
        icon="shield",
        model="mandats.mandat",
        rows=access.mandats_for,
        indexed=lambda: Mandat.objects.filter(stripped_at__isnull=True),
        words=lambda row: (f"mandat {row.printed} {row.code}", ""),
        hit=_hit,
        linked=lambda user, matches: Q(
            person__in=people_for(user).filter(pk__in=matches(PERSONS)).values("pk")
        ),
        kinds_linked=(PERSONS,),
    ),
)
