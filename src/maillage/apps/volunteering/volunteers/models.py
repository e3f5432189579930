"""Helpers and their trainings; volunteers, their missions, their hours."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from maillage.apps.agenda.models import Appointment, Seat, Workshop
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.platform.accounts.models import User, by_account
from maillage.apps.volunteering.volunteers.rules import missions, trainings
from maillage.web.free_text import FreeChar


def _structure(words: str = "structure") -> models.ForeignKey[Structure | int, Structure]:
    return models.ForeignKey(Structure, verbose_name=words, on_delete=models.CASCADE, related_name="+")


class Aidant(models.Model):
    """Somebody who helps for a structure: an employee, a volunteer, a relative of somebody. user: their
    account, None when they have none. name: '' once it is erased, and what they did counts on.
    """

    structure = _structure()
    user = models.ForeignKey(
        User, verbose_name="compte", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = FreeChar("prénom et nom", max_length=80, blank=True)
    kind = models.CharField("statut", max_length=9, choices=list(trainings.KINDS.items()))
    contract = models.CharField(
        "contrat", max_length=9, choices=list(trainings.CONTRACTS.items()), default=trainings.UNKNOWN
    )
    contract_ends_on = models.DateField("fin du contrat", null=True, blank=True)
    frame = models.CharField(
        "cadre", max_length=7, choices=list(trainings.FRAMES.items()), default=trainings.UNKNOWN
    )
    supported_by = by_account("accompagné par", blank=True)
    since = models.DateField("depuis le")
    until = models.DateField("jusqu’au", null=True, blank=True)
    made_at = models.DateTimeField("noté le")
    by = by_account("noté par", blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "aidant"
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                "structure", "user", condition=Q(user__isnull=False), name="volunteers_aidant_once"
            ),
            models.CheckConstraint(
                condition=Q(contract_ends_on=None) | Q(contract=trainings.FIXED),
                name="volunteers_aidant_end_of_contract",
            ),
        )
        indexes = (models.Index(fields=("structure", "until"), name="volunteers_aidant_of_team"),)

    def __str__(self) -> str:
        return self.name or "Nom effacé"


class OwnTraining(models.Model):
    """A training added to the catalogue: by a body that is not ours, or by a structure. structure: of who
    added it.
    """

    structure = _structure("ajoutée par")
    title = models.CharField("titre", max_length=120)
    aim = models.CharField("à la fin, on sait…", max_length=300, blank=True)
    body = models.CharField("organisme", max_length=120)
    audiences = models.JSONField("pour qui", default=list)
    minutes = models.PositiveSmallIntegerField("minutes")
    months = models.PositiveSmallIntegerField("mois de validité")
    source = models.CharField("d’où vient l’information", max_length=300)
    link = models.URLField("adresse", max_length=300, blank=True)
    made_at = models.DateTimeField("ajoutée le")
    by = by_account("ajoutée par", blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "formation ajoutée"
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title


class Session(models.Model):
    """A session of a training: a row of the agenda, and what its attestation will say. training: a key of the
    catalogue, `plus-N` for one that was added.
    """

    workshop = models.OneToOneField(
        Workshop, verbose_name="séance de l’agenda", on_delete=models.CASCADE, related_name="+"
    )
    training = models.CharField("formation", max_length=40, db_index=True)
    months = models.PositiveSmallIntegerField("mois de validité")
    level = models.CharField(
        "niveau", max_length=9, choices=list(trainings.LEVELS.items()), default=trainings.CONFIRMED
    )

    class Meta:
        verbose_name = "session de formation"

    def __str__(self) -> str:
        return f"{self.training} : {self.workshop_id}"


class Enrolment(models.Model):
    """An aidant at a session, in a seat of the agenda."""

    session = models.ForeignKey(
        Session, verbose_name="session", on_delete=models.CASCADE, related_name="enrolments"
    )
    aidant = models.ForeignKey(
        Aidant, verbose_name="aidant", on_delete=models.CASCADE, related_name="enrolments"
    )
    seat = models.OneToOneField(Seat, verbose_name="place", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "inscription à une formation"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint("session", "aidant", name="volunteers_enrolment_once"),)

    def __str__(self) -> str:
        return f"{self.session_id} : {self.aidant_id}"


class Attestation(models.Model):
    """Proof that somebody may show: of a training followed here or elsewhere, or hours of volunteering.
    code: that an outsider checks, '' when it was followed elsewhere: the paper is that of another body.
    """

    aidant = models.ForeignKey(
        Aidant, verbose_name="aidant", on_delete=models.CASCADE, related_name="attestations"
    )
    structure = _structure("remise par")
    session = models.ForeignKey(
        Session,
        verbose_name="session",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="attestations",
    )
    name = FreeChar("nom écrit", max_length=80)
    title = models.CharField("ce qui est attesté", max_length=160)
    training = models.CharField("formation", max_length=40, blank=True)
    body = models.CharField("organisme", max_length=120, blank=True)
    level = models.CharField("niveau", max_length=9, choices=list(trainings.LEVELS.items()), blank=True)
    minutes = models.PositiveIntegerField("minutes")
    begins_on = models.DateField("du")
    obtained_on = models.DateField("obtenue le")
    valid_until = models.DateField("valable jusqu’au", null=True, blank=True)
    code = models.CharField("code", max_length=8, blank=True, db_index=True)
    made_at = models.DateTimeField("remise le")
    by = by_account("remise par", blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_because = FreeChar("pourquoi", max_length=200, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "attestation"
        ordering = ("-obtained_on", "-pk")
        constraints = (
            models.UniqueConstraint("code", condition=~Q(code=""), name="volunteers_attestation_code"),
            models.UniqueConstraint(
                "session", "aidant", condition=Q(withdrawn_at=None), name="volunteers_attestation_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} : {self.aidant_id}"


class Mission(models.Model):
    """Request of a structure to volunteers: written from a gap of a diagnosis, when there is one. gap: its
    figure as the diagnosis printed it, with its interval, its source and its date; {} for none.
    """

    structure = _structure()
    title = FreeChar("titre", max_length=120)
    words = FreeChar("ce que l’on fait", max_length=400, blank=True)
    gap = models.JSONField("manque", default=dict, blank=True)
    lieu = models.ForeignKey(
        Lieu, verbose_name="lieu", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    commune = models.CharField("commune", max_length=5, blank=True, db_index=True)
    half_days = models.JSONField("demi-journées", default=list, blank=True)
    skills = models.JSONField("ce qui est utile", default=list, blank=True)
    languages = models.JSONField("langues", default=list, blank=True)
    seats = models.PositiveSmallIntegerField("personnes cherchées", default=1)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au", db_index=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    made_at = models.DateTimeField("écrite le")
    by = by_account("écrite par", blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "mission de bénévole"
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="volunteers_mission_ends_after"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="volunteers_mission_seats"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def gap_on(self) -> date | None:
        """The day of the diagnosis whose gap it answers."""
        return date.fromisoformat(self.gap["on"]) if self.gap else None


class Volunteer(models.Model):
    """Somebody who proposes their time, under a first name. code: theirs, which opens their page and is all
    that they need to keep.
    """

    code = models.CharField("code", max_length=8, unique=True)
    name = FreeChar("prénom et nom", max_length=80)
    way = models.CharField("comment le joindre", max_length=5, blank=True)
    contact = FreeChar("contact", max_length=160, blank=True)
    commune = models.CharField("commune", max_length=5, blank=True, db_index=True)
    half_days = models.JSONField("demi-journées", default=list, blank=True)
    skills = models.JSONField("ce qu’il sait faire", default=list, blank=True)
    languages = models.JSONField("langues", default=list, blank=True)
    words = FreeChar("en quelques mots", max_length=300, blank=True)
    user = models.ForeignKey(
        User, verbose_name="compte", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    token = models.CharField("envoi", max_length=40, unique=True)
    made_at = models.DateTimeField("proposé le")
    active_at = models.DateTimeField("vu pour la dernière fois le")
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "bénévole"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.name


class Engagement(models.Model):
    """A volunteer and a mission, step by step. supervisor: who answers for them: nobody helps without one.
    charter: the version that they signed. appointment: the first meeting; wished_at: when the volunteer would
    rather come.
    """

    mission = models.ForeignKey(
        Mission, verbose_name="mission", on_delete=models.CASCADE, related_name="engagements"
    )
    volunteer = models.ForeignKey(
        Volunteer, verbose_name="bénévole", on_delete=models.CASCADE, related_name="engagements"
    )
    aidant = models.ForeignKey(
        Aidant, verbose_name="aidant", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        "étape", max_length=8, choices=list(missions.STATES.items()), default=missions.PROPOSED
    )
    appointment = models.OneToOneField(
        Appointment,
        verbose_name="première rencontre",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    wished_at = models.DateTimeField("moment proposé par le bénévole", null=True, blank=True)
    met_by = by_account("rencontré par", blank=True)
    supervisor = by_account("encadré par", blank=True)
    charter = models.CharField("charte signée", max_length=10, blank=True)
    charter_on = models.DateField("signée le", null=True, blank=True)
    starts_on = models.DateField("commence le", null=True, blank=True)
    ended_on = models.DateField("finie le", null=True, blank=True)
    made_at = models.DateTimeField("proposé le")
    changed_at = models.DateTimeField("changé le")

    class Meta:
        verbose_name = "engagement"
        ordering = ("-changed_at", "-pk")
        constraints = (
            models.UniqueConstraint("mission", "volunteer", name="volunteers_engagement_once"),
            # Nobody helps without a charter and somebody who answers for them. An erased account leaves the
            # row as it is: the rules read it again each time.
            models.CheckConstraint(
                condition=~Q(state=missions.ACTIVE) | Q(charter_on__isnull=False),
                name="volunteers_engagement_charter",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mission_id} : {self.volunteer_id}"


class Hours(models.Model):
    """Time given on a day, noted by the volunteer or by the structure. confirmed_at: by the structure, after
    which an attestation counts it. token: of the form, so that one sent twice counts once.
    """

    engagement = models.ForeignKey(
        Engagement, verbose_name="engagement", on_delete=models.CASCADE, related_name="hours"
    )
    on = models.DateField("le")
    minutes = models.PositiveSmallIntegerField("minutes")
    by_volunteer = models.BooleanField("noté par le bénévole", default=False)
    by = by_account("noté par", blank=True)
    noted_at = models.DateTimeField("noté le")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)

    class Meta:
        verbose_name = "heures de bénévolat"
        verbose_name_plural = "heures de bénévolat"
        ordering = ("-on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=missions.MOST_MINUTES), name="volunteers_hours_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.on} : {self.minutes} min"
