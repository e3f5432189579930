"""The spec fixture: a table drawn in a docstring, one call, the expected answer. tools/spec_docs.py turns the
same files into docs/spec.
"""

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from maillage.kernel.errors import Refused

ANSWER = "réponse"  # the column of an answer that is one value a row


def parts(drawing: str) -> tuple[dict[str, Any], Any]:
    """Return the columns of a drawn table on each side of its `||`: the question, then the answer, None when
    nothing stands there; the values alone of a column ANSWER.
    """
    rows = [line.split("||") for line in drawing.strip().splitlines() if set(line.strip()) - set("-+ ")]
    question, *answers = [_columns(side) for side in zip(*rows, strict=True)]
    for answer in answers:
        return question, answer[ANSWER] if answer.keys() == {ANSWER} else answer
    return question, None


def columns(drawing: str) -> dict[str, Any]:
    """Return the columns of a drawn table: floats where every cell is a number or empty (nan), texts
    elsewhere.
    """
    return parts(drawing)[0]


def _columns(lines: Sequence[str]) -> dict[str, Any]:
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    cells = [[row[k] if k < len(row) else "" for row in rows] for k in range(len(header))]
    return {name: _typed(values) for name, values in zip(header, cells, strict=True)}


def _typed(values: list[str]) -> Any:
    try:
        return np.array([float(value) if value else np.nan for value in values])
    except ValueError:
        return np.array(values)


def drawing_of(docstring: str) -> str:
    """Return the drawn table of a docstring: its paragraph with a line of dashes."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    (drawing,) = [each for each in paragraphs if re.search(r"^-[-+ ]+$", each, re.MULTILINE)]
    return drawing


class Spec:
    """A call on the table drawn in the docstring of a test gives what is drawn after its `||`, or the expected
    value, list or drawn table. A test of several tables gives each before its call.
    """

    def __init__(self, docstring: str) -> None:
        self.docstring = docstring

    def __call__(self, *arguments: Any) -> None:
        """Check a call on the columns of the table, by their names."""
        is_drawing = isinstance(arguments[0], str)
        drawing = arguments[0] if is_drawing else drawing_of(self.docstring)
        call, *expected = arguments[1:] if is_drawing else arguments
        question, drawn = parts(drawing)
        assert (drawn is None) == bool(expected), "an answer is drawn, or expected"
        answer, wanted = call(question), expected[0] if expected else drawn
        if isinstance(wanted, str) and "|" in wanted:
            wanted = columns(wanted)
        if isinstance(wanted, dict):
            assert isinstance(answer, dict), "a drawn answer is compared with columns"
            for name, values in wanted.items():
                _same(answer[name], values)
        else:
            _same(answer, wanted)

    def rows(self, call: Callable[..., Any], *expected: Any) -> None:
        """Check a call on each row of the table: its cells in their order, as many as the call takes."""
        n_cells = len(inspect.signature(call).parameters)

        def of_rows(table: dict[str, Any]) -> list[Any]:
            cells = [values.tolist() for values in table.values()][:n_cells]
            return [call(*row) for row in zip(*cells, strict=True)]

        self(of_rows, *expected)


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> Spec:
    return Spec(request.function.__doc__)


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
