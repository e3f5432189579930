"""The schema for analysts: one account reads it, and no table of the platform."""

import dj_database_url
import psycopg
import pytest

from tests.databases.conftest import POSTGRESQL
from tests.support import programs, shared
from tests.support.speed import PATIENCE

pytestmark = [pytest.mark.postgresql]
READER = "lectrice_d_analyse"


@pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
def test_an_analyst_reads_the_copies_and_no_row_of_a_person(database, tmp_path):
    owner = dj_database_url.parse(database)
    home = shared.served(tmp_path / "home")

    def write(reader: str):
        environment = shared.environment(home, database)
        return programs.run(
            *programs.CLI, "analyse", "--lecteur", reader, environment=environment, timeout=PATIENCE
        )

    with psycopg.connect(database, autocommit=True) as connection:
        assert "n’existe pas" in write(READER).stderr
        connection.execute(f"create role {READER} login")
        try:
            assert "lit déjà" in write(str(owner["USER"])).stderr
            for _ in range(2):  # written anew over the former copies
                done = write(READER)
                assert done.returncode == 0, done.stderr
            connection.execute(f"set role {READER}")
            assert connection.execute("select count(*) from sans_personne.lieux").fetchone() == (0,)
            for refused in (
                "select * from people_person",
                "select * from accounts_user",
                "delete from sans_personne.lieux",
                "create table sans_personne.autre (n int)",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(refused)
        finally:
            connection.execute("reset role")
            connection.execute("drop schema if exists sans_personne cascade")
            connection.execute(f"drop role {READER}")
