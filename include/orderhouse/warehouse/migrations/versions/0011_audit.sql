CREATE TABLE ops.audit (
    audit_id BIGINT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    login TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    connection TEXT,
    customer TEXT,
    subject TEXT,
    details JSONB NOT NULL,
    previous_hash BYTEA NOT NULL,
    row_hash BYTEA NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (audit_id),
    CONSTRAINT audit_previous_hash_key UNIQUE (previous_hash)
);
CREATE INDEX audit_action_connection_idx ON ops.audit (action, connection, audit_id);
COMMENT ON TABLE ops.audit IS 'Who did what; rows are only added, each with the hash of the one before';
COMMENT ON COLUMN ops.audit.audit_id IS 'Number of the row, without gaps';
COMMENT ON COLUMN ops.audit.occurred_at IS 'When it was written';
COMMENT ON COLUMN ops.audit.login IS 'The login that wrote it, as PostgreSQL knows it';
COMMENT ON COLUMN ops.audit.actor IS 'Who did it, as the program knows them';
COMMENT ON COLUMN ops.audit.action IS 'What was done, such as sync.started or credentials.read';
COMMENT ON COLUMN ops.audit.connection IS 'The connection it was done to';
COMMENT ON COLUMN ops.audit.customer IS 'The customer it was done to';
COMMENT ON COLUMN ops.audit.subject IS 'Id of what it was done to or with';
COMMENT ON COLUMN ops.audit.details IS 'What else is worth knowing; no secrets';
COMMENT ON COLUMN ops.audit.previous_hash IS 'The hash of the row before; zeros in the first';
COMMENT ON COLUMN ops.audit.row_hash IS 'SHA-256 of the hash before and of this row';

CREATE FUNCTION ops.record_audit(
    p_actor text, p_action text, p_connection text, p_customer text, p_subject text, p_details jsonb, p_if_new boolean
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    latest ops.audit;
    known jsonb;
    made ops.audit;
BEGIN
    LOCK TABLE ops.audit IN SHARE ROW EXCLUSIVE MODE;
    IF p_if_new THEN
        SELECT details INTO known FROM ops.audit
        WHERE action = p_action AND connection IS NOT DISTINCT FROM p_connection ORDER BY audit_id DESC LIMIT 1;
        IF known = p_details THEN RETURN NULL; END IF;
    END IF;
    SELECT * INTO latest FROM ops.audit ORDER BY audit_id DESC LIMIT 1;
    made.audit_id := coalesce(latest.audit_id, 0) + 1;
    made.occurred_at := clock_timestamp();
    made.login := session_user;
    made.actor := left(p_actor, 500);
    made.action := p_action;
    made.connection := p_connection;
    made.customer := p_customer;
    made.subject := left(p_subject, 500);
    made.details := coalesce(p_details, '{}'::jsonb);
    made.previous_hash := coalesce(latest.row_hash, decode(repeat('00', 32), 'hex'));
    made.row_hash := sha256(made.previous_hash || convert_to(jsonb_build_array(
        made.audit_id, to_char(made.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), made.login, made.actor,
        made.action, made.connection, made.customer, made.subject, made.details
    )::text, 'UTF8'));
    INSERT INTO ops.audit VALUES (made.*);
    RETURN made.audit_id;
END
$$;
COMMENT ON FUNCTION ops.record_audit(text, text, text, text, text, jsonb, boolean) IS 'Adds a row to ops.audit; one writer at a time, until its transaction ends';
REVOKE ALL ON FUNCTION ops.record_audit(text, text, text, text, text, jsonb, boolean) FROM PUBLIC;

CREATE FUNCTION ops.audit_head() RETURNS TABLE (audit_id bigint, row_hash text) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT audit_id, encode(row_hash, 'hex') FROM ops.audit ORDER BY audit_id DESC LIMIT 1
$$;
COMMENT ON FUNCTION ops.audit_head() IS 'The latest row of ops.audit, for who may seal it but not read it';
REVOKE ALL ON FUNCTION ops.audit_head() FROM PUBLIC;

CREATE FUNCTION ops.keep_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'rows of ops.audit are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION ops.keep_audit() IS 'Refuses every change of ops.audit but an addition';
CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON ops.audit FOR EACH ROW EXECUTE FUNCTION ops.keep_audit();
CREATE TRIGGER keep_table BEFORE TRUNCATE ON ops.audit FOR EACH STATEMENT EXECUTE FUNCTION ops.keep_audit();

COMMENT ON COLUMN ops.connection_status.state IS 'online, offline, needs_reauthorisation, paused or disconnected';
