"""Structures, places and what happens to them. A sheet is one row; every change of it is another."""

from collections.abc import Mapping
from typing import Any, final

from django.db import models
from django.utils import timezone

from maillage.apps.directory.places import rules
from maillage.apps.platform.accounts.models import by_account


class Source(models.Model):
    """A source of places: a producer, its licence, how its files are read, and where the next one is
    published.

    error: the three sentences of the last reading that failed. digest: of the last file read at the address.
    """

    name = models.CharField("nom", max_length=120, unique=True)
    producer = models.CharField("producteur", max_length=200, blank=True)
    licence = models.CharField("licence", max_length=60, blank=True)
    correspondence = models.TextField("correspondance", blank=True)
    address = models.CharField("adresse du fichier", max_length=500, blank=True)
    every_days = models.PositiveSmallIntegerField(
        "rythme", default=0, choices=list(rules.READING_RHYTHMS.items())
    )
    reader = by_account("suivie par")
    read_at = models.DateTimeField("relue le", null=True)
    digest = models.CharField("empreinte du dernier fichier", max_length=64, blank=True)
    error = models.JSONField("dernier échec", default=list)

    class Meta:
        verbose_name = "source"

    def __str__(self) -> str:
        return self.name


@final
class Structure(models.Model):
    """An organisation that runs places, one or several."""

    key = models.CharField("clé", max_length=180, unique=True)
    name = models.CharField("nom", max_length=300)
    kind = models.CharField("type", max_length=40, default="autre")
    code_insee = models.CharField("commune du siège", max_length=5, blank=True)

    class Meta:
        verbose_name = "structure"

    def __str__(self) -> str:
        return self.name


def of_structure(words: str = "structure") -> models.ForeignKey[Structure | int | None, Structure | None]:
    """Return a field for the structure a row comes from, where the row outlives the structure."""
    return models.ForeignKey(
        Structure, verbose_name=words, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )


class Import(models.Model):
    """A file read into the directory: what it contained, what it created, and how to undo it."""

    source = models.ForeignKey(
        Source, verbose_name="source", on_delete=models.PROTECT, related_name="imports"
    )
    file_name = models.CharField("fichier", max_length=200)
    digest = models.CharField("empreinte", max_length=64)
    correspondence = models.TextField("correspondance")
    started_at = models.DateTimeField("commencé le")
    by = by_account()
    state = models.CharField(
        "état", max_length=8, choices=list(rules.IMPORT_STATES.items()), default=rules.RUNNING
    )
    counts = models.JSONField("décomptes", default=dict)
    report = models.JSONField("rapport", default=dict)
    undone_at = models.DateTimeField("défait le", null=True)

    class Meta:
        verbose_name = "import"
        ordering = ("-started_at", "-pk")

    def __str__(self) -> str:
        return f"{self.file_name} ({self.source})"


@final
class Lieu(models.Model):
    """A place where help is given. `sheet` is what is known of it, `origins` who filled each field; the
    columns serve to find it.
    """

    slug = models.CharField("adresse", max_length=90, unique=True)
    source = models.ForeignKey(Source, verbose_name="source", on_delete=models.PROTECT, related_name="lieux")
    identifier = models.CharField("identifiant dans la source", max_length=130)
    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.PROTECT, related_name="lieux"
    )
    name = models.CharField("nom", max_length=160)
    code_insee = models.CharField("commune", max_length=5, blank=True, db_index=True)
    latitude = models.FloatField("latitude", null=True)
    longitude = models.FloatField("longitude", null=True)
    updated_on = models.DateField("mise à jour annoncée", null=True)
    confirmed_on = models.DateField("confirmée le", null=True)
    confirmed_by = models.CharField("confirmée par", max_length=120, blank=True)
    rhythm = models.PositiveSmallIntegerField(
        "rythme", default=rules.USUAL_RHYTHM, choices=list(rules.RHYTHMS.items())
    )
    state = models.CharField(
        "état", max_length=9, choices=list(rules.STATES.items()), default=rules.PUBLISHED
    )
    reason = models.CharField("raison", max_length=300, blank=True)
    full_since = models.DateField("complet depuis", null=True)
    room_on = models.DateField("de la place vers le", null=True)
    code = models.CharField("code du lien personnel", max_length=9, unique=True, null=True)
    missing_since = models.ForeignKey(
        Import, verbose_name="absent depuis", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", verbose_name="réuni à", on_delete=models.RESTRICT, null=True, related_name="+"
    )
    # The large columns last: what the search reads then stands on the first page of the row.
    sheet = models.JSONField("fiche")
    origins = models.JSONField("origines", default=dict)
    to_check = models.JSONField("à vérifier", default=list)

    class Meta:
        verbose_name = "lieu"
        constraints = (models.UniqueConstraint("source", "identifier", name="directory_lieu_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude, None when they are not known."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)


class Change(models.Model):
    """One change of one place: before, after, who, why. None before: the place was created; None after: it
    was deleted. written_at: when the row was made, which the hour of a long import is well before: what a
    program has not read yet is known by it.
    """

    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.CASCADE, related_name="changes")
    within = models.ForeignKey(
        Import, verbose_name="import", on_delete=models.SET_NULL, null=True, related_name="changes"
    )
    verb = models.CharField("geste", max_length=8, choices=list(rules.VERBS.items()))
    at = models.DateTimeField("le")
    written_at = models.DateTimeField("écrit le", default=timezone.now, editable=False)
    by = models.CharField("par", max_length=120)
    before = models.JSONField("avant", null=True)
    after = models.JSONField("après", null=True)
    reason = models.CharField("raison", max_length=300, blank=True)

    class Meta:
        verbose_name = "changement"
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("written_at", "lieu"), name="directory_change_written"),)

    def __str__(self) -> str:
        return f"{self.get_verb_display()} : {self.lieu_id}"


class Deletion(models.Model):
    """A published place that was deleted, so that programs forget it too: its address, and nothing else of
    it. entered_at: of the change that published it.
    """

    slug = models.CharField("adresse", max_length=90, db_index=True)
    entered_at = models.DateTimeField("entré le", null=True)
    written_at = models.DateTimeField("effacé le", default=timezone.now, db_index=True, editable=False)

    class Meta:
        verbose_name = "lieu effacé"

    def __str__(self) -> str:
        return self.slug


class Proposal(models.Model):
    """A value proposed for a field, beside the current one: only a person chooses."""

    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.CASCADE, related_name="proposals")
    within = models.ForeignKey(
        Import, verbose_name="import", on_delete=models.CASCADE, null=True, related_name="proposals"
    )
    field = models.CharField("champ", max_length=40, blank=True)
    value = models.JSONField("valeur proposée", null=True)
    text = models.TextField("message", blank=True)
    by = models.CharField("par", max_length=120)
    at = models.DateTimeField("le")
    state = models.CharField("état", max_length=8, choices=list(rules.ANSWERS.items()), default=rules.OPEN)
    answered_at = models.DateTimeField("répondu le", null=True)
    answered_by = models.CharField("répondu par", max_length=120, blank=True)

    class Meta:
        verbose_name = "proposition"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.field} : {self.lieu_id}"

    @property
    def parts(self) -> Mapping[str, Any]:
        """The value, where it has parts: the structure that would take the place."""
        return self.value or {}


class Pair(models.Model):
    """Two places that may be one: proposed with reasons, decided by a person."""

    first = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Lieu, verbose_name="autre lieu", on_delete=models.CASCADE, related_name="+")
    score = models.FloatField("score")
    reasons = models.JSONField("raisons")
    sure = models.BooleanField("au-dessus du seuil", default=False)
    state = models.CharField("état", max_length=8, choices=list(rules.ANSWERS.items()), default=rules.OPEN)
    answered_at = models.DateTimeField("répondu le", null=True)
    answered_by = models.CharField("répondu par", max_length=120, blank=True)

    class Meta:
        verbose_name = "doublon possible"
        ordering = ("-score", "pk")
        constraints = (models.UniqueConstraint("first", "second", name="directory_pair_once"),)

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id} ?"
