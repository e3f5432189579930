"""Papers kept for a person, encrypted, until a date; and to which other structure each is shown."""

from datetime import date

from django.db import models
from django.db.models import Q

from maillage.apps.directory.places.models import of_structure
from maillage.apps.people.documents import rules
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import HOW
from maillage.apps.platform.accounts.models import by_account


class Paper(models.Model):
    """A paper of a person, kept by a structure for one purpose. Its file is `HOME/papiers/<name>`, encrypted
    by a key of its own; erased, it loses that key and its file, and says no more than that it was there.

    token: of the form, so that a form sent twice keeps one. wrapped: the key of the file, sealed. scanner:
    what looked for viruses, '' when nothing did. words: what was read to the person.
    """

    person = models.ForeignKey(Person, verbose_name="personne", on_delete=models.CASCADE, related_name="+")
    structure = of_structure("gardé par")
    by = by_account("gardé par")
    token = models.CharField("envoi", max_length=40, unique=True)
    kind = models.CharField("papier", max_length=12, choices=list(rules.KINDS.items()))
    purpose = models.CharField("pour", max_length=40)
    name = models.CharField("fichier", max_length=32, unique=True)
    wrapped = models.CharField("clé, scellée", max_length=240, blank=True)
    media = models.CharField("sorte de fichier", max_length=20, choices=list(rules.MEDIA.items()))
    size = models.PositiveIntegerField("octets")
    pages = models.PositiveSmallIntegerField("pages", default=1)
    scanner = models.CharField("analysé par", max_length=80, blank=True)
    how = models.CharField("accord donné", max_length=5, choices=list(HOW.items()))
    words = models.TextField("mots lus")
    stored_at = models.DateTimeField("gardé le")
    expires_on = models.DateField("s’efface après le", db_index=True)
    erased_at = models.DateTimeField("effacé le", null=True, blank=True)
    erased_how = models.CharField(
        "effacé parce que", max_length=8, choices=list(rules.ERASED.items()), blank=True
    )
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "papier"
        ordering = ("-stored_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, erased_how="") | Q(erased_at__isnull=False, wrapped=""),
                name="documents_erased_without_key",
            ),
        )
        indexes = (models.Index(fields=("person", "structure"), name="documents_of_person"),)

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def purpose_label(self) -> str:
        """The purpose of the paper, in French."""
        return rules.purposes().get(self.purpose, self.purpose)


class Share(models.Model):
    """A paper shown to another structure, because the person said so, until a day. words: those read to
    them.
    """

    paper = models.ForeignKey(Paper, verbose_name="papier", on_delete=models.CASCADE, related_name="shares")
    structure = of_structure("montré à")
    by = by_account("noté par")
    at = models.DateTimeField("noté le")
    ends_on = models.DateField("dernier jour")
    how = models.CharField("accord donné", max_length=5, choices=list(HOW.items()))
    words = models.TextField("mots lus")
    withdrawn_at = models.DateTimeField("arrêté le", null=True, blank=True)
    withdrawn_with = by_account("arrêt noté par", blank=True)

    class Meta:
        verbose_name = "partage"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.paper_id} : {self.structure_id}"

    def state_on(self, today: date) -> str:
        """Return where the sharing stands on a day of the local calendar."""
        return rules.share_state(withdrawn=self.withdrawn_at is not None, ends_on=self.ends_on, today=today)
