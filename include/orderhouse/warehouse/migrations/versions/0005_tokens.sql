CREATE TABLE ops.token (
    connection TEXT NOT NULL,
    customer TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    key_id TEXT NOT NULL,
    refreshed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    refreshes BIGINT NOT NULL,
    CONSTRAINT token_pkey PRIMARY KEY (connection)
);
COMMENT ON TABLE ops.token IS 'Tokens that change with every use, kept before they are used';
COMMENT ON COLUMN ops.token.connection IS 'Id of the Airflow Connection that holds the first token';
COMMENT ON COLUMN ops.token.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN ops.token.sealed IS 'The latest refresh and access token, encrypted with AES-256-GCM';
COMMENT ON COLUMN ops.token.key_id IS 'Names the key they are encrypted with';
COMMENT ON COLUMN ops.token.refreshed_at IS 'When they were fetched';
COMMENT ON COLUMN ops.token.refreshes IS 'How often tokens were fetched';
