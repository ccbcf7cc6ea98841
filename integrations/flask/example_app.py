"""A Flask Birddog of an organisation's own, with the sidecar beside it: `flask --app example_app run`.

What stands for the existing application is short here; the lines that a sidecar adds are marked with (1) to (4).
docs/main-container-changes.md explains each.
"""

import os

from flask import Flask, jsonify, request

from birddog_sidecar import Sidecar  # (1)

app = Flask(__name__)
sidecar = Sidecar(  # (2)
    url=os.environ.get("SIDECAR_URL", "https://127.0.0.1:5000"),
    certificates=os.environ.get("BIRDDOG_CERTIFICATES", "/run/birddog/secrets/current"),
)

LISTED = {"checkout"}


def caller():
    """Whoever the existing application has authenticated, and how: here a proxy before it, by OIDC."""
    user = request.headers.get("X-Forwarded-User")
    return {"caller": user, "auth": "oidc"} if user else {"caller": "anonymous"}


def missing_from(application):
    """The catalogs that lack the application, as the existing look-up finds them."""
    return [] if application in LISTED else ["leanix"]


@app.route("/create_monitor", methods=["POST"])
@app.route("/update_monitor", methods=["PUT"])
@app.route("/get_monitors", methods=["GET"])
@app.route("/delete_monitor", methods=["DELETE"])
def monitors():
    application = named_application()
    missing = missing_from(application)
    if missing:
        return sidecar.forward(missing_from=missing, **caller())  # (3)
    return jsonify(served_by="the existing application", application=application)


# (4) Paths that the existing application does not have: documents are the sidecar's alone.
@app.route("/lint", methods=["POST"])
@app.route("/plan", methods=["POST"])
@app.route("/apply", methods=["POST"])
def documents():
    return sidecar.forward(missing_from=["datadog", "leanix", "servicenow"], **caller())


@app.route("/healthz")
def healthz():
    """Asks nothing of the sidecar: a sidecar that is away must not take this container out of its Service."""
    return jsonify(status="ok")


def named_application():
    body = request.get_json(silent=True) if request.is_json else None
    named = body.get("application") if isinstance(body, dict) else None
    return named or request.args.get("application", "")
