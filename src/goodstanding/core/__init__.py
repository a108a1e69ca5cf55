"""The law as plain values: no clock, no disk, no network, no framework."""
