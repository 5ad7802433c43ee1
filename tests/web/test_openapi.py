"""The description of `/api/v1` is valid, whole and true: no call gives what it does not promise, whatever is sent.

Each operation gets values of its schema and values that break it, from a seeded random source, with the tokens of an
agent, a trainer and an administrator and with real ids where there are some.
"""

import io
import json
import os
import random
import re
from functools import cache
from urllib.parse import quote

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from lms.accounts.actions import make_token
from lms.core.access import POLICY, Role
from lms.core.db import db, transaction
from lms.web.auth import gate_of
from tests.support.make import as_actor
from tests.support.make_house import a_house, all_rules, undone, values_of

SEED = 20261122
CASES = 200 if "SOAK" in os.environ else 8
"""Requests for each operation and person."""
METHODS = ("get", "post", "put", "patch", "delete")
WORDS = [
    "",
    "退货",
    "a" * 5_000,
    "退" * 70_000,
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e‮\u200b\ufeff",
    "\r\n\t\x1b[31m",
    "'; DROP TABLE person; --",
    "<script>alert(1)</script>",
    "%s%n{{7*7}}",
    "../../etc/passwd",
    "😀🧑‍🏫",
    "null",
    "NaN",
]
NUMBERS = [0, 1, -1, 2, 999_999, 2**31, 2**53, 2**63, 10**30, 1.5, -0.0, 1e308]
OTHERS = [None, True, False, [], {}, [1], ["o1"], [["o1"]], {"l1": "r1"}, {"": {}}, [None] * 2_000, {"a": [{"b": 1}]}]
RAW = [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{" * 20_000, b'{"a": NaN}', b"a=b&c=d"]


def spec_of(app):
    return app.test_client().get("/api/v1/openapi.json").get_json()


def operations(spec):
    return [
        (method, path, operation)
        for path, item in sorted(spec["paths"].items())
        for method, operation in sorted(item.items())
        if method in METHODS
    ]


def in_openapi(rule):
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)


def api_rules(app):
    return [rule for rule in all_rules(app) if rule.rule.startswith("/api/v1/") and rule.endpoint != "openapi.spec"]


def routes(app):
    return {
        (method.lower(), in_openapi(rule)): rule
        for rule in api_rules(app)
        for method in rule.methods
        if method.lower() in METHODS
    }


def is_held_by_all(gate):
    """Whether no role is ever refused at this gate: what it shows of others is 404 then, never 403."""
    return gate is not None and set(Role) <= set(POLICY[gate])


# the description


def test_it_is_a_valid_description_in_openapi_3_1(app):
    spec = spec_of(app)
    assert spec["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(spec).iter_errors()) == []


def test_every_route_is_described_and_nothing_else(app):
    assert {(method, path) for method, path, _ in operations(spec_of(app))} == set(routes(app))


def test_every_operation_says_what_it_does(app):
    assert [path for _, path, operation in operations(spec_of(app)) if not operation.get("summary")] == []


def test_every_operation_names_the_token_and_the_refusals_that_any_call_may_give(app):
    wrong = []
    rules = routes(app)
    for method, path, operation in operations(spec_of(app)):
        gate = gate_of(app.view_functions[rules[method, path].endpoint])
        due = {"401", "503"} | (set() if method == "get" and is_held_by_all(gate) else {"403"})
        due |= {"400"} if method != "get" else set()
        due |= {"413"} if "requestBody" in operation else set()
        due |= {"404"} if "{" in path else set()
        missing = due - set(operation["responses"])
        if missing or operation.get("security") != [{"token": []}]:
            wrong.append((method, path, missing))
    assert wrong == []


def test_every_refusal_is_described_in_the_one_shape(app):
    spec = spec_of(app)
    other = [
        (method, path, status)
        for method, path, operation in operations(spec)
        for status, answer in operation["responses"].items()
        if status >= "400"
        and answer["content"]["application/json"]["schema"] != {"$ref": "#/components/schemas/ErrorBody"}
    ]
    assert other == []
    refusal = spec["components"]["schemas"]["ErrorDetail"]
    assert {"code", "message", "fields"} <= set(refusal["properties"]) & set(refusal["required"])


# the answers


class Fuzz:
    """Requests for one operation: mostly right in all but one place, so that they get past the first check."""

    def __init__(self, spec, seed):
        self.spec, self.random = spec, random.Random(seed)

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def good(self, schema):
        """Return a value that fits the schema, more or less."""
        schema = self.resolve(schema)
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "oneOf" in schema or "anyOf" in schema:
            return self.good(self.random.choice(schema.get("oneOf") or schema["anyOf"]))
        kinds = schema.get("type", "string")
        match self.random.choice(kinds) if isinstance(kinds, list) else kinds:
            case "object":
                return {name: self.good(each) for name, each in schema.get("properties", {}).items()}
            case "array":
                return [self.good(schema.get("items", {})) for _ in range(self.random.randrange(3))]
            case "integer" | "number":
                return max(schema.get("minimum", 0), self.random.randrange(4))
            case "boolean":
                return self.random.random() < 0.5
            case "null":
                return None
            case _:
                return self.random.choice(["o1", "o2", "退货", "lesson:own", "article:after-sales/how", "64"])

    def bad(self):
        return self.random.choice(self.random.choice([WORDS, NUMBERS, OTHERS]))

    def word(self):
        """Return something for an address, where everything is a word."""
        return str(self.random.choice([*WORDS[1:], *NUMBERS, "no/such", "q1", "none"]))[:2_000]

    def request(self, method, path, operation, real):
        """Return the address and what `client.open` takes."""
        parameters = operation.get("parameters", [])
        chosen = dict(self.random.choice(real)) if real else {}
        for each in parameters:
            if each["in"] == "path" and (each["name"] not in chosen or self.random.random() < 0.25):
                chosen[each["name"]] = self.word()
        address = path
        for name, value in chosen.items():
            address = address.replace("{" + name + "}", quote(str(value).encode("utf-8", "replace").decode()))
        options = {"method": method.upper()}
        asked = [each for each in parameters if each["in"] == "query" and self.random.random() < 0.7]
        options["query_string"] = {
            each["name"]: str(self.good(each["schema"]) if self.random.random() < 0.6 else self.word())
            .encode("utf-8", "replace")
            .decode()
            for each in asked
        }
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]
            json_body = content.get("application/json")
            options |= self.body(json_body["schema"]) if json_body else self.upload(content["multipart/form-data"])
        elif self.random.random() < 0.2:
            options["data"] = self.random.choice(RAW)
        return address, options

    def upload(self, form):
        """Return what a browser's form would send: files with any bytes and any name, sometimes none, or no form."""
        wish = self.random.random()
        if wish < 0.15:
            return {"data": self.random.choice(RAW), "content_type": "application/json"}
        names = ["bank.xlsx", "bank.gift", "bank.txt", "bank.xml", "bank.docx", "../x", "题库", ""]
        fields = sorted(self.resolve(form["schema"]).get("properties", {})) if wish > 0.25 else ["other"]
        data = {
            each: (io.BytesIO(self.random.choice([*RAW, b"?\nA. 1\nB. 2\nANSWER: A\n"])), self.random.choice(names))
            for each in fields
        }
        return {"data": data, "content_type": "multipart/form-data"}

    def body(self, schema):
        if self.random.random() < 0.15:
            return {
                "data": self.random.choice(RAW),
                "content_type": self.random.choice(["application/json", "text/plain"]),
            }
        value = self.good(schema)
        wish = self.random.random()
        if wish < 0.6 and isinstance(value, dict) and value:
            name = self.random.choice(sorted(value))
            if wish < 0.1:
                del value[name]
            else:
                value[name] = self.bad()
        elif wish < 0.7:
            value = self.bad()
        elif wish < 0.75 and isinstance(value, dict):
            value |= {"person_id": 1, "passed": True, "earned": 99}
        return {"data": json.dumps(value), "content_type": "application/json"}


@cache
def checker(schema, components):
    return Draft202012Validator({**json.loads(schema), "components": json.loads(components)})


def why_wrong(spec, operation, answer):
    """Return why an answer is not as it is promised, or None."""
    if answer.status_code >= 500:
        return "never"
    promised = operation["responses"].get(str(answer.status_code))
    if promised is None:
        return "undocumented"
    if answer.status_code == 204:
        return "a body" if answer.data else None
    kind = promised.get("content", {}).get(answer.mimetype)
    if kind is None:
        return f"undocumented {answer.mimetype}"
    if answer.mimetype != "application/json":
        return None
    check = checker(json.dumps(kind["schema"]), json.dumps(spec["components"]))
    found = next(check.iter_errors(answer.get_json()), None)
    return found and f"{list(found.path)}: {found.message[:200]}"


def tokens(house):
    """Return a bearer token of an agent (whose things are asked for), a trainer and an administrator."""
    found = {}
    for who in ("own", "trainer", "admin"):
        with transaction():
            found[who] = make_token(as_actor(house.people[who]), label="")
    return found


def real_values(house, rule):
    if not rule.arguments:
        return []
    return values_of(house, rule)


def test_nothing_that_is_sent_gets_an_answer_that_is_not_promised(world):
    house = a_house()
    bearers, spec, rules = tokens(house), spec_of(world), routes(world)
    client, wrong, seen = world.test_client(), [], set()
    for number, (method, path, operation) in enumerate(operations(spec)):
        real = real_values(house, rules[method, path])
        for who, bearer in bearers.items():
            fuzz = Fuzz(spec, f"{SEED}{number}{who}")
            with undone(world):
                for _ in range(CASES):
                    address, options = fuzz.request(method, path, operation, real)
                    answer = client.open(address, headers={"Authorization": f"Bearer {bearer}"}, **options)
                    db.session.rollback()  # as at the end of a request; here the context outlives it
                    seen.add(answer.status_code)
                    if why := why_wrong(spec, operation, answer):
                        wrong.append((why, answer.status_code, who, method, path, address[:99], ascii(options)[:300]))
    assert {200, 400, 403, 404, 409, 422} <= seen
    assert sorted({each[:2] + each[3:5] for each in wrong}) == []
