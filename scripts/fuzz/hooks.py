"""What a caller of this API does that its OpenAPI document cannot ask of a fuzzer."""

import json
import os
import uuid

import schemathesis

KEYS = json.loads(os.environ["WUSHE_KEYS"])
EXAMPLE = "7d1f8a52-3c6b-4b0e-9a4f-1f5a3a5e2c11"
# The organisations and keys that ask, and one that nobody has.
OWN = json.loads(os.environ["WUSHE_ORGANISATIONS"]) + ["key_" + key.split("_")[-2] for key in KEYS.values()]
NOBODYS = {"organisationId": "org_01h455vb4pex5vsknk084sn009", "keyId": "key_01h455vb4pex5vsknk084sn009"}
SHUTS_OUT = {"suspendOrganisation": "organisationId", "revokeApiKey": "keyId"}


@schemathesis.auth(refresh_interval=None)
class KeyOfWhoMay:
    """An operation is asked for by the first kind of organisation that may call it."""

    def get(self, case, context):
        raw = context.operation.definition.raw
        # What is open to everybody needs no key, and some things only the people of a contractor do.
        roles = raw.get("x-roles")
        if "contractor-admin" in raw.get("x-not-roles", []):
            return KEYS["station-head"]
        return KEYS[roles[0]] if roles else None

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def before_call(context, case, kwargs):
    # The host demands a key with a code of its own, so the document does not; and each act has its own.
    if case.method.lower() == "post" and case.headers.get("Idempotency-Key", EXAMPLE) == EXAMPLE:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    # Whoever asks does not shut themselves out, or they would ask nothing any more.
    name = SHUTS_OUT.get(case.operation.definition.raw.get("operationId"))
    if name and isinstance(case.path_parameters, dict) and case.path_parameters.get(name) in OWN:
        case.path_parameters[name] = NOBODYS[name]
    # An invented token is none of ours, or names a moment that is still to come and is waited for.
    case.headers.pop("Sync-Token", None)
    # Nor was an invented emergency started by anybody.
    case.headers.pop("Access-Override", None)
    # Schemathesis 4.32 at times takes "0" for a valid value of a header with a long pattern, and says so itself when asked.
    if case.meta and case.meta.generation.mode.is_positive:
        for parameter in case.operation.headers:
            if parameter.name in case.headers and not parameter.is_valid(case.headers[parameter.name]):
                case.headers.pop(parameter.name)
    # A cursor is signed: an invented one is refused, however well it is formed.
    if isinstance(case.query, dict):
        case.query.pop("cursor", None)
