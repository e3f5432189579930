"""All that a structure wrote in the network, in open formats: tables, texts, files."""

import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, Field, ForeignKey, Model, Q
from django.utils import timezone
from django.utils.text import slugify

from maillage.apps.community.models import Decision, Meeting, News, Post, Resource
from maillage.apps.community.queries import meetings
from maillage.apps.community.rules import discussions as rules
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.models import User
from maillage.kernel.spreadsheet import Writer
from maillage.words.dates import in_words

# The features in which structures write to one another; what stands above is found by its name alone.
FEATURES = ("community", "network")
# Marks of forms, and codes that open something: neither was written by the structure.
UNSAID = frozenset({"token", "code"})
READ_ME = """# Ce que {name} a écrit dans le réseau

Fait le {on}. Tables en CSV (UTF-8, virgules), textes en Markdown, fichiers tels quels.
Ce fichier ne contient pas les textes des autres, sauf les messages qu’ils vous ont adressés.

{tables}
"""


def archive(structure: Structure, at: datetime) -> bytes:
    """Return a zip of everything a structure wrote: a table for each sort of row, minutes and messages as
    text, files as they were given. Two calls at the same moment give the same bytes.
    """
    files: dict[str, bytes] = {}
    tables = []
    for model in _models():
        if not (owners := _owners(model)):
            continue
        rows = model._default_manager.filter(_any(owners, structure)).select_related(*owners).order_by("pk")
        if rows_written := list(rows):
            plain = slugify(str(model._meta.verbose_name_plural).replace("’", " "))
            name = f"{plain}.csv" if f"{plain}.csv" not in files else f"{plain}-{model._meta.app_label}.csv"
            files[name] = _table(model, rows_written)
            tables.append(f"- {name} : {len(rows_written)}")
    files |= _texts(structure) | _files(structure)
    readme = READ_ME.format(
        name=structure.name,
        on=f"{in_words(timezone.localdate(at))}",
        tables="\n".join(tables) or "Rien n’a encore été écrit.",
    )
    files["LISEZ-MOI.md"] = readme.encode("utf-8")
    return _zipped(files, at)


def _models() -> list[type[Model]]:
    installed = {each.label for each in apps.get_app_configs()}
    return [
        model for name in FEATURES if name in installed for model in apps.get_app_config(name).get_models()
    ]


def _owners(model: type[Model]) -> list[str]:
    """Return the fields by which a row is a structure's."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is Structure
    ]


def _any(names: Iterable[str], structure: Structure) -> Q:
    condition = Q()
    for name in names:
        condition |= Q(**{name: structure})
    return condition


def _table(model: type[Model], rows: Iterable[Model]) -> bytes:
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.name not in UNSAID and not isinstance(field, BinaryField) and not _names_account(field)
    ]
    buffer = io.StringIO(newline="")
    writer = Writer(buffer)
    writer.writerow([str(field.verbose_name) for field in fields])
    for row in rows:
        writer.writerow([_cell(row, field) for field in fields])
    return buffer.getvalue().encode("utf-8-sig")


def _names_account(field: Field[Any, Any]) -> bool:
    return isinstance(field, ForeignKey) and field.related_model is User


def _cell(row: Model, field: Field[Any, Any]) -> str:
    value: Any = getattr(row, field.attname)
    if value is None:
        return ""
    if isinstance(field, ForeignKey) and field.related_model is Structure:
        return str(getattr(row, field.name))
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _texts(structure: Structure) -> dict[str, bytes]:
    """Return the minutes, the messages and the news of a structure, as Markdown."""
    files = {}
    for row in Meeting.objects.filter(structure=structure).exclude(record=""):
        decided = [_decision(each) for each in Decision.objects.filter(meeting=row).select_related("pilot")]
        text = f"# {row.title}\n\n{meetings.when(row)}\n\n{row.record}\n"
        if decided:
            text += "\n## Décisions\n\n" + "\n".join(decided) + "\n"
        files[f"comptes-rendus/{row.pk}-{slugify(row.title)[:60]}.md"] = text.encode("utf-8")
    posts = [
        f"## {rules.SUBJECTS[row.kind].capitalize()}, {in_words(timezone.localdate(row.at))}\n\n{row.words}\n"
        for row in Post.objects.filter(structure=structure).exclude(words="").order_by("pk")
    ]
    if posts:
        files["discussions.md"] = "\n".join(["# Ce que nous avons écrit\n", *posts]).encode("utf-8")
    news = [
        f"## {row.title}\n\n{row.words}\n{row.link}\n"
        for row in News.objects.filter(structure=structure).order_by("pk")
    ]
    if news:
        files["nouvelles.md"] = "\n".join(["# Nos nouvelles\n", *news]).encode("utf-8")
    return files


def _decision(row: Decision) -> str:
    pilot = meetings.pilot_name(row)
    task = f" ({pilot}, pour le {in_words(row.until_on)})" if pilot and row.until_on else ""
    return f"- {row.words}{task}"


def _files(structure: Structure) -> dict[str, bytes]:
    rows = Resource.objects.filter(structure=structure, file__isnull=False).select_related("file")
    return {
        f"ressources/{row.pk}-{slugify(row.title)[:60]}.{row.file.extension}": bytes(row.file.content)
        for row in rows
    }


def _zipped(files: dict[str, bytes], at: datetime) -> bytes:
    buffer = io.BytesIO()
    moment = timezone.localtime(at).timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, moment), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
