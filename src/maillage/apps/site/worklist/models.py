"""The notifications that an account chose, and the good news it has read."""

from django.db import models

from maillage.apps.platform.accounts.models import User
from maillage.apps.site.worklist import rules


class Preference(models.Model):
    """The notifications of an account, chosen by its owner; without a row, on the screen only. It leaves
    with the account.

    groups: what it is notified of. looked_on: the last day it was looked at; fingerprint: of what was sent
    last.
    """

    user = models.OneToOneField(User, verbose_name="compte", on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField(
        "rythme", max_length=6, choices=list(rules.RHYTHMS.items()), default=rules.NEVER
    )
    way = models.CharField("moyen", max_length=5, choices=list(rules.WAYS.items()), default=rules.EMAIL)
    phone = models.CharField("numéro", max_length=40, blank=True)
    hour = models.PositiveSmallIntegerField("à partir de", default=rules.HOUR)
    weekend = models.BooleanField("aussi le samedi et le dimanche", default=False)
    groups = models.JSONField("de quoi", default=list)
    chosen_at = models.DateTimeField("choisi le")
    looked_on = models.DateField("regardé le", null=True, blank=True)
    fingerprint = models.CharField("empreinte du dernier envoi", max_length=64, blank=True)

    class Meta:
        verbose_name = "choix de notification"
        verbose_name_plural = "choix de notification"

    def __str__(self) -> str:
        return f"{self.user_id} : {self.rhythm}"


class Dismissal(models.Model):
    """Good news that an account has read: it is never told again."""

    user = models.ForeignKey(User, verbose_name="compte", on_delete=models.CASCADE, related_name="+")
    key = models.CharField("nouvelle", max_length=120)
    at = models.DateTimeField("lue le")

    class Meta:
        verbose_name = "nouvelle lue"
        verbose_name_plural = "nouvelles lues"
        constraints = (models.UniqueConstraint("user", "key", name="worklist_dismissal_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} : {self.key}"
