"""The persons helped: a card with a code, and as little more as the help needs."""

from typing import final

from babel import Locale
from django.db import models

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import rules
from maillage.apps.platform.accounts.models import by_account
from maillage.apps.platform.accounts.rules.journal import canonical
from maillage.kernel.codes import in_halves
from maillage.web.free_text import FreeChar


@final
class Person(models.Model):
    """A person who is helped, known by the code on their card. Everything else may be blank: two people may
    share all of it.
    """

    code = models.CharField("code de la carte", max_length=8, unique=True)
    picture = models.CharField("dessin de la carte", max_length=12, choices=list(rules.PICTURES.items()))
    nickname = FreeChar("prénom ou surnom", max_length=60, blank=True)
    born = models.PositiveSmallIntegerField("année de naissance", null=True, blank=True)
    language = models.CharField("langue parlée", max_length=8, default="fr")
    pix = models.PositiveSmallIntegerField("score Pix", null=True, blank=True)
    reach = models.CharField(
        "comment la joindre", max_length=6, choices=list(rules.REACH.items()), default=rules.NONE
    )
    reach_value = FreeChar("numéro, adresse, ou par qui", max_length=160, blank=True)
    example = models.BooleanField("personne inventée", default=False)
    made_at = models.DateTimeField("carte faite le")
    active_at = models.DateTimeField("dernière activité", db_index=True)
    forgotten_at = models.DateTimeField("effacée le", null=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="réunie à",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="merged",
    )

    class Meta:
        verbose_name = "personne"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.nickname or f"Carte {in_halves(self.code)}"

    @property
    def card(self) -> str:
        """The code as it is printed."""
        return in_halves(self.code)

    @property
    def full_label(self) -> str:
        """Return the label that distinguishes two people of the same name: year, drawing and code."""
        known = filter(None, (self.nickname, str(self.born or ""), self.get_picture_display(), self.card))
        return " · ".join(known)

    @property
    def is_untouched(self) -> bool:
        """True until something is done with the person after their card is made or imported."""
        return self.active_at == self.made_at

    @property
    def drawn(self) -> str:
        """The name of the drawing on the card."""
        return f"carte-{self.picture}"

    @property
    def spoken(self) -> str:
        """The language, by its French name."""
        return str(Locale("fr").languages.get(self.language, self.language)).capitalize()


class Following(models.Model):
    """A structure that helps a person, and may see their sheet; `ended_at`: since when it does no more."""

    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.CASCADE, related_name="followings"
    )
    structure = models.ForeignKey(
        Structure, verbose_name="structure", on_delete=models.CASCADE, related_name="+"
    )
    by = by_account()
    since = models.DateTimeField("depuis le")
    ended_at = models.DateTimeField("jusqu’au", null=True)

    class Meta:
        verbose_name = "suivi"
        constraints = (
            models.UniqueConstraint(
                # In this order, the persons of a structure are read in the index alone.
                "structure",
                "person",
                condition=models.Q(ended_at__isnull=True),
                name="people_following_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} : {self.structure_id}"


class Consent(models.Model):
    """Answer of a person to a purpose: the exact words read to them, how, before whom, and until when."""

    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.CASCADE, related_name="consents"
    )
    purpose = models.CharField(
        "pour", max_length=5, choices=[(id, p.label) for id, p in rules.PURPOSES.items()]
    )
    structure = models.ForeignKey(
        Structure,
        verbose_name="structure",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    given = models.BooleanField("d’accord")
    how = models.CharField("comment", max_length=5, choices=[*rules.HOW.items(), *rules.DECLARED.items()])
    words = models.TextField("mots lus")
    by = by_account("devant")
    at = models.DateTimeField("le")
    withdrawn_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "accord"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} : {'oui' if self.given else 'non'}"

    @property
    def proof(self) -> str:
        """Content that the journal seals of an answer: the words, the way, and the answer."""
        answer = canonical(purpose=self.purpose, given=self.given, how=self.how, words=self.words, at=self.at)
        return answer.decode()


class PairDecision(models.Model):
    """Decision about two sheets that look alike: one person, or two.

    same: one person: what was of `other` is of `target` since; until undone_at. rows: the numbers of the rows
    that changed hands, by model, and of those closed, by kind; filled: the fields that `target` took.
    """

    target = models.ForeignKey(
        Person, verbose_name="fiche gardée", on_delete=models.CASCADE, related_name="decisions"
    )
    other = models.ForeignKey(
        Person, verbose_name="autre fiche", on_delete=models.CASCADE, related_name="other_decisions"
    )
    same = models.BooleanField("une seule personne")
    by = by_account("décidé par")
    at = models.DateTimeField("le")
    undone_at = models.DateTimeField("défait le", null=True, blank=True)
    rows = models.JSONField("lignes déplacées", default=dict)
    filled = models.JSONField("ce que la fiche gardée a repris", default=list)

    class Meta:
        verbose_name = "décision sur deux fiches"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.target_id} et {self.other_id} : {'une personne' if self.same else 'deux personnes'}"


class CardSecret(models.Model):
    """The secret chosen by a person so that their card opens for them alone: a word, drawings or digits, of
    which only the hash is stored.

    by: the helper who was there, None when they chose it alone. misses: tries that failed since it last
    opened; missed_at: the last one.
    """

    person = models.OneToOneField(
        Person, verbose_name="personne", on_delete=models.CASCADE, related_name="secret"
    )
    kind = models.CharField("sorte", max_length=8, choices=list(rules.SECRETS.items()))
    hash = models.CharField("empreinte", max_length=128)
    by = by_account("choisi avec", blank=True)
    at = models.DateTimeField("choisi le")
    misses = models.PositiveSmallIntegerField("essais faux", default=0)
    missed_at = models.DateTimeField("dernier essai faux", null=True, blank=True)

    class Meta:
        verbose_name = "secret d’une carte"

    def __str__(self) -> str:
        return f"{self.person_id} : {self.kind}"


class CorrectionRequest(models.Model):
    """Request of a person to a structure to correct its writings; `done_at`: once answered."""

    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.CASCADE, related_name="corrections"
    )
    structure = models.ForeignKey(
        Structure, verbose_name="demandé à", on_delete=models.CASCADE, related_name="+"
    )
    words = FreeChar("à corriger", max_length=300)
    asked_at = models.DateTimeField("demandé le")
    done_at = models.DateTimeField("répondu le", null=True, blank=True)
    done_by = by_account("répondu par", blank=True)
    answer = FreeChar("réponse", max_length=300, blank=True)

    class Meta:
        verbose_name = "correction demandée"
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return f"{self.person_id} : {self.structure_id}"
