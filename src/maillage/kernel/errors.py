"""Errors say what happened, why it matters and what to do about it."""

import copyreg
from typing import Any


class HouseError(Exception):
    """An error with its three sentences: in English for developers, in French for everybody else."""

    def __init__(self, what: str, *, why: str, do: str) -> None:
        self.what, self.why, self.do = what, why, do
        super().__init__(f"{what}\n  why: {why}\n  do:  {do}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it come whole from another process: its own constructor takes no message."""
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]  # left out of typeshed, used by pickle


class UnsourcedFigure(HouseError):
    """A figure whose origin nobody can trace."""


class BrokenSource(HouseError):
    """A reference table that does not hold what its check expects."""


class Refused(HouseError):
    """An anticipated refusal, in French: shown to the person as it is."""

    @property
    def sentences(self) -> tuple[str, str, str]:
        return self.what, self.why, self.do


class UnknownTerritory(Refused):
    """No territory has this code or name; `nearest` holds those that look like it."""

    def __init__(self, what: str, *, why: str, do: str, nearest: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(what, why=why, do=do)
        self.nearest = nearest
