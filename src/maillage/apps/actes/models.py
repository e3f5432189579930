"""Acts of help, and the trace of what was changed in each."""

from django.db import models
from django.db.models import Q

from maillage.apps.accounts.models import by_account
from maillage.apps.actes import rules
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.mandats.models import Mandat
from maillage.apps.people.models import Person
from maillage.web.free_text import FreeChar


class Act(models.Model):
    """A procedure done in the place of somebody, with them, or shown to them; person None: nobody named.

    uid: from the device, so that what is sent twice counts once. on_day: of done_at, in the local calendar.
    outside: why it was kept though no mandate allowed it; it is then to be regularised before a moment.
    mandat: the one that allowed it, or regularised it. source: the file it was read from.
    """

    uid = models.UUIDField("numéro", unique=True)
    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+"
    )
    by = by_account(blank=True)
    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField("ce qui a été fait", max_length=8, choices=list(rules.KINDS.items()))
    procedure = models.CharField("démarche", max_length=40)
    operator = FreeChar("organisme", max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField("minutes")
    where = models.CharField("où", max_length=8, choices=list(rules.WHERE.items()))
    lieu = models.ForeignKey(
        Lieu, verbose_name="lieu", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    commune = models.CharField("commune", max_length=5, blank=True)
    end = models.CharField("à la fin", max_length=8, choices=list(rules.ENDS.items()), blank=True)
    done_at = models.DateTimeField("fait le")
    on_day = models.DateField("jour")
    noted_at = models.DateTimeField("noté le")
    precision = FreeChar("précision", max_length=rules.LONGEST, blank=True)
    mandat = models.ForeignKey(
        Mandat, verbose_name="mandat", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outside = models.CharField(
        "hors du mandat", max_length=9, choices=list(rules.OUTSIDE.items()), blank=True
    )
    regularise_before = models.DateTimeField("à régulariser avant le", null=True, blank=True)
    regularised_at = models.DateTimeField("régularisé le", null=True, blank=True)
    struck_at = models.DateTimeField("rayé le", null=True, blank=True)
    struck_by = by_account("rayé par", blank=True)
    source = models.CharField("fichier", max_length=8, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "acte d’aide"
        verbose_name_plural = "actes d’aide"
        ordering = ("-done_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=rules.MOST_MINUTES), name="actes_minutes_possible"
            ),
            models.CheckConstraint(
                condition=Q(outside="") | Q(regularise_before__isnull=False),
                name="actes_outside_has_its_delay",
            ),
        )
        indexes = (
            models.Index(fields=("structure", "on_day"), name="actes_ours"),
            models.Index(fields=("person", "procedure"), name="actes_of_person"),
        )

    def __str__(self) -> str:
        return f"Acte {self.pk} : {self.get_kind_display()}, {self.procedure}"

    @property
    def named(self) -> Person | None:
        """The person it was for; None for nobody, and once they are erased."""
        return None if self.person is None or self.person.forgotten_at is not None else self.person

    @property
    def lacks_mandate(self) -> bool:
        """Tell an act whose mandate is still to be signed; nobody signs for a person who is erased, nor for
        an act read in a file: it was done elsewhere, and names nobody.
        """
        waits = bool(self.outside) and self.regularised_at is None and self.struck_at is None
        waits = waits and not self.source
        return waits and (self.person_id is None or self.named is not None)


class Revision(models.Model):
    """One change of one act: before, after, who, when. Never changed, never deleted but with its act."""

    act = models.ForeignKey(Act, verbose_name="acte", on_delete=models.CASCADE, related_name="revisions")
    at = models.DateTimeField("le")
    by = by_account(blank=True)
    verb = models.CharField("geste", max_length=11)
    before = models.JSONField("avant", default=dict)
    after = models.JSONField("après", default=dict)

    class Meta:
        verbose_name = "changement d’un acte"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.act_id} : {self.verb}"

    @property
    def words(self) -> str:
        """The change, after the name of its author."""
        return rules.VERB_WORDS[self.verb]
