"""Workshops in words: when, where, how many seats, in the language spoken."""

from datetime import datetime

from maillage.apps.agenda.models import Workshop
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places.queries import places
from maillage.statistics.zones.territories import gazetteer
from maillage.words import opening
from maillage.words.languages import say, typed


def local(workshop: Workshop) -> datetime:
    return workshop.starts_at.astimezone(workshop.zone)


def day(workshop: Workshop) -> str:
    """Return its day with its name: “mardi 24 novembre 2026”."""
    begin = local(workshop)
    return f"{opening.weekday(begin.weekday())} {opening.date_text(begin.date())}"


def hours(workshop: Workshop) -> str:
    """Return from when to when: “14 h – 16 h”."""
    begin, end = (
        opening.clock(each.astimezone(workshop.zone)) for each in (workshop.starts_at, workshop.ends_at)
    )
    return say("{begin} – {end}", begin=begin, end=end)


def when(workshop: Workshop) -> str:
    """Return when it starts, in a sentence: “mardi 24 novembre 2026 à 14 h”."""
    return say("{day} à {hour}", day=day(workshop), hour=opening.clock(local(workshop)))


def name_of_place(workshop: Workshop) -> str:
    return workshop.lieu.name if workshop.lieu is not None else workshop.address


def town(workshop: Workshop) -> str:
    return gazetteer().get(workshop.commune).name if workshop.commune in gazetteer() else ""


def address(workshop: Workshop) -> str:
    """Return the full address; a typed one already contains the town."""
    return places.full_address(workshop.lieu.sheet) if workshop.lieu is not None else workshop.address


def where(workshop: Workshop) -> str:
    """Return where it takes place, in a sentence: it stays in French."""
    parts = [name_of_place(workshop), address(workshop) if workshop.lieu is not None else town(workshop)]
    return typed(", ".join(dict.fromkeys(filter(None, parts))))


def seats_free(room: rules.Room) -> str:
    """Return how many seats are left, of how many.

    >>> seats_free(rules.Room(8, 5)), seats_free(rules.Room(8, 7)), seats_free(rules.Room(8, 8, 1))
    ('3 places libres sur 8', '1 place libre sur 8', 'Complet, 1 personne en attente')
    """
    if room.is_full:
        return (
            say(
                "Complet, {n} personne en attente", "Complet, {n} personnes en attente", n=room.wait_list_size
            )
            if room.wait_list_size
            else say("Complet")
        )
    n_free = room.free - room.wait_list_size
    return say("{n} place libre sur {all}", "{n} places libres sur {all}", n=n_free, all=room.capacity)


def price(workshop: Workshop) -> str:
    """Return the price in words; '' when unknown."""
    price = say(rules.PRICES[workshop.price]) if workshop.price else ""
    more = typed(workshop.price_words)
    return say("{words} ({more})", words=price, more=more) if price and more else price or more
