"""The only package that knows the ORM: tables, mapping, acts, outbox."""
