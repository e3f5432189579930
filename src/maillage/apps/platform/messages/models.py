"""Outgoing messages, and the addresses that refuse them."""

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages.rules import addresses, states
from maillage.kernel import sealed_links
from maillage.web import installation_keys

# Django gives their parameters to its fields for type checkers alone.
if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class LinkedText(_Text):
    """A text whose personal links the database stores sealed, by the key that no backup carries."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return sealed_links.seal(text, settings.SECRET_KEY) if text else text

    def from_db_value(self, value: Any, *_: Any) -> Any:
        for key in installation_keys.all_keys() if value else ():
            value = sealed_links.unseal(value, key)
        return value


class Message(models.Model):
    """One message to one address, written in the transaction of the act that calls for it; sent once.

    Content and address are erased on `purge_on`; the row stays, so that its key is never reused. `structure`
    is a number, not a relation: it says who manages this message, and outlives the structure.
    """

    channel = models.CharField("canal", max_length=6, choices=list(states.CHANNELS.items()))
    to = models.CharField("adresse", max_length=500, blank=True)
    subject = models.CharField("objet", max_length=200, blank=True)
    text = LinkedText("texte", blank=True)
    language = models.CharField("langue", max_length=8, default="fr")
    purpose = models.CharField(
        "pour", max_length=8, choices=list(states.PURPOSES.items()), blank=True, default=states.OTHER
    )
    key = models.CharField("clé", max_length=150, unique=True)
    structure = models.BigIntegerField("au nom de la structure", null=True, blank=True)
    commune = models.CharField("de la commune", max_length=5, blank=True)
    made_at = models.DateTimeField("écrit le")
    due_at = models.DateTimeField("part le")
    never_after = models.DateTimeField("jamais après", null=True, blank=True)
    purge_on = models.DateField("contenu effacé le")
    state = models.CharField("état", max_length=9, choices=list(states.STATES.items()), default=states.QUEUED)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    rounds = models.PositiveSmallIntegerField("renvois demandés", default=0)
    tried_at = models.DateTimeField("dernier essai", null=True, blank=True)
    lease_until = models.DateTimeField("tenu jusqu’à", null=True, blank=True)
    unsure = models.BooleanField("un essai sans réponse", default=False)
    is_withdrawn = models.BooleanField("retiré pendant un envoi", default=False)
    reason = models.CharField("raison", max_length=12, blank=True)
    code = models.PositiveSmallIntegerField("réponse du serveur", null=True, blank=True)
    provider = models.CharField("envoyé par", max_length=12, blank=True)
    provider_id = models.CharField("numéro chez lui", max_length=120, blank=True)
    units = models.PositiveSmallIntegerField("messages comptés", default=0)
    sent_at = models.DateTimeField("parti le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        indexes = (
            models.Index(fields=("due_at",), name="outbox_due", condition=models.Q(state=states.QUEUED)),
            models.Index(
                fields=("lease_until",), name="outbox_held", condition=models.Q(state=states.SENDING)
            ),
            models.Index(fields=("purge_on",), name="outbox_purge", condition=~models.Q(text="")),
            models.Index(fields=("state", "-due_at"), name="outbox_state"),
            # Of an address that answers STOP; of what a structure, or a territory, runs.
            models.Index(fields=("to",), name="outbox_address"),
            models.Index(fields=("structure", "state", "-due_at"), name="outbox_of_structure"),
            models.Index(fields=("commune", "state", "-due_at"), name="outbox_of_commune"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state=states.SENT, sent_at__isnull=False)
                | ~models.Q(state=states.SENT) & models.Q(sent_at__isnull=True),
                name="outbox_sent_has_its_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(state=states.SENDING, lease_until__isnull=False)
                | ~models.Q(state=states.SENDING) & models.Q(lease_until__isnull=True),
                name="outbox_only_what_is_sent_is_held",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.pk}"

    @property
    def digest(self) -> str:
        """The public form of the key: it reveals nothing about the message."""
        return sha256(self.key.encode("utf-8")).hexdigest()[:32]

    @property
    def reference(self) -> str:
        """The name of this sending, the same at each attempt; a person who sends the message again makes
        it another.
        """
        return f"{self.digest}-{self.rounds}" if self.rounds else self.digest

    @property
    def masked(self) -> str:
        return addresses.masked(self.channel, self.to)

    @property
    def why(self) -> str:
        """The reason of its state, in words."""
        reason = states.REASONS[self.reason]
        return f"{reason} Réponse {self.code}." if self.code else reason

    @property
    def is_erased(self) -> bool:
        return not self.text

    @property
    def is_over(self) -> bool:
        """Withdrawn: its subject is cancelled, changed, or no longer accepted."""
        return self.is_withdrawn or self.reason == "withdrawn"

    @property
    def is_useless(self) -> bool:
        """Useless to anybody: its address refuses messages, or it would leave after its last moment."""
        late = self.never_after is not None and self.never_after <= self.due_at
        return self.state == states.CANCELLED or (self.state == states.QUEUED and late)


class Stop(models.Model):
    """An address that asked for no more messages: storing it is the minimum needed to respect the request."""

    channel = models.CharField("canal", max_length=6, choices=list(states.CHANNELS.items()))
    to = models.CharField("adresse", max_length=500)
    at = models.DateTimeField("depuis")
    by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="noté par"
    )

    class Meta:
        verbose_name = "refus de recevoir"
        verbose_name_plural = "refus de recevoir"
        constraints = (models.UniqueConstraint(fields=("channel", "to"), name="outbox_stop_once"),)

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return addresses.masked(self.channel, self.to)


class Received(models.Model):
    """A message that a gateway handed over, known by the digest of its number: handed twice, it counts once.

    Neither its text nor its sender is stored.
    """

    digest = models.CharField("empreinte de son numéro", max_length=64, unique=True)
    at = models.DateTimeField("reçu le", db_index=True)

    class Meta:
        verbose_name = "message reçu"
        verbose_name_plural = "messages reçus"

    def __str__(self) -> str:
        return f"Message reçu {self.pk}"
