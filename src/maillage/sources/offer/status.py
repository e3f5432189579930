"""The columns that say whether a row is a place to publish: open or closed, accepted or refused, agreed to or
not.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from maillage.kernel.names import plain
from maillage.sources.offer import answers, looks
from maillage.sources.offer.answers import Meaning
from maillage.sources.offer.clean import day
from maillage.sources.offer.columns import Column
from maillage.sources.offer.mapping import PERHAPS

MOST_WORDS = 40  # beyond, a column is no status
NAMES = {
    "statut",
    "statuts",
    "status",
    "etat",
    "situation",
    "state",
    "fonctionnement",
    "activite",
    "validation",
}
FOR_A_TIME = re.compile(r"tempora|provisoire|momentan|estival|vacances|travaux")
SHUT = re.compile(
    r"(?:definitivement )?(?:fermee?s?|close?s?|cloturee?s?|arretee?s?|terminee?s?)"
    r"(?: (?:definitivement|depuis .*|en \d.*|le \d.*))*|cessee?s?|.*\bcessation\b.*|.*fermeture definitive.*"
    r"|inacti(?:f|ve)s?|desactivee?s?|refusee?s?|.*\brefus\b.*|rejetee?s?|annulee?s?|abandonnee?s?|supprimee?s?|archivee?s?"
    r"|radiee?s?|dissoute?|dissous|disparue?s?|.*liquidation.*|brouillon|draft|expiree?s?|.*n existe plus.*"
    r"|.*plus en activite.*|non (?:retenue?|validee?|publiee?|active?|actif|habilitee?|labellisee?|ouverte?)"
    r"|(?:pas|non) encore"
    r" ouverte?|depubliee?|masquee?|corbeille|closed|inactive|rejected|refused|invalide|fin d activite"
)
OPEN = re.compile(
    r"(?:deja |toujours )?ouverte?s?(?: au public| toute l"
    r" annee)?|acti(?:f|ve)s?|operationnel(?:le)?s?|validee?s?"
    r"|publiee?s?|en"
    r" (?:activite|service|fonctionnement|ligne|exercice)|acceptee?s?|habilitee?s?|labellisee?s?|confirmee?s?"
    r"|existante?s?|permanente?s?|open|active|published|approved|approuvee?s?|agreee?s?|conventionnee?s?"
    r"|ok|complete?s?|a jour"
)
LETTERS: Mapping[str, str] = {"a": "open", "f": "shut", "c": "shut"}  # of SIRENE: active, closed, ceased
SHUT_IF_YES = {
    *(
        "brouillon",
        "archive",
        "archivee",
        "ferme",
        "fermee",
        "supprime",
        "supprimee",
        "inactif",
        "inactive",
        "desactive",
    ),
    *(
        "ferme definitivement",
        "fermeture definitive",
        "ne pas publier",
        "cesse",
        "refuse",
        "refusee",
        "doublon",
        "closed",
        "permanently closed",
        "deleted",
        "archived",
        "disabled",
        "hidden",
        "inactive",
        "plus en activite",
    ),
}
OPEN_IF_YES = {
    *(
        "actif",
        "active",
        "ouvert",
        "ouverte",
        "publie",
        "publiee",
        "en activite",
        "activite",
        "valide",
        "validee",
    ),
    *(
        "publiable",
        "diffusable",
        "a publier",
        "publication",
        "visible",
        "en service",
        "en ligne",
        "operationnel",
        "open",
        "enabled",
        "published",
    ),
}
WORDS_AROUND_STATUS = (
    set(  # words that may stand around those of a status: a verb, what is open, for whom, until when
        "est is are sont etes lieu lieux site structure etablissement organisation espace point place service"
        " actuellement currently toujours encore still now ce jour a au aux le la les l du de des d en public"
        " statut status flag il elle votre this the oui non fait que".split()
    )
)
DAYS = set(
    "lundi mardi mercredi jeudi vendredi samedi dimanche"
    " monday tuesday wednesday thursday friday saturday sunday".split()
)
# A column of days since which a place is no more; « date de fermeture » alone may be that of a summer.
ENDED = re.compile(
    r"(?:date )?(?:de |d )?(?:(?:fermeture|cloture) definitive|cessation.*|fin d activite|radiation"
    r"|dissolution)"
    r"|permanently closed (?:on|at|since)|closed (?:on|since)"
)
SPREAD = r"(?:publi[ea]|publication|diffus|partag|transm|figur|appara|referenc)\w*"
CONSENT_VERBS = r"(?:accept|autoris|accord|souhait)\w*"
AGREED = re.compile(
    rf"consent\w*|rgpd|{CONSENT_VERBS} .*\b{SPREAD}|\b{SPREAD} .*\b{CONSENT_VERBS}|droit de diffusion"
)
# A column of days under a closing word: what closed then may have opened again, after a summer or works.
CLOSING = {"ferme", "fermee", "fermeture", "cloture", "closed", "closing", "closure"}
OF_A_DAY = set(
    "date dates depuis since on at en partir compter effective effectif constatee prevue previsionnelle"
    " ses portes".split()
)
SINCE = {"depuis", "since"}

StatusMeaning = Literal["open", "shut", "for a time", ""]


def rule(column: Column) -> dict[str, Any] | None:
    """Return the rule of « leave » that a column is, None when it says nothing of that kind."""
    meanings = column.answers
    if column.has(DAYS) or not DAYS.isdisjoint(plain(column.name).split()):
        return None  # a flag under a day is that day's
    if meanings is not None:
        return _rule_of_answers(column, meanings)
    words = list(dict.fromkeys(column.cells))
    if words and any(ENDED.fullmatch(name) for name in column.spellings) and all(map(_is_day, words)):
        return {"from": column.name, "ended": True}
    days = [word for word in words if len(word) > 4 and _is_day(word)]  # « 2000 » is an hour
    if _closes(column) and 2 * len(days) >= len(words) > 0:
        return {"from": column.name, "ended": True if column.has(SINCE) else PERHAPS}
    if not column.has(NAMES) or len(words) > MOST_WORDS:
        return None
    meaning_by_word = {word: status_of_word(word, letters=column.has({"administratif"})) for word in words}
    if (
        not {"open", "shut"} & set(meaning_by_word.values())
        or looks.share(looks.READS["kinds"], words) >= 0.5
    ):
        return None
    return _rule(
        column,
        [w for w in words if meaning_by_word[w] == "shut"],
        [w for w in words if meaning_by_word[w] == "open"],
    )


def _closes(column: Column) -> bool:
    """Return True if the name of a column says that a place closed, and nothing else."""
    bare = ({word for word in _bare(name).split() if word not in OF_A_DAY} for name in column.spellings)
    return any(words and words <= CLOSING for words in bare)


def _is_day(text: str) -> bool:
    return day.clean(text, today=date.max).value is not None


def status_of_word(word: str, *, letters: bool = False) -> StatusMeaning:
    """Return the status that a word gives to a place, '' when it does not tell whether it is open.

    >>> [status_of_word(word) for word in (
    ...     "Fermé définitivement", "En projet", "ouvert", "Fermé temporairement", "Association")]
    ['shut', 'shut', 'open', 'for a time', '']
    """
    spelled_word = plain(word)
    if letters and spelled_word in LETTERS:
        return LETTERS[spelled_word]  # type: ignore[return-value]  # its values are the words returned
    if FOR_A_TIME.search(spelled_word):
        return "for a time"
    if SHUT.fullmatch(spelled_word):
        return "shut"
    if answers.meaning_of(word) == "planned" and not spelled_word.startswith(
        "en cours"
    ):  # a request « en cours » may be of an open place
        return "shut"
    return "open" if OPEN.fullmatch(spelled_word) else ""


def _rule_of_answers(column: Column, meanings: Mapping[str, Meaning]) -> dict[str, Any] | None:
    """Return the rule of a column of yes and no whose name is a status, or asks whether a place may be
    published.
    """
    bare = {_bare(name) for name in column.spellings}
    if any(AGREED.search(name) for name in column.spellings) or not _bares(OPEN_IF_YES).isdisjoint(bare):
        shut, open_answer = "no", "yes"
    elif not _bares(SHUT_IF_YES).isdisjoint(bare):
        shut, open_answer = "yes", "no"
    else:
        return None
    return _rule(
        column,
        [w for w, m in meanings.items() if m == shut],
        [w for w, m in meanings.items() if m == open_answer],
    )


def _bare(name: str) -> str:
    """Return the words of a name that say a status, without those around them.

    >>> _bare("is open"), _bare("lieu ouvert au public"), _bare("ouvert le samedi")
    ('open', 'ouvert', 'ouvert samedi')
    """
    return " ".join(word for word in name.split() if word not in WORDS_AROUND_STATUS)


def _bares(names: set[str]) -> set[str]:
    return {_bare(name) for name in names} - {""}


def _rule(column: Column, shut: list[str], open_words: list[str]) -> dict[str, Any]:
    return {"from": column.name, "when": shut, **({"keep": open_words} if open_words else {})}
