"""The catalogue of trainings: the common ones, and those added by structures, with their bodies."""

from dataclasses import dataclass

from maillage.apps.learning.queries import contents
from maillage.apps.volunteering.volunteers.models import OwnTraining
from maillage.reference import trainings as reference

ADDED = "plus-"
NETWORK = "Le réseau, avec les modules de Maillage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A training of the catalogue. modules: (id, number, title) of its contents; own: the row of one that was
    added; source: where what is said of it comes from.
    """

    key: str
    title: str
    aim: str
    audiences: tuple[str, ...]
    minutes: int
    months: int
    body: str
    source: str
    link: str = ""
    modules: tuple[tuple[str, int, str], ...] = ()
    own: OwnTraining | None = None

    @property
    def for_whom(self) -> list[str]:
        return [reference.AUDIENCES[each] for each in self.audiences]


def items(audience: str = "") -> list[Item]:
    """Return the catalogue, for one audience or all: the common ones first."""
    common = [_common(key, training) for key, training in reference.trainings().items()]
    added = [_added(row) for row in OwnTraining.objects.filter(withdrawn_at=None).select_related("structure")]
    return [training for training in (*common, *added) if not audience or audience in training.audiences]


def item(key: str) -> Item | None:
    """Return a training by its key, withdrawn ones included; None when there is none."""
    if key in reference.trainings():
        return _common(key, reference.trainings()[key])
    number = key.removeprefix(ADDED)
    if key == number or not number.isdecimal() or len(number) > 18:
        return None
    row = OwnTraining.objects.filter(pk=int(number)).select_related("structure").first()
    return _added(row) if row is not None else None


def _common(key: str, training: reference.Training) -> Item:
    modules = contents.modules()
    return Item(
        key=key,
        title=training.title,
        aim=training.aim,
        audiences=training.audiences,
        minutes=training.minutes,
        months=training.months,
        body=NETWORK,
        source=f"Demande écrite dans les études fondatrices ({training.seeds})",
        modules=tuple(
            (id, modules[id].number, modules[id].title) for id in training.modules if id in modules
        ),
    )


def _added(row: OwnTraining) -> Item:
    return Item(
        key=f"{ADDED}{row.pk}",
        title=row.title,
        aim=row.aim,
        audiences=tuple(each for each in row.audiences if each in reference.AUDIENCES),
        minutes=row.minutes,
        months=row.months,
        body=row.body,
        source=row.source,
        link=row.link,
        own=row,
    )
