"""Forwards requests of a Flask application to the Birddog sidecar of the same pod, over mutual TLS on loopback.

Create one instance per process: `sidecar = Sidecar(...)`. In routes whose application is not listed in every catalog, call
`return sidecar.forward(caller, missing_from, auth=...)`. The sidecar's response is returned to the user unchanged. If there is
no response, the user gets a problem (RFC 9457, application/problem+json) and no exception is raised, so that routes for listed
applications are not affected.
"""

import json
import logging
import os
import re
import secrets
import threading
import time
import uuid
from urllib.parse import quote

import requests
from flask import Response, request
from urllib3.exceptions import NewConnectionError

log = logging.getLogger(__name__)

# Default, minimum and maximum deadline of a request. An OpenShift Route times out after 30 s.
DEFAULT_DEADLINE_MS = 25_000
MIN_DEADLINE_MS = 100
MAX_DEADLINE_MS = 600_000
# Reserved so that the sidecar's response arrives before the client's deadline.
MARGIN_MS = 150
# A loopback connection succeeds or fails immediately.
CONNECT_TIMEOUT_S = 1.0
# The sidecar's limit for a document.
MAX_BODY_BYTES = 16 * 1024 * 1024
# The circuit breaker opens after this many consecutive failures, for this time.
BREAKER_FAILURES = 5
BREAKER_OPEN_S = 1.0
# The version of the contract that every request names; see docs/protocol.md.
CONTRACT_VERSION = "1"
# Headers of the sidecar's response that are returned to the user.
RESPONSE_HEADERS = ("Content-Type", "Retry-After", "X-Request-Id", "Allow")
# Maximum length of a forwarded tracestate, in characters.
MAX_STATE = 512
# How the caller was authenticated: OIDC token, token of a file, or another method.
AUTH_METHODS = ("oidc", "tokens", "none")
WRITES = ("POST", "PUT", "DELETE")
READ_PATHS = ("/lint", "/expand", "/plan", "/drift", "/import", "/preview", "/explain")

# Status, title and hint, as the sidecar returns them.
PROBLEMS = {
    "bad_request": (400, "Invalid request",
        "See /docs for the parameters and headers of this path."),
    "too_large": (413, "The body is too large",
        "Split the body. Limits: 1 MiB and 50,000 values per object, 16 MiB and 1,000,000 values per document."),
    "sidecar_unavailable": (503, "The sidecar is unavailable",
        "Retry after the time in Retry-After. Listed applications are still served."),
    "deadline_exceeded": (504, "Deadline exceeded",
        "Retry, with a longer Birddog-Deadline-Ms if necessary. No write was left unfinished."),
    "outcome_unknown": (504, "Datadog may or may not have executed the write",
        "Retry with the same key. Birddog looks the object up before it writes and does not create a duplicate."),
}


class Sidecar:
    """A client of the sidecar.

    `certificates` is the folder with ca.crt, tls.crt and tls.key that `birddog init` writes for the main container. Renewed
    files are used for new requests. `max_concurrent` limits the workers that wait for the sidecar, so that a slow sidecar
    cannot block the workers of listed applications. `now` is a monotonic clock in seconds.
    """

    def __init__(self, url="https://127.0.0.1:5000", certificates="/run/birddog/secrets/current",
                 max_concurrent=8, now=time.monotonic):
        self._url = url.rstrip("/")
        self._certificates = certificates
        self._now = now
        self._semaphore = threading.BoundedSemaphore(max_concurrent)
        self._lock = threading.Lock()
        self._session = None
        self._session_version = None
        self._failures = 0
        self._open_until = 0.0

    def forward(self, caller, missing_from=(), auth="none", not_checked=()):
        """Forwards the current Flask request to the sidecar and returns its response as a Flask Response.

        `caller` is the authenticated user. `missing_from` names the catalogs that do not list the application: `datadog`,
        `leanix`, `servicenow`; `not_checked` names those that did not answer. `auth` is the authentication method, which the
        sidecar writes into its audit lines: `oidc` for a token of an OIDC issuer, `tokens` for a token of the application,
        `none` otherwise. Raises ValueError if `caller` is empty or `auth` is unknown.
        """
        request_id = _request_id()
        try:
            return self._forward({
                "Birddog-Caller": quote(_checked(caller, auth), safe=""),
                "Birddog-Caller-Auth": auth,
                "Birddog-Missing-From": ",".join(missing_from),
                **({"Birddog-Not-Checked": ",".join(not_checked)} if not_checked else {}),
                "X-Request-Id": request_id,
            })
        except _Problem as problem:
            log.warning("%s %s: %s %s request_id=%s cause=%r", request.method, request.path, problem.code, problem.detail,
                        request_id, problem.__cause__)
            return problem.response(request_id)

    def _forward(self, caller_headers):
        started = self._now()
        deadline = _deadline()
        body = _body()
        self._refuse_while_open()
        if not self._semaphore.acquire(blocking=False):
            raise _Problem("sidecar_unavailable", "Too many requests are waiting for the sidecar.", retry_after=1)
        try:
            left = deadline - MARGIN_MS - int((self._now() - started) * 1000)
            if left < 1:
                raise _Problem("deadline_exceeded", "The deadline passed before the request was forwarded to the sidecar.")
            return self._send(left, body, caller_headers)
        finally:
            self._semaphore.release()

    def _send(self, left, body, caller_headers):
        headers = {
            "Birddog-Contract": CONTRACT_VERSION,
            "Accept": request.headers.get("Accept", "application/json"),
            "Accept-Encoding": "identity",
            "Birddog-Deadline-Ms": str(left),
            **caller_headers,
            **_trace(),
        }
        if "Content-Type" in request.headers:
            headers["Content-Type"] = request.headers["Content-Type"]
        query = request.query_string.decode("ascii", "replace")
        url = f"{self._url}{quote(request.path)}{'?' if query else ''}{query}"
        try:
            answer = self._current_session().request(
                request.method, url, headers=headers, data=body, allow_redirects=False,
                timeout=(CONNECT_TIMEOUT_S, left / 1000 + MARGIN_MS / 2000),
            )
        except (requests.exceptions.RequestException, OSError) as error:
            raise self._problem_of(error) from error
        self._answered()
        kept = {name: answer.headers[name] for name in RESPONSE_HEADERS if name in answer.headers}
        return Response(answer.content, status=answer.status_code, headers=kept)

    def _current_session(self):
        """Returns a session with the current certificates. Paths name the resolved set, so that a swap between two reads
        cannot combine the certificate of one set with the key of another."""
        folder = os.path.realpath(self._certificates)
        version = _version(folder)
        with self._lock:
            if self._session is None or self._session_version != version:
                session = requests.Session()
                session.trust_env = False  # the connection stays in the pod: no proxy, no .netrc
                session.verify = os.path.join(folder, "ca.crt")
                session.cert = (os.path.join(folder, "tls.crt"), os.path.join(folder, "tls.key"))
                # The previous session stays open until its requests in progress finish.
                self._session, self._session_version = session, version
            return self._session

    def _refuse_while_open(self):
        with self._lock:
            if self._now() < self._open_until:
                raise _Problem("sidecar_unavailable", "The circuit breaker is open: recent requests to the sidecar failed.", retry_after=1)

    def _answered(self):
        with self._lock:
            self._failures = 0

    def _problem_of(self, error):
        if isinstance(error, requests.exceptions.ReadTimeout):
            return _Problem("deadline_exceeded", "The deadline passed before the sidecar responded.")
        with self._lock:
            self._failures += 1
            if self._failures >= BREAKER_FAILURES:
                self._open_until = self._now() + BREAKER_OPEN_S
        if _may_have_arrived(error) and _is_write():
            return _Problem("outcome_unknown", "The connection to the sidecar broke before it responded to the write.", retry_after=1)
        return _Problem("sidecar_unavailable", "The connection to the sidecar failed.", retry_after=1)


class _Problem(Exception):
    def __init__(self, code, detail, retry_after=None):
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after

    def response(self, request_id):
        status, title, hint = PROBLEMS[self.code]
        body = {"type": f"urn:birddog:problem:{self.code}", "title": title, "status": status, "detail": self.detail,
                "code": self.code, "hint": hint, "request_id": request_id}
        headers = {"X-Request-Id": request_id}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        return Response(json.dumps(body), status=status, headers=headers, content_type="application/problem+json")


def _may_have_arrived(error):
    """Returns whether the sidecar may have received the request: the connection was established, then broke."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError)):
        return False
    if not isinstance(error, requests.exceptions.RequestException):
        return False  # the certificates could not be read
    return not isinstance(getattr(error.args[0] if error.args else None, "reason", None), NewConnectionError)


def _is_write():
    dry = request.args.get("dry_run") == "true"
    return request.method in WRITES and request.path not in READ_PATHS and not dry


def _body():
    """Returns the unchanged bytes of the body: findings of the sidecar refer to their lines and columns."""
    if "Transfer-Encoding" in request.headers:
        raise _Problem("bad_request", "Send the body with a Content-Length.")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise _Problem("too_large", f"The body is larger than {MAX_BODY_BYTES} bytes.")
    return request.get_data()


def _deadline():
    given = request.headers.get("Birddog-Deadline-Ms")
    if given is None:
        return DEFAULT_DEADLINE_MS
    if not re.fullmatch(r"[0-9]{1,6}", given) or not MIN_DEADLINE_MS <= int(given) <= MAX_DEADLINE_MS:
        raise _Problem("bad_request", "The header Birddog-Deadline-Ms must be a whole number of milliseconds from "
                       f"{MIN_DEADLINE_MS} to {MAX_DEADLINE_MS}, not \"{given[:40]}\".")
    return int(given)


def _request_id():
    given = request.headers.get("X-Request-Id", "")
    return given if re.fullmatch(r"[\w.:-]{1,100}", given, re.ASCII) else str(uuid.uuid4())


def _checked(caller, auth):
    if not caller:
        raise ValueError("caller is required")
    if auth not in AUTH_METHODS:
        raise ValueError(f"auth must be one of {', '.join(AUTH_METHODS)}, not {auth!r}")
    return caller


def _trace():
    """Returns W3C trace headers that continue the request's trace with a new span, or start a new trace."""
    given = re.fullmatch(r"00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})", request.headers.get("traceparent", ""))
    continues = given is not None and set(given[1]) != {"0"}
    trace = given[1] if continues else secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-{given[2] if continues else '01'}"}
    state = request.headers.get("tracestate", "")
    # The sidecar ignores a longer or malformed tracestate.
    return {**headers, "tracestate": state} if continues and 0 < len(state) <= MAX_STATE else headers


def _version(folder):
    """Returns a value that changes when a certificate file is replaced, also in place, as in mounted Secrets."""
    seen = []
    for name in ("ca.crt", "tls.crt", "tls.key"):
        try:
            stat = os.stat(os.path.join(folder, name))
            seen.append((name, stat.st_ino, stat.st_mtime_ns))
        except OSError:
            seen.append((name, None, None))
    return folder, tuple(seen)
