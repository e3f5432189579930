"""Notifications, written in the transaction of the action, to the place, the sender and the person.

A message names nobody and reveals nothing about the person: it gives the request, and where to read the rest.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.places.queries import places
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons import rules as persons
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.rules import addresses
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.models import Event, Orientation
from maillage.apps.referrals.orientations.queries.timeline import at_the_door, place_mail
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from maillage.words import opening
from maillage.words.languages import FRENCH, LANGUAGES, say, speaking, typed
from maillage.words.wording import spaced

MORNING = time(9)
QUESTION_DAYS = 1  # days after an appointment: did they come?
SIGNED = "Maillage, le réseau d’aide au numérique"


# -------------------------------------------------------------------------------------------------- the place


def invite(row: Orientation, *, at: datetime) -> None:
    """Send the place its personal link, and schedule reminders for as long as it does not answer."""
    to, sent = place_mail(row), row.day(at)
    last = row.expires_on or cycle.expires_on(sent, row.urgent_before)
    _to_place(row, "lien", to, "Une personne vous est envoyée", _invitation(row, last), at=at)
    since = row.day(row.sent_at) if row.sent_at else sent
    for days, day in cycle.reminders(since, last).items():
        if day > sent:
            text = f"Une orientation attend votre réponse depuis {days} jours.\n\n{_invitation(row, last)}"
            _to_place(
                row, f"rappel-{days}", to, "Une orientation attend votre réponse", text, at=at, leaves_on=day
            )


def _invitation(row: Orientation, last: date) -> str:
    sent = "Une personne vous est envoyée"
    by = f"{row.from_structure.name} vous envoie une personne" if row.from_structure else sent
    until = f"Ce lien vous est personnel. Il est ouvert jusqu’au {opening.date_text(last)}."
    if row.answer_by is not None and row.state in cycle.UNANSWERED:
        until = f"Répondez avant le {opening.date_text(row.answer_by)} au soir.\n{until}"
    return (
        f"Bonjour,\n\n{by} pour : {row.need_text}.\n"
        f"Ouvrez ce lien pour répondre. Il ne demande ni compte ni mot"
        f" de passe :\n{_link(row)}\n\nVous pouvez dire oui, donner un rendez-vous, dire non, ou proposer un"
        f" autre lieu.\n{until}\n\n{SIGNED}"
    )


def remind(row: Orientation, *, at: datetime) -> None:
    """Remind the place once more, today."""
    day = row.day(at)
    text = f"On attend votre réponse.\n\n{_invitation(row, row.link_until or day)}"
    _to_place(row, f"relance-{day:%Y%m%d}", place_mail(row), "On attend votre réponse", text, at=at)


def open_again(row: Orientation, *, at: datetime) -> None:
    """Send the place a new link to a referral it has already answered."""
    last = f"Il est ouvert jusqu’au {opening.date_text(row.link_until)}." if row.link_until else ""
    text = (
        f"Bonjour,\n\nVoici le lien que vous avez demandé, pour : {row.need_text}.\n{_link(row)}\n\n"
        f"{last} Le précédent ne s’ouvre plus.\n\n{SIGNED}"
    )
    _to_place(row, "lien", place_mail(row), "Votre nouveau lien", text, at=at)


def ask_if_came(row: Orientation, *, at: datetime) -> None:
    """Ask the place, the morning after an appointment, whether the person came."""
    dates = _dates(row)
    if row.local_appointment is None or row.token is None or not dates or row.state != cycle.APPOINTED:
        return
    day = row.local_appointment.date()
    text = (
        f"Bonjour,\n\nUn rendez-vous était donné le {opening.date_text(day)} pour : {row.need_text}.\n"
        f"La personne est-elle venue ? Un geste suffit :\n{_link(row)}\n\n{SIGNED}"
    )
    _to_place(
        row,
        f"venue-{dates[-1]}",
        place_mail(row),
        "La personne est-elle venue ?",
        text,
        at=at,
        leaves_on=day + timedelta(days=QUESTION_DAYS),
    )


def hush(row: Orientation, *, at: datetime) -> None:
    """Cancel the messages to come to the place or to the person: the referral was answered or stopped."""
    links, dates = range(row.links + 1), _dates(row)
    keys = [f"orientation-{row.pk}-{n}-rappel-{days}" for n in links for days in cycle.REMINDERS]
    keys += [f"orientation-{row.pk}-{n}-venue-{event}" for n in links for event in dates]
    outbox.cancel(*keys)
    reminders_actions.withdraw(reminders_rules.REFERRAL, [row.pk], at=at)


def _dates(row: Orientation) -> list[int]:
    """Return the actions that set a date: each has its own messages, even for the same date."""
    return list(row.events.filter(verb__in=cycle.DATING).order_by("pk").values_list("pk", flat=True))


def stopped(row: Orientation, *, at: datetime) -> None:
    """Notify the place that the person is no longer coming, and which slot is free again."""
    if row.token is not None:
        sent = f" du {opening.date_text(timezone.localdate(row.sent_at))}" if row.sent_at else ""
        coming = row.appointment_at is not None and row.appointment_at > at
        free = f" Le rendez-vous de {appointment_in_words(row)} est libre." if coming else ""
        text = (
            f"Bonjour,\n\nL’orientation{sent}, pour : {row.need_text}, est annulée.{free} "
            f"Vous n’avez rien à faire.\n\n{SIGNED}"
        )
        _to_place(row, "annulee", place_mail(row), "Une orientation est annulée", text, at=at)


def _to_place(
    row: Orientation,
    what: str,
    to: str,
    subject: str,
    text: str,
    *,
    at: datetime,
    leaves_on: date | None = None,
) -> None:
    if not to or row.example:  # a real place never hears of somebody who was invented
        return
    until = row.link_until or row.expires_on
    _put(
        row,
        channel="email",
        to=to,
        subject=subject,
        text=text,
        key=f"orientation-{row.pk}-{row.links}-{what}",
        at=at,
        send_at=_morning(leaves_on) if leaves_on else None,
        never_after=_morning(until + timedelta(days=1)) if until and leaves_on else None,
    )


def _put(row: Orientation, *, text: str, **message: Any) -> None:
    """Put a message in the outbox for the sender's structure; an address it cannot reach blocks no action."""
    with suppress(Refused):
        outbox.put(text=spaced(text), structure=row.from_structure_id, commune=row.commune, **message)


def _link(row: Orientation) -> str:
    """Return the personal link; a new one if the installation's key has changed since the last."""
    if row.token != access.digest(access.link_of(row)):
        row.links += 1
        row.token = access.digest(access.link_of(row))
        row.save(update_fields=["links", "token"])
    return f"{settings.ADDRESS}{reverse('orientation_link', args=[access.link_of(row)])}"


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, MORNING))


# ------------------------------------------------------------------------------------------------ the sender


def sender(row: Orientation, event: Event, words: str, *, at: datetime) -> None:
    """Notify the sender, unless they left, of a referral's progress: by its number, without a name."""
    if row.sender is None or row.sender_id == event.by_id or not access.may_give(row.sender, row):
        return
    sent = f" du {opening.date_text(timezone.localdate(row.sent_at))}" if row.sent_at else ""
    text = (
        f"Bonjour,\n\nVotre orientation n° {row.pk}{sent}, pour : {row.need_text}.\n{words}\n\n"
        f"Ouvrez Maillage, rubrique Orientations, pour la suite.\n\n{SIGNED}"
    )
    _put(
        row,
        channel="email",
        to=row.sender.email,
        subject="Des nouvelles d’une orientation",
        text=text,
        key=f"orientation-{row.pk}-geste-{event.pk}",
        at=at,
    )


# ------------------------------------------------------------------------------------------------- the person


def person(row: Orientation, event: Event | None, text: Callable[[], str], *, at: datetime) -> None:
    """Write to the person, if they agreed, in their language. text: makes the text in the language in use."""
    person = row.person
    if person is None or event is None or not people.agreed(person, persons.WRITE):
        return
    channel = {persons.PHONE: "sms", persons.EMAIL: "email"}.get(person.reach)
    if channel is None or (channel == "sms" and not addresses.mobile(person.reach_value)):
        return
    language = person.language if person.language in LANGUAGES else FRENCH
    with speaking(language):
        is_dating = event.verb in (*cycle.DATING, "follow")
        subject = say("Votre rendez-vous") if is_dating else say("Votre demande")
        message = {"subject": subject, "text": text(), "language": language}
    key = f"orientation-{row.pk}-personne-{event.pk}"
    _put(row, channel=channel, to=person.reach_value, at=at, key=key, **message)


def place_in_words(row: Orientation) -> str:
    """Return where to go: name, address, telephone."""
    if row.lieu is None:
        return row.lieu_name
    phones = [phone.words for phone in places.phones(row.lieu.sheet)][:1]
    return ", ".join(filter(None, (row.lieu.name, places.full_address(row.lieu.sheet), *phones)))


def notify_place(row: Orientation) -> str:
    """Return the text for the person when it is sent: which place was asked, and where to follow it."""
    place = typed(row.lieu_name)
    if row.channel == "card":
        go = say("Vous pouvez y aller avec votre carte : {place}.", place=typed(place_in_words(row)))
        first = f"{go} {_door(row)}"
    elif row.channel == "phone":
        first = say(
            "La personne qui vous aide demande à {place} de vous recevoir. Attendez sa réponse.", place=place
        )
    else:
        first = say("Nous avons demandé à {place} de vous recevoir. Attendez sa réponse.", place=place)
    address = typed(f"{settings.ADDRESS}{reverse('card')}")
    return f"{first} {say('Où en est votre demande : {url}, avec le code de votre carte.', url=address)}"


def welcome(row: Orientation) -> str:
    """Return the text sent once the place accepts: where to go, and what to say there."""
    return f"{say('C’est oui. On vous attend : {place}.', place=typed(place_in_words(row)))} {_door(row)}"


def where_and_when(row: Orientation) -> str:
    first = say(
        "Rendez-vous {when} : {place}.", when=appointment_in_words(row), place=typed(place_in_words(row))
    )
    return f"{first} {_door(row)}"


def no_longer(row: Orientation, at: datetime) -> Callable[[Orientation], str] | None:
    """Return the text for the person if it stops now; None if they were not told to come, or it is past."""
    if row.state == cycle.APPOINTED and row.appointment_at is not None:
        return _no_appointment if row.appointment_at > at else None
    return _not_expected if row.state == cycle.ACCEPTED else None


def _no_appointment(row: Orientation) -> str:
    when, place = appointment_in_words(row), typed(row.lieu_name)
    return say(
        "Votre rendez-vous {when} n’a plus lieu : {place}. Revenez voir la personne qui vous aide.",
        when=when,
        place=place,
    )


def _not_expected(row: Orientation) -> str:
    return say(
        "N’y allez plus, c’est annulé : {place}. Revenez voir la personne qui vous aide.",
        place=typed(row.lieu_name),
    )


def not_received(row: Orientation) -> str:
    """Return the text once the place refuses a person who was told to wait for its answer: neither the reason
    nor the words of the place, which are for the helper.
    """
    return say(
        "{place} ne peut pas vous recevoir. Revenez voir la personne qui vous aide : elle cherche un autre"
        " lieu avec vous.",
        place=typed(row.lieu_name),
    )


def _door(row: Orientation) -> str:
    return say("Dites : « {words} »", words=typed(at_the_door(row)))


def appointment_in_words(row: Orientation) -> str:
    """Return when, in local time: “mardi 24 novembre 2026 à 14 h”."""
    local = row.local_appointment
    if local is None:
        return ""
    day = f"{opening.weekday(local.weekday())} {opening.date_text(local.date())}"
    return say("{day} à {hour}", day=day, hour=opening.clock(local))
