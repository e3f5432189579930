"""A number in a sentence, and what it is worth against each definition."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel.estimate import Estimate
from maillage.publishing.territory.criteria import answered
from maillage.publishing.territory.measured import Measured
from maillage.publishing.territory.named_places import claimed_places
from maillage.publishing.territory.verdict import completed, judge
from maillage.reference.definitions import DEFAULT, LEVELS, definition
from maillage.words.claims import parse

NEVER = "jamais-connecte-credoc"


def measured(id: str, low: float, high: float, residents: float = 20_000) -> Measured:
    """Return the people of a town whom a definition counts. low, high: percent."""

    def figure(unit, times):
        return Estimate(
            value=times * (low + high) / 2, low=times * low, high=times * high, unit=unit, universe="", n=1_000,
            method="besoins",
        )  # fmt: skip

    return Measured(definition(id), figure("pourcent", 1), figure("personnes", residents / 100))


TOWN = (measured(DEFAULT, 19, 27), measured(NEVER, 14, 18), measured(LEVELS, 38, 46))


@pytest.mark.parametrize(
    ("text", "share", "people", "places"),
    [
        ("40 % des Français", (39.5, 40.5), None, ()),
        ("3 000 personnes à Vierzon", None, (2_500, 3_500), ("Vierzon",)),
        ("3.000 habitants de Vierzon en 2021", None, (2_500, 3_500), ("Vierzon",)),
        ("13 millions de Français", None, (12.5e6, 13.5e6), ()),
        ("44 000 personnes, 19 %", (18.5, 19.5), (43_500, 44_500), ()),
        ("4 Français sur 10", (35, 45), None, ()),
        ("entre 10 et 15 % à Bourg-en-Bresse", (10, 15), None, ("Bourg-en-Bresse",)),
        ("moins de 20 % des habitants", (0, 20), None, ()),
        ("16,5 % des 15 ans et plus en 2019", (16.45, 16.55), None, ()),
        # A fraction in words, in digits or in a sign is the same, and three people for « 1/3 » were none.
        *((f"{one} des habitants", (28.33, 38.33), None, ()) for one in ("un tiers", "1/3", "⅓", "1 sur 3")),
        *((f"{one} des habitants", (61.67, 71.67), None, ()) for one in ("deux tiers", "2 sur 3", "2/3")),
        *((f"{one} des habitants", (21.83, 28.17), None, ()) for one in ("un quart", "1/4")),
        ("1 500 personnes sur 8 000 à Dole", (18.125, 19.375), None, ("Dole",)),
        ("10-15 % à Dole", (10, 15), None, ("Dole",)),
        ("de 10 à 15 % à Dole", (10, 15), None, ("Dole",)),
        ("la part est passée de 10 à 15 % à Dole", (14.5, 15.5), None, ("Dole",)),
        ("le 1/3/2024, 15 %", (14.5, 15.5), None, ()),
    ],
)
def test_parse_reads_the_number_as_precisely_as_it_is_printed(text, share, people, places):
    claim = parse(text)
    for amount, ends in ((claim.share, share), (claim.people, people)):
        assert (amount and (amount.low, amount.high)) == (ends and pytest.approx(ends, rel=1e-3))
    assert claim.places == places


@pytest.mark.parametrize("text", ["", "bonjour", "2019", "0 personne", f"{'9' * 60} personnes"])
def test_parse_finds_no_number_where_nothing_is_counted(text):
    assert not parse(text).is_known


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5 000 personnes en difficulté", "compatible"),
        ("23 % en difficulté", "compatible"),
        ("plus de 15 % en difficulté", "compatible"),
        ("une personne sur six", "inconnu"),
        ("40 % en difficulté", "autre"),
        ("12 000 personnes en difficulté", "haut"),
        ("60 % en difficulté", "haut"),
        ("8 % en difficulté", "bas"),
        ("moins de 500 personnes en difficulté", "bas"),
        ("40 % des seniors", "inconnu"),
        ("62 % des 75 ans et plus", "inconnu"),
        ("120 %", "inconnu"),
        ("-5 % des habitants", "inconnu"),
        ("quasiment un quart des habitants en difficulté", "compatible"),
        ("78 % des habitants savent se servir d’Internet", "compatible"),
        ("95 % maîtrisent Internet", "haut"),
        ("800 personnes, 30 %", "inconnu"),
        ("64 % ne connaissent aucun lieu d’aide", "inconnu"),
        ("43 % des personnes formées restent peu à l’aise", "inconnu"),
        ("62 communes sans lieu", "inconnu"),
        ("90 % utilisent Internet", "inconnu"),
        ("60 % sont en difficulté avec le numérique", "haut"),
        ("15 % ne se connectent jamais", "compatible"),
        ("23 % des 15 ans et plus, soit environ 1 personne sur 4, en difficulté", "compatible"),
    ],
)
def test_judge_gives_each_of_the_five_verdicts(text, kind):
    assert judge(parse(text), TOWN, where="Ici").kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "3 000 personnes",
        "23 %",
        "80 % des habitants",
        "un habitant sur six",
        "5 000 personnes, soit 23 %",
        "40 %",
    ],
)
def test_judge_asks_what_a_bare_number_counts(text):
    """« 3 000 personnes » était « Trop bas » en Isère, « Une autre définition » à Guéret."""
    verdict = judge(parse(text), TOWN, where="Ici")
    assert (verdict.kind, verdict.is_vague, verdict.matches) == ("inconnu", True, ())
    assert "Ses mots ne disent pas" in verdict.reason and TOWN[0].definition.statement in verdict.title
    for sentence in completed(parse(text)):
        answer = judge(parse(sentence), TOWN, where="Ici")
        assert sentence.startswith(text) and answer.kind != "inconnu" and not answer.is_vague


@pytest.mark.parametrize(
    "text",
    [
        "3,000 people in Vierzon",
        "Vierzon’da 3 000 kişi",
        "3 000 de persoane la Vierzon",
        "3 000 pessoas em Vierzon",
        "3 000 людей у Vierzon",
        "٣٠٠٠ شخص في Vierzon",
    ],
)
def test_sentences_to_choose_keep_the_number_and_the_place_of_any_language(text):
    """« 3,000 people in Vierzon en exclusion numérique » était lu « 3 personnes »."""
    for sentence in completed(parse(text)):
        claim = parse(sentence)
        assert (claim.people.value, claim.share) == (3_000, None)
        assert "Vierzon" in " ".join(claim.places + claim.names)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("40 % des habitants sont âgés", "ne porte pas sur la difficulté"),
        ("30 % de la population a plus de 65 ans", "ne porte pas sur la difficulté"),
        ("3 000 foyers sans fibre", "ne porte pas sur la difficulté"),
        ("Saintes compte 25 000 habitants", "ne porte pas sur la difficulté"),
        ("Il y a environ 60 000 habitants dans l’agglo", "ne porte pas sur la difficulté"),
        ("3 % des personnes concernées, pour 2,5 % des habitants", "ne porte pas sur la difficulté"),
        ("20 % de chômage", "ne porte pas sur la difficulté"),
        ("25 % des habitants sont pauvres", "ne porte pas sur la difficulté"),
        ("40 % des seniors", "parle de « seniors »"),
        ("20 % des plus de 75 ans n’ont jamais utilisé Internet", "parle de « plus de 75 ans »"),
    ],
)
def test_judge_reads_the_words_before_the_number(text, words):
    """A number about something else gets no verdict, whatever its value, but what is known here."""
    verdict = judge(parse(text), TOWN, where="Ici")
    assert verdict.kind == "inconnu" and words in verdict.title
    assert "Ce que nous savons : ici, " in verdict.reason and TOWN[0].share_words in verdict.reason


ALL_AGES = tuple(replace(each, n_residents=25_000) for each in TOWN)  # 20 000 of them are 15 or more


@pytest.mark.parametrize(
    ("text", "kind", "is_by_universe"),
    [
        ("26 % des habitants en difficulté", "compatible", True),  # of those of 15 or more only
        ("16 % de la population en difficulté", "compatible", True),  # of all residents only
        ("20 % des habitants en difficulté", "compatible", False),
        ("un habitant sur cinq en difficulté", "compatible", False),
        ("74 % des habitants ne sont pas en difficulté", "compatible", True),
        ("60 % des habitants en difficulté", "haut", False),
        ("5 % des habitants en difficulté", "bas", False),
    ],
)
def test_judge_says_both_shares_of_a_number_on_all_residents(text, kind, is_by_universe):
    verdict = judge(parse(text), ALL_AGES, where="Ici")
    assert (verdict.kind, verdict.is_by_universe) == (kind, is_by_universe)
    assert ("selon la population" in verdict.label) == is_by_universe
    assert "des 15 ans et plus" in verdict.title and "entre 15 et 22" in verdict.title
    assert "parmi 25 000 habitants" in verdict.reason.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize("text", ["26 %", "26 % des 15 ans et plus", "26 % des habitants de 15 ans et plus"])
def test_judge_says_one_share_where_a_number_is_not_on_all_residents(text):
    verdict = judge(parse(f"{text} en difficulté"), ALL_AGES, where="Ici")
    assert (verdict.kind, verdict.is_by_universe) == ("compatible", False)
    assert "habitants" not in verdict.title + verdict.reason


def test_parse_leaves_the_name_of_inhabitants_to_be_understood():
    assert [parse(text).noun for text in ("12 000 Malouins", "40 % des Malouins", "3 000 Français")] == [
        "Malouins",
        "Malouins",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "is_by_rounding"),
    [("6 000 personnes", True), ("5 000 personnes", False), ("27,4 %", False), ("plus de 15 %", False)],
)
def test_judge_says_that_only_the_rounding_of_a_number_is_in_the_range(text, is_by_rounding):
    town = (measured(DEFAULT, 19, 28),)
    verdict = judge(parse(f"{text} en difficulté"), town, where="Ici")
    assert (verdict.kind, verdict.is_by_rounding) == ("compatible", is_by_rounding)
    assert ("qu’à l’arrondi près" in verdict.reason) == is_by_rounding
    assert ("arrondi" in verdict.label) == is_by_rounding


def test_judge_says_nothing_of_a_territory_whose_figures_are_withheld():
    assert judge(parse("40 %"), (), where="Ici").kind == "inconnu"


def test_judge_compares_a_share_and_a_count_together():
    """Une part juste et un nombre juste d’une autre définition ne font pas un chiffre juste."""
    assert judge(parse("5 000 personnes, 23 %, en difficulté"), TOWN, where="Ici").kind == "compatible"
    assert judge(parse("3 000 personnes, 23 %, en difficulté"), TOWN, where="Ici").kind != "compatible"


def rows(question: str, words: str, answers: dict[str, tuple[int, int, int]], by: str = "", group: str = ""):
    """Return the published rows of a question. answers: label to share and bounds."""
    return [
        {
            "question": question, "libelle": words, "par": by, "groupe": group, "modalite": label, "libelle_modalite": label,
            "effectif": "", "base": 238, "part": share, "bas": low, "haut": high, "motif": "", "calcul": "redressé",
            "arrondi": "nearest", "univers": "habitants", "seuil": 5,
        }
        for label, (share, low, high) in answers.items()
    ]  # fmt: skip


EASE = "Comment vous sentez-vous avec le numérique ?"
SCALE = {"Pas du tout à l’aise": (9, 6, 13), "Peu à l’aise": (30, 25, 36), "À l’aise": (61, 55, 67)}
SURVEY = [
    *rows("aisance", EASE, SCALE),
    *rows("aisance", EASE, {"Pas du tout à l’aise ou peu à l’aise": (39, 33, 45)}),
    *rows("aisance", EASE, {"Pas du tout à l’aise": (15, 8, 26), "Peu à l’aise": (28, 18, 40)}, "forme", "Oui"),
    *rows("aisance", EASE, {"Pas du tout à l’aise": (7, 4, 12), "Peu à l’aise": (29, 23, 36)}, "forme", "Non"),
    *rows("forme", "Avez-vous déjà suivi un atelier ?", {"Oui": (27, 22, 33), "Non": (73, 67, 78)}),
    *rows("lieu_connu", "Connaissez-vous un lieu qui aide ?", {"Oui": (32, 27, 39), "Non": (68, 61, 73)}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "share", "label"),
    [
        ("68 % des habitants ne connaissent aucun lieu", "compatible", "68 % (entre 61 et 73 %", "« Non »"),
        ("50 % ne connaissent aucun lieu d’aide", "bas", "68 % (entre 61 et 73 %", "« Non »"),
        ("un tiers connaît un lieu d’aide", "compatible", "32 %", "« Oui »"),
        ("36 % mal à l’aise", "compatible", "39 % (entre 33 et 45 %", "peu à l’aise »"),
        ("60 % mal à l’aise avec le numérique", "haut", "39 %", "peu à l’aise »"),
        ("30 % peu à l’aise", "compatible", "30 %", "« Peu à l’aise »"),
        ("43 % des personnes formées restent peu à l’aise", "compatible", "43 % (entre 26 et 66 %", "marges additionnées"),
        ("68 % des structures ne connaissent aucun lieu", "inconnu", "", ""),
        ("23 % en difficulté avec le numérique", "compatible", "", ""),
    ],
)  # fmt: skip
def test_judge_answers_first_by_the_question_of_a_published_survey(text, kind, share, label):
    """« 68 % ne connaissent aucun lieu », constat publié de l’enquête du territoire, était « trop haut »."""
    survey = answered("inhabitants", SURVEY, "« Enquête », édition 1, 2026", by_group=True)
    verdict = judge(parse(text), TOWN, where="Ici", surveys=[survey])
    assert verdict.kind == kind
    assert bool(verdict.cited) == bool(share)
    title = verdict.title.replace("\xa0", " ")
    assert share in title and label in title
    assert not share or "2026" in verdict.reason


def test_judge_reads_an_answer_of_structures_in_the_words_of_a_finding():
    """« 89 % des structures sont connues par le bouche-à-oreille », constat du rapport, ne se lisait pas."""
    question = "Comment les publics prennent-ils connaissance de votre offre ?"
    channels = rows("canaux", question, {"Par du bouche-à-oreille": (89, 78, 95), "Autrement": (11, 5, 22)})
    survey = answered("structures", channels, "« Lieux », édition 1, 2026")
    text = "89 % des structures sont connues par le bouche-à-oreille"
    assert judge(parse(text), TOWN, where="Ici", surveys=[survey]).kind == "compatible"


@pytest.mark.parametrize(
    ("by", "group", "of_group", "universe"),
    [
        ("age", "Plus de 70 ans", "des plus de 70 ans", "parmi les personnes de plus de 70 ans"),
        (
            "forme",
            "Oui",
            "des personnes déjà formées",
            "parmi les personnes qui disent « Oui » à « Avez-vous déjà suivi un atelier ? »",
        ),
    ],
)
def test_sentence_to_copy_says_the_group_of_a_quoted_finding(by, group, of_group, universe):
    """« 65 % des plus de 70 ans » était à recopier « champ : habitants de 15 ans et plus »."""
    (row,) = rows("aisance", EASE, {"Pas du tout à l’aise ou peu à l’aise": (65, 54, 74)}, by, group)
    fact = f"65 % {of_group} sont mal à l’aise avec le numérique"
    row["constat"] = {"axe": "besoins", "poids": 9, "fait": fact, "sens": "", "appelle": ""}
    survey = answered("inhabitants", [*SURVEY, row], "« Enquête », édition 1, 2026", by_group=True)
    cited = judge(parse(fact), TOWN, where="Ici", surveys=[survey]).cited
    assert f"champ : habitants, {universe} ;" in cited


FEAR = "Peur de faire une erreur ou de casser quelque chose"
BRAKES = rows(
    "freins", "Qu’est-ce qui vous freine ?",
    {FEAR: (30, 25, 36), "Peur pour mes données": (12, 8, 17), "C’est trop compliqué": (41, 35, 47)},
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("30 % ont peur de faire une erreur", "compatible", FEAR),
        ("30 % des personnes interrogées ont peur de faire une erreur", "compatible", FEAR),
        ("30 % des sondés craignent de se tromper", "compatible", FEAR),
        ("30 % citent la peur de casser quelque chose", "compatible", FEAR),
        ("30 % ont peur", "compatible", FEAR),
        ("12 % ont peur", "compatible", "Peur pour mes données"),
        ("41 % trouvent cela compliqué", "compatible", "C’est trop compliqué"),
        ("60 % ont peur de faire une erreur", "haut", FEAR),
    ],
)
def test_judge_finds_an_answer_that_is_quoted_in_part(text, kind, label):
    survey = answered("inhabitants", BRAKES, "« Enquête », édition 1, 2026", by_group=True)
    verdict = judge(parse(text), TOWN, where="Ici", surveys=[survey])
    assert (verdict.kind, f"« {label} »" in verdict.title) == (kind, True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("77 % ne sont pas en difficulté", "compatible"),
        ("95 % ne sont pas en difficulté", "haut"),
        ("plus de 90 % n’ont aucune difficulté", "haut"),
        ("40 % ne sont pas en difficulté", "bas"),
        ("pas moins de 23 % d’illectronisme", "compatible"),
        ("16 % d’illectronisme", "bas"),
        ("16 % en difficulté", "bas"),
        ("20 % ont entre 40 et 60 ans", "inconnu"),
        ("trois quarts ont 60 ans ou plus", "inconnu"),
    ],
)
def test_judge_compares_what_a_denial_leaves_and_never_an_age(text, kind):
    assert judge(parse(text), TOWN, where="Ici").kind == kind


def test_judge_says_how_wide_a_fraction_is_read():
    verdict = judge(parse("deux tiers des habitants en difficulté"), TOWN, where="Ici")
    assert "« deux tiers » est lu de 62 à 72" in verdict.reason and verdict.kind == "haut"
    near = judge(parse("un tiers des habitants en difficulté"), (measured(DEFAULT, 20, 29),), where="Ici")
    assert near.is_by_rounding and "il va de 28 à 38" in near.reason


def test_parse_reads_the_ages_in_years_before_those_of_a_name():
    ages = {
        text: parse(text).ages for text in ("9 % des jeunes de 15 à 29 ans", "40 % des seniors", "1 sur 3")
    }
    assert list(ages.values()) == [(15, 29), (60, 120), None]


def test_judge_quotes_for_france_what_is_newer_than_the_estimate_of_a_territory():
    """« 8 % n’ont pas Internet chez eux » n’avait, à Dole, que 25 % de 2014 pour réponse."""
    town = (*TOWN, measured("credoc-2014-ordinateur-et-connexion", 20, 31))
    verdict = judge(parse("8 % des habitants n’ont pas Internet chez eux"), town, where="À Dole")
    assert verdict.kind == "inconnu" and "l’Insee en 2019 : 12" in verdict.title and "2014" in verdict.title


def test_parse_reads_parts_with_or_without_their_article():
    shares = [
        parse(f"{part} des habitants").share for part in ("trois quarts", "Les trois quarts", "deux tiers")
    ]
    assert [round(share.value) for share in shares] == [75, 75, 67]


# A sentence on a number, part by part; then the same words, and any others, in any order.
NUMBERS = (
    "3 % | 40 pour cent | 1 000 | 0 personne | 1/3 | ½ | ſix sur 10 | -5 % | entre 10 et 15 % | 2 millions"
)
PEOPLE = "des habitants|des jeunes|de femmes|personnes|communes sur 40|zones|de Saint-Denis (93)|des Lyonnais"
AGES = "de 15 à 24 ans|75 ans et plus|de moins de 30 ans|en 2021|(2019)||de plus de 15 ans"
JOINTS = "en|à|dans le|par|n’ont pas|sont|ont|d’|du|cumulent|,|au|(|:|«"
TOPICS = "illectronisme|difficulté|Grenoble|Marais poitevin|Lyon 3e|le Lot|Internet|aucun lieu|’|\u00a0|…"
PARTS = [
    st.sampled_from([each.strip() for each in part.split("|")])
    for part in (NUMBERS, PEOPLE, AGES, JOINTS, TOPICS)
]
SENTENCE = st.tuples(*PARTS, st.sampled_from(AGES.split("|")), *PARTS[3:])


@given(SENTENCE | st.lists(st.one_of(*PARTS, st.text(max_size=4)), max_size=12), st.sampled_from(" \t’"))
def test_any_phrase_is_read_and_judged(parts, joint):
    claim = parse(joint.join(parts)[:200])
    claimed_places(claim)
    assert judge(claim, TOWN, where="Ici").title
