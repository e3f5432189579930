"""The page of what changed: frozen editions of a territory, one altered, one whose plan is a draft."""

import json
import re
import unicodedata
from datetime import UTC, datetime
from shutil import copytree

import pytest

from maillage.apps.dossiers import actions as studies
from maillage.apps.dossiers import queries, rules
from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.steering.pilotage import actions as pilotage
from maillage.apps.steering.pilotage import views
from maillage.apps.steering.pilotage.queries import editions, reports
from maillage.apps.steering.plans import actions
from maillage.apps.steering.plans import rules as plan_rules
from maillage.apps.steering.plans.models import Plan, PlanAction
from maillage.apps.surveys.models import Publication, Survey
from maillage.kernel.errors import Refused
from maillage.publishing.catalogue import DECK, NAMES
from maillage.publishing.page import folder, html
from maillage.publishing.territory import changes, deck, synthesis
from maillage.publishing.territory import field as field_reading
from maillage.reference.plan_frames import frames
from tests.conftest import PLACE, account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE = f"/territoires/{PLACE}/rapports/changements/"
EDITIONS_URL = f"/espace/territoires/{PLACE}/editions/"


@pytest.fixture
def freeze(study, settings, tmp_path, monkeypatch):
    """Freeze an edition of the study of Échirolles, its figures changed first."""
    monkeypatch.setattr(queries, "frozen_editions", lambda home, code: folder.frozen_editions(tmp_path, code))
    today = editions.edition_of(study, None, planned=True)

    def make(report: str, name: str, *, plan=None, low: float | None = None) -> None:
        study_json = json.loads(json.dumps(today.study))
        if low is not None:
            study_json["besoins"]["precarite_numerique"] |= {"valeur": low, "bas": low - 1, "haut": low + 1}
        files = {f"{report}.json": changes.frozen(study_json, plan), f"{report}.html": b"<p>"}
        about = {**today.about, "rapport": report, "edition": name}
        folder.write(folder.edition_folder(tmp_path, PLACE, report, name), files, about)

    return make


@pytest.fixture
def _drawn_on_no_paper(monkeypatch) -> None:
    """Freeze reports as pages and data alone: paper takes seconds, and has its own test."""
    forms = reports.output.forms
    page_forms = ("html", "json")
    monkeypatch.setattr(
        reports.output, "forms", lambda *parts: {k: v for k, v in forms(*parts).items() if k in page_forms}
    )


@pytest.fixture
def lea():
    return account("lea", "analyste", territory="38")


def test_without_an_edition_the_page_leads_who_steers_to_freeze_one(client, study, lea):
    page = client.get(PAGE).content.decode()
    assert "Aucune édition n’est figée ici" in page
    assert EDITIONS_URL not in page, "nobody else freezes one"
    assert f'href="{PAGE}"' in client.get(f"/territoires/{PLACE}/rapports/").content.decode()
    client.force_login(lea)
    assert f'href="{EDITIONS_URL}"' in client.get(PAGE).content.decode()
    assert f'href="{EDITIONS_URL}"' in client.get(f"/territoires/{PLACE}/rapports/").content.decode()


def test_the_report_of_a_published_survey_is_among_the_reports_of_its_territory(client, study):
    survey = Survey.objects.create(
        kind="inhabitants", title="Et vous ?", slug="e", territory=PLACE, made_at=AT
    )
    edition = Publication.objects.create(survey=survey, number=1, content={}, published_at=AT)
    page = client.get(f"/territoires/{PLACE}/rapports/").content.decode()
    assert 'href="/enquetes/e/resultats/synthese.pdf"' in page and "Et vous ?" in page
    edition.withdrawn_at = AT
    edition.save()
    assert "Et vous ?" not in client.get(f"/territoires/{PLACE}/rapports/").content.decode()


def test_the_page_of_changes_writes_no_study_again(client, freeze, monkeypatch):
    """Each fingerprint wrote the whole study: six seconds for an agglomeration."""
    freeze("restitution", "juin", low=4000)
    freeze("restitution", "septembre")

    def fail_to_write(*args: object) -> bytes:
        raise AssertionError("a study is written to be compared")

    monkeypatch.setattr(changes, "frozen", fail_to_write)
    assert client.get(PAGE).status_code == 200


@pytest.fixture
def own_home(study, settings, tmp_path, computed):
    """A home where editions may be written, with the computed study of Échirolles."""
    copytree(computed[0], tmp_path / "home", dirs_exist_ok=True)
    settings.HOME = tmp_path / "home"
    return settings.HOME


def test_who_steers_freezes_a_report_and_takes_its_files_again(client, own_home, lea):
    client.force_login(lea)
    sent = {"report": "plan", "name": "Conseil d’automne"}
    answer = client.post(EDITIONS_URL, sent, follow=True)
    page = unicodedata.normalize("NFKC", answer.content.decode())
    assert "« Conseil d’automne » est figée" in page and "Scellée : son empreinte est au journal." in page
    frozen = own_home / "rapports" / PLACE / "plan" / "Conseil d’automne"
    about, files = folder.read(frozen, seal=queries.edition_seal(frozen))
    assert (about["edition"], about["rapport"]) == ("Conseil d’automne", "plan")
    assert sorted(files) == ["plan.docx", "plan.html", "plan.json", "plan.pdf"]
    line = Entry.objects.get(verb="edition.frozen")
    assert line.by == lea.pk, "the journal says who froze it"
    address = next(each for each in re.findall('href="([^"]+)"', page) if each.endswith("plan.pdf"))
    response = client.get(address)
    assert b"".join(response.streaming_content) == files["plan.pdf"]
    assert "Conseil" in response["Content-Disposition"]
    assert client.get(address.replace("plan.pdf", "autre.pdf")).status_code == 404
    assert "plan d’aujourd’hui" in client.get(PAGE, {"de": "plan/Conseil d’automne"}).content.decode()
    again = client.post(EDITIONS_URL, sent)
    assert again.status_code == 400 and "est déjà figée" in again.content.decode()
    assert folder.read(frozen)[1] == files, "nothing is written again"
    (frozen / "plan.pdf").write_bytes(b"%PDF autre")
    refused = client.get(address)
    assert refused.status_code == 409
    assert str(own_home) not in refused.content.decode(), "whoever reads is told nothing of the disk"
    assert "Cette édition a été changée : plan.pdf" in client.get(EDITIONS_URL).content.decode()


def test_the_list_says_who_froze_each_and_when_ten_a_page(client, own_home, study, lea):
    for n in range(11):
        about = {"rapport": "plan", "date": "2026-05-04"}
        folder.freeze(folder.edition_folder(own_home, PLACE, "plan", f"n {n}"), {"plan.pdf": b"%PDF"}, about)
    pilotage.freeze(study, "synthese", "mai_1", by=lea, at=AT)
    client.force_login(lea)
    page = client.get(EDITIONS_URL).content.decode()
    assert "Figée le" in page and "20 novembre 2026 à 10 h, par" in " ".join(page.split())
    assert lea.name in page and page.count("Pas\n") + page.count("Pas scellée") == 9
    assert "?page=2" in page


@pytest.mark.usefixtures("_drawn_on_no_paper")
def test_a_second_edition_says_what_happened_since_the_first(own_home, study, lea):
    plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    Plan.objects.update(published_at=AT)
    pilotage.freeze(study, "synthese", "Un an avant", by=lea, at=AT)
    assert reports.subject(study, AT.date()).changes is None, "nothing happened"
    row = PlanAction.objects.filter(plan=plan, parent=None).first()
    PlanAction.objects.filter(pk=row.pk).update(state=plan_rules.DONE, title="Former les agents")
    subject = reports.subject(study, AT.date())
    (done,) = [words for words in subject.changes.news if words.startswith("**Fait**")]
    (slide,) = [x for x in deck.compose(subject, None).chapters if x.over == deck.SINCE]
    assert "Former les agents" in done and "« Un an avant »" in slide.lead
    page = html.one_page(synthesis.compose(subject, None)).decode()
    assert "Depuis l’édition « Un an avant »" in page.replace("\xa0", " ")
    field = queries.field_of(study, subject.reading, on=AT.date())
    (chapter,) = field_reading.since(field)
    assert chapter.blocks[0].items == subject.changes.news
    Plan.objects.update(published_at=None)
    assert reports.subject(study, AT.date()).changes is None, "a plan that is withdrawn is read nowhere"


@pytest.mark.usefixtures("_drawn_on_no_paper")
def test_a_restitution_is_compared_with_the_last_one(own_home, study, lea):
    """Les diapositives se comparaient au dossier de novembre, alors qu’une restitution était figée."""
    plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    Plan.objects.update(published_at=AT)
    prints = []
    for report, name in ((DECK, "En juin"), ("synthese", "En septembre"), (DECK, "")):
        prints.append(reports.plan_of(PLACE, queries.reading(study), on=AT.date()).fingerprint)
        if name:
            frozen = pilotage.freeze(study, report, name, by=lea, at=AT)
            assert json.loads((frozen / "empreinte.json").read_bytes())["plan"] == prints[-1]
        row = plan.actions.filter(parent=None).exclude(state=plan_rules.DONE).first()
        PlanAction.objects.filter(pk=row.pk).update(state=plan_rules.DONE)
    assert len({*prints}) == 3, "three plans, three prints"
    compared = (reports.subject(study, AT.date(), DECK), reports.subject(study, AT.date()))
    assert [each.changes.before.about["edition"] for each in compared] == ["En juin", "En septembre"]


@pytest.mark.usefixtures("_drawn_on_no_paper")
def test_freezing_says_that_a_newer_study_is_being_computed(client, own_home, study, lea):
    inputs = {**study.inputs, "seed": 0}
    Study.objects.filter(pk=study.pk).update(key=rules.key_of(inputs), inputs=inputs)
    newer = Study.objects.create(place=PLACE, name="Échirolles", inputs=study.inputs, key=study.key)
    (own_home / "etudes" / study.key).rename(own_home / "etudes" / rules.key_of(inputs))
    client.force_login(lea)
    sent = {"report": "plan", "name": "Conseil"}
    page = client.get(EDITIONS_URL).content.decode()
    assert "Une étude plus récente se calcule" in page and f'value="{newer.key}"' in page
    refused = client.post(EDITIONS_URL, sent)
    assert refused.status_code == 400 and not queries.editions(PLACE)
    assert "Attendez sa fin, puis figez" in refused.content.decode(), (
        "what is refused is told, not only shown"
    )
    assert client.post(EDITIONS_URL, {**sent, "avant": newer.key}).status_code == 302 and queries.editions(
        PLACE
    )


@pytest.mark.usefixtures("_drawn_on_no_paper")
def test_freezing_says_that_places_changed_since_the_study(client, own_home, study, lea, monkeypatch):
    monkeypatch.setattr(views, "catch_up", lambda study: "le 20 novembre à 9 h")
    client.force_login(lea)
    sent = {"report": "plan", "name": "Conseil"}
    page = " ".join(client.get(EDITIONS_URL).content.decode().replace("\xa0", " ").split())
    assert "L’annuaire a changé : l’étude se recalcule depuis le 20 novembre à 9 h." in page
    assert client.post(EDITIONS_URL, sent).status_code == 400 and not queries.editions(PLACE)
    assert client.post(EDITIONS_URL, {**sent, "avant": "lieux"}).status_code == 302 and queries.editions(
        PLACE
    )


@pytest.mark.usefixtures("_drawn_on_no_paper")
def test_a_diagnosis_is_not_sealed_with_the_words_of_before_a_change(client, own_home, study, lea):
    """Une action passée « prête » quatre secondes plus tôt y était encore « à décider », scellée."""
    studies.publish_again(PLACE)
    client.force_login(lea)
    assert "Le dossier se récrit" in client.get(EDITIONS_URL).content.decode()
    refused = client.post(EDITIONS_URL, {"report": "diagnostic", "name": "Conseil"})
    assert refused.status_code == 400 and "garderait les mots d’avant" in refused.content.decode()
    assert not queries.editions(PLACE)
    sent = {"report": "synthese", "name": "Conseil"}
    assert client.post(EDITIONS_URL, sent).status_code == 302, "written afresh, it has the words of now"
    queries.tasks_of(study, studies.publish_later.module_path).delete()
    assert client.post(EDITIONS_URL, {**sent, "report": "diagnostic"}).status_code == 302


@pytest.mark.usefixtures("_drawn_on_no_paper")
@pytest.mark.parametrize("again", ["conseil d’Automne", "Conseil  d’automne"])
def test_a_name_that_capitals_or_spaces_alone_tell_apart_is_taken(own_home, study, lea, again):
    pilotage.freeze(study, "plan", "Conseil d’automne", by=lea, at=AT)
    with pytest.raises(Refused, match="est déjà figée"):
        pilotage.freeze(study, "plan", again, by=lea, at=AT)


def test_a_name_taken_under_another_address_of_the_place_is_taken(own_home, study, lea, monkeypatch):
    """Figée sous un périmètre, « Conseil » se figeait de nouveau en « conseil » sous la commune : deux de ce nom."""
    under = queries.edition_folder(own_home, "le-perimetre", "plan", "Conseil")
    under.mkdir(parents=True)
    (under / "empreinte.json").write_text("{}", "utf-8")
    monkeypatch.setattr(queries.territories, "same_places", lambda place: (PLACE, "le-perimetre"))
    assert queries.edition_path(PLACE, "plan", "conseil") == under
    with pytest.raises(Refused, match="est déjà figée"):
        pilotage.freeze(study, "plan", "conseil", by=lea, at=AT)


@pytest.mark.usefixtures("_drawn_on_no_paper")
def test_a_draft_is_named_and_compared_by_its_team_alone(client, own_home, study, lea):
    plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    for name in ("secret A", "secret B"):
        pilotage.freeze(study, "plan", name, by=lea, at=AT)
        PlanAction.objects.filter(plan=plan, number=3).update(pilot="CCAS d’Échirolles")
    query = {"de": "plan/secret A", "a": "plan/secret B"}
    assert "secret" not in client.get(PAGE).content.decode()
    assert "Aucune édition n’est figée ici" in client.get(PAGE, query).content.decode()
    client.force_login(lea)
    page = client.get(PAGE, query).content.decode()
    assert "CCAS d’Échirolles" in page and 'data-t="Ce qu’on peut en dire">Le pilote' in page
    assert "Plan en brouillon." in client.get(EDITIONS_URL).content.decode()


@pytest.mark.parametrize("report", NAMES)
def test_each_report_freezes_in_each_form_it_has(own_home, study, lea, report):
    frozen = pilotage.freeze(study, report, "mai", by=lea, at=AT)
    forms = {each.suffix for each in frozen.iterdir() if each.name != folder.FILE}
    editable = {"restitution": {".pptx"}, "affiche": set()}.get(report, {".docx"})
    assert forms == {".html", ".json", ".pdf"} | editable


@pytest.mark.parametrize("name", ["../mai", "", "x" * 61])
def test_a_name_that_no_folder_could_bear_is_refused(client, own_home, lea, name):
    client.force_login(lea)
    answer = client.post(EDITIONS_URL, {"report": "plan", "name": name})
    assert answer.status_code == 400
    assert not (own_home / "rapports").exists()


def test_an_edition_is_frozen_and_read_by_who_writes_about_the_territory_alone(client, own_home, study, lea):
    frozen = pilotage.freeze(study, "plan", "mai", by=lea, at=AT)
    assert frozen.is_dir()
    address = f"{EDITIONS_URL}plan/mai/plan.pdf"
    assert client.get(address).status_code == 302, "somebody unknown signs in"
    client.force_login(account("max", "analyste", territory="59"))
    assert [client.get(each).status_code for each in (EDITIONS_URL, address)] == [404, 404]
    assert client.post(EDITIONS_URL, {"report": "plan", "name": "juin"}).status_code == 404


def test_an_edition_is_compared_with_the_study_of_the_day(client, freeze):
    freeze("synthese", "mai", low=10.0)
    page = client.get(PAGE).content.decode()
    assert "Personnes concernées : plus haut qu’avant" in page
    assert "ne se touchent pas" in page
    freeze("synthese", "juin")
    page = client.get(PAGE, {"de": "synthese/juin", "a": "etude"}).content.decode()
    assert "Les chiffres sont les mêmes dans ces deux éditions" in page
    page = client.get(PAGE, {"de": "synthese/juin", "a": "synthese/mai"}).content.decode()
    assert "Personnes concernées : plus bas qu’avant" in page


def test_the_comparison_opens_on_the_edition_before_the_latest(client, freeze):
    """Depuis la dernière, figée du jour même, rien n’a jamais changé."""
    freeze("synthese", "mai", low=10.0)
    freeze("restitution", "juin", low=20.0)
    freeze("synthese", "juin")
    page = client.get(PAGE).content.decode()
    assert "Personnes concernées : plus haut qu’avant" in page


def test_every_part_of_a_study_has_a_name_in_words(study):
    """Aucune clé brute, « ou » ou « sous_totaux », n’est lue par le public."""
    assert set(editions.edition_of(study, None, planned=True).study) <= {*changes.STUDY}


def test_an_edition_of_a_diagnosis_holds_the_published_plan_of_its_day(study, lea):
    plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    for is_public in (False, True):
        actions.publish(plan, is_public=is_public, by=lea, at=AT)
        _, files = reports.frozen_files(study, "diagnostic", AT.date(), name="mai")
        assert (json.loads(files["diagnostic.json"])["plan"] is not None) is is_public


def test_an_altered_edition_is_refused_by_name(client, freeze, tmp_path):
    freeze("synthese", "mai")
    (tmp_path / "rapports" / PLACE / "synthese/mai/synthese.json").write_text("{}")
    page = client.get(PAGE).content.decode()
    assert "Cette édition a été changée : synthese.json" in page.replace("\xa0", " ")
    assert "<h2>" not in page[page.index('role="alert"') : page.index("</main>")]


def test_an_edition_rewritten_with_its_fingerprint_is_refused_where_the_journal_holds_it(
    client, freeze, tmp_path
):
    freeze("synthese", "mai", low=10.0)
    freeze("synthese", "mai 2", low=10.0)
    paths = {name: tmp_path / "rapports" / PLACE / "synthese" / name for name in ("mai", "mai 2")}
    chosen = {"de": "synthese/mai"}
    text = client.get(PAGE, chosen).content.decode()
    assert "Pas scellée : « mai »." in text.replace("\xa0", " ").replace("\u202f", " ")
    for path in paths.values():
        studies.seal_edition(path, by=None, at=AT)
        assert len(queries.edition_seal(path)) == 64
    page = client.get(PAGE, chosen).content.decode()
    assert "Pas scellée" not in page and "plus haut qu’avant" in page
    about = json.loads((paths["mai"] / "empreinte.json").read_text())
    (paths["mai"] / "synthese.html").write_bytes(b"<p>Autre chose")
    about["fichiers"]["synthese.html"] = folder.digest(b"<p>Autre chose")
    (paths["mai"] / "empreinte.json").write_text(json.dumps(about))
    page = client.get(PAGE, chosen).content.decode()
    assert "Cette édition a été changée : empreinte.json" in page.replace("\xa0", " ")
    assert "plus haut qu’avant" in client.get(PAGE, {"de": "synthese/mai 2"}).content.decode()


def test_a_plan_that_is_a_draft_is_not_read_through_its_edition(client, freeze):
    action = {"number": 1, "title": "Un secret d’équipe", "state": "prête"}
    freeze("plan", "mai", plan={"is_published": False, "axes": [{"actions": [action]}]})
    page = client.get(PAGE).content.decode()
    assert "n’est pas publié : seule son équipe" in " ".join(page.split())
    assert "Un secret d’équipe" not in page
    freeze("plan", "juin", plan={"is_published": True, "axes": []})
    page = client.get(PAGE, {"de": "plan/juin"}).content.decode()
    assert "n’est pas publié : seule son équipe" in " ".join(page.split()), "no plan is read here today"


def test_an_edition_is_compared_with_the_plan_of_the_day(
    client, freeze, home, study, settings, computed, lea
):
    settings.HOME, _ = computed
    plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    actions.publish(plan, is_public=True, by=lea, at=AT)
    freeze("restitution", "mai", plan=editions.edition_of(study, None, planned=True).plan)
    PlanAction.objects.filter(plan=plan, number=3).update(pilot="CCAS d’Échirolles")
    page = client.get(PAGE).content.decode()
    assert "L’étude et le plan d’aujourd’hui" in page
    assert "CCAS d’Échirolles" in page and 'data-t="Ce qu’on peut en dire">Le pilote' in page
    freeze("plan", "juin", plan=editions.edition_of(study, None, planned=True).plan)
    actions.publish(plan, is_public=False, by=lea, at=AT)
    assert "CCAS d’Échirolles" not in client.get(PAGE).content.decode(), "a draft is its team’s"
    both = {"de": "restitution/mai", "a": "plan/juin"}
    page = client.get(PAGE, both).content.decode()
    assert "CCAS d’Échirolles" not in page, "what is withdrawn is read in no edition"
    assert "n’est pas publié : seule son équipe" in " ".join(page.split())
    client.force_login(lea)
    assert "CCAS d’Échirolles" in client.get(PAGE, both).content.decode(), "its team still reads it"


@pytest.mark.parametrize("query", [{"de": "zzz"}, {"de": "synthese/mai", "a": "zzz"}])
def test_unknown_edition_is_reported(client, freeze, query):
    freeze("synthese", "mai", low=10.0)
    answer = client.get(PAGE, query)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Cette édition n’est pas connue ici" in page
    assert "plus haut qu’avant" not in page, "no other edition is compared instead"


@pytest.mark.parametrize("page", ["rapports/", "rapports/changements/", "grille/"])
@pytest.mark.parametrize(("territory", "leads"), [("38", True), ("59", False)])
def test_a_page_leads_to_writing_who_may_write_there_alone(client, study, page, territory, leads):
    client.force_login(account("max", "analyste", territory=territory))
    read = client.get(f"/territoires/{PLACE}/{page}").content.decode()
    addresses = set(re.findall(f'href="(/espace/territoires/{PLACE}/[^"#?]*)', read))
    assert bool(addresses) is leads
    assert {client.get(address).status_code for address in addresses} <= {200}


def test_two_who_freeze_one_name_at_the_same_instant_keep_the_first(tmp_path, monkeypatch):
    path, about = tmp_path / "plan" / "mai", {"rapport": "plan"}
    folder.freeze(path, {"plan.pdf": b"1"}, about)
    monkeypatch.setattr(folder, "is_taken", lambda path: False)  # as the second one saw it
    with pytest.raises(Refused, match="est déjà figée"):
        folder.freeze(path, {"plan.pdf": b"2"}, about)
    assert (path / "plan.pdf").read_bytes() == b"1"
