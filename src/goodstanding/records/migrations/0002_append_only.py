"""The database itself refuses to change or delete a fact or a decision."""

from django.db import migrations

# Per table, when a new row meets an old one. SQLite's INSERT OR REPLACE would remove the old one without asking a
# DELETE trigger, so the insertion itself is refused.
TABLES = {
    "fact": "id = NEW.id OR (source = NEW.source AND source_ref = NEW.source_ref AND digest = NEW.digest)",
    "decision": "id = NEW.id OR number = NEW.number",
}


def forwards(apps, editor):
    for table, meets in TABLES.items():
        if editor.connection.vendor == "sqlite":
            editor.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {meets}) "
                f"BEGIN SELECT RAISE(ABORT, 'ledger.append_only: a {table} is never changed or deleted'); END"
            )
            for verb in ("UPDATE", "DELETE"):
                editor.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'ledger.append_only: a {table} is never changed or deleted'); END"
                )
        else:
            editor.execute(
                f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION 'ledger.append_only: a {table} is never changed or deleted'; END $$"
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
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
