"""The study that a report starts from: the one a platform holds, or one computed from data alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from maillage.cli.platform_study import computed
from maillage.cli.words import Steps
from maillage.reports.territory.subject import Subject

Dossier = Callable[[], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class ReportStudy:
    """A subject, its dossier by form (made when read), and how many rows of its offer were refused."""

    subject: Subject
    dossier: Dossier
    refused: int = 0


def study_of(code: str, *, offer: Path | None, on: date) -> ReportStudy:
    """Return the study of a territory: the platform's latest one where there is a database and no file of
    places is named, computed now when it has none, with its directory; otherwise a new one, with the
    definition and the zones by default.
    """
    from maillage.config.home import has_database

    return _of_platform(code, on) if offer is None and has_database() else _computed(code, offer, on)


def _of_platform(code: str, on: date) -> ReportStudy:
    """Return the latest study that the platform holds of a territory, computed when it holds none: after
    another method, its perimeters have no study until somebody asks.
    """
    from maillage.config.bootstrap import ready

    ready()
    from maillage.apps.dossiers import queries as dossiers
    from maillage.apps.surveys.queries.verbatims import published_voices
    from maillage.apps.territories.queries import canonical
    from maillage.reports.territory.atlas import LAYERS

    study = dossiers.latest(canonical(code))
    if study is None or dossiers.is_lost(study):
        study, _ = computed(code, Steps())
    folder = dossiers.folder(study)
    layers = {name: svg for name in LAYERS if (svg := dossiers.layer(study, name))}
    subject = Subject(
        reading=dossiers.reading(study),
        study=json.loads((folder / "etude.json").read_bytes()),
        layers=layers,
        knitted=dossiers.knitted(study),
        on=on,
        mission=dossiers.mission(study.place),
        voices=published_voices(study.place),
    )
    return ReportStudy(
        subject, lambda: {form: (folder / f"dossier.{form}").read_bytes() for form in ("html", "pdf")}
    )


def _computed(code: str, offer: Path | None, on: date) -> ReportStudy:
    from maillage.cli.commands.diagnostic import census_of, territory_of
    from maillage.reference.definitions import DEFAULT, definition
    from maillage.reports.territory import atlas, edition
    from maillage.studies.diagnosis import zoning
    from maillage.studies.diagnosis.request import Request
    from maillage.studies.diagnosis.study import study
    from maillage.studies.need import population as frames

    territory = territory_of(code)
    request = Request(
        territory=territory,
        zoning=zoning.usual(territory, frames.sources().rp2021),
        definition=definition(DEFAULT),
    )
    census, refused = census_of(offer) if offer else (None, 0)
    steps = Steps()
    found = study(request, lambda step, share: steps(step, 0.75 * share), census=census)
    made = edition.prepare(found, lambda step, share: steps(step, 0.75 + 0.25 * share))
    steps.done()
    subject = Subject(
        reading=made.reading,
        study=json.loads(made.json),
        layers=made.layers,
        knitted=atlas.knitted(made.knit),
        on=on,
    )
    return ReportStudy(subject, lambda: edition.documents(made, on=on), refused)
