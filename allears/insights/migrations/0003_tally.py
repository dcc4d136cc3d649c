"""How many people there are by facet value, counted ahead of time for large studies."""

import allears.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("insights", "0002_codebook_counts_and_surprise")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, unique=True)),
                ("people", models.PositiveIntegerField()),
                ("by_value", models.JSONField(default=dict)),
                ("last", models.PositiveBigIntegerField(default=0)),
                ("at", models.DateTimeField(default=allears.core.clock.now)),
            ],
        ),
    ]
