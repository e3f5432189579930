"""The commune of today that a place is in: evidence from its name, Insee code, postal code and point, and
the order in which they prevail.

Each is a witness. The commune supported by most of them wins; in a tie, the name as typed, then the Insee
code: people read a name, nobody notices a wrong code.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from maillage.kernel.names import apostrophes, plain
from maillage.sources import cog
from maillage.sources.offer.clean import postcode, words
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.words import wording

# What people add to the name of a commune, in the order it is taken off.
ADDED = (
    re.compile(r"\([^)]*\)?"),
    re.compile(r"\bcedex\b", re.IGNORECASE),
    re.compile(
        r"\d+\s*(?:er|[eè]re|[eè]me|i[eè]me|e|è|nde?)?\b(?:\s*arr(?:ondissement|dt|\.)?(?!\w))?",
        re.IGNORECASE,
    ),
)
SHORT = ((re.compile(r"\bs/\s*", re.IGNORECASE), "sur "), (re.compile(r"\bss/\s*", re.IGNORECASE), "sous "))
ARTICLE = re.compile(r"^(?:le|la|les|l) ")
LINKS = frozenset("de d du des a au aux en".split())
NOT_TOWNS = frozenset(  # before a name, they make it that of a street, or of a saint
    "rue avenue av boulevard bd place pl chemin route impasse allee quai cours square pont porte saint sainte"
    " st ste la le les l et sur sous".split()
)
COMMON_IN_NAMES = frozenset(  # words that two communes may share without anything else in common
    "saint sainte sous mont ville villers villiers bois pont notre dame haut haute bas basse grand grande"
    " petit petite vieux vieille neuf neuve chateau roche moulin campagne france poste mairie commune"
    " communes communaute canton bourg pays hameau".split()
)
INSEE = re.compile(r"(?:0[1-9]|[1-9]\d|2[AB])\d{3}")
OTHER_AREA = "n’est pas dans le département du code postal"
HOW = ("alike", "close", "former", "article", "official")  # from the weakest to the surest
ALIKE, CLOSE = 82.0, 88.0  # how much two names are alike, of 100: in one postal code; for a slip of the pen
LETTERS_A_SLIP = 6
TOLERANCE_METRES = 500.0  # metres outside a contour that are no doubt: contours are simplified


BETWEEN_TOWNS = re.compile(r"\s*[,;/&+|]\s*|\s+(?:et|ou|-|–)\s+")
MOVING = re.compile(
    r"(?:toutes|diverses|plusieurs) (?:les )?communes?|tout le territoire|itineran|mobile\b|variable"
)


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today; `known_as` holds its plain names: today's, without its article, those of communes
    it absorbed.
    """

    code: str
    name: str
    postcodes: tuple[str, ...]
    known_as: Mapping[str, str]  # plain name → how: official, article (missing) or former

    @property
    def label(self) -> str:
        return f"{self.name} ({self.code})"


@dataclass(frozen=True, slots=True)
class Index:
    """The communes of France by everything people call them."""

    communes: Mapping[str, Commune]  # today's code → commune
    codes: Mapping[str, str]  # any code, former or of an arrondissement → today's code
    arrondissements: Mapping[str, str]  # code → postal code
    former_names: Mapping[str, str]  # former code → name, when known
    names: Mapping[str, Mapping[str, str]]  # plain name → today's code → how
    postcodes: Mapping[str, tuple[str, ...]]
    departements: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Settled:
    """The commune of a place, None when nothing says it; what became of its name, and how many witnesses
    named it.
    """

    commune: Commune | None
    note: Cleaned[str]
    agreed: int


@cache
def index() -> Index:
    """Return the communes of today, their former codes and names, and their postal codes."""
    rows = list(cog.communes().rows())
    formers = list(cog.former().rows())
    today = [row for row in rows if not row["parent"]]
    known_as: dict[str, dict[str, str]] = {row["code"]: {} for row in today}
    for former in formers:
        if former["former_name"]:
            _name(known_as[former["code"]], former["former_name"], "former", "former")
    for row in today:
        _name(known_as[row["code"]], row["name"], "official", "article")
    names: dict[str, dict[str, str]] = {}
    postcodes: dict[str, list[str]] = {}
    departements: dict[str, list[str]] = {}
    for row in today:
        for name, how in known_as[row["code"]].items():
            names.setdefault(name, {})[row["code"]] = how
        for code in filter(None, row["postcodes"].split(";")):
            postcodes.setdefault(code, []).append(row["code"])
        departements.setdefault(row["departement"], []).append(row["code"])
    return Index(
        communes={
            row["code"]: Commune(
                row["code"],
                row["name"],
                tuple(filter(None, row["postcodes"].split(";"))),
                known_as[row["code"]],
            )
            for row in today
        },
        codes={
            **{former["former"]: former["code"] for former in formers},
            **{row["code"]: row["parent"] or row["code"] for row in rows},
        },
        arrondissements={row["code"]: row["postcodes"] for row in rows if row["parent"]},
        former_names={former["former"]: former["former_name"] for former in formers},
        names=names,
        postcodes={code: tuple(communes) for code, communes in postcodes.items()},
        departements={code: tuple(communes) for code, communes in departements.items()},
    )


def _name(known_as: dict[str, str], name: str, how: str, without_article: str) -> None:
    spelled = plain(name)
    known_as[ARTICLE.sub("", spelled)] = without_article
    known_as[spelled] = how
    if "(" in name:  # « Château-Chinon (Ville) »
        known_as[plain(name.split("(", maxsplit=1)[0])] = how


def insee(text: str) -> Cleaned[str]:
    """Return the code of the commune of today: a former code gives what it became, an arrondissement its
    commune.

    This is `sources.cog.current`, whose codes every table of Maillage uses.
    """
    if empty := words.nothing(text):
        return empty
    typed = text.strip()
    code, mends = re.sub(r"\s|[.,]0+$", "", typed).upper(), list[str]()
    if re.fullmatch(r"\d{4}", code):
        code = "0" + code
        mends.append("le zéro de tête manquait")
    elif code != typed:
        mends.append(f"écrit « {typed[:40]} »")
    if code not in index().codes:
        postal = " : c’est un code postal" if code in index().postcodes else ""
        known = "n’est le code Insee d’aucune commune" if INSEE.fullmatch(code) else "n’est pas un code Insee"
        return Cleaned.refused(f"« {typed[:40]} » {known}{postal}")
    today = index().communes[index().codes[code]]
    if code in index().arrondissements:
        mends.append(f"{code} est un arrondissement {wording.of(today.name)}")
    elif code.startswith("20"):
        mends.append(f"{code} est l’ancien code de la Corse")
    elif code != today.code:
        former = index().former_names[code]
        mends.append(f"{f'{former} ({code})' if former else code}, commune fusionnée dans {today.label}")
    return words.verdict(today.code, mends=mends)


@lru_cache(maxsize=65536)
def named(text: str) -> Mapping[str, str]:
    """Return the communes that a name may mean, with how: official, article (missing), or former; none when
    unknown.
    """
    names = index().names
    tries = (plain(text), _bare(text), ARTICLE.sub("", _bare(text)))
    return next((names[name] for name in tries if name in names), {})


@lru_cache(maxsize=65536)
def _bare(text: str) -> str:
    """Return the plain name, without what people add to it."""
    for pattern, word in SHORT:
        text = pattern.sub(word, text)
    for pattern in ADDED:
        text = pattern.sub(" ", text)
    return plain(text)


@cache
def populations() -> Mapping[str, float]:
    """Return the legal population of each commune of today."""
    return {row["code"]: row["legal_population"] or 0.0 for row in cog.communes().rows() if not row["parent"]}


@cache
def area_names() -> Mapping[str, str]:
    """Return the names of the départements by their codes."""
    return {row["departement"]: row["departement_name"] for row in cog.communes().rows()}


@cache
def areas_by_name() -> Mapping[str, str]:
    """Return the départements by their plain names, and by their codes."""
    rows = area_names()
    return {**{plain(name): code for code, name in rows.items()}, **{code.casefold(): code for code in rows}}


@lru_cache(maxsize=4096)
def area(text: str) -> str:
    """Return the département that a cell says, by its name or its number, '' when it says none.

    >>> area("Isère (38)"), area("38 - ISERE"), area("2a"), area("Isère"), area("Nord-Isère")
    ('38', '38', '2A', '38', '')
    """
    known = areas_by_name()
    name = plain(text)
    if name in known:
        return known[name]
    numbers = [known[word.zfill(2)] for word in name.split() if word.zfill(2) in known]
    words = " ".join(word for word in name.split() if word.zfill(2) not in known and word != "departement")
    if len(set(numbers)) == 1 and known.get(words, numbers[0]) == numbers[0]:
        return numbers[0]
    return known.get(words, "")


@lru_cache(maxsize=65536)
def mentioned(text: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the communes, among these, that a text names whole; of a name within another, the longest.

    A commune called like a common word, as « Le Gua », is named with its article.
    """
    flat = f" {plain(text)} "
    name_lengths = {
        code: max((len(name) for name in index().communes[code].known_as if f" {name} " in flat), default=0)
        for code in codes
    }
    most = max(name_lengths.values(), default=0)
    return tuple(code for code, length in name_lengths.items() if length == most > 2)


def namesake(town: str, codes: Sequence[str], shared: Sequence[str]) -> tuple[str, str] | None:
    """Return (the code, why) of the largest of the communes of one name that share a postal code, else a
    département; None where they are apart, or where nothing else is known.

    codes: those of that name; shared: those of the postal code.
    """
    near = [code for code in codes if code in shared]
    if not near and len({departement(code) for code in codes}) > 1:
        return None
    candidates = near or codes
    if len(candidates) < 2:
        return None
    largest = max(candidates, key=lambda code: populations().get(code, 0.0))
    return largest, _chosen(
        largest, "la plus peuplée", f"{len(candidates)} communes voisines nommées « {town} »"
    )


def of_postcode(code: str, town: str, texts: Iterable[str]) -> tuple[str, str] | None:
    """Return (the code of a commune, why) among those that share a postal code: the one that has a word of a
    name that no commune has today, else the one that a text names whole, else the largest; None where it is
    not shared.
    """
    shared = index().postcodes.get(code, ())
    if len(shared) < 2:
        return None
    cause = f"code postal {code} partagé par {len(shared)} communes"
    if town:
        cause += f", dont aucune ne s’appelle « {town} »"
        if len(candidates := sharing_a_word(town, shared)) == 1:
            return candidates[0], _chosen(
                candidates[0], "la seule dont un nom, actuel ou ancien, reprend un de ces mots", cause
            )
    for text in texts:
        if len(candidates := mentioned(text, shared)) == 1:
            return candidates[0], _chosen(candidates[0], f"nommée dans « {text[:60]} »", cause)
    largest = max(shared, key=lambda code: populations().get(code, 0.0))
    return largest, _chosen(largest, "la plus peuplée", cause)


def _chosen(code: str, why: str, cause: str) -> str:
    return f"{cause} ; commune retenue : {index().communes[code].name}, {why}"


def sharing_a_word(text: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the communes, among these, one of whose names has a word of a text that tells places apart: a
    commune that was merged often leaves one to the new name.

    >>> sharing_a_word("GOUX-LES-USIERS", ("25029", "25060", "25440"))
    ('25060',)
    """
    words = {word for word in plain(text).split() if len(word) > 3} - COMMON_IN_NAMES
    names = {code: " ".join(index().communes[code].known_as).split() for code in codes}
    return tuple(code for code, name in names.items() if words.intersection(name))


def ending(text: str, area: str, *, linked: bool = False) -> str:
    """Return the commune that a text ends with, '' when it names none: the only one of that name in a
    département, or in France when it is not known.

    Its name stands alone after a comma or a dash; in a known département it may also be the last words, but
    those of a street. linked: a little word must come before them, as in « Mairie de Mens ».
    """
    part = re.split(r"[,;|\n]|\s[–—-]+\s|--+", text.strip(" .,;"))[-1]
    if part.strip() != text.strip(" .,;") and not linked and (alone := _only(named(part), area)):
        return alone
    words = plain(part).split() if area else []
    for start in range(1, len(words)):
        name, before = " ".join(words[start:]), words[start - 1]
        is_town = len(name) > 3 and (before in LINKS) == linked and before not in NOT_TOWNS
        if is_town and (code := _only(index().names.get(name, {}), area)):
            return code
    return ""


def several(text: str, area: str = "") -> tuple[str, ...]:
    """Return the communes of a cell that names two or more and nothing else, in its order; () otherwise.

    area: the département where each is, when it is known; else that of those with no namesake.

    >>> several("Gap / Veynes"), several("Briançon et Névache"), several("Ateliers / Veynes")
    (('05061', '05179'), ('05023', '05093'), ())
    """
    parts = [part for part in re.split(r"\s*[/,;&+|]\s*|\s[–—-]+\s|\s+et\s+", text.strip()) if part]
    if not 2 <= len(parts) <= 6:
        return ()
    codes_by_part = [named(part) for part in parts]
    sure = {departement(code) for codes in codes_by_part if len(codes) == 1 for code in codes}
    area = area or (sure.pop() if len(sure) == 1 else "")
    communes_named = [_only(codes, area if len(codes) > 1 else "") for codes in codes_by_part]
    return (
        tuple(dict.fromkeys(communes_named)) if all(communes_named) and len(set(communes_named)) > 1 else ()
    )


def _only(codes: Iterable[str], area: str) -> str:
    matches = [code for code in codes if area in ("", departement(code))]
    return matches[0] if len(matches) == 1 else ""


def alike(text: str, code: str) -> bool:
    """Recognise a name of this commune, or a part of one, in a text."""
    return bool(_shortened(text, (code,)) or _alike(text, (code,), ALIKE))


def misspelt(text: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the communes, among these, of which a text is a part of the name, or the name but for a slip of
    the pen.
    """
    return _shortened(text, codes) or _alike(text, codes, CLOSE)


@lru_cache(maxsize=65536)
def _shortened(text: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the communes, among these, that have a name made of those words and others, those words first if
    any.
    """
    typed = _bare(text)
    names = {
        code: [f" {name} " for name in index().communes[code].known_as] for code in codes if len(typed) > 3
    }
    first = tuple(
        code for code, known in names.items() if any(name.startswith(f" {typed} ") for name in known)
    )
    return first or tuple(
        code for code, known in names.items() if any(f" {typed} " in name for name in known)
    )


@lru_cache(maxsize=65536)
def _alike(text: str, codes: tuple[str, ...], least: float) -> tuple[str, ...]:
    """Return the communes, among these, whose name is the most alike; below CLOSE, but for a part that one of
    the two lacks.
    """
    typed = _bare(text)
    scores = {}
    for code in codes:
        names = index().communes[code].known_as
        scores[code] = max(fuzz.ratio(typed, name) for name in names)
        if least < CLOSE:
            scores[code] = max(scores[code], *(_partly(typed, name) for name in names))
    top = max(scores.values(), default=0.0)
    return tuple(code for code, score in scores.items() if score == top >= least)


def _partly(typed: str, name: str) -> float:
    if 4 < len(typed) < len(name):
        return 0.9 * fuzz.partial_ratio(typed, name)
    return 90.0 if f"{typed} ".startswith(f"{name} ") else 0.0


@lru_cache(maxsize=4096)
def nearest(text: str, areas: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return up to three names of communes that look like a text, of these départements if they are known."""
    names = index().names
    local_names = [
        name
        for area in areas
        for code in index().departements.get(area, ())
        for name in index().communes[code].known_as
    ]
    typed = _bare(text)
    alike = local_names or _begun_so().get(typed[:1], ())
    close = [name for name in alike if abs(len(name) - len(typed)) <= 0.67 * min(len(name), len(typed))]
    close_names = process.extract(typed, close, scorer=fuzz.ratio, limit=6, score_cutoff=60)
    return tuple(dict.fromkeys(index().communes[min(names[name])].name for name, _, _ in close_names))[:3]


def only_near(text: str, area: str = "") -> str:
    """Return the name of the only commune whose name is a text but for a slip of the pen; '' when there is
    none, or several. area: the département to look in, '' for everywhere.

    >>> only_near("Rougemontiers"), only_near("Saint-Martim"), only_near("Trifouillis")
    ('Rougemontier', '', '')
    """
    typed, known = _bare(text), index()
    codes = {
        code
        for name in _begun_so().get(typed[:1], ())
        if _slip(typed, (name,))
        for code in known.names[name]
        if area in ("", departement(code))
    }
    return known.communes[codes.pop()].name if len(codes) == 1 else ""


@cache
def _begun_so() -> Mapping[str, tuple[str, ...]]:
    """Return the names of communes by their first letter: comparing a word to all takes ten times longer."""
    by_letter: dict[str, list[str]] = {}
    for name in index().names:
        by_letter.setdefault(name[:1], []).append(name)
    return {letter: tuple(names) for letter, names in by_letter.items()}


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The communes indicated by a name as typed, an Insee code of today and a postal code; '' when
    unknown.
    """

    name: str
    code: str
    postal: str
    by_name: Mapping[str, str]  # commune → how
    by_postcode: tuple[str, ...]
    areas: tuple[str, ...]  # départements of the postal code

    @property
    def named(self) -> int:
        return bool(self.name) + bool(self.code) + bool(self.by_postcode)

    def rank(self, commune: str, metres: float = math.inf) -> tuple[float, ...]:
        """Return how much a commune is to be believed: the witnesses that name it first, a name that is only
        alike for half.

        metres: how far outside that commune the point is, the fourth witness.
        """
        how = HOW.index(self.by_name[commune]) if commune in self.by_name else -1
        n_witnesses = (how > 0) + (how == 0) / 2 + (commune == self.code) + (commune in self.by_postcode)
        closer = TOLERANCE_METRES - metres if metres <= TOLERANCE_METRES else -1.0
        return (
            n_witnesses + (closer >= 0),
            self.in_known_areas(commune),
            how > 0,
            commune == self.code,
            how,
            closer,
        )

    def in_known_areas(self, commune: str) -> bool:
        return departement(commune) in self.areas

    def far(self, commune: str) -> bool:
        """Recognise a commune of another département than that of the postal code, that no code names."""
        return bool(self.areas) and not (
            self.in_known_areas(commune) or commune == self.code or commune in self.by_postcode
        )

    def agree(self, best: list[str]) -> bool:
        """Check that every witness names the same commune."""
        return (
            len(best) == 1
            and self.rank(best[0])[0] == self.named
            and (not self.areas or self.in_known_areas(best[0]))
        )


def settle(
    name: str, code: str, postal: str, *, outside: Callable[[str], float], inside: Callable[[], str]
) -> Settled:
    """Return the commune indicated by a name as typed, today's Insee code and a postal code; '' when unknown.

    outside: how many metres outside a commune the point of the place is; inside: the commune that holds it,
    '' if none. They are asked only when the three others do not agree on one commune.
    """
    by_name = named(name) if name else {}
    by_postcode = index().postcodes.get(postal, ())
    typed_as_postcode = index().codes.get(postal, "")
    if not by_postcode and (typed_as_postcode in by_name or (typed_as_postcode and not postal.isdecimal())):
        by_postcode = (typed_as_postcode,)  # an Insee code typed as a postal code
    areas = postcode.departements(postal) if postal else ()
    shifted = f"{postal[1:]}0"  # « 3800 », read as 03800, may be 38000 less its last digit
    if postal.startswith("0") and not by_name.keys().isdisjoint(index().postcodes.get(shifted, ())):
        areas += postcode.departements(shifted)
    witnesses = Witnesses(name, code, postal, by_name, by_postcode, areas)
    best = _first({*witnesses.by_name, code} - {""}, witnesses.rank)
    if name and not (
        len(best) == 1
        and best[0] in witnesses.by_name
        and witnesses.rank(best[0])[0] >= min(2, witnesses.named)
        and not witnesses.far(best[0])
    ):
        witnesses = replace(witnesses, by_name={**_guessed(witnesses), **witnesses.by_name})
    candidates = {*witnesses.by_name, code} - {""} or set(by_postcode)
    best = _first(candidates, witnesses.rank)
    metres: dict[str, float] = {}
    if not name or not witnesses.agree(best):
        containing = inside()
        if (
            containing
            and (containing in by_postcode or not by_postcode)
            and (not areas or witnesses.in_known_areas(containing))
        ):
            candidates.add(containing)
        metres = {commune: outside(commune) for commune in candidates}
        best = _first(candidates, lambda commune: witnesses.rank(commune, metres[commune]))
    if len(best) != 1:
        return Settled(None, _unknown(witnesses, best), 0)
    agreed, pointed = index().communes[best[0]], metres.get(best[0], math.inf) <= TOLERANCE_METRES
    if witnesses.far(agreed.code) and not pointed:
        conflict = f"{agreed.label} {OTHER_AREA} {postal} : l’un des deux est faux"
        return Settled(None, Cleaned.refused(conflict), 0)
    return _settled(witnesses, agreed, pointed=pointed)


def _settled(witnesses: Witnesses, commune: Commune, *, pointed: bool) -> Settled:
    """Return the commune with what its name was, and what contradicts it unless two witnesses agree."""
    for_it = ["le code Insee"] * (commune.code == witnesses.code) + ["le code postal"] * (
        commune.code in witnesses.by_postcode
    )
    for_it += ["le point"] * pointed
    boxed = not witnesses.by_postcode and witnesses.in_known_areas(
        commune.code
    )  # a code of Cedex only tells the département
    agreed = (commune.code in witnesses.by_name) + len(for_it) + boxed
    mends, doubts = _repairs_and_doubts(
        witnesses.name, witnesses.by_name.get(commune.code, ""), commune, for_it
    )
    if agreed < 2 and witnesses.code and witnesses.code != commune.code:
        doubts.append(f"le code Insee {witnesses.code} est celui de {index().communes[witnesses.code].name}")
    if agreed < 2 and witnesses.postal and commune.code not in witnesses.by_postcode:
        doubts.append(f"le code postal {witnesses.postal} n’est pas celui de cette commune")
    return Settled(commune, words.verdict(commune.name, mends=mends, doubts=doubts), agreed)


def departement(code: str) -> str:
    """Return the département, or what stands for it overseas, of a commune."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _first(communes: Iterable[str], rank: Callable[[str], tuple[float, ...]]) -> list[str]:
    ranks = {commune: rank(commune) for commune in communes}
    top = max(ranks.values(), default=())
    return sorted(commune for commune, commune_rank in ranks.items() if commune_rank == top)


def _guessed(witnesses: Witnesses) -> dict[str, str]:
    """Return the communes whose name was shortened or mistyped so: that of the code, of the postal code, of
    the département.

    When a commune of the département has exactly this name, only slips of the pen are looked for, in the
    first two.
    """
    exact = any(map(witnesses.in_known_areas, witnesses.by_name))
    for few in filter(None, ((witnesses.code,) if witnesses.code else (), witnesses.by_postcode)):
        if codes := (() if exact else _shortened(witnesses.name, few)) or _alike(witnesses.name, few, CLOSE):
            return dict.fromkeys(codes, "close")
        if codes := () if exact else _alike(witnesses.name, few, ALIKE):
            return dict.fromkeys(codes, "alike")
    if exact:
        return {}
    areas = witnesses.areas or ((departement(witnesses.code),) if witnesses.code else ())
    local_codes = tuple(code for area in areas for code in index().departements.get(area, ()))
    boxed = () if witnesses.by_postcode or witnesses.code else _shortened(witnesses.name, local_codes)
    codes = boxed if len(boxed) == 1 else _alike(witnesses.name, local_codes, CLOSE)
    if (
        witnesses.by_postcode or witnesses.code
    ):  # they say another one: only a slip of the pen is more likely than that
        codes = tuple(code for code in codes if _slip(_bare(witnesses.name), index().communes[code].known_as))
    return dict.fromkeys(codes, "close")


def _slip(typed: str, names: Iterable[str]) -> bool:
    """Recognise one of these names but for a letter in six."""
    return any(Levenshtein.distance(typed, name) <= max(1, len(name) // LETTERS_A_SLIP) for name in names)


def _repairs_and_doubts(
    name: str, how: str, commune: Commune, witnesses: list[str]
) -> tuple[list[str], list[str]]:
    """Return the repairs of a name, and the doubts about it."""
    sayings = (
        f"{', '.join(witnesses[:-1])} et {witnesses[-1]} indiquent"
        if witnesses[1:]
        else f"{''.join(witnesses)} indique"
    )
    if not name:
        reason = [f"déduite : {sayings} {commune.label}"]
        return (reason, []) if "le code Insee" in witnesses or witnesses[1:] else ([], reason)
    if not how:
        return [], [f"écrit « {name} », mais {sayings} {commune.label}"]
    if apostrophes(name) == commune.name:
        return [], []
    if how == "former":
        return [f"« {name} », commune fusionnée dans {commune.label}"], []
    if how in ("alike", "close") and (other_names := _named_beside(name, commune)):
        return [], [
            f"« {name} » nomme plusieurs communes : {commune.name} est gardée, pas {_some(other_names)}"
        ]
    if how in ("alike", "close") and "le code Insee" not in witnesses:
        return [], [f"écrit « {name} » : le nom le plus proche alentour"]
    return [f"écrit « {name} »"], []


def _named_beside(name: str, commune: Commune) -> list[str]:
    """Return the communes that a cell names beside the one that was found, as in « Grenoble et Fontaine »."""
    parts = [part for part in BETWEEN_TOWNS.split(name) if named(part)]
    return [part for part in parts if commune.code not in named(part)] if len(parts) > 1 else []


def _unknown(witnesses: Witnesses, best: list[str]) -> Cleaned[str]:
    if not witnesses.name:
        return Cleaned.empty()
    if MOVING.match(plain(witnesses.name)):
        return Cleaned.refused(
            f"« {witnesses.name} » : ce lieu se déplace. Écrivez la commune d’où il part, ou une ligne par"
            " arrêt"
        )
    known = index().communes
    if best and all(code in named(witnesses.name) for code in best):
        some = _some(area_names().get(departement(code), code) for code in best)
        return Cleaned.refused(
            f"{len(best)} communes s’appellent « {witnesses.name} » ({some}) : écrivez le code postal"
        )
    if witnesses.by_postcode:
        some = f"communes de ce code postal : {_some(known[code].name for code in witnesses.by_postcode)}"
    else:
        some = f"noms proches : {_some(nearest(witnesses.name, witnesses.areas))}"
    return Cleaned.refused(f"« {witnesses.name} » n’est pas une commune de France ; {some}")


def _some(names: Iterable[str], most: int = 4) -> str:
    listed = list(names)
    return (", ".join(listed[:most]) or "aucun") + ("…" if len(listed) > most else "")
