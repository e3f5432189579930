"""Verdicts on a number read elsewhere, against each definition, for France or for a territory."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

from maillage.kernel.names import plain
from maillage.publishing.territory import national_phrases
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.claim_subjects import (
    COMPUTER,
    CUT_OFF,
    EQUIPMENT,
    FAR,
    ILLITERACY,
    TROUBLE,
    is_bare,
    is_felt,
    is_general,
    is_of_able,
    is_of_difficulty,
    is_of_equipment,
    is_of_residents,
    is_of_use,
    subject_words_of,
)
from maillage.publishing.territory.labels import (
    BY_ROUNDING,
    BY_UNIVERSE,
    LEVELS_OF_HELP,
    VERDICT_LABELS,
    VerdictKind,
)
from maillage.publishing.territory.measured import (
    ROUNDED,
    Measured,
    ends,
    fits,
    gives,
    is_as_published,
    printed,
    rounded_words,
    source_words,
)
from maillage.publishing.territory.named_places import claimed_places
from maillage.publishing.territory.own_figures import OwnFigure, figure_of, named_zone
from maillage.publishing.territory.published import percent
from maillage.publishing.territory.reading import Reading
from maillage.publishing.territory.survey_answers import (
    HOUSEHOLDS,
    USE,
    Answers,
    audience,
    matching_rows,
    of_zone,
)
from maillage.publishing.territory.surveys import PEOPLE
from maillage.reference.definitions import DEFAULT, LEVELS, Definition, definition
from maillage.reference.national_figures import NationalFigure
from maillage.words import wording
from maillage.words.claims import MOVED, YEAR, Claim, first_clause, is_denial, is_low, topic
from maillage.words.wording import lower_first

OPPOSITES: dict[VerdictKind, VerdictKind] = {"haut": "bas", "bas": "haut"}
LEVEL_OF_EXCLUSION, TWO_WORST_LEVELS = "exclusion-2017", "deux-niveaux-2017"
NEVER = national_phrases.NEVER
FAR_FROM_DIGITAL = "eloignement-anct-2023"
NO_COMPUTER, NO_EQUIPMENT = national_phrases.NO_COMPUTER, "credoc-2014-ordinateur-et-connexion"
ELSEWHERE = "Ce chiffre n’est pas mesuré ici."
BETWEEN_AGES = "Le chiffre est entre ces taux : tout dépend de l’âge où l’on commence. "
FELT_WORDS = "Le chiffre est un avis sur soi-même : c’est une autre question. "
WITHOUT_BASICS = "Cette part compte aussi les usagers sans les bases : le chiffre ne les compte pas. "
PART_OF_AGES = "Ces taux ne couvrent pas exactement ces âges. "
DAILY, EACH_DAY = "credoc-2014-quotidien", frozenset(topic("jour quotidiennement"))
# What a number may count that says difficulty in general, or says nothing.
ADDED_LEVELS = (LEVELS, LEVEL_OF_EXCLUSION, TWO_WORST_LEVELS)
GENERAL = (*ADDED_LEVELS, FAR_FROM_DIGITAL, DEFAULT, "illectronisme-insee-2019")
ASK = "Ses mots ne disent pas lesquelles de ces personnes il compte. Ajoutez-les, telles que vous les lisez. "
COUNTED = ("en situation d’illectronisme", "en exclusion numérique", "sans jamais se connecter à Internet")
SINCE = "Ces usages progressent : le chiffre peut être plus récent que cette source. "
ACCESS = frozenset(topic("accès"))
CHECKED = (
    "Cette page compare une part ou un nombre de personnes en difficulté avec le numérique ; à la page d’un"
    " territoire, aussi une réponse de ses enquêtes publiées, avec les mots de la question. Écrivez par"
    " exemple « 15 % d’illectronisme à Grenoble »."
)


POINTS = re.compile(r"\d\s+points?\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to a number. title: the facts in one sentence; reason: why; matches: the definitions that
    give it; compared: the definition that its words say, where none gives it; caution: the sentence not to
    write, "" for none; is_by_rounding: only what its rounding may hide reaches the range; is_by_universe:
    only one of the two populations gives it; cited: the sentence that may be copied, of a survey; confused:
    the definition that the caution is about, None without one; is_vague: nothing says what it counts.
    """

    kind: VerdictKind
    title: str
    reason: str
    matches: tuple[Measured, ...] = ()
    compared: Measured | None = None
    caution: str = ""
    is_by_rounding: bool = False
    is_by_universe: bool = False
    cited: str = ""
    confused: Definition | None = None
    is_vague: bool = False

    @property
    def label(self) -> str:
        """The verdict in few words."""
        if self.is_by_universe:
            return BY_UNIVERSE
        return BY_ROUNDING if self.is_by_rounding else VERDICT_LABELS[self.kind]

    @property
    def has_levels(self) -> bool:
        """True when its number is the sum of the three levels of difficulty."""
        return any(each.definition.id == LEVELS for each in self.matches)


def judge(
    claim: Claim,
    measures: Sequence[Measured],
    *,
    where: str,
    surveys: Sequence[Answers] = (),
    names: str = "",
    own: Reading | None = None,
) -> Verdict:
    """Return the verdict on a number. measures: of the default definition first; none where nothing may be
    shown; where: the place at the head of a sentence, « En France »; surveys: what each published one of the
    place answers, the latest first; names: of the places that the number names; own: the diagnosis of the
    place, None for France.
    """
    verdict = _with_fraction(claim, _judged(claim, measures, where, surveys, names, own))
    is_country = bool(measures) and measures[0].is_published
    if is_bare(claim, names) and (
        verdict.kind in OPPOSITES or (verdict.kind != "inconnu" and not is_country)
    ):
        return Verdict(kind="inconnu", title=verdict.title, reason=f"{ASK}{verdict.reason}", is_vague=True)
    if verdict.kind not in OPPOSITES or not is_country or claim.says_some or is_denied(claim, names):
        return verdict
    figure = national_phrases.of_near_question(claim, subject_words_of(claim, names))
    return _of_other_question(claim, figure, verdict) if figure else verdict


def completed(claim: Claim) -> list[str]:
    """Return the sentences among which to choose what a bare number counts, in French as it was read: half a
    sentence of another language would be read as another number.
    """
    return [f"{claim.text.strip(' .,;:!?')} {counted}" for counted in COUNTED]


def _with_fraction(claim: Claim, verdict: Verdict) -> Verdict:
    """Return a verdict that says how wide a fraction was read, where its reason does not already."""
    share = claim.share
    if not share or not share.fraction or verdict.is_by_rounding or verdict.kind == "inconnu":
        return verdict
    low, high = (wording.number(round(each)) for each in (share.low, share.high))
    rounding_text = f"« {share.fraction} » est lu de {low} à {high}{wording.NBSP}%."
    return replace(verdict, reason=f"{rounding_text} {verdict.reason}")


def _judged(
    claim: Claim,
    measures: Sequence[Measured],
    where: str,
    surveys: Sequence[Answers],
    names: str,
    own: Reading | None,
) -> Verdict:
    """Return the verdict on a number by the question that its words ask, as `judge` does."""
    zone = named_zone(claim, own) if own else None
    local_answers = [of_zone(each, zone.name) for each in surveys] if zone else surveys
    place_names = f"{names} zone {zone.full_name}" if zone else names
    if not is_general(claim, names) and (
        verdict := _of_survey(claim, local_answers, measures, where, place_names)
    ):
        return verdict
    if own and (figure := figure_of(claim, own, names)):
        return _of_own(figure, where, own)
    is_rest = is_denied(claim, names)
    if published := _of_published(claim, measures, where, names):
        return published
    if claim.share and not claim.some and measures and is_of_able(claim, names):
        rest = replace(claim, share=claim.share.rest, people=None)
        return _turned(_of_difficulty(rest, measures, where, names))
    if not is_of_difficulty(claim, names) or (is_rest and claim.share is None):
        if (first := first_clause(claim)) and subject_words_of(first, names):
            return _judged(first, measures, where, surveys, names, own)
        return _off_topic(claim, measures, where)
    if unknown := _unknown(claim, measures, where, names):
        return unknown
    if is_rest and claim.share:
        rest = replace(claim, share=claim.share.rest, people=None)
        return _turned(_of_difficulty(rest, measures, where, names))
    return _of_difficulty(claim, measures, where, names)


def _of_own(figure: OwnFigure, where: str, own: Reading) -> Verdict:
    """Return the verdict of the diagnosis of the territory on a number that it prints too."""
    kinds: dict[int, VerdictKind] = {-1: "bas", 0: "compatible", 1: "haut"}
    is_between = figure.side == 0 and len(figure.ranges) > 1
    title = f"{where}, {figure.statement}."
    terms = own.definition
    verdict = Verdict(
        kind=kinds[figure.side],
        title=title,
        reason=(
            f"{BETWEEN_AGES if is_between else ''}Source : le diagnostic de ce territoire, « {terms.label} »"
            f" ({terms.producer} {terms.year}), calcul Maillage."
        ),
        cited=title,
    )
    return _turned(verdict) if figure.is_rest else verdict


def is_denied(claim: Claim, names: str) -> bool:
    """Return True for a number of those who are not in difficulty."""
    return is_general(claim, names) and is_denial(claim.meaning)


def _of_other_question(claim: Claim, figure: NationalFigure, verdict: Verdict) -> Verdict:
    """Return the verdict on a number that others publish of a near question, beside that of its own."""
    quotation = national_phrases.sentence(figure, claim)
    return Verdict(
        kind="autre",
        title=f"{quotation} {verdict.title}",
        reason=f"Le chiffre répond à une autre question. {national_phrases.source(figure)}",
        cited=f"{quotation} {figure.title} ; champ : {figure.universe}.",
    )


def _of_difficulty(claim: Claim, measures: Sequence[Measured], where: str, names: str) -> Verdict:
    """Return the verdict of the definitions on a number of people in difficulty."""
    usual, *rivals = _by_meaning(claim, measures, names)
    subject_words = subject_words_of(claim, names)
    named_rivals = [each for each in rivals if _may_name(subject_words, each)]
    fact = f"{where}, {printed(usual, claim)} {usual.definition.statement}"
    country_words = _as_country(claim, usual)
    if usual.definition.id == NO_EQUIPMENT and len(subject_words & EQUIPMENT) == 1:
        return _of_near_equipment(claim, usual, where, subject_words)
    is_part = is_of_use(claim, subject_words)  # who uses it without its basics is counted with them
    part_words = WITHOUT_BASICS if is_part else ""
    of_residents = usual.of_residents if usual.n_residents and is_of_residents(claim) else usual
    fitting = [each for each in dict.fromkeys((usual, of_residents)) if fits(claim, each)]
    if of_residents is not usual:
        fact += f", soit {of_residents.share_words} des habitants de tout âge"
        country_words += f"{_counted_in(of_residents)} "
    if fitting:
        rounded = rounded_words(claim, fitting[0])
        return Verdict(
            kind="autre" if is_part else "compatible",
            title=f"{fact}.",
            reason=f"{part_words}{rounded}{country_words}{source_words(usual)}",
            matches=(usual,),
            is_by_rounding=bool(rounded),
            is_by_universe=len(fitting) == 1 and of_residents is not usual and not is_part,
        )
    if matches := tuple(
        each
        for each in named_rivals
        if gives(claim, each) or (each.definition.id in ADDED_LEVELS and is_as_published(claim, each))
    ):
        first = matches[0]
        is_same = first.definition.statement == usual.definition.statement
        usual_words = f"{usual.definition.statement} ({usual.definition.short})"
        if is_same:
            usual_words = f"selon « {usual.definition.short} »"
        return Verdict(
            kind="autre",
            title=(
                f"{where}, {printed(first, claim)} {first.definition.statement}"
                f" ({first.definition.short}). {upper_first(printed(usual, claim))} {usual_words}."
            ),
            reason=f"{'' if gives(claim, first) else _as_country(claim, first)}{source_words(first)}",
            matches=matches,
            caution=""
            if is_same
            else f"que ces personnes {usual.definition.statement} : c’est une autre question.",
            confused=None if is_same else usual.definition,
        )
    low, high = ends(claim, usual)
    if of_residents is not usual:  # smaller: a number between the two is of neither
        low = min(low, ends(claim, of_residents)[0])
        high = max(high, ends(claim, of_residents)[1])
    if low <= 0 <= high or (claim.share and claim.people and _is_of_two(claim, measures, where, names)):
        return Verdict(
            kind="inconnu",
            title=f"{fact}.",
            reason="Le nombre et la part ne vont pas ensemble ici. Leur base est une autre population.",
        )
    if undecided := _undecided(claim, usual, rivals if not subject_words else named_rivals, subject_words):
        return replace(undecided, title=f"{fact}. {undecided.title}")
    if is_felt(subject_words) or (is_part and low < 0):
        return Verdict(
            kind="inconnu", title=f"{fact}.", reason=f"{part_words or FELT_WORDS}{source_words(usual)}"
        )
    return Verdict(
        kind="haut" if low > 0 else "bas",
        title=f"{fact}.",
        reason=f"{country_words}{source_words(usual)}",
        compared=usual,
    )


def _is_of_two(claim: Claim, measures: Sequence[Measured], where: str, names: str) -> bool:
    """Return True for a share and a count of which one alone is neither too high nor too low."""
    return any(
        _of_difficulty(each, measures, where, names).kind not in OPPOSITES
        for each in (replace(claim, people=None), replace(claim, share=None))
    )


def _may_name(subject_words: Collection[str], measured: Measured) -> bool:
    """Return True for a definition that the words of a number may name: of equipment, of use, else of
    difficulty, also where it has no words.
    """
    is_general = measured.definition.id in GENERAL
    if not subject_words:
        return is_general
    return is_general != (is_of_equipment(subject_words) or bool(USE & {*subject_words}))


def _undecided(
    claim: Claim, usual: Measured, rivals: Sequence[Measured], subject_words: Collection[str]
) -> Verdict | None:
    """Return the doubt on a number out of the range of its definition, None without any: it is in the
    interval of a rival, or printed for France on a question that its words do not ask.
    """
    words = {*subject_words}
    if words and (not words & TROUBLE or words & (FAR | CUT_OFF)):
        return None
    if touched := next((each for each in rivals if fits(claim, each)), None):
        terms = touched.definition
        return Verdict(
            kind="inconnu",
            title=(
                f"Le chiffre tient aussi dans la fourchette de « {terms.short} » :"
                f" {printed(touched, claim)} {terms.statement}."
            ),
            reason=f"{ASK}{source_words(touched)}",
            is_vague=not words,
        )
    if not usual.is_published or words & ILLITERACY:
        return None
    if figure := national_phrases.of_number(claim):
        return Verdict(
            kind="inconnu",
            title=national_phrases.sentence(figure, claim),
            reason=f"{ASK}{national_phrases.source(figure)}",
            is_vague=not words,
        )
    if not words and (printed_elsewhere := national_phrases.same_number(claim)):
        first = printed_elsewhere[0]
        return Verdict(
            kind="inconnu",
            title=f"Imprimé ailleurs : « {first.value} » {first.of}.",
            reason=f"{ASK}Source : {first.document.title} ({first.document.year}).",
            is_vague=True,
        )
    return None


def _counted_in(measured: Measured) -> str:
    """Return the sentence of the local sum behind a share of the residents of any age."""
    return (
        f"Le calcul : {measured.people_words}, parmi {wording.number(measured.n_residents)} habitants ;"
        " nos sources ne comptent personne avant 15 ans."
    )


def _as_country(claim: Claim, usual: Measured) -> str:
    """Return the sentence on a share that is the one published for France; "" where a territory is named,
    but for the sums of levels that everybody repeats.
    """
    terms = usual.definition
    is_named = terms.id not in ADDED_LEVELS and claimed_places(claim)
    if usual.is_published or not is_as_published(claim, usual) or is_named:
        return ""
    return (
        f"C’est le chiffre publié pour la France : {percent(round(100 * terms.total, 6))}"
        f" ({terms.producer} {terms.year}). Ici, lisez celui du territoire. "
    )


def _of_published(claim: Claim, measures: Sequence[Measured], where: str, names: str) -> Verdict | None:
    """Return the verdict of the figures that others published of France, None where they say nothing: on who
    is in difficulty, only for the number that they print; on another question or a group, for any one. Of a
    territory, these have no figure: those of France are told, without a verdict.
    """
    subject_words = subject_words_of(claim, names)
    is_country = bool(measures) and measures[0].is_published
    is_rest = is_denial(claim.meaning) and bool(subject_words & TROUBLE)
    if claim.says_some or is_rest or not measures:
        return None
    figures = national_phrases.quoted(claim, subject_words)
    has_all = bool(figures) and all(x.is_lack for x in figures) and not is_low(claim.meaning)
    if claim.share and has_all and is_country:
        verdict = _turned(_of_specific(replace(claim, share=claim.share.rest, people=None), figures))
        if verdict.kind != "haut":
            return verdict
        return replace(verdict, kind="inconnu", reason=f"{SINCE}{verdict.reason}")
    usual, is_of_need = _by_meaning(claim, measures, names)[0], is_of_difficulty(claim, names)
    figure = national_phrases.nearest(claim, figures) if is_country else None
    is_open = any(x.is_least or x.is_most for x in (claim.share, claim.people) if x)  # many would fit it
    best_known = [x for x in measures if x is usual or (x.definition.id == FAR_FROM_DIGITAL and not is_open)]
    is_own = figure is not None and is_of_use(claim, subject_words)
    if figure and (claim.some or is_own or not is_of_need or not any(fits(claim, x) for x in best_known)):
        return _of_quoted(claim, figure, usual, where)
    at_home = [each for each in figures if each.key and each.is_lack and each.ages == claim.ages]
    is_of_home = bool(claim.ages and claim.share and at_home) and is_of_equipment(subject_words - ACCESS)
    if claim.ages and is_of_need and not is_of_home:
        return _of_ages(claim, subject_words, figures, "" if is_country else _known(measures, where))
    specific = [each for each in figures if each.share and (each.key or claim.some)]
    is_one_thing = is_of_equipment(subject_words) and len(subject_words) == 1
    is_of_one_thing = is_country and (is_one_thing or is_of_use(claim, subject_words))
    if not specific or claim.share is None or (not claim.some and is_of_need and not is_of_one_thing):
        return None
    verdict = _of_specific(claim, at_home if is_of_home else specific)
    return verdict if is_country else replace(verdict, kind="inconnu", title=f"{ELSEWHERE} {verdict.title}")


def _of_specific(claim: Claim, figures: Sequence[NationalFigure]) -> Verdict:
    """Return the verdict on a share that no figure of its question prints."""
    figure = min(figures, key=lambda one: national_phrases.gap(claim, one))
    return Verdict(
        kind="compatible"
        if national_phrases.fits(claim, figure)
        else national_phrases.side(claim, figures) or "inconnu",
        title=national_phrases.sentence(figure, claim),
        reason=national_phrases.source(figure),
    )


def _turned(verdict: Verdict) -> Verdict:
    """Return the verdict on a share, from that on its rest: « 9 sur 10 ont un smartphone »."""
    return replace(
        verdict,
        kind=OPPOSITES.get(verdict.kind, verdict.kind),
        reason=f"Le chiffre dit le reste, 100{wording.NBSP}% moins cette part. {verdict.reason}",
    )


def _of_quoted(claim: Claim, figure: NationalFigure, usual: Measured, where: str) -> Verdict:
    """Return the verdict on a number that others publish: on who is in difficulty, beside ours."""
    is_their_own = bool(figure.key or figure.group or figure.ages)
    need_words = f" {where}, {printed(usual, claim)} {usual.definition.statement} ({usual.definition.short})."
    quotation = national_phrases.sentence(figure, claim)
    return Verdict(
        kind="compatible" if is_their_own else "autre",
        title=f"{quotation}{'' if is_their_own else need_words}",
        reason=national_phrases.source(figure),
        cited=f"{quotation} {figure.title} ; champ : {figure.universe}.",
    )


def _of_ages(
    claim: Claim, subject_words: set[str], figures: Sequence[NationalFigure], elsewhere: str
) -> Verdict | None:
    """Return the verdict of the published rates by age on the share of some ages, in France. elsewhere: what
    is known of the territory that a number is of, "" for France.
    """
    text_words = plain(claim.meaning).split()
    rates = national_phrases.rates_by_age(
        claim, national_phrases.definition_of_ages(text_words, subject_words)
    )
    if not rates:
        return None
    title = f"En France, {national_phrases.listed(rates)} {rates[0].statement}."
    if elsewhere:
        title = f"Ce chiffre parle de « {claim.some} » : il n’est pas mesuré ici. {title}"
    universes = wording.listing([each.universe for each in rates])
    kind: VerdictKind = "inconnu"
    between = ""
    if claim.share and not elsewhere:
        kind = national_phrases.side(claim, rates) or "compatible"
        is_within = kind == "compatible"
        between = BETWEEN_AGES if is_within and len(rates) > 1 else ""
        if is_felt(subject_words):
            kind, between = "inconnu", FELT_WORDS
        elif not national_phrases.is_bound_by_ages(claim, rates, kind):
            kind, between = "inconnu", PART_OF_AGES
        elif between:
            kind = "inconnu"
        is_of_other = is_within and is_of_equipment(subject_words) and not subject_words & COMPUTER
        kind = "autre" if is_of_other and (not between or between == BETWEEN_AGES) else kind
    also = "".join(f"{national_phrases.sentence(x, claim)} " for x in figures)
    also = f"D’autres ont posé une autre question. {also}" if also else ""
    return Verdict(
        kind=kind,
        title=title,
        reason=f"{elsewhere}{between}{also}{national_phrases.source(rates[0], universes)}".strip(),
        cited="" if elsewhere else f"{title[:-1]} ({rates[0].producer} {rates[0].year}).",
    )


def _by_meaning(claim: Claim, measures: Sequence[Measured], names: str) -> list[Measured]:
    """Return the measures that may be meant, the one that the words of a number say first: exclusion, who
    never connects, who lacks equipment; else the usual one.
    """
    subject_words, by_id = subject_words_of(claim, names), {each.definition.id: each for each in measures}
    first = ""
    if subject_words & ILLITERACY:  # of which these are only a part, by its definition
        measures = [each for each in measures if each.definition.id != LEVEL_OF_EXCLUSION]
    if subject_words - TROUBLE:  # of something more precise than a level of difficulty
        measures = [each for each in measures if each.definition.id != TWO_WORST_LEVELS]
    if subject_words & CUT_OFF:
        first = LEVEL_OF_EXCLUSION
    elif subject_words & FAR and not fits(claim, measures[0]):
        first = FAR_FROM_DIGITAL
    elif subject_words & USE and "jamais" in plain(claim.meaning).split():
        first = NEVER
    elif subject_words & USE and DAILY in by_id and subject_words & EACH_DAY:
        first = DAILY
    elif is_of_equipment(subject_words):
        is_computer = NO_COMPUTER in by_id and subject_words <= COMPUTER
        first = NO_COMPUTER if is_computer else NO_EQUIPMENT
    elif measures:
        first = _of_year(claim, measures)
    usual = by_id.get(first, measures[0])
    rest = (each for each in measures if each is not usual and each.definition.id != NO_COMPUTER)
    return [usual, *rest]


def _of_year(claim: Claim, measures: Sequence[Measured]) -> str:
    """Return the definition that counts as the usual one does, of a year that a number says; "" for none."""
    years = [int(year.strip(" ()")[-4:]) for year in YEAR.findall(claim.text)][:1]  # of the number compared
    usual = measures[0].definition
    same = (x.definition for x in measures if x.definition.statement == usual.statement)
    return next((each.id for each in same if each.year in years), "")


def _of_near_equipment(claim: Claim, usual: Measured, where: str, subject_words: set[str]) -> Verdict:
    """Return the verdict on who lacks a computer, or a connection, where only who lacks either is counted:
    the share of France that others published since is told first.
    """
    is_near = fits(claim, usual)
    newer = [
        each
        for each in national_phrases.quoted(claim, subject_words)
        if each.key and each.share and each.year > usual.definition.year
    ]
    latest = max(newer, key=lambda figure: figure.year, default=None)
    national_words = f"{national_phrases.sentence(latest, claim)} C’est pour la France. " if latest else ""
    return Verdict(
        kind="autre" if is_near else "inconnu",
        title=(
            f"{national_words}{where}, {printed(usual, claim)} {usual.definition.statement}"
            f" ({usual.definition.short}) : ce n’est pas la même question."
        ),
        reason=f"Aucune enquête publiée de ce territoire ne compte l’un sans l’autre. {source_words(usual)}",
        matches=(usual,) if is_near else (),
    )


@cache
def exclusion() -> Definition:
    """Return the definition of the first of the three levels of difficulty, taken alone."""
    first = LEVELS_OF_HELP[0]
    return replace(
        _worst_levels(1),
        id=LEVEL_OF_EXCLUSION,
        label=f"{first.label}, étude de Strasbourg",
        short="Exclusion 2017",
        statement=f"sont en exclusion numérique : elles {first.description}",
        meaning="Le premier des trois niveaux de difficulté, sans les deux autres.",
    )


@cache
def two_worst_levels() -> Definition:
    """Return the definition of the first two of the three levels of difficulty together."""
    return replace(
        _worst_levels(2),
        id=TWO_WORST_LEVELS,
        label="Exclusion et précarité forte, étude de Strasbourg",
        short="Deux niveaux 2017",
        statement="sont en exclusion numérique ou en précarité forte",
        meaning="Les deux premiers des trois niveaux de difficulté, sans le troisième.",
    )


def _worst_levels(n: int) -> Definition:
    """Return the levels of difficulty reduced to the n worst, whose printed shares are added."""
    levels = definition(LEVELS)
    total, half = sum(levels.shares[:n]), n * ROUNDED / 100
    return replace(levels, total=total, total_low=total - half, total_high=total + half)


def _off_topic(claim: Claim, measures: Sequence[Measured], where: str) -> Verdict:
    """Return why a number of another subject is not compared."""
    if kind := audience(claim):
        return Verdict(
            kind="inconnu",
            title=f"Aucune enquête publiée auprès des {PEOPLE[kind]} de ce territoire ne donne ce chiffre.",
            reason=f"Il n’est comparé à aucune estimation : elle porte sur les habitants. {CHECKED}",
        )
    if MOVED.search(claim.text) or POINTS.search(claim.text):
        return Verdict(
            kind="inconnu",
            title="Ce chiffre dit une évolution : cette page compare un niveau, à une date.",
            reason=f"{_known(measures, where)}Écrivez une part, par exemple « 15 % des Français ».",
        )
    return Verdict(
        kind="inconnu",
        title="Ce chiffre ne porte pas sur la difficulté avec le numérique : il n’est pas comparé.",
        reason=f"{_known(measures, where)}{CHECKED}",
    )


def _of_survey(
    claim: Claim, surveys: Sequence[Answers], measures: Sequence[Measured], where: str, names: str
) -> Verdict | None:
    """Return the verdict of the published surveys on a share whose words are those of a question: of the
    nearest answer that gives it, else of the latest that asks it; None where several questions may be meant.
    """
    share = claim.share
    if share is None:
        return None
    rows = [row for survey in surveys for row in matching_rows(claim, survey, names)]
    fitting = [row for row in rows if share.low <= row.high and row.low <= share.high]
    if not rows or (not fitting and len({row.question for row in rows}) > 1):
        return None
    row = min(fitting, key=lambda row: abs(row.percent - share.value)) if fitting else rows[0]
    kind: VerdictKind = "bas" if share.high < row.low else "haut" if share.low > row.high else "compatible"
    sibling_rows = [each for each in rows if each.question == row.question and each.label != row.label]
    also = "".join(
        f"La même question donne aussi {each.in_full} : « {each.label} ». " for each in sibling_rows[:2]
    )
    subject_words = subject_words_of(claim, names)
    estimate = (
        _known(measures, where, "L’estimation") if subject_words & USE and is_low(claim.meaning) else ""
    )
    return Verdict(
        kind=kind,
        title=f"{where}, l’enquête publiée donne {row.figure} : « {row.label} ».",
        reason=(
            f"Question posée : « {row.question} ». Champ : {row.universe}. Source : {row.source}."
            f" {also}{estimate}"
        ).strip(),
        cited=(
            f"{where}, {row.in_full} : « {row.label} », à la question « {row.question} »"
            f" (champ : {row.universe} ; {row.source})."
        ),
    )


def _known(measures: Sequence[Measured], where: str, lead: str = "Ce que nous savons") -> str:
    """Return the sentence on what is known where a number cannot be compared, "" where nothing is shown."""
    if not measures:
        return ""
    usual = measures[0]
    return (
        f"{lead} : {lower_first(where)}, {usual.people_words}, soit {usual.share_words} des 15 ans et plus,"
        f" {usual.definition.statement} ({usual.definition.producer} {usual.definition.year}). "
    )


def _unknown(claim: Claim, measures: Sequence[Measured], where: str, names: str) -> Verdict | None:
    """Return why nothing can be said of a number, None when something can."""
    if claim.some and set(topic(claim.some.lower())) <= HOUSEHOLDS:
        known, source = "", ""
        if measures:
            usual = _by_meaning(claim, measures, names)[0]
            known = f" {where}, {usual.share_words} des 15 ans et plus {usual.definition.statement}."
            source = f" {source_words(usual)}"
        return Verdict(
            kind="inconnu",
            title=f"Ce chiffre compte des {claim.some}, et nos sources comptent des personnes.{known}",
            reason=f"Un foyer en réunit souvent plusieurs : les deux parts diffèrent.{source}",
        )
    if claim.some:
        is_name = claim.some[:1].isupper()
        return Verdict(
            kind="inconnu",
            title=f"« {claim.some} » : nous ne savons pas de quel territoire ce sont les habitants."
            if is_name
            else f"Ce chiffre parle de « {claim.some} », pas de toute la population.",
            reason=(
                f"{'' if is_name else 'Nous comptons toutes les personnes de 15 ans et plus. '}"
                f"{_known(measures, where)}Pour un territoire, écrivez son nom : « 15 % d’illectronisme à"
                " Grenoble »."
            ),
        )
    if claim.share and not 0 <= claim.share.value <= 100:
        return Verdict(
            kind="inconnu",
            title="Une part va de 0 à 100 %.",
            reason="Le chiffre est peut-être mal recopié. Vérifiez-le dans le document.",
        )
    if not measures:
        return Verdict(
            kind="inconnu",
            title="Aucun chiffre n’est montré pour ce territoire.",
            reason=(
                "Il a trop peu d’habitants, ou il est hors du champ des enquêtes. Essayez un territoire plus"
                " grand."
            ),
        )
    return None
