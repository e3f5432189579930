"""Listings of structures and the answers they get, who works with whom, and the resources they share."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from maillage.apps.community.rules import bulletins, discussions, meetings, resources
from maillage.apps.community.rules import listings as rules
from maillage.apps.directory.places.models import Lieu, Structure, of_structure
from maillage.apps.platform.accounts.models import User, by_account
from maillage.web.free_text import FreeChar, FreeText


def _structure(words: str) -> models.ForeignKey[Structure | int, Structure]:
    return models.ForeignKey(Structure, verbose_name=words, on_delete=models.CASCADE, related_name="+")


class Listing(models.Model):
    """Offer or request of a structure to the others: where, when, until when.

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
        """Title at the start of a line: « Cherche une salle »."""
        return f"{self.get_side_display()} {self.get_kind_display()}".capitalize()

    @property
    def days(self) -> list[str]:
        """Its half days in words, in the order of the week."""
        return [words for key, words in rules.HALF_DAYS.items() if key in self.half_days]


class Reply(models.Model):
    """Message of a structure to another about its listing, and the answer."""

    listing = models.ForeignKey(
        Listing, verbose_name="annonce", on_delete=models.CASCADE, related_name="replies"
    )
    structure = _structure("de la part de")
    words = models.CharField("message", max_length=600)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("le")
    state = models.CharField(
        "réponse", max_length=7, choices=list(rules.STATES.items()), default=rules.PENDING
    )
    answer = models.CharField("mots de la réponse", max_length=600, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = by_account("répondu par", blank=True)

    class Meta:
        verbose_name = "réponse à une annonce"
        verbose_name_plural = "réponses à une annonce"
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                "listing", "structure", condition=Q(state=rules.PENDING), name="community_reply_once"
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


# ----------------------------------------------------------------------------- meetings, and what they decide


class Meeting(models.Model):
    """A meeting of the network: dates proposed and voted, then one of them, its minutes, its decisions.

    structure None: the coordination of the territory of `commune` convenes it. starts_at None: no date is
    chosen yet. lieu None: `address` says where. sequence: version number for calendars.
    """

    structure = of_structure("réunit")
    kind = models.CharField("sorte", max_length=8, choices=list(meetings.KINDS.items()))
    title = FreeChar("titre", max_length=160)
    about = FreeText("à l’ordre du jour", blank=True)
    partners = FreeChar("avec qui", max_length=300, blank=True)
    lieu = models.ForeignKey(
        Lieu, verbose_name="lieu", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    address = FreeChar("adresse", max_length=200, blank=True)
    commune = models.CharField("commune", max_length=5, db_index=True)
    minutes = models.PositiveSmallIntegerField("durée en minutes", default=120)
    starts_at = models.DateTimeField("commence le", null=True, blank=True, db_index=True)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)
    cancel_reason = FreeChar("pourquoi", max_length=300, blank=True)
    present = models.PositiveSmallIntegerField("structures présentes", null=True, blank=True)
    record = FreeText("compte rendu", blank=True)
    recorded_at = models.DateTimeField("compte rendu le", null=True, blank=True)
    sequence = models.PositiveIntegerField("version", default=0)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("proposée par", blank=True)
    made_at = models.DateTimeField("proposée le")
    changed_at = models.DateTimeField("changée le")
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "réunion"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.title

    @property
    def ends_at(self) -> datetime | None:
        return self.starts_at and self.starts_at + timedelta(minutes=self.minutes)


class MeetingDate(models.Model):
    """A date proposed for a meeting."""

    meeting = models.ForeignKey(
        Meeting, verbose_name="réunion", on_delete=models.CASCADE, related_name="dates"
    )
    starts_at = models.DateTimeField("commence le")

    class Meta:
        verbose_name = "date proposée"
        verbose_name_plural = "dates proposées"
        ordering = ("starts_at", "pk")
        constraints = (models.UniqueConstraint("meeting", "starts_at", name="community_meeting_date_once"),)

    def __str__(self) -> str:
        return f"{self.meeting_id} : {self.starts_at:%Y-%m-%d %H:%M}"


class Vote(models.Model):
    """Answer of an account to a date, until one is chosen. It leaves with the account."""

    date = models.ForeignKey(MeetingDate, verbose_name="date", on_delete=models.CASCADE, related_name="votes")
    by = models.ForeignKey(User, verbose_name="par", on_delete=models.CASCADE, related_name="+")
    answer = models.CharField("réponse", max_length=5, choices=list(meetings.ANSWERS.items()))
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "vote"
        constraints = (models.UniqueConstraint("date", "by", name="community_vote_once"),)

    def __str__(self) -> str:
        return f"{self.date_id} : {self.get_answer_display()}"


class Decision(models.Model):
    """Decision of a meeting; with a pilot, a task: whose, until when, done or not.

    leads: who does it, among PILOTS, "" for a decision without task. pilot: the structure, when it is one.
    vote_until: the last day to vote it, None when it is not put to the vote.
    """

    meeting = models.ForeignKey(
        Meeting, verbose_name="réunion", on_delete=models.CASCADE, related_name="decisions"
    )
    words = FreeChar("décision", max_length=400)
    leads = models.CharField(
        "qui s’en charge", max_length=12, choices=list(meetings.PILOTS.items()), blank=True
    )
    pilot = of_structure("structure pilote")
    until_on = models.DateField("pour le", null=True, blank=True)
    vote_until = models.DateField("à voter jusqu’au", null=True, blank=True)
    done_at = models.DateTimeField("faite le", null=True, blank=True)
    done_by = by_account("faite par", blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("notée par", blank=True)
    at = models.DateTimeField("notée le")

    class Meta:
        verbose_name = "décision"
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(leads="", until_on=None) | ~Q(leads="") & Q(until_on__isnull=False),
                name="community_task_has_a_date",
            ),
        )

    def __str__(self) -> str:
        return self.words


class Ballot(models.Model):
    """Vote of an account for or against a decision, until its last day. It leaves with the account."""

    decision = models.ForeignKey(
        Decision, verbose_name="décision", on_delete=models.CASCADE, related_name="ballots"
    )
    by = models.ForeignKey(User, verbose_name="par", on_delete=models.CASCADE, related_name="+")
    answer = models.CharField("réponse", max_length=5, choices=list(meetings.BALLOTS.items()))
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "vote d’une décision"
        verbose_name_plural = "votes de décisions"
        constraints = (models.UniqueConstraint("decision", "by", name="community_ballot_once"),)

    def __str__(self) -> str:
        return f"{self.decision_id} : {self.get_answer_display()}"


# ------------------------------------------------------------------------------------------------ discussions


class Post(models.Model):
    """A message under an object, or what answers it. kind, row: the object, as `DISCUSSED` names it.

    structure None: the coordination speaks. question None: it opens a thread. accepted_at: the answer that
    solved it. hidden_at: taken off by moderation; its text is erased some time later.
    """

    kind = models.CharField("sous quoi", max_length=8, choices=list(discussions.SUBJECTS.items()))
    row = models.BigIntegerField("numéro")
    question = models.ForeignKey(
        "self",
        verbose_name="répond à",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="answers",
    )
    structure = of_structure("de la part de")
    commune = models.CharField("commune", max_length=5, blank=True)
    words = FreeText("message", blank=True)
    accepted_at = models.DateTimeField("a répondu le", null=True, blank=True)
    accepted_by = by_account("dit par", blank=True)
    hidden_at = models.DateTimeField("retiré le", null=True, blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("écrit le")
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "message d’une discussion"
        verbose_name_plural = "messages de discussion"
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("kind", "row"), name="community_post_of"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.row} : {self.pk}"


class PostReport(models.Model):
    """Somebody reports a message, once; the animator answers."""

    post = models.ForeignKey(Post, verbose_name="message", on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(User, verbose_name="par", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField("pourquoi", max_length=8, choices=list(discussions.REASONS.items()))
    at = models.DateTimeField("le")
    settled_at = models.DateTimeField("répondu le", null=True, blank=True)

    class Meta:
        verbose_name = "signalement"
        ordering = ("at", "pk")
        constraints = (models.UniqueConstraint("post", "by", name="community_report_once"),)

    def __str__(self) -> str:
        return f"{self.post_id} : {self.get_reason_display()}"


class Moderation(models.Model):
    """One line of the trail of moderation: which gesture, why, by whom. Never changed."""

    post = models.ForeignKey(Post, verbose_name="message", on_delete=models.CASCADE, related_name="trail")
    gesture = models.CharField("geste", max_length=7, choices=list(discussions.MODERATIONS.items()))
    reason = models.CharField("pourquoi", max_length=8, choices=list(discussions.REASONS.items()), blank=True)
    by = by_account()
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "modération"
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.post_id} : {self.get_gesture_display()}"


class Digest(models.Model):
    """An account that chose to receive the week of the network by e-mail. It leaves with the account."""

    user = models.OneToOneField(User, verbose_name="compte", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField("depuis le")

    class Meta:
        verbose_name = "résumé choisi"
        verbose_name_plural = "résumés choisis"

    def __str__(self) -> str:
        return f"{self.user_id}"


# -------------------------------------------------------------------------------------- bulletin and calendar


class Bulletin(models.Model):
    """A bulletin of the network, as it was published: `contents` no longer moves. published_at None: a draft.

    commune: one of the territory whose coordination makes it.
    """

    title = FreeChar("titre", max_length=120)
    opening = FreeText("mot d’ouverture", blank=True)
    commune = models.CharField("commune", max_length=5, blank=True)
    contents = models.JSONField("contenu", default=dict, blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("préparé par", blank=True)
    made_at = models.DateTimeField("préparé le")
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "bulletin"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.title


class News(models.Model):
    """News of a structure, for the next bulletin. structure None: of the coordination."""

    structure = of_structure("de")
    commune = models.CharField("commune", max_length=5, blank=True)
    title = FreeChar("titre", max_length=120)
    words = FreeText("en quelques mots")
    link = models.URLField("adresse", max_length=500, blank=True)
    bulletin = models.ForeignKey(
        Bulletin,
        verbose_name="bulletin",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="news",
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("écrite par", blank=True)
    at = models.DateTimeField("écrite le")
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "nouvelle"
        verbose_name_plural = "nouvelles"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.title


class ServiceChange(models.Model):
    """A procedure that goes online, or a service that stops answering, as a territory learns of it.

    commune: one of the territory that writes it. ends_on: of an outage, None while it lasts.
    """

    kind = models.CharField("sorte", max_length=12, choices=list(bulletins.CHANGES.items()))
    operator = FreeChar("opérateur", max_length=120)
    procedure = FreeChar("démarche", max_length=160)
    obligation = FreeChar("ce qui change", max_length=300)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    source = FreeChar("source", max_length=200)
    link = models.URLField("adresse de la source", max_length=500, blank=True)
    commune = models.CharField("commune", max_length=5, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("noté par", blank=True)
    at = models.DateTimeField("noté le")
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "changement d’un service"
        verbose_name_plural = "changements de services"
        ordering = ("-starts_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="community_change_ends_after"
            ),
        )

    def __str__(self) -> str:
        return f"{self.operator} : {self.procedure}"


# -------------------------------------------------------------------------------------------------- resources


class Resource(models.Model):
    """Something made to help others, shared with the network: a link, or a file kept here.

    procedure: a family of procedures, or one of them, "" for none. follows: the version that it replaces,
    which the lists no longer show. token: of the form, so that one sent twice makes one resource.
    """

    used = 0  # structures that used it, once `queries.resources.counted` said so

    structure = of_structure("partagée par")
    title = models.CharField("titre", max_length=160)
    about = models.CharField("en quelques mots", max_length=600)
    format = models.CharField("format", max_length=8, choices=list(resources.FORMATS.items()))
    level = models.CharField("niveau", max_length=7, choices=list(resources.LEVELS.items()))
    public = models.CharField("public", max_length=10, choices=list(resources.PUBLICS.items()))
    theme = models.CharField("thème", max_length=9, choices=list(resources.THEMES.items()), blank=True)
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
        verbose_name_plural = "fichiers de ressources"

    def __str__(self) -> str:
        return f"{self.resource_id}.{self.extension}"


class Use(models.Model):
    """The outcome of using a resource in a structure, and its causes."""

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
