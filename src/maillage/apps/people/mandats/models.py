"""Mandates: what a person lets a structure do in their place, for what, until when; and how they said yes."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from maillage.apps.directory.places.models import of_structure
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import by_account
from maillage.kernel.codes import in_halves
from maillage.reference import procedures
from maillage.web.free_text import FreeChar

FAMILIES = [(key, family.label) for key, family in procedures.families().items()]


class Mandat(models.Model):
    """A mandate given by a person to a structure, whose helpers act for it. What it says never changes once
    signed: to change it, another is signed.

    by: who prepared it; whole_structure: every helper of the structure acts, otherwise those that its `named`
    rows name, and nobody else. supervisor: who answers for a volunteer or a relative, relative: the name of
    the latter. token: of the draft, so that a form sent twice makes one mandate. words: those read and
    signed, in French, then in `language`; digest: of the words, the way of signing, the image and the
    civil name, keyed by `secret`, which erasure destroys; civil_digest: of that name, stored nowhere.
    renews: the mandate that it follows, or the emergency that it regularises. regularise_before: of a signed
    emergency, None once its real mandate is refused.
    photograph_before: of a paper whose photograph is not there, when it permits no more.
    """

    person = models.ForeignKey(Person, verbose_name="personne", on_delete=models.CASCADE, related_name="+")
    structure = of_structure("donné à")
    by = by_account("préparé par", blank=True)
    helper = models.CharField(
        "aidant", max_length=12, choices=list(frame.HELPERS.items()), default=frame.PROFESSIONAL
    )
    relative = FreeChar("nom du proche", max_length=60, blank=True)
    supervisor = by_account("sous la responsabilité de", blank=True)
    whole_structure = models.BooleanField("tous les aidants de la structure", default=False)
    code = models.CharField("code", max_length=8, unique=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    duration = models.CharField("durée", max_length=8, choices=list(frame.DURATIONS.items()))
    starts_on = models.DateField("commence le")
    ends_on = models.DateField("finit le")
    emergency = models.BooleanField("urgence", default=False)
    regularise_before = models.DateTimeField("à régulariser avant le", null=True, blank=True)
    photograph_before = models.DateTimeField("photographie à joindre avant le", null=True, blank=True)
    regularised_at = models.DateTimeField("régularisé le", null=True, blank=True)
    renews = models.ForeignKey(
        "self", verbose_name="suit", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    language = models.CharField("langue", max_length=8, default="fr")
    made_at = models.DateTimeField("préparé le")
    how = models.CharField("comment", max_length=6, choices=list(frame.HOW.items()), blank=True)
    witness = FreeChar("témoin", max_length=80, blank=True)
    words = models.TextField("mots lus", blank=True)
    digest = models.CharField("empreinte", max_length=64, blank=True)
    civil_digest = models.CharField(
        "empreinte du nom civil", max_length=64, blank=True, default="", db_default=""
    )
    secret = models.CharField("clé de l’empreinte", max_length=64, blank=True)
    signed_at = models.DateTimeField("signé le", null=True, blank=True)
    signed_with = by_account("signé devant", blank=True)
    withdrawn_at = models.DateTimeField("arrêté le", null=True, blank=True)
    withdrawn_with = by_account("arrêt noté par", blank=True)
    withdrawn_how = models.CharField(
        "arrêté comment", max_length=5, choices=list(frame.STOPPED.items()), blank=True
    )
    reminded = models.JSONField("rappels faits", default=list, blank=True)
    example = models.BooleanField("exemple", default=False)
    stripped_at = models.DateTimeField("rendu anonyme le", null=True, blank=True)

    class Meta:
        verbose_name = "mandat"
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="mandats_ends_after"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | ~Q(how=""), name="mandats_signed_somehow"
            ),
        )
        indexes = (
            models.Index(fields=("person", "structure", "ends_on"), name="mandats_of_person"),
            models.Index(fields=("structure", "ends_on"), name="mandats_ours"),
        )

    def __str__(self) -> str:
        return f"Mandat {self.printed}"

    @property
    def printed(self) -> str:
        """The code as it is printed."""
        return in_halves(self.code)

    @property
    def signed_how(self) -> str:
        """Return the way the person said yes, as it was."""
        alone = self.how == frame.SPOKEN and not self.witness
        return frame.ALONE if alone else self.get_how_display()

    @property
    def lacks_photograph(self) -> bool:
        """Signed on a paper whose photograph is still to join."""
        return self.photograph_before is not None

    def suspended_on(self, today: date) -> bool:
        """Return True for a mandate that permits nothing: the last day to photograph its paper is past."""
        return self.photograph_before is not None and today > timezone.localdate(self.photograph_before)

    @property
    def permitted(self) -> list["Autorisation"]:
        """Procedures permitted today, or on the day it was stopped: those taken back before are left out."""
        return [each for each in self.authorisations.all() if each.revoked_at in (None, self.withdrawn_at)]

    def state_on(self, today: date) -> str:
        """Return where the mandate stands on a day of the local calendar."""
        return frame.state(
            signed=self.signed_at is not None,
            withdrawn=self.withdrawn_at is not None,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            today=today,
        )


class NamedHelper(models.Model):
    """A helper whom a mandate lets act: named when it was signed, or added since with the agreement of the
    person. removed_at: since when they act no more; removed_by: None for the person, with their card.
    """

    mandat = models.ForeignKey(Mandat, verbose_name="mandat", on_delete=models.CASCADE, related_name="named")
    user = by_account("aidant")
    at = models.DateTimeField("nommé le")
    by = by_account("ajouté par", blank=True)
    removed_at = models.DateTimeField("retiré le", null=True, blank=True)
    removed_by = by_account("retrait noté par", blank=True)

    class Meta:
        verbose_name = "aidant nommé"
        verbose_name_plural = "aidants nommés"
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                "mandat", "user", condition=Q(removed_at__isnull=True), name="mandats_named_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.mandat_id} : {self.user_id}"


class Autorisation(models.Model):
    """A family of procedures, or one procedure, that a mandate permits. label: as the person read it."""

    mandat = models.ForeignKey(
        Mandat, verbose_name="mandat", on_delete=models.CASCADE, related_name="authorisations"
    )
    key = models.CharField("démarche", max_length=40)
    label = models.CharField("nom", max_length=120)
    operator = models.CharField("organisme", max_length=120, blank=True)
    revoked_at = models.DateTimeField("retirée le", null=True, blank=True)
    revoked_with = by_account("retrait noté par", blank=True)

    class Meta:
        verbose_name = "autorisation"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint("mandat", "key", name="mandats_authorised_once"),)

    def __str__(self) -> str:
        return f"{self.mandat_id} : {self.key}"


class Signature(models.Model):
    """Drawing of the person with a finger, as a path of SVG; or a photograph of the paper they signed."""

    mandat = models.OneToOneField(
        Mandat, verbose_name="mandat", on_delete=models.CASCADE, related_name="signature"
    )
    strokes = models.TextField("traits", blank=True)
    photograph = models.BinaryField("photographie du papier", null=True, blank=True)

    class Meta:
        verbose_name = "signature"

    def __str__(self) -> str:
        return str(self.mandat_id)


class LocalProcedure(models.Model):
    """A procedure that a structure, or a territory, adds to the common ones, in one of their families."""

    structure = of_structure()
    territory = models.CharField("territoire", max_length=61, blank=True)
    family = models.CharField("famille", max_length=12, choices=FAMILIES)
    label = FreeChar("nom", max_length=120)
    operator = FreeChar("organisme", max_length=120, blank=True)
    by = by_account("ajoutée par", blank=True)
    at = models.DateTimeField("ajoutée le")
    retired_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "démarche ajoutée"
        ordering = ("label", "pk")

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> str:
        """The key that mandates and acts know it by: none of the common ones looks like it."""
        return f"ajoutee-{self.pk}"
