"""The rights of a person: told with their day, read as one line each, shown to who follows them alone."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from maillage.apps.agenda.models import Appointment, MailboxRecord
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.learning.models import Plan
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.actes.rules import Draft
from maillage.apps.people.persons.actions import consents, forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.people.reminders import queries as reminders_queries
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.droits.actions import deadlines, letters
from maillage.apps.referrals.droits.actions import telling as right_telling
from maillage.apps.referrals.droits.actions.telling import Telling
from maillage.apps.referrals.droits.models import Fact, LocalChecklist
from maillage.apps.referrals.droits.queries import cards, checklists, lines, persons
from maillage.apps.referrals.droits.rules import facts
from maillage.apps.referrals.orientations.actions import answers, sending
from maillage.apps.referrals.orientations.forms.answers import ServedForm
from maillage.apps.referrals.orientations.queries import copies
from maillage.apps.referrals.orientations.queries.people import traces
from maillage.kernel.errors import Refused
from maillage.words.languages import speaking
from tests.conftest import account, with_role
from tests.support.acts import draft
from tests.support.places import place
from tests.support.prose import text_of
from tests.support.referrals import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("leaves")]
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)
RIGHT = Telling(
    procedure="complementaire-sante", kind=facts.OBTAINED, on=date(2026, 2, 1), until=date(2027, 1, 31)
)


@pytest.fixture
def other():
    return place("sls", {"nom": "SLS Grenoble SUD", "pivot": "21380185500015"}).structure


@pytest.fixture
def leila(structure) -> User:
    return account("leila", "aidant", shown="Leïla", structure=structure)


@pytest.fixture
def diallo(other) -> User:
    return account("diallo", "aidant", shown="M. Diallo", structure=other)


@pytest.fixture
def andrei(leila, structure) -> Person:
    person = people.welcome(by=leila, structure=structure, nickname="M. Andrei", at=AT - timedelta(days=30))
    consents.agree(person=person, purpose="track", how="read", by=leila, at=AT - timedelta(days=30))
    return person


@pytest.fixture
def pro(client, leila, time_machine_at):
    client.force_login(leila)
    return client


@pytest.fixture
def time_machine_at(monkeypatch):
    """Make the pages believe that today is the day of the picture."""
    monkeypatch.setattr(timezone, "now", lambda: AT)


def tell(person, by, kind, on=TODAY, procedure="logement-social", at=AT, **more) -> Fact:
    return right_telling.tell(person, Telling(procedure=procedure, kind=kind, on=on, **more), by=by, at=at)


def states(user, person) -> dict[str, str]:
    return {each.procedure: each.standing.state for each in lines.lines(user, person, TODAY)}


def page(person: Person, rest: str = "") -> str:
    return f"/espace/personnes/{person.pk}/droits/{rest}"


# ---------------------------------------------------------------------------------------------------- telling


def test_right_event_is_one_line_with_its_trace(andrei, leila):
    first = tell(andrei, leila, facts.SENT, date(2026, 11, 16))
    assert tell(andrei, leila, facts.SENT, date(2026, 11, 16)) == first, "told twice, it is one"
    noted = tell(andrei, leila, facts.SENT, date(2026, 11, 16), words="au guichet")
    assert (noted.words, tell(andrei, leila, facts.SENT, date(2026, 11, 16))) == ("au guichet", noted)
    assert tell(andrei, leila, facts.SENT, date(2026, 11, 16), words=" au  guichet") == noted
    right_telling.strike(noted, by=leila, at=AT)
    tell(andrei, leila, facts.RECEIPT)
    (line,) = lines.lines(leila, andrei, TODAY)
    assert (line.label, line.standing.tag) == ("Logement social", "Attend depuis 7 jours")
    entries = Entry.objects.filter(verb="droit.told", row=andrei.pk)
    assert [each.words for each in entries] == ["Logement social"] * 3
    with pytest.raises(Refused, match="pas encore venu"):
        tell(andrei, leila, facts.SENT, TODAY + timedelta(days=1))
    with pytest.raises(Refused, match="pas dans la liste"):
        tell(andrei, leila, facts.SENT, procedure="social")
    with pytest.raises(Refused):
        tell(andrei, leila, facts.NOTIFIED, words="mot de passe : Soleil2024!")


def test_two_pages_open_at_once_lose_nothing(andrei, leila, structure):
    karim = account("karim", "aidant", shown="Karim", structure=structure)
    stamp = lines.one(leila, andrei, "logement-social", TODAY).stamp
    telling = Telling(procedure="logement-social", kind=facts.SENT, on=TODAY)
    right_telling.tell(andrei, telling, by=leila, at=AT, was=stamp)
    late = Telling(procedure="logement-social", kind=facts.OBTAINED, on=TODAY)
    with pytest.raises(Refused, match="Leïla a noté autre chose"):
        right_telling.tell(andrei, late, by=karim, at=AT, was=stamp)
    assert Fact.objects.count() == 1


def test_a_fact_is_corrected_struck_and_put_back(andrei, leila, diallo, other):
    fact = tell(andrei, leila, facts.SENT, date(2026, 11, 16))
    right = right_telling.correct(fact, on=date(2026, 11, 15), until=None, by=leila, at=AT)
    fact.refresh_from_db()
    assert fact.struck_at is not None
    assert (right.corrects, right.at) == (fact, fact.at)
    with pytest.raises(Refused, match="Une correction le remplace"):
        right_telling.restore(fact, by=leila, at=AT)
    right_telling.strike(right, by=leila, at=AT)
    assert states(leila, andrei) == {}
    right_telling.restore(right, by=leila, at=AT)
    assert states(leila, andrei) == {"logement-social": "sent"}
    people.follow(person=andrei, structure=other, by=diallo, at=AT)
    with pytest.raises(Refused, match="autre structure"):
        right_telling.strike(right, by=diallo, at=AT)
    with pytest.raises(Refused, match="mêmes"):
        right_telling.correct(right, on=right.on, until=None, by=leila, at=AT)
    verbs = list(
        Entry.objects.filter(row=andrei.pk, verb__startswith="droit.").values_list("verb", flat=True)
    )
    assert verbs == ["droit.told", "droit.corrected", "droit.struck", "droit.restored"]


def test_papers_are_ticked_one_by_one(andrei, leila):
    papers = checklists.of_procedure(None, "carte-identite").papers
    for key in list(papers)[:2]:
        tell(andrei, leila, facts.PAPER, procedure="carte-identite", paper=key)
    (line,) = lines.lines(leila, andrei, TODAY)
    assert line.standing.tag == "2 papiers réunis sur 4"
    assert len(line.standing.missing) == 2
    with pytest.raises(Refused, match="plus dans la liste"):
        tell(andrei, leila, facts.PAPER, procedure="carte-identite", paper="inconnu")


def test_acts_and_plans_feed_the_same_line(andrei, leila, structure):
    draft = Draft(
        uid=uuid4(),
        kind="together",
        procedure="prime-activite",
        minutes=20,
        where="here",
        end="waiting",
        done_at=AT - timedelta(days=14),
    )
    act = actes_actions.note(draft, by=leila, structure=structure, person=andrei, at=AT)
    Plan.objects.create(
        person=andrei,
        structure=structure,
        module="impots-declaration",
        token="t",
        on=TODAY,
        ask_on=TODAY,
        together="alone",
        at=AT,
    )
    assert states(leila, andrei) == {"prime-activite": "waiting", "impots": "prepared"}
    tell(andrei, leila, facts.OBTAINED, procedure="prime-activite")
    assert states(leila, andrei)["prime-activite"] == "obtained", "one line, whatever told it"
    actes_actions.strike(act, by=leila, at=AT)
    Fact.objects.all().delete()
    assert "prime-activite" not in states(leila, andrei), "a struck act tells nothing"


def test_begun_again_left_and_taken_up(andrei, leila):
    right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    assert states(leila, andrei) == {"complementaire-sante": "at_risk"}
    tell(andrei, leila, facts.AGAIN, procedure="complementaire-sante")
    tell(andrei, leila, facts.SENT, procedure="complementaire-sante")
    assert states(leila, andrei) == {"complementaire-sante": "sent"}
    tell(andrei, leila, facts.STOPPED, procedure="complementaire-sante")
    assert states(leila, andrei) == {}
    assert [each.procedure for each in lines.former(leila, andrei, TODAY)] == ["complementaire-sante"]
    tell(andrei, leila, facts.OPENED, procedure="complementaire-sante")
    assert states(leila, andrei) == {"complementaire-sante": "sent"}


# ------------------------------------------------------------------------------------------------ who sees what


def test_a_right_obtained_is_no_news_of_who_took_their_yes_back(andrei, leila, pro):
    tell(andrei, leila, facts.OBTAINED)
    assert "Droit obtenu : Logement social" in text_of(pro.get("/espace/"))
    consents.withdraw(Consent.objects.get(purpose="track"), by=leila, at=AT)
    assert "Droit obtenu" not in text_of(pro.get("/espace/"))


def test_without_a_yes_only_counts_are_read(andrei, leila, pro):
    fact = right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    consents.withdraw(Consent.objects.get(purpose="track"), by=leila, at=AT)
    page_text = text_of(pro.get(page(andrei)))
    assert "n’a pas dit oui" in page_text
    assert "en danger" in page_text
    assert "Complémentaire" not in page_text
    assert pro.get(page(andrei, "complementaire-sante/")).status_code == 404
    assert pro.get(page(andrei, "imprimer/")).status_code == 302
    with pytest.raises(Refused, match="n’a pas dit oui"):
        tell(andrei, leila, facts.SENT)
    assert persons.for_card(andrei, TODAY) is None
    assert persons.deadlines(leila, TODAY) == []
    stale = pro.post(page(andrei, f"faits/{fact.pk}/"), {"corriger": "1", "le": "2026-02-02"})
    assert stale.status_code == 404, "a page opened before the no changes nothing"
    for change in (right_telling.strike, right_telling.restore):
        with pytest.raises(Refused, match="n’a pas dit oui"):
            change(fact, by=leila, at=AT)
    assert Fact.objects.get() == fact and fact.struck_at is None
    sent = {"pour": "track", "comment": "read", "reponse": "oui", "suite": "droits"}
    assert pro.post(reverse("person_consent", args=[andrei.pk]), sent).url == page(andrei)
    assert "1 à refaire" in text_of(pro.get(page(andrei)))


def test_same_procedure_at_two_places_notifies_both(andrei, leila, diallo, other, pro, client):
    tell(andrei, leila, facts.SENT, date(2026, 11, 16))
    people.follow(person=andrei, structure=other, by=diallo, at=AT - timedelta(days=11))
    tell(andrei, diallo, facts.BEGUN, date(2026, 11, 12), at=AT - timedelta(days=11))
    assert states(diallo, andrei) == {"logement-social": "prepared"}, "what others told is theirs"
    assert lines.other_helpers(leila, andrei) == [], "the person did not say that helpers may know"
    consents.agree(person=andrei, purpose="show", how="read", by=leila, at=AT)
    (helper,) = lines.other_helpers(leila, andrei)
    assert (helper.author, helper.since) == ("M. Diallo, SLS Grenoble SUD", date(2026, 11, 12))
    assert [each.author for each in lines.other_helpers(diallo, andrei)] == [
        "Leïla, Pimms Mediation Grenoble"
    ]
    assert "suit aussi « Logement social » depuis le 12 novembre 2026" in text_of(pro.get(page(andrei)))
    sent = pro.post(page(andrei, f"faits/{helper.fact.pk}/ecrire/"), {"texte": "On se partage le dossier ?"})
    assert sent.status_code == 302
    (message,) = Message.objects.filter(key__startswith="droit-")
    assert message.to == diallo.email
    assert "Andrei" not in message.text + message.subject
    people.leave(person=andrei, structure=other, by=diallo, at=AT)
    assert lines.other_helpers(leila, andrei) == []
    client.force_login(diallo)
    assert client.get(page(andrei)).status_code == 404


def test_two_helpers_of_one_structure_know_of_each_other(andrei, leila, structure):
    karim = account("karim", "aidant", shown="Karim", structure=structure)
    tell(andrei, leila, facts.SENT)
    tell(andrei, karim, facts.RECEIPT)
    (helper,) = lines.other_helpers(leila, andrei)
    assert (helper.author, helper.is_same_structure) == ("Karim", True)


def test_person_reads_the_events_in_their_language(andrei, leila, diallo, other):
    right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    people.follow(person=andrei, structure=other, by=diallo, at=AT)
    tell(andrei, diallo, facts.SENT)
    own = persons.for_card(andrei, TODAY)
    assert (own.pressing, own.rest) == ("1 à refaire avant le 30 novembre.", "1 en route.")
    assert [each.state for each in own.lines] == ["at_risk", "sent"]
    with speaking("en"):
        assert persons.for_card(andrei, TODAY).pressing == "1 to renew before 30 November."


# ------------------------------------------------------------------------------------------------ what presses


def test_urgent_deadlines_are_notified_at_thirty_and_seven_days(andrei, leila):
    fact = right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    assert [(person.nickname, line.label) for person, line in persons.deadlines(leila, TODAY)] == [
        ("M. Andrei", "Complémentaire santé solidaire")
    ]
    for day, n_notified in ((-24, 0), (-23, 1), (-10, 0), (0, 1), (3, 0), (8, 0)):
        assert deadlines.run_deadlines(at=AT + timedelta(days=day))["droits_rappeles"] == n_notified, day
    written = Message.objects.filter(key__startswith=f"droit-{fact.pk}-")
    assert {each.to for each in written} == {leila.email}
    assert not any("Andrei" in each.text + each.subject for each in written)


def test_letter_to_answer_is_notified_at_thirty_and_seven_days(andrei, leila):
    letter = tell(andrei, leila, facts.NOTIFIED, until=TODAY + timedelta(days=31))
    tell(andrei, leila, facts.NOTIFIED, procedure="carte-identite")  # without a date
    assert persons.deadlines(leila, TODAY) == []
    (pressing,) = persons.deadlines(leila, TODAY + timedelta(days=1))
    assert pressing[1].standing.tag == "Répondre avant le 24 décembre"
    for day, n_notified in ((0, 0), (1, 1), (17, 0), (24, 1), (31, 0), (32, 0)):
        assert deadlines.run_deadlines(at=AT + timedelta(days=day))["droits_rappeles"] == n_notified, day
    first, _ = Message.objects.filter(key__startswith=f"droit-{letter.pk}-").order_by("pk")
    assert "un courrier attend une réponse avant le 24 décembre 2026 : Logement social" in first.text
    card, _ = Reminder.objects.filter(row=letter.pk, person=andrei).order_by("pk")
    assert (card.kind, card.subject, card.moment) == (
        *("letter", "Une réponse à donner"),
        datetime(2026, 12, 24, 23, tzinfo=UTC),
    )
    assert card.text.startswith("Rappel : un courrier attend votre réponse avant le 24 décembre 2026.")


def test_appeal_deadline_has_its_own_words_and_stops_after(andrei, leila):
    Person.objects.update(language="en")
    on = date(2026, 11, 10)
    refusal = tell(andrei, leila, facts.REFUSED, on, "complementaire-sante")  # two months, by its list
    tell(andrei, leila, facts.LOST, on)  # neither a date nor a list: nothing is supposed
    assert persons.deadlines(leila, TODAY + timedelta(days=17)) == []
    (pressing,) = persons.deadlines(leila, TODAY + timedelta(days=18))
    assert "On peut contester jusqu’au 10 janvier" in pressing[1].standing.sentence
    for day, n_notified in ((17, 0), (18, 1), (40, 0), (41, 1), (48, 0), (49, 0)):
        assert deadlines.run_deadlines(at=AT + timedelta(days=day))["droits_rappeles"] == n_notified, day
    first, _ = Message.objects.filter(key__startswith=f"droit-{refusal.pk}-").order_by("pk")
    assert "une décision peut être contestée avant le 10 janvier 2027" in first.text
    card, _ = Reminder.objects.filter(row=refusal.pk, kind="decision").order_by("pk")
    assert card.text.startswith(
        "Reminder: you can ask for a decision to be reviewed, before 10 January 2027."
    )
    assert "santé" not in card.french.casefold()
    with speaking("en"):
        (one, _) = persons.for_card(andrei, TODAY).lines
    assert one.more == "You can ask for this decision to be reviewed, before 10 January."
    assert persons.for_card(andrei, TODAY + timedelta(days=49)).lines[0].more == ""


def test_decision_requested_again_sends_no_notification(andrei, leila):
    tell(andrei, leila, facts.REFUSED, date(2026, 11, 10), until=TODAY + timedelta(days=5))
    tell(andrei, leila, facts.AGAIN)
    assert deadlines.run_deadlines(at=AT)["droits_rappeles"] == 0


def test_a_card_to_give_is_taken_back_once_the_letter_is_answered(andrei, leila, structure):
    arrived, answer_before = TODAY - timedelta(days=3), TODAY + timedelta(days=20)
    letter = tell(andrei, leila, facts.NOTIFIED, arrived, until=answer_before)
    other = tell(andrei, leila, facts.NOTIFIED, arrived, "rsa", until=answer_before)
    deadlines.run_deadlines(at=AT)
    pending_reminders = reminders_queries.to_do(Reminder.objects.all(), AT)
    assert {each.row for each in pending_reminders} == {letter.pk, other.pk}
    later = AT + timedelta(hours=1)
    act = draft(kind="together", procedure="logement-social", done_at=later)
    actes_actions.note(act, person=andrei, by=leila, structure=structure, at=later)
    deadlines.run_deadlines(at=later)
    assert [each.row for each in reminders_queries.to_do(Reminder.objects.all(), later)] == [other.pk]
    consents.withdraw(Consent.objects.get(person=andrei, purpose="track"), by=leila, at=later)
    deadlines.run_deadlines(at=later)
    assert not reminders_queries.to_do(Reminder.objects.all(), later).exists()
    person_reminders = reminders_queries.of_person(andrei, later, structures=frozenset({structure.pk}))
    assert {each.state for each in person_reminders} == {"retiré : plus rien à faire"}


def test_no_date_that_is_near_is_left_out(andrei, leila, structure, monkeypatch):
    """Every kind of fact, of every sort of list, told each day of four years: those read are all that are near."""
    some = (
        "complementaire-sante",
        "rsa",
        "titre-sejour",
        "carte-identite",
        "compte-ameli",
        "logement-social",
    )
    kinds = (facts.OBTAINED, facts.NOTIFIED, facts.REFUSED, facts.LOST)
    days = [TODAY + timedelta(days=k) for k in range(-1460, 1, 7)]
    Fact.objects.bulk_create(
        Fact(person=andrei, structure=structure, procedure=each, kind=kind, on=on, until=until, at=AT)
        for each in some
        for kind in kinds
        for on in days
        for until in ({None} if kind != facts.NOTIFIED else set()) | {on + timedelta(days=200)}
    )
    monkeypatch.setattr(persons, "_presses", lambda *_: True)
    fact_ids = {each.fact.pk for each in persons.to_remind(TODAY)}
    read = Fact.objects.filter(persons._may_be_near(TODAY)).count()
    monkeypatch.setattr(persons, "_may_be_near", lambda _: Q())
    assert fact_ids == {each.fact.pk for each in persons.to_remind(TODAY)}
    assert {kind for (kind,) in Fact.objects.filter(pk__in=fact_ids).values_list("kind")} == set(kinds)
    assert len(fact_ids) <= read < Fact.objects.count() / 5


def test_the_person_is_reminded_when_the_helper_is_no_longer_there(andrei, leila):
    right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    User.objects.update(is_active=False)
    assert [deadlines.run_deadlines(at=AT)["droits_rappeles"] for _ in range(2)] == [1, 0]
    assert Reminder.objects.get().person == andrei
    assert not Message.objects.exists()


def test_who_helps_there_no_more_is_neither_reminded_nor_written_to(andrei, leila, structure):
    karim = account("karim", "aidant", shown="Karim", structure=structure)
    fact = right_telling.tell(andrei, RIGHT, by=karim, at=AT)
    tell(andrei, leila, facts.BEGUN, procedure=RIGHT.procedure)
    assert [each.author for each in lines.other_helpers(leila, andrei)] == ["Karim"]
    Membership.objects.filter(user=karim).delete()
    assert lines.other_helpers(leila, andrei) == []
    with pytest.raises(Refused, match="ne suit plus"):
        letters.letter_to(andrei, fact.pk, by=leila)
    assert [deadlines.run_deadlines(at=AT)["droits_rappeles"] for _ in range(2)] == [1, 0]
    assert Reminder.objects.get().person == andrei
    assert not Message.objects.exists()


def test_right_requested_again_sends_no_notification(andrei, leila):
    right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    tell(andrei, leila, facts.SENT, procedure="complementaire-sante")
    assert deadlines.run_deadlines(at=AT)["droits_rappeles"] == 0
    assert persons.deadlines(leila, TODAY) == []


# ---------------------------------------------------------------------------------------------------- the pages


def test_a_helper_follows_a_procedure_by_the_pages(andrei, leila, pro):
    assert "Aucune démarche notée" in text_of(pro.get(page(andrei)))
    added = pro.post(page(andrei, "ajouter/"), {"demarche": "carte-identite"})
    assert added.url == page(andrei, "carte-identite/")
    one = text_of(pro.get(added.url))
    assert "On ne sait pas" in one
    assert "Une photo d’identité de moins de 6 mois" in one
    pro.post(page(andrei, "carte-identite/papiers/"), {"papier": "photo"})
    assert "1 papier réuni sur 4" in text_of(pro.get(page(andrei)))
    pro.post(page(andrei, "carte-identite/papiers/"), {"papier": "photo", "oter": "1"})
    assert "On ne sait pas" in text_of(pro.get(page(andrei)))
    stamp = lines.one(leila, andrei, "carte-identite", TODAY).stamp
    sent = {"fait": "sent", "le": "2026-11-16", "vu": stamp}
    response = pro.post(page(andrei, "carte-identite/"), sent)
    assert "C’est noté" in text_of(pro.get(response.url))
    stale = pro.post(page(andrei, "carte-identite/"), sent | {"fait": "receipt"})
    assert stale.status_code == 400
    assert "a noté autre chose" in text_of(stale)
    assert pro.post(page(andrei, "carte-identite/"), {"vu": "", "le": "2026-02-30"}).status_code == 400
    fact = Fact.objects.get(kind="sent")
    pro.post(page(andrei, f"faits/{fact.pk}/"), {"corriger": "1", "le": "2026-11-15"})
    assert "Envoyée il y a 8 jours" in text_of(pro.get(page(andrei)))
    pro.post(page(andrei, f"faits/{Fact.objects.get(kind='sent', struck_at=None).pk}/"), {"rayer": "1"})
    assert "Annulé ou corrigé" in text_of(pro.get(page(andrei, "carte-identite/")))
    pro.post(page(andrei, "carte-identite/geste/"), {"geste": "laisser"})
    assert "Plus suivies (1)" in text_of(pro.get(page(andrei)))
    assert pro.get(page(andrei, "inconnue/")).status_code == 404
    assert "Mes démarches" in text_of(pro.get(page(andrei, "imprimer/")))
    assert Entry.objects.filter(verb="droit.printed", row=andrei.pk).exists()


def test_second_date_of_a_new_letter_is_read_as_a_deadline(andrei, leila, pro):
    letter = {"fait": facts.NOTIFIED, "le": "2026-11-20", "echeance": "2026-12-24"}
    page = pro.post(f"/espace/personnes/{andrei.pk}/droits/rsa/", letter, follow=True).content.decode()
    page_text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Un courrier est arrivé, le 20 novembre 2026, répondre avant le 24 décembre 2026" in page_text
    right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    page = pro.get(f"/espace/personnes/{andrei.pk}/droits/{RIGHT.procedure}/").content.decode()
    assert "(jusqu’au 31 janvier 2027)" in " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_sheet_of_the_person_says_what_presses(andrei, leila, pro):
    right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    assert "À refaire avant le 30 novembre" in text_of(pro.get("/espace/"))
    page_text = text_of(pro.get(f"/espace/personnes/{andrei.pk}/"))
    assert "1 à refaire avant le 30 novembre." in page_text
    assert "a noté où en est une démarche : Complémentaire santé solidaire" in page_text


# ------------------------------------------------------------------------------------------------ lists of papers


def test_latest_of_two_editable_lists_is_displayed(leila, structure, other, pro):
    with_role(leila, "aidant", structure=other)
    for n, owner in enumerate((structure, other), 1):
        LocalChecklist.objects.create(
            structure=owner,
            procedure="carte-identite",
            papers=[[f"papier-{k}", f"Papier {k}"] for k in range(n)],
            source="Affiche",
            seen_on=TODAY,
            at=AT + timedelta(days=n),
        )
    page_text = text_of(pro.get("/espace/papiers-demandes/"))
    assert "2 papiers, votre liste du" in " ".join(page_text.split()) and "1 papier, votre" not in page_text


def test_a_structure_writes_its_own_list(andrei, leila, pro, structure):
    tell(andrei, leila, facts.PAPER, procedure="carte-identite", paper="photo")
    assert "Carte d’identité" in text_of(pro.get("/espace/papiers-demandes/"))
    address = "/espace/papiers-demandes/liste/?demarche=carte-identite"
    assert "La liste commune" in text_of(pro.get(address))
    sent = {
        "demarche": "carte-identite",
        "papiers": "Une photo d’identité de moins de 6 mois\nLe livret de famille\n\n",
        "source": "Affiche de la mairie",
        "lue_le": "2026-11-20",
        "pour": f"s{structure.pk}",
    }
    assert pro.post("/espace/papiers-demandes/liste/", sent).status_code == 302
    (line,) = lines.lines(leila, andrei, TODAY)
    assert line.standing.tag == "1 papier réuni sur 2", "a paper of the same words stays gathered"
    first = LocalChecklist.objects.get()
    assert first.papers == [
        ["photo", sent["papiers"].splitlines()[0]],
        ["le-livret-de-famille", "Le livret de famille"],
    ]
    assert pro.post("/espace/papiers-demandes/liste/", sent | {"papiers": "Rien d’autre"}).status_code == 302
    LocalChecklist.objects.filter(pk=first.pk).update(retired_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    former = text_of(pro.get(address))
    assert "Les listes d’avant (1)" in former
    assert "Jusqu’au 23 novembre 2026" in former, "half past midnight, here"
    assert pro.post("/espace/papiers-demandes/liste/", sent | {"source": ""}).status_code == 400
    last = LocalChecklist.objects.get(retired_at=None)
    pro.post("/espace/papiers-demandes/retirer/", {"liste": last.pk})
    assert lines.one(leila, andrei, "carte-identite", TODAY).standing.tag == "1 papier réuni sur 4"


# ------------------------------------------------------------------------------------------------------- the person


def test_who_saw_and_did_tells_a_helper_no_procedure_of_another_structure(
    andrei, leila, diallo, other, structure, pro
):
    people.follow(person=andrei, structure=other, by=diallo, at=AT)
    tell(andrei, diallo, facts.SENT, procedure="titre-sejour")
    actes_actions.note(draft(procedure="rsa", done_at=AT), by=diallo, structure=other, person=andrei, at=AT)
    tell(andrei, leila, facts.SENT)
    sheet = reverse("person", args=[andrei.pk])
    journal_text = text_of(pro.get(sheet)).partition("Qui a vu, qui a fait")[2]
    assert "a noté où en est une démarche : Logement social" in journal_text
    assert "M. Diallo (SLS Grenoble SUD) a noté où en est une démarche" in journal_text, (
        "that it was done is told"
    )
    assert "Titre de séjour" not in journal_text and "RSA" not in journal_text
    everything = " ".join(each.words for each in traces(andrei))
    assert "Titre de séjour" in everything and "RSA" in everything, "the person reads it all"
    consents.withdraw(Consent.objects.get(purpose="track"), by=leila, at=AT)
    assert "Logement social" not in text_of(pro.get(sheet)).partition("Qui a vu, qui a fait")[2]


def test_the_copy_holds_all_and_erasing_leaves_nothing(andrei, leila):
    fact = tell(andrei, leila, facts.REFUSED, until=date(2027, 1, 20), words="Courrier du bailleur")
    right_telling.strike(fact, by=leila, at=AT)
    (right_copy,) = copies.of_person(andrei)["droits"]
    assert right_copy["demarche"] == "Logement social"
    assert (right_copy["date_du_courrier"], right_copy["papier_ou_precision"]) == (
        "2027-01-20",
        "Courrier du bailleur",
    )
    assert right_copy["raye_par"] == "Leïla"
    right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    assert deadlines.run_deadlines(at=AT)["droits_rappeles"] == 1
    forgetting.forget(andrei, by=leila, at=AT)
    assert not Fact.objects.exists()
    assert not Message.objects.filter(key__startswith="droit-", state="waiting").exists()


# ---------------------------------------------------------------------------------------------------- the referral


def test_outcome_of_a_referral_is_on_the_same_line(andrei, leila, diallo, structure):
    lieu = place("recoit", {"nom": "SLS", "pivot": "21380185500015"})
    row = prepare(
        structure=structure,
        person=andrei,
        lieu=lieu,
        procedure="logement",
        shared=["procedure"],
        by=leila,
        at=AT - timedelta(days=3),
    )
    consents.agree(
        person=andrei,
        purpose="share",
        how="read",
        structure=lieu.structure,
        by=leila,
        at=AT - timedelta(days=3),
    )
    row = sending.send(row, by=leila, channel="phone", at=AT - timedelta(days=3))
    form = ServedForm(
        {"fait": ["assistance"], "issue": "reached", "demarche": "logement-social", "droit": "sent"},
        followed=True,
    )
    assert form.is_valid(), form.errors
    half = ServedForm({"fait": ["assistance"], "issue": "reached", "demarche": "rsa"}, followed=True)
    assert not half.is_valid()
    assert "demarche" not in ServedForm(followed=False).fields
    answers.serve(row, **form.served(), telling=form.telling(TODAY), by=leila, at=AT)
    (fact,) = Fact.objects.all()
    assert (fact.source, fact.structure) == (f"orientation-{row.pk}", structure)
    assert states(leila, andrei) == {"logement-social": "sent"}
    again = Telling(procedure="logement-social", kind=facts.OBTAINED, on=TODAY)
    same = right_telling.tell(andrei, again, by=None, at=AT, structure=structure, source=fact.source)
    assert same == fact, "a referral tells once"


# ------------------------------------------------------------------------------------------------------ the mailbox


def test_unread_mailbox_is_reported_after_thirty_days(andrei, leila, structure, diallo, other, pro):
    assert "On ne sait pas" in text_of(pro.get(page(andrei)))
    looked = AT - timedelta(days=30)
    met = Appointment.objects.create(
        key="a",
        structure=structure,
        person=andrei,
        kind="mailbox",
        starts_at=looked,
        minutes=30,
        where="here",
        channel="counter",
        state="came",
        made_at=looked,
        changed_at=looked,
    )
    MailboxRecord.objects.create(
        appointment=met, person=andrei, looked_at=looked, read=2, answered=1, noted_at=looked, by=leila
    )
    page_text = text_of(pro.get(page(andrei)))
    assert "Avec Leïla. 2 messages lus, 1 réponse faite." in page_text.replace("\xa0", " ")
    assert "un courrier a pu passer" in page_text
    assert cards.late_mailboxes(leila, AT) == [(andrei, 30)]
    assert "Boîte mail, M. Andrei" in text_of(pro.get("/espace/"))
    assert cards.late_mailboxes(leila, AT - timedelta(days=1)) == []
    met.pk, met.key, met.state, met.starts_at = None, "b", "booked", AT + timedelta(days=1)
    met.save()
    assert cards.late_mailboxes(leila, AT) == [], "a meeting is planned"
    people.follow(person=andrei, structure=other, by=diallo, at=AT)
    Appointment.objects.filter(key="b").update(structure=other)
    assert "Un rendez-vous est pris" not in text_of(pro.get(page(andrei))), "what others do is theirs"
    assert cards.late_mailboxes(leila, AT) == [(andrei, 30)]
    consents.agree(person=andrei, purpose="show", how="read", by=leila, at=AT)
    assert "Un rendez-vous est pris" in text_of(pro.get(page(andrei)))
    assert cards.late_mailboxes(leila, AT) == []
    Appointment.objects.filter(key="b").update(structure=structure)
    assert "Demain, mardi 24 novembre" in text_of(pro.get(page(andrei)))


def test_the_appointment_of_a_referral_is_the_next_one(andrei, leila, structure):
    lieu = place("recoit", {"nom": "SLS", "pivot": "21380185500015"})
    before = AT - timedelta(days=3)
    row = prepare(
        structure=structure,
        person=andrei,
        lieu=lieu,
        need="formation",
        procedure_words="Boîte mail",
        shared=["procedure"],
        by=leila,
        at=before,
    )
    consents.agree(person=andrei, purpose="share", how="read", structure=lieu.structure, by=leila, at=before)
    row = sending.send(row, by=leila, channel="phone", at=before)
    answers.appoint(row, by=leila, at=before, when=AT + timedelta(days=1))
    appointment = cards.next_appointment(leila, andrei, AT)
    assert (appointment.when, appointment.about, appointment.soon) == (
        "Demain, mardi 24 novembre à 10 h",
        "Boîte mail",
        True,
    )
    third = place("tiers", {"nom": "Tiers", "pivot": "13002526500013"}).structure
    stranger = account("tiers", "aidant", structure=third)
    assert cards.next_appointment(stranger, andrei, AT) is None, "another structure reads what it may"


def test_doing_it_again_is_taken_back_in_one_gesture(pro, leila, andrei):
    """Begun again by mistake, a line comes back as it was."""
    right_telling.tell(andrei, RIGHT, by=leila, at=AT)
    before = lines.one(leila, andrei, RIGHT.procedure, TODAY).standing
    root = f"/espace/personnes/{andrei.pk}/droits/"
    address = f"{root}{RIGHT.procedure}/geste/"
    page = pro.post(address, {"geste": "refaire"}, follow=True).content.decode()
    assert lines.one(leila, andrei, RIGHT.procedure, TODAY).standing != before
    undo = f"{root}faits/{Fact.objects.latest('pk').pk}/"
    message = page[page.index("C’est noté.") :]
    assert undo in message[: message.index("Annuler")], "it stands beside what was just told"
    pro.post(undo, {"rayer": "1"})
    assert lines.one(leila, andrei, RIGHT.procedure, TODAY).standing == before
