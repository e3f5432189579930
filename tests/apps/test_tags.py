"""Tags of a team and of one person's work: put, read by whom they are for, merged, erased with the person."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from maillage.apps.people.actes.actions import tags
from maillage.apps.people.actes.models import PersonTag, Tag
from maillage.apps.people.actes.queries import tags as queries
from maillage.apps.people.persons.actions import forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def karim(library):
    return account("karim", "aidant", structure=library.structure)


@pytest.fixture
def lea(library):
    return account("lea", "aidant", structure=library.structure)


@pytest.fixture
def fatou(karim, library):
    return people.welcome(by=karim, structure=library.structure, nickname="Fatou", at=AT)


def put(label, on, by, library, *, is_personal=False):
    return tags.put(label, on, structure=library.structure, is_personal=is_personal, by=by, at=AT)


def labels(user, person):
    return [tag.label for tag in queries.of_person(user, person).tags]


def test_a_tag_of_a_team_is_one_however_typed_and_a_personal_one_is_read_by_its_owner_alone(
    karim, lea, fatou, library
):
    assert put("Impôts", fatou, karim, library) == put("  impots ", fatou, lea, library)
    put("À revoir", fatou, karim, library, is_personal=True)
    assert labels(karim, fatou) == ["À revoir", "Impôts"]
    assert labels(lea, fatou) == ["Impôts"]
    stranger = account("autre", "aidant", structure=place("ailleurs", {"nom": "Ailleurs"}).structure)
    assert not queries.counted(stranger).exists()


@pytest.mark.parametrize(("label", "why"), [("  ", "Il manque son nom"), ("06 12 34 56 78", "téléphone")])
def test_a_label_that_is_none_or_a_contact_is_refused(karim, fatou, library, label, why):
    with pytest.raises(Refused, match=why):
        put(label, fatou, karim, library)
    assert not Tag.objects.exists()


def test_merging_keeps_each_person_once_and_never_takes_a_tag_from_the_team(karim, lea, fatou, library):
    other = people.welcome(by=karim, structure=library.structure, nickname="Denis", at=AT)
    taxes, declaration = put("Impôts", fatou, karim, library), put("Déclaration", fatou, karim, library)
    put("Déclaration", other, karim, library)
    own = put("Mes impôts", other, lea, library, is_personal=True)
    with pytest.raises(Refused, match="vos collègues la perdraient"):
        tags.merge(taxes, own, by=lea, at=AT)
    tags.merge(declaration, taxes, by=karim, at=AT)
    tags.merge(own, taxes, by=lea, at=AT)
    assert list(Tag.objects.values_list("label", flat=True)) == ["Impôts"]
    assert PersonTag.objects.filter(tag=taxes).count() == 2
    with pytest.raises(Refused, match="existe déjà"):
        tags.rename(put("Caf", fatou, karim, library), "IMPÔTS", by=karim, at=AT)


def test_tags_go_with_the_person_and_are_in_their_copy(karim, fatou, library):
    put("Impôts", fatou, karim, library)
    assert queries.copy(fatou) == [{"etiquette": "Impôts", "structure": library.structure.name}]
    forgetting.forget(fatou, by=karim, at=AT)
    assert not PersonTag.objects.exists()


def test_the_sheet_of_a_person_puts_takes_off_and_lists(client, karim, fatou):
    client.force_login(karim)
    page = client.post(reverse("person_tags", args=[fatou.pk]), {"nom": "Impôts"}, follow=True)
    tag = Tag.objects.get()
    assert "Impôts" in page.content.decode()
    assert "1 personne" in " ".join(client.get(reverse("tags")).content.decode().split())
    assert "Fatou" in client.get(reverse("tag", args=[tag.pk])).content.decode()
    client.post(reverse("tag", args=[tag.pk]), {"geste": "renommer", "nom": "Impôt"})
    client.post(reverse("person_tags", args=[fatou.pk]), {"oter": tag.pk})
    assert (Tag.objects.get().label, PersonTag.objects.count()) == ("Impôt", 0)
    client.post(reverse("tag", args=[tag.pk]), {"geste": "retirer"})
    assert not Tag.objects.exists()


def test_a_volunteer_reads_the_tags_of_the_team_and_renames_their_own_alone(client, karim, fatou, library):
    team_tag = put("Impôts", fatou, karim, library)
    volunteer = account("paul", "benevole", structure=library.structure)
    own_tag = tags.put("À revoir", fatou, structure=library.structure, is_personal=True, by=volunteer, at=AT)
    client.force_login(volunteer)
    assert "Renommer" not in client.get(reverse("tag", args=[team_tag.pk])).content.decode()
    renamed = {"geste": "renommer", "nom": "Autre"}
    assert client.post(reverse("tag", args=[team_tag.pk]), renamed).status_code == 404
    merged = {"geste": "reunir", "a": team_tag.pk}
    assert client.post(reverse("tag", args=[own_tag.pk]), merged).status_code == 404
    assert client.post(reverse("tag", args=[own_tag.pk]), renamed).status_code == 302
    assert sorted(Tag.objects.values_list("label", flat=True)) == ["Autre", "Impôts"]
