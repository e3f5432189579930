"""Figures that do not move without a word: what a computation gave last time, in a file beside the tests.

    FIGURES=write .venv/bin/python -m pytest tests/statistics/test_unchanged.py     keep what it gives now

Whoever writes them again says in a `figure` fragment which figures moved, from what to what, and why.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "files" / "unchanged"
WRITE = os.environ.get("FIGURES") == "write"
LABELS = ("universe", "sources", "unit", "method")  # the same beside every figure
LONG = 12  # values kept of an array: beyond, what sums it up


def check(name: str, value: Any, *, leave_out: tuple[str, ...] = ()) -> None:
    """Fail when a value, looked at to its last figure, is not what it was."""
    current_value, path = plain(value, leave_out), FOLDER / f"{name}.json"
    if WRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            json.dumps(current_value, ensure_ascii=False, indent=0, sort_keys=True) + "\n", "utf-8"
        )
    recorded, now = flat(json.loads(path.read_text("utf-8"))), flat(current_value)
    assert sorted(now) == sorted(recorded), (
        "more or less is said; if it should, see tests/support/unchanged.py"
    )
    moved = [f"{at}: {recorded[at]} → {now[at]}" for at in now if not same(recorded[at], now[at])]
    assert not moved, "figures moved; if they should, see tests/support/unchanged.py:\n" + "\n".join(
        moved[:20]
    )


def plain(value: Any, leave_out: tuple[str, ...] = ()) -> Any:
    """Return the content of a value: numbers, texts, lists and mappings, without its models and shapes, which
    compute or draw.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(f"{value:.9g}") if np.isfinite(value) else str(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "fiub" or value.size <= LONG:
            return plain(value.tolist(), leave_out)
        numbers = value.astype(np.float64).ravel()
        known = numbers[np.isfinite(numbers)]
        weights = np.cos(np.arange(len(known)))  # so that an order that changes is seen
        return {
            "shape": list(value.shape),
            "known": len(known),
            "sum": plain(known.sum()),
            "order": plain(known @ weights),
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item, leave_out) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(each) for each in value)
    if isinstance(value, list | tuple):
        return [plain(each, leave_out) for each in value]
    if is_dataclass(value):
        return {
            f.name: plain(getattr(value, f.name), leave_out) for f in fields(value) if f.name not in leave_out
        }
    return type(value).__name__


def flat(value: Any, at: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return {key: leaf for name, some in value.items() for key, leaf in flat(some, f"{at}/{name}").items()}
    if isinstance(value, list):
        return {key: leaf for k, some in enumerate(value) for key, leaf in flat(some, f"{at}/{k}").items()}
    return {at: value}


def same(one: Any, other: Any) -> bool:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (one, other))
    # Another processor adds in another order: bounds of twenty draws were seen to move by three millionths.
    return one == pytest.approx(other, rel=2e-5, abs=1e-9) if numbers else one == other
