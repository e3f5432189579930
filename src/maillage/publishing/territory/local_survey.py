"""A survey beside the model, as told: three figures, what each weighs, and why they differ."""

from maillage.kernel.estimate import Estimate
from maillage.publishing.page import charts
from maillage.publishing.page.blocks import Bullets, Callout, Cell, Chapter, Grid, Heading, Text
from maillage.publishing.territory.figures import figure
from maillage.publishing.territory.reading import (
    Source,
    SurveyAhead,
    SurveyLine,
    SurveyReading,
    SurveyScenario,
)
from maillage.reference.parameters import number
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.survey.census_margins import margin_doubts
from maillage.statistics.survey.local_survey import SOURCE, Composite, Measured, expected, persons
from maillage.words import rounding, wording
from maillage.words.wording import NBSP

MODEL, SURVEY, BOTH = "Le modèle seul", "L’enquête seule", "Les deux ensemble"
CONVERTED = "ramenée à la définition"  # a survey whose question counts other people
METHOD = "enquete-et-estimation"
SIZES = (100, 300, 600)  # answers of a survey to come


def document(d: Diagnosis) -> dict[str, object] | None:
    """Return the content of etude.json on the survey; None without one."""
    c = d.composite
    if c is None:
        return {"motif": d.not_composed} if d.not_composed else None
    m, link = c.measured, c.measured.link
    three = {"modele": c.model, "enquete": c.survey, "combinee": c.combined}
    return {
        "titre": m.title,
        "question": m.question,
        "demande": link.wording,
        "compte": link.counts,
        "n": m.n,
        "effectif_equivalent": m.effective,
        "redressement": {"variables": list(m.variables), "population": m.residents},
        "lien": {
            "id": link.id,
            "part_nationale": link.known or None,
            "producteur": link.producer,
            "titre": link.title,
            "annee": link.year or None,
            "difference": link.difference,
            "doute": link.doubt,
        },
        "part_question": figure(c.question_share),
        **{name: figure(estimate) for name, estimate in three.items()},
        "personnes": {name: figure(persons(estimate, d.universe)) for name, estimate in three.items()},
        "poids": {"modele": 1 - c.weight, "enquete": c.weight},
        "ecart": figure(c.gap),
        "accord": c.agree,
        "retenue": c.retained,
        "sensibilite": [
            {
                "hypothese": s.label,
                "poids_enquete": s.weight,
                "valeur": s.rate.value,
                "bas": s.rate.low,
                "haut": s.rate.high,
            }
            for s in c.scenarios
        ],
    }


def source(d: Diagnosis) -> tuple[Source, ...]:
    """Return the survey as a source of the study, nothing when it has none."""
    if d.composite is None:
        return ()
    m = d.composite.measured
    return (
        Source(
            id=SOURCE,
            producer="enquête locale",
            title=f"{m.title}, question « {m.link.wording} », {wording.count(m.n, 'réponse')}",
            vintage="",
            licence="",
            quote=m.link.wording,
            doubt=(
                f"{m.link.difference} Le redressement ne corrige pas qui passe là où l’on enquête, ni qui"
                " accepte."
            ),
            url="",
            accessed_on="",
            use="Ce que disent les habitants, et le premier nombre quand elle y entre",
        ),
    )


def warnings(d: Diagnosis) -> list[str]:
    """Return the warnings on the survey for a reader of a figure, in whole sentences."""
    if d.composite is None:
        return [d.not_composed] if d.not_composed else []
    return [*discussion(d.composite), *_other_people(d), unmoved(d)]


def _other_people(d: Diagnosis) -> tuple[str, ...]:
    assert d.composite is not None
    m = d.composite.measured
    return margin_doubts(m.residents, m.ages, m.margins_year, d.request.zoning.rows)


def unmoved(d: Diagnosis) -> str:
    """Return the sentence that says what the survey leaves as it was."""
    assert d.composite is not None
    if d.composite.retained == "modele":
        return "Les nombres de ce dossier restent donc ceux du modèle seul : l’enquête n’y entre pas."
    return (
        "L’enquête porte sur tout le territoire : chaque zone suit le même mouvement. Les autres définitions,"
        " les niveaux de difficulté et les marges détaillées restent ceux du modèle."
    )


def discussion(c: Composite) -> list[str]:
    """Return the difference between model and survey, discussed: how large, whether chance explains it, where
    it may come from.
    """
    m, link = c.measured, c.measured.link
    survey = wording.rate(c.survey)
    redressed = (
        f", redressées sur {wording.listing([f'« {v} »' for v in m.variables])}" if m.variables else ""
    )
    out = [
        f"« {m.title} » : {wording.count(m.n, 'réponse')} à la question « {link.wording} »{redressed}. "
        f"{_share(c.question_share)} des personnes qu’elle représente {link.counts}."
    ]
    out += _selection(m)
    if link.known and link.doubt:
        out.append(
            "Cette question n’est pas celle de la définition. Dans le pays,"
            f" {wording.percent(link.known, _decimals(link.known))} sont dans ce cas ({link.producer},"
            f" {link.year}) : nous reportons sur la définition l’écart d’ici au pays, et son doute avec lui."
            f" {link.difference}"
        )
    else:
        out.append(link.difference)
    gap = _gap(c.gap, is_share_printed=survey.value is not None)
    if c.agree:
        out.append(
            f"{gap} Le doute de chacun suffit à l’expliquer : les deux sont combinés selon leur précision."
        )
    else:
        out.append(
            f"{gap} Le doute de chacun n’y suffit pas : on n’en fait pas la moyenne, et le chiffre"
            " retenu reste celui du modèle. Trois raisons à regarder : qui a répondu, et où ; une question"
            " qui ne compte pas les mêmes personnes ; un territoire qui s’écarte vraiment de ce que disent"
            " ses âges et ses diplômes."
        )
    return out


def _selection(m: Measured) -> list[str]:
    """Return the doubt added for those who did not answer, in words, and why; nothing while it is small."""
    times = m.selection / number("composite/selection")
    if times < 1.5:
        return []
    causes = ["les poids ont déplacé cette part"] if m.moved_doubt > m.selection / 2 else []
    causes += [f"{wording.share(m.silent)} des personnes ont laissé la question"] if m.silent >= 0.05 else []
    if max(map(abs, m.undone), default=0.0) > m.selection / 2:
        causes.append(
            "une fois les poids appliqués, les âges ou les diplômes, lus dans les classes du modèle, restent"
            " loin du recensement"
        )
    if not m.sample.is_weighted_by_age:
        causes.append(
            "aucune marge ne porte sur l’âge"
            if m.sample.ages
            else "le fichier ne dit pas l’âge en années, ni en classes d’années"
        )
    if not causes:
        return []
    return [
        f"Les personnes qui n’ont pas répondu sont mal connues : {wording.listing(causes)}. Le redressement"
        " ne corrige pas tout : le doute sur le choix des répondants est"
        f" {wording.number(times, 1)} fois celui d’un sondage dont rien ne signale le biais."
    ]


def _decimals(value: float) -> int:
    return 0 if float(value).is_integer() else 1


def _share(f: Estimate) -> str:
    rate_text = wording.rate(f)
    return f"{rate_text.value} ({rate_text.between})" if rate_text.value else rate_text.between.capitalize()


def _with_interval(figure_text: wording.FigureText) -> str:
    return f"{figure_text.value} ({figure_text.between})" if figure_text.value else figure_text.between


def _points(value: float) -> str:
    size = rounding.rounded(abs(value))
    noun = "point" if size < 2 else "points"
    return f"{wording.number(size)}{NBSP}{noun} de {'plus' if value > 0 else 'moins'}" if size else "autant"


def _gap(gap: Estimate, *, is_share_printed: bool) -> str:
    """Return the sentence that says how far the survey is from the model. is_share_printed: its own share is
    printed; otherwise a gap of so many points, added to the model, would give it.
    """
    low, high = rounding.signed_outwards(gap.low, gap.high)
    between = f"entre {_points(low)} et {_points(high)}"
    if low * high > 0:
        near, far = sorted((abs(low), abs(high)))
        between = f"entre {wording.number(near)} et {_points(far if high > 0 else -far)}"
    if not is_share_printed:
        return f"L’enquête trouve {between} que le modèle."
    if not rounding.rounded(abs(gap.value)):
        return f"L’enquête et le modèle disent la même chose, à un point près (écart {between})."
    return f"L’enquête trouve {_points(gap.value)} que le modèle ({between})."


def read(d: Diagnosis) -> SurveyReading | None:
    """Return the survey as a page and a dossier show it; None without one."""
    c = d.composite
    if c is None:
        return _unread(d.not_composed) if d.not_composed else None
    names = (
        (MODEL, c.model, 1 - c.weight),
        (f"L’enquête, {CONVERTED}" if c.measured.link.known else SURVEY, c.survey, c.weight),
        (BOTH, c.combined, 1.0),
    )
    combined = c.retained == "combinee"
    top = charts.axis_top([estimate for _, estimate, _ in names])
    lines = []
    for label, estimate, weight in names:
        rate, people = wording.rate(estimate), wording.people(persons(estimate, d.universe), most=d.universe)
        lines.append(
            SurveyLine(
                label=label if combined or label != BOTH else f"{BOTH} (non retenu)",
                share=rate.value or "—",
                share_between=rate.span,
                people=people.value or "—",
                people_between=people.span,
                weight="" if label == BOTH else wording.share(weight),
                bar=charts.small_bar(estimate, top=top, id="rayures"),
                is_retained=label == (BOTH if combined else MODEL),
            )
        )
    return SurveyReading(
        reason="",
        title=c.measured.title,
        lines=tuple(lines),
        agrees=c.agree,
        axis=wording.percent(top),
        sentences=tuple(warnings(d)),
        sensitivity=tuple(
            SurveyScenario(s.label, wording.share(s.weight), *wording.rate(s.rate).cells) for s in c.scenarios
        ),
        method=METHOD,
        in_brief=_in_brief(d, c),
    )


def _in_brief(d: Diagnosis, c: Composite) -> tuple[str, ...]:
    """Return a sentence of the model, one of the survey and one of both: of a survey that asks another
    question, its own share first, then the range that it becomes.
    """

    def in_words(estimate: Estimate) -> str:
        n = wording.people(persons(estimate, d.universe), most=d.universe)
        return f"{_with_interval(wording.rate(estimate))}, soit {n.about}"

    link, both = c.measured.link, in_words(c.combined)
    survey = f"{SURVEY} : {in_words(c.survey)}."
    if link.known:
        survey = (
            f"L’enquête : {wording.lower_first(_share(c.question_share))} des personnes {link.counts} ;"
            f" {CONVERTED}, cela donne {in_words(c.survey)}."
        )
    end = f"**{BOTH}** : {both}. C’est le nombre retenu."
    if c.retained != "combinee":
        end = "L’écart dépasse les deux marges : **le nombre retenu est celui du modèle seul**."
    return f"{MODEL} : {in_words(c.model)}.", survey, end


def confronted(r: SurveyReading | None) -> str:
    """Return the number to quote where a survey stands beside the model, and why; "" without both."""
    if r is None or not r.lines:
        return ""
    model, survey, both = map(_people, r.lines)
    if r.agrees:
        return (
            f"Citez {both} personnes : le calcul seul dit {model}, l’enquête « {r.title} » seule {survey}, et"
            " les deux concordent."
        )
    return (
        f"Citez {model} personnes, le nombre calculé. L’enquête « {r.title} » en trouve {survey} : elle pose"
        " une autre question, à celles et ceux qui ont répondu. L’écart dépasse les deux marges, on n’en"
        " fait donc pas la moyenne."
    )


def moved(r: SurveyReading | None) -> str:
    """Return the move of the number by a survey, in a sentence after a space; "" where nothing moved."""
    if r is None or not r.lines or not r.agrees:
        return ""
    model, _, both = map(_people, r.lines)
    return f" L’enquête l’a fait passer de {model} à {both}." if model != both else ""


def _people(line: SurveyLine) -> str:
    """Return the people of an estimate, by its bounds where no point is printed."""
    return (
        line.people if any(map(str.isdigit, line.people)) else f"de {line.people_between.replace('–', 'à')}"
    )


def ahead(d: Diagnosis) -> tuple[SurveyAhead, ...]:
    """Return the weight here of surveys of a few sizes; nothing where one was read, or none would be."""
    is_small = d.adults < number("protection/small_area")
    if d.composite or d.not_composed or d.request.inside is not None or is_small:
        return ()
    rates = d.draws / max(d.universe, 1.0)
    planned = ((n, expected(n, d.request.definition, rates, seed=d.request.seed)) for n in SIZES)
    return tuple(
        SurveyAhead(wording.number(n), wording.share(answer[0]), wording.rate(answer[1]).span)
        for n, answer in planned
        if answer
    )


def _unread(reason: str) -> SurveyReading:
    return SurveyReading(
        reason=reason, title="", lines=(), agrees=False, axis="", sentences=(), sensitivity=(), method=METHOD
    )


def chapter(r: SurveyReading) -> Chapter:
    """Return the chapter of the dossier."""
    if r.reason:
        return Chapter(
            number="n",
            short="L’enquête locale",
            flows=True,
            title="Une enquête qui ne change pas l’estimation",
            blocks=(Callout(tone="prudence", title="Non combinée.", text=r.reason),),
        )
    first, *rest = r.sentences
    title = "L’enquête et le modèle, ensemble" if r.agrees else "L’enquête contredit le modèle"
    return Chapter(
        number="n",
        short="L’enquête locale",
        title=title,
        lead=first,
        blocks=(
            Grid(
                caption="Trois estimations du même besoin",
                columns=(
                    "D’après",
                    "Part",
                    "Fourchette",
                    "Personnes",
                    "Fourchette",
                    "Poids",
                    f"De 0 à {r.axis}",
                ),
                align="gdddddg",
                widths=(2.0, 0.9, 1.2, 1.3, 1.9, 0.8, 1.6),
                rows=tuple(
                    (
                        Cell(text=x.label, strong=x.is_retained),
                        Cell(text=x.share, strong=x.is_retained),
                        Cell(text=x.share_between),
                        Cell(text=x.people, strong=x.is_retained),
                        Cell(text=x.people_between),
                        Cell(text=x.weight or "—"),
                        Cell(text=x.share_between, svg=x.bar),
                    )
                    for x in r.lines
                ),
                note="En gras, l’estimation retenue dans ce dossier. Champ : celui de la définition.",
            ),
            Heading(text="D’où vient l’écart", small=True),
            Bullets(items=tuple(rest)),
            Text(text=" ".join(_scenario(x) for x in r.sensitivity)),
            Text(text="La méthode est décrite à la page « L’enquête et l’estimation ».", tone="note"),
        ),
    )


def _scenario(x: SurveyScenario) -> str:
    """Return the weight of the survey and the share of both together under another assumption."""
    share = f"{x.share} ({x.share_between})" if any(map(str.isdigit, x.share)) else x.share_between
    return f"{x.label} : l’enquête pèserait {x.weight} ; la part serait de {share}."
