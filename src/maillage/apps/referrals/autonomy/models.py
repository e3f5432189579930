"""The diagnoses that people agreed to have stored, and daily counts."""

from django.db import models

from maillage.apps.directory.places.models import of_structure
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import by_account
from maillage.apps.referrals.autonomy import rules
from maillage.reference import bilan
from maillage.web.free_text import FreeChar

RESULTS = [(id, row.label) for id, row in bilan.results().items()]


class Bilan(models.Model):
    """A diagnosis stored with the person's agreement: with their card, or to be counted anonymously.

    access, declared, observed, use, line, result, flags: the output of the rule of `version` that day, never
    computed again.
    """

    token = models.CharField("jeton", max_length=32, unique=True)
    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    structure = of_structure()
    by = by_account("fait avec", blank=True)
    place = models.CharField("commune", max_length=5, blank=True)
    mode = models.CharField(
        "qui touchait l’écran", max_length=8, choices=[(id, m.label) for id, m in bilan.modes().items()]
    )
    version = models.CharField("règle", max_length=16)
    form = models.CharField("essais", max_length=1, default=rules.FORM_A)
    answers = models.JSONField("réponses", default=dict)
    tasks = models.JSONField("essais faits", default=dict)
    timings = models.JSONField("secondes par écran", default=dict)
    access = models.CharField(
        "accès", max_length=8, choices=[(id, a.label) for id, a in bilan.accesses().items()]
    )
    declared = models.CharField(
        "usage dit", max_length=2, choices=[(id, u.label) for id, u in bilan.uses().items()]
    )
    observed = models.CharField("usage vu", max_length=2, blank=True)
    use = models.CharField("usage", max_length=2, choices=[(id, u.label) for id, u in bilan.uses().items()])
    line = models.CharField("ligne", max_length=3)
    result = models.CharField("résultat", max_length=14, choices=RESULTS)
    flags = models.JSONField("signaux", default=list)
    changed_result = models.CharField("résultat changé", max_length=14, choices=RESULTS, blank=True)
    changed_reason = models.CharField(
        "raison", max_length=8, choices=list(bilan.override_reasons().items()), blank=True
    )
    changed_words = FreeChar("en mots", max_length=300, blank=True)
    changed_by = by_account("changé par", blank=True)
    changed_at = models.DateTimeField("changé le", null=True, blank=True)
    chosen = models.JSONField("suites choisies", default=list)
    annex = models.JSONField("annexe", default=dict)
    retest_of = models.ForeignKey(
        "self", verbose_name="refait", on_delete=models.SET_NULL, null=True, blank=True, related_name="again"
    )
    retest_on = models.DateField("à refaire vers le", null=True, blank=True)
    at = models.DateTimeField("fait le", db_index=True)
    kept = models.CharField("gardé pour", max_length=6, choices=list(rules.PURPOSE_LABELS.items()))

    class Meta:
        verbose_name = "bilan"
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kept=rules.COUNT, person__isnull=True)
                | models.Q(kept=rules.PERSON, person__isnull=False),
                name="autonomy_bilan_kept",
            ),
            models.CheckConstraint(
                condition=models.Q(changed_result="", changed_reason="")
                | (~models.Q(changed_result="") & ~models.Q(changed_reason="")),
                name="autonomy_bilan_changed_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"Bilan {self.pk}"

    @property
    def final_result(self) -> str:
        """The result that counts: the professional's when they changed it, else the rule's."""
        return self.changed_result or self.result


class SegmentChoice(models.Model):
    """The segment of studies that a territory reads in a result of the rule, where it is not the default."""

    place = models.CharField("territoire ou périmètre", max_length=61)
    result = models.CharField("résultat", max_length=14, choices=RESULTS)
    segment = models.CharField("segment", max_length=20, choices=list(bilan.segments().items()))
    by = by_account("choisi par", blank=True)
    at = models.DateTimeField("choisi le")

    class Meta:
        verbose_name = "segment choisi"
        ordering = ("place", "result")
        constraints = (models.UniqueConstraint("place", "result", name="autonomy_segment_once"),)

    def __str__(self) -> str:
        return f"{self.get_result_display()} : {self.get_segment_display()}"


class Tally(models.Model):
    """A daily count of events of which nothing else is stored."""

    day = models.DateField("jour")
    kind = models.CharField("quoi", max_length=8, choices=list(rules.COUNTED.items()))
    value = models.CharField("lequel", max_length=16)
    structure = of_structure()
    count = models.PositiveIntegerField("nombre", default=0)

    class Meta:
        verbose_name = "décompte"
        ordering = ("day", "kind", "value")
        constraints = (
            models.UniqueConstraint(
                "day",
                "kind",
                "value",
                condition=models.Q(structure__isnull=True),
                name="autonomy_tally_anywhere",
            ),
            models.UniqueConstraint(
                "day",
                "kind",
                "value",
                "structure",
                condition=models.Q(structure__isnull=False),
                name="autonomy_tally_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.value} : {self.count}"
