"""What is taken for known before a count is published: what an edition printed, who came since, what nobody could
have answered.
"""

import numpy as np

from maillage.studies.survey.protection import rule_of
from maillage.studies.survey.tables import Counted
from maillage.studies.survey.withholding import ANY, System, Variable, Withholding, _Decision

N = 60
HALVES = np.repeat([0, 1], 30)
Q = ("q", ANY)


def variable(name: str, codes: np.ndarray, **told) -> Variable:
    """Return a question of one answer. codes: (n,) the answer of each, -1 for none."""
    members = codes[:, None] == np.arange(codes.max() + 1)
    names = tuple(str(k) for k in range(codes.max() + 1))
    return Variable(name=name, members=members, answered=codes >= 0, exclusive=True, names=names, **told)


def withholding(*variables: Variable, tied) -> Withholding:
    held = {each.name: each for each in variables}
    return Withholding(held.__getitem__, rule_of("inhabitants"), tied)


def printed(question: str, **counts: int) -> Counted:
    cells = {(name.removeprefix("_"), ""): n for name, n in counts.items()}
    return Counted(question=question, by="", n=None, groups={}, cells=cells, edition=1)


def test_each_count_that_an_edition_printed_is_of_those_who_gave_the_answer():
    """Vingt-cinq sur soixante cochent « a » : c’est ce que le tableau imprime, et non les trente-cinq autres."""
    members = np.stack([np.arange(N) < 25, np.arange(N) >= 20], axis=1)
    ticked = Variable(
        name="m", members=members, answered=np.ones(N, dtype=bool), exclusive=False, names=("a", "b")
    )
    key = ("m", (0,))
    held = withholding(ticked, variable("q", HALVES), tied=lambda _: (key, Q))
    made = _Decision(held, ((key, Q),))

    def read(of, told):
        return [(int(made.people[mask].sum()), n) for mask, n in made._published(of, told)]

    assert read(key, printed("m", a=25, b=40)) == [(25, 25)]
    assert read(Q, printed("q", _0=30, _1=30)) == [(30, 30), (30, 30)]


def test_the_few_who_came_since_an_edition_are_a_secret_and_the_many_are_none():
    """La réponse 0 passe de 24 à 30 : ces six ne se devinent pas. La réponse 1 passe de 10 à 30."""
    axis = (Q, ("r", ANY))
    held = withholding(variable("q", HALVES), variable("r", HALVES), tied=lambda _: axis)
    made = _Decision(held, (axis,))
    masks = np.array([made.mask([(Q, (k,))]) for k in (0, 1)])
    system = System(made.people.astype(float), [np.ones(len(made.people))])
    found = made._since([printed("q", _0=24, _1=10)], system, masks)
    since = [np.concatenate([np.zeros(len(made.people)), mask]).tolist() for mask in masks]
    told = [secret.row.tolist() for secret in found.secrets]
    assert [each in told for each in since] == [True, False]


def test_what_nobody_could_answer_is_known_whatever_is_tied_to_it():
    """« r », que « s » redit, n’est pas demandée à qui répond 1 à « p », que « q » redit."""
    asked, then = (Q, ("p", ANY)), (("s", ANY), ("r", ANY))
    silent = np.where(HALVES == 1, -1, np.arange(N) % 2)
    held = withholding(
        variable("q", HALVES),
        variable("p", HALVES, never={"r": (1,)}),
        variable("s", silent),
        variable("r", silent),
        tied=lambda key: asked if key[0] in "pq" else then,
    )
    made = _Decision(held, (asked, then))
    never = made._within(0, (("p", ANY), (1,)))[made.place[0]]
    answered = made._within(1, (("r", ANY), ANY))[made.place[1]]
    assert (never & answered).any()
    assert not (made.possible & never & answered).any()


def test_a_margin_of_one_class_is_not_told():
    """Tous sont de la même classe : le dire dirait de chacun où il est."""
    axis = (Q, ("§a", ANY))
    for classes, told in ((np.zeros(N, dtype=int), False), (HALVES, True)):
        held = withholding(
            variable("§a", classes, margin=True), variable("q", np.arange(N) % 2), tied=lambda _: axis
        )
        assert held.tells_margin("§a") is told
