"""Acts that join two rooms neither of which may know the other: ledger and engine."""
