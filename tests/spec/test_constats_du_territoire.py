"""Les constats d’un diagnostic : un fait, ce que dit l’autre côté, le sens, ce qu’il appelle. Dix au plus."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from maillage.publishing.territory import deck, main_findings
from maillage.publishing.territory.chapters.findings import chapter as findings_chapter
from maillage.publishing.territory.criteria import Answered, Surveyed
from maillage.publishing.territory.main_findings import MainFinding, MainFindings
from maillage.publishing.territory.subject import caution
from maillage.reference.main_findings import axes, rules
from maillage.reference.survey_messages import messages

title = "Les constats d’un diagnostic"


def answer_of(percent: float, low: float, high: float, label: str = "", kind: str = "structures") -> Answered:
    return Answered(
        label=label,
        percent=percent,
        low=low,
        high=high,
        n=100,
        computed="redressé" if kind == "inhabitants" else "brut",
        universe="structures" if kind == "structures" else "habitants",
        source=f"« {kind} »",
    )


def surveyed(t, kind: str = "structures") -> Surveyed:
    columns = (t["question"], t["réponse"], t["part"], t["basse"], t["haute"])
    return {
        (kind, str(question), str(answer)): answer_of(*map(float, figures), str(answer), kind)
        for question, answer, *figures in zip(*columns, strict=True)
    }


def of_surveys(answers: Surveyed) -> MainFindings:
    return main_findings.chosen(main_findings.of_surveys(answers))


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def test_a_meaning_is_stated_where_the_whole_interval_carries_it(spec):
    """Un constat a un sens à partir d’une part, écrite : ici, un tiers des structures sans visibilité.

    Toute la marge au-dessus : le constat est sûr. La part seule au-dessus : il est « un ordre de
    grandeur ». La part au-dessous : il n’y a pas de constat.

    part | basse | haute || réponse
    -----+-------+-------++---------
      72 |    62 |    81 || sûr
      40 |    25 |    56 || à suivre
      20 |    12 |    30 || aucun
    """

    def verdicts(t):
        out = []
        for figures in zip(t["part"], t["basse"], t["haute"], strict=True):
            findings = of_surveys(
                {("structures", "vision", "non_souhaite"): answer_of(*map(float, figures))}
            ).first
            out.append(("sûr" if findings[0].is_sure else "à suivre") if findings else "aucun")
            assert not findings or (main_findings.DOUBTFUL in findings[0].means) == (not findings[0].is_sure)
        return out

    spec(verdicts)


def test_a_share_of_a_wider_survey_says_whose_inhabitants():
    """Une commune cite l’enquête de son intercommunalité : « 42 % des habitants de la communauté… »."""
    wide = replace(
        answer_of(42, 36, 48, kind="inhabitants"),
        source="« e », édition 1, 2026, menée sur un territoire plus large (Communauté de communes du Trièves)",
    )
    people = main_findings._people("inhabitants", wide)
    assert people == "des habitants de la communauté de communes du Trièves"


def test_answers_that_chance_may_explain_tie(spec):
    """Deux réponses que la marge ne sépare pas sont à égalité ; la suivante vient après elles.

    question        | réponse         | part | basse | haute
    ----------------+-----------------+------+-------+------
    priorites.cite  | équiper         |   61 |    51 |    70
    priorites.cite  | sensibiliser    |   60 |    50 |    69
    priorites.cite  | se connaître    |   30 |    21 |    40
    priorites.cite  | autre           |   90 |    84 |    95
    """
    spec(
        lambda t: [
            plain(text) for item in of_surveys(surveyed(t)).first for text in (item.fact, *item.facing)
        ],
        [
            "Priorités les plus citées par les structures, à égalité : « équiper », 61 % (entre 51 et 70 %) et"
            " « sensibiliser », 60 % (entre 50 et 69 %).",
            "Puis « se connaître », 30 % (entre 21 et 40 %).",
        ],
    )


def test_a_ranking_where_all_is_cited_is_read_by_its_first_rank(spec):
    """Quand chaque structure cite toutes les priorités, la part de chacune est de 100 % : seul le premier rang compte.

    question        | réponse         | part | basse | haute
    ----------------+-----------------+------+-------+------
    priorites.cite  | équiper         |  100 |    93 |   100
    priorites.cite  | se connaître    |  100 |    93 |   100
    priorites       | équiper         |   20 |    10 |    33
    priorites       | se connaître    |   65 |    52 |    77
    """
    spec(
        lambda t: [plain(item.fact) for item in of_surveys(surveyed(t)).first],
        ["Priorité placée en premier par le plus de structures : « se connaître », 65 % (entre 52 et 77 %)."],
    )


def test_answers_that_all_tie_are_counted_and_not_listed(spec):
    """Au-delà de trois réponses à égalité, aucune ne se détache : elles ne sont pas citées.

    question | réponse | part | basse | haute
    ---------+---------+------+-------+------
    besoins  | a       |   41 |    30 |    52
    besoins  | b       |   40 |    29 |    51
    besoins  | c       |   39 |    28 |    50
    besoins  | d       |   38 |    27 |    49
    """
    spec(
        lambda t: [item.fact for item in of_surveys(surveyed(t)).first],
        ["Besoins les plus cités par les structures : 4 réponses sans écart net."],
    )


def test_the_other_side_stands_beside_the_fact(spec):
    """Les structures et les habitants parlent d’un même sujet dans un même constat.

    constat
    ------------
    orientation
    """
    answers = {
        ("structures", "orientation", "aujourdhui"): answer_of(45, 36, 56),
        ("inhabitants", "decouverte", "orientation"): answer_of(33, 17, 54, kind="inhabitants"),
    }
    spec(
        lambda _: [plain(text) for item in of_surveys(answers).first for text in (item.fact, *item.facing)],
        [
            "45 % des 100 structures qui ont répondu orientent vers d’autres lieux (entre 36 et 56 %).",
            "Parmi les personnes aidées, 33 % (entre 17 et 54 %) y ont été envoyées par un professionnel.",
        ],
    )


@pytest.mark.parametrize(
    ("kind", "computed", "n_respondents", "people"),
    [
        ("structures", "brut", 41, "des 41 structures qui ont répondu"),
        ("structures", "brut", 46, "des 41 structures qui ont répondu à cette question"),
        ("professionals", "brut", 41, "des 41 professionnels qui ont répondu"),
        ("caf", "redressé", 41, "des 41 allocataires qui ont répondu"),
        ("inhabitants", "brut", 41, "des 41 habitants qui ont répondu"),
        ("inhabitants", "redressé", 41, "des habitants"),
    ],
)
def test_a_share_of_respondents_is_none_of_the_whole_sample(kind, computed, n_respondents, people):
    """90 structures interrogées, 41 réponses : « 71 % des structures interrogées » en disait 64 au lieu de 29."""
    rules_of_kind = [rule for rule in rules() if rule.answer[0] == kind and "{who}" in rule.fact]
    assert rules_of_kind
    for rule in rules_of_kind:
        answer = answer_of(min(rule.most, max(rule.least, 50)), rule.least, rule.most, kind=kind)
        answer = replace(answer, n=41, n_respondents=n_respondents, computed=computed)
        (finding,) = of_surveys({rule.answer: answer}).first
        assert re.search(rf" {people}[ ,]", plain(finding.fact))


def test_each_axis_comes_before_the_second_finding_of_any():
    """Dix constats au plus : d’abord le premier de chaque axe, puis les plus lourds et les plus sûrs.

    Les autres vont en annexe ; les uns et les autres suivent l’ordre de l’histoire.
    """
    values = {key: rule for rule in rules() for key in [rule.answer]}
    answers = {
        key: answer_of(max(rule.least, min(rule.most, 50)), rule.least, rule.most, kind=key[0])
        for key, rule in values.items()
    }
    findings = of_surveys(answers)
    assert len(findings.first) == main_findings.MOST
    assert len(findings.first) + len(findings.remaining) == len(rules())
    assert {item.axis for item in findings.first} == {rule.axis for rule in rules()}
    order = list(axes())
    for part in (findings.first, findings.remaining):
        assert [order.index(item.axis) for item in part] == sorted(order.index(item.axis) for item in part)
    assert min(item.rank for item in findings.first if findings.of_axis(item.axis)[0] is not item) >= max(
        item.rank for item in findings.remaining
    )


def test_a_finding_says_its_source_and_its_base_once():
    """La source nomme chaque enquête une fois, avec la base de chaque question."""
    answers = {
        ("structures", "partenariat", "oui"): answer_of(37, 28, 48),
        ("structures", "accueillir", "oui"): replace(answer_of(61, 50, 70), n=66),
    }
    (findings,) = of_surveys(answers).first
    assert (
        plain(findings.source)
        == "Enquête « structures » : structures, n = 100, brut ; structures, n = 66, brut."
    )


def test_one_fact_calls_for_one_answer_in_the_report_and_in_the_dossier():
    """40 % mal à l’aise : le rapport d’enquête et le dossier appellent la même chose."""
    of_report = {
        (each.question, frozenset(each.answers)): each.calls
        for each in reversed(messages().messages)
        if not each.within and each.answers
    }
    calls = {rule.answer: rule.calls for rule in rules()}
    shared = {key: of_report.get((key[1], frozenset(key[2].split()))) for key in calls}
    differing = {key: call for key, call in shared.items() if call and call != calls[key]}
    assert not differing
    assert calls["inhabitants", "aisance", "pas_du_tout peu"].startswith("Prévoir une aide humaine")


def test_a_half_that_knows_no_place_is_the_finding_of_visibility():
    """« 54 % des habitants ne connaissent aucun lieu » passe avant ce qu’en disent les structures."""
    answers = {
        ("inhabitants", "lieu_connu", "non"): answer_of(54, 47, 60, kind="inhabitants"),
        ("structures", "orientation", "aujourdhui"): answer_of(63, 50, 75),
    }
    (first, *_) = of_surveys(answers).of_axis("visibilite")
    assert plain(first.fact) == "54 % des habitants ne connaissent aucun lieu qui aide (entre 47 et 60 %)."


def test_messages_of_a_bar_or_two_share_a_slide():
    """Trois diapositives d’une barre, vides aux deux tiers : une seule, une barre par constat."""
    answers = {
        ("inhabitants", "lieu_connu", "non"): answer_of(54, 47, 60, kind="inhabitants"),
        ("inhabitants", "equipement", "ordinateur"): answer_of(62, 56, 67, kind="inhabitants"),
    }
    (slide,) = deck._inhabitants(SimpleNamespace(findings=of_surveys(answers)))
    labels = [(plain(bar.label), plain(bar.words)) for bar in slide.blocks[0].bars]
    assert labels == [
        ("54 % des habitants ne connaissent aucun lieu qui aide", "47 – 60 %"),
        ("38 % des habitants n’ont pas d’ordinateur", "33 – 44 %"),
    ]


def test_the_sure_difference_of_a_group_comes_first_and_findings_are_bars():
    """« 71 % après 70 ans », l’écart sûr de l’enquête, était absent du dossier ; sept paragraphes, aucune barre."""
    rules_by_rank = sorted(rules(), key=lambda rule: -rule.matters)
    answers = {
        rule.answer: answer_of(50, 48, 52, kind=rule.answer[0])
        for rule in rules_by_rank
        if rule.answer[0] in ("inhabitants", "structures") and rule.least <= 48 and rule.most >= 52
    }
    older = {
        "axe": "besoins",
        "poids": 1,
        "fait": "71 % des habitants de plus de 70 ans sont mal à l’aise",
        "sens": "L’écart est sûr.",
        "appelle": "Aller vers elles.",
    }
    key = ("inhabitants", "aisance", "pas_du_tout peu | age : plus de 70 ans")
    answers[key] = replace(answer_of(71, 60, 80, kind="inhabitants"), finding=older)
    findings = of_surveys(answers)
    assert not any(finding.group for finding in findings.first), "nothing but its sureness brings it forward"
    inhabitants, bodies = (
        block.left_blocks[0] for block in findings_chapter(findings).blocks if block.kind == "beside"
    )
    first = inhabitants.bars[0]
    assert (plain(first.label), plain(first.words)) == (
        older["fait"].replace("\xa0", " "),
        "entre 60 et 80 %",
    )
    assert len(inhabitants.bars) + len(bodies.bars) == len([x for x in findings.first if x.main_figure]) + 1


def test_a_meaning_that_compares_prints_the_share_that_proves_it(spec):
    """« Prêtes à s’ouvrir plus qu’elles ne le font », sous 40 % en partenariat, sans la part qui le dit.

    accueilleraient | basse | haute || réponse
    ----------------+-------+-------++-----------------------------------------------------------------------
                 78 |    65 |    88 || 78 % (entre 65 et 88 %) accueilleraient des partenaires : elles sont…
                 45 |    30 |    60 ||
    """

    def meaning(t):
        rows = zip(t["accueilleraient"], t["basse"], t["haute"], strict=True)
        out = []
        for figures in rows:
            answers = {
                ("structures", "partenariat", "oui"): answer_of(40, 30, 50),
                ("structures", "accueillir", "oui"): answer_of(*map(float, figures)),
            }
            (finding,) = of_surveys(answers).first
            head, mark, _ = plain(finding.means).partition("elles sont")
            out.append(f"{head}{mark}…" if mark else head)
            assert finding.is_proven == bool(mark)
        return out

    spec(meaning)


def test_a_thing_that_most_have_is_the_share_of_those_without_it(spec):
    """« 62 % ont un ordinateur » se dit par la difficulté : 38 % n’en ont pas.

    part | basse | haute || réponse
    -----+-------+-------++--------------------------------------------------------------
      62 |    56 |    67 || 38 % des habitants n’ont pas d’ordinateur (entre 33 et 44 %).
      47 |    40 |    54 || 47 % des habitants ont un ordinateur (entre 40 et 54 %
    """
    spec(
        lambda t: [
            plain(
                of_surveys(
                    {
                        ("inhabitants", "equipement", "ordinateur"): answer_of(
                            *map(float, figures), kind="inhabitants"
                        )
                    }
                )
                .first[0]
                .fact.partition(" ; ")[0]
            )
            for figures in zip(t["part"], t["basse"], t["haute"], strict=True)
        ]
    )


def test_a_criterion_put_first_is_the_one_that_most_put_first(spec):
    """Le titre nomme la réponse la plus donnée de son graphique, et celles que la marge ne sépare pas d’elle.

    question | réponse   | part | basse | haute
    ---------+-----------+------+-------+------
    critere  | confiance | 20   | 15    | 26
    critere  | gratuite  | 36   | 30    | 42
    critere  | proximite | 38   | 32    | 44
    """

    def first_facts(t):
        (finding,) = of_surveys(surveyed(t, "inhabitants")).first
        values = [figure.value for figure in finding.figures]
        assert values == sorted(values, reverse=True), "the bars go from the longest to the shortest"
        return [plain(text) for text in (finding.fact, *finding.facing)]

    spec(
        first_facts,
        [
            "38 % des habitants mettent la proximité en premier pour accepter une aide (entre 32 et 44 %),"
            " à égalité avec « gratuite », 36 % (entre 30 et 42 %).",
            "La confiance : 20 % (entre 15 et 26 %).",
        ],
    )


@pytest.mark.parametrize(
    ("findings_read", "cautioned"), [((), "Un ordre. Demande une enquête."), ((1,), "Un ordre.")]
)
def test_no_document_asks_for_the_survey_that_it_quotes(findings_read, cautioned):
    """« Une enquête auprès d’au moins 400 habitants », à côté de celle de 360."""
    reading = SimpleNamespace(warnings=("**Un ordre**. Demande une enquête.",))
    findings = SimpleNamespace(of_survey=lambda kind: findings_read)
    assert caution(SimpleNamespace(reading=reading, is_surveyed=False, findings=findings)) == cautioned


def test_the_slide_of_professionals_leads_with_what_they_miss():
    """Une barre de 78 % sur l’offre tenait lieu de ce que disent les professionnels, 70 % ne voyant pas les autres."""
    offer = MainFinding(axis="maillage", kind="structures", fact="78 % aident.", facing=(), means="", calls="",
                        source="Enquête A : n.", rank=3.0)  # fmt: skip
    unseen = replace(offer, axis="visibilite", fact="70 % ne voient pas ce que font les autres.", rank=2.0)
    findings = MainFindings(first=(offer, unseen), remaining=())
    (slide,) = deck._professionals(SimpleNamespace(findings=findings))
    assert slide.title == "70 % ne voient pas ce que font les autres"
