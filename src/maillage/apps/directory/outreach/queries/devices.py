"""Equipment: the devices of a place and their borrowers, what places lack, where machines have no helper."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from maillage.apps.directory.outreach.models import Collection, Device, Loan, Reservation
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries.published import distinct_places
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.sheet import STATES, practices
from maillage.words.opening import date_text
from maillage.words.wording import count, lower_first, series

AVAILABLE, LENT, REPAIR, OUT, HANDED_OVER = rules.DEVICE_STATES
HOUSING = ("bailleur", "hebergement", "seniors")  # types of structures where people live
CHEAP = ("vente", "pret", "don")  # a device or a connection at little cost
WITH_HELPER = ("assistance", "formation")  # somebody beside, to learn or to do
MOST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A device. loan: the current one, None when it is not lent; late: days overdue, 0 when it is not."""

    device: Device
    loan: Loan | None
    late: int
    reservations: Sequence[Reservation] = ()

    @property
    def section(self) -> str:
        """Under which title it is read, a key of `SECTIONS`."""
        return "late" if self.late else self.device.state

    @property
    def words(self) -> str:
        """Return the place of the device."""
        if self.device.state == HANDED_OVER and self.device.given_on is not None:
            outcome = f", {self.device.get_outcome_display()}" if self.device.outcome else ""
            return f"remis le {date_text(self.device.given_on)}{outcome}"
        if self.loan is None:
            return rules.DEVICE_STATES[self.device.state]
        if self.late:
            return f"en retard de {count(self.late, 'jour')}"
        return f"prêté jusqu’au {date_text(self.loan.due_on)}"


def _line(device: Device, on: date) -> Line:
    loan = next((loan for loan in device.loans.all() if loan.back_on is None), None)
    return Line(
        device,
        loan,
        max((on - loan.due_on).days, 0) if loan else 0,
        [each for each in device.reservations.all() if each.until_on >= on],
    )


def _with_loans(rows: QuerySet[Device]) -> QuerySet[Device]:
    return rows.prefetch_related(Prefetch("loans", Loan.objects.filter(back_on=None)), "reservations")


SECTIONS = {
    "late": "En retard",
    LENT: "Prêtés",
    AVAILABLE: "Disponibles",
    REPAIR: "En réparation ou à remettre en état",
    OUT: "Sortis",
    HANDED_OVER: "Remis pour de bon",
}


def of(lieu: Lieu, *, on: date) -> list[Line]:
    """Return the devices of a place by section: overdue ones first, the oldest first."""
    lines = [_line(device, on) for device in _with_loans(Device.objects.filter(lieu=lieu))]
    order = list(SECTIONS)
    return sorted(
        lines,
        key=lambda line: (
            order.index(line.section),
            line.loan.due_on if line.loan else date.max,
            plain(line.device.label),
        ),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of devices. collected: whose origin is known; of them, how many serve again, wait, or left."""

    total: int
    available: int
    lent: int
    repair: int
    out: int
    late: int
    collected: int
    again: int
    loans: int
    n_handed_over: int
    n_followed: int
    used: int
    stock: Sequence[tuple[str, int]]

    @property
    def words(self) -> list[str]:
        """The counts in sentences; a device lent counts as one that serves."""
        if not self.total:
            return []
        devices = count(self.total, "appareil")
        text = [
            f"{devices} {'suivi' if self.total == 1 else 'suivis'} : {self.available}"
            f" {'disponible' if self.available < 2 else 'disponibles'}, {self.lent}"
            f" {'prêté' if self.lent < 2 else 'prêtés'}, {self.repair} en réparation, {self.out}"
            f" {'sorti' if self.out < 2 else 'sortis'}."
        ]
        if self.collected:
            text.append(
                f"{count(self.collected, 'appareil')} {'vient' if self.collected == 1 else 'viennent'} d’une"
                f" collecte ou d’un don : {self.again} {'sert' if self.again < 2 else 'servent'} de nouveau."
            )
        if self.n_handed_over:
            words = f"{count(self.n_handed_over, 'appareil')} remis pour de bon"
            if self.n_followed:
                words += f", {self.n_followed} avec des nouvelles : {self.used} toujours en service"
            text.append(f"{words}.")
        if self.stock:
            text.append(f"En stock : {series([f'{kind} ({n})' for kind, n in self.stock])}.")
        text.append(f"{count(self.loans, 'prêt')} en tout, {self.late} en retard aujourd’hui.".capitalize())
        return text


@dataclass(frozen=True, slots=True)
class Home:
    """A place where people live, and what it says of Internet. lodgings: whether Internet comes into each
    lodging, at what price, with or without somebody; nearby_help: who helps there, or near.
    """

    lieu: Lieu
    kind: str
    wifi: str
    access: str
    lodgings: str
    nearby_help: str


@dataclass(frozen=True, slots=True)
class Equipment:
    """The equipment of a network at a glance."""

    needs: Sequence[tuple[Lieu, str]]
    coming: Sequence[Collection]
    alone: Sequence[Lieu]
    counts: Counts
    late: Sequence[Line]
    holders: Sequence[tuple[Lieu, int]]
    homes: Sequence[Home]
    combined: Sequence[tuple[Lieu, str]]
    safes: Sequence[tuple[Lieu, str]]


def equipment(*, on: date) -> Equipment:
    """Count the equipment that places lack, have and lend; list the machines without a helper."""
    published = Lieu.objects.filter(state=rules.PUBLISHED)
    needs = [
        (lieu, lieu.sheet["besoins_equipement"])
        for lieu in _by_name(published.filter(sheet__has_key="besoins_equipement"))
    ]
    devices = [_line(d, on) for d in _with_loans(Device.objects.select_related("lieu"))]
    states = Counter(line.device.state for line in devices)
    collected = [line.device for line in devices if line.device.origin]
    late = sorted((line for line in devices if line.late), key=lambda line: -line.late)
    n_by_place = Counter(line.device.lieu for line in devices)
    homes = _places_with((*(f"type:{kind}" for kind in HOUSING), "pratique:telephonie:logements"))
    helping = _places_with(tuple(f"pratique:{id}" for id in WITH_HELPER))
    coming = Collection.objects.filter(received=None).select_related("lieu").order_by("on", "pk")
    return Equipment(
        needs=needs,
        coming=list(coming[:60]),
        alone=_each_once(published.filter(sheet__sans_animation=True)),
        counts=Counts(
            total=len(devices),
            available=states[AVAILABLE],
            lent=states[LENT],
            repair=states[REPAIR],
            out=states[OUT],
            late=len(late),
            collected=len(collected),
            again=sum(device.state in (AVAILABLE, LENT) for device in collected),
            loans=Loan.objects.count(),
            n_handed_over=states[HANDED_OVER],
            n_followed=sum(bool(line.device.outcome) for line in devices),
            used=sum(line.device.outcome == "used" for line in devices),
            stock=_stock(line.device for line in devices),
        ),
        late=late,
        holders=sorted(n_by_place.items(), key=lambda pair: plain(pair[0].name)),
        homes=[_home(lieu, helping) for lieu in homes],
        combined=[
            (lieu, combined_words(lieu))
            for lieu in _places_with(
                tuple(f"pratique:{id}" for id in CHEAP), tuple(f"pratique:{id}" for id in WITH_HELPER)
            )
        ],
        safes=[
            (lieu, STATES[practices(lieu.sheet)["coffre_fort"]["state"]])
            for lieu in _places_with(("pratique:coffre_fort",))
        ],
    )


def _stock(rows: Iterable[Device]) -> list[tuple[str, int]]:
    """Count the available devices by kind, in the order of the kinds; untold kinds are left out."""
    n_by_kind = Counter(device.kind for device in rows if device.state == AVAILABLE)
    return [
        (label, n_by_kind[kind])
        for kind, label in rules.DEVICE_KINDS.items()
        if kind != "other" and n_by_kind[kind]
    ]


def to_follow(rows: QuerySet[Device], on: date) -> QuerySet[Device]:
    """Return the devices handed over whose news are due, the oldest first."""
    return rows.filter(state=HANDED_OVER, outcome="", follow_on__lte=on).order_by("follow_on", "pk")


@dataclass(frozen=True, slots=True)
class Account:
    """Outcome of the devices of a collection, for its giver."""

    collection: Collection
    again: int
    pending: int
    out: int
    to_wipe: int

    @property
    def words(self) -> str:
        """The same, in one sentence."""
        if self.collection.received is None:
            return count(self.collection.announced, "appareil annoncé", "appareils annoncés")
        if not self.collection.received:
            return "aucun appareil reçu"
        return (
            f"{count(self.collection.received, 'reçu')} : {self.again} en service, {self.pending} à remettre"
            f" en état, {count(self.out, 'sorti')}"
        )


def account(row: Collection) -> Account:
    """Count the outcomes of the devices of a collection."""
    rows = list(row.devices.all())
    states = Counter(each.state for each in rows)
    return Account(
        row, states[AVAILABLE] + states[LENT], states[REPAIR], states[OUT], sum(each.to_wipe for each in rows)
    )


def _places_with(*facets: tuple[str, ...]) -> list[Lieu]:
    """Return the published places that have one of the facets of each group."""
    return _each_once(
        Lieu.objects.filter(pk__in=[pk for pk, _ in search(Wanted(facets=facets, limit=MOST)).places])
    )


def combined_words(lieu: Lieu) -> str:
    """Join the names of the cheap equipment of a place and of its helpers' practices."""
    known = practices(lieu.sheet)
    labels = offer.practices()
    named = [id for id in (*CHEAP, *WITH_HELPER) if known.get(id, {}).get("state") == "offered"]
    return " · ".join(labels[id].label for id in named)


def _by_name(rows: Iterable[Lieu]) -> list[Lieu]:
    return sorted(rows, key=lambda lieu: (plain(lieu.name), lieu.pk))


def _each_once(rows: Iterable[Lieu]) -> list[Lieu]:
    """Return places by name, without the sheets that surely describe one before them."""
    lieu_by_number = {lieu.pk: lieu for lieu in _by_name(rows)}
    return [lieu_by_number[number] for number in distinct_places(lieu_by_number)]


def _home(lieu: Lieu, helping: Sequence[Lieu]) -> Home:
    known_practices = practices(lieu.sheet)
    kind = offer.kinds()[rules.kind_of(lieu.sheet)].label
    wifi, computers = (_state(known_practices.get(id, {}).get("state", "")) for id in ("wifi", "libre_acces"))
    if any(each.pk == lieu.pk for each in helping):
        helper = "sur place"
    else:
        near = [each.name for each in helping if each.code_insee == lieu.code_insee]
        helper = f"{series(near[:2])}, dans la commune" if near else "personne de connu dans la commune"
    return Home(lieu, kind, wifi, computers, _lodgings(known_practices.get("telephonie", {})), helper)


def _lodgings(practice: Mapping[str, Any]) -> str:
    """Describe the Internet access of the lodgings that a place runs."""
    if practice.get("logements") is None:
        return "nous ne savons pas"
    if not practice["logements"]:
        return "non"
    parts = [_state(str(practice.get("state", "")))]
    prices = offer.lists()["frais_a_charge"].values
    parts += [lower_first(prices[each].label) for each in practice.get("frais", ()) if each in prices]
    parts += [str(practice[name]) for name in ("frais_precisions",) if practice.get(name)]
    if (helped := practice.get("avec_aide")) is not None:
        parts.append("avec quelqu’un pour apprendre" if helped else "sans personne pour apprendre")
    return " · ".join(parts)


def _state(state: str) -> str:
    return STATES.get(state, "nous ne savons pas")
