"""Phones, addresses of mail and of sites, pivots, days: every dirt of the catalogue, and every value of
eight real files.
"""

import csv
import json
import re
from datetime import date
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.sources.offer.clean import day, mail, phone, pivot, site

TODAY = date(2026, 11, 20)
NAMES = "aix_en_provence angers bus_france_services_charente etapes_numeriques_la_poste le_havre mulhouse"
FILES = [
    *(Path(f"tests/files/offre/{name}.json") for name in NAMES.split()),
    Path("data/raw/hinaura/isere.json"),
]


def real(columns: str) -> list[str]:
    """Return every cell of the real files whose column has a name of this shape."""
    rows = [row for path in FILES for row in json.loads(path.read_text("utf-8"))]
    with Path("tests/files/offre/bfc_ternum.csv").open(encoding="utf-8-sig", newline="") as file:
        rows += csv.DictReader(file)
    return [
        str(cell)
        for row in rows
        for name, cell in row.items()
        if re.search(columns, name, re.I) and cell is not None
    ]


def n_by_word(cells) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cleaned in cells:
        counts[cleaned.word] = counts.get(cleaned.word, 0) + 1
    return counts


GRENOBLE = "+33476920740"


@pytest.mark.parametrize(
    ("typed", "numbers", "word", "reason"),
    [
        ("04 76 92 07 40", [GRENOBLE], "read", ""),
        ("04.76.92.07.40", [GRENOBLE], "read", ""),
        ("04-76-92-07-40", [GRENOBLE], "read", ""),
        ("04/76/92/07/40", [GRENOBLE], "read", ""),
        ("04 - 76 - 92 - 07 - 40", [GRENOBLE], "read", ""),
        ("04.76..92.07.40", [GRENOBLE], "read", ""),
        ("+33 (0)4 76 92 07 40", [GRENOBLE], "read", ""),
        ("0033476920740", [GRENOBLE], "read", ""),
        ("'+33 4 76 92 07 40", [GRENOBLE], "read", ""),
        ("(04) 76 92 07 40", [GRENOBLE], "read", ""),
        ("0 805 38 39 29", ["+33805383929"], "read", ""),
        ("476920740", [GRENOBLE], "mended", "le zéro de tête manquait"),
        ("476920740.0", [GRENOBLE], "mended", "le zéro de tête manquait"),
        ("33476920740", [GRENOBLE], "mended", "le + de l’indicatif manquait"),
        ("330476920740", [GRENOBLE], "mended", "le + de l’indicatif manquait"),
        ("+0476920740", [GRENOBLE], "mended", "le + de tête était de trop"),
        ("(accueil) 04 76 92 07 40", [GRENOBLE], "mended", "texte autour : « (accueil) »"),
        ("04 76 92 07 40 (poste 3012)", [GRENOBLE], "mended", "texte autour : « (poste 3012) »"),
        ("04 76 92 07 40 poste 3012", [GRENOBLE], "mended", "texte autour : « poste 3012 »"),
        ("de 9h à 12h : 04 76 92 07 40", [GRENOBLE], "mended", "texte autour : « de 9h à 12h »"),
        ("0102030405/0607080910", ["+33102030405", "+33607080910"], "read", ""),
        ("02 41 43 16 15 / 02 44 01 07 31", ["+33241431615", "+33244010731"], "read", ""),
        ("0241431615 - 0244010731", ["+33241431615", "+33244010731"], "read", ""),
        ("0241431615;0244010731", ["+33241431615", "+33244010731"], "read", ""),
        ("02 41 43 16 15, 02 44 01 07 31", ["+33241431615", "+33244010731"], "read", ""),
        ("02 41 43 16 15 02 44 01 07 31", ["+33241431615", "+33244010731"], "read", ""),
        ("Tél : 02.41.43.16.15 ou 02.44.01.07.31", ["+33241431615", "+33244010731"], "read", ""),
        ("+33241431615 et +33244010731", ["+33241431615", "+33244010731"], "read", ""),
        ("0241431615\n0241431615", ["+33241431615"], "read", ""),
        ("Tél : 04 76 92 07 40 Fax : 04 76 92 07 41", [GRENOBLE], "mended", "numéro de fax écarté"),
        ("Télécopie 04 76 92 07 41, tél. 04 76 92 07 40", [GRENOBLE], "mended", "numéro de fax écarté"),
        ("T : 04 76 92 07 40 / F : 04 76 92 07 41", [GRENOBLE], "mended", "numéro de fax écarté ; texte autour : « T : … F »"),
        ("04 76 92 07 40 - 04 76 92 07 41 (fax)", [GRENOBLE], "mended", "numéro de fax écarté"),
        ("Tél/fax : 04 76 92 07 40", [GRENOBLE], "read", ""),
        ("Tél. et fax 04 76 92 07 40", [GRENOBLE], "read", ""),
        ("3230", ["3230"], "read", ""),
        ("39 60", ["3960"], "read", ""),
        ("3949 ou 36 46", ["3949", "3646"], "read", ""),
        ("115", ["115"], "read", ""),
        ("04 76 92 07 40/41", [GRENOBLE], "doubtful", "écarté : « 41 » a 2 chiffres, il en faut 10"),
        ("+32 2 223 45 67", ["+3222234567"], "doubtful", "numéro étranger (+32)"),
        ("04 76 92", None, "refused", "« 047692 » a 6 chiffres, il en faut 10"),
        ("04 76 92 07 40 41 42", None, "refused", "« 04769207404142 » a 14 chiffres, il en faut 10"),
        ("4,76920740E8", None, "refused", "notation scientifique : un tableur a coupé les chiffres"),
        ("Fax : 04 76 92 07 41", None, "refused", "numéro de fax écarté"),
        ("au secrétariat", None, "refused", "aucun numéro dans ce texte"),
        ("06 00 00 00 00", None, "refused", phone.MASKED),
        ("06 000 00 000", None, "refused", phone.MASKED),
        ("0000000000", None, "refused", phone.MASKED),
        ("0600000000", None, "refused", phone.MASKED),
        ("600000000", None, "refused", phone.MASKED),
        ("33600000000", None, "refused", phone.MASKED),
        ("+33700000000", None, "refused", phone.MASKED),
        ("01 23 45 67 89", None, "refused", phone.MASKED),
        ("01 99 00 12 34", None, "refused", phone.MASKED),
        ("07 00 00 00 00 - 06 00 00 00 00", None, "refused", phone.MASKED),
        ("03 89 42 85 20 - 06 00 00 00 00", ["+33389428520"], "mended", "écarté : numéro masqué ou factice"),
        (
            "03 89 66 85 83 - 06 00 00 00 00 - Accueil : 03 89 66 85 85",
            ["+33389668583", "+33389668585"],
            "mended",
            "texte autour : « Accueil » ; écarté : numéro masqué ou factice",
        ),
        (
            "04.76.21.29.09 et pour s'inscrire aux ateliers : 04.76.09.54.86",
            ["+33476212909", "+33476095486"],
            "mended",
            "texte autour : « et pour s'inscrire aux ateliers »",
        ),
        ("", None, "empty", ""),
        ("-----", None, "empty", "« ----- » ne dit rien"),
    ],
)  # fmt: skip
def test_a_phone_as_typed(typed, numbers, word, reason):
    cleaned = phone.clean(typed)
    assert (cleaned.value, cleaned.word, cleaned.reason) == (numbers, word, reason)


@pytest.mark.parametrize(
    ("typed", "postcode", "number", "word"),
    [
        ("0590 82 12 34", "97110", "+590590821234", "read"),
        ("0690 35 12 34", "97150", "+590690351234", "read"),
        ("0596 48 12 34", "97200", "+596596481234", "read"),
        ("0594 30 12 34", "97300", "+594594301234", "read"),
        ("0262 40 12 34", "97400", "+262262401234", "read"),
        ("692123456", "97400", "+262692123456", "mended"),
        ("+33 692 12 34 56", "97400", "+262692123456", "mended"),
        ("0269 61 12 34", "97600", "+262269611234", "read"),
        ("41 12 34", "97500", "+508411234", "read"),
        ("25 12 34", "98800", "+687251234", "read"),
        ("687 25 12 34", "98800", "+687251234", "mended"),
        ("40 46 12 34", "98714", "+68940461234", "read"),
        ("01 80 05 98 80", "97400", "+33180059880", "read"),
        ("0262 40 12 34", "", "+262262401234", "read"),
        ("0262 40 12 34", "38000", "+262262401234", "doubtful"),
        ("25 12 34", "38000", None, "refused"),
    ],
)
def test_the_prefix_is_that_of_the_territory(typed, postcode, number, word):
    cleaned = phone.clean(typed, postcode=postcode)
    assert (cleaned.value, cleaned.word) == ([number] if number else None, word)


@given(
    st.text(alphabet="0123456789+ ./-();,|EtTélou\n", max_size=60),
    st.sampled_from(("", "38000", "97400", "98800")),
)
def test_a_phone_is_refused_unless_it_can_be_called(typed, postcode):
    cleaned = phone.clean(typed, postcode=postcode)
    for number in cleaned.value or ():
        assert len(number) <= 6 or phonenumbers.is_valid_number(phonenumbers.parse(number))
    assert (cleaned.value is None) == (cleaned.word in ("empty", "refused"))


def test_the_phones_of_real_files():
    cells = real("^t[ée]l[ée]phone|contact_tel")
    cells_read = [phone.clean(cell) for cell in cells]
    assert n_by_word(cells_read) == {"read": 737, "empty": 352, "refused": 118, "mended": 48}
    assert {cleaned.reason for cleaned in cells_read if cleaned.word == "refused"} == {phone.MASKED}
    assert all(cleaned.reason for cleaned in cells_read if cleaned.word == "mended")


@pytest.mark.parametrize(
    ("typed", "addresses", "word", "reason"),
    [
        ("Epn.Mairie@Ville.FR", ["Epn.Mairie@ville.fr"], "read", ""),
        ("a@x.fr et b@y.fr", ["a@x.fr", "b@y.fr"], "read", ""),
        ("a@x.fr ou b@y.fr;c@z.fr / d@w.fr e@v.fr", ["a@x.fr", "b@y.fr", "c@z.fr", "d@w.fr", "e@v.fr"], "read", ""),
        ("a@x.fr|b@y.fr,a@x.fr", ["a@x.fr", "b@y.fr"], "read", ""),
        ("l'atelier@x.fr", ["l'atelier@x.fr"], "read", ""),
        ("mailto:a@x.fr", ["a@x.fr"], "mended", "« mailto: » retiré"),
        (":a@x.fr", ["a@x.fr"], "mended", "signes autour de l’adresse retirés"),
        ("www.a@x.fr", ["a@x.fr"], "mended", "signes autour de l’adresse retirés"),
        ("@a@x.fr", ["a@x.fr"], "mended", "signes autour de l’adresse retirés"),
        (".a@x.fr", ["a@x.fr"], "mended", "signes autour de l’adresse retirés"),
        ("a@@x.fr", ["a@x.fr"], "mended", "arobase répétée"),
        ("accuei[a]cap-berriat.com", ["accuei@cap-berriat.com"], "mended", "arobase écrite autrement"),
        ("a(at)x.fr", ["a@x.fr"], "mended", "arobase écrite autrement"),
        ("a [at] x [point] fr", ["a@x.fr"], "mended", "arobase écrite autrement ; point écrit autrement"),
        ("a @ x.fr", ["a@x.fr"], "mended", "espace près de l’arobase retiré"),
        ("a@x .fr", ["a@x.fr"], "mended", "espace près du point retiré"),
        ("a@x. fr", ["a@x.fr"], "mended", "espace près du point retiré"),
        ("a@isere fr", ["a@isere.fr"], "mended", "point remis avant l’extension"),
        ("a@isere.pref,gouv,fr", ["a@isere.pref.gouv.fr"], "mended", "virgule remplacée par un point"),
        ("a@x..fr", ["a@x.fr"], "mended", "point répété"),
        ("Accueil <a@x.fr>", ["a@x.fr"], "mended", "texte autour : « Accueil »"),
        ("a@x.fr (secrétariat)", ["a@x.fr"], "mended", "texte autour : « secrétariat »"),
        ("a@x.fr Eu", ["a@x.fr"], "mended", "texte autour : « Eu »"),
        ("médiathèque@ville.fr", ["mediatheque@ville.fr"], "doubtful", "accents retirés de « médiathèque@ville.fr »"),
        ("a@b@x.fr ; c@x.fr", ["c@x.fr"], "doubtful", "écarté : deux arobases dans « a@b@x.fr »"),
        ("a@b@x.fr", None, "refused", "deux arobases dans « a@b@x.fr »"),
        ("contact.mairie.fr", None, "refused", "il manque l’arobase"),
        ("contact@mairie", None, "refused", "il manque l’extension de « contact@mairie »"),
        ("@compte", None, "refused", "rien avant l’arobase de « @compte »"),
        ("https://x.fr/contact", None, "refused", "une adresse de site, pas une adresse e-mail"),
        ('Via le site de la CAF, rubrique "Nous contacter', None, "refused", "aucune adresse dans ce texte"),
        ("masque@exemple.invalid", None, "refused", mail.MASKED),
        ("masque@exemple.invalid fr", None, "refused", mail.MASKED),
        ("masque@exemple.invalid,gouv,fr", None, "refused", mail.MASKED),
        ("masque@exemple.invalid ou a@x.fr", ["a@x.fr"], "mended", "écarté : adresse masquée dans le fichier"),
        ("---", None, "empty", "« --- » ne dit rien"),
        ("", None, "empty", ""),
    ],
)  # fmt: skip
def test_an_address_of_mail_as_typed(typed, addresses, word, reason):
    cleaned = mail.clean(typed)
    assert (cleaned.value, cleaned.word, cleaned.reason) == (addresses, word, reason)


@given(st.text(max_size=80) | st.text(alphabet="a@. ,;[]()frcom\n", max_size=60))
def test_an_address_of_mail_never_holds_a_blank_nor_two_at_signs(typed):
    for address in mail.clean(typed).value or ():
        assert address.count("@") == 1
        assert address == "".join(address.split())


def test_the_mails_of_real_files():
    cells = real("mail|courriel")
    cells_read = [mail.clean(cell) for cell in cells]
    assert n_by_word(cells_read) == {"refused": 810, "empty": 444, "mended": 1}
    refused = {cleaned.reason for cleaned in cells_read if cleaned.word == "refused"}
    assert refused == {mail.MASKED, "aucune adresse dans ce texte"}


@pytest.mark.parametrize(
    ("typed", "addresses", "word", "reason"),
    [
        ("https://x.fr/A?b=c#!/", ["https://x.fr/A?b=c#!/"], "read", ""),
        ("HTTP://WWW.X.FR/Page", ["http://www.x.fr/Page"], "read", ""),
        ("https://x.fr.", ["https://x.fr"], "read", ""),
        ("https://fr.wikipedia.org/wiki/Foo_(bar)", ["https://fr.wikipedia.org/wiki/Foo_(bar)"], "read", ""),
        ("https://tiktok.com/@ville", ["https://tiktok.com/@ville"], "read", ""),
        ("https://web.archive.org/web/2020/http://x.fr", ["https://web.archive.org/web/2020/http://x.fr"], "read", ""),
        ("https://a.fr?u=https://b.fr", ["https://a.fr?u=https://b.fr"], "read", ""),
        ("https://a.fr;https://b.fr", ["https://a.fr", "https://b.fr"], "read", ""),
        ("https://a.fr|https://b.fr", ["https://a.fr", "https://b.fr"], "read", ""),
        ("https://a.fr ou https://b.fr", ["https://a.fr", "https://b.fr"], "read", ""),
        ("www.x.fr", ["http://www.x.fr"], "mended", "http:// manquait"),
        ("Ameli.fr", ["http://ameli.fr"], "mended", "http:// manquait"),
        ("perso.wanadoo.fr/bibaux", ["http://perso.wanadoo.fr/bibaux"], "mended", "http:// manquait"),
        ("www.caf.fr et www.monenfant.fr", ["http://www.caf.fr", "http://www.monenfant.fr"], "mended", "http:// manquait"),
        ("https//:x.fr", ["https://x.fr"], "mended", "début de l’adresse réparé"),
        ("http:/x.fr", ["http://x.fr"], "mended", "début de l’adresse réparé"),
        ("https/www.x.fr", ["https://www.x.fr"], "mended", "début de l’adresse réparé"),
        ("http;//x.fr", ["http://x.fr"], "mended", "début de l’adresse réparé"),
        ("htpp://x.fr", ["http://x.fr"], "mended", "début de l’adresse réparé"),
        ("http:// x.fr", ["http://x.fr"], "mended", "début de l’adresse réparé"),
        ("http:\\\\x.fr\\y", ["http://x.fr/y"], "mended", "début de l’adresse réparé"),
        ("http://http://x.fr", ["http://x.fr"], "mended", "début de l’adresse réparé"),
        ("http://https://isere.info-jeunes.fr/", ["https://isere.info-jeunes.fr/"], "mended", "début de l’adresse réparé"),
        ("www:x.fr", ["http://www.x.fr"], "mended", "« www. » réparé ; http:// manquait"),
        ("www,x.fr", ["http://www.x.fr"], "mended", "« www. » réparé ; http:// manquait"),
        ("https://www. x.fr", ["https://www.x.fr"], "mended", "« www. » réparé"),
        ("https://x .fr", ["https://x.fr"], "mended", "espace près du point retiré"),
        ("www.mairie,fr", ["http://www.mairie.fr"], "mended", "virgule remplacée par un point ; http:// manquait"),
        ("https://a.frhttps://b.fr", ["https://a.fr", "https://b.fr"], "mended", "adresses collées séparées"),
        ("https://x.fr/?p=a&amp;d=b", ["https://x.fr/?p=a&d=b"], "mended", "« &amp; » remplacé par « & »"),
        ("https://x.fr (page)", ["https://x.fr"], "mended", "texte autour : « page »"),
        ("https://x.fr. Site de la ville", ["https://x.fr"], "mended", "texte autour : « Site de la ville »"),
        ("Centre Porte du Miroir (cscportedumiroir.fr)", ["http://cscportedumiroir.fr"], "mended", "texte autour : « Centre Porte du Miroir » ; http:// manquait"),
        ("https://médiathèque.fr/été", ["https://mediatheque.fr/%C3%A9t%C3%A9"], "doubtful", "accents retirés de « médiathèque.fr »"),
        ("x.toulouse", ["http://x.toulouse"], "doubtful", "http:// manquait ; extension peu courante"),
        ("http://mairie", None, "refused", "il manque l’extension de « mairie »"),
        ("@ville", None, "refused", "« @ville » est un compte de réseau social, pas une adresse"),
        ("a@x.fr", None, "refused", "« a@x.fr » est une adresse e-mail"),
        ("http://moi:secret@x.fr", None, "refused", "un nom d’utilisateur est dans l’adresse"),
        ("javascript:location='http://x.fr'", None, "refused", site.NOT_HTTP),
        ("data:text/html,<b>x</b>", None, "refused", site.NOT_HTTP),
        ("file:///etc/passwd", None, "refused", site.NOT_HTTP),
        ("04.76.98.49.27", None, "refused", "« 04.76.98.49.27 » est un numéro, pas une adresse"),
        ("http://192.168.1.1/", None, "refused", "« 192.168.1.1 » est un numéro, pas une adresse"),
        ("63122", None, "refused", "aucune adresse de site dans ce texte"),
        ("M. Dupont", None, "refused", "aucune adresse de site dans ce texte"),
        ("http://", None, "empty", "« http:// » ne dit rien"),
        ("https://www.", None, "empty", "« https://www. » ne dit rien"),
        ("", None, "empty", ""),
    ],
)  # fmt: skip
def test_an_address_of_site_as_typed(typed, addresses, word, reason):
    cleaned = site.clean(typed)
    assert (cleaned.value, cleaned.word) == (addresses, word)
    assert set(cleaned.reason.split(" ; ")) == set(reason.split(" ; "))


@given(st.text(max_size=80) | st.text(alphabet="htps:/.wxfr@;, javascript", max_size=60))
def test_an_address_of_site_is_always_http(typed):
    for address in site.clean(typed).value or ():
        assert re.fullmatch(r"https?://[a-z0-9._-]+\.[a-z0-9-]{2,}(:\d+)?([/?#]\S*)?", address)


def test_the_sites_of_real_files():
    cells = real("site.?(web|_inter)|url_lieu|^LIEN|prise_rdv|accessibilite")
    cells_read = [site.clean(cell) for cell in cells]
    assert n_by_word(cells_read) == {"empty": 884, "read": 613, "mended": 78, "refused": 3}


SIRET = "40109226700020"


@pytest.mark.parametrize(
    ("typed", "value", "word", "reason"),
    [
        (SIRET, SIRET, "read", ""),
        ("401092267", "401092267", "read", ""),
        ("W131004321", "W131004321", "read", ""),
        ("W9R1011072", "W9R1011072", "read", ""),
        ("35600000063516", "35600000063516", "read", ""),
        ("35600000000048", "35600000000048", "read", ""),
        ("401 092 267 00020", SIRET, "mended", "mis en forme"),
        ("401.092.267-00020", SIRET, "mended", "mis en forme"),
        ("'40109226700020", SIRET, "mended", "mis en forme"),
        ("SIRET : 401 092 267 00020", SIRET, "mended", "mis en forme"),
        ("40109226700020.0", SIRET, "mended", "mis en forme"),
        ("w131004321", "W131004321", "mended", "mis en forme"),
        ("5520130500013", None, "refused", "13 chiffres : un SIRET en a 14, un SIREN 9"),
        ("5520130500012", "05520130500012", "mended", "le zéro de tête manquait"),
        ("05520135", "005520135", "doubtful", "SIREN de 8 chiffres : le zéro de tête manquait"),
        ("1234567001", "1234567001", "doubtful", "RIDET : rien ne permet de le vérifier"),
        ("40109226700021", None, "refused", "la clé de ce SIRET est fausse : un chiffre au moins est faux"),
        ("35600000063517", None, "refused", "la clé de ce SIRET est fausse : un chiffre au moins est faux"),
        ("401092268", None, "refused", "la clé de ce SIREN est fausse : un chiffre au moins est faux"),
        ("0476920740", None, "refused", "10 chiffres : un SIRET en a 14, un SIREN 9"),
        ("4,01E+13", None, "refused", pivot.TRUNCATED),
        ("4.0109226700020E13", None, "refused", pivot.TRUNCATED),
        ("21760400000000", None, "refused", pivot.TRUNCATED),
        ("2176040000000", None, "refused", pivot.TRUNCATED),
        ("W13100432", None, "refused", "ni SIRET, ni SIREN, ni numéro RNA"),
        ("en cours", None, "refused", "ni SIRET, ni SIREN, ni numéro RNA"),
        ("00000000000000", None, "empty", "pivot inconnu"),
        ("0", None, "empty", "pivot inconnu"),
        ("", None, "empty", ""),
    ],
)
def test_a_pivot_as_typed(typed, value, word, reason):
    cleaned = pivot.clean(typed)
    assert (cleaned.value, cleaned.word, cleaned.reason) == (value, word, reason)


def test_a_ridet_is_believed_in_new_caledonia_only():
    assert pivot.clean("123456 001", postcode="98800").value == "123456001"
    assert pivot.clean("1234567.001", postcode="98835").value == "1234567001"
    assert pivot.clean("1234567001", postcode="38000").word == "refused"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (SIRET, "siret"),
        ("401092267", "siren"),
        ("W9R1011072", "rna"),
        ("123456001", "ridet"),
        ("1234567001", "ridet"),
    ],
)
def test_what_a_pivot_is(value, kind):
    assert pivot.kind(value) == kind


def test_what_is_no_pivot_has_no_kind():
    with pytest.raises(ValueError, match="no pivot"):
        pivot.kind("40109226700021")


@given(st.text(alphabet="0123456789W .-E", max_size=20))
def test_a_pivot_is_refused_unless_its_kind_is_known(typed):
    cleaned = pivot.clean(typed)
    if cleaned.value is not None:
        assert pivot.kind(cleaned.value) in ("siret", "siren", "rna", "ridet")


def test_one_wrong_digit_is_always_detected():
    for at in range(14):
        for digit in set("0123456789") - {SIRET[at]}:
            assert pivot.clean(SIRET[:at] + digit + SIRET[at + 1 :]).value is None


def test_the_pivots_of_real_files():
    cells_read = [pivot.clean(cell) for cell in real("pivot|siret")]
    assert n_by_word(cells_read) == {"read": 135, "refused": 76, "empty": 2, "mended": 12}
    assert {cleaned.reason for cleaned in cells_read if cleaned.word == "refused"} == {pivot.TRUNCATED}


@pytest.mark.parametrize(
    ("typed", "value", "word", "reason"),
    [
        ("2024-01-31", date(2024, 1, 31), "read", ""),
        ("2024/01/31", date(2024, 1, 31), "read", ""),
        ("20240131", date(2024, 1, 31), "read", ""),
        ("2024-01-31 10:11:12", date(2024, 1, 31), "read", ""),
        ("2024/01/31 10:11:12", date(2024, 1, 31), "read", ""),
        ("2024-01-31 10:11:12+01:00", date(2024, 1, 31), "read", ""),
        ("2024-01-31T10:11:12Z", date(2024, 1, 31), "read", ""),
        ("2024-01-30T23:00:00.000Z", date(2024, 1, 31), "read", ""),
        ("2024-07-30T22:00:00+0000", date(2024, 7, 31), "read", ""),
        ("2024/01/31 10:11:12 AM UTC+1", date(2024, 1, 31), "read", ""),
        ("2024/01/30 11:30:00 PM UTC", date(2024, 1, 31), "read", ""),
        ("2024/01/31 12:30:00 AM GMT+2", date(2024, 1, 30), "read", ""),
        ("31/01/2024 - 10:23", date(2024, 1, 31), "read", ""),
        ("mer, 31/01/2024 - 10:23", date(2024, 1, 31), "read", ""),
        ("31/01/2024, 10:23", date(2024, 1, 31), "read", ""),
        ("31/01/2024", date(2024, 1, 31), "read", ""),
        ("31/1/2024", date(2024, 1, 31), "read", ""),
        ("31/01/2024 10:11", date(2024, 1, 31), "read", ""),
        ("31/01/2024 10:11:12", date(2024, 1, 31), "read", ""),
        ("31-01-2024", date(2024, 1, 31), "read", ""),
        ("31.01.2024", date(2024, 1, 31), "read", ""),
        ("2 mars 2024", date(2024, 3, 2), "read", ""),
        ("1er août 2024", date(2024, 8, 1), "read", ""),
        ("le samedi 2 Mars 2024 à 10h30", date(2024, 3, 2), "read", ""),
        ("12 déc. 2023", date(2023, 12, 12), "read", ""),
        ("03/04/2024", date(2024, 4, 3), "read", ""),
        ("1706655600", date(2024, 1, 31), "mended", "nombre de secondes depuis 1970"),
        ("1706655600000", date(2024, 1, 31), "mended", "nombre de secondes depuis 1970"),
        ("45322", date(2024, 1, 31), "mended", "nombre de jours d’un tableur"),
        ("45322.75", date(2024, 1, 31), "mended", "nombre de jours d’un tableur"),
        ("31/12/23", date(2023, 12, 31), "mended", "année écrite sur deux chiffres"),
        ("mars 2024", date(2024, 3, 1), "doubtful", "jour inconnu : le premier du mois"),
        ("2024-03", date(2024, 3, 1), "doubtful", "jour inconnu : le premier du mois"),
        ("03/2024", date(2024, 3, 1), "doubtful", "jour inconnu : le premier du mois"),
        ("2024", date(2024, 1, 1), "doubtful", "année seule : le 1er janvier"),
        ("04/30/2024", date(2024, 4, 30), "doubtful", "mois et jour inversés"),
        ("2026-11-20", date(2026, 11, 20), "read", ""),
        ("2026-11-21", date(2026, 11, 21), "doubtful", "date à venir"),
        ("1999-12-31", date(1999, 12, 31), "doubtful", "date d’avant 2000"),
        (
            "07/00/0000 00:01:56",
            None,
            "refused",
            "la date n’est pas remplie : un zéro tient lieu de jour, de mois ou d’année",
        ),
        ("31/02/2024", None, "refused", "« 31/02/2024 » n’existe dans aucun calendrier"),
        ("30/12/1899", None, "refused", "l’année 1899 ne peut pas être celle d’un lieu"),
        ("99999", None, "refused", "ce nombre n’est pas une date de tableur"),
        ("hier", None, "refused", "ce texte n’est pas une date"),
        ("", None, "empty", ""),
    ],
)
def test_a_day_as_typed(typed, value, word, reason):
    cleaned = day.clean(typed, today=TODAY)
    assert (cleaned.value, cleaned.word, cleaned.reason) == (value, word, reason)


@pytest.mark.parametrize(
    "typed",
    ["Mar 5, 2026", "March 5th 2026", "Thursday, March 5, 2026", "5 March 2026", "Mar 5, 2026 10:30 AM"],
)
def test_a_day_written_in_english_month_first_or_not(typed):
    assert (day.clean(typed, today=date(2026, 11, 20)).value) == date(2026, 3, 5)


@given(st.text(alphabet="0123456789-/.:TZ+ marsjuin", max_size=30))
def test_no_text_breaks_the_calendar(typed):
    cleaned = day.clean(typed, today=TODAY)
    assert (cleaned.value is None) == (cleaned.word in ("empty", "refused"))


@given(st.dates(date(2000, 1, 1), TODAY))
def test_a_day_written_the_french_way_is_read_again(written):
    assert day.clean(f"{written:%d/%m/%Y %H:%M}", today=TODAY).value == written
    assert day.clean(written.isoformat(), today=TODAY).word == "read"


def test_the_days_of_real_files():
    cells_read = [day.clean(cell, today=TODAY) for cell in real("date|mise_a_jour")]
    assert n_by_word(cells_read) == {"read": 931, "empty": 573, "refused": 6}
