"""A question on the year of birth, read as an age: that which the person reached in the year of the survey.

Source: docs/methods/resultats-enquete.md
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.typed import whole_number
from maillage.questionnaires.questionnaire import Questionnaire, asks_birth_year
from maillage.sources.survey.answers import Answers

FIRST, LAST = 1915, 2015
DAY = re.compile(r"(?<!\d)(20\d\d)-\d\d-\d\d|(?<!\d)\d\d/\d\d/(20\d\d)")
DATED = ("end", "_submission_time", "SubmissionDate", "today", "collecte.fin", "collecte.recue", "horodateur")
MOST = 0.9  # of the answers of a column: years of birth


def age(text: str, year: int) -> str:
    """Return a year of birth as an age, another text as it is.

    >>> age("1956", 2026), age("70", 2026), age("", 2026)
    ('70', '70', '')
    """
    born = whole_number(text)
    return text if born is None or not FIRST <= born <= LAST or born > year else str(year - born)


def birth_year_names(questionnaire: Questionnaire) -> list[str]:
    """Return the questions that ask in what year a person was born."""
    return [each.name for each in questionnaire.questions() if each.is_birth_year]


def read_as_ages(read: Answers, questionnaire: Questionnaire | None, *, this_year: int) -> Answers:
    """Return the answers of a file with its years of birth read as ages, and the note that says so.

    this_year: that of the survey where no column of the file dates its answers.

    Without a questionnaire, the name of a column tells that it asks a year.
    """
    table = read.table
    births = birth_year_names(questionnaire) if questionnaire else []
    names = [name for name in table.columns if name in births or asks_birth_year(name)]
    names = [name for name in names if are_years(table[name])]
    if not names:
        return read
    year = survey_year(table.columns) or this_year
    ages = {name: np.array([age(text, year) for text in table[name].tolist()]) for name in names}
    notes = [f"« {name} » : l’année de naissance est lue comme un âge, celui de {year}." for name in names]
    return replace(read, table=table.adding(**ages), notes=(*read.notes, *notes))


def survey_year(columns: Mapping[str, NDArray[np.str_]]) -> int | None:
    """Return the year that most answers of a file are of, None where no column dates them."""
    for name in DATED:
        days = map(DAY.search, columns[name].tolist() if name in columns else [])
        if years := Counter(int(day[1] or day[2]) for day in days if day):
            return years.most_common(1)[0][0]
    return None


def are_years(texts: Collection[str]) -> bool:
    """Return True if nearly all the texts of a column are years of birth."""
    values = [whole_number(text) for text in np.asarray(texts).tolist() if text]
    years = [value for value in values if value is not None and FIRST <= value <= LAST]
    return bool(values) and len(years) >= MOST * len(values)
