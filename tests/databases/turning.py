"""Kill whoever imports places, erases persons, or seals papers again by another key, at random; nothing may be
lost, done twice, or half done.

python -m tests.databases.turning WORK KILLS: WORK is a name of WORKS. Prints JSON: kills in a write, writes
that ended, and what was found wrong.
"""

import json
import random
import sys
from datetime import UTC, datetime
from typing import Any, NoReturn

from maillage.manage.deploy.bootstrap import ready
from tests.databases.killing import Writing, killed, without_end

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
N_PLACES, N_PAPERS, WEIGHT = 12, 5, 20_000


class Turning:
    """A work to kill: `once` writes, `faults` finds what is wrong, `n_done` counts the writes that ended."""

    def once(self, n: int) -> None:
        raise NotImplementedError

    def faults(self) -> list[str]:
        raise NotImplementedError

    def n_done(self) -> int:
        raise NotImplementedError


class Importing(Turning):
    """Two versions of a file, one after the other: every place of it says what one of them says."""

    def __init__(self) -> None:
        from maillage.sources.offer import files
        from maillage.sources.offer.forms import read as forms

        self.results = []
        for phone in ("04 76 00 00", "04 38 00 00"):
            rows = [
                {"id": f"p{n}", "nom": f"Médiathèque {name}", "adresse": f"{n + 1} rue Ampère", "commune": "Grenoble",
                 "telephone": f"{phone} {n:02d}", "services": "Aider à la prise en main d’un ordinateur"}
                for n, name in enumerate("Ampère Berthelot Curie Diderot Eluard Fermi Gay Hugo Io Jaurès Kant Lu".split())
            ]  # fmt: skip
            sheet = forms.parse(json.dumps(rows).encode(), "lieux.json")
            self.results.append(files.places(sheet, today=AT.date(), source="Réseau"))
        self.once(0)

    def once(self, n: int) -> None:
        from maillage.apps.directory.intake.actions import importing

        importing.take_in(self.results[n % 2], source="Réseau", digest="0" * 64, by=None, at=AT)

    def faults(self) -> list[str]:
        from maillage.apps.directory.places.models import Change, Import, Lieu

        sheets = Lieu.objects.values_list("sheet", flat=True)
        phones = {str(sheet["telephone"])[:8] for sheet in sheets}
        counts = [row.counts for row in Import.objects.all()]
        written = sum(each.get("crees", 0) + each.get("modifies", 0) for each in counts)
        checks = {
            "places": len(sheets) == N_PLACES,
            "versions": len(phones) == 1,
            "ended": all(counts),
            "changes": Change.objects.count() == written,
        }
        return [f"{name}: {phones}" for name, is_right in checks.items() if not is_right]

    def n_done(self) -> int:
        from maillage.apps.directory.places.models import Import

        return Import.objects.count()


class Papers(Turning):
    """Somebody who helps, and papers of persons."""

    def __init__(self) -> None:
        from django.conf import settings

        from maillage.apps.directory.places.models import Structure
        from maillage.apps.people.documents.rules import new_key
        from maillage.apps.platform.accounts.models import User
        from tests.conftest import with_role

        self.keys = [new_key(), new_key()]
        settings.PAPERS = {"key": self.keys[0], "key_file": "", "scanner": "non"}
        self.structure = Structure.objects.create(key="garde", name="garde")
        user = User.objects.create_user("garde@exemple.fr", "x", name="garde")
        self.user = with_role(user, "aidant", structure=self.structure)

    def person(self, token: str) -> Any:
        from maillage.apps.people.documents.actions import storing
        from maillage.apps.people.persons.actions import register

        person = register.welcome(by=self.user, structure=self.structure, nickname="Ali", at=AT)
        values = {"kind": "identite", "purpose": "rsa", "days": 30, "how": "read", "by": self.user, "at": AT}
        upload = storing.Upload(b"x" * WEIGHT, "image/jpeg")
        storing.store(upload, person=person, structure=self.structure, token=token, **values)
        return person


class Erasing(Papers):
    """A person and their paper, then neither."""

    def once(self, n: int) -> None:
        from maillage.apps.people.persons.actions import forgetting

        person = self.person(f"{random.getrandbits(60)}-{n}")
        forgetting.forget(person, by=self.user, at=AT)

    def faults(self) -> list[str]:
        from maillage.apps.people.documents.models import Paper
        from maillage.apps.people.persons.models import Consent, Person
        from maillage.apps.platform.accounts.models import Entry

        forgotten, active = (
            Person.objects.exclude(forgotten_at=None),
            Person.objects.filter(forgotten_at=None),
        )
        lines = Entry.objects.filter(verb="person.forgotten").values_list("row", flat=True)
        checks = {
            "named": not forgotten.exclude(nickname="").exists(),
            "unnamed": not active.exclude(nickname="Ali").exists(),
            "papers": not Paper.objects.filter(person__in=forgotten, erased_at=None).exists(),
            "agreed": not Consent.objects.filter(person__in=forgotten, withdrawn_at=None).exists(),
            "journal": sorted(map(int, lines)) == sorted(forgotten.values_list("pk", flat=True)),
        }
        return [name for name, is_right in checks.items() if not is_right]

    def n_done(self) -> int:
        from maillage.apps.people.persons.models import Person

        return Person.objects.exclude(forgotten_at=None).count()


class Rotating(Papers):
    """Papers sealed again by one key, then by the other."""

    def __init__(self) -> None:
        super().__init__()
        for n in range(N_PAPERS):
            self.person(f"{n}")

    def once(self, n: int) -> None:
        from django.conf import settings

        from maillage.apps.people.documents.actions import rotation

        first = n % 2
        settings.PAPERS = {**settings.PAPERS, "key": f"{self.keys[first]},{self.keys[1 - first]}"}
        rotation.rotate()

    def faults(self) -> list[str]:
        """Open each paper with both keys, as after a kill; then end the rotation, and open with one alone."""
        from django.conf import settings

        from maillage.apps.people.documents.actions import rotation, storing
        from maillage.apps.people.documents.models import Paper

        def n_bytes() -> list[int]:
            return [sum(map(len, storing.opened(row))) for row in Paper.objects.order_by("pk")]

        settings.PAPERS = {**settings.PAPERS, "key": ",".join(self.keys)}
        before, done = n_bytes(), rotation.rotate()
        settings.PAPERS = {**settings.PAPERS, "key": self.keys[0]}
        right = ([WEIGHT] * N_PAPERS, 0, [WEIGHT] * N_PAPERS)
        return [] if (before, done.lost, n_bytes()) == right else [f"{before} {done}"]

    def n_done(self) -> int:
        return N_PAPERS


WORKS = {"importing": Importing, "erasing": Erasing, "rotating": Rotating}


def main() -> None:
    ready()
    turning = WORKS[sys.argv[1]]()

    def work(turn: int, writing: Writing) -> NoReturn:
        random.seed(turn)
        writing.watch()
        without_end(writing, turning.once)

    inside, faults = killed(int(sys.argv[2]), work, turning.faults, longest=0.1, every=1)
    json.dump({"inside": inside, "done": turning.n_done(), "faults": faults}, sys.stdout)


if __name__ == "__main__":
    main()
