"""The index of words, and the guards that make the ledger append-only.

SQLite: an FTS5 table over the ledger's own column (nothing is stored twice). PostgreSQL: a generated tsvector.
Both fold case and diacritics; see `allears.verbatims.search`, which reads them.
"""

from django.db import migrations

from allears.verbatims import guards

TOKENS = "unicode61 remove_diacritics 2 categories ''L* N* Co Mn Mc''"

SQLITE = [
    "CREATE VIRTUAL TABLE verbatims_words USING fts5"
    f"(text, content='verbatims_verbatim', content_rowid='id', tokenize='{TOKENS}')",
    "INSERT INTO verbatims_words (verbatims_words) VALUES ('rebuild')",
]

# Signs that part words, turned into spaces before PostgreSQL's parser can see addresses and paths in them.
SIGNS = "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~«»“”„‘’‚‹›–—…·•؟،؛۔。、！？「」『』（）：；，"
# A tsvector holds at most 1 MB: the first 100,000 characters of a text are indexed, which always fits.
PLAIN = (
    f"translate(regexp_replace(normalize(left(text, 100000), NFD), '[\u0300-\u036f]', '', 'g'),"
    f" '{SIGNS}', '{' ' * len(SIGNS.replace(chr(39) * 2, chr(39)))}')"
)
POSTGRESQL = [
    "ALTER TABLE verbatims_verbatim ADD COLUMN words tsvector"
    f" GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, {PLAIN})) STORED",
    "CREATE INDEX verbatims_words ON verbatims_verbatim USING gin (words)",
]


def make(apps, schema_editor):
    connection = schema_editor.connection
    for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)
    guards.install(connection)


def unmake(apps, schema_editor):
    guards.remove(schema_editor.connection)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE verbatims_verbatim DROP COLUMN words", None)
    else:
        schema_editor.execute("DROP TABLE verbatims_words", None)


class Migration(migrations.Migration):
    dependencies = [("verbatims", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
