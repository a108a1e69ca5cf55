"""Notices, decisions and certificates: composed as text values, set as PDF, served in full and published masked.

Rules kept here:
- A document says what the record says: the rules that bind it are cited from the rulebook in force on its day, and a
  source that we are not sure of is marked so. It states no right or duty that the rulebook does not state.
- It is composed from what was known when it was made, so that it says the same whenever it is asked for.
- What is set as PDF is the text value and nothing else; the same value gives the same bytes.
"""
