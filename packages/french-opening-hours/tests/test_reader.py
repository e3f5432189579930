"""Opening hours as people type them: forms met in real files, each beside what must be read of it."""

import re
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours, State

from french_opening_hours import Hours, is_valid, read, read_week

# Everything is understood, nothing is guessed.
READ = [
    ("Lundi au samedi de 9h à 19h", "Mo-Sa 09:00-19:00"),
    ("Du lundi au jeudi : 08:30-12:00 et 13:30-16:30", "Mo-Th 08:30-12:00,13:30-16:30"),
    ("Lundi-vendredi 9h30-17h30", "Mo-Fr 09:30-17:30"),
    ("les lundi,\nmardi et jeudi de 16h30 à 18h.", "Mo,Tu,Th 16:30-18:00"),
    ("Mercredi : 15:00-17:00 / Vendredi : 16:00-18:00 /  Samedi : 10:30 - 12:00", "We 15:00-17:00; Fr 16:00-18:00; Sa 10:30-12:00"),
    ("mercredi de 16 h à 18 h et le samedi de 10 h à 12 h", "We 16:00-18:00; Sa 10:00-12:00"),
    ("lundi : 8h30-12h/14h-18h, mardi au vendredi : 8h30-12h/14h-17h30", "Mo 08:30-12:00,14:00-18:00; Tu-Fr 08:30-12:00,14:00-17:30"),
    ("LUNDI 9H30/12H30", "Mo 09:30-12:30"),
    ("lundi 13:00 17:00 , du mardi au vendredi 08:30 12:30 - 13:30 17:00", "Mo 13:00-17:00; Tu-Fr 08:30-12:30,13:30-17:00"),
    ("du lundi au vendredi, de 9h à 12h et de 13h30 à 17h30, sauf le mercredi, de 9h à 12h", "Mo,Tu,Th,Fr 09:00-12:00,13:30-17:30; We 09:00-12:00"),
    ("9h-19h du lundi au samedi", "Mo-Sa 09:00-19:00"),
    ("lu au ve 09:00 19:00", "Mo-Fr 09:00-19:00"),
    ("mardi à jeudi 9h-12h", "Tu-Th 09:00-12:00"),
    ("lundi 13.5-18, mardi 8,5-12,5, jeudi 9.0-17", "Mo 13:30-18:00; Tu 08:30-12:30; Th 09:00-17:00"),
    ("mardi 14-18 / mercredi 10-12/14-18", "Tu 14:00-18:00; We 10:00-12:00,14:00-18:00"),
    ("Mar : 14h-19hMer :14h-18h", "Tu 14:00-19:00; We 14:00-18:00"),
    ("mardi entre 10h et 12h", "Tu 10:00-12:00"),
    ("Tous les jours 9h-20h", "Mo-Su 09:00-20:00"),
    ("Fermé", "off"),
    ("Accueil sur rendez-vous", 'unknown "sur rendez-vous"'),
    # Days
    ("Lun-Ven: 9h-18h, Sam: 10h-16h", "Mo-Fr 09:00-18:00; Sa 10:00-16:00"),
    ("lundi-vendredi 9h-17h sf mercredi", "Mo,Tu,Th,Fr 09:00-17:00; We off"),
    ("lun. mar. jeu. ven. : 9h-12h", "Mo,Tu,Th,Fr 09:00-12:00"),
    ("L-V 9h-17h", "Mo-Fr 09:00-17:00"),
    ("LMMJV 9h-17h", "Mo-Fr 09:00-17:00"),
    ("Mardi-mercredi-vendredi : 15h - 18h30 et samedi : 14h – 17h", "Tu,We,Fr 15:00-18:30; Sa 14:00-17:00"),
    ("Lundi > vendredi 9h-12h", "Mo-Fr 09:00-12:00"),
    ("7j/7 de 8h à 20h", "Mo-Su 08:00-20:00"),
    ("24h/24, 7j/7", "24/7"),
    ("En semaine 9h-18h, le week-end 10h-17h", "Mo-Fr 09:00-18:00; Sa,Su 10:00-17:00"),
    ("Dimanche et jours fériés 10h-12h", "Su,PH 10:00-12:00"),
    ("vendredi au lundi 10h-12h", "Mo,Fr-Su 10:00-12:00"),
    ("Lundi 9h30-12h30 13h30-17h30 Mardi idem", "Mo,Tu 09:30-12:30,13:30-17:30"),
    # Times
    ("Lundi à vendredi 9h12h-14h-17h", "Mo-Fr 09:00-12:00,14:00-17:00"),
    ("jeudi 12h3019h", "Th 12:30-19:00"),
    ("lundi 08h30-12h00/13h30-1730", "Mo 08:30-12:00,13:30-17:30"),
    ("lundi 0900-1200 1400-1700", "Mo 09:00-12:00,14:00-17:00"),
    ("lundi 9.30 - 12.00 / 14.00 - 17.30", "Mo 09:30-12:00,14:00-17:30"),
    ("LUNDI DE 9 HEURES 30 A 12 HEURES", "Mo 09:30-12:00"),
    ("lundi 09:00:00-12:00:00", "Mo 09:00-12:00"),
    ("Lundi au samedi de 8 à 20h", "Mo-Sa 08:00-20:00"),
    ("Lundi, Mercredi de 9 à 12h et de 14 à 18h30 Mardi de 14 à 18h30", "Mo,We 09:00-12:00,14:00-18:30; Tu 14:00-18:30"),
    ("lundi au vendredi 9h/12/ 13h30-17h30", "Mo-Fr 09:00-12:00,13:30-17:30"),
    ("Lundi au vendredi de 10h à 12h et de 14h- à 18h30", "Mo-Fr 10:00-12:00,14:00-18:30"),
    ("Vendredi : 9h à 12h30 à 14h à 16h30", "Fr 09:00-12:30,14:00-16:30"),
    ("lundi de midi à 14h, vendredi de 20h à minuit", "Mo 12:00-14:00; Fr 20:00-24:00"),
    ("Vendredi 20h-2h", "Fr 20:00-02:00"),
    ("Mercredi : 10h à 12h &amp; 14h à 18h30", "We 10:00-12:00,14:00-18:30"),
    ("<ul><li>Mercredi&nbsp;: 9h-12h / 14h-18h</li><li>Jeudi&nbsp;: 14h-18h</li></ul>", "We 09:00-12:00,14:00-18:00; Th 14:00-18:00"),
    ("Lundi\n9h-12h\n14h-17h\nMardi\n9h-12h", "Mo 09:00-12:00,14:00-17:00; Tu 09:00-12:00"),
    # Times first, then days
    ("9h - 12h / 14h - 18h du lundi au jeudi, 9h - 12h le vendredi", "Mo-Th 09:00-12:00,14:00-18:00; Fr 09:00-12:00"),
    ("8h-12h du Lundi au Samedi et  13h30-17h30 le mercredi", "Mo,Tu,Th-Sa 08:00-12:00; We 08:00-12:00,13:30-17:30"),
    # Days said twice, whose hours add up
    ("Lundi de 13h30 à 17h, du Mardi au vendredi de 9h à 12h, du Mardi au Jeudi de 13h30 à 17h", "Mo 13:30-17:00; Tu-Th 09:00-12:00,13:30-17:00; Fr 09:00-12:00"),
    ("Lundi au Samedi 8h à 12h, Jeudi 13h à 17h30", "Mo-We,Fr,Sa 08:00-12:00; Th 08:00-12:00,13:00-17:30"),
    # Closed, exceptions
    ("Lundi : 9h-12h ; Mardi : fermé ; Mercredi : 9h-12h", "Mo,We 09:00-12:00; Tu off"),
    ("fermé le lundi, ouvert du mardi au samedi 10h-18h", "Tu-Sa 10:00-18:00; Mo off"),
    ("Tous les jours sauf le dimanche de 9h à 19h", "Mo-Sa 09:00-19:00; Su off"),
    ("Lundi au vendredi 9h-17h sauf jours fériés", "Mo-Fr 09:00-17:00; PH off"),
    ("mardi : 9h - 12h (fermé l'après-midi) mercredi : 9h - 12h et 13h30 - 17h", "Tu 09:00-12:00; We 09:00-12:00,13:30-17:00"),
    ("Lundi au vendredi : 9h - 12h et 13h30 – 17h30 fermeture mercredi après-midi", "Mo,Tu,Th,Fr 09:00-12:00,13:30-17:30; We 09:00-12:00"),
    ("du lundi au vendredi de 9h à 17h (fermé entre 12h et 14h)", "Mo-Fr 09:00-12:00,14:00-17:00"),
    ("Lundi au vendredi 9h - 12h et 14h - 17h30 (jusqu'à 19h le mardi)", "Mo,We-Fr 09:00-12:00,14:00-17:30; Tu 09:00-12:00,14:00-19:00"),
    ("Lundi 8h-12h 13h-17h sauf 1er lundi du mois", "Mo 08:00-12:00,13:00-17:00; Mo[1] off"),
    ("lundi fermé, 1er lundi du mois 9h-12h", "Mo off; Mo[1] 09:00-12:00"),
    # Some days of the month, some weeks
    ("Le 1er et le 3e jeudi du mois de 14h à 16h", "Th[1,3] 14:00-16:00"),
    ("tous les premiers lundi et tous les seconds mercredi de chaque mois, 14h à 18h30", "Mo[1],We[2] 14:00-18:30"),
    ("dernier vendredi de chaque mois, 14h-16h", "Fr[-1] 14:00-16:00"),
    ("Lundi : 8h30 à 22h30 de septembre à juin", "Sep-Jun Mo 08:30-22:30"),
    ("Lundi au vendredi 9h-17h, du 1er juillet au 31 août", "Jul 01-Aug 31 Mo-Fr 09:00-17:00"),
    ("Ouvert en juillet et août du lundi au vendredi de 8h à 14h", "Jul,Aug Mo-Fr 08:00-14:00"),
    ("Du 1er septembre au 30 juin : mardi 14h-18h. Du 1er juillet au 31 août : mardi 9h-12h", "Jul 01-Aug 31 Tu 09:00-12:00; Sep 01-Jun 30 Tu 14:00-18:00"),
    ("Lundi 9h-17h. Juillet et août : lundi 9h-12h", "Mo 09:00-17:00; Jul,Aug Mo 09:00-12:00"),
    ("mardi 14h-17h (fermé du 1er au 15 août)", "Tu 14:00-17:00; Aug 01-Aug 15 off"),
    ("Lundi 8h-12h. Fermeture annuelle du 25 décembre au 2 janvier", "Mo 08:00-12:00; Dec 25-Jan 02 off"),
    ("mardi 9h-12h (sauf juillet et août)", "Tu 09:00-12:00; Jul,Aug off"),
    ("Mardi et jeudi 9h-17h (pause de 12h à 13h)", "Tu,Th 09:00-12:00,13:00-17:00"),
    ("Vendredi : 13h30 – 17h (1er et 3ème vendredi du mois)", "Fr[1,3] 13:30-17:00"),
    ("Jeudi 11h-19h, Samedi 1er et 3ème du mois 8h30-12h", "Th 11:00-19:00; Sa[1,3] 08:30-12:00"),
    ("les mardis des semaines impaires de 9h à 12h", "week 1-53/2 Tu 09:00-12:00"),
    ("Semaine paire : mardi 9h-12h. Semaine impaire : jeudi 14h-17h", "week 2-52/2 Tu 09:00-12:00; week 1-53/2 Th 14:00-17:00"),
    # A rank after the hours, a time after « fermeture »
    ("Jeudi 9h30-11h30 (1er du mois)", "Th[1] 09:30-11:30"),
    ("mardi 14h-16h, 2e et 4e du mois", "Tu[2,4] 14:00-16:00"),
    ("Mardi au vendredi 9h-18h, fermeture à 16h30 le jeudi", "Tu,We,Fr 09:00-18:00; Th 09:00-16:30"),
    ("Lundi au vendredi 9h-17h, ferme à 16h le vendredi", "Mo-Th 09:00-17:00; Fr 09:00-16:00"),
    ("Lundi au vendredi 8h30-17h30 (fermeture de 12h à 13h30)", "Mo-Fr 08:30-12:00,13:30-17:30"),
    ("Monday to Friday 9am-5:30pm", "Mo-Fr 09:00-17:30"),
    # A season beside its dates, days of every year, both closed whatever the period
    ("Hiver (du 1er novembre au 31 mars) : mardi 14h-17h. Été (du 1er avril au 31 octobre) : mardi 9h-12h. Fermé les jours fériés.",
     "Apr 01-Oct 31 Tu 09:00-12:00; Nov 01-Mar 31 Tu 14:00-17:00; PH off"),
    ("Saison haute (mai à août) : jeudi 9h-18h. Basse saison (septembre à avril) : jeudi 9h-12h", "May-Aug Th 09:00-18:00; Sep-Apr Th 09:00-12:00"),
    ("Fermé dimanche et fériés. Juillet et août : mardi 9h-12h. Le reste de l’année : mardi 14h-18h", "Tu 14:00-18:00; Su off; Jul,Aug Tu 09:00-12:00; PH off"),
    ("Mardi 9h-12h. Fermé les 1er mai, 14 juillet et 25 décembre", "Tu 09:00-12:00; May 01,Jul 14,Dec 25 off"),
    ("Jeudi 14h-18h sauf le 11 novembre", "Th 14:00-18:00; Nov 11 off"),
    ("24 décembre : fermé. Vendredi 9h-12h", "Fr 09:00-12:00; Dec 24 off"),
    ("Les jeudis de novembre à mars de 14h à 17h", "Nov-Mar Th 14:00-17:00"),
    ("De début septembre à fin juin : mercredi 14h-18h", "Sep-Jun We 14:00-18:00"),
    ("Samedi : 9h - 12h (les 3 premiers samedis de chaque mois)", "Sa[1,2,3] 09:00-12:00"),
    ("Au mois de juillet, ouvert le lundi de 9h à 12h ; mardi 14h-17h", "Jul Mo 09:00-12:00; Jul Tu 14:00-17:00"),
    ("Le matin du lundi au vendredi 8h-12h. L’après-midi 14h-17h sauf le mercredi", "Mo,Tu,Th,Fr 08:00-12:00,14:00-17:00; We 08:00-12:00"),
    ("du lundi au vendredi le matin 8h-12h et l’après-midi 14h-17h sauf le mercredi", "Mo,Tu,Th,Fr 08:00-12:00,14:00-17:00; We off"),
    ("Lun-Jeu · 8h30-17h", "Mo-Th 08:30-17:00"),
    ("Mardi : 9h-12h - Mercredi : 14h-17h - Vendredi : 9h-12h", "Tu,Fr 09:00-12:00; We 14:00-17:00"),
    ("10am-6pm every day", "Mo-Su 10:00-18:00"),
    ("Du lundi au vendredi :\nJanvier - février\n8h-11h45\n13h-16h\nMai à octobre\n7h-11h45\n13h-17h", "Jan-Feb Mo-Fr 08:00-11:45,13:00-16:00; May-Oct Mo-Fr 07:00-11:45,13:00-17:00"),
    ("Lundi 9h-17h. Juillet : 9h-12h", "Mo 09:00-17:00; Jul Mo 09:00-12:00"),
    ("en semaine (mardi et jeudi de 14h à 17h)", "Tu,Th 14:00-17:00"),
    ("Chaque vendredi soir, entre 19 et 22 h", "Fr 19:00-22:00"),
    ("La semaine de 9h à 17h et le samedi de 10h à 12h", "Mo-Fr 09:00-17:00; Sa 10:00-12:00"),
    # By appointment
    ("Uniquement sur rendez-vous, Mardi de 10h à 17h , Mercredi de 10h à 17h", 'Tu,We 10:00-17:00 "sur rendez-vous"'),
    ("Mardi : 10h30 à 12h30 Mercredi : (sur rendez-vous) Jeudi : 14h à 17h", 'Tu 10:30-12:30; We unknown "sur rendez-vous"; Th 14:00-17:00'),
    ("Uniquement sur RDV : Lun-Jeu (8h00 - 15h30) | Ven (8h00 - 11h30)", 'Mo-Th 08:00-15:30 "sur rendez-vous"; Fr 08:00-11:30 "sur rendez-vous"'),
    ("Lundi de 8h30 à 11h30. Ces mêmes jours, sur rdv de 16h à 17h", 'Mo 08:30-11:30, Mo 16:00-17:00 "sur rendez-vous"'),
    ("Lundi au vendredi: 9h – 12h30 et 13h30 – 17h00 (Sauf Mardi matin)\nSans rendez-vous le matin, sur RDV l'après-midi.", 'Mo,We-Fr 09:00-12:30, Mo-Fr 13:30-17:00 "sur rendez-vous"'),
    ("Lundi au vendredi 9h-12h et sur RDV l'après-midi", 'Mo-Fr unknown "l’après-midi, sur rendez-vous", Mo-Fr 09:00-12:00'),
    ("du lundi au vendredi 9h - 12h et 13h30-17h, sur rdv le vendredi après-midi", 'Mo-Th 09:00-12:00,13:30-17:00; Fr 09:00-12:00, Fr 13:30-17:00 "sur rendez-vous"'),
    ("Sur rendez-vous le vendredi après-midi. Du lundi au vendredi 9h-12h et 14h-17h", 'Mo-Th 09:00-12:00,14:00-17:00; Fr 09:00-12:00, Fr 14:00-17:00 "sur rendez-vous"'),
    ("lundi au vendredi 9h-12h 14h-17h (mercredi matin sur rdv)", 'Mo,Tu,Th,Fr 09:00-12:00,14:00-17:00; We 09:00-12:00 "sur rendez-vous", We 14:00-17:00'),
    ("lundi au vendredi 9h-12h et sur rdv le jeudi après-midi", 'Th unknown "l’après-midi, sur rendez-vous", Mo-Fr 09:00-12:00'),
    ("lundi au vendredi 9h-12h 14h-17h (sauf le mercredi après-midi uniquement sur rendez-vous)",
     'Mo,Tu,Th,Fr 09:00-12:00,14:00-17:00; We 09:00-12:00, We 14:00-17:00 "sur rendez-vous"'),
    ("24h/24", "24/7"),
    ("24h sur 24", "24/7"),
    ("24/24, 7/7", "24/7"),
    ("ouvert 24 h sur 24, sauf le dimanche", "Mo-Sa 00:00-24:00; Su off"),
    ("lundi 24h/24", "Mo 00:00-24:00"),
    ("Lundi 9h-12h ou sur rendez-vous", 'Mo 09:00-12:00 "ou sur rendez-vous"'),
]  # fmt: skip

APPOINTMENTS = (
    "Sans rendez-vous, du lundi au vendredi de 8h30 à 12h30 , Sur rendez-vous le lundi, mardi, mercredi de"
    " 12h30 à 16h30 et le vendredi de 12h30 à 15h30, Fermé le jeudi après-midi"
)
SAME_ELSEWHERE = (
    "Lundi au vendredi 8h30 à 12h30 sans rendez-vous et 12h30 à 16H30 avec rendez-vous (sauf jeudi après-midi"
    " fermé au public et vendredi jusqu'à 15h30)"
)

# The meaning is sure, the form was not.
MENDED = [
    ("Mo - Fr 09:00 - 12:00", "Mo-Fr 09:00-12:00", "OSM"),
    ("Mo-Fr 14:00-19:00\xa0;Sa 14\xa0:00-18h00 ", "Mo-Fr 14:00-19:00; Sa 14:00-18:00", "OSM"),
    ("Mo, Fr 14:00-17:00 We 9:00-12:00", "Mo,Fr 14:00-17:00; We 09:00-12:00", "OSM"),
    ("Mo-Tu-Th-Fr 09:00-12:00, 14:00-17:00", "Mo,Tu,Th,Fr 09:00-12:00,14:00-17:00", "OSM"),
    ("Mo 13:30-17:00  Tu 8:30-12:00 ;  13:30-17:30 We 8:00-12:00", "Mo 13:30-17:00; Tu 08:30-12:00,13:30-17:30; We 08:00-12:00", "OSM"),
    ("du lundi au vendredi de 9h 0 12h", "Mo-Fr 09:00-12:00", "« 0 » lu « à »"),
    ("lundi sur rendez vous au 03.21.89.04.66", 'Mo unknown "sur rendez-vous"', "téléphone"),
    ("Mardi 14h-17h (Sur Rendez vous : 04 57 42 50 00 )", 'Tu 14:00-17:00 "sur rendez-vous"', "téléphone"),
    ("Lundi 9h-17h / Mercred 9h-17h / vendrei 9h-17h", "Mo,We,Fr 09:00-17:00", "« Mercred » lu mercredi"),
    ('"Mo-Fr 09:00-12:00"', "Mo-Fr 09:00-12:00", "guillemets"),
    ("Ouvert jeudi de 11h à 17h, et le dimande de 10h à 18h", "Th 11:00-17:00; Su 10:00-18:00", "« dimande » lu dimanche"),
]  # fmt: skip

# Something was guessed, or left: text, OSM, what is left, a part of the reason.
DOUBTFUL = [
    ("8h30 à 12h - 13h30 à 17h", 'Mo-Fr 08:30-12:00,13:30-17:00 "jours non précisés"', "", "aucun jour n’est écrit : lu du lundi au vendredi"),
    ("9h30-12h 14h-16h (sauf le lundi matin / mardi)", 'Mo 14:00-16:00 "jours non précisés"; We-Fr 09:30-12:00,14:00-16:00 "jours non précisés"; Tu off', "", "aucun jour"),
    ("10h à 12h et 14h à 19h. Fermé le dimanche.", 'Mo-Sa 10:00-12:00,14:00-19:00 "jours non précisés"; Su off', "", "lu du lundi au dimanche"),
    ("9h à 12h / 13h à 17h (17h30 le mercredi)", 'Mo,Tu,Th,Fr 09:00-12:00,13:00-17:00 "jours non précisés"; We 09:00-12:00,13:00-17:30 "jours non précisés"', "", "« 17h30 » lu comme une heure de fin"),
    ("1er mardi matin du mois", 'Tu[1] unknown "le matin"', "", "mardi : les heures ne sont pas dites"),
    ("Deux vendredis par mois", 'Fr unknown "Deux vendredis par mois"', "", "les heures ne sont pas dites"),
    ("Ateliers sur réservation et accès libre", "", "Ateliers sur réservation et accès libre", "« Ateliers »"),
    ("Voir site internet", "", "Voir site internet", "non compris"),
    ("10h", "", "10h", "non compris : « 10h »"),
    ("fermeture exceptionnelle le vendredi après midi 1 fois par trimestre", "", "fermeture exceptionnelle le vendredi après midi 1 fois par trimestre", "non compris"),
    ("Lundi au vendredi de 9h à 12h, Exceptionnellement ouvert à 10h les jeudis", 'Mo-Fr 09:00-12:00 "Exceptionnellement ouvert à 10h les jeudis"', "Exceptionnellement ouvert à 10h les jeudis", "non compris"),
    ("Samedi 10h00-12h30 (relais La Poste)", 'Sa 10:00-12:30 "relais La Poste"', "relais La Poste", "« relais La Poste »"),
    ("Mercredi : 10h-13h Jeudi : accueil de groupes Samedi : 10h-13h", 'We,Sa 10:00-13:00; Th unknown "horaires à confirmer"', "Jeudi : accueil de groupes", "non compris"),
    ("Mardi et jeudi : 9h-12h Jeudi : accueil de groupes", 'Tu,Th 09:00-12:00 "Jeudi : accueil de groupes"', "Jeudi : accueil de groupes", "non compris"),
    ("Lundi au vendredi, Accueil physique : 8h à 16h, Accueil téléphonique : 9h à 16h30", "Mo-Fr 08:00-16:00", "téléphonique : 9h à 16h30", "non compris"),
    ("Accueil téléphonique lundi 9h-12h", 'Mo 09:00-12:00 "par téléphone"', "", "valent seulement : par téléphone"),
    ("mardi et jeudi 8h45-11h4 et 13h30-16h30", 'Tu,Th unknown "horaires à confirmer", Tu,Th 13:30-16:30 "8h45-11h4"', "8h45-11h4", "minutes incomplètes"),
    ("mardi 25h-26h, jeudi 9h-12h", 'Tu unknown "25h-26h"; Th 09:00-12:00', "25h-26h", "heure au-delà de 24 h"),
    ("lundi 14h-12h, jeudi 9h-12h", 'Mo unknown "14h-12h"; Th 09:00-12:00', "14h-12h", "la fin vient avant le début"),
    ("Lundi 9h-12h, 11h-14h", "Mo 09:00-12:00,11:00-14:00", "", "lundi : deux plages se chevauchent"),
    ("les V14h-21h et S 10h-13h / L au V 8h30-19h", "Mo-Th 08:30-19:00; Fr 14:00-21:00; Sa 10:00-13:00", "", "vendredi : deux plages se chevauchent"),
    ("Mercredi au samedi : 10:00-12:00 et 14:00-18:00 / Jeudi : 14:00-18:00", "We,Fr,Sa 10:00-12:00,14:00-18:00; Th 14:00-18:00", "", "jeudi : 14:00-18:00 seulement"),
    ("lundi après-midi 2h-5h", "Mo 14:00-17:00", "", "lu comme des heures de l’après-midi"),
    ("lundi 2h-5h", "Mo 02:00-05:00", "", "ouvert avant 5 h du matin ?"),
    ("lundi matin 14h-17h", "Mo 14:00-17:00", "", "14:00-17:00 est écrit pour le matin"),
    ("lundi à partir de 14h", "Mo 14:00+", "", "l’heure de fin n’est pas dite"),
    ("lundi 9h, 12h", "Mo 09:00-12:00", "", "lu comme un début et une fin"),
    ("Jeudi 9h-11h ou 14h-16h", "Th 09:00-11:00,14:00-16:00", "", "« ou » est lu « et »"),
    ("Lundi au vendredi : 9h à 18h (lundi et jeudi matin fermé)", "Mo,Th 12:00-18:00; Tu,We,Fr 09:00-18:00", "", "lundi, jeudi : fermé le matin : les heures sont coupées à 12 h"),
    ("Lundi et mercredi 9h - 12h sauf mardi après-midi", "Mo,We 09:00-12:00", "", "mardi : une précision, sans heures à préciser"),
    ("Fermé le jeudi, vendredi 9h-12h", "Fr 09:00-12:00; Th off", "", "pour le dernier jour nommé"),
    ("Mardi et jeudi : 9h-12h, 14h-17h le jeudi", 'Tu,Th 09:00-12:00,14:00-17:00 "jeudi"', "jeudi", "non compris : « jeudi »"),
    ("du lundi au vendredi et fermé le week-end 9h-17h", 'Mo-Fr unknown "heures non précisées"', "", "les heures ne sont pas dites"),
    ("Lundi 9h-12h, mardi 14h-17h, uniquement sur rendez-vous", 'Mo 09:00-12:00; Tu 14:00-17:00 "sur rendez-vous"', "", "pour tous les jours, ou pour les derniers seulement ?"),
    ("Le mardi de 9h à 11h. Sur rendez-vous les autres jours.", 'Mo,We-Fr unknown "sur rendez-vous"; Tu 09:00-11:00', "", "« autres jours » lu lundi, mercredi, jeudi, vendredi"),
    ("Mercredi de 10h à 12h ou sur rdv toute la semaine", 'Mo-Fr unknown "sur rendez-vous", We 10:00-12:00', "", "« toute la semaine » lu du lundi au vendredi"),
    ("Lundi 9h-12h Les élus reçoivent sur rendez-vous", 'Mo 09:00-12:00 "élus reçoivent sur rendez-vous"', "élus reçoivent sur rendez-vous", "non compris"),
    ("Lundi au vendredi 9h-17h, sur rendez-vous le vendredi", 'Mo-Th 09:00-17:00; Fr 09:00-17:00 "sur rendez-vous"', "", "vendredi : sur rendez-vous à toutes ses heures ?"),
    ("Lundi au vendredi 9h-17h, le mercredi matin sur rdv", 'Mo,Tu,Th,Fr 09:00-17:00; We 09:00-12:00 "sur rendez-vous", We 12:00-17:00', "", "les heures sont coupées à 12 h"),
    ("M 9h-12h", "Tu 09:00-12:00", "", "« M » lu mardi"),
    ("we 10h-12h", "Sa,Su 10:00-12:00", "", "« we » lu samedi et dimanche"),
    ("Tu-Th-Fr 14:00-18:00; We-Sa 10:00-12:30", "Tu,Th,Fr 14:00-18:00; We,Sa 10:00-12:30", "", "des jours isolés, ou un intervalle ?"),
    ("Mo-Fr 09:00-12:00 ; We 14h-18h", "Mo,Tu,Th,Fr 09:00-12:00; We 09:00-12:00,14:00-18:00", "", "un jour est écrit deux fois"),
    ("lundi 23 avril 9h-12h", "", "lundi 23 avril 9h-12h", "« lundi 23 avril 9h-12h »"),
    # What limits or denies hours is never lost, and hours that nobody can place are never firm.
    ("10h-12h et 15h-17h", 'Mo-Fr 10:00-12:00,15:00-17:00 "jours non précisés"', "", "aucun jour"),
    ("9:00 AM - 5:00 PM", 'Mo-Fr 09:00-17:00 "jours non précisés"', "", "aucun jour"),
    ("le mardi de 8h45 à 11h45 et", 'Tu 08:45-11:45 "texte coupé"', "", "s’arrête au milieu d’une phrase"),
    ("jeudi 9h-12h et 14h-", 'Th 09:00-12:00 "14h, texte coupé"', "14h", "s’arrête au milieu d’une phrase"),
    ("mardi 9h-12h, mercr", 'Tu 09:00-12:00 "texte coupé"', "mercr", "s’arrête au milieu d’une phrase"),
    ("Vacances scolaires : lundi 15h-19h, tablettes, Mercred", 'Mo 15:00-19:00 "Vacances scolaires, tablettes, texte coupé"; We unknown "horaires à confirmer"', "tablettes, Mercred", "s’arrête au milieu d’une phrase"),
    (f"{'a ' * 110}Mardi : 15h-19h vos objets du quoti", 'Tu 15:00-19:00 "vos objets du, texte coupé"', "vos objets du quoti", "s’arrête au milieu d’une phrase"),
    ("lundi 9h-12h mercredi", 'Mo 09:00-12:00; We unknown "heures non précisées"', "", "les heures ne sont pas dites"),
    ("Valbert : lundi 9h-11h, Monteil : mardi 14h-16h", 'Mo 09:00-11:00 "Valbert"; Tu 14:00-16:00 "Monteil"', "Valbert … Monteil", "non compris"),
    ("du 6 au 10 juillet : 9h-12h", 'Jul 06-Jul 10 Mo-Fr 09:00-12:00 "jours non précisés"', "", "aucun jour"),
    ("du 6 au 10 juillet 2026 : mardi 9h-12h", 'Tu unknown "6 au 10 juillet 2026 : mardi 9h-12h"', "", "valent seulement : 6 au 10 juillet 2026"),
    ("du lundi 6 au vendredi 10 juillet : 9h-12h", 'Mo-Fr unknown "lundi 6 au vendredi 10 juillet : 9h-12h, jours non précisés"', "", "valent seulement : lundi 6 au vendredi 10 juillet"),
    ("N’accueille plus de public depuis mai. Mardi 9h-12h", "", "N’accueille plus de public depuis mai. Mardi 9h-12h", "ne reçoit plus"),
    ("Permanence suspendue. Lundi 9h-12h", "", "Permanence suspendue. Lundi 9h-12h", "ne reçoit plus"),
    ("24 h sur 24, membres du club seulement", 'Mo-Su 00:00-24:00 "membres du club seulement"', "membres du club", "non compris"),
    ("Standard joignable 9h-12h du lundi au jeudi ; ateliers mardi 14h-16h", 'Tu 14:00-16:00 "ateliers"', "Standard joignable 9h-12h du lundi au jeudi … ateliers", "non compris"),
    ("Accueil téléphonique : lundi 9h-12h. Accueil du public : mardi 14h-17h", "Tu 14:00-17:00", "téléphonique : lundi 9h-12h", "non compris"),
    ("Lundi au vendredi fermé de 12h à 14h", 'Mo-Fr unknown "fermé de 12h à 14h"', "", "les heures ne sont pas dites"),
    ("Lundi 9h-18h ; mardi fermeture à 17h", 'Mo 09:00-18:00; Tu unknown "heures non précisées"', "", "une heure de fin, sans heure d’ouverture"),
    ("LMJV 9h-12h", "Mo,Tu,Th,Fr 09:00-12:00", "", "« LMJV » lu lundi, mardi, jeudi, vendredi"),
    ("Jeudi 9h-11h, 2e étage", 'Th 09:00-11:00 "2e étage"', "2e étage", "non compris"),
    ("mercredi 14h-17h le 2e et le 4e", "We[2,4] 14:00-17:00", "", "lu comme un rang dans le mois"),
    # Seasons and holidays become a comment.
    ("9h à 17h30 du lundi au vendredi. Fermé pendant les vacances de Noël.", 'Mo-Fr 09:00-17:30 "Fermé pendant les vacances de Noël"', "", "gardé en commentaire"),
    ("Lundi, mardi de 9h à 12h, Fermé pendant vacances scolaires", 'Mo,Tu 09:00-12:00 "Fermé pendant vacances scolaires"', "", "gardé en commentaire"),
    ("Lundi au vendredi, 13h30 à 17h30 (17h00 pendant les vacances scolaires)", 'Mo-Fr 13:30-17:30 "17h00 pendant les vacances scolaires"', "", "gardé en commentaire"),
    ("Mardi : 13h-18h30 Vacances scolaires : du mardi au samedi 13h-18h", 'Tu 13:00-18:30 "Vacances scolaires : du mardi au samedi 13h-18h"', "", "gardé en commentaire"),
    ("Horaires Vacances scolaires : mardi 15h-19h", 'Tu 15:00-19:00 "Vacances scolaires"', "", "valent seulement : Vacances scolaires"),
    ("Mar. et jeu. 9h/12h - 14h/17h sf vac. scol.", 'Tu,Th 09:00-12:00,14:00-17:00 "sf vac. scol."', "", "gardé en commentaire"),
    ("Mercredi et vacances scolaires de 8h30 à 12h", 'We 08:30-12:00 "vacances scolaires"', "", "gardé en commentaire"),
    ("Lundi 9h-12h, mardi 14h-17h, de septembre à juin", "Mo 09:00-12:00; Sep-Jun Tu 14:00-17:00", "", "pour tous les jours, ou"),
    ("Lundi : 9h-12h ; été : fermé", 'Mo 09:00-12:00 "été : fermé"', "", "gardé en commentaire"),
    ("Fermé du 1er au 15 août", "", "Fermé du 1er au 15 août", "ni jour ni heure"),
    # Two things under one roof, two seasons without dates: each keeps its hours and its name.
    ("Dépôt : samedi 9h-12h. Boutique : samedi 10h-18h", 'Sa 09:00-12:00 "Dépôt", Sa 10:00-18:00 "Boutique"', "Dépôt … Boutique", "deux plages se chevauchent"),
    ("Atelier : mardi et jeudi 9h-12h 14h-17h. Cybercafé : jeudi 9h-12h", 'Tu 09:00-12:00,14:00-17:00 "Atelier"; Th 09:00-12:00 "Atelier, Cybercafé", Th 14:00-17:00 "Atelier"', "Atelier … Cybercafé", "non compris"),
    ("Hiver : mardi 9h-12h. Été : mardi 8h-13h, jeudi 8h-13h", 'Tu,Th 08:00-13:00 "Été", Tu 09:00-12:00 "Hiver"', "", "valent seulement : Hiver ; ces horaires valent seulement : Été"),
    ("Boutique (rue Foch) : samedi 9h-12h", 'Sa 09:00-12:00 "Boutique (rue Foch)"', "Boutique (rue Foch)", "non compris"),
    ("du 1er octobre au 31 novembre : lundi 9h-12h", "Oct 01-Nov 30 Mo 09:00-12:00", "", "« 31 novembre » n’existe pas : lu 30 novembre"),
    ("Mardi 9h-12h. Fermé le 24 décembre 2026", 'Tu 09:00-12:00 "Fermé le 24 décembre 2026"', "", "gardé en commentaire"),
    ("Le 12 mars et le 19 mars : 14h-16h", 'Mo-Fr unknown "12 mars et le 19 mars : 14h-16h, jours non précisés"', "", "valent seulement"),
    ("Hors période scolaire : mardi 10h-16h. En période scolaire : mercredi 16h-18h", 'We 16:00-18:00 "En période scolaire, Hors période scolaire : mardi 10h-16h"', "", "gardé en commentaire"),
    ("Mardi 9h-12h*, jeudi 14h-17h. * sauf pendant les vacances", 'Tu 09:00-12:00 "* sauf pendant les vacances"; Th 14:00-17:00 "* sauf pendant les vacances"', "", "« * sauf pendant les vacances » : gardé en commentaire"),
    ("10:00 - 12:00, 14:00 - 16:00", 'Mo-Fr 10:00-12:00,14:00-16:00 "jours non précisés"', "", "aucun jour"),
    ("Lundi au vendredi 9h-18h (jeudi à partir de 13h)", "Mo-We,Fr 09:00-18:00; Th 13:00-18:00", "", "l’heure de fin n’est pas dite"),
    ("Accueil : lundi 8h-18h, mardi à partir de 13h30. Mairie : mardi 13h30-16h", 'Mo 08:00-18:00; Tu 13:30-16:00 "Mairie", Tu 13:30+', "Mairie", "l’heure de fin n’est pas dite"),
    ("Fin juin : mercredi 14h-18h", 'We unknown "Fin juin : mercredi 14h-18h"', "", "valent seulement : Fin juin"),
    ("Mercredi : 9h-12h, vacances : 14h-17h ; jeudi : 10h-12h", 'We 09:00-12:00 "vacances : 14h-17h"; Th 10:00-12:00 "vacances : 14h-17h"', "", "gardé en commentaire"),
    ("Samedi 9h-18h. Fermé le lundi (sauf les jours fériés)", 'Sa 09:00-18:00 "jours fériés"; Mo off', "jours fériés", "non compris"),
    # What is not of these days, or not of this desk, neither opens nor closes them.
    ("8h-20h du lundi au jeudi, le vendredi jusqu’à 16h", 'Mo-Th 08:00-20:00; Fr unknown "jusqu’à 16 h"', "", "sans heures à préciser"),
    ("Lundi au jeudi 9h-12h 14h-17h. Pas d’accueil téléphonique le mardi matin", "Mo-Th 09:00-12:00,14:00-17:00", "Pas d'accueil téléphonique le mardi matin", "non compris"),
    ("Ouvert le jeudi de 9h à 12h, jusqu’à nouvel ordre", 'Th 09:00-12:00 "jusqu\'à nouvel ordre"', "jusqu'à nouvel ordre", "non compris"),
    ("Pas de permanence jusqu’à nouvel ordre. Lundi 9h-12h", "", "Pas de permanence jusqu’à nouvel ordre. Lundi 9h-12h", "ne reçoit plus"),
    ("Mardi 14h-16h une semaine sur deux", 'Tu 14:00-16:00 "une semaine sur deux"', "", "gardé en commentaire"),
]  # fmt: skip

VALID_OSM = [
    "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00", "Mo-Fr 8:30-17:30; Sa-Su 08:45-17:30", "mo-fr 09:00-12:00",
    "Mo, We, Fr 09:00-12:00, 13:30-17:00; Tu, Th 09:00-12:00, 13:30-18:00",
    "Tu-Sa 09:00-13:00,14:00-18:00; We,Fr 14:00-18:00", "Mo-Fr 09:00-17:00; Fr 09:00-16:00",
    "Mo 09:30-12:30,13:30-15:30; PH off", "Mo-Fr 09:00-12:00; PH off; SH off", "week 1-53/2 We 09:00-12:00",
    "Mo[1] 10:00-12:00", "24/7", "Sa 22:00-02:00", 'Tu 14:00-17:00 "sur rendez-vous"',
    "easter off; Mo 09:00-12:00",
]  # fmt: skip

ODD = [
    ("Mo-Fr 09:00-12:00; 14:00-17:00", "annule « Mo-Fr 09:00-12:00 » ; sans doute Mo-Fr 09:00-12:00,14:00-17:00"),
    ("Mo-Fr 09:00-12:00; Mo-Fr 14:00-17:00", "annule"),
    ("08:00-12:00, 13:00-17:00", "OSM lit tous les jours"),
    ("Mo-Fr", "OSM lit ouvert jour et nuit"),
    ("Mo-Fr 08:30-12:00,10:00-17:00", "deux plages se chevauchent"),
    ("Mo-Fr 09:00-12:00; Mo 08:00-10:00", "se chevauchent certains jours : OSM n’y garde que les heures de « Mo 08:00-10:00 »"),
    ("Mo 14:00-12:00", "la fin vient avant le début"),
    ("Mo 02:00-05:00", "avant 5 h"),
    ("Mar 09:00-12:00", "mois de mars"),
    ("WE 10:00-12:00", "mercredi en OSM"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "osm"), [*READ, *((text, None) for text in (APPOINTMENTS, SAME_ELSEWHERE))])
def test_what_is_understood_whole_is_read(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.reason) == ("read", "")
    assert hours.unread == ""
    assert hours.text == text
    assert hours.osm == osm or osm is None
    assert is_valid(hours.osm)


@pytest.mark.parametrize(("text", "osm", "reason"), MENDED)
def test_what_is_sure_but_badly_written_is_mended(text, osm, reason):
    hours = read(text)
    assert (hours.certainty, hours.osm, hours.unread) == ("mended", osm, "")
    assert reason in hours.reason


@pytest.mark.parametrize(("text", "osm", "remainder", "reason"), DOUBTFUL)
def test_a_guess_or_a_remainder_is_doubtful(text, osm, remainder, reason):
    hours = read(text)
    assert (
        hours.certainty,
        hours.osm,
        hours.unread,
        hours.text,
    ) == ("doubtful", osm, remainder, text)
    assert reason in hours.reason


@pytest.mark.parametrize(
    ("text", "word", "osm"),
    [
        # between two strokes, a day alone has no hours; a list of days has those of the list
        ("Mardi 9h-12h / Mercredi / Jeudi 9h-12h", "doubtful", 'Tu,Th 09:00-12:00; We unknown "heures non précisées"'),
        ("Lundi / mercredi / vendredi 14h-17h", "read", "Mo,We,Fr 14:00-17:00"),
        # « sauf » for part of the year
        ("Lundi au samedi 9h-12h, sauf samedi en juillet et août", "read", "Mo-Sa 09:00-12:00; Jul,Aug Sa off"),
        ("Lundi au vendredi 9h-17h, samedi 9h-12h (sauf juillet-août)", "doubtful", "Mo-Fr 09:00-17:00; Sa 09:00-12:00; Jul-Aug Sa off"),
        # hours of the days excepted, in parentheses
        ("lundi au vendredi 9h-12h et 14h-17h sauf mercredi (9h-12h) et vendredi (14h-16h)", "read", "Mo,Tu,Th 09:00-12:00,14:00-17:00; We 09:00-12:00; Fr 14:00-16:00"),
        ("Lundi au vendredi 9h-17h sauf mercredi (9h-12h), samedi 9h-12h", "read", "Mo,Tu,Th,Fr 09:00-17:00; We,Sa 09:00-12:00"),
        # one or the other is not both
        ("lundi 9h-12h ou mardi 9h-12h", "doubtful", "Mo,Tu 09:00-12:00"),
        ("mardi ou jeudi 9h-12h", "doubtful", "Tu,Th 09:00-12:00"),
        # an hour of opening is no end, and the end of a day closes no other
        ("lundi au vendredi 9h-16h30, sauf le jeudi ouverture à 10h30", "doubtful", "Mo-We,Fr 09:00-16:30; Th 10:30-16:30"),
        ("lundi au vendredi 9h-17h (jeudi : ouverture à 10h)", "doubtful", "Mo-We,Fr 09:00-17:00; Th 10:00-17:00"),
        ("lundi au vendredi 9h-17h sauf le jeudi fermeture à 18h30", "doubtful", "Mo-We,Fr 09:00-17:00; Th 09:00-18:30"),
        # « fermé » of another sentence closes no day on appointment
        (
            "Mardi 9h-12h. Vendredi sur rendez-vous. Fermé 1ère semaine des vacances.",
            "doubtful",
            'Tu 09:00-12:00 "Fermé 1ère semaine des vacances"; '
            'Fr unknown "sur rendez-vous, Fermé 1ère semaine des vacances"',
        ),
        # the days excepted first are those that do not open
        ("Tous les matins sauf mercredi : 9h-12h", "doubtful", 'Mo,Tu,Th,Fr 09:00-12:00 "matins, jours non précisés"; We off'),
        # « par téléphone » after hours is about them alone
        ("Mardi 9h-12h par téléphone, jeudi 9h-12h sur place", "doubtful", "Th 09:00-12:00"),
        ("Lundi 9h-12h (par téléphone uniquement), mardi 9h-12h", "doubtful", "Tu 09:00-12:00"),
        # half a day on appointment says nothing of the other half, nor of another day
        ("Lundi 9h-12h, l’après-midi sur rdv ; mardi 9h-12h 14h-17h", "read", 'Mo unknown "l’après-midi, sur rendez-vous", Mo 09:00-12:00; Tu 09:00-12:00,14:00-17:00'),
        ("du lundi au vendredi 9h-12h (l’après-midi sur RDV de 14h à 17h)", "read", 'Mo-Fr 09:00-12:00, Mo-Fr 14:00-17:00 "sur rendez-vous"'),
    ],
)  # fmt: skip
def test_an_exception_changes_what_it_is_about_and_nothing_else(text, word, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm) == (word, osm)


@pytest.mark.parametrize(
    "text",
    [
        "Le 12 mars de 14h à 16h",
        "jeudi 12/03 14h-16h, jeudi 26/03 14h-16h",
        "Prochaines dates : 5/02, 19/02 de 9h à 12h",
    ],
)
def test_hours_of_a_date_are_not_those_of_each_week(text):
    hours = read(text)
    assert (hours.certainty, hours.osm, hours.text) == ("doubtful", "", text)


@pytest.mark.parametrize("osm", VALID_OSM)
def test_valid_osm_is_copied_byte_for_byte(osm):
    hours = read(osm)
    assert (hours.certainty, hours.osm, hours.unread, hours.reason) == (
        "read",
        osm,
        "",
        "",
    )


@pytest.mark.parametrize(("osm", "reason"), ODD)
def test_unlikely_valid_osm_is_copied_and_doubtful(osm, reason):
    hours = read(osm)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)
    assert reason in hours.reason


@pytest.mark.parametrize("text", ["", " ", "-----", "/", "—", "nc", "NC", "None", "non renseigné", "..."])
def test_nothing_is_empty(text):
    assert read(text) == Hours("", text, "", "empty")


@pytest.mark.parametrize("text", [APPOINTMENTS, SAME_ELSEWHERE])
def test_hours_with_and_without_appointment_stand_side_by_side(text):
    """2026-11-16 is a Monday without holiday."""
    hours = OpeningHours(read(text).osm, country="FR")
    state_by_time = {
        (16, 9): (State.OPEN, ""),
        (16, 16): (State.OPEN, "sur rendez-vous"),
        (19, 9): (State.OPEN, ""),
        (19, 14): (State.CLOSED, ""),
        (20, 15): (State.OPEN, "sur rendez-vous"),
        (20, 16): (State.CLOSED, ""),
        (21, 9): (State.CLOSED, ""),
    }
    assert {key: hours.state(datetime(2026, 11, key[0], key[1])) for key in state_by_time} == state_by_time


def test_public_holidays_are_those_of_france():
    hours = OpeningHours(read("Lundi au vendredi 9h-17h, fermé les jours fériés").osm, country="FR")
    assert hours.is_open(datetime(2026, 7, 13, 10))
    assert not hours.is_open(datetime(2026, 7, 14, 10))


@pytest.mark.parametrize(
    ("osm", "parity", "expected"),
    [
        (
            "Mo 09:30-12:30,13:30-15:30; PH off",
            "Semaine impaire",
            "week 1-53/2 Mo 09:30-12:30,13:30-15:30; PH off",
        ),
        ("Th 13:30-16:30; PH off", "Semaine paire", "week 2-52/2 Th 13:30-16:30; PH off"),
        ("lundi 9h-12h", "semaines paires", "week 2-52/2 Mo 09:00-12:00"),
    ],
)
def test_another_column_may_say_every_other_week(osm, parity, expected):
    assert (read(osm, parity=parity).certainty, read(osm, parity=parity).osm) == ("read", expected)


@pytest.mark.parametrize(
    ("osm", "parity"),
    [("Mo 09:00-12:00", "une semaine sur trois"), ('Mo 09:00-12:00 "a;b"', "Semaine paire")],
)
def test_weeks_that_cannot_be_written_are_left(osm, parity):
    hours = read(osm, parity=parity)
    assert (hours.certainty, hours.osm, hours.unread) == (
        "doubtful",
        osm,
        parity,
    )


WEEKS = [
    ({"Mo": "Fermé", "Th": "8h45 - 11h30", "Su": "Fermé"}, "read", "Th 08:45-11:30; Mo,Su off"),
    ({"Mo": "8 à 18h", "Sa": "8 à 13h", "Su": ""}, "read", "Mo 08:00-18:00; Sa 08:00-13:00"),
    ({"Tu": "12h30-19h", "We": "sur RDV (par tél ou courriel)"}, "read", 'Tu 12:30-19:00; We unknown "sur rendez-vous"'),
    ({"Mo": "8h30 à 12h - 13h30 à 17h", "Th": "8h30 à 12h - Fermé l'après-midi"}, "read", "Mo 08:30-12:00,13:30-17:00; Th 08:30-12:00"),
    ({"Mo": "10-12", "Tu": "9-12 / 14-18", "We": "9-12h"}, "read", "Mo 10:00-12:00; Tu 09:00-12:00,14:00-18:00; We 09:00-12:00"),
    ({"Th": "fermé - 13h30 à 17h30"}, "read", "Th 13:30-17:30"),
    ({"Mo": "8h-20h sur rendez-vous"}, "read", 'Mo 08:00-20:00 "sur rendez-vous"'),
    ({"Mo am": "9h12h", "Mo pm": "14h18h"}, "read", "Mo 09:00-12:00,14:00-18:00"),
    ({"Mo am": "Fermé", "Mo pm": "14h-17h"}, "read", "Mo 14:00-17:00"),
    ({"Mo am": "9h-12h", "Mo pm": "-", "Tu am": "-", "Tu pm": "-"}, "mended", "Mo 09:00-12:00; Tu off"),
    ({"Mo am": "x", "Mo pm": "x", "Tu am": "9h-12h"}, "doubtful", 'Mo unknown "heures non précisées"; Tu 09:00-12:00'),
    ({"Mo": "8h-11h", "Th": " X ", "Fr": "fermé"}, "doubtful", 'Mo 08:00-11:00; Th unknown "« x », ouvert ou fermé"; Fr off'),
    ({"Mo am": "x", "Mo pm": "x", "Tu am": "x"}, "doubtful", 'Mo unknown "heures non précisées"; Tu unknown "le matin"'),
    ({"Tu am": "14h-12h", "Tu pm": "12h-20h"}, "doubtful", 'Tu unknown "le matin, « 14h-12h »", Tu 12:00-20:00'),
    ({"Tu am": "13h30-16h30", "Tu pm": "13h30-16h30"}, "doubtful", "Tu 13:30-16:30"),
    ({"Mo am": "9h-17h", "Mo pm": "14h-18h"}, "doubtful", "Mo 09:00-17:00,14:00-18:00"),
    ({"We": "18h", "Th": "10h"}, "doubtful", 'We unknown "« 18h »"; Th unknown "« 10h »"'),
    ({"Mo": "lundi au vendredi 9h-12h"}, "doubtful", "Mo-Fr 09:00-12:00"),
    ({"Mo": "9h-12h (semaines paires)", "Th": "9h-12h (sem. impaires) / 14h-17h (sem. paires)"}, "read", "week 2-52/2 Mo 09:00-12:00; week 1-53/2 Th 09:00-12:00, week 2-52/2 Th 14:00-17:00"),
    ({"Mo": "fermé au public le matin / 13 h 45 – 17 h 30", "Tu": "fermé au public"}, "read", "Mo 13:45-17:30; Tu off"),
    ({"Mo": "matin : fermé ; après-midi : 14h-17h", "Tu": "9h-12h, après-midi fermé"}, "read", "Mo 14:00-17:00; Tu 09:00-12:00"),
    ({"Mo": "9h-12h", "PH": "Fermé"}, "read", "Mo 09:00-12:00; PH off"),
    ({"Mo": "9h-12h", "Tu": "9h-12h sauf vacances"}, "doubtful", 'Mo 09:00-12:00; Tu 09:00-12:00 "sauf vacances"'),
]  # fmt: skip


@pytest.mark.parametrize(("days", "word", "osm"), WEEKS)
def test_a_week_with_a_column_a_day_or_two(days, word, osm):
    hours = read_week(days)
    assert (hours.certainty, hours.osm) == (word, osm)
    assert all(value.strip() in hours.text for value in days.values())
    assert bool(hours.reason) == (word != "read")


QUALIFIERS = [
    *("(semaines paires)", "en semaine impaire", "(sem. paires)", "1 semaine sur 2", "(semaine B)"),
    *("(1er et 3e lundi du mois)", "(hors vacances scolaires)", "(de septembre à juin)", "en juillet et août"),
    *("sur rendez-vous", "(sur rdv l'après-midi)", "sauf le 2e lundi du mois", "(fermé en août)", "/ fermé"),
    *("fermé au public l'après-midi", "(permanence téléphonique)", "jusqu'au 30 juin", "(mairie annexe)"),
]  # fmt: skip


@pytest.mark.parametrize("qualifier", QUALIFIERS)
def test_a_qualifier_of_hours_is_the_same_in_the_cell_of_a_day(qualifier):
    cell, sentence = read_week({"Mo": f"9h-12h {qualifier}"}), read(f"lundi 9h-12h {qualifier}")
    assert (cell.osm, cell.certainty) == (sentence.osm, sentence.certainty)


def test_a_week_says_which_cell_was_not_understood():
    hours = read_week({"Fr": "9h/12h", "Sa am": "souscondition", "Su am": "souscondition"})
    assert hours.osm == 'Fr 09:00-12:00; Sa,Su unknown "le matin, « souscondition »"'
    assert hours.unread == "samedi matin : souscondition … dimanche matin : souscondition"
    assert hours.reason == "samedi matin, dimanche matin : non compris : « souscondition »"


def test_a_week_every_other_week():
    assert (
        read_week({"Mo": "9h-12h", "Tu": "Fermé"}, parity="Semaine impaire").osm
        == "week 1-53/2 Mo 09:00-12:00; week 1-53/2 Tu off"
    )


@pytest.mark.parametrize("days", [{}, {"Mo": "", "Tu": " "}, {"Mo": "-", "Tu": "-----", "We": "/"}])
def test_a_week_of_dashes_is_empty(days):
    assert read_week(days).certainty == "empty"


def test_an_unknown_column_is_refused():
    with pytest.raises(ValueError, match="'lundi' is no column of a week"):
        read_week({"lundi": "9h-12h"})


# ------------------------------------------------------------------------------------------ whatever is typed

PIECES = """lundi mardi Mo We lu L M 9h 12h 9h30 14:00 25h 8 17 à - , / et ou ( ) . ; : sauf fermé matin après-midi vacances
    semaine-paire du mois 1er dernier [1] sur-rdv sans-rdv jusqu'à à-partir-de 24h/24 exceptionnel téléphonique 23-avril
    une-semaine-sur-deux jours-fériés autres-jours ces-mêmes-jours idem tous-les-jours ouvert atelier " é ’"""


@given(st.lists(st.sampled_from(PIECES.split()), max_size=25), st.sampled_from(["", " "]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_typed_nothing_is_lost_and_osm_is_valid(pieces, joint):
    text = joint.join(pieces).replace("-rdv", " rdv")
    hours = read(text)
    if hours.certainty == "empty":
        assert not any(character.isalnum() for character in text)
        return
    assert hours.text == text
    assert "n’est pas accepté par OSM" not in hours.reason
    assert hours.osm or hours.unread == text
    assert not hours.osm or is_valid(hours.osm)
    assert (hours.certainty == "read") == (not hours.reason)
    assert hours.certainty == "doubtful" or not hours.unread
    read_week({"Mo": text, "Tu am": text})


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_at_all_has_an_answer(text):
    assert read(text).certainty in ("empty", "read", "mended", "doubtful")


REWORDED = [
    # both halves of a day; each day of a list has the hours of its own half
    ("du lundi au vendredi matin de 9h à 12h et l'après-midi de 14h à 17h", "Mo-Fr 09:00-12:00,14:00-17:00"),
    ("Mardi matin et après-midi : 9h-12h / 14h-17h", "Tu 09:00-12:00,14:00-17:00"),
    ("lundi matin et mardi après-midi de 9h à 12h et de 14h à 17h", "Mo 09:00-12:00; Tu 14:00-17:00"),
    ("Lundi après-midi, mardi : 9h-12h et 14h-17h", "Mo 14:00-17:00; Tu 09:00-12:00,14:00-17:00"),
    ("L'après-midi du mardi au jeudi : 14h-17h", "Tu-Th 14:00-17:00"),
    # the hours of other days
    ("lundi de 8h à 12h, idem mardi et jeudi", "Mo,Tu,Th 08:00-12:00"),
    ("lundi 9h-12h ; mardi 14h-17h ; jeudi : mêmes horaires que le lundi", "Mo,Th 09:00-12:00; Tu 14:00-17:00"),
    # in letters, by their two ends, by a dash
    ("du mardi au samedi de dix heures à dix-huit heures trente", "Tu-Sa 10:00-18:30"),
    ("Ouverture les mardis et jeudis à 14h, fermeture à 18h", "Tu,Th 14:00-18:00"),
    ("Lun : 9h à 12h | Mar : - | Mer : 9h à 12h", "Mo,We 09:00-12:00; Tu off"),
    # parts of the year and weeks of two kinds
    ("Lundi 9h-12h. Août : fermé", "Mo 09:00-12:00; Aug off"),
    ("mardi de 9h à 12h en semaine paire, de 14h à 17h en semaine impaire", "week 1-53/2 Tu 14:00-17:00, week 2-52/2 Tu 09:00-12:00"),
    # days in a parenthesis after their hours
    ("9h-12h (lundi, mardi) 14h-17h (jeudi)", "Mo,Tu 09:00-12:00; Th 14:00-17:00"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "osm"), REWORDED)
def test_hours_in_unusual_words_are_read(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm, hours.unread) == ("read", osm, "")


@pytest.mark.parametrize(
    ("text", "osm"),
    [
        ("mardi après-midi et mercredi 9h-12h", 'Tu unknown "l’après-midi"; We 09:00-12:00'),
        ("lundi matin et mardi : 9h-17h", "Mo 09:00-12:00; Tu 09:00-17:00"),
        ("lundi après-midi 9h-12h", "Mo 09:00-12:00"),
        ("vacances scolaires : fermé ; sinon mardi 16h-19h", 'Tu 16:00-19:00 "vacances scolaires : fermé"'),
        ("semaine A : lundi 9h-12h, semaine B : jeudi 9h-12h", 'Mo 09:00-12:00 "semaine A"; Th 09:00-12:00 "semaine B"'),
        ("sur place lundi 9h-12h, à distance mardi 14h-17h", "Mo 09:00-12:00"),
    ],
)  # fmt: skip
def test_hours_of_a_part_are_not_those_of_the_place(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)


def test_only_a_half_day_in_writing_is_a_half_day():
    assert "est écrit pour l’après-midi" in read("lundi après-midi 9h-12h").reason
    assert "est écrit pour" not in read("mardi après-midi et mercredi 9h-12h").reason


PERIODS = [
    # an end of a period may be a month, the other a day; two periods may share their hours
    ("D’octobre au 15 avril : jeudi 9h-11h", "Oct 01-Apr 15 Th 09:00-11:00"),
    ("mercredi 15h-18h du 20 juin à fin août", "Jun 20-Aug 31 We 15:00-18:00"),
    ("du 3 mars au 12 mai et du 8 septembre au 9 novembre : vendredi 10h-13h", "Mar 03-May 12,Sep 08-Nov 09 Fr 10:00-13:00"),
    ("Jeudi 10h-12h (fermé juillet août)", "Th 10:00-12:00; Jul,Aug off"),
    ("Jeudi 10h-12h du 1er mars  au 31  mai", "Mar 01-May 31 Th 10:00-12:00"),
    # what begins a sentence is about that sentence
    ("D’octobre à mai mardi 9h-12h. De juin à septembre ouvert jeudi 10h-13h", "Oct-May Tu 09:00-12:00; Jun-Sep Th 10:00-13:00"),
    ("Vendredi 9h-11h du 1er mai au 30 septembre. Du 1er octobre au 30 avril sur rendez-vous",
     'Oct 01-Apr 30 Fr unknown "sur rendez-vous"; May 01-Sep 30 Fr 09:00-11:00'),
    ("Lundi au jeudi 9h-16h. Août : fermé le mardi", "Mo-Th 09:00-16:00; Aug Tu off"),
    ("De mai à juin de 9h à 11h les jeudis et d’août à octobre de 15h à 17h du lundi au mardi", "Aug-Oct Mo,Tu 15:00-17:00; May-Jun Th 09:00-11:00"),
    ("Mardi 10h-12h de mars à mai, le reste de l’année sur rendez-vous", 'Tu unknown "sur rendez-vous"; Mar-May Tu 10:00-12:00'),
    # two periods side by side: the first is that of the hours before, the last that of the hours after
    ("Lundi au jeudi 10h-16h d’octobre à mars et en avril-mai 9h-17h", "Apr-May Mo-Th 09:00-17:00; Oct-Mar Mo-Th 10:00-16:00"),
    ("Lundi 9h-11h de novembre à avril, et de mai à octobre jeudi 14h-16h", "Nov-Apr Mo 09:00-11:00; May-Oct Th 14:00-16:00"),
    ("De juin à août jeudi 9h-11h, d’octobre à décembre et mars, lundi et mardi 14h-16h", "Oct-Dec,Mar Mo,Tu 14:00-16:00; Jun-Aug Th 09:00-11:00"),
    # in figures, or of one day alone
    ("Du 15/06 au 01/09 : jeudi 9h-11h", "Jun 15-Sep 01 Th 09:00-11:00"),
    ("Jeudi 9h-11h (sauf en mai) ; lundi 9h-11h", "Mo,Th 09:00-11:00; May Th off"),
    # a half said of one day, both said of another; the same as the day before
    ("Mardi après-midi, jeudi matin et après-midi, samedi matin : 8h-11h / 15h-18h", "Tu 15:00-18:00; Th 08:00-11:00,15:00-18:00; Sa 08:00-11:00"),
    ("jeudi 8h-11h et 13h-15h, lundi pareil, mardi fermé", "Mo,Th 08:00-11:00,13:00-15:00; Tu off"),
    # the last hours alone are those of the period
    ("Tous les jours de 15h à 17h et de 15h à 19h en juillet", "Mo-Su 15:00-17:00; Jul Mo-Su 15:00-19:00"),
    # days that follow share the period said before, where the sentence tells two of them
    ("Le jeudi de mai à juillet de 8h à 11h et le samedi de 9h à 10h, le jeudi d’août à octobre de 8h à 9h",
     "Aug-Oct Th 08:00-09:00; May-Jul Th 08:00-11:00; May-Jul Sa 09:00-10:00"),
    # an end said of a period is that of the hours before
    ("Lundi au jeudi 8h-11h et 13h-16h, jusqu’à 17h de mai à juillet", "Mo-Th 08:00-11:00,13:00-16:00; May-Jul Mo-Th 08:00-11:00,13:00-17:00"),
    # what a period excepts is closed in that period alone
    ("De mai à juin : tous les jours sauf le jeudi 9h-18h. De juillet à avril : tous les jours 9h-11h",
     "May-Jun Th off; Jul-Apr Mo-Su 09:00-11:00; May-Jun Mo-We,Fr-Su 09:00-18:00"),
    ("Mars : lundi au jeudi 9h-18h, jusqu’à 16h le jeudi. Avril : lundi au jeudi 9h-17h", "Apr Mo-Th 09:00-17:00; Mar Mo-We 09:00-18:00; Mar Th 09:00-16:00"),
    ("Semaine impaire : mardi au jeudi 9h-11h sauf mercredi ; semaine paire : mardi au jeudi 15h-18h",
     "week 1-53/2 We off; week 1-53/2 Tu,Th 09:00-11:00, week 2-52/2 Tu-Th 15:00-18:00"),
    # what a period adds leaves the ordinary hours, and a period within another is written after it
    ("Mercredi au vendredi 8h-16h, en mai également le jeudi de 18h à 20h", "We-Fr 08:00-16:00; May Th 08:00-16:00,18:00-20:00"),
    ("D’avril à juin du mercredi au vendredi de 8h à 16h, et aussi le mercredi en mai de 18h à 20h", "Apr-Jun We-Fr 08:00-16:00; May We 08:00-16:00,18:00-20:00"),
    ("En mai le lundi de 9h à 11h. D’avril à juin le lundi de 9h à 12h et le jeudi de 9h à 12h", "Apr-Jun Mo,Th 09:00-12:00; May Mo 09:00-11:00"),
    # public holidays included have the hours just said
    ("Mardi au jeudi 9h-11h et 15h-16h y compris les jours fériés", "Tu-Th,PH 09:00-11:00,15:00-16:00"),
    ("En mai le lundi de 9h à 11h, fériés inclus", "May Mo,PH 09:00-11:00"),
    # three months in a row, and words stuck together
    ("Mai-juin-juillet : jeudi 9h-11h", "May,Jun,Jul Th 09:00-11:00"),
    ("De mars à juindu lundi au jeudi 9h-11h, lesamedi 9h-10h", "Mar-Jun Mo-Th 09:00-11:00; Mar-Jun Sa 09:00-10:00"),
    # in a parenthesis, the hours just said are others in a part of the year
    ("Lundi au jeudi 8h-11h et 13h-17h (16h de décembre à février) / Samedi 9h-11h",
     "Mo-Th 08:00-11:00,13:00-17:00; Sa 09:00-11:00; Dec-Feb Mo-Th 08:00-11:00,13:00-16:00"),
    ("Mardi 9h-11h (10h-12h en juillet)", "Tu 09:00-11:00; Jul Tu 10:00-12:00"),
    ("Samedi et jours fériés 8h-11h (10h en mai)", "Sa 08:00-11:00; May Sa 08:00-10:00; PH 08:00-11:00; May PH 08:00-10:00"),
    # public holidays have their own hours whatever day they fall on
    ("Les lundis et jours fériés : 9h à 11h. Les mardis : 9h à 17h", "Mo 09:00-11:00; Tu 09:00-17:00; PH 09:00-11:00"),
    ("Jeudi 9h-11h, ainsi que tous les jours fériés", "Th,PH 09:00-11:00"),
    # days of the year in figures, the whole year after a part of it, hours past midnight
    ("Mercredi 9h-17h (sf 24/12 et 02/01)", "We 09:00-17:00; Dec 24,Jan 02 off"),
    ("Fermé le 11/11. Mercredi 9h-17h", "We 09:00-17:00; Nov 11 off"),
    ("En mai du lundi au jeudi 8h-17h, toute l’année samedi 9h-11h", "Sa 09:00-11:00; May Mo-Th 08:00-17:00"),
    ("Vendredi 21h-3h du matin", "Fr 21:00-03:00"),
    ("Jeudi 9h-11h et 14h-18h. Fermeture à 16h30 du 1er octobre au 31 mars", "Th 09:00-11:00,14:00-18:00; Oct 01-Mar 31 Th 09:00-11:00,14:00-16:30"),
    ("De mai à août jeudi 9h-18h, fermeture à 19h en juillet", "May-Aug Th 09:00-18:00; Jul Th 09:00-19:00"),
    ("Samedi, dimanche fériés 9h-11h", "Sa,Su,PH 09:00-11:00"),
    # noon ends the day it follows, an end said after whole hours is that of the day it precedes
    ("du mardi au samedi midi 8h-12h 14h-16h", "Tu-Fr 08:00-12:00,14:00-16:00; Sa 08:00-12:00"),
    ("jeudi midi 12h-14h", "Th 12:00-14:00"),
    ("Toute l’année lundi au jeudi 10h-17h", "Mo-Th 10:00-17:00"),
    # abbreviations, and a time whose minutes are the next hour
    ("Du lun. au ven. de 9h à 16h", "Mo-Fr 09:00-16:00"),
    ("mardi 8-12h 13-16h", "Tu 08:00-12:00,13:00-16:00"),
    ("Mardi 9h-12h, dimanche et féris 10h-12h", "Tu 09:00-12:00; Su,PH 10:00-12:00"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "osm"), PERIODS)
def test_hours_of_a_period_are_those_of_no_other(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm, hours.unread) == ("read", osm, "")


@pytest.mark.parametrize(
    ("text", "osm", "reason"),
    [
        ("De mi-mai à fin juillet : jeudi 9h-11h", "May 15-Jul 31 Th 09:00-11:00", "« mi-mai » lu le 15"),
        ("Jeudi 9h-11h et 14h-18h (8h-11h en août)", 'Th 09:00-11:00,14:00-18:00; Aug Th 08:00-11:00, Aug Th 14:00-18:00 "à vérifier"', "et les autres heures"),
        ("Jeudi 14h-1", 'Th unknown "14h-1"', "la fin vient avant le début"),
        ("Jeudi 14h-2h", 'Th 14:00-02:00 "à vérifier"', "ouvert après minuit"),
        ("8h-11h, fermé le lundi", 'Tu-Su 08:00-11:00 "jours non précisés"; Mo off', "du lundi au dimanche"),
        ("Lundi au mercredi 9h-11h et 14h-16h\nAdresse postale : mardi et jeudi 14h-16h", 'Mo-We 09:00-11:00,14:00-16:00; Th 14:00-16:00 "Adresse postale"', "non compris"),
        ("Mercredi au vendredi et les lundis fériés de 8h à 17h", "We-Fr,PH 08:00-17:00", "« lundis fériés » lu jours fériés"),
        ("Tous les jours de 9h à 17h de mai à juin et jeudi de 9h à 11h, vendredi de 9h à 10h de juillet à avril",
         "May-Jun Mo-Su 09:00-17:00; Jul-Apr Th 09:00-11:00; Jul-Apr Fr 09:00-10:00", "pour tous les jours"),
        ("Jeudi 9h-18h. Fermeture à 16h en hiver", 'Th 09:00-18:00 "Fermeture à 16h en hiver"', "gardé en commentaire"),
        ("Jeudi 9h-11h de fin janvier à mars", "Jan 25-Mar 31 Th 09:00-11:00", "« fin janvier » lu le 25"),
        ("Jeudi 9h-11h de mars à début mai", "Mar 01-May 05 Th 09:00-11:00", "« début mai » lu le 5"),
        ("Jeudi 9h-11h, samedi 15h-17h, en mai de 9h à 10h", 'Th 09:00-11:00; Sa 15:00-17:00; May Th,Sa 09:00-10:00 "jours à vérifier"', "pour tous les jours"),
        ("Le lundi de mai à juin de 8h à 11h, samedi de 9h à 10h et de juillet à août de 8h à 9h", 'Jul-Aug Mo,Sa 08:00-09:00 "jours à vérifier"; May-Jun Mo 08:00-11:00; May-Jun Sa 09:00-10:00', "pour tous les jours"),
        ("Les lundis de mai à juin de 8h à 11h, le samedi de 9h à 10h", "Sa 09:00-10:00; May-Jun Mo 08:00-11:00", "une partie de l’année"),
        ("En mai et août mardi-jeudi-samedi, en juin-juillet du lundi au jeudi de 9h à 11h", "Jun-Jul Mo-Th 09:00-11:00; May,Aug Tu,Th,Sa 09:00-11:00", "les mêmes heures"),
        ("Du lundi au jeudi de mai à juin et du mardi au jeudi de juillet à août de 9h à 11h", "May-Jun Mo-Th 09:00-11:00; Jul-Aug Tu-Th 09:00-11:00", "les mêmes heures"),
        ("Lundi 9h-11h, samedi 15h-17h, jours fériés compris", "Mo 09:00-11:00; Sa,PH 15:00-17:00", "pour tous les jours"),
        ("Mardi et jeudi de 15h à 18h. Ateliers des écoles le matin sur rendez-vous", 'Tu,Th 15:00-18:00 "sur rendez-vous, Ateliers des écoles le matin"', "non compris"),
        ("Jeudi 9h-11h sauf mi-mai", "Th 09:00-11:00 \"sauf mi-mai\"", "gardé en commentaire"),
        ("lundi 9h-18h, 19h en juillet, 20h en août", 'Mo 09:00-18:00 "19h en juillet, 20h en août"', "gardé"),
        ("Le jeudi 9h-11h, le reste de la semaine sur rendez-vous", 'Mo-We,Fr unknown "sur rendez-vous"; Th 09:00-11:00', "« reste de la semaine » lu"),
        ("Samedi 14h-17h. Ouvert sur rendez-vous pour les groupes", 'Sa 14:00-17:00 "sur rendez-vous pour les groupes"', "non compris"),
        ("Mardi 9h-12h, samedi et dimanche de 14h à 16h en hiver et de 15h à 18h en été", 'Tu 09:00-12:00; Sa,Su 14:00-16:00 "hiver", Sa,Su 15:00-18:00 "été"', "valent seulement : hiver"),
        ("En mai-juin jeudi 9h-11h. De novembre à mars ouvert sur demande", 'May-Jun Th 09:00-11:00 "demande, De novembre à mars"', "gardé en commentaire"),
        ("Tous les jours 9h-18h et le 2e jeudi du mois 9h-21h (jeudi des voisins)", 'Mo-Su 09:00-18:00, Th[2] 09:00-21:00 "jeudi des voisins"', "non compris"),
        ("Mardi au samedi 14h-18h et pour les classes du mardi au vendredi 9h-12h", 'Tu-Fr 09:00-12:00 "pour les classes", Tu-Sa 14:00-18:00', "non compris"),
        ("De 9h à 16h, de mai à juin le samedi de 10h à 18h", 'Mo-Fr 09:00-16:00 "jours non précisés"; May-Jun Sa 10:00-18:00', "aucun jour"),
        ("Lundi au jeudi de 10h à 17h et jusqu’à 15h le vendredi", 'Mo-Th 10:00-17:00; Fr unknown "jusqu’à 15 h"', "sans heures à préciser"),
        ("Un lundi sur 2 : 9h-11h (semaines impaires)", 'week 1-53/2 Mo 09:00-11:00 "Un lundi sur 2"', "gardé"),
        ("De juin à août de 9h à 11h, en mai le samedi", 'Jun-Aug Mo-Fr 09:00-11:00 "jours non précisés"; May Sa unknown "heures non précisées"', "aucun jour"),
    ],
)  # fmt: skip
def test_hours_of_a_period_keep_their_doubt(text, osm, reason):
    hours = read(text)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)
    assert reason in hours.reason


@pytest.mark.parametrize(
    ("text", "osm"),
    [
        # a line that names a place or a service is about its own days
        ("Salle des fêtes lundi 9h-11h\nÉcole du bourg jeudi 14h-16h", 'Mo 09:00-11:00 "Salle des fêtes"; Th 14:00-16:00 "École du bourg"'),
        ("Le 3 rue Haute : lundi 9h-11h\nL’annexe mardi 9h-11h", 'Mo 09:00-11:00 "3 rue Haute"; Tu 09:00-11:00 "annexe"'),
        ("Guichet :\nLundi 17h-18h\nJeudi 9h-10h\nmais standard et courrier\nLundi 14h-18h\nJeudi 9h-12h",
         'Mo 17:00-18:00 "Guichet"; Th 09:00-10:00 "Guichet"'),
        ("Guichet :\nLundi 17h-18h\nmais comptable présente\nLundi 14h-18h", 'Mo 14:00-18:00 "comptable présente", Mo 17:00-18:00 "Guichet"'),
        ("Lundi 9h-12h\nPayant\nMardi 9h-12h", 'Mo 09:00-12:00 "Payant"; Tu 09:00-12:00'),
        ("Dépôt le lundi de 9h à 11h. Vente jeudi 14h-16h, atelier le vendredi 9h-11h", 'Mo 09:00-11:00 "Dépôt"; Th 14:00-16:00 "Vente"; Fr 09:00-11:00 "atelier"'),
        ("Salle 9h-17h lundi et jeudi, aide au courrier jeudi 14h-16h", 'Mo,Th 09:00-17:00 "Salle", Th 14:00-16:00 "aide au courrier"'),
        # names of places that look like a month, a date or a closing
        ("Vendredi 9h-11h à Saint-Mars-la-Brière", 'Fr 09:00-11:00 "Saint-Mars-la-Brière"'),
        ("Vendredi 9h-11h, 4 place du 11 novembre 1918", 'Fr 09:00-11:00 "4 place du 11 novembre 1918"'),
        ("À la ferme des Noyers lundi 9h-11h", 'Mo 09:00-11:00 "ferme des Noyers"'),
        ("Lundi 9h-17h, fermé le midi", 'Mo 09:00-17:00 "fermé le midi"'),
        ("Lundi : 9h-11 Maison des aînés", 'Mo 09:00-11:00 "Maison des aînés"'),
    ],
)  # fmt: skip
def test_names_of_places_are_no_hours_and_stay_with_their_hours(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)


@pytest.mark.parametrize(
    ("text", "osm"),
    [
        ("Ferme du lundi au mercredi. Jeudi 9h-11h", "Th 09:00-11:00; Mo-We off"),
        ("jeudi 9h-17h, ferme de 12h à 14h", "Th 09:00-12:00,14:00-17:00"),
        ("ferme du 1er au 9 mai, jeudi 9h-11h", "Th 09:00-11:00; May 01-May 09 off"),
    ],
)
def test_a_closing_without_accent_is_a_closing(text, osm):
    assert read(text).osm == osm


CLOSINGS = [
    # what is closed is said in several pieces: dates, public holidays, a season that has its dates
    ("Jeudi 15h-19h. Fermeture estivale du 5 au 20 août", "Th 15:00-19:00; Aug 05-Aug 20 off"),
    ("Fermeture annuelle : du 3 au 9 mai et du 24 au 31 décembre. Jeudi 15h-18h", "Th 15:00-18:00; May 03-May 09,Dec 24-Dec 31 off"),
    ("Jeudi 15h-18h, pas de permanence en mai", "Th 15:00-18:00; May off"),
    ("Jeudi 15h-18h. Relâche en mai et juin", "Th 15:00-18:00; May,Jun off"),
    ("Jeudi 9h-18h, fermé les jours fériés et en mai", "Th 09:00-18:00; PH off; May off"),
    ("Jeudi 9h-18h, fermé le lundi et du 3 au 9 mai", "Th 09:00-18:00; Mo off; May 03-May 09 off"),
    ("Jeudi 9h-18h. Fermé du 3 au 9 mai et les jours fériés", "Th 09:00-18:00; PH off; May 03-May 09 off"),
    ("Jeudi 9h-18h sauf jours fériés, 24 et 31 décembre", "Th 09:00-18:00; PH off; Dec 24,Dec 31 off"),
    ("Tous les jours sauf lundi, 25 décembre et 1er mai : 9h-17h", "Tu-Su 09:00-17:00; Mo off; Dec 25,May 01 off"),
    ("Mardi au jeudi 9h-11h. Samedi 9h-10h (sauf en mai)", "Tu-Th 09:00-11:00; Sa 09:00-10:00; May Sa off"),
    ("Lundi 9h-11h ; mardi - ; jeudi : - / vendredi : 9h-11h", "Mo,Fr 09:00-11:00; Tu,Th off"),
    # half a day closed for part of the year leaves the ordinary hours
    ("Lundi au jeudi 9h-11h et 14h-16h. Fermé l’après-midi en mai", "Mo-Th 09:00-11:00,14:00-16:00; May Mo-Th 09:00-11:00"),
    ("Lundi au jeudi 9h-11h et 14h-16h. En mai et juin, fermé l’après-midi", "Mo-Th 09:00-11:00,14:00-16:00; May,Jun Mo-Th 09:00-11:00"),
    ("Lundi au jeudi 9h-11h et 14h-16h. Mai : fermé le mardi après-midi", "Mo-Th 09:00-11:00,14:00-16:00; May Tu 09:00-11:00"),
    ("Lundi au jeudi 9h-11h et 14h-16h. Fermé le mardi après-midi en mai", "Mo-Th 09:00-11:00,14:00-16:00; May Tu 09:00-11:00"),
    ("Lundi au jeudi 9h-11h et 14h-16h. En mai ouvert le matin seulement", "Mo-Th 09:00-11:00,14:00-16:00; May Mo-Th 09:00-11:00"),
    ("Lundi au jeudi 9h-11h et 14h-16h. Le matin uniquement en mai", "Mo-Th 09:00-11:00,14:00-16:00; May Mo-Th 09:00-11:00"),
    ("Lundi au jeudi 9h-11h / 14h-17h. Mai : fermeture à 16h", "Mo-Th 09:00-11:00,14:00-17:00; May Mo-Th 09:00-11:00,14:00-16:00"),
    ("Lundi au jeudi 9h-11h et 14h-16h, sauf le mardi (fermeture l’après-midi)", "Mo,We,Th 09:00-11:00,14:00-16:00; Tu 09:00-11:00"),
    # some days of the month, some days as others
    ("Tous les jeudis sauf le dernier du mois, de 15h à 18h", "Th 15:00-18:00; Th[-1] off"),
    ("Jeudi 15h-18h sauf le 1er jeudi du mois : 9h-11h", "Th 15:00-18:00; Th[1] 09:00-11:00"),
    ("Samedi 9h-11h (un samedi sur deux, semaines paires)", "week 2-52/2 Sa 09:00-11:00"),
    ("Jeudi 9h-12h, vendredi 10h-11h, samedi idem jeudi, dimanche 8h-9h", "Th,Sa 09:00-12:00; Fr 10:00-11:00; Su 08:00-09:00"),
    ("Tous les jours 8h-19h, sauf dimanche et jours fériés 9h-11h", "Mo-Sa 08:00-19:00; Su,PH 09:00-11:00"),
    ("Tous les jours de 8h à 19h, même les jours fériés", "Mo-Su,PH 08:00-19:00"),
    # months in short, a season and its dates, the year outside it
    ("Du 15 mai au 15 sept. : lundi au jeudi 9h-11h ; oct. à avr. : jeudi 9h-10h", "May 15-Sep 15 Mo-Th 09:00-11:00; Oct-Apr Th 09:00-10:00"),
    ("Horaires d’été du 1er mai au 15 juin : jeudi 8h-11h. Le reste de l’année : jeudi 15h-18h", "Th 15:00-18:00; May 01-Jun 15 Th 08:00-11:00"),
    ("Ouvert du 3 mai au 9 juin, tous les jours sauf le lundi, de 9h à 11h. Hors saison : sur rendez-vous.", 'Tu-Su unknown "sur rendez-vous"; May 03-Jun 09 Tu-Su 09:00-11:00; May 03-Jun 09 Mo off'),
    # hours on a line, their days on the next
    ("9h-11h / 15h-18h\nlundi, mardi\n9h-11h\njeudi", "Mo,Tu 09:00-11:00,15:00-18:00; Th 09:00-11:00"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "osm"), CLOSINGS)
def test_what_is_closed_is_closed_and_nothing_else(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm, hours.unread) == ("read", osm, "")


@pytest.mark.parametrize(
    ("text", "osm", "reason"),
    [
    ("Jeudi 9h-18h. Fermée en mai et entre Noël et le jour de l’An", 'Th 09:00-18:00 "fermé entre Noël et le jour de l\'An"; May off', "« entre Noël et le jour de l'An » : gardé en commentaire"),
    ("Jeudi 9h-18h. Fermé les jours fériés, du 3 au 9 mai et la première quinzaine d’août", 'Th 09:00-18:00 "fermé première quinzaine d\'août"; PH off; May 03-May 09 off', "« première quinzaine d'août » : gardé en commentaire"),
    ("Jeudi 9h-18h. Fermé les jours fériés et pendant les vacances scolaires", 'Th 09:00-18:00 "fermé vacances scolaires"; PH off', "« vacances scolaires » : gardé en commentaire"),
    ("Jeudi 15h-18h hors vacances scolaires et jours fériés", 'Th 15:00-18:00 "hors vacances scolaires"; PH off', "« hors vacances scolaires » : gardé en commentaire"),
    ("Jeudi 9h-18h, fermé les jours fériés sauf le 8 mai", 'Th 09:00-18:00 "sauf le 8 mai"; PH off; May 08 Th 09:00-18:00 "sauf le 8 mai"', "« sauf le 8 mai » : gardé en commentaire"),
    ("Jeudi 9h-11h et 15h-18h. Fermé l’après-midi pendant les vacances scolaires", 'Th 09:00-11:00,15:00-18:00 "Fermé l\'après-midi pendant les vacances scolaires"', "« Fermé l'après-midi pendant les vacances scolaires » : gardé en commentaire"),
    ("Jeudi : 15h-18h (période scolaire) / 9h-11h et 15h-17h (vacances scolaires)", 'Th 15:00-18:00 "période scolaire, 9h-11h et 15h-17h (vacances scolaires)"', "« période scolaire » : gardé en commentaire"),
    ("Jeudi 15h-18h en période scolaire, 9h-11h pendant les vacances", 'Th 15:00-18:00 "en période scolaire, 9h-11h pendant les vacances"', "« en période scolaire » : gardé en commentaire"),
    ("Jeudi 9h-18h ; la caisse ferme à 17h", 'Th 09:00-18:00 "caisse ferme à 17h"', "non compris : « caisse ferme à 17h »"),
    ("À compter du 3 mai : jeudi 9h-11h", 'Th 09:00-11:00 "À compter du 3 mai"', "« À compter du 3 mai » : gardé en commentaire"),
    ("Jeudi 9h-11h (accueil téléphonique), vendredi 9h-11h", "Fr 09:00-11:00", "non compris : « Jeudi 9h-11h (accueil téléphonique) »"),
    ("Jeudi 9h-11h et 15h-18h (accueil téléphonique uniquement l’après-midi). Lundi 9h-11h", 'Mo 09:00-11:00; Th 09:00-11:00,15:00-18:00 "accueil téléphonique uniquement l\'après-midi"', "« accueil téléphonique uniquement l'après-midi » : gardé en commentaire"),
    ("9h-11h tous les matins, 15h-18h le lundi et le jeudi", 'Mo-Fr unknown "horaires à confirmer", Mo,Th 15:00-18:00 "9h-11h"', "« 9h-11h » : on ne sait pas quel jour"),
    ("Samedi 9h-11h (un samedi sur deux)", 'Sa 09:00-11:00 "un samedi sur deux"', "« un samedi sur deux » : gardé en commentaire"),
    ("Mercredi au vendredi de 15h à 18h (jeudi dès 10h)", "We,Fr 15:00-18:00; Th 10:00-18:00", "« 10h » : l’heure de fin n’est pas dite"),
    ("Du 1er mai au 31 mai : 9h-11h. Du 1er juin au 31 juillet : 9h-18h. Fermé le mardi.", 'Jun 01-Jul 31 Mo,We-Su 09:00-18:00 "jours non précisés"; May 01-May 31 Mo,We-Su 09:00-11:00 "jours non précisés"; Jun 01-Jul 31 Tu off; May 01-May 31 Tu off', "aucun jour n’est écrit : lu du lundi au dimanche"),
    ],
)  # fmt: skip
def test_a_closing_that_nobody_can_date_is_doubtful(text, osm, reason):
    hours = read(text)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)
    assert reason in hours.reason


PLACES = [
    # some days of the month open later, or close at noon
    ("Lundi au jeudi 9h-17h\nSamedi 9h-11h\nOuverture à 10h le premier mardi du mois", "Mo-Th 09:00-17:00; Tu[1] 10:00-17:00; Sa 09:00-11:00"),
    ("Lundi au jeudi 9h-17h. Ouverture au public à 10h30 le 2e jeudi du mois.", "Mo-Th 09:00-17:00; Th[2] 10:30-17:00"),
    ("Lundi au jeudi 9h-17h\nFermeture de 12h à 15h les premiers mardis de chaque mois\nSamedi 9h-11h", "Mo-Th 09:00-17:00; Tu[1] 09:00-12:00,15:00-17:00; Sa 09:00-11:00"),
    ("Lundi au jeudi 9h-17h\nFermeture chaque mercredi de 12h à 15h", "Mo,Tu,Th 09:00-17:00; We 09:00-12:00,15:00-17:00"),
    # bars, bullets, days on the line below their hours
    ("Lundi et jeudi :\n9h30 | 12 h et de 15h | 17h\nmardi : 9h30 | 12h", "Mo,Th 09:30-12:00,15:00-17:00; Tu 09:30-12:00"),
    ("5h–22h • 7j/7", "Mo-Su 05:00-22:00"),
    ("Accès libre : 5h à 23h, 7j/7. Accueil : lundi 9h-12h", "Mo-Su 05:00-23:00"),
    ("8h-20h du lundi au mercredi, sauf le mardi qui est de 9h à 11h", "Mo,We 08:00-20:00; Tu 09:00-11:00"),
    ("Accueil et standard téléphonique du lundi au jeudi, 9h-11h (fermé le mercredi)", "Mo,Tu,Th 09:00-11:00; We off"),
    # a line that goes on, a hole of some days or of part of the year, bullets that are no notes
    ("sur rendez-vous du lundi au mercredi de 9h à 11h et de 15h\n      à 17h", 'Mo-We 09:00-11:00,15:00-17:00 "sur rendez-vous"'),
    ("Lundi au jeudi de 9h à 17h. Fermeture de 12h à 14h en mai", "Mo-Th 09:00-17:00; May Mo-Th 09:00-12:00,14:00-17:00"),
    # days in short
    ("Du lun. au jeu., de 8 h 30 à 11 h. Le sam., de 9 h à 11 h (sauf juillet et août)", "Mo-Th 08:30-11:00; Sa 09:00-11:00; Jul,Aug Sa off"),
    ("Le 1er jeu. du mois, 14h-16h, et le dernier ven. du mois, 9h-11h", "Th[1] 14:00-16:00; Fr[-1] 09:00-11:00"),
    ("Tous les jours sauf le mar., de 10h à 12h, nocturne le jeu. jusqu'à 20h", "Mo,We,Fr-Su 10:00-12:00; Th 10:00-20:00; Tu off"),
    ("Lun. au jeu. 9h-17h (le mar. jusqu'à 16h). Fermeture le dim. et le ven.", "Mo,We,Th 09:00-17:00; Tu 09:00-16:00; Fr,Su off"),
    # what a closing or an opening is about
    ("Du lundi au jeudi 9h-11h. Samedi 9h-10h (fermeture annuelle en mai)", "Mo-Th 09:00-11:00; Sa 09:00-10:00; May off"),
    ("Du lundi au jeudi 9h-12h et 14h-17h. En juillet et août (fermé l'après-midi)", "Mo-Th 09:00-12:00,14:00-17:00; Jul,Aug Mo-Th 09:00-12:00"),
    ("9h-17h du mardi au jeudi, ouverture à 10h30 le jeudi", "Tu,We 09:00-17:00; Th 10:30-17:00"),
    ("Mardi 9h-11h, jeudi et samedi : mêmes horaires que les mardis", "Tu,Th,Sa 09:00-11:00"),
    ("Mercredi, samedi 10h-12h, 14h-18h, fermé le samedi après-midi, jusqu’à 19h le mercredi", "We 10:00-12:00,14:00-19:00; Sa 10:00-12:00"),
    ("Mercredi, samedi 10h-18h, fermé les jours fériés, ouverture à 11h le mercredi", "We 11:00-18:00; Sa 10:00-18:00; PH off"),
    # the same words in capitals, with spaces that do not break, on two lines
    ("DU 01/09 AU 30/06 : MERCREDI 14H-16H", "Sep 01-Jun 30 We 14:00-16:00"),
    ("HIVER (1ER OCT. AU 30 AVRIL) : LUNDI 9H-11H", "Oct 01-Apr 30 Mo 09:00-11:00"),
    ("LUNDI DE 9H À 11H\n ET DE 14H\n À 17H", "Mo 09:00-11:00,14:00-17:00"),
    ("Ouverture\u00a0: lundi-jeudi, 7h30.\nFermeture\u00a0: 18h30", "Mo-Th 07:30-18:30"),
    ("lundi de 10 h à dix-sept\u00a0heures", "Mo 10:00-17:00"),
    ("lundi 8:30 | 12:00 et de 13:30 | 17:00", "Mo 08:30-12:00,13:30-17:00"),
    # what is said of fewer days holds, said first or last
    ("Lundi fermé. Tous les jours 9h-11h.", "Tu-Su 09:00-11:00; Mo off"),
    ("Dimanche et mardi : fermé. Tous les jours : 9h-11h", "Mo,We-Sa 09:00-11:00; Tu,Su off"),
    # hours typed in odd ways
    ("lundi de 9 h. à 11 h. et de 14 h. 30 à 17 h., mardi 8hH30-12h", "Mo 09:00-11:00,14:30-17:00; Tu 08:30-12:00"),
    ("Lundi 9,30h - 12,30h, mardi 8h:30 à 12.30 h", "Mo 09:30-12:30; Tu 08:30-12:30"),
    ("Lundi 9h-12h. 15-17h. - Mardi 14h-17h.", "Mo 09:00-12:00,15:00-17:00; Tu 14:00-17:00"),
    ("H24 et 7/7", "24/7"),
    # « avec fermeture » is « fermeture », and a late evening has its end
    ("Mardi au jeudi de 9h à 11h (avec une fermeture annuelle en mai)", "Tu-Th 09:00-11:00; May off"),
    ("Lundi au mercredi 9h-17h (fermeture méridienne de 12h à 15h)", "Mo-We 09:00-12:00,15:00-17:00"),
    ("Tous les jours, 10h-18h, nocturne le mardi jusqu’à 22h", "Mo,We-Su 10:00-18:00; Tu 10:00-22:00"),
    ("Mardi au dimanche 10h-18h. Nocturne le 1er jeudi du mois jusqu’à 21h", "Tu-Su 10:00-18:00; Th[1] 10:00-21:00"),
    ("* Lundi au jeudi de 9h à 11h\n* Samedi matin de 9h à 10h\n* Samedi après-midi de 15h à 16h", "Mo-Th 09:00-11:00; Sa 09:00-10:00,15:00-16:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
    lambda text: f"{text.rstrip('.')}.",
    lambda text: text.rstrip("."),
    lambda text: text.replace(" h", "\u00a0h").replace(" :", "\u00a0:"),
    lambda text: text.replace("'", "’").replace("-", "–"),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: re.sub(r"\b([lL]un|[mM]ar|[jJ]eu|[vV]en|[sS]am|[dD]im)(?:di|dredi|edi|anche)s?\b(?!\n)", r"\1.", text),
    str.upper,
    ],
)  # fmt: skip
def test_how_a_text_is_typed_changes_nothing(typed):
    osm_by_text = {text: read(typed(text)).osm.upper() for text, _ in PLACES}
    assert osm_by_text == {text: osm.upper() for text, osm in PLACES}


@pytest.mark.parametrize(("text", "osm"), PLACES)
def test_hours_of_some_days_of_the_month_leave_the_rest(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm, hours.unread) == ("read", osm, "")


@pytest.mark.parametrize(
    ("text", "osm", "reason"),
    [
    ("Lundi de 13 h 45 à 16 h 45 hors vacances", 'Mo 13:45-16:45 "hors vacances"', "« hors vacances » : gardé en commentaire"),
    ("Mardi au jeudi 9h-11h. Samedi 9h-10h (fermé en mai)", "Tu-Th 09:00-11:00; Sa 09:00-10:00; May Sa off", "« fermé en mai » : pour tous les jours, ou pour les derniers seulement ?"),
    ("14h-16h vendredi. 9h-11h du lundi au mercredi, le samedi 10h-12h", "Mo-We 09:00-11:00; Fr 14:00-16:00; Sa 10:00-12:00", "« 10h-12h » est lu pour le dernier jour nommé"),
    ("Mardi 9h-11h. Fermé le mardi", 'Tu unknown "09:00-11:00 ou fermé"', "mardi : des heures, et une fermeture"),
    ("Fermé le mardi, lundi 14h-17h. Mardi 9h-11h.", 'Mo 14:00-17:00; Tu unknown "09:00-11:00 ou fermé"', "mardi : des heures, et une fermeture"),
    ("Salle fermée le mardi. Bibliothèque : mardi 9h-12h", 'Tu 09:00-12:00 "Bibliothèque"', "non compris : « Salle »"),
    ("Lundi au jeudi 9h-17h. Pas de permanence le jeudi soir", 'Mo-Th 09:00-17:00 "Pas de permanence le jeudi soir"', "non compris : « Pas de permanence le jeudi soir »"),
    ("Lundi au jeudi 9h-17h\nService courrier : fermé le mardi matin et le jeudi après-midi", 'Mo-Th 09:00-17:00 "Service courrier : fermé le mardi matin et le jeudi après-midi"', "non compris : « Service courrier : fermé le mardi matin et le jeudi après-midi »"),
    ("Lundi 9h-17h\no Guichet des plantes fermé :\n- le jeudi matin", 'Mo 09:00-17:00; Th unknown "le matin, Guichet des plantes fermé"', "jeudi : les heures ne sont pas dites"),
    ("Lundi au jeudi 9h-12h et 14h-17h. Demandes de prêt : mardi 10h-11h et mercredi 13h30-15h", 'Mo-Th 09:00-12:00,14:00-17:00, We 13:30-15:00 "Demandes de prêt"', "mercredi : deux plages se chevauchent, 14:00-17:00 et 13:30-15:00"),
    ("Lundi 9h-12h 14h-17h\nATELIERS PLANTÉS (sur inscription) Lundi 16h-19h | Mardi 9h-10h", 'Mo 09:00-12:00,14:00-17:00, Mo 16:00-19:00 "ATELIERS PLANTÉS (sur inscription)"; Tu 09:00-10:00 "ATELIERS PLANTÉS (sur inscription)"', "lundi : deux plages se chevauchent, 14:00-17:00 et 16:00-19:00"),
    ("Jeudi 14h-18h, samedi 9h-17h, vacances sur RDV", 'Th 14:00-18:00 "vacances sur RDV"; Sa 09:00-17:00 "vacances sur RDV"', "« vacances sur RDV » : gardé en commentaire"),
    ("Mardi midi au jeudi de 9h à 17h", "Tu 12:00-17:00; We,Th 09:00-17:00", "mardi : l’après-midi seulement : les heures sont coupées à 12 h"),
    ("Lundi au jeudi de 9h à 17h. Fermeture de 12h à 14h pendant toutes les vacances scolaires", 'Mo-Th 09:00-17:00 "Fermeture de 12h à 14h pendant toutes les vacances scolaires"', "« Fermeture de 12h à 14h pendant toutes les vacances scolaires » : gardé en commentaire"),
    ("10h à 17h du mardi au jeudi, 9h à 18h les week-ends et vacances scolaires", 'Tu-Th 10:00-17:00; Sa,Su 09:00-18:00 "vacances scolaires"', "« vacances scolaires » : gardé en commentaire"),
    ("Lundi : 8h30-12h et 14h-18h (autres guichets de la mairie : 8h à 11h. fermeture l’après-midi)", 'Mo 08:30-12:00,14:00-18:00 "(autres guichets de la mairie : 8h à 11h. fermeture l\'après-midi)"', "non compris : « (autres guichets de la mairie : 8h à 11h. fermeture l'après-midi) »"),
    ("Jeudi et samedi de 9h à 11h\nDépôt ouvert du lundi au samedi 10h-18h", 'Mo-Sa 10:00-18:00 "Dépôt", Th,Sa 09:00-11:00', "jeudi, samedi : deux plages se chevauchent, 09:00-11:00 et 10:00-18:00"),
    ("Salle fermée le mardi, le lundi de 14h à 17h. Bibliothèque : mardi 9h-12h.", 'Mo 14:00-17:00 "Salle"; Tu 09:00-12:00 "Bibliothèque"', "« mardi, le lundi de 14h à 17h » : ces heures sont lues pour le dernier jour nommé"),
    ("Accueil physique et téléphonique du lundi au jeudi de 9h à 11h. Visites lundi de 10h à 11h", "Mo-Th 09:00-11:00", "non compris : « Visites »"),
    ],
)  # fmt: skip
def test_hours_of_a_service_take_nothing_from_the_place(text, osm, reason):
    hours = read(text)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)
    assert reason in hours.reason


@pytest.mark.parametrize(
    ("text", "osm"),
    [
    ("mar 14-17", "Tu 14:00-17:00"),
    ("Ouvert tous les jours du lundi au jeudi de 8h à 12h", "Mo-Th 08:00-12:00"),
    ("Mardi - Jeudi 7h00 - 00h00", "Tu-Th 07:00-24:00"),
    ("Lundi 9h-12h ; jeudi et samedi 10h-12h ; jeudi matin fermé en mai et juin", "Mo 09:00-12:00; Th,Sa 10:00-12:00; May,Jun Th off"),
    ("Lundi 9h-12h ; jeudi et samedi 10h-12h ; samedi fermé en mai et juin", "Mo 09:00-12:00; Th,Sa 10:00-12:00; May,Jun Sa off"),
    ("Tuesday 1–6 PM", "Tu 13:00-18:00"),
    ("Mon-Fri 9 AM–5 PM", "Mo-Fr 09:00-17:00"),
    ("Ouvert 5 jours sur 7, du mardi au samedi de 9h à 17h", "Tu-Sa 09:00-17:00"),
    ("6j/7 : jeudi au dimanche 10h-18h", "Th-Su 10:00-18:00"),
    ("T.l.j. 10h-19h (sauf mardi)", "Mo,We-Su 10:00-19:00; Tu off"),
    ],
)  # fmt: skip
def test_short_days_and_afternoon_hours_are_read_whole(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm, hours.unread) == ("read", osm, "")


@pytest.mark.parametrize(
    ("text", "osm", "reason"),
    [
    ("Ouvert 4 jours sur 7 de 9h à 17h", 'Mo-Fr 09:00-17:00 "jours non précisés"', "aucun jour n’est écrit : lu du lundi au vendredi"),
    ("Jeudi au samedi 10h-18h, fermé les jours fériés sauf le 8 mai et le 11 novembre", 'Th-Sa 10:00-18:00 "sauf le 8 mai et le 11 novembre"; PH off; May 08,Nov 11 Th-Sa 10:00-18:00 "sauf le 8 mai et le 11 novembre"', "« sauf le 8 mai et le 11 novembre » : gardé en commentaire"),
    ("Maison du Bord de Mer : jeudi et samedi 9h-12h", 'Th,Sa 09:00-12:00 "Maison du Bord de Mer"', "non compris : « Maison du Bord de Mer »"),
    ("Mairie : lundi au jeudi 8h-12h / 13h-17h. Service des cartes fermé le lundi matin.", 'Mo-Th 08:00-12:00,13:00-17:00 "Mairie, Service des cartes fermé le lundi matin"', "non compris : « Mairie » … « Service des cartes fermé le lundi matin »"),
    ("L’atelier est fermé le mardi. Lundi au jeudi 9h-17h", 'Mo,We,Th 09:00-17:00 "atelier"; Tu off', "non compris : « atelier »"),
    ("Lundi au jeudi 9h-17h. Le service est fermé les jours fériés.", 'Mo-Th 09:00-17:00 "service"; PH off', "non compris : « service »"),
    ("Le matin de 8h à 12h du lundi au jeudi, sur rendez-vous l’après-midi de 14h à 17h", 'Mo-Th 08:00-12:00, Mo-Th 14:00-17:00 "sur rendez-vous"', "« de 14h à 17h » : lu pour les mêmes jours"),
    ("Ludothèque : jeudi 14h-17h, samedi 10h-12h (en mai et juin : samedi uniquement)", 'Th 14:00-17:00 "Ludothèque"; Sa 10:00-12:00 "Ludothèque"; May,Jun Th off', "non compris : « Ludothèque »"),
    ("Jeudi 9h-12h et, les semaines paires, lundi 14h-17h", "week 2-52/2 Mo 14:00-17:00; Th 09:00-12:00", "« semaines paires » : pour tous les jours, ou pour les derniers seulement ?"),
    ("Vacances scolaires : du lundi au jeudi de 10h à 17h. Hors vacances : jeudi et samedi de 14h à 18h.", 'Th,Sa 14:00-18:00 "Hors vacances, Vacances scolaires : du lundi au jeudi de 10h à 17h"', "« Hors vacances » : gardé en commentaire"),
    ("Lundi au jeudi 8h-12h et 13h-17h, le 1er mardi du mois fermé le matin", 'Mo-Th 08:00-12:00,13:00-17:00 "1er mardi du mois fermé le matin"; Tu[1] 13:00-17:00 "1er mardi du mois fermé le matin"', "non compris : « 1er mardi du mois fermé le matin »"),
    ("Du lundi au samedi de 9h à 12h et de 14h à 17h, sauf mardi et samedi après-midi", 'Mo,We-Fr 09:00-12:00,14:00-17:00; Tu 09:00-12:00 "à vérifier"; Sa 09:00-12:00', "« mardi et samedi après-midi » : la demi-journée est lue pour chaque jour"),
    ],
)  # fmt: skip
def test_what_closes_or_opens_a_part_leaves_the_rest(text, osm, reason):
    hours = read(text)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)
    assert reason in hours.reason


@pytest.mark.parametrize(
    ("text", "osm"),
    [
    ("Lundi au jeudi 9h-12h et 14h-17h qui passe ensuite de 13h à 18h bientôt", 'Mo-Th 09:00-12:00,13:00-18:00,14:00-17:00 "passe, bientôt"'),
    ("Jeudi 9h-11h, dimanche selon tournois", 'Th 09:00-11:00 "dimanche selon tournois"; Su unknown "horaires à confirmer"'),
    ("Lundi, mardi : x / jeudi : 9h-11h", 'Mo,Tu unknown "horaires à confirmer"; Th 09:00-11:00'),
    ("Lundi au jeudi 9h-17h. La ruche en libre pollen est fermée le mardi après-midi", 'Tu unknown "horaires à confirmer"; Mo,We,Th 09:00-17:00 "ruche en libre pollen", Tu 09:00-12:00 "ruche en libre pollen"'),
    ("10h à 17h du mardi au jeudi. 9h à 18h les dimanches et vacances scolaires", 'Tu-Th 10:00-17:00; Su 09:00-18:00 "vacances scolaires"'),
    ("Serre ouverte de 9h à 17h. Pépinière : lundi 14h-16h", 'Mo-Fr unknown "horaires à confirmer", Mo 14:00-16:00 "Pépinière"'),
    ("Jeudi 9h-11h et 14h-16h tisane", 'Th 09:00-11:00,14:00-16:00 "tisane"'),
    ("lundi 14h-12h, jeudi 9h-12h", 'Mo unknown "14h-12h"; Th 09:00-12:00'),
    ("Jeudi 9h-18h (contes de 14h à 16h)", 'Th 09:00-18:00 "contes de 14h à 16h"'),
    ("Jeudi 9h-18h (dernière visite à 17h)", 'Th 09:00-18:00 "dernière visite à 17h"'),
    ("Lundi NON, jeudi OUI 9h-11h", 'Th 09:00-11:00 "Lundi NON, OUI"'),
    ],
)  # fmt: skip
def test_a_day_whose_hours_may_be_lost_is_not_firmly_closed(text, osm):
    hours = read(text)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)


@pytest.mark.parametrize(
    ("text", "osm", "reason"),
    [
    ("Serre ouverte tous les jours du lundi au jeudi de 8h à 12h", 'Mo-Th 08:00-12:00 "Serre"', "non compris : « Serre »"),
    ("Du lundi au jeudi\nDe 8h30 à 11h\nDe 14h à 17h sauf le mardi", "Mo,We,Th 08:30-11:00,14:00-17:00; Tu 08:30-11:00", "« mardi » : pour tous les jours, ou pour les derniers seulement ?"),
    ("Lundi au jeudi\n8h-9h : petit pain\n11h-14h : soupe (fermé le jeudi)", 'Mo-We 08:00-09:00,11:00-14:00 "petit pain, soupe"; Th 08:00-09:00 "petit pain, soupe"', "« jeudi » : pour tous les jours, ou pour les derniers seulement ?"),
    ("Lundi 9h-12h ; jeudi et samedi 10h-12h ; samedi fermé pendant les vacances", 'Mo 09:00-12:00 "samedi fermé pendant les vacances"; Th,Sa 10:00-12:00 "samedi fermé pendant les vacances"', "« samedi fermé pendant les vacances » : gardé en commentaire"),
    ("Mai-juin : lundi au jeudi, 10h-19h\nReste de l’année : mardi au jeudi, 10h-18h\n(Le lundi hors été = fermé)", 'Tu-Th 10:00-18:00 "lundi hors été = fermé"; May-Jun Mo-Th 10:00-19:00 "lundi hors été = fermé"', "« lundi hors été = fermé » : gardé en commentaire"),
    ("Ouvert le jeudi de 14h à 18h, tous les jours pendant les vacances", 'Th 14:00-18:00 "tous les jours pendant les vacances"', "« vacances » : gardé en commentaire"),
    ("9h-20h, fermé le vendredi", 'Mo-Th 09:00-20:00 "jours non précisés"; Sa,Su unknown "horaires à confirmer"; Fr off', "aucun jour n’est écrit : lu du lundi au vendredi"),
    ("Ouvert durant les vacances scolaires du lundi au jeudi de 14h à 18h, hors vacances scolaires le mardi de 14h à 17h. Accueil des groupes sur rendez-vous", 'Tu 14:00-17:00 "groupes sur rendez-vous, hors vacances scolaires, vacances scolaires du lundi au jeudi de 14h à 18h"', "« hors vacances scolaires » : gardé en commentaire"),
    ("Lundi 9h-12h\nMardi 9h-12h\nJeudi 9h-12h\nLes lundis et jeudis sur rendez-vous", 'Mo,Th 09:00-12:00 "sur rendez-vous"; Tu 09:00-12:00', "lundi, jeudi : sur rendez-vous à toutes ses heures ?"),
    ("Lundi au jeudi 9h-17h. Fermé le 24 décembre après-midi", 'Mo-Th 09:00-17:00 "Fermé le 24 décembre après-midi"', "« Fermé le 24 décembre après-midi » : gardé en commentaire"),
    ("Lundi, mardi après-midi et jeudi : 9h-12h et 14h-17h", "Mo,Th 09:00-12:00,14:00-17:00; Tu 14:00-17:00", "« Lundi, mardi après-midi et jeudi » : la demi-journée est lue pour son seul jour"),
    ("Du lundi au jeudi de 9h à 17h. Par rapport aux horaires pratiqués jusque-là (8h-11h et 13h-16h), c’est plus", 'Mo-Th 09:00-17:00 "Par rapport aux horaires pratiqués jusque-là (8h-11h et 13h-16h), c\'est plus"', "« 8h-11h et 13h-16h » : on ne sait pas quel jour"),
    ("Lundi 9h-12h. Fermé du lundi 3 au vendredi 21 août", 'Mo 09:00-12:00 "Fermé du lundi 3 au vendredi 21 août"', "« Fermé du lundi 3 au vendredi 21 août » : gardé en commentaire"),
    ("Fermeture du samedi 24 décembre au lundi 2 janvier inclus. Jeudi 9h-12h", 'Th 09:00-12:00 "Fermeture du samedi 24 décembre au lundi 2 janvier inclus"', "« Fermeture du samedi 24 décembre au lundi 2 janvier inclus » : gardé en commentaire"),
    ("Du lundi 7 juin au vendredi 9 juillet, les jeudis de 13h à 19h", 'Th 13:00-19:00 "lundi 7 juin au vendredi 9 juillet"', "non compris : « lundi 7 juin au vendredi 9 juillet »"),
    ("Lundi 8h-12h / 14h-17h\nMardi 8h-12h (le gardien passe de 13h à 18h)\nJeudi 8h-12h", 'Tu unknown "horaires à confirmer"; Mo 08:00-12:00,14:00-17:00, Tu 08:00-12:00 "gardien passe de 13h à 18h"; Th 08:00-12:00', "« de 13h à 18h » : on ne sait pas quel jour"),
    ("Lundi 8h-12h / 14h-17h\nMardi 8h-12h (urgence : contactez le 06 00 00 00 00 de 13h à 18h)\nJeudi 8h-12h", 'Mo 08:00-12:00,14:00-17:00; Tu 08:00-12:00 "(urgence : contactez le 06 00 00 00 00 de 13h à 18h)"; Th 08:00-12:00', "non compris : « (urgence"),
    ("Mardi 8h-12h (une urgence, contactez le 06 00 00 00 00 de 13h à 18h)", 'Tu 08:00-12:00 "urgence, contactez le 06 00 00 00 00 de 13h à 18h"', "« de 13h à 18h » : on ne sait pas quel jour"),
    ("9h-12h et 14h-17h, fermé le mardi après-midi, du lundi au jeudi", "Mo,We,Th 09:00-12:00,14:00-17:00; Tu 09:00-12:00", "« mardi après-midi, du lundi au jeudi » : fermé, puis les jours d’ouverture ?"),
    ("Tous les jours de 9h à 12h, sauf le mardi, du lundi au jeudi", "Mo,We,Th 09:00-12:00; Tu off", "« mardi, du lundi au jeudi » : fermé, puis les jours d’ouverture ?"),
    ("Lundi au jeudi 9h-12h. Fermé les mercredi 11 et jeudi 12 novembre", 'Mo-Th 09:00-12:00 "Fermé les mercredi 11 et jeudi 12 novembre"', "« Fermé les mercredi 11 et jeudi 12 novembre » : gardé en commentaire"),
    ("Lundi au jeudi 9h-12h. Ouvert samedi 15 mai de 14h à 17h", 'Mo-Th 09:00-12:00 "samedi 15 mai de 14h à 17h"', "non compris : « samedi 15 mai de 14h à 17h »"),
    ("Lundi au jeudi 9h-12h. Ouvert le 15 mai de 14h à 17h", 'Mo-Th 09:00-12:00 "15 mai de 14h à 17h"', "non compris : « 15 mai de 14h à 17h »"),
    ("Lundi au jeudi 9h-12h\nSamedi 15 mai : 14h-17h", 'Mo-Th 09:00-12:00 "Samedi 15 mai : 14h-17h"', "« Samedi 15 mai : 14h-17h » : gardé en commentaire"),
    ("Lundi au jeudi 9h-12h, fermeture à 11h le jeudi 14 mai", 'Mo-Th 09:00-12:00 "fermeture à 11h le jeudi 14 mai"', "« fermeture à 11h le jeudi 14 mai » : gardé en commentaire"),
    ("À partir du 2 juillet (et jusqu’au 31 août) : la serre sera ouverte lundi et jeudi de 14h à 17h", 'Jul 02-Aug 31 Mo,Th 14:00-17:00 "serre sera"', "non compris : « serre sera »"),
    ],
)  # fmt: skip
def test_a_closing_holds_where_it_is_written(text, osm, reason):
    hours = read(text)
    assert (hours.certainty, hours.osm) == ("doubtful", osm)
    assert reason in hours.reason
