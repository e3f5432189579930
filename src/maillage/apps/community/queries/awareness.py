"""The awareness actions of the network, as every member reads them: the register, and what it adds up to."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.apps.directory.outreach.models import Outing
from maillage.apps.directory.outreach.queries import outings
from maillage.apps.directory.places.rules import OUTING_KINDS
from maillage.kernel.names import plain
from maillage.reference.awareness import Kit, kits
from maillage.words import wording


@dataclass(frozen=True, slots=True)
class Register:
    """Some actions, what they add up to, and what they cost where it is known."""

    rows: Sequence[Outing]
    summary: str
    cost: str


def register(*, kind: str = "", words: str = "") -> Register:
    """Return the actions of the network that are not cancelled, of a kind, that hold each of some words."""
    rows = Outing.objects.exclude(state="cancelled")
    if kind in OUTING_KINDS:
        rows = rows.filter(kind=kind)
    typed = plain(words).split()
    matching = [
        row
        for row in rows
        if all(word in plain(f"{row.name} {row.place} {row.public} {row.rhythm}") for word in typed)
    ]
    return Register(matching, outings.summary(matching), _cost(matching))


def _cost(rows: Sequence[Outing]) -> str:
    """Return the cost of the done actions, in a sentence: the sum of those that give it, and how many do."""
    done = [row for row in rows if row.state == "done"]
    costs = [row.cost for row in done if row.cost is not None]
    if not costs:
        return ""
    sentence = f"{wording.number(sum(costs))} € dépensés dans {wording.count(len(costs), 'action')}"
    if len(costs) == len(done):
        return f"{sentence} en tout."
    done_actions = f"{len(done)} faite{'s' if len(done) > 1 else ''}"
    return f"{sentence} sur {done_actions} ; les autres ne disent pas leur coût."


def kit_list() -> list[tuple[str, Kit]]:
    """Return each kit with the name of its kind, in the order of the register."""
    return [(words, kits()[kind]) for kind, words in OUTING_KINDS.items()]
