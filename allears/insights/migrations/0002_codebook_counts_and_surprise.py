"""Counts of themes, how unexpected words are, and why an insight was withdrawn."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0001_initial'),
        ('studies', '0001_initial'),
        ('verbatims', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Surprise',
            fields=[
                ('verbatim', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='verbatims.verbatim')),
                ('score', models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='coding',
            name='first_theme',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='insights.theme'),
        ),
        migrations.AddField(
            model_name='insight',
            name='withdrawn_because',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='insight',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='theme',
            name='words',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='insight',
            index=models.Index(fields=['-made_at', '-id'], name='insights_insight_newest'),
        ),
        migrations.AddField(
            model_name='surprise',
            name='collection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='verbatims.collection'),
        ),
        migrations.AddIndex(
            model_name='surprise',
            index=models.Index(fields=['collection', '-score', '-verbatim'], name='insights_surprise_of_words'),
        ),
        migrations.AddIndex(
            model_name='surprise',
            index=models.Index(fields=['-score', '-verbatim'], name='insights_surprise_first'),
        ),
    ]
