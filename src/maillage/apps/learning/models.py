"""Learners' facts as their devices report them; the groups in which they learn; their plans."""

from django.db import models

from maillage.apps.directory.places.models import Structure, of_structure
from maillage.apps.learning import rules
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import by_account
from maillage.web.free_text import FreeChar


class Group(models.Model):
    """People who learn together, on the computers of a structure, with one or two structures beside them.

    code: what is typed to join; modules: their identifiers, in order; closed_at: nobody joins any more.
    """

    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+"
    )
    partner = of_structure("structure qui anime aussi")
    title = FreeChar("nom du groupe", max_length=80)
    code = models.CharField("code pour rejoindre", max_length=8, unique=True)
    modules = models.JSONField("modules", default=list)
    outline = models.CharField("trame", max_length=41, blank=True)
    note = FreeChar("note de l’équipe", max_length=500, blank=True)
    by = by_account("fait par", blank=True)
    at = models.DateTimeField("fait le")
    example = models.BooleanField("groupe inventé", default=False)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "groupe"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.title


class Member(models.Model):
    """A person in a group. note: what the team wants to remember, never about their life; proposed: the
    module to do next.
    """

    group = models.ForeignKey(Group, verbose_name="groupe", on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, verbose_name="personne", on_delete=models.CASCADE, related_name="+")
    note = FreeChar("note", max_length=200, blank=True)
    proposed = models.CharField("module proposé", max_length=41, blank=True)
    at = models.DateTimeField("arrivée le")

    class Meta:
        verbose_name = "membre"
        ordering = ("at", "pk")
        constraints = (models.UniqueConstraint("group", "person", name="learning_member_once"),)

    def __str__(self) -> str:
        return f"{self.group_id} : {self.person_id}"


class Fact(models.Model):
    """The result of a step, stored once, from a device that had a card. Counts only: never what was typed.

    uid: set by the device, so that a repeated sending is stored once; person: None once they were erased.
    """

    uid = models.UUIDField("numéro", unique=True)
    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    group = models.ForeignKey(
        Group, verbose_name="groupe", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    structure = of_structure()
    module = models.CharField("module", max_length=41)
    version = models.PositiveSmallIntegerField("version")
    step = models.PositiveSmallIntegerField("étape")
    kind = models.CharField("genre", max_length=12, blank=True)
    state = models.CharField("état", max_length=10, choices=list(rules.STATES.items()))
    easier = models.BooleanField("plus facile", default=False)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    hints = models.PositiveSmallIntegerField("indices", default=0)
    seconds = models.PositiveIntegerField("secondes", default=0)
    way = models.CharField("voie", max_length=8, choices=list(rules.WAYS.items()))
    screen = models.CharField("écran", max_length=6, choices=list(rules.SCREENS.items()))
    offline = models.BooleanField("sans réseau", default=False)
    example = models.BooleanField("inventé", default=False)
    at = models.DateTimeField("fait le")
    kept_at = models.DateTimeField("reçu le")

    class Meta:
        verbose_name = "fait"
        verbose_name_plural = "faits"
        ordering = ("at", "pk")
        indexes = (
            models.Index("person", "module", "at", name="learning_fact_person"),
            models.Index("module", "step", name="learning_fact_module"),
            # Of a period, and of those who were active a moment ago: counted every ten minutes.
            models.Index(fields=("at",), name="learning_fact_at"),
            models.Index(fields=("kept_at",), name="learning_fact_kept"),
        )

    def __str__(self) -> str:
        return f"{self.module} {self.step} : {self.state}"


class Plan(models.Model):
    """A plan to do a procedure for real, and its outcome.

    token: of the link by which the person answers; ask_on: when the question is due; blocked: the step that
    blocked.
    """

    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    structure = of_structure()
    commune = models.CharField("commune", max_length=5, blank=True)
    module = models.CharField("démarche", max_length=41)
    token = models.CharField("jeton", max_length=32, unique=True)
    on = models.DateField("pour le")
    together = models.CharField("avec qui", max_length=8, choices=list(rules.WITH.items()))
    ask_on = models.DateField("demander le", db_index=True)
    answer = models.CharField("réponse", max_length=8, choices=list(rules.ANSWERS.items()), blank=True)
    blocked = models.PositiveSmallIntegerField("étape qui a bloqué", null=True, blank=True)
    asked_by = models.CharField(
        "dit par", max_length=6, choices=list(rules.ANSWER_SOURCES.items()), blank=True
    )
    by = by_account("fait avec", blank=True)
    example = models.BooleanField("inventé", default=False)
    at = models.DateTimeField("fait le")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    told_at = models.DateTimeField("question envoyée le", null=True, blank=True)

    class Meta:
        verbose_name = "projet"
        ordering = ("ask_on", "pk")

    def __str__(self) -> str:
        return f"{self.module} le {self.on}"


class Route(models.Model):
    """A learner's path: modules in order, chosen after a diagnosis or on its page."""

    person = models.OneToOneField(Person, verbose_name="personne", on_delete=models.CASCADE, related_name="+")
    path = models.CharField("parcours", max_length=41)
    at = models.DateTimeField("choisi le")

    class Meta:
        verbose_name = "parcours suivi"
        verbose_name_plural = "parcours suivis"

    def __str__(self) -> str:
        return f"{self.person_id} : {self.path}"
