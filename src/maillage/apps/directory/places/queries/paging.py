"""A page of a long list."""

from dataclasses import dataclass

from maillage.web.long_lists import PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The position of a page in its list: its first row, and how many rows there are in all."""

    start: int
    total: int

    @property
    def next(self) -> int:
        """Return the rank of the first row of the next page, 0 when there is none."""
        return self.start + PAGE if self.start + PAGE < self.total else 0

    @property
    def before(self) -> int:
        return max(self.start - PAGE, 0)
