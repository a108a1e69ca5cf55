"""Businesses sign in: an invitation for one use, and the account that it made."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("records", "0004_measures"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ID,
                ("code_digest", models.CharField(max_length=64, unique=True)),
                ("entity_id", models.CharField(db_index=True, max_length=80)),
                ("invited_by", models.CharField(max_length=150)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "invitation"},
        ),
        migrations.CreateModel(
            name="BusinessAccount",
            fields=[
                ID,
                ("entity_id", models.CharField(db_index=True, max_length=80)),
                ("since", models.DateTimeField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="business",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "business_account"},
        ),
    ]
