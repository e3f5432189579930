"""The demonstration's stage: who plays, at which places, and when."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

SOCIAL, HELP, LEARN = "SLS Grenoble SUD", "Pimms Mediation Grenoble", "Association l'Age d'Or"


class Stage:
    """The accounts, the places and the dates: so many days before today at ten, or a working day so many days
    from today.
    """

    def __init__(self, at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> None:
        self.at, self.accounts, self.structures = at, accounts, structures

    def ago(self, days: float) -> datetime:
        moment = self.at.replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=days)
        return min(moment, self.at)  # made before ten, its lines would put the clock of the computer in doubt

    def when(self, days: int, hour: int) -> datetime:
        from django.utils import timezone

        day = self.at.date() + timedelta(days=days)
        while day.weekday() > 4:
            day += timedelta(days=1 if days > 0 else -1)
        moment: datetime = timezone.make_aware(datetime.combine(day, time(hour)))
        return moment

    def lieu(self, structure: str) -> Any:
        from maillage.apps.directory.places.models import Lieu

        return (
            Lieu.objects.filter(structure=self.structures[structure], state="published")
            .order_by("pk")
            .first()
        )

    def welcome(
        self, name: str, born: int | None, days: float, *, account_name: str, structure: str, **more: Any
    ) -> Any:
        """Give a card to somebody invented, whose sheet may be shown."""
        from maillage.apps.people.persons.actions import consents, register

        by, where = self.accounts[account_name], self.structures[structure]
        person = register.welcome(
            by=by, structure=where, nickname=name, born=born, at=self.ago(days), example=True, **more
        )
        consents.agree(person=person, purpose="show", how="read", by=by, at=self.ago(days))
        return person
