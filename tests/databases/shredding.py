"""Kill whoever keeps, shows, erases and seals again papers, as often as asked, at random; nothing may be half
done.

python -m tests.databases.shredding KILLS. Prints JSON: kills while a paper was on its way, papers kept, files
left by those that were killed, and what is half done.
"""

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from maillage.manage.deploy.bootstrap import ready
from tests.databases.killing import Writing, killed, without_end

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
WEIGHT = 400_000  # bytes: several chunks, so that a kill falls between two


def main() -> None:
    ready()
    from maillage.apps.people.documents.models import Paper

    scenery()
    work_once(random.Random(1), "first")
    n_left = 0

    def look() -> list[str]:
        nonlocal n_left
        more, faults = half_done()
        n_left += more
        return faults

    inside, faults = killed(int(sys.argv[1]), work, look, longest=0.15, every=1)  # each one begins with none
    json.dump(
        {"inside": inside, "papers": Paper.objects.count(), "left": n_left, "faults": faults}, sys.stdout
    )


def scenery() -> None:
    from maillage.apps.directory.places.models import Structure
    from maillage.apps.people.persons.actions import register
    from maillage.apps.platform.accounts.models import User
    from tests.conftest import with_role

    for name in ("garde", "lit"):
        structure = Structure.objects.create(key=name, name=name)
        user = with_role(
            User.objects.create_user(f"{name}@exemple.fr", "x", name=name), "aidant", structure=structure
        )
        if name == "garde":
            register.welcome(by=user, structure=structure, at=AT)


def work(turn: int, writing: Writing) -> NoReturn:
    """Keep, show and erase papers without end."""
    draw = random.Random(turn)

    def write(n: int) -> None:
        writing.inside = True
        work_once(draw, f"{turn}-{n}")

    without_end(writing, write)


def work_once(draw: random.Random, token: str) -> None:
    from maillage.apps.directory.places.models import Structure
    from maillage.apps.people.documents.actions import rotation, sharing, storing
    from maillage.apps.people.persons.models import Person
    from maillage.apps.platform.accounts.models import User

    user, values = (
        User.objects.get(name="garde"),
        {"kind": "identite", "purpose": "rsa", "days": 30, "how": "read"},
    )
    upload = storing.Upload(draw.randbytes(WEIGHT), "image/jpeg")
    person, structure = Person.objects.get(), Structure.objects.get(name="garde")
    paper = storing.store(upload, person=person, structure=structure, by=user, at=AT, token=token, **values)
    sharing.share(paper, structure=Structure.objects.get(name="lit"), days=7, how="read", by=user, at=AT)
    if draw.random() < 0.3:
        rotation.rotate()
    storing.erase(paper, by=user, at=AT, how="used")


def half_done() -> tuple[int, list[str]]:
    """Return how many files the killed ones left, and what is half done once these are swept."""
    from maillage.apps.people.documents import queries as documents_queries
    from maillage.apps.people.documents.actions import deadlines, storing
    from maillage.apps.people.documents.models import Paper, Share
    from maillage.apps.platform.accounts.models import Entry
    from maillage.kernel.errors import Refused

    faults = []
    there = list(Paper.objects.filter(erased_at=None).select_related("person"))
    for row in there:
        try:
            size = sum(len(piece) for piece in storing.opened(row))
        except Refused as refused:
            faults.append(f"paper {row.pk}: {refused.why}")
        else:
            if size != WEIGHT:
                faults.append(f"paper {row.pk} has {size} bytes")
    lines = {
        verb: Entry.objects.filter(verb=f"paper.{verb}").count() for verb in ("stored", "erased", "shared")
    }
    rows = {
        "stored": Paper.objects.count(),
        "erased": Paper.objects.exclude(erased_at=None).count(),
        "shared": Share.objects.count(),
    }
    if lines != rows:
        faults.append(f"{lines} lines, {rows} rows")
    if Share.objects.filter(withdrawn_at=None, paper__erased_at__isnull=False).exists():
        faults.append("a paper that is erased is still shown")
    n_left = deadlines.sweep(at=datetime.now(UTC) + timedelta(days=1))
    more = {path.name for path in documents_queries.folder().iterdir()} ^ {row.name for row in there}
    for row in there:  # the next writer begins with none: a person keeps only so many
        storing.erase(row, by=None, at=AT, how="used")
    return n_left, [*faults, *(f"{name} is left, or missing" for name in more)]


if __name__ == "__main__":
    main()
