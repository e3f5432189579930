"""The chapters of the main findings: those of surveys as bars, those of the study in words, their sources."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from maillage.publishing.page.blocks import Bar, Block, Bullets, Chapter, Heading, Text, TwoColumns
from maillage.publishing.territory.main_findings import SIZE, MainFinding, MainFindings, ease_note
from maillage.publishing.territory.subject import chart
from maillage.reference.main_findings import axes
from maillage.words import rounding
from maillage.words.wording import NBSP, listing, lower_first, number, percent

UNSURE_NOTE = "* Un ordre de grandeur : la marge est trop large pour conclure."
INHABITANTS, BODIES = ("inhabitants", "caf"), ("structures", "professionals")
SIDES = (("Ce que disent les habitants", INHABITANTS), ("Ce que disent les structures", BODIES))
MOST_GAPS = 2  # differences between a group and everybody, before the other findings
STAR = f"{NBSP}*"


def chapter(findings: MainFindings) -> Chapter:
    """Return the chapter of the first findings: those of each survey as bars, its sure differences between
    groups before the others, then those that nothing draws, then the sources.
    """
    gaps = [x for x in findings.sure_gaps(*INHABITANTS) if x not in findings.first][:MOST_GAPS]
    printed = [*gaps, *sorted(findings.first, key=lambda x: not x.group)]
    blocks: list[Block] = []
    sides = [(title, [x for x in printed if x.kind in kinds and x.main_figure]) for title, kinds in SIDES]
    titles = [title for title, drawn in sides if drawn]
    for title, drawn in sides:
        if drawn:
            blocks += [Heading(text=title, small=True), *_drawn(drawn, has_key=title == titles[-1])]
    if in_words := [x for x in printed if not x.main_figure]:
        heading = [Heading(text="Ce que montrent les lieux et les classements", small=True)] if blocks else []
        blocks += [*heading, Bullets(items=tuple(map(_item, in_words)))]
    notes = " ".join(filter(None, (_unsure(printed), _bases(printed))))
    return Chapter(
        number="n",
        short="Constats",
        title="Les constats à retenir",
        flows=True,
        blocks=(*blocks, Text(text=notes, tone="note")),
    )


def annex(findings: MainFindings) -> Chapter | None:
    """Return the chapter of the other findings of the study, None without any: those of surveys stand in
    their reports.
    """
    study_findings = [finding for finding in findings.remaining if not finding.kind]
    if not study_findings:
        return None
    blocks: list[Block] = []
    for axis, label in axes().items():
        if items := tuple(f"**{_fact(finding)}.**" for finding in study_findings if finding.axis == axis):
            blocks += [Heading(text=label, small=True), Bullets(items=items)]
    notes = [" ".join(filter(None, (_unsure(study_findings), _bases(study_findings))))]
    if len(study_findings) < len(findings.remaining):
        notes.append("Ceux des enquêtes sont dans leurs rapports.")
    return Chapter(
        number="n",
        short="Autres constats",
        title="Autres constats",
        flows=True,
        blocks=(*blocks, *(Text(text=note, tone="note") for note in notes)),
    )


def fact_bars(findings: Sequence[MainFinding], *, star: str = "", spans: bool = False) -> Iterator[Bar]:
    """Yield a bar for each finding that prints a share: its fact over it, its interval beside. star: after
    the fact of few answers, "" for none; spans: its interval as « 49 – 60 % », for letters read from afar.
    """
    for finding in findings:
        if figure := finding.main_figure:
            fact, margin = finding.fact_alone
            low, high = rounding.outwards(figure.low, figure.high, 1.0, most=100.0)
            words = f"{number(low)} – {percent(high)}" if spans and margin else margin
            yield Bar(label=f"{fact}{star}", low=low, high=high, value=figure.value, words=words)


def _drawn(findings: Sequence[MainFinding], *, has_key: bool) -> tuple[Block, ...]:
    """Return the bars of findings, beside what they call for, in their order. has_key: with the meaning of
    their marks under them.
    """
    rows = [bar for x in findings for bar in fact_bars([x], star="" if x.is_sure else STAR)]
    calls = dict.fromkeys(_call(finding) for finding in findings)
    note = ease_note([finding.fact for finding in findings])
    drawn_chart = chart(rows, alt="Part de chaque réponse.", unit="pour cent")
    drawn_chart = drawn_chart if has_key else replace(drawn_chart, caption="")
    return (
        TwoColumns(share=0.64, left_blocks=(drawn_chart,), right_blocks=(Bullets(items=tuple(calls)),)),
        *((Text(text=note, tone="note"),) if note else ()),
    )


def _call(finding: MainFinding) -> str:
    """Return the answer that a finding calls for, after its meaning where a figure proves it."""
    proof = f"{finding.means} " if finding.is_proven else ""
    return f"{proof}**Réponse** : {lower_first(finding.calls)}"


def _item(finding: MainFinding) -> str:
    """Return a finding in words: what faces it on its own side stands in its survey or chapter."""
    words = f"**{_fact(finding)}.** {finding.confronted} {finding.means} {_call(finding)}"
    return words.replace("  ", " ")


def _fact(finding: MainFinding) -> str:
    return f"{finding.fact.rstrip('.')}{'' if finding.is_sure else STAR}"


def _unsure(findings: Sequence[MainFinding]) -> str:
    """Return the meaning of the star of a fact, "" where none has one."""
    return "" if all(finding.is_sure for finding in findings) else UNSURE_NOTE


def _bases(findings: Sequence[MainFinding]) -> str:
    """Return the sources of findings, each survey once, with the sizes of its samples by population."""
    bases: dict[str, dict[str, dict[str, None]]] = {}
    for item in findings:
        for source in item.source.removesuffix(".").split(". Enquête "):
            survey, _, base_texts = source.partition(" : ")
            populations = bases.setdefault(survey.removeprefix("Enquête "), {})
            for base in base_texts.split(" ; "):
                people, _, n = base.partition(SIZE)
                populations.setdefault(people, {})[n] = None
    return " ".join(
        f"{survey} : {' ; '.join(_with_sizes(people, [*sizes]) for people, sizes in populations.items())}."
        for survey, populations in bases.items()
    )


def _with_sizes(people: str, sizes: Sequence[str]) -> str:
    """Return a population with the sizes of its samples, then how they were weighted, once where all were so.

    >>> _with_sizes("habitants", ["93, redressé", "380, redressé"]).replace(NBSP, " ")
    'habitants, n = 93 et 380, redressé'
    """
    ways = {size.partition(", ")[2] for size in sizes}
    if len(ways) > 1 or not any(sizes):
        return SIZE.join([people, *filter(None, sizes)])
    way = ways.pop()
    return f"{people}{SIZE}{listing([size.partition(', ')[0] for size in sizes])}{f', {way}' if way else ''}"
