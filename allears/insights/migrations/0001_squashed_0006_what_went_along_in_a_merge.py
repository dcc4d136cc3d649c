"""All that 0001_initial to 0006_what_went_along_in_a_merge come to, for a database that has seen none of them."""

import allears.core.clock
import allears.core.ids
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from allears.core.creating import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('insights', '0001_initial'),
        ('insights', '0002_codebook_counts_and_surprise'),
        ('insights', '0003_tally'),
        ('insights', '0004_a_coding_is_somebodys'),
        ('insights', '0005_when_words_were_read'),
        ('insights', '0006_what_went_along_in_a_merge'),
    ]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0010_mail_paused'),
        ('studies', '0001_squashed_0013_when_they_were_asked_first'),
        ('verbatims', '0001_squashed_0011_newest_last'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Insight',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('claim', models.CharField(max_length=400)),
                    ('explanation', models.TextField(blank=True)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('example', models.BooleanField(default=False)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studies.study')),
                    ('withdrawn_because', models.TextField(blank=True, default='')),
                    ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['-made_at', '-id'], name='insights_insight_newest')],
                },
            ),
            migrations.CreateModel(
                name='LookAgainst',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('how', models.TextField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('insight', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='looks_against', to='insights.insight')),
                ],
            ),
            migrations.CreateModel(
                name='Theme',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('name', models.CharField(max_length=120)),
                    ('definition', models.TextField(blank=True)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('retired_at', models.DateTimeField(blank=True, null=True)),
                    ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='insights.theme')),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='insights.theme')),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studies.study')),
                    ('words', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'ordering': ['position', 'name'],
                    'constraints': [models.UniqueConstraint(models.F('study'), django.db.models.functions.text.Lower('name'), condition=models.Q(('merged_into', None), ('retired_at', None)), name='insights_theme_once'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='insights_theme_not_its_own_parent')],
                },
            ),
            migrations.CreateModel(
                name='Coding',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('start', models.PositiveIntegerField()),
                    ('end', models.PositiveIntegerField()),
                    ('coder_kind', models.CharField(choices=[('person', 'by hand'), ('machine', 'by machine'), ('import', 'brought from elsewhere')], default='person', max_length=10)),
                    ('coder_label', models.CharField(blank=True, max_length=120)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('coder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('verbatim', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='verbatims.verbatim')),
                    ('theme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='codings', to='insights.theme')),
                    ('first_theme', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='insights.theme')),
                ],
                options={
                    'indexes': [models.Index(fields=['theme', '-verbatim'], name='insights_coding_of_theme')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('start__lt', models.F('end'))), name='insights_coding_span_not_empty'), models.UniqueConstraint(models.F('verbatim'), models.F('theme'), models.F('start'), models.F('end'), django.db.models.functions.comparison.Coalesce('coder', 0), name='insights_coding_once')],
                },
            ),
            migrations.CreateModel(
                name='Citation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('start', models.PositiveIntegerField()),
                    ('end', models.PositiveIntegerField()),
                    ('side', models.CharField(choices=[('for', 'speaks for it'), ('against', 'speaks against it')], max_length=7)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('verbatim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verbatims.verbatim')),
                    ('insight', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='citations', to='insights.insight')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('insight', 'verbatim', 'start', 'end'), name='insights_citation_once'), models.CheckConstraint(condition=models.Q(('start__lt', models.F('end'))), name='insights_citation_span_not_empty'), models.CheckConstraint(condition=models.Q(('side__in', ['for', 'against'])), name='insights_citation_side_known')],
                },
            ),
            migrations.CreateModel(
                name='Read',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('verbatim', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='verbatims.verbatim')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('user', 'verbatim'), name='insights_read_once')],
                    'indexes': [models.Index(fields=['user', 'at'], name='insights_read_when')],
                },
            ),
            migrations.CreateModel(
                name='Surprise',
                fields=[
                    ('verbatim', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='verbatims.verbatim')),
                    ('score', models.PositiveSmallIntegerField()),
                    ('collection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='verbatims.collection')),
                ],
                options={
                    'indexes': [models.Index(fields=['collection', '-score', '-verbatim'], name='insights_surprise_of_words'), models.Index(fields=['-score', '-verbatim'], name='insights_surprise_first')],
                },
            ),
            migrations.CreateModel(
                name='Tally',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=60, unique=True)),
                    ('people', models.PositiveIntegerField()),
                    ('by_value', models.JSONField(default=dict)),
                    ('last', models.PositiveBigIntegerField(default=0)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                ],
            ),
            migrations.CreateModel(
                name='MovedByMerge',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('coding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='insights.coding')),
                    ('theme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='insights.theme')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('theme', 'coding'), name='insights_moved_once')],
                },
            ),
        ]),
    ]
