"""What the database keeps of the country that it serves."""

from django.db import models


class DatabaseOwner(models.Model):
    """The country whose database this is: one row, written once. Read by config/database_owner.py."""

    number = models.PositiveSmallIntegerField("numéro", primary_key=True, default=1)
    name = models.CharField("pays", max_length=255)

    class Meta:
        verbose_name = "pays de la base"
        verbose_name_plural = "pays de la base"
        constraints = (models.CheckConstraint(condition=models.Q(number=1), name="country_database_once"),)

    def __str__(self) -> str:
        return self.name
