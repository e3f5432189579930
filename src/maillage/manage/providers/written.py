"""Messages that go nowhere: written in a folder, or on the screen of who develops."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import sending, states
from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.manage.providers.mail import mail

NOBODY = "Maillage <maillage@localhost>"


@dataclass(frozen=True)
class Files:
    """One file for each message, named by its day and its reference: written twice, it is the same file."""

    folder: Path
    name = "files"
    leaves = False

    def send(self, message: Message) -> str:
        try:
            content = _content(message)
        except (ValueError, UnicodeError) as error:
            raise sending.Never("unwritable") from error
        path = self._path(message)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, content)
            path.chmod(0o600)
        except (Refused, OSError) as error:
            raise sending.Down("disk") from error
        return path.name

    def status(self, message: Message) -> str:
        return sending.SENT if self._path(message).is_file() else sending.ABSENT

    def cost(self, message: Message) -> int:
        return 0

    def forget(self, message: Message) -> None:
        """Erase the files of a message, those of its former sendings too."""
        for path in self.folder.glob(f"*-{message.digest}*"):
            path.unlink(missing_ok=True)

    def _path(self, message: Message) -> Path:
        ending = "eml" if message.channel == states.EMAIL else "txt"
        return self.folder / f"{message.made_at:%Y-%m-%d}-{message.channel}-{message.reference}.{ending}"


@dataclass(frozen=True)
class Console:
    """Prints messages where the platform runs. What it printed is not remembered."""

    out: TextIO
    name = "console"
    leaves = False

    def send(self, message: Message) -> str:
        try:
            self.out.write(_content(message).decode("utf-8", "replace") + os.linesep)
            self.out.flush()
        except (ValueError, UnicodeError) as error:
            raise sending.Never("unwritable") from error
        return ""

    def status(self, message: Message) -> str:
        return sending.UNKNOWN

    def cost(self, message: Message) -> int:
        return 0


def _content(message: Message) -> bytes:
    if message.channel == states.EMAIL:
        return mail(message, sender=NOBODY, at=message.made_at).message().as_bytes()
    head = f"{states.CHANNELS[message.channel]} pour {message.to}\n\n"
    return (
        f"{head}{message.subject}\n\n{message.text}\n".encode()
        if message.subject
        else f"{head}{message.text}\n".encode()
    )
