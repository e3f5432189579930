"""Ce qu’on garde, combien de temps, et ce qui peut s’écrire : personnes, périmètres, réponses, études."""

from datetime import UTC, date, datetime
from uuid import UUID

from maillage.apps.dossiers import rules as dossiers
from maillage.apps.people import rules as people
from maillage.apps.surveys.rules import Sent
from maillage.apps.territories import rules as territories

title = "Garder, et ne plus garder"


def test_a_person_is_forgotten_after_two_years_without_activity(spec):
    """Sans activité depuis deux ans, plus rien ne dit qui est la personne ; un 29 février compte comme un
    28.
    """
    spec(
        """
        aujourd’hui
        -----------
        2026-11-20
        2028-02-29
        2026-02-28
        """,
        lambda t: [
            f"{people.forget_before(datetime.fromisoformat(day)):%Y-%m-%d}"
            for day in t["aujourd’hui"].tolist()
        ],
        ["2024-11-20", "2026-02-28", "2024-02-28"],
    )


def test_a_year_of_birth_is_that_of_somebody_alive(spec):
    """Une année de naissance va de 115 ans à l’année en cours ; elle peut ne pas être dite."""
    spec(
        """
        née en
        ------
          1910
          1911
          2026
          2027
        """,
        lambda t: ["oui" if people.born_in(int(year), date(2026, 11, 20)) else "non" for year in t["née en"]],
        ["non", "oui", "oui", "non"],
    )
    assert people.born_in(None, date(2026, 11, 20))


def test_a_name_that_stands_in_an_address(spec):
    """Le nom d’un périmètre dans une adresse : trois à soixante et un signes, une lettre d’abord, pas de
    majuscule ni d’accent.
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
    spec(
        """
        nom
        ---------------
        vallee
        deux lettres
        trois lettres
        61 lettres
        62 lettres
        3-vallees
        Vallee
        vallée
        la-vallee-2
        vallee, à la ligne
        """,
        lambda _: ["oui" if territories.is_slug(name) else "non" for name in names],
        ["oui", "non", "oui", "oui", "non", "non", "non", "non", "oui", "non"],
    )


def sent(**other: object) -> Sent:
    known = {"uid": UUID(int=1), "version": 1, "channel": "street", "values": {"q1": "oui", "q2": ""}}
    return Sent(**{**known, **other})  # type: ignore[arg-type]


def test_two_answers_of_one_number_are_distinguished(spec):
    """Deux envois du même numéro sont la même réponse si tout ce qui est dit est pareil ; les heures n’en
    sont pas.

    Ce qui change d’un envoi à l’autre.
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
        """
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
        """,
        lambda _: [
            "la même" if sent(**change).digest == sent().digest else "une autre" for change in changes
        ],
        ["la même"] * 4 + ["une autre"] * 7,
    )


def test_a_study_is_plain_or_not(spec):
    """Une étude est ordinaire si elle ne choisit ni autre définition, ni filtre, ni poids ; mêmes entrées,
    même clef.
    """
    plain = {"definition": dossiers.DEFAULT, "inside": "", "weights": {}, "place": "38151"}
    variants = [{}, {"definition": "x"}, {"inside": "qpv"}, {"weights": {"age": 1}}, {"place": "38185"}]
    spec(
        """
        ce qui change
        --------------
        rien
        la définition
        un filtre
        un poids
        le territoire
        """,
        lambda _: [
            f"{'ordinaire' if dossiers.is_plain(plain | other) else 'choisie'}, "
            f"{'même' if dossiers.key_of(plain | other) == dossiers.key_of(plain) else 'autre'} clef"
            for other in variants
        ],
        [
            "ordinaire, même clef",
            "choisie, autre clef",
            "choisie, autre clef",
            "choisie, autre clef",
            "ordinaire, autre clef",
        ],
    )
    assert len(dossiers.key_of(plain)) == 20
