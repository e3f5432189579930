"""The plates that a study draws: people, maps, offer; and what the territory counts of its places and
actions.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from maillage.publishing.directory.census import ActorPlace, CensusReading
from maillage.publishing.gallery import drawings
from maillage.publishing.gallery.plate import Plate, Table, lacking
from maillage.publishing.page import charts, maps
from maillage.publishing.territory import atlas, evaluation, gaps, map_keys, published
from maillage.publishing.territory.certainty import odds_text, upper_first
from maillage.publishing.territory.field import Action
from maillage.publishing.territory.figures import FigureJson
from maillage.publishing.territory.reading import Compared, OfferLine, OfferReading, Reading, ZoneRow
from maillage.publishing.territory.subject import (
    Subject,
    first_sentence,
    for_a_room,
    levels_chart,
    need_chart,
    offer_chart,
)
from maillage.reference.definitions import definition
from maillage.reference.offer import diagnosis_lines
from maillage.words.wording import DASH, count, listing, lower_first, number

# The rows that each line of the offer answers on a map.
GAPS = {
    "wifi": ("I-045",),
    "libre_acces_autonome": ("I-046",),
    "libre_acces_accompagne": ("I-046", "I-027"),
    "formation": ("I-047", "I-027"),
    "equipement_solidaire": ("I-048",),
    "reparation": ("I-048",),
    "assistance": ("I-027",),
    "orientation": ("I-027",),
}
MOST_NAMED = 3  # zones in a title
UNSURE_GAPS = "manques-incertains"
UNASKED = "Le recensement de ce territoire ne pose pas cette question."
# What only a study draws: id, family, requirement, what it draws.
DRAWN = (
    ("segments", "besoins", "I-002", "Les quatre niveaux de difficulté"),
    ("facteurs", "besoins", "I-003", "Ce qui pèse dans la difficulté"),
    ("niveaux", "besoins", "I-010 I-054", "Combien de personnes à chaque niveau, et quelle réponse"),
    ("ici-et-en-france", "besoins", "I-016 I-051", "Ce qui rend la difficulté plus ou moins fréquente ici"),
    ("numerique", "cartes", "I-043", "Carte de la précarité numérique"),
    ("sociale", "cartes", "I-044", "Carte de la précarité sociale"),
    ("perimetre", "cartes", "I-039", "Carte du périmètre"),
    ("fiche", "cartes", "I-050", "Une fiche de quartier"),
    ("manque-wifi", "offre", "I-045", "Carte du wifi"),
    ("manque-libre-acces-accompagne", "offre", "I-046", "Carte du libre accès"),
    ("manque-formation", "offre", "I-047", "Carte des lieux de formation"),
    ("manque-reparation", "offre", "I-048", "Carte de la vente et de la réparation"),
    ("manque-assistance", "offre", "I-027", "Carte de l’aide aux démarches"),
    ("evaluation-numerique", "methode", "I-041", "Comment la précarité numérique est évaluée"),
    ("evaluation-sociale", "methode", "I-042", "Comment la précarité sociale est évaluée"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """The address of the pages of a territory: what a plate is taken from."""

    study: str
    gaps: str
    places: str
    zone: str


def plates(s: Subject, link: Link) -> list[Plate]:
    """Return every plate that a study draws."""
    drawn = [
        *(_share_here(s), _joint(s), _segments(s), _levels(s), _both(s), _factors(s), _context(s)),
        *(_digital(s), _social(s), _perimeter(s), _sheet(s, link)),
        *_gaps(s),
        *(_doubt(s), _evaluation_digital(s), _evaluation_social(s)),
    ]
    return [plate if plate.link[1] else _linked(plate, link) for plate in drawn]


def _linked(plate: Plate, link: Link) -> Plate:
    words = {
        "offre": ("Les manques, ligne par ligne", link.gaps),
        "demarche": ("Le diagnostic", link.study),
        "methode": ("Le diagnostic", link.study),
    }
    return replace(plate, link=words.get(plate.family, ("Le diagnostic", link.study)))


def _source(r: Reading, what: str = "") -> str:
    origin = (what or f"{r.source.producer}, {r.source.title} ({r.source.year})").rstrip(".")
    return f"{r.territory.name}. Source : {origin}. Champ : {r.universe} personnes, {r.definition.universe}."


# ----------------------------------------------------------------------------------------------------- people


def _share_here(s: Subject) -> Plate:
    """Return the share of people concerned beside that of France, as its producer prints it."""
    r, about = s.reading, "La part des personnes concernées, ici et en France"
    rate: FigureJson = s.study["besoins"]["taux_precarite_numerique"]
    low, value, high = rate["bas"], rate["valeur"], rate["haut"]
    if low is None or value is None or high is None:
        return lacking("part", "besoins", "I-016", about, r.headline.reason)
    country = definition(r.definition.id)
    france = 100 * country.total
    spans = {row.id: f" ({row.share_between})" for row in r.definitions if row.share_between}
    rows = [
        (r.territory.name, low, high, f"{r.headline.share}{spans.get(r.definition.id, '')}"),
        ("France", france, france, published.percent(round(france, 6))),
    ]
    return Plate(
        id="part",
        family="besoins",
        requirements=("I-016",),
        about=f"{about} : elles {r.definition.statement}",
        title=f"{r.headline.share} des 15 ans et plus : {published.against_country(low, high, country)}",
        svg=charts.interval_rows(
            rows,
            label=" ; ".join(f"{name} : {words}" for name, _, _, words in rows),
            marks=[value, None],
            narrow=True,
        ),
        table=Table(("Territoire", "Part, et sa fourchette"), tuple((row[0], row[3]) for row in rows)),
        source=f"{_source(r)} {charts.INTERVAL_KEY} Trait : l’estimation.",
    )


def _both(s: Subject) -> Plate:
    r, drawn = s.reading, for_a_room(need_chart(s))
    about = "Les personnes concernées, et celles dont les revenus sont faibles"
    if drawn is None or not r.both.in_full:
        return lacking("cumul", "besoins", "I-051", about, r.headline.reason or r.both.about)
    return Plate(
        id="cumul",
        family="besoins",
        requirements=("I-051",),
        about=about,
        title=f"{upper_first(r.both.in_full)} ont aussi de faibles revenus",
        svg=drawn.svg,
        table=Table(("Personnes", "Combien"), tuple((bar.label, bar.words) for bar in drawn.bars)),
        source=f"{_source(r)} {drawn.caption} {r.both.limits}",
    )


def _doubt(s: Subject) -> Plate:
    """Return the sources of the width of the interval, the largest first."""
    parts = s.reading.margins.parts
    h = s.reading.headline
    number_of = f"{h.about} {h.value}, {h.between}" if h.value else h.between
    about = f"D’où vient la marge du nombre de personnes concernées ({number_of})"
    if not parts:
        return lacking("marge", "methode", "I-061", about, s.reading.headline.reason)
    return Plate(
        id="marge",
        family="methode",
        requirements=("I-061",),
        about=about,
        title=f"Première cause de la marge : {lower_first(parts[0].label)} ({parts[0].share})",
        svg=drawings.tallies(
            [(each.label, each.value, each.share) for each in parts],
            label=" ; ".join(f"{each.label} : {each.share}" for each in parts),
        ),
        table=Table(("Source de doute", "Part de la marge"), tuple((x.label, x.share) for x in parts)),
        source=f"{_source(s.reading)} Une enquête locale réduit cette marge.",
    )


def _segments(s: Subject) -> Plate:
    r = s.reading
    helped = [line for line in r.levels.lines if line.kind != "autonomie"]
    return Plate(
        id="segments",
        family="besoins",
        requirements=("I-002",),
        about="Les quatre niveaux de difficulté, et la réponse à chacun",
        title=f"{helped[0].about.capitalize()} {helped[0].description}",
        svg=_drawn_levels(r),
        table=Table(
            ("Niveau", "Part", "Personnes", "Réponse"),
            tuple(
                (x.label, x.share, _people(x.about, x.between), f"{x.answer} : {x.action}")
                for x in r.levels.lines
            ),
        ),
        source=f"{_source(r, r.levels.source)} {r.levels.doubt}",
    )


def _drawn_levels(r: Reading) -> str:
    rows = [
        (
            x.kind,
            share,
            x.share,
            x.label,
            f"{upper_first(_people(x.about, x.between))} {x.description} : {x.action}.",
            f"réponse : {lower_first(x.answer)}",
        )
        for x in r.levels.lines
        if (share := _share(x.share)) is not None
    ]
    if len(rows) < len(r.levels.lines):  # a share told by its bounds has no place on a bar
        return r.levels.bar.narrow
    return drawings.levels(rows, label=" ; ".join(f"{name} : {words}" for _, _, words, name, _, _ in rows))


def _people(about: str, between: str) -> str:
    return f"{about} ({between})" if between and between not in about else about


def _levels(s: Subject) -> Plate:
    r = s.reading
    drawn = for_a_room(levels_chart(s))
    if drawn is None:
        return lacking("niveaux", "besoins", "I-010 I-054", DRAWN[2][3], r.headline.reason)
    most = max(drawn.bars, key=lambda bar: bar.low)
    first = next(line for line in r.levels.lines if line.label == most.label)
    return Plate(
        id="niveaux",
        family="besoins",
        requirements=("I-010", "I-054"),
        about="Les publics à assister, à former, à appuyer",
        title=f"{upper_first(first.about)} {first.description}",
        svg=drawn.svg,
        table=Table(
            ("Public", "Personnes", "Réponse"),
            tuple(
                (line.label, _people(line.about, line.between), f"{line.answer} : {line.action}")
                for line in r.levels.lines[:3]
            ),
        ),
        source=f"{_source(r, r.levels.source)} {drawn.caption}",
    )


def _factors(s: Subject) -> Plate:
    r = s.reading
    drawn = evaluation.factors(r)
    if drawn is None:
        return lacking("facteurs", "besoins", "I-003", DRAWN[1][3], r.headline.reason)
    family_groups = [group for group in r.profile if group.family == r.profile[0].family]
    first = max(family_groups, key=lambda group: group.share_value)
    places = tuple(
        ("Lieu de vie", each.label, each.local_share) for each in r.context if "commune" in each.label
    )
    return Plate(
        id="facteurs",
        family="besoins",
        requirements=("I-003",),
        about="Âge, diplôme, revenus, lieu : de qui sont faites 100 personnes concernées",
        title=f"{first.label} : {first.share or first.share_span} des personnes concernées",
        svg=drawn.svg,
        table=Table(
            ("Famille", "Groupe", "Part des personnes concernées"),
            (*((g.family, g.label, g.share or g.share_span) for g in r.profile), *places),
        ),
        source=f"{_source(r)} {drawn.words}",
    )


def _context(s: Subject) -> Plate:
    r = s.reading
    rows = [
        (each.label, local_share, national_share)
        for each in r.context
        if (local_share := _share(each.local_share)) is not None
        and (national_share := _share(each.country)) is not None
    ]
    if not rows:
        return lacking(
            "ici-et-en-france", "besoins", "I-016 I-051", DRAWN[3][3], "Aucune part n’est connue ici."
        )
    of_people = [row for row in rows if "commune" not in row[0]] or rows
    widest = max(of_people, key=lambda row: abs(row[1] - row[2]))
    widest_row = next(each for each in r.context if each.label == widest[0])
    return Plate(
        id="ici-et-en-france",
        family="besoins",
        requirements=("I-016", "I-051"),
        about="Ce qui rend la difficulté plus ou moins fréquente, ici et en France",
        title=f"{widest_row.label} : {widest_row.local_share} ici, {widest_row.country} en France",
        svg=charts.pairs(rows, label="Parts", local_name="ici", reference_name="France"),
        table=Table(
            ("Ce qui compte", "Ici", "France", "Effet", "Source"),
            tuple(
                (
                    x.label,
                    " ".join(filter(None, (x.local_share, x.between))),
                    x.country,
                    x.direction,
                    f"{x.source}, {x.year}",
                )
                for x in r.context
            ),
        ),
        source=_source(r, listing(list(dict.fromkeys(f"{x.source} ({x.year})" for x in r.context)))),
    )


def _share(text: str) -> float | None:
    """Return a printed percentage as a share, None when there is none.

    >>> _share("27,5\\xa0%"), _share("")
    (0.275, None)
    """
    try:
        return float(text.replace("%", "").replace("\xa0", "").replace("\u202f", "").replace(",", ".")) / 100
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------------------- maps


def _joint(s: Subject) -> Plate:
    r = s.reading
    title, rest = first_sentence(r.crossing_sentence)
    return _map(
        s,
        "les-deux",
        ("I-043", "I-044"),
        title or "Où les deux précarités se croisent",
        Table(
            ("Zone", "Numérique", "Sociale", "Les deux"),
            tuple(
                (z.name, z.digital or "inconnue", z.social or "inconnue", z.cell_label or "inconnue")
                for z in r.zones
            ),
        ),
        f"{_source(r)} {map_keys.UNITS['les-deux']} {map_keys.UNSURE['les-deux']} {rest}",
        map_keys.key(r, "les-deux"),
    )


def _digital(s: Subject) -> Plate:
    r = s.reading
    title, rest = first_sentence(r.where_sentence or " ".join(r.class_sentences))
    return _map(
        s,
        "numerique",
        ("I-043",),
        title or "Les fourchettes des zones se recouvrent",
        Table(
            ("Zone", "Classe", "Rang", "Personnes", "Part"),
            tuple(
                (
                    z.name,
                    z.digital or "inconnue",
                    str(z.digital_rank or "—"),
                    _people(z.people or "—", z.between),
                    z.share,
                )
                for z in r.zones
            ),
        ),
        f"{_source(r)} {map_keys.UNITS['numerique']} {map_keys.UNSURE['numerique']} {rest}",
        map_keys.key(r, "numerique"),
    )


def _social(s: Subject) -> Plate:
    r = s.reading
    highest = r.social_classes[-1] if r.social_classes else ""
    # A class that is not sure is written with its odds.
    highest_zones = [f"{z.name}{f' ({z.place})' if z.place else ''}" for z in r.zones if z.social == highest]
    n_highest = len(highest_zones)
    title = "Aucune zone n’est classée"
    if any(z.rank is not None for z in r.zones):
        zones = count(n_highest, "zone a", "zones ont") if n_highest else "Aucune zone n’a"
        if 1 <= n_highest <= MOST_NAMED:
            zones = f"{listing(highest_zones)} {'a' if n_highest == 1 else 'ont'}"
        title = f"{zones} assez sûrement une précarité sociale {highest}"
    return _map(
        s,
        "sociale",
        ("I-044",),
        title,
        Table(
            ("Zone", "Classe", "Indice", "Rang"),
            tuple((z.name, z.social or "inconnue", z.index or "—", str(z.rank or "—")) for z in r.zones),
        ),
        f"{r.territory.name}. Indice comparé à la France métropolitaine : il ne compte personne. "
        f"{map_keys.UNSURE['numerique']}",
        tuple((f"s{k}", words) for k, words in enumerate(r.social_classes, 1)),
    )


def _perimeter(s: Subject) -> Plate:
    r = s.reading
    svg = s.layers.get("numerique") or s.layers.get("sociale") or ""
    return Plate(
        id="perimetre",
        is_counted=True,
        family="cartes",
        requirements=("I-039",),
        about="Carte du périmètre",
        title=f"{r.territory.name} : {count(r.territory.n_zones, 'zone')}, {r.population} habitants",
        svg=atlas.outlined(svg, f"Périmètre : {r.territory.name}, {count(r.territory.n_zones, 'zone')}"),
        table=Table(
            ("Zone", "Commune", "Habitants"), tuple((z.name, z.place, z.population) for z in r.zones)
        ),
        source=f"{r.territory.name}. Insee, recensement de 2021 ; contours de l’IGN."
        f" {maps.numbers_key(svg)}".rstrip(),
        reason="" if svg else "Ces zones n’ont pas de contour.",
    )


def _map(
    s: Subject,
    layer: str,
    requirements: tuple[str, ...],
    title: str,
    table: Table,
    source: str,
    key: map_keys.Key,
) -> Plate:
    svg, (town,) = s.layers.get(layer, ""), map_keys.town_picture(s.reading, s.layers, layer) or (None,)
    if svg and town:
        svg = drawings.with_town(svg, town.svg, town.caption.partition(",")[0] + ", en plus grand")
    svg = atlas.relinked(svg, lambda code: "")
    return Plate(
        id=layer,
        family="cartes",
        requirements=requirements,
        about=atlas.TITLES[layer],
        title=title,
        svg=svg,
        table=table,
        source=f"{source} {maps.numbers_key(svg)}".rstrip(),
        key=key,
        reason="" if svg else "Ces zones n’ont pas de contour, ou cette classe n’est pas connue ici.",
    )


def _sheet(s: Subject, link: Link) -> Plate:
    """Return the features of the zone with most people among those whose class is very likely, as its sheet
    compares them: a class at three chances in ten is no picture to share.
    """
    r = s.reading
    with_sheet = [z for z in r.zones if z.code in r.sheets and z.share]
    likely_zones = [z for z in with_sheet if z.cell_odds is None or z.is_likely]
    drawn_zone = next((z for z in likely_zones if _shows_its_class(z, r)), None)
    if drawn_zone is None:
        none = "Aucune zone n’a de fiche ici."
        unsure = (
            f"Aucune zone n’est assez sûrement dans sa classe ({odds_text()}), ni au-dessus de la moyenne,"
            " pour être partagée."
        )
        return lacking("fiche", "cartes", "I-050", DRAWN[7][3], unsure if with_sheet else none)
    sheet = r.sheets[drawn_zone.code]
    verdict = first_sentence(sheet.verdict)[0].replace("\xa0", " ").removeprefix("Ce n’est pas sûr : ")
    name = drawn_zone.full_name
    rows, against = _agreeing(drawn_zone, sheet.comparison)
    against_words = listing(
        [f"{lower_first(c.label)}, {c.local_share} contre {c.reference}" for c in against]
    )
    offer = r.offer_of(drawn_zone.code)
    lacks = tuple(("Manque", each.label, each.reason) for each in offer.missing) if offer else ()
    return Plate(
        id="fiche",
        family="cartes",
        requirements=("I-050",),
        about=f"{name}, à côté de la moyenne {r.territory.of_name}",
        title=f"{name} : {lower_first(verdict.partition(' : ')[0])}"
        if verdict
        else f"{name}, à côté de la moyenne des zones",
        svg=charts.pairs(rows, label="Comparaison", local_name="ici", reference_name="moyenne")
        if rows
        else "",
        table=Table(
            ("Trait", drawn_zone.name, "Moyenne des zones"),
            (*((c.label, c.local_share, c.reference) for c in sheet.comparison), *lacks),
        ),
        source=(
            f"{_source(r)} « Ici » : {name}. « Moyenne » : tout le territoire pour la précarité numérique,"
            f" la moyenne de ses {r.territory.n_zones} zones pour le reste."
            + (f" Dans l’autre sens : {against_words}." if against_words else "")
        ),
        key=tuple(
            (f"s{k}", f"Précarité sociale {words}, face à la France métropolitaine")
            for k, words in enumerate(r.social_classes, 1)
            if words == drawn_zone.social
        ),
        link=("La fiche entière", link.zone.replace("CODE", drawn_zone.code)),
    )


def _shows_its_class(zone: ZoneRow, r: Reading) -> bool:
    """Return True unless the class of a zone says of it a digital need that its own share, beside the mean
    drawn with it, does not surely show.
    """
    if zone.cell not in ("les_deux", "numerique"):
        return True
    low = _share(zone.share_between.partition(DASH)[0])
    comparison = r.sheets[zone.code].comparison
    return low is not None and bool(comparison) and low > comparison[0].reference_value


def _agreeing(
    zone: ZoneRow, compared: Sequence[Compared]
) -> tuple[list[tuple[str, float, float]], list[Compared]]:
    """Return the rows that go the way of the class of a zone, then those that go the other way: a picture
    that is read alone draws none of these, its source names them.
    """
    rows: list[tuple[str, float, float]] = []
    against: list[Compared] = []
    for k, row in enumerate(compared):
        is_high = zone.cell in ("les_deux", "numerique" if k == 0 else "sociale")
        local_share, mean_share = row.here_value, row.reference_value
        if local_share == mean_share or (local_share > mean_share) == is_high:
            rows.append((row.label, local_share, mean_share))
        else:
            against.append(row)
    return rows, against


# ------------------------------------------------------------------------------------------------------ offer


def gap_id(line: str) -> str:
    """Return the name of the plate of a line of the offer."""
    return f"manque-{line}".replace("_", "-")


# Of every plate that `plates` and `counted` may draw, known before a territory is computed.
IDS = frozenset(
    (
        *(id for id, *_ in DRAWN),
        *map(gap_id, GAPS),
        *("part", "cumul", "les-deux", "marge", UNSURE_GAPS),
        *("acteurs", "services-des-lieux", "gratuite", "sensibilisation"),
    )
)


def _gaps(s: Subject) -> list[Plate]:
    o = s.reading.offer
    if o is None:
        return [
            lacking(gap_id(line), "offre", " ".join(rows), diagnosis_lines()[line].label, UNASKED)
            for line, rows in GAPS.items()
        ]
    lines = [line for line in o.territory.lines if line.id in GAPS]
    plates = [_gap(s, line) for line in lines]
    unsure_lines = [line for line in lines if line.state != gaps.UNASKED and not gaps.is_sure(line)]
    if len(unsure_lines) < 2:
        return plates
    unsure_ids = {gap_id(line.id) for line in unsure_lines}
    return [
        *(replace(plate, joined_in=UNSURE_GAPS) if plate.id in unsure_ids else plate for plate in plates),
        _unsure_gaps(s, o, unsure_lines),
    ]


def _unsure_gaps(s: Subject, offer: OfferReading, lines: Sequence[OfferLine]) -> Plate:
    """Return the plate of the lines that nobody surely lacks: seven maps would say it seven times."""
    drawn = for_a_room(offer_chart(lines), most=len(lines))
    are_silent = any(line.doubt for line in lines)
    why = "des lieux ne précisent pas leur offre" if are_silent else "leurs fourchettes sont trop larges"
    return Plate(
        id=UNSURE_GAPS,
        family="offre",
        requirements=tuple(dict.fromkeys(row for line in lines for row in GAPS[line.id])),
        about="Les services dont aucun manque n’est certain",
        title=f"Aucun manque n’est certain pour {count(len(lines), 'service')} : {why}",
        svg=drawn.svg if drawn else "",
        table=Table(
            ("Service", "Lieux", "Personnes sans lieu à portée", "Part"),
            tuple((line.label, line.places, line.people_in_words, line.missing_share) for line in lines),
        ),
        source=f"{_source(s.reading, offer.source)} Personnes concernées sans lieu à portée, et leur part."
        f" {charts.INTERVAL_KEY}",
    )


def _gap(s: Subject, line: OfferLine) -> Plate:
    r, offer = s.reading, s.reading.offer
    svg = atlas.relinked(s.layers.get(f"manque-{line.id}", ""), lambda code: "")
    zones = offer.zones.values() if offer else ()
    of = [(zone.name, zone_line) for zone in zones for zone_line in zone.lines if zone_line.id == line.id]
    return Plate(
        id=gap_id(line.id),
        family="offre",
        requirements=GAPS[line.id],
        about=f"{line.label} : les lieux, et les personnes en difficulté qui n’en ont pas à portée",
        title=f"{line.label} : {_gap_words(line)}",
        svg=svg,
        table=Table(
            ("Zone", "Lieux", "Personnes sans"),
            tuple(
                (name, zone_line.places, _people(zone_line.missing_about, zone_line.missing_sentence))
                for name, zone_line in of
            ),
        ),
        source=(
            f"{_source(r, offer.source if offer else '')} Plus c’est foncé, plus la part sans lieu à portée"
            " est forte ; hachuré ou sans couleur : on ne sait pas. Ronds : les lieux, vides quand ils sont"
            f" en intérieur ou pour tous, pleins en plein air ou sous conditions.{_bare_words(line, offer)}"
        ),
        reason="" if svg else UNASKED,
    )


def _gap_words(line: OfferLine) -> str:
    """Return the lack of a line within reach, which its map draws, in few words: its people, or the bounds
    that say that nothing is certain.
    """
    if line.state == gaps.UNASKED:
        return "le recensement de ce territoire ne l’indique pas"
    if gaps.is_sure(line):
        return f"{line.missing_about} n’en ont pas à portée"
    bounds = line.missing_sentence or line.missing_about
    return f"aucun manque à portée n’est certain{f' ({bounds})' if line.missing_high >= 1 and bounds else ''}"


def _bare_words(line: OfferLine, offer: OfferReading | None) -> str:
    """Return the communes without a place that gives a line, as the dossier lists them, in a sentence; "" for
    none.
    """
    communes = next((x for x in offer.communes if x.offer == line.label), None) if offer else None
    without = len(communes.without) if communes else 0
    unknown = len(communes.unknown) if communes else 0
    if without:
        rest = f" ; on ne sait pas dans {count(unknown, 'autre')}" if unknown else ""
        return f" Aucun lieu sur place dans {count(without, 'commune')}{rest}."
    if unknown:
        return f" On ne sait pas s’il y a un lieu sur place dans {count(unknown, 'commune')}."
    return ""


# ----------------------------------------------------------------------------------------------------- method


def _evaluation_digital(s: Subject) -> Plate:
    drawn, r = evaluation.digital(s.reading), s.reading
    return _diagram(
        "evaluation-numerique",
        "I-041",
        drawn,
        f"{r.definition.label} : des taux nationaux, appliqués aux habitants de ce territoire",
        r,
    )


def _evaluation_social(s: Subject) -> Plate:
    drawn, r = evaluation.social(s.reading), s.reading
    n = len(r.index.known)  # those that its drawing lists: the variables printed are of every zone
    return _diagram(
        "evaluation-sociale",
        "I-042",
        drawn,
        f"L’indice social range les zones d’après {count(n, 'variable')}",
        r,
    )


def _diagram(id: str, requirement: str, drawn: evaluation.Diagram, title: str, r: Reading) -> Plate:
    about = next(row[3] for row in DRAWN if row[0] == id)
    steps = drawn.words.split(". ", 1)[-1]
    return Plate(
        id=id,
        family="methode",
        requirements=(requirement,),
        about=about,
        title=title,
        svg=drawn.svg,
        table=Table(("Étapes",), ((steps,),)),
        source=_source(r),
    )


# ------------------------------------------------------------------------------------------- what is counted


def counted(census: CensusReading | None, actions: Sequence[Action], link: Link) -> list[Plate]:
    """Return the plates of what a territory counts: its places, its actors, its awareness actions."""
    awareness_plates = [_awareness(actions)]
    if census is None or not census.n_places:
        why = "Aucun lieu n’est recensé ici."
        return [
            lacking("acteurs", "offre", "I-011 I-014 I-049", "Les acteurs, par type", why),
            lacking("services-des-lieux", "offre", "I-056", "L’offre en chiffres", why),
            lacking("gratuite", "offre", "I-034", "La gratuité", why),
            *awareness_plates,
        ]
    return [_actors(census, link), _services(census, link), _free(census, link), *awareness_plates]


def _counts(rows: Sequence[tuple[str, int]]) -> str:
    """Return a bar for each number of things counted. rows: (label, count)."""
    words = " ; ".join(f"{name} : {n}" for name, n in rows)
    return drawings.tallies([(name, n, str(n)) for name, n in rows], label=words)


OTHER = "Autre"  # of a type that no list has: it may be the most frequent, and is no type


def _actors(census: CensusReading, link: Link) -> Plate:
    rows = [(kind.label, kind.n_places) for kind in census.kinds]
    other = next((n for name, n in rows if name == OTHER), 0)
    first = next((name for name, _ in rows if name != OTHER), rows[0][0])
    untyped = f", {count(other, 'sans type connu', 'sans type connu')}" if other and first != OTHER else ""
    return Plate(
        id="acteurs",
        is_counted=True,
        family="offre",
        requirements=("I-011", "I-014", "I-049"),
        about="Les acteurs du territoire, par type",
        title=f"{count(census.n_places, 'lieu', 'lieux')}{untyped} ; d’abord : {lower_first(first)}",
        svg=_counts(rows),
        table=Table(
            ("Acteur", "Type", "Ses lieux et leurs services"),
            tuple(
                (
                    actor.name,
                    actor.kind,
                    " ; ".join(_place(place) for place in actor.places),
                )
                for actor in census.actors
            ),
        ),
        source=f"{census.source} Comptés, pas estimés : un lieu que personne n’a signalé n’est pas compté.",
        link=("Tous les lieux", link.places),
    )


def _place(place: ActorPlace) -> str:
    services = ", ".join(lower_first(each.label) for each in place.practices)
    return f"{place.name} ({services or 'ne dit rien'})"


def _services(census: CensusReading, link: Link) -> Plate:
    described = [practice for practice in census.practices if practice.is_described]
    first = max(described, key=lambda practice: practice.n_today, default=None)
    if first is None:
        why = "Aucune fiche n’indique ce qu’on trouve sur place."
        return lacking("services-des-lieux", "offre", "I-056", "L’offre en chiffres", why)
    return Plate(
        id="services-des-lieux",
        is_counted=True,
        family="offre",
        requirements=("I-056",),
        about="L’offre en chiffres : combien de lieux donnent chaque service",
        title=f"{first.label} : {count(first.n_today, 'lieu', 'lieux')}, le service le plus présent",
        svg=_counts([(practice.label, practice.n_today) for practice in described]),
        table=Table(
            ("Service", "Lieux", "En projet", "Part des lieux qui parlent", "Comment"),
            tuple((x.label, str(x.n_today), str(x.n_planned), x.share, x.how) for x in described),
        ),
        source=(
            f"{census.source} Base : {number(census.n_talking)} lieux dont la fiche dit l’offre ;"
            f" {number(census.n_silent)} n’en disent rien."
            + (f" Aucune fiche ne parle de : {census.unmentioned}." if census.unmentioned else "")
        ),
        link=("Les lieux en chiffres", link.places),
    )


def _free(census: CensusReading, link: Link) -> Plate:
    part = census.shares.free
    if not part.among:
        return lacking("gratuite", "offre", "I-034", "La gratuité", "Aucune fiche n’indique son prix.")
    rows = [("Gratuit", part.n), ("Payant, ou selon la situation", part.among - part.n)]
    return Plate(
        id="gratuite",
        is_counted=True,
        family="offre",
        requirements=("I-034",),
        about="L’aide est-elle gratuite ?",
        title=f"{part.share} des lieux qui disent leur prix sont gratuits",
        svg=_counts(rows),
        table=Table(("Prix", "Lieux"), tuple((name, str(n)) for name, n in rows)),
        source=f"{census.source} Base : {number(part.among)} lieux qui disent leur prix.",
        link=("Les lieux en chiffres", link.places),
    )


def _awareness(actions: Sequence[Action]) -> Plate:
    about = "Les actions de sensibilisation"
    if not actions:
        why = "Aucune action n’est au registre de ce territoire : cela ne dit pas qu’il n’y en a pas."
        return lacking("sensibilisation", "demarche", "I-013", about, why)
    kinds = Counter(each.kind for each in actions).most_common()
    return Plate(
        id="sensibilisation",
        is_counted=True,
        family="demarche",
        requirements=("I-013",),
        about=about,
        title=f"{count(len(actions), 'action')} au registre, d’abord : {lower_first(kinds[0][0])}",
        svg=_counts(kinds),
        table=Table(
            ("Action", "Sorte", "Où", "Quand", "Pour qui", "Rencontrées"),
            tuple((x.name, x.kind, x.place, x.when, x.public, x.met or "pas compté") for x in actions),
        ),
        source="Registre des actions de sensibilisation ; personnes rencontrées : comptées par l’équipe.",
    )
