"""The kind first in the index of words: rows of other kinds are no longer read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="searchword", name="search_word_once"),
        migrations.RemoveIndex(model_name="searchword", name="search_words_of_row"),
        migrations.AddConstraint(
            model_name="searchword",
            constraint=models.UniqueConstraint("kind", "row", "word", name="search_row_word_once"),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=models.Index(fields=["kind", "word", "in_title", "row"], name="search_kind_word"),
        ),
    ]
