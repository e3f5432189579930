"""Who can log in."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


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
