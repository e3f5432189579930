"""Nobody writes a secret about a person: every column that is typed freely refuses one, by its kind."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction

from maillage.kernel.errors import Refused
from maillage.manage.requests.middleware import Refusals
from maillage.web.free_text import FreeChar, FreeText

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
# Where rows speak of persons who are helped.
ABOUT = {
    *("people", "mandats", "actes", "agenda", "orientations", "autonomy", "learning", "droits", "reminders"),
    "documents",
}
# Columns of those rooms that nobody types freely, by why.
PLAIN: dict[str, set[str]] = {
    "drawn at random, or a digest of it": {"documents.Paper.name", "hash", "code", "token", "digest", "civil_digest", "secret", "key", "series", "wrapped"},
    "a key given by another system, stored sealed": {"access_token", "refresh_token"},
    "a key of a list that is ours": {
        *("language", "procedure", "commune", "place", "outline", "module", "path", "proposed", "paper"),
        *("purpose", "source", "territory", "version", "form", "line", "value", "observed", "verb", "kind"),
        *("result", "learner", "more"),
    },
    "the name or the address of a place": {"lieu_name", "address", "place_mail"},
    "what a program says of itself": {"scanner"},
    "a drawing": {"strokes"},
    "words of ours, and a name that was refused there": {"words", "text", "french", "subject", "conflict"},
    "of a mandate, copied from a list that refuses": {"label", "operator"},
}  # fmt: skip


def columns() -> list[models.Field]:
    """Return the columns of text without a list of choices, in those rooms."""
    return [
        field
        for name in sorted(ABOUT & {each.label for each in apps.get_app_configs()})
        for model in apps.get_app_config(name).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]


def test_every_column_that_is_typed_freely_about_a_person_refuses_secrets():
    known = {name for names in PLAIN.values() for name in names}
    plain_columns = [str(each) for each in columns() if not isinstance(each, FreeChar | FreeText)]
    assert [name for name in plain_columns if not {name, name.rpartition(".")[2]} & known] == []
    needed = set(plain_columns) | {name.rpartition(".")[2] for name in plain_columns}
    assert known <= needed, "an exception that nothing needs"
    free = [str(each) for each in columns() if isinstance(each, FreeChar | FreeText)]
    assert {"mandats.Mandat.witness", "agenda.Workshop.title", "learning.Group.note"} <= set(free)


@pytest.mark.django_db
@pytest.mark.parametrize("write", ["save", "bulk_create", "update"])
def test_whichever_way_it_is_written_a_secret_does_not_enter(write: str):
    from maillage.apps.people.persons.models import Person

    def put(nickname: str) -> Any:
        person = Person(
            code=f"A{len(nickname)}", picture="maison", nickname=nickname, made_at=AT, active_at=AT
        )
        match write:
            case "save":
                return person.save()
            case "bulk_create":
                return Person.objects.bulk_create([person])
            case _:
                return Person.objects.update(nickname=nickname)

    with pytest.raises(Refused, match="mot de passe"), transaction.atomic():
        put("mot de passe : Soleil38")
    put("mot de passe refait avec elle")


@pytest.mark.django_db
def test_unexpected_refusal_is_answered_and_other_errors_propagate(rf):
    guard = Refusals(lambda request: pytest.fail("not asked"))
    request = rf.get("/")
    request.user, request.session = AnonymousUser(), {}
    response = guard.process_exception(request, Refused("Non.", why="Parce que.", do="Recommencez."))
    assert (
        response is not None and response.status_code == 400 and "Recommencez." in response.content.decode()
    )
    assert guard.process_exception(request, ValueError("x")) is None
