CREATE TABLE source (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    connector    TEXT    NOT NULL,
    created_at   INTEGER  NOT NULL,
    abandoned_at INTEGER
) STRICT;

CREATE TABLE scope (
    id             INTEGER PRIMARY KEY,
    source_id      INTEGER NOT NULL REFERENCES source (id),
    stream         TEXT   NOT NULL,
    realm          TEXT   NOT NULL,
    part           TEXT   NOT NULL,
    rank           INTEGER NOT NULL,
    parent_id      INTEGER,
    claimed        INTEGER NOT NULL,
    published      INTEGER NOT NULL,
    visibility     TEXT   NOT NULL,
    lost           TEXT   NOT NULL,
    live_entities  INTEGER NOT NULL,
    live_relations INTEGER NOT NULL,
    next_number    INTEGER NOT NULL,
    state          INTEGER,
    read_at        INTEGER,
    complete_at    INTEGER,
    closed_at      INTEGER,
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
    referred  INTEGER NOT NULL
) STRICT;

CREATE TABLE entity_claim (
    scope_id INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    fact_id  INTEGER NOT NULL,
    from_rev INTEGER NOT NULL,
    to_rev   INTEGER NOT NULL,
    hash     BLOB   NOT NULL,
    type     INTEGER NOT NULL,
    class    INTEGER,
    name     TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (scope_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_claim_fact ON entity_claim (fact_id);

CREATE TABLE relation_claim (
    scope_id INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    fact_id  INTEGER NOT NULL,
    from_rev INTEGER NOT NULL,
    to_rev   INTEGER NOT NULL,
    hash     BLOB   NOT NULL,
    relation INTEGER NOT NULL,
    from_id  INTEGER NOT NULL,
    to_id    INTEGER NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (scope_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE reference_claim (
    scope_id     INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    fact_id      INTEGER NOT NULL,
    from_rev     INTEGER NOT NULL,
    to_rev       INTEGER NOT NULL,
    hash         BLOB   NOT NULL,
    entity_id    INTEGER NOT NULL,
    reference_id INTEGER NOT NULL,
    PRIMARY KEY (scope_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_claim_reference ON reference_claim (reference_id);
CREATE INDEX reference_claim_entity ON reference_claim (entity_id);

CREATE TABLE missing (
    scope_id    INTEGER NOT NULL,
    claim_table INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    fact_id     INTEGER NOT NULL,
    reason      INTEGER NOT NULL,
    seen_at     INTEGER,
    PRIMARY KEY (scope_id, claim_table, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX missing_fact ON missing (claim_table, fact_id);

CREATE TABLE redirect (
    reference_id INTEGER PRIMARY KEY,
    entity_id    INTEGER NOT NULL
) STRICT;

CREATE TABLE activity (
    scope_id INTEGER NOT NULL,
    node_id  INTEGER NOT NULL,
    evidence TEXT   NOT NULL,
    day      INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    count    INTEGER,
    body     TEXT   NOT NULL,
    PRIMARY KEY (scope_id, node_id, evidence, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_node ON activity (node_id);

CREATE TABLE event (
    scope_id INTEGER NOT NULL,
    event_id TEXT   NOT NULL,
    node_id  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (scope_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE publication_counter (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
INSERT INTO publication_counter VALUES (1, 0, 0);

CREATE TABLE publication (
    sequence INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    scope_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    run_id   TEXT
) STRICT;
CREATE UNIQUE INDEX publication_revision ON publication (scope_id, revision);

CREATE TABLE lease (
    source_id  INTEGER NOT NULL,
    stream     TEXT   NOT NULL,
    holder     TEXT   NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (source_id, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id          TEXT PRIMARY KEY,
    source_id   INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    exit_code   INTEGER,
    version     TEXT   NOT NULL
) STRICT;
CREATE INDEX run_source ON run (source_id, started_at);

CREATE TABLE run_scope (
    run_id      TEXT   NOT NULL,
    scope_id    INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    added       INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    retired     INTEGER NOT NULL,
    held        INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, scope_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_problem (
    run_id TEXT   NOT NULL,
    number INTEGER NOT NULL,
    note   INTEGER NOT NULL,
    body   TEXT   NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;
