"""Forwards requests of a Flask application to the Birddog sidecar of the same pod, over mutual TLS on loopback.

One instance a process: `sidecar = Sidecar(...)`, then `return sidecar.forward(caller, missing_from, auth=...)` in the routes
whose application is not listed in every catalog. The answer of the sidecar goes to the user as it is. What keeps it from
answering becomes a problem of its own (RFC 9457, application/problem+json), and never an exception: the routes that serve
listed applications notice nothing.
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

# Milliseconds: what a client gets that says nothing (an OpenShift Route cuts at 30 s), and the most it may ask for.
USUAL_DEADLINE = 25_000
LONGEST_DEADLINE = 600_000
# Milliseconds kept back, so that the sidecar's own answer arrives before the client's time is over.
MARGIN = 150
# Seconds. On loopback a connection is there at once or not at all.
CONNECT_TIMEOUT = 1.0
# Bytes of a document, as the sidecar takes it.
LARGEST_BODY = 16 * 1024 * 1024
# Failures in a row after which the sidecar is left alone, and for how long (seconds).
BREAKER_FAILURES = 5
BREAKER_REST = 1.0
# What of the sidecar's answer goes on to the user.
PASSED_ON = ("Content-Type", "Retry-After", "X-Request-Id", "Allow")
# Characters of a tracestate that goes on.
LONGEST_STATE = 512
# How a caller may be known: by a token of an OIDC issuer, by one of a file, or in another way.
AUTH = ("oidc", "tokens", "none")
WRITES = ("POST", "PUT", "DELETE")
READ_PATHS = ("/lint", "/plan", "/drift", "/import", "/preview")

# Status, title and hint, as the sidecar returns them.
PROBLEMS = {
    "bad_request": (400, "Invalid request",
        "See /docs for the parameters and headers of this path."),
    "too_large": (413, "The body is too large",
        "Limits: 1 MiB per object, 16 MiB per document."),
    "sidecar_unavailable": (503, "The sidecar is unavailable",
        "Retry after the time in Retry-After. Listed applications are still served."),
    "deadline_exceeded": (504, "Deadline exceeded",
        "Retry, with a longer Birddog-Deadline-Ms if necessary. No write was left unfinished."),
    "outcome_unknown": (504, "Datadog may or may not have executed the write",
        "Retry with the same key. Birddog looks the object up before it writes and does not create a duplicate."),
}


class Sidecar:
    """The client side of the hop.

    `certificates` is the folder with ca.crt, tls.crt and tls.key that `birddog init` writes for the main container; it is
    followed when it is renewed. `most_at_once` bounds the workers that may wait for the sidecar, so that a slow one never
    takes them all from listed applications. `now` gives seconds that never go back.
    """

    def __init__(self, url="https://127.0.0.1:5000", certificates="/run/birddog/secrets/current",
                 most_at_once=8, now=time.monotonic):
        self._url = url.rstrip("/")
        self._certificates = certificates
        self._now = now
        self._room = threading.BoundedSemaphore(most_at_once)
        self._lock = threading.Lock()
        self._session = None
        self._session_of = None
        self._failures = 0
        self._rests_until = 0.0

    def forward(self, caller, missing_from=(), auth="none"):
        """Hands the request that Flask is serving to the sidecar, and gives its answer as a Flask Response.

        `caller` is who asks, as the application has authenticated them. `missing_from` names the catalogs that lack the
        application: of `datadog`, `leanix`, `servicenow`. `auth` says how the caller is known, and stands beside the name in
        the sidecar's audit lines: `oidc` by a token of an OIDC issuer, `tokens` by one of the application's own, else `none`.
        Raises ValueError where there is no caller, or `auth` is none of these.
        """
        request_id = _request_id()
        try:
            return self._forwarded({
                "Birddog-Caller": quote(_checked(caller, auth), safe=""),
                "Birddog-Caller-Auth": auth,
                "Birddog-Missing-From": ",".join(missing_from),
                "X-Request-Id": request_id,
            })
        except _Problem as problem:
            log.warning("%s %s: %s %s request_id=%s cause=%r", request.method, request.path, problem.code, problem.detail,
                        request_id, problem.__cause__)
            return problem.response(request_id)

    def _forwarded(self, who):
        begun = self._now()
        deadline = _deadline()
        body = _body()
        self._refuse_while_resting()
        if not self._room.acquire(blocking=False):
            raise _Problem("sidecar_unavailable", "Too many requests wait for the sidecar already.", retry_after=1)
        try:
            left = deadline - MARGIN - int((self._now() - begun) * 1000)
            if left < 1:
                raise _Problem("deadline_exceeded", "The deadline passed before the sidecar was asked.")
            return self._asked(left, body, who)
        finally:
            self._room.release()

    def _asked(self, left, body, who):
        headers = {
            "Accept": request.headers.get("Accept", "application/json"),
            "Accept-Encoding": "identity",
            "Birddog-Deadline-Ms": str(left),
            **who,
            **_trace(),
        }
        if "Content-Type" in request.headers:
            headers["Content-Type"] = request.headers["Content-Type"]
        query = request.query_string.decode("ascii", "replace")
        url = f"{self._url}{quote(request.path)}{'?' if query else ''}{query}"
        try:
            answer = self._current_session().request(
                request.method, url, headers=headers, data=body, allow_redirects=False,
                timeout=(CONNECT_TIMEOUT, left / 1000 + MARGIN / 2000),
            )
        except (requests.exceptions.RequestException, OSError) as error:
            raise self._problem_of(error) from error
        self._answered()
        kept = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
        return Response(answer.content, status=answer.status_code, headers=kept)

    def _current_session(self):
        """A session with the certificates that are in force. Files are named by the set they are in, so that a swap between
        two reads never gives the certificate of one set and the key of another."""
        folder = os.path.realpath(self._certificates)
        version = _version(folder)
        with self._lock:
            if self._session is None or self._session_of != version:
                session = requests.Session()
                session.trust_env = False  # the hop never leaves the pod: no proxy, no .netrc
                session.verify = os.path.join(folder, "ca.crt")
                session.cert = (os.path.join(folder, "tls.crt"), os.path.join(folder, "tls.key"))
                # The session before it is not closed: requests under way end in it.
                self._session, self._session_of = session, version
            return self._session

    def _refuse_while_resting(self):
        with self._lock:
            if self._now() < self._rests_until:
                raise _Problem("sidecar_unavailable", "The sidecar has not answered lately and is given a moment.", retry_after=1)

    def _answered(self):
        with self._lock:
            self._failures = 0

    def _problem_of(self, error):
        if isinstance(error, requests.exceptions.ReadTimeout):
            return _Problem("deadline_exceeded", "The deadline passed while the sidecar worked.")
        with self._lock:
            self._failures += 1
            if self._failures >= BREAKER_FAILURES:
                self._rests_until = self._now() + BREAKER_REST
        if _may_have_arrived(error) and _is_write():
            return _Problem("outcome_unknown", "The sidecar went away before it answered the write.", retry_after=1)
        return _Problem("sidecar_unavailable", "The sidecar cannot be reached.", retry_after=1)


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
    """Whether the sidecar may have got the request: a connection that broke, not one that never came about."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError)):
        return False
    if not isinstance(error, requests.exceptions.RequestException):
        return False  # the certificates could not be read
    return not isinstance(getattr(error.args[0] if error.args else None, "reason", None), NewConnectionError)


def _is_write():
    dry = request.args.get("dry_run") == "true"
    return request.method in WRITES and request.path not in READ_PATHS and not dry


def _body():
    """The very bytes that the user sent: the sidecar's findings have their lines and columns."""
    if "Transfer-Encoding" in request.headers:
        raise _Problem("bad_request", "Send the body with a Content-Length.")
    if (request.content_length or 0) > LARGEST_BODY:
        raise _Problem("too_large", f"The body is larger than {LARGEST_BODY} bytes.")
    return request.get_data()


def _deadline():
    given = request.headers.get("Birddog-Deadline-Ms")
    if given is None:
        return USUAL_DEADLINE
    if not re.fullmatch(r"[0-9]{1,6}", given) or not 1 <= int(given) <= LONGEST_DEADLINE:
        raise _Problem("bad_request", "The header Birddog-Deadline-Ms is a whole number of milliseconds from 1 to "
                       f"{LONGEST_DEADLINE}, not \"{given[:40]}\".")
    return int(given)


def _request_id():
    given = request.headers.get("X-Request-Id", "")
    return given if re.fullmatch(r"[\w.:-]{1,100}", given, re.ASCII) else str(uuid.uuid4())


def _checked(caller, auth):
    if not caller:
        raise ValueError("every request has a caller: say who asks")
    if auth not in AUTH:
        raise ValueError(f"auth is one of {', '.join(AUTH)}, not {auth!r}")
    return caller


def _trace():
    """W3C trace context: the trace goes on under a span of our own and with its tracestate, or a new one begins."""
    given = re.fullmatch(r"00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})", request.headers.get("traceparent", ""))
    going_on = given is not None and set(given[1]) != {"0"}
    trace = given[1] if going_on else secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-{given[2] if going_on else '01'}"}
    state = request.headers.get("tracestate", "")
    # The sidecar drops what is longer, or no list of members.
    return {**headers, "tracestate": state} if going_on and 0 < len(state) <= LONGEST_STATE else headers


def _version(folder):
    """Another value whenever a file of the hop was renewed, also in place as mounted Secrets are."""
    seen = []
    for name in ("ca.crt", "tls.crt", "tls.key"):
        try:
            stat = os.stat(os.path.join(folder, name))
            seen.append((name, stat.st_ino, stat.st_mtime_ns))
        except OSError:
            seen.append((name, None, None))
    return folder, tuple(seen)
