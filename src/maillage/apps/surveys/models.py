"""Surveys: their questions, devices, answers, weights and publications."""

from django.db import models

from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import by_account
from maillage.apps.surveys import rules
from maillage.reference import findings


class Survey(models.Model):
    """A campaign: one questionnaire, asked of a universe, over a territory.

    aim: its purpose. universe: who may answer, in words. how: how people were met, and what this misses.
    target: number of answers hoped for. n_invited: structures, or people, asked to answer; n_universe: those
    of the whole universe. by_link: anyone may answer at its public address. rounding: constant
    across its publications. file_reading: what was chosen of the columns and values of imported files, for
    the next one with the same headers (`forms.values.Reading`).
    """

    kind = models.CharField("sorte", max_length=13, choices=list(rules.KINDS.items()))
    title = models.CharField("titre", max_length=140)
    slug = models.SlugField("adresse", max_length=80, unique=True)
    territory = models.CharField("territoire", max_length=61, db_index=True)
    aim = models.TextField("but", blank=True)
    universe = models.CharField("de qui parle-t-elle", max_length=200, blank=True)
    how = models.TextField("comment les personnes sont rencontrées", blank=True)
    target = models.PositiveIntegerField("réponses visées", null=True, blank=True)
    n_invited = models.PositiveIntegerField("interrogées", null=True, blank=True)
    n_universe = models.PositiveIntegerField("en tout", null=True, blank=True)
    opens_on = models.DateField("du", null=True, blank=True)
    closes_on = models.DateField("au", null=True, blank=True)
    state = models.CharField("état", max_length=6, choices=list(rules.STATES.items()), default="draft")
    by_link = models.BooleanField("répondre seul, par un lien", default=False)
    rounding = models.CharField(
        "arrondi", max_length=7, choices=list(rules.ROUNDINGS.items()), default="nearest"
    )
    after = models.ForeignKey(
        "self",
        verbose_name="vague précédente",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    file_reading = models.JSONField(
        "lecture des fichiers", default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    made_at = models.DateTimeField("préparée le")
    by = by_account()
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "enquête"
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """A questionnaire as JSON (`questionnaires.questionnaire`), never changed after an answer."""

    survey = models.ForeignKey(
        Survey, verbose_name="enquête", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField("version")
    definition = models.JSONField("questionnaire")
    made_at = models.DateTimeField("écrite le")
    by = by_account()

    class Meta:
        verbose_name = "version du questionnaire"
        ordering = ("survey", "-number")
        constraints = (models.UniqueConstraint("survey", "number", name="surveys_version_once"),)

    def __str__(self) -> str:
        return f"{self.survey_id} v{self.number}"


class Place(models.Model):
    """A place where people are met, so that groups can be compared by place."""

    survey = models.ForeignKey(
        Survey, verbose_name="enquête", on_delete=models.CASCADE, related_name="places"
    )
    name = models.CharField("nom", max_length=120)
    channel = models.CharField(
        "comment", max_length=9, choices=list(rules.CHANNELS.items()), default="street"
    )
    commune = models.CharField("commune", max_length=5, blank=True)
    lieu = models.ForeignKey(
        Lieu, verbose_name="lieu", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "lieu de collecte"
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint("survey", "name", name="surveys_place_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def structure(self) -> str:
        """Return the name of the structure where people are met; '' when the place is not in the
        directory.
        """
        return self.lieu.structure.name if self.lieu else ""


class Surveyor(models.Model):
    """A device that may send answers, under a name its owner chose. Only the digest of its link is stored."""

    survey = models.ForeignKey(
        Survey, verbose_name="enquête", on_delete=models.CASCADE, related_name="surveyors"
    )
    name = models.CharField("nom ou surnom", max_length=60)
    token = models.CharField("empreinte du lien", max_length=64, unique=True)
    kiosk = models.BooleanField("borne", default=False)
    made_at = models.DateTimeField("donné le")
    by = by_account()
    seen_at = models.DateTimeField("vu le", null=True, blank=True)
    waiting = models.PositiveIntegerField("réponses en attente sur l’appareil", default=0)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "enquêteur"
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """Raw answer of one person or structure; weights never change it.

    uid: given where it was filled, so that it is kept once. values: name of a question → text
        (`questionnaires.questionnaire`).
    form: number written on the sheet of paper. file: name of the file that brought it.
    digest: of what was sent; the same uid with other words is
        told apart.
    aside_at: left out of the results by the analyst, for a reason.
    """

    uid = models.UUIDField("identifiant", unique=True)
    survey = models.ForeignKey(
        Survey, verbose_name="enquête", on_delete=models.CASCADE, related_name="answers"
    )
    version = models.ForeignKey(
        Version, verbose_name="version", on_delete=models.RESTRICT, related_name="answers"
    )
    channel = models.CharField("comment", max_length=9, choices=list(rules.CHANNELS.items()))
    place = models.ForeignKey(
        Place, verbose_name="lieu", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    surveyor = models.ForeignKey(
        Surveyor, verbose_name="enquêteur", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    language = models.CharField("langue", max_length=8, default="fr")
    values = models.JSONField("réponses")
    begun_at = models.DateTimeField("commencée le", null=True, blank=True)
    ended_at = models.DateTimeField("finie le", null=True, blank=True)
    received_at = models.DateTimeField("reçue le")
    form = models.CharField("numéro de la feuille", max_length=20, blank=True)
    file = models.CharField("fichier", max_length=120, blank=True, default="", db_default="")
    initial_weight = models.FloatField("poids initial", null=True, blank=True)
    digest = models.CharField("empreinte", max_length=64)
    by = by_account("saisie par")
    aside_at = models.DateTimeField("écartée le", null=True, blank=True)
    aside_why = models.CharField("pourquoi", max_length=200, blank=True)

    class Meta:
        verbose_name = "réponse"
        ordering = ("received_at", "pk")
        constraints = (
            models.UniqueConstraint(
                "survey", "form", condition=~models.Q(form=""), name="surveys_answer_one_sheet_of_paper"
            ),
        )
        indexes = (
            models.Index(
                fields=("survey", "received_at", "aside_at"),
                condition=models.Q(aside_at=None),
                name="surveys_answer_in_use",
            ),
        )

    def __str__(self) -> str:
        return str(self.uid)


class SecondEntry(models.Model):
    """The same sheet of paper, typed a second time; settled when the differences were looked at."""

    answer = models.OneToOneField(
        Answer, verbose_name="réponse", on_delete=models.CASCADE, related_name="second"
    )
    values = models.JSONField("réponses")
    typed_at = models.DateTimeField("saisie le")
    by = by_account("saisie par")
    settled_at = models.DateTimeField("accordée le", null=True, blank=True)

    class Meta:
        verbose_name = "seconde saisie"

    def __str__(self) -> str:
        return f"{self.answer_id}"


class Target(models.Model):
    """A place asked to answer a survey of structures. token: digest of its own link."""

    survey = models.ForeignKey(
        Survey, verbose_name="enquête", on_delete=models.CASCADE, related_name="targets"
    )
    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.CASCADE, related_name="+")
    token = models.CharField("empreinte du lien", max_length=64, unique=True)
    state = models.CharField("état", max_length=8, choices=list(rules.CALLS.items()), default="waiting")
    reminded_at = models.DateTimeField("relancée le", null=True, blank=True)
    times = models.PositiveSmallIntegerField("relances", default=0)
    note = models.CharField("note", max_length=300, blank=True)
    answer = models.OneToOneField(
        Answer,
        verbose_name="réponse",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="target",
    )

    class Meta:
        verbose_name = "structure interrogée"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint("survey", "lieu", name="surveys_target_once"),)

    def __str__(self) -> str:
        return f"{self.survey_id} : {self.lieu_id}"


class Weighting(models.Model):
    """Weights of the answers of a survey, and how they were found.

    variables: [{"question", "label", "source", "classes": [{"name", "label", "values": […], "total"}]}], the
    margins of the population. weights: number (uid) of an answer → weight. told: the diagnostics of the
    method (gaps, bounds, design effect…). chosen: the weights that results are read with.
    """

    survey = models.ForeignKey(
        Survey, verbose_name="enquête", on_delete=models.CASCADE, related_name="weightings"
    )
    method = models.CharField("méthode", max_length=8, choices=list(rules.METHODS.items()))
    low = models.FloatField("rapport de poids, au moins", null=True, blank=True)
    high = models.FloatField("rapport de poids, au plus", null=True, blank=True)
    variables = models.JSONField("marges")
    weights = models.JSONField("poids")
    told = models.JSONField("ce que dit la méthode", default=dict)
    n = models.PositiveIntegerField("réponses")
    chosen = models.BooleanField("retenu", default=False)
    made_at = models.DateTimeField("calculé le")
    by = by_account()

    class Meta:
        verbose_name = "redressement"
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                "survey", condition=models.Q(chosen=True), name="surveys_weighting_one_chosen"
            ),
        )

    def __str__(self) -> str:
        return f"{self.survey_id} {self.method}"


class Finding(models.Model):
    """A sentence about a result: written by a rule, then perhaps edited.

    key: which rule, about what. written: the rule's sentence, from `figures`. edited: a person's sentence
    instead, as long as `edited_from` holds: if figures change later, the sentence is flagged.
    """

    survey = models.ForeignKey(
        Survey, verbose_name="enquête", on_delete=models.CASCADE, related_name="findings"
    )
    key = models.CharField("règle", max_length=160)
    written = models.TextField("écrit")
    figures = models.JSONField("chiffres")
    edited = models.TextField("repris", blank=True)
    edited_from = models.JSONField("chiffres d’alors", null=True, blank=True)
    edited_at = models.DateTimeField("repris le", null=True, blank=True)
    by = by_account()
    hidden = models.BooleanField("retiré", default=False)
    rank = models.PositiveIntegerField("rang", default=0)

    class Meta:
        verbose_name = "enseignement"
        ordering = ("rank", "pk")
        constraints = (models.UniqueConstraint("survey", "key", name="surveys_finding_once"),)

    def __str__(self) -> str:
        return self.key


class Publication(models.Model):
    """A publication of a survey, as it was that day: never computed again. content: the document and its
    tables.
    """

    survey = models.ForeignKey(
        Survey, verbose_name="enquête", on_delete=models.CASCADE, related_name="publications"
    )
    number = models.PositiveIntegerField("édition")
    content = models.JSONField("contenu")
    weighting = models.ForeignKey(
        Weighting,
        verbose_name="redressement",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
    )
    published_at = models.DateTimeField("publiée le")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    by = by_account()

    class Meta:
        verbose_name = "publication"
        ordering = ("survey", "-number")
        constraints = (models.UniqueConstraint("survey", "number", name="surveys_publication_once"),)

    def __str__(self) -> str:
        return f"{self.survey_id} n° {self.number}"


class Material(models.Model):
    """Qualitative material beside a survey: an interview, a focus group, a workshop. people: how many took
    part.
    """

    survey = models.ForeignKey(
        Survey,
        verbose_name="enquête",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="materials",
    )
    territory = models.CharField("territoire", max_length=61, db_index=True)
    kind = models.CharField("sorte", max_length=15, choices=list(rules.MATERIALS.items()))
    held_on = models.DateField("date", null=True, blank=True)
    place = models.CharField("lieu", max_length=120, blank=True)
    speakers = models.CharField("qui parle", max_length=14, choices=list(rules.SPEAKERS.items()))
    people = models.PositiveSmallIntegerField("participants", null=True, blank=True)
    title = models.CharField("titre", max_length=140)
    findings = models.TextField("ce qui en ressort", blank=True)
    made_at = models.DateTimeField("noté le")
    by = by_account()
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "entretien ou groupe"
        ordering = ("-held_on", "-pk")

    def __str__(self) -> str:
        return self.title


class Verbatim(models.Model):
    """Words of a person, reviewed before anyone else reads them. From an answer to a question, or from a
    material.

    text: as spoken; shown: as it may be read, without what identifies anyone. theme, device: its subject.
    """

    answer = models.ForeignKey(
        Answer,
        verbose_name="réponse",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="verbatims",
    )
    material = models.ForeignKey(
        Material,
        verbose_name="matériau",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="verbatims",
    )
    question = models.CharField("question", max_length=120, blank=True)
    text = models.TextField("dit")
    shown = models.TextField("publié", blank=True)
    speaker = models.CharField("qui parle", max_length=14, choices=list(rules.SPEAKERS.items()))
    theme = models.CharField("thème", max_length=60, blank=True)
    device = models.CharField("appareil", max_length=20, blank=True)
    review = models.CharField(
        "relecture", max_length=7, choices=list(rules.REVIEWS.items()), default="waiting"
    )
    reviewed_at = models.DateTimeField("relu le", null=True, blank=True)
    by = by_account("relu par")

    class Meta:
        verbose_name = "parole"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(answer__isnull=False, material__isnull=True)
                | models.Q(answer__isnull=True, material__isnull=False),
                name="surveys_verbatim_of_one",
            ),
            models.UniqueConstraint("answer", "question", name="surveys_verbatim_once"),
        )

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def about(self) -> str:
        """The device it is about, in words."""
        return rules.DEVICES.get(self.device, "")


class Statement(models.Model):
    """A statement of actors about their territory: who makes it, how many. kind: `reference.findings`."""

    territory = models.CharField("territoire", max_length=61, db_index=True)
    material = models.ForeignKey(
        Material,
        verbose_name="matériau",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="statements",
    )
    speaker = models.CharField("qui le dit", max_length=14, choices=list(rules.SPEAKERS.items()))
    kind = models.CharField("constat", max_length=30)
    text = models.TextField("en clair")
    people = models.PositiveSmallIntegerField("combien le disent", null=True, blank=True)
    said_on = models.DateField("dit le", null=True, blank=True)
    by = by_account()
    example = models.BooleanField("exemple", default=False)

    class Meta:
        verbose_name = "constat d’acteurs"
        ordering = ("speaker", "pk")

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def says(self) -> str:
        """The statement, in the words of its list."""
        known = findings.kinds().get(self.kind)
        return known.says if known else self.kind
