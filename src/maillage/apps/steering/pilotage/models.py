"""Choices of accounts: receiving the activity report by e-mail, month after month."""

from django.db import models

from maillage.apps.platform.accounts.models import User


class MonthlyReport(models.Model):
    """An account that chose to receive the activity report of each month by e-mail. It leaves with the
    account.
    """

    user = models.OneToOneField(User, verbose_name="compte", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField("depuis le")

    class Meta:
        verbose_name = "rapport mensuel choisi"
        verbose_name_plural = "rapports mensuels choisis"

    def __str__(self) -> str:
        return f"{self.user_id}"
