"""The survey is the census: structures chosen in the directory, prefilled by their sheet, answers that
propose to it.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.test import Client

from maillage.apps.directory.intake.actions import proposals
from maillage.apps.directory.places.models import Lieu, Proposal
from maillage.apps.platform.messages.models import Message
from maillage.apps.surveys import access
from maillage.apps.surveys.actions import campaigns, targets
from maillage.apps.surveys.actions import results as actions
from maillage.apps.surveys.models import Answer, Survey, Target, Weighting
from maillage.apps.surveys.queries import compared, frames, places, sheets
from maillage.kernel.errors import Refused
from maillage.reference.surveys import banks
from maillage.sources.survey.margins import Category, Margin
from tests.banks import with_communes
from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
GRENOBLE, ELSEWHERE = "38185", "59350"
FORM = with_communes(banks()["structures"], {"38185": "Grenoble"})


@pytest.fixture
def runner():
    return account("ana", "analyste", territory=GRENOBLE)


@pytest.fixture
def survey(home):
    draft = campaigns.prepare(by=None, title="Structures", territory=GRENOBLE, questionnaire=FORM, at=AT)
    return campaigns.open_survey(draft, by=None, at=AT)


@pytest.fixture
def lieu(home):
    return place("barnave", {"courriels": ["biblio@exemple.fr"]})


@pytest.fixture
def target(survey, lieu):
    targets.choose(survey, [lieu], by=None, at=AT)
    return Target.objects.get()


@pytest.mark.both_databases
def test_an_offer_is_there_once_most_communes_have_a_place(lieu, survey):
    """Un lieu à Grenoble ne fait pas l’offre des 49 communes de la métropole."""
    wider = Survey(kind="inhabitants", territory="200040715")
    assert [places.has_places(each) for each in (survey, wider)] == [True, False]


def link(target) -> str:
    return f"/enquetes/structure/{access.link_of(target)}/"


def filled(client, target, **values) -> str:
    """Fill the pages, what is prefilled stays unless said otherwise; return where it is read again, then
    sent.
    """
    where = client.post(link(target)).url
    while "/page/" in where:
        page = client.get(where)
        sent = {}
        for each in page.context["questions"]:
            chosen = [name for name, _, is_chosen, _, _ in each.options if is_chosen]
            sent["q-" + each.question.name] = values.get(each.question.name) or chosen or each.value
        where = client.post(where, sent).url
    return where


def answer(client, target, **values) -> Answer:
    """Answer through the pages."""
    assert client.post(filled(client, target, **values)).url.endswith("/merci/")
    return Answer.objects.get()


@pytest.mark.both_databases
def test_a_survey_of_people_asks_no_structure(client, survey, lieu, runner):
    client.force_login(runner)
    page_text = client.get(f"/espace/enquetes/{survey.pk}/").content.decode()
    assert "Structures interrogées" in page_text
    Survey.objects.update(kind="inhabitants")
    assert "Structures interrogées" not in client.get(f"/espace/enquetes/{survey.pk}/").content.decode()
    with pytest.raises(Refused, match="interroge des personnes"):
        targets.choose(survey, [lieu], by=None, at=AT)
    assert not Target.objects.exists()


def test_what_a_structure_needs_is_not_set_beside_what_a_person_needs():
    people, structures = (
        SimpleNamespace(survey=SimpleNamespace(kind=form.kind), questionnaire=form)
        for form in (banks()["habitants"], banks()["structures"])
    )
    paired = {(first.name, second.name) for first, second in compared.shared(people, structures)}
    assert ("accompagne", "assistance") in paired  # one topic
    assert not {name for name, _ in paired} & {"besoins", "commune"}
    again = {first.name for first, _ in compared.shared(people, people)}
    assert "besoins" in again
    assert not again & {"commune", "classe_age", "sexe"}  # an age is not on the rise: it tells the sample


@pytest.mark.both_databases
def test_places_are_chosen_by_type_and_commune(client, survey, runner, home):
    place("biblio")
    place("mairie", {"nom": "Mairie annexe", "typologie": ["MUNI"]})
    place("ailleurs", {"nom": "Loin", "code_insee": "59350", "commune": "Lille"})
    client.force_login(runner)
    address = f"/espace/enquetes/{survey.pk}/structures/"
    assert client.get(address).status_code == 200
    client.post(address, {"type": "bibliotheque"})
    assert [each.lieu.slug for each in Target.objects.all()] == ["biblio"]
    client.post(address, {})
    assert {each.lieu.slug for each in Target.objects.all()} == {"biblio", "mairie"}
    assert client.post(address, {}).status_code == 400


def test_a_sheet_fills_its_questionnaire(lieu):
    known_values = sheets.known(FORM, lieu.sheet)
    assert known_values == {
        "wifi": "aujourdhui",
        "ateliers": "aujourdhui",
        "commune": "38185",
        "type_structure": "mediatheque",
    }


@pytest.mark.both_databases
def test_a_structure_answers_and_its_sheet_gets_proposals(client, target, lieu):
    stored_answer = answer(
        client, target, wifi="non", diagnostic="en_projet", hors_murs="oui", hors_murs_qpv="oui"
    )
    target.refresh_from_db()
    lieu.refresh_from_db()
    assert (target.state, target.answer, stored_answer.channel) == ("answered", stored_answer, "link")
    assert stored_answer.values["wifi"] == "non" and stored_answer.values["ateliers"] == "aujourdhui"
    assert lieu.sheet["practices"]["wifi"]["state"] == "offered"  # nothing changes by itself
    proposal_by_field = {each.field: each for each in Proposal.objects.all()}
    assert set(proposal_by_field) == {"practices", "hors_les_murs", "hors_les_murs_ou"}
    assert proposal_by_field["hors_les_murs_ou"].value == ["district"]
    assert proposal_by_field["practices"].value["wifi"]["state"] == "no"
    assert proposal_by_field["practices"].value["wifi"]["endroit"] == ["indoor"]  # what was known of it stays
    assert proposal_by_field["practices"].value["diagnostic"] == {"state": "planned"}
    proposals.accept(proposal_by_field["practices"], by="Coordination", at=AT)
    lieu.refresh_from_db()
    assert lieu.sheet["practices"]["diagnostic"]["state"] == "planned"
    # Asked once: the next survey starts from what was confirmed.
    assert sheets.known(FORM, lieu.sheet)["diagnostic"] == "en_projet"


def test_saying_what_the_sheet_says_proposes_nothing(client, target):
    answer(client, target)
    assert not Proposal.objects.exists()


def test_a_structure_answers_once(client, target):
    answer(client, target)
    assert "déjà répondu" in client.get(link(target)).content.decode()
    client.post(link(target))
    assert Answer.objects.count() == 1


def test_a_colleague_who_comes_second_reads_that_nothing_was_sent(client, target):
    second = Client()
    read_again = filled(second, target, wifi="oui")
    answer(client, target, wifi="non")
    late = second.post(read_again)
    assert late.status_code == 409
    assert "n’a pas été envoyé" in late.content.decode()
    assert Answer.objects.get().values["wifi"] == "non"


def test_an_unknown_link_opens_nothing(client, target):
    assert client.get("/enquetes/structure/" + "0" * 32 + "/").status_code == 404
    assert (
        client.get(f"/enquetes/structure/{target.token}/").status_code == 404
    )  # what is kept is not the link


@pytest.mark.both_databases
def test_after_another_key_the_former_link_stops_and_the_list_gives_the_new_one(
    client, survey, target, runner, settings
):
    former = link(target)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    assert (link(target), targets.renew()) == (former, 0), "a planned change closes nothing"
    settings.SECRET_KEY_FALLBACKS = []
    assert targets.renew() == 1
    target.refresh_from_db()
    assert targets.renew() == 0, "the key is the one that made it"
    assert client.get(former).status_code == 404, "whoever read the key could make it"
    assert client.get(link(target)).status_code == 200
    client.force_login(runner)
    assert link(target) in client.get(f"/espace/enquetes/structures/{target.pk}/").content.decode()


def test_whoever_has_not_answered_is_written_to_then_left_in_peace(survey, target, runner):
    assert targets.remind(survey, by=runner, at=AT, signed="Ana") == 1
    (message,) = Message.objects.all()
    assert message.to == "biblio@exemple.fr" and link(target) in message.text
    with pytest.raises(Refused, match="relancé"):
        targets.remind(survey, by=runner, at=AT + timedelta(days=1), signed="Ana")
    assert targets.remind(survey, by=runner, at=AT + timedelta(days=6), signed="Ana") == 1
    target.refresh_from_db()
    assert (target.state, target.times) == ("written", 2)


def test_an_address_that_receives_nothing_is_not_a_reminder(survey, target, lieu, runner, monkeypatch):
    def put(**_):
        raise Refused(
            "Le message n’est pas parti.", why="Cette adresse n’est pas reconnue.", do="Corrigez-la."
        )

    monkeypatch.setattr(targets.outbox, "put", put)
    with pytest.raises(Refused, match="Personne n’a été relancé"):
        targets.remind(survey, by=runner, at=AT, signed="Ana")
    target.refresh_from_db()
    assert (target.state, target.reminded_at) == ("waiting", None)


@pytest.mark.both_databases
def test_an_invented_survey_writes_to_nobody(survey, target, runner):
    survey.example = True
    survey.save()
    targets.remind(survey, by=runner, at=AT, signed="Ana")
    assert not Message.objects.exists()


@pytest.mark.both_databases
def test_a_call_is_noted_and_who_declines_is_left_in_peace(client, survey, target, runner):
    client.force_login(runner)
    assert (
        'href="tel:+33476001122">04 76 00 11 22<'
        in client.get(f"/espace/enquetes/structures/{target.pk}/").content.decode()
    )
    client.post(f"/espace/enquetes/structures/{target.pk}/", {"etat": "phoned", "note": "rappeler mardi"})
    target.refresh_from_db()
    assert (target.state, target.times, target.note) == ("phoned", 1, "rappeler mardi")
    client.post(f"/espace/enquetes/structures/{target.pk}/", {"etat": "declined"})
    with pytest.raises(Refused):
        targets.remind(survey, by=runner, at=AT, signed="Ana")
    assert client.post(f"/espace/enquetes/structures/{target.pk}/", {"etat": "answered"}).status_code == 400


# ------------------------------------------------------------------- weighted by structures, never by residents


def margin(variable: str, source: str = "", universe: str = "", **totals: float) -> Margin:
    classes = tuple(Category(name, n, (name,)) for name, n in totals.items())
    return Margin(variable, classes, source=source, universe=universe)


@pytest.mark.parametrize(
    "population_margin",
    [
        margin("commune", "Insee, Recensement, habitants de 15 ans et plus", **{"38185": 3, "autres": 4}),
        margin("commune", universe="habitants de 15 ans et plus", **{"38185": 3, "autres": 4}),
        margin("commune", "marges données (m.csv)", **{"38185": 130_000, "autres": 300_000}),
        margin("sexe", femme=3, homme=4),
    ],
)
def test_structures_are_never_weighted_by_who_lives_there(survey, population_margin):
    """Une mairie ne pèse pas plus parce que sa commune est plus peuplée : d’où que viennent les marges."""
    with pytest.raises(Refused, match="cette marge compte"):
        actions.weigh(survey, [population_margin], by=None, at=AT)
    assert not Weighting.objects.exists()


@pytest.mark.both_databases
def test_the_page_of_weights_of_structures_offers_the_directory_and_no_census(client, survey, runner):
    client.force_login(runner)
    Answer.objects.create(
        uid=UUID(int=5),
        survey=survey,
        version=survey.versions.get(),
        channel="link",
        values={"type_structure": "mairie"},
        received_at=AT,
        digest="x",
    )
    where = f"/espace/enquetes/{survey.pk}/resultats/"
    tables = client.get(where).content.decode()
    assert "Les redresser" not in tables
    assert "Redresser d’abord" not in client.get(f"{where}publier/").content.decode()
    page = client.get(f"{where}redressement/").content.decode()
    assert "le recensement de la population ne pèse pas ces réponses" in page
    assert "checked" not in page.split("Ce que l’échantillon doit retrouver")[-1].split("</fieldset>")[0]
    response = client.post(f"{where}redressement/", {"geste": "preparer", "variables": ["commune"]})
    assert "habitants" not in response.content.decode().split("<h2")[1]


@pytest.mark.both_databases
def test_the_directory_counts_structures_by_type_and_commune(survey, lieu):
    """Les marges d’une enquête de structures sont les lieux publiés du territoire, dans les mots du questionnaire."""
    (town,) = places.census_margins(survey, ("commune",))
    published = Lieu.objects.filter(code_insee=GRENOBLE, state="published").count()
    assert town.total == published
    assert town.universe == "lieux publiés du territoire"
    assert not town.source.startswith("insee")


def test_old_weights_by_residents_are_not_read_any_more(survey, runner):
    row = Weighting.objects.create(
        survey=survey,
        method="raking",
        variables=[
            {
                "question": "commune",
                "label": "Commune",
                "source": "Insee, habitants de 15 ans et plus",
                "classes": [{"name": "a", "label": "a", "values": ["a"], "total": 5}],
            }
        ],
        weights={},
        n=0,
        chosen=True,
        made_at=AT,
    )
    assert frames.chosen(survey) is None
    with pytest.raises(Refused, match="Ces poids ne servent plus"):
        actions.choose(survey, row, by=None, at=AT)


def test_nobody_counts_professionals(home):
    draft = campaigns.prepare(
        by=None, title="Pros", territory=GRENOBLE, questionnaire=banks()["professionnels"], at=AT
    )
    assert places.offered_variables(draft) == {}
    with pytest.raises(Refused, match="Aucun recensement ne compte"):
        places.census_margins(draft, ("commune",))


def test_the_list_of_structures_is_the_number_invited_unless_more_answered(survey, target):
    assert frames.universe(survey, 1).n_invited == 1
    assert frames.universe(survey, 2).n_invited is None
    assert frames.universe(campaigns.change(survey, {"n_invited": 40}, by=None, at=AT), 2).n_invited == 40
