"""The study that a report starts from: the one a platform holds, or one computed from data alone."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.progress import steps
from maillage.manage.platform_study import computed, up_to_date, with_its_words
from maillage.publishing.output import Forms
from maillage.publishing.territory.subject import Subject


@dataclass(frozen=True, slots=True)
class StudyFiles:
    """The files of a study, as `maillage diagnostic` reads them: places, zones, answers of a survey,
    its margins, the question that tells the need. None of them: the study of the platform.
    """

    offre: Path | None = None
    zones: Path | None = None
    enquete: Path | None = None
    marges: Path | None = None
    besoin: str | None = None


@dataclass(frozen=True, slots=True)
class ReportStudy:
    """A subject, its dossier by form (written when called), how many rows of its offer were refused, and
    whether rows of its survey or of its zones were.
    """

    subject: Subject
    dossier: Forms
    refused: int = 0
    has_unread_rows: bool = False


def study_of(code: str, *, files: StudyFiles, on: date) -> ReportStudy:
    """Return the study of a territory: the platform's latest one where there is a database and no file is
    named, computed now when it has none, with all that its mission holds; otherwise a new one, from these
    files, with the definition by default.
    """
    from maillage.manage.deploy.home import has_database

    return _of_platform(code, on) if files == StudyFiles() and has_database() else _computed(code, files, on)


def _of_platform(code: str, on: date) -> ReportStudy:
    """Return the study of a territory as its data are today, computed when the platform does not hold it:
    after another method, its perimeters have no study until somebody asks; after a correction, the former one
    has figures that the pages no longer give.
    """
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.apps.dossiers import queries as dossiers
    from maillage.apps.dossiers.rules import DONE
    from maillage.apps.steering.pilotage.queries.reports import subject
    from maillage.apps.territories.queries import canonical

    study = dossiers.study_for(dossiers.StudyRequest(place=canonical(code)))
    if study is None or study.status != DONE or dossiers.is_lost(study):
        study, _ = computed(code)
    elif up_to_date(study):
        study.refresh_from_db()
    else:
        with_its_words(study)
    return ReportStudy(
        subject(study, on),
        dossiers.dossier_forms(study),
    )


def _computed(code: str, files: StudyFiles, on: date) -> ReportStudy:
    from maillage.manage.commands.diagnostic import census_of, survey_of, territory_of, zoning_of
    from maillage.publishing.territory import atlas, edition
    from maillage.reference.definitions import DEFAULT, definition
    from maillage.statistics.diagnosis.request import Request
    from maillage.statistics.need import population as frames
    from maillage.statistics.study import study

    territory = territory_of(code)
    chosen = definition(DEFAULT)
    survey, n_unread = survey_of(files, chosen)
    zoning, n_unread_zones = zoning_of(files.zones, territory)
    request = Request(territory=territory, zoning=zoning, definition=chosen, survey=survey)
    census, refused = census_of(files.offre) if files.offre else (None, 0)
    own = set(frames.sources().rp2021["commune"][request.zoning.rows].tolist())
    computed = study(request, lambda step, share: steps(step, 0.75 * share), census=census)
    prepared = edition.prepare(computed, lambda step, share: steps(step, 0.75 + 0.25 * share))
    subject = Subject(
        reading=prepared.reading,
        study=json.loads(prepared.json),
        layers={name: atlas.relinked(svg, lambda code: "") for name, svg in prepared.layers.items()},
        knitted=atlas.knitted(prepared.knit),
        on=on,
        n_places=len({each.same or each.id for each in census.places if each.commune in own})
        if census
        else 0,
        **_platform_words(str(territory.code), on),
    )
    comments = _comments(str(territory.code), prepared.reading.fingerprint)
    documents = cache(lambda: edition.documents(prepared, on=on, comments=comments))
    forms = {form: lambda form=form: documents()[form] for form in edition.FORMS}
    return ReportStudy(subject, forms, refused, bool(n_unread or n_unread_zones))


def _platform_words(code: str, on: date) -> dict[str, Any]:
    """Return the fields of a subject that the mission of a platform fills, for a study made from files; none
    without a platform.
    """
    from maillage.manage.deploy.home import has_database

    if not has_database():
        return {}
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.apps.dossiers import queries as dossiers
    from maillage.apps.surveys.queries.verbatims import published_voices

    return {
        "mission": dossiers.mission(code, on=on),
        "surveys": dossiers.published_surveys(code),
        "voices": published_voices(code),
        "photograph": dossiers.photograph(code),
    }


def _comments(code: str, study: str) -> dict[str, str]:
    """Return the comments that a platform holds of a territory, none without one."""
    from maillage.manage.deploy.home import has_database

    if not has_database():
        return {}
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.apps.dossiers import queries as dossiers
    from maillage.apps.territories.queries import canonical

    comments: dict[str, str] = dossiers.comments(canonical(code), study)
    return comments
