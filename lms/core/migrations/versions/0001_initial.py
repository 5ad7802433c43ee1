"""Every table of the first release. Written by `python -m lms.core.migrations.regenerate`; do not edit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from lms.core.db import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What stands beside the tables: foreign keys of circles, triggers of append-only tables, the head of the log.
AFTER = {
    "sqlite": [
        "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER blob_no_update BEFORE UPDATE ON blob BEGIN SELECT RAISE(ABORT, 'blob is append-only'); END",
        "CREATE TRIGGER blob_no_delete BEFORE DELETE ON blob BEGIN SELECT RAISE(ABORT, 'blob is append-only'); END",
        "CREATE TRIGGER blob_no_replace BEFORE INSERT ON blob WHEN EXISTS (SELECT 1 FROM blob WHERE sha = NEW.sha) BEGIN SELECT RAISE(ABORT, 'blob is append-only'); END",
        "INSERT INTO log_head (id, seq, hash) VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000')",
        "CREATE TRIGGER courseware_package_no_update BEFORE UPDATE ON courseware_package BEGIN SELECT RAISE(ABORT, 'courseware_package is append-only'); END",
        "CREATE TRIGGER courseware_package_no_delete BEFORE DELETE ON courseware_package BEGIN SELECT RAISE(ABORT, 'courseware_package is append-only'); END",
        "CREATE TRIGGER courseware_package_no_replace BEFORE INSERT ON courseware_package WHEN EXISTS (SELECT 1 FROM courseware_package WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'courseware_package is append-only'); END",
        "CREATE TRIGGER training_proof_no_update BEFORE UPDATE ON training_proof BEGIN SELECT RAISE(ABORT, 'training_proof is append-only'); END",
        "CREATE TRIGGER training_proof_no_delete BEFORE DELETE ON training_proof BEGIN SELECT RAISE(ABORT, 'training_proof is append-only'); END",
        "CREATE TRIGGER training_proof_no_replace BEFORE INSERT ON training_proof WHEN EXISTS (SELECT 1 FROM training_proof WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'training_proof is append-only'); END",
        "CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END",
        "CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END",
        "CREATE TRIGGER revision_no_replace BEFORE INSERT ON revision WHEN EXISTS (SELECT 1 FROM revision WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END",
        "CREATE TRIGGER courseware_file_no_update BEFORE UPDATE ON courseware_file BEGIN SELECT RAISE(ABORT, 'courseware_file is append-only'); END",
        "CREATE TRIGGER courseware_file_no_delete BEFORE DELETE ON courseware_file BEGIN SELECT RAISE(ABORT, 'courseware_file is append-only'); END",
        "CREATE TRIGGER courseware_file_no_replace BEFORE INSERT ON courseware_file WHEN EXISTS (SELECT 1 FROM courseware_file WHERE package_id = NEW.package_id AND path = NEW.path) BEGIN SELECT RAISE(ABORT, 'courseware_file is append-only'); END",
        "CREATE TRIGGER composite_snapshot_no_update BEFORE UPDATE ON composite_snapshot BEGIN SELECT RAISE(ABORT, 'composite_snapshot is append-only'); END",
        "CREATE TRIGGER composite_snapshot_no_delete BEFORE DELETE ON composite_snapshot BEGIN SELECT RAISE(ABORT, 'composite_snapshot is append-only'); END",
        "CREATE TRIGGER composite_snapshot_no_replace BEFORE INSERT ON composite_snapshot WHEN EXISTS (SELECT 1 FROM composite_snapshot WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'composite_snapshot is append-only'); END",
        "CREATE TRIGGER kpi_correction_no_update BEFORE UPDATE ON kpi_correction BEGIN SELECT RAISE(ABORT, 'kpi_correction is append-only'); END",
        "CREATE TRIGGER kpi_correction_no_delete BEFORE DELETE ON kpi_correction BEGIN SELECT RAISE(ABORT, 'kpi_correction is append-only'); END",
        "CREATE TRIGGER kpi_correction_no_replace BEFORE INSERT ON kpi_correction WHEN EXISTS (SELECT 1 FROM kpi_correction WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'kpi_correction is append-only'); END",
        "CREATE TRIGGER award_terms_no_update BEFORE UPDATE ON award_terms BEGIN SELECT RAISE(ABORT, 'award_terms is append-only'); END",
        "CREATE TRIGGER award_terms_no_delete BEFORE DELETE ON award_terms BEGIN SELECT RAISE(ABORT, 'award_terms is append-only'); END",
        "CREATE TRIGGER award_terms_no_replace BEFORE INSERT ON award_terms WHEN EXISTS (SELECT 1 FROM award_terms WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'award_terms is append-only'); END",
        "CREATE TRIGGER part_version_no_update BEFORE UPDATE ON part_version BEGIN SELECT RAISE(ABORT, 'part_version is append-only'); END",
        "CREATE TRIGGER part_version_no_delete BEFORE DELETE ON part_version BEGIN SELECT RAISE(ABORT, 'part_version is append-only'); END",
        "CREATE TRIGGER part_version_no_replace BEFORE INSERT ON part_version WHEN EXISTS (SELECT 1 FROM part_version WHERE sha = NEW.sha) BEGIN SELECT RAISE(ABORT, 'part_version is append-only'); END",
        "CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'record is append-only'); END",
        "CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'record is append-only'); END",
        "CREATE TRIGGER record_no_replace BEFORE INSERT ON record WHEN EXISTS (SELECT 1 FROM record WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'record is append-only'); END",
        "CREATE TRIGGER run_event_no_update BEFORE UPDATE ON run_event BEGIN SELECT RAISE(ABORT, 'run_event is append-only'); END",
        "CREATE TRIGGER run_event_no_delete BEFORE DELETE ON run_event BEGIN SELECT RAISE(ABORT, 'run_event is append-only'); END",
        "CREATE TRIGGER run_event_no_replace BEFORE INSERT ON run_event WHEN EXISTS (SELECT 1 FROM run_event WHERE run_id = NEW.run_id AND seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'run_event is append-only'); END",
        "CREATE TRIGGER run_score_no_update BEFORE UPDATE ON run_score BEGIN SELECT RAISE(ABORT, 'run_score is append-only'); END",
        "CREATE TRIGGER run_score_no_delete BEFORE DELETE ON run_score BEGIN SELECT RAISE(ABORT, 'run_score is append-only'); END",
        "CREATE TRIGGER run_score_no_replace BEFORE INSERT ON run_score WHEN EXISTS (SELECT 1 FROM run_score WHERE run_id = NEW.run_id AND number = NEW.number) BEGIN SELECT RAISE(ABORT, 'run_score is append-only'); END",
        "CREATE TRIGGER appraisal_freeze_no_update BEFORE UPDATE ON appraisal_freeze BEGIN SELECT RAISE(ABORT, 'appraisal_freeze is append-only'); END",
        "CREATE TRIGGER appraisal_freeze_no_delete BEFORE DELETE ON appraisal_freeze BEGIN SELECT RAISE(ABORT, 'appraisal_freeze is append-only'); END",
        "CREATE TRIGGER appraisal_freeze_no_replace BEFORE INSERT ON appraisal_freeze WHEN EXISTS (SELECT 1 FROM appraisal_freeze WHERE appraisal_id = NEW.appraisal_id AND version = NEW.version) BEGIN SELECT RAISE(ABORT, 'appraisal_freeze is append-only'); END",
        "CREATE TRIGGER appraisal_signature_no_update BEFORE UPDATE ON appraisal_signature BEGIN SELECT RAISE(ABORT, 'appraisal_signature is append-only'); END",
        "CREATE TRIGGER appraisal_signature_no_delete BEFORE DELETE ON appraisal_signature BEGIN SELECT RAISE(ABORT, 'appraisal_signature is append-only'); END",
        "CREATE TRIGGER appraisal_signature_no_replace BEFORE INSERT ON appraisal_signature WHEN EXISTS (SELECT 1 FROM appraisal_signature WHERE appraisal_id = NEW.appraisal_id AND version = NEW.version AND side = NEW.side) BEGIN SELECT RAISE(ABORT, 'appraisal_signature is append-only'); END",
        "CREATE TRIGGER grade_change_no_update BEFORE UPDATE ON grade_change BEGIN SELECT RAISE(ABORT, 'grade_change is append-only'); END",
        "CREATE TRIGGER grade_change_no_delete BEFORE DELETE ON grade_change BEGIN SELECT RAISE(ABORT, 'grade_change is append-only'); END",
        "CREATE TRIGGER grade_change_no_replace BEFORE INSERT ON grade_change WHEN EXISTS (SELECT 1 FROM grade_change WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'grade_change is append-only'); END",
        "CREATE TRIGGER regrade_line_no_update BEFORE UPDATE ON regrade_line BEGIN SELECT RAISE(ABORT, 'regrade_line is append-only'); END",
        "CREATE TRIGGER regrade_line_no_delete BEFORE DELETE ON regrade_line BEGIN SELECT RAISE(ABORT, 'regrade_line is append-only'); END",
        "CREATE TRIGGER regrade_line_no_replace BEFORE INSERT ON regrade_line WHEN EXISTS (SELECT 1 FROM regrade_line WHERE regrade_id = NEW.regrade_id AND attempt_id = NEW.attempt_id) BEGIN SELECT RAISE(ABORT, 'regrade_line is append-only'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION lms_append_only() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER blob_no_change BEFORE UPDATE OR DELETE ON blob FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER blob_no_truncate BEFORE TRUNCATE ON blob FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "INSERT INTO log_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'))",
        "CREATE TRIGGER courseware_package_no_change BEFORE UPDATE OR DELETE ON courseware_package FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER courseware_package_no_truncate BEFORE TRUNCATE ON courseware_package FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER training_proof_no_change BEFORE UPDATE OR DELETE ON training_proof FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER training_proof_no_truncate BEFORE TRUNCATE ON training_proof FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER revision_no_change BEFORE UPDATE OR DELETE ON revision FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER revision_no_truncate BEFORE TRUNCATE ON revision FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER courseware_file_no_change BEFORE UPDATE OR DELETE ON courseware_file FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER courseware_file_no_truncate BEFORE TRUNCATE ON courseware_file FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER composite_snapshot_no_change BEFORE UPDATE OR DELETE ON composite_snapshot FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER composite_snapshot_no_truncate BEFORE TRUNCATE ON composite_snapshot FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER kpi_correction_no_change BEFORE UPDATE OR DELETE ON kpi_correction FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER kpi_correction_no_truncate BEFORE TRUNCATE ON kpi_correction FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER award_terms_no_change BEFORE UPDATE OR DELETE ON award_terms FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER award_terms_no_truncate BEFORE TRUNCATE ON award_terms FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER part_version_no_change BEFORE UPDATE OR DELETE ON part_version FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER part_version_no_truncate BEFORE TRUNCATE ON part_version FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER record_no_change BEFORE UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER record_no_truncate BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER run_event_no_change BEFORE UPDATE OR DELETE ON run_event FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER run_event_no_truncate BEFORE TRUNCATE ON run_event FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER run_score_no_change BEFORE UPDATE OR DELETE ON run_score FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER run_score_no_truncate BEFORE TRUNCATE ON run_score FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER appraisal_freeze_no_change BEFORE UPDATE OR DELETE ON appraisal_freeze FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER appraisal_freeze_no_truncate BEFORE TRUNCATE ON appraisal_freeze FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER appraisal_signature_no_change BEFORE UPDATE OR DELETE ON appraisal_signature FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER appraisal_signature_no_truncate BEFORE TRUNCATE ON appraisal_signature FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER grade_change_no_change BEFORE UPDATE OR DELETE ON grade_change FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER grade_change_no_truncate BEFORE TRUNCATE ON grade_change FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER regrade_line_no_change BEFORE UPDATE OR DELETE ON regrade_line FOR EACH ROW EXECUTE FUNCTION lms_append_only()",
        "CREATE TRIGGER regrade_line_no_truncate BEFORE TRUNCATE ON regrade_line FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()",
        "ALTER TABLE document ADD CONSTRAINT fk_document_draft_id_revision FOREIGN KEY(draft_id) REFERENCES revision (id)",
        "ALTER TABLE document ADD CONSTRAINT fk_document_published_id_revision FOREIGN KEY(published_id) REFERENCES revision (id)",
    ],
}


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        info={"append_only": True},
    )
    op.create_index("ix_audit_entry_object", "audit_entry", ["object_kind", "object_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_entry_person_id"), "audit_entry", ["person_id"], unique=False)
    op.create_table(
        "backup_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("nightly", sa.Boolean(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column(
            "row_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "file_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("error", sa.String(length=400), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_run")),
    )
    op.create_index("ix_backup_run_kind", "backup_run", ["kind", "ended_at"], unique=False)
    op.create_table(
        "badge_kind",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=40), server_default="", nullable=False),
        sa.Column("how", sa.String(length=200), nullable=False),
        sa.Column("how_en", sa.String(length=200), server_default="", nullable=False),
        sa.Column("mark", sa.String(length=4), nullable=False),
        sa.Column("rule", sa.String(length=12), nullable=False),
        sa.Column("threshold", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_badge_kind_code")),
    )
    op.create_table(
        "blob",
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("zlib", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("sha", name=op.f("pk_blob")),
        info={"append_only": True},
    )
    op.create_table(
        "company_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_company_day")),
    )
    op.create_table(
        "inspection_settings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "appeal_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="3", nullable=False
        ),
        sa.Column("passes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="2", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_settings")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company", sa.String(length=80), server_default="", nullable=False),
        sa.Column("help_line", sa.String(length=80), server_default="", nullable=False),
        sa.Column("steward_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("call_digest", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("content_type", sa.String(length=100), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answer")),
        sa.UniqueConstraint("person_id", "key_digest", name=op.f("uq_kept_answer_person_id_key_digest")),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"], unique=False)
    op.create_table(
        "log_head",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "metric",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("red_line", sa.Double(), nullable=True),
        sa.Column(
            "team_red_lines",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            server_default="{}",
            nullable=False,
        ),
        sa.Column(
            "synonyms",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            server_default="[]",
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric")),
        sa.UniqueConstraint("code", name=op.f("uq_metric_code")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("stream", sa.String(length=80), server_default="", nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("touched", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.String(length=400), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["topic", "due_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "uq_outbox_open",
        "outbox",
        ["topic", "key"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "queue_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("looked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("corrected", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flipped", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_check")),
    )
    op.create_table(
        "rate_bucket",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_bucket")),
    )
    op.create_table(
        "scim_group",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scim_group")),
        sa.UniqueConstraint("name_key", name=op.f("uq_scim_group_name_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_scim_group_public_id")),
    )
    op.create_index(op.f("ix_scim_group_external_id"), "scim_group", ["external_id"], unique=False)
    op.create_table(
        "search_build",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("built_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_build")),
    )
    op.create_table(
        "search_entry",
        sa.Column(
            "entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("part", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("split", sa.Boolean(), nullable=False),
        sa.Column("vector", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.Column("head", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.Column("facets", sa.JSON().with_variant(sa.ARRAY(sa.Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "part", name=op.f("pk_search_entry")),
    )
    op.create_index(
        "ix_search_entry_facets",
        "search_entry",
        ["facets"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_search_entry_vector",
        "search_entry",
        ["vector"],
        unique=False,
        postgresql_where=sa.text("NOT split"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_search_entry_vector_split",
        "search_entry",
        ["vector"],
        unique=False,
        postgresql_where=sa.text("split"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "search_week",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("searches", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("without_hit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("without_click", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("week", "folded", name=op.f("pk_search_week")),
    )
    op.create_table(
        "service_queue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_queue")),
        sa.UniqueConstraint("code", name=op.f("uq_service_queue_code")),
    )
    op.create_table(
        "shift",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("starts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ends", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "starts BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name=op.f("ck_shift_minutes_of_a_day")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_shift")),
    )
    op.create_table(
        "shop",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
        sa.UniqueConstraint("code", name=op.f("uq_shop_code")),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_try")),
    )
    op.create_index("ix_sign_in_try_key", "sign_in_try", ["key", "at"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("public", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_signing_key_kid")),
    )
    op.create_table(
        "staff_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_staff_file_digest")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("code", name=op.f("uq_team_code")),
    )
    op.create_table(
        "worker_beat",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.String(length=400), server_default="", nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("leased_by", sa.String(length=60), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_worker_beat")),
    )
    op.create_table(
        "daily_volume",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("orders", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contacts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("complaints", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_daily_volume_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "day", name=op.f("pk_daily_volume")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("employee_no", sa.String(length=40), nullable=True),
        sa.Column("login_name", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("chat_ids", sa.String(length=400), nullable=True),
        sa.Column("position", sa.String(length=40), server_default="", nullable=False),
        sa.Column("employment", sa.String(length=20), server_default="regular", nullable=False),
        sa.Column("hired_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("leaving_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=20), server_default="", nullable=False),
        sa.Column(
            "time_factor_percent",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="100",
            nullable=False,
        ),
        sa.Column("locale", sa.String(length=10), server_default="", nullable=False),
        sa.Column("theme", sa.String(length=10), server_default="auto", nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column(
            "session_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_person_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("employee_no", name=op.f("uq_person_employee_no")),
        sa.UniqueConstraint("login_name", name=op.f("uq_person_login_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_index(op.f("ix_person_team_id"), "person", ["team_id"], unique=False)
    op.create_table(
        "team_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["team.id"], name=op.f("fk_team_place_parent_id_team")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_place_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_place")),
        sa.UniqueConstraint("team_id", "from_on", name=op.f("uq_team_place_team_id_from_on")),
    )
    op.create_index(op.f("ix_team_place_parent_id"), "team_place", ["parent_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.String(length=80), server_default="", nullable=False),
        sa.Column("scope", sa.String(length=200), server_default="", nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_expires_at"), "api_token", ["expires_at"], unique=False)
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "appraisal_form",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("spec", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_appraisal_form_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_form")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_appraisal_form_key_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appraisal_form_public_id")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="ready", nullable=False),
        sa.Column("made", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_attachment_added_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("path", name=op.f("uq_attachment_path")),
    )
    op.create_index(op.f("ix_attachment_sha"), "attachment", ["sha"], unique=False)
    op.create_table(
        "award_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("grain", sa.String(length=8), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_award_rule_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_award_rule_public_id")),
    )
    op.create_table(
        "badge_grant",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("badge", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_badge_grant_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "badge", name=op.f("pk_badge_grant")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("with_titles", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("with_shifts", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ready_on", sa.Date(), nullable=False),
        sa.Column("needed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("queues", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="draft", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on AND ready_on <= starts_on", name=op.f("ck_campaign_in_order")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_campaign_made_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_campaign_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("public_id", name=op.f("uq_campaign_public_id")),
    )
    op.create_table(
        "category",
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("watermark", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_category_reviewer_id_person")),
        sa.PrimaryKeyConstraint("folder", name=op.f("pk_category")),
    )
    op.create_table(
        "chat_account",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.String(length=120), nullable=True),
        sa.Column("source", sa.String(length=12), server_default="import", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_chat_account_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "platform", name=op.f("pk_chat_account")),
        sa.UniqueConstraint("platform", "user_id", name=op.f("uq_chat_account_platform_user_id")),
    )
    op.create_table(
        "cohort",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("series", sa.String(length=80), server_default="", nullable=False),
        sa.Column("trainer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("room", sa.String(length=80), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["trainer_id"], ["person.id"], name=op.f("fk_cohort_trainer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("name", name=op.f("uq_cohort_name")),
    )
    op.create_index(op.f("ix_cohort_trainer_id"), "cohort", ["trainer_id"], unique=False)
    op.create_table(
        "competency",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "words",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            server_default="[]",
            nullable=False,
        ),
        sa.Column(
            "dimensions",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            server_default="[]",
            nullable=False,
        ),
        sa.Column("levels", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column(
            "fresh_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="180", nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_competency_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competency")),
        sa.UniqueConstraint("code", name=op.f("uq_competency_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_competency_public_id")),
    )
    op.create_table(
        "courseware_package",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column(
            "manifest", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("files", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unpacked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("framed", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_courseware_package_added_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courseware_package")),
        sa.UniqueConstraint("public_id", name=op.f("uq_courseware_package_public_id")),
        sa.UniqueConstraint("sha", name=op.f("uq_courseware_package_sha")),
        info={"append_only": True},
    )
    op.create_table(
        "deduction_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("red_line", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("points BETWEEN 1 AND 100", name=op.f("ck_deduction_rule_points_in_range")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_deduction_rule_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deduction_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deduction_rule_public_id")),
    )
    op.create_index("ix_deduction_rule_code", "deduction_rule", ["code", "from_on"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("folder", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=10), server_default="zh_CN", nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("tags", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column(
            "aliases", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "audience", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("shops", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("use", sa.String(length=12), server_default="", nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("published_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("verified_until", sa.Date(), nullable=True),
        sa.Column("translation_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("archived_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["revision.id"], name=op.f("fk_document_draft_id_revision"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_document_owner_id_person")),
        sa.ForeignKeyConstraint(
            ["published_id"], ["revision.id"], name=op.f("fk_document_published_id_revision"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["translation_of"], ["document.id"], name=op.f("fk_document_translation_of_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_kind", "document", ["kind", "state"], unique=False)
    op.create_index("ix_document_owner", "document", ["owner_id"], unique=False)
    op.create_index(op.f("ix_document_verified_until"), "document", ["verified_until"], unique=False)
    op.create_table(
        "formula",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("spec", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_formula_made_by_person")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_formula_published_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formula")),
        sa.UniqueConstraint("public_id", name=op.f("uq_formula_public_id")),
        sa.UniqueConstraint("version", name=op.f("uq_formula_version")),
    )
    op.create_index(op.f("ix_formula_state"), "formula", ["state"], unique=False)
    op.create_table(
        "freeze_window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_freeze_window_not_backwards")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_freeze_window_made_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_freeze_window_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze_window")),
    )
    op.create_index("ix_freeze_window_until", "freeze_window", ["until_on"], unique=False)
    op.create_table(
        "inspection_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("added", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("masked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_inspection_batch_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspection_batch_public_id")),
    )
    op.create_table(
        "kpi_import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("added", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column(
            "unchanged", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_kpi_import_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_kpi_import_public_id")),
    )
    op.create_table(
        "kpi_mapping",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_kpi_mapping_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_mapping")),
        sa.UniqueConstraint("title", name=op.f("uq_kpi_mapping_title")),
    )
    op.create_table(
        "leader_opt_out",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leader_opt_out_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_leader_opt_out")),
    )
    op.create_table(
        "leave",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), server_default="other", nullable=False),
        sa.Column("noted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_leave_not_backwards")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_leave_noted_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    op.create_index("ix_leave_person", "leave", ["person_id", "from_on"], unique=False)
    op.create_table(
        "lti_platform",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=False),
        sa.Column(
            "deployments", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("login_url", sa.String(length=400), nullable=False),
        sa.Column("token_url", sa.String(length=400), nullable=False),
        sa.Column("keys_url", sa.String(length=400), nullable=False),
        sa.Column("person_by", sa.String(length=10), server_default="number", nullable=False),
        sa.Column("number_claim", sa.String(length=80), server_default="", nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_lti_platform_made_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_lti_platform_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_platform")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_lti_platform_issuer_client_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lti_platform_public_id")),
    )
    op.create_table(
        "measure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_note", sa.Text(), server_default="", nullable=False),
        sa.Column("check_on", sa.Date(), nullable=True),
        sa.Column("verdict", sa.String(length=12), server_default="", nullable=False),
        sa.Column("check_note", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.Column("dropped_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["checked_by"], ["person.id"], name=op.f("fk_measure_checked_by_person")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_measure_made_by_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_measure_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("public_id", name=op.f("uq_measure_public_id")),
    )
    op.create_index("ix_measure_about", "measure", ["about"], unique=False)
    op.create_index("ix_measure_owner", "measure", ["owner_id", "done_at"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_membership_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("person_id", "from_on", name=op.f("uq_membership_person_id_from_on")),
    )
    op.create_index("ix_membership_team", "membership", ["team_id", "from_on"], unique=False)
    op.create_table(
        "mentor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mentor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_mentor_mentor_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentor_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor")),
        sa.UniqueConstraint("person_id", "mentor_id", "from_on", name=op.f("uq_mentor_person_id_mentor_id_from_on")),
    )
    op.create_index(op.f("ix_mentor_mentor_id"), "mentor", ["mentor_id"], unique=False)
    op.create_index(op.f("ix_mentor_person_id"), "mentor", ["person_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column(
            "sentence", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("link", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("dedup_key", sa.String(length=160), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_notice_dedup_key")),
    )
    op.create_index("ix_notice_person", "notice", ["person_id", "at"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=8), server_default="each", nullable=False),
        sa.Column("off", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_preference_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "notice_template",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=200), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_notice_template_changed_by_person")),
        sa.PrimaryKeyConstraint("name", "locale", name=op.f("pk_notice_template")),
    )
    op.create_table(
        "person_shop",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_shop_person_id_person")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_person_shop_shop_id_shop")),
        sa.PrimaryKeyConstraint("person_id", "shop_id", name=op.f("pk_person_shop")),
    )
    op.create_table(
        "person_tag",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_tag_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "tag", name=op.f("pk_person_tag")),
    )
    op.create_index(op.f("ix_person_tag_tag"), "person_tag", ["tag"], unique=False)
    op.create_table(
        "profile_look",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("looker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["looker_id"], ["person.id"], name=op.f("fk_profile_look_looker_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_profile_look_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_look")),
        sa.UniqueConstraint(
            "person_id", "looker_id", "day", "what", name=op.f("uq_profile_look_person_id_looker_id_day_what")
        ),
    )
    op.create_index("ix_profile_look_person", "profile_look", ["person_id", "id"], unique=False)
    op.create_table(
        "queue_override",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("queue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_queue_override_made_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_queue_override_person_id_person")),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["service_queue.id"], name=op.f("fk_queue_override_queue_id_service_queue")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_override")),
    )
    op.create_index("ix_queue_override_person", "queue_override", ["person_id", "until_on"], unique=False)
    op.create_table(
        "queue_right",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("queue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("why", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_queue_right_person_id_person")),
        sa.ForeignKeyConstraint(["queue_id"], ["service_queue.id"], name=op.f("fk_queue_right_queue_id_service_queue")),
        sa.PrimaryKeyConstraint("person_id", "queue_id", name=op.f("pk_queue_right")),
    )
    op.create_table(
        "reminder_plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("on_day", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("escalate_after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("send_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quiet_from", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quiet_until", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_reminder_plan_changed_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_plan")),
    )
    op.create_table(
        "robot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=400), nullable=False),
        sa.Column("secret", sa.String(length=120), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("weekly", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_robot_made_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_robot_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot")),
        sa.UniqueConstraint("public_id", name=op.f("uq_robot_public_id")),
    )
    op.create_index(op.f("ix_robot_team_id"), "robot", ["team_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_role_grant_granted_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_role_grant_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "person_id", "role", "team_id", "from_on", name=op.f("uq_role_grant_person_id_role_team_id_from_on")
        ),
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_table(
        "roster_day",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("shift", sa.String(length=20), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_day_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "day", name=op.f("pk_roster_day")),
    )
    op.create_table(
        "scim_account",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("user_key", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("deleted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_scim_account_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_scim_account")),
        sa.UniqueConstraint("user_key", name=op.f("uq_scim_account_user_key")),
    )
    op.create_index(op.f("ix_scim_account_external_id"), "scim_account", ["external_id"], unique=False)
    op.create_table(
        "scim_member",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["scim_group.id"], name=op.f("fk_scim_member_group_id_scim_group")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_scim_member_person_id_person")),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_scim_member")),
    )
    op.create_index(op.f("ix_scim_member_person_id"), "scim_member", ["person_id"], unique=False)
    op.create_table(
        "score_export",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("error", sa.String(length=400), server_default="", nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_score_export_set_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_export")),
    )
    op.create_table(
        "sign_in_slip",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column(
            "wrong_tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("voided_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_sign_in_slip_made_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_slip_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_slip")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_slip_token_digest")),
    )
    op.create_index(op.f("ix_sign_in_slip_person_id"), "sign_in_slip", ["person_id"], unique=False)
    op.create_table(
        "signon_account",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signon_account_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "issuer", name=op.f("pk_signon_account")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_signon_account_issuer_subject")),
    )
    op.create_table(
        "signon_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signon_grant_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_signon_grant_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signon_grant")),
        sa.UniqueConstraint(
            "person_id", "source", "role", "team_id", name=op.f("uq_signon_grant_person_id_source_role_team_id")
        ),
    )
    op.create_table(
        "signon_visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("sid", sa.String(length=255), nullable=False),
        sa.Column("id_token", sa.Text(), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signon_visit_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signon_visit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signon_visit_public_id")),
    )
    op.create_index(op.f("ix_signon_visit_began_at"), "signon_visit", ["began_at"], unique=False)
    op.create_index(op.f("ix_signon_visit_person_id"), "signon_visit", ["person_id"], unique=False)
    op.create_index("ix_signon_visit_sid", "signon_visit", ["issuer", "sid"], unique=False)
    op.create_table(
        "training_proof",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("items", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("issued_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["issued_by"], ["person.id"], name=op.f("fk_training_proof_issued_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_proof_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_proof")),
        sa.UniqueConstraint("code", name=op.f("uq_training_proof_code")),
        info={"append_only": True},
    )
    op.create_index("ix_training_proof_person", "training_proof", ["person_id", "id"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=400), nullable=False),
        sa.Column("secret", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_webhook_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("public_id", name=op.f("uq_webhook_public_id")),
    )
    op.create_table(
        "xapi_statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("statement_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("voided", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="waiting", nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("answer", sa.String(length=400), server_default="", nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_xapi_statement_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_statement")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_xapi_statement_statement_id")),
        sa.UniqueConstraint("subject", "number", name=op.f("uq_xapi_statement_subject_number")),
    )
    op.create_index("ix_xapi_statement_state", "xapi_statement", ["state", "at"], unique=False)
    op.create_index(
        "ix_xapi_statement_stream",
        "xapi_statement",
        ["person_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_xapi_statement_waiting",
        "xapi_statement",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "year_target",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("base", sa.Double(), nullable=True),
        sa.Column("base_count", sa.BigInteger(), nullable=True),
        sa.Column("base_from", sa.Date(), nullable=False),
        sa.Column("base_until", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("why", sa.String(length=500), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_year_target_made_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_year_target_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_target")),
        sa.UniqueConstraint(
            "year", "team_id", "metric", "version", name=op.f("uq_year_target_year_team_id_metric_version")
        ),
    )
    op.create_table(
        "appraisal_cycle",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("form_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "team_ids", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "person_ids", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("self_until", sa.Date(), nullable=False),
        sa.Column("supervisor_until", sa.Date(), nullable=False),
        sa.Column("calibrate_until", sa.Date(), nullable=False),
        sa.Column("sign_until", sa.Date(), nullable=False),
        sa.Column("appeal_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="draft", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["form_id"], ["appraisal_form.id"], name=op.f("fk_appraisal_cycle_form_id_appraisal_form")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_appraisal_cycle_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_cycle")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appraisal_cycle_public_id")),
    )
    op.create_index("ix_appraisal_cycle_state", "appraisal_cycle", ["state", "period"], unique=False)
    op.create_table(
        "article_entry",
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "sections", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_article_entry_document_id_document")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_article_entry")),
    )
    op.create_table(
        "attachment_page",
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha", sa.LargeBinary(length=32), nullable=True),
        sa.Column("width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_attachment_page_attachment_id_attachment")
        ),
        sa.PrimaryKeyConstraint("attachment_id", "number", name=op.f("pk_attachment_page")),
    )
    op.create_table(
        "award_terms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "measure", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("winners", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_award_terms_made_by_person")),
        sa.ForeignKeyConstraint(["rule_id"], ["award_rule.id"], name=op.f("fk_award_terms_rule_id_award_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_terms")),
        sa.UniqueConstraint("rule_id", "version", name=op.f("uq_award_terms_rule_id_version")),
        info={"append_only": True},
    )
    op.create_table(
        "campaign_part",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_part_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_campaign_part_document_id_document")),
        sa.PrimaryKeyConstraint("campaign_id", "position", name=op.f("pk_campaign_part")),
    )
    op.create_table(
        "certificate_plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("valid_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "renew_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="30", nullable=False
        ),
        sa.Column(
            "grace_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("refresher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_certificate_plan_document_id_document")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_certificate_plan_made_by_person")),
        sa.ForeignKeyConstraint(
            ["refresher_id"], ["document.id"], name=op.f("fk_certificate_plan_refresher_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_plan")),
        sa.UniqueConstraint("document_id", name=op.f("uq_certificate_plan_document_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_plan_public_id")),
    )
    op.create_table(
        "cohort_member",
        sa.Column("cohort_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_member_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cohort_member_person_id_person")),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name=op.f("pk_cohort_member")),
    )
    op.create_index(op.f("ix_cohort_member_person_id"), "cohort_member", ["person_id"], unique=False)
    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("anchor", sa.String(length=200), server_default="", nullable=False),
        sa.Column("answers_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("settled_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["answers_id"], ["comment.id"], name=op.f("fk_comment_answers_id_comment")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_comment_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_comment_person_id_person")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_comment_settled_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_comment_public_id")),
    )
    op.create_index("ix_comment_document", "comment", ["document_id", "at"], unique=False)
    op.create_table(
        "competency_rating",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("competency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_competency_rating_by_id_person")),
        sa.ForeignKeyConstraint(
            ["competency_id"], ["competency.id"], name=op.f("fk_competency_rating_competency_id_competency")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_competency_rating_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competency_rating")),
    )
    op.create_index(
        "ix_competency_rating_person", "competency_rating", ["person_id", "competency_id", "id"], unique=False
    )
    op.create_table(
        "composite_snapshot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("formula_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("raw_total", sa.Double(), nullable=True),
        sa.Column("parts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("unannounced", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("final", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(["formula_id"], ["formula.id"], name=op.f("fk_composite_snapshot_formula_id_formula")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_composite_snapshot_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_composite_snapshot")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_composite_snapshot_period"), "composite_snapshot", ["period"], unique=False)
    op.create_index("ix_composite_snapshot_person", "composite_snapshot", ["person_id", "period", "id"], unique=False)
    op.create_table(
        "courseware_file",
        sa.Column(
            "package_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("path", sa.String(length=240), nullable=False),
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"], ["courseware_package.id"], name=op.f("fk_courseware_file_package_id_courseware_package")
        ),
        sa.PrimaryKeyConstraint("package_id", "path", name=op.f("pk_courseware_file")),
        info={"append_only": True},
    )
    op.create_table(
        "cycle",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("quarter", sa.String(length=8), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "audience", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "joiner_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="30", nullable=False
        ),
        sa.Column(
            "target_percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="95", nullable=False
        ),
        sa.Column("state", sa.String(length=12), server_default="draft", nullable=False),
        sa.Column("drafted_from", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closing_note", sa.Text(), server_default="", nullable=False),
        sa.Column("report", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.CheckConstraint("target_percent BETWEEN 1 AND 100", name=op.f("ck_cycle_a_share")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_cycle_closed_by_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_cycle_document_id_document")),
        sa.ForeignKeyConstraint(["drafted_from"], ["cycle.id"], name=op.f("fk_cycle_drafted_from_cycle")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_cycle_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cycle_public_id")),
    )
    op.create_index(op.f("ix_cycle_quarter"), "cycle", ["quarter"], unique=False)
    op.create_table(
        "deduction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("red_line", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=12), server_default="hand", nullable=False),
        sa.Column("source_ref", sa.String(length=40), server_default="", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="noticed", nullable=False),
        sa.Column("given_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=False),
        sa.Column("appeal", sa.Text(), server_default="", nullable=False),
        sa.Column("appealed_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("effective_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_deduction_answered_by_person")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_deduction_given_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deduction_person_id_person")),
        sa.ForeignKeyConstraint(["rule_id"], ["deduction_rule.id"], name=op.f("fk_deduction_rule_id_deduction_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deduction")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deduction_public_id")),
    )
    op.create_index("ix_deduction_person", "deduction", ["person_id", "day"], unique=False)
    op.create_index(op.f("ix_deduction_rule_id"), "deduction", ["rule_id"], unique=False)
    op.create_index("ix_deduction_state", "deduction", ["state", "appeal_until"], unique=False)
    op.create_index(
        "uq_deduction_source",
        "deduction",
        ["rule_id", "source_ref"],
        unique=True,
        sqlite_where=sa.text("source_ref <> ''"),
        postgresql_where=sa.text("source_ref <> ''"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="waiting", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("answer", sa.String(length=400), server_default="", nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id_notice"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("notice_id", "channel", name=op.f("uq_delivery_notice_id_channel")),
        sa.UniqueConstraint("public_id", name=op.f("uq_delivery_public_id")),
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "at"], unique=False)
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "favourite",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("script", sa.String(length=16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_favourite_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_favourite_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "document_id", "script", name=op.f("pk_favourite")),
    )
    op.create_table(
        "formula_reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("formula_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["formula_id"], ["formula.id"], name=op.f("fk_formula_reading_formula_id_formula")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_formula_reading_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formula_reading")),
        sa.UniqueConstraint("formula_id", "person_id", name=op.f("uq_formula_reading_formula_id_person_id")),
    )
    op.create_index("ix_formula_reading_person", "formula_reading", ["person_id"], unique=False)
    op.create_table(
        "formula_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("formula_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quarter", sa.String(length=8), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "figures",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            server_default="[]",
            nullable=False,
        ),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_formula_review_by_id_person")),
        sa.ForeignKeyConstraint(["formula_id"], ["formula.id"], name=op.f("fk_formula_review_formula_id_formula")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formula_review")),
    )
    op.create_index(op.f("ix_formula_review_formula_id"), "formula_review", ["formula_id"], unique=False)
    op.create_table(
        "gap",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("draft_document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reopened", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=400), server_default="", nullable=False),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_gap_closed_by_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_gap_document_id_document")),
        sa.ForeignKeyConstraint(["draft_document_id"], ["document.id"], name=op.f("fk_gap_draft_document_id_document")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["gap.id"], name=op.f("fk_gap_merged_into_id_gap")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_gap_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
        sa.UniqueConstraint("public_id", name=op.f("uq_gap_public_id")),
    )
    op.create_index("ix_gap_state", "gap", ["state", "last_at"], unique=False)
    op.create_table(
        "goal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_goal_closed_by_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_goal_document_id_document")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_goal_made_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_goal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_goal_public_id")),
    )
    op.create_index(op.f("ix_goal_document_id"), "goal", ["document_id"], unique=False)
    op.create_index("ix_goal_period", "goal", ["period"], unique=False)
    op.create_index("ix_goal_person", "goal", ["person_id", "state", "due_on"], unique=False)
    op.create_table(
        "inspection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("inspector_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("failed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("red", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("second", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.Column("appeal_until", UTCDateTime(), nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["inspection_batch.id"], name=op.f("fk_inspection_batch_id_inspection_batch")
        ),
        sa.ForeignKeyConstraint(["inspector_id"], ["person.id"], name=op.f("fk_inspection_inspector_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inspection_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("conversation", "inspector_id", name=op.f("uq_inspection_conversation_inspector_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspection_public_id")),
    )
    op.create_index(op.f("ix_inspection_batch_id"), "inspection", ["batch_id"], unique=False)
    op.create_index("ix_inspection_day", "inspection", ["day", "state"], unique=False)
    op.create_index(op.f("ix_inspection_inspector_id"), "inspection", ["inspector_id"], unique=False)
    op.create_index("ix_inspection_person", "inspection", ["person_id", "day"], unique=False)
    op.create_index("ix_inspection_waiting", "inspection", ["state", "appeal_until"], unique=False)
    op.create_table(
        "inspection_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="10", nullable=False),
        sa.Column(
            "pass_percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="60", nullable=False
        ),
        sa.Column("red_line", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recheck_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "recheck_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="7", nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_inspection_item_document_id_document")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_inspection_item_made_by_person")),
        sa.ForeignKeyConstraint(["recheck_id"], ["document.id"], name=op.f("fk_inspection_item_recheck_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_item")),
        sa.UniqueConstraint("code", name=op.f("uq_inspection_item_code")),
        sa.UniqueConstraint("name", name=op.f("uq_inspection_item_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspection_item_public_id")),
    )
    op.create_index(op.f("ix_inspection_item_document_id"), "inspection_item", ["document_id"], unique=False)
    op.create_table(
        "kpi_correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("grain", sa.String(length=8), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("new_value", sa.Double(), nullable=True),
        sa.Column("new_count", sa.BigInteger(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["kpi_import.id"], name=op.f("fk_kpi_correction_import_id_kpi_import")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kpi_correction_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_correction")),
        info={"append_only": True},
    )
    op.create_index("ix_kpi_correction_person", "kpi_correction", ["person_id", "metric", "start"], unique=False)
    op.create_table(
        "kpi_value",
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("grain", sa.String(length=8), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["kpi_import.id"], name=op.f("fk_kpi_value_import_id_kpi_import")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kpi_value_person_id_person")),
        sa.PrimaryKeyConstraint("metric", "grain", "start", "person_id", name=op.f("pk_kpi_value")),
    )
    op.create_index("ix_kpi_value_person", "kpi_value", ["person_id", "metric", "start"], unique=False)
    op.create_table(
        "live_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("trainer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("trainer_name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("place", sa.String(length=120), server_default="", nullable=False),
        sa.Column("link", sa.String(length=400), server_default="", nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("places", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_choice", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="planned", nullable=False),
        sa.Column("cancelled_why", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_live_session_not_backwards")),
        sa.CheckConstraint("places IS NULL OR places > 0", name=op.f("ck_live_session_some_places")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_live_session_document_id_document")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_live_session_made_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_live_session_team_id_team")),
        sa.ForeignKeyConstraint(["trainer_id"], ["person.id"], name=op.f("fk_live_session_trainer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_live_session_public_id")),
    )
    op.create_index(op.f("ix_live_session_document_id"), "live_session", ["document_id"], unique=False)
    op.create_index("ix_live_session_starts", "live_session", ["starts_at"], unique=False)
    op.create_table(
        "lti_account",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lti_account_person_id_person")),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platform.id"], name=op.f("fk_lti_account_platform_id_lti_platform")
        ),
        sa.PrimaryKeyConstraint("person_id", "platform_id", name=op.f("pk_lti_account")),
        sa.UniqueConstraint("platform_id", "subject", name=op.f("uq_lti_account_platform_id_subject")),
    )
    op.create_table(
        "lti_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment", sa.String(length=400), nullable=False),
        sa.Column("link", sa.String(length=400), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_lti_link_document_id_document")),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platform.id"], name=op.f("fk_lti_link_platform_id_lti_platform")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_link")),
        sa.UniqueConstraint("platform_id", "deployment", "link", name=op.f("uq_lti_link_platform_id_deployment_link")),
    )
    op.create_index(op.f("ix_lti_link_document_id"), "lti_link", ["document_id"], unique=False)
    op.create_table(
        "lti_nonce",
        sa.Column("platform_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platform.id"], name=op.f("fk_lti_nonce_platform_id_lti_platform")
        ),
        sa.PrimaryKeyConstraint("platform_id", "nonce", name=op.f("pk_lti_nonce")),
    )
    op.create_index(op.f("ix_lti_nonce_until"), "lti_nonce", ["until"], unique=False)
    op.create_table(
        "makeup",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.Column("opens_at", UTCDateTime(), nullable=True),
        sa.Column("closes_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_makeup_document_id_document")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_makeup_given_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_makeup_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_makeup")),
        sa.UniqueConstraint("document_id", "person_id", "number", name=op.f("uq_makeup_document_id_person_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_makeup_public_id")),
    )
    op.create_index(op.f("ix_makeup_person_id"), "makeup", ["person_id"], unique=False)
    op.create_table(
        "marking_plan",
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("second_percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_marking_plan_document_id_document")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_marking_plan_set_by_person")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_marking_plan")),
    )
    op.create_table(
        "offer",
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=200), server_default="", nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_offer_document_id_document")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_offer_made_by_person")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_offer")),
    )
    op.create_table(
        "part",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=6), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("anchor", sa.String(length=200), server_default="", nullable=False),
        sa.Column(
            "old_anchors", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("text_sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_part_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint("key", name=op.f("uq_part_key")),
    )
    op.create_index("ix_part_document", "part", ["document_id", "kind", "position"], unique=False)
    op.create_table(
        "peak_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("look_on", sa.Date(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_peak_review_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_peak_review_made_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_peak_review_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peak_review")),
        sa.UniqueConstraint("public_id", name=op.f("uq_peak_review_public_id")),
    )
    op.create_index(op.f("ix_peak_review_team_id"), "peak_review", ["team_id"], unique=False)
    op.create_table(
        "queue_need",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("queue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_queue_need_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_queue_need_document_id_document")),
        sa.ForeignKeyConstraint(["queue_id"], ["service_queue.id"], name=op.f("fk_queue_need_queue_id_service_queue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_need")),
        sa.UniqueConstraint(
            "queue_id", "document_id", "campaign_id", name=op.f("uq_queue_need_queue_id_document_id_campaign_id")
        ),
    )
    op.create_index(op.f("ix_queue_need_campaign_id"), "queue_need", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_queue_need_document_id"), "queue_need", ["document_id"], unique=False)
    op.create_table(
        "quiz_health",
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("papers", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bad", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("look", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worst", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_quiz_health_document_id_document")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_quiz_health")),
    )
    op.create_table(
        "quiz_window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opens_at", UTCDateTime(), nullable=True),
        sa.Column("closes_at", UTCDateTime(), nullable=True),
        sa.Column("seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("team_id IS NULL OR person_id IS NULL", name=op.f("ck_quiz_window_one_of_both")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_quiz_window_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quiz_window_person_id_person")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_quiz_window_set_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_quiz_window_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_window")),
    )
    op.create_index(
        "uq_quiz_window_everybody",
        "quiz_window",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("team_id IS NULL AND person_id IS NULL"),
        postgresql_where=sa.text("team_id IS NULL AND person_id IS NULL"),
    )
    op.create_index(
        "uq_quiz_window_person",
        "quiz_window",
        ["document_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("team_id IS NULL"),
        postgresql_where=sa.text("team_id IS NULL"),
    )
    op.create_index(
        "uq_quiz_window_team",
        "quiz_window",
        ["document_id", "team_id"],
        unique=True,
        sqlite_where=sa.text("person_id IS NULL"),
        postgresql_where=sa.text("person_id IS NULL"),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("merge_parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("blob_sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("compiled_sha", sa.LargeBinary(length=32), nullable=True),
        sa.Column("parser", sa.String(length=20), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("minor", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column(
            "audience", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_revision_author_id_person")),
        sa.ForeignKeyConstraint(["blob_sha"], ["blob.sha"], name=op.f("fk_revision_blob_sha_blob")),
        sa.ForeignKeyConstraint(["compiled_sha"], ["blob.sha"], name=op.f("fk_revision_compiled_sha_blob")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_revision_document_id_document")),
        sa.ForeignKeyConstraint(
            ["merge_parent_id"], ["revision.id"], name=op.f("fk_revision_merge_parent_id_revision")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["revision.id"], name=op.f("fk_revision_parent_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_revision_document_id_number")),
        info={"append_only": True},
    )
    op.create_table(
        "robot_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("robot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("names", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="waiting", nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("answer", sa.String(length=400), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_robot_message_made_by_person")),
        sa.ForeignKeyConstraint(["robot_id"], ["robot.id"], name=op.f("fk_robot_message_robot_id_robot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot_message")),
        sa.UniqueConstraint("key", name=op.f("uq_robot_message_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_robot_message_public_id")),
    )
    op.create_index(op.f("ix_robot_message_robot_id"), "robot_message", ["robot_id"], unique=False)
    op.create_index("ix_robot_message_state", "robot_message", ["state", "due_at"], unique=False)
    op.create_table(
        "roster_pattern",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cohort_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("weekdays", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cycle", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=True),
        sa.Column("shift", sa.String(length=20), server_default="", nullable=False),
        sa.Column("follows_holidays", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(cohort_id IS NOT NULL AND team_id IS NULL AND person_id IS NULL) OR (cohort_id IS NULL AND team_id IS NOT NULL AND person_id IS NULL) OR (cohort_id IS NULL AND team_id IS NULL AND person_id IS NOT NULL)",
            name=op.f("ck_roster_pattern_one_owner"),
        ),
        sa.CheckConstraint("weekdays BETWEEN 0 AND 127", name=op.f("ck_roster_pattern_weekdays_in_range")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_roster_pattern_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_pattern_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_roster_pattern_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_pattern")),
    )
    op.create_index(op.f("ix_roster_pattern_cohort_id"), "roster_pattern", ["cohort_id"], unique=False)
    op.create_index(op.f("ix_roster_pattern_person_id"), "roster_pattern", ["person_id"], unique=False)
    op.create_index(op.f("ix_roster_pattern_team_id"), "roster_pattern", ["team_id"], unique=False)
    op.create_table(
        "rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=12), server_default="document", nullable=False),
        sa.Column("source_ref", sa.String(length=40), server_default="", nullable=False),
        sa.Column(
            "audience", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("occasion", sa.String(length=40), server_default="once", nullable=False),
        sa.Column(
            "due_plan", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_rule_document_id_document")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_rule_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rule_public_id")),
    )
    op.create_index(op.f("ix_rule_document_id"), "rule", ["document_id"], unique=False)
    op.create_index(op.f("ix_rule_source_ref"), "rule", ["source_ref"], unique=False)
    op.create_table(
        "search_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("query", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), server_default="", nullable=False),
        sa.Column("hits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("origin", sa.String(length=10), server_default="page", nullable=False),
        sa.Column("shop", sa.String(length=20), server_default="", nullable=False),
        sa.Column("clicked_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("clicked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["clicked_id"], ["document.id"], name=op.f("fk_search_log_clicked_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_search_log_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_log")),
    )
    op.create_index("ix_search_log_at", "search_log", ["at"], unique=False)
    op.create_index("ix_search_log_folded", "search_log", ["folded", "at"], unique=False)
    op.create_table(
        "slug",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_slug_document_id_document")),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_slug")),
    )
    op.create_index("ix_slug_slug", "slug", ["slug"], unique=False)
    op.create_index(
        "uq_slug_current",
        "slug",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("is_current = 1"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "staff_plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("base_orders", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("present", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "formula", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_staff_plan_not_backwards")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_staff_plan_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_staff_plan_made_by_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_staff_plan_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_staff_plan_public_id")),
    )
    op.create_index(op.f("ix_staff_plan_campaign_id"), "staff_plan", ["campaign_id"], unique=False)
    op.create_index("ix_staff_plan_until", "staff_plan", ["until_on"], unique=False)
    op.create_table(
        "survey",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "questions", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("stopped_at", UTCDateTime(), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_survey_document_id_document")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_survey_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("public_id", name=op.f("uq_survey_public_id")),
    )
    op.create_index(op.f("ix_survey_document_id"), "survey", ["document_id"], unique=False)
    op.create_table(
        "team_drill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("incident", sa.String(length=12), nullable=False),
        sa.Column("opens_at", UTCDateTime(), nullable=False),
        sa.Column("closes_at", UTCDateTime(), nullable=False),
        sa.Column("repeats", sa.String(length=12), server_default="", nullable=False),
        sa.Column("on_shift", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("previous_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_team_drill_document_id_document")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_team_drill_made_by_person")),
        sa.ForeignKeyConstraint(["previous_id"], ["team_drill.id"], name=op.f("fk_team_drill_previous_id_team_drill")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_drill")),
        sa.UniqueConstraint("public_id", name=op.f("uq_team_drill_public_id")),
    )
    op.create_index("ix_team_drill_opens", "team_drill", ["opens_at"], unique=False)
    op.create_table(
        "training_idea",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_training_idea_answered_by_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_training_idea_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_idea_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_idea")),
        sa.UniqueConstraint("public_id", name=op.f("uq_training_idea_public_id")),
    )
    op.create_index(op.f("ix_training_idea_person_id"), "training_idea", ["person_id"], unique=False)
    op.create_index("ix_training_idea_state", "training_idea", ["state", "made_at"], unique=False)
    op.create_table(
        "training_proof_paper",
        sa.Column(
            "proof_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proof_id"], ["training_proof.id"], name=op.f("fk_training_proof_paper_proof_id_training_proof")
        ),
        sa.PrimaryKeyConstraint("proof_id", name=op.f("pk_training_proof_paper")),
    )
    op.create_table(
        "urgent_notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "audience", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("sent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_urgent_notice_document_id_document")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_urgent_notice_sent_by_person")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_urgent_notice_withdrawn_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urgent_notice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_urgent_notice_public_id")),
    )
    op.create_index("ix_urgent_notice_until", "urgent_notice", ["until_at"], unique=False)
    op.create_table(
        "watching",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column(
            "watched", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_watching_attachment_id_attachment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_watching_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "attachment_id", name=op.f("pk_watching")),
    )
    op.create_table(
        "webhook_call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("webhook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fact_id", sa.String(length=32), nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=40), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="waiting", nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("answer", sa.String(length=400), server_default="", nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_call_webhook_id_webhook")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_call")),
        sa.UniqueConstraint("public_id", name=op.f("uq_webhook_call_public_id")),
        sa.UniqueConstraint("webhook_id", "fact_id", name=op.f("uq_webhook_call_webhook_id_fact_id")),
    )
    op.create_index("ix_webhook_call_state", "webhook_call", ["state", "at"], unique=False)
    op.create_index(
        "ix_webhook_call_waiting",
        "webhook_call",
        ["webhook_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "after_review",
        sa.Column(
            "team_drill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("went_well", sa.Text(), server_default="", nullable=False),
        sa.Column("went_badly", sa.Text(), server_default="", nullable=False),
        sa.Column("causes", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_after_review_by_id_person")),
        sa.ForeignKeyConstraint(
            ["team_drill_id"], ["team_drill.id"], name=op.f("fk_after_review_team_drill_id_team_drill")
        ),
        sa.PrimaryKeyConstraint("team_drill_id", name=op.f("pk_after_review")),
    )
    op.create_table(
        "appraisal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.Column("adjusted_mark", sa.Double(), nullable=True),
        sa.Column("adjusted_why", sa.Text(), server_default="", nullable=False),
        sa.Column("adjusted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("adjusted_at", UTCDateTime(), nullable=True),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("signed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["adjusted_by"], ["person.id"], name=op.f("fk_appraisal_adjusted_by_person")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["appraisal_cycle.id"], name=op.f("fk_appraisal_cycle_id_appraisal_cycle")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appraisal_person_id_person")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_appraisal_supervisor_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_appraisal_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("cycle_id", "person_id", name=op.f("uq_appraisal_cycle_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appraisal_public_id")),
    )
    op.create_index("ix_appraisal_in_cycle", "appraisal", ["cycle_id", "state"], unique=False)
    op.create_index("ix_appraisal_person", "appraisal", ["person_id", "state"], unique=False)
    op.create_index("ix_appraisal_supervisor", "appraisal", ["supervisor_id", "state"], unique=False)
    op.create_table(
        "article_view",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("times", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_article_view_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_article_view_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_article_view_revision_id_revision")),
        sa.PrimaryKeyConstraint("person_id", "revision_id", name=op.f("pk_article_view")),
    )
    op.create_index("ix_article_view_document", "article_view", ["document_id", "last_at"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("occasion", sa.String(length=40), server_default="once", nullable=False),
        sa.Column("purpose", sa.String(length=12), server_default="complete", nullable=False),
        sa.Column("counts_from", UTCDateTime(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column(
            "done_items", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "total_items", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("last_done_at", UTCDateTime(), nullable=True),
        sa.Column("exempt_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_assignment_document_id_document")),
        sa.ForeignKeyConstraint(["exempt_by"], ["person.id"], name=op.f("fk_assignment_exempt_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_assignment_revision_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "person_id", "document_id", "occasion", name=op.f("uq_assignment_person_id_document_id_occasion")
        ),
    )
    op.create_index("ix_assignment_document", "assignment", ["document_id", "occasion", "state"], unique=False)
    op.create_index("ix_assignment_person", "assignment", ["person_id", "state", "due_on"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("occasion", sa.String(length=40), server_default="once", nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("deadline_at", UTCDateTime(), nullable=True),
        sa.Column("paused_at", UTCDateTime(), nullable=True),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=12), nullable=True),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("limits", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=True),
        sa.Column("earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "earned IS NULL OR (earned >= 0 AND earned <= possible)", name=op.f("ck_attempt_earned_in_range")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_attempt_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_attempt_revision_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "person_id",
            "document_id",
            "occasion",
            "number",
            name=op.f("uq_attempt_person_id_document_id_occasion_number"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_attempt_public_id")),
    )
    op.create_index(
        "ix_attempt_deadline",
        "attempt",
        ["deadline_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_attempt_document", "attempt", ["document_id", "state"], unique=False)
    op.create_index(
        "uq_attempt_open",
        "attempt",
        ["person_id", "document_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "autosave",
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("base_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("saved_at", UTCDateTime(), nullable=True),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_revision_id"], ["revision.id"], name=op.f("fk_autosave_base_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_autosave_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_autosave_person_id_person")),
        sa.PrimaryKeyConstraint("document_id", "person_id", name=op.f("pk_autosave")),
    )
    op.create_table(
        "award_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terms_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="proposed", nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_award_proposal_decided_by_person")),
        sa.ForeignKeyConstraint(["rule_id"], ["award_rule.id"], name=op.f("fk_award_proposal_rule_id_award_rule")),
        sa.ForeignKeyConstraint(["terms_id"], ["award_terms.id"], name=op.f("fk_award_proposal_terms_id_award_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_award_proposal_public_id")),
    )
    op.create_index("ix_award_proposal_state", "award_proposal", ["state", "at"], unique=False)
    op.create_index(
        "uq_award_proposal_live",
        "award_proposal",
        ["rule_id", "period"],
        unique=True,
        sqlite_where=sa.text("state <> 'declined'"),
        postgresql_where=sa.text("state <> 'declined'"),
    )
    op.create_table(
        "bank_question",
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("use", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column(
            "competencies", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_bank_question_document_id_document")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_bank_question_part_id_part")),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_bank_question")),
    )
    op.create_index(op.f("ix_bank_question_document_id"), "bank_question", ["document_id"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("lapsed_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revoked_why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["certificate_plan.id"], name=op.f("fk_certificate_plan_id_certificate_plan")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name=op.f("fk_certificate_revoked_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_public_id")),
    )
    op.create_index("ix_certificate_end", "certificate", ["plan_id", "valid_until"], unique=False)
    op.create_index("ix_certificate_person", "certificate", ["person_id", "plan_id", "valid_until"], unique=False)
    op.create_table(
        "courseware_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("package_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("status", sa.String(length=12), server_default="new", nullable=False),
        sa.Column("met", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("logged", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "earned IS NULL OR (earned >= 0 AND earned <= possible)", name=op.f("ck_courseware_attempt_earned_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_courseware_attempt_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["courseware_package.id"], name=op.f("fk_courseware_attempt_package_id_courseware_package")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_courseware_attempt_person_id_person")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_courseware_attempt_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courseware_attempt")),
        sa.UniqueConstraint(
            "person_id", "document_id", "number", name=op.f("uq_courseware_attempt_person_id_document_id_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_courseware_attempt_public_id")),
    )
    op.create_index("ix_courseware_attempt_document", "courseware_attempt", ["document_id", "last_at"], unique=False)
    op.create_index(
        "uq_courseware_attempt_open",
        "courseware_attempt",
        ["person_id", "document_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "cycle_wave",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_wave_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_cycle_wave_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_wave")),
        sa.UniqueConstraint("cycle_id", "team_id", name=op.f("uq_cycle_wave_cycle_id_team_id")),
    )
    op.create_table(
        "document_check",
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("errors", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("warnings", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column(
            "findings", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_check_document_id_document")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_document_check_revision_id_revision")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_check")),
    )
    op.create_index(op.f("ix_document_check_at"), "document_check", ["at"], unique=False)
    op.create_table(
        "edge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_path", sa.String(length=300), nullable=False),
        sa.Column("to_anchor", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["from_document_id"], ["document.id"], name=op.f("fk_edge_from_document_id_document")),
        sa.ForeignKeyConstraint(["from_part_id"], ["part.id"], name=op.f("fk_edge_from_part_id_part")),
        sa.ForeignKeyConstraint(["to_document_id"], ["document.id"], name=op.f("fk_edge_to_document_id_document")),
        sa.ForeignKeyConstraint(["to_part_id"], ["part.id"], name=op.f("fk_edge_to_part_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edge")),
    )
    op.create_index(op.f("ix_edge_from_document_id"), "edge", ["from_document_id"], unique=False)
    op.create_index("ix_edge_to", "edge", ["to_document_id", "to_part_id"], unique=False)
    op.create_table(
        "file_state",
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("file_sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("synced_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conflict_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["conflict_revision_id"], ["revision.id"], name=op.f("fk_file_state_conflict_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_file_state_document_id_document")),
        sa.ForeignKeyConstraint(
            ["synced_revision_id"], ["revision.id"], name=op.f("fk_file_state_synced_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_file_state")),
        sa.UniqueConstraint("path", name=op.f("uq_file_state_path")),
    )
    op.create_table(
        "gap_asker",
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["gap_id"], ["gap.id"], name=op.f("fk_gap_asker_gap_id_gap")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_gap_asker_person_id_person")),
        sa.PrimaryKeyConstraint("gap_id", "person_id", name=op.f("pk_gap_asker")),
    )
    op.create_table(
        "gap_miss",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=80), server_default="", nullable=False),
        sa.Column("shop", sa.String(length=20), server_default="", nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["gap_id"], ["gap.id"], name=op.f("fk_gap_miss_gap_id_gap")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_miss")),
        sa.UniqueConstraint(
            "source", "words", "ref", "shop", "day", name=op.f("uq_gap_miss_source_words_ref_shop_day")
        ),
    )
    op.create_index("ix_gap_miss_gap", "gap_miss", ["gap_id", "day"], unique=False)
    op.create_index("ix_gap_miss_words", "gap_miss", ["words"], unique=False)
    op.create_table(
        "git_change",
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_git_change_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_git_change_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_git_change_revision_id_revision")),
        sa.PrimaryKeyConstraint("commit", "document_id", "verb", name=op.f("pk_git_change")),
    )
    op.create_index("ix_git_change_document", "git_change", ["document_id", "at"], unique=False)
    op.create_table(
        "goal_evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("goal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_goal_evidence_by_id_person")),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_goal_evidence_goal_id_goal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_goal_evidence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_evidence")),
    )
    op.create_index("ix_goal_evidence_goal", "goal_evidence", ["goal_id", "id"], unique=False)
    op.create_table(
        "idea_support",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["training_idea.id"], name=op.f("fk_idea_support_idea_id_training_idea")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idea_support_person_id_person")),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name=op.f("pk_idea_support")),
    )
    op.create_table(
        "inspection_appeal",
        sa.Column("inspection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("decision", sa.String(length=12), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_inspection_appeal_answered_by_person")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_appeal_inspection_id_inspection")
        ),
        sa.PrimaryKeyConstraint("inspection_id", name=op.f("pk_inspection_appeal")),
    )
    op.create_index("ix_inspection_appeal_open", "inspection_appeal", ["decision", "made_at"], unique=False)
    op.create_table(
        "inspection_finding",
        sa.Column("inspection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("possible", sa.Double(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("red", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("quote", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("overturned", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_finding_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["inspection_item.id"], name=op.f("fk_inspection_finding_item_id_inspection_item")
        ),
        sa.PrimaryKeyConstraint("inspection_id", "item_id", name=op.f("pk_inspection_finding")),
    )
    op.create_index(
        "ix_inspection_finding_item", "inspection_finding", ["item_id", "failed", "inspection_id"], unique=False
    )
    op.create_table(
        "lti_seat",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lineitem", sa.String(length=400), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["lti_link.id"], name=op.f("fk_lti_seat_link_id_lti_link")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lti_seat_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_seat")),
        sa.UniqueConstraint("link_id", "person_id", name=op.f("uq_lti_seat_link_id_person_id")),
    )
    op.create_index("ix_lti_seat_person", "lti_seat", ["person_id"], unique=False)
    op.create_table(
        "memory",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("stability", sa.Double(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_memory_part_id_part")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_memory_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "part_id", name=op.f("pk_memory")),
    )
    op.create_index("ix_memory_due", "memory", ["person_id", "due_at"], unique=False)
    op.create_table(
        "part_version",
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("spec", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("first_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_revision_id"], ["revision.id"], name=op.f("fk_part_version_first_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_part_version_part_id_part")),
        sa.PrimaryKeyConstraint("sha", name=op.f("pk_part_version")),
        info={"append_only": True},
    )
    op.create_index("ix_part_version_part", "part_version", ["part_id"], unique=False)
    op.create_table(
        "peak_finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_peak_finding_made_by_person")),
        sa.ForeignKeyConstraint(["review_id"], ["peak_review.id"], name=op.f("fk_peak_finding_review_id_peak_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peak_finding")),
        sa.UniqueConstraint("public_id", name=op.f("uq_peak_finding_public_id")),
    )
    op.create_index(op.f("ix_peak_finding_review_id"), "peak_finding", ["review_id"], unique=False)
    op.create_table(
        "reading",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("anchor", sa.String(length=200), server_default="", nullable=False),
        sa.Column("section", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("sections", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column(
            "observed_seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("checks", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_reading_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reading_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_reading_revision_id_revision")),
        sa.PrimaryKeyConstraint("person_id", "document_id", name=op.f("pk_reading")),
    )
    op.create_table(
        "record",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("credited_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("observed_seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=80), server_default="", nullable=False),
        sa.Column("corrects", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_record_actor_id_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_record_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_record_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_record_revision_id_revision")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_record_team_id_team")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_record")),
        sa.UniqueConstraint("hash", name=op.f("uq_record_hash")),
        info={"append_only": True},
    )
    op.create_index("ix_record_document", "record", ["document_id", "seq"], unique=False)
    op.create_index(
        "ix_record_graded",
        "record",
        ["source", "day"],
        unique=False,
        sqlite_where=sa.text("verb = 'graded'"),
        postgresql_where=sa.text("verb = 'graded'"),
    )
    op.create_index("ix_record_person_document", "record", ["person_id", "document_id", "seq"], unique=False)
    op.create_table(
        "review_mark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause_part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cause_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.Column("cleared_at", UTCDateTime(), nullable=True),
        sa.Column("cleared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verdict", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["before_revision_id"], ["revision.id"], name=op.f("fk_review_mark_before_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["cause_part_id"], ["part.id"], name=op.f("fk_review_mark_cause_part_id_part")),
        sa.ForeignKeyConstraint(
            ["cause_revision_id"], ["revision.id"], name=op.f("fk_review_mark_cause_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["cleared_by"], ["person.id"], name=op.f("fk_review_mark_cleared_by_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_review_mark_document_id_document")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_review_mark_part_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_mark")),
        sa.UniqueConstraint("part_id", "cause_revision_id", name=op.f("uq_review_mark_part_id_cause_revision_id")),
    )
    op.create_index(op.f("ix_review_mark_cause_revision_id"), "review_mark", ["cause_revision_id"], unique=False)
    op.create_index(
        "ix_review_mark_open",
        "review_mark",
        ["document_id", "part_id"],
        unique=False,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "review_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_review_request_asked_by_person")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_review_request_decided_by_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_review_request_document_id_document")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_review_request_reviewer_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_review_request_revision_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_request")),
    )
    op.create_index("ix_review_request_reviewer", "review_request", ["reviewer_id", "state"], unique=False)
    op.create_index(
        "uq_review_request_open",
        "review_request",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_drill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("from_scene", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("deadline_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("paused_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("events", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("lanes", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("frozen", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=True),
        sa.Column("waiting", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=True),
        sa.Column(
            "self_rating", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=True
        ),
        sa.Column("self_rated_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "earned IS NULL OR (earned >= 0 AND earned <= possible)", name=op.f("ck_run_earned_in_range")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_run_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_run_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_run_revision_id_revision")),
        sa.ForeignKeyConstraint(["team_drill_id"], ["team_drill.id"], name=op.f("fk_run_team_drill_id_team_drill")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("person_id", "document_id", "number", name=op.f("uq_run_person_id_document_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_run_public_id")),
    )
    op.create_index("ix_run_document", "run", ["document_id", "state"], unique=False)
    op.create_index(
        "ix_run_due",
        "run",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_run_team_drill", "run", ["team_drill_id", "person_id"], unique=False)
    op.create_index(
        "uq_run_open",
        "run",
        ["person_id", "document_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "seat",
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("put_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed", sa.String(length=8), server_default="", nullable=False),
        sa.Column("signed_at", UTCDateTime(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("credited_at", UTCDateTime(), nullable=True),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id_person")),
        sa.ForeignKeyConstraint(["put_by"], ["person.id"], name=op.f("fk_seat_put_by_person")),
        sa.ForeignKeyConstraint(["session_id"], ["live_session.id"], name=op.f("fk_seat_session_id_live_session")),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_seat")),
    )
    op.create_index("ix_seat_person", "seat", ["person_id", "state"], unique=False)
    op.create_table(
        "staff_day",
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("orders", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contacts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("complaints", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["staff_plan.id"], name=op.f("fk_staff_day_plan_id_staff_plan")),
        sa.PrimaryKeyConstraint("plan_id", "day", name=op.f("pk_staff_day")),
    )
    op.create_table(
        "staff_skill",
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("certificate_plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("queue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("share", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(certificate_plan_id IS NULL AND queue_id IS NOT NULL) OR (certificate_plan_id IS NOT NULL AND queue_id IS NULL)",
            name=op.f("ck_staff_skill_one_proof"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_plan_id"],
            ["certificate_plan.id"],
            name=op.f("fk_staff_skill_certificate_plan_id_certificate_plan"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["staff_plan.id"], name=op.f("fk_staff_skill_plan_id_staff_plan")),
        sa.ForeignKeyConstraint(["queue_id"], ["service_queue.id"], name=op.f("fk_staff_skill_queue_id_service_queue")),
        sa.PrimaryKeyConstraint("plan_id", "position", name=op.f("pk_staff_skill")),
    )
    op.create_table(
        "staff_team",
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["staff_plan.id"], name=op.f("fk_staff_team_plan_id_staff_plan")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_staff_team_team_id_team")),
        sa.PrimaryKeyConstraint("plan_id", "team_id", name=op.f("pk_staff_team")),
    )
    op.create_table(
        "standing",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("best_earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("best_possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_done_at", UTCDateTime(), nullable=True),
        sa.Column("last_done_at", UTCDateTime(), nullable=True),
        sa.Column("confirmed_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "credited_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "observed_seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("last_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_revision_id"], ["revision.id"], name=op.f("fk_standing_confirmed_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_standing_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_standing_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "document_id", name=op.f("pk_standing")),
    )
    op.create_index("ix_standing_document", "standing", ["document_id", "state"], unique=False)
    op.create_index(op.f("ix_standing_valid_until"), "standing", ["valid_until"], unique=False)
    op.create_table(
        "suggestion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("base_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("folder", sa.String(length=200), server_default="", nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("result_document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("result_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["base_revision_id"], ["revision.id"], name=op.f("fk_suggestion_base_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_suggestion_decided_by_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_suggestion_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_suggestion_person_id_person")),
        sa.ForeignKeyConstraint(
            ["result_document_id"], ["document.id"], name=op.f("fk_suggestion_result_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["result_revision_id"], ["revision.id"], name=op.f("fk_suggestion_result_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("public_id", name=op.f("uq_suggestion_public_id")),
    )
    op.create_index(op.f("ix_suggestion_document_id"), "suggestion", ["document_id"], unique=False)
    op.create_index("ix_suggestion_person", "suggestion", ["person_id", "at"], unique=False)
    op.create_index("ix_suggestion_result", "suggestion", ["result_revision_id"], unique=False)
    op.create_index("ix_suggestion_state", "suggestion", ["state", "at"], unique=False)
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_survey_answer_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_survey_answer_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_survey_answer_revision_id_revision")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_answer_survey_id_survey")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_survey_answer_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_survey_answer_document_id"), "survey_answer", ["document_id"], unique=False)
    op.create_index("ix_survey_answer_survey", "survey_answer", ["survey_id", "batch"], unique=False)
    op.create_table(
        "survey_asked",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "about_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answered", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("declined", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_survey_asked_person_id_person")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_asked_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "person_id", "about_id", name=op.f("pk_survey_asked")),
    )
    op.create_index(op.f("ix_survey_asked_person_id"), "survey_asked", ["person_id"], unique=False)
    op.create_table(
        "task_work",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("confirmer", sa.String(length=12), server_default="mentor", nullable=False),
        sa.Column("ticked", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_task_work_decided_by_person")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_task_work_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_task_work_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_task_work_revision_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_work")),
        sa.UniqueConstraint("person_id", "document_id", name=op.f("uq_task_work_person_id_document_id")),
    )
    op.create_index(op.f("ix_task_work_document_id"), "task_work", ["document_id"], unique=False)
    op.create_index("ix_task_work_state", "task_work", ["state", "submitted_at"], unique=False)
    op.create_table(
        "team_drill_person",
        sa.Column(
            "team_drill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("excused", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_drill_person_person_id_person")),
        sa.ForeignKeyConstraint(
            ["team_drill_id"], ["team_drill.id"], name=op.f("fk_team_drill_person_team_drill_id_team_drill")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_drill_person_team_id_team")),
        sa.PrimaryKeyConstraint("team_drill_id", "person_id", name=op.f("pk_team_drill_person")),
        sa.UniqueConstraint("person_id", "team_drill_id", name=op.f("uq_team_drill_person_person_id_team_drill_id")),
    )
    op.create_table(
        "team_drill_team",
        sa.Column(
            "team_drill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["team_drill_id"], ["team_drill.id"], name=op.f("fk_team_drill_team_team_drill_id_team_drill")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_drill_team_team_id_team")),
        sa.PrimaryKeyConstraint("team_drill_id", "team_id", name=op.f("pk_team_drill_team")),
    )
    op.create_table(
        "urgent_receipt",
        sa.Column("urgent_notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_urgent_receipt_person_id_person")),
        sa.ForeignKeyConstraint(
            ["urgent_notice_id"], ["urgent_notice.id"], name=op.f("fk_urgent_receipt_urgent_notice_id_urgent_notice")
        ),
        sa.PrimaryKeyConstraint("urgent_notice_id", "person_id", name=op.f("pk_urgent_receipt")),
    )
    op.create_index("ix_urgent_receipt_person", "urgent_receipt", ["person_id", "confirmed_at"], unique=False)
    op.create_table(
        "verification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_verification_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_verification_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_verification_revision_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    op.create_index("ix_verification_document", "verification", ["document_id", "at"], unique=False)
    op.create_table(
        "vote",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=20), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_vote_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_person_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_vote_revision_id_revision")),
        sa.PrimaryKeyConstraint("person_id", "document_id", name=op.f("pk_vote")),
    )
    op.create_index("ix_vote_document", "vote", ["document_id", "at"], unique=False)
    op.create_table(
        "appraisal_answer",
        sa.Column(
            "appraisal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("marks", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("texts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("handed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_answer_appraisal_id_appraisal")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_appraisal_answer_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appraisal_answer_person_id_person")),
        sa.PrimaryKeyConstraint("appraisal_id", "side", name=op.f("pk_appraisal_answer")),
    )
    op.create_index(op.f("ix_appraisal_answer_person_id"), "appraisal_answer", ["person_id"], unique=False)
    op.create_table(
        "appraisal_appeal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appraisal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("desired", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="waiting", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_appraisal_appeal_answered_by_person")),
        sa.ForeignKeyConstraint(
            ["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_appeal_appraisal_id_appraisal")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appraisal_appeal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_appeal")),
        sa.UniqueConstraint("appraisal_id", "version", name=op.f("uq_appraisal_appeal_appraisal_id_version")),
    )
    op.create_index(op.f("ix_appraisal_appeal_person_id"), "appraisal_appeal", ["person_id"], unique=False)
    op.create_index("ix_appraisal_appeal_state", "appraisal_appeal", ["state"], unique=False)
    op.create_table(
        "appraisal_freeze",
        sa.Column(
            "appraisal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("mark", sa.Double(), nullable=True),
        sa.Column("composite", sa.Double(), nullable=True),
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_freeze_appraisal_id_appraisal")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_appraisal_freeze_by_id_person")),
        sa.PrimaryKeyConstraint("appraisal_id", "version", name=op.f("pk_appraisal_freeze")),
        info={"append_only": True},
    )
    op.create_table(
        "appraisal_paper",
        sa.Column(
            "appraisal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_paper_appraisal_id_appraisal")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appraisal_paper_person_id_person")),
        sa.PrimaryKeyConstraint("appraisal_id", "version", name=op.f("pk_appraisal_paper")),
    )
    op.create_index(op.f("ix_appraisal_paper_person_id"), "appraisal_paper", ["person_id"], unique=False)
    op.create_table(
        "appraisal_signature",
        sa.Column(
            "appraisal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_signature_appraisal_id_appraisal")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appraisal_signature_person_id_person")),
        sa.PrimaryKeyConstraint("appraisal_id", "version", "side", name=op.f("pk_appraisal_signature")),
        info={"append_only": True},
    )
    op.create_table(
        "assignment_item",
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=12), server_default="complete", nullable=False),
        sa.Column("container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("after_stage", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("in_order", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("required", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("extended_to", sa.Date(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("exempt", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_assignment_item_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["container_id"], ["document.id"], name=op.f("fk_assignment_item_container_id_document")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_assignment_item_document_id_document")),
        sa.PrimaryKeyConstraint("assignment_id", "position", name=op.f("pk_assignment_item")),
    )
    op.create_index("ix_assignment_item_document", "assignment_item", ["document_id", "assignment_id"], unique=False)
    op.create_index(
        "ix_assignment_item_open_due",
        "assignment_item",
        ["due_on"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "assignment_reason",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_assignment_reason_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_reason")),
        sa.UniqueConstraint("assignment_id", "kind", "ref", name=op.f("uq_assignment_reason_assignment_id_kind_ref")),
    )
    op.create_table(
        "attempt_item",
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_version_sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "option_order", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "value",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("answered", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=True),
        sa.Column("seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("flagged", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("waiting", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("graded_as", sa.LargeBinary(length=32), nullable=True),
        sa.Column("dropped", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("marked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "mark_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_item_attempt_id_attempt")),
        sa.ForeignKeyConstraint(
            ["graded_as"], ["part_version.sha"], name=op.f("fk_attempt_item_graded_as_part_version")
        ),
        sa.ForeignKeyConstraint(["marked_by"], ["person.id"], name=op.f("fk_attempt_item_marked_by_person")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_attempt_item_part_id_part")),
        sa.ForeignKeyConstraint(
            ["part_version_sha"], ["part_version.sha"], name=op.f("fk_attempt_item_part_version_sha_part_version")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_attempt_item")),
    )
    op.create_index("ix_attempt_item_part", "attempt_item", ["part_id", "attempt_id"], unique=False)
    op.create_index("ix_attempt_item_part_version", "attempt_item", ["part_version_sha"], unique=False)
    op.create_index(
        "ix_attempt_item_waiting",
        "attempt_item",
        ["attempt_id"],
        unique=False,
        sqlite_where=sa.text("waiting"),
        postgresql_where=sa.text("waiting"),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terms_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name=op.f("ck_award_one_owner")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_award_confirmed_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_person_id_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["award_proposal.id"], name=op.f("fk_award_proposal_id_award_proposal")
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["award_rule.id"], name=op.f("fk_award_rule_id_award_rule")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_award_team_id_team")),
        sa.ForeignKeyConstraint(["terms_id"], ["award_terms.id"], name=op.f("fk_award_terms_id_award_terms")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_award_withdrawn_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("public_id", name=op.f("uq_award_public_id")),
    )
    op.create_index("ix_award_period", "award", ["period", "id"], unique=False)
    op.create_index(op.f("ix_award_person_id"), "award", ["person_id"], unique=False)
    op.create_index(op.f("ix_award_proposal_id"), "award", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_award_rule_id"), "award", ["rule_id"], unique=False)
    op.create_table(
        "award_candidate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("wins", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("out", sa.String(length=12), server_default="", nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("before", sa.Double(), nullable=True),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("removed", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name=op.f("ck_award_candidate_one_owner")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_candidate_person_id_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["award_proposal.id"], name=op.f("fk_award_candidate_proposal_id_award_proposal")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_award_candidate_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_candidate")),
    )
    op.create_index(op.f("ix_award_candidate_person_id"), "award_candidate", ["person_id"], unique=False)
    op.create_index(op.f("ix_award_candidate_proposal_id"), "award_candidate", ["proposal_id"], unique=False)
    op.create_table(
        "chase",
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_chase_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_chase_made_by_person")),
        sa.PrimaryKeyConstraint("assignment_id", "day", name=op.f("pk_chase")),
    )
    op.create_table(
        "courseware_state",
        sa.Column(
            "attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("launch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("launched_at", UTCDateTime(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("cmi", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column(
            "hundredths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("left", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["courseware_attempt.id"], name=op.f("fk_courseware_state_attempt_id_courseware_attempt")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "place", name=op.f("pk_courseware_state")),
    )
    op.create_table(
        "exemption",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_exemption_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_exemption_ended_by_person")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_exemption_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    op.create_index("ix_exemption_assignment", "exemption", ["assignment_id", "ended_at"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_extension_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_extension_ended_by_person")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_extension_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index("ix_extension_assignment", "extension", ["assignment_id", "ended_at"], unique=False)
    op.create_table(
        "inspection_loop",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inspection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recheck_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recheck_on", sa.Date(), nullable=False),
        sa.Column("learned_on", sa.Date(), nullable=True),
        sa.Column("passes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("fails", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_inspection_loop_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_loop_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["inspection_item.id"], name=op.f("fk_inspection_loop_item_id_inspection_item")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inspection_loop_person_id_person")),
        sa.ForeignKeyConstraint(
            ["recheck_id"], ["assignment.id"], name=op.f("fk_inspection_loop_recheck_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_loop")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspection_loop_public_id")),
    )
    op.create_index(op.f("ix_inspection_loop_assignment_id"), "inspection_loop", ["assignment_id"], unique=False)
    op.create_index("ix_inspection_loop_item", "inspection_loop", ["item_id", "state"], unique=False)
    op.create_index("ix_inspection_loop_recheck", "inspection_loop", ["ended_on", "recheck_on"], unique=False)
    op.create_index(op.f("ix_inspection_loop_recheck_id"), "inspection_loop", ["recheck_id"], unique=False)
    op.create_index(
        "uq_inspection_loop_live",
        "inspection_loop",
        ["person_id", "item_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "item_verdict",
        sa.Column("part_version_sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("answers", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_item_verdict_document_id_document")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_item_verdict_made_by_person")),
        sa.ForeignKeyConstraint(
            ["part_version_sha"], ["part_version.sha"], name=op.f("fk_item_verdict_part_version_sha_part_version")
        ),
        sa.PrimaryKeyConstraint("part_version_sha", "document_id", "kind", name=op.f("pk_item_verdict")),
    )
    op.create_table(
        "lti_score",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("platform_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="waiting", nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("answer", sa.String(length=400), server_default="", nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_lti_score_document_id_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lti_score_person_id_person")),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platform.id"], name=op.f("fk_lti_score_platform_id_lti_platform")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["lti_seat.id"], name=op.f("fk_lti_score_seat_id_lti_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_score")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lti_score_public_id")),
    )
    op.create_index(op.f("ix_lti_score_person_id"), "lti_score", ["person_id"], unique=False)
    op.create_index(op.f("ix_lti_score_platform_id"), "lti_score", ["platform_id"], unique=False)
    op.create_index("ix_lti_score_seat", "lti_score", ["seat_id"], unique=False)
    op.create_index("ix_lti_score_state", "lti_score", ["state", "at"], unique=False)
    op.create_index(
        "ix_lti_score_waiting",
        "lti_score",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "peak_measure",
        sa.Column("measure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("finding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("goal", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["peak_finding.id"], name=op.f("fk_peak_measure_finding_id_peak_finding")
        ),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_peak_measure_measure_id_measure")),
        sa.ForeignKeyConstraint(["review_id"], ["peak_review.id"], name=op.f("fk_peak_measure_review_id_peak_review")),
        sa.PrimaryKeyConstraint("measure_id", name=op.f("pk_peak_measure")),
    )
    op.create_index(op.f("ix_peak_measure_review_id"), "peak_measure", ["review_id"], unique=False)
    op.create_table(
        "presence",
        sa.Column(
            "attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tab", sa.String(length=32), nullable=True),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column(
            "away_times", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "away_seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "gone_times", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column(
            "gone_seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_presence_attempt_id_attempt")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "record_note",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["record.seq"], name=op.f("fk_record_note_seq_record")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_record_note")),
    )
    op.create_table(
        "regrade",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_sha", sa.LargeBinary(length=32), nullable=False),
        sa.Column("to_sha", sa.LargeBinary(length=32), nullable=True),
        sa.Column("remark", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_regrade_document_id_document")),
        sa.ForeignKeyConstraint(["from_sha"], ["part_version.sha"], name=op.f("fk_regrade_from_sha_part_version")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_regrade_made_by_person")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_regrade_part_id_part")),
        sa.ForeignKeyConstraint(["to_sha"], ["part_version.sha"], name=op.f("fk_regrade_to_sha_part_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
        sa.UniqueConstraint("public_id", name=op.f("uq_regrade_public_id")),
    )
    op.create_index(op.f("ix_regrade_document_id"), "regrade", ["document_id"], unique=False)
    op.create_index(op.f("ix_regrade_from_sha"), "regrade", ["from_sha"], unique=False)
    op.create_index(
        "uq_regrade_going",
        "regrade",
        ["from_sha"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "reminder",
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        sa.Column("notice_key", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_reminder_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.PrimaryKeyConstraint("assignment_id", "due_on", "step", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_notice", "reminder", ["notice_key"], unique=False)
    op.create_index("ix_reminder_person", "reminder", ["person_id", "said_on"], unique=False)
    op.create_table(
        "run_event",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("lane", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("scene", sa.Text(), nullable=False),
        sa.Column("led_to", sa.Text(), nullable=False),
        sa.Column("choice", sa.String(length=12), nullable=False),
        sa.Column("milliseconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("mood", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("points", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_event_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_run_event")),
        info={"append_only": True},
    )
    op.create_index("ix_run_event_scene", "run_event", ["scene", "kind"], unique=False)
    op.create_table(
        "run_lookup",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("lane", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("found", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("anchor", sa.Text(), server_default="", nullable=False),
        sa.Column("seconds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_run_lookup_document_id_document")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_lookup_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_lookup")),
    )
    op.create_index("ix_run_lookup_run", "run_lookup", ["run_id", "number"], unique=True)
    op.create_table(
        "run_overrule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("offered", sa.String(length=12), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_run_overrule_by_id_person")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_overrule_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_overrule")),
    )
    op.create_index("ix_run_overrule_run", "run_overrule", ["run_id", "seq", "line"], unique=False)
    op.create_table(
        "run_review",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rating", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_run_review_by_id_person")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_review_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_review")),
    )
    op.create_table(
        "run_score",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_run_score_by_id_person")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_run_score_revision_id_revision")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_score_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_run_score")),
        info={"append_only": True},
    )
    op.create_table(
        "run_text",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_text_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_run_text")),
    )
    op.create_table(
        "second_mark",
        sa.Column(
            "attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "criteria", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("marked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("marked_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_second_mark_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["marked_by"], ["person.id"], name=op.f("fk_second_mark_marked_by_person")),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_second_mark")),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_work_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha", sa.LargeBinary(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person")),
        sa.ForeignKeyConstraint(["task_work_id"], ["task_work.id"], name=op.f("fk_upload_task_work_id_task_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_upload_public_id")),
    )
    op.create_index(op.f("ix_upload_person_id"), "upload", ["person_id"], unique=False)
    op.create_index(op.f("ix_upload_task_work_id"), "upload", ["task_work_id"], unique=False)
    op.create_table(
        "award_share",
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_share_award_id_award")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_share_person_id_person")),
        sa.PrimaryKeyConstraint("award_id", "person_id", name=op.f("pk_award_share")),
    )
    op.create_index(op.f("ix_award_share_person_id"), "award_share", ["person_id"], unique=False)
    op.create_table(
        "grade_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("earned_before", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("earned_after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "criteria", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("regrade_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_grade_change_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_grade_change_made_by_person")),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_grade_change_regrade_id_regrade")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_change")),
        info={"append_only": True},
    )
    op.create_index("ix_grade_change_answer", "grade_change", ["attempt_id", "position"], unique=False)
    op.create_table(
        "regrade_line",
        sa.Column(
            "regrade_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("old_earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("old_possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("old_passed", sa.Boolean(), nullable=True),
        sa.Column("new_earned", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("new_possible", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("new_passed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_regrade_line_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_regrade_line_regrade_id_regrade")),
        sa.PrimaryKeyConstraint("regrade_id", "attempt_id", name=op.f("pk_regrade_line")),
        sa.UniqueConstraint("attempt_id", "regrade_id", name=op.f("uq_regrade_line_attempt_id_regrade_id")),
        info={"append_only": True},
    )
    for statement in AFTER[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first release; restore a backup instead")
