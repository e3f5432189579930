"""Certificates of ours, for localhost."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def self_signed(folder: Path, *, days: int) -> Path:
    """Write a certificate that ends in some days, with its key, in one file; return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificat.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@contextmanager
def secured(folder: Path, *, days: int) -> Iterator[tuple[int, Path]]:
    """Serve a certificate of ours for localhost, which ends in some days; give the port and the certificate."""
    path = self_signed(folder, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with socket.create_server(("localhost", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    call, _ = server.accept()
                    with suppress(OSError), context.wrap_socket(call, server_side=True) as secure:
                        secure.recv(1)

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1], path
