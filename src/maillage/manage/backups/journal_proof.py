"""The journal proved: its chain, the anchors written outside it, and what both say of a backup put back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from maillage.apps.people.persons import queries as people
from maillage.apps.platform.accounts import queries
from maillage.apps.platform.accounts.rules import journal
from maillage.apps.platform.accounts.rules.anchors import Damaged, read, since_restored
from maillage.apps.platform.accounts.rules.journal import Head, Line, Proof, moment
from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused
from maillage.manage.backups import anchors
from maillage.manage.backups.copies import Copy


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of checking a journal. broken: its first break, None when an anchor is what was changed."""

    n_lines: int
    n_anchors: int
    notices: tuple[str, ...] = ()
    broken: journal.Break | None = None
    tampered: str = ""


def of_copy(path: Path, page: Path | None, *, keys: Sequence[bytes] = ()) -> Verdict:
    """Prove the journal of a copy by its own anchors, and those of a page if any. keys: that may open it."""
    copy = Copy(path, keys=keys)
    outside = _page(page) if page else []
    if isinstance(outside, str):
        return Verdict(0, 0, tampered=outside)
    former, current = since_restored(copy.heads())
    return _verdict(copy.lines, [*outside, *current], former)


def of_database(page: Path | None) -> Verdict:
    """Prove the journal of this database by the anchors it remembers, those of its files, and those of a page
    if any.
    """
    outside = _page(page) if page else []
    if isinstance(outside, str):
        return Verdict(0, 0, tampered=outside)
    written: list[Head] = []
    for path in anchors.files():
        try:
            written += read(path.read_text("utf-8", errors="replace"), only=True)
        except Damaged as damaged:
            return Verdict(
                0, 0, tampered=f"la ligne {damaged.row} de {path} n’est plus celle qui a été écrite"
            )
    remembered = queries.heads()
    former, current = since_restored(written)
    since = current[0].at if current else None
    missing = [head for head in remembered if since and head.at >= since and head not in set(current)]
    if missing:
        where = anchors.folder() / f"{missing[0].at:%Y-%m}.txt"
        return Verdict(0, 0, tampered=f"l’ancre du {moment(missing[0].at)} manque dans {where}")
    notices = []
    if remembered and not written:
        notices.append(
            f"Le dossier {anchors.folder()} n’a aucune ancre : seules celles de la base ont été comparées."
        )
    verdict = _verdict(queries.lines, [*outside, *remembered, *current], former, notices)
    if verdict.broken is None and (altered := people.altered_agreements()):
        line, answer = altered[0]
        why = f"l’accord {answer.pk}, qu’elle scelle, n’est plus celui qui a été donné"
        return replace(verdict, broken=journal.Break(line.pk, line.at, "agreement", why))
    return verdict


def _page(path: Path) -> list[Head] | str:
    """Return the heads of a page, or what was changed in it."""
    try:
        heads = read(path.read_text("utf-8", errors="replace"))
    except Damaged as damaged:
        return f"la ligne {damaged.row} de {path} n’est plus celle qui a été écrite"
    except OSError as error:
        raise Refused(
            f"L’ancre {path} n’a pas pu être lue : {reason(error)}.",
            why="Sans elle, la fin du journal ne peut pas être vérifiée.",
            do="Donnez le fichier écrit par « maillage ancrer-journal ».",
        ) from error
    if not heads:
        raise Refused(
            f"Le fichier {path} ne contient aucune ancre.",
            why='La ligne qui commence par {"ancre": manque.',
            do="Donnez le fichier écrit par « maillage ancrer-journal », ou recopiez cette ligne en entier.",
        )
    return heads


def _verdict(
    read_lines: Callable[[], Iterable[Line]],
    heads: list[Head],
    former: list[Head],
    notices: Iterable[str] = (),
) -> Verdict:
    proof = journal.prove(read_lines, {*heads, *former})
    strict = [(head, there) for head, there in proof.unmatched if head in set(heads)]
    broken = proof.broken or (journal.missing_tail(strict[0][0], there=strict[0][1]) if strict else None)
    all_notices = [*notices, *_notices(proof, heads, len(proof.unmatched) - len(strict))]
    return Verdict(proof.n_lines, len({*heads}), tuple(all_notices), broken)


def _notices(proof: Proof, heads: list[Head], n_former: int) -> Iterable[str]:
    if restored := [head for head in heads if head.cause == journal.RESTORED]:
        last = max(restored)
        yield (
            f"Une sauvegarde a été remise le {moment(last.at)} ; le journal avait alors {last.n_lines}"
            " lignes. Si personne ne s’en souvient, cherchez qui."
        )
    if n_former:
        yield (
            f"{n_former} ancre{'s' * (n_former > 1)} d’avant cette restauration ne désigne"
            f"{'nt' * (n_former > 1)} plus une ligne de ce journal."
        )
    if proof.late is not None:
        n = proof.n_late
        yield (
            f"{n} ligne{'s sont datées' if n > 1 else ' est datée'} d’avant la précédente (la première est la"
            f" ligne {proof.late.pk}, du {moment(proof.late.at)}) : l’horloge de l’ordinateur a reculé."
        )
