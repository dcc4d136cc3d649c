"""All that 0001_initial to 0013_when_they_were_asked_first come to, for a database that has seen none of them."""

import allears.core.clock
import allears.core.ids
import allears.studies.selection.models
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from allears.core.creating import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('studies', '0001_initial'),
        ('studies', '0002_one_working_link_and_known_kinds'),
        ('studies', '0003_later_and_reminders'),
        ('studies', '0004_referrals'),
        ('studies', '0005_ways_in'),
        ('studies', '0006_the_lottery'),
        ('studies', '0007_translations'),
        ('studies', '0008_whom_a_round_asks'),
        ('studies', '0009_rounds_under_way'),
        ('studies', '0010_who_was_named'),
        ('studies', '0011_recognise_who_was_named'),
        ('studies', '0012_letters_anew'),
        ('studies', '0013_when_they_were_asked_first'),
    ]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0010_mail_paused'),
        ('people', '0001_squashed_0014_letters_anew'),
        ('verbatims', '0001_squashed_0011_newest_last'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Study',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('slug', models.SlugField(max_length=80, unique=True)),
                    ('title', models.CharField(max_length=200)),
                    ('decision', models.TextField(blank=True)),
                    ('options', models.TextField(blank=True)),
                    ('known', models.TextField(blank=True)),
                    ('unknown', models.TextField(blank=True)),
                    ('problem', models.TextField(blank=True)),
                    ('promise_on', models.DateField(blank=True, null=True)),
                    ('touchpoints', models.JSONField(default=list)),
                    ('language', models.CharField(default='en', max_length=12)),
                    ('team_only', models.BooleanField(default=False)),
                    ('example', models.BooleanField(default=False)),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('closed', 'Closed')], default='draft', max_length=10)),
                    ('criteria', models.JSONField(default=dict)),
                    ('created_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('collection', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verbatims.collection')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('remind_after', models.PositiveSmallIntegerField(blank=True, default=7, null=True)),
                    ('languages', models.CharField(blank=True, default='', max_length=200)),
                    ('wording', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'verbose_name_plural': 'studies',
                    'indexes': [models.Index(fields=['-created_at'], name='studies_study_newest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'open', 'closed'])), name='studies_study_state_known')],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('minutes', models.DecimalField(decimal_places=1, default=0, max_digits=5)),
                    ('invited_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('opened_at', models.DateTimeField(blank=True, null=True)),
                    ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='studies.study')),
                    ('paused_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['person', '-id'], name='studies_invitation_person'), models.Index(fields=['study', '-id'], name='studies_invitation_newest')],
                    'constraints': [models.UniqueConstraint(fields=('study', 'person'), name='studies_invitation_once')],
                },
            ),
            migrations.CreateModel(
                name='Decline',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('kind', models.CharField(choices=[('rather_not', 'would rather not'), ('not_me', 'not the right person'), ('no_time', 'no time')], default='rather_not', max_length=20)),
                    ('reason', models.TextField(blank=True)),
                    ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='decline', to='studies.invitation')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['rather_not', 'not_me', 'no_time'])), name='studies_decline_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='InvitationLink',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='studies.invitation')),
                ],
            ),
            migrations.CreateModel(
                name='InvitationMail',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('invite', 'invite'), ('remind', 'remind'), ('later', 'later'), ('anew', 'anew')], max_length=10)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='studies.invitation')),
                    ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.message')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'invite')), fields=('invitation',), name='studies_invitationmail_invited_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['invite', 'remind', 'later', 'anew'])), name='studies_invitationmail_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='StateChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('closed', 'Closed')], max_length=10)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('note', models.TextField(blank=True)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='state_changes', to='studies.study')),
                ],
            ),
            migrations.CreateModel(
                name='PublicLink',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token', models.CharField(max_length=40, unique=True)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='public_links', to='studies.study')),
                    ('kind', models.CharField(choices=[('link', 'Link and code'), ('kiosk', 'Tablet at the counter'), ('widget', 'On your own site')], db_default='link', default='link', max_length=10)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['link', 'kiosk', 'widget'])), name='studies_publiclink_kind_known'), models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('study', 'kind'), name='studies_publiclink_one_that_works')],
                },
            ),
            migrations.CreateModel(
                name='Member',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('since', models.DateTimeField(default=allears.core.clock.now)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='studies.study')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('study', 'user'), name='studies_member_once')],
                },
            ),
            migrations.CreateModel(
                name='Later',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('said_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('ask_at', models.DateTimeField()),
                    ('try_after', models.DateTimeField(blank=True, null=True)),
                    ('asked_at', models.DateTimeField(blank=True, null=True)),
                    ('over_at', models.DateTimeField(blank=True, null=True)),
                    ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='laters', to='studies.invitation')),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('asked_at', None), ('over_at', None)), fields=['ask_at'], name='studies_later_due')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('asked_at', None), ('over_at', None)), fields=('invitation',), name='studies_later_one_open')],
                },
            ),
            migrations.CreateModel(
                name='Referral',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('address_hash', models.CharField(max_length=64)),
                    ('name', models.CharField(blank=True, max_length=200)),
                    ('email', models.EmailField(blank=True, max_length=320)),
                    ('note', models.TextField(blank=True)),
                    ('minutes', models.DecimalField(decimal_places=1, default=0, max_digits=5)),
                    ('named_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('unasked', models.CharField(blank=True, choices=[('invited', 'was invited already'), ('left', 'does not want to be asked'), ('before', 'was written to before'), ('no_budget', 'has no minutes left')], max_length=10)),
                    ('token_hash', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                    ('agreed_at', models.DateTimeField(blank=True, null=True)),
                    ('refused_at', models.DateTimeField(blank=True, null=True)),
                    ('forgotten_at', models.DateTimeField(blank=True, null=True)),
                    ('agreed', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='named_by', to='studies.invitation')),
                    ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='referrals', to='studies.invitation')),
                    ('message', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.message')),
                    ('about', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='studies.invitation')),
                    ('contact', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.contact')),
                ],
                options={
                    'indexes': [models.Index(fields=['address_hash'], name='studies_referral_address'), models.Index(condition=models.Q(('forgotten_at', None)), fields=['named_at'], name='studies_referral_kept')],
                    'constraints': [models.UniqueConstraint(fields=('invitation', 'address_hash'), name='studies_referral_once'), models.CheckConstraint(condition=models.Q(('agreed_at', None), ('refused_at', None), _connector='OR'), name='studies_referral_one_answer')],
                },
            ),
            migrations.CreateModel(
                name='Selection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('size', models.PositiveIntegerField(default=4)),
                    ('rule', models.CharField(choices=[('auto', 'Choose for me'), ('panel', 'A panel: fair chances first, then as many voices as can be heard'), ('leximin', 'A lottery of whole groups: every chance as equal as can be'), ('sample', 'One sample: equal chances from a pool of very many kinds of people')], default='auto', max_length=10)),
                    ('criteria', models.JSONField(default=dict)),
                    ('rested', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('minutes', models.DecimalField(decimal_places=1, default=Decimal('0'), max_digits=5)),
                    ('facets', models.JSONField(default=list)),
                    ('quotas', models.JSONField(default=list)),
                    ('carries', models.BooleanField(default=True)),
                    ('seconds', models.PositiveSmallIntegerField(default=60)),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('salt', models.CharField(default=allears.studies.selection.models.new_salt, max_length=64)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='selections', to='studies.study')),
                ],
                options={
                    'indexes': [models.Index(fields=['study', '-id'], name='studies_selection_newest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='studies_selection_somebody'), models.CheckConstraint(condition=models.Q(('rule__in', ['auto', 'panel', 'leximin', 'sample'])), name='studies_selection_rule_known')],
                },
            ),
            migrations.CreateModel(
                name='Commitment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField()),
                    ('digest', models.CharField(max_length=64, unique=True)),
                    ('pool_hash', models.CharField(max_length=64)),
                    ('pool', models.JSONField(null=True)),
                    ('lottery', models.JSONField()),
                    ('facts', models.JSONField(default=dict)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('selection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='studies.selection')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('selection', 'number'), name='studies_commitment_in_order')],
                },
            ),
            migrations.CreateModel(
                name='Draw',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seed', models.CharField(max_length=500)),
                    ('source', models.CharField(blank=True, max_length=300)),
                    ('source_on', models.DateField(blank=True, null=True)),
                    ('result', models.JSONField()),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('commitment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='draw', to='studies.commitment')),
                ],
            ),
            migrations.CreateModel(
                name='Publication',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('selection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='studies.selection')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('selection',), name='studies_publication_one_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='Prepared',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField()),
                    ('proof', models.JSONField(null=True)),
                    ('facts', models.JSONField(default=dict)),
                    ('trouble', models.JSONField(null=True)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('selection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='prepared', to='studies.selection')),
                ],
            ),
            migrations.CreateModel(
                name='PoolMember',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token', models.CharField(max_length=32)),
                    ('place', models.PositiveIntegerField()),
                    ('chance', models.CharField(max_length=120)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                    ('selection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='studies.selection')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('selection', 'person'), name='studies_member_in_pool_once'), models.UniqueConstraint(fields=('selection', 'token'), name='studies_member_one_token')],
                },
            ),
            migrations.CreateModel(
                name='Translation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(max_length=12)),
                    ('key', models.CharField(max_length=80)),
                    ('source', models.TextField()),
                    ('text', models.TextField(blank=True)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('study', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='translations', to='studies.study')),
                ],
                options={
                    'indexes': [models.Index(fields=['study', 'language', 'id'], name='studies_translation_of_study')],
                },
            ),
            migrations.CreateModel(
                name='RoundList',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('bits', models.BinaryField()),
                    ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.job')),
                ],
            ),
        ]),
    ]
