//! Numbers that are the same on every machine: a generator for every thing, seeded by what the thing
//! is, so that anything can be made without making what comes before it.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rollcall_model::Timestamp;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Mixes bits; no two numbers have the same result. The finaliser of SplitMix64.
pub(crate) const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// What numbers are drawn for. Each has numbers of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Domain {
    Company = 1,
    Person,
    Account,
    Role,
    User,
    Repository,
    Cluster,
    Pair,
    Secret,
    Hub,
}

/// A source of numbers for one thing.
pub(crate) struct Draw(Pcg64Mcg);

impl Draw {
    /// For the thing with a number in a domain.
    pub(crate) fn new(seed: u64, domain: Domain, index: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(mix(mix(seed ^ ((domain as u64) << 56)) ^ index)))
    }

    /// 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        // The high half of the product is even enough for any n that occurs here.
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// True in so many of a thousand cases.
    pub(crate) fn chance(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len() as u64) as usize]
    }

    /// A time between so many days before `now`, the larger first; whole seconds.
    pub(crate) fn ago(&mut self, now: Timestamp, from: i64, to: i64) -> Timestamp {
        let span = ((from - to) * DAY).max(1).unsigned_abs();
        Timestamp::from_seconds(now.seconds() - to * DAY - self.below(span).cast_signed())
    }
}

/// Letters of the ids that AWS makes.
const ID_LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// An id in the form of AWS's unique ids: a prefix of four letters and seventeen more. Different
/// numbers have different ids.
pub(crate) fn unique_id(prefix: &str, seed: u64, number: u64) -> String {
    let mut id = String::with_capacity(21);
    id.push_str(prefix);
    let mut bits = mix(number ^ mix(seed));
    for _ in 0..13 {
        id.push(char::from(ID_LETTERS[(bits & 31) as usize]));
        bits >>= 5;
    }
    let mut more = mix(number.rotate_left(17) ^ seed);
    for _ in 0..4 {
        id.push(char::from(ID_LETTERS[(more & 31) as usize]));
        more >>= 5;
    }
    id
}

/// Letters and digits that look like a token and are none: drawn, so that no file of ours holds it.
pub(crate) fn token_text(seed: u64, number: u64, length: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut draw = Draw::new(seed, Domain::Secret, number);
    (0..length).map(|_| char::from(LETTERS[draw.below(62) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_do_not_change_between_versions() {
        let mut draw = Draw::new(7, Domain::Role, 3);
        let drawn: Vec<u64> = (0..4).map(|_| draw.below(1000)).collect();
        assert_eq!(drawn, NUMBERS);
        assert_eq!(unique_id("AROA", 7, 3).len(), 21);
    }

    /// What the first version drew.
    const NUMBERS: [u64; 4] = [572, 272, 93, 372];

    #[test]
    fn ids_are_unique() {
        let ids: HashSet<String> = (0..100_000).map(|n| unique_id("AROA", 1, n)).collect();
        assert_eq!(ids.len(), 100_000);
    }

    #[test]
    fn times_lie_where_they_should() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let mut draw = Draw::new(1, Domain::User, 1);
        for _ in 0..1000 {
            let at = draw.ago(now, 30, 10);
            let days = (now.seconds() - at.seconds()) as f64 / DAY as f64;
            assert!((10.0..=30.0).contains(&days), "{days}");
        }
    }
}
