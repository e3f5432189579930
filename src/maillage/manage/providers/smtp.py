"""Mail by a server of ours: MAILLAGE_SMTP and MAILLAGE_SENDER."""

import contextlib
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.mail.backends.smtp import EmailBackend
from django.core.validators import validate_email

from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import sending
from maillage.kernel.errors import Refused
from maillage.manage.providers.mail import mail

PATIENCE = 20  # seconds for each answer
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Smtp:
    """Hands mail to one server. It cannot tell afterwards what it received."""

    sender: str
    options: dict[str, Any]
    name = "smtp"
    leaves = True

    @classmethod
    def read(cls, address: str, *, sender: str) -> "Smtp":
        """Return the server of an address: smtp+tls://name:password@host:587, smtps://…,
        smtp://localhost:25.
        """
        try:
            parts = urlsplit(address)
            port = parts.port or PORTS[parts.scheme]
            if not parts.hostname or parts.path.strip("/") or parts.query:
                raise ValueError
        except (ValueError, KeyError):
            raise Refused(
                "MAILLAGE_SMTP n’est pas reconnu.",
                why="Cette variable donne l’adresse du serveur d’e-mail.",
                do="Écrivez-la ainsi : smtp+tls://nom:motdepasse@serveur.exemple.fr:587.",
            ) from None
        if parts.scheme == "smtp" and parts.password and parts.hostname not in LOCAL_HOSTS:
            raise Refused(
                "MAILLAGE_SMTP enverrait son mot de passe en clair.",
                why="« smtp:// » ne chiffre rien, et ce serveur n’est pas sur cet ordinateur.",
                do="Écrivez « smtp+tls:// » (port 587) ou « smtps:// » (port 465).",
            )
        try:
            validate_email(parseaddr(sender)[1])
            if "\n" in sender or "\r" in sender:
                raise ValidationError("lines")
        except ValidationError:
            raise Refused(
                "MAILLAGE_SENDER n’est pas reconnu, ou manque.",
                why="Un e-mail indique son expéditeur ; les réponses et les refus y reviennent.",
                do="Écrivez-la ainsi : Maillage <ne-pas-repondre@exemple.fr>.",
            ) from None
        options = {
            "host": parts.hostname,
            "port": port,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": PATIENCE,
        }
        return cls(sender, options)

    def send(self, message: Message) -> str:
        try:
            email = mail(message, sender=self.sender, at=message.tried_at)
        except (ValueError, UnicodeError) as error:
            raise sending.Never("unwritable") from error
        backend = EmailBackend(**self.options, fail_silently=False)
        with _opening():
            backend.open()
        handed = _watch(backend.connection) if backend.connection else []
        try:
            backend.send_messages([email])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _answered(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise (sending.Unsure("no-answer") if handed else sending.Down("unreachable")) from error
        except (ValueError, UnicodeError) as error:
            raise sending.Never("unwritable") from error
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                backend.close()
        return str(email.extra_headers["Message-ID"])

    def status(self, message: Message) -> str:
        return sending.UNKNOWN

    def cost(self, message: Message) -> int:
        return 1


@contextlib.contextmanager
def _opening() -> Iterator[None]:
    """Classify a failure to reach the server: nothing was handed over."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise sending.Down("settings", error.smtp_code) from error
    except (smtplib.SMTPNotSupportedError, smtplib.SMTPHeloError) as error:
        raise sending.Down("settings") from error
    except (smtplib.SMTPException, OSError) as error:
        raise sending.Down("unreachable") from error


def _watch(connection: smtplib.SMTP) -> list[bool]:
    """Return a list that is empty until the text itself is handed over: before that, nothing can have
    left.
    """
    handed: list[bool] = []
    data = connection.data

    def watched(msg: Any) -> tuple[int, bytes]:
        handed.append(True)
        return data(msg)

    connection.data = watched  # type: ignore[method-assign]  # of this connection alone
    return handed


def _answered(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> sending.Failed:
    """Return the failure that a refusal means: the first figure of a code says whether it is for ever."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    else:
        code = error.smtp_code
    if isinstance(error, smtplib.SMTPSenderRefused) and code >= 500:
        return sending.Down(
            "settings", code
        )  # it is our address that is refused: the message has nothing to do with it
    return sending.Never("refused", code) if code >= 500 else sending.NotNow("busy", code)
