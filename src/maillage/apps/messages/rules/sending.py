"""What whoever carries messages promises, and the three ways in which it may fail."""

from typing import Any, Protocol

LEFT, ABSENT, REPEATABLE, UNKNOWN = "left", "absent", "repeatable", "unknown"


class Failed(Exception):
    """A message that was not seen to leave. reason: one of `states.REASONS`; code: what the server answered, a number."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        self.reason, self.code = reason, code
        super().__init__(f"{reason} {code or ''}".strip())


class NotNow(Failed):
    """It surely did not leave, and may later."""


class Down(NotNow):
    """It surely did not leave, and the next ones would not either: nobody answers."""


class Never(Failed):
    """It surely did not leave, and never will as it is."""


class Unsure(Failed):
    """It may have left: the answer is lost."""


class Provider(Protocol):
    """Carries messages of one channel."""

    name: str
    leaves: bool  # whether what it carries goes to somebody

    def send(self, message: Any) -> str:
        """Hand one message over and return the name it got there, '' if none; raises a Failed of the four kinds."""
        ...

    def status(self, message: Any) -> str:
        """Return what is known of a message whose sending was cut: LEFT; ABSENT, it never came; REPEATABLE, sending it again
        cannot deliver it twice; UNKNOWN. Raises NotNow when the question found nobody."""
        ...

    def cost(self, message: Any) -> int:
        """Return for how many messages it is counted."""
        ...
