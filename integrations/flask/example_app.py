"""Example: an existing Flask application that forwards requests to the sidecar. Run it with `flask --app example_app run`.

The existing application is reduced to a few lines. The lines that the sidecar needs are marked (1) to (4);
docs/main-container-changes.md explains them.
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
    """Returns the caller that the existing application authenticated, and how. Here an OIDC proxy in front of it does."""
    user = request.headers.get("X-Forwarded-User")
    return {"caller": user, "auth": "oidc"} if user else {"caller": "anonymous"}


def missing_from(application):
    """Returns the catalogs that do not list the application, as the existing lookup reports them."""
    return [] if application in LISTED else ["leanix"]


@app.route("/create_monitor", methods=["POST"])
@app.route("/update_monitor", methods=["PUT"])
@app.route("/get_monitors", methods=["GET"])
@app.route("/delete_monitor", methods=["DELETE"])
@app.route("/create_alert", methods=["POST"])
@app.route("/update_alert", methods=["PUT"])
@app.route("/get_alerts", methods=["GET"])
@app.route("/delete_alert", methods=["DELETE"])
@app.route("/create_dashboard", methods=["POST"])
@app.route("/update_dashboard", methods=["PUT"])
@app.route("/get_dashboards", methods=["GET"])
@app.route("/delete_dashboard", methods=["DELETE"])
def objects():
    application = named_application()
    missing = missing_from(application)
    if missing:
        return sidecar.forward(missing_from=missing, **caller())  # (3)
    return jsonify(served_by="the existing application", application=application)


# (4) Paths that only the sidecar serves: documents, history and its health.
@app.route("/lint", methods=["POST"])
@app.route("/expand", methods=["POST"])
@app.route("/plan", methods=["POST"])
@app.route("/preview", methods=["POST"])
@app.route("/explain", methods=["POST"])
@app.route("/apply", methods=["POST"])
@app.route("/drift", methods=["POST"])
@app.route("/import", methods=["POST"])
@app.route("/history", methods=["GET"])
@app.route("/restore", methods=["POST"])
@app.route("/packs", methods=["GET"])
@app.route("/packs/<name>", methods=["GET"])
@app.route("/check", methods=["GET"])
def documents(**_):
    return sidecar.forward(missing_from=["datadog", "leanix", "servicenow"], **caller())


@app.route("/healthz")
def healthz():
    """Does not depend on the sidecar: an unavailable sidecar must not remove this container from its Service."""
    return jsonify(status="ok")


def named_application():
    body = request.get_json(silent=True) if request.is_json else None
    named = body.get("application") if isinstance(body, dict) else None
    return named or request.args.get("application", "")
