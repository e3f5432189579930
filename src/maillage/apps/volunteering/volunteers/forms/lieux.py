"""The place where a structure does something: in one of its places, or elsewhere."""

from typing import Any

from maillage.apps.community.forms.speaking import OnBehalf
from maillage.apps.directory.places.forms.places import lieux_of
from maillage.web.choices import choice_field

NOWHERE = ""


class AtLieu(OnBehalf):
    """Form of an activity of a structure at a place: its field `lieu` offers its places, the first of
    them chosen.

    elsewhere: how the last choice, none of them, is said.
    """

    elsewhere: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lieux = lieux_of(self.structures.values())
        choice_field(self, "lieu").choices = [
            *((pk, lieu.name) for pk, lieu in self.lieux.items()),
            (NOWHERE, self.elsewhere),
        ]
        self.fields["lieu"].initial = next(iter(self.lieux), NOWHERE)
