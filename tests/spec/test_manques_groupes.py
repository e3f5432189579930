"""Des services dont les fourchettes ne permettent pas de choisir sont dits ensemble : un constat, une première chose
à faire, jamais un classement.
"""

from typing import Any

from maillage.publishing.territory.service_groups import ServiceGroup, grouped
from tests.support.offers import line

title = "Les manques, par réponse"


def groups_of(t: dict[str, Any]) -> list[ServiceGroup]:
    """Return the groups of lines of the offer, from the least and the most people without each."""
    return grouped(
        [
            line(
                service,
                label=service,
                state="ici",
                missing_low=low,
                missing_high=high,
                missing=f"{low:.0f} – {high:.0f}",
            )
            for service, low, high in zip(t["service"], t["bas"], t["haut"], strict=True)
        ]
    )


def ranks(t: dict[str, Any]) -> list[str]:
    """Return the group of each service and how sure its answer is, in the order of the table."""
    by_service = {
        each.id: f"{k} {group.verdict}" for k, group in enumerate(groups_of(t), 1) for each in group.lines
    }
    return [by_service[service] for service in t["service"]]


def test_services_that_share_an_answer_are_one_group(spec):
    """Un manque sûr passe devant ; deux manques dont les fourchettes se recouvrent sont à égalité ; toutes les fourchettes
    trop larges font une seule réponse ; un service dont personne ne manque vient en dernier.

    service              | bas | haut || réponse
    ---------------------+-----+------++-----------------------------
    wifi                 | 200 | 3800 || 3 On ne sait pas encore
    formation            | 200 | 3800 || 3 On ne sait pas encore
    libre_acces_autonome | 0   | 900  || 3 On ne sait pas encore
    assistance           | 600 | 900  || 1 Manques certains, à égalité
    orientation          | 500 | 700  || 1 Manques certains, à égalité
    equipement_solidaire | 300 | 400  || 2 Manque certain
    reparation           | 0   | 0    || 4 Personne n’en manque
    """
    spec(ranks)


def test_a_group_tells_its_people_once(spec):
    """La fourchette d’un groupe va du plus bas de ses services au plus haut ; « selon le service » dit qu’ils diffèrent.

    service   | bas | haut
    ----------+-----+------
    wifi      | 200 | 3800
    formation | 0   | 900
    """
    spec(
        lambda t: [
            x.fact("à portée de marche").replace("\u202f", " ").replace("\xa0", " ") for x in groups_of(t)
        ],
        [
            "De 0 à 3 800 personnes concernées, selon le service, n’en ont pas à portée de marche : c’est trop"
            " large pour choisir."
        ],
    )
