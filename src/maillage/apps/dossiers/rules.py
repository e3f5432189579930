"""The rules of studies, whatever stores them."""

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any

from maillage.reference import missions
from maillage.reference.cards import cards
from maillage.reference.definitions import DEFAULT, definitions
from maillage.reference.parameters import parameters
from maillage.reference.voices import voices
from maillage.words.dates import in_words
from maillage.words.opening import clock, date_text

VERSION = 59

# Of computations that wait, the highest priority comes first: what was written for a territory already read,
# the studies of who works there, those of visitors, then those that only a number to check asked for.
REWRITING, SIGNED_IN, VISITOR, CHECK = 20, 10, 0, -10

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATUS_LABELS = {
    QUEUED: "en attente",
    RUNNING: "en cours",
    DONE: "prête",
    FAILED: "en échec",
    CANCELLED: "annulée",
}
ALIVE = (QUEUED, RUNNING)
STARTED = (RUNNING, DONE)  # may have read words that changed since: one that waits reads those of its day

FROZEN, WAYS_LOADED = "edition.frozen", "ways.loaded"  # verbs of the journal

STUDY_SECONDS = 120  # of a study, where none has been measured yet
MOST_MEASURED = 20  # studies, the last ones

STREETS, TIMETABLES = "rues", "transports"  # what may be loaded on the site, to count ways
WAYS = (STREETS, TIMETABLES)
WHAT_IFS = (
    "ouvrir",
    "fermer",
    "ligne",
    "meilleurs",
    "arrets",
    "desserte",
)  # what may be tried on the offer of a territory
SECTIONS = {
    "synthese": "Synthèse",
    "besoins": "Les besoins",
    "cartes": "Où vivent ces personnes",
    "croisement": "Là où les deux difficultés se croisent",
    "zones": "Zone par zone",
    "offre": "L’offre face au besoin",
    "marges": "Ce dont nous sommes sûrs",
}
STEPS = [(id, one) for id, (one, _) in missions.KINDS.items()]  # of the mission of a study
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
QUOTED = re.compile(r"\[(X-\d{3}[a-z]?)\]", re.IGNORECASE)
FILES = {
    "dossier.html": ("text/html; charset=utf-8", "Le dossier à lire à l’écran"),
    "dossier.pdf": ("application/pdf", "Le dossier à imprimer"),
    "dossier.docx": (DOCX, "Le dossier à corriger dans un traitement de texte"),
    "zones.csv": ("text/csv; charset=utf-8", "Les zones, en tableau"),
    "sous-totaux.csv": ("text/csv; charset=utf-8", "Par commune, département et région, en tableau"),
    "quartiers-prioritaires.csv": ("text/csv; charset=utf-8", "Les quartiers prioritaires, en tableau"),
    "zones.geojson": ("application/geo+json", "Les zones, pour une carte"),
    "etude.json": ("application/json", "L’étude entière, pour un programme"),
}

DOSSIERS = tuple(name for name in FILES if name.startswith("dossier."))  # they tell words and a plan


def study_minutes(seconds: Sequence[float]) -> int:
    """Return the minutes that a study takes, the median of past ones, rounded up.

    >>> study_minutes([30.0, 95.0, 400.0]), study_minutes([12.0]), study_minutes([])
    (2, 1, 2)
    """
    return max(math.ceil((median(seconds) if seconds else STUDY_SECONDS) / 60), 1)


@dataclass(frozen=True, slots=True)
class NoOffer:
    """The reason why no gap is told of a territory, one of `NO_OFFER`. requested: the day and hour when a
    computation under way was requested, "" when none was; n_places: of the directory today.
    """

    reason: str
    requested: str = ""
    n_places: int = 0

    @property
    def is_computing(self) -> bool:
        """True while a computation is under way, which will tell the gaps."""
        return self.reason == COMPUTING

    @property
    def sentence(self) -> str:
        """The reason in a sentence, and what to do."""
        if self.is_computing and not self.requested:
            return "Ce diagnostic date d’avant ses lieux : ouvrez la page des manques, il s’y recalcule."
        return NO_OFFER[self.reason].format(self.requested)

    @property
    def few_words(self) -> str:
        """The same in the cell of a table."""
        if self.is_computing:
            return f"calcul en cours, demandé {self.requested}" if self.requested else "diagnostic à refaire"
        return "distances non calculées" if self.reason == TOO_LARGE else "aucun lieu recensé"


NO_STUDY, COMPUTING, TOO_LARGE, NO_PLACES = "sans-etude", "en-calcul", "trop-grand", "sans-lieux"
NO_OFFER = {
    NO_STUDY: "Aucun diagnostic n’est calculé ici : on ne sait pas ce qui manque à portée.",
    COMPUTING: (
        "Le calcul des manques de ce territoire est en cours, demandé {} : rechargez la page dans quelques"
        " minutes."
    ),
    TOO_LARGE: "Ce territoire est trop grand pour y calculer les distances.",
    NO_PLACES: "Aucun lieu n’est connu ici : on ne sait pas ce qui manque à portée.",
}


def is_plain(inputs: dict[str, Any]) -> bool:
    """Return True if a study answers the default question: no other definition, no filter, no weight, no
    way of travelling but that of its density.
    """
    chosen = inputs["inside"] or inputs["weights"] or inputs.get("travel")
    return inputs["definition"] == DEFAULT and not chosen


def moment(at: datetime) -> str:
    """Return a day and an hour as one says them.

    >>> moment(datetime(2026, 11, 27, 14, 5)).replace("\xa0", " ")
    'le 27 novembre à 14 h 05'
    """
    return f"le {date_text(at.date(), year=False)} à {clock(at)}"


def key_of(inputs: dict[str, Any]) -> str:
    """Return the key of a study: same inputs, same key, and the study is not computed again."""
    data = {card.id: card.sha256 for card in cards().values()}
    known = {d.id: repr(d) for d in definitions().values()}
    assumed = {p.id: repr(p) for p in parameters().values()}
    text = json.dumps([VERSION, inputs, data, known, assumed], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:20]


def unknown_voices(text: str) -> list[str]:
    """Return the numbers in brackets, of an analyst's comment, that the library of voices does not hold."""
    return [number for number in QUOTED.findall(text) if _of_library(number) not in voices()]


def of_another_study(on: date | None, then: str, now: str) -> str:
    """Return the warning after the text of a comment when its study is no longer the one beside it. then,
    now: the digest of each, which tells two studies of one day apart.

    >>> of_another_study(date(2026, 11, 3), "DD53-4DA5", "59A1-3F5E").strip()
    '(Écrit pour l’étude DD53-4DA5 du 3 novembre 2026 ; celle-ci est 59A1-3F5E : à relire.)'
    """
    day = f" du {in_words(on)}" if on else ""
    return f"\n\n(Écrit pour l’étude {then}{day} ; celle-ci est {now} : à relire.)"


def with_voices(text: str) -> str:
    """Return a comment with each number in brackets replaced by what was said, by whom, where and when; an
    unknown number stays as it was typed.
    """
    return QUOTED.sub(lambda match: _quote(match[1]) or match[0], text)


def _of_library(number: str) -> str:
    """Return a number as the library writes it: « X-055a »."""
    return number[:1].upper() + number[1:].lower()


def _quote(number: str) -> str:
    voice = voices().get(_of_library(number))
    return f"« {voice.says} » ({voice.speaker}, {voice.place}, {voice.year}, redit)" if voice else ""


def step_added(kind: str, participants: str, *, is_past: bool) -> str:
    """Return the message on a step that is added to a mission: only who was heard is thanked.

    >>> step_added("groupe", "habitants", is_past=False)
    'Étape ajoutée : la démarche la dit à venir. Les remerciements attendent qu’elle ait eu lieu.'
    >>> step_added("reunion", "la Ville", is_past=True)
    'Étape ajoutée : elle entre dans la démarche.'
    """
    thanked = bool(participants) and kind in missions.MEETINGS_WITH_PEOPLE
    if is_past:
        return f"Étape ajoutée : elle entre dans la démarche{' et les remerciements' if thanked else ''}."
    later = " Les remerciements attendent qu’elle ait eu lieu." if thanked else ""
    return f"Étape ajoutée : la démarche la dit à venir.{later}"


def edition_name(path: Path) -> str:
    """Return how the journal names an edition: its territory, its report, its name.

    >>> edition_name(Path("/var/rapports/38151/plan/mai"))
    '38151/plan/mai'
    """
    return "/".join(path.parts[-3:])
