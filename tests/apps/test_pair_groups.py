"""Thousands of pairs: read by what they have in common, decided together, taken back together."""

from datetime import UTC, datetime

import pytest

from maillage.apps.directory.intake.queries import pair_groups
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu, Pair, Source, Structure
from maillage.apps.directory.places.queries import space

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home"), pytest.mark.both_databases]

ON = datetime(2026, 11, 20, tzinfo=UTC).date()
SAME, OTHER = ("même nom", "même adresse"), ("noms différents", "même adresse")


@pytest.fixture
def many(client, coordinator):
    """Return the numbers of forty pairs of one sort and of three of another, each of two places of its own."""
    client.force_login(coordinator)
    source = Source.objects.create(name="Réseau")
    structure = Structure.objects.create(key="reseau", name="Réseau")
    for n in range(86):
        sheet = {"id": str(n), "nom": f"Lieu {n}", "code_insee": "38185", "commune": "Grenoble"}
        Lieu.objects.create(
            slug=f"lieu-{n}",
            source=source,
            identifier=str(n),
            structure=structure,
            name=sheet["nom"],
            code_insee="38185",
            sheet=sheet,
        )
    lieux = list(Lieu.objects.order_by("pk"))
    for n in range(43):
        reasons = [*(SAME if n < 40 else OTHER), f"{n} m d’écart", "téléphones différents"]
        Pair.objects.create(first=lieux[2 * n], second=lieux[2 * n + 1], score=0.9, reasons=reasons)
    return list(Pair.objects.order_by("pk").values_list("pk", flat=True))


def address(words: tuple[str, ...]) -> str:
    return f"/espace/annuaire/doublons/motif/{pair_groups.key(words)}/"


def states() -> list[str]:
    return list(Pair.objects.order_by("pk").values_list("state", flat=True))


def test_pairs_are_grouped_by_what_names_and_addresses_say(client, many, coordinator):
    groups = pair_groups.groups(coordinator, ON)
    assert [(group.words, group.n) for group in groups] == [
        ("même nom ; même adresse", 40),
        ("noms différents ; même adresse", 3),
    ]
    page = client.get("/espace/annuaire/doublons/").content.decode()
    assert address(SAME) in page
    assert "40 paires" in page


def test_a_whole_group_is_declined_and_taken_back(client, many):
    assert client.post(address(SAME), {"geste": "toutes"}).status_code == 302
    assert states() == [rules.DECLINED] * 40 + [rules.OPEN] * 3
    page = client.get("/espace/annuaire/doublons/").content.decode()
    assert "peuvent être reprises" in page
    client.post("/espace/annuaire/doublons/revoir/")
    assert states() == [rules.OPEN] * 43
    assert "peuvent être reprises" not in client.get("/espace/annuaire/doublons/").content.decode()


def test_the_pairs_that_are_ticked_become_one_and_are_taken_apart_together(client, many):
    client.post(address(OTHER), {"geste": "un", "paire": [str(pk) for pk in many[40:42]]})
    assert states() == [rules.OPEN] * 40 + [rules.ACCEPTED] * 2 + [rules.OPEN]
    assert Lieu.objects.filter(state=rules.MERGED).count() == 2
    client.post("/espace/annuaire/doublons/revoir/")
    assert states() == [rules.OPEN] * 43
    assert not Lieu.objects.filter(state=rules.MERGED).exists()


def test_after_a_pair_comes_the_next_one_and_the_list_after_the_last(client, many):
    Pair.objects.filter(pk=many[3]).update(score=0.5)

    def decided(pk: int, gesture: str) -> str:
        return client.post(f"/espace/annuaire/doublons/{pk}/", {"geste": gesture})["Location"]

    assert decided(many[1], "reunir") == f"/espace/annuaire/doublons/{many[2]}/"
    assert decided(many[2], "deux") == f"/espace/annuaire/doublons/{many[4]}/", "the less likely come after"
    assert decided(many[42], "deux") == f"/espace/annuaire/doublons/{many[3]}/"
    assert decided(many[3], "deux") == "/espace/annuaire/doublons/"


def test_a_pair_of_another_group_is_not_decided_with_it(client, many):
    client.post(address(OTHER), {"geste": "deux", "paire": [str(many[0]), str(many[42]), "x"]})
    assert states() == [rules.OPEN] * 42 + [rules.DECLINED]


def test_nothing_ticked_says_so_and_changes_nothing(client, many):
    page = client.post(address(SAME), {"geste": "un"}, follow=True).content.decode()
    assert "Aucune paire n’était cochée" in page
    assert states() == [rules.OPEN] * 43


def test_a_group_that_is_no_more_leads_back_to_the_list(client, many):
    response = client.get("/espace/annuaire/doublons/motif/0123456789ab/")
    assert response["Location"] == "/espace/annuaire/doublons/"


def test_whoever_edits_one_structure_decides_no_group(client, many, django_user_model):
    client.force_login(django_user_model.objects.create_user("simple@example.org"))
    response = client.post(address(SAME), {"geste": "toutes"})
    assert response.status_code in (302, 403, 404)
    assert states() == [rules.OPEN] * 43


def test_only_pairs_whose_places_are_published_are_in_a_group(client, many, coordinator):
    first = Pair.objects.get(pk=many[0]).first
    first.state = rules.ENDED
    first.save()
    assert len(pair_groups.of_group(coordinator, ON, pair_groups.key(SAME))[1]) == 39
    assert space.pairs(coordinator, ON).count() == 42
