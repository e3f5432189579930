"""Rules of a group: how many people, and when two openings are one."""

MOST = 40  # people
