"""The first page of a dossier, its story, and the last of the reader's part, its proposals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from maillage.publishing.journey import Journey, workshop_stages
from maillage.publishing.page.blocks import Block, Bullets, Callout, Chapter, Heading, Text, TwoColumns
from maillage.publishing.plan.reading import PlanReading
from maillage.publishing.territory import atlas, certainty, gaps, map_keys, sentences, synthesis
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.chapters.need import MODESTLY
from maillage.publishing.territory.chapters.opening import contradiction, key_figure
from maillage.publishing.territory.chapters.sections import comment_of
from maillage.publishing.territory.labels import BREAKDOWN_LABELS
from maillage.publishing.territory.local_survey import confronted
from maillage.publishing.territory.reading import Group, Reading
from maillage.publishing.territory.subject import ages_sentence
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.words import wording

AGE, DIPLOMA = BREAKDOWN_LABELS["age"], BREAKDOWN_LABELS["diplome"]
TITLES = {
    sentences.SPREAD["reparti"]: "Un besoin réparti dans tout le territoire",
    sentences.SPREAD["concentre"]: "Un besoin plus fort par endroits",
}
NO_OFFER = "Aucun recensement de lieux n’est entré dans ce diagnostic."
TO_FIX = "Chaque proposition attend un pilote, une date, un coût et un effet attendu."
UNSURE = "Hachures : classement moins sûr que « probablement »."  # which the guide of the page defines
MOST_ACTIONS = 12  # of a plan, in the part that whoever decides reads
RANKING = " par quartier ou commune, ni à les classer entre eux"


def story_chapter(
    d: Diagnosis,
    r: Reading,
    layers: Mapping[str, str],
    comments: Mapping[str, str],
    proposals: Sequence[str],
    foreword: Sequence[Callout] = (),
) -> Chapter:
    """Return the first figure, the story beside its map, then how to read every figure.

    layers: SVG maps by name; proposals: those of the last chapter of the reader's part; foreword: the words
    that open it, where they are few.
    """
    story = tuple(Text(text=text) for text in _paragraphs(r, proposals))
    first_layers = ("numerique", "les-deux") if not r.only_class else ()  # one colour draws nothing
    layer = next((name for name in first_layers if name in layers), "")
    opening: tuple[Block, ...] = story
    if layer:
        picture = map_keys.picture(r, layer, atlas.small(d, layer), alt=atlas.description(d, layer))
        names = tuple((mark, words.partition(":")[0].rstrip()) for mark, words in picture.key)
        caption = picture.caption.replace(map_keys.UNSURE[layer], UNSURE)
        picture = replace(picture, key=names, caption=caption)  # bounds stand in the annex of zones
        opening = (TwoColumns(share=0.5, left_blocks=story, right_blocks=(picture,)),)
    return Chapter(
        number="",
        short="L’essentiel",
        anchor="histoire",
        title=next(
            (title for start, title in TITLES.items() if r.where_sentence.startswith(start)), "L’essentiel"
        ),
        blocks=(
            *foreword,
            key_figure(r),
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
    """Yield the paragraphs of the story: people, places, help, actions."""
    groups = [_rate(group) for family in (AGE, DIPLOMA) if (group := _highest(r, family))]
    if people_facts := [text for text in (ages_sentence(r), *groups) if text]:
        yield f"**Qui ?** {'. '.join(people_facts)}."
    # what zones above their share hold together stands in their finding
    yield f"**Où ?** {sentences.HALF.sub('', r.where_sentence).partition(' En tout')[0]}"
    yield f"**Quelle aide ?** {_help(r)}"
    if proposals:
        yield f"**Que faire ?** {'. '.join(_action(text) for text in proposals)}."


def _help(r: Reading) -> str:
    """Return how many places help, and what is surely missing."""
    if r.offer is None:
        return NO_OFFER
    counted = upper_first(wording.count(r.offer.territory.n_places, "lieu recensé", "lieux recensés"))
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
    """Return a reading whose sentences repeat neither the odds of « probablement », which the guide of
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
    classes = f" « Probablement » : {certainty.odds_text()}." if r.class_bounds else ""
    modestly = f" {MODESTLY}" if r.both.modest else ""
    return Callout(
        tone="prudence",
        title="Comment lire les chiffres.",
        text=(
            f"Le vrai nombre est entre les deux bornes {wording.NINE_TIMES} : il est calculé, pas"
            f" compté.{social}{modestly}{classes} Ce dossier ne sert ni à fixer un objectif chiffré"
            f"{RANKING if len(r.zones) > 1 else ''}."
        ),
    )


def proposal_chapter(
    proposals: Sequence[str],
    plan: PlanReading | None,
    journeys: Sequence[Journey] = (),
    participation: Sequence[str] = (),
) -> Chapter:
    """Return the proposals to discuss, led by what each still needs; with a published plan, by where it
    stands. journeys: what groups of workshops wrote; participation: how people took part, in words.
    """
    return Chapter(
        number="n",
        short="Les propositions",
        flows=True,
        title="Ce que nous proposons",
        lead=f"Un plan{' d’exemple' if plan.is_example else ''} est publié. {plan.state}" if plan else TO_FIX,
        blocks=(
            *_planned(plan),
            Bullets(items=tuple(proposals))
            if proposals
            else Text(text="Aucune proposition : les chiffres sont trop peu sûrs."),
            *(
                (Text(text=f"**Ont pris part** : {wording.listing(participation)}."),)
                if participation
                else ()
            ),
            *_workshops(journeys),
        ),
    )


def _planned(plan: PlanReading | None) -> tuple[Block, ...]:
    """Return the actions of the published plan, the first of many, then the title of what is to decide."""
    if plan is None:
        return ()
    actions = plan.ranked
    table = synthesis.actions_table(actions[:MOST_ACTIONS])
    if len(actions) > MOST_ACTIONS:
        note = f"Ici, {MOST_ACTIONS} des {wording.number(len(actions))} actions : le plan les donne toutes."
        table = replace(table, note=note)
    return (*([table] if actions else []), Heading(text="À décider maintenant", small=True))


def _workshops(journeys: Sequence[Journey]) -> tuple[Block, ...]:
    """Return the obstacles and the levers that workshops of the territory wrote, stage by stage."""
    items = tuple(
        f"**{stage.title}**. "
        + " ".join(
            f"{label}{'s' if len(words) > 1 else ''} : {wording.lower_first(' ; '.join(words))}."
            for label, words in (("Obstacle", obstacles), ("Levier", levers))
            if words
        )
        for stage, obstacles, levers in workshop_stages(journeys)
    )
    title = "Les obstacles et les leviers dits en atelier"
    return (Heading(text=title, small=True), Bullets(items=items)) if items else ()
