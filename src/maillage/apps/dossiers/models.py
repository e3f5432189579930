"""Studies requested, computed and stored."""

from django.db import models

from maillage.apps.dossiers import rules
from maillage.apps.platform.accounts.models import by_account
from maillage.reference import findings


class Study(models.Model):
    """A requested diagnosis: its inputs, its progress, where its files are. is_check: it was only asked for
    to check a number, and nobody has opened its territory since.
    """

    key = models.CharField("clé", max_length=20, unique=True)
    place = models.CharField("territoire ou périmètre", max_length=61, db_index=True)
    name = models.CharField("nom", max_length=160)
    inputs = models.JSONField("demande")
    status = models.CharField(
        "état", max_length=10, choices=list(rules.STATUS_LABELS.items()), default=rules.QUEUED
    )
    step = models.CharField("étape", max_length=80, blank=True)
    share = models.FloatField("avancement", default=0.0)
    cancel_asked = models.BooleanField("arrêt demandé", default=False)
    error = models.JSONField("erreur", null=True)
    is_check = models.BooleanField("pour vérifier un nombre", default=False, db_default=False)
    asked_at = models.DateTimeField("demandée le", auto_now_add=True)
    started_at = models.DateTimeField("commencée le", null=True)
    finished_at = models.DateTimeField("finie le", null=True)
    seconds = models.FloatField("durée", null=True)
    offer = models.CharField("empreinte de l’offre", max_length=16, blank=True)
    offer_change = models.BigIntegerField("dernier changement de l’annuaire", default=0)

    class Meta:
        verbose_name = "étude"
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.get_status_display()})"

    @property
    def is_alive(self) -> bool:
        return self.status in rules.ALIVE


class Comment(models.Model):
    """An analyst's addition to a dossier: separate from computed text, and surviving a new computation.
    study: the digest of the study that it was written for, "" when there was none, or before it was stored;
    study_on: the day of that study.
    """

    place = models.CharField("territoire ou périmètre", max_length=61)
    section = models.CharField("partie", max_length=12, choices=list(rules.SECTIONS.items()))
    text = models.TextField("commentaire", blank=True)
    study = models.CharField("empreinte de son étude", max_length=64, blank=True, default="", db_default="")
    study_on = models.DateField("étude du", null=True, blank=True)
    written_at = models.DateTimeField(auto_now=True)
    written_by = by_account()

    class Meta:
        verbose_name = "commentaire"
        constraints = (models.UniqueConstraint(fields=("place", "section"), name="dossiers_comment_once"),)

    def __str__(self) -> str:
        return f"{self.place}, {self.section}"


class StudyMission(models.Model):
    """The mission of the study of a territory: who commissioned it, who leads it, why this perimeter."""

    place = models.CharField("territoire ou périmètre", max_length=61, unique=True)
    initiator = models.CharField("à l’initiative de", max_length=200, blank=True, default="", db_default="")
    ground = models.CharField("terrain pilote", max_length=200, blank=True, default="", db_default="")
    commissioner = models.CharField("demandée par", max_length=200, blank=True)
    pilot = models.CharField("menée par", max_length=200, blank=True)
    reason = models.TextField("pourquoi ce périmètre", max_length=1_000, blank=True)
    starts_on = models.DateField("commence le", null=True, blank=True)
    ends_on = models.DateField("finit le", null=True, blank=True)
    thanks = models.TextField("remerciements", max_length=1_000, blank=True)
    foreword = models.TextField("avant-propos", max_length=2_000, blank=True, default="", db_default="")
    foreword_by = models.CharField("signé par", max_length=200, blank=True, default="", db_default="")
    written_at = models.DateTimeField("écrite le")
    written_by = by_account()

    class Meta:
        verbose_name = "mission d’étude"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="dossiers_mission_ends_after",
            ),
        )

    def __str__(self) -> str:
        return self.place


class StudyTheme(models.Model):
    """The look of a territory's reports: its name, its colour, its logo as SVG, "" without one."""

    place = models.CharField("territoire ou périmètre", max_length=61, unique=True)
    name = models.CharField("nom écrit sur les rapports", max_length=80)
    colour = models.CharField("couleur", max_length=7)
    logo = models.TextField("logo", blank=True)
    written_at = models.DateTimeField("écrit le")
    written_by = by_account()

    class Meta:
        verbose_name = "thème des rapports"

    def __str__(self) -> str:
        return self.name


class StudyPhotograph(models.Model):
    """The photograph on the covers of a territory: a JPEG, the words that stand for it, who took it."""

    place = models.CharField("territoire ou périmètre", max_length=61, unique=True)
    content = models.BinaryField("contenu")
    alt = models.CharField("ce que l’on y voit", max_length=200)
    credit = models.CharField("crédit", max_length=120, blank=True)
    written_at = models.DateTimeField("écrite le")
    written_by = by_account()

    class Meta:
        verbose_name = "photographie des rapports"

    def __str__(self) -> str:
        return self.alt


class MissionStep(models.Model):
    """A step of a mission: interviews, groups, a workshop, a meeting. who: a group or a structure, never a
    person. Once withdrawn, it is stored but hidden.
    """

    mission = models.ForeignKey(
        StudyMission, verbose_name="mission", on_delete=models.CASCADE, related_name="steps"
    )
    kind = models.CharField("sorte", max_length=9, choices=rules.STEPS)
    on = models.DateField("le")
    n = models.PositiveSmallIntegerField("combien", default=1)
    who = models.CharField("avec qui", max_length=200, blank=True)
    words = models.CharField("pour quoi", max_length=300, blank=True)
    written_at = models.DateTimeField("écrite le")
    written_by = by_account()
    withdrawn_at = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "étape d’une mission"
        ordering = ("on", "pk")

    def __str__(self) -> str:
        return f"{self.n} {self.get_kind_display()}"


class Scenario(models.Model):
    """A what-if kept under a name: what was tried, computed again each time it is opened."""

    place = models.CharField("territoire ou périmètre", max_length=61, db_index=True)
    name = models.CharField("nom", max_length=80)
    query = models.TextField("ce qui est essayé", max_length=8_000)
    kept_at = models.DateTimeField("gardé le")
    kept_by = by_account()

    class Meta:
        verbose_name = "essai"
        ordering = ("-kept_at", "-pk")

    def __str__(self) -> str:
        return self.name


class Finding(models.Model):
    """A finding of an actor or an inhabitant, which no file contains. Once withdrawn, it is stored but
    hidden.
    """

    place = models.CharField("territoire ou périmètre", max_length=61, db_index=True)
    who = models.CharField("qui le dit", max_length=12)
    kind = models.CharField("constat", max_length=20)
    confirms = models.BooleanField("le confirme", default=True)
    words = models.TextField("mots", blank=True, max_length=600)
    source = models.CharField("d’où", max_length=200)
    year = models.PositiveSmallIntegerField("année")
    written_at = models.DateTimeField("noté le")
    written_by = by_account()
    withdrawn_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "constat"
        ordering = ("-year", "-pk")

    def __str__(self) -> str:
        return f"{self.place}, {self.says}"

    @property
    def says(self) -> str:
        return findings.kinds()[self.kind].says

    @property
    def speaker(self) -> str:
        return findings.participants()[self.who]
