"""Un chiffre lu ailleurs, écrit dans une des six autres langues, est lu comme sa phrase française."""

from maillage.words import claims
from maillage.words.claims import Amount, Claim

title = "Vérifier un chiffre dans sa langue"

FRENCH = (
    "40 % des Français n’utilisent pas Internet",
    "un Français sur trois",
    "un tiers des Français",
    "3 000 personnes à Vierzon",
    "une personne sur six en France",
    "15,4 % de la population",
    "plus de 20 % des seniors",
    "moins de 10 % des jeunes",
    "la moitié des retraités",
    "deux tiers des étudiants",
    "un quart des habitants de Vierzon",
    "entre 10 et 20 % des habitants",
    "au moins 5 000 personnes à Grenoble",
    "16 millions de Français",
    "12 % des Français n’ont pas d’ordinateur",
    "30 % des Français sont en difficulté avec le numérique",
    "8 % ne se connectent jamais à Internet",
    "25 % des plus de 75 ans",
    "un habitant sur dix à Figeac",
    "environ 4 000 habitants à Échirolles",
    "35 % des chômeurs",
    "40 % à Vierzon",
    "trois quarts des Français",
    "un cinquième de la population",
    "un dixième des personnes",
    "18 % des femmes",
    "22 % des ménages",
    "deux personnes sur cinq",
    "13 millions de personnes en France",
    "28 % des habitants de Grenoble n’utilisent pas Internet",
)
PLACES = ("Vierzon", "Grenoble", "Figeac", "Échirolles")


def number(amount: Amount, unit: str) -> str:
    bound = "au moins " if amount.is_least else "au plus " if amount.is_most else ""
    return f"{bound}{amount.value:,.1f}{unit}".replace(",", " ").replace(".0", "")


def read(claim: Claim) -> str:
    amount = claim.share or claim.people
    value = number(amount, " %" if claim.share else " personnes") if amount else ""
    named = [place for place in PLACES if place in " ".join(claim.places + claim.names)]
    ages = f"{claim.ages[0]}-{claim.ages[1]} ans" if claim.ages else ""
    where = "France" if claim.is_of_country else ""
    return ", ".join(filter(None, (value, where, *named, ages or claim.some)))


def question(claim: Claim) -> list[str]:
    return sorted(claims.topic(claim.meaning, " ".join(PLACES)))


def as_in_french(n: float, phrase: str) -> str:
    claim, french = claims.parse(phrase), claims.parse(FRENCH[int(n) - 1])
    is_same = read(claim) == read(french) and question(claim) == question(french)
    return read(claim) if is_same else f"{read(claim)} ≠ {read(french)}"


def test_a_number_is_read_in_english(spec):
    """En anglais, chaque phrase donne le nombre, le lieu et les personnes de la même phrase en français.

     n | phrase                                                  || réponse
    ---+---------------------------------------------------------++-----------------------------------
     1 | 40% of French people do not use the Internet            || 40 %, France
     2 | one in three French people                              || 33.3 %, France
     3 | a third of the French                                   || 33.3 %, France
     4 | 3,000 people in Vierzon                                 || 3 000 personnes, Vierzon
     5 | one person in six in France                             || 16.7 %, France
     6 | 15.4% of the population                                 || 15.4 %
     7 | more than 20% of the elderly                            || au moins 20 %, 60-120 ans
     8 | less than 10% of young people                           || au plus 10 %, 15-24 ans
     9 | half of pensioners                                      || 50 %, 60-120 ans
    10 | two thirds of students                                  || 66.7 %, étudiants
    11 | a quarter of the residents of Vierzon                   || 25 %, Vierzon
    12 | between 10 and 20% of residents                         || 15 %
    13 | at least 5,000 people in Grenoble                       || au moins 5 000 personnes, Grenoble
    14 | 16 million French people                                || 16 000 000 personnes, France
    15 | 12% of French people have no computer                   || 12 %, France
    16 | 30% of French people struggle with digital technology   || 30 %, France
    17 | 8% never connect to the Internet                        || 8 %
    18 | 25% of those over 75 years old                          || 25 %, 75-120 ans
    19 | one resident in ten in Figeac                           || 10 %, Figeac
    20 | about 4,000 residents in Échirolles                     || 4 000 personnes, Échirolles
    21 | 35% of unemployed people                                || 35 %, chômeurs
    22 | 40% in Vierzon                                          || 40 %, Vierzon
    23 | three quarters of French people                         || 75 %, France
    24 | a fifth of the population                               || 20 %
    25 | a tenth of people                                       || 10 %
    26 | 18% of women                                            || 18 %, femmes
    27 | 22% of households                                       || 22 %, ménages
    28 | two people in five                                      || 40 %
    29 | 13 million people in France                             || 13 000 000 personnes, France
    30 | 28% of the residents of Grenoble don't use the Internet || 28 %, Grenoble
    """
    spec.rows(as_in_french)


def test_a_number_is_read_in_arabic(spec):
    """En arabe, chaque phrase donne le nombre, le lieu et les personnes de la même phrase en français.

     n | phrase                                                || réponse
    ---+-------------------------------------------------------++-----------------------------------
     1 | ٤٠٪ من الفرنسيين لا يستخدمون الإنترنت                 || 40 %, France
     2 | واحد من كل ثلاثة فرنسيين                              || 33.3 %, France
     3 | ثلث الفرنسيين                                         || 33.3 %, France
     4 | ٣٠٠٠ شخص في Vierzon                                   || 3 000 personnes, Vierzon
     5 | شخص من كل ستة في فرنسا                                || 16.7 %, France
     6 | ١٥٫٤٪ من السكان                                       || 15.4 %
     7 | أكثر من ٢٠٪ من كبار السن                              || au moins 20 %, 60-120 ans
     8 | أقل من ١٠٪ من الشباب                                  || au plus 10 %, 15-24 ans
     9 | نصف المتقاعدين                                        || 50 %, 60-120 ans
    10 | ثلثا الطلاب                                           || 66.7 %, étudiants
    11 | ربع سكان Vierzon                                      || 25 %, Vierzon
    12 | بين ١٠ و٢٠٪ من السكان                                 || 15 %
    13 | على الأقل ٥٠٠٠ شخص في Grenoble                        || au moins 5 000 personnes, Grenoble
    14 | ١٦ مليون فرنسي                                        || 16 000 000 personnes, France
    15 | ١٢٪ من الفرنسيين ليس لديهم حاسوب                      || 12 %, France
    16 | ٣٠٪ من الفرنسيين يواجهون صعوبة في التكنولوجيا الرقمية || 30 %, France
    17 | ٨٪ لا يتصلون أبدا بالإنترنت                           || 8 %
    18 | ٢٥٪ ممن هم فوق ٧٥ سنة                                 || 25 %, 75-120 ans
    19 | ساكن من كل عشرة في Figeac                             || 10 %, Figeac
    20 | حوالي ٤٠٠٠ ساكن في Échirolles                         || 4 000 personnes, Échirolles
    21 | ٣٥٪ من العاطلين عن العمل                              || 35 %, chômeurs
    22 | ٤٠٪ في Vierzon                                        || 40 %, Vierzon
    23 | ثلاثة أرباع الفرنسيين                                 || 75 %, France
    24 | خمس السكان                                            || 20 %
    25 | عشر الناس                                             || 10 %
    26 | ١٨٪ من النساء                                         || 18 %, femmes
    27 | ٢٢٪ من الأسر                                          || 22 %, ménages
    28 | اثنان من كل خمسة أشخاص                                || 40 %
    29 | ١٣ مليون شخص في فرنسا                                 || 13 000 000 personnes, France
    30 | ٢٨٪ من سكان Grenoble لا يستخدمون الإنترنت             || 28 %, Grenoble
    """
    spec.rows(as_in_french)


def test_a_number_is_read_in_romanian(spec):
    """En roumain, chaque phrase donne le nombre, le lieu et les personnes de la même phrase en français.

     n | phrase                                                    || réponse
    ---+-----------------------------------------------------------++-----------------------------------
     1 | 40% dintre francezi nu folosesc internetul                || 40 %, France
     2 | unul din trei francezi                                    || 33.3 %, France
     3 | o treime dintre francezi                                  || 33.3 %, France
     4 | 3.000 de persoane la Vierzon                              || 3 000 personnes, Vierzon
     5 | o persoană din șase în Franța                             || 16.7 %, France
     6 | 15,4% din populație                                       || 15.4 %
     7 | peste 20% dintre vârstnici                                || au moins 20 %, 60-120 ans
     8 | mai puțin de 10% dintre tineri                            || au plus 10 %, 15-24 ans
     9 | jumătate dintre pensionari                                || 50 %, 60-120 ans
    10 | două treimi dintre studenți                               || 66.7 %, étudiants
    11 | un sfert dintre locuitorii din Vierzon                    || 25 %, Vierzon
    12 | între 10 și 20% dintre locuitori                          || 15 %
    13 | cel puțin 5.000 de persoane la Grenoble                   || au moins 5 000 personnes, Grenoble
    14 | 16 milioane de francezi                                   || 16 000 000 personnes, France
    15 | 12% dintre francezi nu au calculator                      || 12 %, France
    16 | 30% dintre francezi au dificultăți cu tehnologia digitală || 30 %, France
    17 | 8% nu se conectează niciodată la internet                 || 8 %
    18 | 25% dintre cei de peste 75 de ani                         || 25 %, 75-120 ans
    19 | un locuitor din zece la Figeac                            || 10 %, Figeac
    20 | circa 4.000 de locuitori la Échirolles                    || 4 000 personnes, Échirolles
    21 | 35% dintre șomeri                                         || 35 %, chômeurs
    22 | 40% la Vierzon                                            || 40 %, Vierzon
    23 | trei sferturi dintre francezi                             || 75 %, France
    24 | o cincime din populație                                   || 20 %
    25 | o zecime dintre oameni                                    || 10 %
    26 | 18% dintre femei                                          || 18 %, femmes
    27 | 22% dintre gospodării                                     || 22 %, ménages
    28 | două persoane din cinci                                   || 40 %
    29 | 13 milioane de persoane în Franța                         || 13 000 000 personnes, France
    30 | 28% dintre locuitorii din Grenoble nu folosesc internetul || 28 %, Grenoble
    """
    spec.rows(as_in_french)


def test_a_number_is_read_in_turkish(spec):
    """En turc, chaque phrase donne le nombre, le lieu et les personnes de la même phrase en français.

     n | phrase                                            || réponse
    ---+---------------------------------------------------++-----------------------------------
     1 | Fransızların %40'ı internet kullanmıyor           || 40 %, France
     2 | her üç Fransızdan biri                            || 33.3 %, France
     3 | Fransızların üçte biri                            || 33.3 %, France
     4 | Vierzon'da 3.000 kişi                             || 3 000 personnes, Vierzon
     5 | Fransa'da her altı kişiden biri                   || 16.7 %, France
     6 | nüfusun %15,4'ü                                   || 15.4 %
     7 | yaşlıların %20'den fazlası                        || au moins 20 %, 60-120 ans
     8 | gençlerin %10'dan azı                             || au plus 10 %, 15-24 ans
     9 | emeklilerin yarısı                                || 50 %, 60-120 ans
    10 | öğrencilerin üçte ikisi                           || 66.7 %, étudiants
    11 | Vierzon'da sakinlerin dörtte biri                 || 25 %, Vierzon
    12 | sakinlerin %10 ile %20 arası                      || 15 %
    13 | Grenoble'da en az 5.000 kişi                      || au moins 5 000 personnes, Grenoble
    14 | 16 milyon Fransız                                 || 16 000 000 personnes, France
    15 | Fransızların %12'sinin bilgisayarı yok            || 12 %, France
    16 | Fransızların %30'u dijital teknolojide zorlanıyor || 30 %, France
    17 | %8'i internete hiç girmiyor                       || 8 %
    18 | 75 yaş üstünün %25'i                              || 25 %, 75-120 ans
    19 | Figeac'ta her on sakinden biri                    || 10 %, Figeac
    20 | Échirolles'da yaklaşık 4.000 sakin                || 4 000 personnes, Échirolles
    21 | işsizlerin %35'i                                  || 35 %, chômeurs
    22 | Vierzon'da %40                                    || 40 %, Vierzon
    23 | Fransızların dörtte üçü                           || 75 %, France
    24 | nüfusun beşte biri                                || 20 %
    25 | insanların onda biri                              || 10 %
    26 | kadınların %18'i                                  || 18 %, femmes
    27 | hanelerin %22'si                                  || 22 %, ménages
    28 | her beş kişiden ikisi                             || 40 %
    29 | Fransa'da 13 milyon kişi                          || 13 000 000 personnes, France
    30 | Grenoble'da sakinlerin %28'i internet kullanmıyor || 28 %, Grenoble
    """
    spec.rows(as_in_french)


def test_a_number_is_read_in_ukrainian(spec):
    """En ukrainien, chaque phrase donne le nombre, le lieu et les personnes de la même phrase en français.

     n | phrase                                                 || réponse
    ---+--------------------------------------------------------++-----------------------------------
     1 | 40 % французів не користуються інтернетом              || 40 %, France
     2 | один із трьох французів                                || 33.3 %, France
     3 | третина французів                                      || 33.3 %, France
     4 | 3 000 людей у Vierzon                                  || 3 000 personnes, Vierzon
     5 | кожна шоста людина у Франції                           || 16.7 %, France
     6 | 15,4 % населення                                       || 15.4 %
     7 | понад 20 % літніх людей                                || au moins 20 %, 60-120 ans
     8 | менше ніж 10 % молоді                                  || au plus 10 %, 15-24 ans
     9 | половина пенсіонерів                                   || 50 %, 60-120 ans
    10 | дві третини студентів                                  || 66.7 %, étudiants
    11 | чверть жителів Vierzon                                 || 25 %, Vierzon
    12 | від 10 до 20 % жителів                                 || 15 %
    13 | щонайменше 5 000 людей у Grenoble                      || au moins 5 000 personnes, Grenoble
    14 | 16 мільйонів французів                                 || 16 000 000 personnes, France
    15 | 12 % французів не мають комп'ютера                     || 12 %, France
    16 | 30 % французів мають труднощі з цифровими технологіями || 30 %, France
    17 | 8 % ніколи не підключаються до інтернету               || 8 %
    18 | 25 % людей, старших за 75 років                        || 25 %, 75-120 ans
    19 | кожен десятий житель у Figeac                          || 10 %, Figeac
    20 | близько 4 000 жителів у Échirolles                     || 4 000 personnes, Échirolles
    21 | 35 % безробітних                                       || 35 %, chômeurs
    22 | 40 % у Vierzon                                         || 40 %, Vierzon
    23 | три чверті французів                                   || 75 %, France
    24 | п'ята частина населення                                || 20 %
    25 | десята частина людей                                   || 10 %
    26 | 18 % жінок                                             || 18 %, femmes
    27 | 22 % домогосподарств                                   || 22 %, ménages
    28 | двоє з п'яти людей                                     || 40 %
    29 | 13 мільйонів людей у Франції                           || 13 000 000 personnes, France
    30 | 28 % жителів Grenoble не користуються інтернетом       || 28 %, Grenoble
    """
    spec.rows(as_in_french)


def test_a_number_is_read_in_portuguese(spec):
    """En portugais, chaque phrase donne le nombre, le lieu et les personnes de la même phrase en français.

     n | phrase                                                 || réponse
    ---+--------------------------------------------------------++-----------------------------------
     1 | 40% dos franceses não usam a internet                  || 40 %, France
     2 | um em cada três franceses                              || 33.3 %, France
     3 | um terço dos franceses                                 || 33.3 %, France
     4 | 3.000 pessoas em Vierzon                               || 3 000 personnes, Vierzon
     5 | uma pessoa em cada seis em França                      || 16.7 %, France
     6 | 15,4% da população                                     || 15.4 %
     7 | mais de 20% dos idosos                                 || au moins 20 %, 60-120 ans
     8 | menos de 10% dos jovens                                || au plus 10 %, 15-24 ans
     9 | metade dos reformados                                  || 50 %, 60-120 ans
    10 | dois terços dos estudantes                             || 66.7 %, étudiants
    11 | um quarto dos habitantes de Vierzon                    || 25 %, Vierzon
    12 | entre 10 e 20% dos habitantes                          || 15 %
    13 | pelo menos 5.000 pessoas em Grenoble                   || au moins 5 000 personnes, Grenoble
    14 | 16 milhões de franceses                                || 16 000 000 personnes, France
    15 | 12% dos franceses não têm computador                   || 12 %, France
    16 | 30% dos franceses têm dificuldades com o digital       || 30 %, France
    17 | 8% nunca se ligam à internet                           || 8 %
    18 | 25% dos mais de 75 anos                                || 25 %, 75-120 ans
    19 | um habitante em cada dez em Figeac                     || 10 %, Figeac
    20 | cerca de 4.000 habitantes em Échirolles                || 4 000 personnes, Échirolles
    21 | 35% dos desempregados                                  || 35 %, chômeurs
    22 | 40% em Vierzon                                         || 40 %, Vierzon
    23 | três quartos dos franceses                             || 75 %, France
    24 | um quinto da população                                 || 20 %
    25 | um décimo das pessoas                                  || 10 %
    26 | 18% das mulheres                                       || 18 %, femmes
    27 | 22% dos agregados familiares                           || 22 %, ménages
    28 | duas pessoas em cada cinco                             || 40 %
    29 | 13 milhões de pessoas em França                        || 13 000 000 personnes, France
    30 | 28% dos habitantes de Grenoble não utilizam a internet || 28 %, Grenoble
    """
    spec.rows(as_in_french)
