"""The system that this one replaces. Ours, from its published behaviour: bcrypt at cost 12, one PutItem, a random uid."""
import time

started = time.perf_counter()
import json
import os
import socket
import uuid
from datetime import datetime

import bcrypt
import boto3

table = boto3.resource("dynamodb").Table(os.environ["USERS_TABLE"])


def handler(event):
    data = json.loads(event["body"])
    hashing = time.perf_counter()
    password = bcrypt.hashpw(data["user_password"].encode(), bcrypt.gensalt(12)).decode()
    hash_ms = milliseconds_since(hashing)
    uid = str(uuid.uuid4())
    user = {"uid": uid, "user_email": data["user_email"].lower(), "user_name": data["user_name"]}
    date_created = datetime.utcnow().isoformat()
    table.put_item(Item={**user, "user_password": password, "date_created": date_created, "last_logged_in": None})
    return {"statusCode": 201, "body": json.dumps({"uid": uid})}, hash_ms


def milliseconds_since(moment):
    return (time.perf_counter() - moment) * 1000


# As test/support/lambda-runtime.cjs: Node's IPC is one line of JSON for each message.
channel = socket.socket(fileno=int(os.environ["NODE_CHANNEL_FD"])).makefile("rw")


def send(message):
    channel.write(json.dumps(message) + "\n")
    channel.flush()


send({"load": milliseconds_since(started)})
for line in channel:
    event = json.loads(line)
    began = time.perf_counter()
    answer, hash_ms = handler(event)
    send({"answer": answer, "ms": milliseconds_since(began), "logged": json.dumps({"hash_ms": hash_ms})})
