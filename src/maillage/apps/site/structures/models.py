"""Structures that join the network, what each says of itself, groups, letters, the charter."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from maillage.apps.directory.memberships.models import Invitation, Membership
from maillage.apps.directory.places.models import Lieu, Structure, of_structure
from maillage.apps.platform.accounts.models import by_account
from maillage.apps.site.structures.rules import charter, groups, joining, profiles
from maillage.web.free_text import FreeChar, FreeText


def _structure(words: str, **more: Any) -> models.ForeignKey[Structure | int, Structure]:
    return models.ForeignKey(
        Structure, verbose_name=words, on_delete=models.CASCADE, related_name="+", **more
    )


class Application(models.Model):
    """A structure that asks to join: what it says, then what the coordination of its territory answers.

    code: digest of the code given on paper. lieu: the sheet that it says is its own, None for a new one.
    parts, kind, staff, demand: keys of `rules.joining`; `kind` of the types of places. structure: the one it
    became. decided_at: of the answer, or since when it waits again, one taken back. contact, referent: erased
    some days after the answer. token: of the form, so that one sent twice makes one application.
    """

    code = models.CharField("empreinte du code", max_length=64, unique=True)
    name = models.CharField("nom de la structure", max_length=150)
    commune = models.CharField("commune", max_length=5, db_index=True)
    address = models.CharField("numéro et rue", max_length=200, blank=True)
    kind = models.CharField("type", max_length=40, blank=True)
    lieu = models.ForeignKey(
        Lieu, verbose_name="fiche déjà là", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    parts = models.JSONField("part prise", default=list, blank=True)
    staff = models.CharField("qui aide", max_length=4, choices=list(joining.STAFF.items()), blank=True)
    computers = models.PositiveSmallIntegerField("ordinateurs", null=True, blank=True)
    demand = models.CharField("demande", max_length=5, choices=list(joining.DEMAND.items()), blank=True)
    words = FreeText("en quelques mots", max_length=600, blank=True)
    referent = FreeChar("référent", max_length=120, blank=True)
    way = models.CharField("comment répondre", max_length=5, choices=list(joining.WAYS.items()))
    contact = models.CharField("téléphone ou adresse", max_length=160, blank=True)
    made_at = models.DateTimeField("faite le")
    state = models.CharField(
        "état", max_length=8, choices=list(joining.STATES.items()), default=joining.PENDING
    )
    verified = models.CharField("vérifiée", max_length=6, choices=list(joining.CHECKS.items()), blank=True)
    reason = FreeChar("pourquoi", max_length=300, blank=True)
    decided_at = models.DateTimeField("répondu le", null=True, blank=True)
    decided_by = by_account("répondu par", blank=True)
    structure = of_structure("devenue")
    invitation = models.ForeignKey(
        Invitation, verbose_name="lien", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    erased_at = models.DateTimeField("contact effacé le", null=True, blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "demande d’entrée"
        verbose_name_plural = "demandes d’entrée"
        ordering = ("made_at", "pk")
        indexes = (models.Index(fields=("state", "made_at"), name="network_application_state"),)

    def __str__(self) -> str:
        return self.name


class Profile(models.Model):
    """Profile of a structure for the others: the part it takes, its skills, its readers.

    version: raised at each change, so that two people writing at once are noticed.
    """

    structure = models.OneToOneField(
        Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+"
    )
    parts = models.JSONField("part prise", default=list, blank=True)
    staff = models.CharField("qui aide", max_length=4, choices=list(joining.STAFF.items()), blank=True)
    computers = models.PositiveSmallIntegerField("ordinateurs", null=True, blank=True)
    demand = models.CharField("demande", max_length=5, choices=list(joining.DEMAND.items()), blank=True)
    skills = models.JSONField("savoir-faire", default=list, blank=True)
    publics = models.JSONField("publics", default=list, blank=True)
    about = FreeChar("en quelques mots", max_length=profiles.LONGEST, blank=True)
    visibility = models.CharField(
        "qui la lit", max_length=7, choices=list(profiles.VISIBILITIES.items()), default=profiles.NETWORK
    )
    results = models.BooleanField("résultats lus par le réseau", default=False, db_default=False)
    version = models.PositiveIntegerField("version", default=0)
    changed_at = models.DateTimeField("changée le")
    by = by_account("changée par", blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "fiche de réseau"
        verbose_name_plural = "fiches de réseau"
        ordering = ("structure__name", "pk")

    def __str__(self) -> str:
        return f"{self.structure_id}, version {self.version}"


class Revision(models.Model):
    """A version of the sheet of a structure that somebody wrote while somebody else did: stored beside the
    current one until a person chooses. chosen: None until then.
    """

    profile = models.ForeignKey(
        Profile, verbose_name="fiche", on_delete=models.CASCADE, related_name="revisions"
    )
    values = models.JSONField("ce qui a été écrit")
    by = by_account("par", blank=True)
    at = models.DateTimeField("le")
    chosen = models.BooleanField("gardée", null=True)
    decided_at = models.DateTimeField("choisi le", null=True, blank=True)

    class Meta:
        verbose_name = "version concurrente"
        verbose_name_plural = "versions concurrentes"
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.profile_id}, {self.at:%d/%m/%Y}"


class Professional(models.Model):
    """Sheet of a professional for the others; deleted with their account, or by them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name="compte", on_delete=models.CASCADE, related_name="+"
    )
    structure = of_structure("structure")
    trade = models.CharField("métier", max_length=12, choices=list(profiles.TRADES.items()))
    skills = models.JSONField("savoir-faire", default=list, blank=True)
    publics = models.JSONField("publics", default=list, blank=True)
    about = FreeChar("en quelques mots", max_length=profiles.LONGEST, blank=True)
    visibility = models.CharField(
        "qui la lit", max_length=7, choices=list(profiles.VISIBILITIES.items()), default=profiles.NETWORK
    )
    changed_at = models.DateTimeField("changée le")
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "fiche d’un professionnel"
        verbose_name_plural = "fiches de professionnels"
        ordering = ("user__name", "pk")

    def __str__(self) -> str:
        return f"{self.user_id} : {self.trade}"


class Letter(models.Model):
    """Letter of a structure to another, or to a professional, through the platform; and the answer."""

    sender = _structure("de la part de")
    to_structure = _structure("à la structure", null=True, blank=True)
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="à",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    words = FreeText("message", max_length=groups.LONGEST_MESSAGE)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("le")
    answer = FreeText("réponse", max_length=groups.LONGEST_MESSAGE, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = by_account("répondu par", blank=True)

    class Meta:
        verbose_name = "lettre"
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(to_structure__isnull=False, to_user__isnull=True)
                | Q(to_structure__isnull=True, to_user__isnull=False),
                name="network_letter_to_one",
            ),
            models.CheckConstraint(
                condition=Q(to_structure__isnull=True) | ~Q(to_structure=F("sender")),
                name="network_letter_not_to_oneself",
            ),
        )

    def __str__(self) -> str:
        return f"Lettre {self.pk}"


class Group(models.Model):
    """Professionals who meet around a trade or a territory. trade, territory: "" for any."""

    name = models.CharField("nom", max_length=120)
    about = models.CharField("à quoi il sert", max_length=profiles.LONGEST, blank=True)
    trade = models.CharField("métier", max_length=12, choices=list(profiles.TRADES.items()), blank=True)
    territory = models.CharField("territoire", max_length=61, blank=True)
    made_at = models.DateTimeField("ouvert le")
    by = by_account("ouvert par", blank=True)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "groupe"
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Somebody of a group. leads: welcomes, and takes a message down."""

    group = models.ForeignKey(Group, verbose_name="groupe", on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="compte", on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateField("depuis le")
    leads = models.BooleanField("anime", default=False)

    class Meta:
        verbose_name = "membre d’un groupe"
        verbose_name_plural = "membres d’un groupe"
        ordering = ("-leads", "since", "pk")
        constraints = (models.UniqueConstraint("group", "user", name="network_member_once"),)

    def __str__(self) -> str:
        return f"{self.group_id} : {self.user_id}"


class Post(models.Model):
    """A message in a group. removed: a reason of `rules.groups.REMOVED`, by whom, when: its words are then
    read by who leads alone.
    """

    group = models.ForeignKey(Group, verbose_name="groupe", on_delete=models.CASCADE, related_name="posts")
    words = FreeText("message", max_length=groups.LONGEST_MESSAGE)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("le")
    token = models.CharField("envoi", max_length=40, unique=True)
    removed = models.CharField("ôté", max_length=7, choices=list(groups.REMOVED.items()), blank=True)
    removed_at = models.DateTimeField("ôté le", null=True, blank=True)
    removed_by = by_account("ôté par", blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "message d’un groupe"
        verbose_name_plural = "messages d’un groupe"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.group_id}, {self.at:%d/%m/%Y}"


class Declaration(models.Model):
    """A structure that declares what it does of the charter, and what is answered. answers: by criterion."""

    structure = _structure("structure")
    version = models.CharField("version de la charte", max_length=8)
    answers = models.JSONField("réponses", default=dict)
    words = FreeChar("en quelques mots", max_length=300, blank=True)
    declared_at = models.DateTimeField("déclarée le")
    by = by_account("déclarée par", blank=True)
    state = models.CharField(
        "état", max_length=9, choices=list(charter.STATES.items()), default=charter.DECLARED
    )
    until = models.DateField("jusqu’au", null=True, blank=True)
    granted_by_name = models.CharField("accordée par", max_length=160, blank=True)
    reason = FreeChar("pourquoi", max_length=300, blank=True)
    decided_at = models.DateTimeField("répondu le", null=True, blank=True)
    decided_by = by_account("répondu par", blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "déclaration"
        ordering = ("-declared_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                "structure", condition=Q(state=charter.DECLARED), name="network_declaration_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.structure_id} : {self.state}"


class Handover(models.Model):
    """A referent who leaves: who is invited to follow, and until when the referent stays. ended_at: the role
    was taken up and the former ends, or the handover was called off (`cancelled`).
    """

    membership = models.ForeignKey(
        Membership, verbose_name="qui part", on_delete=models.CASCADE, related_name="+"
    )
    structure = _structure("structure")
    invitation = models.ForeignKey(
        Invitation, verbose_name="lien", on_delete=models.CASCADE, related_name="+"
    )
    leaves_on = models.DateField("part le")
    made_at = models.DateTimeField("faite le")
    ended_at = models.DateTimeField("finie le", null=True, blank=True)
    cancelled = models.BooleanField("annulée", default=False)

    class Meta:
        verbose_name = "passage de relais"
        verbose_name_plural = "passages de relais"
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint("membership", condition=Q(ended_at=None), name="network_handover_once"),
        )

    def __str__(self) -> str:
        return f"{self.structure_id} : {self.leaves_on}"
