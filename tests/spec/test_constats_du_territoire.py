"""Les constats d’un diagnostic : un fait, ce que dit l’autre côté, le sens, ce qu’il appelle. Dix au plus."""

from dataclasses import replace

from maillage.reference.main_findings import axes, rules
from maillage.reference.survey_messages import messages
from maillage.reports.territory import main_findings
from maillage.reports.territory.criteria import Answered, Surveyed
from maillage.reports.territory.main_findings import MainFindings

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

    spec(
        """
        part | basse | haute
        -----+-------+------
          72 |    62 |    81
          40 |    25 |    56
          20 |    12 |    30
        """,
        verdicts,
        ["sûr", "à suivre", "aucun"],
    )


def test_a_share_of_a_wider_survey_says_whose_inhabitants():
    """Une commune cite l’enquête de son intercommunalité : « 42 % des habitants de la communauté… »."""
    wide = replace(
        answer_of(42, 36, 48, kind="inhabitants"),
        source="« e », édition 1, 2026, menée sur un territoire plus large (Communauté de communes du Trièves)",
    )
    people = main_findings._people("inhabitants", wide)
    assert people == "des habitants de la communauté de communes du Trièves"


def test_answers_that_chance_may_explain_tie(spec):
    """Deux réponses que la marge ne sépare pas sont à égalité ; la suivante vient après elles."""
    spec(
        """
        question        | réponse         | part | basse | haute
        ----------------+-----------------+------+-------+------
        priorites.cite  | équiper         |   61 |    51 |    70
        priorites.cite  | sensibiliser    |   60 |    50 |    69
        priorites.cite  | se connaître    |   30 |    21 |    40
        priorites.cite  | autre           |   90 |    84 |    95
        """,
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
    """Quand chaque structure cite toutes les priorités, la part de chacune est de 100 % : seul le premier rang compte."""
    spec(
        """
        question        | réponse         | part | basse | haute
        ----------------+-----------------+------+-------+------
        priorites.cite  | équiper         |  100 |    93 |   100
        priorites.cite  | se connaître    |  100 |    93 |   100
        priorites       | équiper         |   20 |    10 |    33
        priorites       | se connaître    |   65 |    52 |    77
        """,
        lambda t: [plain(item.fact) for item in of_surveys(surveyed(t)).first],
        ["Priorité placée en premier par le plus de structures : « se connaître », 65 % (entre 52 et 77 %)."],
    )


def test_answers_that_all_tie_are_counted_and_not_listed(spec):
    """Au-delà de trois réponses à égalité, aucune ne se détache : elles ne sont pas citées."""
    spec(
        """
        question | réponse | part | basse | haute
        ---------+---------+------+-------+------
        besoins  | a       |   41 |    30 |    52
        besoins  | b       |   40 |    29 |    51
        besoins  | c       |   39 |    28 |    50
        besoins  | d       |   38 |    27 |    49
        """,
        lambda t: [item.fact for item in of_surveys(surveyed(t)).first],
        ["Besoins les plus cités par les structures : 4 réponses sans écart net."],
    )


def test_the_other_side_stands_beside_the_fact(spec):
    """Les structures et les habitants parlent d’un même sujet dans un même constat."""
    answers = {
        ("structures", "orientation", "aujourdhui"): answer_of(45, 36, 56),
        ("inhabitants", "decouverte", "orientation"): answer_of(33, 17, 54, kind="inhabitants"),
    }
    spec(
        """
        constat
        ------------
        orientation
        """,
        lambda _: [plain(text) for item in of_surveys(answers).first for text in (item.fact, *item.facing)],
        [
            "45 % des structures interrogées orientent vers d’autres lieux (entre 36 et 56 %).",
            "Parmi les personnes aidées, 33 % (entre 17 et 54 %) y ont été envoyées par un professionnel.",
        ],
    )


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


def test_a_thing_that_most_have_is_the_share_of_those_without_it(spec):
    """« 62 % ont un ordinateur » se dit par la difficulté : 38 % n’en ont pas."""
    spec(
        """
        part | basse | haute
        -----+-------+------
          62 |    56 |    67
          47 |    40 |    54
        """,
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
        ],
        [
            "38 % des habitants n’ont pas d’ordinateur (entre 33 et 44 %).",
            "47 % des habitants ont un ordinateur (entre 40 et 54 %",
        ],
    )


def test_a_criterion_put_first_is_the_one_that_most_put_first(spec):
    """Le titre nomme la réponse la plus donnée de son graphique, jamais une autre."""

    def first_facts(t):
        (finding,) = of_surveys(surveyed(t, "inhabitants")).first
        drawn = {figure.label: figure.value for figure in finding.figures}
        assert finding.figures[0].value == max(drawn.values()), "the first bar is the longest"
        return plain(finding.fact)

    spec(
        """
        question | réponse   | part | basse | haute
        ---------+-----------+------+-------+------
        critere  | gratuite  | 29   | 23    | 35
        critere  | confiance | 33   | 27    | 39
        critere  | proximite | 38   | 32    | 44
        """,
        first_facts,
        "38 % des habitants mettent la proximité en premier pour accepter une aide (entre 32 et 44 %).",
    )
