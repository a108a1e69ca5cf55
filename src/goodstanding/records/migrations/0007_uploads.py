"""Files handed in as evidence, and what was begun and not yet sent."""

from django.db import migrations, models

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("records", "0006_cases")]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ID,
                ("digest", models.CharField(max_length=64)),
                ("entity_id", models.CharField(max_length=80)),
                ("name", models.CharField(max_length=100)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.BigIntegerField()),
                ("sent_by", models.CharField(max_length=150)),
                ("sent_at", models.DateTimeField()),
            ],
            options={"db_table": "upload"},
        ),
        migrations.AddConstraint(
            "Upload", models.UniqueConstraint(fields=["entity_id", "digest"], name="upload_of_entity")
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ID,
                ("account", models.CharField(max_length=150)),
                ("case", models.CharField(max_length=40)),
                ("step", models.CharField(max_length=60)),
                ("evidence", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True)),
                ("saved_at", models.DateTimeField()),
            ],
            options={"db_table": "draft"},
        ),
        migrations.AddConstraint(
            "Draft", models.UniqueConstraint(fields=["account", "case", "step"], name="draft_of_step")
        ),
    ]
