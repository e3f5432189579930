"""Writing which country this installation serves."""

from maillage.apps.country.models import DatabaseOwner
from maillage.kernel.errors import Refused


def own_database(name: str) -> None:
    """Write the country whose database this is, once and for all; Refused when another one did first."""
    owner, _ = DatabaseOwner.objects.get_or_create(number=1, defaults={"name": name})
    if owner.name != name:
        raise Refused(
            f"La base est celle de : {owner.name}.",
            why=f"Il l’a prise au moment où {name} la demandait.",
            do="Donnez à chacun sa base par DATABASE_URL.",
        )
