"""What a request is answered that cannot be served: JSON for programs, a page for people."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from include.orchestration.ui.rendering import render
from include.orderhouse.errors import OrderhouseError, TryAgain, Wait
from include.orderhouse.warehouse.reading.paging import CursorInvalid

API = "/api/"
"""Below it, errors are JSON whatever the client would like."""

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.NOT_FOUND: "not_found_error",
    HTTPStatus.CONFLICT: "conflict_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


class Failure(Exception):
    """A request that is answered with an error: its HTTP status, a stable code, and what to do in words."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        super().__init__(message)


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable name of the error, such as NOT_FOUND or RATE_LIMIT_EXCEEDED.")
    type: str = Field(description="Its kind, such as not_found_error or invalid_request_error.")
    message: str = Field(description="What is wrong and what to do, for people.")
    request_id: str = Field(description="Names the request; also in the header X-Request-ID and in the server's log.")


class ErrorAnswer(BaseModel):
    """The body of every error of the API."""

    error: ErrorDetail


def not_found(message: str) -> Failure:
    """There is no such thing, or the user may not see it."""
    return Failure(404, "NOT_FOUND", message)


def answer(request: Request, failure: Failure) -> Response:
    """A failure as JSON, or as a page where a person looks."""
    detail = ErrorDetail(
        code=failure.code,
        type=_type(failure.status),
        message=failure.message,
        request_id=request.state.request_id,
    )
    if _wants_page(request):
        page = render(request, "failure.html", error=detail, status=failure.status, login=_login(request, failure))
        page.status_code = failure.status
        page.headers.update(failure.headers)
        return page
    return JSONResponse(ErrorAnswer(error=detail).model_dump(), failure.status, failure.headers)


def add_failure_handlers(app: FastAPI) -> None:
    """Let every error of the app be answered in the same form."""

    @app.exception_handler(Failure)
    def failed(request: Request, error: Failure) -> Response:
        return answer(request, error)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).name
        return answer(request, Failure(error.status_code, code, str(error.detail), error.headers))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        return answer(request, Failure(422, "INVALID_REQUEST", f"{place}: {first['msg']}."))

    @app.exception_handler(CursorInvalid)
    def lost(request: Request, error: CursorInvalid) -> Response:
        return answer(request, Failure(422, "INVALID_REQUEST", f"{error}."))

    @app.exception_handler(OrderhouseError)
    def told(request: Request, error: OrderhouseError) -> Response:
        status = 503 if isinstance(error, TryAgain | Wait) else 409
        return answer(request, Failure(status, error.code, f"{error.message} {error.action}"))


def _type(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server_error"
    return _TYPES.get(HTTPStatus(status), "invalid_request_error")


def _wants_page(request: Request) -> bool:
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return "text/html" in request.headers.get("accept", "") and not path.startswith(API)


def _login(request: Request, failure: Failure) -> str | None:
    """Where to log in, where that would help. The way back is a path: behind a proxy the host here may be another."""
    if failure.status != HTTPStatus.UNAUTHORIZED:
        return None
    from airflow.api_fastapi.app import get_auth_manager

    back = request.url.replace(scheme="", netloc="")
    return get_auth_manager().get_url_login(next_url=str(back))
