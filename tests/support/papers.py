"""Papers as tests need them: files that are what they say and files that lie, a key, a scanner that answers."""

import io
import os
import shutil
import socketserver
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

from tests.support.speed import until

# The file that every scanner knows (https://www.eicar.org), in two halves so that none finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

SIGNATURES = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"  # digest and size of that file
CLAMD = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def pdf(pages: int = 1, **properties: str) -> bytes:
    """Return a PDF with properties of its own, as `Author`."""
    document, out = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        document.add_blank_page()
    for name, words in properties.items():
        document.docinfo[f"/{name}"] = words
    document.save(out, deterministic_id=True)
    return out.getvalue()


def active_pdf(where: str) -> bytes:
    """Return a PDF that holds a script, a program to start, a file or a form that sends."""
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    root = document.Root
    if where == "script":
        root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    elif where == "launch":
        root.AA = pikepdf.Dictionary(WC=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))
    elif where == "file":
        document.attachments["facture.exe"] = b"MZ"
    elif where == "deep":
        document.pages[0].Annots = pikepdf.Array(
            [pikepdf.Dictionary(A=pikepdf.Dictionary(Next=[pikepdf.Dictionary(S=pikepdf.Name.SubmitForm)]))]
        )
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def closed_pdf() -> bytes:
    """Return a PDF that a password closes."""
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def picture(format: str = "JPEG", size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    out = io.BytesIO()
    drawn = Image.new("RGB", size, "white")
    drawn.paste("black", (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    drawn.save(out, format, **more)
    return out.getvalue()


class Clamd(socketserver.BaseRequestHandler):
    """ClamAV as its manual says it speaks: a command ended by NUL; INSTREAM, lengths and pieces, then 0."""

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.request.recv(1)
        if command == b"zVERSION\0":
            self.request.sendall(b"ClamAV 1.4.3/27800/Sun Nov 22 08:00:00 2026\0")
        elif command == b"zINSTREAM\0":
            self.request.sendall(self._verdict(self._content()))

    def _content(self) -> bytes:
        content = b""
        while length := struct.unpack("!I", self._exactly(4))[0]:
            content += self._exactly(length)
        return content

    def _exactly(self, length: int) -> bytes:
        content = b""
        while len(content) < length:
            content += self.request.recv(length - len(content))
        return content

    def _verdict(self, content: bytes) -> bytes:
        self.server.scanned_files.append(content)
        if EICAR in content:
            return b"stream: Eicar-Signature FOUND\0"
        return b"INSTREAM size limit exceeded. ERROR\0" if self.server.full else b"stream: OK\0"


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    scanned_files: list[bytes]
    full = False


@contextmanager
def clamd(path: Path, *, full: bool = False) -> Iterator[_Server]:
    """Answer as ClamAV on a socket. full: it refuses whatever it is given."""
    with _Server(str(path), Clamd) as server:
        server.scanned_files, server.full = [], full
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@contextmanager
def real_clamd(folder: Path) -> Iterator[str]:
    """Start the service of ClamAV that is installed, which knows one signature; give how it is reached."""
    at, signatures, configuration = folder / "clamd.ctl", folder / "signatures", folder / "clamd.conf"
    signatures.mkdir()
    (signatures / "eicar.hdb").write_text(SIGNATURES)
    configuration.write_text(f"LocalSocket {at}\nDatabaseDirectory {signatures}\nForeground yes\n")
    service = subprocess.Popen([str(CLAMD), f"--config-file={configuration}"], stdout=subprocess.DEVNULL)
    try:
        until(at.is_socket)
        yield f"unix:{at}"
    finally:
        service.terminate()
        service.wait()
