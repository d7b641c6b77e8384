//! A synthetic company for ingest: realms of identities with relations, made on the fly from
//! arithmetic, so that making it costs little and holds nothing.

use async_trait::async_trait;
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, Definition, Emitter, Rank, StreamDef, SyncRequest,
};
use rollcall_model::{
    EntityKey, EntityType, IdentityClass, KeyError, Kind, Listing, ProblemClass, Relation,
    ScopeKey, Timestamp, Visibility,
};
use rollcall_record::{EntityRecord, Problem, RelationRecord, ScopeStarted, entity};
use serde_json::json;

/// Relations of each entity.
pub const RELATIONS: usize = 5;

/// How large it is.
#[derive(Clone, Copy, Debug)]
pub struct Company {
    /// Scopes, each a realm.
    pub realms: usize,
    /// Entities of each.
    pub entities: usize,
}

/// A cheap mix of bits, so that ends of relations are spread.
const fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

impl Company {
    /// The scope of a realm.
    #[must_use]
    pub fn scope(&self, realm: usize) -> ScopeKey {
        ScopeKey::realm("roles", &format!("{:012}", 100_000_000_000_usize + realm))
    }

    fn key(&self, kind: &Kind, realm: usize, n: usize) -> EntityKey {
        EntityKey {
            provider: "aws".into(),
            realm: format!("{:012}", 100_000_000_000_usize + realm),
            kind: kind.clone(),
            id: format!("AROA{:016X}", mix((realm * self.entities + n) as u64)),
        }
    }

    /// An entity; `round` changes nothing yet stands for the reading.
    #[must_use]
    pub fn entity(&self, kind: &Kind, realm: usize, n: usize) -> EntityRecord {
        entity(self.key(kind, realm, n), EntityType::Identity, format!("service-{realm}-{n}"))
            .class(IdentityClass::Service)
            .created_at(Some(Timestamp::from_seconds(1_600_000_000 + n as i64 * 61)))
            .attribute("path", "/service/")
            .attribute("max_session_seconds", 3_600)
            .attribute("tags", json!({"team": format!("team-{}", n % 300), "env": "prod"}))
    }

    /// One of an entity's relations: four of five stay in its realm.
    #[must_use]
    pub fn relation(&self, kind: &Kind, realm: usize, n: usize, r: usize) -> RelationRecord {
        let spread = mix((realm * self.entities + n) as u64 * 31 + r as u64) as usize;
        let to_realm = if r == 0 { spread % self.realms } else { realm };
        let to = self.key(kind, to_realm, spread / self.realms % self.entities);
        let relation = [Relation::CanAssume, Relation::HasGrant, Relation::MemberOf][r % 3];
        RelationRecord::new(self.key(kind, realm, n), relation, to).discriminator(format!("{r}"))
    }
}

/// The kind of all entities here.
///
/// # Errors
/// Never: the word is well-formed.
pub fn kind() -> Result<Kind, KeyError> {
    "aws.iam-role".parse()
}

/// A connector that emits a company.
#[derive(Debug)]
pub struct CompanyConnector {
    company: Company,
    kind: Kind,
    definition: Definition,
}

impl CompanyConnector {
    /// For a company.
    ///
    /// # Errors
    /// Never: its words are well-formed.
    pub fn new(company: Company) -> Result<Self, KeyError> {
        let stream = StreamDef {
            name: "roles".into(),
            title: "Roles".into(),
            listing: Listing::Full,
            rank: Rank::Authoritative,
            part: None,
            permissions: Vec::new(),
            tier: None,
            sees: "everything".into(),
            blind_spots: Vec::new(),
            shifting: false,
            careful: false,
        };
        let definition = Definition {
            id: "company".into(),
            title: "Synthetic company".into(),
            summary: "Made by arithmetic.".into(),
            provider: "aws".into(),
            streams: vec![stream],
            kinds: Vec::new(),
            config: Vec::new(),
            operations: Vec::new(),
            access_formats: Vec::new(),
        };
        Ok(Self { company, kind: kind()?, definition })
    }
}

#[async_trait]
impl Connector for CompanyConnector {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        Ok(CheckReport::default())
    }

    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem> {
        Err(Problem::new(ProblemClass::Config, "no_access", format!("no access in {format}")))
    }

    async fn sync(&self, _request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let company = self.company;
        for realm in 0..company.realms {
            let started = ScopeStarted {
                scope: company.scope(realm),
                parent: None,
                listing: Listing::Full,
                visibility: Visibility::default(),
            };
            let mut scope = out.scope(started).await?;
            for n in 0..company.entities {
                scope.entity(company.entity(&self.kind, realm, n)).await?;
                for r in 0..RELATIONS {
                    scope.relation(company.relation(&self.kind, realm, n, r)).await?;
                }
            }
            scope.finish().await?;
        }
        Ok(())
    }
}
