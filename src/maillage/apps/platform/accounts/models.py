"""Accounts, and the journal of their events."""

from datetime import UTC
from typing import Any, ClassVar, TypeAlias

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Lower

from maillage.apps.platform.accounts.rules import journal


def by_account(words: str = "par", **more: Any) -> models.ForeignKey["User | int | None", "User | None"]:
    """Return a field for the account behind an act. The row outlives the account, and then no longer names
    it.
    """
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=words,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        **more,
    )


class UserManager(BaseUserManager["User"]):
    """Creates accounts, in one way only."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).casefold(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A professional of the network, known by an e-mail address."""

    email = models.EmailField("adresse électronique", unique=True)
    name = models.CharField("nom affiché", max_length=120, blank=True)
    is_active = models.BooleanField("actif", default=True)
    is_demonstration = models.BooleanField("compte de démonstration", default=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "compte"
        constraints = (models.UniqueConstraint(Lower("email"), name="accounts_user_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email


# Whoever asks for a page: an account, or a stranger.
Visitor: TypeAlias = User | AnonymousUser


class Entry(models.Model):
    """One line of the journal: who saw or did what, on which row. Never changed; each contains the digest of
    the previous one.

    by, structure and row are numbers, not relations: erasing an account or a person leaves the line as it was
    written. It names nobody. version: the form that was digested; a backup from before it was kept has
    none, and its lines are of the first.
    """

    at = models.DateTimeField("le")
    by = models.BigIntegerField("compte", null=True)
    structure = models.BigIntegerField("pour la structure", null=True)
    verb = models.CharField("geste", max_length=60)
    kind = models.CharField("sorte de ligne", max_length=60)
    row = models.BigIntegerField("ligne")
    words = models.CharField("précision", max_length=200, blank=True)
    previous = models.CharField("empreinte précédente", max_length=64, blank=True)
    digest = models.CharField("empreinte", max_length=64, unique=True)
    version = models.SmallIntegerField("forme", default=journal.UNTYPED, db_default=journal.UNTYPED)

    class Meta:
        verbose_name = "ligne du journal"
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("kind", "row"), name="accounts_entry_of_row"),
            models.Index(fields=("verb", "at"), name="accounts_entry_of_verb"),
        )

    def __str__(self) -> str:
        return f"{self.verb} : {self.kind} {self.row}"


class Anchor(models.Model):
    """The end of the journal at a moment, also written outside the database: what is cut off later is missed.

    line: the number of the last line, which an older journal put back does not have; sent_to: where else it
    went, a file or an address.
    """

    at = models.DateTimeField("le")
    line = models.BigIntegerField("dernière ligne")
    n_lines = models.BigIntegerField("lignes")
    digest = models.CharField("empreinte", max_length=64)
    cause = models.CharField("raison", max_length=20, choices=list(journal.CAUSES.items()))
    sent_to = models.CharField("aussi gardée", max_length=254, blank=True)

    class Meta:
        verbose_name = "ancre du journal"
        ordering = ("pk",)
        indexes = (models.Index(fields=("at",), name="accounts_anchor_of_day"),)

    def __str__(self) -> str:
        return f"ligne {self.line}, le {journal.moment(self.at)}"

    @property
    def head(self) -> journal.Head:
        """The same, as it is written outside."""
        return journal.Head(self.at, self.line, self.n_lines, self.digest, self.cause)

    @property
    def mail_key(self) -> str:
        """The key of the message that takes it out of this computer."""
        return f"ancre-{self.at.astimezone(UTC):%Y%m%d-%H%M%S}-{self.line}"


class Seal(models.Model):
    """The secret of one row, by which the journal may speak of a text about somebody without holding it.

    key: 32 random bytes, in hexadecimal; destroyed with the person, and then no digest made with it can be
    tested.
    """

    kind = models.CharField("sorte de ligne", max_length=60)
    row = models.BigIntegerField("ligne")
    key = models.CharField("secret", max_length=64, blank=True)
    destroyed_at = models.DateTimeField("détruit le", null=True)

    class Meta:
        verbose_name = "sceau"
        constraints = (models.UniqueConstraint(fields=("kind", "row"), name="accounts_seal_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"


class Tally(models.Model):
    """The count of one kind of attempt in one hour: in the database, so that all processes share it.

    key: the digest of the kind, the author and the hour; deleted once the hour is over.
    """

    key = models.CharField("empreinte", max_length=64, primary_key=True)
    hour = models.IntegerField("heure", db_index=True)  # since 1970
    n = models.PositiveIntegerField("combien", default=0)

    class Meta:
        verbose_name = "compte de l’heure"

    def __str__(self) -> str:
        return f"{self.n} à l’heure {self.hour}"
