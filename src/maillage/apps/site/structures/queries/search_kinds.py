"""Search kinds of the network: its structures, its groups, its professionals."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from maillage.apps.community.queries.listings import commune_name
from maillage.apps.community.queries.search_kinds import STRUCTURES, of_network
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, SearchKind
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import Group, Professional, Profile


def _structures(user: Visitor) -> QuerySet[Structure]:
    """Return the structures whose sheet a user reads, and those that run a published place."""
    sheets = access.readable_profiles(user) if access.is_member(user) else Profile.objects.none()
    sheet = Exists(sheets.filter(structure=OuterRef("pk")))
    place = Exists(Lieu.objects.filter(structure=OuterRef("pk"), state=PUBLISHED))
    return Structure.objects.annotate(has_sheet=sheet).filter(Q(has_sheet=True) | place)


def _structure_hit(row: Structure, user: Visitor) -> Hit:
    if vars(row)["has_sheet"]:
        return Hit(row.name, f"{commune_name(row.code_insee)} · sa fiche", reverse("profile", args=[row.pk]))
    places = f"{reverse('find')}?{urlencode({'mot': row.name[:80]})}"
    return Hit(row.name, f"{commune_name(row.code_insee)} · ses lieux", places)


def _group_hit(row: Group, user: Visitor) -> Hit:
    return Hit(row.name, row.about, reverse("trade_group", args=[row.pk]))


def _professionals(user: Visitor) -> QuerySet[Professional]:
    rows = access.readable_professionals(user)
    return rows if access.is_member(user) else rows.none()


def _professional_hit(row: Professional, user: Visitor) -> Hit:
    structure = row.structure.name if row.structure and vars(row)["acts_there"] else ""
    about = " · ".join(filter(None, (row.get_trade_display(), structure)))
    return Hit(str(row.user), about, reverse("professional", args=[row.user_id]))


SEARCH_KINDS = (
    SearchKind(
        id=STRUCTURES,
        label="Structures",
        icon="building-2",
        model="directory.structure",
        rows=_structures,
        indexed=Structure.objects.all,
        words=lambda row: (row.name, commune_name(row.code_insee)),
        hit=_structure_hit,
    ),
    SearchKind(
        id="professionnels",
        label="Professionnels",
        icon="circle-user",
        model="network.professional",
        rows=_professionals,
        indexed=lambda: Professional.objects.select_related("user"),
        words=lambda row: (row.user.name, f"{row.get_trade_display()} {row.about}"),
        hit=_professional_hit,
        linked=lambda user, matches: Q(structure__in=matches(STRUCTURES)),
        kinds_linked=(STRUCTURES,),
    ),
    SearchKind(
        id="metiers",
        label="Groupes du réseau",
        icon="users",
        model="network.group",
        rows=of_network(access.open_groups),
        indexed=Group.objects.all,
        words=lambda row: (row.name, f"{row.about} {row.get_trade_display()}"),
        hit=_group_hit,
    ),
)
