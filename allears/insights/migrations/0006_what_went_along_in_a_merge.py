"""Which codings went along when a theme was merged into another one; of earlier merges as far as it is known."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

BATCH = 5_000


def remember(apps, schema_editor):
    """A coding that was given the merged theme first went along."""
    Coding, MovedByMerge = (apps.get_model("insights", name) for name in ("Coding", "MovedByMerge"))
    moved = Coding.objects.filter(first_theme__merged_into=F("theme")).values_list("first_theme", "pk")
    rows = (MovedByMerge(theme_id=theme, coding_id=coding) for theme, coding in list(moved))
    MovedByMerge.objects.bulk_create(rows, batch_size=BATCH)


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0005_when_words_were_read'),
    ]

    operations = [
        migrations.CreateModel(
            name='MovedByMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('coding', models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name='+', to='insights.coding',
                )),
                ('theme', models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='insights.theme',
                )),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('theme', 'coding'), name='insights_moved_once')],
            },
        ),
        migrations.RunPython(remember, migrations.RunPython.noop, elidable=True),
    ]
