"""Qui est formé, qui risque de partir, et pourquoi une mission convient à quelqu’un."""

from collections import Counter
from datetime import date, timedelta

from maillage.apps.volunteering.volunteers.rules import missions, trainings

title = "Aidants et bénévoles"
DAY = date(2026, 11, 22)


def read(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def test_an_attestation_stands_until_its_last_day(spec):
    """Une attestation vaut jusqu’à son dernier jour compris ; trois mois avant, elle est « à refaire bientôt ».

    Nous sommes le 22 novembre 2026. « prevue » : une place est gardée à une session à venir.

    jusqu_au   | prevue || réponse
    -----------+--------++------------------
    2027-11-22 | non    || à jour
    2026-11-22 | non    || à refaire bientôt
    2026-11-21 | non    || à refaire
    2026-11-21 | oui    || prévue
               | oui    || prévue
               | non    || aucune
    """
    spec.rows(
        lambda until, planned: trainings.STANDINGS[
            trainings.standing([each for each in (read(str(until)),) if each], planned == "oui", DAY)
        ]
    )


def counted(t) -> dict[str, list]:
    rows = [
        trainings.Helper(
            kind=kind, standing=standing, frame=frame, contract=contract, ends_on=read(str(until))
        )
        for kind, standing, frame, contract, until in zip(
            t["statut"], t["formation"], t["cadre"], t["contrat"], t["fin"], strict=True
        )
    ]
    indicators = trainings.counts(Counter(rows), DAY)
    return {
        "indicateur": [each.id for each in indicators],
        "part": [each.part for each in indicators],
        "sur": [each.denominator for each in indicators],
        "non_dit": [each.unknown for each in indicators],
    }


def test_share_denominators_leave_out_unknown_answers(spec):
    """Chaque part a son dénominateur. Un bénévole n’a pas de contrat, un proche ne compte qu’avec les proches, et ce
    que personne n’a dit n’entre pas dans le calcul : il est écrit à part.

    statut    | formation | cadre   | contrat   | fin
    ----------+-----------+---------+-----------+-----------
    salaried  | current   | framed  | permanent |
    salaried  | planned   | none    | fixed     | 2027-03-01
    adviser   | over      | unknown | fixed     | 2027-09-01
    adviser   | none      | none    | unknown   |
    volunteer | ending    | framed  | unknown   |
    relative  | current   | unknown | unknown   |
    """
    spec(
        counted,
        """
        indicateur | part | sur | non_dit
        -----------+------+-----+--------
        trained    |    2 |   5 |       0
        planned    |    1 |   5 |       0
        unframed   |    2 |   4 |       1
        turnover   |    1 |   3 |       1
        relatives  |    0 |   1 |       0
        """,
    )


def suits(days, skills, spoken, km):
    need = missions.Need(
        half_days=frozenset({"1-am", "3-pm"}),
        skills=frozenset({"listen", "mail"}),
        languages=frozenset({"ar"}),
        starts_on=DAY,
        ends_on=DAY + timedelta(days=90),
    )
    offer = missions.Offer(
        half_days=frozenset(str(days).split()),
        skills=frozenset(str(skills).split()),
        languages=frozenset(str(spoken).split()),
    )
    match = missions.match(need, offer, km=float(km), on=DAY)
    return "non" if match is None else " ; ".join(match.reasons)


def test_a_mission_suits_somebody_for_reasons_that_both_read(spec):
    """Une mission demande le mardi matin ou le jeudi après-midi, l’arabe, et il est utile d’écouter et de connaître le mail.

    Une demi-journée commune suffit, un savoir-faire qui manque s’apprend ; une langue nécessaire, ou plus de 15 km,
    excluent. Rien de dit n’exclut personne.

    jours | sait   | parle | km
    ------+--------+-------+-----
    1-am  | mail   | fr ar | 0.4
    2-am  | mail   | fr ar | 0.4
    1-am  | mail   | fr    | 0.4
    1-am  | mail   | fr ar | 15.5
          | repair | fr ar | 3.0
    """
    spec.rows(
        suits,
        [
            "Dans la même commune ; Libre en même temps : mardi matin ; Sait déjà : le mail"
            " ; À apprendre ensemble : écouter, accueillir",
            "non",
            "non",
            "non",
            "À 3 km à vol d’oiseau ; Les demi-journées sont à convenir"
            " ; À apprendre ensemble : écouter, accueillir · le mail",
        ],
    )


def test_le_francais_est_parle_de_qui_n_a_rien_dit():
    """Une mission en français convient à qui n’a nommé aucune langue."""
    need = missions.Need(
        half_days=frozenset(), skills=frozenset(), languages=frozenset({"fr"}), starts_on=DAY, ends_on=DAY
    )
    offer = missions.Offer(half_days=frozenset(), skills=frozenset(), languages=frozenset())
    assert missions.match(need, offer, km=0.4, on=DAY) is not None


def test_des_mois_plus_tard_est_le_meme_jour_ou_le_dernier_du_mois(spec):
    """Une attestation vaut des mois entiers : le même jour, ou le dernier jour d’un mois plus court.

    jour       | mois || réponse
    -----------+------++-----------
    2026-01-31 |    2 || 2026-03-31
    2026-01-31 |    3 || 2026-04-30
    2027-10-29 |    4 || 2028-02-29
    2026-08-31 |    6 || 2027-02-28
    2026-01-15 |   24 || 2028-01-15
    """
    spec.rows(lambda day, months: trainings.add_months(date.fromisoformat(str(day)), int(months)).isoformat())
