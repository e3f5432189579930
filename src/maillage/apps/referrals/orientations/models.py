"""Paths of persons from place to place, their steps, and what happened at each."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q

from maillage.apps.directory.places.models import Lieu, of_structure
from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import by_account
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference import clocks, offer
from maillage.web.free_text import FreeChar, FreeText

NEEDS = [(id, practice.label) for id, practice in offer.practices().items()]


def _person() -> models.ForeignKey[Person | int | None, Person | None]:
    return models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )


class Path(models.Model):
    """A person's path from place to place: one step after another, whoever the sender."""

    person = _person()
    made_at = models.DateTimeField("commencé le")
    by = by_account("par", blank=True)
    structure = of_structure()
    origin = models.CharField("d’où vient la demande", max_length=12, choices=list(cycle.ORIGINS.items()))
    commune = models.CharField("commune", max_length=5, blank=True, db_index=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "parcours"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"Parcours {self.pk}"


class Orientation(models.Model):
    """One step of a path: a person sent somewhere, for a need, and the outcome.

    answer_by: when the place is expected to answer; expires_on: when it goes back to the sender without one.
    lieu None: no place was found, or it left the directory (`lieu_name` has its name). to_structure: the
    structure that ran the place on the day of sending, to which the person said yes: it alone reads the
    referral, whatever becomes of the sheet. shared: what the person agreed to share. sent_to: the original
    place, when it was merged into `lieu` since. place_mail: the e-mail address that the place gave, when its
    sheet has none. agreed_with: the structure to which the person said yes, when
    another runs the place since: what they share is then hidden, until they say yes to that one or the place
    comes back; a number, not a relation: it still hides when the structure no longer exists. held_by: who
    must take the next step. token: digest of the personal link. did: practices that were done. act: that the
    outcome became, which is then declared in its stead.
    """

    path = models.ForeignKey(Path, verbose_name="parcours", on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField("rang", default=1)
    person = _person()
    need = models.CharField("ce qui est cherché", max_length=20, choices=NEEDS)
    procedure = models.CharField(
        "démarche", max_length=12, choices=list(cycle.PROCEDURES.items()), blank=True
    )
    procedure_words = FreeChar("précision", max_length=120, blank=True)
    lieu = models.ForeignKey(
        Lieu, verbose_name="lieu", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lieu_name = models.CharField("nom du lieu", max_length=160, blank=True)
    to_structure = of_structure("structure qui reçoit")
    from_structure = of_structure("structure qui oriente")
    sent_to = models.ForeignKey(
        Lieu,
        verbose_name="lieu où elle partait",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    agreed_with = models.BigIntegerField("structure à qui le partage fut accordé", null=True, blank=True)
    sender = by_account("orientée par", blank=True)
    origin = models.CharField("d’où vient la demande", max_length=12, choices=list(cycle.ORIGINS.items()))
    commune = models.CharField("commune", max_length=5, blank=True)
    place_mail = models.EmailField("adresse que le lieu a donnée", blank=True, default="", db_default="")
    channel = models.CharField(
        "comment le lieu est prévenu", max_length=6, choices=list(cycle.CHANNELS.items()), blank=True
    )
    shared = models.JSONField("ce que la personne partage", default=list)
    note = FreeText("mot pour le lieu", blank=True)
    availability = FreeChar("jours possibles", max_length=200, blank=True)
    urgent_before = models.DateField("avant le", null=True, blank=True)
    language = models.CharField("langue", max_length=8, default="fr")
    result = models.CharField("résultat du bilan à l’envoi", max_length=20, blank=True)

    state = models.CharField("état", max_length=10, choices=list(cycle.STATES.items()), default=cycle.DRAFT)
    held_by = models.CharField("à qui de jouer", max_length=8, choices=list(cycle.SIDES.items()), blank=True)
    changed_at = models.DateTimeField("dernier geste le")
    prepared_at = models.DateTimeField("préparée le")
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    seen_at = models.DateTimeField("vue le", null=True, blank=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    met_at = models.DateTimeField("venue ou absence notée le", null=True, blank=True)
    served_at = models.DateTimeField("aidée le", null=True, blank=True)
    ended_at = models.DateTimeField("finie le", null=True, blank=True)
    appointment_at = models.DateTimeField("rendez-vous le", null=True, blank=True)
    answer_by = models.DateField("réponse attendue le", null=True, blank=True)
    expires_on = models.DateField("expire le", null=True, blank=True)
    token = models.CharField("empreinte du lien", max_length=64, unique=True, null=True, blank=True)
    link_until = models.DateField("lien ouvert jusqu’au", null=True, blank=True)
    links = models.PositiveSmallIntegerField("liens donnés", default=0)

    reason = models.CharField(
        "motif", max_length=14, choices=[(id, r.label) for id, r in cycle.REASONS.items()], blank=True
    )
    reason_words = FreeChar("précision du motif", max_length=300, blank=True)
    proposed = models.ForeignKey(
        Lieu, verbose_name="lieu proposé", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    came = models.BooleanField("venue", null=True)
    did = models.JSONField("ce qui a été fait", default=list)
    outcome = models.CharField("issue", max_length=8, choices=list(cycle.OUTCOMES.items()), blank=True)
    level_after = models.CharField(
        "niveau après", max_length=24, choices=list(cycle.LEVELS.items()), blank=True
    )
    minutes = models.PositiveSmallIntegerField("minutes passées", null=True, blank=True)
    act = models.ForeignKey(
        Act, verbose_name="acte noté", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outcome_words = FreeText("en quelques mots", blank=True)
    next_step = FreeChar("et maintenant", max_length=300, blank=True)
    example = models.BooleanField("exemple", default=False)
    stripped_at = models.DateTimeField("rendue anonyme le", null=True, blank=True)

    class Meta:
        verbose_name = "orientation"
        ordering = ("-prepared_at", "-pk")
        constraints = (
            models.UniqueConstraint("path", "position", name="orientations_step_once"),
            models.CheckConstraint(
                condition=Q(state__in=(cycle.DRAFT, cycle.UNSOLVED, cycle.CANCELLED))
                | Q(sent_at__isnull=False),
                name="orientations_sent_has_its_moment",
            ),
        )
        indexes = (
            models.Index(
                fields=("to_structure", "state", "urgent_before", "sent_at"), name="orientations_received"
            ),
            models.Index(fields=("from_structure", "state", "changed_at"), name="orientations_given"),
            models.Index(fields=("person", "procedure"), name="orientations_of_person"),
            models.Index(fields=("state", "expires_on"), name="orientations_waiting"),
            models.Index(
                fields=("state", "sent_at", "to_structure", "stripped_at", "example"),
                name="orientations_unanswered",
            ),
            models.Index(fields=("commune", "sent_at"), name="orientations_measured"),
            models.Index(
                fields=("served_at", "outcome", "example"),
                condition=models.Q(served_at__isnull=False),
                name="orientations_served",
            ),
        )

    def __str__(self) -> str:
        return f"Orientation {self.pk} : {self.get_state_display()}"

    @property
    def place(self) -> Lieu | None:
        """The place as it is today: the one that its own was merged into."""
        lieu = self.lieu
        while lieu is not None and lieu.merged_into is not None:
            lieu = lieu.merged_into
        return lieu

    @property
    def place_commune(self) -> str:
        """The code of the commune where the person goes, which gives the time of the appointment."""
        return self.lieu.code_insee if self.lieu is not None else self.commune

    def day(self, at: datetime) -> date:
        """Return which day it is at the place: overseas, it is not always that of Paris."""
        return at.astimezone(clocks.zone(self.place_commune)).date()

    @property
    def local_appointment(self) -> datetime | None:
        """The appointment, in the time of the place."""
        if self.appointment_at is None:
            return None
        return self.appointment_at.astimezone(clocks.zone(self.place_commune))

    def is_before_appointment(self, at: datetime) -> bool:
        """Return True while the day of the appointment has not come, at the place."""
        appointment = self.local_appointment
        return appointment is not None and appointment.date() > self.day(at)

    @property
    def is_suspended(self) -> bool:
        """True if what is shared is hidden: the person agreed with a structure that no longer runs it."""
        return self.agreed_with is not None

    @property
    def readable(self) -> list[str]:
        """Return the shared fields that the place may read today."""
        return [] if self.is_suspended else list(self.shared)

    @property
    def stamp(self) -> str:
        """The state displayed by a page, with the appointment if any. Sent back with an action, as `was`."""
        if self.appointment_at is None:
            return self.state
        return f"{self.state} {int(self.appointment_at.timestamp())}"

    @property
    def need_text(self) -> str:
        """Return the need, in words between professionals: after “pour :”."""
        return offer.practices()[self.need].need_text


class AnswerDelay(models.Model):
    """The working days in which the places of a territory answer: the last row of a territory holds."""

    territory = models.CharField("territoire", max_length=61)
    days = models.PositiveSmallIntegerField("jours ouvrés")
    by = by_account("choisi par", blank=True)
    at = models.DateTimeField("choisi le")

    class Meta:
        verbose_name = "délai de réponse"
        verbose_name_plural = "délais de réponse"
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=cycle.MAX_ANSWER_DAYS),
                name="orientations_delay_possible",
            ),
        )

    def __str__(self) -> str:
        return f"{self.territory} : {self.days}"


class Event(models.Model):
    """An event of a referral: never changed after, except that a person's words are erased.

    side: who did it, as a side of the referral; content: what was sent, so that repeating it does nothing.
    """

    orientation = models.ForeignKey(
        Orientation, verbose_name="orientation", on_delete=models.CASCADE, related_name="events"
    )
    at = models.DateTimeField("le")
    verb = models.CharField(
        "geste",
        max_length=10,
        choices=[(id, move.label.removeprefix("a ")) for id, move in cycle.MOVES.items()],
    )
    side = models.CharField("de la part de", max_length=8, choices=list(cycle.SIDES.items()))
    by = by_account("par", blank=True)
    state = models.CharField("état ensuite", max_length=10, choices=list(cycle.STATES.items()))
    content = models.JSONField("ce qui a été dit", default=dict)
    note = FreeText("note pour les professionnels", blank=True)

    class Meta:
        verbose_name = "événement"
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("orientation", "at"), name="orientations_events"),)

    def __str__(self) -> str:
        return f"{self.orientation_id} : {self.verb}"
