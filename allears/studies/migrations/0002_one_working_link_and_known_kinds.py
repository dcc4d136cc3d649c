from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("studies", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["study", "-id"], name="studies_invitation_newest"),
        ),
        migrations.AddConstraint(
            model_name="publiclink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("study",),
                name="studies_publiclink_one_that_works",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitationmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["invite", "remind"])), name="studies_invitationmail_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitationmail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "invite")),
                fields=("invitation",),
                name="studies_invitationmail_invited_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="decline",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["rather_not", "not_me", "no_time"])),
                name="studies_decline_kind_known",
            ),
        ),
    ]
