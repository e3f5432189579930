"""The providers that carry messages: those of the environment, else files."""

import sys
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import incoming, states
from maillage.apps.platform.messages.rules.sending import Provider
from maillage.kernel.errors import Refused
from maillage.manage.providers.gateway import Gateway
from maillage.manage.providers.smtp import Smtp
from maillage.manage.providers.written import Console, Files
from maillage.words.wording import listing

FILES, CONSOLE = "fichiers", "console"


def provider(channel: str) -> Provider:
    """Return the provider of a channel; Refused when its settings make no sense. A letter is always a file to
    print.
    """
    return _provider(channel, Path(settings.HOME), tuple(sorted(settings.SENDING.items())))


def forget(message: Message) -> None:
    """Erase what is kept of a message outside the database: its files, whoever carries its channel today."""
    _files(Path(settings.HOME)).forget(message)


def _files(home: Path) -> Files:
    return Files(home / "messages")


def check() -> None:
    """Refuse settings that make no sense, before anything runs."""
    for channel in states.CHANNELS:
        provider(channel)
    sending = settings.SENDING
    if sending["SMS_IN"] and sending["SMS_IN"] not in incoming.WAYS:
        raise Refused(
            f"MAILLAGE_SMS_IN vaut « {sending['SMS_IN']} ».",
            why="Cette variable dit comment la passerelle prouve qu’un SMS reçu vient d’elle.",
            do=f"Choisissez {listing(incoming.WAYS, 'ou')}, ou retirez-la.",
        )
    if sending["SMS_IN"] and len(sending["SMS_IN_SECRET"]) < incoming.SHORTEST_SECRET:
        raise Refused(
            f"MAILLAGE_SMS_IN_SECRET a moins de {incoming.SHORTEST_SECRET} signes.",
            why="Une personne qui le devinerait écrirait à la place des personnes, et arrêterait leurs "
            "rappels.",
            do="Tirez-en un au sort, et donnez le même à la passerelle.",
        )


@lru_cache(maxsize=8)
def _provider(channel: str, home: Path, chosen: tuple[tuple[str, str], ...]) -> Provider:
    options = dict(chosen)
    if options["MESSAGES"] not in ("", FILES, CONSOLE):
        raise Refused(
            f"MAILLAGE_MESSAGES vaut « {options['MESSAGES']} ».",
            why="Cette variable dit où écrire les messages qui ne partent pas : « fichiers » ou « console ».",
            do="Choisissez l’un des deux, ou retirez-la.",
        )
    if channel == states.EMAIL and options["SMTP"]:
        return Smtp.read(options["SMTP"], sender=options["SENDER"])
    if channel == states.SMS and options["SMS"]:
        return Gateway.read(
            options["SMS"],
            token=options["SMS_TOKEN"],
            sender=options["SMS_SENDER"],
            status=options["SMS_STATUS"],
            once=options["SMS_ONCE"],
        )
    if options["MESSAGES"] == CONSOLE and channel != states.LETTER:
        return Console(sys.stdout)
    return _files(home)
