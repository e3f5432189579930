"""The reports on the site by people without an account."""

from django.db import models


class ProblemReport(models.Model):
    """A problem met on a page, told in a sentence; or a sentence that a language says badly.

    page: its path, '' when nobody knows, personal links masked. language: of that sentence, '' for any other
    problem; proposed: what its reader would say instead. reach: how to answer, '' when not given. closed_at:
    when somebody settled it; it is erased some weeks later.
    """

    page = models.CharField("page", max_length=300, blank=True)
    text = models.TextField("texte")
    language = models.CharField("langue", max_length=3, blank=True, default="")
    proposed = models.TextField("proposition", blank=True, default="")
    reach = models.CharField("contact", max_length=200, blank=True)
    at = models.DateTimeField("reçu le", db_index=True)
    closed_at = models.DateTimeField("réglé le", null=True, blank=True)

    class Meta:
        verbose_name = "problème signalé"
        verbose_name_plural = "problèmes signalés"
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.page}, {self.at:%d/%m/%Y}"
