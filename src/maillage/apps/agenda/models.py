"""Workshops, the courses that chain them, and the seats that people take."""

from django.db import models
from django.db.models import F, Q

from maillage.apps.accounts.models import by_account
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.people.models import Person


class Course(models.Model):
    """Workshops that follow one another, for the same group."""

    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+"
    )
    title = models.CharField("titre", max_length=120)
    format = models.CharField(
        "format", max_length=10, choices=[(id, rules.FORMATS[id]) for id in rules.COURSES]
    )
    subject = models.CharField("sujet", max_length=12, choices=list(rules.SUBJECTS.items()))
    level = models.CharField("niveau", max_length=13, choices=list(rules.LEVELS.items()))
    language = models.CharField("langue", max_length=8, default="fr")
    outline = models.CharField("trame", max_length=41, blank=True)
    aim = models.TextField("but", blank=True)
    made_at = models.DateTimeField("planifié le")
    by = by_account()
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "parcours"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.title


class Workshop(models.Model):
    """A meeting of a group, at a place, with a number of seats. partner: a structure that runs it too.

    lieu None: `address` says where, in `commune`. outline, modules: its contents. drop_in: without
    registration. anonymous: people who came without giving a name. sequence: version number for calendars.
    """

    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+"
    )
    partner = models.ForeignKey(
        Structure,
        verbose_name="animé avec",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    course = models.ForeignKey(
        Course,
        verbose_name="parcours",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="workshops",
    )
    rank = models.PositiveSmallIntegerField("rang dans le parcours", null=True, blank=True)
    lieu = models.ForeignKey(
        Lieu, verbose_name="lieu", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    address = models.CharField("adresse", max_length=200, blank=True)
    commune = models.CharField("commune", max_length=5, blank=True, db_index=True)
    title = models.CharField("titre", max_length=120)
    aim = models.TextField("but", blank=True)
    bring = models.CharField("à apporter", max_length=300, blank=True)
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
    price_words = models.CharField("précision sur le prix", max_length=120, blank=True)
    outline = models.CharField("trame", max_length=41, blank=True)
    modules = models.JSONField("modules", default=list, blank=True)
    aidants = models.CharField("qui anime", max_length=200, blank=True)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    cancel_reason = models.CharField("pourquoi", max_length=300, blank=True)
    anonymous = models.PositiveSmallIntegerField("venues sans donner de nom", default=0)
    report = models.TextField("compte rendu", blank=True)
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
    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField("prénom ou surnom", max_length=60, blank=True)
    way = models.CharField(
        "comment la prévenir", max_length=5, choices=list(rules.WAYS.items()), default=rules.NO_WAY
    )
    contact = models.CharField("contact", max_length=160, blank=True)
    language = models.CharField("langue", max_length=8, default="fr")
    channel = models.CharField("inscrite", max_length=7, choices=list(rules.CHANNELS.items()))
    status = models.CharField("état", max_length=9, choices=list(rules.SEATS.items()))
    booked_at = models.DateTimeField("inscrite le")
    token = models.CharField("empreinte du lien", max_length=64, db_index=True)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)
    reminded_at = models.DateTimeField("rappelée le", null=True, blank=True)
    came = models.BooleanField("venue", null=True)
    stopped_because = models.CharField(
        "pourquoi elle s’arrête", max_length=9, choices=list(rules.STOPPED.items()), blank=True
    )
    stopped_words = models.CharField("précision", max_length=300, blank=True)
    next_proposed = models.CharField(
        "proposé ensuite", max_length=10, choices=list(rules.NEXT.items()), blank=True
    )
    next_words = models.CharField("précision sur la suite", max_length=300, blank=True)

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
