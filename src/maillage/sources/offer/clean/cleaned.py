"""The result of every cleaner: the value, the fate of the cell, and its reason."""

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
    """One cell once read. `value` is None when empty or refused; `reason` is a French sentence, '' when read
    as is.

    word: `mended`, the intended meaning is certain, and unchanged; `doubtful`, stored, but somebody should
    check; `refused`, the cell has no usable meaning; the row itself may still be good.
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
