"""Addresses of other systems that are told what happens here, and what was sent to each."""

from uuid import uuid4

from django.db import models

from maillage.apps.platform.accounts.models import by_account
from maillage.apps.platform.exchanges import rules
from maillage.web import installation_keys
from maillage.words.wording import count


class Webhook(models.Model):
    """An address told of events of some kinds, in their order, by lots; each lot again until it is taken.

    line: the last line of the journal that was read for it; places_since: the instant from which changes of
    places are read, since they are not written one after the other; next_try_at: nothing leaves before;
    failing_since: no good answer since, None after one.
    """

    name = models.CharField("nom", max_length=80)
    address = models.URLField("adresse", max_length=500, unique=True)
    kinds = models.JSONField("événements", default=list)
    by = by_account("ouverte par")
    made_at = models.DateTimeField("ouverte le")
    secret_round = models.PositiveIntegerField("secrets changés", default=0)
    line = models.BigIntegerField("dernière ligne lue", default=0)
    places_since = models.DateTimeField("lieux lus depuis")
    next_try_at = models.DateTimeField("rien avant")
    failing_since = models.DateTimeField("sans succès depuis", null=True, blank=True)
    stopped_at = models.DateTimeField("arrêtée le", null=True, blank=True)

    class Meta:
        verbose_name = "système prévenu"
        verbose_name_plural = "systèmes prévenus"

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        return self.secrets[0]

    @property
    def secrets(self) -> list[str]:
        """The secrets that sign: today's, then those of the keys that are retained."""
        return [rules.secret(key, self.pk, self.secret_round) for key in installation_keys.all_keys()]

    @property
    def kind_words(self) -> list[str]:
        return [rules.KINDS[kind] for kind in self.kinds if kind in rules.KINDS]


class Delivery(models.Model):
    """A lot of events for an address. key: the same at each attempt, by which the receiver drops a second."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    key = models.UUIDField("numéro", default=uuid4, unique=True, editable=False)
    events = models.JSONField("événements")
    made_at = models.DateTimeField("écrit le", db_index=True)
    state = models.CharField("état", max_length=7, choices=list(rules.STATES.items()), default=rules.PENDING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    tried_at = models.DateTimeField("dernier essai", null=True, blank=True)
    code = models.PositiveSmallIntegerField("réponse", null=True, blank=True)
    reason = models.CharField("raison", max_length=12, blank=True)

    class Meta:
        verbose_name = "envoi"
        indexes = (models.Index(fields=("webhook", "state"), name="exchanges_delivery_state"),)

    def __str__(self) -> str:
        return f"{self.webhook}, {self.key}"

    @property
    def why(self) -> str:
        """The answer of the address, in words."""
        return f"Le serveur a répondu {self.code}." if self.code else rules.REASONS[self.reason]


class Pull(models.Model):
    """Another system asked again and again for what changed in it: where the reading is, and how it goes.

    name: a key of `rules.PULLS`, followed by “-” and a number when several are asked; label: for whom it is.
    since: what changed from then on is asked for; next_since: the next time; cursor: the last page that was
    kept whole, "" at the beginning. error: three sentences, [] when all goes well; faults: of the last
    reading, (number, column, why).
    """

    name = models.CharField("nom", max_length=30, unique=True)
    label = models.CharField("pour", max_length=200, blank=True)
    since = models.DateTimeField("changé depuis", null=True, blank=True)
    next_since = models.DateTimeField("la prochaine fois", null=True, blank=True)
    cursor = models.CharField("dernière page", max_length=500, blank=True)
    next_try_at = models.DateTimeField("rien avant")
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.JSONField("échec", default=list, blank=True)
    read_at = models.DateTimeField("lu en entier le", null=True, blank=True)
    counts = models.JSONField("comptes", default=dict, blank=True)
    faults = models.JSONField("lignes laissées", default=list, blank=True)

    class Meta:
        verbose_name = "système lu"
        verbose_name_plural = "systèmes lus"

    def __str__(self) -> str:
        return " : ".join(filter(None, (rules.PULLS[self.name.partition("-")[0]], self.label)))

    @property
    def count_words(self) -> str:
        """The counts of the last reading, in words."""
        return ", ".join(count(n, *rules.COUNTS[key]) for key, n in self.counts.items() if n)
