CREATE SCHEMA IF NOT EXISTS vault;
COMMENT ON SCHEMA vault IS 'Data keys and credentials, encrypted; of no use without the master key, which is not in the database.';

CREATE TABLE vault.data_key (
    customer TEXT NOT NULL,
    version BIGINT NOT NULL,
    wrapped BYTEA NOT NULL,
    master_key_id TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT data_key_pkey PRIMARY KEY (customer, version)
);
COMMENT ON TABLE vault.data_key IS 'The keys of each customer''s data; the latest version seals, earlier ones open what they sealed';
COMMENT ON COLUMN vault.data_key.customer IS 'Whose data the key is for';
COMMENT ON COLUMN vault.data_key.version IS 'Counted up with each new key of the customer';
COMMENT ON COLUMN vault.data_key.wrapped IS 'The key, encrypted with AES-256-GCM under the master key';
COMMENT ON COLUMN vault.data_key.master_key_id IS 'Names the master key without telling it';
COMMENT ON COLUMN vault.data_key.created_at IS 'When the key was made';

CREATE TABLE vault.secret (
    connection TEXT NOT NULL,
    customer TEXT NOT NULL,
    sealed BYTEA,
    put_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT secret_pkey PRIMARY KEY (connection)
);
COMMENT ON TABLE vault.secret IS 'Airflow Connections, encrypted';
COMMENT ON COLUMN vault.secret.connection IS 'Id of the Airflow Connection';
COMMENT ON COLUMN vault.secret.customer IS 'The customer whose key seals it';
COMMENT ON COLUMN vault.secret.sealed IS 'The Airflow Connection as JSON, sealed under the customer''s key; NULL where it was revoked';
COMMENT ON COLUMN vault.secret.put_at IS 'When it was last entered';
COMMENT ON COLUMN vault.secret.revoked_at IS 'When it was revoked; nobody gets it from then on';

ALTER TABLE ops.order_raw ADD COLUMN payload_hash UUID;
ALTER TABLE ops.reject ADD COLUMN payload_hash UUID;
COMMENT ON COLUMN ops.order_raw.payload IS 'Everything the source gave about the order: JSON, compressed, sealed under the customer''s key';
COMMENT ON COLUMN ops.order_raw.payload_hash IS 'Keyed fingerprint of the payload: the same for the same content';
COMMENT ON COLUMN ops.reject.payload IS 'Everything the source gave about the order: JSON, compressed, sealed under the customer''s key';
COMMENT ON COLUMN ops.reject.payload_hash IS 'Keyed fingerprint of the payload: the same for the same content';
COMMENT ON COLUMN ops.token.sealed IS 'The latest refresh and access token, sealed under the customer''s key';
COMMENT ON COLUMN ops.token.key_id IS 'Version of the customer''s data key that sealed them';
