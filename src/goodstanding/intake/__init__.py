"""Sources to facts: cards say what a file's columns mean, rows that fit become facts, rows that do not are held."""
