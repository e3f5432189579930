"""The offer of a territory on the site: counted places, estimated people, what-if, grid; and a directory that moves on."""

import json
import re
from datetime import UTC, date, datetime

import pytest

from maillage.apps.directory.actions import importing, sheets
from maillage.apps.directory.models import Lieu
from maillage.apps.dossiers import actions, queries
from maillage.apps.dossiers.models import Finding, Study
from maillage.apps.dossiers.queries import Asked
from maillage.engine import agreement
from maillage.pipeline.offer import files
from maillage.pipeline.offer.forms import read as forms
from maillage.reference import findings
from maillage.reference.cards import cards
from maillage.reference.surveys import banks
from maillage.reports import grid, stressed
from maillage.reports.findings import Said
from maillage.studies.seen import Moved

pytestmark = pytest.mark.django_db
PLACE = "38151"
AT = datetime(2026, 11, 20, tzinfo=UTC)


def text_of(response) -> str:
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " ")


@pytest.fixture
def offered(home, django_user_model):
    """Échirolles with the real census of Isère, computed as the worker does."""

    result = files.places(forms.read(cards()["hinaura-isere"].file), today=date(2026, 11, 20), source="Hinaura")
    importing.take_in(result, source="Hinaura", digest="0" * 64, by=None, at=datetime(2026, 11, 20, tzinfo=UTC))
    study = actions.ask(Asked(place=PLACE))
    actions.compute(study)
    study.refresh_from_db()
    assert study.error is None
    return study


def test_the_pages_of_an_offer(offered, client):
    """Une seule étude, tous ses écrans : un calcul est long, une page ne l’est pas."""
    page = text_of(client.get(f"/territoires/{PLACE}/manques/?offre=libre_acces_accompagne"))
    assert "à 30 minutes à pied" in page
    assert "ne disent pas ce qu’on y trouve" in page
    assert not re.search("hors de portée|périmètre|sans détail", page), "words that everybody reads"
    assert "L’ordre n’est pas un classement" in page
    unknown = text_of(client.get(f"/territoires/{PLACE}/manques/?offre=orientation"))
    assert "Donnée manquante" in unknown
    assert text_of(client.get(f"/territoires/{PLACE}/manques/?offre=nimporte")) == page

    assert "Trois points à regarder" in page
    assert "Dit comme un manque : personne ne l’a noté ici." in page

    places = text_of(client.get(f"/territoires/{PLACE}/lieux/"))
    told = queries.census_told(offered, on=date(2026, 11, 20))
    assert f"{told['lieux']} lieux, portés par {told['structures']} structure" in places
    assert f"{told['muets']} ne disent pas ce qu’on y trouve" in places

    assert "Compté le 20 novembre 2026. Fiches de Hinaura" in told["source"]
    assert "Aucun lieu n’en parle, ni pour dire oui ni pour dire non : " in places
    assert "on vous oriente" in told["jamais_dites"]
    assert "formation" not in told["jamais_dites"]

    fit = told["fragiles"]
    assert fit["sur"] == told["lieux"]
    assert int(fit["adaptes"].split()[0]) + fit["a_accompagner"] + fit["inconnus"] == fit["sur"]
    assert "Pour les personnes les plus fragiles" in places

    verdicts = text_of(client.get(f"/territoires/{PLACE}/grille/"))
    assert "donnée manquante" in verdicts
    assert "Fort dès" in verdicts, "each verdict shows its rule"
    assert "Axes de progrès" in verdicts or "Points forts" in verdicts

    _findings_stand_beside_the_verdicts(client)

    base = f"/territoires/{PLACE}/manques/et-si/?offre=libre_acces_accompagne"
    best = client.get(f"{base}&geste=meilleurs&combien=2")
    assert best.context["answer"]["proposal"]["lieux"]
    assert "c’est prouvé" in text_of(best)
    giving = [p for p in queries.ground(offered).places if "libre_acces_accompagne" in p.offers]
    line = next(p.id for p in giving if p.commune == PLACE)
    closed = client.get(f"{base}&geste=fermer&lieu={line}")
    assert closed.context["answer"]["change"]["offre"] == "Libre accès accompagné"
    opened = client.get(f"{base}&geste=ouvrir&ou=zone:{queries.ground(offered).zones[0].code}")
    assert opened.status_code == 200
    wrong = client.get(f"{base}&geste=ouvrir&ou=zone:99999")
    assert wrong.status_code == 200
    assert wrong.context["tried"].errors["ou"]
    assert "answer" not in wrong.context
    before = client.get(base)
    assert before.context["tried"] is None, "nothing is said to be wrong before anything is tried"

    own = client.get(
        f"{base}&geste=meilleurs&combien=1&points=March%C3%A9+des+Essarts+:+45.1428+5.7117%0AMairie+:+Grenoble"
    )
    assert own.context["answer"]["proposal"]["lieux"][0]["nom"] in ("Marché des Essarts", "Mairie")
    nowhere = client.get(f"{base}&geste=arrets&points=March%C3%A9+:+Trifouillis-les-Oies")
    assert "Ligne 1, « Trifouillis-les-Oies » : nous ne savons pas où c’est" in text_of(nowhere)
    assert nowhere.content.decode().count('id="reponse"') == 1, "the form leads to its answer, or to what is wrong"
    assert "Rien n’a été essayé." in text_of(nowhere)

    old = client.get(f"/territoires/{PLACE}/manques/?offre=formation&public=seniors")
    assert "Personnes de 60 ans et plus : autant de personnes qui" in text_of(old)
    everybody = client.get(f"/territoires/{PLACE}/manques/?offre=formation")
    seniors = old.context["told"]["offre"]["publics"]["seniors"]["ensemble"]
    assert old.context["whole"] == next(each for each in seniors if each["id"] == "formation")
    assert "L’offre à se partager" in text_of(everybody)
    assert "pour 1 000 personnes concernées" in text_of(everybody)
    assert "D’où viennent ces chiffres ?" in text_of(everybody)
    assert "La règle :" in text_of(everybody)

    _the_directory_moves_on(offered, client)


def _findings_stand_beside_the_verdicts(client) -> None:
    before = text_of(client.get(f"/territoires/{PLACE}/grille/"))
    Finding.objects.create(place=PLACE, who="institutions", kind="told", source="Réunion", year=2025, written_at=AT)
    Finding.objects.create(
        place=PLACE,
        who="public",
        kind="told",
        confirms=False,
        words="Je ne savais pas",
        source="Marché",
        year=2026,
        written_at=AT,
    )
    Finding.objects.create(place=PLACE, who="social", kind="no_sale", source="Entretien", year=2026, written_at=AT)
    after = text_of(client.get(f"/territoires/{PLACE}/grille/"))
    assert "Les avis s’écartent : les collectivités et opérateurs le confirment, les habitants non." in after
    assert "« Je ne savais pas »" in after
    assert [before.count("donnée manquante"), before.count("point fort")] == [
        after.count("donnée manquante"),
        after.count("point fort"),
    ], "what people say changes no verdict"
    gaps = text_of(client.get(f"/territoires/{PLACE}/manques/"))
    assert "Il manque où acheter un ordinateur à petit prix" in gaps


def test_a_finding_is_noted_withdrawn_and_put_back(client, coordinator):
    address = f"/espace/territoires/{PLACE}/constats/"
    assert client.get(address).status_code == 302, "a stranger signs in first"
    client.force_login(coordinator)
    said = {
        "kind": "far",
        "confirms": "oui",
        "who": "social",
        "words": "Rien au nord",
        "source": "Entretien",
        "year": "2026",
    }
    assert client.post(address, said).status_code == 302
    row = Finding.objects.get()
    assert (row.place, row.kind, row.confirms, row.written_by) == (PLACE, "far", True, coordinator)
    assert client.post(address, {**said, "kind": "autre", "year": "1700"}).status_code == 400
    client.post(address, {"retirer": str(row.pk)})
    assert queries.findings(PLACE) == []
    assert "Remettre" in text_of(client.get(address))
    client.post(address, {"retirer": str(row.pk)})
    assert [each.words for each in queries.findings(PLACE)] == ["Rien au nord"]
    assert client.post(address, {"retirer": "99999"}).status_code == 404
    assert client.get("/espace/territoires/zzz/constats/").status_code == 404


def test_every_finding_is_about_an_axis_of_the_grid():
    assert {kind.axis for kind in findings.kinds().values()} == set(grid.AXES)


def _the_directory_moves_on(study: Study, client) -> None:
    """Un lieu change : l’étude le sait, garde ses chiffres, et le travailleur la refait."""
    assert not queries.offer_is_behind(study)

    lieu = Lieu.objects.filter(code_insee=PLACE).first()
    elsewhere = Lieu.objects.exclude(code_insee__startswith="38").first()
    assert elsewhere is None
    sheets.edit(
        lieu,
        {"practices": {"orientation": {"state": "offered"}}},
        by="la structure",
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    assert queries.offer_is_behind(study)
    assert "L’annuaire a changé" in text_of(client.get(f"/territoires/{PLACE}/manques/"))
    actions.refresh_later.func(study.pk)
    study.refresh_from_db()
    assert not queries.offer_is_behind(study)
    assert queries.told(study)["offre"]["ensemble"]["lignes"][-1]["lieux"] == 1


def test_a_territory_without_a_census_says_so(study, client):
    assert queries.told(study)["offre"] is None
    assert "Aucun lieu n’est recensé ici" in text_of(client.get(f"/territoires/{PLACE}/manques/"))
    assert "Aucun lieu n’est recensé ici" in text_of(client.get(f"/territoires/{PLACE}/lieux/"))
    assert "Manques" not in text_of(client.get(f"/territoires/{PLACE}/"))


def test_no_verdict_without_a_figure():
    empty = {"n": 0, "sur": 0, "part": "—", "valeur": None}
    census = dict.fromkeys(("recents", "horaires", "gratuit", "soir_ou_samedi"), empty)
    for axis in grid.told(None, census):
        for criterion in axis["criteres"]:
            assert criterion["verdict"] == "donnee-manquante"
            assert criterion["preuve"]


@pytest.mark.parametrize(("share", "verdict"), [(0.8, "fort"), (0.5, "moyen"), (0.1, "faible")])
def test_a_verdict_follows_its_rule(share, verdict):
    fresh = {"n": 1, "sur": 10, "part": "", "valeur": share}
    empty = {"n": 0, "sur": 0, "part": "—", "valeur": None}
    census = {"recents": fresh, "horaires": empty, "gratuit": empty, "soir_ou_samedi": empty}
    told = {c["question"]: c["verdict"] for axis in grid.told(None, census) for c in axis["criteres"]}
    assert told["Les professionnels peuvent-ils orienter : la fiche est-elle à jour ?"] == verdict


NOTHING = {"n": 0, "sur": 0, "part": "—", "valeur": None}
EMPTY = dict.fromkeys(("recents", "horaires", "gratuit", "soir_ou_samedi"), NOTHING)


def answered(percent: float, label: str = "", universe: str = "structures") -> grid.Answered:
    return grid.Answered(
        label=label,
        percent=percent,
        low=percent - 5,
        high=percent + 5,
        n=66,
        computed="brut",
        universe=universe,
        source="« E », 2026",
    )


def verdict(question: str, surveyed: dict) -> tuple[str, str]:
    rows = [row for axis in grid.told(None, EMPTY, surveyed) for row in axis["criteres"]]
    (row,) = [row for row in rows if row["question"] == question]
    return row["verdict"], row["preuve"].replace("\xa0", " ")


@pytest.mark.parametrize(
    ("basics", "rights", "office", "said"), [(70, 70, 70, "fort"), (70, 30, 20, "moyen"), (20, 20, 20, "faible")]
)
def test_what_is_taught_is_read_beside_what_inhabitants_wish_to_learn(basics, rights, office, said):
    """J-013: each wish counts for those who have it; (20 × 70 + 60 × 30 + 20 × 20) / 100 = 36."""
    wishes = {"navigation": 20, "demarches": 60, "bureautique": 20}
    surveyed = {("inhabitants", "themes", name): answered(each, name, "habitants") for name, each in wishes.items()}
    surveyed |= {
        ("structures", "themes", "bases"): answered(basics, "Bases"),
        ("structures", "themes", "droits"): answered(rights, "Droits"),
        ("structures", "contenus", "bureautique"): answered(office, "Bureautique"),
    }
    found, evidence = verdict("Ce qui est enseigné répond-il à ce que les habitants veulent apprendre ?", surveyed)
    assert found == said
    assert "en moyenne, par 36 %" in evidence or said != "moyen"
    assert evidence.index("« demarches » : voulu par 60 %") < evidence.index("« navigation »")
    assert "habitants, d’après « E », 2026 ; structures, d’après" in evidence
    del surveyed["inhabitants", "themes", "navigation"]
    assert (
        verdict("Ce qui est enseigné répond-il à ce que les habitants veulent apprendre ?", surveyed)[0]
        == "donnee-manquante"
    )


@pytest.mark.parametrize(("course", "said"), [(58, "moyen"), (79, "fort"), (20, "faible"), (95, "fort")])
def test_a_one_off_workshop_has_a_course_after_it_or_not(course, said):
    """J-020: 58 parcours courts pour 79 ateliers d’un jour, moins de trois pour quatre."""
    surveyed = {("structures", "formats", "ponctuel"): answered(79), ("structures", "formats", "court"): answered(course)}
    found, evidence = verdict("Après un atelier d’un jour, y a-t-il une suite ?", surveyed)
    assert found == said
    assert "Atelier d’un jour : 79 % (entre 74 et 84 %, n = 66, brut)" in evidence
    assert "pas si les personnes y vont" in evidence


@pytest.mark.parametrize(
    ("kind", "asked", "answer", "question"),
    [
        ("professionals", "orienter", "oui", "Les professionnels savent-ils vers qui envoyer une personne ?"),
        ("structures", "sensibiliser", "aujourdhui", "Que fait-on pour intéresser les habitants, y compris à se former ?"),
        ("structures", "partenariat", "oui", "Travaille-t-on ensemble : partenaires, pratiques, financeurs ?"),
    ],
)
def test_a_criterion_read_in_a_survey_shows_its_figure_and_its_base(kind, asked, answer, question):
    assert verdict(question, {(kind, asked, answer): answered(70)})[0] == "fort"
    assert verdict(question, {(kind, asked, answer): answered(50)})[0] == "moyen"
    found, evidence = verdict(
        question, {(kind, asked, answer): answered(20), ("structures", "hors_murs", "oui"): answered(36)}
    )
    assert found == "faible"
    assert "20 % (entre 15 et 25 %, n = 66, brut)" in evidence
    assert "Base : structures, d’après « E », 2026." in evidence
    assert ("Vont hors les murs : 36 %" in evidence) == (asked == "sensibiliser")


@pytest.mark.parametrize(("better", "worse", "said"), [(30, 4, "fort"), (12, 11, "moyen"), (4, 30, "faible")])
def test_new_uses_are_read_in_those_who_did_it_again(better, worse, said):
    """J-007: easier more often than harder, the whole interval with it."""
    moved = Moved([], agreement.change(better, worse, 60), 60)
    rows = [row for axis in grid.told(None, EMPTY, {}, moved) for row in axis["criteres"]]
    (row,) = [
        row for row in rows if row["question"] == "De nouveaux usages sont-ils constatés chez les publics accompagnés ?"
    ]
    assert row["verdict"] == said
    assert row["preuve"].startswith("60\xa0personnes accompagnées ont refait le point.")
    few = grid.told(None, EMPTY, {}, Moved([], None, 3))
    assert "trop peu de personnes" in json.dumps(few, ensure_ascii=False)


def test_the_grid_reads_answers_that_the_ready_questionnaires_ask():
    forms = {form.kind: form for form in banks().values()}
    keys = [("inhabitants", "themes", name) for name in grid.TAUGHT] + [
        ("structures", *each) for each in grid.TAUGHT.values()
    ]
    keys += [("structures", "formats", name) for name in ("ponctuel", "court", "long")]
    keys += [
        ("structures", "partenariats_voulus", "partage"),
        ("structures", "financeurs", "aucun"),
        ("structures", "vision", "oui"),
    ]
    for kind, asked, answer in keys:
        question = forms[kind].question(asked)
        assert question is not None
        assert answer in [choice.name for choice in forms[kind].choices(question)], (asked, answer)


def test_the_three_points_stand_beside_what_is_counted_and_who_says_them():
    """G-044: where to buy, where somebody helps, what is built together; what nobody tells is said to be missing."""
    sale = {"id": "equipement_solidaire", "etat": "compte", "lieux_dits": "2", "part": "4 %", "part_entre": "3 – 6 %"}
    said = [
        Said("social", "no_sale", True, "Rien ici", "Entretien", 2026),
        Said("public", "no_sale", False, "", "Réunion", 2026),
    ]
    buy, helped, together = stressed.told([sale], {("structures", "partenariat", "oui"): answered(37)}, said)
    assert "Lieux : 2 (comptés)" in buy["preuve"]
    assert "2\xa0témoignages. Les avis s’écartent" in buy["dit"]
    assert "Donnée manquante" in helped["preuve"]
    assert helped["dit"] == "personne ne l’a noté ici."
    assert "Travaillent en partenariat : 37\xa0%" in together["preuve"]
    assert "Donnée manquante" in stressed.told([], {}, [])[2]["preuve"]
    assert {kind for kind, *_ in stressed.POINTS} <= findings.kinds().keys()


def test_a_published_survey_fills_what_no_file_tells():
    """What structures believe of their communication, beside what inhabitants say: far apart, it is a lack, with both figures."""
    empty = {"n": 0, "sur": 0, "part": "—", "valeur": None}
    census = dict.fromkeys(("recents", "horaires", "gratuit", "soir_ou_samedi"), empty)

    def said(percent: float, n: int) -> grid.Answered:
        span = {"low": percent - 6, "high": percent + 6, "n": n, "computed": "brut", "universe": "répondants"}
        return grid.Answered(label="Communication", percent=percent, source="« Essai », édition 1, 2026", **span)

    surveyed = {
        ("structures", "canaux", "communication"): said(53, 66),
        ("inhabitants", "decouverte", "communication"): said(12, 31),
        ("inhabitants", "raison_sans_accompagnement", "ignorance"): said(14, 162),
    }
    rows = {c["question"]: c for axis in grid.told(None, census, surveyed) for c in axis["criteres"]}
    believed = rows["Ce que croient les structures de leur communication rejoint-il ce que disent les habitants ?"]
    assert believed["verdict"] == "faible"
    assert "Écart : 41 points" in believed["preuve"]
    assert "n = 66" in believed["preuve"].replace("\xa0", " ")
    assert rows["Les services sont-ils connus et compris du public ?"]["verdict"] == "moyen"
    assert rows["Quels besoins d’appui ou de coordination des professionnels ?"]["verdict"] == "donnee-manquante"
