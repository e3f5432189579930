"""The record of the country that the database serves."""

from django.db import models


class DatabaseOwner(models.Model):
    """The country whose database this is: one row, written once. Read by manage/deploy/ownership.py.

    folder: where its data are when they are not in data/pays; two countries in two folders may bear one name.
    """

    number = models.PositiveSmallIntegerField("numéro", primary_key=True, default=1)
    name = models.CharField("pays", max_length=255)
    folder = models.TextField("dossier", blank=True, default="", db_default="")

    class Meta:
        verbose_name = "pays de la base"
        verbose_name_plural = "pays de la base"
        constraints = (models.CheckConstraint(condition=models.Q(number=1), name="country_database_once"),)

    def __str__(self) -> str:
        return f"{self.name}, dans {self.folder}" if self.folder else self.name
