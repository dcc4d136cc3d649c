"""How many pages somebody has gone through, so that they come back to the next one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("questionnaires", "0002_imports")]
    operations = [
        migrations.AddField(
            model_name="response",
            name="passed",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        )
    ]
