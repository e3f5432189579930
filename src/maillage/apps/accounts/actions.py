"""Opening accounts."""

from django.db import transaction

from maillage.apps.accounts.models import User
from maillage.kernel.errors import Refused


@transaction.atomic
def open_demonstration(*, email: str, name: str, password: str, production: bool) -> tuple[User, bool]:
    """Open a demonstration account, or return the one there is; Refused in production."""
    if production:
        raise Refused(
            "Aucun compte de démonstration n’a été créé.",
            why="MAILLAGE_ENV vaut « production » : un mot de passe connu de tous y serait une porte ouverte.",
            do="Retirez MAILLAGE_ENV pour une démonstration.",
        )
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found, False
    return User.objects.create_user(email, password, name=name, is_demonstration=True), True
