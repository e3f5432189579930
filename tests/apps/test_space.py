"""The professional space: what a network adds, who may, what it says when it refuses."""

import gzip
import json
import re
from html import unescape

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from maillage.apps.dossiers import actions as dossier_actions
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.steering.plans.models import Plan
from maillage.apps.territories import actions, queries
from maillage.apps.territories.models import Correction, Marking, Perimeter
from maillage.kernel.errors import Refused
from maillage.statistics.diagnosis.request import Inside
from tests.conftest import account
from tests.support.example_rows import CELL

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ZONES = b"code_zone,nom_zone,code\nN,Nord,38382\nS,Sud,38151\n"


def perimeter(**changed) -> dict:
    """Return the fields of a perimeter whose zones were read, and agreed."""
    return {
        "nom": "Nord et sud",
        "adresse": "nord-et-sud",
        "code": "200040715",
        "raison": "Deux bassins de vie",
        "zones_lues": json.dumps(changed.pop("zones", ZONES).decode()),
        "nom_fichier": "zones.csv",
        **changed,
    }


def dropped(content: bytes, name: str = "zones.csv", **changed) -> dict:
    """Return the fields of a perimeter with the file of its zones."""
    fields = {key: value for key, value in perimeter().items() if key not in ("zones_lues", "nom_fichier")}
    return {**fields, "fichier": SimpleUploadedFile(name, content), **changed}


def test_a_row_that_does_not_exist_is_a_404(client, coordinator):
    client.force_login(coordinator)
    for kind in ("perimetre", "filtre", "correction", "autre"):
        assert client.post(f"/espace/{kind}/12345/retirer/").status_code == 404
    assert client.get("/espace/corriger/une-autre-table/").status_code == 404


# ------------------------------------------------------------------------------------------------- perimeters


def test_a_perimeter_gets_an_address_and_its_diagnosis(client, coordinator, home):
    client.force_login(coordinator)
    response = client.post("/espace/perimetres/nouveau/", perimeter())
    assert response["Location"] == "/territoires/nord-et-sud/"
    assert client.get("/territoires/nord-et-sud/").status_code == 200


CLERK = (
    "Zones de la Métropole;;\nSecteur;Commune;Remarque\nNord;St Martin le Vinoux;\nNord;38382;\nNord;Grenoble;\n"
    "Sud;GRENOBLE;\nSud;Échirolles;\nSud;Lyon;\n"
).encode("cp1252")


def test_the_zones_of_a_file_appear_before_they_are_stored(client, coordinator, home):
    client.force_login(coordinator)
    page = client.post("/espace/perimetres/nouveau/", dropped(CLERK)).content.decode()
    assert not Perimeter.objects.exists(), "nothing is stored before somebody agrees"
    assert "Zones trouvées (2)" in page and "Dans deux zones (1)" in page
    assert "Lignes refusées (2)" in page and "Lyon (69123) n’est pas une commune" in page
    assert "Meylan" in page.split("Dans aucune zone")[1], "what is left out is named"
    fields = {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    }
    answer = client.post("/espace/perimetres/nouveau/", fields)
    assert answer["Location"] == "/territoires/nord-et-sud/"
    row = Perimeter.objects.get()
    assert row.file_name == "zones.csv" and row.reason == "Deux bassins de vie"
    zones = [line.split(",") for line in row.zones.splitlines()[1:]]
    assert zones == [["nord", "Nord", "38423"], ["nord", "Nord", "38382"], ["sud", "Sud", "38151"]]


def test_a_perimeter_without_a_file_asks_for_it(client, coordinator):
    client.force_login(coordinator)
    page = client.post("/espace/perimetres/nouveau/", perimeter(zones=b""))
    assert "Il manque le fichier" in page.content.decode()


def test_a_wrong_zone_file_is_refused_in_three_sentences_and_stores_nothing(client, coordinator):
    client.force_login(coordinator)
    page = client.post("/espace/perimetres/nouveau/", dropped(b"code_zone,nom_zone,code\nN,Nord,69123\n"))
    text = page.content.decode().replace("\xa0", " ")
    assert "zones.csv, ligne 2, colonne code, valeur « 69123 »" in text
    assert "hors de Grenoble-Alpes-Métropole" in text
    assert "Corrigez cette ligne" in text
    assert not Perimeter.objects.exists()


@pytest.mark.parametrize("slug", ["38151", "suggestions", "../x"])
def test_an_address_that_is_taken_or_impossible_is_refused(coordinator, slug):
    with pytest.raises(Refused, match="adresse"):
        actions.keep_perimeter(
            by=coordinator,
            slug=slug,
            name="N",
            code="200040715",
            reason="r",
            content=ZONES,
            file_name="z.csv",
        )


def test_keeping_again_replaces_the_zones_and_asks_another_study(coordinator, home):
    for content in (ZONES, ZONES + b"O,Ouest,38485\n"):
        actions.keep_perimeter(
            by=coordinator,
            slug="nord-et-sud",
            name="N",
            code="200040715",
            reason="r",
            content=content,
            file_name="z.csv",
        )
        from maillage.apps.dossiers.actions import ask

        ask(dossiers.StudyRequest(place="nord-et-sud"))
    assert Perimeter.objects.count() == 1
    from maillage.apps.dossiers.models import Study

    assert Study.objects.filter(place="nord-et-sud").count() == 2


def test_a_perimeter_is_dropped_by_its_button(client, coordinator):
    client.force_login(coordinator)
    client.post("/espace/perimetres/nouveau/", perimeter())
    client.post(f"/espace/perimetre/{Perimeter.objects.get().pk}/retirer/")
    assert not Perimeter.objects.exists()


def test_the_address_of_a_dropped_perimeter_gives_no_one_what_is_stored_under_it(client, home):
    first, other = (account(name, "coordination", territory="38") for name in ("chloe", "marc"))
    client.force_login(first)
    client.post("/espace/perimetres/nouveau/", perimeter())
    plan = Plan.objects.create(place="nord-et-sud", title="Notre plan", at=timezone.now())
    client.post(f"/espace/perimetre/{Perimeter.objects.get().pk}/retirer/")
    client.force_login(other)
    answer = client.post("/espace/perimetres/nouveau/", perimeter())
    assert "Cette adresse est déjà prise" in answer.content.decode() and not Perimeter.objects.exists()
    plan.delete()
    assert client.post("/espace/perimetres/nouveau/", perimeter()).status_code == 302, "nothing is led by it"


def test_a_page_offers_to_take_off_only_what_its_reader_may(client, coordinator):
    first, other = (account(name, "coordination", territory="38") for name in ("chloe", "marc"))
    client.force_login(first)
    client.post("/espace/perimetres/nouveau/", perimeter())
    file = SimpleUploadedFile("quartiers.csv", b"code,part\n381510101,40\n")
    client.post("/espace/filtres/nouveau/", {"nom": "Un", "adresse": "un-quartier", "fichier": file})
    local_correction, there = (
        actions.correct(
            by=coordinator,
            table="insee-filosofi-communes",
            key=key,
            column="median",
            value=20_000,
            reason="r",
        )
        for key in ("38151", "69123")
    )
    perimeter_row, marking = Perimeter.objects.get(), Marking.objects.get()
    forms = [
        f"perimetre/{perimeter_row.pk}",
        f"filtre/{marking.pk}",
        f"correction/{local_correction.pk}",
        f"correction/{there.pk}",
    ]
    for user, offered in ((first, forms[:3]), (other, forms[2:3]), (coordinator, forms)):
        client.force_login(user)
        page = client.get("/espace/territoires/").content.decode()
        assert [each for each in forms if f"/espace/{each}/retirer/" in page] == offered
        assert "1\xa0commune ou quartier</span>" in page, "one is singular"


def test_a_perimeter_that_gives_roles_is_not_dropped_under_them(client, coordinator):
    first = account("chloe", "coordination", territory="38")
    client.force_login(first)
    client.post("/espace/perimetres/nouveau/", perimeter())
    address = f"/espace/perimetre/{Perimeter.objects.get().pk}/retirer/"
    account("marc", "coordination", territory="nord-et-sud")
    response = client.post(address)
    assert response.status_code == 400 and "Des rôles y sont donnés" in response.content.decode()
    assert Perimeter.objects.exists()
    client.force_login(coordinator)
    assert client.post(address).status_code == 302, "who holds the right over France knows what goes with it"


def test_no_list_leads_to_a_study_whose_perimeter_was_dropped(client, coordinator, study):
    from maillage.apps.dossiers.models import Study

    client.force_login(coordinator)
    client.post("/espace/perimetres/nouveau/", perimeter())
    Study.objects.create(
        key="a" * 20,
        place="nord-et-sud",
        name="Nord et sud",
        inputs=study.inputs | {"place": "nord-et-sud"},
        status="done",
        finished_at=timezone.now(),
    )
    pages = ("/territoires/", "/espace/territoires/", "/territoires/38151/comparer/")
    assert all("/territoires/nord-et-sud/" in client.get(page).content.decode() for page in pages[:2])
    client.post(f"/espace/perimetre/{Perimeter.objects.get().pk}/retirer/")
    assert not any("nord-et-sud" in client.get(page).content.decode() for page in pages)


def test_a_study_of_the_space_leads_to_its_own_question(client, coordinator, study):
    from maillage.apps.dossiers.models import Study

    inputs = study.inputs | {"definition": "trois-niveaux-2017", "inside": "petites-communes"}
    Study.objects.create(key="b" * 20, place="38151", name="Échirolles", inputs=inputs)
    client.force_login(coordinator)
    page = client.get("/espace/territoires/").content.decode()
    assert 'href="/territoires/38151/?definition=trois-niveaux-2017&amp;filtre=petites-communes"' in page


def test_lists_of_names_read_no_file(client, coordinator, study, django_assert_num_queries):
    client.force_login(coordinator)
    client.post("/espace/perimetres/nouveau/", perimeter())
    file = SimpleUploadedFile("quartiers.csv", b"code,part\n381510101,40\n")
    client.post("/espace/filtres/nouveau/", {"nom": "Un", "adresse": "un-quartier", "fichier": file})
    with django_assert_num_queries(2) as read:
        (named,) = queries.perimeters_named("nord sud")
        offered = queries.filters_offered()
    assert (named.slug, offered[-1]) == ("nord-et-sud", ("un-quartier", "Un"))
    assert not any(column in each["sql"] for each in read.captured_queries for column in ("zones", "shares"))
    with django_assert_num_queries(0):
        assert queries.perimeters_named(" ") == []


# ---------------------------------------------------------------------------------------------------- filters


def test_a_list_of_codes_becomes_a_filter_every_page_offers(client, coordinator, study):
    client.force_login(coordinator)
    file = SimpleUploadedFile("quartiers.csv", b"code,part\n381510101,40\n38151,\n")
    client.post(
        "/espace/filtres/nouveau/", {"nom": "Mes quartiers", "adresse": "mes-quartiers", "fichier": file}
    )
    assert Marking.objects.get().shares["381510101"] == pytest.approx(0.4)
    assert "Mes quartiers" in client.get("/territoires/38151/").content.decode()
    inside = queries.inside("mes-quartiers")
    assert isinstance(inside, Inside)
    assert 0 < inside.share.sum() <= 15


def test_a_filter_of_somebody_else_is_never_replaced(client, coordinator):
    def dropped(code: str) -> str:
        file = SimpleUploadedFile("quartiers.csv", f"code\n{code}\n".encode())
        sent = {"nom": f"Ceux de {code}", "adresse": "mes-quartiers", "fichier": file}
        return client.post("/espace/filtres/nouveau/", sent).content.decode()

    client.force_login(coordinator)
    dropped("38151")
    client.force_login(account("nord", "coordination", territory="59"))
    assert "déjà celle d’un filtre de quelqu’un d’autre" in dropped("59350")
    marking = Marking.objects.get()
    assert (marking.label, marking.created_by) == ("Ceux de 38151", coordinator)
    client.force_login(coordinator)
    dropped("38185")
    assert Marking.objects.get().label == "Ceux de 38185", "one’s own is dropped again"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("liste.csv", b"code\n1004\n", "le zéro de tête est perdu"),
        ("liste.csv", b"code,part\n38151,140\n", "une part est un nombre entre 0 et 100"),
        ("qpv.geojson", b'{"features": []}', "aucun contour"),
        (
            "qpv.geojson",
            b'{"features":[{"properties":{"code_qp":"QN1"},"geometry":{"type":"Polygon","coordinates":'
            b"[[[900000,6500000],[900100,6500000],[900100,6500100],[900000,6500000]]]}}]}",
            "les coordonnées ne sont pas des degrés",
        ),
    ],
)
def test_a_file_that_marks_nothing_says_why(client, coordinator, name, content, reason):
    client.force_login(coordinator)
    page = client.post(
        "/espace/filtres/nouveau/",
        {"nom": "x", "adresse": "un-filtre", "fichier": SimpleUploadedFile(name, content)},
    )
    assert reason in page.content.decode()
    assert not Marking.objects.exists()


def test_a_file_of_connections_has_its_year_and_filters_nobody(client, coordinator, study):
    """Deux fichiers : le plus récent parle, sa ligne fausse est dite, aucune page ne le propose en filtre, et
    les dossiers s’écrivent de nouveau quand il est déposé, puis retiré.
    """
    header = (
        "code_insee;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_hd8;elig_thd30;elig_thd100;elig_thd1g;date\n"
    )

    def drop(address: str, year: int, n: int, more: str = "") -> str:
        content = f"{header}38151;10;logloc;{10 - n};0;0;0;0;0;{n};{year}-09-30\n{more}"
        file = SimpleUploadedFile("debit.csv.gz", gzip.compress(content.encode()))
        sent = {"nom": f"Débit {year}", "adresse": address, "fichier": file}
        return unescape(client.post("/espace/filtres/nouveau/", sent, follow=True).content.decode())

    client.force_login(coordinator)
    more = "".join(f"{code};4;logloc;4;0;0;0;0;0;0;2019-09-30\n" for code in range(26001, 26012))
    page = drop("debit-2019", 2019, 4, f"{more}38185;dix;logloc;0;0;0;0;0;0;0;2019-09-30\n")
    assert "données de 2019 · " in page and "un fichier de plus de deux ans ne dit rien d’aujourd’hui" in page
    assert "ligne 14, colonne nbr, valeur « dix »" in page
    assert dossiers.is_lost(study) or dossier_actions.is_rewritten(study)
    drop("debit-2018", 2018, 1)
    reading = dossiers.connection_of(study, on=timezone.localdate())
    assert reading is not None
    assert (reading.year, reading.premises, reading.served, reading.n_missing) == (2019, 10, 4, 0)
    assert "debit-2019" not in dict(queries.filters_offered()) and queries.inside("debit-2019") is None
    for row in Marking.objects.all():
        client.post(f"/espace/filtre/{row.pk}/retirer/")
    assert dossiers.connection_of(study, on=timezone.localdate()) is None


def test_the_polygon_of_a_district_decides_not_its_commune(coordinator):
    """Un quartier prioritaire à cheval sur deux communes compte dans les deux, quoi que dise son attribut."""
    from maillage.sources import contours

    first, second = contours.communes(["38151", "38185"]).values()
    near = first.buffer(0.004).intersection(second.buffer(0.004)).envelope
    import json

    import shapely

    feature = {
        "properties": {"code_qp": "QN03801M", "lib_qp": "À cheval", "insee_com": "38151"},
        "geometry": json.loads(shapely.to_geojson(near)),
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    marking = actions.keep_marking(
        by=coordinator, slug="qpv-essai", label="", content=content, file_name="qpv.geojson"
    )
    communes = {code[:5] for code in marking.shares}
    assert {"38151", "38185"} <= communes
    assert all(0 < share <= 1 for share in marking.shares.values())
    assert "surface" in marking.doubt


# ------------------------------------------------------------------------------------------------ corrections


def number_of(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")


def test_a_correction_keeps_the_former_value_readable(client, coordinator):
    client.force_login(coordinator)
    table = queries.reference_row(CELL["table"], CELL["key"])
    client.post(
        f"/espace/corriger/{CELL['table']}/",
        {"code": "38151", "colonne": "median", "valeur": "21000", "raison": "Publication rectifiée"},
    )
    correction = Correction.objects.get()
    assert correction.former == table["median"]
    page = client.get("/sources/").content.decode()
    assert "Publication rectifiée" in page
    assert number_of(correction.former) in re.sub(r"\s", " ", page)


def test_a_value_that_its_producer_withholds_is_marked_secret(client, coordinator):
    table = queries.reference_table("cnaf-2021-iris")
    hidden = table["iris"][np.isnan(table["rsa"])][0]
    client.force_login(coordinator)
    page = client.get(f"/espace/corriger/cnaf-2021-iris/?code={hidden}").content.decode()
    assert "secret</td>" in page and "nan</td>" not in page


def test_a_correction_without_a_reason_is_refused(coordinator):
    with pytest.raises(Refused, match="la raison manque"):
        actions.correct(by=coordinator, **CELL, value=21_000.0, reason="  ")


@pytest.mark.parametrize("value", [-1.0, 0.0, 1e9, float("nan")])
def test_an_impossible_value_is_refused(coordinator, value):
    with pytest.raises(Refused, match="n’est pas entre 5\xa0000 et 200\xa0000"):
        actions.correct(by=coordinator, **CELL, value=value, reason="x")


def test_an_unknown_cell_is_refused(coordinator):
    with pytest.raises(Refused, match="n’existe pas"):
        actions.correct(
            by=coordinator, table=CELL["table"], key="00000", column="median", value=1.0, reason="x"
        )


def test_a_correction_sent_twice_is_one_and_withdrawn_it_leaves_nothing(client, coordinator):
    client.force_login(coordinator)
    sent = {"code": CELL["key"], "colonne": CELL["column"], "valeur": "21000", "raison": "x"}
    for _ in range(2):
        assert client.post(f"/espace/corriger/{CELL['table']}/", sent).status_code == 302
    correction = Correction.objects.get()
    with pytest.raises(Refused, match="déjà la valeur lue"):
        actions.correct(by=account("ana", "administration"), **CELL, value=21_000.0, reason="y")
    client.post(f"/espace/correction/{correction.pk}/retirer/")
    assert queries.corrections_in_force() == ()
    assert actions.correct(by=coordinator, **CELL, value=21_000.0, reason="x") != correction, (
        "it may be made again"
    )


@pytest.mark.both_databases
def test_the_second_of_two_corrections_does_not_win_unread(client, coordinator):
    """Two people read the same value; who writes second reads the reason of the first before replacing it."""
    page = f"/espace/corriger/{CELL['table']}/"
    client.force_login(coordinator)
    read_versions = re.findall(
        r'name="lue" value="(\d+)"', client.get(f"{page}?code={CELL['key']}").content.decode()
    )
    actions.correct(
        by=account("ana", "administration"),
        **CELL,
        value=20_500.0,
        reason="Insee, erratum.",
        was=int(read_versions[0]),
    )
    sent = {
        "code": CELL["key"],
        "colonne": CELL["column"],
        "valeur": "21000",
        "raison": "x",
        "lue": read_versions,
    }
    refused = client.post(page, sent)
    page_text = refused.content.decode()
    assert refused.status_code == 200
    assert (
        "vient d’écrire 20\xa0500" in page_text
        and "Insee, erratum." in page_text
        and 'value="21000"' in page_text
    )
    assert [c.value for c in queries.corrections_in_force()] == [20_500.0]
    (now,) = re.findall(r'name="lue" value="(\d+)"', page_text)
    assert client.post(page, sent | {"lue": now}).status_code == 302, "once it was read"
    assert [c.value for c in queries.corrections_in_force()] == [21_000.0]
    assert client.post(page, sent | {"lue": now, "valeur": "21500"}).status_code == 302, (
        "one's own is no other"
    )


def test_a_corrected_value_makes_another_study(coordinator, home):
    before = dossiers.inputs_of(dossiers.StudyRequest(place="38151"))
    actions.correct(by=coordinator, **CELL, value=21_000.0, reason="x")
    after = dossiers.inputs_of(dossiers.StudyRequest(place="38151"))
    from maillage.apps.dossiers.rules import key_of

    assert key_of(before) != key_of(after)


def test_a_withdrawn_correction_gives_the_former_value_back(client, coordinator):
    correction = actions.correct(by=coordinator, **CELL, value=21_000.0, reason="x")
    client.force_login(coordinator)
    client.post(f"/espace/correction/{correction.pk}/retirer/")
    assert queries.corrections_in_force() == ()
    assert Correction.objects.get().withdrawn_at is not None


def test_the_latest_correction_of_a_cell_wins(coordinator):
    for value in (21_000.0, 22_000.0):
        actions.correct(by=coordinator, **CELL, value=value, reason="x")
    (laid,) = queries.corrections_in_force()
    assert laid.value == 22_000.0
    actions.withdraw(by=coordinator, correction=Correction.objects.get(value=22_000.0), at=timezone.now())
    (laid,) = queries.corrections_in_force()
    assert laid.value == 21_000.0


def test_a_correction_withdrawn_says_what_is_read_after_it(client, coordinator):
    earlier, latest = (
        actions.correct(by=coordinator, **CELL, value=value, reason="x") for value in (21_000.0, 22_000.0)
    )
    client.force_login(coordinator)
    for row, consequence in ((earlier, "une plus récente reste lue"), (latest, "est lue de nouveau")):
        page = client.post(f"/espace/correction/{row.pk}/retirer/", follow=True).content.decode()
        assert consequence in page


def test_two_forms_open_at_once_lose_nothing(client, coordinator, study):
    """Each saves only what it changed."""
    client.force_login(coordinator)
    address = f"/espace/territoires/{study.place}/commentaires/"
    initial_fields = {f"initial-{section}": "" for section in ("synthese", "besoins")}
    client.post(address, initial_fields | {"synthese": "De A", "besoins": ""})
    client.post(address, initial_fields | {"synthese": "", "besoins": "De B"})
    assert dossiers.comments(study.place) == {"synthese": "De A", "besoins": "De B"}


def test_a_dossier_behind_its_comments_is_written_again_after_a_stop(coordinator, study):
    from django_tasks_db.models import DBTaskResult

    from maillage.apps.dossiers import actions as dossier_actions
    from maillage.apps.dossiers.models import Comment

    assert dossiers.behind_their_words() == []
    Comment.objects.create(place=study.place, section="synthese", text="Après", written_by=coordinator)
    assert dossiers.behind_their_words() == [study]
    assert dossier_actions.publish_again_after_a_stop() == 1
    assert DBTaskResult.objects.get().args_kwargs["args"] == [study.pk]


def test_a_corrected_value_is_a_warning_of_the_study(coordinator):
    from maillage.publishing.territory import sentences
    from maillage.reference.definitions import DEFAULT, definition
    from maillage.statistics.diagnosis.diagnosis import diagnose
    from maillage.statistics.diagnosis.request import Request
    from maillage.statistics.need import corrections
    from maillage.statistics.need import population as frames
    from maillage.statistics.zones import zoning
    from maillage.statistics.zones.territories import gazetteer

    corrections.use([corrections.Correction("cnaf-2021-iris", "381510101", "rsa", 40.0)])
    try:
        territory = gazetteer().get("38151")
        cut = zoning.usual(territory, frames.sources().rp2021)
        d = diagnose(Request(territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=8))
        warnings = [text for text in sentences.warnings(d) if "par le réseau" in text]
    finally:
        corrections.use([])
    assert warnings
    assert "rsa de 381510101 = 40" in warnings[0]


def test_residents_are_those_of_the_study_whatever_was_read_before(study):
    from maillage.apps.dossiers.models import Study
    from maillage.statistics.need import corrections

    cell = ["insee-rp2021-iris", "381510101", "pop_20_64", 10_000.0]
    inputs = study.inputs | {"corrections": [cell]}
    corrected = Study.objects.create(key="c" * 20, place="38151", name="É", inputs=inputs, status="done")
    day = timezone.localdate()
    corrections.use([])
    try:
        residents = [dossiers.census_page(each, on=day).communes[0].residents for each in (corrected,) * 2]
        usual = dossiers.census_page(study, on=day).communes[0].residents
    finally:
        corrections.use([])
    assert residents[0] == residents[1] != usual


def test_other_pages_read_the_study_that_the_page_of_the_place_shows(client, coordinator, study):
    """Correction withdrawn: the page shows the study of before, and so do the pages that set nothing."""
    from maillage.apps.dossiers import rules
    from maillage.apps.dossiers.models import Study

    correction = actions.correct(
        by=coordinator, table="cnaf-2021-iris", key="381510101", column="rsa", value=40, reason="Relevé"
    )
    inputs = dossiers.inputs_of(dossiers.StudyRequest(place="38151"))
    corrected = Study.objects.create(
        key=rules.key_of(inputs),
        place="38151",
        name=study.name,
        inputs=inputs,
        status=rules.DONE,
        finished_at=timezone.now(),
    )
    assert dossiers.latest("38151") == corrected
    actions.withdraw(by=coordinator, correction=correction, at=timezone.now())
    assert dossiers.study_for(dossiers.StudyRequest(place="38151")) == study
    assert dossiers.latest("38151") == study, "not the one that was finished last, of a withdrawn value"


def test_a_perimeter_of_another_account_or_that_gives_roles_is_not_cut_again(client, coordinator):
    from tests.conftest import account

    actions.keep_perimeter(
        by=coordinator,
        slug="nord-et-sud",
        name="N",
        code="200040715",
        reason="r",
        content=ZONES,
        file_name="z.csv",
    )
    client.force_login(account("local", "coordination", territory="nord-et-sud"))
    answer = client.post(
        "/espace/perimetres/nouveau/", perimeter(zones=b"code_zone,nom_zone,code\nN,Nord,38382\n")
    )
    assert "Le périmètre n’a pas été gardé" in answer.content.decode()
    assert "38151" in Perimeter.objects.get().zones
