"""Blocks seal what was asked and when words were recorded, from now on; those that are there stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verbatims", "0004_what_was_asked")]
    operations = [
        migrations.AddField(
            model_name="block",
            name="frame",
            field=models.BinaryField(max_length=32, null=True),
        ),
    ]
