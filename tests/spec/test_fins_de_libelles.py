"""Une réponse dont la source a perdu la fin est marquée, et rien n’est écrit à sa place."""

import re

from maillage.apps.surveys.queries.space import lines, origin
from maillage.questionnaires.questionnaire import words
from maillage.reference.surveys import banks

title = "Les fins de libellés que la source a perdues"


def cut() -> list[tuple[str, str, str]]:
    """Return (list, answer, what the source prints) for each label of the banks whose end is lost."""
    return [
        (name, choice.name, choice.printed)
        for bank in banks().values()
        for name, choices in bank.lists.items()
        for choice in choices
        if choice.printed
    ]


def bare(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower().replace("’", "'"))


def test_every_label_that_a_source_cuts_is_known(spec):
    """Les sept libellés que les graphiques de Strasbourg et de Maubeuge impriment coupés.

    liste  | réponse      | imprimé
    -------+--------------+--------------------------------------------------------------------------
    types  | ccas         | Centre communal d'action so...
    types  | epn          | Espace public numérique / C...
    types  | operateur    | Opérateur de services publics...
    themes | culture      | Initiation à la culture numérique (ex. protection des données, détection…
    themes | grand_public | Utilisation de sites grand public (ex. réseaux sociaux, applications de…
    themes | bases        | Découverte des bases de l'informatique et d'internet (ex. …
    themes | droits       | Utilisation d'un service en ligne d'accès aux droits ou à l'emploi …
    """
    spec(lambda t: sorted(cut()) == sorted(zip(t["liste"], t["réponse"], t["imprimé"], strict=True)), True)


def test_a_lost_end_is_marked_and_not_guessed():
    """Marquée `inferred`, la réponse ne dit aucun mot que la source ne montre pas, sauf la fin d’un mot coupé."""
    for bank in banks().values():
        for choice in (each for choices in bank.lists.values() for each in choices if each.printed):
            assert choice.inferred, choice.name
            printed_words = bare(choice.printed)
            added = [word for word in bare(words(choice.label)) if word not in printed_words]
            assert all(word.startswith(printed_words[-1]) for word in added), (choice.name, added)


def test_origin_of_an_answer_is_written_after_its_label():
    """La liste des questions et l’éditeur disent « fin perdue dans la source », ou « proposée par nous »."""
    bank = banks()["structures"]
    origin_by_answer = dict(
        next(line for line in lines(bank) if line.label.startswith("Quelles sont les thématiques")).answers
    )
    assert [words.partition(",")[0] for words in origin_by_answer.values()] == [
        *["fin perdue dans la source"] * 4, "proposée par nous",
    ]  # fmt: skip
    assert {origin(choice) for choice in bank.lists["formats"]} == {""}
