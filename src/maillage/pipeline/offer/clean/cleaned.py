"""What every cleaner returns: the value, what became of the cell, and why."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

Word = Literal["empty", "read", "mended", "doubtful", "refused"]
LABELS: dict[Word, str] = {
    "empty": "vide",
    "read": "lu",
    "mended": "réparé",
    "doubtful": "à vérifier",
    "refused": "refusé",
}


@dataclass(frozen=True, slots=True)
class Cleaned(Generic[T]):
    """One cell once read. `value` is None when empty or refused; `reason` is a French sentence, '' when read as it was.

    mended: we know what was meant, the meaning is the same. doubtful: kept, but somebody should look.
    refused: the cell cannot mean anything we could keep; the row itself may still be good.
    """

    value: T | None
    word: Word
    reason: str = ""

    @classmethod
    def empty(cls) -> "Cleaned[T]":
        return cls(None, "empty")

    @classmethod
    def refused(cls, reason: str) -> "Cleaned[T]":
        return cls(None, "refused", reason)
