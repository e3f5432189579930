"""Calls for projects: applications in pairs, a jury that declares its ties, decisions, follow-up."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.models import by_account
from maillage.apps.volunteering.grants import rules
from maillage.words import wording


def _structure(words: str) -> models.ForeignKey[Structure | int, Structure]:
    return models.ForeignKey(Structure, verbose_name=words, on_delete=models.CASCADE, related_name="+")


class GrantCall(models.Model):
    """A call for projects on a territory. budget, most: euros, in all and for one project. token: of the
    form.
    """

    place = models.CharField("territoire ou périmètre", max_length=61, db_index=True)
    title = models.CharField("titre", max_length=120)
    about = models.TextField("pour quoi", max_length=1_500)
    support = models.CharField("aide au montage", max_length=400, blank=True)
    budget = models.PositiveIntegerField("budget")
    most = models.PositiveIntegerField("au plus par projet")
    opens_on = models.DateField("ouvre le")
    closes_on = models.DateField("ferme le")
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("préparé par", blank=True)
    at = models.DateTimeField("préparé le")
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "appel à projets"
        ordering = ("-closes_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="grants_call_closes_after"
            ),
        )

    def __str__(self) -> str:
        return self.title


class GrantApplication(models.Model):
    """A project that two structures carry. written_by_social: which of the two wrote it; the other agrees."""

    call = models.ForeignKey(
        GrantCall, verbose_name="appel", on_delete=models.CASCADE, related_name="applications"
    )
    social = _structure("structure sociale")
    digital = _structure("structure numérique")
    written_by_social = models.BooleanField("écrit par la structure sociale", default=True)
    title = models.CharField("titre", max_length=120)
    what = models.TextField("ce qui sera fait", max_length=3_000)
    public = models.CharField("pour qui", max_length=200)
    amount = models.PositiveIntegerField("montant demandé")
    version = models.PositiveIntegerField("version", default=1)
    state = models.CharField(
        "état", max_length=9, choices=list(rules.APPLICATION_STATES.items()), default=rules.WRITTEN
    )
    agreed_at = models.DateTimeField("accord de l’autre structure", null=True, blank=True)
    submitted_at = models.DateTimeField("déposé le", null=True, blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("écrit le")

    class Meta:
        verbose_name = "candidature"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.title


class Juror(models.Model):
    """Somebody who judges the applications of a call."""

    call = models.ForeignKey(GrantCall, verbose_name="appel", on_delete=models.CASCADE, related_name="jurors")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="compte", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name = "juré"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint("call", "account", name="grants_juror_once"),)

    def __str__(self) -> str:
        return str(self.account)


class Conflict(models.Model):
    """A tie of a juror with an application: they no longer read its marks nor give any."""

    juror = models.ForeignKey(Juror, verbose_name="juré", on_delete=models.CASCADE, related_name="conflicts")
    application = models.ForeignKey(
        GrantApplication, verbose_name="candidature", on_delete=models.CASCADE, related_name="conflicts"
    )
    why = models.CharField("lien", max_length=200)
    at = models.DateTimeField("déclaré le")

    class Meta:
        verbose_name = "lien déclaré"
        constraints = (models.UniqueConstraint("juror", "application", name="grants_conflict_once"),)

    def __str__(self) -> str:
        return self.why


class Score(models.Model):
    """Opinion of a juror on an application: a mark, 0 to 4, for each criterion."""

    juror = models.ForeignKey(Juror, verbose_name="juré", on_delete=models.CASCADE, related_name="scores")
    application = models.ForeignKey(
        GrantApplication, verbose_name="candidature", on_delete=models.CASCADE, related_name="scores"
    )
    marks = models.JSONField("avis par critère")
    words = models.CharField("en quelques mots", max_length=600, blank=True)
    at = models.DateTimeField("donné le")

    class Meta:
        verbose_name = "avis"
        constraints = (models.UniqueConstraint("juror", "application", name="grants_score_once"),)

    def __str__(self) -> str:
        return f"{self.juror_id}, {self.application_id}"


class GrantDecision(models.Model):
    """Decision on an application: granted or not, amount, reason."""

    application = models.OneToOneField(
        GrantApplication, verbose_name="candidature", on_delete=models.CASCADE, related_name="decision"
    )
    granted = models.BooleanField("retenu")
    amount = models.PositiveIntegerField("montant accordé", default=0)
    why = models.CharField("pourquoi", max_length=600)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("écrit le")

    class Meta:
        verbose_name = "décision"

    def __str__(self) -> str:
        return f"{self.application_id} : {'retenu' if self.granted else 'non retenu'}"

    @property
    def mark(self) -> str:
        """Return the optimistic-locking stamp of a decision."""
        return self.at.isoformat()

    @property
    def words(self) -> str:
        """Return the decision in words, without its reason."""
        return f"retenu, {wording.number(self.amount)} €." if self.granted else "non retenu."


class FollowUp(models.Model):
    """State of a funded project on a day. people: met so far, None when nobody counted."""

    application = models.ForeignKey(
        GrantApplication, verbose_name="candidature", on_delete=models.CASCADE, related_name="follow_ups"
    )
    on = models.DateField("le")
    words = models.CharField("où en est le projet", max_length=600)
    people = models.PositiveIntegerField("personnes aidées", null=True, blank=True)
    goes_on = models.BooleanField("continue", default=True)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("écrit le")

    class Meta:
        verbose_name = "suivi d’un projet"
        ordering = ("on", "pk")

    def __str__(self) -> str:
        return self.words[:60]
