"""Find a person by their card, what they agreed to, what is stored about them, and who is to be forgotten."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations, combinations_with_replacement, product
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.memberships import access as memberships
from maillage.apps.directory.memberships.queries import Duties
from maillage.apps.directory.memberships.rules import Duty
from maillage.apps.directory.places.models import Lieu
from maillage.apps.people.persons import rules
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import (
    CardSecret,
    Consent,
    CorrectionRequest,
    Following,
    PairDecision,
    Person,
)
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Entry, User, Visitor
from maillage.apps.platform.accounts.queries import entries_about, matches_seal
from maillage.kernel import codes
from maillage.kernel.names import plain
from maillage.words.languages import to_say
from maillage.words.wording import count

SEALED = "consent.sealed"  # the line of the journal that proves what was read, and what was answered


def by_code(text: str) -> Person | None:
    """Return the person whose card has this code, however it is typed; None when there is none, or they were
    erased.
    """
    code = codes.read(text)
    person = Person.objects.filter(code=code, forgotten_at__isnull=True).first() if code else None
    return person and holder(person)  # both cards open the sheet that is kept


def holder(person: Person) -> Person:
    """Return the sheet to which a person's was joined, and that one to another; their own otherwise."""
    while person.merged_into is not None:
        person = person.merged_into
    return person


def sheets(person: Person) -> list[Person]:
    """Return the sheets that are one person's: their own, then those joined to it, and to those."""
    person_sheets = [person]
    for sheet in person_sheets:
        person_sheets += sheet.merged.order_by("pk")
    return person_sheets


def own_structures(user: Visitor) -> frozenset[int]:
    """Return the structures on whose behalf a user helps."""
    rights = rights_of(user)
    return frozenset(rights.structures("people.see") | rights.structures("people.mine"))


def following_structures(person: Person) -> frozenset[int]:
    """Return the structures that follow a person."""
    return frozenset(person.followings.filter(ended_at=None).values_list("structure", flat=True))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sheets that may be of one person, the latest helped first, and why."""

    first: Person
    second: Person
    likeness: rules.Likeness


NumberedPair = tuple[int, int, rules.Likeness]


def alike_numbers(user: Visitor, of: Person | None = None) -> list[NumberedPair]:
    """Return the numbers of the sheets that may be of one person, the surest first, among those that one
    structure of a user follows and the user sees, but for those told apart. of: only their pairs.
    """
    rows = Following.objects.filter(
        ended_at=None,
        structure__in=own_structures(user),
        person__in=people_for(user).filter(example=False if of is None else of.example).values("pk"),
    )
    traits_by_structure = defaultdict[int, dict[int, rules.Traits]](dict)
    for structure, pk, *known in rows.values_list(
        *("structure", "person", "person__nickname", "person__born", "person__reach", "person__reach_value")
    ):
        traits_by_structure[structure][pk] = rules.traits(*known)
    likeness_by_pair: dict[tuple[int, int], rules.Likeness] = {}
    for traits_by_person in traits_by_structure.values():
        for first, second in _neighbours(traits_by_person, of and of.pk):
            if likeness := rules.likeness(traits_by_person[first], traits_by_person[second]):
                likeness_by_pair[min(first, second), max(first, second)] = likeness
    decided = PairDecision.objects.filter(undone_at=None, same=False)
    for pair in decided.values_list("target", "other"):
        likeness_by_pair.pop((min(pair), max(pair)), None)
    pairs = [(first, second, likeness) for (first, second), likeness in likeness_by_pair.items()]
    return sorted(pairs, key=lambda pair: (-pair[2].rank, pair[:2]))


def pairs(numbers: Sequence[NumberedPair]) -> list[Pair]:
    """Return the sheets of some pairs, by their numbers."""
    person_by_number = Person.objects.in_bulk({pk for first, second, _ in numbers for pk in (first, second)})
    both_sheets = [
        (sorted((person_by_number[first], person_by_number[second]), key=lambda x: x.active_at), likeness)
        for first, second, likeness in numbers
    ]
    return [Pair(latest, earliest, likeness) for (earliest, latest), likeness in both_sheets]


def _neighbours(traits_by_person: Mapping[int, rules.Traits], of: int | None) -> Iterator[tuple[int, int]]:
    """Yield each two persons whose names are written alike and whose years may be one, or whom one address
    reaches; some twice. Names are compared before persons: a thousand may bear the same.
    """
    if of is not None:
        yield from ((of, pk) for pk in traits_by_person if pk != of and of in traits_by_person)
        return
    numbers_by_address, numbers_by_name = (
        defaultdict[str, list[int]](list),
        _by_name_and_year(traits_by_person),
    )
    for pk, person_traits in traits_by_person.items():
        if person_traits.address:
            numbers_by_address[person_traits.address].append(pk)
    for numbers in numbers_by_address.values():
        yield from combinations(numbers, 2)
    names_by_word = defaultdict[str, list[tuple[str, ...]]](list)
    for name in numbers_by_name:
        for word in {word for word in name if len(word) >= rules.SHORTEST_NAME}:
            names_by_word[word].append(name)
    for names in names_by_word.values():
        for name, other_name in combinations_with_replacement(names, 2):
            if rules.same_name(name, other_name):
                yield from _of_one_year(numbers_by_name[name], numbers_by_name[other_name])


def _by_name_and_year(
    traits_by_person: Mapping[int, rules.Traits],
) -> Mapping[tuple[str, ...], Mapping[int | None, list[int]]]:
    numbers_by_name = defaultdict[tuple[str, ...], dict[int | None, list[int]]](dict)
    for pk, person_traits in traits_by_person.items():
        numbers_by_name[person_traits.signs].setdefault(person_traits.born, []).append(pk)
    return numbers_by_name


def _of_one_year(
    numbers_by_year: Mapping[int | None, Sequence[int]],
    other_numbers_by_year: Mapping[int | None, Sequence[int]],
) -> Iterator[tuple[int, int]]:
    """Yield each two persons, one of each group, of the same year or of one that is not known."""
    for year, numbers in numbers_by_year.items():
        for other_year in other_numbers_by_year if year is None else (year, None):
            for pair in product(numbers, other_numbers_by_year.get(other_year, ())):
                if pair[0] != pair[1]:
                    yield pair


def likeness_of(first: Person, second: Person) -> rules.Likeness | None:
    """Return how two sheets may be of one person, None when nothing says so."""
    first_traits, second_traits = (
        rules.traits(each.nickname, each.born, each.reach, each.reach_value) for each in (first, second)
    )
    return rules.likeness(first_traits, second_traits)


def joined_sheets(person: Person, at: datetime) -> list[tuple[PairDecision, datetime | None]]:
    """Return the sheets joined to a person's, the latest first, each with the moment until which they may be
    separated again, None once it passed.
    """
    rows = person.decisions.filter(same=True, undone_at=None).select_related("other", "by")
    ends = [(row, row.at + rules.JOINED_UNDO) for row in rows]
    return [(row, end if end > at else None) for row, end in ends]


def secret_of(person: Person) -> CardSecret | None:
    """Return the secret of a person's card, None while none was chosen."""
    return CardSecret.objects.filter(person=person).select_related("by").first()


def chooses_alone(person: Person) -> bool:
    """Allow a person to choose the secret of their card by its code alone: none was chosen, and no structure
    ever followed them. Otherwise who found the card would read who helps.
    """
    return secret_of(person) is None and not Following.objects.filter(person=person).exists()


def corrections(person: Person) -> list[CorrectionRequest]:
    """Return the correction requests of a person, the latest first."""
    return list(CorrectionRequest.objects.filter(person=person).select_related("structure", "done_by"))


def agreed(person: Person, purpose: str, structure: int | None = None) -> bool:
    """Return the agreement of a person today: their last answer decides, and a withdrawn agreement is a
    refusal.
    """
    answers = Consent.objects.filter(person=person, purpose=purpose)
    if structure is not None:
        answers = answers.filter(structure=structure)
    last = answers.first()
    return last is not None and last.given and last.withdrawn_at is None


def altered_agreements() -> list[tuple[Entry, Consent]]:
    """Return the answers that are no longer those that people gave, each with the line of the journal that
    seals it. Nobody can tell once the person is erased.
    """
    lines = {entry.row: entry for entry in Entry.objects.filter(verb=SEALED).iterator(chunk_size=1000)}
    answers = Consent.objects.filter(person__forgotten_at=None).select_related("person").order_by("pk")
    return [
        (lines[answer.pk], answer)
        for answer in answers.iterator(chunk_size=1000)
        if answer.pk in lines and matches_seal(answer.person, answer.proof, lines[answer.pk].words) is False
    ]


def to_forget(at: datetime, limit: int = 500) -> list[Person]:
    """Return persons for whom nothing was done in two years."""
    return list(
        Person.objects.filter(
            active_at__lt=rules.forget_before(at), forgotten_at__isnull=True, merged_into__isnull=True
        )[:limit]
    )


def namesakes(people: QuerySet[Person], nickname: str, born: int | None = None) -> QuerySet[Person]:
    """Return which of some persons bear a first name, but for those born another year, the latest helped
    first; none without a first name.
    """
    name = plain(nickname)
    if not name:
        return Person.objects.none()
    numbers = [pk for pk, known in people.values_list("pk", "nickname") if plain(known) == name]
    same = Person.objects.filter(pk__in=numbers).order_by("-active_at", "-pk")
    return same if born is None else same.filter(Q(born=None) | Q(born=born))


def followed_names(by: User, structure: int) -> list[tuple[int, str, int | None]]:
    """Return the persons whom a structure follows and a user may see: number, first name, year of birth."""
    followed = Following.objects.filter(structure=structure, ended_at=None).values("person")
    rows = people_for(by).filter(pk__in=followed).order_by("pk")
    return list(rows.values_list("pk", "nickname", "born"))


TAKEN_BACK_WITHIN = timedelta(days=7)  # from an import, while nothing was done for the persons
VIEWS = ("person.seen",)  # lines of the journal that give nothing to a person


def taken_in(by: User, at: datetime) -> QuerySet[Following]:
    """Return the followings that a user opened by taking in a file less than a week ago, of persons who are
    not erased: their agreement bears the moment of the import.
    """
    rows = Following.objects.filter(
        by=by,
        since__gt=at - TAKEN_BACK_WITHIN,
        ended_at=None,
        person__forgotten_at=None,
        person__consents__how=rules.FILE,
        person__consents__by=by,
        person__consents__at=F("since"),
    )
    return rows.distinct()


def served_since(people: Sequence[Person], at: datetime) -> set[int]:
    """Return the numbers of persons for whom something was done after a moment: a card printed, an answer."""
    if not people:
        return set()
    lines = entries_about(*people).filter(at__gt=at).exclude(verb__in=VIEWS)
    return set(lines.values_list("row", flat=True))


def belongs_to_helpers(by: User, address: str) -> bool:
    """Recognise an e-mail address of an account of the platform, or of a place of the structures on whose
    behalf a user helps: no person reads their own mail there.
    """
    mail = address.strip().casefold()
    if User.objects.filter(email__iexact=mail).exists():
        return True
    lieux = Lieu.objects.filter(structure__in=own_structures(by)).values_list("sheet", flat=True)
    return any(mail == str(each).casefold() for sheet in lieux for each in sheet.get("courriels", ()))


# ---------------------------------------------------------------------------------- what is stored about them


YES_NO = {True: "oui", False: "non", None: ""}


def _moment(at: datetime | date | None) -> str:
    return at.isoformat() if at is not None else ""


def _sheet(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "carte": sheet.card,
            "dessin": sheet.get_picture_display(),
            "prenom_ou_surnom": sheet.nickname,
            "annee_de_naissance": sheet.born,
            "langue": sheet.language,
            "score_pix": sheet.pix,
            "comment_vous_joindre": rules.REACH[sheet.reach],
            "numero_ou_adresse": sheet.reach_value,
            "personne_inventee": YES_NO[sheet.example],
            "carte_faite_le": sheet.made_at.isoformat(),
            "derniere_activite": sheet.active_at.isoformat(),
        }
        for sheet in sheets(person)
    ]


def _pair_decisions(person: Person) -> list[dict[str, Any]]:
    of_person = Q(target__in=sheets(person)) | Q(other__in=sheets(person))
    return [
        {
            "cartes": f"{row.target.card}, {row.other.card}" if row.same else "",
            "decision": "une seule personne" if row.same else "deux personnes",
            "par": str(row.by or ""),
            "le": row.at.isoformat(),
            "defait_le": _moment(row.undone_at),
        }
        for row in PairDecision.objects.filter(of_person).select_related("target", "other", "by")
    ]


def _followings(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "structure": row.structure.name,
            "par": str(row.by or ""),
            "depuis": _moment(row.since),
            "jusqu_au": _moment(row.ended_at),
        }
        for row in Following.objects.filter(person__in=sheets(person))
        .select_related("structure", "by")
        .order_by("since", "pk")
    ]


def _agreements(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "pour": row.get_purpose_display(),
            "structure": row.structure.name if row.structure else "",
            "reponse": YES_NO[row.given],
            "mots_lus": row.words,
            "comment": row.get_how_display(),
            "devant": str(row.by or ""),
            "le": row.at.isoformat(),
            "retire_le": _moment(row.withdrawn_at),
        }
        for row in person.consents.select_related("structure", "by")
    ]


def _secret(person: Person) -> list[dict[str, Any]]:
    row = secret_of(person)
    if row is None:
        return []
    return [
        {
            "sorte": row.get_kind_display(),
            "choisi_le": row.at.isoformat(),
            "choisi_avec": str(row.by or ""),
            "essais_faux": row.misses,
            "dernier_essai_faux_le": _moment(row.missed_at),
        }
    ]


def _correction_requests(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "a": row.structure.name,
            "quoi": row.words,
            "demandee_le": row.asked_at.isoformat(),
            "repondue_le": _moment(row.done_at),
            "repondue_par": str(row.done_by or ""),
            "reponse": row.answer,
        }
        for row in corrections(person)
    ]


PERSONAL_DATA = (
    rules.DataKind(
        id="fiche",
        title=to_say("Votre fiche"),
        why=to_say("Pour vous reconnaître, et vous joindre si vous le voulez."),
        models=("people.Person",),
        rows=_sheet,
    ),
    rules.DataKind(
        id="suivis",
        title=to_say("Qui vous suit"),
        why=to_say("Pour savoir qui peut voir votre fiche."),
        fate=rules.COUNTED,
        models=("people.Following",),
        rows=_followings,
    ),
    rules.DataKind(
        id="accords",
        title=to_say("Vos accords"),
        why=to_say("Pour prouver ce que vous avez accepté ou refusé."),
        fate=rules.PROVEN,
        models=("people.Consent",),
        rows=_agreements,
    ),
    rules.DataKind(
        id="fiches_comparees",
        title=to_say("Vos fiches comparées"),
        why=to_say(
            "Pour que deux cartes de la même personne ouvrent une seule fiche, et que cela se défasse."
        ),
        models=("people.PairDecision",),
        rows=_pair_decisions,
    ),
    rules.DataKind(
        id="secret_de_la_carte",
        title=to_say("Le secret de votre carte"),
        why=to_say("Pour que votre page s’ouvre pour vous seul. Personne ne peut le lire."),
        models=("people.CardSecret",),
        rows=_secret,
    ),
    rules.DataKind(
        id="corrections_demandees",
        title=to_say("Vos demandes de correction"),
        why=to_say("Pour vous répondre."),
        models=("people.CorrectionRequest",),
        rows=_correction_requests,
    ),
)


def _left_followings(structures: Collection[int], at: datetime, user: int | None) -> QuerySet[Following]:
    on = timezone.localdate(at)
    return Following.objects.filter(
        memberships.leaving("by", "structure", user=user, on=on),
        structure__in=structures,
        ended_at=None,
        person__forgotten_at=None,
    )


def _following_duties(rows: QuerySet[Following], user: int | None) -> Iterable[Duty]:
    """Yield the persons whom leavers follow, as one duty each in a structure."""
    for structure, by, n in rows.order_by().values_list("structure", "by").annotate(Count("pk")):
        yield Duty(
            kind="following",
            pk=structure,
            user=by,
            structure=structure,
            title=count(n, "personne suivie", "personnes suivies"),
            words="Toutes celles que ce compte suit pour la structure.",
            url=reverse("people"),
        )


duties = Duties(_left_followings, _following_duties)
