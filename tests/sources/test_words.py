"""Text, lists in a cell, numbers, yes and no: the dirt of the catalogue, and every list of two real files."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer.clean import number, several, words, yesno

BLANKS, HTML = "espaces superflus retirés", "HTML retiré"
MENDED, HIDDEN = "caractères réparés", "caractères invisibles retirés"


@pytest.mark.parametrize(
    ("typed", "value", "word", "reason"),
    [
        ("Aide aux démarches", "Aide aux démarches", "read", ""),
        ("  Aide\n", "Aide", "read", ""),
        ("L’été “ici” à l'œuvre : ﬁn", "L’été “ici” à l'œuvre : ﬁn", "read", ""),
        ("dÃ©mÃ©nagement", "déménagement", "mended", MENDED),
        ("lâ€™accueil", "l’accueil", "mended", MENDED),
        ("l\u0092accueil", "l’accueil", "mended", MENDED),
        ("CH╢TEAU", "CHÂTEAU", "mended", MENDED),
        ("＂Le Lien＂", '"Le Lien"', "mended", MENDED),
        ("e\u0301te\u0301", "été", "mended", MENDED),
        ("caf\ufffd", "caf\ufffd", "doubtful", "un caractère était déjà perdu dans le fichier"),
        ("12\u00a0rue  des\tLilas", "12 rue des Lilas", "mended", BLANKS),
        ("a\n\n\n\nb", "a\n\nb", "mended", BLANKS),
        ("a\r\nb", "a\nb", "mended", "retours à la ligne remis"),
        ("a\u200bb\x00c\ufeff", "abc", "mended", HIDDEN),
        ("\u202eecnarf", "ecnarf", "mended", HIDDEN),
        ("<p>Bonjour</p><p>à <b>tous</b><br/>oui</p>", "Bonjour\nà tous\noui", "mended", HTML),
        ("<table><tr><th>Ville :</th><td>Ussel</td></tr><tr><td>CP</td><td>19200</td></tr></table>", "Ville : Ussel\nCP : 19200", "mended", HTML),
        ("<ul>\n \t<li>A</li>\n \t<li>B</li>\n</ul>", "A\nB", "mended", HTML),
        ('<i class=""fas fa-deaf""></i> Surdité', "Surdité", "mended", HTML),
        ("Petites &amp; Moyennes&nbsp;: &#233;t&eacute;", "Petites & Moyennes : été", "mended", f"{HTML} ; {BLANKS}"),
        ('<a href="https://x.fr/y">ici</a>', "ici (https://x.fr/y)", "mended", HTML),
        ('<a href="https://x.fr/">https://x.fr</a>', "https://x.fr", "mended", HTML),
        ("a<script>alert(1)</script>b<style>p{}</style><!-- c -->", "ab", "mended", HTML),
        ("&lt;script&gt;alert(1)&lt;/script&gt;ok", "ok", "mended", HTML),
        ("<scr<b>ipt>ok", "ok", "mended", HTML),
        ("<script>seul", "seul", "mended", HTML),
        ("a < b et c > d, x <b et y>", "a < b et c > d, x <b et y>", "read", ""),
        ("<contact@x.fr> <bonjour>", "<contact@x.fr> <bonjour>", "read", ""),
        ("https://x.fr/?a=1&section=2&copy=3", "https://x.fr/?a=1&section=2&copy=3", "read", ""),
        ('=HYPERLINK("http://x.fr")', '=HYPERLINK("http://x.fr")', "read", ""),
        ("+1+cmd", "+1+cmd", "read", ""),
        ("@SUM(A1)", "@SUM(A1)", "read", ""),
        ("null", None, "empty", "« null » ne dit rien"),
        (" None ", None, "empty", "« None » ne dit rien"),
        ("NaN", None, "empty", "« NaN » ne dit rien"),
        ("N/A", None, "empty", "« N/A » ne dit rien"),
        ("Néant", None, "empty", "« Néant » ne dit rien"),
        ("-", None, "empty", "« - » ne dit rien"),
        ("<p>&nbsp;</p>", None, "empty", "aucun texte dans cette case"),
        ("", None, "empty", ""),
    ],
)  # fmt: skip
def test_a_text_as_typed(typed, value, word, reason):
    cleaned = words.clean(typed)
    assert (cleaned.value, cleaned.word, cleaned.reason) == (value, word, reason)


def test_one_line_is_one_line():
    cleaned = words.line("MJC<br>des Eaux-Claires\n\nGrenoble")
    assert (cleaned.value, cleaned.word) == ("MJC des Eaux-Claires Grenoble", "mended")
    assert "retours à la ligne retirés" in cleaned.reason


def test_a_text_too_long_is_cut_at_a_word_and_reported():
    cleaned = words.clean("un deux trois quatre", longest=12)
    assert (cleaned.value, cleaned.word, cleaned.reason) == (
        "un deux…",
        "doubtful",
        "12 caractères gardés au plus, sur 20",
    )
    assert words.clean("un deux trois", longest=13).word == "read"
    assert words.line("anticonstitutionnellement", longest=6).value == "antic…"


@given(st.text(max_size=200) | st.text(alphabet="<>/&;#abip script=\"'-!\u200b\u0092Ã©", max_size=120))
def test_no_tag_nor_control_character_comes_out(typed):
    value = words.clean(typed).value or ""
    assert not re.search(r"</?(?:script|b|p|br|a)\s*/?>", value)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b]", value)
    assert "\n" not in (words.line(typed).value or "")


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyzéèêàùç' -.,", min_size=1, max_size=80).map(
        lambda t: " ".join(t.split())
    )
)
def test_plain_french_is_left_as_it_is(typed):
    cleaned = words.clean(typed)
    assert cleaned.word == "empty" or (cleaned.value, cleaned.word) == (typed, "read")


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("Gratuit", ["Gratuit"]),
        ("a|b||a| ", ["a", "b"]),
        ("CNFS;Aidants Connect", ["CNFS", "Aidants Connect"]),
        ("a, b\nc, d", ["a, b", "c, d"]),
        ("• A\n- B", ["A", "B"]),
        ("<ul><li>A &amp; B</li><li>C</li></ul>", ["A & B", "C"]),
        ("Seniors (+65 ans) / Familles/ enfant / Jeunes (16/26 ans)", ["Seniors (+65 ans)", "Familles/ enfant", "Jeunes (16/26 ans)"]),
        ("Gratuit : accès au lieu et/ou à ses services/ Payant", ["Gratuit : accès au lieu et/ou à ses services", "Payant"]),
        ("j’ai une connexion/Avec de l’aide", ["j’ai une connexion", "Avec de l’aide"]),
        ("BIJ/PIJ (Information Jeunesse)", ["BIJ/PIJ (Information Jeunesse)"]),
        ("Qualiopi, certification PIX", ["Qualiopi", "certification PIX"]),
        ("Solidaire (tarif réduit, ou convention), Payant", ["Solidaire (tarif réduit, ou convention)", "Payant"]),
        ("une parenthèse (jamais fermée, hélas", ["une parenthèse (jamais fermée", "hélas"]),
        ("12,5 m²", ["12,5 m²"]),
        ('["x", "y", null, 3]', ["x", "y", "3"]),
        ("['l\\'accueil', \"y\"]", ["l'accueil", "y"]),
        ("[Face à la boulangerie]", ["[Face à la boulangerie]"]),
        ('A","B","C', ["A", "B", "C"]),
        ('"A","B"', ["A", "B"]),
        ('Espace Public Numérique",Médiathèque', ["Espace Public Numérique", "Médiathèque"]),
        (
            'Adultes,Seniors,"Petite enfance / Parentalité (0-3 ans)","Enfance / Parentalité (3-10 ans)',
            [
                "Adultes",
                "Seniors",
                "Petite enfance / Parentalité (0-3 ans)",
                "Enfance / Parentalité (3-10 ans)",
            ],
        ),
        ('CSC "Le Lien",Médiathèque,"B', ['CSC "Le Lien"', "Médiathèque", "B"]),
        ('<i class=""fas""></i> Surdité","<i class=""fas""></i> Handicap Mental', ["Surdité", "Handicap Mental"]),
        ("5 € / an d'adhésion", ["5 € / an d'adhésion"]),
        ("5 euros / mois ; Gratuit", ["5 euros / mois", "Gratuit"]),
        ("5 € / Gratuit", ["5 €", "Gratuit"]),
        ("- | néant", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_cell_that_holds_several_values(typed, values):
    assert several.split(typed) == values


@pytest.mark.parametrize(
    ("typed", "separators", "values"),
    [
        ("RDV-G-R", "-", ["RDV", "G", "R"]),
        ("Gratuit/Payant", "/", ["Gratuit", "Payant"]),
        ("Familles/enfants / Adultes", " / ", ["Familles/enfants", "Adultes"]),
        ("mi-temps - plein temps", " - ", ["mi-temps", "plein temps"]),
        ("Ville et Métropole", " et ", ["Ville", "Métropole"]),
        ("1,2", ",", ["1", "2"]),
        ('A","B', ",", ["A", "B"]),
        ("a;b|c", ";|", ["a", "b", "c"]),
        ("Fablab / Hackerspace", "", ["Fablab / Hackerspace"]),
    ],
)
def test_a_cell_parted_by_what_the_caller_says(typed, separators, values):
    assert several.split(typed, separators=separators) == values


@given(st.lists(st.text(alphabet="abcdé -'", min_size=1, max_size=12), max_size=6))
def test_values_joined_by_bars_come_back(values):
    spaced = [" ".join(value.split()) for value in values]
    wanted = list(
        dict.fromkeys(value for value in spaced if words.nothing(value) is None and not value.startswith("-"))
    )
    assert several.split("|".join(value for value in spaced if not value.startswith("-"))) == wanted


HINAURA = {  # column → how many values its form offered
    "Type d'opérateur": 4, "Type de lieu": 15, "Publics accueillis": 5,
    "Accueil pour les personnes en situation de handicap": 4, "Accompagnement de publics spécifiques": 5,
    "Tarifs": 6, "À disposition": 4, "Types d'accompagnement proposés": 9,
    "Accompagnements proposés aux démarches en ligne": 8, "Formations compétences de base proposées": 11,
    "Comprendre et Utiliser les sites d’accès aux droits proposées": 7, "Sensibilisations culture numérique": 9,
}  # fmt: skip


@pytest.mark.parametrize(("column", "n_values"), HINAURA.items())
def test_the_lists_of_hinaura_are_those_of_its_form(column, n_values):
    rows = json.loads(Path("data/raw/hinaura/isere.json").read_text("utf-8"))
    values = {value for row in rows for value in several.split(str(row.get(column) or ""))}
    assert len(values) == n_values
    assert not [value for value in values if re.search(r'["<>]|^\W|,\S', value)]


def test_the_lists_of_le_havre_are_those_of_the_standard():
    rows = json.loads(Path("tests/files/offre/le_havre.json").read_text("utf-8"))
    cleaned = {value for row in rows for value in several.split(row["modalites_accompagnement"])}
    assert cleaned == {
        "Seul : j’ai accès à du matériel et une connexion",
        "Avec de l’aide : je suis accompagné seul dans l’usage du numérique",
        "Dans un atelier : j’apprends collectivement à utiliser le numérique",
        "A ma place : une personne habilitée fait les démarches à ma place.",
        "Accompagnement individuel",
        "Dans un atelier collectif",
        "En autonomie",
    }
    for column, n_values in {"conditions_acces": 4, "publics_accueillis": 24, "services": 28}.items():
        values = {value for row in rows for value in several.split(row[column])}
        assert len(values) == n_values
        assert not [value for value in values if " / " in value or '"' in value]


@pytest.mark.parametrize(
    ("typed", "value", "word", "reason"),
    [
        ("12", 12, "read", ""),
        ("12,5", 12.5, "read", ""),
        ("-0.5", -0.5, "read", ""),
        ("−3", -3, "read", ""),
        (".5", 0.5, "read", ""),
        ("1 234,5", 1234.5, "read", ""),
        ("1\u202f234", 1234, "read", ""),
        ("1.234,5", 1234.5, "read", ""),
        ("1,234.5", 1234.5, "read", ""),
        ("1.234", 1.234, "read", ""),
        ("16,8\u00a0m²", 16.8, "mended", "unité écrite après : « m² »"),
        ("23m2", 23, "mended", "unité écrite après : « m2 »"),
        ("15 %", 15, "mended", "unité écrite après : « % »"),
        ("22m33", 22, "doubtful", "texte après : « m33 »"),
        ("environ 12", 12, "doubtful", "texte avant : « environ »"),
        ("4,5E1", 45, "doubtful", "notation scientifique : des chiffres ont pu être perdus"),
        ("20 à 25 m2", None, "refused", "plusieurs nombres dans cette case"),
        ("26 m² + 49 m²", None, "refused", "plusieurs nombres dans cette case"),
        ("99999", None, "refused", "99999 n’est pas entre -90 et 9000"),
        ("-90,5", None, "refused", "-90,5 n’est pas entre -90 et 9000"),
        ("grand", None, "refused", "aucun nombre dans ce texte"),
        ("nan", None, "empty", "« nan » ne dit rien"),
        ("", None, "empty", ""),
    ],
)
def test_a_number_as_typed(typed, value, word, reason):
    cleaned = number.clean(typed, low=-90, high=9000)
    assert (cleaned.value, cleaned.word, cleaned.reason) == (value, word, reason)


def test_a_whole_number_has_no_fraction():
    assert number.whole_number("12.0 places", low=0, high=100).value == 12
    assert isinstance(number.whole_number("12.0", low=0, high=100).value, int)
    assert number.whole_number("12,5", low=0, high=100).reason == "12,5 n’est pas un nombre entier"
    assert number.whole_number("", low=0, high=100).word == "empty"


@given(st.floats(-9e8, 9e8, allow_nan=False))
def test_a_number_written_the_french_way_is_read_again(value):
    typed = f"{value:,.3f}".replace(",", "\u202f").replace(".", ",")
    assert number.clean(typed, low=-1e9, high=1e9).value == pytest.approx(value, abs=0.0006)


@given(st.text(max_size=40) | st.text(alphabet="0123456789 .,'-+Em²", max_size=30))
def test_a_number_out_of_its_bounds_is_refused(typed):
    cleaned = number.clean(typed, low=0, high=10)
    assert cleaned.value is None or 0 <= cleaned.value <= 10


@pytest.mark.parametrize(
    ("typed", "value", "word", "reason"),
    [
        *((typed, True, "read", "") for typed in ("oui", "Oui.", "o", "X", "1", "1.0", "true", "VRAI", "✓")),
        *((typed, False, "read", "") for typed in ("non", "N", "0", "false", "Faux")),
        ("Oui, sur rendez-vous", True, "doubtful", "précision à garder : « Oui, sur rendez-vous »"),
        ("Oui recrutement en cours", True, "doubtful", "précision à garder : « Oui recrutement en cours »"),
        ("Non, pas encore", False, "doubtful", "précision à garder : « Non, pas encore »"),
        ("en projet", None, "refused", "ni oui ni non, c’est un projet : « en projet »"),
        ("Espace en construction", None, "refused", "ni oui ni non, c’est un projet : « Espace en construction »"),
        ("Réaffectation possible", None, "refused", "ni oui ni non : « Réaffectation possible »"),
        ("Nord", None, "refused", "ni oui ni non : « Nord »"),
        ("non renseigné", None, "empty", "« non renseigné » ne dit rien"),
        ("NSP", None, "empty", "« NSP » ne dit ni oui ni non"),
        ("", None, "empty", ""),
    ],
)  # fmt: skip
def test_yes_and_no_as_typed(typed, value, word, reason):
    cleaned = yesno.clean(typed)
    assert (cleaned.value, cleaned.word, cleaned.reason) == (value, word, reason)


def test_the_longest_known_word_of_a_name_tells_its_kind_and_names_do_not_pile_up():
    """A long file has as many names as rows: what they held would grow with it."""
    for text in (
        "Mairie de Revel",
        "La Bibliothèque municipale de Revel",
        "Centre social Mairie",
        "Revel",
        "",
    ):
        name = f" {plain(text)} "
        known_words = [word for word in offer.kinds_by_word() if len(word) > 2 and f" {word} " in name]
        wanted = offer.kinds_by_word()[max(known_words, key=len)] if known_words else None
        assert offer.kind_named_in(text) == wanted
    assert offer.kind_named_in("Mairie de Revel") is not None
    for rank in range(10_000):
        offer.kind_named_in(f"Centre social {rank}")
    assert offer.kind_named_in.cache_info().currsize < 5_000
