"""A study of the platform computed at the terminal, step by step, instead of by its worker."""

from typing import TYPE_CHECKING

from maillage.cli.words import Steps
from maillage.kernel.errors import Refused

if TYPE_CHECKING:
    from maillage.apps.dossiers.models import Study


def up_to_date(study: "Study") -> bool:
    """Compute a finished study again where the directory changed since: no worker runs beside a command.
    Return whether it did.
    """
    from maillage.apps.dossiers import actions, queries

    is_behind: bool = queries.offer_is_behind(study)
    if is_behind:
        actions.refresh_later.call(study.pk)
    return is_behind


def computed(place: str, steps: Steps) -> "tuple[Study, bool]":
    """Return the study of a territory by default, and whether it was computed now; Refused when it failed.

    place: an official code, or the address of a perimeter. The platform is up.
    """
    from maillage.apps.dossiers import actions, rules
    from maillage.apps.dossiers.queries import StudyRequest

    study = actions.ask(StudyRequest(place=place))
    if study.status == rules.DONE:
        return study, up_to_date(study)
    actions.take_up(study)
    study.refresh_from_db()
    steps(study.name, 0.0)
    actions.compute(study)
    study.refresh_from_db()
    steps.done()
    if study.status != rules.DONE:
        raise Refused(*study.error[:1], why=study.error[1], do=study.error[2])
    return study, True
