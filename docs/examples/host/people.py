"""The three people of the desk. The same numbers are entered into the academy by first_day.py."""

from desk import Agent, db
from flask import Flask
from werkzeug.security import generate_password_hash

PEOPLE = (
    ("A1001", "陈雨", "售后一组", ""),
    ("L1001", "王立", "售后一组", "组长"),
    ("ADMIN", "系统管理员", "售后一组", "管理员"),
)
STAFF = "工号,姓名,团队,角色\n" + "".join(f"{','.join(each)}\n" for each in PEOPLE)
"""As the nightly export of a personnel system would write it."""


def fill(app: Flask) -> None:
    """Enter the people into the desk's own table, once."""
    with app.app_context():
        if Agent.query.count():
            return
        hashed = generate_password_hash("desk")
        for number, name, team, _ in PEOPLE:
            db.session.add(Agent(employee_no=number, name=name, team=team, password_hash=hashed))
        db.session.commit()
