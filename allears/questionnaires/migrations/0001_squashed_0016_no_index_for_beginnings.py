"""All that 0001_initial to 0016_no_index_for_beginnings come to, for a database that has seen none of them."""

import allears.core.clock
import allears.core.ids
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from allears.core.creating import CreateModels, without_beginnings


def take_away(apps, schema_editor):
    """PostgreSQL keeps no second index of refs and of links' hashes: each response is written into two indexes less."""
    without_beginnings(schema_editor, "questionnaires_response", "ref", "token_hash")


class Migration(migrations.Migration):

    replaces = [
        ('questionnaires', '0001_initial'),
        ('questionnaires', '0002_imports'),
        ('questionnaires', '0003_how_far_a_response_has_come'),
        ('questionnaires', '0004_an_invitation_knows_nothing_above_it'),
        ('questionnaires', '0005_more_kinds_of_questions'),
        ('questionnaires', '0006_measured_times'),
        ('questionnaires', '0007_answers_to_the_wording_check'),
        ('questionnaires', '0008_who_is_asked'),
        ('questionnaires', '0009_the_language_of_words'),
        ('questionnaires', '0010_how_it_is_asked'),
        ('questionnaires', '0011_steps_of_a_draft'),
        ('questionnaires', '0012_how_a_file_is_read'),
        ('questionnaires', '0013_words_that_came_without_a_day'),
        ('questionnaires', '0014_answers_that_met'),
        ('questionnaires', '0015_responses_without_a_day'),
        ('questionnaires', '0016_no_index_for_beginnings'),
    ]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0010_mail_paused'),
        ('people', '0001_squashed_0014_letters_anew'),
        ('studies', '0001_squashed_0013_when_they_were_asked_first'),
        ('verbatims', '0001_squashed_0011_newest_last'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Questionnaire',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=200)),
                    ('study', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studies.study')),
                ],
            ),
            migrations.CreateModel(
                name='Version',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField()),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('published_at', models.DateTimeField(blank=True, null=True)),
                    ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('questionnaire', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='questionnaires.questionnaire')),
                    ('one_question_a_page', models.BooleanField(db_default=False, default=False)),
                    ('reviewed', models.BooleanField(db_default=False, default=False)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('questionnaire', 'number'), name='questionnaires_version_number_once'), models.UniqueConstraint(condition=models.Q(('published_at', None)), fields=('questionnaire',), name='questionnaires_version_one_draft')],
                },
            ),
            migrations.CreateModel(
                name='Section',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveSmallIntegerField()),
                    ('title', models.CharField(blank=True, max_length=200)),
                    ('text', models.TextField(blank=True)),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='questionnaires.version')),
                ],
                options={
                    'ordering': ['position', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Question',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveSmallIntegerField()),
                    ('key', models.UUIDField(default=uuid.uuid4)),
                    ('code', models.CharField(blank=True, max_length=80)),
                    ('kind', models.CharField(choices=[('short_text', 'Short text'), ('long_text', 'Long text'), ('single', 'One choice'), ('multiple', 'Several choices'), ('scale', 'Scale'), ('number', 'Number'), ('matrix', 'Matrix of scales'), ('ranking', 'Ranking'), ('date', 'Date'), ('file', 'File or photo'), ('consent', 'Consent'), ('statement', 'Statement')], max_length=20)),
                    ('text', models.TextField()),
                    ('help', models.TextField(blank=True)),
                    ('required', models.BooleanField(default=False)),
                    ('minimum', models.FloatField(blank=True, null=True)),
                    ('maximum', models.FloatField(blank=True, null=True)),
                    ('low_label', models.CharField(blank=True, max_length=120)),
                    ('high_label', models.CharField(blank=True, max_length=120)),
                    ('boxes', models.PositiveSmallIntegerField(default=1)),
                    ('touchpoint', models.CharField(blank=True, max_length=200)),
                    ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verbatims.source')),
                    ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='questionnaires.section')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='questionnaires.version')),
                    ('accepts', models.CharField(blank=True, choices=[('picture', 'Photos and pictures only'), ('any', 'Pictures, PDF and plain text')], max_length=10)),
                    ('preset', models.CharField(blank=True, choices=[('nps', 'Recommendation (NPS)'), ('csat', 'Satisfaction (CSAT)'), ('ces', 'Effort (CES)')], max_length=10)),
                    ('purpose', models.CharField(blank=True, max_length=20)),
                    ('shuffled', models.BooleanField(default=False)),
                    ('shown_if', models.JSONField(blank=True, default=dict)),
                ],
                options={
                    'ordering': ['section__position', 'position', 'id'],
                    'indexes': [models.Index(fields=['key'], name='questionnaires_question_key')],
                    'constraints': [models.UniqueConstraint(fields=('version', 'key'), name='questionnaires_question_once'), models.CheckConstraint(condition=models.Q(('minimum', None), ('maximum', None), ('minimum__lt', models.F('maximum')), _connector='OR'), name='questionnaires_question_ends_in_order'), models.CheckConstraint(condition=models.Q(('kind__in', ['short_text', 'long_text', 'single', 'multiple', 'scale', 'number', 'matrix', 'ranking', 'date', 'file', 'consent', 'statement'])), name='questionnaires_question_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='Choice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveSmallIntegerField()),
                    ('key', models.UUIDField(default=uuid.uuid4)),
                    ('label', models.CharField(max_length=400)),
                    ('asks_text', models.BooleanField(default=False)),
                    ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='choices', to='questionnaires.question')),
                    ('anchored', models.BooleanField(default=False)),
                    ('exclusive', models.BooleanField(default=False)),
                ],
                options={
                    'ordering': ['position', 'id'],
                    'constraints': [models.UniqueConstraint(fields=('question', 'key'), name='questionnaires_choice_once')],
                },
            ),
            migrations.CreateModel(
                name='Response',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('token_hash', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                    ('language', models.CharField(blank=True, max_length=12)),
                    ('started_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('changed_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('submitted_at', models.DateTimeField(blank=True, null=True)),
                    ('import_key', models.CharField(blank=True, max_length=120, null=True)),
                    ('invitation', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='studies.invitation')),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ('public_link', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='studies.publiclink')),
                    ('study', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='studies.study')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='questionnaires.version')),
                    ('passed', models.PositiveSmallIntegerField(db_default=0, default=0)),
                    ('device', models.CharField(blank=True, db_default='', default='', max_length=8)),
                    ('seconds', models.PositiveIntegerField(db_default=0, default=0)),
                    ('day_known', models.BooleanField(db_default=True, default=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['study', 'submitted_at', 'id'], name='questionnaires_resp_of_study')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('import_key__isnull', False)), fields=('study', 'import_key'), name='questionnaires_response_imported_once')],
                },
            ),
            migrations.CreateModel(
                name='EarlierAnswer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('value', models.JSONField()),
                    ('given_at', models.DateTimeField()),
                    ('replaced_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('question', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='questionnaires.question')),
                    ('response', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earlier_answers', to='questionnaires.response')),
                    ('unseen', models.BooleanField(db_default=False, default=False)),
                ],
            ),
            migrations.CreateModel(
                name='Answer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('box', models.PositiveSmallIntegerField(default=0)),
                    ('number', models.FloatField(blank=True, null=True)),
                    ('text', models.TextField(blank=True)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('verbatim', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verbatims.verbatim')),
                    ('choice', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='questionnaires.choice')),
                    ('question', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='questionnaires.question')),
                    ('response', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='questionnaires.response')),
                    ('language', models.CharField(blank=True, db_default='', default='', max_length=12)),
                ],
                options={
                    'indexes': [models.Index(fields=['question', 'choice', 'response'], name='questionnaires_answer_choice'), models.Index(fields=['question', 'number', 'response'], name='questionnaires_answer_number')],
                    'constraints': [models.UniqueConstraint(fields=('response', 'question', 'box'), name='questionnaires_answer_once')],
                },
            ),
            migrations.CreateModel(
                name='Import',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('name', models.CharField(max_length=255)),
                    ('file', models.FileField(blank=True, max_length=400, upload_to='imports/')),
                    ('sheet', models.CharField(blank=True, max_length=200)),
                    ('plan', models.JSONField(blank=True, null=True)),
                    ('rows', models.PositiveIntegerField(default=0)),
                    ('first_number', models.PositiveIntegerField(default=1)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('result', models.JSONField(default=dict)),
                    ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job')),
                    ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studies.study')),
                    ('encoding', models.CharField(blank=True, max_length=40)),
                    ('headed', models.BooleanField(default=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['study', '-id'], name='questionnaires_import_newest')],
                },
            ),
            migrations.CreateModel(
                name='ImportProblem',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('row', models.PositiveIntegerField()),
                    ('column', models.CharField(max_length=400)),
                    ('reason', models.TextField()),
                    ('bringing', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='questionnaires.import')),
                ],
                options={
                    'indexes': [models.Index(fields=['bringing', 'row', 'id'], name='questionnaires_imp_problems')],
                },
            ),
            migrations.CreateModel(
                name='SentFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(max_length=32, unique=True)),
                    ('name', models.CharField(max_length=200)),
                    ('media_type', models.CharField(max_length=60)),
                    ('size', models.PositiveIntegerField()),
                    ('width', models.PositiveIntegerField(blank=True, null=True)),
                    ('height', models.PositiveIntegerField(blank=True, null=True)),
                    ('sha256', models.CharField(max_length=64)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='questionnaires.question')),
                    ('response', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='files', to='questionnaires.response')),
                ],
            ),
            migrations.CreateModel(
                name='WordingSwitch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('rule', models.CharField(max_length=40, unique=True)),
                    ('on', models.BooleanField()),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='MeantWording',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.UUIDField()),
                    ('rule', models.CharField(max_length=40)),
                    ('mark', models.CharField(max_length=32)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('questionnaire', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meant_wordings', to='questionnaires.questionnaire')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('questionnaire', 'key', 'mark'), name='questionnaires_meant_once')],
                },
            ),
            migrations.CreateModel(
                name='DraftStep',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('act', models.CharField(max_length=30)),
                    ('subject', models.CharField(blank=True, max_length=80)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('changes', models.JSONField()),
                    ('undone', models.BooleanField(default=False)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='questionnaires.version')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
        ]),
        migrations.RunPython(take_away, migrations.RunPython.noop),
    ]
