"""A report's picture and table over HTTP, for the reports page to show and to hand out."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from adapters.charts import Charts
from adapters.console.files import headers
from bot.application import Baton
from bot.domain import report_csv, report_words
from bot.domain.errors import BatonError
from bot.domain.message import Attachment
from bot.domain.report import Report
from bot.services import reporting

PICTURE, TABLE = "/reports/report.png", "/reports/report.csv"


def address(path: str, team: str, period: str, stand: str = "") -> str:
    """Where a report is served; `stand` tells a picture of later figures from one of before."""
    given = {"team": team, "period": period, "stand": stand}
    return f"{path}?{urlencode({name: value for name, value in given.items() if value})}"


def router(baton: Baton) -> APIRouter:
    """Serves what the page's links name."""
    routes = APIRouter()

    async def found(team: str, period: str) -> Report:
        return await baton.store.read(reporting.report, team, period, baton.clock.now())

    @routes.get(PICTURE)
    async def picture(team: str = "", period: str = "") -> Response:
        try:
            report = await found(team, period)
        except BatonError as error:
            return _refused(error)
        data = await asyncio.to_thread(Charts().png, report)
        return _file(f"{report_words.file_name(report)}.png", "image/png", data)

    @routes.get(TABLE)
    async def table(team: str = "", period: str = "") -> Response:
        try:
            report = await found(team, period)
        except BatonError as error:
            return _refused(error)
        data = report_csv.write(report).encode()
        return _file(f"{report_words.file_name(report)}.csv", "text/csv; charset=utf-8", data)

    return routes


def _file(name: str, media_type: str, data: bytes) -> Response:
    kept = Attachment(name=name, media_type=media_type.partition(";")[0], size=len(data))
    return Response(data, media_type=media_type, headers=headers(kept))


def _refused(error: BatonError) -> Response:
    return Response(str(error), status_code=400, media_type="text/plain")
