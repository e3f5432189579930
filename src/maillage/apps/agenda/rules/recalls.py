"""Calling somebody back after an appointment or a workshop: from when, until when, what comes of it."""

from datetime import timedelta

AFTER, UNTIL = timedelta(days=30), timedelta(days=75)  # one month, then two and two weeks more
NEWS, NEEDLESS = "news", "needless"
OUTCOMES = {NEWS: "Nouvelles prises", NEEDLESS: "Inutile"}
