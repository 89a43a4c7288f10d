import json
from pathlib import Path

import schemathesis

PROJECT = Path(__file__).parents[2]
COMMON = set(json.loads((PROJECT / "src/shared/common-passwords.json").read_text("utf-8")))
RUNS = "0123456789" * 8 + " abcdefghijklmnopqrstuvwxyz"


# openapi.yaml says these rules of a password in words only, because JSON Schema cannot express them.
@schemathesis.hook
def filter_body(context, body):
    password = body.get("user_password") if isinstance(body, dict) else None
    if not isinstance(password, str) or not 8 <= len(password) <= 72:
        return True
    guess = password.lower()
    is_run = guess in RUNS or guess[::-1] in RUNS
    return not (is_run or guess in COMMON or len(password.encode(errors="surrogatepass")) > 72)
