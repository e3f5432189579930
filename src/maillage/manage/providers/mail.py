"""A message as a mail: plain text first, the same words in plain HTML, nothing that tells who read it."""

import re
from collections.abc import Callable
from datetime import date, datetime
from email.utils import formatdate, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from maillage.apps.platform.messages import queries
from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import states
from maillage.web.hooks import Hook
from maillage.words.languages import FRENCH, say, speaking

ADDRESS = re.compile(r"https?://[^\s<>«»]*[^\s<>«».,;:!?)]")
RIGHT_TO_LEFT = ("ar", "fa", "he", "ps", "ur")
# The name, content and type of the file that goes with a message, by its key and the day; None for most.
ATTACHMENTS: Hook[Callable[[str, date], tuple[str, bytes, str] | None]] = Hook()


def mail(message: Message, *, sender: str, at: datetime | None) -> EmailMultiAlternatives:
    """Return a message ready to be sent; ValueError when its head cannot be written."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    text, more = _with_refusal(message)
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=text,
        from_email=sender,
        to=[message.to],
        headers={
            "Message-ID": f"<{message.digest}@{domain}>",
            "Date": formatdate(at.timestamp() if at else None, localtime=False),
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
            **more,
        },
    )
    email.attach_alternative(html(message, text), "text/html")
    for attachment in ATTACHMENTS:
        if file := attachment(message.key, timezone.localdate(at)):
            email.attach(*file)
    email.message()  # a name or an address that cannot stand in a head is refused before anybody is called
    return email


def _with_refusal(message: Message) -> tuple[str, dict[str, str]]:
    """Return the text of a message and the headers by which a reminder is refused in one gesture (RFC 8058):
    the mail program posts to the address, without a page; who reads follows the link.
    """
    if message.purpose != states.REMINDER:
        return message.text, {}
    address = f"{settings.ADDRESS}{reverse('unsubscribe', args=[queries.refusal_token(message)])}"
    with speaking(message.language):
        link = address if message.language == FRENCH else f"{address}?lang={message.language}"
        text = f"{message.text}\n\n{say('Ne plus recevoir de rappels :')} {link}"
    headers = {"List-Unsubscribe": f"<{address}>"}
    if address.startswith("https:"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return text, headers


def html(message: Message, text: str) -> SafeString:
    """Return the words of a message as a page: its paragraphs, its links, in letters that are easy to
    read.
    """
    paragraphs = ((_linked(each),) for each in re.split(r"\n\s*\n", text) if each.strip())
    return format_html(
        '<!doctype html><html lang="{}" dir="{}"><head><meta charset="utf-8"><title>{}</title></head><body'
        ' style="font: 1.1em/1.6 sans-serif; max-width: 36em; margin: 1em auto; padding: 0'
        ' 1em">{}</body></html>',
        message.language,
        "rtl" if message.language.split("-")[0] in RIGHT_TO_LEFT else "ltr",
        message.subject,
        format_html_join("\n", '<p dir="auto">{}</p>', paragraphs),
    )


def _linked(paragraph: str) -> SafeString:
    """Return a paragraph whose addresses can be followed, and are read as they are."""
    lines = []
    for line in paragraph.strip().split("\n"):
        words, end = [], 0
        for match in ADDRESS.finditer(line):
            words.append(format_html('{}<a href="{}">{}</a>', line[end : match.start()], match[0], match[0]))
            end = match.end()
        lines.append(format_html("{}{}", SafeString("".join(words)), line[end:]))
    return SafeString("<br>".join(lines))
