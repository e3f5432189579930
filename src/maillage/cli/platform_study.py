"""A study of the platform computed at the terminal, step by step, instead of by its worker."""

from typing import TYPE_CHECKING

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.words.wording import lower_first

if TYPE_CHECKING:
    from maillage.apps.dossiers.models import Study


def up_to_date(study: "Study") -> bool:
    """Compute a finished study again where the directory changed since: no worker runs beside a command.
    Return whether it did.
    """
    from maillage.apps.dossiers import actions, queries

    is_behind: bool = queries.offer_is_behind(study)
    if is_behind:
        steps(f"{study.name} : les lieux ont changé, le diagnostic est refait")
        actions.refresh_later.call(study.pk)
    return is_behind


def computed(place: str) -> "tuple[Study, bool]":
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
    actions.compute(study, tell=lambda step, share: steps(f"{study.name} : {lower_first(step)}", share))
    study.refresh_from_db()
    if study.status != rules.DONE:
        raise Refused(*study.error[:1], why=study.error[1], do=study.error[2])
    return study, True
