"""Who can log in, and the journal of who did what."""

from datetime import UTC
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


def by_account(words: str = "par", **more: Any) -> models.ForeignKey:
    """A field that says which account did something. The row outlives the account, and no longer says whose it was."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=words, on_delete=models.SET_NULL, null=True, related_name="+", **more
    )


class UserManager(BaseUserManager["User"]):
    """Builds accounts: one way in."""

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

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[misc]
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "compte"
        constraints = (models.UniqueConstraint(Lower("email"), name="accounts_user_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email


class Entry(models.Model):
    """One line of the journal: who saw or did what, on which row. Never changed; each holds the digest of the one before.

    by, structure and row are numbers, not relations: erasing an account or a person leaves the line as it was written. It
    names nobody.
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

    class Meta:
        verbose_name = "ligne du journal"
        ordering = ("pk",)
        indexes = (models.Index(fields=("kind", "row"), name="accounts_entry_of_row"),)

    def __str__(self) -> str:
        return f"{self.verb} : {self.kind} {self.row}"

    @property
    def parts(self) -> tuple[object, ...]:
        """What the digest holds."""
        return (self.at.astimezone(UTC).isoformat(), self.by, self.structure, self.verb, self.kind, self.row, self.words)
