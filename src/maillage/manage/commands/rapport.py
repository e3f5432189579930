"""maillage rapport: a document on a territory, in each form it has, with its fingerprint."""

import argparse
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import add_output_folder, add_study_files, typed_path
from maillage.publishing.catalogue import DIAGNOSIS, NAMES, PLAN
from maillage.words.wording import count

if TYPE_CHECKING:
    from maillage.manage.reports.studies import ReportStudy
    from maillage.publishing.page.folder import Fingerprint
    from maillage.publishing.page.theme import Theme
    from maillage.publishing.plan.reading import PlanReading
    from maillage.publishing.territory.subject import Subject

SURVEYS = "enquete"
IN_BASE = {
    PLAN: "Un plan s’écrit dans la plateforme : ses actions et ses dates sont dans sa base.",
    SURVEYS: "Les enquêtes publiées sont dans sa base ; « maillage enquete synthese » lit un fichier.",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    reports = (*NAMES, SURVEYS)
    parser.add_argument("rapport", choices=reports, help=f"lequel : {', '.join(reports)}")
    parser.add_argument(
        "code",
        metavar="CODE",
        help="commune, intercommunalité, département, région (R84), « france », ou périmètre enregistré",
    )
    add_output_folder(parser)
    add_study_files(parser)
    parser.add_argument(
        "--edition",
        metavar="NOM",
        help="fige le rapport sous ce nom ; redemandé, il est rendu tel qu’il a été figé",
    )
    parser.add_argument(
        "--theme",
        type=typed_path,
        metavar="THEME.yaml",
        help="le nom, la couleur et le logo du territoire, dans le PDF et les diapositives",
    )
    parser.add_argument(
        "--depuis",
        metavar="NOM",
        help="écrit aussi ce qui a changé depuis cette édition figée : changements.html, changements.pdf",
    )


def run(options: argparse.Namespace) -> int:
    from maillage.manage.reports.editions import NOT_SEALED, changed_files, former_edition, seal, seal_of
    from maillage.publishing.page import folder, theme
    from maillage.words.dates import in_words

    name, since = (
        "" if option is None else folder.edition_name(option) for option in (options.edition, options.depuis)
    )
    if options.theme and options.rapport == DIAGNOSIS:
        raise Refused(
            "Le diagnostic ne prend pas de thème.",
            why="Il porte celui que l’espace du territoire garde : le même fichier pour tous.",
            do="Choisissez-le sur la page des rapports, ou donnez --theme à un autre rapport.",
        )
    folder.check_folder(options.sortie)
    if options.rapport == SURVEYS:  # led on a territory, whatever zones its other documents follow
        return _write_surveys(options)
    options.code = _mission_place(options.code)
    look = _theme(options.theme) if options.theme else _stored(options.code)
    former = former_edition(_frozen(options.rapport, options.code, since), since) if since else None
    frozen = _frozen(options.rapport, options.code, name) if name else None
    if frozen is not None and folder.holds_anything(frozen):
        sealed = seal_of(frozen)
        about, files = folder.read(frozen, seal=sealed)
        folder.write(options.sortie, files, about)
        day = in_words(date.fromisoformat(about["date"]))
        print(f"Édition « {name} », figée le {day} : {len(files)} fichiers rendus dans {options.sortie}")
        if not sealed:
            print(NOT_SEALED)
        if former:
            print(changed_files(options.sortie, former, (about, files)))
        return 0
    with theme.applied(look if options.rapport != DIAGNOSIS else None):
        about, files, report_study = composed(options, name)
    if frozen is not None:
        folder.freeze(frozen, files, about)
        seal(frozen)
    folder.write(options.sortie, files, about)
    print(f"{about['titre']} : {len(files)} fichiers écrits dans {options.sortie} (étude {about['etude']})")
    if name:
        print(f"Édition « {name} » figée : la même commande rendra ces mêmes fichiers.")
    if former:
        print(changed_files(options.sortie, former, (about, files)))
    return _warned(options, report_study)


def _warned(options: argparse.Namespace, report_study: "ReportStudy") -> int:
    """Tell the rows and the survey that the study leaves out; return 1 with any of them, else 0."""
    if report_study.refused:
        rows = count(report_study.refused, "ligne refusée", "lignes refusées")
        print(f"{options.offre.name} : {rows} ; « maillage offre verifier » dit lesquelles.", file=sys.stderr)
    survey = report_study.subject.reading.survey if options.enquete else None
    if survey and survey.reason:
        print(f"L’enquête n’entre pas dans l’estimation. {survey.reason}", file=sys.stderr)
    return 1 if report_study.refused or report_study.has_unread_rows or (survey and survey.reason) else 0


def _mission_place(code: str) -> str:
    """Return the place whose zones a report takes: those that its pages name, or the only perimeter of it
    with a mission, told; the code as it was typed without a platform.
    """
    from maillage.manage.deploy.home import has_database

    if not has_database():
        return code
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.apps.dossiers.queries import mission_place, zones_place
    from maillage.apps.territories.queries import canonical

    official = canonical(code)
    place: str = zones_place(mission_place(official))
    if place != official:
        print(f"Les documents de {code} suivent les zones du périmètre « {place} ».")
    return place


def _write_surveys(options: argparse.Namespace) -> int:
    """Write the public edition of each survey of a territory; Refused where there is none."""
    check_platform(SURVEYS)
    from maillage.apps.dossiers.queries import published_surveys, surveyed_place
    from maillage.apps.surveys.queries.evidence import editions
    from maillage.apps.surveys.queries.publications import edition_files
    from maillage.apps.territories.queries import canonical
    from maillage.kernel.disk import write_whole
    from maillage.publishing.page import theme

    if options.enquete:
        raise Refused(
            "« rapport enquete » ne prend pas de fichier de réponses.",
            why="Il écrit les éditions publiées sur le site.",
            do="Pour un fichier, tapez « maillage enquete synthese ».",
        )
    place = surveyed_place(canonical(options.code))
    rows = editions(place)
    if not rows:
        elsewhere = "".join(f" Existe ailleurs : {each.label}." for each in published_surveys(place))
        raise Refused(
            f"Aucune enquête n’est publiée sur {place}.",
            why=f"Un rapport d’enquête est une édition publiée.{elsewhere}",
            do="Publiez l’enquête, ou donnez ses réponses à « maillage enquete synthese ».",
        )
    options.sortie.mkdir(parents=True, exist_ok=True)
    names = []
    with theme.applied(_theme(options.theme) if options.theme else None):
        for edition in rows:
            for name, content in edition_files(edition).items():
                write_whole(options.sortie / name, content)
                names.append(name)
    print(f"{count(len(rows), 'enquête')} : {', '.join(names)} dans {options.sortie}")
    return 0


def _stored(code: str) -> "Theme | None":
    """Return the theme that the space of a territory holds, None for ours."""
    from maillage.manage.deploy.home import has_database

    if not has_database():
        return None
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.apps.dossiers.queries import theme_of

    stored: Theme | None = theme_of(code)
    return stored


def _theme(path: Path) -> "Theme":
    """Return the theme of a file; Refused when its logo cannot be printed."""
    from maillage.publishing.page import pdf, theme

    chosen = theme.read(path)
    if chosen.logo and not pdf.is_drawable(chosen.logo):
        raise Refused(
            "Ce logo ne peut pas être imprimé.",
            why="Ce fichier SVG ne se dessine pas : il est peut-être coupé, ou vide.",
            do="Ouvrez-le dans un logiciel de dessin, puis exportez-le en SVG « simple ».",
        )
    return chosen


def _frozen(report: str, code: str, name: str) -> Path:
    """Return the folder where an edition of a report is frozen."""
    from maillage.manage.deploy.home import HOME, has_database
    from maillage.publishing.page.folder import edition_folder

    if has_database():
        from maillage.apps.dossiers.queries import edition_path

        path: Path = edition_path(code, report, name)
        return path

    if not re.fullmatch(r"[\w-]{1,61}", code):
        from maillage.manage.commands.diagnostic import territory_of

        code = str(territory_of(code).code)
    return edition_folder(Path(HOME), code, report, name)


def composed(options: argparse.Namespace, name: str) -> "tuple[Fingerprint, dict[str, bytes], ReportStudy]":
    """Return the fingerprint of a new report, its files, and the study they come from."""
    from maillage.manage.reports.studies import StudyFiles, study_of
    from maillage.publishing import output
    from maillage.publishing.territory.fingerprint import fingerprint

    on = date.today()
    if options.rapport == PLAN:
        check_platform()
    files = StudyFiles(options.offre, options.zones, options.enquete, options.marges, options.besoin)
    report_study = study_of(options.code, files=files, on=on)
    steps("Mise en page")
    plan = _plan(options.code, report_study.subject)
    about = fingerprint(report_study.subject.reading, options.rapport, on=on, edition=name, plan=plan)
    written_forms = output.forms(options.rapport, report_study.subject, plan, report_study.dossier)
    return (
        about,
        {f"{options.rapport}.{form}": write() for form, write in written_forms.items()},
        report_study,
    )


def check_platform(report: str = PLAN) -> None:
    """Bring the platform up; Refused where there is none, before anything is computed."""
    from maillage.manage.deploy.bootstrap import ready
    from maillage.manage.deploy.home import HOME, has_database

    if not has_database():
        raise Refused(
            f"Aucune plateforme n’est installée ici ({HOME}).",
            why=IN_BASE[report],
            do="Donnez le bon MAILLAGE_HOME ; les autres rapports se font sur les seules données.",
        )
    ready()


def _plan(code: str, subject: "Subject") -> "PlanReading | None":
    """Return the plan of a territory where a platform holds one, None elsewhere."""
    from maillage.manage.deploy.home import has_database

    if not has_database():
        return None
    check_platform()
    from maillage.apps.steering.plans.queries.report import plan_of

    plan: PlanReading | None = plan_of(code, subject.reading, on=subject.on)
    return plan
