"""All that 0001_initial to 0008_how_a_no_is_written come to, for a database that has seen none of them."""

import allears.core.clock
import allears.core.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from allears.core.creating import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('decisions', '0001_initial'),
        ('decisions', '0002_updates_that_wait_for_an_address'),
        ('decisions', '0003_overtaken_updates'),
        ('decisions', '0004_corrections'),
        ('decisions', '0005_what_stands_in_public'),
        ('decisions', '0006_what_stood_when_it_was_published'),
        ('decisions', '0007_updates_for_who_was_not_told'),
        ('decisions', '0008_how_a_no_is_written'),
    ]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0010_mail_paused'),
        ('insights', '0001_squashed_0006_what_went_along_in_a_merge'),
        ('people', '0001_squashed_0014_letters_anew'),
        ('studies', '0001_squashed_0013_when_they_were_asked_first'),
        ('verbatims', '0001_squashed_0011_newest_last'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Decision',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('kind', models.CharField(choices=[('will', 'We will'), ('wont', 'We won’t, because'), ('not_yet', 'Not yet, until')], max_length=10)),
                    ('statement', models.CharField(max_length=400)),
                    ('because', models.TextField(blank=True)),
                    ('until', models.CharField(blank=True, max_length=300)),
                    ('against', models.TextField(blank=True)),
                    ('impact_customers', models.TextField(blank=True)),
                    ('impact_teams', models.TextField(blank=True)),
                    ('decided_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('example', models.BooleanField(default=False)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studies.study')),
                    ('insights', models.ManyToManyField(related_name='+', through='decisions.Ground', to='insights.insight')),
                    ('changed_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['will', 'wont', 'not_yet'])), name='decisions_decision_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'wont'), _negated=True), models.Q(('because', ''), _negated=True), _connector='OR'), name='decisions_no_says_because'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'not_yet'), _negated=True), models.Q(('until', ''), _negated=True), _connector='OR'), name='decisions_not_yet_says_until')],
                },
            ),
            migrations.CreateModel(
                name='Change',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('what', models.CharField(max_length=400)),
                    ('due_on', models.DateField(blank=True, null=True)),
                    ('state', models.CharField(choices=[('planned', 'Planned'), ('started', 'Started'), ('done', 'Done'), ('dropped', 'Dropped')], default='planned', max_length=10)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('example', models.BooleanField(default=False)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='decisions.decision')),
                ],
            ),
            migrations.CreateModel(
                name='ChangeStep',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('planned', 'Planned'), ('started', 'Started'), ('done', 'Done'), ('dropped', 'Dropped')], max_length=10)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('note', models.TextField(blank=True)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('change', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='decisions.change')),
                ],
            ),
            migrations.CreateModel(
                name='Digest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('message', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.message')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ],
            ),
            migrations.CreateModel(
                name='Ground',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grounds', to='decisions.decision')),
                    ('insight', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='insights.insight')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('decision', 'insight'), name='decisions_ground_once')],
                },
            ),
            migrations.CreateModel(
                name='Option',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('text', models.CharField(max_length=400)),
                    ('chosen', models.BooleanField(default=False)),
                    ('why', models.TextField(blank=True)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='decisions.decision')),
                ],
                options={
                    'ordering': ['position', 'id'],
                },
            ),
            migrations.CreateModel(
                name='PublicItem',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('said', models.TextField()),
                    ('did', models.TextField()),
                    ('published_at', models.DateTimeField(blank=True, null=True)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('decision', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='decisions.decision')),
                    ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studies.study')),
                    ('decided', models.JSONField(default=list)),
                ],
            ),
            migrations.CreateModel(
                name='PublicQuote',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('start', models.PositiveIntegerField()),
                    ('end', models.PositiveIntegerField()),
                    ('by_name', models.BooleanField(default=False)),
                    ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to='decisions.publicitem')),
                    ('verbatim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verbatims.verbatim')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('item', 'verbatim', 'start', 'end'), name='decisions_publicquote_once')],
                },
            ),
            migrations.CreateModel(
                name='Update',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('text_cited', models.TextField()),
                    ('text_general', models.TextField(blank=True)),
                    ('drafted_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('approved_at', models.DateTimeField(blank=True, null=True)),
                    ('discarded_at', models.DateTimeField(blank=True, null=True)),
                    ('example', models.BooleanField(default=False)),
                    ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('change_step', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='decisions.changestep')),
                    ('decision', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='decisions.decision')),
                    ('edited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('insight', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='insights.insight')),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='studies.study')),
                    ('overtaken_at', models.DateTimeField(blank=True, null=True)),
                    ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='decisions.update')),
                    ('said', models.TextField(blank=True)),
                    ('instead_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='decisions.update')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('decision__isnull', False), ('change_step__isnull', False), ('insight__isnull', False), _connector='OR'), name='decisions_update_about_something')],
                },
            ),
            migrations.CreateModel(
                name='Telling',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('cited', models.BooleanField()),
                    ('told_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('seen_at', models.DateTimeField(blank=True, null=True)),
                    ('spoke_at', models.DateTimeField()),
                    ('digest', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tellings', to='decisions.digest')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                    ('update', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tellings', to='decisions.update')),
                ],
                options={
                    'indexes': [models.Index(fields=['person', '-told_at'], name='decisions_telling_of_person')],
                    'constraints': [models.UniqueConstraint(fields=('update', 'person'), name='decisions_telling_once')],
                },
            ),
            migrations.CreateModel(
                name='Helped',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('helped', models.BooleanField()),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                    ('verbatim', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verbatims.verbatim')),
                    ('update', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='helped', to='decisions.update')),
                ],
            ),
            migrations.CreateModel(
                name='HeldTelling',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                    ('update', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='decisions.update')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('update', 'person'), name='decisions_heldtelling_once')],
                },
            ),
            migrations.CreateModel(
                name='PublicGround',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('insight', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='insights.insight')),
                    ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grounds', to='decisions.publicitem')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('item', 'insight'), name='decisions_publicground_once')],
                },
            ),
        ]),
    ]
