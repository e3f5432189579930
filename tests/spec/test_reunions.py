"""Votes of dates, late tasks, and the parts of a message that may name somebody."""

from datetime import UTC, date, datetime, timedelta

from pytest import mark, raises

from maillage.apps.community.rules import agenda, discussions, meetings
from maillage.apps.community.rules.meetings import MAYBE, NO, YES
from maillage.kernel.errors import Refused

title = "Se réunir, et se demander"

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_meetings_of_a_diagnosis_have_an_agenda(spec):
    """S-003, S-016 : un cadrage, un lancement, une restitution, un comité de pilotage ont un ordre du jour prêt, que
    l’on change ; une réunion ordinaire n’en a pas.

    Une restitution va de qui parle à la suite : présentation et méthode, habitants, offre, recommandations, suite.

    sorte    | sujets || réponse
    ---------+--------++--------
    meeting  | 0      ||       0
    framing  | 5      ||       5
    kickoff  | 4      ||       4
    feedback | 5      ||       5
    steering | 4      ||       4
    """
    spec.rows(lambda kind: len(meetings.AGENDAS.get(str(kind), ())))
    order = ["méthode", "habitants", "offre", "recommandons", "suite"]
    assert all(
        word in line.lower()
        for word, line in zip(order, meetings.agenda("feedback").splitlines(), strict=True)
    )


@mark.parametrize(
    ("answers", "best"),
    [
        (((YES, YES, NO), (YES, NO, NO)), {0}),
        (((YES, YES, NO), (YES, YES, MAYBE)), {1}),
        (((YES, NO), (MAYBE, MAYBE)), {0}),
        (((YES,), (YES,)), {0, 1}),
        (((NO,), (NO, NO)), set()),
        (((), ()), set()),
    ],
)
def test_best_dates_are_listed_and_never_chosen_alone(answers, best):
    """Le plus de « oui » d’abord ; à égalité, le moins de « non ». Deux dates à égalité sont montrées toutes
    les deux, et aucune quand personne ne peut : c’est qui réunit qui choisit."""
    assert meetings.best([meetings.tally(each) for each in answers]) == best


@mark.parametrize(
    ("days", "minutes", "accepted"),
    [((3,), 60, True), ((3, 3, 9), 60, True), ((-1,), 60, False), ((800,), 60, False), ((3,), 5, False)],
)
def test_a_date_is_to_come_and_not_too_far(days, minutes, accepted):
    """Une date passée, à plus de dix-huit mois, ou une réunion de cinq minutes sont refusées. La même date
    donnée deux fois n’en fait qu’une."""
    dates = [AT + timedelta(days=n) for n in days]
    if accepted:
        assert meetings.check_dates(dates, minutes=minutes, at=AT) == tuple(sorted(set(dates)))
    else:
        with raises(Refused):
            meetings.check_dates(dates, minutes=minutes, at=AT)


@mark.parametrize(
    ("day", "done", "late"),
    [(date(2026, 11, 19), False, True), (date(2026, 11, 20), False, False), (date(2026, 11, 1), True, False)],
)
def test_a_task_is_late_the_day_after_its_day(day, done, late):
    """Le jour dit, une tâche n’est pas encore en retard ; faite, elle ne l’est plus."""
    assert meetings.is_late(day, done=done, on=AT.date()) == late


@mark.parametrize(
    ("text", "marks"),
    [
        ("Mme Durand n’a plus de téléphone", ("un nom de famille",)),
        ("Rappelez-la au 06 12 34 56 78", ("un numéro de téléphone",)),
        ("Écrivez à a.durand@exemple.fr", ("une adresse e-mail",)),
        ("Née le 12 mars 1950, au 4 rue des Lilas", ("une date de naissance", "une adresse")),
        ("Son numéro d’allocataire est 1234567", ()),
        ("Son numéro d’allocataire est 12345678", ("un long numéro",)),
        ("La Caf a changé son écran le 12 mars 2026", ()),
        ("Madame la directrice est d’accord", ()),
        ("Appelez le 39 49", ()),
    ],
)
def test_what_may_name_a_person_is_pointed_at(text, marks):
    """Un nom après « Mme », un téléphone, une adresse, une date de naissance, un long numéro : on le montre
    avant d’envoyer. Ce n’est qu’un doute, la personne qui écrit décide."""
    assert discussions.personal_marks(text) == marks


def test_l_agenda_s_arrete_ou_il_le_dit(spec):
    """L’agenda s’arrête après 7, 30 ou 90 jours, et après 30 pour un nombre qui ne se choisit pas.

    Nous sommes le 22 novembre 2026.

    jours || réponse
    ------++-----------
    7     || 2026-11-29
    30    || 2026-12-22
    90    || 2027-02-20
    12    || 2026-12-22
    """
    spec.rows(lambda days: f"{agenda.until(datetime(2026, 11, 22), str(int(days))):%Y-%m-%d}")
