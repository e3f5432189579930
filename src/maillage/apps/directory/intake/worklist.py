"""Worklist lines of files of places: files dropped and not imported yet; changes of the files read again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.intake.queries import pending, sources
from maillage.apps.directory.places.access import holds, imports_for
from maillage.apps.directory.places.models import Import
from maillage.apps.directory.places.rules import DONE
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import DIRECTORY, MOST, NEWS_DAYS, Line, News
from maillage.web.presence import Reading, Readings
from maillage.words.wording import count

IMPORTS = "directory.import"


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the files that wait to be read or imported, the latest first."""
    if not rights_of(user).any(IMPORTS):
        return
    for pending_file in pending.everything(user)[:MOST]:
        if pending_file.read_at_source and (read_again := _read_again(pending_file)) is not None:
            yield read_again
        if pending_file.read_at_source:
            continue
        yield Line(
            kind="pending-file",
            group=DIRECTORY,
            title=pending_file.name,
            words=f"{count(pending_file.n_rows, 'ligne déposée', 'lignes déposées')}, pas encore"
            f" importée{'s' * (pending_file.n_rows > 1)}.",
            since=timezone.localdate(datetime.fromisoformat(pending_file.at)),
            url=reverse("import_waiting", args=[pending_file.key]),
            gesture="Finir l’import",
            icon="upload",
        )
    if holds(user, ()):
        for source in sources.failing()[:MOST]:
            yield Line(
                kind="source-unread",
                group=DIRECTORY,
                title=source.name,
                words=f"{source.error[0]} {source.error[1]}",
                since=timezone.localdate(source.read_at) if source.read_at else None,
                url=reverse("source", args=[source.pk]),
                gesture="Voir la source",
                icon="refresh-cw",
            )


def _imported(user: Visitor, at: datetime) -> QuerySet[Import]:
    return imports_for(user).filter(state=DONE, started_at__gte=at - timedelta(days=NEWS_DAYS))


def _news(user: Visitor, at: datetime) -> Iterable[News]:
    """Return the files whose places entered the directory this month."""
    if not rights_of(user).any(IMPORTS):
        return
    rows = _imported(user, at)
    # Not what an import keeps of each of its lines, which is as long as its file.
    named = rows.select_related(None).select_related("source").only("counts", "started_at", "source__name")
    for row in named[:MOST]:
        n = row.counts.get("crees", 0)
        if n:
            yield News(
                key=f"import-{row.pk}",
                title=count(n, "lieu", "lieux"),
                words=f"{'Entré' if n == 1 else 'Entrés'} dans l’annuaire : {row.source.name}.",
                at=row.started_at,
                url=reverse("import_report", args=[row.pk]),
                icon="upload",
            )


CHANGES = (
    ("nouveaux", "lieu nouveau", "lieux nouveaux"),
    ("modifies", "modifié", "modifiés"),
    ("absents", "absent", "absents"),
    ("contestes", "valeur à choisir", "valeurs à choisir"),
)


def _read_again(pending_file: pending.PendingFile) -> Line | None:
    """Return the line of a file read at the address of its source: what would change, to accept; None while
    it is read, or when nothing would.
    """
    progress = pending.progress(pending_file.key)
    if progress.expected is None or progress.changes_nothing:
        return None
    change_text = ", ".join(
        count(progress.expected[name], one, many) for name, one, many in CHANGES if progress.expected[name]
    )
    return Line(
        kind="source-file",
        group=DIRECTORY,
        title=pending_file.source,
        words=f"Son fichier a changé : {change_text or 'à lire'}. Rien n’est encore écrit.",
        since=timezone.localdate(datetime.fromisoformat(pending_file.at)),
        url=reverse("import_check", args=[pending_file.key]),
        gesture="Voir ce qui change",
        icon="refresh-cw",
    )


lines = Readings(Reading(_lines))
news = Readings(Reading(_news, _imported))
