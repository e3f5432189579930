"""The tasks of the professionals of the directory, oldest first, and how to find a sheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.models import Import, Lieu, Pair, Proposal
from maillage.apps.directory.places.queries import facets, history, places
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.apps.platform.accounts.models import Visitor
from maillage.statistics.engine import duplicates
from maillage.statistics.offer.census import as_place
from maillage.web.long_lists import PAGE
from maillage.words.wording import count

SECTION_ROWS = 5  # rows of each section on the first page
MAX_HITS = 50
DOUBTFUL, EVERY_SHEET = "a-verifier", "toutes"
NO_FILTER = facets.Facets()


@dataclass(frozen=True, slots=True)
class Row:
    """One task: its subject, its reason, its date, and the page to do it (its route and arguments)."""

    name: str
    where: str
    why: str
    since: str
    route: str
    of: str = ""
    late: bool = False
    number: int | None = None  # of the place, where several may be settled at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A kind of task: how many, in words, and the oldest of them."""

    id: str
    title: str
    hint: str
    gesture: str
    total: int
    words: str
    rows: Sequence[Row]


def sections(user: Visitor, on: date) -> list[Section]:
    """Return the sections of the working list, each with its oldest rows."""
    return [_section(id, user, on, SECTION_ROWS) for id in SECTIONS if id != EVERY_SHEET]


def nothing(sections: Sequence[Section]) -> str:
    """Return the kinds that have no pending task, in words: “aucun message, aucune valeur proposée”."""
    return ", ".join(each.words for each in sections if not each.total)


def section(
    id: str, user: Visitor, on: date, number: str, filters: facets.Facets = NO_FILTER
) -> tuple[Section, Page[Any]]:
    """Return one page of a section, narrowed to what is asked."""
    narrowed = facets.narrow(SECTIONS[id].rows(user, on), filters, SECTIONS[id].prefix)
    page = Paginator(narrowed, PAGE).get_page(number)
    return _section(id, user, on, 0, [SECTIONS[id].row(each, on) for each in page], narrowed), page


def choices(id: str, user: Visitor, on: date, filters: facets.Facets = NO_FILTER) -> facets.Choices:
    """Return the possible values of each filter of a section, besides the current ones."""
    rows = SECTIONS[id].rows(user, on)
    return facets.choices(rows, SECTIONS[id].prefix, reasons=id == DOUBTFUL, current=filters)


def doubtful(user: Visitor, numbers: Iterable[int]) -> QuerySet[Lieu]:
    """Return those of these places that wait to be verified, and that a user may change."""
    return _published(user).exclude(to_check=[]).filter(pk__in=list(numbers))


def _section(
    id: str,
    user: Visitor,
    on: date,
    limit: int,
    rows: Sequence[Row] | None = None,
    narrowed: QuerySet[Any] | None = None,
) -> Section:
    kind = SECTIONS[id]
    matching = kind.rows(user, on) if narrowed is None else narrowed
    total = matching.count()
    displayed = rows if rows is not None else [kind.row(each, on) for each in matching[:limit]]
    return Section(
        id=id,
        title=kind.title,
        hint=kind.hint,
        gesture=kind.gesture,
        total=total,
        words=count(total, kind.noun, kind.plural) if total else kind.none,
        rows=displayed,
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """The reader of a section: its rows, oldest first, and the text of each."""

    title: str
    hint: str
    gesture: str
    noun: str
    plural: str
    none: str
    rows: Any
    row: Any
    prefix: str = ""  # the path from a row to its place


# --------------------------------------------------------------------------------------------------- sections


def _to_check(user: Visitor, on: date) -> QuerySet[Lieu]:
    return _published(user).exclude(to_check=[]).order_by(F("updated_on").asc(nulls_first=True), "name", "pk")


def _to_check_row(lieu: Lieu, on: date) -> Row:
    first = lieu.to_check[0]
    more = len(lieu.to_check) - 1
    why = f"{history.field_in_words(first['field'])} : {first['reason']}" + (
        f", et {count(more, 'autre')}" if more else ""
    )
    since = _age(lieu.updated_on, on)
    return Row(lieu.name, town(lieu), why, since, "lieu_edit", lieu.slug, number=lieu.pk)


def _proposals(user: Visitor, on: date) -> QuerySet[Proposal]:
    return access.proposals_for(user).filter(state=rules.OPEN).exclude(field="").order_by("at", "pk")


def _proposal_row(proposal: Proposal, on: date) -> Row:
    since = _age(timezone.localdate(proposal.at), on)
    if proposal.field == rules.CUSTODY:
        why = f"changerait de structure : {proposal.parts['name']}"
        return Row(proposal.lieu.name, places.named(proposal.by), why, since, "custody", str(proposal.pk))
    label = history.labels().get(proposal.field, proposal.field)
    why = f"{label} : {history.value_text(proposal.field, proposal.value) or 'à retirer'}"
    return Row(proposal.lieu.name, places.named(proposal.by), why, since, "proposals")


def pairs(user: Visitor, on: date) -> QuerySet[Pair]:
    """Return the pairs to decide, whose two places are still published."""
    open_pairs = access.pairs_for(user).filter(state=rules.OPEN)
    return open_pairs.filter(first__state=rules.PUBLISHED, second__state=rules.PUBLISHED).order_by(
        "-score", "pk"
    )


def pair_after(user: Visitor, pair: Pair, on: date) -> Pair | None:
    """Return the pair to decide that follows another one in the list, None after the last."""
    less = Q(score__lt=pair.score) | Q(score=pair.score, pk__gt=pair.pk)
    return pairs(user, on).filter(less).first()


def _pair_row(pair: Pair, on: date) -> Row:
    name = (
        f"{pair.first.name} = {pair.second.name}" if pair.first.name != pair.second.name else pair.first.name
    )
    return Row(
        name, town(pair.first), ", ".join(pair.reasons[:2]), "sûr" if pair.sure else "", "pair", str(pair.pk)
    )


def to_confirm(user: Visitor, on: date) -> QuerySet[Lieu]:
    """Return the sheets not confirmed within their rhythm, the oldest first."""
    late = Q(confirmed_on=None)
    for months in rules.RHYTHMS:
        late |= Q(rhythm=months, confirmed_on__lt=on - timedelta(days=round(months * 30.44)))
    oldest = Coalesce("confirmed_on", "updated_on").asc(nulls_first=True)
    return _published(user).filter(late).order_by(oldest, "name", "pk")


def _to_confirm_row(lieu: Lieu, on: date) -> Row:
    fresh = rules.freshness(lieu.updated_on, lieu.confirmed_on, on=on)
    why = (
        "jamais confirmée par quelqu’un"
        if lieu.confirmed_on is None
        else f"à confirmer {rules.RHYTHMS[lieu.rhythm]}"
    )
    since = "date inconnue" if fresh.months is None else rules.ago(fresh.months).removeprefix("il y a ")
    return Row(lieu.name, town(lieu), why, since, "lieu_edit", lieu.slug, fresh.stitches < 2)


def _missing(user: Visitor, on: date) -> QuerySet[Lieu]:
    rows = _published(user).filter(missing_since__isnull=False).select_related("missing_since")
    return rows.order_by("missing_since__started_at", "name", "pk")


def _missing_row(lieu: Lieu, on: date) -> Row:
    last_import = lieu.missing_since
    if last_import is None:
        raise ValueError(f"lieu {lieu.pk} is missing from no import")
    return Row(
        lieu.name,
        town(lieu),
        f"n’est plus dans {last_import.file_name}",
        _age(timezone.localdate(last_import.started_at), on),
        "import_report",
        str(last_import.pk),
    )


def _signals(user: Visitor, on: date) -> QuerySet[Proposal]:
    return access.proposals_for(user).filter(state=rules.OPEN, field="").order_by("at", "pk")


def _signal_row(signal: Proposal, on: date) -> Row:
    late = timezone.localdate(signal.at) < on - timedelta(days=5)
    since = _age(timezone.localdate(signal.at), on)
    return Row(signal.lieu.name, town(signal.lieu), signal.text, since, "proposals", late=late)


def _to_locate(user: Visitor, on: date) -> QuerySet[Lieu]:
    oldest = F("updated_on").asc(nulls_first=True)
    return _published(user).exclude(places.located()).order_by(oldest, "name", "pk")


def _to_locate_row(lieu: Lieu, on: date) -> Row:
    address = str(lieu.sheet.get("adresse") or "adresse à compléter")
    return Row(lieu.name, town(lieu), address, _age(lieu.updated_on, on), "lieu_edit", lieu.slug)


def _every_sheet(user: Visitor, on: date) -> QuerySet[Lieu]:
    oldest = Coalesce("confirmed_on", "updated_on").asc(nulls_first=True)
    return _published(user).select_related("source").order_by(oldest, "name", "pk")


def _every_sheet_row(lieu: Lieu, on: date) -> Row:
    since = _age(lieu.confirmed_on or lieu.updated_on, on)
    return Row(lieu.name, town(lieu), str(lieu.source or ""), since, "lieu_edit", lieu.slug)


def _published(user: Visitor) -> QuerySet[Lieu]:
    return access.managed_by(user).filter(state=rules.PUBLISHED)


SECTIONS = {
    "signalements": Kind(
        "Signalements",
        "Quelqu’un a vu une erreur.",
        "Répondre",
        "message",
        "messages",
        "aucun message",
        _signals,
        _signal_row,
        "lieu__",
    ),
    "propositions": Kind(
        "Propositions",
        "Une autre valeur est proposée pour un champ.",
        "Choisir",
        "valeur proposée",
        "valeurs proposées",
        "aucune valeur proposée",
        _proposals,
        _proposal_row,
        "lieu__",
    ),
    "doublons": Kind(
        "Doublons possibles",
        "Deux fiches parlent peut-être du même lieu.",
        "Comparer",
        "paire",
        "paires",
        "aucune paire",
        pairs,
        _pair_row,
        "first__",
    ),
    "a-verifier": Kind(
        "À vérifier",
        "La lecture du fichier a laissé un doute.",
        "Vérifier",
        "fiche",
        "fiches",
        "aucune fiche à vérifier",
        _to_check,
        _to_check_row,
    ),
    "a-situer": Kind(
        "À situer",
        "Seule leur commune est connue : la portée se calcule au mieux à quelques kilomètres.",
        "Situer",
        "lieu à situer",
        "lieux à situer",
        "aucun lieu à situer",
        _to_locate,
        _to_locate_row,
    ),
    "absents": Kind(
        "Absents de la dernière version",
        "Leur source ne les donne plus.",
        "Décider",
        "lieu absent",
        "lieux absents",
        "aucun lieu absent",
        _missing,
        _missing_row,
    ),
    "a-confirmer": Kind(
        "Fiches à confirmer",
        "Jamais confirmées, ou pas depuis trop longtemps.",
        "Confirmer",
        "fiche",
        "fiches",
        "aucune fiche à confirmer",
        to_confirm,
        _to_confirm_row,
    ),
    EVERY_SHEET: Kind(
        "Toutes les fiches",
        "Celles d’une source, d’une commune, d’un mot.",
        "Ouvrir",
        "fiche publiée",
        "fiches publiées",
        "aucune fiche publiée",
        _every_sheet,
        _every_sheet_row,
    ),
}


def _age(day: date | None, on: date) -> str:
    """Return the age of a day, in words short enough for a column."""
    if day is None:
        return "date inconnue"
    days = max((on - day).days, 0)
    if days < 60:
        return "aujourd’hui" if days == 0 else count(days, "jour")
    return rules.ago(rules.months_between(day, on)).removeprefix("il y a ")


def town(lieu: Lieu) -> str:
    return str(lieu.sheet.get("commune", ""))


# -------------------------------------------------------------------------------------------------- one sheet


@dataclass(frozen=True, slots=True)
class Hit:
    """A sheet found by its words."""

    lieu: Lieu
    where: str
    state: str


def find(text: str, user: Visitor) -> list[Hit]:
    """Return the sheets with words that start like those typed: published first, then those set aside."""
    ids = [id for id, _ in search(Wanted(text=text, limit=MAX_HITS)).places]
    rows = access.managed_by(user)
    published = {lieu.pk: lieu for lieu in rows.filter(pk__in=ids)}
    aside = rows.exclude(state=rules.PUBLISHED).filter(name__icontains=text).order_by("name", "pk")[:MAX_HITS]
    lieux = [*(published[id] for id in ids if id in published), *aside]
    return [
        Hit(lieu, town(lieu), "" if lieu.state == rules.PUBLISHED else lieu.get_state_display())
        for lieu in lieux[:MAX_HITS]
    ]


def similar_places(sheet: rules.Sheet) -> list[Lieu]:
    """Return the published places of the same département that a new sheet may be, the likeliest first,
    whoever runs them.
    """
    departement = str(sheet.get("code_insee", ""))[:2]
    published = Lieu.objects.filter(state=rules.PUBLISHED, code_insee__startswith=departement)
    places = list(published.select_related("structure", "source"))
    pairs = duplicates.between([as_place(sheet)], [as_place(lieu.sheet) for lieu in places])
    return [places[pair.b] for pair in sorted(pairs, key=lambda pair: -pair.score)]


def totals(user: Visitor) -> list[tuple[int, str]]:
    """Return how many places there are by state, in words: the published first."""
    rows = access.managed_by(user).order_by().values_list("state").annotate(Count("pk"))
    counts = {**dict.fromkeys(rules.STATES, 0), **dict(rows)}
    words = {
        rules.PUBLISHED: ("lieu publié", "lieux publiés"),
        rules.EXCLUDED: ("hors du recensement", "hors du recensement"),
        rules.ENDED: ("fermé pour de bon", "fermés pour de bon"),
        rules.MERGED: ("réuni à un autre", "réunis à un autre"),
    }
    return [(n, words[state][n > 1]) for state, n in counts.items() if n or state == rules.PUBLISHED]


def imports(user: Visitor) -> QuerySet[Import]:
    return access.imports_for(user)


# -------------------------------------------------------------------------------------------------- proposals


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal beside the value of the sheet."""

    proposal: Proposal
    label: str
    current: str
    current_by: str
    proposed: str
    by: str
    hands_over: bool = False


def proposals(user: Visitor) -> list[tuple[Lieu, list[ProposalRow]]]:
    """Return the values proposed, by place, the oldest first."""
    rows = access.proposals_for(user).filter(state=rules.OPEN).exclude(field="").order_by("at", "pk")[:200]
    order = {lieu_id: n for n, lieu_id in enumerate(dict.fromkeys(row.lieu_id for row in rows))}
    together = groupby(sorted(rows, key=lambda row: order[row.lieu_id]), key=lambda row: row.lieu_id)
    grouped = [list(group) for _, group in together]
    return [(each[0].lieu, [_value_row(row) for row in each]) for each in grouped]


def proposals_of(lieu: Lieu) -> list[ProposalRow]:
    """Return the proposals about one place, messages excluded."""
    rows = Proposal.objects.filter(lieu=lieu, state=rules.OPEN).exclude(field="").order_by("at", "pk")
    return [_value_row(row) for row in rows.select_related("lieu__structure")]


def _value_row(row: Proposal) -> ProposalRow:
    if row.field == rules.CUSTODY:
        current, by = row.lieu.structure.name, places.named(row.by)
        return ProposalRow(
            row, "Structure qui tient le lieu", current, "", row.parts["name"], by, hands_over=True
        )
    sheet, origin = row.lieu.sheet, row.lieu.origins.get(row.field, {})
    return ProposalRow(
        proposal=row,
        label=history.labels().get(row.field, row.field),
        current=history.value_text(row.field, sheet.get(row.field)),
        current_by=origin_in_words(origin),
        proposed=history.value_text(row.field, row.value),
        by=places.named(row.by),
    )


def signals(user: Visitor, *, state: str = rules.OPEN) -> QuerySet[Proposal]:
    """Return the messages of the public in that state; the answered ones with the latest first."""
    rows = access.proposals_for(user).filter(field="", state=state)
    return rows.order_by("at", "pk") if state == rules.OPEN else rows.order_by("-answered_at", "-pk")


def origin_in_words(origin: dict[str, str]) -> str:
    """Return the origin of a value: “Hinaura, 4 novembre 2021, confirmé le 20 novembre 2026 par la
    structure”.
    """
    if not origin:
        return ""
    parts = [places.named(str(origin.get("source", "")))]
    if origin.get("on"):
        parts.append(history.day(origin["on"]))
    if origin.get("confirmed_on") and origin.get("by") != origin.get("source"):
        parts.append(
            f"confirmé le {history.day(origin['confirmed_on'])} par {places.named(str(origin.get('by', '')))}"
        )
    return ", ".join(filter(None, parts))


def spot_in_words(lieu: Lieu) -> str:
    """Return the point of a place in degrees and how it was found; '' without one."""
    origin = lieu.origins.get("latitude", {})
    doubts = (each["reason"] for each in lieu.to_check if each["field"] == "latitude")
    by_whom = ("" if "precision" in lieu.sheet else "donné par ") + origin_in_words(origin)
    return history.spot_in_words(lieu.sheet, origin.get("how") or next(doubts, by_whom))


# ------------------------------------------------------------------------------------------------------ pairs


@dataclass(frozen=True, slots=True)
class Side:
    """One block of fields of two sheets, side by side: a choice applies to all its fields."""

    id: str
    label: str
    first: str
    second: str
    first_by: str
    second_by: str
    both: bool
    suggested: str


BLOCKS = {  # fields that make sense together only
    "commune": ("Commune", ("commune", "code_postal", "code_insee")),
    "latitude": ("Point sur la carte", ("latitude", "longitude", "precision")),
}
BLOCK_OF = {name: id for id, (_, names) in BLOCKS.items() for name in names}


def side_by_side(pair: Pair, suggested: dict[str, str]) -> list[Side]:
    """Return the blocks on which two sheets differ. suggested: by field, the side to start from."""
    side_by_block = {}
    for name, side in suggested.items():
        id = BLOCK_OF.get(name, name)
        if id not in side_by_block:
            side_by_block[id] = _side(pair, id, side)
    return list(side_by_block.values())


def fields_of(block: str) -> Iterable[str]:
    return BLOCKS[block][1] if block in BLOCKS else (block,)


@dataclass(frozen=True, slots=True)
class Taken:
    """Effects of splitting two merged places on one of them, in words; since: its changes since the merge."""

    lieu: Lieu
    lines: Sequence[history.Line]
    since: Sequence[history.Line]


def split_effects(
    lieu: Lieu, *, before: Mapping[str, Any], now: Mapping[str, Any], after: Mapping[str, Any]
) -> Taken:
    """Return the effects of splitting two merged places on one of them. before, now, after: what it
    was before the merge, what it is, and what it would be.
    """
    return Taken(lieu, history.differences(now, after), history.differences(before, after))


def _side(pair: Pair, id: str, suggestion: str) -> Side:
    label = BLOCKS[id][0] if id in BLOCKS else history.labels()[id]
    one, two = pair.first, pair.second
    lists = isinstance(one.sheet.get(id), list) and isinstance(two.sheet.get(id), list)
    return Side(
        id=id,
        label=label,
        first=_block(one, id, two),
        second=_block(two, id, one),
        first_by=origin_in_words(one.origins.get(id, {})),
        second_by=origin_in_words(two.origins.get(id, {})),
        both=lists and id != "fermetures",
        suggested=suggestion,
    )


def _block(lieu: Lieu, id: str, other: Lieu) -> str:
    if id == "practices":
        return history.compared_practices(lieu.sheet.get(id, {}), other.sheet.get(id, {}))
    return ", ".join(filter(None, (history.value_text(name, lieu.sheet.get(name)) for name in fields_of(id))))


def same_fields(pair: Pair) -> list[tuple[str, str]]:
    """Return the fields that are equal on two sheets, displayed for reassurance."""
    one, two = pair.first.sheet, pair.second.sheet
    labels = history.labels()
    equal_fields = [
        name
        for name in labels
        if name in one and one.get(name) == two.get(name) and name not in rules.FOLLOWING
    ]
    return [(labels[name], history.value_text(name, one[name])) for name in equal_fields]
