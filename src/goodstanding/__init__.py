"""Goodstanding: credit-based market supervision, from source file to public page."""
