"""Columns of words or of yes and no, given to practices and services."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer import answers, looks, naming
from maillage.sources.offer.answers import Meaning
from maillage.sources.offer.clean import wording
from maillage.sources.offer.columns import SAMPLE, Column, column_names
from maillage.sources.offer.forms.sheet import Sheet
from maillage.sources.offer.proposing.days import DAY_BY_DAY, SHORT_DAYS
from maillage.sources.offer.proposing.draft import ASIDE, BY_CONTENT, BY_PART, ENOUGH, LONG_WORD, Draft
from maillage.sources.offer.proposing.fields import LEAST

WORDS = 300  # distinct words of a column: beyond, it is a text
LEAST_RUN = 2  # numbered columns that make a run
RUN = "les mots des colonnes numérotées de ce nom"
LONG_ANSWER = 8  # words: beyond, a sentence may mention a practice without offering it
SERVES = {  # the service of the national schema that a practice is, for exports that know no practice
    "libre_acces": "access",
    "vente": "equipment",
    "assistance": "procedures",
    "formation": "everyday",
}
FLAGGED = (  # the lists that the name of a column of yes and no may give a value of, the most telling first
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "frais_a_charge",
    "dispositif_programmes_nationaux",
    "formations_labels",
    "modalites_acces",
    "modalites_accompagnement",
    "services",
)
ALSO_PRACTICES = ("services", "modalites_accompagnement")  # lists whose words name practices too
OF_A_PRACTICE = {
    "modalites_acces": "inscription",
    "frais_a_charge": "frais",
}  # what a list says of one practice only


def take_flag(draft: Draft, column: Column, meanings: Mapping[str, Meaning]) -> None:
    """Read a column of yes and no by what its name says: a value of a list, a practice, a type of
    structure.
    """
    if column.has(ASIDE):
        return
    because = "oui ou non, et le nom de la colonne"
    practice = naming.practice(column.spellings[0])
    is_label = bool(naming.practice_of_label(column.name))  # « Téléphone et forfait à petit prix »
    lists = [
        id
        for id in (ALSO_PRACTICES if is_label else FLAGGED)
        if not (id == "modalites_acces" and practice == "libre_acces")  # « accès libre »
    ]
    by_word = [(list_id, *_slugs(list_id, column)) for list_id in lists]
    slugs_by_list = [
        (list_id, slugs)
        for wanted in ("read", "mended", "doubtful")
        for list_id, word, slugs in by_word
        if word == wanted
    ]
    if not slugs_by_list and not practice:  # a name whose words are glued together
        practice = next(
            (named_practice for name in column.spellings[1:] if (named_practice := naming.practice(name))), ""
        )
    if slugs_by_list:
        list_id, slugs = slugs_by_list[0]
        draft.give([column], list_id, _gives(column, meanings, slugs), BY_PART, because)
    # « Ateliers », answered yes, gives a way of helping and what is learnt
    if practice and (not slugs_by_list or slugs_by_list[0][0] in ALSO_PRACTICES or practice == "libre_acces"):
        ways = naming.practices(column.name)
        for way in ways if len(ways) > 1 else (practice,):
            draft.practice(column, {"practice": way, "from": column.name, "yesno": True}, because)
        if practice in SERVES and not (slugs_by_list and slugs_by_list[0][0] == "services"):
            draft.give([column], "services", _serves(column, meanings, SERVES[practice]), BY_PART, because)
    kind = next(
        (offer.kinds_by_word()[name] for name in column.spellings if name in offer.kinds_by_word()), None
    )
    code = offer.kinds()[kind].code(column.name) if kind else ""
    if column in draft.unmapped and code and not _partners(draft, column):
        draft.give([column], "typologie", _gives(column, meanings, (code,)), BY_PART, because)


def take_value(draft: Draft, column: Column) -> bool:
    """Read a column named by a value of a list and filled with yes, no, or other words of this list, as
    « Gratuit » : « oui », « payant », « adhésion 10 € »; return whether it is one.
    """
    meanings = {cell: answers.meaning_of(cell) for cell in dict.fromkeys(column.cells)}
    if {"yes", "no"}.isdisjoint(meanings.values()):
        return False
    for id in FLAGGED:
        word, slugs = _slugs(id, column)
        known = [
            cell
            for cell in column.cells
            if meanings[cell] != "other" or wording.understood(id, cell) is not None
        ]
        if word in ("read", "mended") and len(known) >= ENOUGH * len(column.cells):
            plainly = {cell: meaning for cell, meaning in meanings.items() if meaning != "other"}
            because = "le nom de la colonne, et ce que chaque case en dit"
            draft.give([column], id, _gives(column, plainly, slugs), BY_PART, because)
            return True
    return False


def _partners(draft: Draft, column: Column) -> bool:
    """Return True if other columns named like a type stand beside: a place with both Caf and La Poste is
    neither of them.
    """
    return any(
        other is not column
        and other.answers is not None
        and any(name in offer.kinds_by_word() for name in other.spellings)
        for other in draft.unmapped
    )


def _gives(column: Column, meanings: Mapping[str, Meaning], slugs: Sequence[str]) -> dict[str, Any]:
    """Return the value of each answer for a list; an answer that says more than yes is left to check."""
    slug_or_slugs = slugs[0] if len(slugs) == 1 else list(slugs)
    plainly = {"yes": slug_or_slugs, "no": "free" if slug_or_slugs == "paid" else None, "unknown": None}
    known = {
        answer: meaning
        for answer, meaning in meanings.items()
        if meaning == "unknown" or (meaning in plainly and not answers.rest(answer))
    }
    return {"from": column.name, "gives": {answer: plainly[meaning] for answer, meaning in known.items()}}


def _serves(column: Column, meanings: Mapping[str, Meaning], slug: str) -> dict[str, Any]:
    """Return the service that each answer about a practice gives; what comes with « oui » is told with
    the practice.
    """
    return {
        "from": column.name,
        "gives": {**{answer: slug for answer, m in meanings.items() if m == "yes"}, "~": None},
    }


def _slugs(list_id: str, column: Column) -> tuple[str, tuple[str, ...]]:
    """Return the values of a list that the name of a column says, after how surely: the whole of it, or most
    of it.
    """
    for name in column.spellings:
        wording_found = wording.understood(list_id, name)
        if wording_found is None or (wording_found.word == "doubtful" and not 3 < len(name.split()) < 14):
            continue
        if slugs := tuple(
            dict.fromkeys(each.slug for each in wording_found.meanings if each.slug and each.field == list_id)
        ):
            return wording_found.word, slugs
    return "", ()


def take_words(draft: Draft, column: Column) -> None:
    """Read a column of words by the lists and the practices that know most of them."""
    words = looks.split_words(column.cells)
    if not words or len(words) > WORDS or sum(map(len, words)) > LONG_WORD * len(words):
        return
    if column.has(ASIDE) or looks.marked_up(column.sample):
        return
    shares = {id: looks.known_words(id, words, telling=True) for id in FLAGGED if id != "formations_labels"}
    best = max(shares, key=lambda id: shares[id])
    if shares[best] and best in OF_A_PRACTICE and (practice := naming.mentioned(column.spellings[0])):
        _condition(draft, column, practice, OF_A_PRACTICE[best])
        return
    if shares[best] >= LEAST:
        draft.give([column], best, column.name, BY_CONTENT * shares[best], "ce que contient la colonne")
    by_practice = _by_practice(words)
    known = sum(words[word] for many in by_practice.values() for word in many) / words.total()
    about = _about(column)
    if shares[best] < LEAST and known < LEAST and _answers_in_words(column):
        because = "le nom de la colonne, et ce que chaque case en dit"
        draft.practice(column, {"practice": about, "from": column.name}, because)
        return
    if (
        about
        and known < LEAST
        and column in draft.unmapped
        and words.total() >= 2 * len(words)
        and not any(map(looks.alien, words))
    ):
        rule = {"practice": about, "from": column.name, "with": {"themes": column.name}}
        draft.practice(column, rule, "le nom de la colonne")
        if about in SERVES:
            spec = {"from": column.name, "gives": {"~": SERVES[about]}}
            draft.give([column], "services", spec, BY_PART, "le nom de la colonne")
        return
    if known >= LEAST and shares["services"] < ENOUGH:
        gives = _practices_of_words(draft, column, by_practice)
        if gives and not (best == "services" and shares[best] >= LEAST):
            draft.give(
                [column],
                "services",
                {"from": column.name, "gives": {**gives, "~": None}, "free": True},
                BY_CONTENT,
                "des mots de la colonne",
            )


def _by_practice(words: Iterable[str]) -> dict[str, list[str]]:
    """Return the words that name each practice."""
    words_by_practice: dict[str, list[str]] = {}
    for word in words:
        for practice in naming.practices(word) if len(word.split()) <= LONG_ANSWER else ():
            words_by_practice.setdefault(practice, []).append(word)
    return words_by_practice


def _practices_of_words(draft: Draft, column: Column, by_practice: Mapping[str, list[str]]) -> dict[str, Any]:
    """Read the practices that words name, and return the services of the national list that they mean."""
    gives: dict[str, Any] = {}
    for practice, many in by_practice.items():
        offered_words = [word for word in many if answers.meaning_of(word) == "other"]
        planned = [word for word in many if answers.meaning_of(word) == "planned"]
        if not offered_words and not planned:
            continue
        rule = {
            "practice": practice,
            "from": column.name,
            "when": offered_words,
            **({"planned": planned} if planned else {}),
            "free": True,
        }
        draft.practice(column, rule, "des mots de la colonne")
        if practice in SERVES:
            gives |= dict.fromkeys(offered_words, SERVES[practice])
    return gives


def _condition(draft: Draft, column: Column, practice: str, id: str) -> None:
    """Keep what a column says of one practice as its condition: the price of the wifi is not that of the
    place.
    """
    rule = next(
        (rule for rule in draft.practices if rule["practice"] == practice and id not in rule.get("with", {})),
        None,
    )
    if rule is None and id == "frais" and _about(column) == practice:
        rule = {"practice": practice, "from": column.name}
        draft.practices.append(rule)
    if rule is not None:
        rule.setdefault("with", {})[id] = column.name
        draft.take([column], f"pratique {practice}", BY_CONTENT, "ce que contient la colonne")


def _answers_in_words(column: Column) -> bool:
    """Return True if cells under the name of a practice say yes or no, be it beside prices and colours:
    « Imprimante » : non, 0,20 €/page, noir et blanc. Counts alone are none of it.
    """
    if not _about(column) or all(not any(map(str.isalpha, cell)) for cell in column.cells):
        return False
    return not {"yes", "no"}.isdisjoint(answers.meaning_of(cell) for cell in column.cells)


def _about(column: Column) -> str:
    """Return the practice that the name of a column is about: it begins with it, or is mostly made of it."""
    name = column.spellings[0]
    practice = naming.practice(name)
    words = (
        [word for word in offer.practices()[practice].also if f" {word}" in f" {name}"] if practice else []
    )
    if any(name.startswith(word) or 2 * len(word.split()) >= len(name.split()) for word in words):
        return practice
    return ""


def take_numbered(draft: Draft) -> None:
    """Read the numbered columns of one name together, as « type_1 » to « type_5 »: which of them a word
    stands in says nothing, and each alone has too few words to be understood.
    """
    runs: dict[str, list[Column]] = {}
    for column in draft.unmapped:
        if len(column.spellings) > 1 and column.name[-1:].isdigit() and column.answers is None:
            runs.setdefault(column.spellings[1], []).append(column)
    for stem, columns in runs.items():
        if len(columns) < LEAST_RUN:
            continue
        cells = tuple(cell for column in columns for cell in column.cells)
        if looks.share(looks.READS["kinds"], cells) >= ENOUGH:
            continue
        together = Column(stem, (stem,), cells, tuple(dict.fromkeys(cells))[:SAMPLE], None)
        alone = Draft([together])
        take_words(alone, together)
        if together in alone.unmapped:
            continue
        names = [column.name for column in columns]
        for rule in alone.practices:
            draft.practices.append({**rule, "from": names})
        for id, spec in alone.fields.items():
            for origin in spec if isinstance(spec, list) else [spec]:
                for column in columns:
                    origin_spec = {**origin, "from": column.name} if isinstance(origin, dict) else column.name
                    draft.give([column], id, origin_spec, BY_CONTENT, RUN)
        draft.take(columns, next(iter(alone.fields), alone.why[0].field), BY_CONTENT, RUN)


def take_series(draft: Draft) -> None:
    """Read a numbered column, as « Tag 4 », like the others of its series."""
    read = {guess.column: guess.field for guess in draft.why if guess.field in FLAGGED}
    series = {
        column_names(name)[1]: field
        for name, field in read.items()
        if len(column_names(name)) > 1 and name[-1:].isdigit()
    }
    for column in list(draft.unmapped):
        if (
            len(column.spellings) > 1
            and column.name[-1:].isdigit()
            and (field := series.get(column.spellings[1]))
        ):
            draft.give([column], field, column.name, BY_CONTENT, "une colonne de la même série")


def take_details(draft: Draft) -> None:
    """Keep the text that goes with a practice: the column named like its own, and « detail »."""
    for column in list(draft.unmapped):
        stem = " ".join(word for word in column.spellings[0].split() if word not in ASIDE)
        for rule in draft.practices:
            if stem and stem != column.spellings[0] and stem in column_names(str(rule["from"]))[0]:
                rule.setdefault("with", {})["precisions"] = column.name
                draft.take([column], f"pratique {rule['practice']}", BY_PART, "le détail d’une autre colonne")
                break


def _has_a_day_a_row(draft: Draft, sheet: Sheet) -> bool:
    """Return True for hours made of two columns, a day a row and the hours of that day."""
    spec = draft.fields.get("horaires")
    joined = spec.get("join", ()) if isinstance(spec, dict) else ()
    days = [name for name in joined if not DAY_BY_DAY.isdisjoint(column_names(name))]
    return any(
        looks.share(
            lambda cell: plain(cell)[:3] in SHORT_DAYS and " " not in plain(cell),
            [row.cells[name] for row in sheet.rows if row.cells[name]],
        )
        >= ENOUGH
        for name in days
    )


def take_repeated(draft: Draft, sheet: Sheet, fields_by_id: Mapping[str, Any]) -> None:
    """Put together the rows of one place, when a file has one row for each of its services or days."""
    name, street = draft.fields.get("nom"), draft.fields.get("adresse")
    if (
        fields_by_id
        or not isinstance(name, str)
        or not isinstance(street, str)
        or not ("services" in draft.fields or _has_a_day_a_row(draft, sheet))
    ):
        return
    places = Counter(
        (plain(row.cells[name]), plain(row.cells[street])) for row in sheet.rows if row.cells[street]
    )
    if places and len(places) <= ENOUGH * places.total():
        draft.grouped = True
        draft.fields.pop("id", None)
