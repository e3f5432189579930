"""An edition that was frozen, and what changed since."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from maillage.kernel.errors import Refused
from maillage.publishing.page import folder
from maillage.publishing.page.folder import Fingerprint

if TYPE_CHECKING:
    from maillage.publishing.territory import changes

Report = tuple[Fingerprint, Mapping[str, bytes]]
NAME = "changements"
NOT_SEALED = (
    "Elle n’est pas scellée : le journal ne garde pas son empreinte. Ses fichiers sont ceux de son"
    " empreinte.json, mais rien ne dit que les deux n’ont pas été changés ensemble."
)


def former_edition(path: Path, name: str) -> Report:
    """Return an edition that is frozen; Refused when there is none of that name, or when it was altered."""
    if not folder.holds_anything(path):
        known = sorted(each.name for each in path.parent.glob("*") if (each / folder.FILE).exists())
        raise Refused(
            f"L’édition « {name} » n’existe pas pour ce rapport.",
            why=f"Sont figées : {', '.join(known)}." if known else "Aucune n’est encore figée.",
            do="Donnez le nom d’une édition figée, ou figez celle-ci avec --edition.",
        )
    return folder.read(path, seal=seal_of(path))


def seal(path: Path) -> None:
    """Have the journal of the platform hold the digest of an edition that was just frozen, where there is
    one.
    """
    if not _has_platform():
        return
    from django.utils import timezone

    from maillage.apps.dossiers.actions import seal_edition

    seal_edition(path, by=None, at=timezone.now())


def seal_of(path: Path) -> str:
    """Return the digest that the journal holds of an edition, "" when it holds none."""
    if not _has_platform():
        return ""
    from maillage.apps.dossiers.queries import edition_seal

    digest: str = edition_seal(path)
    return digest


def _has_platform() -> bool:
    from maillage.manage.deploy.home import has_database

    if not has_database():
        return False
    from maillage.manage.deploy.bootstrap import ready

    ready()
    return True


def changed_files(out: Path, former: Report, latter: Report) -> str:
    """Write in a folder what changed from an edition to another, and return its conclusion."""
    from maillage.publishing.page import html, pdf
    from maillage.publishing.territory import changes

    diff = changes.compare(*(_edition(about, files) for about, files in (former, latter)))
    on = date.fromisoformat(latter[0]["date"])
    document = changes.document(diff, on=on)
    about: Fingerprint = {**latter[0], "rapport": NAME, "titre": document.title}
    files = {f"{NAME}.html": html.dossier(document), f"{NAME}.pdf": pdf.dossier(document, on=on)}
    folder.write(out, files, about)
    return f"Depuis {diff.before.name} : {diff.conclusion[:1].lower()}{diff.conclusion[1:]}."


def _edition(about: Fingerprint, files: Mapping[str, bytes]) -> "changes.Edition":
    from maillage.publishing.territory import changes

    name = f"{about['rapport']}.json"
    if name not in files:
        raise Refused(
            f"L’édition « {about['edition']} » ne garde pas ses chiffres.",
            why="Elle a été figée avant que les éditions ne se comparent.",
            do="Figez-en une nouvelle : elle se comparera aux suivantes.",
        )
    return changes.edition(about, files[name])
