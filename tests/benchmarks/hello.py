"""The yardstick: the least that Flask can do, under the same server in the same run."""

from flask import Flask

app = Flask("hello")


@app.get("/")
def hello() -> str:
    return "hello"
