"""Correcting a correspondence one column at a time, without losing what it already says.

A column serves: as a field of the sheet (`nom`), a day of the hours (`horaires:Mo`, `horaires:Tu am`), a
practice (`practice:wifi`), or a condition of one (`practice:wifi.frais`). What a person chooses replaces all
its uses; a use it already had keeps the words already known (`gives`, `when`).
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import yaml

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.sheet import FREE_TEXT
from maillage.sources.offer import looks, mapping
from maillage.sources.offer.clean.wording import spelled
from maillage.sources.offer.forms.sheet import Row, Sheet
from maillage.sources.offer.mapping import Correspondence, Origin, PracticeRule
from maillage.sources.offer.read import read

Raw = dict[str, Any]

DAY, PRACTICE = "horaires:", "practice:"
# kinds that take several columns at once, and what stands between them; the others take the first filled
TOGETHER = {
    "street": " ",
    **dict.fromkeys(("text", "lines", "phone", "mail", "site"), " ; "),
}
NUMBER = ("n", "no", "num", "numero")  # how the column of the number in the street begins
NOTHING = "-"  # a word that is known, and adds nothing
UNKNOWN, GUESSED, DROPPED, KNOWN = "unknown", "guessed", "dropped", "known"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a column, how often it appears, and its meaning.

    meanings: slugs of the list, codes of types, or the state of a practice (offered, planned, no). elsewhere:
    the other fields it fills, or practices that read it when this use does not. status: unknown; guessed,
    when nobody said what it gives; dropped, when nothing keeps it; or known. is_settled: the correspondence
    says of this very word what it gives, were it nothing.
    """

    text: str
    times: int
    meanings: tuple[str, ...]
    elsewhere: tuple[str, ...]
    status: str
    is_settled: bool = False

    @property
    def known(self) -> bool:
        """Return True for a word that is read, even without effect."""
        return self.status != UNKNOWN


class _Plain(yaml.SafeDumper):
    """Writes every value in full: a person reads and corrects it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def parsed(text: str, name: str) -> Raw:
    """Return the YAML of a correspondence as plain values, what it prolongs included; Refused when it cannot
    be followed.
    """
    mapping.load(text, name)
    raw: Raw = copy.deepcopy(mapping.parsed(text))
    if base := raw.pop("extends", ""):
        raw["fields"] = {
            **parsed((mapping.FILES / f"{base}.yaml").read_text("utf-8"), base)["fields"],
            **raw["fields"],
        }
    return raw


def written(raw: Raw) -> str:
    """Return a correspondence as a person reads it."""
    return yaml.dump(raw, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)


# ------------------------------------------------------------------------------------------- uses of a column


def uses(raw: Raw) -> dict[str, list[str]]:
    """Return the uses of each column, by its plain name: fields of closed lists first, then others, then
    practices.
    """
    targets_by_column: dict[str, list[str]] = {}

    def note(target: str, columns: Iterable[str]) -> None:
        for column in columns:
            known = targets_by_column.setdefault(plain(column), [])
            if target not in known:
                known.append(target)

    for id, spec in raw["fields"].items():
        note(id, _columns(spec))
        for part in _many(spec):
            if isinstance(part, dict):
                for day, columns in (part.get("days") or {}).items():
                    note(f"{DAY}{day}", _columns(columns))
    for rule in raw.get("practices") or ():
        note(f"{PRACTICE}{rule['practice']}", _columns(rule.get("from")))
        for condition, spec in (rule.get("with") or {}).items():
            note(f"{PRACTICE}{rule['practice']}.{condition}", _columns(spec))
    return {
        column: sorted(targets, key=lambda target: (PRACTICE in target, not has_words(target)))
        for column, targets in targets_by_column.items()
    }


READ = ("from", "join", "ticked")  # the keys of an origin that name columns, days of the week apart


def _columns(spec: Any) -> list[str]:
    """Return the columns that an origin reads, days of the week apart."""
    if isinstance(spec, list):
        return [column for each in spec for column in _columns(each)]
    if isinstance(spec, dict):
        return [column for key in READ for column in _columns(spec.get(key))]
    return [] if spec is None else [str(spec)]


def _many(spec: Any) -> list[Any]:
    return spec if isinstance(spec, list) else [spec]


# ------------------------------------------------------------------------------------------ changing a column


def assign(raw: Raw, column: str, target: str, *, order: Sequence[str]) -> None:
    """Make a column serve as `target` and as nothing else; '' for nothing at all.

    order: the columns of the file, in which those put together stand.
    """
    for use in uses(raw).get(plain(column), []):
        if use != target:
            _take_off(raw, column, use)
    if target and target in uses(raw).get(plain(column), []):
        return
    raw["ignored"] = [name for name in _many(raw.get("ignored", [])) if plain(str(name)) != plain(column)]
    if target.startswith(PRACTICE):
        id = target.removeprefix(PRACTICE)
        practices = raw["practices"] = list(raw.get("practices") or ())
        known_rule = next((rule for rule in practices if rule["practice"] == id), None)
        if known_rule is None:
            practices.append({"practice": id, "from": column})
        else:
            known_rule["from"] = [*_columns(known_rule.get("from")), column]
    elif target.startswith(DAY):
        origin = raw["fields"].get("horaires")
        days = dict(origin.get("days") or {}) if isinstance(origin, dict) else {}
        day = target.removeprefix(DAY)
        there = _columns(days.get(day))  # several columns of a day open and close, two by two
        days[day] = _ordered([*there, column], order) if there else column
        raw["fields"]["horaires"] = {
            **(origin if isinstance(origin, dict) and "days" in origin else {}),
            "days": days,
        }
    elif target:
        raw["fields"][target] = _with(raw["fields"].get(target), column, offer.fields()[target], order)
    else:
        raw["ignored"].append(column)
    if not raw["ignored"]:
        del raw["ignored"]


def _take_off(raw: Raw, column: str, target: str) -> None:
    """Take a column off one of its uses; what has no column left goes with it."""
    key = plain(column)
    if not target.startswith(PRACTICE):
        field = target.partition(":")[0]
        _replace(raw["fields"], field, _without(raw["fields"].get(field), key))
        return
    practice, _, condition = target.removeprefix(PRACTICE).partition(".")
    for rule in raw["practices"]:
        if rule["practice"] != practice:
            continue
        if condition:
            _replace(rule.get("with", {}), condition, _without(rule.get("with", {}).get(condition), key))
        else:
            _replace(rule, "from", _without(rule.get("from"), key))
    raw["practices"] = [rule for rule in raw["practices"] if "from" in rule or rule.get("always")]


def _replace(mapping_part: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        mapping_part.pop(name, None)
    else:
        mapping_part[name] = value


def _without(spec: Any, key: str) -> Any:
    """Return an origin without a column, given by its plain name; None when nothing is left."""
    if isinstance(spec, list):
        remaining = [remaining_spec for each in spec if (remaining_spec := _without(each, key)) is not None]
        return remaining[0] if len(remaining) == 1 else remaining or None
    if isinstance(spec, dict):
        remaining_spec = {
            name: value for name, value in spec.items() if name not in (*READ, "days", "parity")
        }
        for name in READ:
            if (columns := _without(spec.get(name), key)) is not None:
                remaining_spec[name] = columns
        days = {day: _without(columns, key) for day, columns in (spec.get("days") or {}).items()}
        if days := {day: columns for day, columns in days.items() if columns is not None}:
            remaining_spec["days"] = days
        if spec.get("parity") and plain(str(spec["parity"])) != key:
            remaining_spec["parity"] = spec["parity"]
        return remaining_spec if remaining_spec.keys() & {"from", "join", "days", "always"} else None
    return None if spec is None or plain(str(spec)) == key else spec


def _with(spec: Any, column: str, of: offer.Field, order: Sequence[str]) -> Any:
    """Return the origins of a field with one column more: lists add up, some texts stand together, others
    choose.
    """
    if spec is None:
        return column
    if of.kind in ("list", "kinds"):
        parts = spec if isinstance(spec, list) and any(isinstance(each, dict) for each in spec) else [spec]
        return [*(part if isinstance(part, dict) else {"from": part} for part in parts), {"from": column}]
    if isinstance(spec, dict) and "join" in spec:
        return {**spec, "join": _ordered([*_columns(spec["join"]), column], order)}
    if of.kind in TOGETHER and isinstance(spec, str):
        return {"join": _ordered([spec, column], order), "with": TOGETHER[of.kind]}
    if isinstance(spec, dict):
        return {**spec, "from": [column, *_columns(spec["from"])]} if "from" in spec else column
    return [column, *_columns(spec)]


def _ordered(columns: Iterable[str], order: Sequence[str]) -> list[str]:
    """Return columns in the order of the file, a number of street before its name."""
    rank = {plain(name): n for n, name in enumerate(order)}
    return sorted(
        columns, key=lambda name: (plain(name).split(" ")[0] not in NUMBER, rank.get(plain(name), len(rank)))
    )


# ------------------------------------------------------------------------------------------ words of a column


def everywhere(raw: Raw) -> list[str]:
    """Return the practices that all the places of a file have, whatever its columns say."""
    return [rule["practice"] for rule in raw.get("practices") or () if rule.get("always")]


def have_everywhere(raw: Raw, practices: Iterable[str]) -> None:
    """Give these practices to all the places of a file, and those given so before to none but by their
    columns.
    """
    wanted = [id for id in offer.practices() if id in set(practices)]
    rules = [rule for rule in raw.get("practices") or () if not rule.get("always")]
    raw["practices"] = [*rules, *({"practice": id, "always": True} for id in wanted)]


def has_words(target: str) -> bool:
    """Recognise a use that reads words of a closed list: these may be corrected one by one."""
    if target.startswith(PRACTICE):
        return "." not in target
    return target in offer.fields() and offer.fields()[target].kind in ("list", "kinds")


def words(
    correspondence: Correspondence,
    target: str,
    column: str,
    values: Iterable[tuple[str, int]],
    *,
    today: date,
) -> list[Word]:
    """Return the words of a column and the meaning of each: unknown, guessed, dropped, then known; most
    frequent first.

    values: the cells of the column and how often each is there. What a word gives is asked of the reader
    itself.
    """
    if target.startswith(PRACTICE):
        rules = [r for r in correspondence.practices if r.practice == target.removeprefix(PRACTICE)]
        origins = [r.origin for r in rules if plain(column) in r.origin.columns and not r.origin.inside]
        give = _states(correspondence, rules[0], column) if origins else None
    else:
        origins = [
            o
            for o in correspondence.fields.get(target, ())
            if plain(column) in o.columns and not (o.split or o.inside)
        ]
        give = _slugs(correspondence, target, origins, column, today) if origins else None
    if give is None:
        return []
    counts: dict[str, int] = {}
    for value, times in values:
        for token in _tokens(target, origins[0], value):
            counts[token] = counts.get(token, 0) + times
    rated = [
        Word(text, times, meanings, other_uses, status, is_settled=_is_settled(origins, text))
        for (text, times), (meanings, other_uses, status) in zip(
            counts.items(), give(list(counts)), strict=True
        )
    ]
    order = (UNKNOWN, GUESSED, DROPPED, KNOWN)
    return sorted(rated, key=lambda word: (order.index(word.status), -word.times, word.text))


def _is_settled(origins: Sequence[Origin], text: str) -> bool:
    return any(o.gives is not None and spelled(text) in o.gives.full_words for o in origins)


def _tokens(target: str, origin: Origin, value: str) -> list[str]:
    """Return the words of a cell; a cell that is one known word is not parted, however many commas it
    holds.
    """
    plain_value = plain(value)
    if origin.gives is not None and plain_value in origin.gives.full_words:
        return [value]
    of = offer.fields().get(target)
    if of is not None and of.kind == "list" and plain_value in offer.lists()[of.list].words:
        return [value]
    return origin.tokens(value)


SlugsOfWord = tuple[tuple[str, ...], tuple[str, ...], str]


def _slugs(
    correspondence: Correspondence, target: str, origins: Sequence[Origin], column: str, today: date
) -> Any:
    """Return the function that says what words give to a list field, as (slugs, other fields, status)."""
    alone = replace(
        correspondence,
        fields={target: tuple(replace(o, separator="\0") for o in origins)},
        practices=(),
        grouped=False,
    )

    def give(tokens: Sequence[str]) -> list[SlugsOfWord]:
        rows = tuple(Row(n, n, {column: token}) for n, token in enumerate(tokens, 1))
        read_rows = read(Sheet("", "csv", (column,), rows, (), ()), alone, today=today).rows
        return [one(token, row) for token, row in zip(tokens, read_rows, strict=True)]

    def one(token: str, row: Any) -> SlugsOfWord:
        slugs = tuple(row.sheet.get(target, ()))
        other_fields = tuple(sorted(set(row.sheet) - {target, "id", "type_origine", "practices", FREE_TEXT}))
        if named := row.sheet.get("practices", {}):  # read in words that the list of services does not hold
            states = tuple(f"{PRACTICE}{id}:{practice['state']}" for id, practice in named.items())
            return slugs, (*other_fields, *states), GUESSED
        if not _sure(row.remarks):
            return (), other_fields, UNKNOWN
        if target in offer.fields() and plain(token) in _everybody(target):
            return (), other_fields, KNOWN
        other_fields += () if slugs else _practised(correspondence, column, token)
        return slugs, other_fields, KNOWN if slugs or other_fields else DROPPED

    return give


def _everybody(target: str) -> frozenset[str]:
    of = offer.fields()[target]
    return offer.lists()[of.list].everybody if of.kind == "list" else frozenset()


def _practised(correspondence: Correspondence, column: str, token: str) -> tuple[str, ...]:
    """Return the practices that read a word of a column, each with its state: `practice:wifi:planned`."""
    rules = [rule for rule in correspondence.practices if plain(column) in rule.origin.columns]
    states = {rule.practice: rule.state({plain(column): token}) for rule in rules}
    return tuple(f"{PRACTICE}{id}:{state}" for id, state in states.items() if state)


def _sure(remarks: Iterable[Any]) -> bool:
    return all(remark.word not in ("doubtful", "refused") for remark in remarks)


def _states(correspondence: Correspondence, rule: PracticeRule, column: str) -> Any:
    """Return the function that says what words make of a practice, as (its state, nothing, status).

    A rule without words of its own takes any filled cell: but for a plain yes or no, that is a guess.
    """
    fields = tuple(
        id
        for id, many in correspondence.fields.items()
        if any(plain(column) in origin.used() for origin in many)
    )

    def one(token: str) -> SlugsOfWord:
        state = rule.state({plain(column): token})
        if not state:
            other_meanings = fields + _practised(correspondence, column, token)
            return (), other_meanings, KNOWN if other_meanings else DROPPED
        plainly = state == "no" or rule.when is not None or plain(token) in looks.YES
        return (state,), (), KNOWN if plainly else GUESSED

    return lambda tokens: [one(token) for token in tokens]


def give(raw: Raw, column: str, target: str, word: str, slug: str) -> None:
    """Set what a word of a column means for a list field: a slug or a code, or NOTHING."""
    spec = raw["fields"][target]
    parts = spec if isinstance(spec, list) and any(isinstance(each, dict) for each in spec) else [spec]
    parts = [part if isinstance(part, dict) else {"from": part} for part in parts]
    for part in parts:
        if plain(column) in map(plain, _columns(part)):
            gives = {
                known: known_slugs
                for known, known_slugs in (part.get("gives") or {}).items()
                if plain(str(known)) != plain(word)
            }
            part["gives"] = {word: None if slug == NOTHING else slug, **gives}
    raw["fields"][target] = parts[0] if len(parts) == 1 else parts


def give_practice(raw: Raw, column: str, practice: str, word: str) -> None:
    """Make a word of a column of services say a practice, and nothing that the list of services holds."""
    give(raw, column, "services", word, NOTHING)
    practices = raw["practices"] = list(raw.get("practices") or ())
    for rule in practices:
        reads_column = plain(column) in map(plain, _columns(rule.get("from")))
        if rule["practice"] == practice and reads_column and rule.get("when") is not None:
            rule["when"] = [*_many(rule["when"]), word]
            return
    practices.append({"practice": practice, "from": column, "when": [word], "free": True})


def set_states(raw: Raw, practice: str, wanted: Mapping[str, str]) -> None:
    """Set the meaning of every word of a practice: offered, planned, or NOTHING.

    A rule already known (`~atelier`) stays when all the words it takes keep what they mean.
    """
    for rule in raw["practices"]:
        if rule["practice"] != practice:
            continue
        for key, state in (("when", "offered"), ("planned", "planned")):
            whole_words = [each for each in _many(rule.get(key) or []) if _holds(str(each), wanted, state)]
            known = mapping.Words(
                full_words={plain(each): () for each in whole_words if not each.startswith("~")},
                inside=tuple((plain(each[1:]), ()) for each in whole_words if each.startswith("~")),
            )
            words_of_state = [
                *whole_words,
                *(
                    word
                    for word, wanted_state in wanted.items()
                    if wanted_state == state and known.find(word) is None
                ),
            ]
            _replace(rule, key, words_of_state or ([] if key == "when" else None))


def _holds(known: str, wanted: Mapping[str, str], state: str) -> bool:
    """Check that every word that a known one takes is wanted in that state."""
    if known.startswith("~"):
        return all(
            wanted_state == state
            for word, wanted_state in wanted.items()
            if f" {plain(known[1:])}" in f" {plain(word)}"
        )
    return all(wanted_state == state for word, wanted_state in wanted.items() if plain(word) == plain(known))
