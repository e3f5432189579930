"""Ce qu’on garde, combien de temps, et ce qui peut s’écrire : personnes, périmètres, réponses, études."""

from datetime import UTC, date, datetime
from uuid import UUID

from maillage.apps.dossiers import rules as dossiers
from maillage.apps.people.persons import rules as people
from maillage.apps.surveys.rules import Sent
from maillage.apps.territories import rules as territories

title = "Garder, et ne plus garder"


def test_a_person_is_forgotten_after_two_years_without_activity(spec):
    """Sans activité depuis deux ans, plus rien ne dit qui est la personne ; un 29 février compte comme un 28.

    aujourd’hui || réponse
    ------------++-----------
    2026-11-20  || 2024-11-20
    2028-02-29  || 2026-02-28
    2026-02-28  || 2024-02-28
    """
    spec.rows(lambda day: f"{people.forget_before(datetime.fromisoformat(day)):%Y-%m-%d}")


def test_a_year_of_birth_is_that_of_somebody_alive(spec):
    """Une année de naissance va de 115 ans à l’année en cours ; elle peut ne pas être dite.

    née en || réponse
    -------++--------
      1910 || non
      1911 || oui
      2026 || oui
      2027 || non
    """
    spec.rows(lambda year: "oui" if people.born_in(int(year), date(2026, 11, 20)) else "non")
    assert people.born_in(None, date(2026, 11, 20))


def test_a_name_that_stands_in_an_address(spec):
    """Le nom d’un périmètre dans une adresse : trois à soixante et un signes, une lettre d’abord, pas de
    majuscule ni d’accent.

    nom                || réponse
    -------------------++--------
    vallee             || oui
    deux lettres       || non
    trois lettres      || oui
    61 lettres         || oui
    62 lettres         || non
    3-vallees          || non
    Vallee             || non
    vallée             || non
    la-vallee-2        || oui
    vallee, à la ligne || non
    """
    names = (
        "vallee",
        "ab",
        "abc",
        "a" * 61,
        "a" * 62,
        "3-vallees",
        "Vallee",
        "vallée",
        "la-vallee-2",
        "vallee\n",
    )
    spec(lambda _: ["oui" if territories.is_slug(name) else "non" for name in names])


def sent(**other: object) -> Sent:
    known = {"uid": UUID(int=1), "version": 1, "channel": "street", "values": {"q1": "oui", "q2": ""}}
    return Sent(**{**known, **other})  # type: ignore[arg-type]


def test_two_answers_of_one_number_are_distinguished(spec):
    """Deux envois du même numéro sont la même réponse si tout ce qui est dit est pareil ; les heures n’en
    sont pas.

    Ce qui change d’un envoi à l’autre.

    ce qui change
    -----------------------
    l’ordre des questions
    l’heure du début
    l’heure de la fin
    le numéro
    une réponse
    la version
    le canal
    le lieu
    la langue
    la feuille
    le poids
    """
    at = datetime(2026, 11, 20, tzinfo=UTC)
    changes = [
        {"values": {"q2": "", "q1": "oui"}},
        {"begun_at": at},
        {"ended_at": at},
        {"uid": UUID(int=2)},
        {"values": {"q1": "non", "q2": ""}},
        {"version": 2},
        {"channel": "phone"},
        {"place": 3},
        {"language": "ar"},
        {"form": "12"},
        {"weight": 2.0},
    ]
    spec(
        lambda _: [
            "la même" if sent(**change).digest == sent().digest else "une autre" for change in changes
        ],
        ["la même"] * 4 + ["une autre"] * 7,
    )


def test_a_study_is_plain_or_not(spec):
    """Une étude est ordinaire si elle ne choisit ni autre définition, ni filtre, ni poids ; mêmes entrées,
    même clef.

    ce qui change  || réponse
    ---------------++----------------------
    rien           || ordinaire, même clef
    la définition  || choisie, autre clef
    un filtre      || choisie, autre clef
    un poids       || choisie, autre clef
    le territoire  || ordinaire, autre clef
    """
    plain = {"definition": dossiers.DEFAULT, "inside": "", "weights": {}, "place": "38151"}
    variants = [{}, {"definition": "x"}, {"inside": "qpv"}, {"weights": {"age": 1}}, {"place": "38185"}]
    spec(
        lambda _: [
            f"{'ordinaire' if dossiers.is_plain(plain | other) else 'choisie'}, "
            f"{'même' if dossiers.key_of(plain | other) == dossiers.key_of(plain) else 'autre'} clef"
            for other in variants
        ]
    )
    assert len(dossiers.key_of(plain)) == 20
