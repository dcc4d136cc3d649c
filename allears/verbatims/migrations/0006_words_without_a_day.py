import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('verbatims', '0005_frames'),
    ]

    operations = [
        migrations.CreateModel(
            name='Undated',
            fields=[
                ('verbatim', models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='undated',
                    serialize=False, to='verbatims.verbatim',
                )),
            ],
        ),
    ]
