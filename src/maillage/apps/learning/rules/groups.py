"""What a group is: how many people, and when two openings are one."""

from datetime import timedelta

MOST = 40  # people
TWICE = timedelta(seconds=20)  # between two clicks that open one group
