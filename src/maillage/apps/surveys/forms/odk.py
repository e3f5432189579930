"""Sendings of ODK Collect: an XML of answers, in a form of several parts."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from maillage.apps.surveys import rules
from maillage.apps.surveys.forms.sent import moment
from maillage.kernel.errors import Refused
from maillage.questionnaires.questionnaire import Group, Question, Questionnaire

PART = "xml_submission_file"
COLLECT = uuid.UUID("0c4b6f6e-8b5b-5d39-8f5e-4a2f2f3c9e01")  # for the numbers that Collect gives its own way


def form_id(survey: int) -> str:
    """Return how Collect knows a survey."""
    return f"enquete-{survey}"


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer from Collect: its form, its version, and its elements."""

    form: str
    version: int
    root: Any

    def sent(self, questionnaire: Questionnaire) -> rules.Sent:
        """Return the answer as any other. Refused without its number (`instanceID`)."""
        instance = next(
            (each.text or "" for each in self.root.iter() if _local(each.tag) == "instanceID"), ""
        ).strip()
        if not instance or len(instance) > 200:
            raise Refused(
                "La réponse n’a pas été gardée.",
                why="Elle n’a pas de numéro (instanceID) : on ne saurait pas si elle arrive deux fois.",
                do="Reprenez le formulaire depuis cette adresse dans ODK Collect, puis renvoyez.",
            )
        values: dict[str, str] = {}
        _fill(questionnaire.items, self.root, values, Counter(), 1)
        return rules.Sent(
            uid=_uid(instance),
            version=self.version,
            channel="street",
            values=values,
            begun_at=_moment(self.root, "start"),
            ended_at=_moment(self.root, "end"),
        )


def read(content: bytes) -> Submission:
    """Return the answer in an XML file; Refused when there is none, or when it refers to external data."""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Refused(
            "La réponse n’a pas été gardée.",
            why="Ce n’est pas un fichier XML d’ODK Collect.",
            do="Renvoyez-la depuis l’application, sans la modifier.",
        ) from error
    version = root.get("version", "")
    return Submission(
        form=root.get("id", ""),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
        root=root,
    )


def _fill(
    items: tuple[Question | Group, ...], node: Any, values: dict[str, str], times: Counter[str], time: int
) -> None:
    """Read answers from the elements of the form: a group is one element, a repeat is one element per
    instance. times: instances of each repeat so far: one within another is counted on from the last.
    """
    children: dict[str, list[Any]] = {}
    for each in node:
        children.setdefault(_local(each.tag), []).append(each)
    for item in items:
        elements = children.get(item.name, [])
        if isinstance(item, Group):
            for each in elements[:50]:
                times[item.name] += item.repeat
                _fill(item.items, each, values, times, times[item.name] if item.repeat else time)
        elif elements and (text := "".join(elements[0].itertext()).strip()):
            if len(text) > rules.MOST_LETTERS:
                raise Refused(
                    "La réponse n’a pas été gardée.", why=f"« {item.name} » est trop long.", do=rules.TOO_LONG
                )
            values[item.name if time == 1 else f"{item.name}#{time}"] = text


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _uid(instance: str) -> uuid.UUID:
    try:
        return uuid.UUID(instance.removeprefix("uuid:"))
    except ValueError:
        return uuid.uuid5(COLLECT, instance)


def _moment(root: Any, name: str) -> datetime | None:
    return moment(next((each.text or "" for each in root.iter() if _local(each.tag) == name), "").strip())
