"""Qui peut faire quoi, et où : un droit vient d’un rôle, pour une structure, pour un territoire, ou partout."""

from typing import Any

from maillage.apps.directory.memberships.rules import (
    BY_STRUCTURE,
    BY_TERRITORY,
    EVERYWHERE,
    ROLES,
    STRUCTURE,
    TERRITORY,
)
from maillage.apps.platform.accounts.rules import journal
from maillage.apps.platform.accounts.rules.rights import RIGHTS, Grant, Rights
from maillage.apps.steering.plans import access as plans
from maillage.apps.surveys import access as surveys
from maillage.apps.volunteering.grants import access as grants

title = "Les droits de chacun"

OVER = {STRUCTURE: "une structure", TERRITORY: "un territoire", EVERYWHERE: "partout"}
LIBRARY, CCAS = 1, 2
GRANTS = Rights(
    (
        Grant(rights=frozenset({"people.see"}), structure=LIBRARY),
        Grant(rights=frozenset({"directory.edit"}), communes=frozenset({"38151", "38185"})),
        Grant(rights=frozenset({"surveys.run"}), communes=None),
        Grant(rights=frozenset({"measures.see"}), communes=frozenset({"38151"})),
        Grant(rights=frozenset({"measures.see"}), communes=frozenset({"38185"})),
    )
)


def test_right_holds_only_where_it_was_granted(spec):
    """Un droit tient pour la structure ou les communes où il a été donné, nulle part ailleurs ; donné
    partout, il tient partout.

    Ce compte voit les personnes de la structure 1, corrige les fiches de deux communes, mène des enquêtes
    partout.

    droit          | structure | commune || réponse
    ---------------+-----------+---------++--------
    people.see     | 1         | -       || oui
    people.see     | 2         | -       || non
    people.see     | -         | 38151   || non
    people.see     | -         | -       || non
    directory.edit | -         | 38151   || oui
    directory.edit | -         | 38001   || non
    directory.edit | 1         | -       || non
    directory.edit | 2         | 38185   || oui
    surveys.run    | -         | 38001   || oui
    surveys.run    | -         | -       || oui
    members.manage | 1         | 38151   || non
    """
    spec.rows(
        lambda right, structure, commune: (
            "oui"
            if GRANTS.may(
                right,
                structure=None if structure == "-" else int(structure),
                commune="" if commune == "-" else commune,
            )
            else "non"
        )
    )


def test_where_a_right_holds(spec):
    """D’un droit, on sait pour quelles structures et dans quelles communes il tient ; les communes de deux
    rôles s’ajoutent.

    droit          || réponse
    ---------------++-----------------------------------------------------
    people.see     || people.see : structures [1], communes aucune
    directory.edit || directory.edit : structures [], communes 38151 38185
    measures.see   || measures.see : structures [], communes 38151 38185
    surveys.run    || surveys.run : structures [], communes partout
    members.manage || members.manage : structures [], communes aucune
    """

    def places(right: str) -> str:
        communes = GRANTS.communes(right)
        where = "partout" if communes is None else " ".join(sorted(communes)) or "aucune"
        return f"{right} : structures {sorted(GRANTS.structures(right))}, communes {where}"

    spec.rows(lambda right: places(right))
    assert GRANTS.any("members.manage", "people.see")
    assert not GRANTS.any("members.manage", "network.run")
    assert not Rights().any(*RIGHTS)


def test_what_each_role_may_do(spec):
    """Un rôle vaut pour une structure, un territoire, ou partout ; seuls ceux d’une structure voient des
    personnes.

    rôle
    --------------
    aidant
    prescripteur
    formation
    benevole
    gestionnaire
    coordination
    pedagogie
    analyste
    administration
    """

    def call(t: dict[str, Any]) -> dict[str, list[str]]:
        some = [ROLES[id] for id in t["rôle"].tolist()]
        assert set(ROLES) == set(t["rôle"].tolist())
        assert tuple(id for id, role in ROLES.items() if role.over == STRUCTURE) == BY_STRUCTURE
        assert BY_TERRITORY == ("coordination", "pedagogie", "analyste")
        assert all(role.rights <= set(RIGHTS) for role in some)
        return {
            "pour": [OVER[role.over] for role in some],
            "voit des personnes": ["oui" if role.sees_people else "non" for role in some],
            "droits": [" ".join(sorted(role.rights)) for role in some],
        }

    spec(
        call,
        """
        pour          | voit des personnes | droits
        --------------+--------------------+-----------------------------------------------------
        une structure | oui | orientations.answer people.see workshops.manage
        une structure | oui | people.see
        une structure | oui | modules.write orientations.answer people.see workshops.manage
        une structure | oui | people.mine
        une structure | oui | directory.edit members.manage orientations.answer people.see workshops.manage
        un territoire | non | directory.edit directory.import measures.see members.manage modules.edit surveys.run territory.edit
        un territoire | non | modules.edit
        un territoire | non | measures.see surveys.run territory.edit
        partout       | non | directory.edit directory.import measures.see members.manage modules.edit network.run surveys.run territory.edit
        """,
    )


def test_who_publishes_what(spec):
    """S-020 : ce qui paraît a été relu par quelqu’un dont c’est le droit. Qui le peut est écrit ici, rôle par rôle ; pour
    les autres, le bouton n’existe pas.

    Une fiche proposée, une correction signalée par un passant, une réponse d’enquête ne paraissent jamais seules.

    ce qui paraît           || réponse
    ------------------------++-----------------------------------------
    la fiche d’un lieu      || gestionnaire coordination administration
    un import de lieux      || coordination administration
    le plan d’action        || coordination analyste administration
    un appel à projets      || coordination analyste administration
    une enquête             || coordination analyste administration
    un atelier              || aidant formation gestionnaire
    un module du territoire || coordination pedagogie administration
    """
    gates = {
        "la fiche d’un lieu": "directory.edit",
        "un import de lieux": "directory.import",
        "le plan d’action": plans.LEADS,
        "un appel à projets": grants.LEADS,
        "une enquête": surveys.RUN,
        "un atelier": "workshops.manage",
        "un module du territoire": "modules.edit",
    }

    def call(t: dict[str, Any]) -> list[str]:
        assert list(gates) == t["ce qui paraît"].tolist()
        return [
            " ".join(id for id, role in ROLES.items() if gates[what] in role.rights)
            for what in t["ce qui paraît"].tolist()
        ]

    spec(call)


def test_the_journal_proves_itself(spec):
    """Chaque ligne du journal porte l’empreinte de la précédente : en changer une change toutes les
    suivantes.

    ligne
    ---------
    mandat
    fiche
    accès
    """

    def call(t: dict[str, Any]) -> list[str]:
        def chain(words: list[str]) -> str:
            last = ""
            for word in words:
                last = journal.digest(last, words=word, row=1)
            return last

        lines = t["ligne"].tolist()
        changed = ["annuaire", *lines[1:]]
        return [
            "pareil" if chain(lines) == chain(other) else "autre"
            for other in (lines, changed, lines[::-1], lines[1:])
        ]

    spec(call, ["pareil", "autre", "autre", "autre"])
    assert journal.digest("a", words="b") != journal.digest("ab", words="")
