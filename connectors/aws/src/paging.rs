//! Paging: on while AWS says there is more, never twice to the same page.

use rollcall_connector::transport::{CallError, PageGuard};
use rollcall_model::ProblemClass;

/// Where a listing stands.
#[derive(Debug)]
pub(crate) struct Pages {
    marker: Option<String>,
    guard: PageGuard,
}

impl Pages {
    /// A listing of up to `most` pages, before its first.
    pub(crate) fn new(most: usize) -> Self {
        Self { marker: None, guard: PageGuard::new(most) }
    }

    /// The token of the page to ask for; none for the first.
    pub(crate) fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// Takes over what a page said about the next. True when there is one.
    ///
    /// # Errors
    /// When the next page has no token, was asked for before, or the listing has too many.
    pub(crate) fn advance(
        &mut self,
        operation: &str,
        truncated: bool,
        marker: Option<String>,
    ) -> Result<bool, CallError> {
        if !truncated {
            return Ok(false);
        }
        let Some(marker) = marker.filter(|m| !m.is_empty()) else {
            let message = format!("{operation} says there is more, without a token for it");
            return Err(CallError::new(ProblemClass::Malformed, "page_lost", message));
        };
        self.guard.enter(operation, &marker)?;
        self.marker = Some(marker);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(pages: &mut Pages, truncated: bool, marker: Option<&str>) -> Result<bool, String> {
        pages.advance("aws:iam:ListX", truncated, marker.map(str::to_owned)).map_err(|e| e.code)
    }

    #[test]
    fn it_goes_on_until_aws_says_so() {
        let mut pages = Pages::new(4);
        assert_eq!(pages.marker(), None);
        assert_eq!(step(&mut pages, true, Some("a")), Ok(true));
        assert_eq!(pages.marker(), Some("a"));
        assert_eq!(step(&mut pages, true, Some("b")), Ok(true));
        assert_eq!(step(&mut pages, false, Some("c")), Ok(false));
    }

    #[test]
    fn loops_and_lost_tokens_are_faults() {
        let mut pages = Pages::new(4);
        assert_eq!(step(&mut pages, true, Some("a")), Ok(true));
        assert_eq!(step(&mut pages, true, Some("b")), Ok(true));
        assert_eq!(step(&mut pages, true, Some("a")), Err("page_loop".to_owned()));
        assert_eq!(step(&mut pages, true, None), Err("page_lost".to_owned()));
        assert_eq!(step(&mut pages, true, Some("")), Err("page_lost".to_owned()));
        assert_eq!(step(&mut pages, true, Some("c")), Ok(true));
        assert_eq!(step(&mut pages, true, Some("d")), Ok(true));
        assert_eq!(step(&mut pages, true, Some("e")), Err("page_loop".to_owned()), "too many");
    }
}
