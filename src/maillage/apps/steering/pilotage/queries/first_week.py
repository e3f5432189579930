"""The steps of a mission, from an empty territory to its first restitution, then to its second edition."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.steering.codesign.models import Session
from maillage.apps.steering.plans.models import Plan
from maillage.apps.territories.models import Perimeter
from maillage.apps.territories.queries import perimeter
from maillage.publishing.catalogue import DECK
from maillage.publishing.territory.surveys import INHABITANTS, STRUCTURES
from maillage.web import bulk

IMPORTS = "directory.import"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionTask:
    """A step of a mission. gives: what it unlocks; time: how long it takes, in words; url: of its page."""

    title: str
    gives: str
    time: str
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class FirstWeek:
    """The steps up to a first restitution, then those of the weeks that follow."""

    tasks: tuple[MissionTask, ...]
    later_tasks: tuple[MissionTask, ...]

    @property
    def n_done(self) -> int:
        """Number of steps that are done, of the first week."""
        return sum(task.is_done for task in self.tasks)

    @property
    def share(self) -> float:
        """Return the part of the first week that is done, from 0 to 1."""
        return self.n_done / len(self.tasks)


def steps(user: Visitor, place: str, on: date) -> FirstWeek:
    """Return the steps of the mission of a place on a day, each done or not as what is stored tells, with
    addresses that the user may open.
    """
    return FirstWeek(_first_week(user, place, on), _next_weeks(place, on))


def _first_week(user: Visitor, place: str, on: date) -> tuple[MissionTask, ...]:
    mission, look = dossiers.mission(place, on=on), dossiers.theme_of(place)
    page = reverse("study_mission", args=[place])
    return (
        MissionTask(
            title="Écrire la commande",
            gives="La démarche : demandeur, pilote, raison du périmètre, dates.",
            time="10 min",
            url=f"{page}#commande",
            is_done=mission is not None and bool(mission.commissioner or mission.pilot),
        ),
        MissionTask(
            title="Calculer le diagnostic",
            gives="Combien de personnes, où, avec quelle marge.",
            time=f"{dossiers.study_minutes()} min",
            url=reverse("territory", args=[place]),
            is_done=dossiers.latest(place) is not None,
        ),
        MissionTask(
            title="Dessiner vos zones, si besoin",
            gives="Les chiffres par secteur de votre choix.",
            time="30 min",
            url=reverse("new_perimeter"),
            is_done=perimeter(place) is not None or Perimeter.objects.filter(code=place).exists(),
        ),
        MissionTask(
            title="Déposer la liste des lieux d’aide",
            gives="Les manques, zone par zone.",
            time="1 h",
            url=reverse("import_new") if rights_of(user).any(IMPORTS) else reverse("places", args=[place]),
            is_done=_has_places(communes_of(place)),
        ),
        MissionTask(
            title="Noter les entretiens et les groupes",
            gives="La page de la démarche et les remerciements.",
            time="5 min chacun",
            url=f"{page}#etapes",
            is_done=mission is not None and bool(mission.counts()),
        ),
        MissionTask(
            title="Choisir l’avant-propos, le logo, la photographie",
            gives="Des documents aux couleurs du territoire.",
            time="15 min",
            url=reverse("study_theme", args=[place]),
            is_done=bool(mission and mission.foreword)
            and bool(look and look.logo)
            and dossiers.photograph(place) is not None,
        ),
        MissionTask(
            title="Figer la restitution",
            gives="Les diapositives et la synthèse du jour, gardées telles quelles.",
            time="15 min",
            url=reverse("editions", args=[place]),
            is_done=_has_restitution(place),
        ),
    )


def _next_weeks(place: str, on: date) -> tuple[MissionTask, ...]:
    published = {each.kind for each in dossiers.published_surveys(place) if not each.elsewhere}
    plan = Plan.objects.filter(place=place).exclude(published_at=None)
    return (
        MissionTask(
            title="Enquêter auprès des habitants",
            gives="Leurs paroles, leur aisance ; une enquête redressée précise le nombre.",
            time="3 semaines",
            url=reverse("surveys"),
            is_done=INHABITANTS in published,
        ),
        MissionTask(
            title="Enquêter auprès des structures",
            gives="Ce qu’elles proposent, ce qu’il leur manque.",
            time="3 semaines",
            url=reverse("surveys"),
            is_done=STRUCTURES in published,
        ),
        MissionTask(
            title="Tenir un atelier de co-construction",
            gives="Les premières actions du plan.",
            time="une demi-journée",
            url=reverse("codesign_sessions"),
            is_done=Session.objects.filter(place=place, held_on__lte=on).exists(),
        ),
        MissionTask(
            title="Publier le plan",
            gives="Pilotes, dates, coûts dans tous les documents.",
            time="2 h",
            url=reverse("plan", args=[place]),
            is_done=plan.exists(),
        ),
        MissionTask(
            title="Figer une seconde édition",
            gives="Ce qui a changé depuis la première.",
            time="15 min",
            url=reverse("editions", args=[place]),
            is_done=len({each.name for each in dossiers.editions(place)}) > 1,
        ),
    )


def _has_places(communes: Collection[str] | None) -> bool:
    rows = Lieu.objects.filter(state=PUBLISHED)
    return (rows if communes is None else rows.filter(code_insee__in=bulk.to_find(communes))).exists()


def _has_restitution(place: str) -> bool:
    return any(each.report == DECK for each in dossiers.editions(place))
