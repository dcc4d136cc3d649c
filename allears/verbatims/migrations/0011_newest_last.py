"""The ledger's indexes have the newest words last, where a row finds room: newest first each was put between others, and
their pages were half empty. Whoever asks for the newest walks them backwards.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0013_contacts_by_day'),
        ('verbatims', '0010_no_index_for_beginnings'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='verbatim',
            name='verbatims_of_collection',
        ),
        migrations.RemoveIndex(
            model_name='verbatim',
            name='verbatims_of_source',
        ),
        migrations.RemoveIndex(
            model_name='verbatim',
            name='verbatims_of_person',
        ),
        migrations.RemoveIndex(
            model_name='verbatim',
            name='verbatims_in_language',
        ),
        migrations.AddIndex(
            model_name='verbatim',
            index=models.Index(fields=['collection', 'id'], name='verbatims_of_collection'),
        ),
        migrations.AddIndex(
            model_name='verbatim',
            index=models.Index(fields=['source', 'id'], name='verbatims_of_source'),
        ),
        migrations.AddIndex(
            model_name='verbatim',
            index=models.Index(fields=['language', 'id'], name='verbatims_in_language'),
        ),
        migrations.AddIndex(
            model_name='verbatim',
            index=models.Index(condition=models.Q(('person__isnull', False)), fields=['person', 'id'], name='verbatims_of_person'),
        ),
    ]
