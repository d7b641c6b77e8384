CREATE TABLE source (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    connector    TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    abandoned_at BIGINT
) STRICT;

CREATE TABLE scope (
    id             INTEGER PRIMARY KEY,
    source_id      BIGINT NOT NULL REFERENCES source (id),
    stream         TEXT   NOT NULL,
    realm          TEXT   NOT NULL,
    part           TEXT   NOT NULL,
    rank           BIGINT NOT NULL,
    parent_id      BIGINT,
    claimed        BIGINT NOT NULL,
    published      BIGINT NOT NULL,
    visibility     TEXT   NOT NULL,
    lost           TEXT   NOT NULL,
    live_entities  BIGINT NOT NULL,
    live_relations BIGINT NOT NULL,
    state          BIGINT,
    read_at        BIGINT,
    complete_at    BIGINT,
    closed_at      BIGINT,
    cursor         TEXT,
    UNIQUE (source_id, stream, realm, part)
) STRICT;
CREATE INDEX scope_parent ON scope (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE entity (
    id        INTEGER PRIMARY KEY,
    provider  TEXT NOT NULL,
    realm     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    native_id TEXT NOT NULL
) STRICT;

CREATE TABLE reference (
    id        INTEGER PRIMARY KEY,
    namespace TEXT   NOT NULL,
    authority TEXT   NOT NULL,
    value     TEXT   NOT NULL,
    referred  BIGINT NOT NULL
) STRICT;

CREATE TABLE entity_claim (
    scope_id BIGINT NOT NULL,
    fact_id  BIGINT NOT NULL,
    from_rev BIGINT NOT NULL,
    to_rev   BIGINT NOT NULL,
    hash     BLOB   NOT NULL,
    type     BIGINT NOT NULL,
    class    BIGINT,
    name     TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (scope_id, fact_id, from_rev)
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_claim_fact ON entity_claim (fact_id);

CREATE TABLE relation_claim (
    scope_id BIGINT NOT NULL,
    fact_id  BIGINT NOT NULL,
    from_rev BIGINT NOT NULL,
    to_rev   BIGINT NOT NULL,
    hash     BLOB   NOT NULL,
    relation BIGINT NOT NULL,
    from_id  BIGINT NOT NULL,
    to_id    BIGINT NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (scope_id, fact_id, from_rev)
) STRICT, WITHOUT ROWID;

CREATE TABLE reference_claim (
    scope_id     BIGINT NOT NULL,
    fact_id      BIGINT NOT NULL,
    from_rev     BIGINT NOT NULL,
    to_rev       BIGINT NOT NULL,
    hash         BLOB   NOT NULL,
    entity_id    BIGINT NOT NULL,
    reference_id BIGINT NOT NULL,
    PRIMARY KEY (scope_id, fact_id, from_rev)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_claim_reference ON reference_claim (reference_id);
CREATE INDEX reference_claim_entity ON reference_claim (entity_id);

CREATE TABLE missing (
    scope_id    BIGINT NOT NULL,
    claim_table BIGINT NOT NULL,
    fact_id     BIGINT NOT NULL,
    reason      BIGINT NOT NULL,
    PRIMARY KEY (scope_id, claim_table, fact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX missing_fact ON missing (claim_table, fact_id);

CREATE TABLE redirect (
    reference_id INTEGER PRIMARY KEY,
    entity_id    BIGINT NOT NULL
) STRICT;

CREATE TABLE activity (
    scope_id BIGINT NOT NULL,
    node_id  BIGINT NOT NULL,
    evidence TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    count    BIGINT,
    body     TEXT   NOT NULL,
    PRIMARY KEY (scope_id, node_id, evidence, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_node ON activity (node_id);

CREATE TABLE event (
    scope_id BIGINT NOT NULL,
    event_id TEXT   NOT NULL,
    node_id  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (scope_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE publication_counter (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    sequence BIGINT NOT NULL,
    at       BIGINT NOT NULL
) STRICT;
INSERT INTO publication_counter VALUES (1, 0, 0);

CREATE TABLE publication (
    sequence INTEGER PRIMARY KEY,
    at       BIGINT NOT NULL,
    kind     BIGINT NOT NULL,
    scope_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    run_id   TEXT
) STRICT;
CREATE UNIQUE INDEX publication_revision ON publication (scope_id, revision);

CREATE TABLE lease (
    source_id  BIGINT NOT NULL,
    stream     TEXT   NOT NULL,
    holder     TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (source_id, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id          TEXT PRIMARY KEY,
    source_id   BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT,
    exit_code   BIGINT,
    version     TEXT   NOT NULL
) STRICT;
CREATE INDEX run_source ON run (source_id, started_at);

CREATE TABLE run_scope (
    run_id      TEXT   NOT NULL,
    scope_id    BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    seen        BIGINT NOT NULL,
    added       BIGINT NOT NULL,
    changed     BIGINT NOT NULL,
    retired     BIGINT NOT NULL,
    held        BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, scope_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_problem (
    run_id TEXT   NOT NULL,
    number BIGINT NOT NULL,
    note   BIGINT NOT NULL,
    body   TEXT   NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;
