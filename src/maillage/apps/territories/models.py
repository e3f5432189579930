"""The additions of a network to the official territories: perimeters, filters, corrections."""

from django.db import models

from maillage.apps.platform.accounts.models import by_account
from maillage.apps.territories import rules
from maillage.reference import targets
from maillage.words.wording import count


class Perimeter(models.Model):
    """A kept study perimeter: zones cut in an official territory, with the reason for the choice."""

    slug = models.SlugField("adresse", max_length=61, unique=True)
    name = models.CharField("nom", max_length=120)
    code = models.CharField("territoire de départ", max_length=9)
    reason = models.TextField("raison du périmètre")
    target_text = models.CharField("public visé", max_length=targets.LONGEST, blank=True, default="")
    target_publics = models.JSONField("publics visés, dans la liste", default=list, blank=True)
    zones = models.TextField("zones, telles que déposées")
    file_name = models.CharField("fichier", max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = by_account()

    class Meta:
        verbose_name = "périmètre"

    def __str__(self) -> str:
        return self.name


class Marking(models.Model):
    """A filter made from a dropped file: the share of each census area that it holds.

    digest: of the file. generation: the year from which its districts hold, "" when it says none. A file of
    connections filters nobody: its shares are of the premises of communes, of the year of its generation.
    """

    slug = models.SlugField("adresse", max_length=61, unique=True)
    label = models.CharField("nom", max_length=120)
    kind = models.CharField("nature", max_length=8, choices=list(rules.KINDS.items()))
    source = models.CharField("fichier", max_length=200)
    doubt = models.TextField("doute")
    shares = models.JSONField("part par IRIS")
    premises = models.JSONField("locaux par commune", default=dict, blank=True)
    digest = models.CharField("empreinte du fichier", max_length=64, blank=True, default="", db_default="")
    generation = models.CharField("génération", max_length=4, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = by_account()

    class Meta:
        verbose_name = "filtre"

    def __str__(self) -> str:
        return self.label

    @property
    def concerned(self) -> str:
        """The communes or areas that it marks, counted in words."""
        if self.kind == rules.CONNECTIONS:
            return count(len(self.shares), "commune")
        return count(len(self.shares), "commune ou quartier", "communes ou quartiers")


class District(models.Model):
    """A contour of a filter, as its file draws it: a place is in it or not. shape: in degrees, as WKT.

    A filter dropped before contours were kept has none: only its shares speak.
    """

    marking = models.ForeignKey(
        Marking, verbose_name="filtre", on_delete=models.CASCADE, related_name="districts"
    )
    code = models.CharField("code", max_length=20)
    name = models.CharField("nom", max_length=160)
    shape = models.TextField("contour")

    class Meta:
        verbose_name = "contour d’un filtre"
        verbose_name_plural = "contours des filtres"

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Correction(models.Model):
    """A reference value corrected by someone, with the reason; the former value stays."""

    table = models.CharField("table", max_length=40)
    key = models.CharField("code", max_length=9)
    column = models.CharField("colonne", max_length=40)
    former = models.FloatField("ancienne valeur", null=True)
    value = models.FloatField("nouvelle valeur")
    reason = models.TextField("raison")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = by_account()
    withdrawn_at = models.DateTimeField("retirée le", null=True)
    withdrawn_by = by_account("retirée par")

    class Meta:
        verbose_name = "correction"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{self.table} {self.key} {self.column}"
