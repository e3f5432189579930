"""The source of each figure: what it counts, among whom, its margin, how, its quote, and our doubt."""

from collections.abc import Sequence

from maillage.publishing.territory import sentences
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.provenance import RATES_READ_ON
from maillage.publishing.territory.reading import Card, Cards, Source
from maillage.reference.cards import cards as source_cards
from maillage.reference.definitions import LEVELS, Definition, definition
from maillage.sources import anct
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.need import population as frames
from maillage.words import wording
from maillage.words.wording import FigureText, listing, lower_first

OF_DEFINITION = "Le premier nombre de ce document : la part de chaque âge, diplôme et niveau de vie"
OF_LEVELS = "Les niveaux de difficulté, et l’aide qui répond à chacun"
OF_ZONES = "Les zones de ce document"
FOR2 = (
    "comment les diplômes se répartissent selon l’âge : seul ce lien, semblable partout, vient d’une autre"
    " région"
)


def need_card(d: Diagnosis, need: FigureText, universe: float) -> Card:
    """Return the card of the need, of a territory or of a zone. universe: the people among whom it is
    counted.
    """
    chosen = d.request.definition
    return _card(
        chosen,
        counts=chosen.meaning or f"Les personnes qui {chosen.statement}, d’après {chosen.producer}.",
        among=f"{wording.count(round(universe), 'habitant')} : {chosen.universe}. Recensement de 2021.",
        margin=(
            f"Le vrai nombre est entre {need.low} et {need.high}, {wording.NINE_TIMES}. Sinon, c’est moins"
            " souvent."
            if need.low
            else need.why
        ),
        how=(
            "Taux nationaux par âge, diplôme et niveau de vie, appliqués aux habitants de chaque commune ou"
            " quartier. "
            f"C’est un calcul, pas un comptage. {_respondents(chosen)}{_surveyed(d)}"
        ),
        method="besoins",
    )


def _card(d: Definition, *, counts: str, among: str, margin: str, how: str, method: str) -> Card:
    """Return the card of a figure that comes from one definition: it brings its publication and its doubt."""
    return Card(
        counts=counts,
        among=among,
        margin=margin,
        how=how,
        quote=d.quote,
        producer=d.producer,
        title=d.title,
        url=d.url,
        year=d.year,
        doubt=d.doubt,
        method=method,
    )


def _surveyed(d: Diagnosis) -> str:
    """Return the sentence that says a survey of the territory moved the figure, nothing when none did."""
    if d.composite is None or d.composite.retained != "combinee":
        return ""
    m = d.composite.measured
    return (
        f" Une enquête du territoire, « {m.title} », {wording.count(m.n, 'réponse')}, y compte pour "
        f"{wording.share(d.composite.weight)}."
    )


def _respondents(d: Definition) -> str:
    n = wording.number(d.n)
    return (
        f"Enquête : {n} répondants."
        if d.n_known
        else f"Enquête : environ {n} répondants (supposé, non publié)."
    )


def other_cards(d: Diagnosis) -> Cards:
    """Return the cards of the figures that stand under the first one: levels, both precarities, who, and
    context.
    """
    chosen, cut = d.request.definition, definition(LEVELS)
    among = wording.count(round(d.universe), "habitant")
    draws = f"Fourchettes à {wording.NINE_IN_TEN}. Mêmes {d.request.n_draws} calculs que le nombre du haut."
    income, minima = source_cards()["insee-filosofi-communes"], source_cards()["cnaf-2021-iris"]
    return Cards(
        levels=_card(
            cut,
            counts="Tous les habitants de 15 ans et plus, rangés en quatre niveaux de difficulté.",
            among=f"{among} : {cut.universe}. Recensement de 2021.",
            margin=draws,
            how=(
                "Les parts nationales sont réparties comme l’illectronisme, selon l’âge, le diplôme et le"
                f" niveau de vie. {_respondents(cut)}"
            ),
            method="trois-niveaux",
        ),
        both=Card(
            counts=(
                "Les personnes en précarité numérique dont le ménage est aussi parmi les 40 % de la France"
                " aux plus faibles revenus."
            ),
            among=f"{among} : {chosen.universe}. Recensement de 2021.",
            margin=f"{draws} Le lien entre niveau de vie et numérique y est tiré aussi.",
            how=(
                "Niveaux de vie de chaque commune ou quartier déduits du revenu médian de la commune et des"
                " allocations versées. Ils sont ensuite rapprochés de l’âge et du diplôme."
                f" {wording.number(dict(d.modest.counted)['communes'])} revenus"
                " médians lus."
            ),
            quote="",
            producer="",
            title=f"{income.producer}, {income.title} ; {minima.producer}, {minima.title}",
            url="",
            year=None,
            doubt=(
                "Aucun tableau publié ne croise le numérique et le niveau de vie dans une commune. Leur"
                f" lien est une hypothèse. {income.doubt}"
            ),
            method="double-precarite",
        ),
        profile=_card(
            chosen,
            counts=(
                f"Deux parts. La première : dans un groupe, les personnes qui {chosen.statement}. La seconde"
                " : parmi ces personnes, celles du groupe."
            ),
            among=f"{among} : {chosen.universe}. Recensements de 2018 et 2021.",
            margin=(
                f"{draws} Chaque calcul amène les taux nationaux au total du territoire ; le hasard des"
                " petits groupes s’y ajoute."
            ),
            how=f"{sentences.rates_applied(d)} {_respondents(chosen)}",
            method="besoins",
        ),
        context=Card(
            counts=(
                "Des parts d’habitants, ici et dans le pays, qui rendent la difficulté plus ou moins"
                " fréquente."
            ),
            among=(
                f"{wording.count(round(d.population), 'habitant')} ici ; le champ de chaque part est écrit"
                " à sa ligne."
            ),
            margin=(
                "L’âge et les diplômes viennent du recensement, sans fourchette ici. La pauvreté est une"
                " estimation."
            ),
            how="Recensements de 2018 et 2021 ; pour la pauvreté, revenus médians et allocations.",
            quote="",
            producer="",
            title=f"Insee, recensements ; {income.producer}, {income.title}",
            url="",
            year=None,
            doubt="Une part plus forte ici ne prouve pas, seule, que la difficulté y soit plus fréquente.",
            method="niveau-de-vie",
        ),
    )


def _page(url: str) -> str:
    """Return the address of a publication, nothing when it was handed over without one."""
    return url if url.startswith("https://") else ""


def sources(d: Diagnosis) -> tuple[Source, ...]:
    """Return the sources behind the diagnosis: the definition's, then each table of the census and of
    incomes.
    """
    chosen, cut = d.request.definition, definition(LEVELS)
    uses = _uses(d)
    used = list(uses)
    zoning = d.request.zoning
    used += [card.id for card in source_cards().values() if card.sha256 == zoning.sha256]
    out = [
        Source(
            id=each.id,
            producer=each.producer,
            title=each.title,
            vintage=str(each.year),
            licence="chiffres cités",
            quote=each.quote,
            doubt=each.doubt,
            url=_page(each.url),
            accessed_on=RATES_READ_ON,
            use=OF_DEFINITION if each == chosen else OF_LEVELS,
        )
        for each in dict.fromkeys((chosen, cut))
    ]
    for id in used:
        card = source_cards()[id]
        out.append(
            Source(
                id=card.id,
                producer=card.producer,
                title=card.title,
                vintage=card.vintage,
                licence=card.licence,
                quote=card.quote,
                doubt=card.doubt,
                url=_page(card.url),
                accessed_on=card.accessed_on,
                use=uses.get(id, OF_ZONES),
            )
        )
    if zoning.sha256 and not any(source_cards()[id].sha256 == zoning.sha256 for id in used):
        out.append(
            Source(
                id="zones",
                producer="le territoire",
                title="zones fournies pour cette étude",
                vintage="",
                licence="",
                quote="",
                doubt=f"Zones tracées par l’auteur du fichier (sha256 {zoning.sha256[:12]}).",
                url="",
                accessed_on="",
                use=OF_ZONES,
            )
        )
    return tuple(out)


def _uses(d: Diagnosis) -> dict[str, str]:
    """Return the use of each source in this study, by id, without those of no use here: the rates of small
    communes where there is none, the incomes where none is known.
    """
    n = {bit: d.flags.get(bit, 0.0) for bit in (frames.SMALL, frames.NO_STANDARD)}
    has_large, has_incomes = n[frames.SMALL] < d.population, n[frames.NO_STANDARD] < d.population
    alone = d.model.country.alone
    has_parts = not all(alone[zone.zone.rows].all() for zone in d.zones)
    parts_by_source: dict[str, list[str]] = {}
    for id, is_used, words in (
        ("insee-rp2021-iris", True, "les habitants de chaque zone, par âge"),
        ("insee-rp2018-communes", has_large, "les diplômes des communes de plus de 2 000 habitants"),
        ("insee-rp2016-iris", has_parts, "les diplômes, quartier par quartier"),
        ("dataforgood-taux-communes", n[frames.SMALL] > 0, "les diplômes des petites communes"),
        ("insee-pop3-2021", True, "les âges de la France, dont part le taux de chaque âge"),
        ("insee-for2-2012-auvergne", True, FOR2),
        ("insee-emploi-2023-diplomes", True, "les diplômes par âge en France, en 2023"),
        ("insee-filosofi-communes", has_incomes, "le niveau de vie, donc qui a de faibles revenus"),
        ("cnaf-2021-iris", has_incomes, "les foyers au RSA ou à l’AAH, donc les revenus les plus bas"),
        ("etalab-cog-communes", True, "les noms, les codes et les regroupements des communes"),
        ("ign-contours", True, "les contours des cartes"),
        (anct.SOURCE, True, "les quartiers prioritaires (QPV)"),
        *((v.source, True, f"l’indice social : {lower_first(v.short)}") for v in d.social.variables),
    ):
        if is_used:
            parts_by_source.setdefault(id, []).append(words)
    return {id: upper_first(_joined(parts)) for id, parts in parts_by_source.items()}


def _joined(parts: Sequence[str]) -> str:
    """Return the uses of a source in one sentence; the variables of the social index stand together."""
    start = "l’indice social : "
    direct_uses = [part for part in parts if not part.startswith(start)]
    variables = [part.removeprefix(start) for part in parts if part.startswith(start)]
    return " ; ".join([*direct_uses, *([f"{start}{listing(variables)}"] if variables else [])])
