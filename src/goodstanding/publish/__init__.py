"""Outbox to public store: the only way anything becomes public.

Tolerance: a crash between any two steps loses nothing and shows nothing twice. The store is written first, then the
index learns what changed, then the outbox is marked; whatever was not marked is done again and comes out the same.
"""
