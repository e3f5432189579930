"""The settings of the environment. An empty variable, as files of settings leave them, says nothing; « 0 »
and « non » say no.
"""

import os

from maillage.kernel.errors import Refused

NO = ("", "0", "non", "no", "false", "off")


def text(name: str, otherwise: str = "") -> str:
    """Return the text of a variable, without the spaces around it."""
    return os.environ.get(name, "").strip() or otherwise


def is_on(name: str) -> bool:
    """Read a variable as a yes or a no."""
    return text(name).casefold() not in NO


def listed(name: str) -> list[str]:
    """Return the words of a variable, separated by commas."""
    return [word for each in text(name).split(",") if (word := each.strip())]


def hosts(name: str) -> list[str]:
    """Return the names of a variable, by which browsers call this site; Refused for one that is an address:
    no browser ever says it, and each of their requests would be refused.
    """
    names = listed(name)
    for host in names:
        bare = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
        if "/" in host or any(sign.isspace() for sign in host) or (":" in host and bare == host):
            raise Refused(
                f"{name} porte « {host} ».",
                why="Un nom servi s’écrit seul, sans https://, sans port ni chemin.",
                do=f"Écrivez par exemple {name}=maillage.exemple.fr, et plusieurs séparés par des virgules.",
            )
    return names


def number(name: str, otherwise: int) -> int:
    """Return the number that a variable says; Refused when it is none, or below zero."""
    typed = text(name, str(otherwise))
    if not (typed.isascii() and typed.isdecimal()):
        raise Refused(
            f"{name} vaut « {typed} ».",
            why="Cette variable est un nombre entier, zéro ou plus.",
            do=f"Corrigez-la, ou retirez-la : elle vaut alors {otherwise}.",
        )
    return int(typed)


def chosen(name: str, *words: str) -> str:
    """Return which of these words a variable says, the first when it says nothing; Refused for another."""
    word = text(name, words[0])
    if word not in words:
        raise Refused(
            f"{name} vaut « {word} ».",
            why="Ce mot n’est pas un de ceux que Maillage connaît : il ne devine pas ce que vous vouliez.",
            do=f"Écrivez {' ou '.join(words)}, en minuscules.",
        )
    return word
