"""Rounds of confirmations: who is due, what is asked, what a call gives."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.outreach.actions import campaigns as actions
from maillage.apps.directory.outreach.models import Call, Campaign
from maillage.apps.directory.outreach.queries import campaigns
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import links, sheets
from maillage.apps.directory.places.models import Change, Lieu, Proposal
from maillage.apps.platform.messages.models import Message
from maillage.kernel.codes import in_halves
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import AT, LATER, place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ON = AT.date()
METRO = "200040715"


@pytest.fixture
def lieu():
    return place(sheet={"courriels": ["accueil@exemple.fr"]})


@pytest.fixture
def campaign(lieu, coordinator) -> Campaign:
    return actions.open_round(name="Novembre", territory=METRO, lieux=[lieu], by=coordinator, at=AT)


@pytest.fixture
def call(campaign) -> Call:
    return campaign.calls.select_related("lieu", "campaign").get()


# -------------------------------------------------------------------------------------------------------- due


def test_double_click_opens_one_campaign(campaign, lieu, coordinator):
    campaign_fields = {"name": "Novembre", "territory": METRO, "lieux": [lieu], "by": coordinator}
    assert actions.open_round(**campaign_fields, at=AT + timedelta(seconds=1)) == campaign
    assert campaign.calls.count() == 1
    assert actions.open_round(**campaign_fields, at=AT + timedelta(days=1)) != campaign, "another round"


@pytest.mark.parametrize(
    ("confirmed_on", "rhythm", "needs_confirmation"),
    [
        (None, 6, True),
        (ON - timedelta(days=184), 6, True),
        (ON - timedelta(days=181), 6, False),
        (ON - timedelta(days=31), 3, False),
    ],
)
def test_sheet_needs_confirmation_when_its_rhythm_is_over(confirmed_on, rhythm, needs_confirmation):
    stored_lieu = place(confirmed_on=confirmed_on, rhythm=rhythm)
    assert campaigns.to_confirm(None, on=ON) == ([stored_lieu] if needs_confirmation else [])


def test_the_date_of_a_file_confirms_nothing_but_orders():
    old = place("ancien", {"date_maj": "2019-01-01"})
    new = place("recent", {"date_maj": "2026-11-01"})
    never = place("inconnu")
    assert campaigns.to_confirm(None, on=ON) == [never, old, new]


def test_only_published_sheets_of_the_territory_need_confirmation(coordinator):
    local_lieu = place()
    place("ailleurs", {"code_insee": "59392", "commune": "Maubeuge"})
    place("sorti", state=rules.EXCLUDED)
    assert campaigns.to_confirm(campaigns.ground_named(METRO), on=ON) == [local_lieu]
    assert len(campaigns.to_confirm(campaigns.ground_named(" "), on=ON)) == 2


@pytest.mark.parametrize("typed", ["isère", "38", "Grenoble-Alpes-Métropole", "échirolles"])
def test_a_territory_is_typed_by_name_or_code(typed):
    assert campaigns.ground_named(typed) is not None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nulle part", "Aucun territoire"),
        ("Saint-Martin", "peut dire"),
        ("Fontaine", "Isère (38), code 38169"),
    ],
)
def test_a_territory_that_is_none_or_several_is_refused(client, coordinator, typed, words):
    with pytest.raises(Refused, match="La campagne n’est pas prête"):
        campaigns.ground_named(typed)
    client.force_login(coordinator)
    page = client.get("/espace/annuaire/campagnes/", {"territoire": typed, "nom": "Hiver"})
    assert page.status_code == 400
    assert words in page.content.decode()
    assert 'value="Hiver"' in page.content.decode(), "what was typed is kept"


# ----------------------------------------------------------------------------------------------------- opened


def test_one_sees_how_many_before_opening(client, coordinator, lieu):
    place("autre")
    client.force_login(coordinator)
    form_data = {"nom": "Novembre", "territoire": METRO, "au_plus": "1"}
    page = client.get("/espace/annuaire/campagnes/", form_data).content.decode()
    assert "2 fiches à confirmer, Grenoble-Alpes-Métropole." in page
    assert "La campagne prendrait la plus ancienne." in " ".join(page.split())
    assert not Campaign.objects.exists()
    answer = client.post("/espace/annuaire/campagnes/", form_data)
    new_campaign = Campaign.objects.get()
    assert answer["Location"] == f"/espace/annuaire/campagnes/{new_campaign.pk}/"
    assert (new_campaign.name, new_campaign.territory, new_campaign.by, new_campaign.calls.count()) == (
        "Novembre",
        METRO,
        coordinator,
        1,
    )


def test_a_campaign_is_opened_on_the_sheets_that_a_range_waits_for(client, coordinator, lieu):
    """FG-08 : la page des manques mène ici avec les fiches à appeler, même confirmées, et elles seules."""
    other = place("autre")
    client.force_login(coordinator)
    request = {"nom": "Silences", "territoire": METRO, "fiches": [other.slug, "inconnue"]}
    page = client.get("/espace/annuaire/campagnes/", request).content.decode()
    assert "1 fiche à confirmer, Grenoble-Alpes-Métropole." in page
    assert f'name="fiches" value="{other.slug}"' in " ".join(page.split()).replace(" >", ">")
    client.post("/espace/annuaire/campagnes/", request)
    assert [call.lieu for call in Campaign.objects.get().calls.all()] == [other]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"au_plus": "beaucoup"}, "n’est pas un nombre de fiches"),
        ({"au_plus": "0"}, "n’est pas un nombre"),
        ({"nom": " "}, ""),
    ],
)
def test_a_campaign_is_refused_with_a_count_that_is_none(client, coordinator, lieu, typed, words):
    client.force_login(coordinator)
    form_data = {"nom": "Novembre", "territoire": "", "au_plus": "", **typed}
    page = client.post("/espace/annuaire/campagnes/", form_data)
    assert page.status_code == 400
    assert words in page.content.decode()
    assert not Campaign.objects.exists()


def test_a_campaign_without_any_sheet_is_refused(coordinator):
    with pytest.raises(Refused, match="Aucune fiche n’est à confirmer ici"):
        actions.open_round(name="Novembre", territory="", lieux=[], by=coordinator, at=AT)


def test_those_who_may_be_written_to_get_their_link_at_once(campaign, coordinator, lieu):
    lieu.refresh_from_db()
    assert lieu.code
    silent = place("sans-mail")
    other = actions.open_round(name="Décembre", territory="", lieux=[silent], by=coordinator, at=AT)
    silent.refresh_from_db()
    assert silent.code is None
    assert actions.give_links(other, by=coordinator, at=AT) == 1
    assert actions.give_links(other, by=coordinator, at=AT) == 0
    silent.refresh_from_db()
    assert silent.code


def test_link_already_sent_is_not_renewed(coordinator, lieu):
    code = links.make(lieu, by="Coordination", at=AT)
    actions.open_round(name="Novembre", territory="", lieux=[lieu], by=coordinator, at=LATER)
    lieu.refresh_from_db()
    assert lieu.code == code


# ------------------------------------------------------------------------------------------------------ calls


def test_confirming_by_telephone_holds_the_sheet_as_true(client, coordinator, campaign, call, lieu):
    client.force_login(coordinator)
    address = f"/espace/annuaire/campagnes/{campaign.pk}/appels/{lieu.slug}/"
    client.post(address, {"etat": "confirmed", "note": "Mme Petit"})
    call.refresh_from_db()
    lieu.refresh_from_db()
    assert (call.state, call.note, call.by) == ("confirmed", "Mme Petit", "Coordination")
    assert lieu.confirmed_by == "la structure, au téléphone (Coordination)"
    assert Change.objects.filter(lieu=lieu, verb="confirm").count() == 1
    assert lieu not in campaigns.to_confirm(None, on=date.today())


def test_no_answer_and_calling_back_change_no_sheet(call, coordinator, lieu):
    for state in ("no-answer", "called", "to-do"):
        actions.answer(call, state, note="mardi", by=coordinator, at=LATER)
        assert call.state == state
    lieu.refresh_from_db()
    assert lieu.confirmed_on is None


def test_an_answer_that_cannot_be_is_refused(client, coordinator, campaign, call, lieu):
    with pytest.raises(Refused, match="Cet état n’existe pas"):
        actions.answer(call, "perdu", by=coordinator, at=LATER)
    sheets.set_state(Lieu.objects.get(), rules.ENDED, by="C", at=LATER, reason="fermé")
    call.lieu.refresh_from_db()
    with pytest.raises(Refused, match="Sa fiche n’est plus montrée"):
        actions.answer(call, "confirmed", by=coordinator, at=LATER)
    client.force_login(coordinator)
    address = f"/espace/annuaire/campagnes/{campaign.pk}/appels/{lieu.slug}/"
    page = client.post(address, {"etat": "confirmed"}, follow=True)
    assert "n’a pas été confirmé" in page.content.decode()


def states(campaign) -> list[str]:
    return [
        line.state for _, lines in campaigns.sheets(campaign, campaign.by, LATER).sections for line in lines
    ]


def test_a_structure_that_answers_by_itself_is_settled(campaign, lieu):
    assert states(campaign) == ["to-do"]
    links.confirm(lieu, at=LATER)
    assert states(campaign) == ["confirmed"]
    assert campaigns.campaigns(campaign.by)[0].progress.words == "1 confirmée ou corrigée sur 1"


def test_sheet_corrected_meanwhile_is_labelled_corrected(campaign, lieu):
    sheets.edit(Lieu.objects.get(), {"telephone": ["3949"]}, by="La structure", at=LATER, confirms=True)
    assert states(campaign) == ["changed"]


def test_a_field_corrected_by_somebody_else_does_not_settle_the_sheet(campaign, lieu):
    sheets.edit(Lieu.objects.get(), {"telephone": ["3949"]}, by="Coordination", at=LATER)
    assert states(campaign) == ["to-do"]


def test_link_sent_meanwhile_settles_nothing(campaign, lieu):
    links.make(lieu, by="Coordination", at=LATER)
    assert states(campaign) == ["to-do"]


def test_what_to_ask_is_what_is_unknown_doubtful_or_old(lieu):
    assert campaigns.checks(lieu) == ["le prix"]
    lieu.to_check = [{"field": "telephone", "value": "04", "reason": "court"}]
    lieu.sheet = {
        **lieu.sheet,
        "horaires": {"text": "parfois", "left": "parfois"},
        "practices": {},
        "courriels": [],
    }
    lieu.full_since = date(2026, 10, 1)
    assert campaigns.checks(lieu, proposals=2) == [
        "vérifier téléphone",
        "ses horaires, mal compris",
        "son e-mail",
        "le prix",
        "ce qu’on y trouve",
        "toujours complet ? (depuis le 1er octobre 2026)",
        "2\u00a0propositions à décider",
    ]


def test_the_page_shows_whom_to_call_and_what_to_ask(client, coordinator, campaign, lieu):
    Proposal.objects.create(lieu=lieu, field="nom", value="X", by="Y", at=AT)
    client.force_login(coordinator)
    page = client.get(f"/espace/annuaire/campagnes/{campaign.pk}/").content.decode()
    for words in (
        "À appeler",
        'href="tel:+33476001122"',
        "le prix",
        "Rien n’a changé",
        "proposition à décider",
    ):
        assert words in page


# --------------------------------------------------------------------------------------------------- messages


def test_a_message_is_a_draft_with_the_personal_link_and_nothing_leaves(
    client, coordinator, campaign, lieu, mailoutbox
):
    lieu.refresh_from_db()
    client.force_login(coordinator)
    page = client.get(f"/espace/annuaire/campagnes/{campaign.pk}/").content.decode()
    start = page.index('href="mailto:') + 6
    link = page[start : page.index('"', start)].replace("&amp;", "&")
    parts = urlsplit(link)
    mail_fields = parse_qs(parts.query)
    assert parts.path == "accueil@exemple.fr"
    assert mail_fields["subject"] == ["Votre fiche : Bibliothèque Barnave"]
    code = f"{lieu.code[:4]}-{lieu.code[4:]}"
    assert f"http://testserver/fiche/{code}/" in mail_fields["body"][0]
    assert mail_fields["body"][0].endswith("Merci,\r\nCoordination")
    assert mailoutbox == []


def test_a_name_with_signs_stays_one_subject(lieu):
    lieu.sheet = {**lieu.sheet, "nom": "A & B ? #1"}
    lieu.name = "A & B ? #1"
    written = campaigns.draft(lieu, "https://exemple.fr/fiche/X/", signed="C").mailto
    assert parse_qs(urlsplit(written).query)["subject"] == ["Votre fiche : A & B ? #1"]


# ----------------------------------------------------------------------------------------------------- closed


def test_once_closed_nothing_more_is_noted(client, coordinator, campaign, call):
    client.force_login(coordinator)
    assert client.get(f"/espace/annuaire/campagnes/{campaign.pk}/clore/").status_code == 302
    campaign.refresh_from_db()
    assert campaign.closed_at is None, "closing is never a link"
    client.post(f"/espace/annuaire/campagnes/{campaign.pk}/clore/")
    campaign.refresh_from_db()
    assert campaign.closed_at is not None
    call.campaign.refresh_from_db()
    for refused in (
        lambda: actions.close(campaign, by=coordinator, at=LATER),
        lambda: actions.give_links(campaign, by=coordinator, at=LATER),
        lambda: actions.answer(call, "confirmed", by=coordinator, at=LATER),
    ):
        with pytest.raises(Refused, match="Elle est close"):
            refused()
    again = client.post(f"/espace/annuaire/campagnes/{campaign.pk}/clore/", follow=True)
    assert "n’a pas changé" in again.content.decode()
    page = client.get(f"/espace/annuaire/campagnes/{campaign.pk}/").content.decode()
    assert "Rien n’a changé" not in page


# ----------------------------------------------------------------------------------------------------- access


def test_a_territory_that_was_left_takes_its_places_along(client, lieu):
    """Qui avait ouvert la campagne lisait encore le code de chaque fiche, et les confirmait, une fois parti ailleurs."""
    moved = account("isere", "coordination", territory="38")
    opened = actions.open_round(name="Novembre", territory=METRO, lieux=[lieu], by=moved, at=AT)
    address = f"/espace/annuaire/campagnes/{opened.pk}/"
    client.force_login(moved)
    code = in_halves(Lieu.objects.get().code)
    assert code in client.get(address).content.decode()
    Membership.objects.filter(user=moved).update(territory="59")
    page = client.get(address).content.decode()
    assert lieu.name not in page
    assert code not in page
    assert "aucune fiche" in client.get("/espace/annuaire/campagnes/").content.decode()
    assert client.post(f"{address}appels/{lieu.slug}/", {"etat": "confirmed"}).status_code == 404
    Lieu.objects.update(code=None)
    client.post(f"{address}liens/")
    client.post(f"{address}envoyer/")
    lieu.refresh_from_db()
    assert (lieu.confirmed_on, lieu.code, Message.objects.count()) == (None, None, 0)


def test_a_place_outside_the_campaign_has_no_call(client, coordinator, campaign):
    place("autre")
    client.force_login(coordinator)
    answer = client.post(f"/espace/annuaire/campagnes/{campaign.pk}/appels/autre/", {"etat": "called"})
    assert answer.status_code == 404


# ------------------------------------------------------------------------------------------- through the outbox


def envoyer(client, campaign) -> str:
    answer = client.post(f"/espace/annuaire/campagnes/{campaign.pk}/envoyer/", follow=True)
    return answer.content.decode()


def test_a_campaign_writes_once_then_reminds_a_week_later_and_no_more(client, coordinator, lieu):
    silent = place("muet", {"nom": "Muet", "pivot": "21380185500015"})
    campaign = actions.open_round(
        name="Novembre", territory=METRO, lieux=[lieu, silent], by=coordinator, at=AT
    )
    client.force_login(coordinator)
    assert client.get(f"/espace/annuaire/campagnes/{campaign.pk}/envoyer/").status_code == 302
    assert not Message.objects.exists(), "sending is never a link"
    assert "1 message prêt" in envoyer(client, campaign)
    letter = Message.objects.get()
    lieu.refresh_from_db()
    assert (letter.to, letter.subject) == ("accueil@exemple.fr", "Votre fiche : Bibliothèque Barnave")
    assert f"/fiche/{lieu.code[:4]}-{lieu.code[4:]}/" in letter.text
    assert "Aucun message n’est parti" in envoyer(client, campaign)
    Message.objects.update(made_at=letter.made_at - timedelta(days=8))
    assert "Relancer 1 lieu" in client.get(f"/espace/annuaire/campagnes/{campaign.pk}/").content.decode()
    assert "1 message prêt" in envoyer(client, campaign)
    Message.objects.update(made_at=letter.made_at - timedelta(days=30))
    assert "Aucun message n’est parti" in envoyer(client, campaign), "a reminder, and one calls"
    assert Message.objects.count() == 2


def test_who_confirmed_is_not_written_to(client, coordinator, campaign, lieu):
    client.force_login(coordinator)
    envoyer(client, campaign)
    Message.objects.update(made_at=AT - timedelta(days=30))
    links.confirm(lieu, at=LATER)
    assert "Aucun message n’est parti" in envoyer(client, campaign)
    assert Message.objects.count() == 1


def test_closed_or_foreign_campaign_sends_no_message(client, coordinator, campaign):
    client.force_login(account("ailleurs", "coordination", territory="59"))
    assert client.post(f"/espace/annuaire/campagnes/{campaign.pk}/envoyer/").status_code == 404
    actions.close(campaign, by=coordinator, at=LATER)
    client.force_login(coordinator)
    assert "Elle est close" in envoyer(client, campaign)
    assert not Message.objects.exists()
