"""JSON, JSON lines and GeoJSON: each object becomes a row."""

import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from maillage.sources.offer.forms import features, grist, hsds, nested
from maillage.sources.offer.forms.cells import sound
from maillage.sources.offer.forms.flat import MAX_DEPTH, TWICE, Number, TooDeep, flattened
from maillage.sources.offer.forms.sheet import (
    MAX_ROWS,
    Record,
    Remarks,
    Sheet,
    check_columns,
    check_rows,
    finished,
    fits,
    listed,
    named,
    spaced,
    too_many,
)

LIKELY = re.compile(r'\s*(?:\{\s*["}]|\[\s*(?:[\[\]{"\d-]|null|true|false|NaN))')
MAX_VALUES = 6_000_000  # of objects, and objects: heavier than the cells of a sheet while they are read
MAX_COMMAS = 10_000_000  # hence values of lists: outlines that fill MAX_BYTES have some eight million
NO_NUMBER = "Nombre impossible (NaN, Infinity), lu comme vide"
FRENCH_OF_ERROR = {  # what the reader of JSON says when it stops
    "Expecting property name enclosed in double quotes": (
        "un nom entre guillemets droits était attendu (une virgule est peut-être en trop)"
    ),
    "Expecting value": (
        "une valeur était attendue (une virgule est peut-être en trop, ou la fin du fichier manque)"
    ),
    "Expecting ',' delimiter": "une virgule, ou la fin de l’objet, était attendue",
    "Expecting ':' delimiter": "deux-points étaient attendus après un nom",
    "Unterminated string starting at": "un texte commencé là n’est pas refermé",
    "Invalid \\escape": "une barre oblique inverse y est suivie d’un signe inconnu",
    "Invalid \\uXXXX escape": "un caractère \\u y est incomplet",
    "Extra data": "le fichier continue après la fin de son premier élément",
}
DO = "Exportez-le de nouveau en JSON, ou en CSV."

T = TypeVar("T")
Element = tuple[int, Any]  # the position of an element in its list, or its line, and the element


def sheet_of(text: str, remarks: Remarks) -> Sheet:
    """Return the rows of a list of objects, of the list that a document holds, of JSON lines, or of GeoJSON.

    Raises Refused on broken JSON, and when there is nothing that could be a row.
    """
    if text.count(",") > MAX_COMMAS:
        raise too_many(remarks, f"{spaced(MAX_COMMAS)} virgules")
    elements = _lines(text, remarks)
    if not elements:
        data = _loaded(text, remarks)
        if hsds.is_document(data):
            return hsds.of_document(data, remarks)
        if hsds.table_alone(data):
            raise remarks.refusal(
                "c’est une seule table d’un export HSDS.",
                why="Les services y sont, mais ni leur lieu ni leur adresse, qui sont dans d’autres tables.",
                do="Donnez l’export entier : l’archive ZIP, ou le dossier de toutes ses tables.",
            )
        elements = _elements(data, remarks)
        remarks.unit = "élément"
    is_map = any(features.is_feature(element) for _, element in elements)
    keys: dict[str, None] = {}
    flat: list[tuple[int, dict[str, str]]] = []
    for line, element in _drained(elements):
        cells = _cells(line, element, is_map, remarks)
        if any(cells.values()):
            flat.append((line, cells))
            keys |= dict.fromkeys(cells)
            check_columns(len(keys), remarks)
            check_rows(len(flat), len(keys), remarks)
    columns = named(list(keys), remarks)
    records: list[Record] = []
    for line, flat_cells in _drained(flat):
        cells_in_order = [flat_cells.get(key, "") for key in keys]
        if fits(cells_in_order, line, columns, remarks):
            records.append((line, cells_in_order))
    return finished(columns, records, "geojson" if is_map else "json", remarks)


def _drained(values: list[T]) -> Iterator[T]:
    """Yield the values of a list in order, each let go at once: two forms of a whole file would not fit in
    memory.
    """
    values.reverse()
    while values:
        yield values.pop()


def _cells(line: int, element: object, is_map: bool, remarks: Remarks) -> dict[str, str]:
    """Return the cells of an element; none, and a fault, when it is not an object or is nested too deep."""
    try:
        if is_map and features.is_feature(element):
            return features.cells_of(element, remarks, f"{remarks.unit} {line}")  # type: ignore[arg-type]  # is_feature says that it is one
        if not is_map and isinstance(element, dict):
            return flattened(element, remarks, f"{remarks.unit} {line}")
        reason = (
            "cet élément n’est pas un « Feature » de GeoJSON" if is_map else "cet élément n’est pas un objet"
        )
        do = "Donnez une liste d’objets de même forme, un par lieu."
    except TooDeep:
        reason, do = (
            f"cet élément s’emboîte sur plus de {MAX_DEPTH} niveaux",
            "Exportez-le à plat, une valeur par nom.",
        )
    remarks.leave_out(line, reason, value=_sketch(element), do=do)
    return {}


def _sketch(element: object) -> str:
    """Return enough of an element for someone to find it: its names, however deep and long it is."""
    match element:
        case str():
            return element
        case dict():
            return listed(list(element))
        case list():
            return f"une liste de {spaced(len(element))} valeurs"
    return json.dumps(element)


def _elements(data: Any, remarks: Remarks) -> list[Element]:
    """Return the elements of the list that stands for the table."""
    data = nested.elements_of(grist.records_of(data), remarks)
    if not isinstance(data, list):
        raise remarks.refusal(
            "ce n’est ni une liste d’objets, ni un objet.",
            why="Une valeur seule ne décrit aucun lieu.",
            do=DO,
        )
    if not data:
        raise remarks.refusal(
            "la liste est vide.", why="Il n’y a rien à lire dans ce fichier.", do="Vérifiez l’export."
        )
    check_rows(len(data), 1, remarks)
    return list(enumerate(data, 1))


def _lines(text: str, remarks: Remarks) -> list[Element]:
    """Return the elements of JSON lines; none when the text is not that: one whole object a line, two lines
    at least.
    """
    first, second = ([*islice(filter(str.strip, io.StringIO(text)), 2), "", ""])[:2]
    if not (first.lstrip().startswith("{") and second.lstrip().startswith("{")):
        return []
    decoder = _decoder(remarks)
    try:
        decoder.decode(first)
    except (ValueError, RecursionError):
        return []
    if text.count("\n") > 2 * MAX_ROWS:
        raise too_many(remarks)
    remarks.say("Un objet JSON par ligne.")
    elements = []
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        try:
            elements.append((number, decoder.decode(line.rstrip("\r\n"))))
        except json.JSONDecodeError as error:
            remarks.leave_out(
                number, _error_text(error), value=line, do="Corrigez cette ligne, ou exportez de nouveau."
            )
        except RecursionError:
            remarks.leave_out(number, "cet objet s’emboîte sans fin", value=line, do="Exportez-le à plat.")
    return elements


def _loaded(text: str, remarks: Remarks) -> Any:
    try:
        return _decoder(remarks).decode(text)
    except json.JSONDecodeError as error:
        raise remarks.refusal(
            f"{_error_text(error)}.",
            line=error.lineno,
            why="Ce n’est pas du JSON complet : rien ne dit plus où chaque lieu commence et finit.",
            do=DO,
        ) from error
    except RecursionError:
        raise remarks.refusal(
            "les valeurs s’emboîtent sur des centaines de niveaux.",
            why=f"On en lit {MAX_DEPTH} : aucun recensement n’en a autant.",
            do=DO,
        ) from None


def _decoder(remarks: Remarks) -> json.JSONDecoder:
    """Return a reader of JSON that keeps numbers as typed, tells keys given twice, and stops when there are
    too many.
    """
    n = 0

    def pairs(key_values: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal n
        n += 1 + len(key_values)
        if n > MAX_VALUES:
            raise too_many(remarks, f"{spaced(MAX_VALUES)} valeurs")
        values = dict(key_values)
        if not "".join(values).isascii():
            values = {sound(name): value for name, value in key_values}
        if len(values) < len(key_values):
            remarks.count(TWICE)
        return values

    return json.JSONDecoder(
        object_pairs_hook=pairs,
        parse_float=Number,
        parse_int=Number,
        parse_constant=lambda _: remarks.count(NO_NUMBER),
        strict=False,  # a line break inside a text is only a line break
    )


def _error_text(error: json.JSONDecodeError) -> str:
    return f"colonne {spaced(error.colno)}, {FRENCH_OF_ERROR.get(error.msg, 'le JSON est mal formé')}"
