"""Papers of persons: kept encrypted, shown to whom they said, erased with their key; files that lie refused."""

import errno
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.documents import access
from maillage.apps.people.documents import queries as documents_queries
from maillage.apps.people.documents import rules as documents_rules
from maillage.apps.people.documents.actions import deadlines, rotation, scanning, sharing, storing
from maillage.apps.people.documents.forms import read_upload
from maillage.apps.people.documents.models import Paper, Share
from maillage.apps.people.persons.actions import forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.referrals.orientations.queries import people as traces
from maillage.kernel.errors import Refused
from maillage.manage.backups import backup
from tests.conftest import account
from tests.support.papers import CLAMD, EICAR, active_pdf, clamd, closed_pdf, pdf, picture, real_clamd
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
FIRST, SECOND = documents_rules.new_key(), documents_rules.new_key()


@pytest.fixture(autouse=True)
def keys(settings, home) -> None:
    settings.PAPERS = {"key": FIRST, "key_file": "", "scanner": scanning.OFF}


@pytest.fixture
def other() -> Structure:
    return place("ccas", {"nom": "CCAS", "pivot": "21380185500015"}).structure


@pytest.fixture
def leila(structure) -> User:
    return account("leila", "aidant", structure=structure)


@pytest.fixture
def paul(other) -> User:
    return account("paul", "aidant", structure=other)


@pytest.fixture
def andrei(leila, structure) -> Person:
    return people.welcome(by=leila, structure=structure, nickname="M. Andrei", at=NOW)


def store_paper(person, structure, by, content: bytes = b"", **more) -> Paper:
    values = {
        "kind": "identite",
        "purpose": "rsa",
        "days": 30,
        "how": "read",
        "at": NOW,
        "token": "t1",
    } | more
    upload = storing.Upload(content or pdf(), documents_rules.PDF)
    return storing.store(upload, person=person, structure=structure, by=by, **values)


def opened(paper: Paper, by: User) -> bytes:
    return b"".join(storing.read(paper, by=by, at=NOW))


def on_disk() -> list[Path]:
    return sorted(documents_queries.folder().glob("*")) if documents_queries.folder().exists() else []


# ------------------------------------------------------------------------------------------------------ kept


def test_what_is_on_the_disk_is_not_the_paper_and_what_is_read_is(andrei, structure, leila):
    content = pdf(Author="Andrei")
    paper = store_paper(andrei, structure, leila, content)
    (path,) = on_disk()
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"%PDF" not in path.read_bytes() and b"Andrei" not in path.read_bytes()
    assert opened(paper, leila) == content
    assert FIRST not in paper.wrapped


def test_the_same_form_sent_for_another_person_keeps_another_paper(andrei, structure, leila):
    ana = people.welcome(by=leila, structure=structure, nickname="Ana", at=NOW)
    assert store_paper(andrei, structure, leila).person == andrei
    assert store_paper(ana, structure, leila).person == ana


def test_a_form_sent_twice_keeps_one_paper(andrei, structure, leila):
    assert store_paper(andrei, structure, leila) == store_paper(andrei, structure, leila)
    assert Paper.objects.count() == len(on_disk()) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "x"}, "pas dans la liste"),
        ({"purpose": "x"}, "pas dans la liste"),
        ({"days": 3650}, "pas dans la liste"),
        ({"how": ""}, "dit oui"),
    ],
)
def test_what_is_missing_keeps_nothing(andrei, structure, leila, wrong, words):
    with pytest.raises(Refused, match=words):
        store_paper(andrei, structure, leila, **wrong)
    assert not Paper.objects.exists() and not on_disk()


def test_nobody_keeps_a_paper_for_another_structure_nor_for_a_person_they_do_not_help(
    andrei, structure, other, leila, paul
):
    for by, where in ((paul, other), (paul, structure), (leila, other)):
        with pytest.raises(Refused, match="n’aidez pas"):
            store_paper(andrei, where, by)
    assert not on_disk()


def test_the_heaviest_paper_is_accepted_and_one_byte_more_is_not(monkeypatch):
    content = pdf()
    monkeypatch.setattr(documents_rules, "heaviest", lambda: len(content))
    assert documents_rules.media_of(content, "papier.pdf") == documents_rules.PDF
    with pytest.raises(Refused, match="trop lourd"):
        documents_rules.media_of(content + b"\n", "papier.pdf")


def test_no_more_papers_than_the_limit_are_stored(andrei, structure, leila, monkeypatch):
    monkeypatch.setattr(documents_rules, "most_papers", lambda: 1)
    store_paper(andrei, structure, leila)
    with pytest.raises(Refused, match="c’est le plus"):
        store_paper(andrei, structure, leila, token="t2")
    assert Paper.objects.count() == len(on_disk()) == 1


def test_no_paper_is_stored_when_off(andrei, structure, leila, settings):
    settings.PAPERS |= {"key": ""}
    assert not documents_queries.storage().is_on
    with pytest.raises(Refused, match="Aucun papier n’est gardé ici"):
        store_paper(andrei, structure, leila)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES])
def test_a_full_disk_says_so_and_leaves_nothing_half_written(andrei, structure, leila, monkeypatch, number):
    def full(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Refused) as refused:
        store_paper(andrei, structure, leila)
    assert ("disque est plein" in refused.value.why) == (number != errno.EACCES)
    assert not list(documents_queries.folder().iterdir()) and not Paper.objects.exists()


def test_a_row_that_is_refused_takes_its_file_with_it(andrei, structure, leila, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("cut")

    monkeypatch.setattr(storing, "record", broken)
    with pytest.raises(RuntimeError):
        store_paper(andrei, structure, leila)
    assert not on_disk()


# ------------------------------------------------------------------------------------------- what a file is


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ\x90\x00", "papier.pdf", "ni un PDF"),
        (b"<html></html>", "papier.jpg", "ni un PDF"),
        (pdf(), "photo.jpg", "dit autre chose"),
        (picture(), "papier.pdf", "dit autre chose"),
        (pdf(), "papier.pdf.exe", "dit autre chose"),
        (b"%PDF-1.7\n" + b"x" * 200 + b"\n%%EOF\n", "papier.pdf", "abîmé"),
        (pdf()[:-40], "papier.pdf", "sa fin manque"),
        (pdf() + b"MZ\x90 hidden", "papier.pdf", "caché"),
        (b"%PDF-" + b"x" * 8_000_000, "papier.pdf", "trop lourd"),
        (pdf(41), "papier.pdf", "41 pages"),
        (closed_pdf(), "papier.pdf", "mot de passe"),
        (active_pdf("script"), "papier.pdf", "programme"),
        (active_pdf("launch"), "papier.pdf", "programme"),
        (active_pdf("file"), "papier.pdf", "programme"),
        (active_pdf("deep"), "papier.pdf", "programme"),
        (picture()[:-300] + b"\0", "papier.jpg", "abîmé"),
    ],
)
def test_a_file_that_lies_or_harms_is_refused(content, name, words):
    with pytest.raises(Refused, match=words):
        read_upload(SimpleUploadedFile(name, content))


def test_a_zip_behind_a_pdf_is_refused():
    import zipfile

    hidden = io.BytesIO(pdf())
    hidden.seek(0, io.SEEK_END)
    with zipfile.ZipFile(hidden, "a") as archive:
        archive.writestr("a.exe", b"MZ")
        archive.comment = b"%%EOF"
    with pytest.raises(Refused, match="caché"):
        read_upload(SimpleUploadedFile("papier.pdf", hidden.getvalue()))


def test_a_photograph_loses_what_the_telephone_wrote_and_a_pdf_tells_what_it_says():
    exif = Image.Exif()
    exif[0x010F] = "Telephone de Fatou"
    out = io.BytesIO()
    drawn = Image.new("RGB", (80, 60))
    drawn.paste("white", (20, 15, 60, 45))
    drawn.save(out, "JPEG", exif=exif)
    bare = read_upload(SimpleUploadedFile("p.jpg", out.getvalue()))
    assert b"Fatou" in out.getvalue() and b"Fatou" not in bare.content and bare.media == documents_rules.JPEG
    assert read_upload(SimpleUploadedFile("p.png", picture("PNG"))).media == documents_rules.JPEG
    read_pdf = read_upload(SimpleUploadedFile("p.pdf", pdf(2, Author="Fatou", Title=" ")))
    assert (read_pdf.pages, read_pdf.metadata) == (2, ("auteur : Fatou",))


# ------------------------------------------------------------------------------------------------- the cipher


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        documents_rules.CHUNK - 1,
        documents_rules.CHUNK,
        documents_rules.CHUNK + 1,
        3 * documents_rules.CHUNK,
    ],
)
def test_what_is_sealed_opens_and_what_was_touched_does_not(size):
    key, content = documents_rules.new_paper_key(), os.urandom(size)
    sealed = documents_rules.seal(key, content, name="a")

    def read(data: bytes, name: str = "a", by: bytes = key) -> bytes:
        return b"".join(documents_rules.unseal(by, io.BytesIO(data), name=name))

    assert read(sealed) == content
    block = documents_rules.CHUNK + documents_rules.TAG
    touched = [sealed[:-1], sealed + b"x", sealed[:5] + bytes([sealed[5] ^ 1]) + sealed[6:]]
    if size > documents_rules.CHUNK:
        touched += [sealed[:block], sealed[block:], sealed[block:] + sealed[:block], sealed + sealed[-block:]]
    for data in touched:
        with pytest.raises(documents_rules.Damaged):
            read(data)
    for wrong in ({"name": "b"}, {"by": documents_rules.new_paper_key()}):
        with pytest.raises(documents_rules.Damaged):
            read(sealed, **wrong)


def test_a_damaged_or_missing_file_is_refused_and_no_reading_is_recorded(andrei, structure, leila):
    paper = store_paper(andrei, structure, leila)
    (path,) = on_disk()
    path.write_bytes(path.read_bytes()[:-1])
    for _ in range(2):
        with pytest.raises(Refused, match="ne peut pas être ouvert"):
            opened(paper, leila)
        path.unlink(missing_ok=True)
    assert not Entry.objects.filter(verb="paper.read").exists()


def test_the_key_changes_and_every_paper_still_opens(andrei, structure, leila, settings):
    content = pdf(Title="x")
    paper = store_paper(andrei, structure, leila, content)
    settings.PAPERS |= {"key": f"{SECOND},{FIRST}"}
    assert opened(paper, leila) == content
    assert rotation.rotate() == rotation.Rotation(again=1, already=0, lost=0)
    assert rotation.rotate() == rotation.Rotation(again=0, already=1, lost=0)
    settings.PAPERS |= {"key": SECOND}
    assert opened(Paper.objects.get(), leila) == content
    settings.PAPERS |= {"key": FIRST}
    with pytest.raises(Refused, match="n’est plus donnée"):
        opened(Paper.objects.get(), leila)
    assert rotation.rotate() == rotation.Rotation(again=0, already=0, lost=1)


def test_a_key_beside_the_papers_or_that_is_no_key_keeps_nothing(settings, home, tmp_path_factory):
    inside, outside = home / "cle", tmp_path_factory.mktemp("ailleurs") / "cle"
    for path, content, words in (
        (inside, FIRST, "même dossier"),
        (outside, "x", "44 signes"),
        (outside.with_name("absente"), None, "n’existe pas"),
    ):
        if content is not None:
            path.write_text(content)
        settings.PAPERS |= {"key": "", "key_file": str(path)}
        state = documents_queries.storage()
        assert not state.is_on and words in state.why
    outside.write_text(f"{FIRST}\n{SECOND}\n")
    settings.PAPERS |= {"key_file": str(outside)}
    assert documents_queries.storage().is_on


# ------------------------------------------------------------------------------------------------- the scanner


def test_clamav_reads_the_whole_file_and_an_infected_one_is_refused(
    andrei, structure, leila, settings, tmp_path
):
    at = tmp_path / "clamd.ctl"
    settings.PAPERS |= {"scanner": f"unix:{at}"}
    content = pdf() + b"%" * 200_000
    with clamd(at) as server:
        paper = store_paper(andrei, structure, leila, content)
        assert server.scanned_files == [content]
        assert paper.scanner == "ClamAV 1.4.3, signatures 27800"
        with pytest.raises(Refused, match="Eicar-Signature"):
            store_paper(andrei, structure, leila, pdf() + EICAR, token="t2")
    assert Paper.objects.count() == len(on_disk()) == 1


def test_a_scanner_that_does_not_answer_keeps_nothing(andrei, structure, leila, settings, tmp_path):
    at = tmp_path / "clamd.ctl"
    for scanner in (f"unix:{at}", "tcp:127.0.0.1:9", "tcp:nowhere", "/bin/false"):
        settings.PAPERS |= {"scanner": scanner}
        with pytest.raises(Refused, match="n’a pas répondu"):
            store_paper(andrei, structure, leila)
    settings.PAPERS |= {"scanner": f"unix:{at}"}
    with clamd(at, full=True), pytest.raises(Refused, match="n’a pas répondu"):
        store_paper(andrei, structure, leila)
    assert not Paper.objects.exists() and not on_disk()


def test_the_command_of_clamav_is_run_when_no_service_listens(tmp_path, settings):
    command = tmp_path / "clamscan"
    command.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = "--version" ]; then echo "ClamAV 1.4.3/27800/Sun"; exit 0; fi\n'
        'if grep -q EICAR; then echo "stdin: Eicar-Signature FOUND"; exit 1; fi\n'
    )
    command.chmod(0o700)
    settings.PAPERS |= {"scanner": str(command)}
    assert scanning.scan(pdf()) == "ClamAV 1.4.3, signatures 27800"
    with pytest.raises(Refused, match="Eicar-Signature"):
        scanning.scan(EICAR)


def test_a_scanner_without_signatures_is_reported_as_missing(
    andrei, structure, leila, settings, tmp_path, client
):
    command = tmp_path / "clamscan"
    command.write_text('#!/bin/sh\n[ "$1" = "--version" ] && { echo "ClamAV 1.4.6"; exit 0; }\nexit 2\n')
    command.chmod(0o700)
    settings.PAPERS |= {"scanner": str(command)}
    assert store_paper(andrei, structure, leila).scanner == ""
    client.force_login(leila)
    for address in ("/espace/papiers/", f"/espace/personnes/{andrei.pk}/papiers/"):
        page = client.get(address).content.decode()
        assert "antivirus ne lit" in page.replace("\n", " ") and "freshclam" not in page, address
    assert "sans ses signatures" in scanning.warning() and "freshclam" in scanning.warning()


@pytest.mark.skipif(not CLAMD, reason="ClamAV n’est pas installé : sudo apt install clamav-daemon")
def test_the_real_clamav_finds_the_file_that_all_know(tmp_path, settings):
    with real_clamd(tmp_path) as at:
        settings.PAPERS |= {"scanner": at}
        assert scanning.scan(pdf()).startswith("ClamAV")
        with pytest.raises(Refused, match=r"(?i)eicar"):
            scanning.scan(EICAR)


# ---------------------------------------------------------------------------------------------------- shown


def share_paper(paper, structure, by, **more) -> Share:
    values = {"days": 7, "how": "read", "at": NOW} | more
    return sharing.share(paper, structure=structure, by=by, **values)


def test_the_last_end_day_of_a_share_is_the_one_that_holds(andrei, structure, other, leila, paul):
    """The person said yes to one day, was read another: the former one was stored."""
    paper = store_paper(andrei, structure, leila)
    long = share_paper(paper, other, leila, days=30)
    short = share_paper(paper, other, leila)
    assert short.ends_on == TODAY + timedelta(days=7) < long.ends_on
    assert not access.papers_for(paul, short.ends_on + timedelta(days=1)).exists()
    again = share_paper(paper, other, leila, days=30)
    assert access.papers_for(paul, again.ends_on).get() == paper
    states = [each.state_on(TODAY) for each in Share.objects.order_by("pk")]
    assert states == [documents_rules.WITHDRAWN, documents_rules.WITHDRAWN, documents_rules.RUNNING]


def test_one_structure_reads_it_until_the_day_and_no_other(andrei, structure, other, leila, paul):
    paper = store_paper(andrei, structure, leila)
    third = account("zoe", "aidant", structure=Structure.objects.create(key="c", name="C"))
    assert not access.papers_for(paul, TODAY).exists()
    share = share_paper(paper, other, leila)
    assert "CCAS, et personne d’autre" in share.words and share.ends_on == TODAY + timedelta(days=7)
    assert access.papers_for(paul, TODAY).get() == paper
    assert access.papers_for(paul, share.ends_on).exists()
    assert not access.papers_for(paul, share.ends_on + timedelta(days=1)).exists()
    assert not access.papers_for(third, TODAY).exists() and not access.holdings_for(paul, TODAY).exists()
    assert share_paper(paper, other, leila) == share, "said twice, it is one"
    opened(paper, paul)
    entry = Entry.objects.get(verb="paper.read")
    assert (entry.by, entry.structure) == (paul.pk, other.pk)
    (trace,) = [each for each in traces.traces(andrei) if "ouvert un papier" in each.words]
    assert (trace.author, trace.where) == (str(paul), "CCAS")
    sharing.withdraw(share, by=None, at=NOW)
    assert not access.papers_for(paul, TODAY).exists()
    with pytest.raises(Refused, match="déjà arrêté"):
        sharing.withdraw(share, by=None, at=NOW)


@pytest.mark.parametrize(
    ("wrong", "words"), [({"days": 365}, "jusqu’à quand"), ({"how": "x"}, "comment la personne")]
)
def test_a_sharing_says_all_or_is_refused(andrei, structure, other, leila, paul, wrong, words):
    paper = store_paper(andrei, structure, leila)
    with pytest.raises(Refused, match=words):
        share_paper(paper, other, leila, **wrong)
    assert not Share.objects.exists()


def test_who_does_not_keep_it_shows_it_to_nobody(andrei, structure, other, leila, paul):
    paper = store_paper(andrei, structure, leila)
    share_paper(paper, other, leila)
    with pytest.raises(Refused, match="ne garde pas"):
        share_paper(paper, structure, paul)
    empty = Structure.objects.create(key="vide", name="Vide")
    with pytest.raises(Refused, match="de compte"):
        share_paper(paper, empty, leila)


def test_a_volunteer_reads_shared_papers_of_those_they_help_alone(andrei, structure, other, leila, paul):
    ami = account("ami", "benevole", structure=other)
    share_paper(store_paper(andrei, structure, leila), other, leila)
    assert not access.papers_for(ami, TODAY).exists()
    people.meet(person=andrei, structure=other, by=ami, at=NOW)
    assert access.papers_for(ami, TODAY).exists()


def test_a_procedure_finds_its_papers(andrei, structure, leila):
    paper = store_paper(andrei, structure, leila, purpose="social")
    assert documents_queries.for_procedure(andrei, "rsa", TODAY) == [paper]
    assert documents_queries.for_procedure(andrei, "impots", TODAY) == []
    assert documents_queries.for_procedure(andrei, "rsa", TODAY + timedelta(days=31)) == []


# ---------------------------------------------------------------------------------------------------- erased


def test_erasing_destroys_the_file_and_the_key_and_says_that_it_was_there(
    andrei, structure, other, leila, paul, django_capture_on_commit_callbacks
):
    paper = store_paper(andrei, structure, leila)
    share = share_paper(paper, other, leila)
    with django_capture_on_commit_callbacks(execute=True):
        storing.erase(paper, by=leila, at=NOW, how=documents_rules.TAKEN_BACK)
    paper.refresh_from_db()
    share.refresh_from_db()
    assert paper.wrapped == "" and share.withdrawn_at and not on_disk()
    assert not access.papers_for(leila, TODAY).exists() and not access.papers_for(paul, TODAY).exists()
    assert any("a effacé un papier" in each.words for each in traces.traces(andrei))
    (copied_paper,) = documents_queries.copy(andrei)
    assert (
        copied_paper["efface_parce_que"] == "la personne l’a demandé" and copied_paper["le_demander_a"] == ""
    )
    for again in (
        lambda: storing.erase(paper, by=leila, at=NOW, how=documents_rules.USED),
        lambda: share_paper(paper, other, leila),
        lambda: sharing.withdraw(share, by=None, at=NOW),
    ):
        with pytest.raises(Refused, match="déjà effacé"):
            again()


def test_a_paper_goes_the_day_after_its_last(andrei, structure, leila, django_capture_on_commit_callbacks):
    store_paper(andrei, structure, leila)
    with django_capture_on_commit_callbacks(execute=True):
        assert not deadlines.run_deadlines(at=NOW + timedelta(days=30))["papiers_effaces"]
        assert len(on_disk()) == 1
        assert deadlines.run_deadlines(at=NOW + timedelta(days=31))["papiers_effaces"] == 1
    assert not on_disk() and Paper.objects.get().erased_how == documents_rules.EXPIRED


def test_a_paper_that_no_structure_keeps_any_more_goes(
    andrei, structure, leila, django_capture_on_commit_callbacks
):
    store_paper(andrei, structure, leila)
    Paper.objects.update(structure=None)
    with django_capture_on_commit_callbacks(execute=True):
        deadlines.run_deadlines(at=NOW)
    assert not on_disk() and Paper.objects.get().erased_how == documents_rules.NOBODY


def test_files_that_nothing_names_go_once_old_and_no_other(andrei, structure, leila):
    store_paper(andrei, structure, leila)
    orphan, young = documents_queries.path_of("0" * 32), documents_queries.path_of(".1.part")
    for path in (orphan, young):
        path.write_bytes(b"x")
    hours = timedelta(hours=2)
    for path, written in ((orphan, NOW - hours), (on_disk()[-1], NOW - hours), (young, NOW)):
        os.utime(path, (written.timestamp(),) * 2)
    assert deadlines.sweep(at=NOW) == 1
    assert not orphan.exists() and young.exists() and len(on_disk()) == 2
    assert deadlines.sweep(at=NOW + hours) == 1


def test_an_erased_person_leaves_no_paper_and_no_share(
    andrei, structure, other, leila, paul, django_capture_on_commit_callbacks
):
    share_paper(store_paper(andrei, structure, leila), other, leila)
    with django_capture_on_commit_callbacks(execute=True):
        forgetting.forget(andrei, by=leila, at=NOW)
    assert not on_disk() and not Paper.objects.exists() and not Share.objects.exists()


def test_a_backup_takes_the_papers_as_they_are_and_never_their_key(andrei, structure, leila, home):
    import zipfile

    content = pdf(Title="Carte")
    store_paper(andrei, structure, leila, content)
    (path,) = on_disk()
    archive = home / "copie.zip"
    assert backup.save(archive)["papiers"] == 1
    with zipfile.ZipFile(archive) as saved:
        everything = b"".join(saved.read(name) for name in saved.namelist())
        assert saved.read(f"papiers/{path.name}") == path.read_bytes()
    assert FIRST.encode() not in everything and content not in everything


def test_limits_are_those_of_the_parameters():
    assert documents_rules.heaviest() == 8_000_000 and documents_rules.retention_days() == (30, 90, 180)
    assert documents_rules.shared_days() == (7, 30, 90) and documents_rules.most_papers() == 20
