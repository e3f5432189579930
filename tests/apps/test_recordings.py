"""Recorded voice: what a page says, the book that a script reads of it, the files by parts."""

import json

import pytest

from maillage.kernel.errors import Refused
from maillage.publishing.voice import recordings as books
from maillage.publishing.voice import speech, spoken
from maillage.web import recordings

TONE = speech.Speech(bytes(2 * 16_000), 16_000, ((0, 0.0), (4, 0.25)))
PAGE = """<html lang="ro"><main>
<h1 data-dire data-parole="Bună. Intrați.">Bună</h1>
<p data-dire>Un  <b>cuvânt</b>
încă</p><p data-dire><span lang="fr">Le mot</span></p><p>Nespus</p>
<input data-consequence="Da."><input data-consequence="Oui.">
<script id="exercice" type="application/json">
{"reussite": "Bravo", "indices": ["Cherchez."], "ecarts": {"vide": ["Gol.", "Scrieți."]}, "dits": ["Da.", "Bravo"]}
</script></main>"""


@pytest.fixture
def voice(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "folder", lambda: tmp_path)
    speeches = []
    monkeypatch.setattr(speech, "is_able", lambda language: language != "tr")
    monkeypatch.setattr(speech, "say", lambda text, language: speeches.append((language, text)) or TONE)
    monkeypatch.setattr(speech, "mp3", lambda _: b"son" * 50)
    return tmp_path, speeches


def test_sentences_of_a_page_come_once_in_their_language():
    own_lines = [("Bună. Intrați.", "ro"), ("Un cuvânt încă", "ro"), ("Le mot", "fr")]
    answers = [
        ("Da.", "ro"),
        ("Oui.", "fr"),
        ("Bravo", "ro"),
        ("Cherchez.", "fr"),
        ("Gol.", "fr"),
        ("Scrieți.", "fr"),
    ]
    assert spoken.lines(PAGE) == own_lines + answers


def test_a_sentence_is_recorded_once_and_erased_once_no_page_says_it(voice):
    folder, speeches = voice
    books.Recorder(folder).write_book("fr", "pages", [("Bonjour.", "fr"), ("Merhaba", "tr")])
    again = books.Recorder(folder)
    again.write_book("fr", "pages", [("Bonjour.", "fr"), ("Entrez.", "fr")])
    assert speeches == [("fr", "Bonjour."), ("fr", "Entrez.")]
    written = json.loads((folder / "fr/pages.json").read_text())
    assert written["Bonjour."] == [f"fr/{books.name('Bonjour.')}.mp3", 1.0, [0, 0.0, 4, 0.25], 0]
    last = books.Recorder(folder)
    last.write_book("fr", "pages", [("Entrez.", "fr")])
    last.tidy()
    assert [path.stem for path in folder.glob("fr/*.mp3")] == [books.name("Entrez.")]


def test_a_page_names_its_book_only_where_something_was_recorded(client, db, voice):
    folder, _ = voice
    assert 'data-voix=""' in client.get("/apprendre/dire-qui-je-suis/").content.decode()
    for language, book in (("fr", "dire-qui-je-suis"), ("ro", "dire-qui-je-suis"), ("ro", "card")):
        books.Recorder(folder).write_book(language, book, [("Bonjour.", "fr")])
    for address, book in (
        ("/apprendre/dire-qui-je-suis/", "fr/dire-qui-je-suis"),
        ("/apprendre/dire-qui-je-suis/2/?lang=ro", "ro/dire-qui-je-suis"),
        ("/ma-carte/?lang=ro", "ro/card"),
    ):
        client.cookies.clear()
        assert f'data-voix="/voix/{book}.json?' in client.get(address).content.decode(), address


def test_a_recording_comes_by_parts_and_that_of_a_person_first(client, db, voice):
    folder, _ = voice
    name = f"{books.name('Bonjour.')}.mp3"
    books.Recorder(folder).write_book("fr", "pages", [("Bonjour.", "fr")])
    part = client.get(f"/voix/fr/{name}", headers={"Range": "bytes=0-1", "Accept-Encoding": "gzip"})
    assert (part.status_code, part["Content-Range"], part["Content-Type"]) == (
        206,
        "bytes 0-1/150",
        "audio/mpeg",
    )
    assert b"".join(part.streaming_content) == b"so" and "Content-Encoding" not in part
    (folder / "humaines/fr").mkdir(parents=True)
    (folder / "humaines/fr" / name).write_bytes(b"une personne")
    assert b"".join(client.get(f"/voix/fr/{name}").streaming_content) == b"une personne"
    assert books.Recorder(folder).write_book("fr", "pages", [("Bonjour.", "fr")])["Bonjour."][3] == 1
    assert client.get("/voix/fr/absente.mp3").status_code == 404
    assert client.get("/voix/fr/a-lire.csv").status_code == 404


def test_a_computer_that_cannot_speak_says_so(monkeypatch):
    from maillage.manage.commands import voix

    monkeypatch.setattr(speech, "is_able", lambda language: False)
    with pytest.raises(Refused, match="Aucune voix n’a été enregistrée"):
        voix.run(None)


def test_speech_tells_the_moment_of_each_word():
    pytest.importorskip("lameenc")
    pytest.importorskip("espeakng_loader")
    text = "Qui m’aide ? Vous pouvez vous tromper."
    for language in ("fr", "ro"):
        sound = speech.say(text, language)
        places = [place for place, _ in sound.words]
        moments = [second for _, second in sound.words]
        assert {"Qui", "pouvez", "tromper."} <= {text[place:].split()[0] for place in places}
        assert moments == sorted(moments) and 1 < moments[-1] < sound.seconds < 8
        assert speech.mp3(sound)[0] == 0xFF  # the first word of a frame of MP3
        assert len(speech.mp3(sound)) < 3_300 * sound.seconds + 2_000
