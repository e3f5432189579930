"""The columns about a person: nobody’s name, own number or own address is read without an explicit
request.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from maillage.kernel.names import plain
from maillage.sources.offer import looks
from maillage.sources.offer.columns import Column
from maillage.sources.offer.forms.sheet import Sheet

SOMEBODY = {
    *(
        "prenom",
        "prenoms",
        "referent",
        "referente",
        "referents",
        "interlocuteur",
        "interlocutrice",
        "creator",
        "editor",
    ),
    *(
        "createur",
        "auteur",
        "userid",
        "agent",
        "naissance",
        "civilite",
        "repondant",
        "repondante",
        "signataire",
    ),
    *("interne", "internes", "confidentiel", "confidentielle"),
}
ROLES = {  # people too, when cells answer neither yes nor no, and do not count
    *(
        "correspondant",
        "correspondante",
        "responsable",
        "animateur",
        "animatrice",
        "mediateur",
        "mediatrice",
        "directeur",
    ),
    *(
        "directrice",
        "president",
        "presidente",
        "intervenant",
        "intervenante",
        "coordinateur",
        "coordinatrice",
        "formateur",
    ),
    *("formatrice", "encadrant", "encadrante", "elu", "elue", "conseiller", "conseillere"),
}
STANDS_BY = {  # the other words of a name that stands among those of a person
    *(
        "mail",
        "mails",
        "email",
        "e",
        "courriel",
        "adresse",
        "electronique",
        "tel",
        "telephone",
        "portable",
        "mobile",
    ),
    *(
        "numero",
        "n",
        "de",
        "du",
        "direct",
        "directe",
        "ligne",
        "fixe",
        "poste",
        "fonction",
        "role",
        "qualite",
        "nom",
    ),
    *(
        "famille",
        "usage",
        "pro",
        "perso",
        "professionnel",
        "professionnelle",
        "personnel",
        "personnelle",
        "contact",
    ),
}
OF_WORK = {"pro", "professionnel", "professionnelle", "direct", "directe"}
OWN_PHONE = {*OF_WORK, "portable", "mobile", "perso", "personnel", "personnelle"}
STAMPS = {"horodateur", "timestamp", "horodatage"}
# A list of persons inside a place: « mediateurs.0.telephone » is the first one’s own number.
LISTED_PERSON = re.compile(
    r"(?:\w+\.)*(?:mediateurs?|médiateurs?|aidants?|conseillers?|animateurs?|agents?|intervenants?|referents?"
    r"|référents?|personnes?|coordinateurs?)\.\d+\..+",
    re.IGNORECASE,
)
OWN_NAMES_IN_FULL = {
    "first name",
    "last name",
    "firstname",
    "lastname",
    "family name",
    "surname",
    "full name",
}
OWN_NAMES = {"nom", "nom de famille", "nom famille", "nom usage", "nom d usage"}
SHARED = re.compile(  # what a box that several people read is called
    r"(?:^|[._-])(?:contact|accueil|infos?|mairie|ville|commune|ccas|cias|cdas|mds|mediath|biblio|secretariat|direction"
    r"|administration|asso|numerique|cyber|epn|epnum|mjc|centre|csc|cs\b|maison|espace|pole|services?|franceservices?"
    r"|fs\b|mfs|msap|pimms|mission|emmaus|fablab|tiers|bonjour|hello|standard|public|guichet"
    r"|relais|antenne|agence|lieu|point)"
)
MOBILE = re.compile(r"(?:\+33|0033|0)[\s.()0]*[67]")
LANDLINE = re.compile(r"(?:\+33|0033|0)[\s.()0]*[1-589](?:[\s./-]?\d{2}){4}")
OFTEN = 0.3  # the share of cells from which a column is somebody’s


def personal(columns: Sequence[Column], sheet: Sheet) -> list[str]:
    """Return the names of the columns that are about a person: by their name, by where they stand, by what
    they hold.
    """
    named = {column.name for column in columns if _named(column, columns) or LISTED_PERSON.match(column.name)}
    named |= {column.name for one, column in pairwise(columns) if _account(one, column)}
    names = {column.name for column in columns if column.name in named and not _reaches(column)}
    is_next_to_personal = False
    for column in columns:
        if column.name in named:
            is_next_to_personal = True
        elif (is_next_to_personal := is_next_to_personal and _stands_by(column)) and _own(column):
            named.add(column.name)
    if names:
        named |= {column.name for column in columns if column.has(OF_WORK) and _mobile(column)}
    named |= {column.name for column in columns if column.name not in named and _bears(column, names, sheet)}
    return [column.name for column in columns if column.name in named and column.cells]


def _named(column: Column, columns: Sequence[Column]) -> bool:
    """Return True if the name of a column says that it is about a person, alone or beside the next ones."""
    if "contact" in column.spellings and _desk(column):
        return False
    if column.has(SOMEBODY) or not {"contact", "contacts", *OWN_NAMES_IN_FULL}.isdisjoint(column.spellings):
        return True
    if column.has(ROLES) and column.answers is None:
        return not any(cell.isdecimal() for cell in column.sample) and not looks.known_words(
            "dispositif_programmes_nationaux", looks.split_words(column.sample)
        )
    if column.spellings[0] in OWN_NAMES:  # a family name stands beside a first name
        at = columns.index(column)
        return any(other.has({"prenom", "prenoms"}) for other in columns[max(at - 1, 0) : at + 2])
    named = any(
        name.startswith("contact ") and {"nom", "prenom", "role"} & set(name.split())
        for c in columns
        for name in c.spellings
    )
    return named and any(name.startswith("contact ") for name in column.spellings)


def _desk(column: Column) -> bool:
    """Return True if every cell is a telephone that is nobody's own: a landline, and no name beside."""
    return bool(column.sample) and all(LANDLINE.fullmatch(cell.strip()) for cell in column.sample)


def _account(stamp: Column, column: Column) -> bool:
    """Return True if a column is the account of whoever answered a form, written beside the moment of the
    answer.
    """
    return stamp.has(STAMPS) and looks.share(looks.LOOKS["mail"], column.sample) >= 0.5


def _reaches(column: Column) -> bool:
    return any(looks.share(looks.LOOKS[kind], column.sample) >= 0.5 for kind in ("mail", "phone", "date"))


def _stands_by(column: Column) -> bool:
    """Return True if the name of a column could be that of a person’s: « Mail », « Fonction », nothing about
    a place.
    """
    return set(column.spellings[0].split()) <= STANDS_BY


def _own(column: Column) -> bool:
    """Return True if a column that stands among those of a person holds their own addresses or numbers."""
    if looks.share(looks.LOOKS["mail"], column.sample) >= 0.5:
        return not all(SHARED.search(plain_box(cell)) for cell in column.sample)
    if looks.share(looks.LOOKS["phone"], column.sample) >= 0.5:
        return column.has(OWN_PHONE) or _mobile(column)
    return not column.has({"adresse", "nom"}) or column.spellings[0] in OWN_NAMES


def _mobile(column: Column) -> bool:
    """Return True if many cells of a column are mobile numbers."""
    return looks.share(lambda text: bool(MOBILE.match(text)), column.sample) >= OFTEN


def _bears(column: Column, names: set[str], sheet: Sheet) -> bool:
    """Return True if addresses are made of the names of the people of their rows."""
    if not names or looks.share(looks.LOOKS["mail"], column.sample) < 0.5:
        return False
    n = hits = 0
    for row in sheet.rows:
        if cell := row.cells.get(column.name, ""):
            words = {
                word for name in names for word in plain(row.cells.get(name, "")).split() if len(word) > 2
            }
            n, hits = n + 1, hits + (not words.isdisjoint(re.split(r"[._-]+", plain_box(cell))))
    return hits >= OFTEN * n > 0


def plain_box(mail: str) -> str:
    """Return the local part of an address, in small letters.

    >>> plain_box("Accueil@ville.fr")
    'accueil'
    """
    return mail.strip().casefold().split("@", 1)[0]
