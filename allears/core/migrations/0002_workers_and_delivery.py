from django.db import migrations, models

import allears.core.clock


class Migration(migrations.Migration):

    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, unique=True)),
                ("host", models.CharField(max_length=255)),
                ("process", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField(default=allears.core.clock.now)),
                ("seen_at", models.DateTimeField(default=allears.core.clock.now)),
            ],
        ),
        migrations.AddField("job", "task_id", models.UUIDField(blank=True, null=True, unique=True)),
        migrations.AddField("message", "try_after", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("message", "claimed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("organisation", "mail_trouble", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField("organisation", "mail_trouble_at", models.DateTimeField(blank=True, null=True)),
    ]
