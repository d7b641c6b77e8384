//! What a route needs, and what is said to who has it not.

use super::ask::{Ask, Reply};
use super::auth::Caller;

/// How much.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Level {
    Read,
    Write,
}

/// What a route needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Needs {
    /// Nothing at all.
    Nothing,
    /// To know who calls.
    Someone,
    /// The App itself.
    App,
    /// An installation of the App.
    Installation,
    /// A right in the organisation.
    Organization(&'static str, Level),
    /// A right in the organisation that only Apps can have.
    AppOrganization(&'static str),
    /// A right in the repository that the route names.
    Repository(&'static str, Level),
}

const UNKNOWN: &str = "Requires authentication";

impl Ask<'_> {
    /// Whether the caller may.
    ///
    /// # Errors
    /// As GitHub refuses: 401 to nobody, 404 for what is hidden, 403 for what is not given.
    pub(crate) fn check(&self, needs: Needs) -> Result<(), Reply> {
        if let Needs::Organization(..) | Needs::AppOrganization(_) = needs
            && !self.world.is_organization(self.param(0))
        {
            return Err(Reply::not_found());
        }
        match (needs, self.caller) {
            (Needs::Nothing, _) => Ok(()),
            (Needs::App, Caller::App(_)) => Ok(()),
            (Needs::App, _) => Err(Reply::error(401, "A JSON web token could not be decoded")),
            (_, Caller::Nobody) => Err(Reply::error(401, UNKNOWN)),
            // A JWT opens nothing else.
            (_, Caller::App(_)) => {
                let message =
                    "This endpoint requires you to be authenticated with an installation token.";
                Err(Reply::error(401, message))
            }
            (Needs::Someone, _) => Ok(()),
            (_, Caller::Installation { id, .. }) if self.is_suspended(*id) => {
                Err(Reply::error(403, "This installation has been suspended"))
            }
            (Needs::Installation, Caller::Installation { .. }) => Ok(()),
            (Needs::Installation, _) => Err(refused(self.caller)),
            (Needs::Organization(right, level), Caller::Person { rights: None, .. }) => {
                self.check_scope(right, level)
            }
            (Needs::AppOrganization(_), Caller::Person { .. }) => Err(refused(self.caller)),
            (Needs::Repository(right, level), Caller::Person { rights: None, user, .. }) => {
                self.repo()?;
                let owner = self.world.membership(*user).is_some_and(|m| m.admin);
                let open =
                    matches!(right, "metadata" | "contents" | "actions") && level == Level::Read;
                if owner || open {
                    Ok(())
                } else {
                    Err(Reply::error(403, "Must have admin rights to Repository."))
                }
            }
            (Needs::Organization(right, level) | Needs::Repository(right, level), _) => {
                if let Needs::Repository(..) = needs {
                    self.repo()?;
                }
                self.check_right(right, level)
            }
            (Needs::AppOrganization(right), _) => self.check_right(right, Level::Read),
        }
    }

    pub(crate) fn is_suspended(&self, id: u64) -> bool {
        let installed = self.world.installations.iter().find(|i| i.id == id);
        installed.is_none_or(|i| i.suspended.is_some())
    }

    fn check_right(&self, right: &str, level: Level) -> Result<(), Reply> {
        if self.may(right, level) {
            return Ok(());
        }
        let word = if level == Level::Read { "read" } else { "write" };
        Err(refused(self.caller).with("x-accepted-github-permissions", format!("{right}={word}")))
    }

    /// Whether an App or a fine-grained token was given a right.
    pub(crate) fn may(&self, right: &str, level: Level) -> bool {
        let rights = match self.caller {
            Caller::Installation { rights, .. } | Caller::Person { rights: Some(rights), .. } => {
                rights
            }
            Caller::Person { .. } => return true,
            Caller::Nobody | Caller::App(_) => return false,
        };
        match rights.get(right).map(String::as_str) {
            Some("read") => level == Level::Read,
            Some(_) => true,
            None => right == "metadata" && level == Level::Read,
        }
    }

    /// Of classic tokens scopes decide, and whether their owner owns the organisation.
    fn check_scope(&self, right: &str, level: Level) -> Result<(), Reply> {
        let Caller::Person { user, scopes, .. } = self.caller else { return Ok(()) };
        let wanted = match (right, level) {
            ("members" | "metadata" | "organization_custom_properties", Level::Read) => "read:org",
            ("organization_hooks", _) => "admin:org_hook",
            ("audit_log", _) => "read:audit_log",
            _ => "admin:org",
        };
        let member = self.world.membership(*user);
        let allowed =
            scopes.contains(&wanted) && member.is_some_and(|m| m.admin || wanted == "read:org");
        if allowed {
            return Ok(());
        }
        let message = format!("You must be an org owner or have the {wanted} scope.");
        Err(Reply::error(403, &message).with("x-accepted-oauth-scopes", wanted))
    }
}

/// What GitHub says to a token that may not.
pub(crate) fn refused(caller: &Caller) -> Reply {
    let message = match caller {
        Caller::Installation { .. } => "Resource not accessible by integration",
        _ => "Resource not accessible by personal access token",
    };
    Reply::error(403, message)
}
