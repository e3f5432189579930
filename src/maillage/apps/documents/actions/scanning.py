"""Have a file read by ClamAV, when it is installed here: its service by a socket, or its command."""

import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from maillage.apps.documents.rules.contents import refused

USUAL = "/run/clamav/clamd.ctl"  # where Debian and Ubuntu put it
WAITED, WAITED_COMMAND = 30, 180  # seconds: the command reads all its signatures each time
STEP = 65_536
OFF = "non"  # MAILLAGE_CLAMD=non: whoever runs the platform wants none
COMMAND, READ = "clamscan", ("--no-summary", "--stdout", "-")


class ScannerFailed(Exception):
    """The scanner is there and did not answer: nothing says that the file is sound."""


class NoSignatures(ScannerFailed):
    """The scanner is there without any signature: it finds nothing in any file."""


def scanner() -> str:
    """Return how ClamAV is reached: `unix:PATH`, `tcp:HOST:PORT`, a command, or '' when there is none."""
    said = settings.PAPERS["scanner"]
    if said == OFF:
        return ""
    if said:
        return said
    if Path(USUAL).is_socket():
        return f"unix:{USUAL}"
    return shutil.which(COMMAND) or ""


def version() -> str:
    """Return what the scanner says it is, '' when there is none; ScannerFailed when it is silent,
    NoSignatures when it is there and knows nothing.
    """
    at = scanner()
    if not at:
        return ""
    if not _is_command(at):  # a service does not start without signatures
        with _connected(at) as link:
            link.sendall(b"zVERSION\0")
            return _answer(link)
    told = _run([at, "--version"], b"", wait=WAITED)[1]
    if told and "/" not in told and _run([at, *READ], b"x", wait=WAITED)[0] not in (0, 1):
        raise NoSignatures(told)  # a version with its signatures says their number
    return told


def warning() -> str:
    """Return why a paper is not read by an antivirus here, in a sentence; '' when it is."""
    try:
        return "" if version() else "Aucun antivirus n’est installé ici."
    except NoSignatures:
        return (
            "ClamAV est installé ici sans ses signatures : il ne reconnaît rien. Lancez « sudo freshclam »."
        )
    except ScannerFailed:
        return "L’antivirus est installé et ne répond pas : aucun papier ne se garde tant qu’il se tait."


def scan(content: bytes) -> str:
    """Return what found nothing in a file, '' when no scanner is installed, or none that knows anything;
    Refused when the file is infected, or when the scanner does not answer.
    """
    at = scanner()
    if not at:
        return ""
    try:
        told = version()
        found = _by_command(at, content) if _is_command(at) else _by_service(at, content)
    except NoSignatures:
        return ""
    except ScannerFailed as error:
        raise refused(
            "L’antivirus n’a pas répondu : rien ne dit que ce fichier est sain.",
            "Recommencez dans quelques minutes. Sinon, prévenez la personne qui tient la plateforme.",
        ) from error
    if found:
        raise refused(
            f"L’antivirus y a trouvé un programme dangereux ({found}).",
            "N’ouvrez pas ce fichier. Photographiez le papier.",
        )
    return told.partition("/")[0][:80] + (f", signatures {told.split('/')[1]}" if told.count("/") else "")


def _is_command(at: str) -> bool:
    return not at.startswith(("unix:", "tcp:"))


def _by_service(at: str, content: bytes) -> str:
    """Return what the service found, '' when nothing (INSTREAM: lengths and pieces, then a length of 0)."""
    with _connected(at) as link:
        link.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), STEP):
            piece = content[start : start + STEP]
            link.sendall(struct.pack("!I", len(piece)) + piece)
        link.sendall(struct.pack("!I", 0))
        told = _answer(link)
    if told.endswith("FOUND"):
        return told.removeprefix("stream:").removesuffix("FOUND").strip()
    if told != "stream: OK":
        raise ScannerFailed(told)
    return ""


def _by_command(at: str, content: bytes) -> str:
    code, told = _run([at, *READ], content, wait=WAITED_COMMAND)
    if code == 1 and told.endswith("FOUND"):
        return told.rpartition(":")[2].removesuffix("FOUND").strip()
    if code != 0:
        raise ScannerFailed(told)
    return ""


def _run(words: list[str], content: bytes, *, wait: int) -> tuple[int, str]:
    try:
        done = subprocess.run(words, input=content, capture_output=True, timeout=wait, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScannerFailed(str(error)) from error
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()


@contextmanager
def _connected(at: str) -> Iterator[socket.socket]:
    """Connect to the service; ScannerFailed when it is not there, or goes away."""
    try:
        with _socket(at) as link:
            yield link
    except (OSError, ValueError) as error:
        raise ScannerFailed(str(error)) from error


def _socket(at: str) -> socket.socket:
    sort, _, rest = at.partition(":")
    if sort == "tcp":
        host, _, port = rest.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=WAITED)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(WAITED)
    try:
        link.connect(rest)
    except OSError:
        link.close()
        raise
    return link


def _answer(link: socket.socket) -> str:
    told = b""
    while not told.endswith(b"\0"):
        piece = link.recv(4096)
        if not piece:
            break
        told += piece
    return told.rstrip(b"\0").decode("utf-8", "replace").strip()
