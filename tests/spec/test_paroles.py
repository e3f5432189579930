"""Quotes of the founding studies, written beside the figure that each nuances."""

from pytest import mark

from maillage.apps.dossiers import rules
from maillage.reference import voices

title = "Citer ce qu’un acteur a dit"

SPEAKER = "(Acteurs de l’action sociale, Grenoble et 16 communes voisines, 2015, redit)"


@mark.parametrize(
    ("typed", "read"),
    [
        ("Rien à citer.", "Rien à citer."),
        ("Ici aussi : [X-050].", f"Ici aussi : « Vers qui les envoyer ? Je n’en sais rien. » {SPEAKER}."),
        ("[x-050]", f"« Vers qui les envoyer ? Je n’en sais rien. » {SPEAKER}"),
        ("[X-999]", "[X-999]"),
        ("[1] n’est pas une parole", "[1] n’est pas une parole"),
    ],
)
def test_a_number_in_brackets_gives_the_words_and_who_speaks(typed, read):
    """Dans un commentaire, un numéro entre crochets devient les mots, qui parle, où et quand."""
    assert rules.with_voices(typed) == read


def test_words_of_some_say_of_whom():
    """« Ce n’est pas pour moi » : l’étude ne le dit que des moins à l’aise qui ne souhaitent pas se former, pas des habitants."""
    speakers = (
        "(Habitants les moins à l’aise, qui ne souhaitent pas se former, Maubeuge-Val de Sambre, 2021, redit)"
    )
    assert rules.with_voices("[X-042]").endswith(speakers)


def test_unknown_voice_number_is_reported():
    """Un numéro que la bibliothèque n’a pas est dit à qui l’écrit."""
    assert rules.unknown_voices("[X-050] puis [X-999] et [X-055b]") == ["X-999"]


@mark.parametrize(
    ("criteria", "voice_ids"),
    [
        ({"words": "enseignerait quoi"}, []),
        ({"words": "wikipedia"}, ["X-012"]),
        ({"words": "EQUIPEES salles"}, ["X-053"]),
        ({"theme": "metier", "speaker_id": "digital"}, ["X-052"]),
        ({"theme": "metier", "place": "Strasbourg"}, ["X-029"]),
    ],
)
def test_they_are_found_by_subject_speaker_place_and_words(criteria, voice_ids):
    """On les trouve par sujet, par qui parle, par lieu et par mots, accents oubliés."""
    assert [voice.id for voice in voices.chosen(**criteria)] == voice_ids


def test_each_says_where_it_stands():
    """Chacune dit son document et ses lignes : cinquante-cinq demandées, la dernière tient cinq expressions."""
    assert len(voices.voices()) == 59
    assert all(voice.lines and voice.says and voice.place for voice in voices.voices().values())
