"""The reports on a territory, from the study and the plan that the platform holds of it."""

import json
from collections.abc import Callable
from datetime import date

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.steering.codesign.queries.boards import closed_of
from maillage.apps.steering.pilotage.queries.editions import since_edition
from maillage.apps.steering.plans.queries.report import plan_of
from maillage.apps.surveys.queries.verbatims import published_voices
from maillage.publishing import output
from maillage.publishing.catalogue import DIAGNOSIS, NAMES, PLAN
from maillage.publishing.page import office_forms, theme
from maillage.publishing.page.folder import Fingerprint
from maillage.publishing.territory.atlas import LAYERS, TOWN
from maillage.publishing.territory.fingerprint import fingerprint
from maillage.publishing.territory.mission import with_workshops
from maillage.publishing.territory.subject import Subject

FILES = {
    "pdf": "application/pdf",
    "docx": office_forms.DOCX_TYPE,
    "pptx": office_forms.PPTX_TYPE,
    "html": "text/html; charset=utf-8",
}  # of the forms, what a person opens


def subject(study: Study, on: date, report: str = DIAGNOSIS) -> Subject:
    """Return a finished study as a report takes it, with what is published beside it, and what changed since
    an edition of that report. The caller chooses the study, by `dossiers.zoned` for the zones of its
    territory.
    """
    workshops, journeys = closed_of(study.place)
    reading = dossiers.reading(study)
    no_offer = dossiers.why_no_offer(study, on=on) if reading.offer is None else None
    return Subject(
        reading=reading,
        study=json.loads((dossiers.folder(study) / "etude.json").read_bytes()),
        layers={name: svg for name in (*LAYERS, f"numerique{TOWN}") if (svg := dossiers.layer(study, name))},
        knitted=dossiers.knitted(study),
        on=on,
        mission=with_workshops(dossiers.mission(study.place, on=on), workshops),
        workshops=workshops,
        journeys=journeys,
        surveys=dossiers.published_surveys(study.place),
        photograph=dossiers.photograph(study.place),
        voices=published_voices(dossiers.surveyed_place(study.place)),
        n_places=no_offer.n_places if no_offer else 0,
        is_computing=no_offer is not None and no_offer.is_computing,
        surveyed=dossiers.surveyed_of(study, reading),
        changes=since_edition(study, report=report),
    )


def read(study: Study, report: str, form: str, on: date, *, planned: bool) -> Callable[[], bytes] | None:
    """Return the writer of a report in a form, None if the report has no such form. planned: whether the
    plan of the territory is the reader's to read.
    """
    if report not in NAMES or report == DIAGNOSIS or (report == PLAN and not planned):
        return None
    taken = subject(study, on, report)
    plan = plan_of(study.place, taken.reading, on=on) if planned else None
    write = output.forms(report, taken, plan, {}).get(form) if form in FILES else None
    if write is None:
        return None

    def themed() -> bytes:
        with theme.applied(dossiers.theme_of(study.place)):
            return write()

    return themed


def frozen_files(study: Study, report: str, on: date, *, name: str) -> tuple[Fingerprint, dict[str, bytes]]:
    """Return a report in each form it has, with what its fingerprint says, to be frozen under a name; with
    the plan of its territory, draft or not: an edition keeps them all.
    """
    taken, dossier = subject(study, on, report), dossiers.dossier_forms(study)
    plan = plan_of(study.place, taken.reading, on=on)
    with theme.applied(dossiers.theme_of(study.place) if report != DIAGNOSIS else None):
        writers = output.forms(report, taken, plan, dossier)
        files = {f"{report}.{form}": write() for form, write in writers.items()}
    return fingerprint(taken.reading, report, on=on, edition=name, plan=plan), files
