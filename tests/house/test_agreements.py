"""Counts of none agree with their noun: « aucune structure », « aucun lieu »."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import maillage
from maillage.words import wording

CODE = Path(maillage.__file__).parent
MASCULINE = frozenset(
    "accès acte acteur an appareil arrêt atelier attend autre bulletin ce changement codes compte constat diagnostic"
    " doublon élément envoi exemplaire fichier habitant incertain jour levier lieu local mandat manque message métier numéro obstacle"
    " organisme papier participant passage point professionnel projet prêt problème quartier rendez-vous renvoi reçu rôle sans service"
    " sorti tableau témoignage".split()
)  # « autre » stands alone beside what it counts


def counted() -> Iterator[str]:
    """The nouns that the code counts with `wording.count` and `wording.counts`."""
    for path in CODE.rglob("*.py"):
        text = path.read_text()
        bare = re.search(r"wording import (?:\([^)]*)?[\w, ]*\bcount\b", text)
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            named = ast.unparse(node.func)
            if named == "wording.count" or (bare and named == "count"):
                yield from _nouns(node.args[1:2])
            if named in ("wording.counts", "counts"):
                yield from _nouns([each.elts[1] for each in node.args if isinstance(each, ast.Tuple)])


def _nouns(arguments: list[ast.expr]) -> Iterator[str]:
    return (
        each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def test_each_noun_that_is_counted_has_its_gender():
    """A new one goes to `wording.FEMININE`, or to the list above."""
    heads = {noun.removeprefix("autre ").split(" ")[0] for noun in counted()}
    assert len(heads) > 40
    assert not heads - wording.FEMININE - MASCULINE
    assert not wording.FEMININE & MASCULINE
