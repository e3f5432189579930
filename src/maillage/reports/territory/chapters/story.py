"""The first page of a dossier, its story, and the last of the reader's part, its proposals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from maillage.reports.codesign.journey import workshop_stages
from maillage.reports.page.blocks import Beside, Block, Bullets, Callout, Chapter, Heading, Text
from maillage.reports.plan.reading import PlanReading
from maillage.reports.territory import atlas, certainty, gaps, map_keys, sentences, synthesis
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.chapters.opening import contradiction
from maillage.reports.territory.chapters.sections import comment_of
from maillage.reports.territory.labels import BREAKDOWN_LABELS
from maillage.reports.territory.local_survey import confronted
from maillage.reports.territory.reading import Group, Reading
from maillage.studies.diagnosis.results import Diagnosis
from maillage.words import wording

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
TO_FIX = "Chaque proposition attend un pilote, une date, un coût et un effet attendu."
RANKING = " par quartier ou commune, ni à les classer entre eux"


def story_chapter(
    d: Diagnosis, r: Reading, layers: Mapping[str, str], comments: Mapping[str, str], proposals: Sequence[str]
) -> Chapter:
    """Return the story beside its map, then how to read every figure.

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
            *_surveyed(r),
            *((Text(text=r.target),) if r.target else ()),
            _guide(r),
            *comment_of(comments, "synthese"),
        ),
    )


def _surveyed(r: Reading) -> tuple[Callout, ...]:
    """Return the survey that contradicts the first figure, and the one to quote; none where they agree."""
    if r.survey is None or r.survey.agrees or not r.survey.lines:
        return ()
    text = confronted(r.survey)
    return (Callout(tone="prudence", title="L’enquête contredit le calcul.", text=text),)


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
    """Return how many places help, and what is surely missing."""
    if r.offer is None:
        return NO_OFFER
    counted = upper_first(wording.count(r.offer.whole.n_places, "lieu recensé", "lieux recensés"))
    return f"{counted}. {gaps.headline(r.offer)}."


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


def _rate(group: Group) -> str:
    margin = f" ({group.rate_span})" if group.rate_span else ""
    return f"{group.label} : {group.rate} d’entre eux sont concernés{margin}"


def without_repeats(r: Reading) -> Reading:
    """Return a reading whose sentences repeat neither the odds of « très probablement », which the guide of
    the first page gives, nor a warning of the annex.
    """
    odds = f" ({certainty.odds_text()})"

    def bare(texts: Sequence[str]) -> tuple[str, ...]:
        repeats = [odds, certainty.odds_sentence()]
        for repeat in [*repeats, *map(wording.spaced, repeats)]:
            texts = [text.replace(repeat, "") for text in texts]
        return tuple(texts)

    classes = (text for text in r.class_sentences if text.replace("**", "") not in r.warnings)
    crossing, leaders = bare((r.crossing_sentence, r.leaders_sentence))
    return replace(
        r, crossing_sentence=crossing, leaders_sentence=leaders, class_sentences=bare(tuple(classes))
    )


def _guide(r: Reading) -> Callout:
    """Return how to read every figure of the dossier, what a class compares, and what no figure is for."""
    social = (
        " « Précarité sociale » : RSA, AAH, HLM, chômage, faibles revenus, familles monoparentales."
        if r.crossing_sentence
        else ""
    )
    classes = (
        f" « Élevée » : face à la France métropolitaine. « Très probablement » : {certainty.odds_text()}."
        if r.class_bounds
        else ""
    )
    return Callout(
        tone="prudence",
        title="Comment lire les chiffres.",
        text=(
            f"Le vrai nombre est entre les deux bornes {wording.NINE_TIMES} : il est calculé, pas"
            f" compté.{social}{classes} « Masqué » : trop peu de personnes. Ce dossier ne sert ni à fixer un"
            f" objectif chiffré{RANKING if len(r.zones) > 1 else ''}."
        ),
    )


def proposal_chapter(proposals: Sequence[str], plan: PlanReading | None) -> Chapter:
    """Return the proposals to discuss, led by what each still needs; with a published plan, by where it
    stands.
    """
    return Chapter(
        number="n",
        short="Les propositions",
        flows=True,
        title="Ce que nous proposons",
        lead=f"{synthesis.planned(plan)} À décider maintenant :" if plan else TO_FIX,
        blocks=(
            Bullets(items=tuple(proposals))
            if proposals
            else Text(text="Aucune proposition : les chiffres sont trop peu sûrs."),
            *_workshops(plan),
        ),
    )


def _workshops(plan: PlanReading | None) -> tuple[Block, ...]:
    """Return the obstacles and the levers that workshops of the territory wrote, stage by stage."""
    items = tuple(
        f"**{stage.title}**. "
        + " ".join(
            f"{label}{'s' if len(words) > 1 else ''} : {wording.lower_first(' ; '.join(words))}."
            for label, words in (("Obstacle", obstacles), ("Levier", levers))
            if words
        )
        for stage, obstacles, levers in workshop_stages(plan.journeys if plan else ())
    )
    title = "Les obstacles et les leviers dits en atelier"
    return (Heading(text=title, small=True), Bullets(items=items)) if items else ()
