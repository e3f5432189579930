"""Co-design workshops: their groups, the profile each takes, the cards of the boards, votes, drafts."""

from django.db import models
from django.db.models import Q

from maillage.apps.platform.accounts.models import by_account
from maillage.apps.steering.codesign import rules
from maillage.kernel import codes
from maillage.reference.codesign import CHANNELS, causes, stages, trades
from maillage.words.wording import of

STAGES = list(stages().items())


class Session(models.Model):
    """A co-design workshop about the procedures of one operator, on a territory.

    question: a number of `reference.codesign.questions`, "" for none. step_ends_at: None when its clock does
    not run. token: of the form, so that one sent twice makes one workshop.
    """

    place = models.CharField("territoire ou périmètre", max_length=61, db_index=True)
    title = models.CharField("titre", max_length=120)
    objective = models.CharField("objectif", max_length=400)
    operator = models.CharField("opérateur", max_length=80, blank=True)
    question = models.CharField("question", max_length=6, blank=True)
    held_on = models.DateField("le")
    step = models.CharField("temps", max_length=9, choices=list(rules.STEPS.items()), default=rules.PLACE)
    step_ends_at = models.DateTimeField("fin du temps", null=True, blank=True)
    votes_each = models.PositiveSmallIntegerField("voix par personne", default=4)
    token = models.CharField("envoi", max_length=40, unique=True)
    by = by_account("préparé par", blank=True)
    at = models.DateTimeField("préparé le")
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "atelier de co-construction"
        ordering = ("-held_on", "-pk")

    def __str__(self) -> str:
        return self.title


class Group(models.Model):
    """A group and the invented profile it takes. zone: a zone of the study, whose figures stand beside."""

    session = models.ForeignKey(
        Session, verbose_name="atelier", on_delete=models.CASCADE, related_name="groups"
    )
    number = models.PositiveSmallIntegerField("numéro")
    name = models.CharField("prénom inventé", max_length=40)
    who = models.CharField("sa situation", max_length=200)
    equipment = models.CharField("son équipement", max_length=200, blank=True)
    skills = models.CharField("ce qu’il ou elle sait faire", max_length=200, blank=True)
    zone = models.CharField("zone", max_length=20, blank=True)
    code = models.CharField("code du groupe", max_length=8, unique=True, default=codes.make)

    class Meta:
        verbose_name = "groupe"
        ordering = ("number",)
        constraints = (models.UniqueConstraint("session", "number", name="codesign_group_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The title of its journey: « Le parcours d’Aurélie »."""
        return f"Le parcours {of(self.name)}"

    @property
    def halves(self) -> str:
        """Its code as it is printed."""
        return codes.in_halves(self.code)


class Participant(models.Model):
    """Somebody around a table: a trade and a structure, no name. code: of their ballot."""

    session = models.ForeignKey(
        Session, verbose_name="atelier", on_delete=models.CASCADE, related_name="participants"
    )
    group = models.ForeignKey(
        Group, verbose_name="groupe", on_delete=models.SET_NULL, null=True, blank=True, related_name="members"
    )
    number = models.PositiveSmallIntegerField("numéro")
    trade = models.CharField("métier", max_length=16, choices=[(t.id, t.says) for t in trades().values()])
    structure = models.CharField("structure", max_length=120, blank=True)
    code = models.CharField("code du bulletin", max_length=8, unique=True, default=codes.make)
    voted_at = models.DateTimeField("a voté le", null=True, blank=True)

    class Meta:
        verbose_name = "participant"
        ordering = ("number",)
        constraints = (models.UniqueConstraint("session", "number", name="codesign_participant_once"),)

    def __str__(self) -> str:
        return f"{self.number}"


class Level(models.Model):
    """The level of a profile at a stage, given by its group: today, and with the levers."""

    group = models.ForeignKey(Group, verbose_name="groupe", on_delete=models.CASCADE, related_name="levels")
    stage = models.CharField("étape", max_length=8, choices=STAGES)
    today = models.CharField(
        "aujourd’hui", max_length=8, choices=list(rules.LEVEL_LABELS.items()), blank=True
    )
    then = models.CharField(
        "avec les leviers", max_length=8, choices=list(rules.LEVEL_LABELS.items()), blank=True
    )

    class Meta:
        verbose_name = "niveau"
        constraints = (models.UniqueConstraint("group", "stage", name="codesign_level_once"),)

    def __str__(self) -> str:
        return f"{self.group_id}, {self.stage}"


class Card(models.Model):
    """A card of a board. beside: the card whose words somebody else changed meanwhile; both stay, until the
    group keeps one. token: of the form.
    """

    group = models.ForeignKey(Group, verbose_name="groupe", on_delete=models.CASCADE, related_name="cards")
    stage = models.CharField("étape", max_length=8, choices=STAGES)
    kind = models.CharField("sorte", max_length=10, choices=list(rules.KIND_LABELS.items()))
    words = models.CharField("mots", max_length=rules.LONGEST)
    trade = models.CharField(
        "métier", max_length=16, choices=[(t.id, t.says) for t in trades().values()], blank=True
    )
    channel = models.CharField(
        "par où passe la personne",
        max_length=8,
        choices=list(CHANNELS.items()),
        blank=True,
        default="",
        db_default="",
    )
    version = models.PositiveIntegerField("version", default=1)
    beside = models.ForeignKey(
        "self", verbose_name="à côté de", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    token = models.CharField("envoi", max_length=60, unique=True)
    at = models.DateTimeField("écrite le")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "carte"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.words


class Vote(models.Model):
    """A vote of a participant for a card: one ballot each, which a second one replaces."""

    participant = models.ForeignKey(
        Participant, verbose_name="participant", on_delete=models.CASCADE, related_name="votes"
    )
    card = models.ForeignKey(Card, verbose_name="carte", on_delete=models.CASCADE, related_name="votes")

    class Meta:
        verbose_name = "voix"
        constraints = (models.UniqueConstraint("participant", "card", name="codesign_vote_once"),)

    def __str__(self) -> str:
        return f"{self.participant_id}, {self.card_id}"


class Cause(models.Model):
    """A cause of weak coordination that a group ticked."""

    group = models.ForeignKey(Group, verbose_name="groupe", on_delete=models.CASCADE, related_name="causes")
    cause = models.CharField("cause", max_length=16, choices=[(c.id, c.says) for c in causes().values()])

    class Meta:
        verbose_name = "cause"
        constraints = (models.UniqueConstraint("group", "cause", name="codesign_cause_once"),)

    def __str__(self) -> str:
        return self.cause


class DraftAction(models.Model):
    """An action that a group proposes for the plan of the territory: the obstacle it removes, the lever it
    comes from. area: where it would take place, in words; budget: euros; ends_on: the day by which it would
    be done; None when nobody said.
    """

    session = models.ForeignKey(
        Session, verbose_name="atelier", on_delete=models.CASCADE, related_name="drafts"
    )
    place = models.CharField("territoire ou périmètre", max_length=61, db_index=True)
    title = models.CharField("action", max_length=160)
    pilot = models.CharField("qui la porterait", max_length=120, blank=True)
    area = models.CharField("où", max_length=160, blank=True, default="", db_default="")
    budget = models.PositiveIntegerField("coût", null=True, blank=True)
    ends_on = models.DateField("pour le", null=True, blank=True)
    lever = models.OneToOneField(Card, verbose_name="levier", on_delete=models.CASCADE, related_name="draft")
    obstacle = models.ForeignKey(
        Card, verbose_name="obstacle", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        "état", max_length=7, choices=list(rules.DRAFT_STATES.items()), default=rules.DRAFT
    )
    at = models.DateTimeField("proposée le")

    class Meta:
        verbose_name = "action proposée"
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(obstacle=None) | ~Q(obstacle=models.F("lever")), name="codesign_draft_two_cards"
            ),
        )

    def __str__(self) -> str:
        return self.title
