"""Run by bench/importing.py in a home and a database of its own: bring it up; with a file, save its rows
one by one.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from maillage.manage.deploy.bootstrap import ready

ready()

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Change, Lieu, Source
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms


def main(path: Path) -> None:
    """Read as the command does; then one query after the other, as who does not think of it writes it."""
    source, _ = Source.objects.get_or_create(name="banc")
    n_created = 0
    with transaction.atomic():
        for row in files.places(forms.read(path), today=datetime.now().date(), source="banc").accepted:
            sheet = dict(row.sheet)
            lieu = Lieu(sheet=sheet, structure=sheets.structure_of(sheet))
            sheets.derive(lieu)
            lieu, new = Lieu.objects.get_or_create(
                source=source,
                identifier=sheet["id"],
                defaults={
                    "slug": f"l{row.number}",
                    **{
                        f: getattr(lieu, f)
                        for f in (
                            "sheet",
                            "structure",
                            "name",
                            "code_insee",
                            "latitude",
                            "longitude",
                            "updated_on",
                        )
                    },
                },
            )
            Change.objects.create(
                lieu=lieu, verb="import", at=timezone.now(), by="banc", after=sheets.snapshot(lieu)
            )
            index.refresh([lieu])
            n_created += new
    print(json.dumps({"crees": n_created}))


if __name__ == "__main__" and sys.argv[1:]:
    main(Path(sys.argv[1]))
