"""Acts of help, and the trace of what was changed in each."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User, by_account
from maillage.web.free_text import FreeChar


def about(keys: Iterable[str]) -> Q:
    """Return the condition that an act is about one of some procedures, families or themes."""
    theme_keys = list(keys)
    condition = Q(procedure__in=theme_keys)
    for key in theme_keys:
        condition |= Q(more__contains=rules.joined([key]))
    return condition


class Act(models.Model):
    """A procedure done in the place of somebody, with them, or shown to them; person None: nobody named.

    procedure: of a procedure, a family or a theme; more: what it was about besides, as `rules.joined`.
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
    more = models.CharField(
        "autres démarches et thèmes", max_length=250, blank=True, default="", db_default=""
    )
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
    def subjects(self) -> list[str]:
        """The keys of everything it was about."""
        return rules.subjects(self.procedure, self.more)

    @property
    def named(self) -> Person | None:
        """The person it was for; None for nobody, and once they are erased."""
        return None if self.person is None or self.person.forgotten_at is not None else self.person

    @property
    def lacks_mandate(self) -> bool:
        """Return True for an act whose mandate is still to be signed; nobody signs for a person who is
        erased, nor for an act read in a file: it was done elsewhere, and names nobody.
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


class Tag(models.Model):
    """A word that a team, or one of its members alone, puts on acts and on persons. owner None: the team's.
    key: the label without accent nor capital, once for each team or owner.
    """

    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+"
    )
    owner = models.ForeignKey(
        User, verbose_name="à", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    label = FreeChar("étiquette", max_length=rules.LONGEST_TAG)
    key = models.CharField("clé", max_length=rules.LONGEST_TAG)
    made_at = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "étiquette"
        ordering = ("key", "pk")
        constraints = (
            models.UniqueConstraint(
                "structure", "key", condition=Q(owner=None), name="actes_tag_of_team_once"
            ),
            models.UniqueConstraint("structure", "owner", "key", name="actes_tag_of_owner_once"),
        )

    def __str__(self) -> str:
        return self.label


class ActTag(models.Model):
    """A tag on an act."""

    tag = models.ForeignKey(Tag, verbose_name="étiquette", on_delete=models.CASCADE, related_name="on_acts")
    act = models.ForeignKey(Act, verbose_name="acte", on_delete=models.CASCADE, related_name="tags")

    class Meta:
        verbose_name = "étiquette d’un acte"
        constraints = (models.UniqueConstraint("tag", "act", name="actes_tag_on_act_once"),)

    def __str__(self) -> str:
        return f"{self.tag_id} : {self.act_id}"


class PersonTag(models.Model):
    """A tag on a person, read by its team or its owner alone."""

    tag = models.ForeignKey(
        Tag, verbose_name="étiquette", on_delete=models.CASCADE, related_name="on_persons"
    )
    person = models.ForeignKey(Person, verbose_name="personne", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "étiquette d’une personne"
        constraints = (models.UniqueConstraint("tag", "person", name="actes_tag_on_person_once"),)

    def __str__(self) -> str:
        return f"{self.tag_id} : {self.person_id}"
