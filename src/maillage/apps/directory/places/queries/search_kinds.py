"""Search kind of the directory: published places, and those a user manages."""

from django.db.models import Q, QuerySet
from django.urls import reverse

from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, SearchKind

LIEUX = "lieux"
FOUND_BY = ("nom", "structure_parente", "commune", "code_postal", "quartier", "adresse", "type_origine")


def _rows(user: Visitor) -> QuerySet[Lieu]:
    visible = Q(state=rules.PUBLISHED) | Q(pk__in=access.managed_by(user).values("pk"))
    return access.lieux_for(user).filter(visible, merged_into=None)


def _words(row: Lieu) -> tuple[str, str]:
    values = (row.sheet.get(name, "") for name in FOUND_BY)
    return row.name, " ".join(str(each) for each in values if each)


def _hit(row: Lieu, user: Visitor) -> Hit:
    public = row.state == rules.PUBLISHED
    about = ", ".join(str(row.sheet[name]) for name in ("adresse", "commune") if row.sheet.get(name))
    state = "" if public else f"{row.get_state_display().capitalize()} · "
    return Hit(row.name, state + about, reverse("lieu" if public else "lieu_edit", args=[row.slug]))


SEARCH_KINDS = (
    SearchKind(
        id=LIEUX,
        label="Lieux",
        icon="map-pin",
        model="directory.lieu",
        rows=_rows,
        indexed=lambda: Lieu.objects.filter(merged_into=None),
        words=_words,
        hit=_hit,
    ),
)
