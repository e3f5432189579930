"""Pages avoid words that only their makers know: a number of the reference list, a line of a document that nobody
can open, a name of our tables, a choice made of dashes.
"""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.forms import CharField, Field, Form, IntegerField, ModelChoiceField

from maillage.reference.travel import FOOT
from maillage.web import decimals
from tools import plain_names

ROOT = Path("src/maillage")
PAGES = sorted((ROOT / "apps").rglob("templates/**/*.html"))
CODE = [path for folder in ("apps", "reports") for path in sorted((ROOT / folder).rglob("*.py"))]
RIDDLES = re.compile(
    r"[Ee]xigence\s+(?:\{|[A-Z]-\d)|\blignes?\s+\{+\s*(?:\w+\.)*lines\b|[Ll]ignes? d’offre|\b(?:personnes?|places?) d’atelier sans personne"
)
TWO_GENDERS = re.compile(r"\w+·(?:e|ne|le|se|ive|rice|trice|euse)s?\b")
LACKING = re.compile(
    r"\b(?:lieu|aide|offre|service|formation|wifi|rien|un|pas|l’ont|l’a|manque|connus?|recensés?|concernées"
    r"|difficulté|chacune|de plus(?:\{% endif %\})?) à pied\b"
)
SEARCHED = {"directory", "orientations"}  # who looks for a place reads the shortest words, in six languages
OWN = {"migrations", "models.py"}  # names for ourselves


def test_no_page_speaks_of_what_only_its_makers_know():
    riddles_by_file = [(path.name, *RIDDLES.findall(path.read_text("utf-8"))) for path in PAGES]
    for path in CODE:
        if OWN & set(path.parts):
            continue
        texts = [ast.unparse(each) for each in ast.walk(ast.parse(path.read_text("utf-8"))) if _is_text(each)]
        riddles_by_file.append((path.name, *(riddle for text in texts for riddle in RIDDLES.findall(text))))
    assert [riddle for riddle in riddles_by_file if riddle[1:]] == []


def test_no_word_is_cut_by_a_dot_for_two_genders():
    """FS-08 : « Prêt·e » ne se lit pas à voix haute ; une phrase s’écrit sans avoir à choisir."""
    contents = [
        path for folder in ("reference", "modules") for path in sorted((ROOT / folder).rglob("*.yaml"))
    ]
    cuts_by_file = {
        path.name: cut
        for path in (*PAGES, *CODE, *contents)
        if "migrations" not in path.parts and (cut := TWO_GENDERS.findall(path.read_text("utf-8")))
    }
    assert cuts_by_file == {}


def test_what_is_within_a_walk_has_one_vocabulary():
    """« sans lieu à pied », « sans aide à pied » stood on the pages, « à portée de marche » in the reports."""
    files = [*PAGES, *CODE, *sorted((ROOT / "cli").rglob("*.py")), *sorted((ROOT / "studies").rglob("*.py"))]
    phrases_by_file = {
        path.name: phrases
        for path in files
        if not SEARCHED & set(path.parts)
        and (
            phrases := LACKING.findall(
                re.sub(r'\s+|"\s+f?"', " ", path.read_text("utf-8")).replace("  ", " ")
            )
        )
    }
    assert phrases_by_file == {}, f"say « {FOOT.near} », « hors de portée de marche »"


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_an_empty_choice_says_what_it_means():
    fields = [
        (form, name)
        for form, name, field in _fields()
        if isinstance(field, ModelChoiceField) and field.empty_label and not field.empty_label.strip("-")
    ]
    assert fields == []


def test_a_field_left_empty_says_what_is_missing():
    """« Ce champ est obligatoire » does not say which one, to who hears the page."""
    unsaid = Field.default_error_messages["required"]
    fields = [
        (form, name)
        for form, name, field in _fields()
        if field.required
        and isinstance(field, CharField | IntegerField)
        and not field.widget.is_hidden
        and str(field.label or "")
        and field.error_messages["required"] == unsaid
    ]
    assert fields == []


def _fields() -> list[tuple[str, str, Field]]:
    rooms = (ROOT / "apps").glob("*/forms*")
    for path in (file for room in rooms for file in (room.rglob("*.py") if room.is_dir() else [room])):
        import_module(".".join(path.with_suffix("").relative_to("src").parts).removesuffix(".__init__"))
    return [
        (form.__name__, name, field)
        for form in _below(Form)
        if form.__module__.startswith("maillage.apps.")
        for name, field in form.base_fields.items()
    ]


def _below(form: type) -> set[type]:
    return {each for direct in form.__subclasses__() for each in (direct, *_below(direct))}


def test_bounds_of_decimal_numbers_are_written_with_a_comma():
    """Django writes « supérieure ou égale à 0.25 »; the fields of `web/decimals.py` write 0,25."""
    plain_fields = [
        f"{path.relative_to(ROOT)}: {field}"
        for path in CODE
        for field in re.findall(r"\bforms\.(?:Float|Decimal)Field\b", path.read_text("utf-8"))
    ]
    assert plain_fields == []
    field = decimals.DecimalField(min_value=0.5, max_value=1000)
    for typed, words in (("0.1", "0,5."), ("1001", "1\xa0000.")):
        with pytest.raises(ValidationError) as refused:
            field.clean(typed)
        assert refused.value.messages[0].endswith(words)


CLOCK = re.compile(r'\|date:"[^"]+(?<!\\h[ \xa0])\bi"')  # « 9:05 »; « 9 h 05 » is `G \h i`
# What is given back as one types it in a field, and what is written beside an anchor, alike on every computer.
SLASHED = {"plans/forms.py", "accounts/rules/journal.py"}


def test_moments_are_written_in_words():
    """« 3 novembre, 9 h 05 » : the same row was « 09:05 » on one page, « 03/11/2026 » in a message."""
    file_names = [path.name for path in PAGES if CLOCK.search(path.read_text("utf-8"))]
    for path in CODE:
        if OWN & set(path.parts) or path.as_posix().endswith(tuple(SLASHED)):
            continue
        texts = [
            each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.JoinedStr)
        ]
        file_names += [path.name for each in texts if "%d/%m" in ast.unparse(each)]
    assert file_names == []


HOME = re.compile(r"<a href=\"\{% url 'space' %\}\">([^<]+)</a>")


def test_the_way_home_has_one_name():
    """The same page was « Espace professionnel », « Espace pro », « Votre page du jour », « Aujourd’hui »."""
    assert {name for path in PAGES for name in HOME.findall(path.read_text("utf-8"))} == {"Aujourd’hui"}


def test_retired_turns_of_french_are_refused_and_what_replaces_them_is_not():
    """docs/plain_french.yaml : chaque ligne refuse son exemple, et admet ce qu’elle demande d’écrire."""
    table = plain_names.turns()
    for turn in table:
        assert list(plain_names.refused_turns(turn.example, [turn])), turn.example
        assert list(plain_names.refused_turns(turn.say, table)) == [], turn.say
    for plain in ("À qui demander ?", "Choisir avec qui vous aidez", "d’ici la fin de l’année", "Qui m’aide"):
        assert list(plain_names.refused_turns(plain, table)) == [], plain


def test_a_turn_is_found_across_the_lines_of_a_string_or_of_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr(plain_names, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text(
        '"""D’ici."""\nwords = (\n    "Aucun lieu d’"\n    f"ici : {n}."\n)\n', "utf-8"
    )
    (tmp_path / "a.html").write_text("{# d’ici #}\n<p>\n  Prévenez\n  qui mène l’enquête.\n</p>\n", "utf-8")
    table = plain_names.turns()
    read = {name: plain_names.read_french(tmp_path / name, table) for name in ("a.py", "a.html")}
    assert [(riddle.line, riddle.text) for riddle in read["a.py"]] == [(3, "d’ici")]
    assert [(riddle.line, riddle.text) for riddle in read["a.html"]] == [(3, "Prévenez qui")]
