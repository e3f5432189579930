"""La liste des quartiers prioritaires de 2024 est connue par commune, sans leurs contours : un diagnostic dit combien,
dans quelles communes, jamais combien d’habitants.
"""

import pytest

from maillage.publishing.territory import priority_districts
from maillage.reference.definitions import DEFAULT, definition
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.need import population
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer

title = "Les quartiers prioritaires d’un territoire"


def request_of(code: str, zones: str = "") -> Request:
    territory, iris = gazetteer().get(code), population.sources().rp2021
    cut = (
        zoning.from_file(zones.encode(), name="zones.csv", territory=territory, iris=iris)
        if zones
        else zoning.usual(territory, iris)
    )
    slug = "mes-zones" if zones else ""
    return Request(territory=territory, zoning=cut, definition=definition(DEFAULT), slug=slug)


def sentence(code: str, zones: str = "") -> str:
    return priority_districts.read(request_of(code, zones)).sentence.replace("\u00a0", " ").replace("*", "")


def test_a_territory_tells_its_districts_of_2024(spec):
    """Un quartier à cheval sur plusieurs communes est compté une fois dans le territoire, et nommé dans chacune.

    territoire      | code           || réponse
    ----------------+----------------++--------------------------------------------------------------------------------
    Bourg-en-Bresse | EPCI 200071751 || 2 quartiers prioritaires (QPV de 2024) dans une seule commune, Bourg-en-Bresse.
    Plaine Commune  | EPT 200057867  || 22 quartiers prioritaires (QPV de 2024) dans 8 communes.
    Cayenne         | commune 97302  || 12 quartiers prioritaires (QPV de 2024) dans cette commune.
    Redon           | EPCI 243500741 || Aucun quartier prioritaire (QPV de 2024) dans les communes de ce territoire.
    Ouessant        | commune 29155  || Aucun quartier prioritaire (QPV de 2024) dans les communes de ce territoire.
    """
    spec(lambda t: [sentence(code.split()[1]) for code in t["code"].tolist()])


@pytest.mark.parametrize(
    ("code", "zones"), [("75113", ""), ("38185", "code_zone,nom_zone,code\nz1,Teisseire,381850608\n")]
)
def test_a_part_of_a_commune_does_not_claim_all_its_districts(code, zones):
    """Un arrondissement, ou des zones qui ne couvrent qu’une partie d’une commune, le disent : ses quartiers peuvent
    être ailleurs dans la commune.
    """
    request = request_of(code, zones)
    (note,) = priority_districts.read(request).notes
    assert note.startswith("Le territoire ne compte qu’une partie de ")
    assert not any(commune["entiere"] for commune in priority_districts.document(request)["communes"])


def test_no_share_of_residents_is_written_without_contours():
    """Sans contours, la part des habitants n’est pas dite, avec sa raison : jamais zéro."""
    document = priority_districts.document(request_of("200071751"))
    assert document["part_des_habitants"] is None
    assert "contours" in document["motif"]


def test_every_district_is_in_the_table():
    """Le tableau donne une ligne par commune et quartier ; sans quartier, son en-tête seul."""
    rows = priority_districts.table(request_of("200057867")).decode().splitlines()
    assert rows[0] == "code,nom,code_commune,nom_commune,commune_entiere"
    assert len({row.split(",")[0] for row in rows[1:]}) == 22
    assert priority_districts.table(request_of("29155")).decode().splitlines() == rows[:1]
