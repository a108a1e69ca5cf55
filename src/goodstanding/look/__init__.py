"""The shared look of both planes: one layout, one set of components, one stylesheet, words in every language we speak.

A plane renders with `environment` (or, in Django, `django_environment`) and gives every page at least a ``language``.
Templates begin with ``{% extends "look/layout.html" %}`` and import our components *with context*, since a component
speaks the page's language: ``{% import "look/components.html" as ui with context %}``.
Outside templates `goodstanding.look.words.words` says the same words.
"""

from goodstanding.look.environment import Tone, django_environment, environment, static_dir, templates_dir
from goodstanding.look.words import LANGUAGES

__all__ = ["LANGUAGES", "Tone", "django_environment", "environment", "static_dir", "templates_dir"]
