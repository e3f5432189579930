"""Campaigns of confirmation: the sheets to confirm, whom to call, what to ask, the outcome."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from django.db.models import Count, F, Q
from django.utils import timezone

from maillage.apps.directory.outreach import access
from maillage.apps.directory.outreach.models import Call, Campaign
from maillage.apps.directory.outreach.queries import census
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.access import reached
from maillage.apps.directory.places.models import Change, Lieu, Proposal
from maillage.apps.directory.places.queries import history, places
from maillage.apps.directory.places.queries.links import LINK, RENAMED
from maillage.apps.directory.places.queries.paging import Window
from maillage.apps.directory.places.queries.places import Phone
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.territories import queries as territories
from maillage.kernel.codes import in_halves
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.statistics.zones.territories import gazetteer
from maillage.web.long_lists import PAGE
from maillage.words.opening import date_text
from maillage.words.wording import count, listing, lower_first

TO_DO, CALLED, NO_ANSWER, CONFIRMED, CHANGED = rules.CALL_STATES
OVER = (CONFIRMED, CHANGED)
NEVER = date.min


def to_confirm(ground: census.Ground | None, *, on: date) -> list[Lieu]:
    """Return the published sheets to confirm, of a territory or all: never confirmed, or longer ago than
    their rhythm.

    The longest unconfirmed comes first. The date of a file confirms nothing: it only orders.
    """
    rows = Lieu.objects.filter(state=rules.PUBLISHED)
    if ground is not None:
        rows = rows.filter(code_insee__in=ground.lieux_communes)
    to_confirm_now = [
        lieu
        for lieu in rows
        if (day := rules.confirm_by(lieu.confirmed_on, lieu.rhythm)) is None or day <= on
    ]
    return sorted(to_confirm_now, key=lambda lieu: (_last(lieu), plain(lieu.name), lieu.pk))


def chosen(ground: census.Ground | None, slugs: Sequence[str]) -> list[Lieu]:
    """Return the published sheets of some places, of a territory or all, in the order of their slugs."""
    rows = Lieu.objects.filter(state=rules.PUBLISHED, slug__in=slugs)
    if ground is not None:
        rows = rows.filter(code_insee__in=ground.lieux_communes)
    return sorted(rows, key=lambda lieu: slugs.index(lieu.slug))


def _last(lieu: Lieu) -> date:
    return max(filter(None, (lieu.updated_on, lieu.confirmed_on)), default=NEVER)


def ground_named(text: str) -> census.Ground | None:
    """Return the territory typed by name or code; None for an empty text. Refused when none or several
    match.
    """
    typed = text.strip()
    if not typed:
        return None
    matches = [
        t
        for t in gazetteer().find(typed)
        if plain(typed) in (plain(t.name), plain(t.long_name), plain(t.code))
    ]
    perimeters = [p for p in territories.perimeters() if plain(typed) in (plain(p.name), plain(p.slug))]
    codes = [p.slug for p in perimeters] or list(dict.fromkeys(t.code for t in matches))
    if len(codes) == 1:
        return census.ground(codes[0])
    if codes:
        named = " ; ".join(
            ", ".join(filter(None, (t.long_name, t.place, f"code {t.code}"))) for t in matches[:5]
        )
        raise Refused(
            "La campagne n’est pas prête.",
            why=f"« {typed} » peut dire : {named}.",
            do=f"Écrivez le code de celui que vous voulez, par exemple {codes[0]}.",
        )
    raise Refused(
        "La campagne n’est pas prête.",
        why=f"Aucun territoire ne s’appelle « {typed[:80]} ».",
        do="Écrivez le nom d’une commune, d’une intercommunalité, d’un département, ou laissez la case vide.",
    )


# -------------------------------------------------------------------------------------------------- campaigns


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a campaign."""

    total: int
    over: int
    no_answer: int

    @property
    def stitches(self) -> list[bool]:
        return rules.stitches(self.over, self.total)

    @property
    def words(self) -> str:
        if not self.total:
            return "aucune fiche"
        parts = [
            f"{self.over} {'confirmée ou corrigée' if self.over < 2 else 'confirmées ou corrigées'} sur"
            f" {self.total}"
        ]
        if self.no_answer:
            parts.append(f"{self.no_answer} sans réponse")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign in the list."""

    campaign: Campaign
    where: str
    progress: Progress


def campaigns(user: Visitor) -> list[Listed]:
    """Return the campaigns a user runs, those under way first, the latest first."""
    settled = Q(calls__state__in=OVER) | Q(calls__lieu__confirmed_on__gte=F("opened_at__date"))
    reached_calls = Q(calls__isnull=False) & reached(user, "calls__lieu__")
    rows = access.campaigns_for(user).annotate(
        total=Count("calls", filter=reached_calls),
        over=Count("calls", filter=reached_calls & settled),
        silent=Count("calls", filter=reached_calls & Q(calls__state=NO_ANSWER) & ~settled),
    )
    names = {perimeter.slug: perimeter.name for perimeter in territories.perimeters()}
    listed = [Listed(row, where_of(row, names), Progress(row.total, row.over, row.silent)) for row in rows]
    return sorted(listed, key=lambda row: row.campaign.closed_at is not None)


def where_of(campaign: Campaign, names: Mapping[str, str]) -> str:
    """Return the territory of a campaign in words. names: of the stored perimeters, by their slug."""
    code = campaign.territory
    if not code:
        return "tout l’annuaire"
    return names.get(code) or (gazetteer().get(code).long_name if code in gazetteer() else code)


@dataclass(frozen=True, slots=True)
class Line:
    """A sheet of a campaign. state: that of the call, or « confirmed » or « changed » when the sheet was
    settled otherwise meanwhile.
    """

    call: Call
    state: str
    phones: Sequence[Phone]
    mails: Sequence[str]
    checks: Sequence[str]
    last: str
    settled_by: str

    @property
    def words(self) -> str:
        return rules.CALL_STATES[self.state]

    @property
    def code(self) -> str:
        return in_halves(self.call.lieu.code) if self.call.lieu.code else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets(Window):
    """A page of the sheets of a campaign, by what is due."""

    where: str
    sections: Sequence[tuple[str, Sequence[Line]]]
    progress: Progress
    without_link: int


SECTIONS = {
    TO_DO: "À appeler",
    NO_ANSWER: "À rappeler, sans réponse",
    CALLED: "Appelés, réponse attendue",
    CONFIRMED: "Confirmés",
    CHANGED: "Corrigés",
}


def sheets(campaign: Campaign, user: Visitor, at: datetime, start: int = 0) -> Sheets:
    """Return a page of the sheets of a campaign that a user manages: to call first, the oldest first."""
    calls = list(access.calls_for(user, campaign).select_related("lieu__source", "lieu__missing_since"))
    states = _states(campaign, calls)
    order = list(SECTIONS)
    calls.sort(key=lambda c: (order.index(states[c.pk]), _last(c.lieu), plain(c.lieu.name), c.pk))
    page = calls[start : start + PAGE]
    proposed = Counter(
        Proposal.objects.filter(lieu__in=[c.lieu_id for c in page], state=rules.OPEN).values_list(
            "lieu_id", flat=True
        )
    )
    sections: dict[str, list[Line]] = {}
    for call in page:
        sections.setdefault(SECTIONS[states[call.pk]], []).append(
            Line(
                call=call,
                state=states[call.pk],
                phones=places.phones(call.lieu.sheet),
                mails=list(call.lieu.sheet.get("courriels", ())),
                checks=checks(call.lieu, proposed[call.lieu_id]),
                last=places.fresh(call.lieu, at.date()).words,
                settled_by=places.named(call.lieu.confirmed_by) if states[call.pk] != call.state else "",
            )
        )
    counts = Counter(states.values())
    return Sheets(
        where=where_of(campaign, {perimeter.slug: perimeter.name for perimeter in territories.perimeters()}),
        sections=list(sections.items()),
        progress=Progress(len(calls), sum(counts[s] for s in OVER), counts[NO_ANSWER]),
        start=start,
        total=len(calls),
        without_link=sum(1 for c in calls if not c.lieu.code and states[c.pk] not in OVER),
    )


def open_calls(campaign: Campaign, user: Visitor) -> list[Call]:
    """Return the calls of a user whose sheet nobody settled yet."""
    calls = list(access.calls_for(user, campaign).select_related("lieu"))
    states = _states(campaign, calls)
    return [call for call in calls if states[call.pk] not in OVER]


def _states(campaign: Campaign, calls: Sequence[Call]) -> dict[int, str]:
    """Return the state of each sheet: whoever runs the place, or a colleague, may have settled it since the
    campaign opened.
    """
    opened = timezone.localtime(campaign.opened_at).date()
    settled = {
        c.lieu_id
        for c in calls
        if c.state not in OVER and c.lieu.confirmed_on and c.lieu.confirmed_on >= opened
    }
    written = Change.objects.filter(lieu__in=settled, at__gte=campaign.opened_at, verb__in=("edit", "accept"))
    other_change = Q(reason__startswith=LINK) | Q(reason__startswith=RENAMED)
    corrected = set(written.exclude(other_change).values_list("lieu_id", flat=True))
    return {
        c.pk: (CHANGED if c.lieu_id in corrected else CONFIRMED) if c.lieu_id in settled else c.state
        for c in calls
    }


def checks(lieu: Lieu, proposals: int = 0) -> list[str]:
    """List the points to ask a place about, in few words: doubtful, unknown, or old."""
    sheet = lieu.sheet
    labels = history.labels()
    doubtful = dict.fromkeys(
        lower_first(labels[each["field"]])
        for each in lieu.to_check
        if each.get("field") in labels and each["field"] in sheet
    )
    topics = [f"vérifier {listing(list(doubtful))}"] if doubtful else []
    hours = sheet.get("horaires", {})
    if not hours:
        topics.append("ses horaires")
    elif hours.get("left") or not hours.get("osm"):
        topics.append("ses horaires, mal compris")
    topics += [words for name, words in UNKNOWN.items() if not sheet.get(name)]
    if not places.running(sheet):
        topics.append("ce qu’on y trouve")
    if lieu.full_since:
        topics.append(f"toujours complet ? (depuis le {date_text(lieu.full_since)})")
    if lieu.missing_since_id:
        topics.append(f"absent de la dernière version de {lieu.source.name}")
    if proposals:
        topics.append(count(proposals, "proposition à décider", "propositions à décider"))
    return topics


UNKNOWN: Mapping[str, str] = {"courriels": "son e-mail", "frais_a_charge": "le prix"}


# --------------------------------------------------------------------------------------------------- messages


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to a place, for the outbox or for one's own mail program."""

    to: str
    subject: str
    text: str

    @property
    def mailto(self) -> str:
        body = quote(self.text.replace("\n", "\r\n"))
        return f"mailto:{quote(self.to, safe='@')}?subject={quote(self.subject)}&body={body}"


def draft(lieu: Lieu, address: str, *, signed: str) -> Draft:
    """Return the message that gives a structure its personal link. address: the full link."""
    text = f"""Bonjour,

Votre lieu « {lieu.name} » est dans l’annuaire de l’inclusion numérique.
Ses informations sont-elles toujours justes ? Ce lien ouvre votre fiche, sans compte :

{address}

Une minute suffit : touchez « Rien n’a changé », ou corrigez ce qui n’est pas juste.
Vous préférez le papier ? La page propose une feuille à imprimer.

Merci,
{signed}"""
    return Draft(next(iter(lieu.sheet.get("courriels", ())), ""), f"Votre fiche : {lieu.name}", text)


def without_link(calls: Iterable[Call]) -> list[Lieu]:
    """Return the places of these calls that have no personal link yet."""
    return [call.lieu for call in calls if not call.lieu.code]
