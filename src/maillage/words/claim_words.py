"""The words of a claim in the six other languages of public pages, and the French that the reader of claims
understands: a table by language, one gloss from left to right.

Each pattern is a whole word or several, whatever their case; a gloss keeps the order of the words, which the
reader of claims does not mind. A name that no table holds stays as it is typed.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٪٫٬", "01234567890123456789%, ")
MARKS = re.compile(r"[\u064b-\u0652\u0640\u200e\u200f\u2066-\u2069]")  # vowels and directions
GROUPED_BY_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
COMMA_GROUPS = frozenset({"en", "ar"})
# What another order of words says, put in that of French before any gloss.
NUMBER, FROM = r"(\d[\d.,]*)", r"['’]?(?:den|dan|ten|tan)"
REORDERED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "tr": (
        (rf"%\s?{NUMBER}{FROM} (?:fazla|çok)\w*", r"plus de \1 %"),
        (rf"%\s?{NUMBER}{FROM} az\w*", r"moins de \1 %"),
        (rf"%\s?{NUMBER} (?:ile|ve) %?\s?{NUMBER} arası\w*", r"entre \1 et \2 %"),
        (rf"{NUMBER} yaş üstü\w*", r"plus de \1 ans"),
        (rf"{NUMBER} yaş altı\w*", r"moins de \1 ans"),
        (rf"{NUMBER} (milyon|bin){FROM} (?:fazla|çok)", r"plus de \1 \2"),
        (rf"{NUMBER} (?:kişi|insan){FROM} {NUMBER}(?:['’]\w+)?", r"\2 personne sur \1"),
        (rf"{NUMBER}{FROM} (?:fazla|çok)", r"plus de \1"),
        (rf"{NUMBER}{FROM} az", r"moins de \1"),
        (rf"{NUMBER} (?:ile|ve) {NUMBER} arasında", r"entre \1 et \2"),
        (rf"(?:%|\byüzde )\s?{NUMBER}(?:['’]\w+)?", r"\1 %"),
        (r"(?!Fransa)\b([A-ZÀ-ÖØ-ÞİŞĞ][\w-]+)['’](?:[dt][ae]|[dt][ae]ki|n?[ıiuü]n)\b", r"à \1"),
    ),
    "uk": ((rf"\bвід {NUMBER} ?%? до {NUMBER}", r"entre \1 et \2"),),
    "ar": ((r"\bو(?=\d)", "et "),),
}
TURKISH = re.compile(r"(?<!\d)%\d|\byüzde\b|\w['’][dt][ae](?:ki)?\b", re.I)
NUMBERS = {
    "en": "one two three four five six seven eight nine ten",
    "ro": "una|unu|unul|un|o doi|două trei patru cinci șase|sase șapte|sapte opt nouă|noua zece",
    "pt": "um|uma dois|duas três|tres quatro cinco seis sete oito nove dez",
    "tr": "bir iki üç dört beş altı yedi sekiz dokuz on",
}
FRENCH_NUMBERS = "un deux trois quatre cinq six sept huit neuf dix".split()
FRENCH_WORDS = frozenset(
    "des de du la le les un une en au aux et qui ne n pas sur plus moins environ personnes personne français"
    " française habitants habitant population utilisent internet tiers quart moitié cent pour dans sont ont"
    " jamais numérique à d l jeunes seniors ans entre".split()
)

COUNTRY, PEOPLE, DWELLERS = "Français", "personnes", "habitants"
USE, NET = "n’utilisent pas", "Internet"
NEVER = "ne se connectent jamais à"
HARD = "sont en difficulté avec"
DIGITAL = "le numérique"
NO_COMPUTER = "n’ont pas d’ordinateur"
FAR = "sont éloignées du numérique"
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        r"(?:the )?french(?: people)?|french (?:adults|citizens)": COUNTRY,
        r"people|persons|adults": PEOPLE,
        r"person": "personne",
        r"(?:the )?(?:inhabitants|residents|dwellers)": DWELLERS,
        r"inhabitant|resident": "habitant",
        r"(?:the )?population": "population",
        r"(?:do|does) not use|don['’]t use|doesn['’]t use|(?:are )?not using": USE,
        r"(?:the |on the )?(?:internet|web)|online": NET,
        r"never (?:go|goes|connect|connects|use|uses)(?: to)?": NEVER,
        r"(?:have|has) (?:no|never had a) computer|without a computer|(?:do|does) not have a computer": (
            NO_COMPUTER
        ),
        r"struggles? with|(?:have|has) (?:difficulty|difficulties|trouble) (?:with|using)"
        r"|(?:are|is) in difficulty with": HARD,
        r"(?:the )?digital(?: technology| tools| world)?|technology": DIGITAL,
        r"lacks? (?:basic )?digital skills": f"{HARD} {DIGITAL}",
        r"(?:are|is) digitally excluded|digitally excluded": FAR,
        r"(?:the |of the )?(?:elderly|seniors|older people)": "des seniors",
        r"young people|the young": "jeunes",
        r"pensioners|retired people": "retraités",
        r"unemployed(?: people)?|jobseekers": "chômeurs",
        r"students": "étudiants",
        r"women": "femmes",
        r"households": "ménages",
        r"years? old|years": "ans",
        r"aged|age": "de",
        r"(?:those )?(?:more than|over)": "plus de",
        r"(?:those )?(?:less than|fewer than|under|below)": "moins de",
        r"at least": "au moins",
        r"at most|up to": "au plus",
        r"between": "entre",
        r"and": "et",
        r"about|around|some|nearly|almost": "environ",
        r"(?:a|one)[ -]half|half": "la moitié",
        r"(?:a|one)[ -]third": "un tiers",
        r"two[ -]thirds": "deux tiers",
        r"(?:a|one)[ -]quarter": "un quart",
        r"three[ -]quarters": "trois quarts",
        r"(?:a|one)[ -]fifth": "un cinquième",
        r"(?:a|one)[ -]tenth": "un dixième",
        r"millions?": "millions",
        r"thousand": "mille",
        r"per ?cent": "%",
        r"out of": "sur",
        r"of": "des",
        r"in france": "en France",
        r"in|at": "à",
    },
    "pt": {
        r"(?:d?os )?franceses": COUNTRY,
        r"pessoas|adultos": PEOPLE,
        r"pessoa": "personne",
        r"habitantes|moradores": DWELLERS,
        r"(?:d?a )?população francesa": "population en France",
        r"(?:d?a )?população": "population",
        r"não (?:usam|utilizam|usa|utiliza)": USE,
        r"(?:n?a |à )?internet": NET,
        r"nunca (?:se ligam|acedem|usam|se conectam)(?: à| a)?": NEVER,
        r"não têm computador|sem computador": NO_COMPUTER,
        r"têm (?:dificuldades?|problemas) com|estão em dificuldade com": HARD,
        r"(?:o )?(?:digital|mundo digital)|as tecnologias": DIGITAL,
        r"estão (?:afastad[ao]s|longe) do digital": FAR,
        r"(?:d?os )?(?:idosos|seniores)": "des seniors",
        r"(?:d?os )?jovens": "des jeunes",
        r"(?:d?os )?(?:reformados|aposentados)": "des retraités",
        r"(?:d?os )?desempregados": "des chômeurs",
        r"(?:d?os )?estudantes": "des étudiants",
        r"(?:d?as )?mulheres": "des femmes",
        r"(?:d?os )?(?:lares|agregados familiares)": "des ménages",
        r"anos": "ans",
        r"mais de": "plus de",
        r"menos de": "moins de",
        r"pelo menos": "au moins",
        r"no máximo|até": "au plus",
        r"entre": "entre",
        r"e": "et",
        r"cerca de|aproximadamente|quase": "environ",
        r"(?:a )?metade": "la moitié",
        r"um terço": "un tiers",
        r"dois terços": "deux tiers",
        r"um quarto": "un quart",
        r"três quartos": "trois quarts",
        r"um quinto": "un cinquième",
        r"um décimo": "un dixième",
        r"milhões|milhão": "millions",
        r"mil": "mille",
        r"por cento": "%",
        r"em cada|em (?=dez|cinco|três|quatro|seis)": "sur",
        r"em frança|na frança": "en France",
        r"em|no|na": "à",
        r"dos|das|do|da|de": "des",
    },
    "ro": {
        r"(?:dintre )?francezi(?:i|lor)?": COUNTRY,
        r"(?:de )?(?:persoane|oameni|adulți)": PEOPLE,
        r"persoană|om": "personne",
        r"(?:de )?locuitori(?:i|lor)?": DWELLERS,
        r"populați[ae]i?": "population",
        r"nu (?:folosesc|utilizează|folosește)": USE,
        r"(?:la )?internet(?:ul)?": NET,
        r"nu se conectează niciodată(?: la)?|niciodată nu (?:folosesc|se conectează la)": NEVER,
        r"nu (?:au|are) (?:un )?calculator|fără calculator": NO_COMPUTER,
        r"(?:au dificultăți|au greutăți|sunt în dificultate) cu": HARD,
        r"(?:tehnologia|mediul|lumea) digital[ăa]?|digitalul|tehnologia": DIGITAL,
        r"sunt departe de digital": FAR,
        r"(?:dintre )?(?:vârstnici|seniori|bătrâni)(?:i|lor)?": "des seniors",
        r"(?:dintre )?tineri(?:i|lor)?": "des jeunes",
        r"(?:dintre )?pensionari(?:i|lor)?": "des retraités",
        r"(?:dintre )?șomeri(?:i|lor)?": "des chômeurs",
        r"(?:dintre )?studenți(?:i|lor)?": "des étudiants",
        r"(?:dintre )?femei(?:le|lor)?": "des femmes",
        r"(?:dintre )?(?:gospodării|familii)(?:le|lor)?": "des ménages",
        r"(?:de )?ani": "ans",
        r"(?:cei de )?(?:mai mult de|peste)": "plus de",
        r"(?:cei de )?(?:mai puțin de|sub)": "moins de",
        r"cel puțin": "au moins",
        r"cel mult|până la": "au plus",
        r"între": "entre",
        r"și": "et",
        r"circa|aproximativ|aproape|cam": "environ",
        r"(?:o )?jumătate": "la moitié",
        r"o treime": "un tiers",
        r"două treimi": "deux tiers",
        r"un sfert": "un quart",
        r"trei sferturi": "trois quarts",
        r"o cincime": "un cinquième",
        r"o zecime": "un dixième",
        r"(?:de )?milioane|milion": "millions",
        r"(?:de )?mii|mie": "mille",
        r"la sută": "%",
        r"din (?=trei|patru|cinci|șase|șapte|opt|nouă|zece|două|doi|\d)": "sur",
        r"în franța|din franța|franței": "en France",
        r"în|la|din": "à",
        r"dintre|de": "des",
    },
    "tr": {
        r"fransız(?:lar(?:ın)?)?": COUNTRY,
        r"kişi|insan|yetişkin|kişinin|insanlar(?:ın)?": PEOPLE,
        r"sakin(?:i|in|ler|lerin)?": DWELLERS,
        r"nüfus(?:un|u)?": "population",
        r"internet(?:i|e)? (?:kullanmıyor|kullanmaz)(?:lar)?": f"{USE} {NET}",
        r"(?:hiç internete|internete hiç) (?:girmiyor|bağlanmıyor)(?:lar)?": f"{NEVER} {NET}",
        r"bilgisayarı yok|bilgisayarsız": NO_COMPUTER,
        r"dijital(?:de| teknolojide| teknolojiyle| dünyada)? (?:zorlanıyor|güçlük çekiyor)(?:lar)?": (
            f"{HARD} {DIGITAL}"
        ),
        r"dijitalden uzak": FAR,
        r"yaşlılar(?:ın)?": "des seniors",
        r"gençler(?:in)?": "des jeunes",
        r"emekliler(?:in)?": "des retraités",
        r"işsizler(?:in)?": "des chômeurs",
        r"öğrenciler(?:in)?": "des étudiants",
        r"kadınlar(?:ın)?": "des femmes",
        r"hanelerin|haneler|hane": "des ménages",
        r"yaş(?:ında| arası)?": "ans",
        r"en az": "au moins",
        r"en fazla|en çok": "au plus",
        r"yaklaşık": "environ",
        r"yarısı(?:ndan)?|yarı": "la moitié",
        r"üçte bir(?:i)?": "un tiers",
        r"üçte iki(?:si)?": "deux tiers",
        r"dörtte bir(?:i)?|çeyreği": "un quart",
        r"dörtte üçü?": "trois quarts",
        r"beşte bir(?:i)?": "un cinquième",
        r"onda bir(?:i)?": "un dixième",
        r"milyon": "millions",
        r"bin": "mille",
        r"fransa(?:['’]?da)?": "en France",
        r"ve|ile": "et",
    },
    "uk": {
        r"француз(?:ів|и)?|французам": COUNTRY,
        r"людей|людини|люди|осіб|особи|дорослих": PEOPLE,
        r"людина|особа": "personne",
        r"житель": "habitant",
        r"жителів|мешканців|жителі|мешканці": DWELLERS,
        r"населення": "population",
        r"не (?:користуються|користується|використовують)": USE,
        r"(?:до )?інтернет(?:ом|у|і)?": NET,
        r"ніколи не (?:підключаються|заходять|користуються)(?: до| в)?": NEVER,
        r"не ма(?:ють|є) комп['’ʼ]ютера|без комп['’ʼ]ютера": NO_COMPUTER,
        r"мають (?:труднощі|проблеми) (?:з|із)": HARD,
        r"технологіями|цифров(?:ими технологіями|им світом|ими засобами)": DIGITAL,
        r"відірвані від цифрового світу": FAR,
        r"літніх людей|літніх|людей похилого віку": "des seniors",
        r"молоді|молодих людей|молодих": "des jeunes",
        r"пенсіонерів": "des retraités",
        r"безробітних": "des chômeurs",
        r"студентів": "des étudiants",
        r"жінок": "des femmes",
        r"домогосподарств|сімей": "des ménages",
        r"років|роки|рік": "ans",
        r"понад|більше(?: ніж)?|старших за": "plus de",
        r"менше(?: ніж)?|молодших за": "moins de",
        r"щонайменше|не менше": "au moins",
        r"щонайбільше|не більше|до": "au plus",
        r"від": "entre",
        r"приблизно|близько|майже": "environ",
        r"половина|половини": "la moitié",
        r"третина": "un tiers",
        r"дві третини": "deux tiers",
        r"чверть": "un quart",
        r"три чверті": "trois quarts",
        r"п['’ʼ]ята частина": "un cinquième",
        r"десята частина": "un dixième",
        r"мільйон(?:ів|и)?": "millions",
        r"тисяч[іа]?": "mille",
        r"відсотків|відсотки|відсоток": "%",
        r"у франції|в франції": "en France",
        r"у|в": "à",
        r"і|й|та": "et",
    },
    "ar": {
        r"(?:من )?(?:ال)?فرنسي(?:ين|ون|ا)?": COUNTRY,
        r"(?:من )?(?:ال)?(?:أشخاص|اشخاص|ناس|بالغين)|شخص(?:ا)?": PEOPLE,
        r"(?:من )?(?:ال)?سكان|ساكن|نسمة": DWELLERS,
        r"لا (?:يستخدمون|يستعملون|يستخدم|يستعمل)": USE,
        r"(?:ب)?(?:ال)?[إا]نترنت": NET,
        r"لا (?:يتصلون|يدخلون) (?:أبدا|ابدا) (?:ب|إلى |على )?(?:ال)?[إا]نترنت"
        r"|لا (?:يتصلون|يدخلون) (?:ب|إلى |على )?(?:ال)?[إا]نترنت (?:أبدا|ابدا)": f"{NEVER} {NET}",
        r"ليس لديهم حاسوب|ليس عندهم حاسوب|بلا حاسوب|ليس لديهم كمبيوتر": NO_COMPUTER,
        r"(?:يواجهون|لديهم|يجدون) صعوب(?:ة|ات) (?:في|مع)(?: استخدام)?": HARD,
        r"(?:ال)?(?:رقميات|تقنيات الرقمية|تكنولوجيا|رقمية)|التقنية الرقمية|التكنولوجيا الرقمية": DIGITAL,
        r"بعيدون عن الرقمية|مستبعدون رقميا": FAR,
        r"(?:من )?(?:ال)?(?:مسنين|مسنون)|(?:من )?كبار السن": "des seniors",
        r"(?:من )?(?:ال)?شباب": "des jeunes",
        r"(?:من )?(?:ال)?متقاعدين": "des retraités",
        r"(?:من )?(?:ال)?عاطلين(?: عن العمل)?": "des chômeurs",
        r"(?:من )?(?:ال)?طلاب": "des étudiants",
        r"(?:من )?(?:ال)?نساء": "des femmes",
        r"(?:من )?(?:ال)?أسر": "des ménages",
        r"سنة|عاما?|سنوات": "ans",
        r"أكثر من|اكثر من|فوق": "plus de",
        r"أقل من|اقل من|دون": "moins de",
        r"على الأقل|ما لا يقل عن": "au moins",
        r"على الأكثر|حتى": "au plus",
        r"بين": "entre",
        r"حوالي|نحو|تقريبا": "environ",
        r"(?:ال)?نصف": "la moitié",
        r"(?:ال)?ثلث": "un tiers",
        r"ثلثا|ثلثي": "deux tiers",
        r"(?:ال)?ربع": "un quart",
        r"ثلاثة أرباع": "trois quarts",
        r"(?:ال)?خمس": "un cinquième",
        r"(?:ال)?عشر": "un dixième",
        r"مليون(?:ا)?|ملايين": "millions",
        r"ألف(?:ا)?|آلاف": "mille",
        r"(?:في|ب)?\s?(?:ال)?(?:مئة|مائة)": "%",
        r"في فرنسا|بفرنسا|فرنسا": "en France",
        r"لا (?:يتصلون|يدخلون)(?: إلى)?": "ne se connectent pas à",
        r"في": "à",
        r"و(?=\s?\d)": "et",
        r"من": "des",
    },
}
# « One in three », whole: its two numbers.
ONE_IN: Mapping[str, str] = {
    "en": r"(?P<part>{n}) (?:(?P<who>[a-z]+(?: people)?) )?(?:in|out of) (?:every )?(?P<among>{n})",
    "pt": r"(?P<part>{n}) (?:(?P<who>\w+) )?em (?:cada )?(?P<among>{n})",
    "ro": r"(?P<part>{n}) (?:(?P<who>\w+) )?din (?P<among>{n})",
    "tr": r"her (?P<among>{n}) (?P<who>\w+?)(?:den|dan|ten|tan) (?P<part>{n})(?:i|si|ü|u|ı)?",
    "uk": r"(?:кож(?:н\w+|ен) (?P<rank>[\w'’ʼ]+)(?: (?P<who>людина|житель|особа|француз))?"
    r"|(?P<part>{n}) (?:із|зі|з) (?P<among>{n}))",
    "ar": r"(?P<part>{n}) (?:من|من بين) (?:كل )?(?P<among>{n})",
}
NUMBERS |= {
    "uk": "один|одна|одну двоє|два|двох три|троє|трьох чотири|чотирьох п['’ʼ]ять|п['’ʼ]яти"
    " шість|шести сім|семи вісім|восьми дев['’ʼ]ять|дев['’ʼ]яти десять|десяти",
    "ar": "واحد|واحدة|شخص|ساكن|فرد اثنان|اثنين ثلاثة|ثلاث أربعة|أربع خمسة ستة|ست سبعة|سبع"
    " ثمانية|ثماني تسعة|تسع عشرة",
}
UKRAINIAN_RANKS = "перш друг трет четверт п['’ʼ]ят шост сьом восьм дев['’ʼ]ят десят".split()


def in_french(text: str) -> str:
    """Return a claim of another language in words that the reader of claims understands; as it is when it is
    in French, or in none of ours.

    >>> in_french("40% of French people do not use the Internet"), in_french("٤٠٪ من الفرنسيين")
    ('40% des Français n’utilisent pas Internet', '40% Français')
    >>> in_french("one in three people in Vierzon"), in_french("40 % des Français")
    ('un sur trois personnes à Vierzon', '40 % des Français')
    """
    phrase = MARKS.sub("", text.translate(DIGITS))
    code = language_of(phrase)
    if not code:
        return phrase if any(letter.isdigit() for letter in phrase) and phrase != text else text
    if code in COMMA_GROUPS:
        phrase = GROUPED_BY_COMMA.sub(" ", phrase)
    for foreign, french in REORDERED.get(code, ()):
        phrase = re.sub(foreign, french, phrase)
    return _glossary(code).sub(lambda match: _gloss(code, match), phrase)


def language_of(text: str) -> str:
    """Return the language of a claim, "" for French, or for none of the six others."""
    if re.search(r"[\u0600-\u06ff]", text):
        return "ar"
    if re.search(r"[\u0400-\u04ff]", text):
        return "uk"
    words = re.findall(r"[^\W\d_]+", text.lower())
    best, most = "", sum(word in FRENCH_WORDS for word in words)
    for code in ("en", "pt", "ro", "tr"):
        n_words = int(code == "tr" and TURKISH.search(text) is not None)
        n_words += sum(len(re.findall(r"[^\W\d_]+", match[0])) for match in _glossary(code).finditer(text))
        if n_words > most:
            best, most = code, n_words
    return best


def _gloss(code: str, match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups.get("rank"):
        ranks = (n for n, word in enumerate(UKRAINIAN_RANKS) if re.match(word, groups["rank"], re.I))
        rank = next(ranks, None)
        noun = in_table(code, groups["who"] or "особа")
        return match[0] if rank is None else f"un {noun} sur {FRENCH_NUMBERS[rank]}"
    if groups.get("among"):
        word = groups.get("who") or ""
        french, part = in_table(code, word), _number(code, groups["part"])
        if word:
            french = (
                "personne" if french == word else french if french == COUNTRY else french.removesuffix("s")
            )
        noun = f" {french}" if french else ""
        return f"{part}{noun} sur {_number(code, groups['among'])}"
    return in_table(code, match[0])


def in_table(code: str, words: str) -> str:
    """Return words of a language in French, as they are when its table does not hold them."""
    for pattern, french in WORDS[code].items():
        if re.fullmatch(pattern, words, re.I):
            return french
    return words


def _number(code: str, word: str) -> str:
    for french, forms in zip(FRENCH_NUMBERS, NUMBERS[code].split(), strict=True):
        if re.fullmatch(forms, word, re.I):
            return french
    return word


@cache
def _glossary(code: str) -> re.Pattern[str]:
    """Return the pattern of every word of a language, the longest first."""
    n = rf"\d+|{'|'.join(NUMBERS[code].split())}"
    alternatives: Iterator[str] = (f"(?:{pattern})" for pattern in sorted(WORDS[code], key=len, reverse=True))
    return re.compile(rf"(?<![\w'’])(?:{ONE_IN[code].format(n=n)}|{'|'.join(alternatives)})(?!\w)", re.I)
