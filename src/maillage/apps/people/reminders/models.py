"""Reminders, each sent once, and their ways; and the persons who refuse any."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons.models import Person
from maillage.apps.people.reminders import rules
from maillage.apps.platform.accounts.models import by_account
from maillage.web.free_text import FreeChar


class Reminder(models.Model):
    """One reminder of one event: a message of the outbox, or something that a helper says or prints.

    kind, row: which event; days: how long before; moment: when it takes place, and beyond which a reminder is
    of no use; commune: whose clock it has; round: how many of the same were withdrawn before. is_recalled:
    it was withdrawn while somebody was sending it, or once it was said; withdrawn indeed once it is known
    that it did not leave, or was not said.
    name, contact, subject, text, french: of what is done by hand only; the outbox holds the rest. They are
    erased on `purge_on`, and the row stays.
    """

    kind = models.CharField("de quoi", max_length=11, choices=list(rules.KINDS.items()))
    row = models.BigIntegerField("numéro")
    days = models.PositiveSmallIntegerField("jours avant")
    moment = models.DateTimeField("a lieu le")
    round = models.PositiveSmallIntegerField("déjà retirés", default=0)
    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    structure = models.ForeignKey(
        Structure,
        verbose_name="au nom de la structure",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    commune = models.CharField("de la commune", max_length=5, blank=True)
    way = models.CharField("comment", max_length=6, choices=list(rules.WAYS.items()))
    reason = models.CharField("raison", max_length=11, choices=list(rules.REASONS.items()), blank=True)
    name = FreeChar("prénom ou surnom", max_length=60, blank=True)
    contact = FreeChar("numéro, adresse, ou par qui", max_length=160, blank=True)
    language = models.CharField("langue", max_length=8, default="fr")
    subject = models.CharField("objet", max_length=200, blank=True)
    text = models.TextField("texte", blank=True)
    french = models.TextField("texte en français", blank=True)
    planned_at = models.DateTimeField("prévu le")
    purge_on = models.DateField("contenu effacé le")
    done_at = models.DateTimeField("fait le", null=True, blank=True)
    done_by = by_account("fait par", blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    is_recalled = models.BooleanField("à retirer s’il n’est pas parti", default=False)

    class Meta:
        verbose_name = "rappel"
        ordering = ("moment", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "row", "days", "moment"),
                condition=Q(withdrawn_at__isnull=True),
                name="reminders_each_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("structure", "moment"),
                name="reminders_by_hand",
                condition=Q(way__in=rules.BY_HAND, done_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.Index(fields=("person", "-moment"), name="reminders_of_person"),
            models.Index(fields=("purge_on",), name="reminders_purge", condition=~Q(name="", text="")),
            models.Index(
                fields=("kind", "row"), name="reminders_withdrawn", condition=Q(withdrawn_at__isnull=False)
            ),
            models.Index(fields=("id",), name="reminders_recalled", condition=Q(is_recalled=True)),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.row}, {self.get_way_display()}"

    @property
    def key(self) -> str:
        """The key of its message in the outbox."""
        return key_of(self.kind, self.row, self.days, self.moment, self.round)


def key_of(kind: str, row: int, days: int, moment: datetime, round: int) -> str:
    """Return the key, in the outbox, of the message of a reminder."""
    return f"rappel-{kind}-{row}-{days}-{moment.timestamp():.0f}-{round}"


class Refusal(models.Model):
    """A person who wants no reminder, of anything, from anybody."""

    person = models.OneToOneField(Person, verbose_name="personne", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField("depuis le")
    by = by_account("noté par", blank=True)

    class Meta:
        verbose_name = "refus des rappels"
        verbose_name_plural = "refus des rappels"

    def __str__(self) -> str:
        return f"Refus {self.pk}"
