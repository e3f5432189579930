"""The spec fixture: a drawn table, one call, the expected answer. tools/spec_docs.py turns the same files
into docs/spec.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from maillage.kernel.errors import Refused


def columns(drawing: str) -> dict[str, Any]:
    """Return the columns of a drawn table: floats where every cell is a number or empty (nan), texts
    elsewhere.
    """
    lines = [line for line in drawing.strip().splitlines() if set(line.strip()) - set("-+ ")]
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    cells = [[row[k] if k < len(row) else "" for row in rows] for k in range(len(header))]
    return {name: _typed(values) for name, values in zip(header, cells, strict=True)}


def _typed(values: list[str]) -> Any:
    try:
        return np.array([float(value) if value else np.nan for value in values])
    except ValueError:
        return np.array(values)


@pytest.fixture
def spec() -> Callable[..., None]:
    """Check that a call on a drawn table gives the expected value, list or drawn table."""

    def check(drawing: str, call: Callable[[dict[str, Any]], Any], expected: Any) -> None:
        answer = call(columns(drawing))
        if isinstance(expected, str) and "|" in expected:
            wanted = columns(expected)
            assert isinstance(answer, dict), "a drawn answer is compared with columns"
            for name, values in wanted.items():
                _same(answer[name], values)
        else:
            _same(answer, expected)

    return check


def _same(answer: Any, expected: Any) -> None:
    if isinstance(expected, str):
        assert answer == expected
        return
    values = np.asarray(expected)
    if values.dtype.kind in "US":
        assert [str(x) for x in np.asarray(answer).tolist()] == values.tolist()
    else:
        np.testing.assert_allclose(
            np.asarray(answer, dtype=float), values.astype(float), atol=1e-9, rtol=1e-6
        )


@pytest.fixture
def refusal() -> Callable[..., None]:
    """Check the three sentences of a refusal: what (in full), why and what to do (in part)."""

    def check(text: str, call: Callable[[bytes], Any], what: str, why: str = "", do: str = "") -> None:
        with pytest.raises(Refused) as caught:
            call(_plain(text).encode("utf-8"))
        assert caught.value.what == what
        assert why in caught.value.why
        assert do in caught.value.do
        assert caught.value.why.endswith(".")
        assert caught.value.do.endswith(".")

    return check


def _plain(text: str) -> str:
    lines = text.strip().splitlines()
    return "\n".join(line.strip() for line in lines) + "\n"
