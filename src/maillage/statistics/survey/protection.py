"""The rule by which the results of a survey are published: one for persons, a lighter one where they are a
small sample of a large population, another for structures.

Source: docs/methods/resultats-enquete.md
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from maillage.kernel.errors import Refused
from maillage.questionnaires.questionnaire import Question, Questionnaire, tabulable
from maillage.questionnaires.questionnaire import words as label_of
from maillage.reference.parameters import number
from maillage.words.wording import percent

# What the public sheet of a place says: asked of structures, these answers are public before any survey.
ON_SHEETS = frozenset(
    {
        *("type_structure", "commune", "financeurs", "hors_murs", "accueillir"),
        *("acces_libre", "wifi", "assistance", "ateliers", "orientation", "diagnostic", "sensibiliser"),
    }
)
NEVER_UNDER = 5  # persons: the lowest that a caller may ask for (docs/methods/resultats-enquete.md)
ALWAYS_STRICT = ("structures", "professionals")  # kinds of survey that the lighter rule is not for
MOST_CROSSED = 2  # questions read together under the lighter rule: more would cut small groups
# Articles 9 and 10 of the GDPR, by family; then what a person seldom wants known. No accents. STATES are
# also looked for among the answers offered.
STATES = (
    r"handicap|maladi|malvoyan|malentendan|aveugle|\bsourde?s?\b|fauteuil roulant|invalidit|\bvih\b|\bsida\b"
    r"|homosex|bisex|heterosex|lesbien|\bgays?\b|transgenre|\btutelle|curatelle|sans.abri|sans.domicile"
    r"|\bsdf\b|a la rue\b|surendett|interdit bancaire|\brsa\b|\baah\b|sans.papiers|titre de sejour"
    r"|demandeurs? d.asile|refugie|illettr|\bprison|detenu|incarcer|addict"
)
SENSITIVE_BY_FAMILY = (
    r"\bsante\b|medic|psych|depressi|suicid|\bmental|hospitali|\bsoins?\b|\bsoign|traitement|cancer|diabet"
    r"|\bhiv\b|hepatit|alzheimer|autis|\bdys(lexi|phasi|praxi)|epilep|chroniqu|patholog|symptom|vaccin"
    r"|somnifere|cachets? pour|au c(oe|œ)ur|\bsucre\b|moralement|sans envie|\btristes?\b"
    r"|anxi|genetique|biometri|empreintes digitales|medecin|hopita|lunettes|fatiguee?s?( moral|\W*$)|covid"
    r"|specialiste reguli|mal a dormir|peur de sortir|sentez.vous (seule?|isole|en securite)|pilule"
    r"|comment allez.vous (en ce|aujourd|ces)",
    r"mobilite (reduite|inclusion)|\bpmr\b|\bmdph\b|perte d.autonomie|dependan|infirm|paralys|prothes"
    r"|\brqth\b|difficultes? a (marcher|se deplacer|entendre|voir)|\bcanne\b|deambulateur|braille"
    r"|pour vous (laver|habiller)|appareil auditif|entendez|voyez.vous (bien|mal)|surdite|cecite",
    r"\battire|votre orientation|enceinte|grossesse|avort|\bivg\b|contracept|sexuel|sexualite|meme sexe"
    r"|\blgbt|\btrans\b"
    r"|(votre|identite de|de) genre\b|prostitu",
    r"religi|\bfoi\b|bulletin|municipales|croyan|croyez|\bculte|mosquee|eglise|synagogue|\btemple|priere"
    r"|\bpriez|musulman|catholi"
    r"|bapte|\bvoile\b|quel bord|adheren.{0,12} parti\b|confiance.{0,6} gouvernement|delegue du personnel"
    r"|chretien|protestant|\bjuif|\bjuive|athee|halal|casher|ramadan|convictions|politique"
    r"|\bvote[rsz]?\b|elections?\b|electeur|electoral|candidat|\bmilit|syndic|\bgreve|manifestation",
    r"d.ou venez|langue parlez|depuis quand .{0,12} en france|carte de resident|nee?s en france"
    r"|papiers.{0,10} en regle|quel pays venez|ethni|\borigine|couleur de peau|racis|\brace|gens du voyage"
    r"|\broms?\b|immigr|migrant|nationalite"
    r"|etrang|\bexil|pays de naissance|ne a l.etranger|langue maternelle|sejour|\boqtf\b|regularis",
    r"condamn|\bjustice\b|avocat|controlee?s? dans la rue|judiciaire"
    r"|casier|garde a vue|bracelet electronique|\bdelit|infraction|\bpeine\b|tribunal"
    r"|\bjuge\b|\bproces\b|\bpolice\b|gendarm|plainte|probation|liberation conditionnelle",
    r"en couple|separee?s?\b|\bveu(f|ve)|monoparent|seule? (vos|avec vos|des) enfants"
    r"|suivi social|assistante? social|sauvegarde de justice"
    r"|protection (juridique|judiciaire|de l.enfance)|aide sociale a l.enfance"
    r"|enfants?.{0,25}(\bplacee?s?\b|retire)|(\bplacee?s?|foyer|confiee?s?) (en|a l.ase|de l.enfance)"
    r"|famille d.accueil|pension alimentaire|divorc|violen|maltrait|\bfrapp|battue?s?\b|insult|inceste"
    r"|\bviole?e?s?\b|harcel|agress|emprise|mariage force|excis",
    r"dormez|dormi\b|ou dort|heberge|expuls|squat|bidonville|\b115\b|domiciliation|insalubr|mal.loge|logement"
    r" social",
    r"revenu|loyers?\b|sauter? (des|un) repas|ressources|salaire|gagnez|\bdettes?\b|endett|impaye"
    r"|a decouvert\b|huissier|\bcredits?\b"
    r"|au chomage|\bpension\b|\bminima\b|payer vos factures|pour vivre|renonce a (manger|vous)"
    r"|banque de france|saisie sur|fins? de mois|restos? du c|aide alimentaire|colis alimentaire"
    r"|banque alimentaire|\bfaim\b|minima sociaux|allocation|prime d.activite|\bapl\b|cheque energie"
    r"|impots?\b",
    r"\balcool|buvez.vous (du|de|des)"
    r"|verres (par|buvez)|combien de verres|drogue|cannabis|stupefiant|\bfumez|\btabac|cigarette"
    r"|jeux d.argent",
    r"lire et ecrire|savez.vous (lire|ecrire)\b\W*$|compren.{0,20} le francais",
)
SENSITIVE = re.compile("|".join((STATES, *SENSITIVE_BY_FAMILY)))
SENSITIVE_ANSWERS = re.compile(STATES)
PLACE_NAMES = re.compile(
    r"commune(?:\.zone)?|quartier|ville|village|adresse|code.?postal|iris|qpv|lieu|residence|rue"
)
PLACES = re.compile(
    r"quel(le)? (commune|quartier|ville|village|rue|lieu)|\bou (vivez|residez)|\bhabitez|code postal"
    r"|adresse postale|(quelle est )?votre adresse\b(?! (mail|e.mail|electronique))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The rule by which the counts of a survey are published.

    least: respondents below which a count, and what remains beside it, is withheld; 0 withholds nothing.
    empty: an answer that nobody gave, or that all gave, is published. vague: coefficient of variation beyond
    which a share is withheld, None for no limit. public: questions whose answers everybody can read
    elsewhere. lowest: the smallest `least` that a caller may choose. things: who answers, in French.
    class_least: respondents below which a number or a month is never named alone.

    The lighter rule, for a small sample of a large population, has more: zero_base: respondents to a question
    not crossed from which an answer that nobody gave is published; wide: those from which an answer that all
    gave, or all but a few, is; 0 elsewhere. sensitive: questions that keep the rule of persons; places:
    those, of where people are, that keep it once crossed. disagreement: how the weights and the stated
    universe differ, in French, "" where they agree.
    """

    least: int
    empty: bool = False
    vague: float | None = None
    public: frozenset[str] = frozenset()
    lowest: int = NEVER_UNDER
    things: str = "répondants"
    class_least: int = 0
    zero_base: int = 0
    wide: int = 0
    sensitive: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    disagreement: str = ""

    def is_small(self, n: int) -> bool:
        """Return True if a count is of too few to be published.

        >>> [rule_of(kind).is_small(n) for kind in ("inhabitants", "structures") for n in (0, 2, 3, 11)]
        [True, True, True, False, False, True, False, False]
        """
        return n < self.least and not (self.empty and n == 0)

    def of(self, names: Iterable[str]) -> "Protection":
        """Return the rule of some questions read together, of a survey of this rule.

        >>> rule = replace(SAMPLED, sensitive=frozenset({"revenu"}), places=frozenset({"quartier"}))
        >>> [rule.of(names).least for names in (["aise"], ["revenu"], ["quartier"], ["aise", "quartier"])]
        [5, 11, 5, 11]
        """
        read = set(names)
        is_strict = (
            read & self.sensitive or (len(read) > 1 and read & self.places) or len(read) > MOST_CROSSED
        )
        return PERSONS if self.wide and is_strict else self

    def alone(self, n: int) -> "Protection":
        """Return the rule of a question of its own that n people answered: on enough of them, an answer that
        nobody gave is a share like others.
        """
        return replace(self, empty=True) if 0 < self.zero_base <= n else self

    def leaves_few(self, n: int, base: int) -> bool:
        """Check that an answer that n people of a base gave leaves too few others.

        >>> [rule_of("structures").leaves_few(n, 12) for n in (9, 10, 12)]
        [False, True, False]
        >>> SAMPLED.alone(15).leaves_few(15, 15), SAMPLED.alone(30).leaves_few(30, 30)
        (True, False)
        """
        return self.is_small(base - n) or (n == base < self.wide)

    def is_nearly_all(self, n: int, base: int) -> bool:
        """Check that all but a few people of a wide base gave an answer, which is then published.

        >>> SAMPLED.is_nearly_all(29, 30), SAMPLED.is_nearly_all(19, 20), PERSONS.is_nearly_all(29, 30)
        (True, False, False)
        """
        return 0 < self.wide <= base and 0 < base - n < self.least

    @property
    def least_suppressed(self) -> int:
        """The people that a small count withheld is of, at least, for whoever knows the rule: what it must
        range over follows (`suppression.doubt_required`).
        """
        return int(self.empty or self.wide > 0)

    @property
    def suppression_reason(self) -> str:
        """Return why a figure is withheld, in French: the same words for all, since two reasons would tell
        the small counts from those withheld for them.
        """
        vague = "" if self.vague is None else ", chiffre trop imprécis"
        some = "quelques-unes" if self.things == "structures" else "quelques-uns"
        return f"Moins de {self.least} {self.things}{vague}, ou de quoi deviner ce que {some} ont répondu."


PERSONS = Protection(
    least=int(number("protection/small_count")),
    vague=number("protection/survey_vague"),
    class_least=int(number("protection/small_count")),
)
SAMPLED = Protection(
    least=int(number("protection/sample_small_count")),
    class_least=int(number("protection/small_count")),
    zero_base=int(number("protection/small_count")),
    wide=int(number("protection/sample_wide_base")),
)
STRUCTURES = Protection(
    least=int(number("protection/structures_small_count")),
    empty=True,
    public=ON_SHEETS,
    lowest=1,
    things="structures",
    class_least=int(number("protection/structures_small_count")),
)
NOTHING = Protection(least=0)


def rule_of(kind: str) -> Protection:
    """Return the rule of a kind of survey whose universe is not known: whoever answers about themselves is a
    person, professionals included.
    """
    return STRUCTURES if kind == "structures" else PERSONS


def rule_in(
    questionnaire: Questionnaire, *, n: int, population: float | None, columns: Iterable[str] = ()
) -> Protection:
    """Return the rule of a survey. n: answers; population: how many they speak for, None when nobody says;
    columns: of the answers, those that are no question included.

    Colleagues recognise a professional however many are asked: the lighter rule is not for them.
    """
    kind = questionnaire.kind
    is_sample = population is not None and n <= number("protection/sample_fraction") * population
    if kind in ALWAYS_STRICT or not is_sample:
        return rule_of(kind)
    questions = list(questionnaire.questions())
    unknown = set(columns) - {each.name for each in questions}  # nothing says what such a column is about
    return replace(
        SAMPLED,
        sensitive=sensitive_questions(questionnaire),
        places=frozenset({each.name for each in questions if _is_place(each)} | unknown),
    )


def sensitive_questions(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the questions of which an answer could harm: marked so, or by their words; and those put to
    people by what they said to one of these, since who answers them tells it.
    """
    names = {each.name for each in questionnaire.questions() if _is_sensitive(questionnaire, each)}
    reads = _questions_read(questionnaire.items, frozenset())
    while more := {name for name, read in reads.items() if read & names} - names:
        names |= more
    return frozenset(names)


def sensitive_labels(questionnaire: Questionnaire) -> list[str]:
    """Return the words of the sensitive questions that may make a table, in their order."""
    names = sensitive_questions(questionnaire)
    return [label_of(each.label) or each.name for each in tabulable(questionnaire) if each.name in names]


def _is_sensitive(questionnaire: Questionnaire, question: Question) -> bool:
    if question.sensitive is not None:
        return question.sensitive
    words_ = _plain(question.name.replace("_", " "), *question.label.values())
    answers = (_plain(*each.label.values()) for each in questionnaire.choices(question))
    # « Pour quoi aimeriez-vous être aidé ? » names themes, no state of whoever answers.
    names_states = question.kind == "one" and any(map(SENSITIVE_ANSWERS.search, answers))
    return names_states or bool(SENSITIVE.search(words_))


def _is_place(question: Question) -> bool:
    return (
        question.kind == "geopoint"
        or question.census == "commune"
        or bool(PLACE_NAMES.fullmatch(_plain(question.name)))
        or bool(PLACES.search(_plain(*question.label.values())))
    )


def _plain(*texts: str) -> str:
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _questions_read(items: Iterable[object], above: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return, for each question, those that its condition, its groups and its calculation read."""
    out: dict[str, frozenset[str]] = {}
    for item in items:
        read = above | _names(getattr(item, "relevant", ""))
        if isinstance(item, Question):
            out[item.name] = read | _names(item.calculation)
        else:
            out |= _questions_read(getattr(item, "items", ()), read)
    return out


def _names(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\$\{([^}]*)\}", text))


def chosen(kind: str, least: int) -> Protection:
    """Return the rule of a kind of survey with another smallest count. Raises Refused under what the rule
    allows.
    """
    rule = rule_of(kind)
    if least < rule.lowest:
        raise Refused(
            f"Le plus petit effectif montré ne peut pas être {least}.",
            why=f"Sous {rule.lowest} répondants, chacun se reconnaîtrait.",
            do=f"Choisissez {rule.lowest} ou plus ; {rule.least} est conseillé.",
        )
    return replace(rule, least=least, class_least=max(least, rule.class_least))


def words(kind: str, rule: Protection | None = None) -> str:
    """Return which rule a survey is published by, and why, in French. rule: that of its answers; None tells
    those of its kind.
    """
    persons = PERSONS.least
    if kind == "structures":
        return (
            "Ce sont des structures qui répondent, non des personnes : ce que dit leur fiche publique (type,"
            f" services, financeurs) est publié en entier ; ailleurs, un effectif de moins de"
            f" {STRUCTURES.least} structures est masqué, comme dans les statistiques d’entreprises."
        )
    if kind == "professionals":
        return (
            "Les professionnels répondent sur eux-mêmes et leurs collègues les reconnaîtraient : c’est la"
            f" règle des personnes. Un effectif de moins de {persons} réponses n’est pas publié, même pour"
            " une pratique attendue."
        )
    small = percent(100 * number("protection/sample_fraction"))
    lighter = (
        f"moins d’un habitant sur vingt ({small}) a répondu. Un effectif est alors publié à partir de"
        f" {SAMPLED.least} réponses. Il l’est à partir de {persons} pour une question sensible, un"
        f" croisement par lieu ou plus de {MOST_CROSSED} questions croisées. « Aucun » est publié à partir"
        f" de {SAMPLED.zero_base} réponses à la question ; « tous » et « presque tous », à partir de"
        f" {SAMPLED.wide}. Ces mots disent combien ont répondu autre chose et, par les poids, leur classe"
        " d’âge, parmi tous les habitants de cet âge"
    )
    differs = f" {rule.disagreement}".rstrip() if rule else ""
    if rule is not None and rule.wide:
        return f"Ce sont des personnes qui répondent, et {lighter}.{differs}"
    strict = f"Ce sont des personnes qui répondent : un effectif de moins de {persons} n’est pas publié."
    if rule is not None:
        unknown = "On ne sait pas de quelle population, ou elles en sont plus de"
        return f"{strict} {unknown} {small}.{differs}"
    return f"{strict} Une exception : {lighter}."


def short_words(kind: str) -> str:
    """Return the rule of a kind of survey in two sentences."""
    rule = rule_of(kind)
    strict = kind in ALWAYS_STRICT
    lighter = "" if strict else f" (moins de {SAMPLED.least} quand peu d’habitants ont répondu)"
    few = f"Un effectif de moins de {rule.least} {rule.things} n’est pas publié{lighter}."
    return f"{few} Quelqu’un pourrait y être reconnu."
