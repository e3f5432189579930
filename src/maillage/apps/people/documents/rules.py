"""Rules of papers: safes that suit a person, encryption on the disk, kinds, and the type of a file.

A safe suits a person by what they have: nothing is guessed; what is unknown is to be asked.

Papers encrypted on the disk: a key for each, itself encrypted by the key of the platform. A paper is cut in
chunks, each sealed by AES-256-GCM under the key of that paper alone. The nonce of a chunk is its number,
then whether it is the last: none can be moved, repeated or cut off. The name of the file is sealed with
each, so that one file is never read in place of another. The key of a paper is sealed by Fernet under the
keys of the platform, the first of which seals and all of which open.

Source: the construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, “Online authenticated-encryption
and its nonce-reuse misuse-resistance” (2015).

Each kind of paper has its purposes, its length of stay and the words that a person agrees to. The real type
of a file is read from its bytes: a PDF, a photograph, or something that pretends.
"""

import io
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from maillage.kernel.errors import Refused
from maillage.kernel.later import pikepdf
from maillage.reference import procedures, safes
from maillage.reference.parameters import number, numbers
from maillage.reference.safes import Safe
from maillage.words.languages import say, typed
from maillage.words.opening import date_text

SUITS, ASK, LACKS = "suits", "ask", "lacks"


@dataclass(frozen=True, slots=True)
class Suitability:
    """The suitability of a safe for a person. lacking: what it asks and they have not; to_ask: what it may
    ask and they have not, by the labels of the conditions.
    """

    safe: Safe
    verdict: str
    lacking: tuple[str, ...]
    to_ask: tuple[str, ...]


def ranking(has: Collection[str], known: Sequence[Safe] | None = None) -> list[Suitability]:
    """Return every safe, those that suit first; has: the ids of the conditions that the person meets."""
    suitabilities = [_suitability(safe, has) for safe in (safes.safes().safes if known is None else known)]
    return sorted(suitabilities, key=lambda safe: (SUITS, ASK, LACKS).index(safe.verdict))


def _suitability(safe: Safe, has: Collection[str]) -> Suitability:
    conditions = safes.safes().conditions
    missing = [id for id in safe.asks if id not in has]
    lacking = tuple(conditions[id].label for id in missing if safe.asks[id] == safes.YES)
    to_ask = tuple(
        conditions[id].label for id in missing if safe.asks[id] in (safes.SOMETIMES, safes.UNKNOWN)
    )
    return Suitability(safe, LACKS if lacking else ASK if to_ask else SUITS, lacking, to_ask)


CHUNK, TAG = 65_536, 16  # bytes


class Damaged(Exception):
    """A file was changed, cut, or is not sealed by this key."""


def new_key() -> str:
    """Return a new key of the platform, as it is written in a file."""
    return Fernet.generate_key().decode()


def new_paper_key() -> bytes:
    return AESGCM.generate_key(256)


class Keyring:
    """The keys of the platform: the first seals, all open. Refused when one of them is no key."""

    def __init__(self, keys: list[str]) -> None:
        try:
            self._all = [Fernet(key.encode()) for key in keys]
        except ValueError as error:
            raise Refused(
                "La clé des papiers n’est pas reconnue.",
                why="Une clé a 44 signes, tirés au sort par « maillage papiers cle ».",
                do="Redonnez la clé telle qu’elle a été écrite.",
            ) from error
        self._ring = MultiFernet(self._all)

    def wrap(self, paper_key: bytes) -> str:
        """Return the key of a paper, sealed."""
        return self._ring.encrypt(paper_key).decode()

    def unwrap(self, wrapped: str) -> bytes:
        """Return the key of a paper; Refused when none of our keys opens it."""
        try:
            return self._ring.decrypt(wrapped.encode())
        except InvalidToken as error:
            raise _no_key() from error

    def rewrap(self, wrapped: str) -> str:
        """Return the key of a paper sealed by our first key; Refused when none of our keys opens it."""
        try:
            return self._ring.rotate(wrapped.encode()).decode()
        except InvalidToken as error:
            raise _no_key() from error

    def is_sealed_by_first(self, wrapped: str) -> bool:
        """Return True if our first key alone opens the key of a paper."""
        try:
            self._all[0].decrypt(wrapped.encode())
        except InvalidToken:
            return False
        return True


def seal(key: bytes, content: bytes, *, name: str) -> bytes:
    """Return the content of a file, encrypted."""
    cipher = AESGCM(key)
    parts = [content[at : at + CHUNK] for at in range(0, len(content), CHUNK)] or [b""]
    last = len(parts) - 1
    return b"".join(
        cipher.encrypt(_nonce(n, last=n == last), part, name.encode()) for n, part in enumerate(parts)
    )


def unseal(key: bytes, file: BinaryIO, *, name: str) -> Iterator[bytes]:
    """Yield the content of a file, a chunk at a time; Damaged at the first one that was changed or cut
    off.
    """
    cipher, n = AESGCM(key), 0
    sealed = file.read(CHUNK + TAG)
    while True:
        following = file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(n, last=not following), sealed, name.encode())
        except (InvalidTag, ValueError) as error:
            raise Damaged from error
        if not following:
            return
        sealed, n = following, n + 1


def _nonce(n: int, *, last: bool) -> bytes:
    return n.to_bytes(11, "big") + bytes([last])


def _no_key() -> Refused:
    return Refused(
        "Ce papier ne peut pas être ouvert.",
        why="La clé qui l’ouvre n’est plus donnée à la plateforme.",
        do="Redonnez l’ancienne clé après la nouvelle, puis lancez « maillage papiers rotation ».",
    )


KINDS: Mapping[str, str] = {
    "identite": "Pièce d’identité",
    "sejour": "Titre de séjour",
    "famille": "Livret de famille, acte de naissance",
    "domicile": "Justificatif de domicile, domiciliation",
    "logement": "Bail, quittance",
    "ressources": "Paie, pension, aides",
    "impots": "Avis d’impôt",
    "sante": "Attestation de droits à la santé",
    "travail": "Contrat, attestation de travail",
    "banque": "Relevé d’identité bancaire",
    "courrier": "Courrier reçu d’une administration",
    "autre": "Autre papier",
}
PDF, JPEG = "application/pdf", "image/jpeg"
MEDIA: Mapping[str, str] = {PDF: "PDF", JPEG: "Image"}
SUFFIXES: Mapping[str, str] = {PDF: "pdf", JPEG: "jpg"}

EXPIRED, TAKEN_BACK, USED, NOBODY = "expired", "person", "used", "nobody"
ERASED: Mapping[str, str] = {
    EXPIRED: "sa date est passée",
    TAKEN_BACK: "la personne l’a demandé",
    USED: "il ne sert plus",
    NOBODY: "plus aucune structure ne le garde",
}
STORED, OVER = "kept", "over"
RUNNING, WITHDRAWN, ENDED = "running", "withdrawn", "ended"
STATES: Mapping[str, str] = {RUNNING: "en cours", WITHDRAWN: "arrêté", ENDED: "fini"}


def retention_days() -> tuple[int, ...]:
    """Return the durations during which a paper may be kept, in days."""
    return tuple(int(days) for days in numbers("papers/retention_days"))


def shared_days() -> tuple[int, ...]:
    """Return the durations during which a paper may be shown to another structure, in days."""
    return tuple(int(days) for days in numbers("papers/shared_days"))


def most_papers() -> int:
    return int(number("papers/most_papers"))


def orphan_age() -> timedelta:
    """Return the age from which a file that no row names is what a program cut short left."""
    return timedelta(minutes=number("papers/orphan_minutes"))


def purposes() -> dict[str, str]:
    """Return the purposes of papers: the families of procedures, then each procedure, by key."""
    families = {key: procedure.label for key, procedure in procedures.families().items()}
    return families | {key: procedure.label for key, procedure in procedures.procedures().items()}


def serves(purpose: str, procedure: str) -> bool:
    """Return True if a paper kept for one purpose serves a procedure: the same one, or its whole family.

    >>> serves("rsa", "rsa"), serves("social", "rsa"), serves("logement", "rsa")
    (True, True, False)
    """
    known = procedures.procedures().get(procedure)
    return purpose == procedure or (known is not None and purpose == known.family)


def until(start: date, days: int, *, limit: date | None = None) -> date:
    """Return the last day of a duration, never beyond a limit.

    >>> until(date(2026, 11, 22), 30), until(date(2026, 11, 22), 30, limit=date(2026, 12, 1))
    (datetime.date(2026, 12, 22), datetime.date(2026, 12, 1))
    """
    end = start + timedelta(days=days)
    return min(end, limit) if limit is not None else end


def share_state(*, withdrawn: bool, ends_on: date, today: date) -> str:
    """Return where a sharing stands: its last day counts whole."""
    if withdrawn:
        return WITHDRAWN
    return RUNNING if today <= ends_on else ENDED


def words_to_keep(structure: str) -> str:
    """Return the words read to the person before their paper is kept, in the language that is spoken."""
    return say(
        "Est-ce que {structure} garde une copie de ce papier, pour cette démarche seulement ? Elle est"
        " chiffrée, et s’efface seule à la date choisie. Vous pouvez la faire effacer avant, sans dire"
        " pourquoi. Chaque lecture vous est dite.",
        structure=typed(structure),
    )


def words_to_share(*, kind: str, purpose: str, structure: str, ends_on: date) -> str:
    """Return the words read to the person before another structure reads their paper, in the language that is
    spoken.
    """
    return say(
        "Est-ce que {structure}, et personne d’autre, peut lire ce papier : {kind} ? C’est pour : {purpose}."
        " Jusqu’au {end}. Vous pouvez arrêter quand vous voulez, sans dire pourquoi : c’est arrêté tout de"
        " suite. Chaque lecture vous est dite.",
        structure=typed(structure),
        kind=typed(KINDS[kind]),
        purpose=typed(purposes()[purpose]),
        end=date_text(ends_on),
    )


PNG = "image/png"
STARTS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
ENDINGS = {"pdf": PDF, "jpg": JPEG, "jpeg": JPEG, "png": PNG}
END = b"%%EOF"
# What a paper never needs, and what harms whoever opens it: scripts, programs, files inside the file.
ACTIVE = (
    "/JavaScript",
    "/JS",
    "/Launch",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/RichMedia",
    "/XFA",
    "/SubmitForm",
    "/ImportData",
)
MOST_OBJECTS = 20_000
METADATA_LABELS = {"/Author": "auteur", "/Creator": "logiciel", "/Producer": "logiciel", "/Title": "titre"}


@dataclass(frozen=True, slots=True)
class Examined:
    """An examined PDF. metadata: the texts that any reader sees beside its pages, in French."""

    pages: int
    metadata: tuple[str, ...]


def heaviest_megabytes() -> int:
    return int(number("papers/heaviest_megabytes"))


def heaviest() -> int:
    """Return the weight of the heaviest paper, in bytes."""
    return heaviest_megabytes() * 1_000_000


def media_of(content: bytes, name: str) -> str:
    """Return the media type of a file by its content; Refused when it is too heavy, neither a PDF nor a
    photograph, or when its name says otherwise.
    """
    if len(content) > heaviest():
        raise refused(
            f"Il est trop lourd : plus de {heaviest_megabytes()} mégaoctets.",
            "Photographiez-le, ou numérisez-le en gris.",
        )
    media_type = next((media for start, media in STARTS if content.startswith(start)), "")
    if not media_type:
        raise refused(
            "Ce n’est ni un PDF, ni une photographie JPEG ou PNG, quel que soit son nom.",
            "Enregistrez-le en PDF, ou photographiez-le.",
        )
    declared = ENDINGS.get(name.rpartition(".")[2].lower(), "") if "." in name else media_type
    if declared != media_type:
        raise refused(
            "Son nom dit autre chose que ce qu’il contient : c’est ainsi que se cachent des programmes.",
            "Demandez d’où il vient. S’il est sûr, photographiez-le.",
        )
    return media_type


def examine(content: bytes) -> Examined:
    """Return an examined PDF; Refused when it is closed by a password, hides something, or cannot be read."""
    if END not in content:
        raise refused("Ce PDF est abîmé : sa fin manque.", "Redemandez-le, ou photographiez le papier.")
    if zipfile.is_zipfile(io.BytesIO(content)) or not content.rstrip(b"\0\r\n \t").endswith(END):
        raise refused("Quelque chose est caché après sa dernière page.", "Photographiez le papier.")
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            pages = len(pdf.pages)
            _refuse_active(pdf)
            info = {key: str(pdf.docinfo[key]).strip()[:80] for key in METADATA_LABELS if key in pdf.docinfo}
    except pikepdf.PasswordError as error:
        raise refused(
            "Un mot de passe le ferme : il ne peut être ni lu, ni analysé.",
            "Ouvrez-le avec la personne, puis imprimez-le en PDF sans mot de passe.",
        ) from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
        raise refused("Ce PDF est abîmé.", "Redemandez-le, ou photographiez le papier.") from error
    most = int(number("papers/most_pages"))
    if not 0 < pages <= most:
        raise refused(f"Il a {pages} pages : {most} au plus.", "Gardez seulement les pages utiles.")
    metadata = (f"{METADATA_LABELS[key]} : {words}" for key, words in info.items() if words)
    return Examined(pages, tuple(dict.fromkeys(metadata)))


def _refuse_active(pdf: "pikepdf.Pdf") -> None:
    if len(pdf.objects) > MOST_OBJECTS:
        raise refused("Il est trop compliqué pour être vérifié.", "Photographiez le papier.")
    if any(_is_active(each) for each in pdf.objects):
        raise refused(
            "Ce PDF contient un programme, ou un fichier caché.",
            "Ouvrez-le avec la personne, imprimez-le en PDF, ou photographiez le papier.",
        )


def _is_active(thing: object, depth: int = 0) -> bool:
    """Return True if an object of a PDF holds one of ACTIVE, itself or in what it holds directly."""
    if depth > 50:
        return True
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        if any(key in ACTIVE for key in thing.keys()):  # noqa: SIM118, a dictionary of pikepdf iterates otherwise
            return True
        return any(_names(value) or _is_direct(value, depth) for _, value in thing.items())
    if isinstance(thing, pikepdf.Array):
        return any(_is_direct(value, depth) for value in thing)
    return False


def _names(value: object) -> bool:
    return isinstance(value, pikepdf.Name) and str(value) in ACTIVE


def _is_direct(value: object, depth: int) -> bool:
    return (
        isinstance(value, (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream))
        and not value.is_indirect
        and _is_active(value, depth + 1)
    )


def refused(why: str, do: str) -> Refused:
    """Return the refusal of a file."""
    return Refused("Le papier n’a pas été gardé.", why=why, do=do)
