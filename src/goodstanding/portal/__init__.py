"""The public read plane: pages and documents out of the public store, and of nothing else.

What was never published cannot leak from here: these modules import neither records nor rules, open no other file, and
write nothing. Assumption: the store is written by another process; a process may hold it open once.
"""
