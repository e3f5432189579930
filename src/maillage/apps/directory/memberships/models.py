"""Memberships: an account, the structure or territory it acts for, its role and its end; links that give a
role.
"""

from django.db import models
from django.db.models import Q

from maillage.apps.directory.memberships import rules
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.models import User, by_account

ROLES = [(id, role.label) for id, role in rules.ROLES.items()]


class RoleScope(models.Model):
    """A role and its scope: a structure, a territory, or the whole platform."""

    role = models.CharField("rôle", max_length=14, choices=ROLES)
    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    territory = models.CharField("territoire", max_length=61, blank=True)

    class Meta:
        abstract = True


def _over(name: str) -> models.CheckConstraint:
    """Return the constraint that a role has the kind of scope it is made for."""
    by_structure = Q(role__in=rules.BY_STRUCTURE, structure__isnull=False, territory="")
    by_territory = Q(role__in=rules.BY_TERRITORY, structure__isnull=True) & ~Q(territory="")
    return models.CheckConstraint(
        condition=by_structure
        | by_territory
        | Q(role="administration", structure__isnull=True, territory=""),
        name=name,
    )


class Membership(RoleScope):
    """A role of an account, from a day to a day, both included; `until` None: until it is withdrawn."""

    user = models.ForeignKey(User, verbose_name="compte", related_name="+", on_delete=models.CASCADE)
    since = models.DateField("depuis le")
    until = models.DateField("jusqu’au", null=True, blank=True)
    given_by = by_account("donné par")

    class Meta:
        verbose_name = "adhésion"
        ordering = ("pk",)
        constraints = (_over("memberships_membership_over"),)

    def __str__(self) -> str:
        return f"{self.user_id} : {self.role}"


class Invitation(RoleScope):
    """A single-use link that gives a role. Only the digest of the link is stored. email: where it was sent,
    until it is accepted, withdrawn or too old; viewed_at: when its page was first displayed.
    """

    token = models.CharField("empreinte du lien", max_length=64, unique=True)
    for_whom = models.CharField("pour qui", max_length=120)
    email = models.EmailField("adresse e-mail", blank=True, default="")
    until = models.DateField("rôle donné jusqu’au", null=True, blank=True)
    made_at = models.DateTimeField("faite le")
    made_by = by_account()
    expires_at = models.DateTimeField("expire le")
    viewed_at = models.DateTimeField("vue le", null=True)
    used_at = models.DateTimeField("ouverte le", null=True)
    used_by = by_account()
    cancelled_at = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "invitation"
        ordering = ("-made_at", "-pk")
        constraints = (_over("memberships_invitation_over"),)

    def __str__(self) -> str:
        return f"{self.for_whom} : {self.role}"


class Claim(models.Model):
    """The structure for which somebody works, by the SIRET that the service they sign in with gave. asked_at:
    when they asked to act for it here; is_accepted None: not answered. It gives no right by itself.
    """

    user = models.ForeignKey(User, verbose_name="compte", related_name="+", on_delete=models.CASCADE)
    siret = models.CharField("SIRET", max_length=14)
    made_at = models.DateTimeField("donné le")
    asked_at = models.DateTimeField("demandé le", null=True, blank=True)
    is_accepted = models.BooleanField("acceptée", null=True)
    decided_at = models.DateTimeField("répondu le", null=True, blank=True)
    decided_by = by_account("répondu par")

    class Meta:
        verbose_name = "demande de rattachement"
        verbose_name_plural = "demandes de rattachement"
        ordering = ("made_at", "pk")
        constraints = (models.UniqueConstraint("user", "siret", name="memberships_claim_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} : {self.siret}"


class Recovery(models.Model):
    """A link to choose a new password or second factor, made by a user who vouches for the member."""

    token = models.CharField("empreinte du lien", max_length=64, unique=True)
    user = models.ForeignKey(User, verbose_name="compte", related_name="+", on_delete=models.CASCADE)
    made_at = models.DateTimeField("fait le")
    made_by = by_account()
    expires_at = models.DateTimeField("expire le")
    used_at = models.DateTimeField("ouvert le", null=True)

    class Meta:
        verbose_name = "accès rendu"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{self.user_id}"
