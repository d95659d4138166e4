"""Everything that can go wrong, grouped by what happens next.

    OrderhouseError
    ├── FixConfiguration               a person must act; retrying is pointless
    │   ├── ConfigurationInvalid       CONFIGURATION_INVALID     connections.yaml, an option, an environment variable
    │   ├── WatermarkInvalid           WATERMARK_INVALID         the Variable is malformed or in the future
    │   ├── AuthenticationFailed       AUTHENTICATION_FAILED     the source refused the credentials
    │   ├── PermissionDenied           PERMISSION_DENIED         the credentials lack a right
    │   ├── RequestRefused             REQUEST_REFUSED           the source calls the request wrong (400, 404, 422)
    │   ├── ForeignHost                FOREIGN_HOST              a link or redirect leaves the connection's own host
    │   ├── SourceUntrusted            SOURCE_UNTRUSTED          TLS that does not prove who answers
    │   └── KeyMissing                 KEY_MISSING               a key that encrypted data needs is not here
    ├── Wait                           the source asks for patience; no retry is used up
    │   ├── RateLimitExceeded          RATE_LIMIT_EXCEEDED       429 or the system's own word for it
    │   └── QuotaExhausted             QUOTA_EXHAUSTED           nothing more for hours; a later run goes on
    ├── TryAgain                       an outage; back off and repeat
    │   ├── SourceUnavailable          SOURCE_UNAVAILABLE        5xx, refused or dropped connection, DNS
    │   ├── SourceTimeout              SOURCE_TIMEOUT            no answer in time
    │   ├── WarehouseUnavailable       WAREHOUSE_UNAVAILABLE     PostgreSQL cannot be reached
    │   ├── StorageUnavailable         STORAGE_UNAVAILABLE       the folder or bucket of files cannot be used
    │   ├── CredentialsUnavailable     CREDENTIALS_UNAVAILABLE   the Airflow Connection cannot be read
    │   ├── WatermarkUnavailable       WATERMARK_UNAVAILABLE     the Variable is there, and its value is not given
    │   └── ProcessLost                PROCESS_LOST              a process that worked for the sync was killed
    └── LookAtData                     the data, or its shape, is not what it must be; nothing was loaded
        ├── UnexpectedShape            UNEXPECTED_SHAPE          a response that is not what the source documents
        ├── BoundExceeded              BOUND_EXCEEDED            the source gives more than anybody could want
        ├── FilterIgnored              FILTER_IGNORED            the source returns what was not asked for
        ├── CountMismatch              COUNT_MISMATCH            the counts of source, staging and warehouse differ
        ├── TooManyRejects             TOO_MANY_REJECTS          more orders rejected than the connection allows
        ├── TooManyDeletions           TOO_MANY_DELETIONS        more orders vanished than the connection allows
        ├── SchemaDrift                SCHEMA_DRIFT              fields that the mapping reads have vanished
        ├── MappingChanged             MAPPING_CHANGED           the orders were mapped by an earlier mapping
        ├── NotLoaded                  NOT_LOADED                the watermark was to move past what is not loaded
        ├── StagedFilesMissing         STAGED_FILES_MISSING      the step before has to run again
        ├── ValueRefused               VALUE_REFUSED             PostgreSQL does not take a value, or a row
        └── SealBroken                 SEAL_BROKEN               encrypted data was changed or moved

Each error has a stable ``code``, the source's ``request_id`` where it gave one, and a message that ends in what to do.
"""

from __future__ import annotations

from typing import ClassVar

_CONTROLS = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""Characters by which what a source says could steer the terminal of whoever reads it."""


class OrderhouseError(Exception):
    """Base of all errors that Orderhouse raises on purpose.

    ``message`` says what is wrong and where, ``action`` what to do about it; both are shown to people
    and must hold no secret. ``retry_after`` is the wait in seconds the source asked for, or None where it does not say.
    """

    code: ClassVar[str] = "ORDERHOUSE_ERROR"

    def __init__(
        self, message: str, *, action: str, request_id: str | None = None, retry_after: float | None = None
    ) -> None:
        self.message = message.translate(_CONTROLS)
        self.action = action.translate(_CONTROLS)
        self.retry_after = retry_after
        self.request_id = request_id and " ".join(request_id.translate(_CONTROLS).split())[:200]
        super().__init__(self.message)

    def __str__(self) -> str:
        said = self.message.rstrip()
        end = "" if said.endswith((".", "!", "?", ")")) else "."
        trace = f" (request id {self.request_id})" if self.request_id else ""
        return f"{self.code}: {said}{end}{trace} {self.action}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.__dict__)


def _rebuild(kind: type[OrderhouseError], message: str, state: dict[str, object]) -> OrderhouseError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class FixConfiguration(OrderhouseError):
    """A person must change something; the same request would fail again."""


class ConfigurationInvalid(FixConfiguration):
    """A setting of a connection, or of the installation, cannot be used."""

    code = "CONFIGURATION_INVALID"


class WatermarkInvalid(FixConfiguration):
    """The watermark Variable holds something that is not a usable watermark."""

    code = "WATERMARK_INVALID"


class AuthenticationFailed(FixConfiguration):
    """The source does not accept the credentials; the connection needs reauthorisation."""

    code = "AUTHENTICATION_FAILED"


class PermissionDenied(FixConfiguration):
    """The source knows the user but denies what was asked."""

    code = "PERMISSION_DENIED"


class RequestRefused(FixConfiguration):
    """The source rejects the request itself, for example an unknown field or company."""

    code = "REQUEST_REFUSED"


class ForeignHost(FixConfiguration):
    """A next-page link or redirect points away from the connection's own scheme, host and port."""

    code = "FOREIGN_HOST"


class SourceUntrusted(FixConfiguration):
    """No TLS connection that proves who answers: its certificate, its key or its protocol is not to be trusted."""

    code = "SOURCE_UNTRUSTED"


class KeyMissing(FixConfiguration):
    """What is encrypted cannot be opened: this process does not have the key, or it was destroyed."""

    code = "KEY_MISSING"


class Wait(OrderhouseError):
    """The source asks for patience."""


class RateLimitExceeded(Wait):
    """Too many requests."""

    code = "RATE_LIMIT_EXCEEDED"


class QuotaExhausted(Wait):
    """The source gives nothing more for hours. The run fails at once, so that it does not keep others from running."""

    code = "QUOTA_EXHAUSTED"


class TryAgain(OrderhouseError):
    """An outage that is expected to pass."""


class SourceUnavailable(TryAgain):
    """The source cannot be reached or answers that it is out of order."""

    code = "SOURCE_UNAVAILABLE"


class SourceTimeout(TryAgain):
    """The source did not answer in time."""

    code = "SOURCE_TIMEOUT"


class WarehouseUnavailable(TryAgain):
    """The warehouse cannot be reached."""

    code = "WAREHOUSE_UNAVAILABLE"


class StorageUnavailable(TryAgain):
    """The folder or bucket of staged files or reports cannot be used."""

    code = "STORAGE_UNAVAILABLE"


class CredentialsUnavailable(TryAgain):
    """The Airflow Connection cannot be read, which must not pass for one that does not exist."""

    code = "CREDENTIALS_UNAVAILABLE"


class WatermarkUnavailable(TryAgain):
    """The watermark Variable cannot be read, which must not pass for a connection that has none."""

    code = "WATERMARK_UNAVAILABLE"


class ProcessLost(TryAgain):
    """A process that worked for the sync was killed; most often because memory ran out."""

    code = "PROCESS_LOST"


class LookAtData(OrderhouseError):
    """The data is not what it must be. Nothing of the run was loaded."""


class UnexpectedShape(LookAtData):
    """A response that is not what the source documents, for example HTML in place of JSON."""

    code = "UNEXPECTED_SHAPE"


class BoundExceeded(LookAtData):
    """The source gives more than a bound of the connection allows: it is broken, or means harm."""

    code = "BOUND_EXCEEDED"


class FilterIgnored(LookAtData):
    """The source returned more orders outside the window than the connection allows."""

    code = "FILTER_IGNORED"


class CountMismatch(LookAtData):
    """Counts that must agree do not: orders were lost, or the source changed under the read."""

    code = "COUNT_MISMATCH"


class TooManyRejects(LookAtData):
    """The share of rejected orders is higher than the connection allows."""

    code = "TOO_MANY_REJECTS"


class TooManyDeletions(LookAtData):
    """The share of orders that the source no longer has is higher than the connection allows."""

    code = "TOO_MANY_DELETIONS"


class SchemaDrift(LookAtData):
    """Fields that the mapping reads have vanished from the source, and the connection wants to stop then."""

    code = "SCHEMA_DRIFT"


class MappingChanged(LookAtData):
    """The mapping was changed since the orders of this sync were mapped; others may have been mapped anew already."""

    code = "MAPPING_CHANGED"


class NotLoaded(LookAtData):
    """A step that follows the load was started although the load has not committed."""

    code = "NOT_LOADED"


class StagedFilesMissing(LookAtData):
    """The staged files of the step before are gone."""

    code = "STAGED_FILES_MISSING"


class ValueRefused(LookAtData):
    """PostgreSQL does not take a value, or a row that breaks one of its constraints; the same would be refused again.

    The value itself is never told: it may be of an order.
    """

    code = "VALUE_REFUSED"


class SealBroken(LookAtData):
    """What is encrypted is not what was sealed: it was changed, or moved from another place."""

    code = "SEAL_BROKEN"
