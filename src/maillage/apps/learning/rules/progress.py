"""What a step of a module becomes, and what a learner's device may say of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# What a step became, the furthest last: what was done once stays done.
SEEN, UNMEASURED, PASSED, STOPPED, HINTED, DONE = "seen", "unmeasured", "passed", "stopped", "hinted", "done"
STATES: Mapping[str, str] = {
    SEEN: "ouverte",
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
    rows: Iterable[tuple[str, int, int, str]], shown: Mapping[str, int] | None = None
) -> dict[str, Standing]:
    """Return where somebody is in each module. rows: module, version, step and state, the oldest first.

    A new version of a module begins anew. shown: the version of each that is shown now; what was done of a
    later one, taken back since by its authors, is left out as soon as something was done of another.

    >>> done = [("a", 1, 1, "seen"), ("a", 1, 2, "done"), ("a", 1, 2, "seen")]
    >>> standings(done)["a"].steps
    {1: 'seen', 2: 'done'}
    >>> standings([*done, ("a", 2, 1, "seen")])["a"].steps
    {1: 'seen'}
    >>> standings([*done, ("a", 2, 1, "seen")], {"a": 1})["a"].steps
    {1: 'seen', 2: 'done'}
    """
    told = list(rows)
    best = shown or {}
    current = {module for module, version, _, _ in told if version <= best.get(module, version)}
    found: dict[str, Standing] = {}
    for module, version, step, state in told:
        if module in current and version > best.get(module, version):
            continue
        held = found.get(module)
        if held is None or version > held.version:
            held = found[module] = Standing(version)
        if version == held.version:
            held.add(step, state)
    return found


def stuck(state: str, tries: int, seconds: int) -> bool:
    """Return whether somebody seems stuck on the step where they are: several tries, or long minutes,
    without success.
    """
    return state not in SUCCEEDED and state != PASSED and (tries >= STUCK_TRIES or seconds >= STUCK_SECONDS)
