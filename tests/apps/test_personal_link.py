"""A structure and its sheet: by its code, without account; what is applied at once, what awaits; paper
typed back.
"""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from maillage.apps.directory.intake.actions import duplicates
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import links, sheets
from maillage.apps.directory.places.models import Change, Lieu, Pair, Proposal
from maillage.apps.directory.places.queries.links import Closure, Correction, by_code
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.apps.directory.places.views import personal
from maillage.kernel.codes import ALPHABET, in_halves, read
from maillage.kernel.errors import Refused
from maillage.words.opening import date_text
from tests.support.places import AT, LATER, place
from tests.support.prose import plain_text

pytestmark = pytest.mark.django_db
WRONG = "Ce code n’ouvre aucune fiche."


@pytest.fixture(autouse=True)
def _no_memory():
    cache.clear()


@pytest.fixture
def lieu():
    return place()


@pytest.fixture
def code(lieu) -> str:
    return in_halves(links.make(lieu, by="Coordination", at=AT))


# ------------------------------------------------------------------------------------------------------ codes


def test_a_code_has_eight_signs_that_nobody_takes_for_another(lieu):
    code = links.make(lieu, by="Coordination", at=AT)
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert not set("0O1ILBGSVZ") & set(ALPHABET)
    lieu.refresh_from_db()
    assert lieu.code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7K2D-AH24", "7K2DAH24"),
        ("7k2dah24", "7K2DAH24"),
        (" 7K2D AH24. ", "7K2DAH24"),
        ("7KZD-AHZ4", "7K2DAH24"),
        ("BGSV-2345", "865U2345"),
        ("7K2D-AH2", ""),
        ("7K2D-AH244", ""),
        ("7K2D-AHO4", ""),
        ("7K2D-AH14", ""),
        ("", ""),
        ("é" * 8, ""),
    ],
)
def test_a_code_is_read_whatever_way_it_is_typed(typed, code):
    assert read(typed) == code


def test_a_renewed_code_closes_the_one_before(client, lieu, code):
    new = links.make(lieu, by="Coordination", at=LATER)
    assert client.get(f"/fiche/{code}/").status_code == 404
    assert client.get(f"/fiche/{new}/").status_code == 200
    change = Change.objects.filter(lieu=lieu).first()
    assert (change.by, change.reason) == (
        "Coordination",
        "lien personnel renouvelé : l’ancien ne s’ouvre plus",
    )
    assert change.before == change.after, "the sheet itself did not change"


@pytest.mark.both_databases
def test_the_code_is_absent_from_the_history(lieu, code):
    history = str(list(Change.objects.values_list("before", "after", "reason")))
    assert "lien personnel" in history, "that it was made is a change"
    assert code not in history
    assert code.replace("-", "") not in history


@pytest.mark.parametrize("address", ["/fiche/{}/", "/fiche/{}/corriger/", "/fiche/{}/papier/"])
def test_wrong_malformed_and_old_codes_have_one_answer(client, lieu, code, address):
    links.make(lieu, by="Coordination", at=LATER)
    pages = [client.get(address.format(wrong)) for wrong in (code, "AAAA-AAAA", "x", "0000-0000")]
    assert {page.status_code for page in pages} == {404}
    bodies = {
        re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode()) for page in pages
    }
    assert len(bodies) == 1
    assert WRONG in bodies.pop()


def test_a_code_typed_on_the_first_page_opens_the_sheet(client, code):
    answer = client.post("/fiche/", {"code": code.lower().replace("-", " ")})
    assert (answer.status_code, answer["Location"]) == (302, f"/fiche/{code}/")
    wrong = client.post("/fiche/", {"code": "AAAA-AAAA"})
    assert wrong.status_code == 404
    assert WRONG in wrong.content.decode()


def test_trying_codes_at_random_stops(client, lieu, code, monkeypatch):
    monkeypatch.setattr(personal, "WRONG_AN_HOUR", 3)
    for n in range(3):
        assert client.get(f"/fiche/AAAA-AAA{n + 2}/").status_code == 404
    refused = client.get(f"/fiche/{code}/")
    assert refused.status_code == 429, "a right code no more than a wrong one: it would tell them apart"
    assert "Attendez une heure" in refused.content.decode()
    assert client.post("/fiche/", {"code": code}).status_code == 429
    assert client.get(f"/fiche/{code}/", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_behind_our_proxy_each_visitor_is_counted_alone(client, code, monkeypatch, settings):
    monkeypatch.setattr(personal, "WRONG_AN_HOUR", 1)
    settings.BEHIND_PROXY = True
    tries = {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.1.1.1"}
    assert client.get("/fiche/AAAA-AAA2/", **tries).status_code == 404
    assert client.get(f"/fiche/{code}/", **tries).status_code == 429
    assert client.get(f"/fiche/{code}/", HTTP_X_FORWARDED_FOR="9.9.9.9, 10.1.1.1").status_code == 429, (
        "made up before it"
    )
    assert client.get(f"/fiche/{code}/", HTTP_X_FORWARDED_FOR="10.1.1.2").status_code == 200


def test_a_right_code_may_be_used_all_day(client, code, monkeypatch):
    monkeypatch.setattr(personal, "WRONG_AN_HOUR", 3)
    assert {client.get(f"/fiche/{code}/").status_code for _ in range(8)} == {200}


def test_the_page_of_a_code_is_neither_indexed_nor_cached(client, code):
    page = client.get(f"/fiche/{code}/")
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]


@pytest.mark.both_databases
def test_the_code_of_a_merged_place_opens_the_one_it_became(client, lieu, code):
    survivor = place("autre", {"nom": "Médiathèque Barnave"})
    pair = Pair.objects.create(first=survivor, second=lieu, score=0.9, reasons=[])
    duplicates.merge(pair, {}, by="Coordination", at=LATER)
    assert by_code(code) == survivor
    assert "Médiathèque Barnave" in client.get(f"/fiche/{code}/").content.decode()


# --------------------------------------------------------------------------------------------------- gestures


def test_the_sheet_is_read_in_plain_words(client, code):
    page = client.get(f"/fiche/{code}/").content.decode().replace("\xa0", " ")
    for words in (
        "Bibliothèque Barnave",
        "04 76 00 11 22",
        "9 h – 12 h, 14 h – 17 h",
        "Wifi",
        "Rien n’a changé",
    ):
        assert words in page


@pytest.mark.both_databases
def test_nothing_changed_is_one_click(client, lieu, code):
    assert client.post(f"/fiche/{code}/", {"dire": "rien"}).status_code == 302
    lieu.refresh_from_db()
    assert lieu.confirmed_by == "la structure"
    assert lieu.confirmed_on is not None
    assert lieu.origins["telephone"]["confirmed_on"]
    assert Change.objects.filter(lieu=lieu, verb="confirm", by="la structure").count() == 1


@pytest.mark.both_databases
def test_full_and_room_again(client, lieu, code):
    client.post(f"/fiche/{code}/", {"dire": "complet"})
    lieu.refresh_from_db()
    assert lieu.full_since is not None
    twice = client.post(f"/fiche/{code}/", {"dire": "complet"})
    assert twice.status_code == 400
    assert "La fiche le disait déjà." in twice.content.decode()
    client.post(f"/fiche/{code}/", {"dire": "place"})
    lieu.refresh_from_db()
    assert lieu.full_since is None


def test_a_full_place_says_when_it_expects_room_changes_it_and_takes_it_back(client, lieu, code):
    today = timezone.localdate()
    soon, later = (today + timedelta(days=days) for days in (10, 20))

    def answer(**typed):
        client.post(f"/fiche/{code}/", {"dire": "complet", **typed})
        lieu.refresh_from_db()
        return lieu.full_since, lieu.room_on

    assert answer(de_la_place=soon.isoformat()) == (today, soon)
    assert f"de la place vers le {date_text(soon)}" in plain_text(
        client.get(f"/fiche/{code}/").content.decode()
    )
    public = plain_text(client.get(f"/lieux/{lieu.slug}/").content.decode())
    assert f"Il pense avoir de la place vers le {date_text(soon)}. Appelez avant de venir." in public
    assert "Complet jusque vers le" in public
    assert answer(de_la_place=later.isoformat()) == (today, later)
    assert answer(de_la_place="") == (today, None)
    client.post(f"/fiche/{code}/", {"dire": "place"})
    lieu.refresh_from_db()
    assert (lieu.full_since, lieu.room_on) == (None, None)


@pytest.mark.parametrize("days", [0, 400])
def test_a_day_that_is_not_of_the_coming_year_is_refused_for_room(client, lieu, code, days):
    day = timezone.localdate() + timedelta(days=days)
    answer = client.post(f"/fiche/{code}/", {"dire": "complet", "de_la_place": day.isoformat()})
    assert answer.status_code == 400
    assert "Donnez un jour de l’année qui vient" in answer.content.decode()
    lieu.refresh_from_db()
    assert lieu.full_since is None
    assert client.post(f"/fiche/{code}/", {"dire": "complet", "de_la_place": "demain"}).status_code == 400


def test_a_past_day_is_not_displayed_any_more(client, lieu, code):
    today = timezone.localdate()
    lieu.full_since, lieu.room_on = today - timedelta(days=20), today - timedelta(days=2)
    lieu.save()
    public = plain_text(client.get(f"/lieux/{lieu.slug}/").content.decode())
    assert "Appelez pour savoir quand il y aura de la place." in public
    assert "vers le" not in public
    page = client.get(f"/fiche/{code}/").content.decode()
    assert 'name="de_la_place" value=""' in " ".join(page.split()), "sent again as it is, it would be refused"


def test_a_usual_closure_is_one_button_and_starts_today(client, lieu, code):
    page = client.get(f"/fiche/{code}/").content.decode()
    until = re.findall(r'name="jusqua" value="([\d-]+)"', page)[-1]
    client.post(f"/fiche/{code}/", {"dire": "ferme", "jusqua": until, "du": "", "au": "", "motif": "congés"})
    lieu.refresh_from_db()
    closure = lieu.sheet["fermetures"][0]
    assert (closure["au"], closure["motif"]) == (until, "congés")
    assert closure["du"] < closure["au"]
    client.post(f"/fiche/{code}/", {"dire": "rouvre", "du": closure["du"], "au": closure["au"]})
    lieu.refresh_from_db()
    assert "fermetures" not in lieu.sheet
    assert [c.verb for c in Change.objects.filter(lieu=lieu)[:2]] == ["close", "close"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"du": "2099-08-20", "au": "2099-08-01"}, "Le dernier jour vient avant le premier."),
        ({"du": "2020-01-01", "au": "2020-01-02"}, "Ces jours sont déjà passés."),
        ({"du": "2099-02-30", "au": "2099-03-01"}, "Ses dates manquent, ou n’existent pas."),
    ],
)
def test_an_impossible_closure_is_refused_and_what_was_typed_stays(client, lieu, code, typed, words):
    page = client.post(f"/fiche/{code}/", {"dire": "ferme", "motif": "travaux", **typed})
    assert page.status_code == 400
    assert words in page.content.decode()
    assert 'value="travaux"' in page.content.decode()
    lieu.refresh_from_db()
    assert "fermetures" not in lieu.sheet


def test_closures_that_are_over_leave_when_another_comes(lieu):
    links.close(lieu, Closure(date(2026, 11, 20), date(2026, 11, 21)), at=AT)
    links.close(lieu, Closure(date(2026, 12, 24), date(2027, 1, 2), "congés"), at=LATER)
    lieu.refresh_from_db()
    assert lieu.sheet["fermetures"] == [{"du": "2026-12-24", "au": "2027-01-02", "motif": "congés"}]


def test_withdrawing_a_removed_closure_is_refused(lieu):
    with pytest.raises(Refused, match="n’a pas été"):
        links.reopen(lieu, "2026-12-24", "2027-01-02", at=AT)


@pytest.mark.parametrize(("months", "status"), [("12", 302), ("2", 400)])
def test_the_rhythm_is_one_of_four(client, lieu, code, months, status):
    assert client.post(f"/fiche/{code}/", {"dire": "rythme", "rythme": months}).status_code == status
    lieu.refresh_from_db()
    assert lieu.rhythm == (int(months) if status == 302 else 6)


def test_closing_for_good_is_proposed_to_the_network_which_decides(client, lieu, code):
    assert client.post(f"/fiche/{code}/", {"dire": "fini", "pourquoi": " "}).status_code == 400
    client.post(f"/fiche/{code}/", {"dire": "fini", "pourquoi": "la mairie ferme le bâtiment"})
    lieu.refresh_from_db()
    assert lieu.state == rules.PUBLISHED
    assert Proposal.objects.get().text == "Le lieu ferme pour de bon : la mairie ferme le bâtiment"


@pytest.mark.both_databases
def test_an_unknown_gesture_does_nothing(client, lieu, code):
    assert client.post(f"/fiche/{code}/", {"dire": "tout effacer"}).status_code == 302
    assert Change.objects.filter(lieu=lieu).exclude(reason__startswith="lien").count() == 0


# ---------------------------------------------------------------------------------------------------- correct


def form_of(client, address: str) -> dict[str, list[str]]:
    """Return the form data that a browser sends from an untouched form."""
    page = client.get(address).content.decode()
    sent: dict[str, list[str]] = {}
    form = page[page.index('class="cases"') :]
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)[1]
        value = re.search(r'value="([^"]*)"', tag)
        if (
            name
            and (kind not in ("checkbox", "radio") or "checked" in tag)
            and name[1] != "csrfmiddlewaretoken"
        ):
            sent.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [text]
    return sent


def test_a_form_that_nobody_touched_changes_nothing(client, lieu, code):
    before = Lieu.objects.get().sheet
    page = client.post(f"/fiche/{code}/corriger/", form_of(client, f"/fiche/{code}/corriger/"))
    assert page.status_code == 400
    assert "Rien n’est différent de la fiche." in page.content.decode()
    assert Lieu.objects.get().sheet == before


@pytest.mark.both_databases
def test_what_is_not_the_name_nor_the_address_is_written_at_once(client, lieu, code):
    sent = form_of(client, f"/fiche/{code}/corriger/")
    sent |= {
        "telephone": ["04 76 00 33 44 ; 3949"],
        "courriels": ["Accueil(at)exemple.fr"],
        "frais_a_charge": ["free"],
    }
    sent |= {"jour_Mo": ["9-12 14-17h30"], "jour_Fr": ["fermé"], "practices": ["wifi", "impression"]}
    Lieu.objects.update(sheet={**lieu.sheet, "sans": ["impression", "don"]})
    assert client.post(f"/fiche/{code}/corriger/", sent).status_code == 302
    lieu.refresh_from_db()
    assert lieu.sheet["telephone"] == ["+33476003344", "3949"]
    assert lieu.sheet["courriels"] == ["Accueil@exemple.fr"]
    assert lieu.sheet["frais_a_charge"] == ["free"]
    assert "Mo 09:00-12:00,14:00-17:30" in lieu.sheet["horaires"]["osm"]
    assert lieu.sheet["practices"]["wifi"] == {"state": "offered", "endroit": ["indoor"]}
    assert lieu.sheet["practices"]["impression"] == {"state": "offered"}
    assert lieu.sheet["sans"] == ["don"], "what is ticked is no longer said to be missing"
    assert lieu.sheet["practices"]["formation"] == {"state": "ended"}
    assert lieu.origins["telephone"]["by"] == "la structure"
    assert (lieu.confirmed_by, Proposal.objects.count()) == ("la structure", 0)
    assert search(Wanted(facets=(("pratique:impression",),))).total == 1


@pytest.mark.both_databases
def test_the_name_and_the_address_await_somebody(client, lieu, code):
    sent = form_of(client, f"/fiche/{code}/corriger/")
    sent |= {"nom": ["Médiathèque Barnave"], "adresse": ["2 place Grenette"], "pivot": ["213 801 855 00015"]}
    sent |= {"commune": ["Échirolles"], "code_postal": ["38130"]}
    assert client.post(f"/fiche/{code}/corriger/", sent).status_code == 302
    lieu.refresh_from_db()
    assert (lieu.name, lieu.sheet["adresse"], lieu.code_insee) == (
        "Bibliothèque Barnave",
        "1 place Grenette",
        "38185",
    )
    proposed = dict(Proposal.objects.values_list("field", "value"))
    assert proposed == {
        "nom": "Médiathèque Barnave",
        "adresse": "2 place Grenette",
        "pivot": "21380185500015",
        "commune": "Échirolles",
        "code_postal": "38130",
        "code_insee": "38151",
    }
    assert set(Proposal.objects.values_list("by", "state")) == {("la structure", "open")}
    assert lieu.confirmed_on is None, "a name that awaits confirms nothing"


@pytest.mark.both_databases
def test_a_name_proposed_again_replaces_the_one_that_awaits(lieu):
    links.correct(lieu, Correction(values={"nom": "Un nom"}), at=AT)
    links.correct(lieu, Correction(values={"nom": "Un autre"}), at=LATER)
    assert list(Proposal.objects.values_list("value", flat=True)) == ["Un autre"]


def test_a_sheet_that_changed_in_between_is_not_put_back(client, lieu, code):
    sent = form_of(client, f"/fiche/{code}/corriger/")
    sheets.edit(Lieu.objects.get(), {"telephone": ["+33476009999"]}, by="Coordination", at=AT)
    client.post(f"/fiche/{code}/corriger/", {**sent, "frais_a_charge": ["paid"]})
    lieu.refresh_from_db()
    assert lieu.sheet["telephone"] == ["+33476009999"]
    assert lieu.sheet["frais_a_charge"] == ["paid"]


def test_an_emptied_field_is_withdrawn(client, lieu, code):
    client.post(
        f"/fiche/{code}/corriger/", {**form_of(client, f"/fiche/{code}/corriger/"), "telephone": [""]}
    )
    lieu.refresh_from_db()
    assert "telephone" not in lieu.sheet


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("nom", "", "Il manque le nom."),
        ("telephone", "04 76", "Écrivez par exemple 04 76 00 11 22."),
        ("code_postal", "tout près", "Écrivez ses 5 chiffres"),
    ],
)
def test_an_unreadable_value_is_refused_beside_its_field_and_stays(client, lieu, code, name, typed, words):
    before = Lieu.objects.get().sheet
    page = client.post(
        f"/fiche/{code}/corriger/", {**form_of(client, f"/fiche/{code}/corriger/"), name: [typed]}
    )
    text = page.content.decode()
    assert page.status_code == 400
    assert words in text
    assert f'value="{typed}"' in text or not typed
    assert Lieu.objects.get().sheet == before


def test_hours_not_understood_are_stored_with_a_warning(client, lieu, code):
    sent = {**form_of(client, f"/fiche/{code}/corriger/"), "jour_Sa": ["quand il fait beau"]}
    page = client.post(f"/fiche/{code}/corriger/", sent, follow=True)
    lieu.refresh_from_db()
    assert "quand il fait beau" in lieu.sheet["horaires"]["left"]
    assert "Tu-Fr 09:00-12:00,14:00-17:00" in lieu.sheet["horaires"]["osm"]
    assert "nous n’avons pas compris" in page.content.decode()


def test_a_day_left_alone_is_the_one_somebody_else_wrote_meanwhile(client, lieu, code):
    sent = {**form_of(client, f"/fiche/{code}/corriger/"), "jour_Sa": ["10 h – 12 h"]}
    sheets.edit(lieu, {"horaires": {"osm": "Mo 14:00-18:00"}}, by="Ana", at=AT)
    client.post(f"/fiche/{code}/corriger/", sent)
    lieu.refresh_from_db()
    assert lieu.sheet["horaires"]["osm"] == "Mo 14:00-18:00; Sa 10:00-12:00; Tu-Fr,Su off"


def test_public_holidays_stay_closed_when_the_week_changes(client):
    lieu = place("feries", {"horaires": {"osm": "Mo-Fr 09:00-12:00; PH off", "text": "t"}})
    code = links.make(lieu, by="Coordination", at=AT)
    sent = {**form_of(client, f"/fiche/{code}/corriger/"), "jour_Sa": ["10 h – 12 h"]}
    client.post(f"/fiche/{code}/corriger/", sent)
    lieu.refresh_from_db()
    assert lieu.sheet["horaires"]["osm"].endswith("; PH off")
    assert "Sa 10:00-12:00" in lieu.sheet["horaires"]["osm"]


def test_hours_that_fit_no_week_are_edited_in_one_text(client):
    lieu = place("mois", {"horaires": {"osm": "We[1] 09:00-12:00", "text": "1er mercredi du mois, 9h-12h"}})
    page = client.get(f"/fiche/{links.make(lieu, by='C', at=AT)}/corriger/").content.decode()
    assert "1er mercredi du mois, 9h-12h" in page
    assert "jour_Mo" not in page


@pytest.mark.both_databases
def test_what_lacks_and_what_else_stay_between_professionals(client, lieu, code):
    sent = form_of(client, f"/fiche/{code}/corriger/")
    sent |= {
        "besoins_equipement": ["deux portables"],
        "sans_animation": ["on"],
        "autre": ["appelez-moi"],
        "reste": ["on"],
    }
    client.post(f"/fiche/{code}/corriger/", sent)
    lieu.refresh_from_db()
    assert (lieu.sheet["besoins_equipement"], lieu.sheet["sans_animation"]) == ("deux portables", True)
    assert Proposal.objects.get().text == "appelez-moi"
    assert "deux portables" not in client.get("/lieux/barnave/").content.decode()
    assert Change.objects.filter(lieu=lieu, verb="confirm").exists(), "the rest was said to be right"


def test_a_refusal_in_the_middle_writes_nothing(lieu):
    before = Lieu.objects.get().sheet
    plain_text = Correction(
        values={"nom": "Autre", "telephone": ["3949"]}, closure=Closure(date(2026, 12, 2), date(2026, 12, 1))
    )
    with pytest.raises(Refused, match="La fermeture n’a pas été notée"):
        links.correct(lieu, plain_text, at=AT)
    assert Lieu.objects.get().sheet == before
    assert not Proposal.objects.exists()


# ------------------------------------------------------------------------------------------------------ paper


def test_the_paper_has_its_code_and_a_square_to_photograph(client, code):
    page = client.get(f"/fiche/{code}/papier/").content.decode()
    assert code in page
    assert 'src="data:image/svg+xml' in page
    assert "Bibliothèque Barnave" in page


def test_the_paper_tells_hours_without_the_marks_of_a_web_page(client, code):
    place = Lieu.objects.get()
    place.sheet["horaires"] = {"text": "<strong>Disponible</strong> le mardi"}
    place.save()
    page = client.get(f"/fiche/{code}/papier/").content.decode()
    assert "Disponible le mardi" in page
    assert "strong&gt;" not in page


def test_the_paper_never_bears_an_address_that_nobody_else_can_open(client, code):
    page = client.get(f"/fiche/{code}/papier/", headers={"host": "127.0.0.1:8000"}).content.decode()
    assert code in page
    assert "127.0.0.1" not in page
    assert "data:image/svg+xml" not in page


def test_a_paper_sheet_where_nothing_changed_is_typed_back_with_its_code(client, coordinator, lieu, code):
    client.force_login(coordinator)
    address = f"/espace/annuaire/papier/?code={code}&cases="
    assert "Aucune case n’a changé." in client.get(address).content.decode()
    assert client.post(address, {"reste": "on"}).status_code == 302
    lieu.refresh_from_db()
    assert lieu.confirmed_by == "la structure, sur papier (Coordination)"


def test_only_the_boxes_that_changed_are_proposed(client, coordinator, lieu, code):
    client.force_login(coordinator)
    address = f"/espace/annuaire/papier/?code={code}&cases=3, 10 13"
    sent = form_of(client, address)
    assert {name for name in sent if not name.startswith("initial-")} == {
        "compte-de-la-page",
        "telephone",
        "du",
        "au",
        "motif",
        "rythme",
    }
    sent |= {
        "telephone": ["3949"],
        "du": ["2099-08-01"],
        "au": ["2099-08-15"],
        "motif": ["congés"],
        "rythme": ["12"],
    }
    assert client.post(address, sent).status_code == 302
    lieu.refresh_from_db()
    assert lieu.sheet["telephone"] == ["3949"]
    assert lieu.sheet["fermetures"] == [{"du": "2099-08-01", "au": "2099-08-15", "motif": "congés"}]
    assert lieu.rhythm == 12
    assert lieu.sheet["practices"] == place("autre").sheet["practices"], (
        "boxes that were not asked are left alone"
    )


def test_a_name_typed_back_awaits_like_one_sent_by_the_link(client, coordinator, lieu, code):
    client.force_login(coordinator)
    address = f"/espace/annuaire/papier/?code={code}&cases=1"
    client.post(address, {**form_of(client, address), "nom": ["Médiathèque Barnave"]})
    assert Proposal.objects.get().value == "Médiathèque Barnave"
    assert Lieu.objects.get().name == "Bibliothèque Barnave"


def test_typing_back_refuses_a_wrong_code_and_an_unknown_box(client, coordinator, code):
    client.force_login(coordinator)
    wrong = client.get("/espace/annuaire/papier/?code=AAAA-AAAA&cases=3")
    assert (wrong.status_code, WRONG in wrong.content.decode()) == (404, True)
    page = client.get(f"/espace/annuaire/papier/?code={code}&cases=3 99").content.decode()
    assert "La case 99 n’existe pas." in page


def test_a_stranger_types_nothing_back_and_gives_no_link(client, lieu, code):
    assert client.get("/espace/annuaire/papier/").status_code == 302
    assert client.post(f"/espace/annuaire/papier/?code={code}&cases=").status_code == 302
    assert client.get("/espace/annuaire/lieux/barnave/lien/").status_code == 404
    assert client.post("/espace/annuaire/lieux/barnave/lien/").status_code == 302
    lieu.refresh_from_db()
    assert (in_halves(lieu.code), lieu.confirmed_on) == (code, None)


def test_a_professional_gives_a_link(client, coordinator, lieu):
    client.force_login(coordinator)
    address = "/espace/annuaire/lieux/barnave/lien/"
    assert "pas encore de code" in client.get(address).content.decode()
    client.post(address)
    lieu.refresh_from_db()
    assert in_halves(lieu.code) in client.get(address).content.decode()
