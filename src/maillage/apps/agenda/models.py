"""Workshops, the courses that chain them, and the seats that people take; permanences and appointments."""

from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from maillage.apps.agenda.rules import appointments, mailbox, rdv, recalls
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User, by_account
from maillage.reference import clocks
from maillage.web.free_text import FreeChar, FreeText
from maillage.web.sealed_text import SealedText

R = TypeVar("R", bound=models.Model)


def of_structure() -> models.ForeignKey[Structure | int, Structure]:
    """A row of a structure, which goes with it."""
    return models.ForeignKey(Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+")


def optional(
    to: type[R], label: str, related_name: str = "+"
) -> "models.ForeignKey[R | int | None, R | None]":
    """A link to a row that may go, or never be there."""
    return models.ForeignKey(
        to, verbose_name=label, on_delete=models.SET_NULL, null=True, blank=True, related_name=related_name
    )


class Course(models.Model):
    """Workshops that follow one another, for the same group."""

    structure = of_structure()
    title = FreeChar("titre", max_length=120)
    format = models.CharField(
        "format", max_length=10, choices=[(id, rules.FORMATS[id]) for id in rules.COURSES]
    )
    subject = models.CharField("sujet", max_length=12, choices=list(rules.SUBJECTS.items()))
    level = models.CharField("niveau", max_length=13, choices=list(rules.LEVELS.items()))
    language = models.CharField("langue", max_length=8, default="fr")
    outline = models.CharField("trame", max_length=41, blank=True)
    aim = FreeText("but", blank=True)
    made_at = models.DateTimeField("planifié le")
    by = by_account()
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "parcours"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.title


class TerritoryOutline(models.Model):
    """The outline of workshops of a territory, in place of ours. content: as a file of ours; number: how many
    times it was written, so that nobody overwrites what they have not seen.
    """

    territory = models.CharField("territoire", max_length=61)
    outline = models.CharField("trame", max_length=41)
    content = models.JSONField("contenu")
    number = models.PositiveIntegerField("version", default=1)
    at = models.DateTimeField("écrite le")
    by = by_account("écrite par")

    class Meta:
        verbose_name = "trame du territoire"
        verbose_name_plural = "trames des territoires"
        ordering = ("territory", "outline")
        constraints = (models.UniqueConstraint("territory", "outline", name="agenda_outline_once"),)

    def __str__(self) -> str:
        return f"{self.territory} : {self.outline}"


class Workshop(models.Model):
    """A meeting of a group, at a place, with a number of seats. partner: a structure that runs it too.

    lieu None: `address` says where, in `commune`. outline, modules: its contents. drop_in: without
    registration. anonymous: people who came without giving a name. sequence: version number for calendars.
    """

    structure = of_structure()
    partner = optional(Structure, "animé avec")
    course = models.ForeignKey(
        Course,
        verbose_name="parcours",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="workshops",
    )
    rank = models.PositiveSmallIntegerField("rang dans le parcours", null=True, blank=True)
    lieu = optional(Lieu, "lieu")
    address = models.CharField("adresse", max_length=200, blank=True)
    commune = models.CharField("commune", max_length=5, blank=True, db_index=True)
    kind = models.CharField(
        "pour qui", max_length=8, choices=list(rules.KINDS.items()), default=rules.WORKSHOP
    )
    title = FreeChar("titre", max_length=120)
    aim = FreeText("but", blank=True)
    bring = FreeChar("à apporter", max_length=300, blank=True)
    subject = models.CharField("sujet", max_length=12, choices=list(rules.SUBJECTS.items()))
    format = models.CharField("format", max_length=10, choices=list(rules.FORMATS.items()))
    level = models.CharField("niveau", max_length=13, choices=list(rules.LEVELS.items()))
    language = models.CharField("langue", max_length=8, default="fr")
    suits = models.JSONField("accueil adapté", default=list, blank=True)
    starts_at = models.DateTimeField("commence le")
    ends_at = models.DateTimeField("finit le")
    capacity = models.PositiveSmallIntegerField("places")
    drop_in = models.BooleanField("sans inscription", default=False)
    price = models.CharField("prix", max_length=11, choices=list(rules.PRICES.items()), blank=True)
    price_words = FreeChar("précision sur le prix", max_length=120, blank=True)
    outline = models.CharField("trame", max_length=41, blank=True)
    modules = models.JSONField("modules", default=list, blank=True)
    aidants = FreeChar("qui anime", max_length=200, blank=True)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    cancel_reason = FreeChar("pourquoi", max_length=300, blank=True)
    anonymous = models.PositiveSmallIntegerField("venues sans donner de nom", default=0)
    report = FreeText("compte rendu", blank=True)
    reported_at = models.DateTimeField("compte rendu le", null=True, blank=True)
    sequence = models.PositiveIntegerField("version", default=0)
    made_at = models.DateTimeField("planifié le")
    changed_at = models.DateTimeField("changé le")
    stripped_at = models.DateTimeField("noms effacés le", null=True, blank=True)
    by = by_account()
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "atelier"
        ordering = ("starts_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="agenda_workshop_ends_after"
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="agenda_workshop_has_room"),
            models.CheckConstraint(
                condition=Q(course__isnull=True, rank__isnull=True)
                | Q(course__isnull=False, rank__isnull=False),
                name="agenda_workshop_rank_of_course",
            ),
            models.UniqueConstraint("course", "rank", name="agenda_workshop_rank_once"),
        )
        indexes = (
            models.Index(fields=("structure", "starts_at"), name="agenda_workshop_ours"),
            models.Index(fields=("published_at", "starts_at"), name="agenda_workshop_public"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return clocks.zone(self.commune)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class Seat(models.Model):
    """A person at a workshop, under a first name or a nickname; the waiting list follows `booked_at`.

    learner: the same for a person's seats in a course and what came before: it counts people without naming
    them. token: digest of the person's own link. came None: not ticked.
    """

    workshop = models.ForeignKey(
        Workshop, verbose_name="atelier", on_delete=models.CASCADE, related_name="seats"
    )
    learner = models.CharField("apprenant", max_length=32, db_index=True)
    person = optional(Person, "personne")
    name = FreeChar("prénom ou surnom", max_length=60, blank=True)
    way = models.CharField(
        "comment la prévenir", max_length=5, choices=list(rules.WAYS.items()), default=rules.NO_WAY
    )
    contact = FreeChar("contact", max_length=160, blank=True)
    language = models.CharField("langue", max_length=8, default="fr")
    channel = models.CharField("inscrite", max_length=7, choices=list(rules.CHANNELS.items()))
    status = models.CharField("état", max_length=9, choices=list(rules.SEATS.items()))
    booked_at = models.DateTimeField("inscrite le")
    token = models.CharField("empreinte du lien", max_length=64, db_index=True)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)
    reminded_at = models.DateTimeField("rappelée le", null=True, blank=True)
    recalled_at = models.DateTimeField("nouvelles prises le", null=True, blank=True)
    recall = models.CharField(
        "suite donnée",
        max_length=8,
        choices=list(recalls.OUTCOMES.items()),
        blank=True,
        default="",
        db_default="",
    )
    came = models.BooleanField("venue", null=True)
    stopped_because = models.CharField(
        "pourquoi elle s’arrête", max_length=9, choices=list(rules.STOPPED.items()), blank=True
    )
    stopped_words = FreeChar("précision", max_length=300, blank=True)
    next_proposed = models.CharField(
        "proposé ensuite", max_length=10, choices=list(rules.NEXT.items()), blank=True
    )
    next_words = FreeChar("précision sur la suite", max_length=300, blank=True)

    class Meta:
        verbose_name = "place"
        ordering = ("booked_at", "pk")
        constraints = (
            models.UniqueConstraint("workshop", "learner", name="agenda_seat_once"),
            models.CheckConstraint(
                condition=~Q(way=rules.NO_WAY) | Q(contact=""), name="agenda_seat_contact_has_its_way"
            ),
        )
        indexes = (models.Index(fields=("workshop", "status", "booked_at"), name="agenda_seat_in_order"),)

    def __str__(self) -> str:
        return f"Place {self.pk} : {self.get_status_display()}"


class Permanence(models.Model):
    """Hours when a structure receives by appointment, week after week, at a place; its slots are computed.

    hours: [weekday, begin, end], in the time of the place, Monday is 0. every: one week in so many, from
    `first_on`. seats: people received at once. kinds: what one comes for; []: anything. published_at: people
    book alone from then. stopped_at: no slot is left. sequence: version number for calendars.
    """

    structure = of_structure()
    lieu = optional(Lieu, "lieu")
    address = models.CharField("adresse", max_length=200, blank=True)
    commune = models.CharField("commune", max_length=5, blank=True)
    title = FreeChar("titre", max_length=120)
    kinds = models.JSONField("pour quoi", default=list, blank=True)
    hours = models.JSONField("jours et heures", default=list)
    every = models.PositiveSmallIntegerField("une semaine sur", default=1)
    minutes = models.PositiveSmallIntegerField("minutes d’un rendez-vous")
    seats = models.PositiveSmallIntegerField("personnes à la fois", default=1)
    helper = by_account("qui reçoit", blank=True)
    helper_name = FreeChar("nom de qui reçoit", max_length=60, blank=True)
    first_on = models.DateField("à partir du")
    until_on = models.DateField("jusqu’au", null=True, blank=True)
    off_on_holidays = models.BooleanField("fermée les jours fériés", default=True)
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    stopped_at = models.DateTimeField("arrêtée le", null=True, blank=True)
    sequence = models.PositiveIntegerField("version", default=0)
    made_at = models.DateTimeField("ouverte le")
    changed_at = models.DateTimeField("changée le")
    by = by_account()
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "permanence sur rendez-vous"
        verbose_name_plural = "permanences sur rendez-vous"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(minutes__gte=1), name="agenda_permanence_lasts"),
            models.CheckConstraint(condition=Q(every__gte=1), name="agenda_permanence_comes_back"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="agenda_permanence_seats"),
        )

    def __str__(self) -> str:
        return self.title


class Closure(models.Model):
    """Days on which a permanence is not held, both ends included."""

    permanence = models.ForeignKey(
        Permanence, verbose_name="permanence", on_delete=models.CASCADE, related_name="closures"
    )
    first_on = models.DateField("du")
    last_on = models.DateField("au")
    reason = FreeChar("pourquoi", max_length=120, blank=True)
    at = models.DateTimeField("écrite le")
    by = by_account()

    class Meta:
        verbose_name = "fermeture"
        ordering = ("first_on", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="agenda_closure_ends_after"),
        )

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}"


class Appointment(models.Model):
    """A person received at a moment, known by their card or by a first name only, in a slot or not.

    commune: code, which gives the time zone. seat: which of the people received at once, in a slot; None out
    of a permanence. series: shared by those planned together. key: makes the link of the person; token:
    digest of that link, which is all a visitor's link is compared with. referral: the orientation whose date
    it is, a number as orientations stand above; it alone changes the row. sequence: version for calendars.
    """

    key = models.CharField("clé", max_length=32, unique=True)
    structure = of_structure()
    permanence = optional(Permanence, "permanence", "appointments")
    seat = models.PositiveSmallIntegerField("place dans le créneau", null=True, blank=True)
    person = optional(Person, "personne")
    name = FreeChar("prénom ou surnom", max_length=60, blank=True)
    kind = models.CharField("pour quoi", max_length=9, choices=list(appointments.KINDS.items()))
    subject = FreeChar("en quelques mots", max_length=120, blank=True)
    starts_at = models.DateTimeField("commence le", db_index=True)
    minutes = models.PositiveSmallIntegerField("minutes")
    where = models.CharField("où", max_length=8, choices=list(appointments.WHERE.items()))
    lieu = optional(Lieu, "lieu")
    address = models.CharField("adresse", max_length=200, blank=True)
    commune = models.CharField("commune", max_length=5, blank=True)
    helper = by_account("qui reçoit", blank=True)
    helper_name = FreeChar("nom de qui reçoit", max_length=60, blank=True)
    channel = models.CharField("pris", max_length=8, choices=list(appointments.CHANNELS.items()))
    way = models.CharField(
        "comment la prévenir",
        max_length=5,
        choices=list(appointments.WAYS.items()),
        default=appointments.NO_WAY,
    )
    contact = FreeChar("contact", max_length=160, blank=True)
    language = models.CharField("langue", max_length=8, default="fr")
    state = models.CharField(
        "état", max_length=9, choices=list(appointments.STATES.items()), default=appointments.BOOKED
    )
    cancelled_by = models.CharField(
        "annulé", max_length=9, choices=list(appointments.DECIDED_BY.items()), blank=True
    )
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    cancel_reason = FreeChar("pourquoi", max_length=300, blank=True)
    series = models.CharField("série", max_length=32, blank=True, db_index=True)
    token = models.CharField("empreinte du lien", max_length=64, blank=True, db_index=True)
    recalled_at = models.DateTimeField("nouvelles prises le", null=True, blank=True)
    recall = models.CharField(
        "suite donnée",
        max_length=8,
        choices=list(recalls.OUTCOMES.items()),
        blank=True,
        default="",
        db_default="",
    )
    referral = models.BigIntegerField("orientation dont c’est la date", null=True, blank=True, unique=True)
    sequence = models.PositiveIntegerField("version", default=0)
    made_at = models.DateTimeField("pris le")
    changed_at = models.DateTimeField("changé le")
    stripped_at = models.DateTimeField("noms effacés le", null=True, blank=True)
    by = by_account()
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        ordering = ("starts_at", "pk")
        constraints = (
            models.UniqueConstraint(
                "permanence",
                "starts_at",
                "seat",
                condition=Q(state__in=appointments.OCCUPYING_STATES, permanence__isnull=False),
                name="agenda_appointment_slot_once",
            ),
            models.CheckConstraint(
                condition=Q(permanence__isnull=True) | Q(seat__isnull=False),
                name="agenda_appointment_seat_of_slot",
            ),
            models.CheckConstraint(
                condition=Q(state=appointments.CANCELLED) ^ Q(cancelled_at__isnull=True),
                name="agenda_appointment_cancelled_when",
            ),
            models.CheckConstraint(
                condition=~Q(way=appointments.NO_WAY) | Q(contact=""),
                name="agenda_appointment_contact_has_its_way",
            ),
        )
        indexes = (
            models.Index(fields=("structure", "starts_at"), name="agenda_appointment_ours"),
            models.Index(fields=("person", "starts_at"), name="agenda_appointment_of_person"),
        )

    def __str__(self) -> str:
        return f"Rendez-vous {self.pk} : {self.get_state_display()}"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def zone(self) -> ZoneInfo:
        return clocks.zone(self.commune)

    @property
    def called(self) -> str:
        """Return the attendee's name: the one typed for it, else that of their sheet."""
        return self.name or (str(self.person) if self.person is not None else "Sans nom")


class MailboxRecord(models.Model):
    """Outcome of a mailbox meeting: counts and a few words, never a message. next_on: the next one, and its
    appointment once it is booked.
    """

    appointment = models.OneToOneField(
        Appointment, verbose_name="rendez-vous", on_delete=models.CASCADE, related_name="mailbox"
    )
    person = optional(Person, "personne")
    looked_at = models.DateTimeField("boîte regardée le")
    read = models.PositiveSmallIntegerField("messages lus")
    answered = models.PositiveSmallIntegerField("réponses envoyées")
    done = FreeChar("ce qui a été fait", max_length=mailbox.LONGEST, blank=True)
    next_on = models.DateField("prochaine fois", null=True, blank=True)
    next = optional(Appointment, "rendez-vous de la prochaine fois")
    noted_at = models.DateTimeField("noté le")
    by = by_account()

    class Meta:
        verbose_name = "boîte regardée"
        verbose_name_plural = "boîtes regardées"
        ordering = ("-looked_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(answered__lte=F("read")), name="agenda_mailbox_answered_of_read"
            ),
        )
        indexes = (models.Index(fields=("person", "-looked_at"), name="agenda_mailbox_of_person"),)

    def __str__(self) -> str:
        return f"Boîte regardée {self.pk}"


class RdvAccount(models.Model):
    """The agent of RDV Service Public that an account lets us read. agent, organisations: numbers there, and
    whether each tells us what changes; stopped_at: by hand, refused_at: by RDV Service Public.
    """

    user = models.OneToOneField(User, verbose_name="compte", on_delete=models.CASCADE, related_name="+")
    structure = of_structure()
    agent = models.BigIntegerField("agent", db_index=True)
    organisations = models.JSONField("organisations", default=list)
    access_token = SealedText("clé", blank=True)
    refresh_token = SealedText("clé du renouvellement", blank=True)
    expires_at = models.DateTimeField("expire le", null=True, blank=True)
    made_at = models.DateTimeField("relié le")
    stopped_at = models.DateTimeField("arrêté le", null=True, blank=True)
    refused_at = models.DateTimeField("refusé le", null=True, blank=True)

    class Meta:
        verbose_name = "compte RDV Service Public"
        verbose_name_plural = "comptes RDV Service Public"

    def __str__(self) -> str:
        return f"{self.user}, {self.structure}"


class RdvLink(models.Model):
    """An appointment that is also there: made there (remote, status, read_at: as last read), or an absence
    there of the hours of ours. appointment None: gone before it was read; conflict: words to read once.
    """

    account = models.ForeignKey(
        RdvAccount, verbose_name="compte", on_delete=models.CASCADE, related_name="links"
    )
    appointment = models.OneToOneField(
        Appointment, verbose_name="rendez-vous", on_delete=models.CASCADE, null=True, related_name="rdv"
    )
    remote = models.BigIntegerField("numéro là-bas", null=True, unique=True)
    organisation = models.BigIntegerField("organisation", null=True)
    status = models.CharField("état là-bas", max_length=8, choices=list(rdv.STATUSES.items()), blank=True)
    read_at = models.DateTimeField("lu le", null=True)
    gone_at = models.DateTimeField("supprimé là-bas le", null=True)
    absence = models.BigIntegerField("absence là-bas", null=True)
    starts_at = models.DateTimeField("absence à partir de", null=True)
    conflict = models.CharField("conflit", max_length=300, blank=True)

    class Meta:
        verbose_name = "rendez-vous partagé"
        verbose_name_plural = "rendez-vous partagés"

    def __str__(self) -> str:
        return f"{self.account}, {self.remote or self.absence}"
