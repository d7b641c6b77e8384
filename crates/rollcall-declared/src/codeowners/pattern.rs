//! The patterns of CODEOWNERS, and matching them.

use crate::codeowners::Dialect;

/// A pattern, split at its slashes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    /// As written.
    text: String,
    segments: Vec<Segment>,
    /// What may follow the last segment.
    tail: Tail,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Segment {
    /// Any number of folders.
    Folders,
    /// One name: characters, `*`, `?`, and for GitLab sets of characters.
    Name(Vec<Piece>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Character(char),
    AnyCharacter,
    AnyCharacters,
    Set { negated: bool, ranges: Vec<(char, char)> },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tail {
    /// The path ends here.
    Nothing,
    /// The path ends here or goes on below.
    Anything,
    /// The path goes on below.
    Something,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why the host does not take it.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, String> {
        if dialect == Dialect::GitHub {
            if text.starts_with('!') {
                return Err("a pattern that begins with `!` is not taken".to_owned());
            }
            if text.starts_with("\\#") {
                return Err("an escaped `#` is not taken".to_owned());
            }
            if text.contains(['[', ']']) {
                return Err("a set of characters in `[ ]` is not taken".to_owned());
            }
            if text.contains("***") {
                return Err("`***` is not taken".to_owned());
            }
        }
        if text.len() > 1024 {
            return Err("a pattern of more than 1024 bytes is not taken".to_owned());
        }
        let body = text.trim_matches('/');
        if body.is_empty() {
            return Err("a pattern without a name matches nothing".to_owned());
        }
        let folder = text.ends_with('/');
        let mut segments: Vec<Segment> = Vec::new();
        for part in body.split('/') {
            match part {
                // `**/**` is `**`.
                "**" if segments.last() == Some(&Segment::Folders) => {}
                "**" => segments.push(Segment::Folders),
                part => segments.push(Segment::Name(pieces(part, dialect))),
            }
        }
        let anchored = match dialect {
            // A slash at the beginning or in the middle ties a pattern to the root.
            Dialect::GitHub => text.starts_with('/') || body.contains('/'),
            Dialect::GitLab => text.starts_with('/'),
        };
        if !anchored && segments.first() != Some(&Segment::Folders) {
            segments.insert(0, Segment::Folders);
        }
        let ends_in_folders = segments.last() == Some(&Segment::Folders) && segments.len() > 1;
        let tail = if ends_in_folders {
            segments.pop();
            Tail::Something
        } else if folder {
            Tail::Something
        } else {
            match dialect {
                // `docs/*` means the files of `docs` only; any other name may be a folder's.
                Dialect::GitHub if body.contains('/') && body.ends_with("/*") => Tail::Nothing,
                Dialect::GitHub => Tail::Anything,
                Dialect::GitLab => Tail::Nothing,
            }
        };
        Ok(Self { text: text.to_owned(), segments, tail })
    }

    /// Whether it matches every path, by being written so.
    #[must_use]
    pub fn is_for_everything(&self) -> bool {
        ["*", "**", "/", "/**", "**/*", "/**/*"].contains(&self.as_str())
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a file's path matches.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        // Which numbers of leading names the segments so far can take.
        let mut reached = vec![false; names.len() + 1];
        reached[0] = true;
        for segment in &self.segments {
            let mut next = vec![false; names.len() + 1];
            match segment {
                Segment::Folders => {
                    let mut open = false;
                    for (at, slot) in next.iter_mut().enumerate() {
                        open |= reached[at];
                        *slot = open;
                    }
                }
                Segment::Name(pieces) => {
                    for (at, name) in names.iter().enumerate() {
                        next[at + 1] = reached[at] && name_matches(pieces, name);
                    }
                }
            }
            reached = next;
        }
        let (last, before) = reached.split_last().map_or((false, &[][..]), |(l, b)| (*l, b));
        match self.tail {
            Tail::Nothing => last,
            Tail::Anything => last || before.iter().skip(1).any(|r| *r),
            Tail::Something => {
                before.iter().enumerate().any(|(at, r)| *r && (at > 0 || self.leads_anywhere()))
            }
        }
    }

    /// `**` alone, which goes on below the root.
    fn leads_anywhere(&self) -> bool {
        self.segments.iter().all(|segment| *segment == Segment::Folders)
    }
}

fn pieces(text: &str, dialect: Dialect) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                if pieces.last() != Some(&Piece::AnyCharacters) {
                    pieces.push(Piece::AnyCharacters);
                }
            }
            '?' => pieces.push(Piece::AnyCharacter),
            '\\' => pieces.push(Piece::Character(chars.next().unwrap_or('\\'))),
            '[' if dialect == Dialect::GitLab => {
                let rest: String = chars.clone().collect();
                match set(&rest) {
                    Some((piece, length)) => {
                        pieces.push(piece);
                        for _ in 0..length {
                            chars.next();
                        }
                    }
                    None => pieces.push(Piece::Character('[')),
                }
            }
            c => pieces.push(Piece::Character(c)),
        }
    }
    pieces
}

/// A set of characters after its opening bracket, and how many characters it takes.
fn set(rest: &str) -> Option<(Piece, usize)> {
    let inner = &rest[..rest.find(']').filter(|at| *at > 0)?];
    let negated = inner.starts_with(['!', '^']);
    let body: Vec<char> = inner.chars().skip(usize::from(negated)).collect();
    if body.is_empty() {
        return None;
    }
    let mut ranges = Vec::new();
    let mut i = 0;
    while i < body.len() {
        if i + 2 < body.len() && body[i + 1] == '-' {
            ranges.push((body[i], body[i + 2]));
            i += 3;
        } else {
            ranges.push((body[i], body[i]));
            i += 1;
        }
    }
    Some((Piece::Set { negated, ranges }, inner.chars().count() + 1))
}

/// Matches one name; linear but for one step back to the last `*`.
fn name_matches(pieces: &[Piece], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let fits = match pieces.get(p) {
            Some(Piece::AnyCharacters) => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some(Piece::AnyCharacter) => true,
            Some(Piece::Character(c)) => *c == name[n],
            Some(Piece::Set { negated, ranges }) => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&name[n])) != *negated
            }
            None => false,
        };
        if fits {
            p += 1;
            n += 1;
        } else if let Some((star_p, star_n)) = star {
            star = Some((star_p, star_n + 1));
            p = star_p + 1;
            n = star_n + 1;
        } else {
            return false;
        }
    }
    pieces[p..].iter().all(|piece| *piece == Piece::AnyCharacters)
}
