"""Somebody welcomes a person between two tables that a backup reads, from a connection of their own.

Prints one JSON document: whether they had to wait, what the backup holds once restored, and what is said of
    one that was
read without an instant of its own.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from maillage.manage.deploy.bootstrap import ready

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def main() -> None:
    ready()
    from django.conf import settings
    from django.db import connection, models

    from maillage.apps.people.documents.actions import storing
    from maillage.apps.people.documents.models import Paper
    from maillage.apps.people.persons.actions import register
    from maillage.apps.people.persons.models import Following, Person
    from maillage.apps.platform.accounts.models import User
    from maillage.kernel.errors import Refused
    from maillage.manage.backups import backup
    from tests.conftest import with_role
    from tests.support.places import place

    library = place("sauver", {"nom": "Bibliothèque", "pivot": "21380185500019"}).structure
    leila = with_role(
        User.objects.create_user("sauver@exemple.fr", "x", name="Leila"), "aidant", structure=library
    )
    fatou = register.welcome(by=leila, structure=library, nickname="Fatou", at=AT)
    upload = storing.Upload(b"a paper of hers", "image/jpeg")
    values = {"kind": "identite", "purpose": "rsa", "days": 30, "how": "read", "by": leila, "at": AT}
    storing.store(upload, person=fatou, structure=library, token="t", **values)
    errors: list[str] = []
    in_order = backup.backed_up_models

    def welcome() -> None:
        try:
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 0")  # who has to wait is refused at once
            register.welcome(by=leila, structure=library, nickname="Ali", at=AT)
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def interrupted() -> Iterator[type[models.Model]]:
        """Give the models in their order, and let somebody in between the persons and who follows them."""
        backup.backed_up_models = in_order
        for model in in_order():
            if model is Following:
                other = Thread(target=welcome)
                other.start()
                other.join()
            yield model

    def save(path: Path) -> str:
        backup.backed_up_models = interrupted
        try:
            backup.save(path)
        except Refused as refused:
            return str(refused)
        return ""

    def counted() -> list[int]:
        return [Person.objects.count(), Following.objects.count()]

    archive = Path(settings.HOME) / "copie.zip"
    report = {"said": save(archive), "errors": errors, "there": counted()}
    storing.erase(Paper.objects.get(), by=leila, at=AT, how="used")
    mode = getattr(connection, "transaction_mode", None)
    try:
        backup.restore(archive)
    except Refused as refused:
        report["said"] = str(refused)
    report |= {"restored": counted(), "mode": mode}
    report["paper"] = b"".join(storing.opened(Paper.objects.get())).decode()
    backup._instant = nullcontext
    without = Path(settings.HOME) / "sans.zip"
    report |= {
        "without": save(without),
        "left": sorted(path.name for path in Path(settings.HOME).glob("*sans.zip*")),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
