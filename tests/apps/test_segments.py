"""K-005: the segment that a result is read as is a default; a territory changes it, and the pages say so."""

from datetime import UTC, datetime

import pytest

from maillage.apps.referrals.autonomy import actions
from maillage.apps.referrals.autonomy.models import SegmentChoice
from maillage.apps.referrals.autonomy.queries import segments
from maillage.kernel.errors import Refused
from maillage.reference import bilan

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE = "/espace/territoires/38/segments/"
EXCLUDED = bilan.segments()["exclusion"]


def test_the_default_stands_until_a_territory_says_otherwise(client, lea):
    assert segments.of_commune("38151").source == "par défaut"
    client.force_login(lea)
    text = client.get(PAGE).content.decode()
    assert "la lecture par défaut." in text
    chosen = segments.chosen("38") | {"accompagne": "exclusion"}
    text = client.post(PAGE, chosen, follow=True).content.decode()
    assert "Choisi pour" in text and "la lecture par défaut." not in text
    assert SegmentChoice.objects.count() == 1, "only what differs is stored"
    local_segments, elsewhere = segments.of_commune("38151"), segments.of_commune("59350")
    assert (local_segments.labels["accompagne"], local_segments.labels["coup_de_pouce"]) == (
        EXCLUDED,
        bilan.segments()["precarite-faible"],
    )
    assert local_segments.source.startswith("choisi pour ")
    assert elsewhere == segments.of_commune("")
    framework = client.get("/bilan/referentiel/", {"territoire": "38"}).content.decode()
    assert "Segment, choisi pour" in framework
    assert "Segment, par défaut" in client.get("/bilan/referentiel/").content.decode()
    assert client.get("/bilan/referentiel.pdf", {"territoire": "38"}).content.startswith(b"%PDF")
    assert client.get("/bilan/referentiel/", {"territoire": "nulle-part"}).status_code == 404
    client.post(PAGE, {"geste": "defaut"})
    assert segments.of_commune("38151").source == "par défaut"


def test_the_smallest_territory_around_speaks(lea):
    actions.set_segments("38", {"assistance": "precarite-forte"}, by=lea, at=AT)
    actions.set_segments("38151", {"assistance": "precarite-faible"}, by=lea, at=AT)
    assert segments.of_commune("38151").labels["assistance"] == bilan.segments()["precarite-faible"]
    assert segments.of_commune("38185").labels["assistance"] == bilan.segments()["precarite-forte"]


def test_another_territory_s_segments_are_not_there_and_a_false_one_is_refused(client, lea):
    client.force_login(lea)
    assert client.get("/espace/territoires/59/segments/").status_code == 404
    assert client.get("/espace/territoires/84/segments/").status_code == 404
    page = client.post(PAGE, segments.chosen("38") | {"assistance": "autre"})
    assert page.status_code == 400
    assert "Choisissez un segment de la liste." in page.content.decode()
    with pytest.raises(Refused, match="n’existe pas"):
        actions.set_segments("38", {"assistance": "autre"}, by=lea, at=AT)
    assert not SegmentChoice.objects.exists()


def test_a_stale_page_undoes_no_segment_of_another(client, lea):
    """Both pages show the default: each changes one result, then both the same one."""
    client.force_login(lea)
    page = client.get(PAGE).content.decode()
    assert 'name="initial-assistance"' in page
    page_choices = segments.chosen("38")
    stale = page_choices | {f"initial-{name}": value for name, value in page_choices.items()}
    client.post(PAGE, stale | {"accompagne": "exclusion"})
    client.post(PAGE, stale | {"assistance": "precarite-faible"})
    assert segments.chosen("38") == page_choices | {
        "accompagne": "exclusion",
        "assistance": "precarite-faible",
    }
    answer = client.post(PAGE, stale | {"assistance": "precarite-forte"})
    assert answer.status_code == 400
    assert "vient de choisir" in answer.content.decode()
    assert segments.chosen("38")["assistance"] == "precarite-faible"
