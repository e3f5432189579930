"""The register of what is stored about a person: nothing is stored that it does not declare, and its pages, the
copy and the erasure say and do what it says.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from maillage.apps.people.persons.actions import forgetting
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import COUNTED, DELETED, FATES, PROVEN
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations.queries import copies, register
from maillage.kernel import codes
from maillage.reference import bilan
from maillage.web.free_text import FreeChar, FreeText
from tests.conftest import account
from tests.support.cards import give_secret, open_page
from tests.support.personas import AURELIE
from tests.support.places import place
from tools import treatments

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MARK = "Zéphyrine"  # written wherever a text may be: nothing of it stays


def links(model: type[models.Model], to: set[type[models.Model]]) -> list[models.ForeignKey]:
    """Return the relations by which rows of a model are about what rows of others are about."""
    foreign_keys = [each for each in model._meta.get_fields() if isinstance(each, models.ForeignKey)]
    return [
        each
        for each in foreign_keys
        if each.related_model is Person
        or (each.related_model in to and each.remote_field.on_delete is models.CASCADE)
    ]


def about_a_person() -> set[type[models.Model]]:
    """Return the models that are about a person: those that name them, and what only lives under one."""
    linked_models: set[type[models.Model]] = {Person}
    while more := {
        each for each in apps.get_models() if each not in linked_models and links(each, linked_models)
    }:
        linked_models |= more
    return linked_models


def declared() -> list[str]:
    return [label for kind in register.REGISTER for label in kind.models]


def test_each_model_about_a_person_is_one_line_of_the_register():
    of_aidants = {"volunteers.Enrolment"}  # a seat at a training: nobody helped sits there
    labels = {model._meta.label for model in about_a_person()} - of_aidants
    assert labels - set(declared()) == set(), (
        "Declare it in the PERSONAL_DATA of its application, read by orientations/queries/register.py,"
        " and erase it in manage/hooks.py (ERASERS)."
    )
    assert set(declared()) - labels == {"accounts.Entry"}, "the journal names nobody"
    assert [label for label, n in Counter(declared()).items() if n > 1] == []


def test_each_line_of_the_register_is_erased_and_says_why_and_until_when():
    owners = {label.split(".")[0] for label in declared()} - {"people", "accounts"}
    assert owners == {app for app, _ in forgetting.ERASERS}
    for kind in register.REGISTER:
        assert kind.fate in FATES and all(each.endswith(".") for each in (kind.why, kind.until))


def test_the_written_register_is_what_the_code_declares():
    assert treatments.undeclared() == [], "Declare whose it is and until when, in tools/treatments.py."
    assert treatments.PAGE.read_text("utf-8") == treatments.page(), "make docs"


# ------------------------------------------------------------------------------- somebody with a row of each


PARTICULAR: dict[str, dict[str, Any]] = {
    "droits.Fact": {"kind": "paper", "paper": "identite"},
    "actes.Revision": {"after": {"operator": MARK}},
    "autonomy.Bilan": {"line": next(iter(bilan.lines())), "answers": AURELIE},
}


class Maker:
    """Make rows of any model, every text marked, under one person."""

    def __init__(self, person: Person, structure: Any, by: User) -> None:
        self.known: dict[type, Any] = {Person: person, type(structure): structure, User: by}
        self.n = 0

    def of(self, model: type[models.Model]) -> Any:
        if model not in self.known:
            fields = (each for each in model._meta.concrete_fields if not each.primary_key)
            values = {each.name: self.value(each) for each in fields} | PARTICULAR.get(model._meta.label, {})
            [self.known[model]] = model._default_manager.bulk_create([model(**values)])
        return self.known[model]

    def value(self, field: Any) -> Any:
        self.n += 1
        if isinstance(field, models.ForeignKey):
            own = field.related_model is field.model
            optional = field.null and field.related_model not in self.known
            return None if own or optional else self.of(field.related_model)
        if field.choices:
            return "" if field.blank else field.flatchoices[0][0]
        match field:
            case models.DateTimeField():
                return None if field.null else AT + timedelta(hours=field.name.startswith("ends"))
            case models.DateField():
                return None if field.null else date(2026, 11, 20)
            case models.BooleanField():
                return False
            case models.UUIDField():
                return f"00000000-0000-0000-0000-{self.n:012}"
            case FreeChar() | FreeText() | models.TextField():
                return f"{self.n}{MARK}"[: field.max_length]
            case models.CharField():  # a key or a code
                return "" if field.blank else f"k{self.n}"[: field.max_length]
            case models.JSONField():
                return field.get_default()
            case models.BinaryField():
                return MARK.encode()
        return None if field.null else 1


@pytest.fixture
def everything(db) -> Person:
    lieu = place("bibliotheque")
    leila = account("leila", "aidant", structure=lieu.structure)
    person = Person.objects.create(
        code=codes.make(), picture="lune", nickname=MARK, made_at=AT, active_at=AT, born=1950
    )
    maker = Maker(person, lieu.structure, leila)
    for model in sorted(about_a_person() - {Person}, key=lambda model_class: model_class._meta.label):
        maker.of(model)
    return person


def texts(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    for row in model._default_manager.values():
        for name, value in row.items():
            yield name, bytes(value).decode() if isinstance(value, memoryview | bytes) else str(value)


# What stays marked once a person is erased: who helped with what, in a place, and nobody else.
ABOUT_NOBODY = {
    "people.Consent.words": "what is read to everybody",
    "agenda.Appointment.helper_name": "who received them",
}


@pytest.mark.both_databases
def test_erasing_does_to_each_row_what_the_register_says(everything):
    labels = {label for each in register.of_person(everything) for label in each.kind.models}
    assert labels - {"accounts.Entry"} == set(declared()) - {"accounts.Entry"}, "a row of each is scenery"
    forgetting.forget(everything, by=None, at=AT)
    marked = set()
    for kind in register.REGISTER:
        assert kind.fate in (DELETED, COUNTED, PROVEN)
        for model in map(apps.get_model, kind.models):
            if kind.fate == DELETED and model is not Person:
                assert not model._default_manager.exists(), model
            marked |= {f"{model._meta.label}.{name}" for name, text in texts(model) if MARK in text}
    assert marked == set(ABOUT_NOBODY)
    everything.refresh_from_db()
    assert everything.nickname == "" and everything.born is None


def page_of(client, address: str) -> str:
    return " ".join(client.get(address).content.decode().replace("\u00a0", " ").split())


def test_the_page_the_erasure_and_the_copy_say_each_line(client, everything):
    give_secret(everything)
    open_page(client, everything)
    stored_page, erased, copied = (
        page_of(client, f"/ma-carte/{name}/") for name in ("garde", "effacer", "copie")
    )
    for entry in register.of_person(everything):
        kind = entry.kind
        assert kind.title in stored_page and kind.why in stored_page and kind.until in stored_page
        assert kind.title in erased and FATES[kind.fate] in erased
        assert kind.title in copied
    assert "Vos mandats (1)" in stored_page and "Vos mandats (1)" in erased
    copy_json = client.get("/ma-carte/copie/?format=json").json()
    assert {kind.id for kind in register.REGISTER} - {"fiche"} <= set(copy_json)


def test_a_copy_is_read_in_plain_french(client, everything):
    give_secret(everything)
    open_page(client, everything)
    page = page_of(client, "/ma-carte/copie/")
    assert "20 novembre 2026 à 10 h" in page
    bare = re.sub(r"<[^>]+>", " ", page.partition("<main")[2])
    assert "2026-11-20" not in bare and "None" not in bare and "_" not in bare


def test_each_line_of_a_copy_has_a_name_that_is_read(everything):
    def names(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, child in value.items():
                yield key
                yield from names(child)
        elif isinstance(value, list | tuple):
            for child in value:
                yield from names(child)

    keys = {key for entry in register.of_person(everything) for row in entry.rows for key in names(row)}
    nested = {"question", "essai", "mesures", "messages_lus", "reponses", "fait", "prochaine_fois", "mots"}
    assert keys - set(copies.LABELS) - copies.FILE_ONLY - nested == set()


def test_what_only_machines_read_stays_in_the_file(client, everything):
    give_secret(everything)
    open_page(client, everything)
    page = page_of(client, "/ma-carte/copie/")
    for words in ("Secondes par écran", "Version des essais", "Ligne de la règle", "Empreinte"):
        assert words not in page
    assert "secondes_par_ecran" in client.get("/ma-carte/copie/?format=json").content.decode()
    assert 'href="#mandats"' in page and 'id="mandats"' in page
