"""Facts of the procedures of a person, each with its day; and the lists of papers of a territory."""

from django.db import models
from django.db.models import Q

from maillage.apps.directory.places.models import Structure, of_structure
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import by_account
from maillage.apps.referrals.droits.rules import facts
from maillage.web.free_text import FreeChar


class Fact(models.Model):
    """One thing told of a procedure of a person, for one structure. It is never changed: it is struck, and
    another may stand for it.

    until: a date of the letter; paper, words: key of the paper gathered, and what it is called; at: when it
    was first told, which a correction keeps; source: of what else told it, so that it is told once.
    """

    person = models.ForeignKey(Person, verbose_name="personne", on_delete=models.CASCADE, related_name="+")
    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+"
    )
    by = by_account("noté par", blank=True)
    procedure = models.CharField("démarche", max_length=40)
    kind = models.CharField("ce qui s’est passé", max_length=8, choices=list(facts.FACTS.items()))
    on = models.DateField("le")
    until = models.DateField("jusqu’au", null=True, blank=True)
    paper = models.CharField("papier", max_length=40, blank=True)
    words = FreeChar("en quelques mots", max_length=facts.LONGEST, blank=True)
    at = models.DateTimeField("noté le")
    corrects = models.ForeignKey(
        "self", verbose_name="corrige", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source = models.CharField("d’où", max_length=40, blank=True)
    struck_at = models.DateTimeField("rayé le", null=True, blank=True)
    struck_by = by_account("rayé par", blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "fait d’une démarche"
        verbose_name_plural = "faits des démarches"
        ordering = ("on", "at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=(Q(kind=facts.PAPER) & ~Q(paper="")) | (~Q(kind=facts.PAPER) & Q(paper="")),
                name="droits_paper_is_named",
            ),
            models.UniqueConstraint("source", condition=~Q(source=""), name="droits_told_once"),
        )
        indexes = (
            models.Index(fields=("person", "procedure"), name="droits_of_person"),
            models.Index(fields=("structure", "kind", "until"), name="droits_due"),
        )

    def __str__(self) -> str:
        return f"Fait {self.pk} : {self.procedure}, {self.get_kind_display()}"


class LocalChecklist(models.Model):
    """The papers that a structure, or a territory, asks for a procedure, in place of the common list.

    papers: pairs of a key and its words; source, seen_on: where they were read, and when.
    """

    structure = of_structure()
    territory = models.CharField("territoire", max_length=61, blank=True)
    procedure = models.CharField("démarche", max_length=40)
    papers = models.JSONField("papiers", default=list)
    source = models.CharField("d’où vient cette liste", max_length=200)
    seen_on = models.DateField("lue le")
    by = by_account("écrite par", blank=True)
    at = models.DateTimeField("écrite le")
    retired_at = models.DateTimeField("remplacée le", null=True, blank=True)

    class Meta:
        verbose_name = "liste de papiers"
        verbose_name_plural = "listes de papiers"
        ordering = ("procedure", "-at")

    def __str__(self) -> str:
        return f"{self.procedure} : {len(self.papers)} papiers"
