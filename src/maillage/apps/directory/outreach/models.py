"""Work beyond the desk: campaigns of confirmation, censuses, devices, awareness actions."""

from django.db import models

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import by_account


class Body(models.Model):
    """A body to contact in a census: an official body, a network, a recommended place."""

    territory = models.CharField("territoire", max_length=61, db_index=True)
    commune = models.CharField("commune", max_length=5, blank=True)
    name = models.CharField("nom", max_length=200)
    kind = models.CharField("type", max_length=40, default="autre")
    found_by = models.CharField(
        "trouvé par", max_length=12, choices=list(rules.FOUND_BY.items()), default="contact"
    )
    recommended_by = models.ForeignKey(
        "self",
        verbose_name="recommandé par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    telephone = models.CharField("téléphone", max_length=40, blank=True)
    courriel = models.CharField("adresse e-mail", max_length=200, blank=True)
    state = models.CharField(
        "état", max_length=12, choices=list(rules.BODY_STATES.items()), default="to-contact"
    )
    note = models.TextField("note", blank=True)
    lieu = models.ForeignKey(
        Lieu, verbose_name="fiche", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField("dernier geste le")
    changed_by = by_account()

    class Meta:
        app_label = "directory"  # the tables and their migrations stay where they were made
        verbose_name = "organisme à contacter"
        ordering = ("commune", "name", "pk")

    def __str__(self) -> str:
        return self.name


class Campaign(models.Model):
    """A campaign of confirmation: the sheets to confirm when it was opened, and the outcome of each."""

    name = models.CharField("nom", max_length=120)
    territory = models.CharField("territoire", max_length=61, blank=True)
    opened_at = models.DateTimeField("ouverte le")
    by = by_account()
    closed_at = models.DateTimeField("close le", null=True)

    class Meta:
        app_label = "directory"  # the tables and their migrations stay where they were made
        verbose_name = "campagne"
        ordering = ("-opened_at", "-pk")

    def __str__(self) -> str:
        return self.name


class Call(models.Model):
    """One sheet of a campaign: to phone or write to, and its answer."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="campagne", on_delete=models.CASCADE, related_name="calls"
    )
    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.CASCADE, related_name="+")
    state = models.CharField("état", max_length=10, choices=list(rules.CALL_STATES.items()), default="to-do")
    note = models.CharField("note", max_length=300, blank=True)
    at = models.DateTimeField("le", null=True)
    by = models.CharField("par", max_length=120, blank=True)

    class Meta:
        app_label = "directory"  # the tables and their migrations stay where they were made
        verbose_name = "appel"
        constraints = (models.UniqueConstraint("campaign", "lieu", name="directory_call_once"),)

    def __str__(self) -> str:
        return f"{self.campaign_id} : {self.lieu_id}"


class CensusRules(models.Model):
    """The inclusion rules of a territory's census, and where its search started. lines: the lines of the
    offer whose places it looks for, all of them where none is named.
    """

    territory = models.CharField("territoire", max_length=61, unique=True)
    rules = models.JSONField("règles", default=dict)
    lines = models.JSONField(
        "services cherchés", default=list, db_default=models.Value([], models.JSONField())
    )
    sources = models.TextField("par où commencer", blank=True)

    class Meta:
        app_label = "directory"  # the tables and their migrations stay where they were made
        verbose_name = "règles de recensement"

    def __str__(self) -> str:
        return self.territory


class Collection(models.Model):
    """Devices that a company or a collectivity gives to a place, to be refurbished: announced, then received.
    wiped: who gave them erased what they held; None as long as they are not received.
    """

    lieu = models.ForeignKey(
        Lieu, verbose_name="lieu qui reçoit", on_delete=models.CASCADE, related_name="collections"
    )
    giver = models.CharField("qui donne", max_length=120)
    kind = models.CharField("c’est", max_length=12, choices=list(rules.GIVERS.items()), default="company")
    what = models.CharField("quels appareils", max_length=60)
    announced = models.PositiveSmallIntegerField("combien sont annoncés")
    on = models.DateField("jour de la collecte")
    received = models.PositiveSmallIntegerField("combien sont reçus", null=True, blank=True)
    received_on = models.DateField("reçus le", null=True, blank=True)
    wiped = models.BooleanField("données effacées par qui donne", null=True, blank=True)
    made_at = models.DateTimeField("annoncée le")
    by = by_account()

    class Meta:
        app_label = "directory"  # as its neighbours
        verbose_name = "collecte d’appareils"
        ordering = ("-on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(received=None) | models.Q(received_on__isnull=False),
                name="directory_collection_received_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.giver}, {self.on}"


class Device(models.Model):
    """A device that a place lends, or that was collected and refurbished. to_wipe: it holds what its former
    owner wrote, and serves nobody until that is erased. given_on: handed over for good, to somebody whom
    nothing here names; follow_on: when to ask what became of it, outcome: the answer.
    """

    collection = models.ForeignKey(
        Collection,
        verbose_name="collecte",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="devices",
    )
    to_wipe = models.BooleanField("données à effacer", default=False)
    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.CASCADE, related_name="devices")
    label = models.CharField("appareil", max_length=120)
    kind = models.CharField(
        "c’est", max_length=8, choices=list(rules.DEVICE_KINDS.items()), default="other", db_default="other"
    )
    given_on = models.DateField("remis le", null=True, blank=True)
    follow_on = models.DateField("nouvelles à prendre le", null=True, blank=True)
    outcome = models.CharField(
        "ce qu’il devient",
        max_length=7,
        choices=list(rules.DEVICE_OUTCOMES.items()),
        blank=True,
        default="",
        db_default="",
    )
    state = models.CharField("état", max_length=12, choices=list(rules.DEVICE_STATES.items()), default="here")
    origin = models.CharField("d’où il vient", max_length=200, blank=True)
    note = models.CharField("note", max_length=300, blank=True)
    entered_on = models.DateField("entré le")

    class Meta:
        app_label = "directory"  # the tables and their migrations stay where they were made
        verbose_name = "appareil"
        ordering = ("label", "pk")

    def __str__(self) -> str:
        return self.label


class Loan(models.Model):
    """A loan of a device: to whom, in the words of the place (never a full identity), until when, and its
    return.
    """

    device = models.ForeignKey(
        Device, verbose_name="appareil", on_delete=models.CASCADE, related_name="loans"
    )
    to = models.CharField("à qui (un prénom ou un numéro suffit)", max_length=60)
    out_on = models.DateField("prêté le")
    due_on = models.DateField("à rendre le")
    back_on = models.DateField("rendu le", null=True)

    class Meta:
        app_label = "directory"  # the tables and their migrations stay where they were made
        verbose_name = "prêt"
        ordering = ("-out_on", "-pk")

    def __str__(self) -> str:
        return f"{self.device_id} : {self.out_on}"


class Reservation(models.Model):
    """A device set aside for somebody, from a day to another, both included: erased once it is lent, or a
    week after its first day.
    """

    device = models.ForeignKey(
        Device, verbose_name="appareil", on_delete=models.CASCADE, related_name="reservations"
    )
    to = models.CharField("pour qui (un prénom ou un numéro suffit)", max_length=60)
    from_on = models.DateField("à partir du")
    until_on = models.DateField("jusqu’au")
    made_at = models.DateTimeField("réservé le")
    by = by_account()

    class Meta:
        app_label = "directory"  # as its neighbours
        verbose_name = "réservation d’un appareil"
        ordering = ("from_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(until_on__gte=models.F("from_on")), name="directory_reservation_ends_after"
            ),
        )

    def __str__(self) -> str:
        return f"{self.device_id} : {self.from_on}"


class Outing(models.Model):
    """An awareness action: a market half-day, a school gate, a conference; where, for whom, and its
    outcome.
    """

    kind = models.CharField(
        "sorte", max_length=12, choices=list(rules.OUTING_KINDS.items()), default="market"
    )
    name = models.CharField("nom", max_length=200)
    territory = models.CharField("territoire", max_length=61, blank=True)
    place = models.CharField("où", max_length=200)
    public = models.CharField("pour qui", max_length=200, blank=True)
    rhythm = models.CharField("fréquence", max_length=120, blank=True)
    on = models.DateField("quand")
    cost = models.PositiveIntegerField("coût, en euros", null=True, blank=True)
    state = models.CharField(
        "état", max_length=9, choices=list(rules.OUTING_STATES.items()), default="planned"
    )
    met = models.PositiveIntegerField("personnes rencontrées", null=True, blank=True)
    came = models.PositiveIntegerField("venues ensuite dans un lieu", null=True, blank=True)
    effect = models.TextField("ce que cela a changé", blank=True)
    by = by_account()

    class Meta:
        app_label = "directory"  # the tables and their migrations stay where they were made
        verbose_name = "action de sensibilisation"
        ordering = ("-on", "-pk")

    def __str__(self) -> str:
        return self.name
