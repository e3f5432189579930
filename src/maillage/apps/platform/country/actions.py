"""Writing which country this installation serves."""

from collections.abc import Sequence

from maillage.apps.platform.country.models import DatabaseOwner
from maillage.kernel.errors import Refused


def own_database(name: str, folder: str, *, former: Sequence[str] = ()) -> None:
    """Write the country whose database this is, once and for all; Refused when another one did first.

    folder: where its data are, '' when they are among ours. former: where they have been, which is forgotten.
    """
    ownership = {"name": name, "folder": folder}
    owner, _ = DatabaseOwner.objects.get_or_create(number=1, defaults=ownership)
    if owner.name == name and owner.folder != folder and owner.folder in former:
        DatabaseOwner.objects.filter(name=name, folder=owner.folder).update(folder=folder)
        owner.refresh_from_db()
    if (owner.name, owner.folder) != (name, folder):
        raise Refused(
            f"La base est celle de : {owner}.",
            why=f"Il l’a prise au moment où {DatabaseOwner(**ownership)} la demandait.",
            do="Donnez à chacun sa base par DATABASE_URL.",
        )
