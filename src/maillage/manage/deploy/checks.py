"""The points that an installation must meet to serve people: each with its state and what to do."""

import socket
import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from maillage.apps.directory.memberships import access
from maillage.apps.people.documents import queries as documents_queries
from maillage.apps.people.documents.actions import scanning
from maillage.apps.people.documents.models import Paper
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.rules import states
from maillage.kernel.errors import Refused
from maillage.manage.backups import keys
from maillage.manage.deploy import health, scheduler, tables
from maillage.manage.deploy.bootstrap import in_french
from maillage.manage.deploy.home import FORMER_KEYS
from maillage.manage.providers import chosen
from maillage.manage.providers.smtp import Smtp
from maillage.words import dates, opening
from maillage.words.wording import count

GOOD, DOUBT, BAD = "bien", "à voir", "mal"
OLDEST_POSTGRESQL = 150_000  # as the server counts: 15.0
PATIENCE = 10  # seconds for another computer to answer
COMFORT = 2_000_000_000  # bytes: a backup, a study and a month of logs
BACKUP, CERTIFICATE, FORMER_KEY = timedelta(days=2), timedelta(days=14), timedelta(days=35)
RESTORATION = timedelta(days=183)  # after which nobody knows whether a backup can still be put back
SLACK = timedelta(minutes=5)  # by which the clocks of two computers may differ
# Lines of the journal that a clock is compared with, the last ones: in a country there are millions, and one
# that was written once by a clock that was fast says nothing of today's.
LATELY = 1_000


@dataclass(frozen=True, slots=True)
class Check:
    """One point: its subject, its state, the status in words, and what to do about it."""

    subject: str
    state: str
    status_text: str
    do: str = ""


def checks(at: datetime, *, elsewhere: bool = True) -> Iterator[Check]:
    """Yield each point, those that others stand on first. Nothing is changed.

    elsewhere: also what makes other computers answer, which may take ten seconds each.
    """
    yield _home()
    yield _disk()
    try:
        yield _database()
        pending = tables.pending(connection)
    except DatabaseError as error:
        do = "Vérifiez DATABASE_URL, et que le serveur de la base tourne."
        yield Check("base", BAD, f"Elle ne répond pas : {in_french(error)}.", do)
        return
    if pending:
        state = count(len(pending), "changement attend", "changements attendent")
        yield Check("tables", BAD, f"{state}.", "Lancez maillage migrer.")
    else:
        yield _tables()
        yield _clock(at)
        yield _accounts(at)
        yield from _work(at)
        yield from _papers()
        yield from _former_key(at)
    yield _backup(at)
    yield _restoration(at)
    yield _mail(elsewhere=elsewhere)
    if settings.PRODUCTION and elsewhere:
        yield _address(at)
    elif not settings.PRODUCTION:
        yield Check(
            "usage",
            DOUBT,
            "MAILLAGE_ENV ne vaut pas « production » : c’est une démonstration.",
            "Pour servir des personnes, donnez MAILLAGE_ENV=production et MAILLAGE_HOSTS.",
        )


def _home() -> Check:
    home = settings.HOME
    if not health.can_write():
        return Check("dossier", BAD, f"{home} ne s’écrit pas.", "Donnez-le au compte qui lance Maillage.")
    if stat.S_IMODE(home.stat().st_mode) & 0o077:
        state = f"D’autres comptes de cet ordinateur ouvrent {home}, donc la base."
        return Check("dossier", BAD, state, f"Lancez chmod 700 {home}.")
    return Check("dossier", GOOD, f"{home} s’écrit, et ne s’ouvre qu’à ce compte.")


def _disk() -> Check:
    free = health.free()
    state = f"{free / 1e9:.1f} Go libres.".replace(".", ",", 1)
    if free >= COMFORT:
        return Check("disque", GOOD, state)
    do = "Faites de la place, ou mettez MAILLAGE_HOME sur un disque plus grand."
    return Check("disque", DOUBT if free >= health.LITTLE else BAD, state, do)


def _database() -> Check:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("select sqlite_version()")
            return Check("base", GOOD, f"SQLite {cursor.fetchone()[0]}, dans le dossier.")
        cursor.execute("select current_setting('server_version'), current_setting('server_version_num')::int")
        version, number = cursor.fetchone()
        cursor.execute("select has_schema_privilege('public', 'create')")
        if not cursor.fetchone()[0]:
            do = "Donnez-lui la base : alter database … owner to …, ou createdb --owner."
            return Check("base", BAD, "Ce compte de PostgreSQL n’a pas le droit d’y faire des tables.", do)
    if number < OLDEST_POSTGRESQL:
        return Check(
            "base", DOUBT, f"PostgreSQL {version} : Maillage est essayé sur 15 et après.", "Passez à 15."
        )
    return Check("base", GOOD, f"PostgreSQL {version}.")


def _tables() -> Check:
    if lost := tables.missing(connection):
        do = "Restaurez la dernière sauvegarde (maillage restaurer FICHIER) dans une base vide."
        return Check("tables", BAD, f"Il en manque {len(lost)} : {', '.join(lost[:3])}.", do)
    if newer := tables.later(connection):
        do = "Installez cette version, ou une plus récente : celle-ci ne connaît pas tout ce qui est gardé."
        return Check("tables", BAD, f"Une version plus récente a servi ici ({newer[0]}).", do)
    return Check("tables", GOOD, "Elles sont celles de cette version.")


def _clock(at: datetime) -> Check:
    lately = Entry.objects.order_by("-pk").values_list("at", flat=True)[:LATELY]
    last = max(lately, default=None)
    if (last_run := scheduler.leap(at)) is not None:
        do = "Réglez-la. Si elle est juste, lancez une fois : maillage echeances --horloge-juste."
        state = f"Elle dit le {_day(at)}, et {scheduler.doubt(_day(last_run), is_late=at < last_run)}."
        return Check("horloge", BAD, state, do)
    if last is not None and last > at + SLACK:
        return Check(
            "horloge",
            BAD,
            f"Elle dit le {_moment(at)}, et le journal a déjà des lignes du {_moment(last)}.",
            "Réglez-la (timedatectl set-ntp true) avant d’écrire quoi que ce soit.",
        )
    return Check("horloge", GOOD, f"Elle dit le {_day(at)}.")


def _accounts(at: datetime) -> Check:
    if settings.PRODUCTION and (n := User.objects.filter(is_demonstration=True, is_active=True).count()):
        there = count(n, "compte d’exemple est", "comptes d’exemple sont")
        state = f"{there} dans cette base, au mot de passe connu de tous."
        return Check("comptes", BAD, state, "Prenez une base neuve : des personnes inventées y sont aussi.")
    administrators = access.team_roles(timezone.localdate(at)).filter(role="administration")
    if not administrators.exists():
        return Check("comptes", BAD, "Personne n’administre.", "Lancez maillage administrateur ADRESSE.")
    return Check("comptes", GOOD, f"Personnes qui administrent : {administrators.count()}.")


def _work(at: datetime) -> Iterator[Check]:
    health_state, failing = health.state(at), scheduler.failing()
    if failing:
        yield Check(
            "échéances en échec",
            BAD,
            f"La dernière fois, n’ont pas été faits : {', '.join(failing).replace('_', ' ')}.",
            "Lancez maillage echeances, et cherchez ces mots dans le journal du serveur.",
        )
    do = "Lancez maillage servir, ou maillage echeances chaque minute."
    for subject, key, none in (
        ("échéances", "echeances", "Rien ne les a jamais faites ici."),
        ("travail en arrière-plan", "taches", ""),
        ("messages à envoyer", "messages", ""),
    ):
        age, most = health_state[key], health.LATE[key]
        if age is None and none:
            yield Check(subject, DOUBT, none, do)
        elif age is not None and age > most:
            yield Check(subject, BAD, f"Rien ne bouge depuis {count(age // 60, 'minute')}.", do)
        else:
            yield Check(
                subject,
                GOOD,
                "Rien n’attend." if age is None else f"Vu il y a {age} seconde{'s' if age > 1 else ''}.",
            )


def _former_key(at: datetime) -> Iterator[Check]:
    """Yield a point while a former key of sessions still opens what it made."""
    try:
        since = datetime.fromtimestamp(FORMER_KEYS.stat().st_mtime, UTC)
    except OSError:
        return
    yield Check(
        "ancienne clé",
        DOUBT if at - since > FORMER_KEY else GOOD,
        f"Celle des sessions d’avant le {_day(since)} ouvre encore.",
        "Lancez maillage changer-cle --retirer-ancienne, puis relancez la plateforme.",
    )


def _papers() -> Iterator[Check]:
    """Yield a point where papers are kept, or should be."""
    store, n = documents_queries.storage(), Paper.objects.count()
    do = "Redonnez la clé qui les ouvre : MAILLAGE_PAPERS_KEY_FILE, un fichier que lit le compte du service."
    if store.why:
        yield Check("papiers", BAD, store.why, do)
    elif n and not store.is_on:
        there = count(n, "papier gardé ne s’ouvre", "papiers gardés ne s’ouvrent")
        yield Check("papiers", BAD, f"{there} plus : aucune clé n’est donnée.", do)
    elif store.is_on:
        yield Check("papiers", GOOD, "Leur clé se lit.")
        if warning := scanning.warning():
            yield Check("antivirus", DOUBT, warning, "Installez ClamAV : Maillage le trouve seul.")


def _backup(at: datetime) -> Check:
    try:
        keys.recipients(settings.BACKUP_KEYS)
    except Refused as refused:  # each night, no backup would be made
        return Check(
            "sauvegarde", BAD, f"{refused.what} Aucune ne se fera.", f"MAILLAGE_BACKUP_KEYS : {refused.do}"
        )
    size = health.backup_size()
    return _last_time(
        *("sauvegarde", settings.LAST_BACKUP, at, BACKUP),
        never="Aucune n’a été faite ici.",
        words="La dernière est du"
        if size is None
        else f"La dernière ({size / 1e6:.1f} Mo) est du".replace(".", ","),
        do="Chaque nuit, sur un autre disque : maillage sauvegarder FICHIER.",
    )


def _restoration(at: datetime) -> Check:
    return _last_time(
        *("restauration", settings.LAST_RESTORATION, at, RESTORATION),
        never="Aucune sauvegarde n’a été relue ici pour de bon.",
        words="La dernière sauvegarde rendue entière l’a été le",
        do="Deux fois l’an, sans arrêter le service : maillage exercice-restauration FICHIER.",
    )


def _last_time(
    id: str, stamp: Path, at: datetime, most: timedelta, *, never: str, words: str, do: str
) -> Check:
    """Return the check of a gesture to repeat. stamp: the file that its last time touched."""
    try:
        last = datetime.fromtimestamp(stamp.stat().st_mtime, UTC)
    except OSError:
        return Check(id, DOUBT, never, do)
    is_late = at - last > most
    return Check(id, DOUBT if is_late else GOOD, f"{words} {_day(last)}.", do if is_late else "")


def _mail(*, elsewhere: bool) -> Check:
    try:
        chosen.check()
        carrier = chosen.provider(states.EMAIL)
    except Refused as refused:
        return Check("e-mail", BAD, refused.what, refused.do)
    if not isinstance(carrier, Smtp):
        do = "Donnez MAILLAGE_SMTP et MAILLAGE_SENDER à la plateforme, puis relancez-la (docs/installer.md)."
        return Check("e-mail", DOUBT, "Aucun serveur n’est réglé : rien ne part, tout reste en fichiers.", do)
    host, port = carrier.options["host"], carrier.options["port"]
    if not elsewhere:
        return Check("e-mail", GOOD, f"Envoyé par {host}, port {port}.")
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except OSError:
        return Check(
            "e-mail", BAD, f"{host} ne répond pas au port {port}.", "Vérifiez MAILLAGE_SMTP, et le réseau."
        )
    return Check("e-mail", GOOD, f"{host} répond au port {port}.")


def _address(at: datetime) -> Check:
    """Open the platform as a browser does: a name that leads here, a certificate that holds."""
    url = urlsplit(settings.ADDRESS)
    host, port = url.hostname or "", url.port or 443
    if url.scheme != "https":
        return Check("adresse", BAD, "MAILLAGE_HOSTS manque.", "Donnez-y le nom que l’on tape pour venir.")
    try:
        until = certificate_end(settings.ADDRESS, seconds=PATIENCE)
    except ssl.SSLCertVerificationError as error:
        state = f"Le certificat de {host} n’est pas accepté : {error.verify_message}."
        return Check("adresse", BAD, state, "Renouvelez-le (certbot renew, ou Caddy le fait seul).")
    except OSError:
        do = "Vérifiez le nom (DNS), le pare-feu, et que nginx ou Caddy tourne."
        return Check("adresse", BAD, f"{host} ne répond pas au port {port}.", do)
    if until - at < CERTIFICATE:
        state = f"Le certificat de {host} finit le {_day(until)}."
        return Check("adresse", DOUBT, state, "Voyez pourquoi il ne s’est pas renouvelé seul.")
    return Check("adresse", GOOD, f"{settings.ADDRESS} répond, certificat bon jusqu’au {_day(until)}.")


def certificate_end(address: str, *, seconds: float) -> datetime:
    """Return until when the certificate of an address holds. OSError: it answers nobody, or is not accepted.

    seconds: to wait for the address to answer.
    """
    url = urlsplit(address)
    host, port = url.hostname or "", url.port or 443
    with (
        socket.create_connection((host, port), seconds) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
    ):
        end = ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))
    return datetime.fromtimestamp(end, UTC)


def _moment(at: datetime) -> str:
    return f"{_day(at)} à {opening.clock(timezone.localtime(at))}"


def _day(at: datetime) -> str:
    return dates.in_words(timezone.localtime(at).date())
