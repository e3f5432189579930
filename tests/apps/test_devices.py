"""Devices of places, their loans, and what the network lacks."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from maillage.apps.directory.outreach.actions import collections
from maillage.apps.directory.outreach.actions import devices as actions
from maillage.apps.directory.outreach.models import Collection, Device, Loan, Reservation
from maillage.apps.directory.outreach.queries import devices
from maillage.apps.directory.places.models import Pair
from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.queries import sources
from maillage.kernel.errors import Refused
from maillage.reference.files import ASSETS
from maillage.reference.maintenance import advice, kits
from tests.support.places import AT, LATER, place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ON = AT.date()
SOON, LATE = ON + timedelta(days=14), LATER.date()


@pytest.fixture
def lieu():
    return place()


@pytest.fixture
def device(lieu, coordinator) -> Device:
    return actions.enter(lieu, label="Portable 1", origin="don de la mairie", by=coordinator, at=AT)


def lend(device, by, **fields) -> Loan:
    defaults = {"to": "Fatou", "until": SOON, "at": AT}
    return actions.lend(device, by=by, **defaults | fields)


# ------------------------------------------------------------------------------------------------------ loans


def test_a_device_is_lent_comes_back_and_the_name_is_erased(device, coordinator):
    loan = lend(device, coordinator)
    device.refresh_from_db()
    assert (device.state, loan.to, loan.out_on, loan.due_on) == ("lent", "Fatou", ON, SOON)
    actions.give_back(device, by=coordinator, at=LATER)
    loan.refresh_from_db()
    device.refresh_from_db()
    assert (device.state, loan.to, loan.back_on) == ("here", "", LATE)


def test_a_device_comes_back_to_be_repaired(device, coordinator):
    lend(device, coordinator)
    actions.give_back(device, to_repair=True, by=coordinator, at=LATER)
    device.refresh_from_db()
    assert device.state == "repair"


@pytest.mark.parametrize(
    ("loan_fields", "words"),
    [
        ({"to": " "}, "Personne ne saurait à qui le redemander"),
        ({"to": "fatou@exemple.fr"}, "n’a pas sa place ici"),
        ({"to": "Fatou 06 12 34 56 78"}, "n’a pas sa place ici"),
        ({"until": ON - timedelta(days=1)}, "La date de retour est passée"),
        ({"until": ON + timedelta(days=400)}, "dans plus d’un an"),
    ],
)
def test_a_loan_that_cannot_be_is_refused(device, coordinator, loan_fields, words):
    with pytest.raises(Refused, match="n’a pas été prêté") as refused:
        lend(device, coordinator, **loan_fields)
    assert words in refused.value.why
    device.refresh_from_db()
    assert (device.state, Loan.objects.count()) == ("here", 0)


def test_a_number_of_a_card_is_enough(device, coordinator):
    assert lend(device, coordinator, to="carte 11845").to == "carte 11845"


@pytest.mark.parametrize("state", ["lent", "repair", "out"])
def test_what_is_not_there_is_not_lent(device, coordinator, state):
    Device.objects.update(state=state)
    with pytest.raises(Refused, match="Il n’est pas disponible"):
        lend(device, coordinator)


def test_what_is_not_lent_does_not_come_back(device, coordinator):
    with pytest.raises(Refused, match="Il n’est pas prêté"):
        actions.give_back(device, by=coordinator, at=AT)


# ----------------------------------------------------------------------------------------------------- states


def test_a_device_is_collected_refurbished_and_leaves_with_a_reason(lieu, coordinator):
    repaired_device = actions.enter(
        lieu, label="Tour 4", origin="entreprise", to_repair=True, by=coordinator, at=AT
    )
    assert repaired_device.state == "repair"
    assert actions.set_state(repaired_device, "here", by=coordinator, at=AT).state == "here"
    with pytest.raises(Refused, match="n’est pas sorti"):
        actions.set_state(repaired_device, "out", by=coordinator, at=AT)
    scrapped_device = actions.set_state(
        repaired_device, "out", note="donnée à une famille", by=coordinator, at=AT
    )
    assert (scrapped_device.state, scrapped_device.note) == ("out", "donnée à une famille")


def test_a_lent_device_is_first_taken_back(device, coordinator):
    lend(device, coordinator)
    for state in ("repair", "out", "here"):
        with pytest.raises(Refused, match="n’a pas changé"):
            actions.set_state(device, state, note="x", by=coordinator, at=AT)
    with pytest.raises(Refused, match="Cet état n’existe pas"):
        actions.set_state(device, "lent", by=coordinator, at=AT)


def test_only_a_device_written_by_mistake_is_taken_off(device, lieu, coordinator):
    lend(device, coordinator)
    with pytest.raises(Refused, match="ses prêts comptent"):
        actions.drop(device, by=coordinator, at=AT)
    other = actions.enter(lieu, label="Erreur", by=coordinator, at=AT)
    actions.drop(other, by=coordinator, at=AT)
    assert Device.objects.get() == device


def test_a_device_without_a_name_is_refused(lieu, coordinator):
    with pytest.raises(Refused, match="L’appareil n’a pas été ajouté"):
        actions.enter(lieu, label=" ", by=coordinator, at=AT)


# ------------------------------------------------------------------------------------------------------ pages


def test_late_ones_come_first_the_oldest_first(lieu, coordinator):
    for label, n_days in (("Trois jours", 3), ("Dix jours", 10), ("Demain", 60)):
        lent_device = actions.enter(lieu, label=label, by=coordinator, at=AT)
        lend(lent_device, coordinator, until=ON + timedelta(days=n_days))
    actions.enter(lieu, label="Là", by=coordinator, at=AT)
    lines = devices.of(lieu, on=ON + timedelta(days=20))
    assert [(devices.SECTIONS[line.section], line.device.label) for line in lines] == [
        ("En retard", "Trois jours"),
        ("En retard", "Dix jours"),
        ("Prêtés", "Demain"),
        ("Disponibles", "Là"),
    ]
    assert lines[0].words == "en retard de 17\u00a0jours"
    assert devices.of(lieu, on=ON + timedelta(days=3))[0].section == "lent", "the last day is not late"


def test_the_whole_life_of_a_device_through_its_page(client, coordinator, lieu):
    client.force_login(coordinator)
    address = "/espace/annuaire/lieux/barnave/appareils/"
    client.post(address, {"appareil": "Portable 9", "origine": "don", "a_reparer": "on"})
    entered_device = Device.objects.get()
    assert (entered_device.label, entered_device.origin, entered_device.state) == (
        "Portable 9",
        "don",
        "repair",
    )
    one = f"/espace/annuaire/appareils/{entered_device.pk}/"
    for gesture in (
        {"geste": "here"},
        {"geste": "preter", "a_qui": "Léo", "jusquau": (LATE + timedelta(days=900)).isoformat()},
        {"geste": "preter", "a_qui": "Léo", "jusquau": ""},
    ):
        page = client.post(one, gesture)
    assert page.status_code == 400
    assert "Il manque la date de retour." in page.content.decode()
    today = client.get(address).content.decode().split('name="jusquau"')[1].split('min="')[1][:10]
    client.post(one, {"geste": "preter", "a_qui": "Léo", "jusquau": today})
    assert "Léo" in client.get(address).content.decode()
    client.post(one, {"geste": "rendu"})
    assert "Léo" not in client.get(address).content.decode()
    client.post(one, {"geste": "out", "note": "recyclé"})
    entered_device.refresh_from_db()
    assert (entered_device.state, entered_device.note) == ("out", "recyclé")
    assert client.post(one, {"geste": "retirer"}).status_code == 400
    assert client.post(one, {"geste": "inventé"}).status_code == 400


def test_missing_name_is_reported_at_its_field(client, coordinator, lieu):
    client.force_login(coordinator)
    page = client.post("/espace/annuaire/lieux/barnave/appareils/", {"appareil": "", "origine": "don"})
    assert page.status_code == 400
    assert "Il manque le nom." in page.content.decode()
    assert 'value="don"' in page.content.decode()


def test_network_equipment_comes_from_its_sheets(client, coordinator, device):
    place("besoin", {"nom": "Le Plateau", "besoins_equipement": "deux portables"})
    place("seul", {"nom": "L’Abbaye", "sans_animation": True})
    place(
        "foyer",
        {"nom": "Foyer de jeunes", "typologie": ["RS_FJT"], "practices": {"wifi": {"state": "planned"}}},
    )
    place("coffre", {"nom": "Accueil de jour", "practices": {"coffre_fort": {"state": "offered"}}})
    lend(device, coordinator)
    equipment = devices.equipment(on=LATE)
    assert [(lieu.name, text) for lieu, text in equipment.needs] == [("Le Plateau", "deux portables")]
    assert [lieu.name for lieu in equipment.alone] == ["L’Abbaye"]
    assert [(h.lieu.name, h.wifi, h.access) for h in equipment.homes] == [
        ("Foyer de jeunes", "en projet", "nous ne savons pas")
    ]
    assert [(lieu.name, state) for lieu, state in equipment.safes] == [("Accueil de jour", "proposé")]
    assert [line.device for line in equipment.late] == [device]
    assert [text.replace("\u00a0", " ") for text in equipment.counts.words] == [
        "1 appareil suivi : 0 disponible, 1 prêté, 0 en réparation, 0 sorti.",
        "1 appareil vient d’une collecte ou d’un don : 1 sert de nouveau.",
        "1 prêt en tout, 1 en retard aujourd’hui.",
    ]
    client.force_login(coordinator)
    page = client.get("/espace/annuaire/materiel/").content.decode()
    for words in ("deux portables", "Foyer de jeunes", "Accueil de jour", "Pour aller à domicile"):
        assert words in page


def test_a_place_that_two_sheets_surely_describe_is_listed_once():
    sheet = {"nom": "CAFES", "sans_animation": True, "practices": {"coffre_fort": {"state": "offered"}}}
    first, second, other = (place(slug, sheet) for slug in ("cafes", "cafes-2", "cafes-3"))
    Pair.objects.create(first=first, second=second, score=0.9, reasons=[], sure=True)
    equipment = devices.equipment(on=ON)
    assert equipment.alone == [first, other]
    assert [lieu for lieu, _ in equipment.safes] == [first, other]


def test_with_nothing_to_tell_the_page_says_so(client, coordinator):
    client.force_login(coordinator)
    page = client.get("/espace/annuaire/materiel/").content.decode()
    assert "Aucun lieu n’a encore indiqué ce qui lui manque." in page
    assert devices.equipment(on=ON).counts.words == []


def test_advice_is_short_and_each_has_its_picture(client, coordinator):
    for each in advice():
        assert (ASSETS / "icons" / f"{each.icon}.svg").exists()
        assert all(len(step.split()) <= 18 for step in each.steps)
    assert all(kit.items for kit in kits())
    client.force_login(coordinator)
    assert "Quand il tombe en panne" in client.get("/espace/annuaire/materiel/entretien/").content.decode()


# ----------------------------------------------------------------------------------------------------- access


def test_a_gesture_is_never_a_link(client, coordinator, device):
    client.force_login(coordinator)
    assert client.get(f"/espace/annuaire/appareils/{device.pk}/?geste=retirer")["Location"].endswith(
        "/barnave/appareils/"
    )
    assert Device.objects.count() == 1


# ------------------------------------------------------------------------------------ reservations, collections

DAY = timedelta(days=1)


def reserve(device, by, to="Aïcha", from_on=ON + 3 * DAY, until_on=ON + 10 * DAY, at=AT):
    return actions.reserve(device, to=to, from_on=from_on, until_on=until_on, by=by, at=at)


def test_a_device_is_set_aside_then_lent_and_the_reservation_is_erased(client, coordinator, lieu, device):
    client.force_login(coordinator)
    today = timezone.localdate()
    form_data = {"geste": "reserver", "pour_qui": "Aïcha", "du": today, "au": today + 7 * DAY}
    client.post(f"/espace/annuaire/appareils/{device.pk}/", form_data)
    row = Reservation.objects.get()
    page = client.get(f"/espace/annuaire/lieux/{lieu.slug}/appareils/").content.decode()
    assert "Réservé à Aïcha" in page and "Le lui donner" in page
    assert "Appareil réservé, à donner" in client.get("/espace/").content.decode()
    client.post(f"/espace/annuaire/reservations/{row.pk}/", {"geste": "donner"})
    loan = Loan.objects.get()
    assert (loan.to, loan.due_on) == ("Aïcha", today + 7 * DAY)
    assert not Reservation.objects.exists()


@pytest.mark.parametrize(
    ("sent", "value_there", "error"),
    [
        (
            {"geste": "preter", "a_qui": "", "jusquau": "{day}"},
            'name="jusquau" value="{day}"',
            "Il manque un prénom",
        ),
        (
            {"geste": "preter", "a_qui": "06 12 34 56 78", "jusquau": "{day}"},
            "06 12 34 56 78",
            "pas sa place ici",
        ),
        (
            {"geste": "preter", "a_qui": "Léo", "jusquau": "2020-01-01"},
            'value="Léo"',
            "La date de retour est passée",
        ),
        (
            {"geste": "reserver", "pour_qui": "Léo", "du": "{day}", "au": ""},
            'value="Léo"',
            "Il manque le jour",
        ),
    ],
)
def test_a_refused_loan_keeps_what_was_typed_and_marks_its_field(
    client, coordinator, device, sent, value_there, error
):
    """Le pli se refermait, vidé : il fallait deviner le champ, et tout récrire."""
    client.force_login(coordinator)
    day = str(timezone.localdate() + 5 * DAY)
    sent = {name: value.format(day=day) for name, value in sent.items()}
    page = client.post(f"/espace/annuaire/appareils/{device.pk}/", sent).content.decode()
    opened = re.search(r'<details class="sur-place autre" open>.*?</details>', page, re.S)
    assert opened and value_there.format(day=day) in opened[0]
    assert error in opened[0] and 'aria-invalid="true"' in opened[0] and page.count("en-erreur") == 1
    assert " required" not in opened[0], "the other buttons of the form would wait for it"


def test_days_set_aside_are_nobody_else_s(device, coordinator):
    reserve(device, coordinator)
    with pytest.raises(Refused, match="est réservé du"):
        reserve(device, coordinator, to="Omar", from_on=ON + 10 * DAY, until_on=ON + 12 * DAY)
    with pytest.raises(Refused, match="est réservé du"):
        lend(device, coordinator, until=ON + 3 * DAY)
    lend(device, coordinator, until=ON + 2 * DAY)
    with pytest.raises(Refused, match="est prêté jusqu’au"):
        reserve(device, coordinator, to="Omar", from_on=ON + 2 * DAY, until_on=ON + 2 * DAY)


@pytest.mark.parametrize(
    ("reservation_fields", "why"),
    [
        ({"to": " "}, "Personne ne saurait à qui"),
        ({"to": "06 12 34 56 78"}, "n’a pas sa place ici"),
        ({"from_on": ON - DAY}, "Le premier jour est passé"),
        ({"until_on": ON}, "vient après le dernier"),
        ({"until_on": ON + 400 * DAY}, "plus d’un an"),
    ],
)
def test_a_reservation_that_cannot_be_is_refused(device, coordinator, reservation_fields, why):
    with pytest.raises(Refused, match=why):
        reserve(device, coordinator, **reservation_fields)


def test_a_reservation_is_cancelled_or_forgotten_a_week_after_its_day(client, device, coordinator):
    client.force_login(coordinator)
    row = reserve(device, coordinator, from_on=ON, until_on=ON)
    client.post(f"/espace/annuaire/reservations/{row.pk}/", {"geste": "annuler"})
    assert not Reservation.objects.exists()
    reserve(device, coordinator, from_on=ON, until_on=ON)
    assert actions.run_deadlines(at=AT + 7 * DAY) == {"reservations_oubliees": 0}
    assert actions.run_deadlines(at=AT + 8 * DAY) == {"reservations_oubliees": 1}


def test_a_device_that_somebody_awaits_does_not_leave(client, device, coordinator):
    """Sorti de la liste, il gardait le nom de qui l’attendait, sans bouton pour l’effacer, et restait « à donner »."""
    client.force_login(coordinator)
    today = timezone.localdate()
    days = {"pour_qui": "Carte 12", "du": today.isoformat(), "au": (today + timedelta(days=3)).isoformat()}
    client.post(f"/espace/annuaire/appareils/{device.pk}/", {"geste": "reserver", **days})
    for gesture in ("out", "retirer"):
        sent = {"geste": gesture, "note": "recyclé"}
        answer = client.post(f"/espace/annuaire/appareils/{device.pk}/", sent)
        assert "Quelqu’un l’attend" in answer.content.decode()
    row = Reservation.objects.get()
    client.post(f"/espace/annuaire/reservations/{row.pk}/", {"geste": "annuler"})
    client.post(f"/espace/annuaire/appareils/{device.pk}/", {"geste": "out", "note": "recyclé"})
    device.refresh_from_db()
    assert device.state == "out"


def test_two_devices_of_a_place_never_have_one_number(client, coordinator, lieu):
    """« Portable 1 » retiré, la collecte suivante donnait un second « Portable 3 »."""
    for n in range(1, 4):
        actions.enter(lieu, label=f"Portable {n}", by=coordinator, at=AT)
    actions.enter(lieu, label="Écran", by=coordinator, at=AT)
    actions.drop(Device.objects.get(label="Portable 1"), by=coordinator, at=AT)
    row = collections.announce(
        lieu, giver="Ville", kind="company", what="Portable", announced=2, on=ON, by=coordinator, at=AT
    )
    client.force_login(coordinator)
    client.post(f"/espace/annuaire/collectes/{row.pk}/", {"geste": "recevoir", "recus": "2"})
    labels = sorted(Device.objects.values_list("label", flat=True))
    assert labels == ["Portable 2", "Portable 3", "Portable 4", "Portable 5", "Écran"]


def test_company_devices_are_tracked_and_reported_back(client, coordinator, lieu):
    client.force_login(coordinator)
    form_data = {"qui": "Schneider", "sorte": "company", "quoi": "Portable", "combien": 12, "jour": ON}
    page = client.post(f"/espace/annuaire/lieux/{lieu.slug}/collectes/", form_data, follow=True)
    row = Collection.objects.get()
    assert "12 appareils annoncés" in page.content.decode().replace("\u00a0", " ")
    assert "Schneider" in client.get("/espace/annuaire/materiel/").content.decode()
    address = f"/espace/annuaire/collectes/{row.pk}/"
    for _ in range(2):  # sent twice, they come once
        client.post(address, {"geste": "recevoir", "recus": 3})
    assert sorted(row.devices.values_list("label", "state", "origin", "to_wipe")) == [
        ("Portable 1", "repair", "Schneider", True),
        ("Portable 2", "repair", "Schneider", True),
        ("Portable 3", "repair", "Schneider", True),
    ]
    first, second, _ = row.devices.order_by("label")
    assert (
        "données à effacer" in client.get(f"/espace/annuaire/lieux/{lieu.slug}/appareils/").content.decode()
    )
    with pytest.raises(Refused, match="n’est pas disponible"):
        lend(first, coordinator)
    actions.set_state(first, "here", by=coordinator, at=AT)
    actions.set_state(second, "out", note="recyclé", by=coordinator, at=AT)
    first.refresh_from_db()
    assert not first.to_wipe
    collection_account = devices.account(Collection.objects.get())
    assert (
        collection_account.again,
        collection_account.pending,
        collection_account.out,
        collection_account.to_wipe,
    ) == (1, 1, 1, 2)
    page = client.get(address).content.decode()
    assert "1 en service" in page and "3 reçus" in page and "12 annoncés" in page
    client.post(address, {"geste": "retirer"})
    assert Collection.objects.exists(), "its devices would lose where they come from"


@pytest.mark.parametrize(
    ("changed_fields", "why"),
    [
        ({"giver": " "}, "Sans un nom"),
        ({"giver": "Anne 06 12 34 56 78"}, "resterait sur chaque appareil"),
        ({"announced": 301}, "de 1 à 300"),
        ({"kind": "?"}, "de 1 à 300"),
        ({"on": ON + 400 * DAY}, "plus d’un an"),
    ],
)
def test_a_collection_that_cannot_be_is_refused(lieu, coordinator, changed_fields, why):
    collection_fields = {"giver": "Mairie", "kind": "collectivity", "what": "Écran", "announced": 4, "on": ON}
    with pytest.raises(Refused, match=why):
        collections.announce(lieu, **(collection_fields | changed_fields), by=coordinator, at=AT)


def test_lieu_with_a_cheap_device_and_support_is_listed(client, coordinator):
    both = {"vente": {"state": "offered"}, "formation": {"state": "offered"}}
    place("atelier", {"nom": "L’Atelier", "practices": both})
    place("troc", {"nom": "Le Troc", "practices": {"vente": {"state": "offered"}}})
    place("foyer", {"nom": "Le Foyer", "typologie": ["RS_FJT"], "practices": {"wifi": {"state": "offered"}}})
    equipment = devices.equipment(on=ON)
    assert [(lieu.name, words) for lieu, words in equipment.combined] == [
        ("L’Atelier", "Vente à petit prix · Cours et ateliers")
    ]
    (home,) = equipment.homes
    assert (home.wifi, home.nearby_help) == ("proposé", "L’Atelier, dans la commune")


@pytest.mark.parametrize(
    ("practice", "sentence"),
    [
        (
            {"state": "offered", "logements": True, "frais_precisions": "5 € par mois", "avec_aide": True},
            "proposé · 5 € par mois · avec quelqu’un pour apprendre",
        ),
        (
            {"state": "planned", "logements": True, "frais": ["free"], "avec_aide": False},
            "en projet · gratuit · sans personne pour apprendre",
        ),
        ({"state": "offered", "logements": False}, "non"),
        ({"state": "offered"}, "nous ne savons pas"),
    ],
)
def test_internet_in_lodgings_has_its_price_and_support(client, coordinator, practice, sentence):
    """Of a landlord: what it says; of a home that says nothing: that nobody knows."""
    place("opac", {"nom": "L’Opac", "typologie": ["RS_FJT"], "practices": {"telephonie": practice}})
    (home,) = devices.equipment(on=ON).homes
    assert home.lodgings.lower() == sentence
    client.force_login(coordinator)
    page = client.get("/espace/annuaire/materiel/").content.decode().replace("\xa0", " ")
    assert sentence in page.lower()
    assert "Internet dans les logements" in page


def test_who_brings_internet_into_lodgings_is_listed_whatever_its_type():
    practice = {"state": "offered", "logements": True}
    place("mairie", {"nom": "La mairie", "practices": {"telephonie": practice}})
    place("autre", {"nom": "Un cybercafé", "practices": {"telephonie": {"state": "offered"}}})
    assert [home.lieu.name for home in devices.equipment(on=ON).homes] == ["La mairie"]


# ------------------------------------------------------------------------------------------------- handed over


def test_a_lot_of_sim_cards_is_numbered_counted_and_handed_over_without_a_name(lieu, coordinator):
    cards = actions.enter_many(lieu, 3, label="Carte SIM", kind="sim", by=coordinator, at=AT)
    assert [card.label for card in cards] == ["Carte SIM 1", "Carte SIM 2", "Carte SIM 3"]
    handed_device = actions.hand_over(cards[0], by=coordinator, at=AT)
    assert (handed_device.state, handed_device.given_on, handed_device.follow_on) == (
        "given",
        ON,
        ON + timedelta(days=60),
    )
    with pytest.raises(Refused, match="n’est pas disponible"):
        actions.hand_over(handed_device, by=coordinator, at=AT)
    with pytest.raises(Refused, match="Il a été remis"):
        actions.drop(handed_device, by=coordinator, at=AT)
    counts = devices.equipment(on=ON).counts
    assert (counts.n_handed_over, counts.stock) == (1, [("carte SIM", 2)])
    assert "En stock : carte SIM (2)." in counts.words


def test_a_device_is_followed_once_two_months_later(lieu, device, coordinator):
    handed_device = actions.hand_over(device, by=coordinator, at=AT)
    rows = Device.objects.filter(lieu=lieu)
    assert not devices.to_follow(rows, ON + timedelta(days=59))
    assert list(devices.to_follow(rows, ON + timedelta(days=60))) == [handed_device]
    assert "1\xa0appareil remis pour de bon." in devices.equipment(on=ON).counts.words
    actions.follow(handed_device, "used", by=coordinator, at=AT)
    assert not devices.to_follow(rows, ON + timedelta(days=60))
    followed = "1\xa0appareil remis pour de bon, 1 avec des nouvelles : 1 toujours en service."
    assert followed in devices.equipment(on=ON).counts.words
    back = actions.set_state(handed_device, "here", by=coordinator, at=AT)
    assert (back.given_on, back.outcome) == (None, "")


def test_what_is_set_aside_or_to_wipe_is_not_handed_over(device, coordinator):
    Device.objects.filter(pk=device.pk).update(to_wipe=True)
    with pytest.raises(Refused, match="à effacer"):
        actions.hand_over(device, by=coordinator, at=AT)
    Device.objects.filter(pk=device.pk).update(to_wipe=False)
    actions.reserve(device, to="Fatou", from_on=ON, until_on=SOON, by=coordinator, at=AT)
    with pytest.raises(Refused, match="Quelqu’un l’attend"):
        actions.hand_over(device, by=coordinator, at=AT)


def test_the_page_hands_over_prints_the_paper_and_asks_for_news(client, lieu, coordinator):
    client.force_login(coordinator)
    lieu.sheet["telephone"] = ["+33329000000"]
    lieu.save()
    address = f"/espace/annuaire/lieux/{lieu.slug}/appareils/"
    client.post(address, {"appareil": "Carte SIM", "sorte": "sim", "combien": "2"})
    first = Device.objects.order_by("pk").first()
    client.post(f"/espace/annuaire/appareils/{first.pk}/", {"geste": "remettre"})
    paper = client.get(f"/espace/annuaire/appareils/{first.pk}/remise/").content.decode()
    assert "Carte SIM 1" in paper
    assert "La carte SIM a une durée" in paper
    assert "03 29 00 00 00" in paper.replace("\xa0", " ")
    Device.objects.filter(pk=first.pk).update(follow_on=timezone.localdate())
    assert "Prendre des nouvelles" in client.get(address).content.decode()
    client.post(f"/espace/annuaire/appareils/{first.pk}/", {"geste": "suite-used"})
    assert Device.objects.get(pk=first.pk).outcome == "used"


def test_what_is_handed_over_is_an_indicator_of_its_commune(device, coordinator):
    actions.hand_over(device, by=coordinator, at=AT)
    (source,) = [each for each in sources.SOURCES if rules.DEVICES in each.measures]
    assert list(source.counts({ON})) == [(ON, device.lieu.code_insee, False, 1)]
    assert not source.counts({SOON})
