"""The last app: when it is ready, everything is, so here the house is checked before anything is served."""

import gc

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConfigConfig(AppConfig):
    """Checks the whole house at start (system checks do not run under WSGI)."""

    name = "config"

    def ready(self) -> None:
        """Refuse to start with an undeclared field, without guards or without witnesses.

        Raises privacy.map.MapError, privacy.guards.NoGuards, privacy.witness.NoWitness.
        """
        from config.keeping import introduce
        from privacy import guards, witness
        from privacy import map as data_map

        autodiscover_modules("personal_data")
        data_map.check()
        guards.require()
        witness.log()
        witness.queue()
        introduce()
        # What is loaded by now stays until the process ends. Walked through by every full collection, it takes a fifth
        # of the time of work that makes many short-lived rows: imports, erasing, disposal.
        gc.freeze()
