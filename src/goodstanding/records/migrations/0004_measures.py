"""Measures: what was switched on and off, what was answered at the point of use, and what came of it."""

import django.db.models.deletion
from django.db import migrations, models

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
# As in 0002: per table, when a new row meets an old one.
TABLES = {
    "measure_switch": 'id = NEW.id OR ("trigger" = NEW."trigger" AND measure = NEW.measure AND serial = NEW.serial)',
    "measure_answer": "id = NEW.id OR number = NEW.number",
    "measure_feedback": "id = NEW.id",
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
    dependencies = [("records", "0003_partial_runs")]

    operations = [
        migrations.CreateModel(
            name="MeasureSwitch",
            fields=[
                ID,
                ("entity_id", models.CharField(max_length=80)),
                ("measure", models.CharField(max_length=60)),
                ("rule_number", models.CharField(max_length=40)),
                ("basis", models.CharField(max_length=300)),
                ("trigger", models.CharField(max_length=64)),
                ("decision", models.CharField(max_length=200)),
                ("act", models.CharField(choices=[("on", "On"), ("off", "Off")], max_length=3)),
                ("serial", models.IntegerField()),
                ("on_day", models.DateField()),
                ("until_on", models.DateField(null=True)),
                ("ledger_position", models.BigIntegerField()),
                ("rulebook_digest", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "db_table": "measure_switch",
                "constraints": [
                    models.UniqueConstraint(fields=("trigger", "measure", "serial"), name="switched_in_turn")
                ],
                "indexes": [
                    models.Index(fields=["entity_id", "id"], name="switch_of_entity"),
                    models.Index(fields=["until_on"], name="switch_by_end"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureAnswer",
            fields=[
                ID,
                ("number", models.CharField(max_length=40, unique=True)),
                ("entity_id", models.CharField(blank=True, max_length=80)),
                ("purpose", models.CharField(max_length=60)),
                ("asked_for", models.CharField(max_length=200)),
                ("asked_by", models.CharField(max_length=150)),
                ("as_of", models.DateField()),
                ("body", models.TextField()),
                ("signature", models.CharField(max_length=128)),
                ("answered_at", models.DateTimeField()),
            ],
            options={
                "db_table": "measure_answer",
                "indexes": [models.Index(fields=["entity_id", "id"], name="answer_of_entity")],
            },
        ),
        migrations.CreateModel(
            name="MeasureFeedback",
            fields=[
                ID,
                ("measure", models.CharField(max_length=60)),
                ("trigger", models.CharField(max_length=64)),
                (
                    "did",
                    models.CharField(choices=[("applied", "Applied"), ("not_applied", "Not Applied")], max_length=12),
                ),
                ("done_on", models.DateField()),
                ("note", models.TextField(blank=True)),
                ("reported_by", models.CharField(max_length=150)),
                ("reported_at", models.DateTimeField()),
                (
                    "answer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="records.measureanswer"),
                ),
            ],
            options={"db_table": "measure_feedback"},
        ),
        migrations.RunPython(forwards, backwards),
    ]
