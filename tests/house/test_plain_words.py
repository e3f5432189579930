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

from maillage.web import decimals
from tools import plain_names

ROOT = Path("src/maillage")
PAGES = sorted((ROOT / "apps").rglob("templates/**/*.html"))
CODE = [path for folder in ("apps", "publishing") for path in sorted((ROOT / folder).rglob("*.py"))]
OWN = {"migrations", "models.py"}  # names for ourselves


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
    rooms = (room for app in (ROOT / "apps").rglob("apps.py") for room in app.parent.glob("forms*"))
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
    field = decimals.DecimalField(min_value=0.5, max_value=1000)
    for typed, words in (("0.1", "0,5."), ("1001", "1\xa0000.")):
        with pytest.raises(ValidationError) as refused:
            field.clean(typed)
        assert refused.value.messages[0].endswith(words)


@pytest.mark.parametrize("kind", [IntegerField, decimals.FloatField, decimals.DecimalField])
def test_bounds_use_words_of_the_house(kind):
    """« Assurez-vous que cette valeur est supérieure ou égale à 1. »"""
    for typed, words in (("0", "Il faut au moins 1."), ("9", "Il faut au plus 8.")):
        with pytest.raises(ValidationError) as refused:
            kind(min_value=1, max_value=8).clean(typed)
        assert refused.value.messages == [words]


# What is given back as one types it in a field, what is written beside an anchor, alike on every computer, and
# what the Coop writes so.
SLASHED = {"plans/forms.py", "accounts/rules/journal.py", "publishing/coop_workbook.py"}


def test_moments_are_written_in_words():
    """« 3 novembre, 9 h 05 » : the same row was « 09:05 » on one page, « 03/11/2026 » in a message."""
    file_names = []
    for path in CODE:
        if OWN & set(path.parts) or path.as_posix().endswith(tuple(SLASHED)):
            continue
        texts = [
            each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.JoinedStr)
        ]
        file_names += [path.name for each in texts if "%d/%m" in ast.unparse(each)]
    assert file_names == []


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


PLACES = r"(?:name|commune|territory|structure|lieu|town|long_name)"
# Files keep their names bare, and a mandate names its structure as the person signs it.
IN_CODE = re.compile(
    rf"(?<![\w’-])(?:[dD]e|[àÀ]) \{{(?:\w+\.)*(?!path\b|margins\b|source\b|terms\b)\w+\.{PLACES}\}}"
)


def test_a_name_after_de_or_a_is_joined_in_the_code():
    """It goes through `of` or `at`; on a page through a filter, which docs/plain_french.yaml asks for."""
    bare = [
        (module.name, *IN_CODE.findall(module.read_text("utf-8"))) for module in sorted(ROOT.rglob("*.py"))
    ]
    assert [module_names for module_names in bare if module_names[1:]] == []
