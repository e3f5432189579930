"""JSON: where the table is in a document. A list of objects, however deep it lies, or several that are
one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, permutations
from typing import Any

from maillage.sources.offer.forms import features
from maillage.sources.offer.forms.flat import MAX_DEPTH
from maillage.sources.offer.forms.sheet import Remarks, listed, spaced

LOOKED_AT = 50  # elements of a list from which all are judged
ALIKE = 0.5  # share of the names of two objects, all told, that both must have to be of the same kind
LAYER, GROUP, KEY = "calque", "groupe", "clé"  # from which list, or under which key, an element comes
EMPTY: tuple[Any, ...] = (None, "", [], {})
LINK = re.compile(r"(\w+)_id|id_(\w+)")  # how a list names the elements of another: structure_id
TITLES = ("nom", "name", "titre", "title", "label", "libelle", "libellé", "layer", "calque")

ENVELOPES = (
    "service",
    "structure",
    "item",
    "lieu",
    "place",
    "record",
    "fields",
    "_source",
    "resource",
    "properties",
)
TITLE = re.compile(r"nom|name|titre|title|label|libell", re.IGNORECASE)
# Names of what says where a place is, and of what may only say in which area.
POINTS = re.compile(
    r"adress|addr|latitude|longitude|lat$|lon$|lng$|geo|coordo|coordin|coords|locali[sz]ation|location", re.I
)
AREAS = re.compile(r"commune|ville|city|insee|postal|post_?code|zip|cp$|depart|region", re.IGNORECASE)
PLACES = (POINTS, AREAS)

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A list of objects that may be the table: its elements, the names that lead to it, and what is told of
    it.

    taken: the lists that it puts together, when it does not take all that lies at its place.
    """

    elements: list[Any]
    path: tuple[str, ...]
    note: str = ""
    taken: tuple[str, ...] = ()

    def outside_names(self, document: Object) -> list[str]:
        """Return the names of what lies in the document, and not in the table."""
        names: list[str] = []
        holder: Any = document
        for depth, key in enumerate(self.path):
            names += [".".join((*self.path[:depth], other)) for other in holder if other != key]
            holder = holder[key]
        names += (
            [".".join((*self.path, other)) for other in holder if other not in self.taken]
            if self.taken
            else []
        )
        return [f"« {name} »" for name in names]


def elements_of(data: Any, remarks: Remarks) -> Any:
    """Return the elements of the table that a document holds, and tell which it is; None when there is none.

    The features of every layer, else the largest list of objects, however deep; an object without any is the
    only row.
    """
    layers = list(_layers(data, "", 0))
    if layers:
        return _features(layers, remarks)
    if isinstance(data, list):
        return _ungrouped(data, "", remarks)
    if features.is_feature(data):
        return [data]
    if not isinstance(data, dict) or _is_collection(data):
        return None
    table = _largest(data)
    if table is None:
        remarks.say("Un seul objet : il est lu comme une seule ligne.")
        return [data]
    name = ".".join(table.path)
    aside_text = (
        f" ; laissé à côté : {listed(other_names)}" if (other_names := table.outside_names(data)) else ""
    )
    remarks.say(f"{table.note or f'Liste lue : « {name} »'}{aside_text}.")
    return _ungrouped(table.elements, name, remarks)


# --- maps of several layers


def _layers(value: Any, name: str, depth: int) -> Iterator[tuple[str, Object]]:
    """Yield the collections of features of a document, with their names; those inside a row are only a part
    of it.
    """
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        if value.get("type") == "FeatureCollection" and isinstance(value.get("features"), list):
            yield _title(value) or name, value
        elif not features.is_feature(value):
            for key, child in value.items():
                yield from _layers(child, key, depth + 1)
    elif isinstance(value, list) and any(_is_collection(child) for child in islice(value, LOOKED_AT)):
        for rank, child in enumerate(value, 1):
            if _is_collection(child):
                yield from _layers(child, f"n° {rank}", depth + 1)


def _is_collection(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "FeatureCollection"


def _features(layers: Sequence[tuple[str, Object]], remarks: Remarks) -> list[Any]:
    """Return the features of every layer; of several, each with the name of its own."""
    for _, layer in layers:
        features.tell_reference(layer, remarks)
    if len(layers) == 1:
        return list(layers[0][1]["features"])
    counts = [f"« {name} » ({spaced(len(layer['features']))})" for name, layer in layers]
    remarks.say(f"Calques lus ensemble : {listed(counts)}.")
    return [_with(each, LAYER, name) for name, layer in layers for each in layer["features"]]


# --- lists, however deep


def _tables(holder: Object, path: tuple[str, ...] = (), one: bool = False) -> Iterator[Table]:
    """Yield the lists of objects that an object holds, however deep.

    one: the object is part of a place; only objects that say where they are can be others.
    """
    one = (
        one
        or _says(holder, POINTS, depth=0)
        or (_says(holder, AREAS, depth=0) and _says(holder, TITLE, depth=0))
    )
    tables = [table_of_values] if (table_of_values := _table_of_values(holder, path)) else []
    if len(path) < MAX_DEPTH and not table_of_values:
        for key, child in holder.items():
            if _is_list(child):
                tables.append(Table(child, (*path, key)))
            elif isinstance(child, dict):
                yield from _tables(child, (*path, key), one)
    yield from (table for table in tables if not one or _any(table.elements, *PLACES))


def _table_of_values(holder: Object, path: tuple[str, ...]) -> Table | None:
    """Return the table that the values of an object make together: joined lists, like lists, like objects,
    columns.
    """
    lists = {key: child for key, child in holder.items() if _is_list(child)}
    if joined := _joined(lists, path):
        return joined
    values = list(holder.values())
    if len(lists) == len(values) and _alike([next(filter(None, child), None) for child in lists.values()]):
        elements = [_with(child, GROUP, key) for key, many in lists.items() for child in many]
        return Table(elements, path, f"Listes lues ensemble : {_counted(lists)}")
    if not all(isinstance(child, dict) for child in values) or not _alike(values):
        return None
    if all(key.isdecimal() for child in values for key in child):
        rows = [
            {key: child.get(row) for key, child in holder.items()} for row in dict.fromkeys(chain(*values))
        ]
        return Table(rows, path, "Tableau donné colonne par colonne, remis en lignes")
    elements = [_with(child, KEY, key) for key, child in holder.items()]
    return Table(elements, path, f"Objets de même forme, lus comme une liste, leur nom en colonne « {KEY} »")


def _counted(lists: Mapping[str, list[Any]]) -> str:
    return listed([f"« {name} » ({spaced(len(elements))})" for name, elements in lists.items()])


def _largest(holder: Object) -> Table | None:
    """Return the table of an object that has most elements, among those that say where they are when there is
    a choice.
    """
    return max(
        _tables(holder), key=lambda table: (_any(table.elements, *PLACES), len(table.elements)), default=None
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _alike(values: Sequence[Any]) -> bool:
    """Return True if several objects have, each with the first, at least half of their names in common."""
    names = [each.keys() for each in islice(values, LOOKED_AT) if isinstance(each, dict) and each]
    return len(names) > 1 and all(
        len(names[0] & other) >= ALIKE * len(names[0] | other) for other in names[1:]
    )


def _says(value: Any, *names: re.Pattern[str], depth: int = 3) -> bool:
    """Return True if an object has a value under one of these names, or holds objects that do, lists
    apart.
    """
    return isinstance(value, dict) and any(
        (child not in EMPTY and not _is_list(child) and any(name.search(key) for name in names))
        or (depth > 0 and _says(child, *names, depth=depth - 1))
        for key, child in value.items()
    )


def _any(elements: Sequence[Any], *names: re.Pattern[str]) -> bool:
    return any(_says(each, *names) for each in islice(elements, LOOKED_AT))


def _title(holder: Mapping[str, Any]) -> str:
    """Return how an object calls itself, '' when it does not say."""
    options = holder.get("_umap_options")
    within = options if isinstance(options, dict) else {}
    return next(
        (str(each[key]) for each in (within, holder) for key in TITLES if isinstance(each.get(key), str)), ""
    )


def _with(element: Any, column: str, text: str) -> Any:
    """Return an element with one more value, under a name that it does not have yet."""
    if not isinstance(element, dict):
        return element
    return {**element, (f"{column} (2)" if column in element else column): text}


# --- groups of places, each with its list


def _ungrouped(elements: list[Any], name: str, remarks: Remarks) -> list[Any]:
    """Return the elements of a list, or those of the lists that they hold when they only group them.

    The name of a group, and the area that it says, are told with each of its elements.
    """
    elements = _unwrapped(elements, remarks)
    if not any(map(_is_group, islice(elements, LOOKED_AT))):
        return elements
    out: list[Any] = []
    n_without_list = 0
    for rank, element in enumerate(elements, 1):
        if _says(element, POINTS):
            out.append(element)
        elif table := _largest(element) if isinstance(element, dict) else None:
            title = _title(element) or f"n° {rank}"
            areas = {
                key: value for key, value in element.items() if AREAS.search(key) and isinstance(value, str)
            }
            out += [
                _with({**areas, **row}, GROUP, title) if isinstance(row, dict) else row
                for row in table.elements
            ]
        else:
            n_without_list += 1
    where = f" dans « {name} »" if name else ""
    aside = f" ; sans liste, laissés à côté : {spaced(n_without_list)}" if n_without_list else ""
    remarks.say(
        f"Éléments groupés{where}, lus un par un, le nom de leur groupe en colonne « {GROUP} »{aside}."
    )
    return out


def _unwrapped(elements: list[Any], remarks: Remarks) -> list[Any]:
    """Return the elements that a search puts in an envelope each, beside a score or a distance, out of it."""
    sample = [each for each in islice(elements, LOOKED_AT) if isinstance(each, dict)]
    inner = {key for each in sample for key in ENVELOPES if _says(each.get(key), TITLE, depth=0)}
    if len(inner) != 1 or len(sample) < min(len(elements), LOOKED_AT):
        return elements
    key = next(iter(inner))
    if not all(
        isinstance(each.get(key), dict) and not _says({**each, key: None}, POINTS, TITLE) for each in sample
    ):
        return elements
    remarks.say(f"Éléments lus dans leur enveloppe « {key} ».")
    return [
        {**{name: value for name, value in each.items() if name != key}, **each[key]}
        if isinstance(each, dict) and isinstance(each.get(key), dict)
        else each
        for each in elements
    ]


def _is_group(value: Any) -> bool:
    """Return True if an object, without being placed itself, holds a list of named places."""
    if not isinstance(value, dict) or features.is_feature(value) or _says(value, POINTS):
        return False
    table = _largest(value)
    return table is not None and _any(table.elements, *PLACES) and _any(table.elements, TITLE)


# --- two lists, one of which names the other


def _joined(lists: Mapping[str, list[Any]], path: tuple[str, ...]) -> Table | None:
    """Return two lists as one when the elements of the second name those of the first: `structure_id` among
    `structures`.

    The first list comes whole, then the second, each element completed by the one that it names.
    """
    for holder_name, teller_name in permutations(lists, 2):
        if link := _link(holder_name, lists[holder_name], lists[teller_name]):
            counts = _counted({name: lists[name] for name in (holder_name, teller_name)})
            label = f"Listes lues ensemble, par « {link} », l’une après l’autre : {counts}"
            return Table(
                _completed(lists[holder_name], lists[teller_name], link, teller_name),
                path,
                label,
                (holder_name, teller_name),
            )
    return None


def _link(name: str, holders: Sequence[Any], tellers: Sequence[Any]) -> str:
    """Return the name under which elements of a list name those of another, called `name`; '' when none
    does.
    """
    ids = {_text(each, "id") for each in holders} - {""}
    names = {key for each in islice(tellers, LOOKED_AT) if isinstance(each, dict) for key in each}
    links = [
        key for key in sorted(names) if (link := LINK.fullmatch(key)) and name.startswith(link[1] or link[2])
    ]
    return next((key for key in links if any(_text(each, key) in ids for each in tellers)), "")


def _text(value: Any, key: str) -> str:
    """Return the text of an object under a name, '' when it is no text."""
    text = value.get(key) if isinstance(value, dict) else ""
    return text if isinstance(text, str) else ""


def _completed(holders: Sequence[Any], tellers: Sequence[Any], link: str, prefix: str) -> list[Any]:
    """Return the elements of both lists: those that are named carry their own name, those that name are
    completed.
    """
    by_id = {_text(each, "id"): each for each in holders if _text(each, "id")}
    own = [{**each, link: each.get("id")} if isinstance(each, dict) else each for each in holders]
    return [*own, *(_both(each, by_id.get(_text(each, link), {}), prefix) for each in tellers)]


def _both(teller: Any, holder: Object, prefix: str) -> Any:
    """Return an element completed by the one that it names, whose word prevails; its own stands under «
    prefix.name ».

    Where they are comes whole from one of them: the street of one in the town of the other would be nowhere.
    """
    if not holder:
        return teller
    filled = {key: value for key, value in holder.items() if value not in EMPTY and key != "id"}
    placed = any(map(_locates, filled))
    settled = {key for key in teller if key in filled or (placed and _locates(key))}
    own = {key: value for key, value in teller.items() if key not in settled}
    prefixed = {
        f"{prefix}.{key}": value
        for key, value in teller.items()
        if key in settled and value not in EMPTY and value != filled.get(key)
    }
    return {**filled, **own, **prefixed}


def _locates(name: str) -> bool:
    return any(names.search(name) for names in PLACES)
