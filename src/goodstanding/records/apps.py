"""Django's handle on the records."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "goodstanding.records"
    label = "records"
