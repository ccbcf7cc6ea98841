"""Lets Schemathesis send TOML bodies, and records the media types of all bodies that it sends."""

import json

import schemathesis


@schemathesis.serializer("application/toml")
def toml_body(context, value):
    """Returns the bytes of a body. A body that is no table is no TOML, so it is sent as it is in JSON."""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, dict):
        return json.dumps(value).encode()
    text = "".join(f"{quoted(name)} = {inline(member)}\n" for name, member in value.items())
    return text.encode(errors="surrogatepass")


def inline(value):
    """Writes a value on one line. TOML has no null: nan stands for it, which Birddog refuses."""
    if isinstance(value, type(None)):
        return "nan"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(name)} = {inline(member)}" for name, member in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return json.dumps(value)


def quoted(text):
    """Writes a basic string, whose escapes JSON has too. JSON leaves DEL as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


@schemathesis.hook
def before_call(context, case, kwargs):
    """Adds the media type of the body to a file in the working directory."""
    if case.media_type is not None:
        with open("media-types", "a", encoding="utf-8") as file:
            file.write(f"{case.media_type}\n")
