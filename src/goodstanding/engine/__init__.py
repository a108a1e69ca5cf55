"""From a snapshot of facts to indicators, points and classes. It knows snapshots, never live tables."""
