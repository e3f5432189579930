"""Persons of a file: each once, with the agreement that a helper declares, and nothing of other structures."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from maillage.apps.people.persons import forms, queries, rules
from maillage.apps.people.persons.actions import register
from maillage.apps.people.persons.actions.taking_in import Outcome, compare, take_in
from maillage.apps.people.persons.models import Consent, Following, Person
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.site.worklist import queries as worklist
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support import coop_workbooks
from tests.support.acts import AT
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TODAY = timezone.localdate(AT)


@pytest.fixture
def library():
    return place("bibliotheque").structure


def book(*rows) -> forms.Contents:
    return forms.read(coop_workbooks.beneficiaries(*rows).getvalue(), "b.xlsx", forms.BOOK, today=TODAY)


def text(*rows: str) -> forms.Contents:
    content = "\n".join(("nom;prenom;annee de naissance;e-mail", *rows)).encode()
    return forms.read(content, "b.csv", forms.CSV, today=TODAY)


def taken_in(contents: forms.Contents, by, structure, **more) -> Outcome:
    return take_in(contents.entries, by=by, structure=structure, at=AT, **more)


def test_a_person_of_the_coop_has_a_card_with_as_little_as_may_be(aidant, library):
    contents = book(
        ("Petit", "Louise", 1948, "Corenc", "38126", "38700", "0601020304", "l@x.fr", "Féminin", "Seule")
    )
    assert contents.faults == []
    assert contents.notes == (
        "L’en-tête tient sur deux lignes, 2 et 3 : elles sont réunies.",
        "Ligne 4 passée : c’est l’exemple du modèle.",
        "Feuilles laissées, sans ce tableau : « Communes ».",
    )
    outcome = taken_in(contents, aidant, library)
    assert (outcome.n_new, outcome.n_known, outcome.alike, outcome.refusals) == (1, 0, [], [])
    person = Person.objects.get()
    assert (person.nickname, person.born, person.reach, person.reach_value) == (
        "Louise P.",
        1948,
        rules.NONE,
        "",
    )
    assert Following.objects.get().structure == library
    assert Entry.objects.filter(verb="person.welcomed", by=aidant.pk).count() == 1


def test_the_agreement_says_who_declared_it_and_when_and_may_be_taken_back(aidant, library):
    taken_in(book(("Petit", "Louise", 1948)), aidant, library)
    consent = Consent.objects.get()
    assert (consent.purpose, consent.given, consent.how, consent.by, consent.at) == (
        *(rules.KEEP, True, rules.FILE, aidant, AT),
    )
    assert consent.words == (
        "Accord déclaré par Leïla, le 23 novembre 2026, à l’import d’un fichier : la personne a accepté que sa"
        " fiche soit gardée."
    )
    assert consent.get_how_display() == "déclaré à l’import d’un fichier"
    assert queries.altered_agreements() == []
    assert rules.FILE not in rules.HOW, "no page offers it: whoever is there is asked"
    assert not queries.agreed(consent.person, rules.WRITE)


def test_the_export_of_the_coop_and_a_table_of_the_same_columns_say_the_same(aidant, library):
    rows = (
        ("Petit", "Louise", 1948, "-", "-", "-", "-", "-", "Femme", "70 ans et plus", "Retraité", 4, ""),
        ("Diallo", "Awa", "-", "-", "-", "-", "-", "-", "Femme", "Non communiqué", "Non communiqué", 1, ""),
    )
    content = coop_workbooks.exported_beneficiaries(*rows).getvalue()
    of_book = forms.read(content, "b.xlsx", forms.BOOK, today=TODAY).entries
    of_text = text("Petit;Louise;12/03/1948;x@x.fr", "Diallo;Awa;;").entries
    assert [(each.nickname, each.born) for each in of_book] == [("Louise P.", 1948), ("Awa D.", None)]
    assert [(each.nickname, each.born) for each in of_text] == [("Louise P.", 1948), ("Awa D.", None)]


def test_a_file_taken_in_again_changes_nothing(aidant, library):
    contents = book(("Petit", "Louise", 1948), ("Diallo", "Awa", None), ("Doré", "Awa", None))
    assert taken_in(contents, aidant, library, other_people=contents.entries[2:]).n_new == 3
    again = taken_in(contents, aidant, library)
    assert (again.n_new, again.n_known, again.alike) == (0, 3, [])
    assert (Person.objects.count(), Consent.objects.count()) == (3, 3)


def test_somebody_twice_in_a_file_is_one_person_unless_the_years_differ(aidant, library):
    contents = book(
        ("Petit", "Louise", 1948),
        ("PETIT", "louise", None),
        ("Diallo", "Awa", 1980),
        ("Diallo", "Awa", 1990),
        ("Diallo", "Awa", None),
        ("Petit", "Marc", 1848),
        ("Petit", None, 1990),
        ("Petit", "Jean", "vers 1950"),
    )
    assert [(each.nickname, each.born) for each in contents.entries] == [
        ("Louise P.", 1948),
        *(("Awa D.", 1980), ("Awa D.", 1990), ("Awa D.", None)),
    ]
    assert [(fault.line, fault.column, fault.value) for fault in contents.faults] == [
        (6, "", ""),
        (10, "Année de naissance", "1848"),
        (11, "Prénom", ""),
        (12, "Année de naissance", "vers 1950"),
    ]
    assert contents.faults[0].reason == "même personne que la ligne 5"
    assert any("(1980, ligne 7 ; 1990, ligne 8)" in note for note in contents.notes)
    twins = compare(contents.entries, by=aidant, structure=library).twins
    assert [(entry.line, [each.line for each in before]) for entry, before in twins] == [(9, [7, 8])]
    assert taken_in(contents, aidant, library).n_new == 3
    assert taken_in(contents, aidant, library, other_people=contents.entries[3:]).n_new == 1


def test_two_rows_that_a_card_would_not_tell_apart_make_one_until_somebody_says_so(aidant, library):
    """Deux « Aline D., 1950 » étaient faites sans un mot, et le double se trouvait après."""
    contents = book(("Durand", "Aline", 1950), ("Dupont", "Aline", 1950), ("Dubois", "Aline", 1960))
    twins = compare(contents.entries, by=aidant, structure=library).twins
    assert [(entry.line, [each.line for each in before]) for entry, before in twins] == [(6, [5])]
    assert taken_in(contents, aidant, library).n_new == 2
    assert taken_in(contents, aidant, library, other_people=contents.entries[1:2]).n_new == 1


def test_a_person_of_a_file_is_recent_once_helped(aidant, library):
    """« Vues récemment : Maria P., Maria P. », le jour d’un import."""
    taken_in(book(("Petit", "Maria", 1948)), aidant, library)
    assert worklist.recent(aidant) == []
    register.touch(Person.objects.get(), at=AT + timedelta(hours=1))
    assert worklist.recent(aidant) == [Person.objects.get()]


def test_a_person_who_may_be_one_already_followed_waits_for_a_choice(aidant, library):
    followed = [
        register.welcome(by=aidant, structure=library, nickname=name, born=born, at=AT)
        for name, born in (("Louise", None), ("Awa", 1980), ("Petit Marc", 1950))
    ]
    contents = book(
        ("Petit", "Louise", 1948), ("Diallo", "Awa", 1990), ("Petit", "Marc", None), ("Doré", "Léo", None)
    )
    outcome = taken_in(contents, aidant, library)
    assert outcome.n_new == 2, "Awa was born another year, and nobody is called Léo"
    assert [(entry.nickname, numbers) for entry, numbers in outcome.alike] == [
        ("Louise P.", [followed[0].pk]),
        ("Marc P.", [followed[2].pk]),
    ]
    outcome = taken_in(contents, aidant, library, other_people=contents.entries)
    assert (outcome.n_new, outcome.n_known, outcome.alike) == (2, 2, [])


def test_nobody_learns_who_another_structure_follows(aidant, library):
    elsewhere = place("ailleurs", {"nom": "Ailleurs", "pivot": "21380185500015"}).structure
    both = account("double", "aidant", structure=elsewhere)
    register.welcome(by=both, structure=elsewhere, nickname="Louise P.", born=1948, at=AT)
    outcome = taken_in(book(("Petit", "Louise", 1948)), aidant, library)
    assert (outcome.n_new, outcome.n_known, outcome.alike) == (1, 0, [])
    with pytest.raises(Refused):
        taken_in(book(("Petit", "Louise", 1948)), aidant, elsewhere)
    assert Person.objects.count() == 2


def test_a_person_erased_is_not_recognised(aidant, library):
    person = register.welcome(by=aidant, structure=library, nickname="Louise P.", born=1948, at=AT)
    Person.objects.filter(pk=person.pk).update(forgotten_at=AT)
    assert taken_in(book(("Petit", "Louise", 1948)), aidant, library).n_new == 1


def test_a_first_name_that_a_rule_refuses_is_left_out_with_its_line(aidant, library):
    contents = book(("Petit", "1 48 03 38 185 001 42", 1948), ("Petit", "Louise", 1948))
    outcome = taken_in(contents, aidant, library)
    assert outcome.n_new == 1
    assert [entry.line for entry, _ in outcome.refusals] == [5]


def test_what_is_no_table_of_persons_is_refused(library, monkeypatch):
    with pytest.raises(Refused, match="aucune feuille"):
        forms.read(coop_workbooks.activities({}).getvalue(), "a.xlsx", forms.BOOK, today=TODAY)
    with pytest.raises(Refused):
        forms.read(b"nom\nPetit\n", "b.csv", forms.CSV, today=date(2026, 11, 23))
    monkeypatch.setattr(forms, "MAX_ROWS", 1)
    with pytest.raises(Refused, match="plus de 1 personnes"):
        book(("Petit", "Louise", 1948), ("Diallo", "Awa", None))
