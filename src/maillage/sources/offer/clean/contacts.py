"""Telephones and mail addresses written in a cell that says something else: an address of several lines, or
one column for both.
"""

import re
from typing import NamedTuple

MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}\b", re.IGNORECASE)
LABEL = r"(?:t[ée]l(?:[ée]phone)?s?|port(?:able)?|mobile|fixe|standard|fax|t[ée]l[ée]copie|contact)"
PHONE = re.compile(
    rf"(?P<label>\b{LABEL}\b[\s.]*:?\s*)?(?<![\d.,])(?:(?:\+|00)33\s?(?:\(0\)\s?)?|0)[1-9](?:[\s.-]?\d\d){{4}}(?!\d)",
    re.IGNORECASE,
)
MEANINGLESS_REST = re.compile(
    rf"(?:\W|\b(?:{LABEL}|e-?mails?|courriels?|m[ée]l|adresse [ée]lectronique|et|ou)\b)*", re.IGNORECASE
)
SITE = re.compile(r"(?:https?://|\bwww\.)[^\s;,|<>()]+", re.IGNORECASE)


class Parts(NamedTuple):
    """A cell cut in three: what is neither a telephone nor a mail address, then these."""

    rest: str
    phones: str
    mails: str


def without_sites(text: str) -> tuple[str, str]:
    """Return a cell of mail addresses or telephones without its addresses of sites, and these as one text.

    >>> without_sites("contact@x.example ; https://x.example"), without_sites("www.contact@x.example")
    (('contact@x.example', 'https://x.example'), ('www.contact@x.example', ''))
    """
    sites = [match for match in SITE.findall(text) if "@" not in match]
    for each in sites:
        text = text.replace(each, " ")
    return (text.strip(" ;/,|-") if sites else text), " ; ".join(sites)


def without_contacts(text: str) -> Parts:
    """Return a cell without its telephones and mail addresses, and these, each group as one text.

    >>> without_contacts("5 rue Scatisse\\n30000 NÎMES\\nTél. 04 66 00 00 01\\naccueil@nimes.example")
    Parts(rest='5 rue Scatisse\\n30000 NÎMES', phones='Tél. 04 66 00 00 01', mails='accueil@nimes.example')
    >>> without_contacts("12 rue de la Paix")
    Parts(rest='12 rue de la Paix', phones='', mails='')
    """
    mails = MAIL.findall(text)
    bare = MAIL.sub("\n", text)
    phones = [match[0].strip() for match in PHONE.finditer(bare)]
    bare = PHONE.sub("\n", bare)
    if not mails and not phones:
        return Parts(text, "", "")
    lines = [line.strip() for line in bare.split("\n") if not MEANINGLESS_REST.fullmatch(line)]
    rest = "\n".join(re.sub(r"^[\s,;:/|–—-]+|[\s,;:/|(–—-]+$", "", line) for line in lines)
    return Parts(rest, " ; ".join(phones), " ; ".join(mails))
