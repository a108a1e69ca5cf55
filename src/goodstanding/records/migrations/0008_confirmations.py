"""Confirmations by those who show or apply what was decided, which nobody changes or deletes."""

from django.db import migrations, models

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
SAYS = "'ledger.append_only: a confirmation is never changed or deleted'"


def forwards(apps, editor):
    if editor.connection.vendor == "sqlite":
        # As in 0002: REPLACE deletes without telling a DELETE trigger, so the insertion itself is refused.
        editor.execute(
            "CREATE TRIGGER confirmation_no_replace BEFORE INSERT ON confirmation "
            f"WHEN EXISTS (SELECT 1 FROM confirmation WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, {SAYS}); END"
        )
        for verb in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER confirmation_no_{verb.lower()} BEFORE {verb} ON confirmation "
                f"BEGIN SELECT RAISE(ABORT, {SAYS}); END"
            )
    else:
        editor.execute(
            "CREATE FUNCTION confirmation_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION {SAYS}; END $$"
        )
        editor.execute(
            "CREATE TRIGGER confirmation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON confirmation "
            "FOR EACH STATEMENT EXECUTE FUNCTION confirmation_append_only()"
        )


def backwards(apps, editor):
    if editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE", "REPLACE"):
            editor.execute(f"DROP TRIGGER confirmation_no_{verb.lower()}")
    else:
        editor.execute("DROP TRIGGER confirmation_append_only ON confirmation")
        editor.execute("DROP FUNCTION confirmation_append_only()")


class Migration(migrations.Migration):
    dependencies = [("records", "0007_uploads")]

    operations = [
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ID,
                ("recipient", models.CharField(max_length=230)),
                ("decision", models.CharField(blank=True, max_length=200)),
                ("through_on", models.DateField(null=True)),
                ("reference", models.CharField(max_length=200)),
                ("received_on", models.DateField()),
                ("recorded_by", models.CharField(max_length=150)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "confirmation",
                "indexes": [
                    models.Index(fields=["decision"], name="confirmation_of_decision"),
                    models.Index(fields=["recipient", "through_on"], name="confirmation_through"),
                ],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
