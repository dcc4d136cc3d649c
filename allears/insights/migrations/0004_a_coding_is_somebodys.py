"""Two people may give the same passage the same theme: each coding is somebody's own."""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("insights", "0003_tally")]

    operations = [
        migrations.RemoveConstraint(model_name="coding", name="insights_coding_once"),
        migrations.AddConstraint(
            model_name="coding",
            constraint=models.UniqueConstraint(
                models.F("verbatim"),
                models.F("theme"),
                models.F("start"),
                models.F("end"),
                django.db.models.functions.comparison.Coalesce("coder", 0),
                name="insights_coding_once",
            ),
        ),
    ]
