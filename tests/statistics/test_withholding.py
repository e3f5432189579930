"""The knowledge assumed before a count is published: what an edition printed, who came since, what nobody could
have answered.
"""

import numpy as np

from maillage.statistics.survey.protection import rule_of
from maillage.statistics.survey.tables import Counted
from maillage.statistics.survey.withholding import ANY, System, Variable, Withholding, _Decision

N = 60
HALVES = np.repeat([0, 1], 30)
Q = ("q", ANY)


def variable(name: str, codes: np.ndarray, **kwargs) -> Variable:
    """Return a question of one answer. codes: (n,) the answer of each, -1 for none."""
    members = codes[:, None] == np.arange(codes.max() + 1)
    names = tuple(str(k) for k in range(codes.max() + 1))
    return Variable(name=name, members=members, answered=codes >= 0, exclusive=True, names=names, **kwargs)


def withholding(*variables: Variable, tied) -> Withholding:
    rules = {each.name: each for each in variables}
    return Withholding(rules.__getitem__, rule_of("inhabitants"), tied)


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
    rules = withholding(ticked, variable("q", HALVES), tied=lambda _: (key, Q))
    decision = _Decision(rules, ((key, Q),))

    def read(of, edition):
        return [(int(decision.people[mask].sum()), n) for mask, n in decision._published(of, edition)]

    assert read(key, printed("m", a=25, b=40)) == [(25, 25)]
    assert read(Q, printed("q", _0=30, _1=30)) == [(30, 30), (30, 30)]


def test_the_few_who_came_since_an_edition_are_a_secret_and_the_many_are_none():
    """La réponse 0 passe de 24 à 30 : ces six ne se devinent pas. La réponse 1 passe de 10 à 30."""
    axis = (Q, ("r", ANY))
    rules = withholding(variable("q", HALVES), variable("r", HALVES), tied=lambda _: axis)
    decision = _Decision(rules, (axis,))
    masks = np.array([decision.mask([(Q, (k,))]) for k in (0, 1)])
    system = System(decision.people.astype(float), [np.ones(len(decision.people))])
    since_edition = decision._since([printed("q", _0=24, _1=10)], system, masks)
    since = [np.concatenate([np.zeros(len(decision.people)), mask]).tolist() for mask in masks]
    secret_rows = [secret.row.tolist() for secret in since_edition.secrets]
    assert [each in secret_rows for each in since] == [True, False]


def test_what_nobody_could_answer_is_known_whatever_is_tied_to_it():
    """« r », que « s » redit, n’est pas demandée à qui répond 1 à « p », que « q » redit."""
    first_axis, then = (Q, ("p", ANY)), (("s", ANY), ("r", ANY))
    silent = np.where(HALVES == 1, -1, np.arange(N) % 2)
    rules = withholding(
        variable("q", HALVES),
        variable("p", HALVES, never={"r": (1,)}),
        variable("s", silent),
        variable("r", silent),
        tied=lambda key: first_axis if key[0] in "pq" else then,
    )
    decision = _Decision(rules, (first_axis, then))
    never = decision._within(0, (("p", ANY), (1,)))[decision.place[0]]
    answered = decision._within(1, (("r", ANY), ANY))[decision.place[1]]
    assert (never & answered).any()
    assert not (decision.possible & never & answered).any()


def test_a_margin_of_one_class_is_withheld():
    """Tous sont de la même classe : le dire dirait de chacun où il est."""
    axis = (Q, ("§a", ANY))
    for classes, is_published in ((np.zeros(N, dtype=int), False), (HALVES, True)):
        rules = withholding(
            variable("§a", classes, margin=True), variable("q", np.arange(N) % 2), tied=lambda _: axis
        )
        assert rules.tells_margin("§a") is is_published
