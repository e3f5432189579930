"""Listings of structures and the answers they get, who works with whom, and the resources they share."""

from django.db import models
from django.db.models import F, Q

from maillage.apps.accounts.models import by_account
from maillage.apps.community.rules import listings as rules
from maillage.apps.community.rules import resources
from maillage.apps.directory.models import Lieu, Structure, of_structure


def _structure(words: str) -> models.ForeignKey:
    return models.ForeignKey(Structure, verbose_name=words, on_delete=models.CASCADE, related_name="+")


class Listing(models.Model):
    """What a structure offers to the others, or looks for: where, when, until when.

    lieu None: somewhere in `commune`. half_days: keys of HALF_DAYS, none: to be agreed. token: of the form,
    so that one sent twice makes one listing.
    """

    structure = _structure("structure")
    side = models.CharField("propose ou cherche", max_length=6, choices=list(rules.SIDES.items()))
    kind = models.CharField("quoi", max_length=13, choices=list(rules.KINDS.items()))
    words = models.CharField("en quelques mots", max_length=300, blank=True)
    lieu = models.ForeignKey(
        Lieu, verbose_name="lieu", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    commune = models.CharField("commune", max_length=5, blank=True, db_index=True)
    half_days = models.JSONField("demi-journées", default=list, blank=True)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au", db_index=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("publiée par", blank=True)
    made_at = models.DateTimeField("publiée le")
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    closed_because = models.CharField(
        "pourquoi", max_length=9, choices=list(rules.CLOSED.items()), blank=True
    )
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "annonce"
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="community_listing_ends_after"
            ),
        )

    def __str__(self) -> str:
        return f"{self.structure} {self.get_side_display()} {self.get_kind_display()}"

    @property
    def title(self) -> str:
        """What it is, at the start of a line: « Cherche une salle »."""
        return f"{self.get_side_display()} {self.get_kind_display()}".capitalize()

    @property
    def days(self) -> list[str]:
        """Its half days in words, in the order of the week."""
        return [words for key, words in rules.HALF_DAYS.items() if key in self.half_days]


class Reply(models.Model):
    """What a structure writes to another about its listing, and what that one answers."""

    listing = models.ForeignKey(
        Listing, verbose_name="annonce", on_delete=models.CASCADE, related_name="replies"
    )
    structure = _structure("de la part de")
    words = models.CharField("message", max_length=600)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("le")
    state = models.CharField(
        "réponse", max_length=7, choices=list(rules.STATES.items()), default=rules.WAITING
    )
    answer = models.CharField("mots de la réponse", max_length=600, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = by_account("répondu par", blank=True)

    class Meta:
        verbose_name = "réponse à une annonce"
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                "listing", "structure", condition=Q(state=rules.WAITING), name="community_reply_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.structure_id} : {self.get_state_display()}"


class Partnership(models.Model):
    """Two structures that work together: about what, since when. A row has the smaller number first. said_by:
    the one that says so, None when both did.
    """

    first = _structure("structure")
    second = _structure("avec")
    about = models.CharField("à propos de", max_length=200)
    since = models.DateField("depuis le")
    ended_on = models.DateField("jusqu’au", null=True, blank=True)
    said_by = of_structure("dit par")
    by = by_account("noté par", blank=True)
    at = models.DateTimeField("noté le")
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "partenariat"
        ordering = ("-since", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="community_partners_in_order"),
            models.UniqueConstraint(
                "first", "second", "about", condition=Q(ended_on=None), name="community_partners_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_id} et {self.second_id}"


class Resource(models.Model):
    """Something made to help others, shared with the network: a link, or a file kept here.

    procedure: a family of procedures, or one of them, "" for none. follows: the version that it replaces,
    which the lists no longer show. token: of the form, so that one sent twice makes one resource.
    """

    structure = of_structure("partagée par")
    title = models.CharField("titre", max_length=160)
    about = models.CharField("en quelques mots", max_length=600)
    format = models.CharField("format", max_length=8, choices=list(resources.FORMATS.items()))
    level = models.CharField("niveau", max_length=7, choices=list(resources.LEVELS.items()))
    public = models.CharField("public", max_length=10, choices=list(resources.PUBLICS.items()))
    procedure = models.CharField("démarche", max_length=40, blank=True)
    author = models.CharField("faite par", max_length=160)
    licence = models.CharField("licence", max_length=10, choices=list(resources.LICENCES.items()))
    link = models.URLField("adresse", max_length=500, blank=True)
    version = models.PositiveSmallIntegerField("version", default=1)
    follows = models.OneToOneField(
        "self", verbose_name="remplace", on_delete=models.SET_NULL, null=True, blank=True, related_name="next"
    )
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("partagée par", blank=True)
    at = models.DateTimeField("partagée le")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "ressource"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.title


class ResourceFile(models.Model):
    """The file of a resource: apart, so that a list never reads it."""

    resource = models.OneToOneField(
        Resource, verbose_name="ressource", on_delete=models.CASCADE, related_name="file"
    )
    content = models.BinaryField("contenu")
    kind = models.CharField("type", max_length=40)
    extension = models.CharField("extension", max_length=4)
    bytes = models.PositiveIntegerField("octets")

    class Meta:
        verbose_name = "fichier d’une ressource"

    def __str__(self) -> str:
        return f"{self.resource_id}.{self.extension}"


class Use(models.Model):
    """How a resource went in a structure, and what made it go well or badly."""

    resource = models.ForeignKey(
        Resource, verbose_name="ressource", on_delete=models.CASCADE, related_name="uses"
    )
    structure = _structure("structure")
    went = models.CharField("cela s’est passé", max_length=6, choices=list(resources.WENT.items()))
    words = models.CharField("ce qui a compté", max_length=400, blank=True)
    by = by_account("dit par", blank=True)
    at = models.DateTimeField("dit le")

    class Meta:
        verbose_name = "usage"
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint("resource", "structure", name="community_use_once"),)

    def __str__(self) -> str:
        return f"{self.resource_id} : {self.get_went_display()}"
