"""The first page of a dossier, its story and findings, and the last of the reader's part, its proposals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from maillage.reports.page.blocks import Beside, Block, Bullets, Callout, Chapter, Heading, Text
from maillage.reports.territory import atlas, certainty, gaps, map_keys, sentences
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.chapters.offer import silence
from maillage.reports.territory.chapters.opening import contradiction
from maillage.reports.territory.chapters.sections import comment_of
from maillage.reports.territory.labels import BREAKDOWN_LABELS
from maillage.reports.territory.reading import Group, Reading
from maillage.studies.diagnosis.results import Diagnosis
from maillage.words import wording

MOST_FINDINGS = 10
MOST_CONTEXT = 1  # indicators that part from the country
CAPTIONS = {  # of the map of the story: the chapter of the map gives its bounds
    "numerique": "Part des 15 ans et plus en précarité numérique, face à la France métropolitaine.",
    "les-deux": "Zones où les précarités numérique et sociale sont élevées.",
}
AGE, DIPLOMA = BREAKDOWN_LABELS["age"], BREAKDOWN_LABELS["diplome"]
TITLES = {
    sentences.SPREAD["reparti"]: "Un besoin réparti dans tout le territoire",
    sentences.SPREAD["concentre"]: "Un besoin plus fort par endroits",
}
NO_OFFER = "Aucun recensement de lieux n’est entré dans ce diagnostic."
RANKING = " par quartier ou commune, ni pour les classer entre eux"


def story_chapter(
    d: Diagnosis, r: Reading, layers: Mapping[str, str], comments: Mapping[str, str], proposals: Sequence[str]
) -> Chapter:
    """Return the story beside its map, the findings, then how to read every figure.

    layers: SVG maps by name; proposals: those of the last chapter of the reader's part.
    """
    story = tuple(Text(text=text) for text in _paragraphs(r, proposals))
    layer = next((name for name in ("numerique", "les-deux") if name in layers), "")
    opening: tuple[Block, ...] = story
    if layer:
        picture = map_keys.picture(r, layer, atlas.small(d, layer), alt=atlas.description(d, layer))
        names = tuple((mark, words.partition(":")[0].rstrip()) for mark, words in picture.key)
        picture = replace(picture, key=names, caption=CAPTIONS[layer])
        opening = (Beside(share=0.56, left=story, right=(picture,)),)
    return Chapter(
        number="",
        short="L’essentiel",
        anchor="histoire",
        title=next(
            (title for start, title in TITLES.items() if r.where_sentence.startswith(start)), "L’essentiel"
        ),
        blocks=(
            *opening,
            *contradiction(r),
            *_listed_findings(r),
            *((Text(text=r.target),) if r.target else ()),
            _guide(r),
            *comment_of(comments, "synthese"),
        ),
    )


def _paragraphs(r: Reading, proposals: Sequence[str]) -> Iterator[str]:
    """Yield the answer, then who, where, which help and what to do."""
    c, statement = r.headline, r.definition.statement
    if c.value:
        yield f"{upper_first(c.about)} **{c.value} personnes** {statement}, {c.between}."
    else:
        yield f"**{upper_first(c.between)} personnes** {statement}."
    yield f"C’est {c.share} des 15 ans et plus."
    if groups := [_rate(group) for family in (AGE, DIPLOMA) if (group := _highest(r, family))]:
        yield f"**Qui ?** {'. '.join(groups)}."
    yield f"**Où ?** {sentences.HALF.sub('', r.where_sentence)}"
    yield f"**Quelle aide ?** {_help(r)}"
    if proposals:
        yield f"**Que faire ?** {'. '.join(_action(text) for text in proposals)}."


def _help(r: Reading) -> str:
    """Return how many places help, and how many of them do not say what they propose."""
    if r.offer is None:
        return NO_OFFER
    counted = upper_first(wording.count(r.offer.whole.n_places, "lieu recensé", "lieux recensés"))
    return f"{counted}.{silence(r.offer)}"


def _action(proposal: str) -> str:
    """Return the action of a proposal, without what it answers.

    >>> _action("**Recenser les lieux d’aide.** Sans eux, aucun manque ne peut être nommé.")
    'Recenser les lieux d’aide'
    """
    return proposal.partition(".** ")[0].strip("*")


def _percentage(text: str) -> float:
    """Return the number of a share as it is printed: 64 for « 64 % »."""
    return float(text.partition("\xa0")[0].replace(",", "."))


def _highest(r: Reading, family: str) -> Group | None:
    """Return the group of a family where most people are concerned, None where no share is a point."""
    rated = (group for group in r.profile if group.family == family and group.rate)
    return max(rated, key=lambda group: _percentage(group.rate or ""), default=None)


def _largest(r: Reading, family: str) -> Group | None:
    """Return the group of a family that most people concerned belong to, None where no share is a point."""
    known = (group for group in r.profile if group.family == family and group.share)
    return max(known, key=lambda group: group.share_value, default=None)


def _rate(group: Group) -> str:
    margin = f" ({group.rate_span})" if group.rate_span else ""
    return f"{group.label} : {group.rate} de personnes concernées{margin}"


def findings(r: Reading) -> list[str]:
    """Return the main facts of a study, a sentence each with its interval, `MOST_FINDINGS` at most: who,
    where, which help, then what parts the territory from the country.
    """
    return [*_findings_on_people(r), *_findings_on_places(r), *_findings_on_gaps(r), *_local(r)][
        :MOST_FINDINGS
    ]


def _findings_on_people(r: Reading) -> Iterator[str]:
    if group := _largest(r, AGE):
        yield f"{group.label} : {group.share} des personnes concernées ({group.share_span})."
    if r.both.value:
        yield f"{upper_first(r.both.in_full)} concernées vivent aussi modestement."


def _findings_on_places(r: Reading) -> Iterator[str]:
    if r.crossing_sentence:
        yield r.crossing_sentence.partition(" Parmi ")[0]
    if r.districts.title:
        yield r.districts.sentence


def _findings_on_gaps(r: Reading) -> Iterator[str]:
    """Yield the heaviest gap, or what silent places leave unknown where none is certain."""
    lacks = [gap.sentence for gap in gaps.shared(r.offer)]
    lacks += [
        f"{line.label} : {line.missing_about} sans lieu connu à portée. Des lieux ne répondent pas."
        for line in gaps.unknown(r.offer)
    ]
    yield from lacks[:1]


def _local(r: Reading) -> Iterator[str]:
    """Yield the agreement of a survey with the estimate, then the indicators that part from the country."""
    if r.survey and not r.survey.reason:
        yield (
            "L’enquête locale et le calcul concordent."
            if r.survey.agrees
            else "L’enquête locale contredit le calcul : voir l’annexe."
        )
    if r.offer:
        return  # the gaps of the offer say more, and a page has forty figures at most
    parted = [x for x in r.context if x.here and x.direction.startswith(("plus", "moins"))]
    for x in parted[:MOST_CONTEXT]:
        local = f"{x.here} ({x.between})" if x.between else x.here
        yield f"{x.label.partition(', parmi')[0]} : {local} ici, {x.country} en France."


def without_repeats(r: Reading) -> Reading:
    """Return a reading whose sentences repeat neither the odds of « très probablement », which the guide of
    the first page gives, nor a warning of the annex.
    """
    odds = f" ({certainty.odds_text()})"

    def bare(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(text.replace(odds, "").replace(wording.spaced(odds), "") for text in texts)

    classes = (text for text in r.class_sentences if text.replace("**", "") not in r.warnings)
    crossing, leaders = bare((r.crossing_sentence, r.leaders_sentence))
    return replace(
        r, crossing_sentence=crossing, leaders_sentence=leaders, class_sentences=bare(tuple(classes))
    )


def _listed_findings(r: Reading) -> tuple[Block, ...]:
    """Return the findings in two columns, numbered."""
    numbered = [Text(text=f"**{k}.** {text}") for k, text in enumerate(findings(r), 1)]
    if not numbered:
        return ()
    half = (len(numbered) + 1) // 2
    return (
        Heading(text="Les constats à retenir"),
        Beside(left=tuple(numbered[:half]), right=tuple(numbered[half:])),
    )


def _guide(r: Reading) -> Callout:
    """Return how to read every figure of the dossier, what a class compares, and what no figure is for."""
    classes = (
        " Une classe, « élevée », compare à la France métropolitaine. Hachures sur une carte : classe"
        f" incertaine. « Très probablement » : {certainty.odds_text()}."
        if r.class_bounds
        else ""
    )
    return Callout(
        tone="prudence",
        title="Comment lire les chiffres.",
        text=(
            "Les personnes concernées sont calculées, pas comptées. Entre parenthèses, les deux bornes : le"
            f" vrai nombre s’y trouve {wording.NINE_TIMES}. Sur une barre, les hachures vont de l’une à"
            f" l’autre.{classes} « Masqué » : trop peu de personnes, jamais zéro. Ne vous servez pas de ce"
            f" dossier pour fixer un objectif chiffré{RANKING if len(r.zones) > 1 else ''}, ni pour suivre"
            " une évolution. Il ne remplace pas une enquête locale."
        ),
    )


def proposal_chapter(proposals: Sequence[str]) -> Chapter:
    """Return the proposals to discuss; what each still needs leads them."""
    return Chapter(
        number="n",
        short="Les propositions",
        flows=True,
        title="Ce que nous proposons",
        lead="Pour chaque proposition, le plan fixe un pilote, une date, un coût et l’effet attendu.",
        blocks=(
            Bullets(items=tuple(proposals))
            if proposals
            else Text(text="Aucune proposition : les chiffres sont trop peu sûrs."),
        ),
    )
