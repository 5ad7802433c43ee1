"""What people do once on the academy's pages, done here so that the example is ready when it starts.

The commands are those of `flask --app … lms`; in life the rest is a trainer at 证书, HR at 评分公式, an administrator
at 设置 › 对接地址 and the nightly sheet of the customer-service system.
"""

from desk import Key, db
from flask import Flask
from people import STAFF

from lms.accounts.models import Person, RosterPattern
from lms.accounts.queries import actor_by_employee_no, console
from lms.assignments.actions import assign
from lms.cli import main
from lms.content.models import Document
from lms.core.db import session, transaction
from lms.core.here import today
from lms.facts import FACTS
from lms.integrations.actions.webhooks import keep
from lms.integrations.models import Webhook
from lms.learning.actions import certificates
from lms.learning.rules.certificates import Terms
from lms.performance.actions import figures, formulas
from lms.performance.rules.formulas import PartSpec, Spec
from lms.performance.rules.kpi_sheet import Entry
from lms.performance.rules.periods import Grain, period_of


def prepare(app: Flask, academy: Flask, port: int) -> None:
    """Make the academy ready, once: schema, people, content, certificate, formula, figures, webhook."""
    folder = academy.extensions["lms_settings"].instance_path
    run(academy, "db", "upgrade")
    staff = folder / "staff.csv"
    staff.write_text(STAFF, "utf-8")
    run(academy, "staff", "import", str(staff), "--make-teams")
    run(academy, "content", "sync")
    with academy.app_context():
        if session().query(Webhook).count():
            return
        quiz = session().query(Document.id).filter_by(kind="quiz").scalar()
        lesson = session().query(Document.id).filter_by(kind="lesson").scalar()
        agent = session().query(Person.id).filter_by(employee_no="A1001").scalar()
        session().rollback()
        with transaction():
            certificates.make_plan(
                console(),
                certificates.Draft(
                    document_id=quiz,
                    name="退换货上岗证",
                    terms=Terms(valid_days=180, renew_days=30, grace_days=7),
                    refresher_id=None,
                ),
            )
        with transaction() as current:
            current.add(RosterPattern(person_id=agent, weekdays=127, from_on=today()))  # works every day
        with transaction():
            assign(console(), [agent], lesson, starts_on=today())
            assign(console(), [agent], quiz, starts_on=today())
        quarter, month = period_of(today(), Grain.QUARTER), period_of(today(), Grain.MONTH)
        parts = (PartSpec(source="training", weight=60), PartSpec(source="kpi:csat", weight=40))
        with transaction():
            formula = formulas.draft(console(), name="客服综合评分", spec=Spec(parts=parts), quarter=quarter)
            formulas.publish(console(), formula.public_id, "培训六成，满意度四成。")
        with transaction():
            csat = Entry(line=1, person_id=agent, metric="csat", period=month, value=90.0, count=120)
            figures.apply_entries(console(), [csat], source="api", name="")
        with transaction():
            wanted = [fact.__name__ for fact in FACTS]
            admin = actor_by_employee_no("ADMIN")
            assert admin is not None
            _, secret = keep(admin, name="服务台", url=f"http://127.0.0.1:{port}/hooks/academy", facts=wanted)
    with app.app_context():
        db.session.add(Key(secret=secret))
        db.session.commit()


def run(academy: Flask, *words: str) -> None:
    """Run a command of the academy, as `flask --app … lms WORDS` does."""
    main.main(args=list(words), obj=academy, standalone_mode=False)
