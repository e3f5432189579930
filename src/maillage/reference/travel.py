"""Ways of travelling to a place, and how each is said in French."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A way of travelling. noun: after « à portée de »; manner: after a number of minutes."""

    id: str
    label: str
    noun: str
    manner: str

    @property
    def near(self) -> str:
        """« à portée de marche », of a place that one may travel to."""
        return f"à portée de {self.noun}"


FOOT = Mode(id="pied", label="À pied", noun="marche", manner="à pied")
BICYCLE = Mode(id="velo", label="À vélo", noun="vélo", manner="à vélo")
CAR = Mode(id="voiture", label="En voiture", noun="voiture", manner="en voiture")
MODES = MappingProxyType({mode.id: mode for mode in (FOOT, BICYCLE, CAR)})
