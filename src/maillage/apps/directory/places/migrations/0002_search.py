"""Make the tables of the search: words, points and facets, each engine with its own index."""

from django.db import migrations

SQLITE = (
    "create virtual table directory_words using fts5(words, tokenize='unicode61', prefix='2 3')",
    "create virtual table directory_points using rtree(id, minlat, maxlat, minlon, maxlon)",
    "create table directory_facets (facet text not null, lieu integer not null, primary key (facet, lieu)) without rowid",
    "create index directory_facets_lieu on directory_facets (lieu, facet)",
)
POSTGRESQL = (
    "create table directory_words (lieu bigint primary key, words tsvector not null)",
    "create index directory_words_words on directory_words using gin (words)",
    "create table directory_points (lieu bigint primary key, place point not null)",
    "create index directory_points_place on directory_points using gist (place)",
    "create table directory_facets (facet text not null, lieu bigint not null, primary key (facet, lieu))",
    "create index directory_facets_lieu on directory_facets (lieu, facet)",
)


def make(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def unmake(apps, schema_editor):
    for table in ("directory_words", "directory_points", "directory_facets"):
        schema_editor.execute(f"drop table {table}")


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
