"""Cases and their steps, which the database itself refuses to change or delete."""

import django.db.models.deletion
from django.db import migrations, models

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
# As in 0002: per table, when a new row meets an old one.
TABLES = {
    "case_file": "id = NEW.id OR number = NEW.number",
    "case_step": "id = NEW.id OR (case_id = NEW.case_id AND serial = NEW.serial)",
}


def forwards(apps, editor):
    for table, meets in TABLES.items():
        says = f"'ledger.append_only: a {table} is never changed or deleted'"
        if editor.connection.vendor == "sqlite":
            editor.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {meets}) BEGIN SELECT RAISE(ABORT, {says}); END"
            )
            for verb in ("UPDATE", "DELETE"):
                editor.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, {says}); END"
                )
        else:
            editor.execute(
                f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION {says}; END $$"
            )
            editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
            )


def backwards(apps, editor):
    for table in TABLES:
        if editor.connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE", "REPLACE"):
                editor.execute(f"DROP TRIGGER {table}_no_{verb.lower()}")
        else:
            editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            editor.execute(f"DROP FUNCTION {table}_append_only()")


class Migration(migrations.Migration):
    dependencies = [("records", "0005_invitations")]

    operations = [
        migrations.CreateModel(
            name="CaseRecord",
            fields=[
                ID,
                ("number", models.CharField(max_length=40, unique=True)),
                ("procedure", models.CharField(max_length=60)),
                ("entity_id", models.CharField(max_length=80)),
                ("about", models.JSONField(default=list)),
                ("opened_on", models.DateField()),
                ("opened_by", models.CharField(max_length=150)),
                ("opened_role", models.CharField(max_length=40)),
                ("rulebook_digest", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "db_table": "case_file",
                "indexes": [models.Index(fields=["entity_id", "id"], name="case_of_entity")],
            },
        ),
        migrations.CreateModel(
            name="CaseStep",
            fields=[
                ID,
                ("serial", models.IntegerField()),
                ("step", models.CharField(max_length=60)),
                ("taken_on", models.DateField()),
                ("by_id", models.CharField(max_length=150)),
                ("by_role", models.CharField(max_length=40)),
                ("evidence", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True)),
                ("decision", models.CharField(blank=True, max_length=40)),
                ("rulebook_digest", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField()),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="records.caserecord")),
            ],
            options={
                "db_table": "case_step",
                "constraints": [models.UniqueConstraint(fields=("case", "serial"), name="step_in_turn")],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
