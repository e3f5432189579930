"""The list of papers of a procedure: the one of the structure, of its territory, or the common one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.referrals.droits import access
from maillage.apps.referrals.droits.models import LocalChecklist
from maillage.apps.referrals.droits.rules.line import Rule
from maillage.reference.checklists import Checklist, checklists


@dataclass(frozen=True, slots=True)
class Requirements:
    """Papers of a procedure, and where that was read. common: the list of everybody, if there is one;
    local: the list that stands for it here, if any.
    """

    common: Checklist | None
    local: LocalChecklist | None = None

    @property
    def papers(self) -> dict[str, str]:
        """The papers, key → words."""
        if self.local is not None:
            return dict(self.local.papers)
        return dict(self.common.papers) if self.common else {}

    @property
    def rule(self) -> Rule:
        """The rule of the line: the papers of this list, the dates of the right of the common list alone."""
        if self.common is None:
            return Rule(papers=self.papers)
        return Rule(
            papers=self.papers,
            lasts=self.common.lasts,
            opens=self.common.opens,
            closes=self.common.closes,
            appeal=self.common.appeal,
            endless=self.common.endless,
        )

    @property
    def at_once(self) -> bool:
        """The procedure is obtained there and then."""
        return self.common is not None and self.common.at_once

    @property
    def window(self) -> str:
        """Return when the right is asked for again, in French; '' when no rule is known."""
        if self.common is None or self.common.opens is None:
            return ""
        return f"Se redemande entre {self.common.opens} et {self.common.closes} mois avant sa fin."


def everybody() -> dict[str, Requirements]:
    """Return the common lists, by key of procedure."""
    return {key: Requirements(checklist) for key, checklist in checklists().items()}


def requirements(structure: Structure | None) -> Mapping[str, Requirements]:
    """Return the lists known for a structure, by key of procedure; a procedure without a list is absent."""
    by_procedure = everybody()
    for row in access.checklists_of(structure):
        by_procedure[row.procedure] = Requirements(checklists().get(row.procedure), row)
    return by_procedure


def common(procedure: str) -> Requirements:
    """Return the common list of a procedure, empty when nobody wrote one."""
    return Requirements(checklists().get(procedure))


def of_procedure(structure: Structure | None, procedure: str) -> Requirements:
    """Return the list of one procedure, an empty one when nobody wrote any."""
    return requirements(structure).get(procedure, Requirements(None))


def history(owned: LocalChecklist) -> list[tuple[date, LocalChecklist]]:
    """Return the lists that one replaced, the latest first, each with the day it was replaced."""
    rows = LocalChecklist.objects.filter(
        structure=owned.structure,
        territory=owned.territory,
        procedure=owned.procedure,
        retired_at__isnull=False,
    ).order_by("-retired_at")
    return [(timezone.localdate(row.retired_at), row) for row in rows if row.retired_at is not None]
