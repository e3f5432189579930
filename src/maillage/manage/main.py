"""The maillage command: words in, one call, words out."""

import os
from typing import Any

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before numpy: several threads are slower and change last digits

import argparse
import gc
import importlib
import sys
from types import ModuleType
from typing import NoReturn

from maillage.kernel.errors import BrokenSource, Refused, UnsourcedFigure
from maillage.kernel.progress import steps

# What a program loads is never collected; looking for it every 700 objects is a fifth of the time of loading.
gc.set_threshold(50_000, 20, 20)

COMMANDS = {
    "demo": "prépare le territoire de démonstration ; se répète sans risque",
    "peupler": "fabrique un pays inventé, de la taille dite, pour voir comment tout y répond",
    "servir": "sert la plateforme sur cet ordinateur",
    "migrer": "met les tables de la base à jour de cette version, avant de servir",
    "administrateur": "donne l’administration de la plateforme à une adresse, et un lien pour y entrer",
    "verifier-installation": "dit ce qui manque à cet ordinateur pour servir des personnes",
    "territoires": "cherche une commune, une intercommunalité, un département ou une région",
    "diagnostic": "écrit le diagnostic d’un territoire dans un dossier",
    "rapport": "écrit un rapport sur un territoire : plan, diagnostic, restitution, synthèse, affiche",
    "boucle": "écrit la boucle d’un territoire : besoin, offre, orientation, action, effet, plan",
    "actes": "écrit les actes d’aide pour la Coop ou en tableau, et les relit",
    "coordination": "écrit les réunions du réseau pour la Coop",
    "personnes": "fait une carte à chaque personne d’un fichier, avec l’accord déclaré",
    "offre": "lit, importe, exporte les lieux d’un recensement, et cherche ses doublons",
    "adresses": "charge le fichier d’adresses d’un département, pour situer des lieux sans réseau",
    "rues": "charge les rues d’OpenStreetMap, pour compter les distances comme on va vraiment",
    "transports": "charge les horaires des bus, des cars et des trains (GTFS)",
    "indicateurs": "donne les indicateurs d’un territoire, chacun avec sa formule et sa date",
    "analyse": "écrit des tables pour l’analyse où personne ne se retrouve : Parquet ou PostgreSQL",
    "enquete": "pondère les réponses d’une enquête, les met en tableaux, en écrit la synthèse",
    "estimer": "estime le besoin de toutes les zones de France, ou d’un territoire",
    "pays": "lit les données d’un autre pays, et en estime le besoin, par DuckDB ou Spark",
    "definitions": "liste les définitions du besoin",
    "sources": "liste chaque chiffre utilisé, avec sa source",
    "echeances": "fait ce qui doit l’être à cette heure : envoyer les messages, effacer ce qui a assez duré",
    "sauvegarder": "sauvegarde la base et les fichiers dans un seul fichier",
    "restaurer": "restaure une sauvegarde, vérifiée à la lecture",
    "exercice-restauration": "restaure une sauvegarde à part, la compare, dit le temps, efface tout",
    "transferer": "passe la base de SQLite à PostgreSQL, ou l’inverse, et compare chaque ligne",
    "travailler": "fait le travail en arrière-plan d’une file, en plus de « servir »",
    "recherche": "refait les mots de la recherche, ou vérifie qu’ils suivent les lignes",
    "papiers": "fait et change la clé des papiers gardés, dit comment ils le sont",
    "modules": "vérifie les modules d’apprentissage, les montre, les exporte, les importe",
    "voix": "enregistre ce que disent les pages et les exercices, pour un navigateur sans voix",
    "verifier-journal": "vérifie que personne n’a changé le journal, ni coupé sa fin",
    "changer-cle": "change la clé des sessions et des liens, quand quelqu’un a pu la lire",
    "ancrer-journal": "écrit la fin du journal sur une page à garder ailleurs",
}
# What answers whatever country MAILLAGE_PAYS names; the others read France's sources.
ANYWHERE = (
    *("servir", "migrer", "verifier-installation", "pays", "echeances", "travailler", "papiers"),
    *("sauvegarder", "restaurer", "exercice-restauration", "transferer"),
    *("verifier-journal", "ancrer-journal", "changer-cle"),
)
OK, PARTLY, FAILED = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """A parser that answers in French, in three lines, with the exit code of the contract."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["add_help"] = False
        super().__init__(*args, **options)
        self.add_argument("--aide", "--help", "-h", action="help", help="montre cette aide et s’arrête")
        self._positionals.title = "à donner"
        self._optionals.title = "options"

    def format_usage(self) -> str:
        return super().format_usage().replace("usage:", "usage :")

    def format_help(self) -> str:
        return super().format_help().replace("usage:", "usage :")

    def error(self, message: str) -> NoReturn:
        say(
            Refused(
                f"La commande n’est pas comprise : {translated(message)}.",
                why=f"Usage : {' '.join(self.format_usage().split()[2:])}",
                do=f"Tapez « {self.prog} --aide » pour voir tout ce qu’elle accepte.",
            )
        )
        raise SystemExit(FAILED)


class Version(argparse.Action):
    """Print which version is installed, and stop; read only when asked for, so that every command starts
    at once.
    """

    def __call__(self, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"maillage {version('maillage')}")
        raise SystemExit(OK)


def translated(message: str) -> str:
    """Return argparse's own complaint in French."""
    for english, french in (
        ("the following arguments are required:", "il manque"),
        ("unrecognized arguments:", "mot inconnu :"),
        ("invalid choice:", "choix inconnu :"),
        ("choose from", "choisissez parmi"),
        ("expected one argument", "attend une valeur"),
        ("invalid int value:", "n’est pas un nombre entier :"),
        ("ambiguous option:", "option ambiguë :"),
        ("argument ", ""),
    ):
        message = message.replace(english, french)
    return message


def say(error: Refused) -> None:
    """Print the three sentences of a refusal on standard error."""
    print("\n".join(error.sentences), file=sys.stderr)


def parser(words: list[str]) -> Parser:
    """Return the parser; only the requested command loads its own arguments."""
    root = Parser(
        prog="maillage", description="Le diagnostic d’inclusion numérique des territoires, sans Internet."
    )
    root.add_argument("--version", action=Version, nargs=0, help="montre la version et s’arrête")
    commands = root.add_subparsers(dest="commande", metavar="COMMANDE", required=True, parser_class=Parser)
    for name, help_ in COMMANDS.items():
        one = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
        if name in words[:1]:
            _module(name).arguments(one)
    return root


def check_country(command: str) -> None:
    """Refuse a command that knows France alone where another country is asked for: its answer would be of the
    wrong one.
    """
    country = os.environ.get("MAILLAGE_PAYS", "").strip()
    if country and command not in ANYWHERE:
        raise Refused(
            f"« maillage {command} » ne connaît que la France.",
            why=f"MAILLAGE_PAYS demande {country}, dont cette commande n’a pas les données.",
            do="Retirez MAILLAGE_PAYS, ou voyez « maillage pays --aide » et docs/autres-pays.md.",
        )


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"maillage.manage.commands.{name.replace('-', '_')}")


def main(words: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 when some rows were refused, 2 when nothing could be
    done.
    """
    typed = sys.argv[1:] if words is None else words
    try:
        options = parser(typed).parse_args(typed)
        check_country(options.commande)
        with steps.displayed(f"maillage {options.commande}"):
            return int(_module(options.commande).run(options) or OK)
    except Refused as error:
        say(error)
        return FAILED
    except (BrokenSource, UnsourcedFigure) as error:
        say(
            Refused(
                f"Un fichier de référence est abîmé : {error.what}",
                why="Un chiffre sans source sûre ne doit pas être montré.",
                do="Réinstallez Maillage, ou restaurez le dossier data/raw.",
            )
        )
        return FAILED
    except KeyboardInterrupt:
        say(
            Refused(
                "Arrêté.",
                why="Vous avez interrompu la commande.",
                do="Relancez-la : rien n’est à moitié écrit.",
            )
        )
        return FAILED
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except Exception as error:
        from maillage.manage.deploy import environment

        if environment.is_on("MAILLAGE_DEBUG"):
            raise
        say(known(error) or unexpected(error))
        return FAILED


def known(error: Exception) -> Refused | None:
    """Return the message for a failure of the machine: a disk, a database; None for a bug."""
    if isinstance(error, OSError):
        from maillage.kernel.disk import reason

        return Refused(
            "Un fichier n’a pas pu être lu ou écrit :"
            f" {reason(error)}{f' ({error.filename})' if error.filename else ''}.",
            why="Le disque, ou les droits de ce dossier, ne le permettent pas.",
            do="Vérifiez la place et les droits, puis relancez la commande : rien n’est à moitié écrit.",
        )
    if type(error).__name__ == "IOException":  # DuckDB’s, which is not loaded to be named
        return Refused(
            f"Un fichier n’a pas pu être lu ou écrit : {str(error).splitlines()[0]}.",
            why="Le disque, ou les droits de ce dossier, ne le permettent pas.",
            do="Vérifiez la place et les droits, puis relancez la commande : rien n’est à moitié écrit.",
        )
    if type(error).__module__.startswith("django.db"):
        from maillage.manage.deploy.bootstrap import not_answered

        answer: Refused = not_answered(error)
        return answer
    return None


def unexpected(error: Exception) -> Refused:
    """Return the message for a bug; its traceback goes to a file, for the developers."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="maillage-", suffix=".txt", delete=False, encoding="utf-8"
    ) as trace:
        traceback.print_exception(error, file=trace)
    return Refused(
        f"Maillage s’est arrêté sur une erreur imprévue ({type(error).__name__}).",
        why="Ce n’est pas votre fichier ni votre commande : c’est un défaut du programme.",
        do=f"Envoyez {trace.name} à l’équipe, avec la commande tapée.",
    )


if __name__ == "__main__":
    sys.exit(main())
