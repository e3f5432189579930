"""maillage diagnostic: the diagnosis of a territory, as files."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import add_output_folder, add_study_files, read_file
from maillage.reference.definitions import DEFAULT
from maillage.reference.travel import MODES, MOMENTS, WHEELCHAIR, Mode
from maillage.words.wording import count

if TYPE_CHECKING:
    from maillage.manage.reports.studies import StudyFiles
    from maillage.reference.definitions import Definition
    from maillage.statistics.diagnosis.request import Target
    from maillage.statistics.offer.census import Census
    from maillage.statistics.survey.local_survey import Measured, Unread
    from maillage.statistics.zones.territories import Territory
    from maillage.statistics.zones.zoning import Zoning


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", metavar="CODE", help="commune, intercommunalité, département, région (R84) ou « france »"
    )
    add_output_folder(parser)
    add_study_files(parser)
    parser.add_argument(
        "--definition",
        default=DEFAULT,
        metavar="ID",
        help=f"définition du besoin, ou fichier de taux (par défaut {DEFAULT})",
    )
    parser.add_argument("--graine", type=int, metavar="N", help="graine des tirages")
    parser.add_argument(
        "--fiches", action="store_true", help="écrit une fiche par zone même au-delà de 250 zones"
    )
    parser.add_argument(
        "--filtre",
        metavar="FILTRE",
        help="ne compte qu’une partie : qpv-communes, petites-communes, communes-periurbaines,"
        " communes-urbaines, ou un fichier",
    )
    parser.add_argument(
        "--acces",
        choices=MODES,
        default="",
        help="comment on va aux lieux (par défaut en voiture sous 300 habitants au km², à pied ailleurs et"
        " dans les îles sans pont)",
    )
    parser.add_argument(
        "--public-vise",
        metavar="TEXTE",
        default="",
        help="pour qui ce diagnostic est fait, avec vos mots ; aucun chiffre n’en dépend",
    )
    parser.add_argument(
        "--publics",
        metavar="ID,…",
        default="",
        help="pour qui, dans la liste : cumul, accompagnants, jeunes, seniors, habitants…",
    )
    parser.add_argument(
        "--poids",
        metavar="VAR=N,…",
        default="",
        help="poids des variables de l’indice social, ex. rsa=2,aah=0",
    )


def census_of(path: Path, travel: str = "") -> "tuple[Census, int]":
    """Return the places of a file as a census, and how many of its lines were refused. Two lines that surely
    describe one place count once, as in the directory of a site.
    """
    from maillage.manage.commands.offre import read_places
    from maillage.manage.deploy.home import HOME
    from maillage.sources import streets, timetables
    from maillage.statistics.offer import census as offer_census

    places = read_places(path, None)
    unread = [str(row.sheet.get("nom") or f"ligne {row.line}") for row in places.rows if row.refused]
    sheets = [row.sheet for row in places.accepted]
    doubles = offer_census.sure_doubles(sheets)
    census = offer_census.census(source_words(path, sheets), sheets, doubles=doubles, unread=unread)
    timetable = timetables.loaded(HOME) if travel and MODES[travel].moment else None
    return replace(census, streets=streets.loaded(HOME), timetable=timetable), places.n_refused


def source_words(path: Path, sheets: Sequence[Mapping[str, Any]]) -> str:
    """Return the name that documents give to a census read from a file: its title where its origin is known,
    failing that the number of its sheets and their years.

    >>> source_words(Path("lieux.csv"), [{"date_maj": "2021-05-01"}, {"date_maj": "2023-01-02"}])
    'le recensement remis pour cette étude (2\xa0fiches, 2021 à 2023)'
    """
    from maillage.reference.cards import cards

    if card := next((each for each in cards().values() if each.file == path.resolve()), None):
        return f"{card.title} ({card.producer}, {card.vintage})"
    years = sorted({str(sheet["date_maj"])[:4] for sheet in sheets if sheet.get("date_maj")})
    dated = f", {' à '.join(dict.fromkeys((years[0], years[-1])))}" if years else ""
    return f"le recensement remis pour cette étude ({count(len(sheets), 'fiche')}{dated})"


def run(options: argparse.Namespace) -> int:
    from maillage.manage.named_definition import definition_of
    from maillage.publishing.page.folder import check_folder
    from maillage.publishing.territory import edition
    from maillage.statistics.diagnosis import filters
    from maillage.statistics.diagnosis.request import Request
    from maillage.statistics.need import model
    from maillage.statistics.offer.census import is_too_large
    from maillage.statistics.study import study
    from maillage.statistics.survey.local_survey import Unread

    territory = territory_of(options.code)
    chosen = definition_of(options.definition)
    cut, unread_lines = zoning_of(options.zones, territory)
    survey, left_out = survey_of(options, chosen)
    request = Request(
        territory=territory,
        zoning=cut,
        definition=chosen,
        seed=model.SEED if options.graine is None else options.graine,
        weights=weights(options.poids),
        inside=filters.chosen(options.filtre, read_file) if options.filtre else None,
        survey=survey,
        target=target_of(options),
        travel=options.acces,
    )
    check_folder(options.sortie)
    if options.acces:
        _check_ways(MODES[options.acces])
    census, refused = census_of(options.offre, options.acces) if options.offre else (None, 0)
    result = study(request, lambda step, share: steps(step, 0.75 * share), census=census)
    prepared = edition.prepare(result, lambda step, share: steps(step, 0.75 + 0.25 * share))
    paths = edition.write(
        prepared, options.sortie, on=date.today(), sheets=True if options.fiches else None, progress=steps
    )
    c = prepared.reading.headline
    head = f"Environ {c.value} personnes" if c.value else f"{c.between.capitalize()} personnes"
    between = f", {c.between}" if c.value else ""
    print(f"{prepared.reading.territory.name} : {head} {chosen.statement}{between}." if c.low else c.reason)
    for note in prepared.reading.published:
        if note.kind == "contredit":
            print(note.text.replace("**", ""))
    print(f"{len(paths)} fichiers écrits dans {options.sortie} (empreinte {prepared.reading.fingerprint})")
    if len(result.diagnosis.zones) > edition.MOST_SHEETS and not options.fiches:
        print(
            f"{len(result.diagnosis.zones)} zones : les fiches ne sont pas écrites. Ajoutez --fiches pour les"
            " avoir."
        )
    if census is not None and result.offered is None:
        print(
            "Territoire trop grand pour des distances : l’offre n’est pas mise en face du besoin."
            if is_too_large(request)
            else f"{options.offre.name} ne connaît aucun lieu de ce territoire : l’offre n’est pas mise en "
            f"face du besoin."
        )
    if refused:
        print(
            f"{options.offre.name} : {count(refused, 'ligne refusée', 'lignes refusées')} ; « maillage offre"
            " verifier » dit lesquelles.",
            file=sys.stderr,
        )
    for sentence in prepared.reading.survey.sentences if prepared.reading.survey else ():
        print(sentence.replace("**", ""))
    unused = bool(options.enquete) and result.diagnosis.composite is None
    if unused:
        advice = _advice(options, few=isinstance(survey, Unread) and survey.few)
        print(
            "L’enquête n’entre pas dans l’estimation.\n"
            f"{result.diagnosis.not_composed}\n"
            f"Le diagnostic est écrit sans elle. {advice}",
            file=sys.stderr,
        )
    return 1 if refused or left_out or unused or unread_lines else 0


def _check_ways(mode: Mode) -> None:
    """Raise Refused for public transport at hours when no timetable says what runs, and for a wheelchair
    where no street says if it passes.
    """
    from maillage.manage.deploy.home import HOME
    from maillage.sources import streets, timetables

    if mode is WHEELCHAIR and ((rues := streets.loaded(HOME)) is None or mode.id not in rues.modes):
        raise Refused(
            "Les rues où passe un fauteuil roulant ne sont pas chargées.",
            why=f"« --acces {mode.id} » évite les escaliers et les chemins d’après OpenStreetMap.",
            do="Chargez-les, ou chargez-les à nouveau : maillage rues charger extrait.osm.pbf.",
        )
    if mode.moment is None:
        return
    loaded = timetables.loaded(HOME)
    if loaded is None or not loaded.days[MOMENTS.index(mode.moment)]:
        raise Refused(
            "Aucun horaire de transports en commun n’est chargé."
            if loaded is None
            else f"Aucun horaire {mode.moment.label}.",
            why=f"« --acces {mode.id} » compte les trajets d’après ces horaires.",
            do="Chargez-les : maillage transports charger gtfs.zip.",
        )


def _advice(options: argparse.Namespace, *, few: bool) -> str:
    """Return the advice for a survey that does not count. few: its answers to the right question were too
    few.
    """
    if options.filtre:
        return "Relancez sans --filtre pour qu’elle y entre."
    if few:
        return "Recueillez plus de réponses, ou dites une autre question à lire avec --besoin."
    return "Dites quelle question lire, par exemple --besoin aisance=pas_du_tout, puis relancez."


def territory_of(code: str) -> "Territory":
    """Return the territory with a code. A perimeter kept by a site is in its database, which this command
    does not read: the refusal says how to have its study here.
    """
    from maillage.kernel.errors import UnknownTerritory
    from maillage.statistics.zones.territories import gazetteer

    try:
        return gazetteer().get(code)
    except UnknownTerritory as unknown:
        if unknown.nearest or "-" not in code:
            raise
        raise UnknownTerritory(
            unknown.what,
            why=f"{unknown.why} Un périmètre enregistré sur un site n’est lu que par ce site.",
            do="Donnez le code d’un territoire qui le contient, et ses zones avec --zones FICHIER.csv.",
        ) from None


def zoning_of(path: Path | None, territory: "Territory") -> "tuple[Zoning, int]":
    """Return the zones of a file, the usual ones of the territory without it, and how many of its lines are
    refused; what was not read as it stands is written to the error output.
    """
    from maillage.statistics.need import population as frames
    from maillage.statistics.zones import zone_files, zoning

    iris = frames.sources().rp2021
    if path is None:
        return zoning.usual(territory, iris), 0
    zone_file = zone_files.read(read_file(path), name=path.name, territory=territory, iris=iris)
    for line in zone_file.remarks(path.name):
        print(line, file=sys.stderr)
    return zone_file.zoning, len(zone_file.faults)


def target_of(options: argparse.Namespace) -> "Target | None":
    """Return the public that a command states, None when it states none; Refused for one that is not
    listed, or
    words too long.
    """
    from maillage.reference import targets
    from maillage.statistics.diagnosis.request import Target

    text, ids = options.public_vise.strip(), [id.strip() for id in options.publics.split(",") if id.strip()]
    if len(text) > targets.LONGEST:
        raise Refused(
            f"--public-vise a {len(text)} signes.",
            why=f"Il se lit en tête du dossier : {targets.LONGEST} signes au plus.",
            do="Raccourcissez-le.",
        )
    return Target(text, targets.chosen(ids)) if text or ids else None


def survey_of(
    options: "argparse.Namespace | StudyFiles", chosen: "Definition"
) -> "tuple[Measured | Unread | None, int]":
    """Return the measure of a command's survey for the definition, and 1 when some of its rows were excluded.

    Refused, in French, for a survey without margins, of structures, or that cannot be weighted.
    """
    if not options.enquete:
        if options.marges or options.besoin:
            raise Refused(
                f"{'--marges' if options.marges else '--besoin'} est donné sans --enquete.",
                why="Ces options disent comment lire une enquête.",
                do="Ajoutez --enquete REPONSES.csv, ou retirez l’option.",
            )
        return None, 0
    if not options.marges:
        raise Refused(
            "--enquete est donné sans --marges.",
            why="Sans redressement, une enquête donne l’avis des personnes qui ont répondu, pas du "
            "territoire.",
            do="Ajoutez --marges MARGES.csv : variable,modalite,effectif.",
        )
    from maillage.manage.surveys import ponderer
    from maillage.reference import survey_needs
    from maillage.sources.survey import answers, birth_years, margins
    from maillage.statistics.engine.variance import Plan
    from maillage.statistics.survey import census_margins, local_survey, weighting

    targets = margins.read(options.marges)
    links = (question for link in survey_needs.links_of(chosen) for question in link.questions)
    names = [
        *(margin.variable for margin in targets),
        *links,
        (options.besoin or "").partition("=")[0].strip(),
    ]
    reading = answers.read(options.enquete, questions=names)
    reading = birth_years.read_as_ages(reading, None, this_year=date.today().year)
    if ponderer.STRUCTURE in reading.table:
        raise Refused(
            f"{options.enquete.name} : ce sont des structures qui ont répondu.",
            why="Le besoin compte des habitants : une mairie ou une association n’en est pas un.",
            do="Donnez une enquête auprès d’habitants, ou retirez --enquete.",
        )
    weighted = weighting.weigh(reading.table, targets, lines=reading.lines)
    link = (
        survey_needs.stated(options.besoin, [name for name in reading.table.columns if name != "id"])
        if options.besoin
        else None
    )
    survey = local_survey.read(
        reading.table,
        Plan(weights=weighted.weights, initial=weighted.initial, codes=weighted.codes),
        chosen,
        title=options.enquete.stem,
        link=link,
        variables=[margin.variable for margin in weighted.margins],
        calibrated=[margin.variable for margin in weighted.margins],
        ages=census_margins.ages_of(targets),
        margins_year=census_margins.stated_year(targets),
    )
    for sentence in weighted.warnings:
        print(sentence, file=sys.stderr)
    return survey, ponderer.ended(reading)


def weights(words: str) -> dict[str, float]:
    """Return weights typed as `rsa=2,aah=0`; Refused, naming the part, when one is invalid."""
    out: dict[str, float] = {}
    for part in filter(None, (word.strip() for word in words.split(","))):
        name, _, value = part.partition("=")
        try:
            out[name.strip()] = float(value.replace(",", "."))
            if not -10 <= out[name.strip()] <= 10:
                raise ValueError
        except ValueError:
            raise Refused(
                f"Le poids « {part} » n’est pas reconnu.",
                why=(
                    "Un poids s’écrit variable=nombre, entre −10 et 10 ; un nombre négatif retourne le sens"
                    " de la variable."
                ),
                do="Écrivez par exemple --poids rsa=2,aah=0.",
            ) from None
    return out
