"""Counts kept by day, so that an indicator reads sums and never the rows of persons."""

from django.db import models


class DailyCount(models.Model):
    """The move of a measure on a day, in a commune: cases of that day, or arrivals less departures for what
    lasts (`rules.LASTING`), whose total to a day is what stands that day.

    part: what the measure is cut by (a module, a practice), "" when it is not. No row names a person.
    """

    measure = models.CharField("mesure", max_length=20)
    part = models.CharField("détail", max_length=41, blank=True)
    commune = models.CharField("commune", max_length=5, blank=True)
    example = models.BooleanField("exemple", default=False)
    day = models.DateField("jour")
    n = models.IntegerField("nombre")

    class Meta:
        verbose_name = "compte d’un jour"
        verbose_name_plural = "comptes par jour"
        ordering = ("measure", "day", "pk")
        indexes = (
            models.Index(fields=("measure", "day"), name="indicators_count_of_day"),
            models.Index(fields=("commune", "measure", "day"), name="indicators_count_there"),
        )

    def __str__(self) -> str:
        return f"{self.measure}, {self.day} : {self.n}"


class Refresh(models.Model):
    """A reading of the rows that the counts come from. whole: every day was counted again."""

    at = models.DateTimeField("le")
    whole = models.BooleanField("en entier", default=False)

    class Meta:
        verbose_name = "lecture des comptes"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
