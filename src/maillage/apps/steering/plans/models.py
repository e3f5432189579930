"""A plan of a territory: its dynamics, its actions, who funds them, their milestones and journal, what was
refused.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower

from maillage.apps.community.models import Decision
from maillage.apps.directory.memberships.models import Invitation
from maillage.apps.platform.accounts.models import by_account
from maillage.apps.steering.codesign.models import DraftAction
from maillage.apps.steering.plans import rules
from maillage.kernel.names import plain
from maillage.publishing.plan.reading import EVERYWHERE


class Plan(models.Model):
    """The plan of a territory. frame: the one it starts from, "" when it was written from nothing;
    coordinator: who brings the network together; lead: the structure that animates and supports it. "" when
    nobody said.
    """

    place = models.CharField("territoire ou périmètre", max_length=61, unique=True)
    title = models.CharField("titre", max_length=160)
    frame = models.CharField("cadre", max_length=40, blank=True)
    coordinator = models.CharField(
        rules.ROLES["coordinator"], max_length=120, blank=True, default="", db_default=""
    )
    lead = models.CharField(rules.ROLES["lead"], max_length=120, blank=True, default="", db_default="")
    by = by_account("ouvert par", blank=True)
    at = models.DateTimeField("ouvert le")
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "plan"
        ordering = ("place",)

    def __str__(self) -> str:
        return self.title

    @property
    def roles(self) -> tuple[tuple[str, str], ...]:
        """The roles of its network that somebody has: what it is, who has it."""
        labelled_roles = ((label, getattr(self, name)) for name, label in rules.ROLES.items())
        return tuple((label, holder) for label, holder in labelled_roles if holder)


class PlanAxis(models.Model):
    """A dynamic of a plan. announced: how many actions were announced, None when nobody did."""

    plan = models.ForeignKey(Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="axes")
    number = models.PositiveSmallIntegerField("numéro")
    title = models.CharField("titre", max_length=160)
    statement = models.CharField("constat", max_length=600, blank=True)
    announced = models.PositiveSmallIntegerField("actions annoncées", null=True, blank=True)

    class Meta:
        verbose_name = "dynamique"
        ordering = ("number", "pk")
        constraints = (models.UniqueConstraint("plan", "number", name="plans_axis_number_once"),)

    def __str__(self) -> str:
        return self.title


class PlanAction(models.Model):
    """An action of a plan. zones: codes of the territory’s zones, [] for all; line: of the offer, whose gap
    counts the people concerned; budget: euros; costs: (year, running, investment) each, in euros, [] when
    nobody said of which year; pilot_account: that of its pilot; pilot_invitation: the link that will give
    its pilot an account; written_for: the digest of the study beside which its texts
    were last written; evidence: the figures it was proposed from, as they were
    printed that day; parent: the action of which it is a part, itself part of none; number: its rank in the
    plan, or in its parent; number_alone: of a part, the one that it had before it was one, None when it had
    none; printed_axis, printed_rank: the number that it was first published under, which it keeps wherever it
    goes, None before; after: the one that must be done before; counts: whether its indicator counts
    people, "" when nobody said; direction: the way it is wanted to go, "" when nobody said; delayed: the
    steps that have no day yet, [days after the start, words] each, as a frame gives them; vote_on: the day on
    which it is decided, None when nobody said.
    """

    plan = models.ForeignKey(Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="actions")
    axis = models.ForeignKey(
        PlanAxis, verbose_name="dynamique", on_delete=models.CASCADE, related_name="actions"
    )
    number = models.PositiveSmallIntegerField("numéro")
    number_alone = models.PositiveSmallIntegerField("numéro hors d’une autre", null=True, blank=True)
    printed_axis = models.PositiveSmallIntegerField("dynamique imprimée", null=True, blank=True)
    printed_rank = models.PositiveSmallIntegerField("rang imprimé", null=True, blank=True)
    title = models.CharField("titre", max_length=240)
    objective = models.CharField("objectif", max_length=600, blank=True)
    pilot = models.CharField("pilote", max_length=120, blank=True)
    pilot_account = by_account("compte du pilote", blank=True)
    pilot_invitation = models.ForeignKey(
        Invitation,
        verbose_name="invitation du pilote",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    pilot_at = models.DateTimeField("pilote nommé le", null=True, blank=True)
    partners = models.CharField("avec qui", max_length=300, blank=True)
    public = models.CharField("pour qui", max_length=200, blank=True)
    zones = models.JSONField("zones", default=list, blank=True)
    line = models.CharField("ligne d’offre", max_length=30, blank=True)
    existing = models.CharField("ce qui existe", max_length=400, blank=True)
    means = models.CharField("moyens", max_length=400, blank=True)
    budget = models.PositiveIntegerField("budget", null=True, blank=True)
    costs = models.JSONField("coûts par année", default=list, blank=True)
    risks = models.CharField("risques", max_length=400, blank=True)
    indicator = models.CharField("indicateur", max_length=200, blank=True)
    counts = models.CharField(
        "ce que compte l’indicateur",
        max_length=6,
        choices=list(rules.COUNTED.items()),
        blank=True,
        default="",
        db_default="",
    )
    unit = models.CharField("unité", max_length=40, blank=True, default="", db_default="")
    direction = models.CharField(
        "sens voulu",
        max_length=6,
        choices=list(rules.DIRECTIONS.items()),
        blank=True,
        default="",
        db_default="",
    )
    baseline = models.FloatField("au départ", null=True, blank=True)
    target = models.FloatField("cible", null=True, blank=True)
    starts_on = models.DateField("commence le", null=True, blank=True)
    ends_on = models.DateField("finit le", null=True, blank=True)
    vote_on = models.DateField("vote prévu le", null=True, blank=True)
    delayed = models.JSONField("étapes sans jour", null=True, blank=True)
    state = models.CharField(
        "état", max_length=8, choices=list(rules.STATES.items()), default=rules.TO_DECIDE
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="partie de",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="parts",
    )
    after = models.ForeignKey(
        "self", verbose_name="après", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    draft = models.OneToOneField(
        DraftAction,
        verbose_name="proposée en atelier",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="action",
    )
    proposal = models.CharField("proposition", max_length=160, blank=True)
    proposed = models.CharField("objectif proposé", max_length=600, blank=True, default="", db_default="")
    evidence = models.JSONField("chiffres du jour", default=list, blank=True)
    written_for = models.CharField(
        "empreinte de l’étude d’alors", max_length=64, blank=True, default="", db_default=""
    )
    written_on = models.DateField("texte du", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1)
    token = models.CharField("envoi", max_length=60, unique=True)
    by = by_account("écrite par", blank=True)
    at = models.DateTimeField("écrite le")

    class Meta:
        verbose_name = "action"
        # A part right after its action: by the number of the action, then the action itself, then its parts.
        ordering = (
            "axis__number",
            Coalesce("parent__number", "number"),
            Coalesce("parent", "pk"),
            F("parent").asc(nulls_first=True),
            "number",
            "pk",
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="plans_action_ends_after",
            ),
            models.CheckConstraint(condition=~Q(after=F("id")), name="plans_action_after_another"),
        )

    def __str__(self) -> str:
        return f"{self.label}. {self.title}"

    @property
    def label(self) -> str:
        """Its number as it is read: « 2.3 », the third of dynamic 2, once its plan is published, « 7 »
        before; « 2.3.1 » for a part of it.
        """
        if self.parent:
            return f"{self.parent.label}.{self.number}"
        return f"{self.printed_axis}.{self.printed_rank}" if self.printed_rank else str(self.number)

    @property
    def pilot_choice(self) -> str:
        """The account or the invitation of its pilot, as a form sends it; "" without."""
        if self.pilot_account_id is not None:
            return f"compte-{self.pilot_account_id}"
        return "" if self.pilot_invitation_id is None else f"lien-{self.pilot_invitation_id}"

    @pilot_choice.setter
    def pilot_choice(self, choice: str) -> None:
        kind, _, pk = choice.partition("-")
        self.pilot_account_id = int(pk) if kind == "compte" else None
        self.pilot_invitation_id = int(pk) if kind == "lien" else None

    @property
    def lacks_place(self) -> bool:
        """True while nobody chose where it applies: as a workshop proposed it, and read by nobody since."""
        if self.zones or self.version != 1 or self.draft is None:
            return False
        return plain(self.draft.area) != EVERYWHERE

    @property
    def short(self) -> str:
        """Its name on the way to its page."""
        return f"Action {self.label}"

    @property
    def standing(self) -> str:
        """Return its state once its action is heard: what is counted and shown."""
        return rules.standing(self.state, self.parent.state if self.parent else "")

    @property
    def standing_words(self) -> str:
        """Return its state, as it is read."""
        return rules.STATES[self.standing]

    @property
    def delays(self) -> list[tuple[int, str]]:
        """Its steps that have no day yet: how many days after its start, and their words."""
        return [(days, words) for days, words in self.delayed or ()]

    @property
    def active_fundings(self) -> list["Funding"]:
        """Its fundings of today, in the order they came."""
        return [each for each in self.fundings.all() if each.withdrawn_at is None]

    @property
    def funded(self) -> int | None:
        """The euros of its fundings added, None when no amount is known."""
        known = [each.euros for each in self.active_fundings if each.euros is not None]
        return sum(known) if known else None

    @property
    def funded_with_parts(self) -> int | None:
        """The same with the fundings of its parts, but for those that stopped."""
        parts = [each.funded for each in self.parts.all() if each.standing != rules.DROPPED]
        known = [euros for euros in (self.funded, *parts) if euros is not None]
        return sum(known) if known else None


class Funder(models.Model):
    """A funder of actions of a plan: a name written once, chosen afterwards."""

    plan = models.ForeignKey(Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="funders")
    name = models.CharField("nom", max_length=120)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("écrit le")

    class Meta:
        verbose_name = "financeur"
        ordering = (Lower("name"), "pk")
        constraints = (models.UniqueConstraint("plan", Lower("name"), name="plans_funder_once"),)

    def __str__(self) -> str:
        return self.name


class Funding(models.Model):
    """The contribution of a funder to an action. funder: None once erased, or when unnamed; euros: None for
    an unknown amount, or none; brings: what is not money. Once withdrawn, it is stored but hidden.
    """

    action = models.ForeignKey(
        PlanAction, verbose_name="action", on_delete=models.CASCADE, related_name="fundings"
    )
    funder = models.ForeignKey(
        Funder,
        verbose_name="financeur",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="fundings",
    )
    euros = models.PositiveIntegerField("montant", null=True, blank=True)
    brings = models.CharField("apporte aussi", max_length=200, blank=True)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("écrit le")
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "financement d’une action"
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return rules.funding_words(self.funder.name if self.funder else "", self.euros, self.brings)


class Milestone(models.Model):
    """A step of an action, and the day it was passed."""

    action = models.ForeignKey(
        PlanAction, verbose_name="action", on_delete=models.CASCADE, related_name="milestones"
    )
    on = models.DateField("le")
    words = models.CharField("étape", max_length=160)
    done_on = models.DateField("passée le", null=True, blank=True)

    class Meta:
        verbose_name = "étape"
        ordering = ("on", "pk")

    def __str__(self) -> str:
        return self.words


class PlanMeasure(models.Model):
    """A count of the indicator of an action, on a day. span: since the start, or in a period;
    source: who counted, where; elsewhere: the zone without the action where the same was counted, to compare,
    "" for its own. Once withdrawn, it is stored but hidden.
    """

    action = models.ForeignKey(
        PlanAction, verbose_name="action", on_delete=models.CASCADE, related_name="measures"
    )
    on = models.DateField("le")
    value = models.FloatField("compté")
    span = models.CharField(
        "ce qu’il compte",
        max_length=6,
        choices=list(rules.SPANS.items()),
        default=rules.SINCE,
        db_default=rules.SINCE,
    )
    source = models.CharField("d’où", max_length=200)
    elsewhere = models.CharField("zone de comparaison", max_length=80, blank=True)
    by = by_account("noté par", blank=True)
    at = models.DateTimeField("noté le")
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "mesure d’une action"
        ordering = ("on", "pk")

    def __str__(self) -> str:
        return f"{self.on} : {rules.amount(self.value)}"


class PlanTask(models.Model):
    """A task that a meeting decided, for an action of a plan."""

    action = models.ForeignKey(
        PlanAction, verbose_name="action", on_delete=models.CASCADE, related_name="tasks"
    )
    decision = models.ForeignKey(Decision, verbose_name="tâche", on_delete=models.CASCADE, related_name="+")
    by = by_account("reliée par", blank=True)
    at = models.DateTimeField("reliée le")

    class Meta:
        verbose_name = "tâche d’une action"
        ordering = ("decision__until_on", "pk")
        constraints = (models.UniqueConstraint("action", "decision", name="plans_task_once"),)

    def __str__(self) -> str:
        return str(self.decision)


class PlanNote(models.Model):
    """A line of the journal of an action: a decision, a comment, what changed elsewhere meanwhile. automatic:
    written by the software when the state or the text changed; nobody withdraws it.
    """

    action = models.ForeignKey(
        PlanAction, verbose_name="action", on_delete=models.CASCADE, related_name="notes"
    )
    kind = models.CharField("sorte", max_length=9, choices=list(rules.ENTRIES.items()))
    on = models.DateField("le")
    words = models.CharField("mots", max_length=600)
    automatic = models.BooleanField("écrite par le logiciel", default=False, db_default=False)
    by = by_account("écrit par", blank=True)
    at = models.DateTimeField("écrit le")
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "note de journal"
        ordering = ("-on", "-pk")

    def __str__(self) -> str:
        return self.words[:60]


class Refusal(models.Model):
    """A proposal that was refused, with its reason. value: its figure that day, None when it has none."""

    plan = models.ForeignKey(Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="refusals")
    proposal = models.CharField("proposition", max_length=160)
    title = models.CharField("titre", max_length=240)
    value = models.FloatField("chiffre", null=True, blank=True)
    why = models.CharField("motif", max_length=300)
    by = by_account("refusée par", blank=True)
    at = models.DateTimeField("refusée le")

    class Meta:
        verbose_name = "proposition refusée"
        ordering = ("-at",)
        constraints = (models.UniqueConstraint("plan", "proposal", name="plans_refusal_once"),)

    def __str__(self) -> str:
        return self.title
