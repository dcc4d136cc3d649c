"""All that 0001_initial to 0010_mail_paused come to, for a database that has seen none of them."""

import allears.core.clock
import allears.core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from allears.core.creating import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('core', '0001_initial'),
        ('core', '0002_workers_and_delivery'),
        ('core', '0003_urgent_mail'),
        ('core', '0004_who_waits_for_a_mail'),
        ('core', '0005_mail_that_is_due'),
        ('core', '0006_mail_that_failed'),
        ('core', '0007_where_a_job_leads'),
        ('core', '0008_figures_counted_ahead'),
        ('core', '0009_bytes_to_be_wiped'),
        ('core', '0010_mail_paused'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(max_length=254, unique=True)),
                    ('name', models.CharField(max_length=200)),
                    ('role', models.CharField(choices=[('researcher', 'Researcher'), ('leader', 'Leader'), ('staff', 'Staff member'), ('administrator', 'Administrator')], default='staff', max_length=20)),
                    ('language', models.CharField(default='en', max_length=12)),
                    ('time_zone', models.CharField(default='UTC', max_length=64)),
                    ('theme', models.CharField(choices=[('auto', 'Automatic'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=5)),
                    ('is_active', models.BooleanField(default=True)),
                    ('joined_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='core_user_email_whatever_case'), models.CheckConstraint(condition=models.Q(('role__in', ['researcher', 'leader', 'staff', 'administrator'])), name='core_user_role_known')],
                },
            ),
            migrations.CreateModel(
                name='AuditEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=allears.core.clock.now)),
                    ('actor_label', models.CharField(max_length=200)),
                    ('verb', models.CharField(max_length=80)),
                    ('target', models.CharField(blank=True, max_length=120)),
                    ('details', models.JSONField(default=dict)),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['-at', '-id'], name='core_audit_newest'), models.Index(fields=['target', '-id'], name='core_audit_of_target'), models.Index(fields=['verb', '-id'], name='core_audit_of_verb')],
                },
            ),
            migrations.CreateModel(
                name='Job',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('kind', models.CharField(max_length=60)),
                    ('title', models.CharField(max_length=300)),
                    ('asked_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('started_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('stopped_at', models.DateTimeField(blank=True, null=True)),
                    ('done', models.PositiveBigIntegerField(default=0)),
                    ('total', models.PositiveBigIntegerField(blank=True, null=True)),
                    ('unit', models.CharField(blank=True, max_length=40)),
                    ('error', models.TextField(blank=True)),
                    ('parameters', models.JSONField(default=dict)),
                    ('result', models.JSONField(default=dict)),
                    ('next_url', models.CharField(blank=True, max_length=400)),
                    ('started_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('task_id', models.UUIDField(blank=True, null=True, unique=True)),
                    ('next_words', models.CharField(blank=True, db_default='', default='', max_length=100)),
                ],
                options={
                    'indexes': [models.Index(fields=['-asked_at'], name='core_job_newest')],
                },
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200, unique=True)),
                    ('ref', models.CharField(default=allears.core.ids.new_ref, max_length=10, unique=True)),
                    ('to', models.EmailField(max_length=320)),
                    ('to_name', models.CharField(blank=True, max_length=200)),
                    ('subject', models.CharField(max_length=400)),
                    ('text', models.TextField()),
                    ('html', models.TextField(blank=True)),
                    ('headers', models.JSONField(default=dict)),
                    ('kind', models.CharField(default='other', max_length=40)),
                    ('put_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('not_before', models.DateTimeField(blank=True, null=True)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('failed_at', models.DateTimeField(blank=True, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('error', models.TextField(blank=True)),
                    ('try_after', models.DateTimeField(blank=True, null=True)),
                    ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('failed_at', None), ('sent_at', None)), fields=['id'], name='core_message_waiting'), models.Index(fields=['-put_at', '-id'], name='core_message_newest'), models.Index(condition=models.Q(models.Q(('kind', 'account'), ('kind', 'own'), _connector='OR'), ('failed_at', None), ('sent_at', None)), fields=['id'], name='core_message_urgent'), models.Index(condition=models.Q(('failed_at', None), ('sent_at', None)), fields=['not_before'], name='core_message_due'), models.Index(condition=models.Q(('failed_at__isnull', False), ('sent_at', None)), fields=['failed_at'], name='core_message_failed')],
                },
            ),
            migrations.CreateModel(
                name='Organisation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(default='Your organisation', max_length=200)),
                    ('language', models.CharField(default='en', max_length=12)),
                    ('time_zone', models.CharField(default='UTC', max_length=64)),
                    ('mail_from', models.EmailField(blank=True, max_length=254)),
                    ('reply_to', models.EmailField(blank=True, max_length=254)),
                    ('smtp_host', models.CharField(blank=True, max_length=255)),
                    ('smtp_port', models.PositiveIntegerField(default=587)),
                    ('smtp_security', models.CharField(choices=[('starttls', 'STARTTLS'), ('implicit', 'TLS from the start'), ('none', 'None')], default='starttls', max_length=10)),
                    ('smtp_user', models.CharField(blank=True, max_length=255)),
                    ('smtp_password_sealed', models.TextField(blank=True)),
                    ('mail_trouble', models.TextField(blank=True)),
                    ('mail_trouble_at', models.DateTimeField(blank=True, null=True)),
                    ('mail_paused_at', models.DateTimeField(blank=True, null=True)),
                    ('mail_paused_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='core_organisation_only_one')],
                },
            ),
            migrations.CreateModel(
                name='StaffInvitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('email', models.EmailField(max_length=254)),
                    ('name', models.CharField(blank=True, max_length=200)),
                    ('role', models.CharField(choices=[('researcher', 'Researcher'), ('leader', 'Leader'), ('staff', 'Staff member'), ('administrator', 'Administrator')], default='staff', max_length=20)),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('invited_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('expires_at', models.DateTimeField()),
                    ('accepted_at', models.DateTimeField(blank=True, null=True)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('accepted_by', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='Worker',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=64, unique=True)),
                    ('host', models.CharField(max_length=255)),
                    ('process', models.PositiveIntegerField()),
                    ('started_at', models.DateTimeField(default=allears.core.clock.now)),
                    ('seen_at', models.DateTimeField(default=allears.core.clock.now)),
                ],
            ),
            migrations.CreateModel(
                name='Counted',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=40)),
                    ('of', models.CharField(blank=True, max_length=60)),
                    ('value', models.JSONField()),
                    ('at', models.DateTimeField()),
                    ('seconds', models.FloatField()),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('kind', 'of'), name='core_counted_once')],
                },
            ),
            migrations.CreateModel(
                name='Unwiped',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=allears.core.clock.now)),
                ],
            ),
        ]),
    ]
