"""Read opening hours typed in French, and write them as OSM `opening_hours`."""

from french_opening_hours.clock import with_hours
from french_opening_hours.osm import CODES, is_valid
from french_opening_hours.reader import LIMITED, LONGEST, NO_DAY, Hours, read, read_week

__all__ = ["CODES", "LIMITED", "LONGEST", "NO_DAY", "Hours", "is_valid", "read", "read_week", "with_hours"]
