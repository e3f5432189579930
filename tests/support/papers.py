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

import pikepdf
from PIL import Image

from tests.support.speed import until

# The file that every scanner knows (https://www.eicar.org), in two halves so that none finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

SIGNATURES = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"  # digest and size of that file
CLAMD = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def pdf(pages: int = 1, **told: str) -> bytes:
    """Return a PDF. told: what its own words say, as `Author`."""
    made, out = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page()
    for name, words in told.items():
        made.docinfo[f"/{name}"] = words
    made.save(out, deterministic_id=True)
    return out.getvalue()


def active_pdf(where: str) -> bytes:
    """Return a PDF that holds a script, a program to start, a file or a form that sends."""
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    root = made.Root
    if where == "script":
        root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    elif where == "launch":
        root.AA = pikepdf.Dictionary(WC=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))
    elif where == "file":
        made.attachments["facture.exe"] = b"MZ"
    elif where == "deep":
        made.pages[0].Annots = pikepdf.Array(
            [pikepdf.Dictionary(A=pikepdf.Dictionary(Next=[pikepdf.Dictionary(S=pikepdf.Name.SubmitForm)]))]
        )
    made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def closed_pdf() -> bytes:
    """Return a PDF that a password closes."""
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def picture(format: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    drawn = Image.new("RGB", size, "white")
    drawn.paste("black", (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    drawn.save(out, format)
    return out.getvalue()


class Clamd(socketserver.BaseRequestHandler):
    """ClamAV as its manual says it speaks: a command ended by NUL; INSTREAM, lengths and pieces, then 0."""

    def handle(self) -> None:
        asked = b""
        while not asked.endswith(b"\0"):
            asked += self.request.recv(1)
        if asked == b"zVERSION\0":
            self.request.sendall(b"ClamAV 1.4.3/27800/Sun Nov 22 08:00:00 2026\0")
        elif asked == b"zINSTREAM\0":
            self.request.sendall(self._verdict(self._content()))

    def _content(self) -> bytes:
        content = b""
        while length := struct.unpack("!I", self._exactly(4))[0]:
            content += self._exactly(length)
        return content

    def _exactly(self, length: int) -> bytes:
        told = b""
        while len(told) < length:
            told += self.request.recv(length - len(told))
        return told

    def _verdict(self, content: bytes) -> bytes:
        self.server.seen.append(content)
        if EICAR in content:
            return b"stream: Eicar-Signature FOUND\0"
        return b"INSTREAM size limit exceeded. ERROR\0" if self.server.full else b"stream: OK\0"


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    seen: list[bytes]
    full = False


@contextmanager
def clamd(path: Path, *, full: bool = False) -> Iterator[_Server]:
    """Answer as ClamAV on a socket. full: it refuses whatever it is given."""
    with _Server(str(path), Clamd) as server:
        server.seen, server.full = [], full
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@contextmanager
def real_clamd(folder: Path) -> Iterator[str]:
    """Start the service of ClamAV that is installed, which knows one signature; give how it is reached."""
    at, signatures, told = folder / "clamd.ctl", folder / "signatures", folder / "clamd.conf"
    signatures.mkdir()
    (signatures / "eicar.hdb").write_text(SIGNATURES)
    told.write_text(f"LocalSocket {at}\nDatabaseDirectory {signatures}\nForeground yes\n")
    service = subprocess.Popen([str(CLAMD), f"--config-file={told}"], stdout=subprocess.DEVNULL)
    try:
        until(at.is_socket)
        yield f"unix:{at}"
    finally:
        service.terminate()
        service.wait()
