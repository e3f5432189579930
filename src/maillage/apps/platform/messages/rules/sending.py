"""The contract of a provider of messages, and the ways in which it may fail."""

from typing import Any, Protocol

SENT, ABSENT, REPEATABLE, UNKNOWN = "left", "absent", "repeatable", "unknown"


class Failed(Exception):
    """A message not known to be sent. reason: one of `states.REASONS`; code: the number in the server's
    reply.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        self.reason, self.code = reason, code
        super().__init__(f"{reason} {code or ''}".strip())


class NotNow(Failed):
    """It surely did not leave, and may later."""


class Down(NotNow):
    """Certainly not sent, and the next ones would fail too: the provider is unreachable."""


class Never(Failed):
    """Certainly not sent, and it never will be as it is."""


class Unsure(Failed):
    """Possibly sent: the reply was lost."""


class Provider(Protocol):
    """Sends the messages of one channel."""

    name: str
    leaves: bool  # whether what it carries goes to somebody

    def send(self, message: Any) -> str:
        """Send one message and return the provider's name for it, '' if none; raises a Failed of the four
        kinds.
        """
        ...

    def status(self, message: Any) -> str:
        """Return the status of an interrupted message: SENT; ABSENT, never received; REPEATABLE, sending it
        again cannot deliver it twice; UNKNOWN. Raises NotNow when the provider does not reply.
        """
        ...

    def cost(self, message: Any) -> int:
        """Return how many messages it is billed as."""
        ...
