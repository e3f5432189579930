"""The words by which rows are found, and the spelling of those words. No right is written here: who may see a
row is asked of the row itself.
"""

from django.db import models

from maillage.apps.platform.search import rules


class SearchWord(models.Model):
    """A word that finds a row. kind: of a `SearchKind`; in_title: the row is called so."""

    word = models.CharField("mot", max_length=rules.LONGEST_WORD)
    kind = models.CharField("sorte", max_length=20)
    row = models.BigIntegerField("ligne")
    in_title = models.BooleanField("dans le titre", default=False)

    class Meta:
        verbose_name = "mot cherché"
        verbose_name_plural = "mots cherchés"
        constraints = (models.UniqueConstraint("kind", "row", "word", name="search_row_word_once"),)
        # All that a search reads of a word, of the rows of a kind side by side.
        indexes = (models.Index(fields=("kind", "word", "in_title", "row"), name="search_kind_word"),)

    def __str__(self) -> str:
        return f"{self.word} : {self.kind} {self.row}"


class SearchGram(models.Model):
    """Three letters of a word that finds some row: how a word typed with a fault is found."""

    gram = models.CharField("trois lettres", max_length=rules.GRAM)
    word = models.CharField("mot", max_length=rules.LONGEST_WORD, db_index=True)

    class Meta:
        verbose_name = "lettres d’un mot cherché"
        verbose_name_plural = "lettres des mots cherchés"
        constraints = (models.UniqueConstraint("gram", "word", name="search_gram_once"),)

    def __str__(self) -> str:
        return f"{self.gram} : {self.word}"
