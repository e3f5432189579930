"""A learner's progress, what comes next, and a group at a glance."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from maillage.apps.learning import rules
from maillage.apps.learning.models import Fact, Group, Member, Plan, Route
from maillage.apps.learning.queries import contents
from maillage.apps.learning.rules import Standing
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import COUNTED, DataKind
from maillage.apps.platform.accounts.models import Entry
from maillage.modules.format import Module
from maillage.modules.paths import Path, paths
from maillage.words.languages import say, to_say, typed

ERASED = "learning.erased"
LIVE = timedelta(minutes=20)  # since the last fact of somebody who is there now


def standings(person: Person) -> dict[str, Standing]:
    """Return a learner's standing in each module they opened."""
    rows = (
        Fact.objects.filter(person=person)
        .order_by("at", "pk")
        .values_list("module", "version", "step", "state")
    )
    return rules.standings(rows, _versions(contents.modules()))


def _versions(known: Mapping[str, Module]) -> dict[str, int]:
    return {id: module.version for id, module in known.items()}


def device(standings: Mapping[str, Standing]) -> dict[str, Any]:
    """Return standings in the form stored on the device."""
    return {
        id: {
            "version": one.version,
            "derniere": one.last,
            "etapes": {str(n): {"etat": s} for n, s in one.steps.items()},
        }
        for id, one in standings.items()
    }


def finished(module: Module, standing: Standing | None) -> bool:
    """Return True if a learner finished a module."""
    return standing is not None and len(module.steps) in standing.steps


def succeeded(module: Module, standing: Standing | None) -> bool:
    """Return True if a learner did alone a step that proves that a module is learnt."""
    return standing is not None and any(
        step.counts and standing.steps.get(n) in rules.SUCCEEDED for n, step in enumerate(module.steps, 1)
    )


def following_structure(person: Person) -> int | None:
    """Return the structure that follows a person without a group: the last one that still does."""
    return (
        person.followings.filter(ended_at=None).order_by("-since").values_list("structure", flat=True).first()
    )


def last_erasure(person: Person) -> datetime | None:
    """Return when a person last erased what they had learnt, as the journal keeps it; None: never."""
    lines = Entry.objects.filter(kind=Person._meta.label_lower, row=person.pk, verb=ERASED)
    return lines.order_by("-pk").values_list("at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Next:
    """A possible next module. why: in words; step: where to resume."""

    module: Module
    why: str
    step: int


def route(person: Person) -> Path | None:
    """Return the path somebody follows."""
    path_id = Route.objects.filter(person=person).values_list("path", flat=True).first()
    return paths().get(path_id) if path_id else None


def following(person: Person, standings: Mapping[str, Standing]) -> Next | None:
    """Return the next module: the team's proposal, unfinished modules, then the group's modules, those of
    the path, and those that follow the ones finished, the last first.
    """
    known = contents.modules()
    member = Member.objects.filter(person=person).select_related("group").order_by("-at").first()
    path = route(person)
    wanted: list[tuple[str, str]] = []
    if member and member.proposed:
        wanted.append((member.proposed, say("Proposé par la personne qui vous aide")))
    wanted += [
        (id, say("Vous l’avez commencé"))
        for id in reversed(list(standings))
        if id in known and not finished(known[id], standings[id])
    ]
    if member:
        wanted += [(id, say("Groupe {name}", name=typed(member.group.title))) for id in member.group.modules]
    if path:
        wanted += [(id, say("Parcours {name}", name=say(path.title))) for id in path.modules]
    opened_last_first = (known[id] for id in reversed(list(standings)) if id in known)
    wanted += [(id, say("Module suivant :")) for module in opened_last_first for id in module.then]
    return _first(wanted, standings)


def _first(wanted: Iterable[tuple[str, str]], standings: Mapping[str, Standing]) -> Next | None:
    """Return the first module wanted that is not finished. wanted: identifiers, and why."""
    known = contents.modules()
    for id, why in wanted:
        if id in known and not finished(known[id], standings.get(id)):
            return Next(
                known[id], why, min(standings[id].last, len(known[id].steps)) if id in standings else 1
            )
    return None


def summary(person: Person) -> list[tuple[Module, Standing, bool]]:
    """Return the modules somebody opened, the last first, with where they are and whether they got to the
    end.
    """
    return opened(standings(person))[::-1]


def opened(standings: Mapping[str, Standing]) -> list[tuple[Module, Standing, bool]]:
    """Return the modules of some standings, each with whether somebody got to its end."""
    known = contents.modules()
    return [(known[id], one, finished(known[id], one)) for id, one in standings.items() if id in known]


def services() -> list[Module]:
    """Return the modules that train for a real procedure."""
    return [module for module in contents.modules().values() if module.service]


def copy(person: Person) -> dict[str, Any]:
    """Return all the data on a person's learning, in French words, for their copy."""
    return {kind.id: kind.rows(person) for kind in PERSONAL_DATA}


def _facts(person: Person) -> list[dict[str, Any]]:
    rows = Fact.objects.filter(person=person).order_by("at", "pk")
    known = contents.modules()
    return [
        {
            "module": known[row.module].title if row.module in known else row.module,
            "etape": row.step,
            "ce_qui_s_est_passe": row.get_state_display(),
            "essais": row.tries,
            "indices": row.hints,
            "secondes": row.seconds,
            "avec": row.get_way_display(),
            "le": row.at.isoformat(),
        }
        for row in rows
    ]


def _groups(person: Person) -> list[dict[str, Any]]:
    known = contents.modules()
    return [
        {
            "groupe": m.group.title,
            "structure": m.group.structure.name,
            "arrivee_le": m.at.isoformat(),
            "note": m.note,
            "module_propose": known[m.proposed].title if m.proposed in known else m.proposed,
        }
        for m in Member.objects.filter(person=person).select_related("group__structure")
    ]


def _plans(person: Person) -> list[dict[str, Any]]:
    known = contents.modules()
    return [
        {
            "demarche": known[plan.module].title if plan.module in known else plan.module,
            "pour_le": plan.on.isoformat(),
            "avec_qui": rules.WITH[plan.together],
            "reponse": rules.ANSWERS.get(plan.answer, ""),
        }
        for plan in Plan.objects.filter(person=person)
    ]


def _routes(person: Person) -> list[dict[str, Any]]:
    return [
        {"parcours": row.path, "choisi_le": row.at.isoformat()} for row in Route.objects.filter(person=person)
    ]


# ---------------------------------------------------------------------------------------------------- a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A person of a group, as their aidant sees them. is_active: lately; stuck: on their current step.

    known: the user may see this person; otherwise neither name, note nor card.
    """

    member: Member
    known: bool
    module: Module | None
    step: int
    state: str
    tries: int
    hints: int
    is_active: bool
    stuck: bool
    at: datetime | None
    done: int
    next: Next | None

    @property
    def stitches(self) -> Sequence[str]:
        if self.module is None:
            return ()
        return contents.stitches(len(self.module.steps), self.step)


def board(group: Group, at: datetime, visible_people: QuerySet[Person]) -> list[Row]:
    """Return the people of a group, those who are stuck first, then by name. As many queries for twenty as
    for one.

    visible_people: those the user may see.
    """
    rows = _rows(list(group.members.select_related("person", "group")), at, visible_people)
    return sorted(
        rows,
        key=lambda row: (not row.stuck, not row.is_active, not row.known, str(row.member.person).lower()),
    )


def stuck_now(groups: QuerySet[Group], at: datetime, visible_people: QuerySet[Person]) -> list[Row]:
    """Return the people of open groups who are stuck at this moment, among those the user may see."""
    lately = Fact.objects.filter(person=OuterRef("person"), at__gt=at - LIVE)
    members = Member.objects.filter(
        Exists(lately), group__in=groups, group__closed_at=None, person__in=visible_people
    )
    active_members = list(members.select_related("person", "group").order_by("pk"))
    return [row for row in _rows(active_members, at, visible_people) if row.stuck] if active_members else []


def _rows(members: Sequence[Member], at: datetime, visible_people: QuerySet[Person]) -> list[Row]:
    ids = [member.person_id for member in members]
    facts: dict[int, list[Fact]] = {id: [] for id in ids}
    for fact in Fact.objects.filter(person__in=ids).order_by("at", "pk"):
        if fact.person_id is not None:
            facts[fact.person_id].append(fact)
    routes = dict(Route.objects.filter(person__in=ids).values_list("person", "path"))
    known = contents.modules()
    visible_ids = set(visible_people.filter(pk__in=ids).values_list("pk", flat=True))
    return [
        _row(
            member,
            _visible_facts(member, facts, visible_ids),
            known,
            routes.get(member.person_id, ""),
            at,
            visible_ids,
        )
        for member in members
    ]


def _visible_facts(
    member: Member, facts: Mapping[int, list[Fact]], visible_ids: Collection[int | None]
) -> list[Fact]:
    """Return the facts of a member that a team may read: only those of the group for somebody whom they do
    not follow, or no longer follow.
    """
    person_facts = facts[member.person_id]
    return (
        person_facts
        if member.person_id in visible_ids
        else [f for f in person_facts if f.group_id == member.group_id]
    )


def _row(
    member: Member,
    facts: list[Fact],
    known: Mapping[str, Module],
    path: str,
    at: datetime,
    visible_ids: Collection[int | None],
) -> Row:
    standings = rules.standings(((f.module, f.version, f.step, f.state) for f in facts), _versions(known))
    last = facts[-1] if facts else None
    module = known.get(last.module) if last else None
    on_step = [f for f in facts if last and _place(f) == _place(last)]
    now = _since_back(on_step)
    state = max((f.state for f in on_step), key=rules.RANK.__getitem__, default="")
    tries, hints = (max((getattr(f, name) for f in on_step), default=0) for name in ("tries", "hints"))
    is_active = last is not None and at - last.at < LIVE
    long = int((at - now[0].at).total_seconds()) if is_active and now else 0
    lately = max((f.tries for f in now), default=0)
    return Row(
        member=member,
        known=member.person_id in visible_ids,
        module=module,
        step=last.step if last else 0,
        state=state,
        tries=tries,
        hints=hints,
        is_active=is_active,
        stuck=is_active and last is not None and bool(last.kind) and rules.stuck(state, lately, long),
        at=last.at if last else None,
        done=sum(finished(known[id], standings[id]) for id in standings if id in known),
        next=_first(
            [
                (member.proposed, "Proposé à cette personne"),
                *((id, "Au programme du groupe") for id in member.group.modules),
                *((id, "Sur son parcours") for id in (paths()[path].modules if path in paths() else ())),
            ],
            standings,
        ),
    )


def _place(fact: Fact) -> tuple[str, int, int]:
    return fact.module, fact.version, fact.step


def _since_back(on_step: Sequence[Fact]) -> Sequence[Fact]:
    """Return the facts of a step since somebody last came back to it: days away are no effort."""
    away = (n for n, (before, after) in enumerate(pairwise(on_step), 1) if after.at - before.at >= LIVE)
    return on_step[max(away, default=0) :]


def last_activity(groups: Iterable[Group]) -> dict[int, datetime]:
    """Return when each group was last active."""
    rows = (
        Fact.objects.filter(group__in=list(groups)).order_by().values_list("group").annotate(last=Max("at"))
    )
    return dict(rows)


PERSONAL_DATA = (
    DataKind(
        id="apprentissage",
        title=to_say("Ce que vous avez appris"),
        why=to_say("Pour reprendre où vous en étiez."),
        fate=COUNTED,
        models=("learning.Fact",),
        rows=_facts,
    ),
    DataKind(
        id="parcours",
        title=to_say("Le parcours que vous suivez"),
        why=to_say("Pour reprendre où vous en étiez."),
        models=("learning.Route",),
        rows=_routes,
    ),
    DataKind(
        id="groupes",
        title=to_say("Vos groupes"),
        why=to_say("Pour apprendre avec d’autres."),
        models=("learning.Member",),
        rows=_groups,
    ),
    DataKind(
        id="projets",
        title=to_say("Ce que vous avez prévu de faire"),
        why=to_say("Pour vous demander si cela a marché."),
        fate=COUNTED,
        models=("learning.Plan",),
        rows=_plans,
    ),
)
