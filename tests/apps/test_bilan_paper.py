"""Faire le point on paper: sheets that say the same as the screen, typed back in a minute, nothing
guessed.
"""

import io
import re
from datetime import date
from html import unescape

import pikepdf
import pypdfium2
import pytest
from allauth.mfa.models import Authenticator

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.autonomy.forms import paper as forms
from maillage.apps.referrals.autonomy.forms.paper import PaperForm
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries import paper as queries
from maillage.publishing.autonomy import frame_of_reference
from maillage.publishing.autonomy import paper as bilan_paper
from maillage.reference import bilan, bilan_tasks
from maillage.statistics.engine import bilan as engine
from tests.conftest import with_role
from tests.support.bilans import browser_state
from tests.support.personas import ANDREI, AURELIE, SANDRINE

ON = date(2026, 11, 25)


def texts(content: bytes) -> list[str]:
    """Return the text of each page, spaces as one."""
    with pypdfium2.PdfDocument(content) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return [" ".join(page.replace("\u00a0", " ").split()) for page in pages]


def flat(text: str) -> str:
    return "".join(text.replace("\u00a0", " ").split())


def letters_of(answers) -> str:
    """Return a line of letters that says some answers."""
    words = []
    for id, answer in answers.items():
        chosen = [answer] if isinstance(answer, str) else answer
        options = bilan.questions()[id].options
        words.append(f"{id}={''.join(options[each].letter if each in options else each for each in chosen)}")
    return " ".join(words)


# ----------------------------------------------------------------------------------------------------- sheets


@pytest.mark.parametrize(("kind", "pages"), [("grand", 6), ("plie", 3)])
def test_the_sheet_holds_every_question_and_every_answer_with_its_letter(kind, pages):
    page_texts = texts(bilan_paper.form(on=ON, kind=kind))
    assert len(page_texts) == pages
    sheet_text = flat(" ".join(page_texts))
    for question in bilan.questions().values():
        assert flat(question.text) in sheet_text, question.id
        for option in question.options.values():
            assert flat(option.label) in sheet_text, option.label
    assert flat("Pas de nom") in sheet_text
    assert flat("détruit") in sheet_text


def test_the_large_sheet_is_four_pages_in_eighteen_points_and_its_tasks_are_apart():
    content = bilan_paper.form(on=ON)
    with pypdfium2.PdfDocument(content) as document:
        sizes = {tuple(round(side) for side in page.get_size()) for page in document}
    assert sizes == {(595, 842)}, "A4, upright"
    first, *_, trap, search = texts(content)
    assert "Page 1 sur 4" in first
    assert "Deux messages" in trap
    assert "Trouver une heure" in search


def test_the_folded_sheet_puts_the_last_page_beside_the_first():
    outside, inside, tasks = texts(bilan_paper.form(on=ON, kind="plie"))
    assert "Page 1 sur 4" in outside
    assert "Page 4 sur 4" in outside
    assert "Page 2 sur 4" in inside
    assert "Page 3 sur 4" in inside
    assert outside.index("Faire le point") < outside.index("Page 4 sur 4"), (
        "read aloud, the first page comes first"
    )
    assert "Deux messages" in tasks


def test_a_sheet_holds_the_code_of_a_card_and_never_a_name():
    assert "C2D4-E6F8" in texts(bilan_paper.form(on=ON, code="C2D4E6F8"))[0]
    assert "Collez ici" in texts(bilan_paper.form(on=ON))[0]


def test_each_form_of_the_tasks_has_its_own_pictures():
    pages = {form: " ".join(texts(bilan_paper.form(on=ON, tasks=form))[4:]) for form in ("A", "B")}
    for form, page in pages.items():
        search = bilan_tasks.form(form).search
        assert search.site in page
        assert f"feuille {form}" in page
        assert all(flat(choice) in flat(page) for choice in search.choices)
    assert bilan_tasks.form("B").search.site not in pages["A"]


@pytest.mark.parametrize(
    "content",
    [
        lambda: bilan_paper.form(on=ON),
        lambda: bilan_paper.form(on=ON, kind="plie"),
        lambda: bilan_paper.card(on=ON),
        lambda: frame_of_reference.render(on=ON),
    ],
)
def test_every_paper_is_tagged_in_french_with_a_title(content):
    with pikepdf.open(io.BytesIO(content())) as document:
        assert str(document.Root.Lang) == "fr"
        assert bool(document.Root.MarkInfo.Marked)
        assert document.docinfo["/Title"]
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_the_same_day_gives_the_same_bytes():
    assert bilan_paper.form(on=ON) == bilan_paper.form(on=ON)


def test_jumps_written_on_paper_are_those_of_the_screen():
    """Questions skipped on the sheet match those skipped by the screen's path."""
    ids = list(bilan.questions())
    for question in bilan.questions().values():
        written = {letter: target for letters, target in bilan_paper.jumps(question) for letter in letters}
        for option in question.options.values():
            before = {id: bilan.questions()[id].only for id in ids}
            answers = {question_id: [wanted[0]] for question_id, wanted in before[question.id].items()} | {
                question.id: [option.id]
            }
            path = engine.path(answers)
            following = next(id for id in [*path[path.index(question.id) + 1 :], ""])
            expected = "" if not following or ids[ids.index(question.id) + 1] == following else following
            assert written.get(option.letter, "") == expected, (question.id, option.id)


def test_the_card_of_the_counter_says_the_four_questions_and_what_to_do():
    (page,) = texts(bilan_paper.card(on=ON))
    for question in bilan.screening().values():
        assert flat(question.text) in flat(page)
    for verdict in bilan.verdicts().values():
        assert flat(verdict.says) in flat(page)
    assert "À tout le monde, ou à personne" in page


# -------------------------------------------------------------------------------------------------- framework


def test_the_framework_fits_two_pages_and_holds_the_whole_rule():
    """R-026: the framework of digital maturity, built from the rule, free to copy and to hand out."""
    first, second = texts(frame_of_reference.render(on=ON))
    for line in bilan.lines().values():
        assert flat(line.says) in flat(first), line.id
    for level in (*bilan.accesses().values(), *bilan.uses().values()):
        assert flat(level.when) in flat(first), level.id
    for flag in bilan.flags().values():
        assert flat(flag.pro) in flat(second), flag.id
    for result in bilan.results().values():
        assert flat(bilan.segments()[result.segment]) in flat(second)
    assert "CC BY-SA 4.0" in first
    assert bilan.version() in second


def test_the_grid_says_what_the_rule_gives():
    """Each cell, and its exceptions, are those that the engine computes on every wish and every way to
    read.
    """
    for row in frame_of_reference.framework_page(ON)["grille"]:
        for access, cell in zip(bilan.accesses(), row["cases"], strict=True):
            result_ids = {
                bilan.lines()[
                    engine.line(access=access, use=row["id"], wants=wants, reads=reads, unsure=False)
                ].result
                for wants in [*bilan.questions()["M2"].options, "?"]
                for reads in bilan.questions()["O1"].options
            }
            printed_results = {
                cell["resultat"].lower(),
                *(each["resultat"].lower() for each in cell["sinon"]),
            }
            assert printed_results == {bilan.results()[id].label.lower() for id in result_ids}


def test_a_result_only_tells_the_uses_that_lead_to_it():
    assert frame_of_reference.uses_of("coup_de_pouce") == ["G3"]
    assert frame_of_reference.uses_of("assistance") == ["G0", "G1"]


# ------------------------------------------------------------------------------------------------- typed back


@pytest.mark.parametrize("answers", [ANDREI, AURELIE, SANDRINE])
def test_letters_give_back_the_answers_and_the_same_result(answers):
    form = PaperForm({"ligne": letters_of(answers)})
    assert form.unread == []
    carried = queries.carried(form.answers(), form.tasks(), form="A", token="t", person=None, structure=None)
    assert engine.conclude(carried.answers).result == engine.conclude(answers).result
    assert engine.conclude(carried.answers).line == engine.conclude(answers).line
    assert carried.mode == "paper"


@pytest.mark.parametrize(
    ("line", "letters"),
    [
        ("X1=a A1=bc", {"X1": "a", "A1": "bc"}),
        ("x1 = A, a1:BC;", {"X1": "a", "A1": "bc"}),
        ("1a 3cb 7d", {"X1": "a", "A1": "bc", "U1": "d"}),
        ("U4=? U5=-", {"U4": "?", "U5": "-"}),
        ("M1=ab M2=b S1=b S2=c H=a", {"M1": "ab", "M2": "b", "S1": "b", "S2": "c", "H": "a"}),
        ("A1=aab", {"A1": "ab"}),
        ("", {}),
    ],
)
def test_letters_are_read_whatever_way_they_are_typed(line, letters):
    form = PaperForm({"ligne": line})
    assert (form.letters, form.unread) == (letters, [])


def test_unreadable_answer_is_reported_and_the_rest_is_read():
    form = PaperForm({"ligne": "X1=a X9=z bonjour A1=bz 25a"})
    assert form.letters == {"X1": "a", "A1": "b"}
    assert form.unread == ["X9=z", "bonjour", "A1=bz", "25a"]


def test_boxes_and_the_line_go_together_and_the_box_wins():
    form = PaperForm({"ligne": "X1=a A1=b", "case-A1": " c ", "case-U1": "D"})
    assert form.letters == {"X1": "a", "A1": "c", "U1": "d"}


def test_two_crosses_for_a_single_choice_are_reported_and_count_as_unknown():
    form = PaperForm({"ligne": "U1=cd U2=a"})
    reading = queries.read(form.answers())
    assert reading.doubts == [
        "La question 7 (U1) a plusieurs croix : le résultat la compte comme « je ne sais pas »."
    ]
    carried = queries.carried(form.answers(), {}, form="A", token="t", person=None, structure=None)
    assert carried.answers["U1"] == "?"


def test_contradictory_paper_answers_are_reported_not_corrected():
    form = PaperForm({"ligne": "A1=de A2=a U1=a U3=a"})
    doubts = queries.read(form.answers()).doubts
    assert any("A2" in doubt and "A1" in doubt for doubt in doubts)
    assert any("U3" in doubt for doubt in doubts)
    assert any("Rien de tout ça" in doubt for doubt in doubts)
    carried = queries.carried(form.answers(), {}, form="A", token="t", person=None, structure=None)
    assert carried.answers["A1"] == ["keypad", "nothing"]
    assert carried.answers["A2"] == "mine"


def test_a_half_filled_sheet_has_a_result_and_blanks_are_passed():
    form = PaperForm({"ligne": "U1=a"})
    carried = queries.carried(form.answers(), {}, form="A", token="t", person=None, structure=None)
    assert engine.next_question(carried.answers) == ""
    assert carried.answers["A1"] == "-"
    assert carried.answers["U1"] == "never"
    assert "U3" not in carried.answers


def test_tasks_on_paper_are_measured_when_they_are_whole():
    choices, search = list(bilan_tasks.choices()), bilan_tasks.form("B").search
    check, open_, keep = (forms.LETTERS[choices.index(id)] for id in ("check", "open", "keep"))
    right = forms.LETTERS[search.choices.index(search.right)]
    passed = PaperForm({"ligne": f"S1={check} S2={keep} H={right}", "feuille": "B"}).tasks()
    assert (passed["T4"]["outcome"], passed["T5"]["outcome"]) == ("passed", "passed")
    assert PaperForm({"ligne": f"S1={open_} S2={keep}"}).tasks()["T4"]["outcome"] == "failed"
    assert PaperForm({"ligne": f"S1={check} H=?"}).tasks() == {}, "half of it says nothing"


# ------------------------------------------------------------------------------------------------------ pages


def helper(email: str, structure: Structure, role: str = "aidant") -> User:
    user = with_role(User.objects.create_user(email, "un-mot-de-passe-long"), role, structure=structure)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "A" * 32})
    return user


@pytest.fixture
def structure(db):
    return Structure.objects.create(key="nom:ccas", name="CCAS d’essai", code_insee="38185")


@pytest.fixture
def aidant(structure):
    return helper("aidant@exemple.fr", structure)


@pytest.fixture
def person(aidant, structure):
    from datetime import UTC, datetime

    return people.welcome(
        by=aidant, structure=structure, at=datetime(2026, 11, 20, 9, tzinfo=UTC), nickname="Andrei"
    )


def body(response) -> str:
    return " ".join(unescape(response.content.decode()).replace("\u00a0", " ").split())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/bilan/papier.pdf",
        "/bilan/papier.pdf?format=plie&feuille=B",
        "/bilan/reperage.pdf",
        "/bilan/referentiel.pdf",
    ],
)
def test_papers_are_public(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")


@pytest.mark.django_db
def test_an_unknown_format_gives_the_large_sheet(client):
    assert len(texts(client.get("/bilan/papier.pdf?format=<x>").content)) == 6


@pytest.mark.django_db
def test_the_framework_is_read_on_a_page_too(client):
    page_text = body(client.get("/bilan/referentiel/"))
    for line in bilan.lines().values():
        assert line.says in page_text
    assert "CC BY-SA 4.0" in page_text


@pytest.mark.django_db
def test_the_page_of_sheets_says_how_to_fold(client):
    assert "retourner sur le bord court" in body(client.get("/bilan/papier/"))


def test_a_sheet_with_a_code_is_for_who_follows_the_person(client, aidant, person):
    stranger = helper(
        "autre@exemple.fr", Structure.objects.create(key="nom:autre", name="Autre", code_insee="38421")
    )
    address = f"/espace/bilans/papier/{person.pk}.pdf"
    assert client.get(address).status_code == 302, "a stranger signs in"
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(aidant)
    response = client.get(address)
    assert person.card in texts(response.content)[0]
    assert "Andrei" not in " ".join(texts(response.content))
    assert "no-store" in response["Cache-Control"]
    assert client.get("/espace/bilans/papier/999999.pdf").status_code == 404
    assert client.get(f"/espace/bilans/papier/{person.card}.pdf").status_code == 404


def test_the_code_of_a_card_is_in_no_address(client, aidant, person):
    elsewhere = people.welcome(by=None, structure=None, at=person.made_at)
    client.force_login(aidant)
    page = client.get(f"/espace/bilans/personnes/{person.pk}/").content.decode()
    assert not re.findall(rf'(?:href|action)="[^"]*(?:{person.code}|{person.card})', page)
    assert (
        f'value="{person.card}"'
        in client.get(f"/espace/bilans/papier/?personne={person.pk}").content.decode()
    )
    assert (
        elsewhere.card not in client.get(f"/espace/bilans/papier/?personne={elsewhere.pk}").content.decode()
    )


def test_a_sheet_typed_back_gives_the_result_of_the_screen(client, aidant, person):
    client.force_login(aidant)
    response = client.post("/espace/bilans/papier/", {"ligne": letters_of(ANDREI), "code": person.card})
    assert response.url == "/bilan/resultat/"
    it = browser_state(client)
    assert (it.mode, it.person) == ("paper", person.pk)
    page = client.get("/bilan/resultat/")
    assert page.status_code == 200
    assert bilan.faces()["assistance"].says in body(page)
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    row = Bilan.objects.get()
    assert (row.mode, row.person, row.result) == ("paper", person, "assistance")
    assert row.timings == {}


def test_doubts_precede_the_result_then_the_helper_continues(client, aidant):
    client.force_login(aidant)
    response = client.post("/espace/bilans/papier/", {"ligne": "A1=de U1=a zut"})
    page = body(response)
    assert response.status_code == 200
    assert "Pas compris : « zut »" in page
    assert "Rien n’est corrigé à votre place" in page
    assert 'name="case-A1" type="text" value="de"' in page, "what was read is in its box"
    assert browser_state(client).begun is False
    response = client.post("/espace/bilans/papier/", {"case-A1": "de", "case-U1": "a", "quand-meme": "1"})
    assert response.url == "/bilan/resultat/"
    assert browser_state(client).answers["A1"] == ["keypad", "nothing"]


def test_an_empty_sheet_and_an_unknown_card_are_refused_with_what_to_do(client, aidant, person):
    client.force_login(aidant)
    response = client.post("/espace/bilans/papier/", {"ligne": ""})
    assert response.status_code == 400
    assert "Aucune lettre n’est comprise." in body(response)
    elsewhere = people.welcome(by=None, structure=None, at=person.made_at)
    response = client.post("/espace/bilans/papier/", {"ligne": "U1=a", "code": elsewhere.card})
    assert response.status_code == 400
    assert "Aucune personne que vous suivez n’a cette carte." in body(response)
    assert 'name="case-U1" type="text" value="a"' in body(response), "nothing typed is lost"


@pytest.mark.django_db
def test_unread_answers_are_displayed_again_after_an_unknown_card(client, aidant):
    """Else it would be gone once the card is mended, and nobody would be told."""
    client.force_login(aidant)
    typed = {"code": "AAAA-AAAA", "ligne": "X1=a blabla A1=z"}
    response = client.post("/espace/bilans/papier/", typed)
    assert response.status_code == 400
    page = response.content.decode()
    assert ">blabla A1=z</textarea>" in page
    assert "À regarder avec la feuille." in body(
        client.post("/espace/bilans/papier/", {"code": "", "ligne": "blabla A1=z", "case-X1": "a"})
    )


def test_typing_back_is_for_who_helps(client, db):
    assert client.get("/espace/bilans/papier/").status_code == 302
    user = User.objects.create_user("c@exemple.fr", "x", is_demonstration=True)
    client.force_login(with_role(user, "coordination", territory="38"))
    assert client.get("/espace/bilans/papier/").status_code == 404
