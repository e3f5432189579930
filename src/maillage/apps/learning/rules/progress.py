"""States of a step of a module, and the facts that a learner's device may send of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# What a step became, the furthest last: what was done once stays done.
OPENED, UNMEASURED, PASSED, STOPPED, HINTED, DONE = (
    "seen",
    "unmeasured",
    "passed",
    "stopped",
    "hinted",
    "done",
)
STATES: Mapping[str, str] = {
    OPENED: "ouverte",
    UNMEASURED: "non mesurable",
    PASSED: "passée",
    STOPPED: "interrompue",
    HINTED: "réussie avec un indice",
    DONE: "réussie",
}
RANK = {state: rank for rank, state in enumerate(STATES)}
SUCCEEDED = (HINTED, DONE)
WAYS: Mapping[str, str] = {
    "keyboard": "clavier",
    "pointer": "souris",
    "touch": "doigt",
    "pen": "stylet",
    "unknown": "autre",
}
SCREENS: Mapping[str, str] = {"small": "téléphone", "medium": "tablette", "large": "ordinateur"}
MOST_TRIES, MOST_SECONDS = 500, 4 * 3600  # beyond, a device counted wrongly
MOST_BEFORE = 400 * 24 * 3600  # seconds: how long a device may have kept something before it says it
AT_ONCE = 500  # facts in one sending
MOST_A_DAY = 3_000  # facts of one card: beyond, it is not somebody who learns
STUCK_TRIES, STUCK_SECONDS = 3, 5 * 60  # on the step where somebody is, without success


@dataclass(frozen=True, slots=True)
class Fact:
    """Something done on a device: a step of a module, and what it became. ago: seconds before the device
    said it.
    """

    uid: str
    module: str
    version: int
    step: int
    state: str
    kind: str = ""
    easier: bool = False
    tries: int = 0
    hints: int = 0
    seconds: int = 0
    way: str = "unknown"
    screen: str = "large"
    offline: bool = False
    ago: int = 0


@dataclass(slots=True)
class Standing:
    """Where somebody is in a module. last: the step opened last; steps: the furthest state of each."""

    version: int
    last: int = 1
    steps: dict[int, str] = field(default_factory=dict)

    def add(self, step: int, state: str) -> None:
        self.last = step
        if RANK[state] >= RANK.get(self.steps.get(step, ""), -1):
            self.steps[step] = state


def standings(
    rows: Iterable[tuple[str, int, int, str]], current_versions: Mapping[str, int] | None = None
) -> dict[str, Standing]:
    """Return where somebody is in each module. rows: module, version, step and state, the oldest first.

    A new version of a module begins anew. current_versions: the displayed version by module; facts of a
    later one, withdrawn since by its authors, are ignored as soon as there are facts of another.

    >>> done = [("a", 1, 1, "seen"), ("a", 1, 2, "done"), ("a", 1, 2, "seen")]
    >>> standings(done)["a"].steps
    {1: 'seen', 2: 'done'}
    >>> standings([*done, ("a", 2, 1, "seen")])["a"].steps
    {1: 'seen'}
    >>> standings([*done, ("a", 2, 1, "seen")], {"a": 1})["a"].steps
    {1: 'seen', 2: 'done'}
    """
    facts = list(rows)
    best = current_versions or {}
    current = {module for module, version, _, _ in facts if version <= best.get(module, version)}
    standing_by_module: dict[str, Standing] = {}
    for module, version, step, state in facts:
        if module in current and version > best.get(module, version):
            continue
        standing = standing_by_module.get(module)
        if standing is None or version > standing.version:
            standing = standing_by_module[module] = Standing(version)
        if version == standing.version:
            standing.add(step, state)
    return standing_by_module


def stuck(state: str, tries: int, seconds: int) -> bool:
    """Return True if somebody seems stuck on their current step: several tries, or long minutes,
    without success.
    """
    return state not in SUCCEEDED and state != PASSED and (tries >= STUCK_TRIES or seconds >= STUCK_SECONDS)
