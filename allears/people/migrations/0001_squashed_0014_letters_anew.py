"""All that 0001_initial to 0014_letters_anew come to, for a database that has seen none of them."""

import allears.core.clock
import allears.core.ids
import datetime
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from allears.core.creating import CreateModels
from allears.people import search


def make_search(apps, schema_editor):
    search.install(schema_editor.connection)


def drop_search(apps, schema_editor):
    search.remove(schema_editor.connection)


class Migration(migrations.Migration):

    replaces = [
        ('people', '0001_initial'),
        ('people', '0002_limits_merges_and_lookalikes'),
        ('people', '0003_search'),
        ('people', '0004_asked_by_name'),
        ('people', '0005_imports'),
        ('people', '0006_lived_through'),
        ('people', '0007_bounces'),
        ('people', '0008_addresses'),
        ('people', '0009_consent_to_a_statement'),
        ('people', '0010_crowds'),
        ('people', '0011_how_a_file_is_read'),
        ('people', '0012_being_asked_and_hearing_back'),
        ('people', '0013_contacts_by_day'),
        ('people', '0014_letters_anew'),
    ]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0010_mail_paused'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Account',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200)),
                    ('key', models.CharField(max_length=200, unique=True)),
                    ('external_id', models.CharField(blank=True, max_length=120)),
                ],
            ),
            migrations.CreateModel(
                name='Facet',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.SlugField(max_length=80, unique=True)),
                    ('label', models.CharField(max_length=200)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                ],
                options={
                    'ordering': ['position', 'label'],
                },
            ),
            migrations.CreateModel(
                name='FacetValue',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200)),
                    ('label', models.CharField(max_length=200)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('facet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='people.facet')),
                ],
                options={
                    'ordering': ['position', 'label'],
                    'constraints': [models.UniqueConstraint(fields=('facet', 'key'), name='people_facetvalue_once')],
                },
            ),
            migrations.CreateModel(
                name='Person',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('kind', models.CharField(choices=[('customer', 'Customer'), ('staff', 'Staff'), ('neighbour', 'Neighbour')], default='customer', max_length=10)),
                    ('name', models.CharField(blank=True, max_length=200)),
                    ('label', models.CharField(blank=True, max_length=60)),
                    ('email', models.EmailField(blank=True, max_length=320)),
                    ('email_key', models.CharField(blank=True, max_length=320, null=True)),
                    ('phone', models.CharField(blank=True, max_length=40)),
                    ('external_id', models.CharField(blank=True, max_length=120, null=True)),
                    ('language', models.CharField(blank=True, max_length=12)),
                    ('time_zone', models.CharField(blank=True, max_length=64)),
                    ('quiet_from', models.TimeField(blank=True, null=True)),
                    ('quiet_to', models.TimeField(blank=True, null=True)),
                    ('budget_minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('contactable', models.BooleanField(default=True)),
                    ('joined_on', models.DateField(blank=True, null=True)),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=allears.core.clock.now)),
                    ('erased_at', models.DateTimeField(blank=True, null=True)),
                    ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='people', to='people.account')),
                    ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='people.person')),
                    ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('phone_key', models.CharField(blank=True, max_length=40)),
                ],
                options={
                    'indexes': [models.Index(django.db.models.functions.text.Lower('name'), models.F('id'), condition=models.Q(('erased_at', None), ('merged_into', None)), name='people_person_living_by_name'), models.Index(models.F('kind'), django.db.models.functions.text.Lower('name'), models.F('id'), condition=models.Q(('erased_at', None), ('merged_into', None)), name='people_person_kind_by_name'), models.Index(condition=models.Q(('phone_key', ''), _negated=True), fields=['phone_key'], name='people_person_by_phone'), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['email_key'], name='people_person_merged_address'), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['external_id'], name='people_person_merged_id'), models.Index(models.F('contactable'), django.db.models.functions.text.Lower('name'), models.F('id'), condition=models.Q(('erased_at', None), ('merged_into', None)), name='people_person_asked_by_name')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('email_key__isnull', False), ('merged_into', None)), fields=('email_key',), name='people_person_one_per_address'), models.UniqueConstraint(condition=models.Q(('external_id__isnull', False), ('merged_into', None)), fields=('external_id',), name='people_person_one_per_external_id'), models.CheckConstraint(condition=models.Q(('kind__in', ['customer', 'staff', 'neighbour'])), name='people_person_kind_known'), models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='people_person_not_into_itself')],
                },
            ),
            migrations.CreateModel(
                name='Contact',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('minutes', models.DecimalField(decimal_places=1, max_digits=5)),
                    ('subject', models.CharField(max_length=200)),
                    ('topic', models.CharField(max_length=60)),
                    ('override_reason', models.TextField(blank=True)),
                    ('overridden_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='people.person')),
                    ('anew_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['person', '-at'], name='people_contact_of_person'), models.Index(fields=['topic', '-at'], name='people_contact_of_topic'), models.Index(fields=['at'], name='people_contact_by_day'), models.Index(condition=models.Q(('overridden_by__isnull', False)), fields=['at'], name='people_contact_overridden'), models.Index(condition=models.Q(('anew_at__isnull', False)), fields=['anew_at'], name='people_contact_anew')],
                },
            ),
            migrations.CreateModel(
                name='Consent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('purpose', models.CharField(choices=[('contact', 'be asked by us'), ('hear', 'be told by mail what became of my words'), ('quote_unnamed', 'be quoted without a name'), ('quote_named', 'be quoted by name'), ('statement', 'use answers as agreed in a questionnaire')], max_length=20)),
                    ('given', models.BooleanField()),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('source', models.CharField(blank=True, max_length=200)),
                    ('wording', models.TextField(blank=True)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['person', 'purpose', '-at', '-id'], name='people_consent_newest')],
                },
            ),
            migrations.CreateModel(
                name='PersonalLink',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('scope', models.CharField(choices=[('page', 'page'), ('fresh', 'fresh')], default='page', max_length=10)),
                    ('made_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('expires_at', models.DateTimeField(blank=True, null=True)),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='people.person')),
                ],
            ),
            migrations.CreateModel(
                name='PersonFacet',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('facet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.facet')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facets', to='people.person')),
                    ('value', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='people', to='people.facetvalue')),
                ],
                options={
                    'indexes': [models.Index(fields=['value', 'person'], name='people_personfacet_by_value')],
                    'constraints': [models.UniqueConstraint(fields=('person', 'facet'), name='people_personfacet_one_value')],
                },
            ),
            migrations.CreateModel(
                name='ContactBudget',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('minutes', models.PositiveSmallIntegerField(default=30)),
                    ('days', models.PositiveSmallIntegerField(default=90)),
                    ('quiet_from', models.TimeField(blank=True, default=datetime.time(20, 0), null=True)),
                    ('quiet_to', models.TimeField(blank=True, default=datetime.time(8, 0), null=True)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='people_contactbudget_only_one'), models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='people_contactbudget_some_days')],
                },
            ),
            migrations.CreateModel(
                name='Lookalike',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reason', models.CharField(choices=[('name', 'same name'), ('phone', 'same telephone')], max_length=10)),
                    ('found_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('dismissed_at', models.DateTimeField(blank=True, null=True)),
                    ('dismissed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                    ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='people_lookalike_once'), models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='people_lookalike_older_first')],
                },
            ),
            migrations.CreateModel(
                name='Merge',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('copied', models.JSONField(default=dict)),
                    ('undone_at', models.DateTimeField(blank=True, null=True)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('keep', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('other',), name='people_merge_once_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='Import',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('title', models.CharField(max_length=200)),
                    ('file', models.CharField(blank=True, max_length=200)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('mapping', models.JSONField(default=list)),
                    ('kind', models.CharField(choices=[('customer', 'Customer'), ('staff', 'Staff'), ('neighbour', 'Neighbour')], default='customer', max_length=10)),
                    ('known', models.CharField(choices=[('fill', 'Fill in what is empty'), ('replace', 'Replace what the file says otherwise'), ('skip', 'Leave them as they are')], default='fill', max_length=10)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('position', models.PositiveBigIntegerField(default=0)),
                    ('added', models.PositiveBigIntegerField(default=0)),
                    ('changed', models.PositiveBigIntegerField(default=0)),
                    ('unchanged', models.PositiveBigIntegerField(default=0)),
                    ('refused', models.PositiveBigIntegerField(default=0)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job')),
                    ('encoding', models.CharField(blank=True, max_length=40)),
                    ('headed', models.BooleanField(default=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['-at', '-id'], name='people_import_newest')],
                },
            ),
            migrations.CreateModel(
                name='ImportProblem',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('row', models.PositiveBigIntegerField()),
                    ('column', models.CharField(blank=True, max_length=200)),
                    ('code', models.CharField(max_length=40)),
                    ('reason', models.TextField()),
                    ('row_taken', models.BooleanField()),
                    ('bringing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='people.import')),
                ],
                options={
                    'indexes': [models.Index(fields=['bringing', 'row'], name='people_importproblem_of')],
                },
            ),
            migrations.CreateModel(
                name='LivedThrough',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('touchpoint', models.CharField(max_length=200)),
                    ('key', models.CharField(max_length=200)),
                    ('on', models.DateField()),
                    ('source', models.CharField(blank=True, max_length=200)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lived_through', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['key', 'on', 'person'], name='people_livedthrough_found')],
                    'constraints': [models.UniqueConstraint(fields=('person', 'key', 'on'), name='people_livedthrough_once'), models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='people_livedthrough_something')],
                },
            ),
            migrations.CreateModel(
                name='MailBounce',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=64, unique=True)),
                    ('address_key', models.CharField(max_length=320)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('hard', models.BooleanField()),
                    ('status', models.CharField(blank=True, max_length=20)),
                    ('words', models.CharField(blank=True, max_length=500)),
                    ('cleared_at', models.DateTimeField(blank=True, null=True)),
                    ('cleared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.message')),
                ],
                options={
                    'indexes': [models.Index(fields=['address_key', '-at'], name='people_mailbounce_address'), models.Index(condition=models.Q(('cleared_at', None), ('hard', True)), fields=['address_key'], name='people_mailbounce_dead')],
                },
            ),
            migrations.CreateModel(
                name='ErasedAddress',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('digest', models.CharField(max_length=64, unique=True)),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('let_in_at', models.DateTimeField(blank=True, null=True)),
                    ('let_in_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='AddressChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                    ('trusted_at', models.DateTimeField(blank=True, null=True)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                    ('told', models.ManyToManyField(related_name='+', to='core.message')),
                    ('trusted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['person', '-at'], name='people_addresschange_newest')],
                },
            ),
            migrations.CreateModel(
                name='Crowd',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=40, unique=True)),
                    ('bits', models.BinaryField()),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                ],
            ),
        ]),
        migrations.RunPython(make_search, drop_search),
    ]
