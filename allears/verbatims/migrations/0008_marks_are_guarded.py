"""The mark of words without a day is guarded like the words: the guards are put in place after every migration."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("verbatims", "0007_words_by_language")]
    operations = []
