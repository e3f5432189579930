"""Rights and locks shared by every action on surveys."""

from maillage.apps.platform.accounts.models import User
from maillage.apps.surveys import access
from maillage.apps.surveys.models import Survey
from maillage.kernel.errors import Refused


def check_run(by: User | None, territory: str) -> None:
    """Refuse a user who does not run the surveys of a territory. by None: the platform itself."""
    if by is not None and not access.may_run(by, territory):
        raise Refused(
            "L’enquête n’a pas été modifiée.",
            why="Vous ne menez pas d’enquêtes sur ce territoire.",
            do="Choisissez un territoire dont vous avez la charge, ou demandez ce rôle à sa coordination.",
        )


def lock(survey: Survey) -> Survey:
    """Return a survey as it is now, locked against other writers until the end of the transaction."""
    return Survey.objects.select_for_update().get(pk=survey.pk)
