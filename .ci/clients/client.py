"""A client whose models datamodel-code-generator generated."""
import os
import urllib.error
import urllib.request

from model import BadRequest, Conflict, Created, SignUp


def post(sign_up: SignUp) -> bytes:
    data = sign_up.model_dump_json(exclude_none=True).encode()
    request = urllib.request.Request(os.environ["API_URL"] + "/signup", data, {"content-type": "application/json"})
    try:
        return urllib.request.urlopen(request).read()
    except urllib.error.HTTPError as error:
        return error.read()


ada = SignUp(user_email="py@example.com", user_password="engine of 1837", user_name="Ada", user_age=36)
Created.model_validate_json(post(ada))
wrong = BadRequest.model_validate_json(post(ada.model_copy(update={"user_name": ""})))
assert [(error.field.value, error.code.value) for error in wrong.errors] == [("user_name", "required")], wrong
taken = Conflict.model_validate_json(post(ada))
assert taken.status == 409 and taken.errors[0].code == "taken", taken
