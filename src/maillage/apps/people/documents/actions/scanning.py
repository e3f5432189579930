"""Have a file read by ClamAV, when it is installed here: its service by a socket, or its command."""

import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from maillage.apps.people.documents.rules import refused

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
    setting = settings.PAPERS["scanner"]
    if setting == OFF:
        return ""
    if setting:
        return setting
    if Path(USUAL).is_socket():
        return f"unix:{USUAL}"
    return shutil.which(COMMAND) or ""


def version() -> str:
    """Return the version of the scanner, '' when there is none; ScannerFailed when it is silent,
    NoSignatures when it has no signatures.
    """
    at = scanner()
    if not at:
        return ""
    if not _is_command(at):  # a service does not start without signatures
        with _connected(at) as link:
            link.sendall(b"zVERSION\0")
            return _answer(link)
    version_text = _run([at, "--version"], b"", wait=WAITED)[1]
    if version_text and "/" not in version_text and _run([at, *READ], b"x", wait=WAITED)[0] not in (0, 1):
        raise NoSignatures(version_text)  # a version with its signatures says their number
    return version_text


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


def notice() -> str:
    """Return the same for whoever helps, and sets nothing: whether papers are read, not how to have it so."""
    try:
        is_read = bool(version())
    except NoSignatures:
        is_read = False
    except ScannerFailed:
        return warning()
    return "" if is_read else "Aucun antivirus ne lit les papiers ici."


def scan(content: bytes) -> str:
    """Return the version of the scanner that found nothing in a file, '' when no scanner is installed, or
    none that knows anything; Refused when the file is infected, or when the scanner does not answer.
    """
    at = scanner()
    if not at:
        return ""
    try:
        version_text = version()
        virus = _by_command(at, content) if _is_command(at) else _by_service(at, content)
    except NoSignatures:
        return ""
    except ScannerFailed as error:
        raise refused(
            "L’antivirus n’a pas répondu : rien ne dit que ce fichier est sain.",
            "Recommencez dans quelques minutes. Sinon, prévenez la personne qui tient la plateforme.",
        ) from error
    if virus:
        raise refused(
            f"L’antivirus y a trouvé un programme dangereux ({virus}).",
            "N’ouvrez pas ce fichier. Photographiez le papier.",
        )
    return version_text.partition("/")[0][:80] + (
        f", signatures {version_text.split('/')[1]}" if version_text.count("/") else ""
    )


def _is_command(at: str) -> bool:
    return not at.startswith(("unix:", "tcp:"))


def _by_service(at: str, content: bytes) -> str:
    """Return the name of the virus found by the service, '' for none (INSTREAM: lengths and pieces, then a
    length of 0).
    """
    with _connected(at) as link:
        link.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), STEP):
            piece = content[start : start + STEP]
            link.sendall(struct.pack("!I", len(piece)) + piece)
        link.sendall(struct.pack("!I", 0))
        response = _answer(link)
    if response.endswith("FOUND"):
        return response.removeprefix("stream:").removesuffix("FOUND").strip()
    if response != "stream: OK":
        raise ScannerFailed(response)
    return ""


def _by_command(at: str, content: bytes) -> str:
    code, response = _run([at, *READ], content, wait=WAITED_COMMAND)
    if code == 1 and response.endswith("FOUND"):
        return response.rpartition(":")[2].removesuffix("FOUND").strip()
    if code != 0:
        raise ScannerFailed(response)
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
    response = b""
    while not response.endswith(b"\0"):
        piece = link.recv(4096)
        if not piece:
            break
        response += piece
    return response.rstrip(b"\0").decode("utf-8", "replace").strip()
