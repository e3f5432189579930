"""Anchors of the journal: its end written outside it, printed, and read back."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from maillage.apps.platform.accounts.rules.journal import CAUSES, RESTORED, Head, canonical, moment

FORMAT = 1
START = '{"ancre":'  # of a line that a program reads; the others are for people
WIDTH, GROUPS = 4, 8  # how a digest is printed: signs a group, groups a line


class Damaged(ValueError):
    """An anchor that is not as it was written; `row` is the line of the text where it stands."""

    def __init__(self, row: int) -> None:
        super().__init__(f"line {row} is damaged")
        self.row = row


def line(head: Head) -> str:
    """Return a head as one line of JSON, with what tells a mistake of copying."""
    parts = {
        "ancre": FORMAT,
        "le": head.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z",
        "ligne": head.line,
        "lignes": head.n_lines,
        "empreinte": head.digest,
        "raison": head.cause,
        "controle": control(head),
    }
    return json.dumps(parts, separators=(",", ":"))


def control(head: Head) -> str:
    """Return the twelve signs by which a copy that was badly made is known."""
    return hashlib.sha256(canonical(**head._asdict())).hexdigest()[:12]


def page(head: Head) -> str:
    """Return a head as a page to print: words for people, then its line of JSON."""
    groups = [head.digest[k : k + WIDTH] for k in range(0, len(head.digest), WIDTH)]
    rows = [" ".join(groups[k : k + GROUPS]) for k in range(0, len(groups), GROUPS)]
    return "\n".join(
        [
            "MAILLAGE : ANCRE DU JOURNAL",
            "",
            f"Le {moment(head.at)}, le journal comptait {head.n_lines} ligne{'s' * (head.n_lines > 1)}.",
            f"La dernière, numéro {head.line}, portait l’empreinte :",
            "",
            *(f"    {row}" for row in rows),
            "",
            "Gardez cette page hors de l’ordinateur : imprimée et datée, ou envoyée à quelqu’un d’autre.",
            "Plus tard, « maillage verifier-journal --ancre CE-FICHIER » dira si tout ce qui précède",
            "est encore là, tel quel. La ligne suivante est pour le programme : n’y changez rien.",
            "",
            line(head),
            "",
        ]
    )


def read(text: str, *, only: bool = False) -> list[Head]:
    """Return the heads written in a text; Damaged when one was changed.

    only: the text holds nothing else, so that any other line is a changed one; otherwise words may stand
    around them. A last line that has no end is one that a cut stopped: it is not read.
    """
    rows = [row for row in complete_lines(text).splitlines() if row.strip()]
    return [_head(row, n) for n, row in enumerate(rows, 1) if only or row.lstrip().startswith(START)]


def complete_lines(text: str) -> str:
    """Return a text without its last line when a cut stopped it half way."""
    lines = text.splitlines(keepends=True)
    cut = lines and not lines[-1].endswith("\n") and not lines[-1].rstrip().endswith("}")
    return "".join(lines[:-1] if cut else lines)


def _head(row: str, n: int) -> Head:
    try:
        parts = json.loads(row)
        at = datetime.fromisoformat(parts["le"])
        head = Head(at, parts["ligne"], parts["lignes"], parts["empreinte"], parts["raison"])
        sound = parts == json.loads(line(head)) and head.cause in CAUSES
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(n) from error
    if not sound:
        raise Damaged(n)
    return head


def since_restored(heads: Iterable[Head]) -> tuple[list[Head], list[Head]]:
    """Return the heads written before the last time a backup was put back, then that one and those after."""
    ordered = list(heads)
    cut = max((n for n, head in enumerate(ordered) if head.cause == RESTORED), default=0)
    return ordered[:cut], ordered[cut:]
