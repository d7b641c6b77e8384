//! Who calls: an App with its key, one of its installations, a person's token, nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rollcall_model::Timestamp;
use serde_json::Value;

use super::ask::Reply;
use super::options::GitHubKeys;
use super::world::{Repo, World};
use crate::plan::LabError;
use crate::plan::hub::Visibility;

/// Seconds that the token of an installation holds.
pub(crate) const TOKEN_LIFE: i64 = 3_600;
/// The longest life of the JWT of an App, with a minute for clocks that differ.
const MOST_JWT: i64 = 660;

/// What may be done: permission to level.
pub(crate) type Rights = BTreeMap<String, String>;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody that says who it is.
    Nobody,
    /// The App itself; when its JWT was made.
    App(i64),
    /// An installation of the App.
    Installation {
        /// Which.
        id: u64,
        rights: Rights,
        /// The ids of the repositories it was narrowed to.
        repositories: Option<BTreeSet<u64>>,
        /// What its limits are counted by.
        token: String,
    },
    /// A person with a token.
    Person {
        /// The number of the account.
        user: u64,
        /// The scopes of a classic token.
        scopes: Vec<&'static str>,
        /// The rights of a fine-grained one.
        rights: Option<Rights>,
    },
}

impl Caller {
    /// What limits are counted by.
    pub(crate) fn counted_as(&self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::App(_) => "app".to_owned(),
            // All tokens of an installation share its limit.
            Self::Installation { id, .. } => format!("installation {id}"),
            Self::Person { user, .. } => format!("user {user}"),
        }
    }

    /// Whether a repository is there for the caller.
    pub(crate) fn sees(&self, world: &World, repo: &Repo) -> bool {
        let public = repo.hub.visibility == Visibility::Public;
        match self {
            Self::Nobody | Self::App(_) => public,
            Self::Installation { id, repositories, .. } => {
                let installed = world.installations.iter().find(|i| i.id == *id);
                let given = installed.is_some_and(|i| match &i.repositories {
                    None => repo.elsewhere.is_none(),
                    Some(some) => repo.elsewhere.is_none() && some.contains(&repo.hub.number),
                });
                let narrowed = repositories.as_ref().is_none_or(|r| r.contains(&repo.hub.id));
                public || (given && narrowed)
            }
            Self::Person { user, scopes, rights } => {
                let member = world.membership(*user).is_some();
                public || (member && (rights.is_some() || scopes.contains(&"repo")))
            }
        }
    }
}

/// The tokens that were given to installations.
#[derive(Debug, Default)]
pub(crate) struct Issued(HashMap<String, (Caller, Timestamp)>);

impl Issued {
    /// Remembers a token until a time.
    pub(crate) fn add(&mut self, caller: Caller, until: Timestamp) {
        if let Caller::Installation { token, .. } = &caller {
            self.0.insert(token.clone(), (caller.clone(), until));
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// Who a request comes from.
///
/// # Errors
/// 401, when it says so wrongly.
pub(crate) fn caller(
    header: Option<&str>,
    world: &World,
    keys: &GitHubKeys,
    issued: &Issued,
    clock: Option<Timestamp>,
) -> Result<Caller, Reply> {
    let Some(header) = header else { return Ok(Caller::Nobody) };
    let bad = || Reply::error(401, "Bad credentials");
    let (scheme, credential) = header.split_once(' ').ok_or_else(bad)?;
    let token = match scheme.to_lowercase().as_str() {
        "bearer" | "token" => credential.trim().to_owned(),
        // As git and curl send it: the token in place of the password, or of the user.
        "basic" => {
            let text =
                STANDARD.decode(credential.trim()).ok().and_then(|b| String::from_utf8(b).ok());
            let text = text.ok_or_else(bad)?;
            let (user, password) = text.split_once(':').ok_or_else(bad)?;
            if password.is_empty() || password == "x-oauth-basic" { user } else { password }
                .to_owned()
        }
        _ => return Err(bad()),
    };
    if token.bytes().filter(|b| *b == b'.').count() == 2 {
        return jwt(&token, keys, clock).map(Caller::App);
    }
    if let Some((caller, until)) = issued.0.get(&token) {
        return match clock {
            Some(now) if now >= *until => Err(bad()),
            _ => Ok(caller.clone()),
        };
    }
    let rights = || {
        let reader = world.installations.first().map(|i| i.permissions.clone());
        reader.unwrap_or_default()
    };
    // The first account is an owner, the last member of the first team is none.
    let all = [
        "repo",
        "read:org",
        "admin:org",
        "admin:org_hook",
        "admin:repo_hook",
        "read:audit_log",
        "workflow",
        "manage_billing:copilot",
    ];
    if token == keys.owner_token {
        Ok(Caller::Person { user: 0, scopes: all.to_vec(), rights: None })
    } else if token == keys.member_token {
        let user = world.company.someone_active(4);
        Ok(Caller::Person { user, scopes: vec!["repo"], rights: None })
    } else if token == keys.fine_token {
        Ok(Caller::Person { user: 0, scopes: Vec::new(), rights: Some(rights()) })
    } else {
        Err(bad())
    }
}

/// Checks the JWT of the App; when it was made.
fn jwt(token: &str, keys: &GitHubKeys, clock: Option<Timestamp>) -> Result<i64, Reply> {
    let undecodable = || Reply::error(401, "A JSON web token could not be decoded");
    let mut parts = token.split('.');
    let (Some(head), Some(claims), Some(signature)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(undecodable());
    };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| undecodable());
    let read =
        |part: &str| serde_json::from_slice::<Value>(&decode(part)?).map_err(|_| undecodable());
    if read(head)?["alg"] != "RS256" {
        return Err(undecodable());
    }
    let claims_read = read(claims)?;
    let pair = keys.app_key.as_deref().and_then(|pem| key_of(pem).ok()).ok_or_else(undecodable)?;
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    let message = format!("{head}.{claims}");
    public.verify(message.as_bytes(), &decode(signature)?).map_err(|_| undecodable())?;
    let issuer = match &claims_read["iss"] {
        Value::Number(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    if issuer != keys.app_id.to_string() && issuer != keys.client_id {
        return Err(Reply::error(404, "Integration not found"));
    }
    let (Some(made), Some(ends)) = (claims_read["iat"].as_i64(), claims_read["exp"].as_i64())
    else {
        let message =
            "'Issued at' claim ('iat') and 'Expiration time' claim ('exp') must be integers";
        return Err(Reply::error(401, message));
    };
    let now = clock.map_or(made, Timestamp::seconds);
    if ends <= now || ends - now > MOST_JWT {
        let message = "'Expiration time' claim ('exp') is too far in the future";
        return Err(Reply::error(401, message));
    }
    if made > now + 60 {
        let message = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
        return Err(Reply::error(401, message));
    }
    Ok(made)
}

const BEGIN: &str = "-----BEGIN RSA PRIVATE KEY-----";
const END: &str = "-----END RSA PRIVATE KEY-----";

/// Makes a key of 2048 bits, in PEM as PKCS #1.
pub(crate) fn generate_key() -> Result<String, LabError> {
    let bug = |what: &str| LabError::Bug(format!("the App's key: {what}"));
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| bug("no random numbers"))?;
    let whole = pair.as_der().map_err(|_| bug("it has no form"))?;
    let inner = inside_pkcs8(whole.as_ref()).ok_or_else(|| bug("it has another form"))?;
    let text = STANDARD.encode(inner);
    let mut pem = format!("{BEGIN}\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    Ok(format!("{pem}{END}\n"))
}

/// The PKCS #1 key in a PKCS #8 one: the octet string behind version and algorithm. Source: RFC 5208.
fn inside_pkcs8(der: &[u8]) -> Option<&[u8]> {
    let (_, inside, _) = element(der)?;
    let (_, _, after_version) = element(inside)?;
    let (_, _, after_algorithm) = element(after_version)?;
    let (tag, key, _) = element(after_algorithm)?;
    (tag == 4).then_some(key)
}

/// The first element of DER: its tag, its content, what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, length) = (*der.first()?, usize::from(*der.get(1)?));
    let (length, start) = if length < 128 {
        (length, 2)
    } else {
        let bytes = der.get(2..2 + (length & 127))?;
        (bytes.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b)), 2 + bytes.len())
    };
    let content = der.get(start..start.checked_add(length)?)?;
    Some((tag, content, &der[start + length..]))
}

fn key_of(pem: &str) -> Result<KeyPair, LabError> {
    let bad = || LabError::Bug("the App's key is no RSA key in PEM".to_owned());
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(body.trim()).map_err(|_| bad())?;
    KeyPair::from_der(&der).or_else(|_| KeyPair::from_pkcs8(&der)).map_err(|_| bad())
}
