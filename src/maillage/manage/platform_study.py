"""A study of the platform computed at the terminal, step by step, instead of by its worker."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TYPE_CHECKING

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.words.wording import lower_first

if TYPE_CHECKING:
    from maillage.apps.dossiers.models import Study

PATIENCE, PAUSE = 900.0, 1.0  # seconds: until the worker of a site has written a study, and between two looks


def up_to_date(study: "Study") -> bool:
    """Compute a finished study again where the directory changed since, or wait for the worker of the site
    that already does: its former files tell other places. Return whether it was behind; Refused when its
    files stay in other hands.
    """
    from maillage.apps.dossiers import actions, queries

    is_behind: bool = queries.offer_is_behind(study)
    if is_behind:
        steps(f"{study.name} : les lieux ont changé, le diagnostic est refait")
        _insist(actions.refresh, study, why="Les lieux ont changé")
    return is_behind


def with_its_words(study: "Study") -> None:
    """Write the dossier of a finished study again where words changed and no worker ran since, or wait for
    the site that writes its files; Refused when they stay in other hands.
    """
    from maillage.apps.dossiers import actions, queries

    if study in queries.behind_their_words() or actions.is_rewritten(study):
        _insist(actions.publish, study, why="Un texte a changé")


def _insist(attempt: Callable[[int], bool], study: "Study", *, why: str) -> None:
    """Attempt to write the files of a study until they are free. why: what changed, in French."""
    end = monotonic() + PATIENCE
    while not attempt(study.pk):
        if monotonic() > end:
            raise Refused(
                f"Le diagnostic « {study.name} » n’est pas à jour.",
                why=f"{why}, et le site écrit ce diagnostic depuis un quart d’heure.",
                do="Redemandez ce document quand son calcul est fini.",
            )
        sleep(PAUSE)


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
    if study.status != rules.DONE and study.error is not None:
        what, why, do = study.error
        raise Refused(what, why=why, do=do)
    return study, True
