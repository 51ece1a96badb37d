"""Lists of what to survey first: one is made at a time, and kept until the register changes."""

from __future__ import annotations

import threading

from scenarios.survey_first import SurveyList, survey_first
from siting.progress import Progress
from window.planning.areas import Areas


class SurveyKeeper:
    """
    Lists of the areas, for everybody who may see the register.

    Parameters
    ----------
    areas
        The planning areas.
    """

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, SurveyList]] = {}

    def kept(self, area: str) -> SurveyList | None:
        """Return the list of an area as the register stands, if it was made."""
        revision, found = self._kept.get(area, (-1, None))
        return found if revision == self._areas.revision_of(area) else None

    def ranked(self, area: str, progress: Progress) -> SurveyList:
        """
        Return the list of an area, made if need be.

        Raises
        ------
        ScenarioError
            As :func:`scenarios.survey_first.survey_first`.
        """
        with self._lock:
            found = self.kept(area)
            if found is None:
                revision = self._areas.revision_of(area)
                found = survey_first(self._areas.prepared(area), progress=progress)
                self._kept[area] = (revision, found)
            return found
