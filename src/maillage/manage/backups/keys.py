"""The keys that backups are sealed to: made, read, refused with words."""

from collections.abc import Iterable
from pathlib import Path

from maillage.kernel import age
from maillage.kernel.disk import reason, write_whole
from maillage.kernel.errors import Refused


def make(path: Path) -> str:
    """Write a new secret key in a file that only its owner reads, and return its public part; Refused when
    the file is there already.
    """
    if path.exists():
        raise Refused(
            f"{path} existe déjà.",
            why="L’écraser ferait perdre une clé, et tout ce qu’elle ouvre.",
            do="Choisissez un autre nom de fichier.",
        )
    public, secret = age.new_key()
    write_whole(path, f"# clé publique : {public}\n{secret}\n", mode=0o600)
    return public


def recipients(texts: Iterable[str]) -> list[bytes]:
    """Return the public keys of these texts; Refused when one is none."""
    public_keys = []
    for text in texts:
        try:
            public_keys.append(age.recipient(text))
        except ValueError as error:
            raise Refused(
                "La clé publique des sauvegardes n’est pas reconnue.",
                why="Elle commence par age1 et a 62 signes ; une lettre fausse suffit à la rendre illisible.",
                do="Recopiez celle qu’a donnée « maillage sauvegarder --faire-cle ».",
            ) from error
    return public_keys


def secrets(path: Path | None) -> list[bytes]:
    """Return the secret keys of a file, none without a file; Refused when it holds none."""
    if path is None:
        return []
    why = "Une clé secrète commence par AGE-SECRET-KEY-1, seule sur sa ligne."
    do = "Donnez le fichier qu’a écrit « maillage sauvegarder --faire-cle »."
    try:
        return age.identities(path.read_text("utf-8"))
    except OSError as error:
        raise Refused(f"{path} est illisible : {reason(error)}.", why=why, do=do) from error
    except ValueError as error:
        raise Refused(f"{path} n’est pas un fichier de clés.", why=why, do=do) from error
