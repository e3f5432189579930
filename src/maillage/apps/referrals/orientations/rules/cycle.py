"""The life of a referral: its states, the table of its moves, its delays and its closed lists.

Source: docs/methods/orienter.md, docs/decisions/0017-the-life-of-a-referral.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from maillage.reference import holidays
from maillage.words.languages import to_say

DRAFT, SENT, VIEWED, ACCEPTED, REFUSED, REDIRECTED = (
    "draft",
    "sent",
    "seen",
    "accepted",
    "refused",
    "redirected",
)
APPOINTED, CAME, ABSENT, SERVED, CLOSED = "appointed", "came", "absent", "served", "closed"
EXPIRED, CANCELLED, UNSOLVED = "expired", "cancelled", "unsolved"
STATES: Mapping[str, str] = {
    DRAFT: "préparée",
    SENT: "envoyée",
    VIEWED: "vue",
    ACCEPTED: "acceptée",
    REFUSED: "refusée",
    REDIRECTED: "autre lieu proposé",
    APPOINTED: "rendez-vous pris",
    CAME: "présence notée",
    ABSENT: "absence notée",
    SERVED: "aide donnée",
    CLOSED: "terminée",
    EXPIRED: "sans réponse",
    CANCELLED: "annulée",
    UNSOLVED: "sans solution",
}
# What DORA calls each state; '' where it has no word: these are not given to it.
DORA: Mapping[str, str] = {
    **dict.fromkeys((SENT, VIEWED), "OUVERTE"),
    **dict.fromkeys((ACCEPTED, APPOINTED, CAME, ABSENT, SERVED, CLOSED), "VALIDÉE"),
    **dict.fromkeys((REFUSED, REDIRECTED), "REFUSÉE"),
    EXPIRED: "EXPIRÉE",
    **dict.fromkeys((DRAFT, CANCELLED, UNSOLVED), ""),
}

SENDER, RECEIVER, PERSON, PLATFORM, NOBODY = "sender", "receiver", "person", "platform", ""
SIDES: Mapping[str, str] = {
    SENDER: "la structure qui oriente",
    RECEIVER: "le lieu qui reçoit",
    PERSON: "la personne",
    PLATFORM: "Maillage",
    NOBODY: "personne",
}


@dataclass(frozen=True, slots=True)
class Move:
    """An action. by: the sides that may do it; since: the states it starts from; to: the state it leads to,
    '' for the same; next_side: who must then act, None for the same; label: in French, after the author.
    """

    by: tuple[str, ...]
    since: tuple[str, ...]
    to: str
    next_side: str | None
    label: str


UNANSWERED = (SENT, VIEWED)
DATING = ("appoint", "move")  # the moves that set a date
MET = (CAME, ABSENT)
RUNNING = (*UNANSWERED, ACCEPTED, APPOINTED, *MET)
BACK = (REFUSED, REDIRECTED, EXPIRED)  # it is for the sender again
OVER = (CLOSED, CANCELLED, UNSOLVED)
UNSHARED = (*BACK, CANCELLED)  # the place receives nobody: what was shared of the person is taken back

# Who answers: the place; or whoever sends, for a place that only speaks: by telephone, or to the person with
# a card (`TOLD_BY`).
ANSWERING = (RECEIVER, SENDER)

BY_PLACE = ("accept", "refuse", "redirect", "appoint", "move")  # of these, what the place decides

# The table of the whole life: one line a gesture.
MOVES: Mapping[str, Move] = {
    "prepare": Move((SENDER,), (), DRAFT, SENDER, to_say("a préparé l’orientation")),
    "send": Move((SENDER,), (DRAFT,), SENT, RECEIVER, to_say("a envoyé l’orientation")),
    "see": Move((RECEIVER,), (SENT,), VIEWED, None, to_say("a vu l’orientation")),
    "accept": Move(ANSWERING, UNANSWERED, ACCEPTED, RECEIVER, to_say("a accepté de recevoir la personne")),
    "refuse": Move(
        ANSWERING, (*UNANSWERED, ACCEPTED, APPOINTED, ABSENT), REFUSED, SENDER, to_say("a refusé")
    ),
    "redirect": Move(
        ANSWERING,
        (*UNANSWERED, ACCEPTED, ABSENT, CAME),
        REDIRECTED,
        SENDER,
        to_say("a proposé un autre lieu"),
    ),
    "appoint": Move(
        ANSWERING, (*UNANSWERED, ACCEPTED, ABSENT), APPOINTED, RECEIVER, to_say("a donné un rendez-vous")
    ),
    "move": Move(ANSWERING, (APPOINTED,), APPOINTED, RECEIVER, to_say("a changé le rendez-vous")),
    "came": Move(
        ANSWERING,
        (*UNANSWERED, ACCEPTED, APPOINTED, ABSENT),
        CAME,
        RECEIVER,
        to_say("a noté que la personne est venue"),
    ),
    "absent": Move(
        ANSWERING, (ACCEPTED, APPOINTED), ABSENT, SENDER, to_say("a noté que la personne n’est pas venue")
    ),
    "serve": Move(
        ANSWERING, (*UNANSWERED, ACCEPTED, APPOINTED, *MET), SERVED, SENDER, to_say("a dit ce qui a été fait")
    ),
    "close": Move(
        (SENDER, RECEIVER), (SERVED, CAME, ABSENT, *BACK), CLOSED, NOBODY, to_say("a terminé l’orientation")
    ),
    "cancel": Move((SENDER, PERSON), (DRAFT, *RUNNING), CANCELLED, NOBODY, to_say("a annulé l’orientation")),
    "expire": Move(
        (PLATFORM,), UNANSWERED, EXPIRED, SENDER, to_say("a rendu l’orientation, restée sans réponse")
    ),
    "remind": Move((SENDER,), (*UNANSWERED, ACCEPTED, APPOINTED), "", None, to_say("a relancé")),
    "ask_again": Move(
        (RECEIVER, PLATFORM),
        RUNNING,
        "",
        None,
        to_say("a envoyé un nouveau lien à l’adresse de la structure"),
    ),
    "unsolved": Move(
        (SENDER,), (DRAFT, *BACK, ABSENT), UNSOLVED, NOBODY, to_say("a noté qu’aucun lieu ne convient")
    ),
    "follow": Move(
        (PLATFORM,),
        RUNNING,
        "",
        None,
        to_say("a suivi le lieu, réuni à un autre ou repris par une autre structure"),
    ),
    "lose": Move(
        (PLATFORM,), RUNNING, CANCELLED, SENDER, to_say("a arrêté l’orientation : le lieu n’existe plus")
    ),
    "strip": Move((PLATFORM,), tuple(STATES), "", None, to_say("a effacé ce qui disait qui est la personne")),
}


def allowed(verb: str, state: str, side: str) -> bool:
    """Return True if a side may do this to a referral in that state."""
    move = MOVES[verb]
    return side in move.by and state in move.since


def after(verb: str, state: str, turn: str) -> tuple[str, str]:
    """Return the state after an action, and who must take the next step."""
    move = MOVES[verb]
    return move.to or state, turn if move.next_side is None else move.next_side


# ----------------------------------------------------------------------------------------------------- delays

ANSWER_DAYS = 5  # working days in which a place answers, unless its territory chose others
MAX_ANSWER_DAYS = 15  # the answer is awaited well before the referral goes back
REMINDERS = (5, 10, 20)  # days after sending
EXPIRES = 30  # days without an answer, after which it goes back to the sender
SATURDAY = 5
SHORTEST = 1  # days left to answer, however close the date of the person is
OPEN_LINK = 60  # days a link stays open after the last answer, or after the appointment
QUIET = 14  # days without a date, or without an end, after which nobody knows what became of it
FARTHEST = 730  # days to come, in which the date of a person stands: further is a slip
FORGOTTEN = 730  # days after the last gesture


def answer_by(sent: date, last: date, *, days: int = ANSWER_DAYS, commune: str = "") -> date:
    """Return the day by which a place answers: some working days after sending, by the holidays of a commune,
    and no later than the last day of the referral. Saturdays and Sundays are no working days.

    >>> answer_by(date(2026, 12, 21), date(2027, 1, 20)), answer_by(date(2026, 12, 21), date(2026, 12, 23))
    (datetime.date(2026, 12, 29), datetime.date(2026, 12, 23))
    """
    day = sent
    while days and day < last:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY and not holidays.name_of(day, commune)
    return min(day, last)


def expires_on(sent: date, before: date | None = None) -> date:
    """Return the last day on which a referral may be answered. before: the last day that will do for the
    person, if any.

    >>> expires_on(date(2026, 3, 1)), expires_on(date(2026, 3, 1), before=date(2026, 3, 9))
    (datetime.date(2026, 3, 31), datetime.date(2026, 3, 9))
    """
    last = sent + timedelta(days=EXPIRES)
    return last if before is None else min(last, max(before, sent + timedelta(days=SHORTEST)))


def reminders(sent: date, last: date | None = None) -> dict[int, date]:
    """Return the days of the reminders, by days after sending; each before the last day for an answer.

    >>> reminders(date(2026, 11, 20))[20], list(reminders(date(2026, 11, 21), date(2026, 11, 28)))
    (datetime.date(2026, 12, 10), [5])
    """
    last = last or expires_on(sent)
    return {n: day for n in REMINDERS if (day := sent + timedelta(days=n)) < last}


def act_subjects(procedure: str, did: Sequence[str]) -> list[str]:
    """Return the subjects of an act, for the outcome of a referral.

    >>> act_subjects("sante", ["assistance"]), act_subjects("", ["formation", "wifi"])
    (['social'], ['prendre_en_main_du_materiel', 'navigation_sur_internet'])
    """
    if procedure in ACT_FAMILIES:
        return [ACT_FAMILIES[procedure]]
    return list(dict.fromkeys(ACT_THEMES.get(each, ANY_THEME) for each in did))


def need_of_act(family: str, theme: str) -> tuple[str, str]:
    """Return the need and the procedure of a referral that follows an act. family: of its procedure, '' for
    a theme.

    >>> need_of_act("social", ""), need_of_act("", "email"), need_of_act("", "maintenance_de_materiel")
    (('assistance', 'sante'), ('formation', 'mail'), ('reparation', ''))
    """
    key = family or theme
    procedure = next((name for name, known in ACT_FAMILIES.items() if known == key), "")
    if family:
        return "assistance", procedure or "autre"
    return next((need for need, known in ACT_THEMES.items() if known == theme), "formation"), procedure


def forget_before(on: date) -> date:
    return on - timedelta(days=FORGOTTEN)


# ----------------------------------------------------------------------------------------------- closed lists

PROFESSIONAL, RELATIVE, SELF, STRUCTURE = "professional", "relative", "self", "structure"
ORIGINS: Mapping[str, str] = {
    PROFESSIONAL: "un professionnel",
    RELATIVE: "un proche",
    SELF: "la personne elle-même",
    STRUCTURE: "un lieu qui la recevait déjà",
}
PROCEDURES: Mapping[str, str] = {
    "argent": "argent, aides",
    "travail": "travail",
    "sante": "santé",
    "logement": "logement",
    "identite": "papiers d’identité",
    "ecole": "école",
    "impots": "impôts",
    "transports": "transports",
    "mail": "boîte mail, mots de passe",
    "autre": "autre démarche",
}
# What an act is noted on, for the outcome of a referral: its procedure as the family of acts, else what was
# done as a theme of the Coop. And back: what a referral is for, when an act was not enough.
ACT_FAMILIES: Mapping[str, str] = {
    "argent": "argent",
    "travail": "travail",
    "sante": "social",
    "logement": "logement",
    "identite": "papiers",
    "ecole": "famille",
    "impots": "argent",
    "transports": "transports",
    "mail": "email",
}
ACT_THEMES: Mapping[str, str] = {
    "assistance": "aide_aux_demarches_administratives",
    "diagnostic": "diagnostic_numerique",
    "reparation": "maintenance_de_materiel",
    "coffre_fort": "gere_ses_contenus_numeriques",
    "sensibilisation": "culture_numerique",
    "libre_acces": "navigation_sur_internet",
    "wifi": "navigation_sur_internet",
    "impression": "bureautique",
}
ANY_THEME = "prendre_en_main_du_materiel"  # courses, appliances
ACT_MINUTES = (15, 30, 45, 60)  # offered when the outcome has none
CHANNELS: Mapping[str, str] = {
    "email": "un e-mail au lieu, avec un lien personnel",
    "space": "l’espace du lieu dans Maillage",
    "phone": "un appel au lieu",
    "card": "la carte que la personne montre",
}
MESSENGER_BY_CHANNEL = {"card": PERSON, "phone": SENDER}  # who tells the place, when the platform does not
# What a person may agree to share with the place. What is looked for is always told: without it, nothing can
# be answered.
SHARED: Mapping[str, str] = {
    "nickname": "le prénom ou le surnom",
    "born": "l’année de naissance",
    "language": "la langue",
    "procedure": "la démarche",
    "availability": "les jours possibles, et la date à ne pas manquer",
    "reach": "comment la joindre",
    "result": "le résultat du bilan",
    "note": "le mot pour le lieu",
}


OF_PERSON = ("nickname", "born", "reach", "note")  # what says who it is, or may


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason to refuse. plain: as the person reads it; dora: the term of DORA; about: place or person."""

    label: str
    plain: str
    dora: str
    about: str


REASONS: Mapping[str, Refusal] = {
    "full": Refusal("Complet", to_say("Il n’y a plus de place"), "session-complète", "place"),
    "too_far": Refusal(
        "Trop loin pour la personne", to_say("C’est trop loin"), "bénéficiaire-non-mobile", "person"
    ),
    "not_for": Refusal(
        "Pas notre public",
        to_say("Ce lieu ne reçoit pas tout le monde"),
        "bénéficiaire-non-éligible",
        "person",
    ),
    "not_offered": Refusal(
        "Nous ne faisons pas cela", to_say("Ce lieu n’aide pas pour cela"), "autre", "demand"
    ),
    "language": Refusal(
        "Pas de langue commune", to_say("Il manque une langue commune"), "freins-périphériques", "place"
    ),
    "not_reached": Refusal(
        "Personne injoignable", to_say("On n’a pas pu vous joindre"), "bénéficiaire-non-joignable", "person"
    ),
    "did_not_come": Refusal("Absence", to_say("Le rendez-vous est passé"), "bénéficiaire-absent", "person"),
    "not_free": Refusal(
        "La personne n’est pas libre (emploi, formation)",
        to_say("Les jours ne vont pas"),
        "bénéficiaire-en-emploi",
        "person",
    ),
    "not_wanted": Refusal(
        "La personne ne veut pas",
        to_say("Vous avez préféré autre chose"),
        "bénéficiaire-non-intéressé",
        "person",
    ),
    "first": Refusal(
        "Autre chose est à régler d’abord",
        to_say("Autre chose passe d’abord"),
        "freins-périphériques",
        "person",
    ),
    "double": Refusal(
        "Déjà demandé", to_say("Vous êtes déjà aidé pour cela"), "orientation-en-doublon", "demand"
    ),
    "other": Refusal("Autre raison", to_say("Ce lieu ne peut pas vous recevoir"), "autre", "demand"),
}
NEEDS_WORDS = ("other",)  # reasons that say nothing alone
REACHED, PARTIAL, DROPPED = "reached", "partial", "dropped"
OUTCOMES: Mapping[str, str] = {
    REACHED: "but atteint",
    PARTIAL: "en partie",
    DROPPED: "abandonné",
}
# The three levels of the Coop de la médiation numérique, in its words.
LEVELS: Mapping[str, str] = {
    "entierement_accompagne": "avec guidage",
    "partiellement_autonome": "autonome, avec guidage en cas de besoin",
    "autonome": "autonome",
}
# What the person reads of each state.
PLAIN_STATES: Mapping[str, str] = {
    DRAFT: to_say("C’est préparé. Ce n’est pas encore envoyé."),
    SENT: to_say("Le lieu est prévenu. On attend sa réponse."),
    VIEWED: to_say("Le lieu a vu la demande. On attend sa réponse."),
    ACCEPTED: to_say("Le lieu dit oui. Vous êtes attendu."),
    REFUSED: to_say(
        "Ce lieu ne peut pas. Revenez voir la personne qui vous aide : on cherche un autre lieu."
    ),
    REDIRECTED: to_say("Ce lieu en propose un autre. Parlez-en avec la personne qui vous aide."),
    APPOINTED: to_say("Vous avez un rendez-vous."),
    CAME: to_say("Vous êtes venu. C’est noté."),
    ABSENT: to_say("Le rendez-vous est passé. Vous pouvez en demander un autre."),
    SERVED: to_say("Vous avez été aidé."),
    CLOSED: to_say("C’est terminé."),
    EXPIRED: to_say("Le lieu n’a pas répondu. Revenez voir la personne qui vous aide."),
    CANCELLED: to_say("C’est annulé."),
    UNSOLVED: to_say("Aucun lieu ne convient pour l’instant. Ce manque est noté."),
}
# The same of a referral just sent, when nobody but the person, or who helps them, tells the place.
PLAIN_ANNOUNCEMENTS: Mapping[str, str] = {
    "card": to_say("Allez-y avec votre carte. Appelez avant, si vous pouvez."),
    "phone": to_say("La personne qui vous aide appelle le lieu pour vous."),
}
# What it is for, in the words of the person, when whoever sends added none.
PLAIN_PROCEDURES: Mapping[str, str] = {
    "argent": to_say("Argent, aides"),
    "travail": to_say("Travail"),
    "sante": to_say("Santé"),
    "logement": to_say("Logement"),
    "identite": to_say("Papiers d’identité"),
    "ecole": to_say("École"),
    "impots": to_say("Impôts"),
    "transports": to_say("Transports"),
    "mail": to_say("Boîte mail, mots de passe"),
    "autre": to_say("Autre démarche"),
}
MOST_MINUTES = 24 * 60
LONGEST = 1_000  # characters of a note
