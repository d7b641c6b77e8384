//! Listings that come in pages, and how a listing that never ends is noticed.

use std::collections::HashSet;

use rollcall_model::ProblemClass;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::json::parse_json;
use super::template::query_text;
use super::{Answer, CallError, HttpClient};

/// Notices a listing that comes back to a page it had, or goes on for too many.
#[derive(Debug)]
pub struct PageGuard {
    seen: HashSet<String>,
    max_pages: usize,
}

impl PageGuard {
    /// A guard that accepts up to `max_pages` different pages.
    #[must_use]
    pub fn new(max_pages: usize) -> Self {
        Self { seen: HashSet::new(), max_pages }
    }

    /// Goes on to a page, named by its address or token.
    ///
    /// # Errors
    /// Malformed, `page_loop`: the page was read before, or there were `max_pages`.
    pub fn enter(&mut self, operation: &str, page: &str) -> Result<(), CallError> {
        let why = if self.seen.len() >= self.max_pages {
            format!("{operation} has more than {} pages", self.max_pages)
        } else if !self.seen.insert(page.to_owned()) {
            format!("{operation} leads back to a page that was read before")
        } else {
            return Ok(());
        };
        Err(CallError::new(ProblemClass::Malformed, "page_loop", why))
    }
}

/// A listing that is read page by page, by [`Pages::next_link`],
/// [`Pages::next_token`] or [`Pages::next_address`].
///
/// A next address on another host is refused (`foreign_host`). One whose path is neither that of
/// this listing nor declared is taken for another name of this listing: its query is used with our
/// own path, since some providers name the same listing by an internal number there.
#[derive(Debug)]
pub struct Pages<'a> {
    client: &'a HttpClient,
    operation: &'a str,
    first: String,
    query: Vec<(String, String)>,
    guard: PageGuard,
    state: State,
}

#[derive(Debug)]
enum State {
    Next(Result<String, CallError>),
    Done,
}

impl<'a> Pages<'a> {
    pub(super) fn new(
        client: &'a HttpClient,
        operation: &'a str,
        first: Result<String, CallError>,
        query: &[(&str, &str)],
    ) -> Self {
        Self {
            client,
            operation,
            first: first.clone().unwrap_or_default(),
            query: query.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect(),
            guard: PageGuard::new(client.transport().options().max_pages),
            state: State::Next(first),
        }
    }

    /// The next page by the `Link` header; `None` after the last.
    ///
    /// # Errors
    /// As [`HttpClient::get`], and `page_loop` or `foreign_host`. After an error there is no
    /// further page.
    pub async fn next_link<T>(&mut self) -> Result<Option<Answer<T>>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let Some(answer) = self.read().await? else { return Ok(None) };
        if let Some(named) = &answer.next {
            self.state = State::Next(self.follow(named));
        }
        Ok(Some(answer))
    }

    /// The next page by a token that `token` finds in a page and that is sent back as the query
    /// field `field`; `None` after the last. An empty token is none.
    ///
    /// # Errors
    /// As [`Pages::next_link`].
    pub async fn next_token<T>(
        &mut self,
        field: &str,
        token: impl Fn(&T) -> Option<String>,
    ) -> Result<Option<Answer<T>>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let Some(answer) = self.read().await? else { return Ok(None) };
        if let Some(token) = token(&answer.value).filter(|t| !t.is_empty()) {
            let kept = self.query.iter().filter(|(name, _)| name != field);
            let mut query: Vec<_> = kept.map(|(n, v)| (n.as_str(), v.as_str())).collect();
            query.push((field, &token));
            self.state = State::Next(Ok(format!("{}?{}", self.path(), query_text(&query))));
        }
        Ok(Some(answer))
    }

    /// The next page by an address that `address` finds in a page, as `@odata.nextLink` holds it;
    /// `None` after the last. It is followed as that of a `Link` header is.
    ///
    /// # Errors
    /// As [`Pages::next_link`].
    pub async fn next_address<T>(
        &mut self,
        address: impl Fn(&T) -> Option<String>,
    ) -> Result<Option<Answer<T>>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let Some(answer) = self.read().await? else { return Ok(None) };
        if let Some(named) = address(&answer.value) {
            self.state = State::Next(self.follow(&named));
        }
        Ok(Some(answer))
    }

    async fn read<T>(&mut self) -> Result<Option<Answer<T>>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let target = match std::mem::replace(&mut self.state, State::Done) {
            State::Done => return Ok(None),
            State::Next(target) => target?,
        };
        self.guard.enter(self.operation, &target)?;
        let operation = self.operation;
        let answer = self.client.get_target(operation, &target, |body| parse_json(operation, body));
        answer.await.map(Some)
    }

    fn path(&self) -> &str {
        self.first.split('?').next().unwrap_or_default()
    }

    /// Path and query of a next address, below the base's path.
    fn follow(&self, named: &str) -> Result<String, CallError> {
        // A relative address is relative to this listing.
        let base = self.client.base().as_str().trim_end_matches('/');
        let own = Url::parse(&format!("{base}{}", self.first)).map_err(|_| {
            CallError::new(
                ProblemClass::Bug,
                "bad_template",
                format!("{}: no address", self.operation),
            )
        })?;
        let absolute = own.join(named).map_or_else(|_| named.to_owned(), String::from);
        let url = self.client.local(self.operation, "the next page", &absolute)?;
        let below = url.path().strip_prefix(self.client.base().path().trim_end_matches('/'));
        let known = below.filter(|path| {
            *path == self.path()
                || self.client.transport().allow_list().permits(&format!("GET {path}"))
        });
        let path = known.unwrap_or_else(|| self.path());
        Ok(url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
    }
}
