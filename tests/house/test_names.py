"""Names are nouns and verbs of the field: docs/glossary.md lists them, and the words that are retired."""

import re
from pathlib import Path

from tools import commit_subject, plain_names

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src/maillage"
TERMS = (ROOT / "docs/glossary.md").read_text("utf-8").split("## Retired words")[0]
MODULE = '''
def rows_told(held, n):
    """Return what is left."""
    theirs = [each for each in held]
    for each in theirs:
        one(each)
        two(each)
        three(each)
    return lambda kept: top_left
'''


def test_retired_words_are_refused_alone_or_as_a_part():
    retired = plain_names.retired_words()
    for name in ("told", "Told", "rows_told", "StructuresAsked", "left", "_held"):
        assert plain_names.is_retired(name, retired), name
    for name in ("top_left", "fit_rates", "overdue", "storyteller"):
        assert not plain_names.is_retired(name, retired), name


def test_riddles_are_found_among_all_the_names_a_module_binds(tmp_path, monkeypatch):
    monkeypatch.setattr(plain_names, "ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text(MODULE, "utf-8")
    riddles = plain_names.read(
        path, {"held": "anywhere", "told": "anywhere", "kept": "alone", "theirs": "alone", "each": "alone"}
    )
    assert sorted(riddle.text for riddle in riddles) == [
        "Return what is left.",
        "each",
        "held",
        "kept",
        "rows_told",
        "theirs",
    ]


def test_columns_and_inputs_keep_the_name_that_pages_and_databases_carry(tmp_path, monkeypatch):
    monkeypatch.setattr(plain_names, "ROOT", tmp_path)
    declared = 'class Row(Model):\n    told = JSONField()\n    held = ""\n    def kept(self):\n        told = list()\n'
    for name, riddles in (("models.py", 3), ("forms.py", 3), ("queries.py", 4)):
        (tmp_path / name).write_text(declared, "utf-8")
        read = plain_names.read(tmp_path / name, {"told": "anywhere", "held": "anywhere", "kept": "anywhere"})
        assert len(read) == riddles, name


def test_each_term_of_the_glossary_is_a_name_of_the_code():
    rows = [line.split("|")[1:-1] for line in TERMS.splitlines() if line.startswith("|")]
    terms = [
        term
        for row in rows
        for cell in row[: 2 if len(row) == 4 else 1]
        for term in re.findall(r"`(\w+)`", cell)
    ]
    code = "\n".join(path.read_text("utf-8") for path in CODE.rglob("*.py"))
    known = set(re.findall(r"\w+", code))
    assert len(terms) > 80
    assert len(terms) == len(set(terms)), "each term once"
    assert not [term for term in terms if term not in known]


def test_commit_subject_is_an_order_after_its_room():
    for subject in ("agenda: refuse seats in past workshops", "release 0.4.0", "offer: bring back stops"):
        assert commit_subject.faults(subject) == [], subject
    for subject in (
        "agenda: what is refused is told",
        "agenda: refuses a seat",
        "agenda: refused a seat",
        "Refuse a seat",
        "agenda: " + "x" * 60,
    ):
        assert commit_subject.faults(subject), subject
