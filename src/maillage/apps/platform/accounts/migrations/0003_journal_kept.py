"""The journal refuses to be changed: by mistake it cannot be; on purpose, the chain of digests tells it."""

from django.db import migrations

SQLITE = (
    "create table accounts_unlocked (one integer primary key check (one = 1))",
    "create trigger accounts_entry_kept before update on accounts_entry when not exists (select 1 from accounts_unlocked) "
    "begin select raise(abort, 'the journal is never changed'); end",
    "create trigger accounts_entry_stays before delete on accounts_entry when not exists (select 1 from accounts_unlocked) "
    "begin select raise(abort, 'the journal is never changed'); end",
)
POSTGRESQL = (
    "create table accounts_unlocked (one integer primary key check (one = 1))",
    "create function accounts_entry_refuse() returns trigger language plpgsql as $$ begin "
    "if tg_op = 'TRUNCATE' and not exists (select 1 from accounts_entry) then return null; end if; "
    "if not exists (select 1 from accounts_unlocked) then raise exception 'the journal is never changed'; end if; "
    "if tg_op = 'DELETE' then return old; end if; if tg_op = 'TRUNCATE' then return null; end if; return new; end $$",
    "create trigger accounts_entry_kept before update or delete on accounts_entry for each row execute function accounts_entry_refuse()",
    "create trigger accounts_entry_stays before truncate on accounts_entry for each statement execute function accounts_entry_refuse()",
)


def make(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def unmake(apps, schema_editor):
    for trigger in ("accounts_entry_kept", "accounts_entry_stays"):
        on = "" if schema_editor.connection.vendor == "sqlite" else " on accounts_entry"
        schema_editor.execute(f"drop trigger {trigger}{on}")
    schema_editor.execute("drop table accounts_unlocked")
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute("drop function accounts_entry_refuse()")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_journal")]
    operations = [migrations.RunPython(make, unmake)]
