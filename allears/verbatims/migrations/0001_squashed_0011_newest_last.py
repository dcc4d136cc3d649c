"""All that 0001_initial to 0011_newest_last come to, for a database that has seen none of them."""

import allears.core.clock
import allears.core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from allears.core.creating import CreateModels, without_beginnings
from allears.verbatims import guards

# SQLite: an FTS5 table over the ledger's own column (nothing is stored twice). PostgreSQL: a generated tsvector.
# Both fold case and diacritics; see `allears.verbatims.search`, which reads them.
TOKENS = "unicode61 remove_diacritics 2 categories ''L* N* Co Mn Mc''"

SQLITE = [
    "CREATE VIRTUAL TABLE verbatims_words USING fts5"
    f"(text, content='verbatims_verbatim', content_rowid='id', tokenize='{TOKENS}')",
    "INSERT INTO verbatims_words (verbatims_words) VALUES ('rebuild')",
]

# PostgreSQL's regular expression passes over letters, and words without a sign beyond ASCII have no diacritics.
ASCII = r"!-/:-@\[-`{-~"
OTHERS = "«»“”„‘’‚‹›–—…·•؟،؛۔。、！？「」『』（）：；，"


def _apart(text: str, signs: str) -> str:
    """The text with spaces in place of signs, before PostgreSQL's parser can see addresses and paths in them."""
    return f"regexp_replace({text}, '[{signs}]+', ' ', 'g')"


# A tsvector holds at most 1 MB: the first 100,000 characters of a text are indexed, which always fits.
TEXT = "left(text, 100000)"
FOLDED = f"regexp_replace(normalize({TEXT}, NFD), '[\u0300-\u036f]', '', 'g')"
PLAIN = (
    f"CASE WHEN octet_length(text) = char_length(text) THEN {_apart(TEXT, ASCII)}"
    f" ELSE {_apart(FOLDED, ASCII + OTHERS)} END"
)
POSTGRESQL = [
    "ALTER TABLE verbatims_verbatim ADD COLUMN words tsvector"
    f" GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, {PLAIN})) STORED",
    "CREATE INDEX verbatims_words ON verbatims_verbatim USING gin (words)",
]


def make_words(apps, schema_editor):
    connection = schema_editor.connection
    for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)
    # No second index of refs, either: each row of the ledger is written into one index less.
    without_beginnings(schema_editor, "verbatims_verbatim", "ref")
    guards.install(connection)


def unmake_words(apps, schema_editor):
    guards.remove(schema_editor.connection)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE verbatims_verbatim DROP COLUMN words", None)
    else:
        schema_editor.execute("DROP TABLE verbatims_words", None)


class Migration(migrations.Migration):

    replaces = [
        ('verbatims', '0001_initial'),
        ('verbatims', '0002_guards_and_search'),
        ('verbatims', '0003_by_day'),
        ('verbatims', '0004_what_was_asked'),
        ('verbatims', '0005_frames'),
        ('verbatims', '0006_words_without_a_day'),
        ('verbatims', '0007_words_by_language'),
        ('verbatims', '0008_marks_are_guarded'),
        ('verbatims', '0009_words_are_read_sooner'),
        ('verbatims', '0010_no_index_for_beginnings'),
        ('verbatims', '0011_newest_last'),
    ]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0010_mail_paused'),
        ('people', '0001_squashed_0014_letters_anew'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Block',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveBigIntegerField(unique=True)),
                    ('size', models.PositiveIntegerField()),
                    ('root', models.BinaryField(max_length=32)),
                    ('previous', models.BinaryField(max_length=32)),
                    ('hash', models.BinaryField(max_length=32, unique=True)),
                    ('sealed_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('frame', models.BinaryField(max_length=32, null=True)),
                ],
            ),
            migrations.CreateModel(
                name='Collection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('title', models.CharField(max_length=300)),
                ],
            ),
            migrations.CreateModel(
                name='Source',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('kind', models.CharField(default='question', max_length=20)),
                    ('prompt', models.TextField()),
                    ('touchpoint', models.CharField(blank=True, max_length=200)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('collection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sources', to='verbatims.collection')),
                ],
                options={
                    'ordering': ['position', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Verbatim',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('text', models.TextField()),
                    ('language', models.CharField(blank=True, max_length=12)),
                    ('spoken_at', models.DateTimeField()),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=allears.core.clock.now)),
                    ('salt', models.BinaryField(max_length=16, null=True)),
                    ('digest', models.BinaryField(max_length=32)),
                    ('collection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verbatims', to='verbatims.collection')),
                    ('person', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='verbatims.verbatim')),
                    ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verbatims', to='verbatims.source')),
                ],
                options={
                    'indexes': [models.Index(fields=['spoken_at', 'id'], name='verbatims_by_day'), models.Index(fields=['collection', 'id'], name='verbatims_of_collection'), models.Index(fields=['source', 'id'], name='verbatims_of_source'), models.Index(fields=['language', 'id'], name='verbatims_in_language'), models.Index(condition=models.Q(('person__isnull', False)), fields=['person', 'id'], name='verbatims_of_person')],
                },
            ),
            migrations.CreateModel(
                name='Leaf',
                fields=[
                    ('verbatim', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='leaf', serialize=False, to='verbatims.verbatim')),
                    ('position', models.PositiveIntegerField()),
                    ('block', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='leaves', to='verbatims.block')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('block', 'position'), name='verbatims_leaf_place_once')],
                },
            ),
            migrations.CreateModel(
                name='Stone',
                fields=[
                    ('verbatim', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='stone', serialize=False, to='verbatims.verbatim')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('reason', models.CharField(choices=[('person', 'the person asked'), ('law', 'the law asks it')], max_length=20)),
                    ('note', models.TextField(blank=True)),
                    ('by_label', models.CharField(max_length=200)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='Undated',
                fields=[
                    ('verbatim', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='undated', serialize=False, to='verbatims.verbatim')),
                ],
            ),
        ]),
        migrations.RunPython(make_words, unmake_words),
    ]
